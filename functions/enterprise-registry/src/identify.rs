//! Which place of business a row of a roster is (design: enterprises). What names it is tried in this order: 主体编号; the number of a
//! licence, filing or registration; the credit code; the old registration number; name and town. Under a known code, name and address both
//! different make a new site. Name and town alone are never certain: a person says which it is.

use crate::roster::ENTERPRISES;
use domain::{EnterpriseNo, Uscc, text};
use registers::identity::{Candidate, FileIdentities, Identity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use store::Store;
use web::Problem;

/// The member of a record that says that a number was written, and not a code alone; no column has it.
pub const IS_NUMBERED: &str = "is_numbered";

/// What a row says of which business it is.
#[derive(Debug, Clone, Default, Serialize)]
struct RowNames<'r> {
    /// The number, or the credit code.
    number: Option<&'r str>,
    is_numbered: bool,
    /// Numbers of licences, filings and registrations.
    permits: Vec<&'r str>,
    old_no: Option<&'r str>,
    /// The name as people would compare it.
    name: &'r str,
    address: String,
    town: Option<&'r str>,
}

impl<'r> RowNames<'r> {
    fn of(record: &'r Map<String, Json>) -> Self {
        let said = |column: &str| record.get(column).and_then(Json::as_str);
        Self {
            number: said("uscc"),
            is_numbered: record.get(IS_NUMBERED).and_then(Json::as_i64) == Some(1),
            permits: ["license_no", "food_business_no", "registration_no"]
                .into_iter()
                .filter_map(said)
                .collect(),
            old_no: said("old_no"),
            name: said("search_name").unwrap_or_default(),
            address: said("address").map(text::comparable).unwrap_or_default(),
            town: said("town"),
        }
    }

    /// The credit code, where the row has one.
    fn code(&self) -> Option<Uscc> {
        let number: EnterpriseNo = self.number?.parse().ok()?;
        number.code()
    }
}

/// A site that the store has, as far as rows are held against it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct KnownSite {
    number: String,
    code: Option<String>,
    /// The name as people would compare it, and as it is written.
    search_name: String,
    name: String,
    address: Option<String>,
}

impl KnownSite {
    fn candidate(&self) -> Candidate {
        Candidate {
            enterprise_no: self.number.clone(),
            name: self.name.clone(),
            address: self.address.clone(),
        }
    }
}

/// What the store knows of one row.
#[derive(Debug, Default, Deserialize)]
struct KnownOfRow {
    by_number: bool,
    /// The sites under its credit code.
    sites: Vec<KnownSite>,
    by_permit: Vec<KnownSite>,
    by_old_no: Option<String>,
    /// What a person has said of a row with this name and town.
    chosen: Option<String>,
    alike: Vec<KnownSite>,
}

const SITE: &str = "json_object('number', s.uscc, 'code', coalesce(s.credit_code, iif(s.uscc GLOB 'T*', NULL, substr(s.uscc, 1, 18))),
    'search_name', s.search_name, 'name', s.name, 'address', s.address)";

async fn find_known(store: &Store, rows: &[RowNames<'_>]) -> Result<Vec<KnownOfRow>, Problem> {
    let sites_of = |condition: &str| {
        format!("json((SELECT json_group_array({SITE}) FROM enterprise_site s WHERE {condition}))")
    };
    let number = "r.value ->> '$.number'";
    let town = registers::places::town_id("(r.value ->> '$.town')");
    let code = format!("substr({number}, 1, 18)");
    let sql = format!(
        "SELECT json_group_array(json_object(
            'by_number', json(iif(EXISTS (SELECT 1 FROM enterprise_site s WHERE s.uscc = {number}), 'true', 'false')),
            'sites', iif({number} IS NULL OR {number} GLOB 'T*', json('[]'), {}),
            'by_permit', iif(json_array_length(r.value, '$.permits') = 0, json('[]'), {}),
            'by_old_no', (SELECT s.uscc FROM enterprise_site s WHERE s.old_no = r.value ->> '$.old_no' ORDER BY s.id LIMIT 1),
            'chosen', iif({number} IS NULL, (SELECT u.enterprise_no FROM enterprise_unplaced u
                WHERE u.search_name = r.value ->> '$.name' AND u.town = coalesce({town}, '')), NULL),
            'alike', iif({number} IS NULL AND json_array_length(r.value, '$.permits') = 0 AND r.value ->> '$.old_no' IS NULL, {}, json('[]'))))
         FROM (SELECT value FROM json_each(?1) ORDER BY key) r",
        // Three indexes, each for its part.
        sites_of(&format!(
            "s.id IN (SELECT id FROM enterprise_site WHERE uscc = {code} UNION SELECT id FROM enterprise_site
                WHERE length(uscc) > 18 AND substr(uscc, 1, 18) = {code} UNION SELECT id FROM enterprise_site WHERE credit_code = {code})"
        )),
        sites_of(
            "s.id IN (SELECT e.id FROM json_each(r.value, '$.permits') p JOIN enterprise_site e ON e.license_no = p.value
                UNION SELECT e.id FROM json_each(r.value, '$.permits') p JOIN enterprise_site e ON e.food_business_no = p.value
                UNION SELECT e.id FROM json_each(r.value, '$.permits') p JOIN enterprise_site e ON e.registration_no = p.value)"
        ),
        sites_of(&format!(
            "s.id IN (SELECT e.id FROM enterprise_site e WHERE e.town IS {town} AND e.search_name = r.value ->> '$.name' LIMIT 10)"
        )),
    );
    let rows = serde_json::to_string(rows).map_err(Problem::internal)?;
    Ok(store.json(&sql, [rows.into()]).await?)
}

/// What a row is found to be.
#[derive(Debug, PartialEq)]
enum Found {
    /// This site. Where the number has no code and the row brings one, it is kept beside.
    Site(String),
    /// The site that a person has said. What the row does not say of it stays as it is known.
    Chosen(String),
    /// A site that is not there yet: under this code, or without any.
    New(Option<Uscc>),
    Unclear(Vec<Candidate>),
    NoSuchNumber,
}

/// Decides by what the row says, what the store knows, and the sites of the same code that the file has brought already.
fn decide(row: &RowNames<'_>, known: &KnownOfRow, of_file: &[KnownSite]) -> Found {
    let code = row.code();
    if row.is_numbered {
        return match (known.by_number, row.number) {
            (true, Some(number)) => Found::Site(number.to_owned()),
            // The first site under a code may be named as such before it is there.
            (false, Some(number)) if number.len() == 18 => Found::Site(number.to_owned()),
            _ => Found::NoSuchNumber,
        };
    }
    // A licence moves with its business and not to another code: where the codes differ, the code counts.
    let of_this_code = |site: &&KnownSite| match (&code, &site.code) {
        (Some(code), Some(other)) => code.as_str() == other,
        _ => true,
    };
    let permitted: Vec<&KnownSite> = known.by_permit.iter().filter(of_this_code).collect();
    match permitted.as_slice() {
        [one] => return Found::Site(one.number.clone()),
        [] => {}
        several => return Found::Unclear(several.iter().map(|site| site.candidate()).collect()),
    }
    if let Some(code) = code {
        let sites: Vec<&KnownSite> = known.sites.iter().chain(of_file).collect();
        return site_of_code(row, code, &sites);
    }
    if let Some(number) = &known.by_old_no {
        return Found::Site(number.clone());
    }
    if !row.permits.is_empty() || row.old_no.is_some() {
        return Found::New(None);
    }
    match &known.chosen {
        Some(number) => Found::Chosen(number.clone()),
        None => Found::Unclear(known.alike.iter().map(KnownSite::candidate).collect()),
    }
}

/// Which of the sites under one code a row is.
fn site_of_code(row: &RowNames<'_>, code: Uscc, sites: &[&KnownSite]) -> Found {
    let same_name = |site: &&&KnownSite| site.search_name == row.name;
    let address = |site: &KnownSite| site.address.as_deref().map(text::comparable);
    let same_address = |site: &&&KnownSite| {
        !row.address.is_empty() && address(site).as_deref() == Some(row.address.as_str())
    };
    let both = sites
        .iter()
        .find(|site| same_name(site) && same_address(site));
    let found = both
        .or_else(|| sites.iter().find(same_name))
        .or_else(|| sites.iter().find(same_address));
    if let Some(site) = found {
        return Found::Site(site.number.clone());
    }
    match sites {
        [] => Found::New(Some(code)),
        // Of an address that nobody has told nothing can be said: it is the one that is there, under another name.
        [one] if row.address.is_empty() || address(one).is_none_or(|known| known.is_empty()) => {
            Found::Site(one.number.clone())
        }
        several if row.address.is_empty() => {
            Found::Unclear(several.iter().map(|site| site.candidate()).collect())
        }
        _ => Found::New(Some(code)),
    }
}

/// The next numbers, counted in one statement: of a code after its last site, of T after the last business without a code.
async fn next_number(store: &Store, code: Option<Uscc>) -> Result<EnterpriseNo, Problem> {
    let prefix = code.map_or_else(|| "T".to_owned(), |code| code.to_string());
    let sql = "INSERT INTO enterprise_numbering (prefix, last) VALUES (?1,
            iif(?1 = 'T', 1, coalesce((SELECT max(CAST(substr(e.uscc, 20) AS INTEGER)) FROM enterprise_site e
                WHERE length(e.uscc) > 18 AND substr(e.uscc, 1, 18) = ?1), 1) + 1))
        ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last";
    #[derive(Deserialize)]
    struct Numbering {
        last: u32,
    }
    let counted: Option<Numbering> = store.first(sql, [prefix.into()]).await?;
    let last = counted
        .ok_or_else(|| Problem::internal("a number that was not counted"))?
        .last;
    Ok(match code {
        Some(code) => EnterpriseNo::of_site(code, last),
        None => EnterpriseNo::without_code(last),
    })
}

/// The number of a business without a code that is new.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn new_number(store: &Store) -> Result<EnterpriseNo, Problem> {
    next_number(store, None).await
}

/// The businesses with a name in a town, at most ten.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn find_alike(store: &Store, name: &str, town: &str) -> Result<Vec<Candidate>, Problem> {
    let sql = format!(
        "SELECT json_group_array({SITE}) FROM (SELECT * FROM enterprise_site WHERE town IS nullif(?2, '') AND search_name = ?1 LIMIT 10) s"
    );
    let sites: Vec<KnownSite> = store.json(&sql, [name.into(), town.into()]).await?;
    Ok(sites.iter().map(KnownSite::candidate).collect())
}

/// Identifies the rows of a slice. Where nothing is written, new numbers are only thought of.
pub async fn identify(
    store: &Store,
    records: &[&Map<String, Json>],
    file: &mut FileIdentities,
    writes: bool,
) -> Result<Vec<Identity>, Problem> {
    let rows: Vec<RowNames<'_>> = records.iter().map(|record| RowNames::of(record)).collect();
    let known = find_known(store, &rows).await?;
    if file.is_written {
        file.known.clear();
    }
    let mut identities = Vec::with_capacity(rows.len());
    for ((record, row), known) in records.iter().zip(&rows).zip(known) {
        identities.push(identify_row(store, record, row, &known, file, writes).await?);
    }
    Ok(identities)
}

/// By what else than a code a row is known again within its file.
fn marks(row: &RowNames<'_>) -> Vec<String> {
    let permits = row.permits.iter().map(|number| format!("permit/{number}"));
    let old = row.old_no.iter().map(|number| format!("old/{number}"));
    permits.chain(old).collect()
}

/// What the store has in the columns that a row leaves blank.
async fn known_values(
    store: &Store,
    number: &str,
    record: &Map<String, Json>,
) -> Result<Vec<(&'static str, Json)>, Problem> {
    let blank: Vec<&'static str> = ENTERPRISES
        .fields
        .iter()
        .map(|field| field.column)
        .chain(["needs_license", "scope_reading", "scope_rules"])
        .filter(|column| record.get(*column).is_none_or(Json::is_null))
        .collect();
    let columns: Vec<String> = blank
        .iter()
        .map(|column| format!("'{column}', e.{column}"))
        .collect();
    let sql = format!(
        "SELECT coalesce((SELECT json_object({}) FROM enterprise_site e WHERE e.uscc = ?1), '{{}}')",
        columns.join(", ")
    );
    let mut known: Map<String, Json> = store.json(&sql, [number.into()]).await?;
    Ok(blank
        .into_iter()
        .filter_map(|column| Some((column, known.remove(column)?)))
        .collect())
}

async fn identify_row(
    store: &Store,
    record: &Map<String, Json>,
    row: &RowNames<'_>,
    known: &KnownOfRow,
    file: &mut FileIdentities,
    writes: bool,
) -> Result<Identity, Problem> {
    let code = row.code();
    let under_code = code.map(|code| format!("code/{code}"));
    let of_file: Vec<KnownSite> = under_code
        .iter()
        .filter_map(|code| file.known.get(code))
        .flatten()
        .map(|(number, name, address)| KnownSite {
            number: number.clone(),
            code: code.map(|code| code.to_string()),
            search_name: name.clone(),
            name: name.clone(),
            address: Some(address.clone()),
        })
        .collect();
    let marks = marks(row);
    let again = marks
        .iter()
        .filter(|_| code.is_none())
        .find_map(|mark| file.known.get(mark)?.first());
    let found = match again {
        Some((number, ..)) => Found::Site(number.clone()),
        None => decide(row, known, &of_file),
    };
    let (number, warning) = match found {
        Found::Unclear(candidates) => return Ok(Identity::Unclear(candidates)),
        Found::NoSuchNumber => {
            return Ok(Identity::None("没有这个主体编号，请核对".to_owned()));
        }
        Found::Site(number) => (number, None),
        Found::Chosen(number) => {
            let written = known_values(store, &number, record).await?;
            return Ok(Identity::Known {
                key: number,
                written,
                warning: None,
            });
        }
        Found::New(Some(code)) if known.sites.is_empty() && of_file.is_empty() => {
            (code.to_string(), None)
        }
        Found::New(code) => {
            let number = match writes {
                true => next_number(store, code).await?.to_string(),
                false => {
                    file.imagined += 1;
                    format!("T-{}", file.imagined)
                }
            };
            let warning = code.map(|_| {
                "这个代码下已经有名称和地址都不同的经营场所，这一行作为新的场所；如果是同一家搬迁又改名，请修改原来那一条".to_owned()
            });
            (number, warning)
        }
    };
    let site = (number.clone(), row.name.to_owned(), row.address.clone());
    for mark in under_code.into_iter().chain(marks) {
        file.known.entry(mark).or_default().push(site.clone());
    }
    // The code of the number itself is not kept beside it.
    let written = match (code, number.starts_with('T')) {
        (Some(code), true) => vec![("credit_code", json!(code.as_str()))],
        _ => Vec::new(),
    };
    Ok(Identity::Known {
        key: number,
        written,
        warning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "91330503MYYG3CWJ94";

    fn site(number: &str, name: &str, address: &str) -> KnownSite {
        KnownSite {
            number: number.to_owned(),
            code: (!number.starts_with('T')).then(|| number[..18].to_owned()),
            search_name: name.to_owned(),
            name: name.to_owned(),
            address: Some(address.to_owned()),
        }
    }

    fn row<'r>(number: Option<&'r str>, name: &'r str, address: &str) -> RowNames<'r> {
        RowNames {
            number,
            name,
            address: address.to_owned(),
            ..RowNames::default()
        }
    }

    fn decided(row: &RowNames<'_>, sites: &[KnownSite]) -> Found {
        let known = KnownOfRow {
            sites: sites.to_vec(),
            ..KnownOfRow::default()
        };
        decide(row, &known, &[])
    }

    #[test]
    fn under_a_known_code_only_another_name_at_another_address_is_another_site() {
        let first = [site(CODE, "甲店", "东街1号")];
        let is_first = Found::Site(CODE.to_owned());
        assert_eq!(
            decided(&row(Some(CODE), "甲店", "西街2号"), &first),
            is_first
        );
        assert_eq!(
            decided(&row(Some(CODE), "乙店", "东街1号"), &first),
            is_first
        );
        assert_eq!(decided(&row(Some(CODE), "乙店", ""), &first), is_first);
        let new = Found::New(CODE.parse().ok());
        assert_eq!(decided(&row(Some(CODE), "乙店", "西街2号"), &first), new);
        assert_eq!(decided(&row(Some(CODE), "甲店", "东街1号"), &[]), new);
    }

    #[test]
    fn of_several_sites_the_one_with_the_name_is_meant_and_without_an_address_a_person_says_which()
    {
        let second = format!("{CODE}-2");
        let both = [
            site(CODE, "甲店", "东街1号"),
            site(&second, "乙店", "西街2号"),
        ];
        assert_eq!(
            decided(&row(Some(CODE), "乙店", "南街3号"), &both),
            Found::Site(second)
        );
        let unclear = decided(&row(Some(CODE), "丙店", ""), &both);
        assert!(matches!(unclear, Found::Unclear(candidates) if candidates.len() == 2));
    }

    #[test]
    fn a_licence_finds_its_business_unless_the_row_has_another_code() {
        let stall = site("T000000013", "摊位", "菜场");
        let known = KnownOfRow {
            by_permit: vec![stall, site(CODE, "甲店", "东街1号")],
            ..KnownOfRow::default()
        };
        let with_code = RowNames {
            permits: vec!["JY1"],
            ..row(Some("91330503MYYMYQH439"), "丙店", "")
        };
        assert_eq!(
            decide(&with_code, &known, &[]),
            Found::Site("T000000013".to_owned())
        );
        let one = KnownOfRow {
            by_permit: vec![site(CODE, "甲店", "东街1号")],
            ..KnownOfRow::default()
        };
        assert_eq!(
            decide(&with_code, &one, &[]),
            Found::New("91330503MYYMYQH439".parse().ok())
        );
    }

    #[test]
    fn a_name_and_a_town_alone_are_never_certain_until_a_person_has_said() {
        let alike = KnownOfRow {
            alike: vec![site(CODE, "甲店", "东街1号")],
            ..KnownOfRow::default()
        };
        let named = row(None, "甲店", "");
        assert!(
            matches!(decide(&named, &alike, &[]), Found::Unclear(candidates) if candidates.len() == 1)
        );
        let said = KnownOfRow {
            chosen: Some("T000000013".to_owned()),
            ..KnownOfRow::default()
        };
        assert_eq!(
            decide(&named, &said, &[]),
            Found::Chosen("T000000013".to_owned())
        );
        let old = RowNames {
            old_no: Some("330503600123456"),
            ..row(None, "甲店", "")
        };
        assert_eq!(decide(&old, &alike, &[]), Found::New(None));
    }
}
