//! Whom a citizen can call or visit: the station and the food-safety office that answer for a town, the bureau, and the office. They stand in
//! the portal's view `organisation_reached`; where nothing was entered there, nothing is shown. The office stands in the foot of every page
//! ([`crate::page`]).

use crate::{Context, Problem};
use domain::organisation::OrganisationKind;
use maud::{Markup, html};
use serde::Deserialize;

/// An organisation with what is known of its telephone, address and hours.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OrganisationContact {
    pub kind: OrganisationKind,
    pub name: String,
    /// The towns that it answers for; the office has none.
    pub towns: Vec<String>,
    pub telephone: Option<String>,
    pub address: Option<String>,
    /// When it is open, in words.
    pub hours: Option<String>,
    /// Whom to ask for: for those whom papers go to, not for the public.
    pub person: Option<String>,
    /// Of the organisation: another one may say something else.
    pub version: i64,
}

/// The office as a value in a statement, for whoever asks for more in the same one; null where it is not registered.
pub const OFFICE: &str = "(SELECT json_object('kind', kind, 'name', name, 'towns', json_array(), 'telephone', telephone, 'address', address,
    'hours', hours, 'person', contact, 'version', version) FROM organisation_contact WHERE kind = 'office')";

impl OrganisationContact {
    /// Whether there is anything to say of it beside its name.
    pub fn can_be_reached(&self) -> bool {
        self.telephone.is_some() || self.address.is_some() || self.hours.is_some()
    }
}

/// The contacts of which `wanted` is true, with `?1` as the id of the town; stations first, then offices of towns, then the office. `wanted`
/// has the office in it, which is then known for the frame of the page too.
async fn find(
    context: &Context,
    wanted: &str,
    town: Option<&str>,
) -> Result<Vec<OrganisationContact>, Problem> {
    let sql = format!(
        "SELECT json_group_array(json_object('kind', kind, 'name', name, 'towns', json(towns), 'telephone', telephone, 'address', address,
            'hours', hours, 'person', contact, 'version', version))
         FROM (SELECT kind, name, telephone, address, hours, contact, version,
                json_group_array(DISTINCT town_name) FILTER (WHERE town_name IS NOT NULL) AS towns
            FROM organisation_reached c
            WHERE (kind = 'office' OR coalesce(telephone, address, hours) IS NOT NULL) AND ?1 IS ?1 AND ({wanted})
            GROUP BY organisation ORDER BY min(town_name) IS NULL, max(is_named) DESC, kind, min(town_name))"
    );
    let mut found: Vec<OrganisationContact> = context.store.json(&sql, [town.into()]).await?;
    let office = found
        .iter()
        .find(|contact| contact.kind == OrganisationKind::Office);
    context.know_office(office.cloned());
    found.retain(OrganisationContact::can_be_reached);
    Ok(found)
}

/// Who handles what happens in a town: its station, the bureau and the office. Of several stations, as after a merger, that comes first which
/// papers name.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn of_town(
    context: &Context,
    town: Option<&str>,
) -> Result<Vec<OrganisationContact>, Problem> {
    let wanted = "kind IN ('office', 'bureau') OR kind = 'station' AND town = ?1";
    find(context, wanted, town).await
}

/// All stations, the bureau and the office.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn of_district(context: &Context) -> Result<Vec<OrganisationContact>, Problem> {
    find(context, "kind IN ('office', 'bureau', 'station')", None).await
}

/// Everybody whom citizens call: also the food-safety offices of towns.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn of_everybody(context: &Context) -> Result<Vec<OrganisationContact>, Problem> {
    let wanted = "kind IN ('office', 'bureau', 'station', 'town_office')";
    find(context, wanted, None).await
}

/// SQL: name and telephone of the station of the town in a column, as one text; of several that can be called, the one that papers name. Null where none
/// can be called.
pub fn station_line(town: &str) -> String {
    format!(
        "(SELECT json_array(o.name, o.telephone) FROM organisation_reached o
            WHERE o.kind = 'station' AND o.town = {town} AND o.telephone IS NOT NULL ORDER BY o.is_named DESC LIMIT 1)"
    )
}

/// A telephone number as it is dialled; none where a part is no number.
fn dialled(number: &str) -> Option<String> {
    let (number, extension) = match number.split_once('转') {
        Some((number, extension)) => (number, Some(extension)),
        None => (number, None),
    };
    let is_number = |text: &str| text.len() >= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = number.replace('-', "");
    if !is_number(bare.strip_prefix('+').unwrap_or(&bare)) {
        return None;
    }
    Some(match extension {
        Some(extension) => format!("tel:{number};ext={extension}"),
        None => format!("tel:{number}"),
    })
}

/// Telephone numbers with 、 between them, each as a link that dials it.
pub fn telephones(numbers: &str) -> Markup {
    html! {
        @for (place, number) in numbers.split('、').enumerate() {
            @if place > 0 { "、" }
            @match dialled(number) {
                Some(address) => a href=(address) { (number) },
                None => (number),
            }
        }
    }
}

/// Name, telephone, address and hours, one beneath the other.
fn card(contact: &OrganisationContact) -> Markup {
    html! {
        h3 { (contact.name) @if !contact.towns.is_empty() { "（" (contact.towns.join("、")) "）" } }
        dl.facts {
            @if let Some(numbers) = &contact.telephone { dt { "电话" } dd { (telephones(numbers)) } }
            @if let Some(address) = &contact.address { dt { "地址" } dd { (address) } }
            @if let Some(hours) = &contact.hours { dt { "办公时间" } dd { (hours) } }
        }
    }
}

/// In one line, for the foot of a page.
pub fn line(contact: &OrganisationContact) -> Markup {
    html! {
        p {
            (contact.name)
            @if let Some(numbers) = &contact.telephone { " · 电话 " (telephones(numbers)) }
            @if let Some(address) = &contact.address { " · " (address) }
            @if let Some(hours) = &contact.hours { " · " (hours) }
        }
    }
}

/// A part of a page under its heading; nothing where there is nobody to name.
pub fn section(heading: &str, contacts: &[OrganisationContact]) -> Markup {
    html! {
        @if !contacts.is_empty() {
            h2 { (heading) }
            @for contact in contacts { (card(contact)) }
        }
    }
}

/// The office and the bureau in full, and the stations behind a summary, for a page that is about no town.
pub fn directory(heading: &str, contacts: &[OrganisationContact]) -> Markup {
    let (stations, office): (Vec<&OrganisationContact>, Vec<&OrganisationContact>) = contacts
        .iter()
        .partition(|contact| contact.kind == OrganisationKind::Station);
    html! {
        @if !contacts.is_empty() {
            h2 { (heading) }
            @for contact in office { (card(contact)) }
            @if !stations.is_empty() {
                details { summary { "各镇街的市场监管所" } @for contact in stations { (card(contact)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_a_link_that_dials_it_and_what_is_no_number_is_text() {
        assert_eq!(
            telephones("0572-1234567转801、12345、王").into_string(),
            "<a href=\"tel:0572-1234567;ext=801\">0572-1234567转801</a>、<a href=\"tel:12345\">12345</a>、王"
        );
        assert_eq!(
            telephones("+85221234567").into_string(),
            "<a href=\"tel:+85221234567\">+85221234567</a>"
        );
    }

    #[test]
    fn where_nothing_is_entered_nothing_is_shown() {
        assert_eq!(section("联系我们", &[]).into_string(), "");
        assert_eq!(directory("联系我们", &[]).into_string(), "");
        let contact = OrganisationContact {
            kind: OrganisationKind::Station,
            name: "某某所".to_owned(),
            towns: Vec::new(),
            telephone: None,
            address: Some("某路 1 号".to_owned()),
            hours: None,
            person: None,
            version: 1,
        };
        assert_eq!(
            section("联系我们", &[contact]).into_string(),
            "<h2>联系我们</h2><h3>某某所</h3><dl class=\"facts\"><dt>地址</dt><dd>某路 1 号</dd></dl>"
        );
    }
}
