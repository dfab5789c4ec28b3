//! What a business scope says: read when the row is written, and read again where an earlier version of the rules read it.

use crate::names;
use axum::response::IntoResponse as _;
use domain::scope;
use registers::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use web::{Answer, Context, Problem};

/// The most rows of one statement.
const SLICE: u32 = 500;
/// How long one run goes on. The next run takes the rest.
const RUN_LASTS: Duration = Duration::from_secs(240);

/// The columns that follow from a business scope.
#[derive(Default, Serialize)]
pub struct ScopeVerdict {
    needs_license: Option<u8>,
    scope_reading: Option<String>,
    scope_rules: Option<u32>,
}

impl ScopeVerdict {
    pub fn read(text: &str) -> Self {
        let reading = scope::read(text);
        Self {
            needs_license: reading.needs_license().map(u8::from),
            // A reading has texts and codes alone, which always serialise.
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
struct EnterpriseScope {
    id: i64,
    scope: String,
}

#[derive(Serialize)]
struct ReadScope {
    id: i64,
    scope: String,
    #[serde(flatten)]
    verdict: ScopeVerdict,
}

/// How many scopes were read, how many names folded, and how many given their place in the order of pinyin.
#[derive(Serialize, JsonSchema)]
pub struct ScopesRead {
    read: usize,
    folded: usize,
    placed: usize,
}

/// Every morning at half past four: reads the scopes that other rules have read, or none, folds names and gives them their place in the order. A row that is edited meanwhile
/// is read by its edit.
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
    while began.elapsed() < RUN_LASTS {
        let unread: Vec<EnterpriseScope> = context
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
        let rows: Vec<ReadScope> = unread
            .into_iter()
            .map(|row| ReadScope {
                verdict: ScopeVerdict::read(&row.scope),
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
    let folded = names::fold_names(&context).await?;
    let placed = names::place_names(&context).await?;
    let done = ScopesRead {
        read,
        folded,
        placed,
    };
    Ok(axum::Json(done).into_response())
}
