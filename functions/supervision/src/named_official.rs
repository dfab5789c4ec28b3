//! Which official a row of assignments or visits is about. 工号 says so; where there is none, mobile and name together do. A name alone is never
//! certain, and the row is sent back with who it may be.

use crate::cadres::NAME;
use crate::post_identity::shown;
use registers::identity::{FileIdentities, Identity};
use registers::{Field, Usual, places};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use store::Store;
use web::Problem;

/// The official of an assignment or a visit, who must be on the roster.
pub const CADRE_NO: Field = Field::code("cadre_no", "工号", 40)
    .key()
    .usually(Usual::Identified)
    .searched()
    .filtered()
    .known_in(
        "cadre",
        "cadre_no",
        "包保干部名单里没有这个工号，请先导入包保干部",
    );

/// What a sheet may call the official instead, both together.
pub const CADRE_NAME: Field = NAME.or(&["干部姓名", "包保干部"]).only_in_sheets();
pub const CADRE_PHONE: Field = Field::telephone("phone", "手机")
    .or(&["手机号", "干部手机"])
    .only_in_sheets();

/// What a row says of whom it is about.
#[derive(Serialize)]
struct OfficialNames<'r> {
    cadre_no: Option<&'r str>,
    name: Option<&'r str>,
    phone: Option<&'r str>,
}

impl<'r> OfficialNames<'r> {
    fn of(record: &'r Map<String, Json>) -> Self {
        let said = |field: &Field| record.get(field.column).and_then(Json::as_str);
        Self {
            cadre_no: said(&CADRE_NO),
            name: said(&CADRE_NAME),
            phone: said(&CADRE_PHONE),
        }
    }

    /// Whether the roster has to be asked.
    fn is_looked_up(&self) -> bool {
        self.name.is_some() || self.cadre_no.is_none()
    }
}

/// An official on the roster who may be meant.
#[derive(Deserialize)]
struct KnownOfficial {
    cadre_no: String,
    name: String,
    phone: Option<String>,
    /// What the town of the first post is called today.
    town: Option<String>,
}

impl KnownOfficial {
    fn shown(&self) -> String {
        shown(&self.name, &self.cadre_no, self.town.as_deref())
    }
}

/// The officials with each row's number; where it has none, those with its mobile or its name.
async fn find_officials(
    store: &Store,
    rows: &[OfficialNames<'_>],
) -> Result<Vec<Vec<KnownOfficial>>, Problem> {
    if !rows.iter().any(OfficialNames::is_looked_up) {
        return Ok(Vec::new());
    }
    let sql = format!(
        "WITH said AS MATERIALIZED (SELECT key, value ->> '$.cadre_no' AS cadre_no, value ->> '$.phone' AS phone, value ->> '$.name' AS name FROM json_each(?1))
         SELECT json_group_array(json((SELECT json_group_array(json_object('cadre_no', p.cadre_no, 'name', p.name, 'phone', p.phone, 'town', {}))
            FROM (SELECT cadre_no, name, phone, town FROM post WHERE post_no IN (
                    SELECT post_no FROM post WHERE cadre_no = r.cadre_no AND r.name IS NOT NULL
                    UNION SELECT post_no FROM post WHERE phone = r.phone AND r.cadre_no IS NULL
                    UNION SELECT post_no FROM post WHERE name = r.name AND r.cadre_no IS NULL)
                ORDER BY ends_on IS NOT NULL, rowid LIMIT 20) p)))
         FROM (SELECT * FROM said ORDER BY key) r",
        places::town_name("p.town"),
    );
    let rows = serde_json::to_string(rows).map_err(Problem::internal)?;
    Ok(store.json(&sql, [rows.into()]).await?)
}

/// The official whom a row is about.
enum Official {
    Certain(String),
    /// The number of the row, and why it may be wrong.
    Doubtful(String),
    Ask(String),
    None(&'static str),
}

fn find_official(row: &OfficialNames<'_>, known: &[KnownOfficial]) -> Official {
    if let Some(number) = row.cadre_no {
        return match (row.name, known.first()) {
            (Some(name), Some(other)) if other.name != name => Official::Doubtful(format!(
                "工号 {number} 在包保干部名单里是{}，这里写的是{name}；已按工号记入，请核对",
                other.name
            )),
            _ => Official::Certain(number.to_owned()),
        };
    }
    if row.name.is_none() && row.phone.is_none() {
        return Official::None("应有工号，或者姓名和手机");
    }
    let both = known.iter().filter(|official| {
        row.name == Some(official.name.as_str())
            && row.phone.is_some()
            && row.phone == official.phone.as_deref()
    });
    let both: BTreeMap<&str, &KnownOfficial> = both
        .map(|official| (official.cadre_no.as_str(), official))
        .collect();
    if let (1, Some(number)) = (both.len(), both.keys().next()) {
        return Official::Certain((*number).to_owned());
    }
    let alike: BTreeMap<&str, String> = known
        .iter()
        .map(|official| (official.cadre_no.as_str(), official.shown()))
        .collect();
    if alike.is_empty() {
        return Official::None("包保干部名单里没有这个人，请先导入包保干部");
    }
    let alike: Vec<String> = alike.into_values().collect();
    Official::Ask(format!(
        "没有工号，要姓名和手机都对得上才能确定是谁；可能是{}，请补上工号",
        alike.join("、")
    ))
}

/// Identifies the rows of a slice: the record's own key stays as it is, its official is found.
pub async fn identify(
    store: &Store,
    records: &[&Map<String, Json>],
    _: &mut FileIdentities,
    _: bool,
) -> Result<Vec<Identity>, Problem> {
    let rows: Vec<OfficialNames<'_>> = records
        .iter()
        .map(|record| OfficialNames::of(record))
        .collect();
    let known = find_officials(store, &rows).await?;
    let identities = rows.iter().zip(records).enumerate();
    Ok(identities
        .map(|(place, (row, record))| {
            let known = known.get(place).map_or(&[][..], Vec::as_slice);
            let key = record.get("uscc").and_then(Json::as_str);
            let key = key.unwrap_or_default().to_owned();
            let (number, warning) = match find_official(row, known) {
                Official::Certain(number) => (number, None),
                Official::Doubtful(reason) => {
                    (row.cadre_no.unwrap_or_default().to_owned(), Some(reason))
                }
                Official::Ask(reason) => return Identity::Ask(reason),
                Official::None(reason) => return Identity::None(reason.to_owned()),
            };
            // One row with 工号 and another with name and mobile say the same.
            let written = match row.name.is_some() || row.phone.is_some() {
                true => vec![
                    (CADRE_NO.column, number.into()),
                    (CADRE_NAME.column, Json::Null),
                    (CADRE_PHONE.column, Json::Null),
                ],
                false => Vec::new(),
            };
            Identity::Known {
                key,
                written,
                warning,
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(cadre_no: &str, name: &str, phone: &str) -> KnownOfficial {
        KnownOfficial {
            cadre_no: cadre_no.to_owned(),
            name: name.to_owned(),
            phone: Some(phone.to_owned()),
            town: None,
        }
    }

    fn row<'r>(
        cadre_no: Option<&'r str>,
        name: Option<&'r str>,
        phone: Option<&'r str>,
    ) -> OfficialNames<'r> {
        OfficialNames {
            cadre_no,
            name,
            phone,
        }
    }

    #[test]
    fn name_and_mobile_together_are_certain_and_either_alone_is_not() {
        let roster = [
            known("Q1", "沈阿根", "13800000001"),
            known("Q2", "沈阿根", "13800000002"),
        ];
        let both = find_official(&row(None, Some("沈阿根"), Some("13800000002")), &roster);
        assert!(matches!(both, Official::Certain(number) if number == "Q2"));
        for alone in [
            row(None, Some("沈阿根"), None),
            row(None, None, Some("13800000002")),
            row(None, Some("沈阿根"), Some("13800000009")),
            row(None, Some("陈建国"), Some("13800000002")),
        ] {
            assert!(matches!(find_official(&alone, &roster), Official::Ask(_)));
        }
        let nobody = find_official(&row(None, None, None), &roster);
        assert!(matches!(nobody, Official::None(_)));
    }

    #[test]
    fn two_officials_of_one_name_and_mobile_are_told_apart_by_a_person() {
        let roster = [
            known("Q1", "沈阿根", "13800000001"),
            known("Q2", "沈阿根", "13800000001"),
        ];
        let asked = find_official(&row(None, Some("沈阿根"), Some("13800000001")), &roster);
        assert!(
            matches!(asked, Official::Ask(reason) if reason.contains("Q1") && reason.contains("Q2"))
        );
    }

    #[test]
    fn a_number_counts_and_another_name_beside_it_is_said() {
        let roster = [known("Q1", "沈阿根", "13800000001")];
        let same = find_official(&row(Some("Q1"), Some("沈阿根"), None), &roster);
        assert!(matches!(same, Official::Certain(_)));
        let other = find_official(&row(Some("Q1"), Some("陈建国"), None), &roster);
        assert!(matches!(other, Official::Doubtful(_)));
    }
}
