//! What an entry says in public.

use chrono::NaiveDate;
use domain::red_black::ListKind;
use domain::words::Sector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fact that stands behind a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Which register it stands in.
    pub kind: String,
    /// None for what has no number of its own.
    pub number: Option<String>,
    /// The day of the fact itself.
    pub happened_on: Option<NaiveDate>,
    /// What it is.
    pub title: Option<String>,
    /// What came of it.
    pub said: Option<String>,
}

/// A criterion that is met, in its version, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CriterionMet")]
pub struct Met {
    /// Its name in the policy table.
    pub rule: String,
    /// Which version.
    pub valid_from: NaiveDate,
    /// What it asks for.
    pub title: String,
    /// Where it is laid down.
    pub basis: String,
    /// How it is met, where no fact says so.
    pub said: Option<String>,
    /// The facts.
    pub evidence: Vec<Evidence>,
}

/// Everything that readers are told of an entry. No person, telephone or address has a place here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "EntryContent")]
pub struct Content {
    /// Random; in the address of its page.
    pub id: String,
    /// Which list it stands on.
    pub list: ListKind,
    /// The credit code of the business.
    pub uscc: String,
    /// The name of the business.
    pub name: String,
    /// 镇街.
    pub town: Option<String>,
    /// 业态.
    pub sector: Option<Sector>,
    /// Why.
    pub ground: String,
    /// Which criteria, in which version, on which evidence.
    pub rules: Vec<Met>,
    /// The first day.
    pub published_on: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// The business's own words.
    pub reply: Option<String>,
}

/// An entry as readers get it: its content, the salt, and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What the leaf of the log is the salted hash of.
    #[serde(flatten)]
    pub content: Content,
    /// The line of the log.
    pub seq: u64,
    /// Base64.
    pub salt: String,
}

/// The order in which lists show their entries: the newest first.
pub(crate) fn newest_first(entries: &mut [&Entry]) {
    entries.sort_by(|one, other| {
        (other.content.published_on, other.seq).cmp(&(one.content.published_on, one.seq))
    });
}
