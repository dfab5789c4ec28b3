//! Clearing away what no reader can come to any more.

use crate::generation::{chunk_key, entry_page_key};
use chrono::{SecondsFormat, TimeDelta};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use transparency::FORMAT;
use web::{Context, KeyValue, Problem};

#[derive(Deserialize)]
struct ReplacedGeneration {
    tag: String,
    size: i64,
    format: i64,
    documents: BTreeMap<String, usize>,
}

/// How long a replaced generation stays for whoever has begun to read it.
const READING: TimeDelta = TimeDelta::minutes(10);

/// Deletes the documents of replaced generations and the pages of removed entries. Gives how many stored values and pages were deleted.
pub async fn clear_unread(context: &Context) -> Result<usize, Problem> {
    Ok(clear_documents(context).await? + clear_entry_pages(context).await?)
}

async fn clear_documents(context: &Context) -> Result<usize, Problem> {
    let before = (context.now - READING).to_rfc3339_opts(SecondsFormat::Secs, false);
    let sql = "SELECT json_group_array(json_object('tag', g.format || '-' || g.size, 'size', g.size, 'format', g.format, 'documents', json(g.documents)))
        FROM (SELECT * FROM list_generation WHERE documents IS NOT NULL AND made_at < ?1 ORDER BY made_at LIMIT 20) g
        JOIN list_current c ON (g.size, g.format) <> (c.size, c.format) AND g.size <= c.size";
    let replaced: Vec<ReplacedGeneration> = context.store.json(sql, [before.into()]).await?;
    let store = KeyValue::open().await?;
    let mut cleared = 0;
    for generation in replaced {
        for (name, chunks) in &generation.documents {
            for chunk in 0..*chunks {
                store
                    .delete(&chunk_key(&generation.tag, name, chunk))
                    .await?;
                cleared += 1;
            }
        }
        let sql = "UPDATE list_generation SET documents = NULL WHERE size = ?1 AND format = ?2";
        context
            .store
            .run(sql, [generation.size.into(), generation.format.into()])
            .await?;
    }
    Ok(cleared)
}

async fn clear_entry_pages(context: &Context) -> Result<usize, Problem> {
    let sql = "SELECT json_group_array(e.seq) FROM (SELECT seq FROM list_entry, list_current c WHERE has_page AND gone_seq <= c.size LIMIT 500) e";
    let gone: Vec<u64> = context.store.json(sql, []).await?;
    let store = KeyValue::open().await?;
    for seq in &gone {
        // An earlier version of the program may have left its own page of it.
        for format in 1..=FORMAT {
            store.delete(&entry_page_key(format, *seq)).await?;
        }
    }
    if !gone.is_empty() {
        let sql =
            "UPDATE list_entry SET has_page = 0 WHERE seq IN (SELECT value FROM json_each(?1))";
        context
            .store
            .run(sql, [json!(gone).to_string().into()])
            .await?;
    }
    Ok(gone.len())
}
