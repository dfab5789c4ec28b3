//! Finding businesses: by any part of the name, by code or licence number, by pinyin initials, and by what filters say.

use domain::search::SearchTerms;
use domain::words::{EnterpriseStatus, Level, Sector};
use registers::{places, search};
use schemars::JsonSchema;
use serde::Deserialize;
use store::Value;
use web::paging::{Page, blank_is_none};
use web::{Caller, Problem};

/// What a list of enterprises is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "EnterprisesAsked")]
pub struct EnterpriseFilter {
    /// 名称的任意部分、代码或许可证号的开头、拼音首字母
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String")]
    pub q: Option<String>,
    /// 所属镇街
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String")]
    pub town: Option<String>,
    /// 主体业态
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "Sector")]
    pub sector: Option<String>,
    /// 包保级别
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "Level")]
    pub level: Option<String>,
    /// 登记状态
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "EnterpriseStatus")]
    pub status: Option<String>,
    #[serde(flatten)]
    pub page: Page,
}

/// A FROM and a WHERE clause over `enterprise_site e`, with the parameters.
pub struct SqlCondition {
    pub from: &'static str,
    pub sql: String,
    pub parameters: Vec<Value>,
    /// Whether the search index alone tells which rows fit.
    pub found_by_index: bool,
    /// Whether anything was searched.
    is_searched: bool,
    /// Whether it is narrowed to towns.
    is_of_towns: bool,
}

/// The index of the businesses of a town by name, with all that the list can be narrowed to.
const OF_TOWN: &str = "enterprise_site_of_town_by_name";

impl SqlCondition {
    fn add(&mut self, sql: &str, value: impl Into<Value>) {
        self.parameters.push(value.into());
        let place = self.parameters.len();
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql.replace("?", &format!("?{place}")));
        self.found_by_index = false;
    }
}

impl SqlCondition {
    /// Whether the rows come out of the index of names, where none is that was merged into another.
    fn is_search(&self) -> bool {
        self.from.starts_with("enterprise_search")
    }

    /// The number of a row, in SQL.
    pub fn id(&self) -> &'static str {
        if self.is_search() { "s.rowid" } else { "e.id" }
    }

    /// The condition, without what was merged into another.
    pub fn today(&self) -> String {
        match self.is_search() {
            true => self.sql.clone(),
            false => format!("{} AND e.merged_into IS NULL", self.sql),
        }
    }

    /// FROM by which a page of the list is found in the index of its order, or of its towns. What is searched comes out of the search.
    pub fn found_in(&self, of_order: &str) -> String {
        match (self.is_searched, self.is_of_towns) {
            (true, _) => self.from.to_owned(),
            (false, true) => format!("{} INDEXED BY {OF_TOWN}", self.from),
            (false, false) => format!("{} INDEXED BY {of_order}", self.from),
        }
    }

    /// How many rows there are, as an expression. They are counted in an index: of a whole table SQLite knows the number.
    pub fn count(&self) -> String {
        let fits = self.today();
        match (self.is_searched, self.is_of_towns) {
            (true, _) if self.found_by_index => {
                format!("(SELECT count(*) FROM enterprise_search s WHERE {fits})")
            }
            (false, true) => format!(
                "(SELECT count(*) FROM {} INDEXED BY {OF_TOWN} WHERE {fits})",
                self.from
            ),
            (false, false) if self.parameters.is_empty() => {
                "((SELECT count(*) FROM enterprise_site) - (SELECT count(*) FROM enterprise_merged))".to_owned()
            }
            _ => format!("(SELECT count(*) FROM {} WHERE {fits})", self.from),
        }
    }
}

/// The condition of a filter, within the towns of the caller.
pub fn enterprise_condition(
    filter: &EnterpriseFilter,
    caller: Option<&Caller>,
) -> Result<SqlCondition, Problem> {
    let mut condition = SqlCondition {
        from: "enterprise_site e",
        sql: "true".to_owned(),
        parameters: Vec::new(),
        found_by_index: false,
        is_searched: filter.q.is_some(),
        is_of_towns: false,
    };
    match filter.q.as_deref().map(SearchTerms::parse) {
        None => {}
        Some(SearchTerms { words, code: None }) if words.is_empty() => {
            condition.sql.push_str(" AND false");
        }
        Some(typed @ SearchTerms { code: None, .. }) => {
            condition.from = "enterprise_search s CROSS JOIN enterprise_site e ON e.id = s.rowid";
            condition.add("s.enterprise_search MATCH ?", search::words(&typed));
            condition.found_by_index = true;
        }
        Some(typed @ SearchTerms { code: Some(_), .. }) => {
            // Digits may be a part of a name too. A beginning of a number is looked for as a range, so that its index serves.
            condition.parameters.extend(search::parameters(&typed));
            condition.sql.push_str(&format!(
                " AND e.id IN (SELECT rowid FROM enterprise_search WHERE enterprise_search MATCH ?1
                    UNION SELECT coalesce(today.id, held.id) FROM (
                        SELECT uscc FROM enterprise_site WHERE uscc BETWEEN ?2 AND ?2 || {LAST}
                        UNION SELECT uscc FROM enterprise_site WHERE credit_code BETWEEN ?2 AND ?2 || {LAST}
                        UNION SELECT uscc FROM enterprise_site WHERE old_no BETWEEN ?2 AND ?2 || {LAST}
                        UNION SELECT uscc FROM enterprise_permit WHERE number BETWEEN ?2 AND ?2 || {LAST} AND revoked_on IS NULL) found
                    JOIN enterprise_site held ON held.uscc = found.uscc LEFT JOIN enterprise_site today ON today.uscc = held.merged_into)",
                LAST = search::LAST
            ));
        }
    }
    if let Some(town) = &filter.town {
        let sql = format!("e.town IN ({})", places::all_of_town("?"));
        condition.add(&sql, town.trim());
        condition.is_of_towns = true;
    }
    if let Some(sector) = &filter.sector {
        condition.add("e.sector = ?", sector.as_str());
    }
    if let Some(level) = &filter.level {
        condition.add("e.level = ?", level.as_str());
    }
    if let Some(status) = &filter.status {
        // Nearly all are in business: another filter narrows the list better, and its index has the status too.
        let is_narrowed = filter.sector.is_some() || filter.level.is_some();
        let sql = if is_narrowed {
            "+e.status = ?"
        } else {
            "e.status = ?"
        };
        condition.add(sql, status.as_str());
    }
    if let Some(towns) = caller.and_then(Caller::only_towns_json) {
        condition.add("e.town IN (SELECT value FROM json_each(?))", towns);
        condition.is_of_towns = true;
    }
    Ok(condition)
}
