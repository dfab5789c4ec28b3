//! Which place of business a row is, decided without a store.

use super::*;

const CODE: &str = "91330503MYYG3CWJ94";

fn site(number: &str, name: &str, address: &str) -> KnownSite {
    KnownSite {
        number: number.to_owned(),
        code: (!number.starts_with('T')).then(|| number[..18].to_owned()),
        search_name: name.to_owned(),
        name: name.to_owned(),
        address: Some(address.to_owned()),
        merged_into: None,
    }
}

fn row<'r>(number: Option<&'r str>, name: &'r str, address: &'r str) -> RowNames<'r> {
    RowNames {
        number,
        name,
        address,
        ..RowNames::default()
    }
}

fn decided(row: &RowNames<'_>, sites: &[KnownSite]) -> Found {
    let known = KnownOfRow {
        sites: sites.to_vec(),
        ..KnownOfRow::default()
    };
    decide(row, &known, &[])
}

#[test]
fn under_a_known_code_only_another_name_at_another_address_is_another_site() {
    let first = [site(CODE, "甲店", "东街1号")];
    let is_first = Found::Site(CODE.to_owned());
    assert_eq!(
        decided(&row(Some(CODE), "甲店", "西街2号"), &first),
        is_first
    );
    assert_eq!(
        decided(&row(Some(CODE), "乙店", "东街1号"), &first),
        is_first
    );
    assert_eq!(decided(&row(Some(CODE), "乙店", ""), &first), is_first);
    let new = Found::New(CODE.parse().ok());
    assert_eq!(decided(&row(Some(CODE), "乙店", "西街2号"), &first), new);
    assert_eq!(decided(&row(Some(CODE), "甲店", "东街1号"), &[]), new);
}

#[test]
fn of_several_sites_the_one_with_the_name_is_meant_and_without_an_address_a_person_says_which() {
    let second = format!("{CODE}-2");
    let both = [
        site(CODE, "甲店", "东街1号"),
        site(&second, "乙店", "西街2号"),
    ];
    assert_eq!(
        decided(&row(Some(CODE), "乙店", "南街3号"), &both),
        Found::Site(second)
    );
    let unclear = decided(&row(Some(CODE), "丙店", ""), &both);
    assert!(matches!(unclear, Found::Unclear(candidates) if candidates.len() == 2));
}

#[test]
fn a_licence_finds_its_business_by_name_or_address_and_never_under_another_code() {
    let known = KnownOfRow {
        by_permit: vec![
            site("T000000013", "摊位", "菜场"),
            site(CODE, "甲店", "东街1号"),
        ],
        ..KnownOfRow::default()
    };
    let other = "91330503MYYMYQH439";
    let permitted = |number, name, address| RowNames {
        permits: vec!["JY1"],
        ..row(number, name, address)
    };
    let stall = Found::Site("T000000013".to_owned());
    assert_eq!(
        decide(&permitted(Some(other), "摊位", "菜场"), &known, &[]),
        stall
    );
    assert_eq!(decide(&permitted(None, "摊位", "别处"), &known, &[]), stall);
    let new = Found::New(other.parse().ok());
    assert_eq!(
        decide(&permitted(Some(other), "甲店", "东街1号"), &known, &[]),
        new
    );
    let unclear = decide(&permitted(None, "丙店", "别处"), &known, &[]);
    assert!(matches!(unclear, Found::Unclear(candidates) if candidates.len() == 2));
}

#[test]
fn a_name_and_a_town_alone_are_never_certain_and_an_old_number_is() {
    let nothing = KnownOfRow::default();
    let named = row(None, "甲店", "");
    assert_eq!(decide(&named, &nothing, &[]), Found::Unclear(Vec::new()));
    let old = RowNames {
        old_no: Some("330503600123456"),
        ..row(None, "甲店", "")
    };
    assert_eq!(decide(&old, &nothing, &[]), Found::New(None));
    let known = KnownOfRow {
        by_old_no: vec![site("T000000013", "甲店", "东街1号")],
        ..KnownOfRow::default()
    };
    assert_eq!(
        decide(&old, &known, &[]),
        Found::Site("T000000013".to_owned())
    );
    let two = RowNames {
        old_no: Some("330503600123456"),
        ..row(None, "乙店", "西街2号")
    };
    assert!(
        matches!(decide(&two, &known, &[]), Found::Unclear(candidates) if candidates.len() == 1)
    );
}
