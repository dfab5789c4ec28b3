//! Which place of business a row of a roster is (design: enterprises). What names it is tried in this order: 主体编号; the number of a
//! licence, filing or registration; the credit code; the old registration number; name and town. Under a known code, name and address both
//! different make a new site. Name and town alone are never certain: a person says which it is.

use crate::given_numbers::GivenNumbers;
use crate::list::code_of_site;
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permits: Vec<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_no: Option<&'r str>,
    /// The name as people would compare it.
    name: &'r str,
    #[serde(skip)]
    address: &'r str,
    #[serde(skip)]
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
                // 办理中 is no number.
                .filter(|number| number.bytes().any(|byte| byte.is_ascii_digit()))
                .collect(),
            old_no: said("old_no"),
            name: said("search_name").unwrap_or_default(),
            address: said("address").unwrap_or_default(),
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct KnownSite {
    number: String,
    /// The number of the site that it was merged into.
    merged_into: Option<String>,
    code: Option<String>,
    /// The name as people would compare it, and as it is written.
    search_name: String,
    name: String,
    address: Option<String>,
}

impl KnownSite {
    /// The number under which it is kept today.
    fn number_today(&self) -> String {
        self.merged_into.as_ref().unwrap_or(&self.number).clone()
    }

    fn candidate(&self) -> Candidate {
        Candidate {
            enterprise_no: self.number_today(),
            name: self.name.clone(),
            address: self.address.clone(),
        }
    }
}

/// What the store knows of one row, where that has to be weighed.
#[derive(Debug, Default, Deserialize)]
struct KnownOfRow {
    by_number: bool,
    /// The sites under its credit code.
    sites: Vec<KnownSite>,
    by_permit: Vec<KnownSite>,
    by_old_no: Vec<KnownSite>,
}

impl KnownOfRow {
    /// Of a row of the ledger and the one that it was merged into, only the latter: it is one place of business. A row that was merged is meant
    /// where nothing else is: what a roster says of it stays with it.
    fn once_each(mut self) -> Self {
        for sites in [&mut self.sites, &mut self.by_permit, &mut self.by_old_no] {
            if sites.iter().any(|site| site.merged_into.is_none()) {
                sites.retain(|site| site.merged_into.is_none());
            }
        }
        self
    }
}

/// What the store says of one row.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Told {
    /// 1: the one site under its code has its name; 2: nobody has its code yet.
    Plain(u8),
    Known(KnownOfRow),
}

/// SQL: `enterprise_site e` as a [`KnownSite`].
const SITE: &str = concat!(
    "json_object('number', e.uscc, 'merged_into', e.merged_into, 'code', ",
    code_of_site!(),
    ", 'search_name', e.search_name, 'name', e.name, 'address', e.address)"
);

async fn find_known(store: &Store, rows: &[RowNames<'_>]) -> Result<Vec<Told>, Problem> {
    let sites_of = |condition: &str| {
        format!("json((SELECT json_group_array({SITE}) FROM enterprise_site e WHERE {condition}))")
    };
    // Most rows have a code that one site has, under the same name: of these nothing more is asked.
    let sql = format!(
        "WITH said AS MATERIALIZED (SELECT key, value ->> '$.number' AS number, value ->> '$.name' AS name, value ->> '$.is_numbered' AS is_numbered,
            value -> '$.permits' AS permits, value ->> '$.old_no' AS old_no FROM json_each(?1))
         SELECT json_group_array(json(CASE
            WHEN r.number IS NULL OR r.is_numbered OR length(r.number) <> 18
                OR EXISTS (SELECT 1 FROM enterprise_site f WHERE length(f.uscc) > 18 AND substr(f.uscc, 1, 18) = r.number)
                OR EXISTS (SELECT 1 FROM enterprise_site c WHERE c.credit_code = r.number) THEN {all}
            WHEN first.uscc IS NULL AND NOT (SELECT EXISTS (SELECT 1 FROM enterprise_site t WHERE t.uscc BETWEEN 'T' AND 'T~')) THEN '2'
            WHEN first.search_name = r.name AND first.merged_into IS NULL THEN '1'
            ELSE {all} END))
         FROM (SELECT * FROM said ORDER BY key) r LEFT JOIN enterprise_site first ON first.uscc = r.number",
        all = format!(
            "json_object(
            'by_number', json(iif(EXISTS (SELECT 1 FROM enterprise_site s WHERE s.uscc = r.number), 'true', 'false')),
            'sites', json(iif(r.number IS NULL OR r.number GLOB 'T*', '[]', {})),
            'by_permit', json(iif(r.permits IS NULL, '[]', {})),
            'by_old_no', json(iif(r.old_no IS NULL, '[]', {})))",
            // Three indexes, each for its part.
            sites_of(
                "e.id IN (SELECT id FROM enterprise_site WHERE uscc = substr(r.number, 1, 18) UNION SELECT id FROM enterprise_site
                WHERE length(uscc) > 18 AND substr(uscc, 1, 18) = substr(r.number, 1, 18)
                UNION SELECT id FROM enterprise_site WHERE credit_code = substr(r.number, 1, 18))"
            ),
            sites_of(
                "e.uscc IN (SELECT held.uscc FROM json_each(r.permits) p JOIN enterprise_permit held ON held.number = p.value AND held.revoked_on IS NULL)"
            ),
            sites_of("e.id IN (SELECT id FROM enterprise_site WHERE old_no = r.old_no)"),
        ),
    );
    let rows = serde_json::to_string(rows).map_err(Problem::internal)?;
    Ok(store.json(&sql, [rows.into()]).await?)
}

/// What a row is found to be.
#[derive(Debug, PartialEq)]
enum Found {
    /// This site. Where the number has no code and the row brings one, it is kept beside.
    Site(String),
    /// A site that is not there yet: under this code, or without any.
    New(Option<Uscc>),
    Unclear(Vec<Candidate>),
    NoSuchNumber,
}

impl RowNames<'_> {
    fn has_name_of(&self, site: &KnownSite) -> bool {
        site.search_name == self.name
    }

    /// The address as people would compare it; empty where there is none.
    fn comparable_address(&self) -> String {
        text::comparable(self.address)
    }

    fn has_address_of(&self, site: &KnownSite) -> bool {
        let address = self.comparable_address();
        !address.is_empty() && site.address.as_deref().map(text::comparable) == Some(address)
    }

    /// Whether it may be this site: it has its name or its address, or one of the two addresses is not known.
    fn fits(&self, site: &KnownSite) -> bool {
        let is_nowhere = site.address.as_deref().is_none_or(text::is_blank);
        self.has_name_of(site)
            || self.has_address_of(site)
            || text::is_blank(self.address)
            || is_nowhere
    }
}

/// Decides by what the row says, what the store knows, and the sites of the same code that the file has brought already.
fn decide(row: &RowNames<'_>, known: &KnownOfRow, of_file: &[KnownSite]) -> Found {
    let code = row.code();
    if row.is_numbered {
        return match (known.by_number, row.number, known.sites.as_slice()) {
            (true, Some(number), _) => Found::Site(number.to_owned()),
            (false, Some(number), [one]) if number.len() == 18 => Found::Site(one.number.clone()),
            // The first site under a code may be named as such before it is there.
            (false, Some(number), []) if number.len() == 18 => Found::Site(number.to_owned()),
            _ => Found::NoSuchNumber,
        };
    }
    if let Some(code) = code {
        // A business without a code may have got this one: its licence says so, and its name or address.
        let mut uncoded = known.by_permit.iter().filter(|site| {
            site.code.is_none() && (row.has_name_of(site) || row.has_address_of(site))
        });
        if let (Some(one), None) = (uncoded.next(), uncoded.next()) {
            return Found::Site(one.number.clone());
        }
        let sites: Vec<&KnownSite> = known.sites.iter().chain(of_file).collect();
        return site_of_code(row, code, &sites);
    }
    let numbered: Vec<&KnownSite> = known.by_permit.iter().chain(&known.by_old_no).collect();
    let mut named = numbered.iter().filter(|site| row.has_name_of(site));
    let fitting: Vec<&&KnownSite> = numbered.iter().filter(|site| row.fits(site)).collect();
    match (named.next(), fitting.as_slice(), numbered.as_slice()) {
        (Some(one), ..) => Found::Site(one.number.clone()),
        (None, [one], _) => Found::Site(one.number.clone()),
        (None, _, []) if !row.permits.is_empty() || row.old_no.is_some() => Found::New(None),
        (None, _, others) => Found::Unclear(others.iter().map(|site| site.candidate()).collect()),
    }
}

/// Which of the sites under one code a row is.
fn site_of_code(row: &RowNames<'_>, code: Uscc, sites: &[&KnownSite]) -> Found {
    let both = sites
        .iter()
        .find(|site| row.has_name_of(site) && row.has_address_of(site));
    let found = both
        .or_else(|| sites.iter().find(|site| row.has_name_of(site)))
        .or_else(|| sites.iter().find(|site| row.has_address_of(site)));
    if let Some(site) = found {
        return Found::Site(site.number.clone());
    }
    match sites {
        // Of an address that nobody has told nothing can be said: it is the one that is there, under another name.
        [one] if row.fits(one) => Found::Site(one.number.clone()),
        [] | [_] => Found::New(Some(code)),
        several if text::is_blank(row.address) => {
            Found::Unclear(several.iter().map(|site| site.candidate()).collect())
        }
        _ => Found::New(Some(code)),
    }
}

/// The businesses that have or had a name in a town, at most ten.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn find_alike(store: &Store, name: &str, town: &str) -> Result<Vec<Candidate>, Problem> {
    let sql = format!(
        "SELECT json_group_array({SITE}) FROM (SELECT e.* FROM enterprise_site e WHERE e.merged_into IS NULL AND e.id IN (SELECT id FROM enterprise_site WHERE search_name = ?1
                UNION SELECT named.id FROM enterprise_other_name o JOIN enterprise_site named ON named.uscc = o.uscc
                WHERE o.search_name = ?1 AND o.revoked_on IS NULL)
            AND (?2 = '' OR e.town IN (SELECT same.id FROM place_today own JOIN place_today same ON same.today = own.today WHERE own.id = ?2)) LIMIT 10) e"
    );
    let sites: Vec<KnownSite> = store.json(&sql, [name.into(), town.into()]).await?;
    Ok(sites.iter().map(KnownSite::candidate).collect())
}

/// The sites under a credit code, at most ten.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn find_of_code(store: &Store, code: &str) -> Result<Vec<Candidate>, Problem> {
    let sql = format!(
        "SELECT json_group_array({SITE}) FROM (SELECT * FROM enterprise_site WHERE uscc = ?1 AND merged_into IS NULL
            UNION SELECT * FROM enterprise_site WHERE length(uscc) > 18 AND substr(uscc, 1, 18) = ?1 AND merged_into IS NULL
            ORDER BY uscc LIMIT 10) e"
    );
    let sites: Vec<KnownSite> = store.json(&sql, [code.into()]).await?;
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
    let mut given = writes.then(|| GivenNumbers::for_rows(rows.len()));
    for ((record, row), known) in records.iter().zip(&rows).zip(known) {
        identities.push(identify_row(store, record, row, known, file, given.as_mut()).await?);
    }
    if let Some(given) = given {
        let others = given.keep(store).await?;
        for identity in &mut identities {
            if let Identity::Known { key, .. } = identity
                && let Some(other) = others.get(key)
            {
                other.clone_into(key);
            }
        }
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

/// What a person has said of a row that says the same; none where nobody has.
async fn chosen_before(store: &Store, row: &RowNames<'_>) -> Result<Option<String>, Problem> {
    let sql = format!(
        "SELECT json_array((SELECT coalesce((SELECT m.today FROM enterprise_merged m WHERE m.uscc = u.enterprise_no), u.enterprise_no)
            FROM enterprise_unplaced u LEFT JOIN place_today kept ON kept.id = u.town
            LEFT JOIN place_today own ON own.id = {}
            WHERE u.search_name = ?1 AND u.address = ?3 AND u.enterprise_no IS NOT NULL AND kept.today IS own.today LIMIT 1))",
        registers::places::town_id("?2")
    );
    let parameters = [
        row.name.into(),
        row.town.unwrap_or("").into(),
        row.comparable_address().into(),
    ];
    let (chosen,): (Option<String>,) = store.json(&sql, parameters).await?;
    Ok(chosen)
}

async fn identify_row(
    store: &Store,
    record: &Map<String, Json>,
    row: &RowNames<'_>,
    told: Told,
    file: &mut FileIdentities,
    given: Option<&mut GivenNumbers>,
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
            merged_into: None,
        })
        .collect();
    let known = match told {
        Told::Plain(told) => {
            let number = row.number.unwrap_or_default().to_owned();
            if told == 1 || of_file.is_empty() {
                // What the store has is told again for the next row of the code.
                if told != 1 {
                    remember(file, row, under_code, &number);
                }
                return Ok(Identity::Known {
                    key: number,
                    written: Vec::new(),
                    warning: None,
                });
            }
            KnownOfRow::default()
        }
        Told::Known(known) => known.once_each(),
    };
    let again = marks(row)
        .iter()
        .filter(|_| code.is_none())
        .filter_map(|mark| file.known.get(mark))
        .flatten()
        .find(|(_, name, address)| {
            *name == row.name || text::comparable(address) == row.comparable_address()
        })
        .map(|(number, ..)| number.clone());
    let found = match again {
        Some(number) => Found::Site(number),
        None => decide(row, &known, &of_file),
    };
    let (number, warning) = match found {
        Found::Unclear(mut candidates) => {
            if let Some(number) = chosen_before(store, row).await? {
                let written = known_values(store, &number, record).await?;
                return Ok(Identity::Known {
                    key: number,
                    written,
                    warning: None,
                });
            }
            if candidates.is_empty() {
                candidates = find_alike(store, row.name, row.town.unwrap_or("")).await?;
            }
            return Ok(Identity::Unclear(candidates));
        }
        Found::NoSuchNumber => {
            return Ok(Identity::None("没有这个主体编号，请核对".to_owned()));
        }
        Found::Site(number) => (number, None),
        Found::New(Some(code)) if known.sites.is_empty() && of_file.is_empty() => {
            (code.to_string(), None)
        }
        Found::New(code) => {
            let first = under_code.iter().cloned().chain(marks(row)).next();
            let mark = format!(
                "{}|{}|{}",
                first.unwrap_or_default(),
                row.name,
                row.comparable_address()
            );
            let number = match given {
                Some(given) => given.give(store, code, mark).await?,
                None => {
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
    remember(file, row, under_code, &number);
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

/// Keeps what a row was told to be, for the rows behind it.
fn remember(file: &mut FileIdentities, row: &RowNames<'_>, code: Option<String>, number: &str) {
    let marks = match code {
        Some(code) => vec![code],
        None => marks(row),
    };
    for mark in marks {
        let site = (
            number.to_owned(),
            row.name.to_owned(),
            row.address.to_owned(),
        );
        file.known.entry(mark).or_default().push(site);
    }
}

#[cfg(test)]
mod tests;
