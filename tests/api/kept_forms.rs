//! A form is never lost: what was sent after the session had ended comes back to whoever typed it, and to nobody else; the address of a
//! form is no dead end; a refused form can be come back to.

use crate::complaints::{file_complaint as file, report, unlimited};
use serde_json::json;
use tests::{Client, Office, PASSWORD, Reply};

const NOW: &str = "2026-11-22T10:00:00+08:00";

fn browser(office: &Office) -> Client {
    office.server.public().with("accept", "text/html")
}

/// The cookies that a browser holds after these, of which later ones stand for earlier.
fn cookies(client: &Client, reply: &Reply) -> String {
    let mut jar = std::collections::BTreeMap::new();
    let held = client.headers.iter().filter(|(name, _)| name == "cookie");
    for (_, line) in held {
        jar.extend(line.split("; ").filter_map(|pair| pair.split_once('=')));
    }
    for (_, line) in reply
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
    {
        jar.extend(line.split(';').next().unwrap().split_once('='));
    }
    let pairs = jar.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

fn holding(office: &Office, cookies: &str) -> Client {
    browser(office).with("cookie", cookies)
}

fn sign_in(office: &Office, client: &Client, account: &str, next: &str) -> (Client, Reply) {
    let form = format!(
        "account={account}&password={}&next={next}",
        PASSWORD.replace(' ', "+")
    );
    let reply = client.form("/sign-in", &form);
    assert_eq!(reply.status, 303, "{}", reply.text());
    (holding(office, &cookies(client, &reply)), reply)
}

/// The browser once its session is over; the cookie by which it is known stays.
fn ended(office: &Office, client: &Client) -> Client {
    let reply = client.form("/sign-out", "");
    holding(office, &cookies(client, &reply))
}

/// Where signing in is to lead, as the form carries it.
fn next(office: &Office, client: &Client, reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let to = reply.header("location").unwrap();
    assert!(to.starts_with("/sign-in?next="), "{to}");
    let page = holding(office, &cookies(client, reply)).get(to).text();
    assert!(page.contains("没有丢"), "{page}");
    to.trim_start_matches("/sign-in?next=").to_owned()
}

#[test]
fn what_was_typed_stands_in_the_form_again_after_signing_in() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = unlimited(NOW);
    office.staff("colleague", "chair", &[], None);
    let (code, _) = file(&office.server.public(), &report());
    let case = format!("/complaints/cases/{code}");
    let (own, _) = sign_in(&office, &browser(&office), "office", "/");
    let own = ended(&office, &own);
    let typed = "note=%E7%8E%B0%E5%9C%BA%E6%A3%80%E6%9F%A5%EF%BC%9A%3Cb%3E%E5%B1%9E%E5%AE%9E%3C%2Fb%3E&filed=true";
    let from = own.with("referer", &format!("{}{case}", office.server.base));
    let reply = from.form(&format!("{case}/decide"), typed);
    let next = next(&office, &own, &reply);
    // Nothing of it is there to be read, in the store or in the address.
    let store = std::fs::read(office.server.data.join("shian.db")).unwrap();
    assert!(!String::from_utf8_lossy(&store).contains("现场检查"));
    // Somebody else at the same browser gets the page without it.
    let (other, led) = sign_in(&office, &own, "colleague", &next);
    let page = other.get(led.header("location").unwrap()).text();
    assert!(!page.contains("现场检查"), "{page}");
    // Who typed it gets it back, in the form, not sent; also when the page is loaded again.
    let (back, led) = sign_in(&office, &own, "office", &next);
    for _ in 0..2 {
        let page = back.get(led.header("location").unwrap());
        assert_eq!(page.status, 200);
        let page = page.text();
        assert!(
            page.contains("现场检查：&lt;b&gt;属实&lt;/b&gt;</textarea>"),
            "{page}"
        );
        assert!(page.contains("还没有提交"), "{page}");
    }
    let seen = office
        .office
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    assert_eq!(seen["status"], "received");
    // Another browser with the same account does not.
    let (elsewhere, _) = sign_in(&office, &browser(&office), "office", "/");
    let page = elsewhere.get(led.header("location").unwrap()).text();
    assert!(!page.contains("现场检查"));
}

#[test]
fn at_a_desk_where_two_sign_in_nobody_is_given_what_may_be_the_others() {
    let office = unlimited(NOW);
    office.staff("colleague", "chair", &[], None);
    // A's window is open, B signs in at the same browser and out again, and A's window is sent.
    let (own, _) = sign_in(&office, &browser(&office), "office", "/");
    let (both, _) = sign_in(&office, &ended(&office, &own), "colleague", "/");
    let both = ended(&office, &both);
    let reply = both.form("/staff", "name=%E7%8E%B0%E5%9C%BA");
    assert_eq!(reply.status, 401, "{}", reply.text());
    assert!(reply.text().contains("刷新"));
}

#[test]
fn a_form_with_files_comes_back_without_them_and_says_so() {
    let office = Office::at(NOW, &[]);
    let (own, _) = sign_in(&office, &browser(&office), "office", "/");
    let own = ended(&office, &own);
    let reply = own.multipart(
        "/holidays",
        &[("note", "x")],
        &[("2027.csv", b"date,kind,name")],
    );
    let next = next(&office, &own, &reply);
    let (back, led) = sign_in(&office, &own, "office", &next);
    let page = back.get(led.header("location").unwrap()).text();
    assert!(page.contains("选好的文件没有保留"), "{page}");
}

#[test]
fn what_is_not_kept_is_still_in_the_browser_and_the_page_says_how_to_go_on() {
    let office = Office::at(NOW, &[]);
    // A browser that nobody has signed in with, a password, more than is kept.
    let (own, _) = sign_in(&office, &browser(&office), "office", "/");
    let own = ended(&office, &own);
    let long = format!("name={}", "x".repeat(300 << 10));
    let long_name = "x".repeat(300 << 10);
    let many = vec![("a", ""); 10_000];
    for fields in [vec![(long_name.as_str(), "")], many] {
        let reply = own.multipart("/staff", &fields, &[]);
        assert_eq!(reply.status, 401);
    }
    for (client, path, form) in [
        (&browser(&office), "/staff", "name=x"),
        (&own, "/account/password", "current=a&new=b&again=b"),
        (&own, "/staff", long.as_str()),
    ] {
        let reply = client.form(path, form);
        assert_eq!(reply.status, 401, "{path}");
        let page = reply.text();
        assert!(
            page.contains("刷新") && page.contains("/sign-in?next="),
            "{page}"
        );
    }
    // From another site nothing is kept.
    let foreign = own
        .with("origin", "https://evil.example")
        .form("/staff", "name=x");
    assert_eq!(foreign.status, 403);
}

#[test]
fn the_address_of_a_form_leads_to_its_page() {
    let office = unlimited(NOW);
    let (code, _) = file(&office.server.public(), &report());
    let (own, _) = sign_in(&office, &browser(&office), "office", "/");
    for (path, page) in [
        (
            format!("/complaints/cases/{code}/decide"),
            format!("/complaints/cases/{code}"),
        ),
        (
            "/complaints/handlers/withdraw".into(),
            "/complaints/handlers".into(),
        ),
        (
            "/license-outreach/assign".into(),
            "/license-outreach".into(),
        ),
        ("/facts/revoke".into(), "/facts".into()),
        ("/sign-out".into(), "/".into()),
    ] {
        let reply = own.get(&path);
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(page.as_str())),
            "{path}"
        );
        // To a program it says what it is.
        office.office.get(&path).expect_problem(405);
    }
}

#[test]
fn the_page_of_a_refused_form_can_be_loaded_again_by_who_sent_it() {
    let office = Office::at(NOW, &[]);
    office.staff("colleague", "office", &[], None);
    let (own, _) = sign_in(&office, &browser(&office), "office", "/");
    let reply = own.form("/staff", "account=&name=%E7%8E%8B&role=town");
    assert_eq!(reply.status, 303, "{}", reply.text());
    let shown = reply.header("location").unwrap();
    for _ in 0..2 {
        let page = own.get(shown);
        assert_eq!(page.status, 422);
        assert!(page.text().contains("请更正以下内容") && page.text().contains("value=\"王\""));
    }
    // Anybody else, and who asks without a session, gets the page as it is.
    let (other, _) = sign_in(&office, &browser(&office), "colleague", "/");
    let page = other.get(shown);
    assert!(page.status == 200 && !page.text().contains("value=\"王\""));
    // A program gets its answer at once.
    let document = json!({"account": "", "name": "王", "role": "town", "towns": []});
    office
        .office
        .post("/api/v1/staff", &document)
        .expect_problem(422);
}
