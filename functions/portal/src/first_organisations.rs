//! The two organisations that every district has from the start: the office and its committee, as the settings `issuer` and `number_prefix`
//! name them. They are written with the first account, and by housekeeping in a store whose accounts are older than organisations.

use domain::organisation::committee_of;
use web::{Context, Problem, seal};

/// Writes the office as the settings name it, and its committee, where there are no organisations yet.
pub async fn write_first_organisations(context: &Context) -> Result<(), Problem> {
    let sql = "SELECT EXISTS (SELECT 1 FROM organisation) || ''";
    if context.store.text(sql, []).await? == "1" {
        return Ok(());
    }
    let office = context.issuer_setting.as_str();
    let mark = seal::variable("number_prefix").await?;
    let committee = committee_of(office).unwrap_or_else(|| "食药安委".to_owned());
    // Two who come at once write the same.
    let sql = "INSERT INTO organisation (id, kind, name, mark, part_of, changed_by, changed_at) VALUES
            ('committee', 'committee', ?1, ?2, NULL, 'settings', ?5), ('office', 'office', ?3, ?4, 'committee', 'settings', ?5)
        ON CONFLICT DO NOTHING RETURNING id";
    let parameters = [
        committee.into(),
        committee_of(&mark).into(),
        office.into(),
        Some(mark).filter(|mark| !mark.is_empty()).into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}
