//! Numbers of the policy table.

use chrono::NaiveDate;
use web::{Context, Problem};

/// The number that a policy has today; 0 where no value holds yet.
pub async fn current_number(context: &Context, name: &str) -> Result<u32, Problem> {
    number_on(context, name, context.today()).await
}

/// The number that a policy has on a day; 0 where no value holds yet.
pub async fn number_on(context: &Context, name: &str, day: NaiveDate) -> Result<u32, Problem> {
    let sql = "SELECT CAST(coalesce((SELECT value ->> '$' FROM policy_ledger
        WHERE name = ?1 AND valid_from <= ?2 AND (valid_before IS NULL OR ?2 < valid_before)), 0) AS TEXT)";
    let parameters = [name.into(), day.to_string().into()];
    Ok(context.store.json(sql, parameters).await?)
}
