//! Organisations: the office keeps their telephones, addresses and hours, and citizens read them where they complain.

use crate::complaints::{TOWN, complaint, file_complaint as file, with_business};
use serde_json::{Value, json};
use tests::{Client, Office, Reply};

const PATH: &str = "/api/v1/organisations";
const DAY: &str = "2026-11-22T10:00:00+08:00";

fn station() -> Value {
    json!({"kind": "station", "name": "云港市场监督管理所", "towns": [TOWN], "telephone": "0572-1234567转801", "address": "云港路 8 号",
        "hours": "周一至周五 8:30—17:00", "contact": "沈所长"})
}

/// The same organisation as a client sends it back, with its version and one value changed.
fn changed(organisation: &Value, field: &str, value: Value) -> Value {
    let mut sent = organisation.clone();
    let known = sent.as_object_mut().unwrap();
    for name in ["id", "part_of_name", "area", "hosted_by_name", "missing"] {
        known.remove(name);
    }
    sent[field] = value;
    sent
}

fn address(organisation: &Value) -> String {
    format!("{PATH}/{}", organisation["id"].as_str().unwrap())
}

fn wrong(reply: &Reply) -> Vec<String> {
    let problem = reply.expect(422);
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect()
}

/// A browser that keeps one cookie.
fn keeping(client: &Client, reply: &Reply) -> Client {
    let cookie = reply.header("set-cookie").unwrap();
    client.with("cookie", cookie.split(';').next().unwrap())
}

#[test]
fn the_first_are_the_office_and_the_committee_that_the_settings_name() {
    let settings = [("issuer", "某区食药安办"), ("number_prefix", "某食药安办")];
    let office = Office::at(DAY, &settings);
    office.night();
    let list = office.office.get(PATH).expect(200);
    let told: Vec<(&str, &str, &str)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap_or("");
            (text("name"), text("mark"), text("missing"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("某区食药安办", "某食药安办", "电话、地址、办公时间"),
            ("某区食药安委", "某食药安委", "")
        ]
    );
    // What the office has set is not set back.
    let mine = &list["items"][0];
    let renamed = changed(mine, "name", json!("某区食品安全办公室"));
    office.office.put(&address(mine), &renamed).expect(200);
    let again = office.office.get(PATH).expect(200);
    assert_eq!(again["total"], 2);
    assert_eq!(again["items"][0]["name"], "某区食品安全办公室");
}

#[test]
fn a_stations_telephone_stands_on_the_page_of_a_complaint_about_a_shop_in_its_area() {
    let (office, uscc) = with_business(DAY);
    let public = office.server.public();
    let (code, passphrase) = file(&public, &complaint(&uscc));
    let browser = public.with("accept", "text/html");
    let key = format!("code={code}&passphrase={}", passphrase.replace(' ', "+"));
    let browser = keeping(&browser, &browser.form("/complaints/follow", &key));
    let page = || browser.get("/complaints/follow/case").text();
    // Nothing is entered: no heading, no label.
    assert!(!page().contains("怎么联系") && !page().contains("href=\"tel:"));
    assert!(!browser.get("/complaints").text().contains("联系我们"));

    let made = office.office.post(PATH, &station()).expect(201);
    let shown = page();
    for part in [
        "云港市场监督管理所",
        "<a href=\"tel:0572-1234567;ext=801\">0572-1234567转801</a>",
        "云港路 8 号",
        "周一至周五 8:30—17:00",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
        assert!(browser.get("/complaints").text().contains(part), "{part}");
    }
    assert!(!shown.contains("沈所长"), "{shown}");

    let called = changed(&made, "telephone", json!("0572-7654321"));
    office.office.put(&address(&made), &called).expect(200);
    let shown = page();
    assert!(shown.contains("tel:0572-7654321") && !shown.contains("1234567"));
    // Of a shop elsewhere it is not the station.
    let elsewhere = changed(
        &office.office.get(&address(&made)).expect(200),
        "towns",
        json!(["石湖镇"]),
    );
    office.office.put(&address(&made), &elsewhere).expect(200);
    assert!(!page().contains("云港市场监督管理所"));
}

#[test]
fn whoever_has_just_complained_is_told_whom_to_call_and_an_insider_is_not() {
    let (office, uscc) = with_business(DAY);
    office.office.post(PATH, &station()).expect(201);
    let filed = |insider: &str| {
        let browser = office.server.public().with("accept", "text/html");
        let begun = browser.form(
            "/complaints/new/what",
            &format!("category=hygiene&text=%E5%90%8E%E5%8E%A8%E5%BE%88%E8%84%8F%E5%BE%88%E8%84%8F{insider}"),
        );
        let browser = keeping(&browser, &begun);
        let place = format!("uscc={uscc}&place=&town=");
        browser.form("/complaints/new/where", &place);
        browser.form("/complaints/new/when", "quick=yesterday&happened_on=");
        browser.multipart("/complaints/new/photos/add", &[], &[]);
        browser.form("/complaints/new/wants", "kind=report&wants=");
        browser.form(
            "/complaints/new/who",
            "anonymous=true&name=&phone=&address=",
        );
        browser.form("/complaints/new/check", "proof=");
        let page = browser.get("/complaints/filed").text();
        let receipt = browser.get("/complaints/filed/receipt.txt").text();
        assert!(
            page.contains("已经收到") && receipt.contains("查询码"),
            "{page}"
        );
        page + &receipt
    };
    let told = filed("");
    assert!(told.contains("tel:0572-1234567;ext=801"), "{told}");
    assert!(told.contains("云港市场监督管理所电话：0572-1234567转801"));
    let told = filed("&insider=true");
    assert!(!told.contains("1234567"), "{told}");
}

#[test]
fn the_second_of_two_who_change_an_organisation_is_told_what_it_is_now() {
    let (office, _) = with_business(DAY);
    let made = office.office.post(PATH, &station()).expect(201);
    let first = changed(&made, "telephone", json!("0572-1111111"));
    let after = office.office.put(&address(&made), &first).expect(200);
    assert_eq!(after["version"], 2);
    let second = changed(&made, "telephone", json!("0572-2222222"));
    let refused = office.office.put(&address(&made), &second);
    assert_eq!(refused.expect_problem(409), "changed_meanwhile");
    assert_eq!(refused.json()["current"]["telephone"], "0572-1111111");
    let form = format!("/organisations/{}/edit", made["id"].as_str().unwrap());
    let page = office.office.form(
        &form,
        "version=1&name=%E4%BA%91%E6%B8%AF%E6%89%80&towns=&telephone=0572-3333333",
    );
    assert_eq!(page.status, 409);
    let page = page.text();
    assert!(
        page.contains("电话：现在是“0572-1111111”，您填的是“0572-3333333”"),
        "{page}"
    );
    assert!(page.contains("name=\"version\" value=\"2\""));
    // What happened to it stands in the audit.
    let record = format!(
        "/api/v1/audit?record=organisation/{}",
        made["id"].as_str().unwrap()
    );
    assert_eq!(office.office.get(&record).expect(200)["total"], 2);
}

#[test]
fn those_who_work_here_see_organisations_and_the_office_alone_changes_them() {
    let (office, _) = with_business(DAY);
    office.night();
    let made = office.office.post(PATH, &station()).expect(201);
    let page = format!("/organisations/{}", made["id"].as_str().unwrap());
    let others = [
        office.staff("station", "station", &[TOWN], None),
        office.staff("town", "town", &["石湖镇"], None),
        office.staff("chair", "chair", &[], None),
        office.staff("cadre", "cadre", &[], Some("C1")),
    ];
    for other in &others {
        assert_eq!(other.get(PATH).expect(200)["total"], 3);
        assert_eq!(other.get(&address(&made)).expect(200)["name"], made["name"]);
        let seen = other.get(&page).text();
        assert!(
            seen.contains("0572-1234567转801") && !seen.contains("/edit"),
            "{seen}"
        );
        let more = changed(&made, "telephone", json!("0572-9999999"));
        other.put(&address(&made), &more).expect_problem(403);
        other.post(PATH, &station()).expect_problem(403);
        for form in ["/organisations/new".to_owned(), format!("{page}/edit")] {
            assert_eq!(other.get(&form).status, 403);
            assert_eq!(other.form(&form, "kind=station&name=x").status, 403);
        }
    }
    office.server.public().get(PATH).expect_problem(401);
    assert_eq!(
        office.office.get(&address(&made)).expect(200)["telephone"],
        made["telephone"]
    );
}

#[test]
fn what_cannot_be_true_of_an_organisation_is_refused_by_its_field() {
    let (office, _) = with_business(DAY);
    office.night();
    let made = office.office.post(PATH, &station()).expect(201);
    for (field, value, named) in [
        ("kind", json!("kiosk"), "kind"),
        ("name", json!(""), "name"),
        ("telephone", json!("找老沈"), "telephone"),
        ("towns", json!(["没有镇"]), "towns"),
        // Another station answers for it.
        ("towns", json!([TOWN]), "towns"),
        ("part_of", json!("nobody"), "part_of"),
        ("mark", json!("云市监"), "mark"),
        ("colour", json!("red"), "colour"),
    ] {
        let mut second = station();
        second["towns"] = json!(["石湖镇"]);
        second[field] = value;
        assert_eq!(wrong(&office.office.post(PATH, &second)), [named]);
    }
    let itself = changed(&made, "part_of", made["id"].clone());
    assert_eq!(
        wrong(&office.office.put(&address(&made), &itself)),
        ["part_of"]
    );
    let other = changed(&made, "kind", json!("bureau"));
    let mut other = other;
    other["towns"] = json!([]);
    assert_eq!(wrong(&office.office.put(&address(&made), &other)), ["kind"]);
    let without = json!({"version": 1, "kind": "town_office", "name": "x"});
    assert_eq!(
        wrong(&office.office.post(PATH, &without)),
        ["version", "towns"]
    );
    // 12345 is a number that citizens know.
    let short = changed(&made, "telephone", json!("12345"));
    office.office.put(&address(&made), &short).expect(200);
    let both = changed(&made, "telephone", json!("12345、0572-1234567"));
    let mut both = both;
    both["version"] = json!(2);
    office.office.put(&address(&made), &both).expect(200);
    // A district has one bureau, until it has ended.
    let bureau = json!({"kind": "bureau", "name": "市场监督管理局"});
    let first = office.office.post(PATH, &bureau).expect(201);
    assert_eq!(
        office.office.post(PATH, &bureau).expect_problem(409),
        "already_there"
    );
    let ended = changed(&first, "ended_on", json!("2026-11-01"));
    office.office.put(&address(&first), &ended).expect(200);
    office.office.post(PATH, &bureau).expect(201);
    let office_itself = office.office.get(&format!("{PATH}/office")).expect(200);
    let ended = changed(&office_itself, "ended_on", json!("2026-11-01"));
    assert_eq!(
        wrong(&office.office.put(&format!("{PATH}/office"), &ended)),
        ["ended_on"]
    );
}

#[test]
fn stations_and_offices_of_towns_that_are_known_are_proposed_until_they_are_registered() {
    let (office, _) = with_business(DAY);
    office.night();
    office.staff("station", "station", &[TOWN, "石湖镇"], None);
    let list = || office.office.get("/organisations").text();
    let way = |kind: &str, towns: &[&str]| {
        let towns: Vec<String> = towns.iter().map(|town| web::page::encode(town)).collect();
        format!(
            "/organisations/new?kind={kind}&amp;towns={}",
            towns.join("%E3%80%81")
        )
    };
    let (both, one) = (
        way("station", &[TOWN, "石湖镇"]),
        way("station", &["石湖镇"]),
    );
    let of_town = way("town_office", &[TOWN]);
    assert!(
        list().contains(&both) && list().contains(&of_town),
        "{}",
        list()
    );
    let form = office.office.get(&both.replace("&amp;", "&")).text();
    assert!(
        form.contains(&format!("value=\"{TOWN}、石湖镇\"")),
        "{form}"
    );
    // No name is made up.
    assert!(
        form.contains("name=\"name\" type=\"text\" value=\"\""),
        "{form}"
    );
    office.office.post(PATH, &station()).expect(201);
    assert!(!list().contains(&both) && list().contains(&one));
    let town = json!({"kind": "town_office", "name": "云港街道食安办", "towns": [TOWN]});
    office.office.post(PATH, &town).expect(201);
    assert!(!list().contains(&of_town));
}

#[test]
fn no_organisation_stands_above_itself_or_beneath_one_that_has_ended() {
    let office = Office::at(DAY, &[]);
    let department = |name: &str| {
        let new = json!({"kind": "department", "name": name});
        office.office.post(PATH, &new).expect(201)
    };
    let (first, second, third) = (department("甲局"), department("乙局"), department("丙局"));
    let under = |one: &Value, above: &Value| {
        let now = office.office.get(&address(one)).expect(200);
        office.office.put(
            &address(one),
            &changed(&now, "part_of", above["id"].clone()),
        )
    };
    under(&first, &second).expect(200);
    under(&second, &third).expect(200);
    assert_eq!(wrong(&under(&third, &first)), ["part_of"]);
    let ended = changed(&third, "ended_on", json!("2026-11-01"));
    office.office.put(&address(&third), &ended).expect(200);
    assert_eq!(wrong(&under(&first, &third)), ["part_of"]);
    // What stood under it already is not refused for it.
    let now = office.office.get(&address(&second)).expect(200);
    let called = changed(&now, "telephone", json!("12345"));
    office.office.put(&address(&second), &called).expect(200);
}

#[test]
fn one_that_has_ended_keeps_its_towns_and_its_name_reads_as_it_stands() {
    let office = Office::at(DAY, &[]);
    office.knows(&[TOWN, "石湖镇"]);
    let mut new = station();
    new["name"] = json!("云港\u{202e}所");
    let made = office.office.post(PATH, &new).expect(201);
    assert_eq!(made["name"], "云港所");
    let mut ended = changed(&made, "ended_on", json!("2026-11-01"));
    ended["towns"] = json!(["石湖镇", "没有镇"]);
    let after = office.office.put(&address(&made), &ended).expect(200);
    assert_eq!(after["towns"], json!([TOWN]));
}

#[test]
fn the_page_of_a_paper_says_whom_to_ask() {
    let office = crate::sweep::small().on("2026-10-08T09:00:00+08:00", &[]);
    office.night();
    crate::sweep::sweep(&office, "2026-10-08");
    let letter = office.office.get("/api/v1/notices?limit=1").expect(200);
    let page = format!("/notices/{}", letter["items"][0]["id"].as_str().unwrap());
    assert!(!office.office.get(&page).text().contains("联系电话"));
    let mine = office.office.get(&format!("{PATH}/office")).expect(200);
    let mut called = changed(&mine, "telephone", json!("0572-1234567"));
    called["contact"] = json!("陆主任");
    office.office.put(&address(&mine), &called).expect(200);
    let shown = office.office.get(&page).text();
    for part in [
        "<dt>联系人</dt><dd>陆主任</dd>",
        "<dt>联系电话</dt><dd><a href=\"tel:0572-1234567\">0572-1234567</a></dd>",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn the_offices_telephone_stands_under_every_page_of_the_lists() {
    let (office, _, black) = crate::lists::publish_black_entry();
    let reader = office.office.with("accept", "text/html");
    let entry = format!("/lists/entries/{black}");
    let sheet = format!("{entry}/sheet");
    let pages = ["/lists", "/lists/black", "/lists/log", &*entry, &*sheet];
    for page in pages {
        let shown = reader.get(page);
        assert_eq!(shown.status, 200, "{page}");
        assert!(!shown.text().contains("0572-"), "{page}");
    }
    let known = reader
        .get("/lists/black")
        .header("etag")
        .unwrap()
        .to_owned();
    let again = reader.with("if-none-match", &known);
    assert_eq!(again.get("/lists/black").status, 304);

    office.night();
    let mine = office.office.get(&format!("{PATH}/office")).expect(200);
    let called = changed(&mine, "telephone", json!("0572-1234567"));
    office.office.put(&address(&mine), &called).expect(200);
    for page in pages {
        let shown = reader.get(page).text();
        assert!(
            shown.contains("href=\"tel:0572-1234567\""),
            "{page}: {shown}"
        );
    }
    // What a browser has kept is not what there is now.
    assert_eq!(again.get("/lists/black").status, 200);
}
