//! Every document, made again and compared.

use crate::verify_log::difference;
use crate::verify_log::page::{Frame, Page};
use crate::verify_log::report::{Place, Report};
use crate::verify_log::site::{Answer, Site};
use crate::verify_log::snapshot::{List, Published, Snapshot};
use transparency::documents::{Body, Document, of_entry, of_lists, of_log};
use transparency::{Entry, FORMAT, list_pages};

/// After so many that could not be had the site is not asked for more.
const PATIENCE: usize = 20;

/// Compares everything that is made from the log and these entries.
pub fn check(site: &Site, snapshot: &Snapshot, entries: &[Entry], report: &mut Report) {
    for list in &snapshot.lists {
        check_pages_of_data(site, list, report);
    }
    let edition = &snapshot.edition;
    if edition.format != FORMAT {
        report.unchecked(
            Place::default(),
            format!(
                "pages, tables, data as files, feeds, badges, sheets and QR codes: the site makes them in format {}, this program in format {FORMAT}; use the program of the site's version",
                edition.format
            ),
        );
        return;
    }
    let mut comparison = Comparison {
        site,
        frame: None,
        report,
    };
    match of_lists(edition, &snapshot.items, entries) {
        Ok(documents) => {
            comparison.all(&Place::default(), &documents);
            comparison.all(&Place::default(), &fronts(snapshot, &documents));
        }
        Err(error) => comparison.report.unchecked(
            Place::default(),
            format!("the documents of the lists cannot be made again: {error}"),
        ),
    }
    comparison.all(&Place::default(), &[of_log(edition, &snapshot.items)]);
    for entry in entries {
        let place = Place::of(entry);
        match of_entry(edition, entry) {
            Ok(documents) => comparison.all(&place, &documents),
            Err(error) => comparison.report.unchecked(
                place,
                format!("the documents of the entry cannot be made again: {error}"),
            ),
        }
        if comparison.report.unchecked_so_far() >= PATIENCE {
            let what = "all further documents: too many could not be had";
            comparison.report.unchecked(Place::default(), what);
            return;
        }
    }
}

/// The first page of each list, where readers come to it.
fn fronts(snapshot: &Snapshot, documents: &[Document]) -> Vec<Document> {
    let front = |list: &List| {
        let first = list_pages::address(list.kind, 1);
        let first = documents.iter().find(|page| page.path == first)?;
        Some(Document {
            path: list_pages::front_address(list.kind),
            body: first.body.clone(),
        })
    };
    snapshot.lists.iter().filter_map(front).collect()
}

/// The same list, page by page as data: nothing is hidden from whoever searches.
fn check_pages_of_data(site: &Site, list: &List, report: &mut Report) {
    #[derive(serde::Deserialize)]
    struct Part {
        items: Vec<Published>,
        next: Option<String>,
        total: usize,
    }
    let mut shown = 0;
    let mut cursor: Option<String> = None;
    loop {
        let path = list.pages_address(cursor.as_deref());
        let place = Place::document(&path);
        let part: Part = match site.json(&path) {
            Ok(part) => part,
            Err(error) => return report.unchecked(place, format!("{error:#}")),
        };
        report.compared += 1;
        if part.total != list.items.len() {
            let what = format!("says {} entries, not {}", part.total, list.items.len());
            return report.differs(place, what);
        }
        let rest = list.items.get(shown..).unwrap_or_default();
        let expected = rest.get(..part.items.len()).unwrap_or(rest);
        if let Some(what) = difference::of_items(expected, &part.items) {
            return report.differs(place, what);
        }
        shown += part.items.len();
        match part.next {
            Some(next) if !part.items.is_empty() => cursor = Some(next),
            _ if shown == list.items.len() => return,
            _ => return report.differs(place, format!("ends after {shown} entries")),
        }
    }
}

struct Comparison<'c> {
    site: &'c Site,
    /// Around the first page: the same around all.
    frame: Option<(String, Frame)>,
    report: &'c mut Report,
}

impl Comparison<'_> {
    fn all(&mut self, of: &Place, documents: &[Document]) {
        for document in documents {
            let place = of.at(&document.path);
            match self.site.get(&document.path) {
                Ok(answer) => {
                    self.report.compared += 1;
                    self.one(place, document, &answer);
                }
                Err(error) => self.report.unchecked(place, format!("{error:#}")),
            }
        }
    }

    fn one(&mut self, place: Place, document: &Document, answer: &Answer) {
        let status = match document.body {
            Body::Absent(_) => 404,
            Body::Page { .. } | Body::File(_) => 200,
        };
        if answer.status != status {
            let what = format!("answers {}, not {status}", answer.status);
            return self.report.differs(place, what);
        }
        match &document.body {
            Body::File(bytes) | Body::Absent(bytes) if *bytes != answer.body => {
                let what = difference::of_files(&document.path, bytes, &answer.body);
                self.report.differs(place, what);
            }
            Body::File(_) | Body::Absent(_) => {}
            Body::Page { title, main } => self.page(place, title, main, &answer.body),
        }
    }

    fn page(&mut self, place: Place, title: &str, main: &str, body: &[u8]) {
        let page = match Page::read(body) {
            Ok(page) => page,
            Err(what) => return self.report.differs(place, what),
        };
        if page.main != main {
            let what = difference::of_markup(main, page.main);
            let what = format!("does not say what the log says: {what}");
            self.report.differs(place.clone(), what);
        }
        // Behind it the title names the program and the office.
        if !page.title.starts_with(&format!("{title} · ")) {
            let what = format!("its title is “{}”, not “{title}”", page.title);
            self.report.differs(place.clone(), what);
        }
        match &self.frame {
            None => {
                let path = place.document.unwrap_or_default();
                self.frame = Some((path, page.frame));
            }
            Some((path, frame)) if *frame != page.frame => {
                let what = difference::of_pieces(&frame.0, &page.frame.0);
                let what = format!("around <main> it is not as {path}: {what}");
                self.report.differs(place, what);
            }
            Some(_) => {}
        }
    }
}
