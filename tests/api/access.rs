//! Who may call what: every declared route is walked.

use domain::words::{Role, Word as _};
use tests::{Client, Office, SCHEDULER_TOKEN};
use web::routes::{DeclaredRoute, Who};

/// Of every function that there is, by the names of their folders.
pub fn all_routes() -> Vec<DeclaredRoute> {
    let functions = include!(concat!(env!("OUT_DIR"), "/routes.rs"));
    functions
        .iter()
        .flat_map(|(_, routes)| routes.declared().to_vec())
        .collect()
}

/// The route's path with something in its segments.
pub fn concrete(route: &DeclaredRoute) -> String {
    let segment = |part: &str| match part {
        "{uscc}" => "91330503MYYG3CWJ94".to_owned(),
        part if part.starts_with('{') => "nobody".to_owned(),
        part => part.to_owned(),
    };
    route
        .path
        .split('/')
        .map(segment)
        .collect::<Vec<_>>()
        .join("/")
}

pub fn call(client: &Client, route: &DeclaredRoute) -> tests::Reply {
    client.send(route.method.as_str(), &concrete(route), None, Vec::new())
}

#[test]
fn every_route_refuses_whom_it_does_not_declare() {
    let office = Office::new();
    let routes = all_routes();
    assert!(routes.len() > 70, "{}", routes.len());
    let public = office.server.public();
    let roles = [
        (Role::Bureau, office.staff("bureau", "bureau", &[], None)),
        (Role::Chair, office.staff("chair", "chair", &[], None)),
        (
            Role::TownChair,
            office.staff("town-chair", "chair", &["云港街道"], None),
        ),
        (
            Role::Department,
            office.department("department", "区教育局"),
        ),
        (
            Role::Town,
            office.staff("town", "town", &["云港街道"], None),
        ),
        (
            Role::Station,
            office.staff("station", "station", &["云港街道"], None),
        ),
        (
            Role::Cadre,
            office.staff("cadre", "cadre", &[], Some("C00001")),
        ),
    ];
    for route in &routes {
        let name = format!("{} {}", route.method, route.path);
        let refused = call(&public, route).status;
        match route.who {
            Who::Everybody => assert!(!matches!(refused, 401), "{name}: {refused}"),
            _ => assert_eq!(refused, 401, "{name}"),
        }
        // Signing the role out would end the walk.
        if route.path.contains("session")
            || route.path.contains("sign-out")
            || route.path.contains("password")
        {
            continue;
        }
        for (role, client) in &roles {
            let status = call(client, route).status;
            let allowed = match route.who {
                Who::Everybody | Who::SignedIn => true,
                Who::Roles(roles) => roles.contains(role),
                Who::Scheduler => false,
            };
            if allowed {
                assert!(
                    !matches!(status, 401 | 403) || route.path.contains("setup"),
                    "{name} as {}: {status}",
                    role.code()
                );
            } else {
                assert!(
                    matches!(status, 401 | 403),
                    "{name} as {}: {status}",
                    role.code()
                );
            }
        }
    }
}

#[test]
fn every_list_can_be_exported_with_nothing_in_it_and_nothing_asked() {
    let office = Office::new();
    let exports: Vec<DeclaredRoute> = all_routes()
        .into_iter()
        .filter(|route| route.path.ends_with("export.xlsx"))
        .collect();
    assert!(exports.len() > 20, "{}", exports.len());
    for route in exports {
        assert_eq!(call(&office.office, &route).status, 200, "{}", route.path);
    }
}

#[test]
fn every_unsafe_route_refuses_a_post_from_another_site() {
    let office = Office::new();
    for route in all_routes().iter().filter(|route| route.method != "GET") {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://evil.example"),
            ("referer", "http://evil.example/"),
        ] {
            let reply = call(&office.office.with(name, value), route);
            assert_eq!(
                reply.expect_problem(403),
                "cross_origin",
                "{} {} {name}",
                route.method,
                route.path
            );
        }
    }
    office.office.get("/api/v1/session").expect(200);
}

#[test]
fn a_page_sends_to_sign_in_and_comes_back() {
    let office = Office::new();
    let browser = office.server.public().with("accept", "text/html");
    let reply = browser.get("/enterprises?q=%E9%9D%A2");
    assert_eq!(reply.status, 303);
    assert_eq!(
        reply.header("location"),
        Some("/sign-in?next=%2Fenterprises%3Fq%3D%25E9%259D%25A2")
    );
    for (next, target) in [
        ("/staff", "/staff"),
        ("/lists/cases?status=open", "/lists/cases?status=open"),
        ("//evil.example", "/enterprises"),
        ("https://evil.example", "/enterprises"),
        ("/%5Cevil.example", "/enterprises"),
        // A tab and a line feed, which browsers drop.
        ("/%09/evil.example", "/enterprises"),
        ("/staff%0A", "/enterprises"),
        ("/staff%250D%250Aset-cookie:%20a=b", "/enterprises"),
        ("/staff/..//evil.example", "/enterprises"),
        // Nothing that the router knows as a page.
        ("/nowhere", "/enterprises"),
        ("/api/v1/session", "/enterprises"),
        ("/internal/sweep", "/enterprises"),
    ] {
        let fields = format!(
            "account=office&password={}&next={next}",
            tests::PASSWORD.replace(' ', "+")
        );
        assert_eq!(
            browser.form("/sign-in", &fields).header("location"),
            Some(target),
            "{next}"
        );
        let size = browser.form("/text-size", &format!("size=large&back={next}"));
        let back = target.replace("/enterprises", "/");
        assert_eq!(size.header("location"), Some(back.as_str()), "{next}");
    }
}

#[test]
fn every_page_that_the_router_knows_can_be_come_back_to() {
    for route in all_routes() {
        let path = concrete(&route);
        let page = route.method == "GET"
            && !["/api/", "/assets/", "/internal/", "/open311/", "/healthz"]
                .iter()
                .any(|start| path.starts_with(start));
        if page {
            assert_eq!(web::redirect::local(&path), path);
        }
    }
}

#[test]
fn another_towns_businesses_do_not_exist_for_a_town() {
    let office = Office::new().with_sample();
    let town = office.staff("town", "town", &["西岙乡"], None);
    let list = town.get("/api/v1/enterprises").expect(200);
    assert_eq!(list["total"], 30);
    assert!(
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["town"] == "西岙乡")
    );
    // Asked for by name, by filter and by page.
    assert_eq!(
        town.get("/api/v1/enterprises?town=%E4%BA%91%E6%B8%AF%E8%A1%97%E9%81%93")
            .expect(200)["total"],
        0
    );
    assert_eq!(
        town.get("/api/v1/enterprises?q=91330503MYYG3CWJ94")
            .expect(200)["total"],
        0
    );
    assert_eq!(
        town.get("/api/v1/enterprises/91330503MYYG3CWJ94")
            .expect_problem(404),
        "not_found"
    );
    town.get("/enterprises/91330503MYYG3CWJ94").expect(404);
    office
        .office
        .get("/api/v1/enterprises/91330503MYYG3CWJ94")
        .expect(200);
    let visits = town.get("/api/v1/visits").expect(200);
    assert!(
        visits["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["town"] == "西岙乡")
    );
}

#[test]
fn an_official_sees_their_own_assignments_and_visits_alone() {
    let office = Office::new().with_sample();
    let cadre = office.staff("cadre", "cadre", &[], Some("C00050"));
    for path in ["/api/v1/assignments?limit=200", "/api/v1/visits?limit=200"] {
        let list = cadre.get(path).expect(200);
        let items = list["items"].as_array().unwrap();
        assert!(
            !items.is_empty() && items.iter().all(|item| item["cadre_no"] == "C00050"),
            "{path}"
        );
    }
    assert_eq!(
        cadre.get("/api/v1/assignments?cadre_no=C00051").expect(200)["total"],
        0
    );
    cadre.get("/api/v1/enterprises").expect_problem(403);
}

#[test]
fn the_schedulers_routes_take_its_token_alone() {
    let office = Office::new();
    let run = |token: &str| {
        office
            .server
            .public()
            .with("authorization", token)
            .post("/internal/housekeeping", &serde_json::json!({}))
    };
    run(&format!("Bearer {SCHEDULER_TOKEN}")).expect(200);
    run("Bearer other").expect_problem(401);
    office
        .office
        .post("/internal/housekeeping", &serde_json::json!({}))
        .expect_problem(401);
}

#[test]
fn signing_in_leads_everybody_to_a_page_of_theirs() {
    let office = Office::new();
    office.staff("town", "town", &["云港街道"], None);
    office.staff("cadre", "cadre", &[], Some("C1"));
    for account in ["office", "town", "cadre"] {
        let password = tests::PASSWORD.replace(' ', "+");
        let browser = office.server.public().with("accept", "text/html");
        let reply = browser.form(
            "/sign-in",
            &format!("account={account}&password={password}"),
        );
        let cookie = reply
            .header("set-cookie")
            .unwrap()
            .split(';')
            .next()
            .unwrap();
        let page = browser
            .with("cookie", cookie)
            .get(reply.header("location").unwrap());
        assert_eq!(
            page.status,
            200,
            "{account}: {:?}",
            reply.header("location")
        );
    }
}
