//! The words by which entries of the lists are found, folded as names are everywhere.

use domain::search;
use serde::Deserialize;
use serde_json::json;
use web::{Context, Problem};

/// The most entries of one statement, so that none holds the writer for long.
const SLICE: u32 = 500;

/// Makes the entries ready for the search that another version of the folding has made ready, or none.
pub async fn renew_search_words(context: &Context) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct NamedEntry {
        seq: i64,
        name: String,
    }
    let rules = i64::from(search::RULES);
    loop {
        let sql = "SELECT json_group_array(json_object('seq', seq, 'name', name)) FROM (
            SELECT seq, name FROM list_entry WHERE search_rules IS NULL OR search_rules < ?1 LIMIT ?2)";
        let parameters = [rules.into(), i64::from(SLICE).into()];
        let named: Vec<NamedEntry> = context.store.json(sql, parameters).await?;
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
