//! Finding businesses: by any part of the name, by code or licence number, by pinyin initials, and by what filters say.

use domain::search::SearchTerms;
use domain::words::{EnterpriseStatus, Level, Sector};
use registers::search;
use schemars::JsonSchema;
use serde::Deserialize;
use store::Value;
use web::paging::{Page, blank_is_none};
use web::{Caller, Problem};

/// What a list's query string may say.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "EnterprisesAsked")]
pub struct Asked {
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

/// A WHERE clause over `enterprise_site e`, with its parameters.
pub struct Condition {
    pub from: &'static str,
    pub sql: String,
    pub parameters: Vec<Value>,
    /// The index alone tells which fit.
    pub found_by_index: bool,
}

impl Condition {
    fn add(&mut self, sql: &str, value: impl Into<Value>) {
        self.parameters.push(value.into());
        let place = self.parameters.len();
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql.replace("?", &format!("?{place}")));
        self.found_by_index = false;
    }
}

/// What `asked` and the caller's own towns allow.
pub fn condition(asked: &Asked, caller: Option<&Caller>) -> Result<Condition, Problem> {
    let mut condition = Condition {
        from: "enterprise_site e",
        sql: "true".to_owned(),
        parameters: Vec::new(),
        found_by_index: false,
    };
    match asked.q.as_deref().map(SearchTerms::parse) {
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
            // Digits may be a name too. A prefix as a range, one index each.
            condition.parameters.extend(search::parameters(&typed));
            condition.sql.push_str(
                " AND e.id IN (SELECT rowid FROM enterprise_search WHERE enterprise_search MATCH ?1
                               UNION SELECT id FROM enterprise_site WHERE uscc BETWEEN ?2 AND ?2 || '~'
                               UNION SELECT id FROM enterprise_site WHERE license_no BETWEEN ?2 AND ?2 || '~')",
            );
        }
    }
    if let Some(town) = &asked.town {
        condition.add("e.town = ?", town.as_str());
    }
    if let Some(sector) = &asked.sector {
        condition.add("e.sector = ?", sector.as_str());
    }
    if let Some(level) = &asked.level {
        condition.add("e.level = ?", level.as_str());
    }
    if let Some(status) = &asked.status {
        condition.add("e.status = ?", status.as_str());
    }
    if let Some(towns) = caller.and_then(Caller::only_towns_json) {
        condition.add("e.town IN (SELECT value FROM json_each(?))", towns);
    }
    Ok(condition)
}
