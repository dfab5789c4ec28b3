//! What an entry says in public.

use chrono::NaiveDate;
use domain::red_black::ListKind;
use domain::words::Sector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fact by which a criterion is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The register in which it stands, or `complaint`.
    pub kind: String,
    /// The number of the fact; none for complaints, which are only counted.
    pub number: Option<String>,
    /// The day of the fact, or of the last complaint.
    pub happened_on: Option<NaiveDate>,
    /// What happened.
    pub title: Option<String>,
    /// What came of it.
    pub said: Option<String>,
}

/// A criterion that is met, in its version, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionMet {
    /// Its name in the policy table.
    pub rule: String,
    /// The day from which this version holds.
    pub valid_from: NaiveDate,
    /// What it asks for, with its numbers.
    pub title: String,
    /// The rule that lays it down.
    pub basis: String,
    /// How it is met, where no fact says so.
    pub said: Option<String>,
    /// The facts that meet it.
    pub evidence: Vec<Evidence>,
}

/// Everything that readers are told of an entry. No person, telephone or address has a place here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "EntryContent")]
pub struct Content {
    /// The random id of the entry; it stands in the address of its page.
    pub id: String,
    /// The list on which it stands.
    pub list: ListKind,
    /// The credit code of the business.
    pub uscc: String,
    /// The name of the business.
    pub name: String,
    /// The town (镇街) of the business.
    pub town: Option<String>,
    /// The sector (业态) of the business.
    pub sector: Option<Sector>,
    /// Why the business is on the list.
    pub ground: String,
    /// The criteria that are met, each in its version and with its evidence.
    pub rules: Vec<CriterionMet>,
    /// The first day of publication.
    pub published_on: NaiveDate,
    /// The last day of publication.
    pub until: NaiveDate,
    /// The business's own words.
    pub reply: Option<String>,
}

/// An entry as readers get it: its content, the salt, and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// The content, whose salted hash the log has.
    #[serde(flatten)]
    pub content: Content,
    /// The line of the log by which it stands.
    pub seq: u64,
    /// The salt of the hash, in base64.
    pub salt: String,
}

/// Puts entries into the order in which lists show them: the newest first.
pub(crate) fn newest_first(entries: &mut [&Entry]) {
    entries.sort_by(|one, other| {
        (other.content.published_on, other.seq).cmp(&(one.content.published_on, one.seq))
    });
}
