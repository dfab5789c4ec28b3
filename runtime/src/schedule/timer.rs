//! One schedule of the manifest: when it is due, and what it calls.

use crate::manifest::{Manifest, Schedule};
use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset};
use croner::Cron;
use sha2::{Digest as _, Sha256};
use std::str::FromStr as _;

/// One schedule of the manifest.
#[derive(Clone)]
pub struct Timer {
    /// `component/name`, unique in the manifest.
    pub name: String,
    pub cron: Cron,
    /// What is called.
    pub path: String,
    /// What it is called with.
    pub token: String,
}

impl Timer {
    /// All schedules of the manifest, which call with the token `scheduler_token`.
    pub fn all(manifest: &Manifest, token: &str) -> Result<Vec<Self>> {
        let mut timers = Vec::new();
        for (component, entry) in &manifest.component {
            for (name, Schedule { cron, path }) in &entry.tool.schedule {
                timers.push(Self {
                    name: format!("{component}/{name}"),
                    cron: Cron::from_str(cron)
                        .with_context(|| format!("schedule `{name}` of `{component}`: `{cron}`"))?,
                    path: path.clone(),
                    token: token.to_owned(),
                });
            }
        }
        Ok(timers)
    }

    /// Whether this is the token that the schedules call with.
    pub fn calls_with(&self, token: &str) -> bool {
        Sha256::digest(&self.token) == Sha256::digest(token)
    }

    /// The last moment at which a run was due, later than `after` and not later than `now`; none where none was.
    pub fn latest_due(
        &self,
        after: DateTime<FixedOffset>,
        now: DateTime<FixedOffset>,
    ) -> Option<DateTime<FixedOffset>> {
        let due = self.cron.find_previous_occurrence(&now, true).ok()?;
        (due > after).then_some(due)
    }
}
