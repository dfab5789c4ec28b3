//! From the log to what readers fetch. Documents are made for one size of the log, stored under it, and then one row says that
//! they hold. Whoever makes them again makes the same bytes: a crash between any two steps leaves the old generation or the new
//! one, and the next run does the rest.

use crate::content::Entry;
use crate::moves;
use axum::response::IntoResponse as _;
use domain::search;
use maud::Markup;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use transparency::{BEGINNING, Edition, FORMAT, Head, Item, Tree, documents, entry_pages};
use web::contacts::{self, OrganisationContact};
use web::{Answer, Context, KeyValue, Problem, seal};

/// At most 256 KiB a value (design: the store).
const CHUNK: usize = 256 << 10;

/// The generation that holds.
#[derive(Debug, Clone, Deserialize)]
pub struct Current {
    pub size: u64,
    pub format: u32,
    /// The head, and what its documents were made with.
    #[serde(rename = "head")]
    pub edition: Edition,
    /// Chunks of the document that was asked for.
    #[serde(default)]
    pub chunks: Option<usize>,
    /// An entry stands whose last day has passed.
    outlived: bool,
    /// Whom readers can call. It stands in the foot of pages and not in the documents: those say what the log says and nothing else.
    office: Option<OrganisationContact>,
}

impl Current {
    /// Of a document; the same wherever it is made.
    pub fn tag(&self) -> String {
        format!("{}-{}", self.format, self.size)
    }

    /// Of a page with the office in its foot, where the page without it has the tag `of`.
    pub fn page_tag(&self, of: &str) -> String {
        match &self.office {
            Some(office) => format!("{of}-o{}", office.version),
            None => of.to_owned(),
        }
    }

    /// The foot of each page of the lists: the same around all of them, as the checker wants it.
    pub fn foot(&self) -> Markup {
        self.office.as_ref().map(contacts::line).unwrap_or_default()
    }
}

async fn read(context: &Context, document: &str) -> Result<Option<Current>, Problem> {
    let sql = format!(
        "SELECT coalesce((SELECT json_object('size', c.size, 'format', c.format, 'head', json(g.head),
            'chunks', (SELECT d.value FROM json_each(g.documents) d WHERE d.key = ?2),
            'outlived', json(iif(EXISTS (SELECT 1 FROM list_case k WHERE k.status IN ('published', 'repair_applied') AND k.until_on < ?1), 'true', 'false')),
            'office', json({}))
        FROM list_current c JOIN list_generation g ON g.size = c.size AND g.format = c.format), 'null')",
        contacts::OFFICE
    );
    Ok(context
        .store
        .json(&sql, [context.today().to_string().into(), document.into()])
        .await?)
}

/// The generation that holds, with the document of that name. What no longer may be read is taken off first.
pub async fn current(context: &Context, document: &str) -> Result<Current, Problem> {
    match read(context, document).await? {
        Some(current) if !current.outlived && current.format >= FORMAT => Ok(current),
        _ => {
            bring_up_to_date(context).await?;
            read(context, document)
                .await?
                .ok_or_else(|| Problem::internal("no generation after making one"))
        }
    }
}

fn key(current: &str, document: &str, chunk: usize) -> String {
    format!("lists/{current}/{document}/{chunk}")
}

fn entry_key(format: u32, seq: u64) -> String {
    format!("lists/entry-{format}/{seq}")
}

/// A document of a generation; none where it has been cleared away meanwhile.
pub async fn document(current: &Current, name: &str) -> Result<Option<Vec<u8>>, Problem> {
    let Some(chunks) = current.chunks else {
        return Ok(None);
    };
    let store = KeyValue::open().await?;
    let mut bytes = Vec::new();
    for chunk in 0..chunks {
        match store.get(&key(&current.tag(), name, chunk)).await? {
            Some(part) if chunks == 1 => return Ok(Some(part)),
            Some(part) => bytes.extend_from_slice(&part),
            None => return Ok(None),
        }
    }
    Ok(Some(bytes))
}

/// The page of an entry.
pub async fn entry_page(seq: u64) -> Result<Option<Vec<u8>>, Problem> {
    let store = KeyValue::open().await?;
    store.get(&entry_key(FORMAT, seq)).await
}

/// The lines of the log up to a size.
pub async fn log(context: &Context, size: u64) -> Result<Vec<Item>, Problem> {
    let sql = "SELECT json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf)) FROM (SELECT * FROM list_log WHERE seq <= ?1 ORDER BY seq)";
    Ok(context.store.json(sql, [signed(size).into()]).await?)
}

pub fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The entries of a list that stand in the generation of that size, the newest first.
async fn entries(context: &Context, size: u64) -> Result<Vec<Entry>, Problem> {
    let sql = "SELECT json_set(content, '$.seq', seq, '$.salt', salt) FROM list_entry
        WHERE seq <= ?1 AND (gone_seq IS NULL OR gone_seq > ?1) ORDER BY published_on DESC, seq DESC";
    let texts = context.store.texts(sql, [signed(size).into()]).await?;
    texts
        .iter()
        .map(|text| serde_json::from_str(text).map_err(Problem::internal))
        .collect()
}

/// Takes off what has outlived its term, makes the documents of the log as it is now, and lets them hold. Doing it twice, or by two
/// at once, harms nothing. Says whether another generation holds than before.
pub async fn bring_up_to_date(context: &Context) -> Result<bool, Problem> {
    moves::keep_terms(context).await?;
    let sql = "SELECT json_array((SELECT coalesce(max(seq), 0) FROM list_log), json((SELECT json_array(size, format) FROM list_current)))";
    let (size, before): (u64, Option<(u64, u32)>) = context.store.json(sql, []).await?;
    if before.is_some_and(|(held, format)| held >= size && format >= FORMAT) {
        return Ok(false);
    }
    let items = log(context, size).await?;
    let root = Tree::new(&items).map_err(Problem::internal)?.root();
    let at = items
        .last()
        .map_or_else(|| BEGINNING.to_owned(), |item| item.at.clone());
    let secret = seal::variable("log_signing_key").await?;
    let head = Head::sign(size, root, at, &secret);
    let entries = entries(context, size).await?;
    fold(context).await?;
    let site = seal::variable("public_url").await?;
    let edition = Edition::new(head, &site, &context.issuer);
    let tag = format!("{FORMAT}-{size}");
    let documents = documents::of_lists(&edition, &items, &entries).map_err(Problem::internal)?;
    let documents: Vec<(&str, &[u8])> = documents
        .iter()
        .map(|document| (document.path.as_str(), document.bytes()))
        .collect();
    let chunks: BTreeMap<&str, usize> = documents
        .iter()
        .map(|(name, bytes)| (*name, bytes.len().div_ceil(CHUNK).max(1)))
        .collect();
    // The row names the documents before they are there, so that whatever a crash leaves can be cleared away.
    let sql = "INSERT INTO list_generation (size, format, head, documents, made_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (size, format) DO UPDATE SET head = excluded.head, documents = excluded.documents";
    let parameters = [
        signed(size).into(),
        i64::from(FORMAT).into(),
        json!(edition).to_string().into(),
        json!(chunks).to_string().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    let store = KeyValue::open().await?;
    for (name, bytes) in &documents {
        let mut parts: Vec<&[u8]> = bytes.chunks(CHUNK).collect();
        if parts.is_empty() {
            parts.push(&[]);
        }
        for (chunk, part) in parts.into_iter().enumerate() {
            store.set(&key(&tag, name, chunk), part).await?;
        }
    }
    let known = before
        .filter(|(_, format)| *format == FORMAT)
        .map_or(0, |(held, _)| held);
    for entry in entries.iter().filter(|entry| entry.seq > known) {
        let page = entry_pages::entry(entry).into_string();
        store
            .set(&entry_key(FORMAT, entry.seq), page.as_bytes())
            .await?;
    }
    // The switch. A generation that somebody has overtaken meanwhile stays behind.
    let sql = "INSERT INTO list_current (one, size, format) VALUES (1, ?1, ?2)
        ON CONFLICT (one) DO UPDATE SET size = excluded.size, format = excluded.format
        WHERE excluded.size >= size AND excluded.format >= format AND (excluded.size, excluded.format) <> (size, format) RETURNING 1";
    let switched = context
        .store
        .run(sql, [signed(size).into(), i64::from(FORMAT).into()])
        .await?;
    Ok(switched == 1)
}

/// Entries in one statement.
const SLICE: u32 = 500;

/// Makes the entries that no folding of today has seen ready for the search.
async fn fold(context: &Context) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Named {
        seq: i64,
        name: String,
    }
    let rules = i64::from(search::RULES);
    loop {
        let sql = "SELECT json_group_array(json_object('seq', seq, 'name', name)) FROM (
            SELECT seq, name FROM list_entry WHERE search_rules IS NULL OR search_rules < ?1 LIMIT ?2)";
        let parameters = [rules.into(), i64::from(SLICE).into()];
        let named: Vec<Named> = context.store.json(sql, parameters).await?;
        if named.is_empty() {
            return Ok(());
        }
        let folded: Vec<(i64, String)> = named
            .into_iter()
            .map(|entry| {
                let name = search::fold(&entry.name);
                (entry.seq, format!("{name} {}", search::initials(&name)))
            })
            .collect();
        let sql = "UPDATE list_entry SET search_words = f.value ->> 1, search_rules = ?2 FROM json_each(?1) f WHERE seq = f.value ->> 0 RETURNING seq";
        let folded = json!(folded).to_string();
        context
            .store
            .run(sql, [folded.into(), rules.into()])
            .await?;
    }
}

#[derive(Deserialize)]
struct Old {
    tag: String,
    size: i64,
    format: i64,
    documents: BTreeMap<String, usize>,
}

/// Clears away what no reader can come to any more: documents of generations that were replaced ten minutes ago, and the pages of
/// entries that are gone.
async fn clear(context: &Context) -> Result<usize, Problem> {
    let before = (context.now - chrono::TimeDelta::minutes(10))
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    let sql = "SELECT json_group_array(json_object('tag', g.format || '-' || g.size, 'size', g.size, 'format', g.format, 'documents', json(g.documents)))
        FROM (SELECT * FROM list_generation WHERE documents IS NOT NULL AND made_at < ?1 ORDER BY made_at LIMIT 20) g
        JOIN list_current c ON (g.size, g.format) <> (c.size, c.format) AND g.size <= c.size";
    let old: Vec<Old> = context.store.json(sql, [before.into()]).await?;
    let store = KeyValue::open().await?;
    let mut cleared = 0;
    for generation in old {
        for (name, chunks) in &generation.documents {
            for chunk in 0..*chunks {
                store.delete(&key(&generation.tag, name, chunk)).await?;
                cleared += 1;
            }
        }
        let sql = "UPDATE list_generation SET documents = NULL WHERE size = ?1 AND format = ?2";
        context
            .store
            .run(sql, [generation.size.into(), generation.format.into()])
            .await?;
    }
    let sql = "SELECT json_group_array(e.seq) FROM (SELECT seq FROM list_entry, list_current c WHERE has_page AND gone_seq <= c.size LIMIT 500) e";
    let gone: Vec<u64> = context.store.json(sql, []).await?;
    for seq in &gone {
        // An earlier version of the program may have left its own page of it.
        for format in 1..=FORMAT {
            store.delete(&entry_key(format, *seq)).await?;
        }
        cleared += 1;
    }
    if !gone.is_empty() {
        let sql =
            "UPDATE list_entry SET has_page = 0 WHERE seq IN (SELECT value FROM json_each(?1))";
        context
            .store
            .run(sql, [json!(gone).to_string().into()])
            .await?;
    }
    Ok(cleared)
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListsKept")]
pub struct Done {
    switched: bool,
    cleared: usize,
    duties: Option<String>,
}

/// Every minute: mends what a crash has left, takes off what is over, clears away. Looks only, where there is nothing to do.
pub async fn keep_lists(context: Context) -> Answer {
    fold(&context).await?;
    let switched = bring_up_to_date(&context).await?;
    let cleared = clear(&context).await?;
    let duties = crate::duties::publish_when_due(&context).await?;
    let done = Done {
        switched,
        cleared,
        duties,
    };
    Ok(axum::Json(done).into_response())
}
