//! From the log to what readers fetch. Documents are made for one size of the log, stored under it, and then one row says that
//! they hold. Whoever makes them again makes the same bytes: a crash between any two steps leaves the old generation or the new
//! one, and the next run does the rest.

use crate::entry_terms::keep_terms;
use crate::list_case::PUBLIC;
use crate::search_words::renew_search_words;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use transparency::documents::{self, Document};
use transparency::{BEGINNING, Edition, Entry, FORMAT, Head, Item, Tree, entry_pages};
use web::contacts::{self, OrganisationContact};
use web::{Context, KeyValue, Problem, issuing, seal};

/// The most bytes of one stored value (design: the store).
const CHUNK: usize = 256 << 10;

/// The generation of public documents that holds.
#[derive(Debug, Clone, Deserialize)]
pub struct CurrentGeneration {
    /// The number of lines of the log that its documents were made from.
    pub size: u64,
    /// The [`FORMAT`] of its documents.
    pub format: u32,
    /// The head of the log, and what else the documents were made with.
    #[serde(rename = "head")]
    pub edition: Edition,
    /// The number of chunks of the document that was asked for; none where the generation has no such document.
    #[serde(default)]
    pub chunks: Option<usize>,
    /// Whether it still has an entry whose last day has passed.
    outlived: bool,
    /// The office, which stands in the frame of pages and not in the documents: those say what the log says and nothing else.
    office: Option<OrganisationContact>,
}

impl CurrentGeneration {
    /// The name of the generation, for tags and stored keys.
    pub fn tag(&self) -> String {
        format!("{}-{}", self.format, self.size)
    }

    /// The tag of a page with the office in its frame, where the page without it has the tag `bare`.
    pub fn page_tag(&self, bare: &str) -> String {
        match &self.office {
            Some(office) => format!("{bare}-o{}", office.version),
            None => bare.to_owned(),
        }
    }
}

async fn read_current(
    context: &Context,
    document: &str,
) -> Result<Option<CurrentGeneration>, Problem> {
    let sql = format!(
        "SELECT coalesce((SELECT json_object('size', c.size, 'format', c.format, 'head', json(g.head),
            'chunks', (SELECT d.value FROM json_each(g.documents) d WHERE d.key = ?2),
            'outlived', json(iif(EXISTS (SELECT 1 FROM list_case k WHERE k.status IN {PUBLIC} AND k.until_on < ?1), 'true', 'false')),
            'office', json({}))
        FROM list_current c JOIN list_generation g ON g.size = c.size AND g.format = c.format), 'null')",
        contacts::OFFICE
    );
    Ok(context
        .store
        .json(&sql, [context.today().to_string().into(), document.into()])
        .await?)
}

/// The generation that holds, looked up for the document of that name. Entries whose term has passed are removed first.
pub async fn current_generation(
    context: &Context,
    document: &str,
) -> Result<CurrentGeneration, Problem> {
    let current = match read_current(context, document).await? {
        Some(current) if !current.outlived && current.format >= FORMAT => current,
        _ => {
            bring_up_to_date(context).await?;
            read_current(context, document)
                .await?
                .ok_or_else(|| Problem::internal("no generation after making one"))?
        }
    };
    context.know_office(current.office.clone());
    Ok(current)
}

/// The key under which a chunk of a document is stored.
pub fn chunk_key(generation: &str, document: &str, chunk: usize) -> String {
    format!("lists/{generation}/{document}/{chunk}")
}

/// The key under which the page of an entry is stored.
pub fn entry_page_key(format: u32, seq: u64) -> String {
    format!("lists/entry-{format}/{seq}")
}

/// A document of a generation; none where it has been cleared away meanwhile.
pub async fn read_document(
    current: &CurrentGeneration,
    name: &str,
) -> Result<Option<Vec<u8>>, Problem> {
    let Some(chunks) = current.chunks else {
        return Ok(None);
    };
    let store = KeyValue::open().await?;
    let mut bytes = Vec::new();
    for chunk in 0..chunks {
        match store.get(&chunk_key(&current.tag(), name, chunk)).await? {
            Some(part) if chunks == 1 => return Ok(Some(part)),
            Some(part) => bytes.extend_from_slice(&part),
            None => return Ok(None),
        }
    }
    Ok(Some(bytes))
}

/// The stored page of the entry at a line of the log; none where there is none.
pub async fn read_entry_page(seq: u64) -> Result<Option<Vec<u8>>, Problem> {
    let store = KeyValue::open().await?;
    store.get(&entry_page_key(FORMAT, seq)).await
}

/// The first `size` lines of the log.
pub async fn read_log(context: &Context, size: u64) -> Result<Vec<Item>, Problem> {
    let sql = "SELECT json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf)) FROM (SELECT * FROM list_log WHERE seq <= ?1 ORDER BY seq)";
    Ok(context.store.json(sql, [sql_number(size).into()]).await?)
}

/// A number of the log as SQL takes it.
pub fn sql_number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The entries that stand in the generation of that size, the newest first.
async fn read_entries(context: &Context, size: u64) -> Result<Vec<Entry>, Problem> {
    let sql = "SELECT json_set(content, '$.seq', seq, '$.salt', salt) FROM list_entry
        WHERE seq <= ?1 AND (gone_seq IS NULL OR gone_seq > ?1) ORDER BY published_on DESC, seq DESC";
    let texts = context.store.texts(sql, [sql_number(size).into()]).await?;
    texts
        .iter()
        .map(|text| serde_json::from_str(text).map_err(Problem::internal))
        .collect()
}

/// Removes entries whose term has passed, makes the documents of the log as it is now, and lets them hold. Doing this twice, or by two
/// requests at once, harms nothing. Gives whether another generation holds than before.
pub async fn bring_up_to_date(context: &Context) -> Result<bool, Problem> {
    keep_terms(context).await?;
    let sql = "SELECT json_array((SELECT coalesce(max(seq), 0) FROM list_log), json((SELECT json_array(size, format) FROM list_current)))";
    let (size, before): (u64, Option<(u64, u32)>) = context.store.json(sql, []).await?;
    if before.is_some_and(|(held, format)| held >= size && format >= FORMAT) {
        return Ok(false);
    }
    let items = read_log(context, size).await?;
    let edition = sign_edition(context, &items, size).await?;
    let entries = read_entries(context, size).await?;
    renew_search_words(context).await?;
    let documents = documents::of_lists(&edition, &items, &entries).map_err(Problem::internal)?;
    store_documents(context, &edition, &documents).await?;
    let has_page = before
        .filter(|(_, format)| *format == FORMAT)
        .map_or(0, |(held, _)| held);
    store_entry_pages(entries.iter().filter(|entry| entry.seq > has_page)).await?;
    switch_to(context, size).await
}

/// The signed head of the log, and what else documents are made with.
async fn sign_edition(context: &Context, items: &[Item], size: u64) -> Result<Edition, Problem> {
    let root = Tree::new(items).map_err(Problem::internal)?.root();
    let at = items
        .last()
        .map_or_else(|| BEGINNING.to_owned(), |item| item.at.clone());
    let secret = seal::variable("log_signing_key").await?;
    let head = Head::sign(size, root, at, &secret);
    let site = seal::variable("public_url").await?;
    let issuing = issuing::of_today(context).await?;
    Ok(Edition::new(head, &site, &issuing.office))
}

/// Stores the documents of a generation under keys that are never used again.
async fn store_documents(
    context: &Context,
    edition: &Edition,
    documents: &[Document],
) -> Result<(), Problem> {
    let size = edition.head.size;
    let chunks: BTreeMap<&str, usize> = documents
        .iter()
        .map(|document| {
            let bytes = document.bytes().len();
            (document.path.as_str(), bytes.div_ceil(CHUNK).max(1))
        })
        .collect();
    // The row names the documents before they are there, so that whatever a crash leaves can be cleared away.
    let sql = "INSERT INTO list_generation (size, format, head, documents, made_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (size, format) DO UPDATE SET head = excluded.head, documents = excluded.documents";
    let parameters = [
        sql_number(size).into(),
        i64::from(FORMAT).into(),
        json!(edition).to_string().into(),
        json!(chunks).to_string().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    let store = KeyValue::open().await?;
    let tag = format!("{FORMAT}-{size}");
    for document in documents {
        let mut parts: Vec<&[u8]> = document.bytes().chunks(CHUNK).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        for (chunk, part) in parts.into_iter().enumerate() {
            store
                .set(&chunk_key(&tag, &document.path, chunk), part)
                .await?;
        }
    }
    Ok(())
}

async fn store_entry_pages(entries: impl Iterator<Item = &Entry>) -> Result<(), Problem> {
    let store = KeyValue::open().await?;
    for entry in entries {
        let page = entry_pages::entry(entry).into_string();
        let key = entry_page_key(FORMAT, entry.seq);
        store.set(&key, page.as_bytes()).await?;
    }
    Ok(())
}

/// Lets the generation of that size hold. One that was overtaken meanwhile does not come to hold.
async fn switch_to(context: &Context, size: u64) -> Result<bool, Problem> {
    let sql = "INSERT INTO list_current (one, size, format) VALUES (1, ?1, ?2)
        ON CONFLICT (one) DO UPDATE SET size = excluded.size, format = excluded.format
        WHERE excluded.size >= size AND excluded.format >= format AND (excluded.size, excluded.format) <> (size, format) RETURNING 1";
    let parameters = [sql_number(size).into(), i64::from(FORMAT).into()];
    Ok(context.store.run(sql, parameters).await? == 1)
}
