//! Everything that is published from one size of the log, and where it is read.

use crate::entry::newest_first;
use crate::{Edition, Entry, Item, LICENCE, MakeError, badge, entry_pages, list_pages, log_page};
use domain::red_black::ListKind;
use domain::words::Word as _;
use schemars::JsonSchema;
use serde::Serialize;

/// The content of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The main part of a page, which each request puts into a frame of its own.
    Page {
        /// The title of the page.
        title: String,
        /// HTML, without the element `main` itself.
        main: String,
    },
    /// The whole answer.
    File(Vec<u8>),
    /// The whole answer, whose status is 404.
    Absent(Vec<u8>),
}

/// A document, as readers get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Path and query of its address.
    pub path: String,
    /// The content.
    pub body: Body,
}

impl Document {
    /// The bytes that are stored of the document.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Page { main, .. } => main.as_bytes(),
            Body::File(bytes) | Body::Absent(bytes) => bytes,
        }
    }

    fn page(path: String, title: String, main: maud::Markup) -> Self {
        Self {
            path,
            body: Body::Page {
                title,
                main: main.into_string(),
            },
        }
    }

    fn file(path: String, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            path,
            body: Body::File(bytes.into()),
        }
    }
}

/// The address of a list as a table.
pub fn csv_address(list: ListKind) -> String {
    format!("/api/v1/lists/{}.csv", list.code())
}

/// The address of a list as data.
pub fn json_address(list: ListKind) -> String {
    format!("/api/v1/lists/{}.json", list.code())
}

/// The address of a list as a feed.
pub fn feed_address(list: ListKind) -> String {
    format!("/lists/{}/feed.atom", list.code())
}

/// A list as data. Its fields come in this order.
#[derive(Serialize, JsonSchema)]
pub struct WholeList<'d> {
    list: ListKind,
    licence: &'static str,
    publisher: &'d str,
    head: &'d Edition,
    total: usize,
    items: &'d [&'d Entry],
}

/// Pages, csv, JSON and feed of both lists. `items` are the whole log, `entries` those that stand.
///
/// # Errors
///
/// [`MakeError`].
pub fn of_lists(
    edition: &Edition,
    items: &[Item],
    entries: &[Entry],
) -> Result<Vec<Document>, MakeError> {
    let mut documents = Vec::new();
    for list in ListKind::ALL.iter().copied() {
        let mut entries: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.content.list == list)
            .collect();
        newest_first(&mut entries);
        for (page, main) in (1..).zip(list_pages::whole_list(list, &entries)?) {
            let path = list_pages::address(list, page);
            documents.push(Document::page(path, list_pages::title(list), main));
        }
        let table = crate::table::table(list, edition, &entries)?;
        documents.push(Document::file(csv_address(list), table));
        let data = WholeList {
            list,
            licence: LICENCE,
            publisher: &edition.publisher,
            head: edition,
            total: entries.len(),
            items: &entries,
        };
        documents.push(Document::file(
            json_address(list),
            serde_json::to_vec(&data)?,
        ));
        let feed = crate::feed::feed(list, edition, items, &entries)?;
        documents.push(Document::file(feed_address(list), feed));
    }
    Ok(documents)
}

/// The page that shows the newest lines of the log.
pub fn of_log(edition: &Edition, items: &[Item]) -> Document {
    let shown: Vec<Item> = items.iter().rev().take(log_page::LINES).cloned().collect();
    Document::page(
        log_page::ADDRESS.to_owned(),
        log_page::TITLE.to_owned(),
        log_page::page(edition, &shown),
    )
}

/// Page, sheet, QR code and badge of an entry. The badge of a business on the black list is that of every business that is not on the red
/// list.
///
/// # Errors
///
/// [`MakeError::Qr`].
pub fn of_entry(edition: &Edition, entry: &Entry) -> Result<[Document; 4], MakeError> {
    let content = &entry.content;
    let page = format!("/lists/entries/{}", content.id);
    let (sheet, qr) = (format!("{page}/sheet"), format!("{page}/qr.svg"));
    let on_red = (content.list == ListKind::Red).then_some(content.until);
    let badge = badge::badge(edition, on_red).into_string().into_bytes();
    Ok([
        Document::page(page, content.name.clone(), entry_pages::entry(entry)),
        Document::page(
            sheet,
            entry_pages::sheet_title(entry),
            entry_pages::sheet(edition, entry),
        ),
        Document::file(qr, entry_pages::qr(edition, &content.id)?),
        Document {
            path: badge::address(&content.uscc),
            body: match on_red {
                Some(_) => Body::File(badge),
                None => Body::Absent(badge),
            },
        },
    ])
}
