//! Businesses by their numbers (design: enterprises): what tables keep as `uscc` is the number of a place of business. A credit code that one
//! site alone has stands for that site; where several share it, whoever names it has to say which.

use domain::EnterpriseNo;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::Store;
use web::{Context, Problem};

/// SQL: the credit code in the number of `enterprise_site t`; null where the number has none.
pub const CODE_OF_NUMBER: &str = "iif(t.uscc GLOB 'T*', NULL, substr(t.uscc, 1, 18))";

/// What the store knows of the numbers that were named.
#[derive(Debug, Default, Deserialize)]
pub struct NamedEnterprises {
    /// Credit codes that several sites share.
    shared: Vec<String>,
    /// Credit codes of businesses that have another number.
    numbers: BTreeMap<String, String>,
    /// Numbers of businesses that were merged into another, and that one's.
    merged: BTreeMap<String, String>,
}

/// Why a credit code names no single business.
pub const SEVERAL_SITES: &str = "这个代码下有几个经营场所，请写主体编号（代码后面加“-1”“-2”……）";

impl NamedEnterprises {
    /// What the store knows of these numbers, as they were written.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn find(store: &Store, written: &[&str]) -> Result<Self, Problem> {
        if written.is_empty() {
            return Ok(Self::default());
        }
        let sql = "SELECT json_object(
            'shared', json((SELECT json_group_array(w.value) FROM json_each(?1) w WHERE length(w.value) = 18 AND 1 <
                (SELECT count(*) FROM enterprise_further f WHERE f.code = w.value AND f.enterprise_no NOT IN (SELECT uscc FROM enterprise_merged))
                + (SELECT count(*) FROM enterprise_of_code e WHERE e.code = w.value AND e.enterprise_no NOT IN (SELECT uscc FROM enterprise_merged))
                + EXISTS (SELECT 1 FROM enterprise_today l WHERE l.uscc = w.value AND l.status <> 'merged'))),
            'merged', json((SELECT json_group_object(m.uscc, m.today) FROM json_each(?1) w JOIN enterprise_merged m ON m.uscc IN (w.value, substr(w.value, 1, 18)))),
            'numbers', json((SELECT json_group_object(e.code, e.enterprise_no) FROM json_each(?1) w JOIN enterprise_of_code e ON e.code = w.value
                AND e.enterprise_no NOT IN (SELECT uscc FROM enterprise_merged))))";
        Ok(store.json(sql, [json!(written).to_string().into()]).await?)
    }

    /// The number of the business that is meant as it is kept today; none where several sites share the code.
    pub fn number(&self, written: &str) -> Option<String> {
        if self.shared.iter().any(|code| code == written) {
            return None;
        }
        let number = self.numbers.get(written).map_or_else(
            || written.strip_suffix("-1").unwrap_or(written),
            String::as_str,
        );
        let today = self.merged.get(number);
        Some(today.map_or_else(|| number.to_owned(), Clone::clone))
    }
}

/// A site among several under one code.
#[derive(Debug, Serialize, Deserialize)]
pub struct Site {
    pub enterprise_no: String,
    pub name: String,
    pub address: Option<String>,
}

/// The number that the address of a page has, however it was typed: pages are led to by numbers, and a bare code is that of the first site,
/// where there is one. One that was merged leads to the one that it was merged into.
///
/// # Errors
///
/// 404 for what is no number.
pub async fn find_number(store: &Store, typed: &str) -> Result<String, Problem> {
    let number: EnterpriseNo = typed.parse().map_err(|_| Problem::not_found())?;
    let sql = "SELECT coalesce((SELECT m.today FROM enterprise_merged m WHERE m.uscc = ?1), iif(EXISTS (SELECT 1 FROM enterprise_ledger l WHERE l.uscc = ?1), ?1,
        coalesce((SELECT e.enterprise_no FROM enterprise_of_code e WHERE e.code = ?1
            AND e.enterprise_no NOT IN (SELECT uscc FROM enterprise_merged) LIMIT 1), ?1)))";
    Ok(store.text(sql, [number.as_str().into()]).await?)
}

/// The number under which the business that is named by a code or a number is kept today. A code that nobody has is given back as it is.
///
/// # Errors
///
/// 409 with the sites where several share the code; their addresses are told to those who are signed in.
pub async fn number_of(context: &Context, number: &EnterpriseNo) -> Result<String, Problem> {
    let store = &context.store;
    let code = number.as_str();
    let named = NamedEnterprises::find(store, &[&*number.as_written()]).await?;
    match named.number(&number.as_written()) {
        Some(number) => Ok(number),
        None => {
            let sql = "SELECT json_group_array(json_object('enterprise_no', enterprise_no, 'name', name, 'address', iif(?2, address, NULL))) FROM (
                SELECT * FROM enterprise_code WHERE enterprise_no = ?1 OR enterprise_no BETWEEN ?1 || '-' AND ?1 || '-~'
                UNION SELECT * FROM enterprise_code WHERE enterprise_no IN (SELECT enterprise_no FROM enterprise_of_code WHERE code = ?1) ORDER BY 1)
                WHERE enterprise_no NOT IN (SELECT uscc FROM enterprise_merged)";
            let is_staff = i64::from(context.caller.is_some());
            let sites: Vec<Site> = store.json(sql, [code.into(), is_staff.into()]).await?;
            Err(Problem {
                current: Some(Box::new(json!({ "items": sites }))),
                ..Problem::several_sites(SEVERAL_SITES)
            })
        }
    }
}
