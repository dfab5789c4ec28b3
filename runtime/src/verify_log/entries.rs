//! The entries that are published, against the lines of the log.

use crate::verify_log::report::{Place, Report};
use crate::verify_log::snapshot::{Published, Snapshot};
use chrono::{DateTime, NaiveDate};
use serde_json::Value;
use std::collections::BTreeMap;
use transparency::documents::json_address;
use transparency::{Action, Entry, Item, commitment};

/// Checks that exactly the entries that the log says stand are published, each with the content that the log has the hash of. Gives
/// them, where it is so.
pub fn check(snapshot: &Snapshot, report: &mut Report) -> Option<Vec<Entry>> {
    let mut standing = standing(&snapshot.items, report);
    let last_day = DateTime::parse_from_rfc3339(&snapshot.edition.head.at)
        .ok()
        .map(|at| at.date_naive());
    let mut entries = Vec::new();
    let mut all = true;
    for list in &snapshot.lists {
        let path = json_address(list.kind);
        for published in &list.items {
            let place = place(published).at(&path);
            let entry = match one(published, &mut standing) {
                Ok(entry) => entry,
                Err(what) => {
                    report.differs(place, what);
                    all = false;
                    continue;
                }
            };
            // The hash is over what was published, whether or not this program knows every field of it.
            let entry: Entry = match serde_json::from_value(Value::Object(entry.clone())) {
                Ok(entry) => entry,
                Err(error) => {
                    report.unchecked(place, format!("the entry is of another kind: {error}"));
                    all = false;
                    continue;
                }
            };
            if entry.content.list != list.kind {
                report.differs(place, "it stands on the other list than it says (list)");
                all = false;
            } else if last_day.is_some_and(|day: NaiveDate| entry.content.until < day) {
                let what = format!(
                    "its last day was {} (until), and it still stands",
                    entry.content.until
                );
                report.differs(place, what);
            }
            entries.push(entry);
        }
    }
    for seq in standing.keys() {
        let what =
            "what was published with this line has been dropped without a line that removes it";
        report.differs(Place::line(*seq), what);
        all = false;
    }
    all.then_some(entries)
}

/// The lines whose entries stand, by their place.
fn standing<'i>(items: &'i [Item], report: &mut Report) -> BTreeMap<u64, &'i Item> {
    let mut standing: BTreeMap<u64, &Item> = BTreeMap::new();
    for item in items {
        let place = Place::line(item.seq);
        match (item.action, item.of) {
            (Action::Publish, None) => {}
            (Action::Publish, Some(of)) => {
                report.differs(place, format!("publishes and yet follows line {of}"));
            }
            (_, None) => report.differs(place, "changes or removes nothing that it names"),
            (_, Some(of)) if standing.remove(&of).is_none() => {
                report.differs(place, format!("follows line {of}, which does not stand"));
            }
            _ => {}
        }
        if item.action != Action::Remove {
            standing.insert(item.seq, item);
        }
    }
    standing
}

fn place(published: &Published) -> Place {
    Place {
        line: published.get("seq").and_then(Value::as_u64),
        entry: published
            .get("id")
            .and_then(Value::as_str)
            .map(str::to_owned),
        document: None,
    }
}

/// The entry, where it is what its line says; else what is wrong with it.
fn one<'p>(
    published: &'p Published,
    standing: &mut BTreeMap<u64, &Item>,
) -> Result<&'p Published, String> {
    let mut content = published.clone();
    let name = content
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or("?")
        .to_owned();
    let seq = content
        .remove("seq")
        .and_then(|seq| seq.as_u64())
        .ok_or_else(|| format!("{name} is published without its line in the log (seq)"))?;
    let salt = content.remove("salt");
    let salt = salt.as_ref().and_then(Value::as_str).unwrap_or("");
    let item = standing
        .remove(&seq)
        .ok_or_else(|| format!("{name} is published, but its line does not stand"))?;
    match commitment(salt, &content) {
        Ok(leaf) if leaf == item.leaf => Ok(published),
        _ => Err(format!(
            "{name} has been altered: its content is not what the line says (leaf)"
        )),
    }
}
