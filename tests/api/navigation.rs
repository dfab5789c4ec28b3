//! What the functions declare of themselves: ways that lead somewhere, for those who may go there, and a name for every record.

use crate::access::all_routes;
use domain::words::{Role, Word as _};
use serde_json::json;
use std::collections::BTreeSet;
use tests::Office;
use web::Who;
use web::navigation::{MENU, RECORDS, Record, Whom};
use web::routes::DeclaredRoute;

/// The declared page that a path leads to, the one with the fewest variable segments.
fn page<'r>(routes: &'r [DeclaredRoute], path: &str) -> Option<&'r DeclaredRoute> {
    let path: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let fits = |route: &&DeclaredRoute| {
        let parts: Vec<&str> = route.path.split('/').collect();
        parts.len() == path.len()
            && parts
                .iter()
                .zip(&path)
                .all(|(part, said)| part.starts_with('{') || part == said)
    };
    routes
        .iter()
        .filter(|route| route.method == "GET")
        .filter(fits)
        .min_by_key(|route| route.path.matches('{').count())
}

fn may_see(who: Who, role: Role) -> bool {
    match who {
        Who::Everybody | Who::SignedIn => true,
        // An office that the bureau hosts acts for it too.
        Who::Roles(roles) => {
            roles.contains(&role) || role == Role::Office && roles.contains(&Role::Bureau)
        }
        Who::Scheduler => false,
    }
}

#[test]
fn the_navigation_offers_nobody_a_page_that_is_not_theirs() {
    let routes = all_routes();
    for entry in MENU {
        let route = page(&routes, entry.path).unwrap_or_else(|| panic!("{}", entry.path));
        for role in Role::ALL {
            let is_shown = match entry.whom {
                Whom::Public => {
                    assert!(matches!(route.who, Who::Everybody), "{}", entry.path);
                    true
                }
                Whom::SignedIn => true,
                Whom::Roles(roles) => roles.contains(role),
            };
            assert!(
                !is_shown || may_see(route.who, *role),
                "{} for {}",
                entry.path,
                role.code()
            );
        }
    }
}

#[test]
fn whatever_stands_in_the_audit_has_a_name_and_a_page_that_the_office_may_open() {
    let routes = all_routes();
    for record in RECORDS {
        let path = record.page.replace("{}", "some");
        let route = page(&routes, &path).unwrap_or_else(|| panic!("{path}"));
        assert!(may_see(route.who, Role::Office), "{path}");
    }
    // What triggers write: 'enterprise/' || new.uscc
    let mut written = BTreeSet::new();
    for file in store::migrations::FILES {
        for statement in file.statements {
            for after in statement.split("INSERT INTO audit (").skip(1) {
                let values = after.split(';').next().unwrap();
                for text in values.split('\'').skip(1).step_by(2) {
                    if let Some(prefix) = text.strip_suffix('/')
                        && !prefix.is_empty()
                    {
                        written.insert(prefix);
                    }
                }
            }
        }
    }
    assert!(written.len() > 30, "{written:?}");
    for prefix in written {
        let named = RECORDS.iter().any(|record| record.prefix == prefix);
        assert!(named, "no navigation.toml names {prefix}/…");
    }
}

#[test]
fn the_audit_calls_a_record_by_its_name_and_leads_to_it() {
    let office = Office::new();
    office.staff("zhang", "chair", &[], None);
    let change = json!({"value": 30, "valid_from": "2026-12-01"});
    office
        .office
        .put("/api/v1/policy/reassignment_after_official_change", &change)
        .expect(204);
    let page = office.office.get("/audit").text();
    for part in [
        "账号 <a href=\"/staff/zhang\">zhang</a>",
        "政策参数 <a href=\"/policy\">reassignment_after_official_change</a>",
        "href=\"/audit?record=staff%2Fzhang\"",
        "改了密码：",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (record, rest) = Record::of("list-case/a b").unwrap();
    assert_eq!(record.page_of(rest), "/lists/cases/a%20b");
    assert!(Record::of("unheard-of/1").is_none());
}
