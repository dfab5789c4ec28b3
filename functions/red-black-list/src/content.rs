//! The salted hash of an entry that goes into the log, and what no entry may say.

use serde::Deserialize;
use std::collections::BTreeMap;
pub use transparency::{Content, Entry};
use transparency::{SALT, commitment};
use web::{Context, Problem, seal};

/// A fresh salt.
pub fn salt() -> Result<String, Problem> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::STANDARD.encode(seal::random::<SALT>()?))
}

/// What the log keeps of a content, or of a removal, which says nothing but whose.
pub fn leaf(salt: &str, id: &str, content: Option<&Content>) -> Result<String, Problem> {
    let hash = match content {
        Some(content) => commitment(salt, content),
        None => commitment(salt, &serde_json::json!({ "removed": id })),
    };
    hash.map_err(Problem::internal)
}

/// What of a business never leaves the office.
#[derive(Deserialize)]
pub struct Personal {
    uscc: String,
    name: String,
    person_in_charge: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

impl Personal {
    /// Of these businesses, by code.
    pub async fn of(context: &Context, codes: &[&str]) -> Result<BTreeMap<String, Self>, Problem> {
        let sql = "SELECT json_group_array(json_object('uscc', uscc, 'name', name, 'person_in_charge', person_in_charge, 'phone', phone, 'address', address))
            FROM enterprise_personal WHERE uscc IN (SELECT value FROM json_each(?1))";
        let codes = serde_json::json!(codes).to_string();
        let known: Vec<Self> = context.store.json(sql, [codes.into()]).await?;
        Ok(known
            .into_iter()
            .map(|one| (one.uscc.clone(), one))
            .collect())
    }

    /// What texts would make public of it: the owner's name outside the business's own, a telephone, an address.
    pub fn said_in(&self, texts: &[&str]) -> Option<&'static str> {
        let says = |what: &Option<String>, shortest: usize| {
            what.as_deref()
                .map(str::trim)
                .filter(|what| what.chars().count() >= shortest)
                .is_some_and(|what| {
                    texts
                        .iter()
                        .any(|text| text.replace(self.name.as_str(), "").contains(what))
                })
        };
        if says(&self.person_in_charge, 2) {
            Some("负责人的姓名")
        } else if says(&self.phone, 7) {
            Some("联系电话")
        } else if says(&self.address, 6) {
            Some("住所")
        } else {
            None
        }
    }
}
