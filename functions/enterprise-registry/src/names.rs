//! Names are made ready for the search anew where an earlier version of the folding did it. What a person reads does not change, so that
//! no audit row is written.

use domain::search;
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

/// Folds names anew, and gives their number. A name that is changed meanwhile is folded by its change.
pub async fn fold_names(context: &Context) -> Result<usize, Problem> {
    let sql = "SELECT json_group_array(json_object('id', id, 'name', name)) FROM (
                   SELECT id, name FROM enterprise_site WHERE id > ?1 AND search_rules IS NOT ?2 ORDER BY id LIMIT ?3)";
    let update = "UPDATE enterprise_site SET search_name = r.value ->> '$.search_name', initials = r.value ->> '$.initials', search_rules = ?2
                  FROM json_each(?1) r
                  WHERE enterprise_site.id = r.value ->> '$.id' AND enterprise_site.name = r.value ->> '$.name' RETURNING enterprise_site.id";
    let rules = i64::from(search::RULES);
    let (mut after, mut folded) = (0, 0);
    let began = Instant::now();
    while began.elapsed() < RUN_LASTS {
        let parameters = [after.into(), rules.into(), i64::from(SLICE).into()];
        let named: Vec<EnterpriseName> = context.store.json(sql, parameters).await?;
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
            .run(update, [rows.into(), rules.into()])
            .await?;
    }
    Ok(folded)
}
