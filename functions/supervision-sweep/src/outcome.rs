//! What a run of the sweep, or a preview of one, comes to.

use chrono::NaiveDate;
use domain::words::NoticeKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many papers went out by themselves, by kind.
#[derive(Debug, Default, Serialize, Deserialize, Clone, JsonSchema)]
pub struct PapersByKind {
    pub reminder_letter: u64,
    pub rectification_order: u64,
    pub interview_summons: u64,
    pub supervision_listing: u64,
}

impl PapersByKind {
    pub fn count(&mut self, kind: NoticeKind) {
        match kind {
            NoticeKind::ReminderLetter => self.reminder_letter += 1,
            NoticeKind::RectificationOrder => self.rectification_order += 1,
            NoticeKind::InterviewSummons => self.interview_summons += 1,
            NoticeKind::SupervisionListing => self.supervision_listing += 1,
            // These are always signed first.
            NoticeKind::Circular | NoticeKind::ReportUpwards => {}
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize, Clone, JsonSchema)]
pub struct SweepOutcome {
    pub as_of: NaiveDate,
    pub issued: PapersByKind,
    /// Papers that wait for a signature.
    pub drafted: u64,
    /// Breaches that were met, or are no longer owed.
    pub closed: u64,
    pub queued_messages: u64,
    /// Breaches that are new.
    #[serde(default)]
    pub opened: u64,
    /// Rules that have breaches and no policy: nobody is chased for them.
    #[serde(default)]
    pub without_policy: Vec<String>,
}
