//! Who acts for whom: the bureau and the office that it hosts, departments, and heads of towns' committees.

use crate::complaints::{TOWN, complaint, file_complaint, report, unlimited, with_business};
use crate::sweep::{notices, small, sweep};
use serde_json::{Value, json};
use tests::{Client, Office, PASSWORD, Reply};

const DAY: &str = "2026-11-22T10:00:00+08:00";
const EARLIER: &str = "2026-11-02T10:00:00+08:00";
const SAMPLE: &str =
    "抽样编号,统一社会信用代码,食品名称,批次,抽样日期,检验依据,检验结果,不合格项目,检验机构\n";
const STAFF: &str = "/api/v1/staff";

fn accept(client: &Client, code: &str) -> Reply {
    client.post(
        &format!("/api/v1/complaints/{code}/accept"),
        &json!({"note": "受理"}),
    )
}

fn register(office: &Office, new: &Value) -> Value {
    office.office.post("/api/v1/organisations", new).expect(201)
}

/// Has an organisation host the office.
fn host(office: &Office, id: &Value) {
    let path = "/api/v1/organisations/office";
    let now = office.office.get(path).expect(200);
    let sent = json!({"kind": "office", "name": now["name"], "mark": now["mark"], "part_of": now["part_of"], "version": now["version"],
        "hosted_by": id});
    office.office.put(path, &sent).expect(200);
}

#[test]
fn the_bureau_handles_cases_and_keeps_facts_and_does_nothing_of_the_committee() {
    let (office, uscc) = with_business(DAY);
    let (code, _) = file_complaint(&office.server.public(), &complaint(&uscc));
    let bureau = office.staff("bureau", "bureau", &[], None);
    let who = bureau.get("/api/v1/session").expect(200);
    assert_eq!(
        (&who["role"], &who["towns"]),
        (&json!("bureau"), &json!([]))
    );
    let waiting = bureau.get("/api/v1/home").expect(200);
    assert_eq!(waiting["tasks"][0]["what"], "complaint_new", "{waiting}");
    assert_eq!(bureau.get("/api/v1/complaints").expect(200)["total"], 1);
    accept(&bureau, &code).expect(200);
    let sample = format!("{SAMPLE}CY1,{uscc},面包,,2026-10-09,,合格,,市检验院\n");
    let imported = bureau.import("samples", sample.as_bytes()).expect(200);
    assert_eq!(imported["created"], 1);
    // It sees the whole district, and the navigation leads it where it works.
    let all = office.office.get("/api/v1/enterprises?limit=1").expect(200);
    let seen = bureau.get("/api/v1/enterprises?limit=1").expect(200);
    assert_eq!(seen["total"], all["total"]);
    let page = bureau.with("accept", "text/html").get("/").text();
    assert!(
        page.contains("href=\"/complaints/cases\"") && !page.contains("href=\"/staff\""),
        "{page}"
    );
    for path in [
        "/api/v1/staff",
        "/api/v1/policy",
        "/api/v1/places",
        "/api/v1/sweep/runs",
    ] {
        bureau.get(path).expect_problem(403);
    }
    let roster = "统一社会信用代码,企业名称,所属镇街\n";
    bureau
        .import("enterprises", roster.as_bytes())
        .expect_problem(403);
}

#[test]
fn an_office_acts_for_the_bureau_unless_somebody_else_hosts_it() {
    let (office, uscc) = with_business(DAY);
    office.night();
    let (code, _) = file_complaint(&office.server.public(), &complaint(&uscc));
    let elsewhere = register(
        &office,
        &json!({"kind": "department", "name": "区卫生健康局"}),
    );
    host(&office, &elsewhere["id"]);
    accept(&office.office, &code).expect_problem(403);
    office.office.get("/api/v1/complaints").expect_problem(403);
    office
        .office
        .import("samples", SAMPLE.as_bytes())
        .expect_problem(403);
    let browser = office.office.with("accept", "text/html");
    assert!(
        !browser
            .get("/")
            .text()
            .contains("href=\"/complaints/cases\"")
    );
    // What it does for the committee it goes on doing, and it still looks things up.
    for path in [
        "/api/v1/staff",
        "/api/v1/samples",
        "/api/v1/license-outreach/candidates",
        "/api/v1/notices",
    ] {
        office.office.get(path).expect(200);
    }
    let bureau = register(
        &office,
        &json!({"kind": "bureau", "name": "某区市场监督管理局"}),
    );
    host(&office, &bureau["id"]);
    accept(&office.office, &code).expect(200);
}

#[test]
fn whoever_complained_reads_who_answers_them() {
    let (office, uscc) = with_business(DAY);
    let public = office.server.public().with("accept", "text/html");
    let (code, passphrase) = file_complaint(&office.server.public(), &complaint(&uscc));
    let key = format!("code={code}&passphrase={}", passphrase.replace(' ', "+"));
    let opened = public.form("/complaints/follow", &key);
    let cookie = opened.header("set-cookie").unwrap();
    let browser = public.with("cookie", cookie.split(';').next().unwrap());
    let page = || browser.get("/complaints/follow/case").text();
    assert!(page().contains("食药安办办理、答复"), "{}", page());
    let bureau = json!({"kind": "bureau", "name": "某区市场监督管理局", "telephone": "0572-7777777", "address": "人民路 1 号"});
    register(&office, &bureau);
    let shown = page();
    assert!(
        shown.contains("由某区市场监督管理局办理、答复") && shown.contains("tel:0572-7777777"),
        "{shown}"
    );
}

#[test]
fn a_department_sees_and_answers_the_papers_to_its_organisation_alone() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = unlimited(EARLIER);
    drop(office.department("addressed", "区教育局"));
    drop(office.department("other", "区体育局"));
    let office = office.on(
        "2026-11-12T09:00:00+08:00",
        &[("complaint_rate_limit", "0")],
    );
    crate::paper_routes::owes(&office, &[("1", "department", "区教育局")]);
    sweep(&office, "2026-11-12");
    let again = |account: &str| office.server.public().signed_in(account, PASSWORD);
    let (addressed, other) = (again("addressed"), again("other"));
    let papers = notices(&office.office, "");
    let paper = papers
        .iter()
        .find(|paper| paper["addressee"]["kind"] == "department")
        .unwrap_or_else(|| panic!("{papers:?}"));
    let id = paper["id"].as_str().unwrap();
    if paper["status"] == "drafted" {
        assert_eq!(notices(&addressed, "").len(), 0);
        office
            .office
            .post(&format!("/api/v1/notices/{id}/sign"), &json!({}))
            .expect(200);
    }
    assert_eq!(notices(&addressed, "").len(), 1);
    assert_eq!(notices(&other, "").len(), 0);
    other.get(&format!("/notices/{id}")).expect_problem(404);
    let step = |client: &Client, step: &str| {
        client.post(
            &format!("/api/v1/notices/{id}/{step}"),
            &json!({"text": "已经办理"}),
        )
    };
    assert_eq!(step(&other, "acknowledge").expect_problem(404), "not_found");
    let home = addressed.get("/api/v1/home").expect(200);
    assert_eq!(home["tasks"][0]["what"], "notice_to_acknowledge", "{home}");
    assert_eq!(other.get("/api/v1/home").expect(200)["tasks"], json!([]));
    assert_eq!(addressed.get("/api/v1/messages").expect(200)["total"], 1);
    assert_eq!(other.get("/api/v1/messages").expect(200)["total"], 0);
    step(&addressed, "acknowledge").expect(200);
    step(&addressed, "reply").expect(200);
    step(&addressed, "close").expect_problem(403);
    // Nothing else is a department's.
    for path in [
        "/api/v1/enterprises",
        "/api/v1/complaints",
        "/api/v1/supervision/summary",
        "/api/v1/sweep/breaches",
    ] {
        addressed.get(path).expect_problem(403);
    }
    // Of other organisations it reads whom to call.
    assert_eq!(
        addressed.get("/api/v1/organisations").expect(200)["total"],
        2
    );
}

#[test]
fn the_head_of_a_towns_committee_sees_its_towns_and_signs_nothing_of_the_districts() {
    let office = small().on("2026-10-22T09:00:00+08:00", &[]);
    let head = office.staff("head", "chair", &["石湖镇"], None);
    let here = office.staff("here", "chair", &["云港街道"], None);
    let chair = office.staff("chair", "chair", &[], None);
    sweep(&office, "2026-10-08");
    sweep(&office, "2026-10-22");
    let order = notices(&office.office, "status=drafted&kind=rectification_order");
    let path = format!("/api/v1/notices/{}/sign", order[0]["id"].as_str().unwrap());
    office.office.post(&path, &json!({})).expect(200);
    drop((head, here, chair));
    // The town is called in by the committee, whose head signs.
    let office = office.on("2026-11-06T09:00:00+08:00", &[]);
    sweep(&office, "2026-11-06");
    let [head, here, chair] =
        ["head", "here", "chair"].map(|name| office.server.public().signed_in(name, PASSWORD));
    let who = head.get("/api/v1/session").expect(200);
    assert_eq!(
        (&who["role"], &who["towns"]),
        (&json!("chair"), &json!(["石湖镇"]))
    );
    assert_eq!(head.get("/api/v1/enterprises").expect(200)["total"], 0);
    assert_eq!(here.get("/api/v1/enterprises").expect(200)["total"], 6);
    assert_eq!(chair.get("/api/v1/enterprises").expect(200)["total"], 6);
    let to_sign: Vec<Value> = notices(&chair, "status=drafted")
        .into_iter()
        .filter(|paper| paper["signer"] == "chair")
        .collect();
    assert!(!to_sign.is_empty());
    let page = |client: &Client| client.with("accept", "text/html").get("/notices").status;
    assert_eq!((page(&head), page(&here)), (200, 200));
    for paper in notices(&chair, "") {
        let id = paper["id"].as_str().unwrap();
        let of_town = paper["town"] == "云港街道" && !paper["issued_on"].is_null();
        let path = format!("/notices/{id}");
        head.get(&path).expect_problem(404);
        match of_town {
            true => assert_eq!(here.get(&path).status, 200, "{paper}"),
            false => assert_eq!(here.get(&path).expect_problem(404), "not_found"),
        }
        for step in ["sign", "acknowledge", "reply", "close", "withdraw"] {
            let reply = here.post(
                &format!("/api/v1/notices/{id}/{step}"),
                &json!({"text": "x"}),
            );
            assert!(
                [403, 404].contains(&reply.status),
                "{step}: {}",
                reply.status
            );
        }
    }
    assert_eq!(
        here.get("/api/v1/home").expect(200)["tasks"],
        json!([]),
        "the chair's signatures wait for the chair"
    );
    assert_eq!(here.get("/api/v1/messages").expect(200)["total"], 0);
    for (method, path) in [
        ("GET", "/api/v1/complaints/handlers"),
        ("POST", "/api/v1/complaints/handlers/confirm"),
        ("GET", "/api/v1/complaints"),
        ("GET", "/api/v1/list-cases"),
    ] {
        let reply = here.send(method, path, None, Vec::new());
        assert_eq!(reply.status, 403, "{path}");
    }
    // Without towns the head of the district's committee, and back.
    let change = |version: u64, towns: &[&str]| {
        let change = json!({"version": version, "towns": towns});
        office
            .office
            .patch(&format!("{STAFF}/here"), &change)
            .expect(200)
    };
    assert_eq!(change(2, &[])["role"], "chair");
    here.get("/api/v1/enterprises").expect_problem(401);
    let again = office.server.public().signed_in("here", PASSWORD);
    assert_eq!(again.get("/api/v1/complaints/handlers").status, 200);
}

#[test]
fn what_does_not_belong_to_a_role_is_refused_by_its_field() {
    let office = Office::at(DAY, &[]);
    office.knows(&[TOWN]);
    let department = register(&office, &json!({"kind": "department", "name": "区教育局"}));
    let station = register(
        &office,
        &json!({"kind": "station", "name": "某所", "towns": [TOWN]}),
    );
    let wrong = |more: Value| {
        let mut new = json!({"account": "new", "name": "某人"});
        new.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let problem = office.office.post(STAFF, &new).expect(422);
        problem["errors"][0]["field"]
            .as_str()
            .unwrap_or("")
            .to_owned()
    };
    assert_eq!(wrong(json!({"role": "department"})), "organisation");
    assert_eq!(
        wrong(json!({"role": "department", "organisation": "nobody"})),
        "organisation"
    );
    assert_eq!(
        wrong(json!({"role": "department", "organisation": station["id"]})),
        "organisation"
    );
    assert_eq!(
        wrong(json!({"role": "department", "organisation": department["id"], "towns": [TOWN]})),
        "towns"
    );
    assert_eq!(wrong(json!({"role": "bureau", "towns": [TOWN]})), "towns");
    assert_eq!(
        wrong(json!({"role": "office", "organisation": department["id"]})),
        "organisation"
    );
    assert_eq!(
        wrong(json!({"role": "chair", "towns": ["没有镇"]})),
        "towns"
    );
    // By the form, and what was typed is kept.
    let typed =
        "account=edu&name=%E6%9F%90%E4%BA%BA&role=department&towns=&cadre_no=&organisation=";
    let page = office.office.form("/staff", typed);
    assert_eq!(page.status, 422);
    let shown = page.text();
    assert!(
        shown.contains("部门的账号应选择所属单位") && shown.contains("href=\"#organisation\""),
        "{shown}"
    );
    let id = department["id"].as_str().unwrap();
    assert_eq!(
        office.office.form("/staff", &format!("{typed}{id}")).status,
        200
    );
    let list = office.office.get(STAFF).expect(200);
    let made = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["account"] == "edu")
        .unwrap();
    assert_eq!(
        (&made["role"], &made["organisation"]),
        (&json!("department"), &department["id"])
    );
    // With another role the organisation goes.
    let change = json!({"version": made["version"], "role": "office"});
    let changed = office
        .office
        .patch(&format!("{STAFF}/edu"), &change)
        .expect(200);
    assert_eq!(
        (&changed["role"], &changed["organisation"]),
        (&json!("office"), &Value::Null)
    );
    let audit = office
        .office
        .get("/api/v1/audit?record=staff/edu")
        .expect(200)
        .to_string();
    assert!(audit.contains("department"), "{audit}");
    // Tokens of the bureau, and none of departments or heads of towns' committees.
    let token = |role: &str, towns: &[&str]| {
        let new = json!({"name": "推送", "role": role, "towns": towns, "scopes": ["import"], "expires": "2027-01-31"});
        office.office.post("/api/v1/tokens", &new)
    };
    token("bureau", &[]).expect(201);
    for (role, towns) in [
        ("department", &[][..]),
        ("chair", &[TOWN]),
        ("bureau", &[TOWN]),
    ] {
        assert_eq!(token(role, towns).expect_problem(422), "invalid", "{role}");
    }
    let tokens = office.office.get("/api/v1/tokens").expect(200);
    assert_eq!(tokens["items"][0]["role"], "bureau");
}

#[test]
fn an_anonymous_report_still_reaches_the_bureau() {
    let office = unlimited(DAY);
    let mut document = report();
    document["happened_on"] = json!("2026-11-20");
    file_complaint(&office.server.public(), &document);
    let bureau = office.staff("bureau", "bureau", &[], None);
    let list = bureau.get("/api/v1/complaints").expect(200);
    assert_eq!(list["total"], 1);
}
