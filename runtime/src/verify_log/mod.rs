//! `shian verify-log`: whether everything that is published of the lists is what their log says, and whether anything that stood in
//! the log at a head saved earlier has been altered or dropped since. It trusts nothing but the saved head.
//!
//! It makes every document again, from the log and the entries, with the code that the site makes them with, and compares. What it
//! cannot compare it names.
#![allow(clippy::print_stderr, reason = "a command tells whoever runs it")]

mod difference;
mod documents;
mod entries;
mod log;
mod page;
mod report;
mod site;
mod snapshot;

use anyhow::{Context as _, Result};
use report::Report;
use site::Site;
use snapshot::Snapshot;
use std::path::Path;
use std::time::Duration;
use transparency::{Action, Head};

/// Everything was checked and is right.
pub const HOLDS: i32 = 0;
/// Something is not what the log says.
pub const DIFFERS: i32 = 1;
/// Nothing was found to differ, but something could not be checked.
pub const UNCHECKED: i32 = 2;

/// Looks again where the lists changed while they were read.
const TRIES: usize = 5;
/// A cache on the way gives nothing that is older than a second.
const PAUSE: Duration = Duration::from_millis(1_100);

/// Checks what is published at `url`, and against the head in `since` where there is one. Writes what it found, a line each, to
/// standard error, and the head to keep to standard output. Gives the exit code: [`HOLDS`], [`DIFFERS`] or [`UNCHECKED`].
pub fn verify(url: &str, since: Option<&Path>) -> i32 {
    let outcome = since.map(saved_head).transpose().and_then(|saved| {
        let site = Site::new(url);
        let (snapshot, report) = settled(&site, saved.as_ref())?;
        Ok((saved, snapshot, report))
    });
    let (saved, snapshot, report) = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("unchecked: {error:#}");
            return UNCHECKED;
        }
    };
    if snapshot.edition.site != url.trim_end_matches('/') {
        eprintln!(
            "note: the documents give the site's address as {}",
            snapshot.edition.site
        );
    }
    report.print();
    let code = report.code();
    if code == HOLDS {
        tell(url, &snapshot, saved.as_ref(), &report);
        match serde_json::to_string(&snapshot.edition.head) {
            Ok(head) => println!("{head}"),
            Err(error) => {
                eprintln!("unchecked: the head cannot be written: {error}");
                return UNCHECKED;
            }
        }
    }
    code
}

fn saved_head(path: &Path) -> Result<Head> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let head: Head =
        serde_json::from_str(&text).with_context(|| format!("{} holds no head", path.display()))?;
    head.check()
        .with_context(|| format!("the head in {}", path.display()))?;
    Ok(head)
}

/// One state of the lists, and what was found of it. What was found is told only where it was found twice.
fn settled(site: &Site, saved: Option<&Head>) -> Result<(Snapshot, Report)> {
    let mut looks = 0;
    for _ in 0..TRIES {
        let snapshot = Snapshot::read(site)?;
        let report = check(site, &snapshot, saved);
        if snapshot.still_holds(site)? {
            looks += 1;
            if report.code() == HOLDS || looks == 2 {
                return Ok((snapshot, report));
            }
        }
        std::thread::sleep(PAUSE);
    }
    anyhow::bail!("the lists changed while they were read, however often they were read")
}

fn check(site: &Site, snapshot: &Snapshot, saved: Option<&Head>) -> Report {
    let mut report = Report::default();
    log::check(snapshot, &mut report);
    if let Some(saved) = saved {
        log::check_since(saved, snapshot, &mut report);
    }
    match entries::check(snapshot, &mut report) {
        Some(entries) => documents::check(site, snapshot, &entries, &mut report),
        None => report.unchecked(
            report::Place::default(),
            "pages, tables, feeds, badges, sheets and QR codes: the entries that they should show are not those of the log",
        ),
    }
    report
}

/// Says that all is well, and of how much.
fn tell(url: &str, snapshot: &Snapshot, saved: Option<&Head>, report: &Report) {
    let head = &snapshot.edition.head;
    let of = |action: Action| {
        let lines = snapshot.items.iter();
        lines.filter(|item| item.action == action).count()
    };
    eprintln!(
        "The log holds: {} lines ({} published, {} changed, {} removed); {} entries stand, each as the log says, in {} documents.",
        head.size,
        of(Action::Publish),
        of(Action::Change),
        of(Action::Remove),
        snapshot
            .lists
            .iter()
            .map(|list| list.items.len())
            .sum::<usize>(),
        report.compared,
    );
    match saved {
        Some(saved) => eprintln!(
            "Nothing of the {} lines that stood at {} has been altered or dropped; {} have come since.",
            saved.size,
            saved.at,
            head.size.saturating_sub(saved.size)
        ),
        None => eprintln!(
            "Keep the head below, apart from this machine: `shian verify-log {url} --since FILE` checks against it later."
        ),
    }
}
