//! What the person of a business signs at a visit: kept sealed to the visit, seen by the official who was there and by the office.

use crate::supervision::{SHOP, import_assignments, one_shop};
use rusqlite::Connection;
use tests::{Client, LooksInto, Office};

const SIGNER: &str = "欧阳签字人";
const DRAWING: &str = "[[101,57,117,63,139,71],[222,111]]";

fn at_the_door() -> (Office, Client) {
    let office = Office::at("2026-11-20T08:00:00+08:00", &[]);
    one_shop(&office, "A", "2020-01-01");
    import_assignments(&office, &format!("C1,{SHOP},2026-01-01,"));
    let official = office.staff("zhang", "cadre", &["云港街道"], Some("C1"));
    (office, official)
}

/// The form of a visit of that day that found nothing, signed.
fn signed(day: &str) -> [(&str, &str); 5] {
    [
        ("visited_on", day),
        ("mode", "on_site"),
        ("result", "ok"),
        ("signer", SIGNER),
        ("signature", DRAWING),
    ]
}

fn door() -> String {
    format!("/supervision/mine/{SHOP}")
}

/// The page of the visit that the list has first.
fn visit_page(office: &Office) -> String {
    let visits = office.office.get("/api/v1/visits").expect(200);
    format!(
        "/supervision/visits/{}",
        visits["items"][0]["id"].as_str().unwrap()
    )
}

#[test]
fn what_was_signed_at_a_visit_its_official_and_the_office_see_and_sent_twice_it_is_there_once() {
    let (office, official) = at_the_door();
    for _ in 0..2 {
        let saved = official.multipart(&door(), &signed("2026-11-20"), &[]);
        assert_eq!(
            (saved.status, saved.header("location")),
            (303, Some("/supervision/mine?saved=1"))
        );
    }
    assert_eq!(office.office.get("/api/v1/visits").expect(200)["total"], 1);
    let page = visit_page(&office);
    // Sent once more with another signature, the first stays.
    let mut other = signed("2026-11-20");
    other[3].1 = "另外一个人";
    assert_eq!(official.multipart(&door(), &other, &[]).status, 303);
    for reader in [&official, &office.office] {
        let shown = reader.get(&page).text();
        assert!(
            shown.contains(SIGNER) && shown.contains("M101 57L117 63L139 71M222 111h0"),
            "{shown}"
        );
        assert!(!shown.contains("另外一个人"));
    }
    let town = office.staff("yungang", "town", &["云港街道"], None);
    // Another official who answers for the business too.
    import_assignments(&office, &format!("C2,{SHOP},2026-01-01,"));
    let colleague = office.staff("li", "cadre", &["云港街道"], Some("C2"));
    for reader in [town, colleague] {
        let shown = reader.get(&page).text();
        assert!(
            shown.contains("只有督导干部本人和区食药安办看得到") && !shown.contains(SIGNER),
            "{shown}"
        );
        assert!(!shown.contains("M101"), "{shown}");
    }
}

#[test]
fn what_was_signed_stands_in_no_list_export_or_audit() {
    let (office, official) = at_the_door();
    let saved = official.multipart(&door(), &signed("2026-11-20"), &[]);
    assert_eq!(saved.status, 303);
    let page = visit_page(&office);
    for path in [
        "/api/v1/visits",
        "/supervision/visits",
        "/supervision/visits/export.csv",
        "/api/v1/audit",
        "/audit",
        &format!("/enterprises/{SHOP}"),
    ] {
        let shown = office.office.get(path).text();
        assert!(
            !shown.contains(SIGNER) && !shown.contains("101,57"),
            "{path}: {shown}"
        );
    }
    let record = page.replace("/supervision/visits/", "visit/");
    let audit = office
        .office
        .get(&format!("/audit?record={}", record.replace('/', "%2F")))
        .text();
    assert!(audit.contains("企业人员签字：（空） → 有"), "{audit}");
}

#[test]
fn what_was_signed_is_sealed_in_the_store_and_opens_under_no_other_visit() {
    if tests::left_out(LooksInto::TheStore) {
        return;
    }
    let (office, official) = at_the_door();
    let day = "2026-11-19";
    let plain: Vec<(&str, &str)> = signed(day).into_iter().take(3).collect();
    assert_eq!(official.multipart(&door(), &plain, &[]).status, 303);
    let unsigned = visit_page(&office);
    assert!(!official.get(&unsigned).text().contains("企业人员签字"));
    let saved = official.multipart(&door(), &signed("2026-11-20"), &[]);
    assert_eq!(saved.status, 303);
    for file in ["shian.db", "shian.db-wal"] {
        let bytes = std::fs::read(office.server.data.join(file)).unwrap_or_default();
        for secret in [SIGNER, "101,57"] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} stands in {file}");
        }
    }
    let store = Connection::open(office.server.data.join("shian.db")).unwrap();
    let id = unsigned.rsplit('/').next().unwrap();
    let copy = "INSERT INTO visit_signature (visit_id, sealed, changed_by, changed_at)
        SELECT ?1, sealed, changed_by, changed_at FROM visit_signature";
    assert_eq!(store.execute(copy, [id]).unwrap(), 1);
    let shown = official.get(&unsigned).text();
    assert!(
        shown.contains("打不开") && !shown.contains(SIGNER),
        "{shown}"
    );
    for change in [
        "UPDATE visit_signature SET sealed = x'00'",
        "DELETE FROM visit_signature",
    ] {
        assert!(store.execute(change, []).is_err(), "{change}");
    }
}

#[test]
fn a_form_with_a_wrong_signature_is_refused_at_its_field_and_records_nothing() {
    let (office, official) = at_the_door();
    let long = serde_json::to_string(&[vec![1; 5000]]).unwrap();
    let name = "王".repeat(51);
    for (field, value, says) in [
        ("signature", "[[601,0]]", "#signature"),
        ("signature", "data:image/png;base64,AAAA", "#signature"),
        ("signature", "<svg/onload=alert(1)>", "#signature"),
        ("signature", long.as_str(), "#signature"),
        // A name alone is no signature.
        ("signature", "", "#signature"),
        ("signer", name.as_str(), "#signer"),
    ] {
        let fields = signed("2026-11-20")
            .map(|(known, typed)| (known, if known == field { value } else { typed }));
        let refused = official.multipart(&door(), &fields, &[]);
        let page = refused.text();
        assert!(
            refused.status == 422 && page.contains(&format!("href=\"{says}\"")),
            "{field} {value}: {page}"
        );
        assert!(!page.contains("onload"), "{page}");
    }
    assert_eq!(office.office.get("/api/v1/visits").expect(200)["total"], 0);
    // What was drawn is kept while something else is put right.
    let wrong =
        signed("2026-11-20").map(|(name, typed)| (name, if name == "result" { "" } else { typed }));
    let page = official.multipart(&door(), &wrong, &[]).text();
    assert!(page.contains(&format!("value=\"{DRAWING}\"")), "{page}");
}

#[test]
fn whoever_does_not_sign_sends_the_form_as_before() {
    let (office, official) = at_the_door();
    let mut unsigned = signed("2026-11-20");
    unsigned[3].1 = "";
    unsigned[4].1 = "";
    assert_eq!(official.multipart(&door(), &unsigned, &[]).status, 303);
    assert_eq!(office.office.get("/api/v1/visits").expect(200)["total"], 1);
    let page = official.get(&visit_page(&office)).text();
    assert!(!page.contains("企业人员签字"), "{page}");
}
