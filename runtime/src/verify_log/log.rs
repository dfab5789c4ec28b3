//! The lines of the log, their order and times, and the signed head over them.

use crate::verify_log::report::{Place, Report};
use crate::verify_log::snapshot::Snapshot;
use chrono::DateTime;
use transparency::documents::json_address;
use transparency::{BEGINNING, Head, Item, Tree};

const HEAD: &str = "/api/v1/lists/log/head";
const LOG: &str = "/api/v1/lists/log";

/// The lines are numbered without a gap, their times never go back, they lead to the signed root, and the lists are of this head.
pub fn check(snapshot: &Snapshot, report: &mut Report) {
    let (head, items) = (&snapshot.edition.head, &snapshot.items);
    if let Err(error) = head.check() {
        report.differs(Place::document(HEAD), error);
    }
    if let Some((place, item)) = (1..).zip(items).find(|(place, item)| item.seq != *place) {
        let what = format!("is missing: {} stands in its place", item.seq);
        report.differs(Place::line(place).at(LOG), what);
    }
    if items.len() as u64 != head.size {
        let what = format!(
            "signed for {} lines and has {}: something was dropped",
            head.size,
            items.len()
        );
        report.differs(Place::document(LOG), what);
    }
    match Tree::new(items) {
        Ok(tree) if tree.root() == head.root => {}
        Ok(_) => report.differs(
            Place::document(LOG),
            "the lines do not lead to the root that was signed",
        ),
        Err(error) => report.unchecked(Place::document(LOG), error),
    }
    check_times(head, items, report);
    for list in &snapshot.lists {
        if list.edition != snapshot.edition {
            let place = Place::document(&json_address(list.kind));
            report.differs(place, format!("its head is not that of {HEAD}"));
        }
    }
}

fn check_times(head: &Head, items: &[Item], report: &mut Report) {
    let mut before: Option<(u64, DateTime<_>)> = None;
    for item in items {
        let Ok(at) = DateTime::parse_from_rfc3339(&item.at) else {
            let what = format!("its time cannot be read: {}", item.at);
            report.differs(Place::line(item.seq), what);
            continue;
        };
        if let Some((line, time)) = before.filter(|(_, time)| at < *time) {
            let what = format!(
                "is dated {}, before line {line} ({})",
                item.at,
                time.to_rfc3339()
            );
            report.differs(Place::line(item.seq), what);
            continue;
        }
        before = Some((item.seq, at));
    }
    let last = items.last().map_or(BEGINNING, |item| item.at.as_str());
    if head.at != last {
        let what = format!("is dated {}, and the last line {last}", head.at);
        report.differs(Place::document(HEAD), what);
    }
}

/// What stood in the log then stands there now, signed by the same key, and what came since is dated since.
pub fn check_since(saved: &Head, snapshot: &Snapshot, report: &mut Report) {
    let (head, items) = (&snapshot.edition.head, &snapshot.items);
    if saved.key != head.key {
        let what = "the log is signed with another key than the head that was saved";
        report.differs(Place::document(HEAD), what);
    }
    let then = usize::try_from(saved.size).unwrap_or(usize::MAX);
    if items.len() < then {
        let what = format!(
            "the log had {} lines and has {} now: something was dropped",
            saved.size,
            items.len()
        );
        report.differs(Place::document(LOG), what);
        return;
    }
    match Tree::new(items.iter().take(then)) {
        Ok(tree) if tree.root() == saved.root => {}
        Ok(_) => report.differs(
            Place::document(LOG),
            format!(
                "of the {} lines that stood in the log something has been altered or dropped",
                saved.size
            ),
        ),
        Err(error) => report.unchecked(Place::document(LOG), error),
    }
    let Ok(saved_at) = DateTime::parse_from_rfc3339(&saved.at) else {
        let what = format!(
            "the time of the head that was saved cannot be read: {}",
            saved.at
        );
        report.unchecked(Place::default(), what);
        return;
    };
    for item in items.iter().skip(then) {
        if DateTime::parse_from_rfc3339(&item.at).is_ok_and(|at| at < saved_at) {
            let what = format!(
                "is dated {}, before the head that was saved ({})",
                item.at, saved.at
            );
            report.differs(Place::line(item.seq), what);
        }
    }
}
