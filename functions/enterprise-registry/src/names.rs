//! Names are made ready for the search anew where an earlier version of the folding did it. What a person reads does not change, so that
//! the ledger's audit has no row of it.

use crate::name_order;
use domain::search;
use registers::{Field, Record};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use web::{Context, Problem};

/// The most rows of one statement.
const SLICE: u32 = 500;
/// How long one run goes on. The next run takes the rest.
const RUN_LASTS: Duration = Duration::from_secs(120);

#[derive(Deserialize)]
struct EnterpriseName {
    id: i64,
    name: String,
}

#[derive(Serialize)]
struct FoldedName {
    id: i64,
    name: String,
    search_name: String,
    initials: String,
}

/// Fills in what a business is sorted by: the place of its name in the order of pinyin.
pub fn place_into(record: &mut Record, name: &Field) {
    let key = record.text(name).map(name_order::key).unwrap_or_default();
    record.set("name_key", key);
    record.set("name_order", name_order::ORDER);
}

/// Fills in what the search goes by: the name of a record as people would compare it, and its initials.
pub fn fold_into(record: &mut Record, name: &Field) {
    let folded = record.text(name).map(search::fold).unwrap_or_default();
    record.set("initials", search::initials(&folded));
    record.set("search_rules", search::RULES);
    record.set("search_name", folded);
}

/// The tables that keep names for the search; the row's own number tells the names apart.
const TABLES: [&str; 2] = ["enterprise_site", "enterprise_other_name"];

/// Folds names anew, and gives their number. A name that is changed meanwhile is folded by its change.
pub async fn fold_names(context: &Context) -> Result<usize, Problem> {
    let began = Instant::now();
    let mut folded = 0;
    for table in TABLES {
        folded += fold_names_of(context, table, began).await?;
    }
    Ok(folded)
}

async fn fold_names_of(context: &Context, table: &str, began: Instant) -> Result<usize, Problem> {
    let sql = format!(
        "SELECT json_group_array(json_object('id', id, 'name', name)) FROM (
            SELECT rowid AS id, name FROM {table} WHERE rowid > ?1 AND search_rules IS NOT ?2 ORDER BY rowid LIMIT ?3)"
    );
    let update = format!(
        "UPDATE {table} SET search_name = r.value ->> '$.search_name', initials = r.value ->> '$.initials', search_rules = ?2
        FROM json_each(?1) r
        WHERE {table}.rowid = r.value ->> '$.id' AND {table}.name = r.value ->> '$.name' RETURNING 1"
    );
    let rules = i64::from(search::RULES);
    let (mut after, mut folded) = (0, 0);
    while began.elapsed() < RUN_LASTS {
        let parameters = [after.into(), rules.into(), i64::from(SLICE).into()];
        let named: Vec<EnterpriseName> = context.store.json(&sql, parameters).await?;
        let Some(last) = named.last() else {
            break;
        };
        after = last.id;
        let rows: Vec<FoldedName> = named
            .into_iter()
            .map(|EnterpriseName { id, name }| {
                let search_name = search::fold(&name);
                FoldedName {
                    initials: search::initials(&search_name),
                    id,
                    name,
                    search_name,
                }
            })
            .collect();
        let rows = serde_json::to_string(&rows).map_err(Problem::internal)?;
        folded += context
            .store
            .run(&update, [rows.into(), rules.into()])
            .await?;
    }
    Ok(folded)
}

#[derive(Serialize)]
struct PlacedName {
    id: i64,
    name: String,
    key: String,
}

/// Gives names their place in the order of pinyin where another version of the order gave it, or none has, and gives their number.
pub async fn place_names(context: &Context) -> Result<usize, Problem> {
    // Ascending by the index: first those that have none, then those of older versions. What is done is beyond the range.
    let sql = "SELECT json_group_array(json_object('id', id, 'name', name)) FROM (
        SELECT id, name FROM enterprise_site WHERE name_order IS NULL
        UNION ALL SELECT id, name FROM enterprise_site WHERE name_order < ?1
        UNION ALL SELECT id, name FROM enterprise_site WHERE name_order > ?1 LIMIT ?2)";
    let update = "UPDATE enterprise_site SET name_key = r.value ->> '$.key', name_order = ?2
        FROM json_each(?1) r
        WHERE enterprise_site.id = r.value ->> '$.id' AND enterprise_site.name = r.value ->> '$.name' RETURNING 1";
    let order = i64::from(name_order::ORDER);
    let began = Instant::now();
    let mut placed = 0;
    while began.elapsed() < RUN_LASTS {
        let named: Vec<EnterpriseName> = context
            .store
            .json(sql, [order.into(), i64::from(SLICE).into()])
            .await?;
        let rows: Vec<PlacedName> = named
            .into_iter()
            .map(|EnterpriseName { id, name }| PlacedName {
                key: name_order::key(&name),
                id,
                name,
            })
            .collect();
        let rows = serde_json::to_string(&rows).map_err(Problem::internal)?;
        // Names that are changed meanwhile are placed by their change, so that none is left without end.
        match context
            .store
            .run(update, [rows.into(), order.into()])
            .await?
        {
            0 => break,
            written => placed += written,
        }
    }
    Ok(placed)
}
