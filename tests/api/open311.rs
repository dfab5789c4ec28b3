//! Open311 GeoReport v2 by its letter: moments, statuses, errors, and what becomes of who reports.

use crate::complaints::{file_complaint, report as report_of_this_site, unlimited};
use serde_json::{Value, json};
use tests::{Client, Office};

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

#[test]
fn a_client_finds_services_in_both_formats() {
    let office = unlimited(NOW);
    let public = office.server.public();
    let services = public.get("/open311/v2/services.json").expect(200);
    assert_eq!(services[0]["service_code"], "spoiled");
    assert!(
        services
            .as_array()
            .unwrap()
            .iter()
            .all(|service| service["metadata"] == false && service["type"] == "realtime")
    );
    let xml = public.get("/open311/v2/services.xml");
    assert_eq!(xml.header("content-type"), Some("text/xml; charset=utf-8"));
    assert!(
        xml.text()
            .starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><services><service>")
    );
    let accepted = public.with("accept", "application/xml");
    let xml = accepted.get("/open311/v2/services").text();
    assert!(xml.starts_with("<?xml"));
    let known = public.get("/open311/v2/services/spoiled.json").expect(200);
    assert_eq!(known["service_code"], "spoiled");
    let unknown = public.get("/open311/v2/services/bicycles.json").expect(404);
    assert_eq!(unknown[0]["code"], 404);
}

/// What is missing is an error with a code and words, in both formats.
#[test]
fn a_client_is_told_errors_with_a_code_and_words() {
    let office = unlimited(NOW);
    let public = office.server.public();
    for (fields, status) in [
        ("description=x", 400),
        (
            "service_code=bicycles&description=xxxxxx&address_string=x",
            404,
        ),
        ("service_code=spoiled&description=xxxxxx", 400),
        ("service_code=spoiled&address_string=x", 400),
    ] {
        let error = public.form(REQUESTS, fields).expect(status);
        assert_eq!(error[0]["code"], status);
        assert!(!error[0]["description"].as_str().unwrap().is_empty());
        let xml = public.form("/open311/v2/requests.xml", fields);
        assert_eq!(xml.status, status);
        let start = format!("<errors><error><code>{status}</code><description>");
        assert!(xml.text().contains(&start), "{}", xml.text());
    }
}

/// The number of a request with a name, a place and a text.
fn file_named_request(public: &Client) -> String {
    let fields = "jurisdiction_id=x&service_code=spoiled&lat=30.87&long=120.42&address_string=%E4%BA%BA%E6%B0%91%E8%B7%AF\
        &description=mouldy+bread+%3C%26%3E&last_name=Li&first_name=Si&phone=13800000000";
    let receipt = public.form(REQUESTS, fields).expect(201);
    let notice = receipt[0]["service_notice"].as_str().unwrap();
    assert!(notice.contains("查询码"));
    receipt[0]["service_request_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_request_is_looked_up_by_its_number_and_tells_nothing_that_somebody_wrote() {
    let office = unlimited(NOW);
    let public = office.server.public();
    let code = file_named_request(&public);
    let path = |code: &str| format!("/open311/v2/requests/{code}.json");
    let read = public.get(&path(&code)).expect(200);
    assert_eq!(read[0]["status"], "open");
    assert_eq!(read[0]["expected_datetime"], "2026-12-11T23:59:59+08:00");
    assert!(!read.to_string().contains("mouldy") && !read.to_string().contains("13800000000"));
    let seen = case(&office, &code);
    assert_eq!(seen["contact"]["name"], "LiSi");
    assert!(seen["place"].as_str().unwrap().contains("30.87"));
    // What was filed elsewhere cannot be looked up here.
    let (other, _) = file_complaint(&public, &report_of_this_site());
    public.get(&path(&other)).expect(404);
    let both = format!("service_request_id={code},{other}");
    assert_eq!(found(&office, &both), 1);
    assert_eq!(found(&office, "status=closed"), 0);
}

/// A single case stands in no list, as in no figure; with the district's own threshold it does.
#[test]
fn a_single_request_is_listed_where_the_district_publishes_single_cases() {
    let office = unlimited(NOW);
    let public = office.server.public();
    let code = file_named_request(&public);
    assert_eq!(found(&office, "service_code=spoiled"), 0);
    let least = json!({"value": 1, "valid_from": "2026-11-22"});
    let path = "/api/v1/policy/complaint_small_cell";
    office.office.put(path, &least).expect(204);
    assert_eq!(found(&office, "service_code=spoiled"), 1);
    let xml = public.get("/open311/v2/requests.xml").text();
    assert!(
        xml.contains("<service_requests><request>")
            && xml.contains(&format!("<service_request_id>{code}</service_request_id>")),
        "{xml}"
    );
}
