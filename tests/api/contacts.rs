//! Whom to call: on every page that the public is shown, and under the name that the register has.

use crate::access::{all_routes, concrete};
use crate::complaints::{TOWN, with_business};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Client, Office};

const PATH: &str = "/api/v1/organisations";
const DAY: &str = "2026-11-22T10:00:00+08:00";
const TELEPHONE: &str = "href=\"tel:0572-1234567\"";

/// What the public gets that is no page: files, pictures, what leads on, and what a person has opened before.
const NO_PAGES: [&str; 15] = [
    "/assets/{name}",
    "/complaints/filed",
    "/complaints/filed/done",
    "/complaints/follow/case",
    "/complaints/leave",
    "/complaints/new/photos/add",
    "/complaints/new/photos/{id}/remove",
    "/healthz",
    "/lists/badge/{file}",
    "/lists/facts",
    "/lists/facts/{*rest}",
    "/lists/samples",
    "/setup",
    "/sign-out",
    "/text-size",
];

/// The office with a telephone, an address, hours and another name than the setting.
fn reached(office: &Office) {
    office.night();
    let path = format!("{PATH}/office");
    let now = office.office.get(&path).expect(200);
    let sent = json!({"kind": "office", "name": "某区食品安全办公室", "mark": now["mark"], "part_of": now["part_of"], "version": now["version"],
        "telephone": "0572-1234567", "address": "人民路 1 号", "hours": "周一至周五"});
    office.office.put(&path, &sent).expect(200);
}

fn station(office: &Office, name: &str, towns: &[&str], telephone: &str) -> Value {
    let new = json!({"kind": "station", "name": name, "towns": towns, "telephone": telephone});
    office.office.post(PATH, &new).expect(201)
}

#[test]
fn every_page_of_the_public_says_whom_to_call_and_calls_the_office_by_its_name_of_today() {
    let (office, _) = with_business(DAY);
    reached(&office);
    let reader = office.server.public().with("accept", "text/html");
    let mut without = BTreeSet::new();
    let mut pages = 0;
    for route in all_routes().iter().filter(|route| route.is_public_page()) {
        let reply = reader.send(route.method.as_str(), &concrete(route), None, Vec::new());
        let is_page = reply
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        if !is_page || route.path == "/setup" {
            without.insert(route.path);
            continue;
        }
        pages += 1;
        let shown = reply.text();
        // Whoever reports from inside a business is shown nobody, and where something is refused nobody knows whether it is they.
        let is_refused = route.path.starts_with("/complaints/") && reply.status >= 400;
        if route.path == "/complaints/insiders" || is_refused {
            assert!(!shown.contains(TELEPHONE), "{shown}");
            continue;
        }
        for part in [
            TELEPHONE,
            "人民路 1 号",
            "周一至周五",
            "href=\"/contacts\"",
            "<span>某区食品安全办公室</span>",
        ] {
            assert!(
                shown.contains(part),
                "{} {} ({}): {part}: {shown}",
                route.method,
                route.path,
                reply.status
            );
        }
    }
    assert!(pages > 30, "{pages}");
    let known = BTreeSet::from(NO_PAGES);
    let new: Vec<_> = without.difference(&known).collect();
    assert!(new.is_empty(), "no page, and not known as such: {new:?}");
    for page in [
        "/",
        "/nowhere",
        "/look-up?q=%E9%A3%9F",
        "/complaints/new/what",
        "/facts/results?town=x",
        "/lists/red",
    ] {
        assert!(reader.get(page).text().contains(TELEPHONE), "{page}");
        // Whoever asks for anything gets a page too, but for what is not there.
        let anything = office.server.public().get(page);
        assert!(
            page == "/nowhere" || anything.text().contains(TELEPHONE),
            "{page}"
        );
    }
    // Those who work here read it as well.
    let page = office
        .office
        .with("accept", "text/html")
        .get("/staff")
        .text();
    assert!(page.contains(TELEPHONE) && page.contains("<span>某区食品安全办公室</span>"));
}

#[test]
fn until_the_register_knows_the_office_the_setting_names_it() {
    let office = Office::at(DAY, &[("issuer", "设定的食药安办")]);
    let reader = office.server.public().with("accept", "text/html");
    assert!(
        reader
            .get("/")
            .text()
            .contains("<span>设定的食药安办</span>")
    );
    reached(&office);
    assert!(
        reader
            .get("/")
            .text()
            .contains("<span>某区食品安全办公室</span>")
    );
}

#[test]
fn a_business_that_is_looked_up_leads_to_the_station_of_its_town() {
    let (office, _) = with_business(DAY);
    let reader = office.server.public().with("accept", "text/html");
    station(&office, "云港所", &[TOWN], "0572-7654321");
    let found = reader
        .get(&format!("/look-up?q={}", web::page::encode("食品")))
        .text();
    assert!(
        found.contains("归云港所管，电话 <a href=\"tel:0572-7654321\">"),
        "{found}"
    );
    for page in [
        "/facts/results",
        "/sampling",
        "/lists/duties",
        "/license-outreach/check",
        "/contacts",
        "/look-up",
    ] {
        let shown = reader.get(page).text();
        assert!(
            shown.contains("云港所") && shown.contains("tel:0572-7654321"),
            "{page}: {shown}"
        );
    }
}

#[test]
fn of_two_stations_after_a_merger_that_of_the_remaining_town_is_named_until_it_is_ended() {
    let (office, uscc) = with_business(DAY);
    let old = station(&office, "云港所", &[TOWN], "0572-1111111");
    let new = station(&office, "石湖所", &["石湖镇"], "0572-2222222");
    let places = |what: &str| format!("/api/v1/places/{}/{what}", web::page::encode(TOWN));
    let preview = office
        .office
        .post(
            &places("merge"),
            &json!({"into": "石湖镇", "dry_run": true}),
        )
        .expect(200);
    let told = |along: &Value| -> Vec<(String, bool)> {
        let organisations = along["organisations"].as_array().unwrap().iter();
        organisations
            .map(|one| {
                (
                    one["name"].as_str().unwrap().to_owned(),
                    one["named"] == true,
                )
            })
            .collect()
    };
    assert_eq!(
        told(&preview),
        [("石湖所".to_owned(), true), ("云港所".to_owned(), false)]
    );
    let page = office
        .office
        .get(&format!(
            "/places/{}/merge?into={}",
            web::page::encode(TOWN),
            web::page::encode("石湖镇")
        ))
        .text();
    assert!(page.contains("云港所") && page.contains("发给它"), "{page}");
    office
        .office
        .post(&places("merge"), &json!({"into": "石湖镇"}))
        .expect(200);
    let shown = named(&office.server.public(), &uscc);
    assert!(
        shown.contains("归石湖所管") && !shown.contains("归云港所管"),
        "{shown}"
    );
    let page = office
        .office
        .get(&format!("/places/{}", web::page::encode("石湖镇")))
        .text();
    assert!(
        page.contains("云港所") && page.contains("现在负责这个镇街的单位"),
        "{page}"
    );
    // Ended by hand, the other is named.
    let sent = json!({"kind": "station", "name": "石湖所", "towns": ["石湖镇"], "telephone": "0572-2222222", "version": new["version"],
        "ended_on": "2026-11-20"});
    let id = new["id"].as_str().unwrap();
    office
        .office
        .put(&format!("{PATH}/{id}"), &sent)
        .expect(200);
    assert!(named(&office.server.public(), &uscc).contains("归云港所管"));
    assert_eq!(old["name"], "云港所");
}

/// What the look-up says of a business.
fn named(client: &Client, uscc: &str) -> String {
    client
        .with("accept", "text/html")
        .get(&format!("/look-up?q={uscc}"))
        .text()
}
