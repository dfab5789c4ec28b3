//! What a business scope says, read when the row is written; and read again where an earlier version of the rules read it.

use crate::names;
use axum::response::IntoResponse as _;
use domain::scope;
use registers::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use web::{Answer, Context, Problem};

/// Rows in one statement.
const SLICE: u32 = 500;
/// How long one run goes on; the next run takes the rest.
const RUN: Duration = Duration::from_secs(240);

/// The columns that a scope gives.
#[derive(Default, Serialize)]
pub struct Verdict {
    needs_license: Option<u8>,
    scope_reading: Option<String>,
    scope_rules: Option<u32>,
}

impl Verdict {
    pub fn of(text: &str) -> Self {
        let reading = scope::read(text);
        Self {
            needs_license: reading.needs_license().map(u8::from),
            // Texts and codes always serialise.
            scope_reading: serde_json::to_string(&reading).ok(),
            scope_rules: Some(scope::RULES),
        }
    }

    /// Puts the columns into a record.
    pub fn fill_in(self, record: &mut Record) {
        record.set("needs_license", self.needs_license);
        record.set("scope_reading", self.scope_reading);
        record.set("scope_rules", self.scope_rules);
    }
}

#[derive(Deserialize)]
struct Unread {
    id: i64,
    scope: String,
}

#[derive(Serialize)]
struct ReadAgain {
    id: i64,
    scope: String,
    #[serde(flatten)]
    verdict: Verdict,
}

/// How many scopes were read, and names folded.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScopesRead")]
pub struct Again {
    read: usize,
    folded: usize,
}

/// 04:30: scopes that other rules have read, or none, are read again, and names folded again. A row that is edited meanwhile is read by
/// its edit.
pub async fn read_again(context: Context) -> Answer {
    let sql = "SELECT json_group_array(json_object('id', id, 'scope', business_scope)) FROM (
                   SELECT id, business_scope FROM enterprise_site
                   WHERE id > ?1 AND business_scope IS NOT NULL AND scope_rules IS NOT ?2 ORDER BY id LIMIT ?3)";
    let update = "UPDATE enterprise_site SET needs_license = r.value ->> '$.needs_license', scope_reading = r.value ->> '$.scope_reading',
                      scope_rules = r.value ->> '$.scope_rules', changed_by = ?2, changed_at = ?3
                  FROM json_each(?1) r
                  WHERE enterprise_site.id = r.value ->> '$.id' AND enterprise_site.business_scope = r.value ->> '$.scope' RETURNING enterprise_site.id";
    let by = format!("scope-rules/{}", scope::RULES);
    let (mut after, mut read) = (0, 0);
    let began = Instant::now();
    while began.elapsed() < RUN {
        let unread: Vec<Unread> = context
            .store
            .json(
                sql,
                [
                    after.into(),
                    i64::from(scope::RULES).into(),
                    i64::from(SLICE).into(),
                ],
            )
            .await?;
        let Some(last) = unread.last() else {
            break;
        };
        after = last.id;
        let rows: Vec<ReadAgain> = unread
            .into_iter()
            .map(|row| ReadAgain {
                verdict: Verdict::of(&row.scope),
                id: row.id,
                scope: row.scope,
            })
            .collect();
        let rows = serde_json::to_string(&rows).map_err(Problem::internal)?;
        read += context
            .store
            .run(
                update,
                [rows.into(), by.as_str().into(), context.at().into()],
            )
            .await?;
    }
    let folded = names::fold_again(&context).await?;
    Ok(axum::Json(Again { read, folded }).into_response())
}
