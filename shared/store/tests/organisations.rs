//! What SQL says of organisations is what the rules say of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod migrated;

use domain::organisation::{Area, OrganisationKind};
use domain::words::Word as _;
use migrated::migrated;

#[test]
fn a_kind_of_organisation_is_the_same_in_sql_and_in_code() {
    let connection = migrated();
    let mut kept = connection
        .prepare(
            "SELECT kind, towns, issues_papers, is_called FROM organisation_kind ORDER BY position",
        )
        .unwrap();
    let kept: Vec<(String, String, bool, bool)> = kept
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let known: Vec<(String, String, bool, bool)> = OrganisationKind::ALL
        .iter()
        .map(|kind| {
            let towns = match kind.area() {
                Area::District => "none",
                Area::Town => "one",
                Area::Towns => "several",
            };
            (
                kind.code().to_owned(),
                towns.to_owned(),
                kind.issues_papers(),
                kind.is_called(),
            )
        })
        .collect();
    assert_eq!(kept, known);
}
