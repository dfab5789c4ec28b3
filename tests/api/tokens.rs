//! What tokens may do: a role, towns, scopes and an end; and what wants a person.

use crate::access::{all_routes, call};
use domain::words::{Role, Word as _};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Client, Office};
use web::routes::{DeclaredRoute, Who};
use web::scope::Scope;
use web::token::Token;

fn with_token(office: &Office, role: &str, scopes: &[&str]) -> Client {
    let towns: &[&str] = match role {
        "town" | "station" => &["云港街道"],
        _ => &[],
    };
    office.knows(towns);
    let new = json!({"name": "script", "role": role, "towns": towns, "scopes": scopes, "expires": "2027-06-30"});
    let made = office.office.post("/api/v1/tokens", &new).expect(201);
    bearer(office, made["token"].as_str().unwrap())
}

fn bearer(office: &Office, token: &str) -> Client {
    let token = format!("Bearer {token}");
    office.server.public().with("authorization", &token)
}

/// What a token of that role and scopes is told on a route: nothing against it, or the code of what is missing.
fn told(route: &DeclaredRoute, role: Role, scopes: &[Scope]) -> Option<&'static str> {
    match (route.who, route.token) {
        (Who::Everybody, _) => None,
        (Who::Scheduler, _) => Some("not_the_scheduler"),
        // An office that the bureau hosts, or nobody, acts for it too.
        (Who::Roles(roles), _)
            if !(roles.contains(&role)
                || role == Role::Office && roles.contains(&Role::Bureau)) =>
        {
            Some("forbidden")
        }
        (_, Token::Person) => Some("person_required"),
        (_, token) => match token.scope(route.path) {
            Some(scope) if scopes.contains(&scope) => None,
            _ => Some("scope_required"),
        },
    }
}

#[test]
fn every_route_holds_every_role_and_scope_of_a_token_to_what_it_declares() {
    let office = Office::new();
    let routes = all_routes();
    let sets: Vec<Vec<Scope>> = Scope::all()
        .map(|scope| vec![scope])
        .chain([Scope::all().collect()])
        .collect();
    for role in [
        Role::Office,
        Role::Bureau,
        Role::Chair,
        Role::Town,
        Role::Station,
    ] {
        for scopes in &sets {
            let codes: Vec<String> = scopes.iter().map(|scope| scope.code()).collect();
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let script = with_token(&office, role.code(), &codes);
            for route in &routes {
                let name = format!(
                    "{} {} as {} with {codes:?}",
                    route.method,
                    route.path,
                    role.code()
                );
                let expected = told(route, role, scopes);
                // A way in is counted by address, and the sweep holds the store: neither asks for a token.
                if expected.is_none() && route.who == Who::Everybody && route.method != "GET" {
                    continue;
                }
                let reply = call(&script, route);
                let code = serde_json::from_slice::<Value>(&reply.body)
                    .ok()
                    .and_then(|problem| Some(problem["code"].as_str()?.to_owned()));
                match expected {
                    Some(expected) => assert_eq!(code.as_deref(), Some(expected), "{name}"),
                    None => assert!(
                        !matches!(reply.status, 401 | 403),
                        "{name}: {} {}",
                        reply.status,
                        reply.text()
                    ),
                }
            }
        }
    }
}

#[test]
fn whatever_changes_something_asks_for_a_scope_of_its_own_or_for_a_person() {
    let mut written = BTreeSet::new();
    for route in all_routes() {
        let name = format!("{} {}", route.method, route.path);
        match route.token {
            Token::Nothing => assert!(
                matches!(route.who, Who::Everybody | Who::Scheduler),
                "{name}"
            ),
            Token::Read | Token::Person => {}
            Token::Import => assert!(route.path.ends_with("/import"), "{name}"),
            Token::Write => {
                let scope = route.token.scope(route.path);
                written.insert(
                    scope
                        .unwrap_or_else(|| panic!("{name} has no scope"))
                        .code(),
                );
            }
        }
    }
    // A scope that no route asks for would be given for nothing.
    let offered: BTreeSet<String> = Scope::all()
        .map(Scope::code)
        .filter(|code| code.starts_with("write:"))
        .collect();
    assert_eq!(written, offered);
}

#[test]
fn acts_of_law_want_a_person() {
    let acts = [
        ("POST", "/api/v1/staff"),
        ("PATCH", "/api/v1/staff/{account}"),
        ("POST", "/api/v1/tokens"),
        ("DELETE", "/api/v1/tokens/{id}"),
        ("PUT", "/api/v1/policy/{name}"),
        ("POST", "/api/v1/notices/{id}/sign"),
        ("POST", "/api/v1/notices/{id}/acknowledge"),
        ("POST", "/api/v1/notices/{id}/reply"),
        ("POST", "/api/v1/notices/{id}/close"),
        ("POST", "/api/v1/notices/{id}/withdraw"),
        ("PUT", "/api/v1/sweep/policy/{rule}"),
        ("POST", "/api/v1/list-cases"),
        ("POST", "/api/v1/list-cases/{id}/{verb}"),
        ("PUT", "/api/v1/list-criteria/{rule}"),
        ("POST", "/api/v1/list-facts/revoke"),
        ("POST", "/api/v1/list-facts/publish-samples"),
        ("POST", "/api/v1/key-help"),
        ("POST", "/api/v1/key-help/{id}/{verb}"),
        ("POST", "/api/v1/license-outreach/decisions"),
        ("POST", "/api/v1/complaints/{code}/{verb}"),
        ("GET", "/api/v1/complaints/{code}"),
        ("GET", "/api/v1/complaints/insiders"),
        ("PUT", "/api/v1/complaints/handlers"),
        ("POST", "/api/v1/sampling/{id}/{verb}"),
        ("GET", "/complaints/cases/{code}"),
        ("GET", "/complaints/cases/{code}/files/{id}"),
    ];
    let routes = all_routes();
    for (method, path) in acts {
        let route = routes
            .iter()
            .find(|route| route.method == method && route.path == path)
            .unwrap_or_else(|| panic!("no {method} {path}"));
        assert_eq!(route.token, Token::Person, "{method} {path}");
    }
    // Forms are for people: no token sends one.
    for route in &routes {
        let page = !route.path.starts_with("/api/") && route.method != "GET";
        if page && !matches!(route.who, Who::Everybody | Who::Scheduler) {
            assert_eq!(
                route.token,
                Token::Person,
                "{} {}",
                route.method,
                route.path
            );
        }
    }
}

#[test]
fn a_token_is_made_with_scopes_for_a_year_at_most() {
    let office = Office::new();
    let make = |scopes: Value, expires: &str| {
        let new = json!({"name": "feed", "role": "office", "scopes": scopes, "expires": expires});
        office.office.post("/api/v1/tokens", &new)
    };
    for (scopes, expires, field) in [
        (json!([]), "2027-06-30", "scopes"),
        (json!(["everything"]), "2027-06-30", "scopes"),
        (json!(["write:staff"]), "2027-06-30", "scopes"),
        (json!(["read"]), "2027-11-23", "expires"),
        (json!(["read"]), "2028-01-01T00:00:00+08:00", "expires"),
    ] {
        let problem = make(scopes, expires).expect(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let none = json!({"name": "feed", "role": "office", "expires": "2027-06-30"});
    office.office.post("/api/v1/tokens", &none).expect(422);
    make(json!(["import", "read", "read"]), "2027-11-21").expect(201);
    let list = office.office.get("/api/v1/tokens").expect(200);
    assert_eq!(list["items"][0]["scopes"], json!(["read", "import"]));
    // Who gave it what stands in the audit.
    let id = list["items"][0]["id"].as_str().unwrap();
    let rows = office
        .office
        .get(&format!("/api/v1/audit?record=token/{id}"))
        .expect(200);
    assert_eq!(rows["total"], 1, "{rows}");
    assert_eq!(
        rows["items"][0]["after"]["scopes"],
        json!(["read", "import"])
    );
}

#[test]
fn the_page_offers_scopes_in_words_and_says_what_a_token_cannot_do() {
    let office = Office::new();
    let browser = office.office.with("accept", "text/html");
    let page = browser.get("/tokens").text();
    for said in ["读取数据", "写入：企业台账", "本人登录办理"] {
        assert!(page.contains(said), "{said}");
    }
    let wrong = browser.form("/tokens", "name=feed&role=office&towns=&expires=2027-06-30");
    let wrong = browser.get(wrong.header("location").unwrap());
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("href=\"#scopes\"") && wrong.text().contains("id=\"scopes\""));
    let made = browser.form(
        "/tokens",
        "name=feed&role=office&towns=&expires=2027-06-30&import=1&write%3Aenterprises=1",
    );
    assert_eq!(made.status, 200, "{}", made.text());
    assert!(made.text().contains("导入名单和登记表、写入：企业台账"));
    let page = made.text();
    let token = page
        .split("新令牌：<strong>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .unwrap();
    let script = bearer(&office, token);
    script
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    assert_eq!(
        script.get("/api/v1/enterprises").expect_problem(403),
        "scope_required"
    );
}

#[test]
fn a_token_from_before_there_were_scopes_does_what_it_did_but_no_act_of_law() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = Office::new();
    let new =
        json!({"name": "old feed", "role": "office", "scopes": ["read"], "expires": "2027-06-30"});
    let made = office.office.post("/api/v1/tokens", &new).expect(201);
    let data = office.server.data.clone();
    let Office { server, folder, .. } = office;
    let place = server.place();
    server.stop();
    let store = rusqlite::Connection::open(data.join("shian.db")).unwrap();
    store
        .execute("UPDATE access_token SET scopes = NULL", [])
        .unwrap();
    drop(store);
    let (server, client) = tests::reopen(&folder.0, place, "2026-11-22T11:00:00+08:00", &[]);
    let office = Office {
        server,
        office: client,
        folder,
    };
    let script = bearer(&office, made["token"].as_str().unwrap());
    script.get("/api/v1/enterprises").expect(200);
    script
        .import("enterprises", &tests::sample("enterprises"))
        .expect(200);
    let change = json!({"version": 1, "name": "改过的名字"});
    let path = "/api/v1/enterprises/91330503MYYG3CWJ94";
    assert_ne!(script.patch(path, &change).status, 403);
    let account = json!({"account": "a1", "name": "x", "role": "chair"});
    assert_eq!(
        script.post("/api/v1/staff", &account).expect_problem(403),
        "person_required"
    );
    let page = office
        .office
        .with("accept", "text/html")
        .get("/tokens")
        .text();
    assert!(page.contains("不限") && page.contains("建议换成新令牌"));
}
