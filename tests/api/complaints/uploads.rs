//! Photographs and videos: what is kept of them, and what is refused.

use super::{SECRETS, contains, served};
use tests::{Client, Reply, photo_with_gps};

const CLOCK: &str = "2026-11-22T10:00:00+08:00";

/// Files an anonymous report with these files, each with its name.
fn report_with(public: &Client, files: &[(&str, &[u8])]) -> Reply {
    let fields = [
        ("kind", "report"),
        ("place", SECRETS[5]),
        ("happened_on", "2026-11-20"),
        ("category", "spoiled"),
        ("text", SECRETS[3]),
        ("anonymous", "true"),
    ];
    public.multipart("/api/v1/complaints", &fields, files)
}

/// Width and height of a JPEG: they stand in its frame header behind marker, length and precision.
fn size_of_jpeg(bytes: &[u8]) -> (u16, u16) {
    let frame = bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap()
        + 5;
    let number = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    (number(frame + 2), number(frame))
}

#[test]
fn a_photograph_is_turned_upright_and_tells_nothing_of_where_it_was_taken() {
    let office = served(CLOCK);
    let public = office.server.public();
    let photo = photo_with_gps();
    let revealing = [&b"Exif"[..], b"GPS 30.876", b"PhoneOfZhangSan"];
    assert!(revealing.iter().all(|text| contains(&photo, text)));
    let files = [("IMG_0001.jpg", photo.as_slice()), ("again.jpg", &photo)];
    let receipt = report_with(&public, &files).expect(201);
    let code = receipt["code"].as_str().unwrap();
    let seen = office
        .office
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    let id = seen["files"][0]["id"].as_str().unwrap();
    let path = format!("/complaints/cases/{code}/files/{id}");
    for path in [path.clone(), format!("{path}/small")] {
        let reply = office.office.get(&path);
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), Some("image/jpeg"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("content-disposition").is_some());
        for text in [&b"Exif"[..], b"GPS", b"PhoneOfZhangSan"] {
            let text_of = String::from_utf8_lossy(text);
            assert!(!contains(&reply.body, text), "{text_of}");
        }
        // It was sent lying down, 640 by 480.
        let (width, height) = size_of_jpeg(&reply.body);
        assert!(height > width, "{width} x {height}");
    }
    let other = office.staff("other", "station", &["石湖镇"], None);
    assert_eq!(other.get(&path).status, 404);
    assert_eq!(public.get(&path).status, 401);
}

/// A PNG that says it has 100,000 by 100,000 points.
fn huge_png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(100_000_u32.to_be_bytes());
    png.extend(100_000_u32.to_be_bytes());
    png.extend([8, 6, 0, 0, 0]);
    let sum = checksum_of_chunk(&png[12..]);
    png.extend(sum);
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    png
}

/// The checksum of a PNG's chunk (ISO 3309).
fn checksum_of_chunk(bytes: &[u8]) -> [u8; 4] {
    let sum = !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    });
    sum.to_be_bytes()
}

#[test]
fn uploads_that_are_not_what_they_say_are_refused_with_the_reason() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let office = served(CLOCK);
    let public = office.server.public();
    for (name, bytes) in [
        ("a.jpg", &b"MZ\x90\0"[..]),
        ("a.jpg", b"<svg onload=alert(1)>"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.jpg", b"\xff\xd8\xff\xe0 not a picture"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2"),
    ] {
        let refused = report_with(&public, &[(name, bytes)]);
        assert_eq!(refused.expect_problem(422), "invalid", "{name}");
    }
    let refused = report_with(&public, &[("a.png", &huge_png())]);
    assert_eq!(refused.expect_problem(422), "invalid");
    assert!(refused.text().contains("100000"), "{}", refused.text());
    let photo = photo_with_gps();
    let seven: Vec<(&str, &[u8])> = (0..7).map(|_| ("a.jpg", photo.as_slice())).collect();
    assert_eq!(report_with(&public, &seven).expect_problem(422), "invalid");
    let large = vec![0xff; 31 << 20];
    let refused = report_with(&public, &[("a.jpg", &large)]);
    assert_eq!(refused.expect_problem(413), "too_large");
    refuse_strange_forms(&public);
    assert!(
        office.server.memory().1 < 500,
        "{:?}",
        office.server.memory()
    );
    // Nothing of all this was kept.
    let listed = office.office.get("/api/v1/complaints").expect(200);
    assert_eq!(listed["total"], 0);
}

/// Forms of thousands of parts, forms that break off, and one large field are refused.
fn refuse_strange_forms(public: &Client) {
    let path = "/api/v1/complaints";
    let names: Vec<String> = (0..3000).map(|n| format!("f{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    assert_eq!(public.multipart(path, &many, &[]).status, 400);
    let kind = Some("multipart/form-data; boundary=b");
    for broken in [
        &b"--b\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\nrep"[..],
        b"--b",
        b"",
        b"no boundary at all",
    ] {
        let status = public.send("POST", path, kind, broken.to_vec()).status;
        assert!((400..500).contains(&status), "{status}");
    }
    let text = "面".repeat(100_000);
    let refused = public.multipart(path, &[("text", text.as_str())], &[]);
    assert_eq!(refused.expect_problem(413), "too_large");
}
