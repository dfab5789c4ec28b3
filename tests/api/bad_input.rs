//! Bad input gets the 4xx of the interface, writes nothing, and costs no memory.

use std::io::{Read as _, Write as _};
use tests::{Office, sample};

fn zip_of(parts: &[(&str, usize)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, mebibytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        let block = vec![b' '; 1 << 20];
        for _ in 0..*mebibytes {
            zip.write_all(&block).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_roster_is_refused_by_its_bytes_and_nothing_is_written() {
    let office = Office::served();
    let import = |file: &[u8]| {
        office
            .office
            .upload("/api/v1/enterprises/import", "x.xlsx", file)
    };
    import(b"").expect_problem(422);
    import(b"%PDF-1.7\n%...").expect_problem(415);
    import(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....").expect_problem(415);
    import(b"PK\x03\x04 and no more").expect_problem(422);
    let problem = import("负责的人,电话\n甲,1\n".as_bytes()).expect(422);
    assert_eq!(problem["errors"][0]["field"], "file");
    assert!(problem["detail"].as_str().unwrap().contains("企业名称"));
    import(b"\x80\x81\xff\xfe garbage").expect(422);
    // An empty form, no form at all, a form that breaks off.
    office
        .office
        .send("POST", "/api/v1/enterprises/import", None, Vec::new())
        .expect_problem(422);
    let form = Some("multipart/form-data; boundary=b");
    office
        .office
        .send(
            "POST",
            "/api/v1/enterprises/import",
            form,
            b"--b--\r\n".to_vec(),
        )
        .expect_problem(422);
    let broken = b"--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nabc".to_vec();
    office
        .office
        .send("POST", "/api/v1/enterprises/import", form, broken)
        .expect_problem(400);
    assert_eq!(
        office.office.get("/api/v1/enterprises").expect(200)["total"],
        0
    );
}

#[test]
fn zip_bombs_and_sheets_that_claim_a_billion_cells_cost_no_memory() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let office = Office::served();
    let (_, before) = office.server.memory();
    let bomb = zip_of(&[("xl/workbook.xml", 1), ("xl/sharedStrings.xml", 200)]);
    assert!(bomb.len() < 2 << 20);
    office
        .office
        .import("enterprises", &bomb)
        .expect_problem(413);
    office
        .office
        .import("enterprises", &zip_of(&[("xl/worksheets/sheet1.xml", 900)]))
        .expect_problem(413);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "信用代码").unwrap();
    sheet.write(0, 1, "名称").unwrap();
    sheet.write(1_048_575, 16_383, "far away").unwrap();
    let found = office
        .office
        .import("enterprises", &workbook.save_to_buffer().unwrap());
    assert!(found.status < 500, "{}", found.text());
    let (_, after) = office.server.memory();
    assert!(
        after < before + 300,
        "{before} MiB before, {after} MiB after"
    );
}

#[test]
fn a_body_of_200_mb_is_refused_with_or_without_its_length() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let office = Office::served();
    let (_, before) = office.server.memory();
    office
        .office
        .send(
            "POST",
            "/api/v1/enterprises/import",
            None,
            vec![b'x'; 200 << 20],
        )
        .expect_problem(413);
    // Chunked: nobody knows how long it will be.
    let mut stream =
        std::net::TcpStream::connect(office.server.base.strip_prefix("http://").unwrap()).unwrap();
    let cookie = &office.office.headers[0].1;
    let head = format!(
        "POST /api/v1/enterprises/import HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [
        format!("{:x}\r\n", 1 << 20).into_bytes(),
        vec![b'x'; 1 << 20],
        b"\r\n".to_vec(),
    ]
    .concat();
    for _ in 0..200 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(
        answer.starts_with("HTTP/1.1 413") || answer.is_empty(),
        "{answer}"
    );
    let (_, after) = office.server.memory();
    assert!(
        after < before + 400,
        "{before} MiB before, {after} MiB after"
    );
    assert_eq!(
        office.office.get("/api/v1/enterprises").expect(200)["total"],
        0
    );
}

#[test]
fn json_that_cannot_be_read_or_does_not_fit_says_so() {
    let office = Office::served();
    let send = |path: &str, kind: Option<&str>, body: &str| {
        office
            .office
            .send("POST", path, kind, body.as_bytes().to_vec())
    };
    let json = Some("application/json");
    send("/api/v1/staff", json, "{").expect_problem(400);
    send("/api/v1/staff", json, "[1]").expect_problem(422);
    send("/api/v1/staff", None, "{}").expect_problem(415);
    send("/api/v1/enterprises", json, "{\"uscc\":").expect_problem(400);
    send("/api/v1/enterprises", json, "7").expect_problem(422);
    send("/api/v1/enterprises", Some("text/plain"), "{}").expect_problem(415);
    let problem = send("/api/v1/enterprises", json, "{\"colour\":\"red\"}").expect(422);
    assert_eq!(problem["errors"][0]["field"], "colour");
    let deep = "[".repeat(100_000);
    send("/api/v1/enterprises", json, &deep).expect_problem(400);
    send(
        "/api/v1/session",
        json,
        "{\"account\":\"\\u0000\",\"password\":\"x\"}",
    )
    .expect_problem(401);
}

#[test]
fn an_unknown_path_is_404_and_a_wrong_method_405() {
    let office = Office::served();
    assert_eq!(
        office.office.get("/api/v1/nothing").expect_problem(404),
        "not_found"
    );
    assert_eq!(
        office
            .office
            .get("/enterprises/%F0%9F%8D%9C")
            .expect_problem(404),
        "not_found"
    );
    assert_eq!(
        office
            .office
            .send("DELETE", "/api/v1/enterprises", None, vec![])
            .expect_problem(405),
        "method_not_allowed"
    );
    let page = office.office.with("accept", "text/html").get("/nothing");
    assert_eq!(page.status, 404);
    assert!(page.text().contains("没有找到") && page.text().contains("<main"));
}

#[test]
fn odd_cells_are_rejected_and_not_trapped_over() {
    let office = Office::served();
    let long = "长".repeat(100_000);
    let csv = format!(
        "信用代码,名称,经营范围,成立日期\n91330503MYYG3CWJ94,{long},,\n92330503MYWG9MDA0T,🍜🍜,{long},\n92330503MYXM6GFR73,\u{0}x,\"a\"\"b\",1e308\n"
    );
    // A NUL byte makes it another kind of file.
    office
        .office
        .import("enterprises", csv.as_bytes())
        .expect_problem(415);
    let found = office
        .office
        .import("enterprises", csv.replace('\0', "").as_bytes())
        .expect(200);
    assert_eq!(
        (found["rows"].as_u64(), found["created"].as_u64()),
        (Some(3), Some(1)),
        "{}",
        found["rejected"]
    );
}

#[test]
fn the_sample_still_goes_in_afterwards() {
    let office = Office::served();
    for _ in 0..3 {
        let _ = office
            .office
            .import("enterprises", &zip_of(&[("xl/sharedStrings.xml", 100)]));
    }
    office
        .office
        .import("enterprises", &sample("enterprises"))
        .expect(200);
}

#[test]
fn a_search_for_a_whole_book_is_refused_on_every_list() {
    let office = Office::new();
    let book = "食品".repeat(10_000);
    for path in [
        "/api/v1/enterprises",
        "/api/v1/public/enterprises",
        "/api/v1/lists/red",
        "/api/v1/license-outreach/candidates",
        "/look-up",
        "/lists/black",
        "/enterprises",
        "/complaints/cases",
    ] {
        let reply = office.office.get(&format!("{path}?q={book}"));
        assert_eq!(reply.status, 414, "{path}");
        let longest = "食".repeat(400);
        assert_eq!(
            office.office.get(&format!("{path}?q={longest}")).status,
            200,
            "{path}"
        );
    }
}

#[test]
fn workbooks_made_to_take_memory_are_refused_and_keep_nobody_waiting() {
    let office = Office::served();
    let spaces = zip_of(&[("xl/worksheets/sheet1.xml", 300)]);
    office
        .office
        .import("enterprises", &spaces)
        .expect_problem(413);
    let csv = format!(
        "信用代码,名称\n91330503MYYG3CWJ94,{}\n",
        "长".repeat(20 << 20)
    );
    let found = office
        .office
        .import("enterprises", csv.as_bytes())
        .expect(200);
    let reason = found["rejected"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("1 MB"), "{found}");
}
