//! Open311 GeoReport v2 by its letter: moments, statuses, errors, and what becomes of who reports.

use crate::complaints::unlimited;
use serde_json::{Value, json};
use tests::Office;

const NOW: &str = "2026-11-22T10:00:00+08:00";
const REQUESTS: &str = "/open311/v2/requests.json";

fn file(office: &Office, fields: &str) -> String {
    let public = office.server.public();
    let filed = public.form(REQUESTS, fields).expect(201);
    filed[0]["service_request_id"].as_str().unwrap().to_owned()
}

fn found(office: &Office, query: &str) -> usize {
    let public = office.server.public();
    let list = public.get(&format!("{REQUESTS}?{query}")).expect(200);
    list.as_array().unwrap().len()
}

fn report(n: usize) -> String {
    format!(
        "service_code=hygiene&address_string=%E4%BA%BA%E6%B0%91%E8%B7%AF{n}&description=a+rat+in+the+kitchen"
    )
}

fn case(office: &Office, code: &str) -> Value {
    let path = format!("/api/v1/complaints/{code}");
    office.office.get(&path).expect(200)
}

#[test]
fn a_telephone_without_a_name_is_kept_for_the_handler() {
    let office = unlimited(NOW);
    let with_phone = format!("{}&phone=138+0000+0000&email=a%40example.org", report(1));
    let seen = case(&office, &file(&office, &with_phone));
    assert_eq!(seen["anonymous"], false);
    assert_eq!(seen["contact"]["phone"], "13800000000");
    assert_eq!(seen["contact"]["name"], "未留姓名");
    assert!(seen["text"].as_str().unwrap().contains("a@example.org"));
    // A name that nobody can be reached by stays in the text; a telephone that is none is refused.
    let seen = case(
        &office,
        &file(&office, &format!("{}&last_name=Li", report(2))),
    );
    assert_eq!(seen["anonymous"], true);
    assert!(seen["text"].as_str().unwrap().contains("姓名：Li"));
    let error = office
        .server
        .public()
        .form(REQUESTS, &format!("{}&phone=12", report(3)))
        .expect(400);
    let said = error[0]["description"].as_str().unwrap();
    assert!(said.starts_with("phone: "), "{said}");
}

#[test]
fn dates_are_moments_and_statuses_are_those_that_there_are() {
    let office = unlimited(NOW);
    let mut codes: Vec<String> = (0..5).map(|n| file(&office, &report(n))).collect();
    for query in [
        "",
        "start_date=2026-11-22T01:59:00Z",
        "start_date=2026-11-22T09:59:00%2B08:00&end_date=2026-11-22T23:00:00%2B08:00",
        "start_date=2026-11-22&end_date=2026-11-22",
        "status=open",
        "status=open,closed",
    ] {
        assert_eq!(found(&office, query), 5, "{query}");
    }
    for query in [
        "start_date=2026-11-22T03:00:00Z",
        "start_date=2026-11-22T11:00:00%2B08:00",
        "end_date=2026-11-22T01:00:00Z",
        "status=closed",
    ] {
        assert_eq!(found(&office, query), 0, "{query}");
    }
    for query in [
        "status=banana",
        "status=open,banana",
        "start_date=yesterday",
        "start_date=2026-01-01&end_date=2026-11-22",
    ] {
        for ending in ["json", "xml"] {
            let path = format!("/open311/v2/requests.{ending}?{query}");
            let error = office.server.public().get(&path);
            assert_eq!(error.status, 400, "{query}");
            assert!(error.text().contains("400") && !error.text().contains("about:blank"));
        }
    }
    // A number finds its request, whatever else is asked.
    let code = codes.remove(0);
    let by_number = format!("service_request_id={code}&status=closed&start_date=2030-01-01");
    assert_eq!(found(&office, &by_number), 1);
}

#[test]
fn a_list_leaves_out_what_the_figures_withhold() {
    let office = unlimited(NOW);
    for n in 0..4 {
        file(&office, &report(n));
    }
    let other = "service_code=spoiled&address_string=x&description=mouldy+bread";
    let single = file(&office, other);
    assert_eq!(found(&office, ""), 0);
    file(&office, &report(4));
    assert_eq!(found(&office, ""), 5);
    assert_eq!(found(&office, "service_code=spoiled"), 0);
    assert_eq!(found(&office, &format!("service_request_id={single}")), 1);
}

#[test]
fn a_form_in_parts_is_read_and_refused_in_the_same_manner() {
    let office = unlimited(NOW);
    let public = office.server.public();
    let fields = [
        ("service_code", "hygiene"),
        ("address_string", "人民路1号"),
        ("description", "后厨有老鼠"),
    ];
    let filed = public.multipart(REQUESTS, &fields, &[]).expect(201);
    let code = filed[0]["service_request_id"].as_str().unwrap();
    assert_eq!(case(&office, code)["place"], "人民路1号");
    let lacks = public.multipart(REQUESTS, &fields[..1], &[]).expect(400);
    assert_eq!(lacks[0]["code"], 400);
    let with_file = public
        .multipart(REQUESTS, &fields, &[("a.jpg", b"x")])
        .expect(400);
    let said = with_file[0]["description"].as_str().unwrap();
    assert!(said.contains("media_url"), "{said}");
    for (kind, body) in [
        ("multipart/form-data; boundary=b", "--b\r\nbroken"),
        ("application/json", "{}"),
    ] {
        let refused = public.send("POST", REQUESTS, Some(kind), body.as_bytes().to_vec());
        assert_eq!(refused.json()[0]["code"], json!(refused.status), "{kind}");
        assert!(matches!(refused.status, 400 | 415), "{kind}");
    }
}
