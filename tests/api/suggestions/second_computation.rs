//! The criteria of the lists once more, in plain Rust over the rows.

use super::rolled_facts::{Facts, Inspection, Officer, Penalty, Sample};
use chrono::{Months, NaiveDate};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The numbers of the facts by which each criterion is met.
pub type MetRules = BTreeMap<String, BTreeSet<String>>;

/// What each business meets, by its code.
pub type Meets = BTreeMap<String, MetRules>;

/// Who meets the criteria of a list.
pub fn compute(list: &str, enterprises: &[Value], facts: &Facts, today: NaiveDate) -> Meets {
    let mut meets = Meets::new();
    for enterprise in enterprises {
        let record = Record::of(enterprise, facts, today);
        let mut rules = match list {
            "black" => record.black(),
            "key_help" => record.key_help(),
            _ => record.red(),
        };
        // A criterion of the red list rests on no fact.
        rules.retain(|_, numbers| list == "red" || !numbers.is_empty());
        if enterprise["status"] == "operating" && !rules.is_empty() {
            meets.insert(record.uscc.to_owned(), rules);
        }
    }
    meets
}

/// What is known of one business on a day.
struct Record<'f> {
    uscc: &'f str,
    enterprise: &'f Value,
    today: NaiveDate,
    /// In the order of their days.
    samples: Vec<&'f Sample>,
    penalties: Vec<&'f Penalty>,
    inspections: Vec<&'f Inspection>,
    accidents: BTreeSet<(NaiveDate, String)>,
    officers: Vec<&'f Officer>,
    complaints: u64,
}

impl<'f> Record<'f> {
    fn of(enterprise: &'f Value, facts: &'f Facts, today: NaiveDate) -> Self {
        let uscc = enterprise["uscc"].as_str().unwrap();
        let mut samples: Vec<&Sample> = facts
            .samples
            .iter()
            .filter(|fact| fact.uscc == uscc && !fact.revoked)
            .collect();
        samples.sort_by_key(|fact| (fact.on, fact.number.clone()));
        let penalties = facts.penalties.iter().filter(|fact| fact.uscc == uscc);
        let inspections = facts.inspections.iter().filter(|fact| fact.uscc == uscc);
        let accidents = facts.accidents.iter().filter(|fact| fact.uscc == uscc);
        let officers = facts.officers.iter().filter(|fact| fact.uscc == uscc);
        Self {
            uscc,
            enterprise,
            today,
            samples,
            penalties: penalties.collect(),
            inspections: inspections.collect(),
            accidents: accidents
                .map(|fact| (fact.on, fact.number.clone()))
                .collect(),
            officers: officers.collect(),
            complaints: facts.complaints.get(uscc).copied().unwrap_or(0),
        }
    }

    /// The day after which something must have happened to lie within so many months.
    fn since(&self, months: u32) -> NaiveDate {
        self.today.checked_sub_months(Months::new(months)).unwrap()
    }

    fn is_within(&self, on: NaiveDate, months: u32) -> bool {
        on > self.since(months) && on <= self.today
    }

    /// Batches that failed two or more in a row; each batch that passed breaks the row.
    fn failed_in_a_row(&self, months: u32) -> BTreeSet<String> {
        let mut numbers = BTreeSet::new();
        for run in self.samples.split(|fact| !fact.failed) {
            let is_recent = run.last().is_some_and(|fact| fact.on > self.since(months));
            if run.len() >= 2 && is_recent {
                numbers.extend(run.iter().map(|fact| fact.number.clone()));
            }
        }
        numbers
    }

    fn accidents_within(&self, months: u32) -> BTreeSet<String> {
        let recent = self.accidents.iter();
        let recent = recent.filter(|(on, _)| self.is_within(*on, months));
        recent.map(|(_, number)| number.clone()).collect()
    }

    /// Penalties of the last twelve months that are still published.
    fn published_penalties(&self, fits: impl Fn(&Penalty) -> bool) -> BTreeSet<String> {
        let published = self.penalties.iter().filter(|fact| {
            self.is_within(fact.on, 12) && fact.until.is_none_or(|until| until >= self.today)
        });
        published
            .filter(|fact| fits(fact))
            .map(|fact| fact.number.clone())
            .collect()
    }

    fn black(&self) -> MetRules {
        let refused = self
            .inspections
            .iter()
            .filter(|fact| self.is_within(fact.on, 12) && fact.result == "拒绝检查");
        by_rule([
            (
                "black_penalty",
                self.published_penalties(|fact| fact.fen >= 5_000_000),
            ),
            (
                "black_closure",
                self.published_penalties(|fact| {
                    ["责令停产停业", "吊销许可证"].contains(&fact.kind)
                }),
            ),
            ("black_failed_samples", self.failed_in_a_row(12)),
            (
                "black_refused",
                refused.map(|fact| fact.number.clone()).collect(),
            ),
            ("black_accident", self.accidents_within(12)),
        ])
    }

    fn key_help(&self) -> MetRules {
        let punished = self
            .penalties
            .iter()
            .filter(|fact| self.is_within(fact.on, 24));
        let punished: BTreeSet<String> = punished.map(|fact| fact.number.clone()).collect();
        let hazardous: Vec<&&Inspection> = self
            .inspections
            .iter()
            .filter(|fact| self.is_within(fact.on, 24) && fact.hazards > 0)
            .collect();
        let hazards: u64 = hazardous.iter().map(|fact| fact.hazards).sum();
        let hazardous = hazardous.iter().map(|fact| fact.number.clone()).collect();
        let complaints = BTreeSet::from([String::new()]);
        by_rule([
            ("help_failed_samples", self.failed_in_a_row(24)),
            ("help_penalties", only_if(punished.len() >= 2, punished)),
            ("help_hazards", only_if(hazards >= 10, hazardous)),
            ("help_accident", self.accidents_within(24)),
            ("help_complaints", only_if(self.complaints >= 5, complaints)),
        ])
    }

    fn red(&self) -> MetRules {
        let met = match self.is_spotless() {
            true => [
                "red_risk_grade",
                "red_no_penalty",
                "red_no_failed_sample",
                "red_no_bad_inspection",
                "red_no_accident",
                "red_in_business",
                "red_officers",
                "red_training",
            ]
            .as_slice(),
            false => &[],
        };
        let met = met.iter();
        met.map(|rule| ((*rule).to_owned(), BTreeSet::new()))
            .collect()
    }

    fn is_spotless(&self) -> bool {
        let founded = self.enterprise["founded_on"]
            .as_str()
            .and_then(|day| day.parse::<NaiveDate>().ok());
        let in_post: Vec<&&Officer> = self
            .officers
            .iter()
            .filter(|fact| fact.left.is_none_or(|left| left >= self.today))
            .collect();
        let is_bad = |fact: &&Inspection| {
            self.is_within(fact.on, 24) && ["拒绝检查", "不符合"].contains(&fact.result)
        };
        let has_passed = |officer: &&&Officer| {
            officer
                .examined
                .is_some_and(|(on, passed)| passed && self.is_within(on, 12))
        };
        self.enterprise["risk_grade"] == "A"
            && founded.is_some_and(|day| day <= self.since(24))
            && !self
                .penalties
                .iter()
                .any(|fact| self.is_within(fact.on, 24))
            && !self
                .samples
                .iter()
                .any(|fact| fact.failed && self.is_within(fact.on, 24))
            && !self.inspections.iter().any(is_bad)
            && self.accidents_within(24).is_empty()
            && in_post.len() >= 2
            && in_post.iter().all(has_passed)
    }
}

fn by_rule<const N: usize>(rules: [(&str, BTreeSet<String>); N]) -> MetRules {
    rules
        .into_iter()
        .map(|(rule, numbers)| (rule.to_owned(), numbers))
        .collect()
}

/// The numbers where the condition holds, else none.
fn only_if(condition: bool, numbers: BTreeSet<String>) -> BTreeSet<String> {
    match condition {
        true => numbers,
        false => BTreeSet::new(),
    }
}
