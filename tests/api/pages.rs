//! What every page carries.

use tests::Office;

#[test]
fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let office = Office::served();
    for path in [
        "/",
        "/look-up",
        "/sign-in",
        "/enterprises",
        "/api/v1/session",
        "/nothing",
        "/assets/style.css",
    ] {
        let reply = office.office.get(path);
        let policy = reply
            .header("content-security-policy")
            .unwrap_or_else(|| panic!("{path}"));
        assert!(policy.starts_with("default-src 'self'"), "{path}");
        assert_eq!(
            reply.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            reply.header("referrer-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert!(reply.header("cache-control").is_some(), "{path}");
    }
    assert_eq!(
        office.office.get("/enterprises").header("cache-control"),
        Some("no-store")
    );
}

#[test]
fn a_form_that_is_wrong_keeps_what_was_typed_and_says_so_twice() {
    let office = Office::served();
    let reply = office
        .server
        .public()
        .form("/sign-in", "account=li.na&password=notmyphrase");
    let page = reply.text();
    assert_eq!(reply.status, 401);
    assert!(page.contains("<title>错误：工作人员登录"));
    assert!(page.contains("value=\"li.na\"") && !page.contains("notmyphrase"));
    assert_eq!(page.matches("账号或密码不对，请重新输入").count(), 2);
    assert!(page.contains("href=\"#password\""));
}

#[test]
fn large_text_is_remembered() {
    let office = Office::served();
    let reply = office
        .server
        .public()
        .form("/text-size", "size=large&back=%2Flook-up");
    assert_eq!(reply.header("location"), Some("/look-up"));
    let cookie = reply
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let page = office
        .server
        .public()
        .with("cookie", &cookie)
        .get("/")
        .text();
    assert!(page.contains("<html lang=\"zh-CN\" class=\"large\">"));
}

#[test]
fn what_people_typed_is_shown_as_text() {
    let office = Office::served();
    let csv = "信用代码,名称\n91330503MYYG3CWJ94,<script>alert(1)</script>店\n";
    office
        .office
        .import("enterprises", csv.as_bytes())
        .expect(200);
    for path in [
        "/enterprises",
        "/enterprises/91330503MYYG3CWJ94",
        "/look-up?q=script",
        "/enterprises?q=%3Cscript%3Ealert",
    ] {
        let page = office.office.get(path).text();
        assert!(!page.contains("<script>alert"), "{path}");
    }
}

#[test]
fn the_log_names_no_path_query_body_or_cookie() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let office = Office::served();
    office.office.get("/enterprises?q=SECRETQUERY");
    office.office.get("/enterprises/SECRETPATH");
    office.office.post(
        "/api/v1/staff",
        &serde_json::json!({"account": "SECRETBODY"}),
    );
    let cookie = office.office.headers[0].1.clone();
    let log = office.server.log();
    assert!(log.contains("route=\"/enterprises/...\"") && log.contains("status=404"));
    for secret in [
        "SECRETQUERY",
        "SECRETPATH",
        "SECRETBODY",
        cookie.split('=').nth(1).unwrap(),
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
}
