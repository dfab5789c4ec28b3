//! In whose name papers go out: the office and its committee as the register of organisations names them (the portal's view
//! `acting_organisation`). Until they stand there, the settings `issuer` and `number_prefix` hold.

use crate::{Context, Problem, seal};
use domain::organisation::committee_of;

/// The office and its committee, as papers name them.
#[derive(Debug, Clone)]
pub struct Issuing {
    /// The full name of the office.
    pub office: String,
    /// The full name of the committee whose office it is.
    pub committee: String,
}

/// Who issues papers today.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn of_today(context: &Context) -> Result<Issuing, Problem> {
    let sql = "SELECT json_array((SELECT name FROM acting_organisation WHERE kind = 'office'),
        (SELECT name FROM acting_organisation WHERE kind = 'committee'))";
    let (office, committee): (Option<String>, Option<String>) = context.store.json(sql, []).await?;
    let office = office.unwrap_or_else(|| context.issuer_setting.clone());
    let committee = committee
        .or_else(|| committee_of(&office))
        .unwrap_or_else(|| "食药安委".to_owned());
    Ok(Issuing { office, committee })
}

/// In whose name complaints and reports are answered: the bureau, where it is registered, otherwise the office (design: who acts).
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn of_complaints(context: &Context) -> Result<String, Problem> {
    let sql = "SELECT json_array((SELECT name FROM acting_organisation WHERE kind IN ('bureau', 'office') ORDER BY kind LIMIT 1))";
    let (name,): (Option<String>,) = context.store.json(sql, []).await?;
    Ok(name.unwrap_or_else(|| context.issuer().to_owned()))
}

/// 发文代字: what stands before the year in the numbers of papers.
#[derive(Debug, Clone)]
pub struct Marks {
    pub office: String,
    pub committee: String,
}

/// The marks of the office and of its committee. Where the committee has none of its own it is the office's, with 委 for 办.
///
/// # Errors
///
/// As [`mark_of_office`].
pub async fn marks(context: &Context) -> Result<Marks, Problem> {
    let sql = "SELECT json_array((SELECT mark FROM paper_issuer WHERE issuer = 'committee'))";
    let (committee,): (Option<String>,) = context.store.json(sql, []).await?;
    let office = mark_of_office(context).await?;
    let committee = committee.unwrap_or_else(|| match office.strip_suffix('办') {
        Some(before) => format!("{before}委"),
        None => format!("{office}委"),
    });
    Ok(Marks { office, committee })
}

/// 发文代字 of the office: what stands before the year in the number of a paper.
///
/// # Errors
///
/// 503 where the store does not answer; 500 in a function that is not given `number_prefix`.
pub async fn mark_of_office(context: &Context) -> Result<String, Problem> {
    let sql = "SELECT json_array((SELECT mark FROM acting_organisation WHERE kind = 'office'))";
    let (mark,): (Option<String>,) = context.store.json(sql, []).await?;
    match mark {
        Some(mark) => Ok(mark),
        None => seal::variable("number_prefix").await,
    }
}
