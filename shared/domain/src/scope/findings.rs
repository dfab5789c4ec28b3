//! What was found in a text, and what of it is told.

use super::judge::{Object, Outcome};
use super::{Match, Note, Reading};

/// How far apart two findings of the same words can be.
const NEAR: usize = 50;

/// One thing that was read, before what stands after it has been.
#[derive(Debug, Clone)]
pub struct Finding {
    pub outcome: Outcome,
    pub object: Option<Object>,
    /// The words of the object: a negation takes out what it names.
    pub name: String,
    /// Where the words of the object begin; of a verb alone, the verb.
    pub named_at: usize,
    pub start: usize,
    pub end: usize,
}

/// The findings of a text, as whoever asked is told.
pub fn reading(text: &str, findings: Vec<Finding>) -> Reading {
    let mut reading = Reading::default();
    for (place, finding) in findings.iter().enumerate() {
        if finding.outcome.weight() == 0 && told_by_another(finding, place, &findings) {
            continue;
        }
        let words = text[finding.start..finding.end].to_owned();
        match finding.outcome {
            Outcome::Match(category) => {
                let found = Match {
                    text: words,
                    category_code: category.map(|category| category.code.to_owned()),
                    category: category.map(|category| category.name.to_owned()),
                };
                if !reading.matches.contains(&found) {
                    reading.matches.push(found);
                }
            }
            Outcome::Unclear(reason) => note(&mut reading.unclear, words, reason),
            Outcome::Excluded(reason) => note(&mut reading.excluded, words, reason),
        }
    }
    reading
}

/// Whether another finding says more of the same words: what is made and sold is made; one list is excluded once.
fn told_by_another(finding: &Finding, place: usize, findings: &[Finding]) -> bool {
    // Findings stand in the order of the text, so that what is near in it is near here.
    let near = place.saturating_sub(NEAR)..findings.len().min(place + NEAR);
    near.map(|place| (place, &findings[place]))
        .any(|(other_place, other)| {
            let heavier = other.start == finding.start && other.outcome.weight() > 0;
            let wider = other.outcome == finding.outcome
                && (other.end == finding.end && other.start < finding.start
                    || other.start == finding.start
                        && (other.end > finding.end
                            || other.end == finding.end && other_place < place));
            heavier || wider
        })
}

/// Adds a note that is not there yet.
pub fn note(notes: &mut Vec<Note>, text: String, reason: &str) {
    let note = Note {
        text,
        reason: reason.to_owned(),
    };
    if !notes.contains(&note) {
        notes.push(note);
    }
}
