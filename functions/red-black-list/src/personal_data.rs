//! Owners' names, telephones and addresses: no text with one of them becomes public.

use serde::Deserialize;
use std::collections::BTreeMap;
use web::problem::FieldError;
use web::{Context, Problem};

/// The personal data of one business in the ledger.
#[derive(Deserialize)]
pub struct PersonalData {
    uscc: String,
    name: String,
    person_in_charge: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

impl PersonalData {
    /// The personal data of these businesses, by credit code.
    pub async fn find(
        context: &Context,
        codes: &[&str],
    ) -> Result<BTreeMap<String, Self>, Problem> {
        let sql = "SELECT json_group_array(json_object('uscc', uscc, 'name', name, 'person_in_charge', person_in_charge, 'phone', phone, 'address', address))
            FROM enterprise_personal WHERE uscc IN (SELECT value FROM json_each(?1))";
        let codes = serde_json::json!(codes).to_string();
        let known: Vec<Self> = context.store.json(sql, [codes.into()]).await?;
        Ok(known
            .into_iter()
            .map(|one| (one.uscc.clone(), one))
            .collect())
    }

    /// Which of it the texts would make public. The owner's name counts only outside the business's own name, and what is too short to
    /// be told from ordinary words does not count.
    fn told_by(&self, texts: &[&str]) -> Option<&'static str> {
        let is_told = |datum: &Option<String>, shortest: usize| {
            datum
                .as_deref()
                .map(str::trim)
                .filter(|datum| datum.chars().count() >= shortest)
                .is_some_and(|datum| {
                    texts
                        .iter()
                        .any(|text| text.replace(self.name.as_str(), "").contains(datum))
                })
        };
        if is_told(&self.person_in_charge, 2) {
            Some("负责人的姓名")
        } else if is_told(&self.phone, 7) {
            Some("联系电话")
        } else if is_told(&self.address, 6) {
            Some("住所")
        } else {
            None
        }
    }
}

/// Refuses texts that would make an owner's name, telephone or address public.
///
/// # Errors
///
/// 422 at `field`, without the text itself.
pub fn refuse_personal_in(
    personal: Option<&PersonalData>,
    texts: &[&str],
    field: &str,
) -> Result<(), Problem> {
    match personal.and_then(|personal| personal.told_by(texts)) {
        None => Ok(()),
        Some(datum) => Err(Problem::invalid(vec![FieldError::secret(
            field,
            format!("要公开的文字（理由、所依据的事实或者回应）里有{datum}，不能公布。请先改掉"),
        )])),
    }
}

/// [`refuse_personal_in`] for one text about one business.
pub async fn refuse_personal(
    context: &Context,
    uscc: &str,
    text: &str,
    field: &str,
) -> Result<(), Problem> {
    let personal = PersonalData::find(context, &[uscc]).await?;
    refuse_personal_in(personal.get(uscc), &[text], field)
}
