//! What an entry says in public, and the salted hash of it that goes into the log.

use crate::findings::Met;
use chrono::NaiveDate;
use domain::red_black::ListKind;
use domain::words::Sector;
use serde::{Deserialize, Serialize};
use transparency::{SALT, commitment};
use web::{Context, Problem};

/// Everything that readers are told of an entry. No person, telephone or address has a place here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub id: String,
    pub list: ListKind,
    pub uscc: String,
    pub name: String,
    pub town: Option<String>,
    pub sector: Option<Sector>,
    /// Why.
    pub ground: String,
    /// Which criteria, in which version, on which evidence.
    pub rules: Vec<Met>,
    pub published_on: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// The business's own words.
    pub reply: Option<String>,
}

/// An entry as readers get it: its content, the salt, and its place in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    #[serde(flatten)]
    pub content: Content,
    pub seq: u64,
    pub salt: String,
}

/// A fresh salt.
pub fn salt() -> Result<String, Problem> {
    use base64::Engine as _;
    let mut bytes = [0; SALT];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// What the log keeps of a content, or of a removal, which says nothing but whose.
pub fn leaf(salt: &str, id: &str, content: Option<&Content>) -> Result<String, Problem> {
    let hash = match content {
        Some(content) => commitment(salt, content),
        None => commitment(salt, &serde_json::json!({ "removed": id })),
    };
    hash.map_err(Problem::internal)
}

#[derive(Deserialize)]
struct Personal {
    name: String,
    person_in_charge: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

/// The personal data that a text would make public: the owner's name outside the business's own, a telephone, an address.
pub async fn personal_in(
    context: &Context,
    uscc: &str,
    texts: &[&str],
) -> Result<Option<&'static str>, Problem> {
    let sql =
        "SELECT name, person_in_charge, phone, address FROM enterprise_personal WHERE uscc = ?1";
    let known: Option<Personal> = context.store.first(sql, [uscc.into()]).await?;
    let Some(known) = known else {
        return Ok(None);
    };
    let says = |what: &Option<String>, shortest: usize| {
        what.as_deref()
            .map(str::trim)
            .filter(|what| what.chars().count() >= shortest)
            .is_some_and(|what| {
                texts
                    .iter()
                    .any(|text| text.replace(known.name.as_str(), "").contains(what))
            })
    };
    Ok(if says(&known.person_in_charge, 2) {
        Some("负责人的姓名")
    } else if says(&known.phone, 7) {
        Some("联系电话")
    } else if says(&known.address, 6) {
        Some("住所")
    } else {
        None
    })
}
