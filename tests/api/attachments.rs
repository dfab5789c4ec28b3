//! What people attach: nothing comes back that they did not mean to tell, and nobody's picture takes the house down.

#[allow(
    dead_code,
    reason = "what a single file is made of is asked in the crate's own tests"
)]
#[path = "../../shared/attachments/tests/corpus/mod.rs"]
mod corpus;

use corpus::movie::{Movie, SILENCE, part};
use corpus::{contains, exiftool, tells};
use serde_json::json;
use tests::{Client, Office, Reply};

const NOW: &str = "2026-11-22T10:00:00+08:00";

fn unlimited() -> Office {
    Office::at(NOW, &[("complaint_rate_limit", "0")])
}

const REPORT: [(&str, &str); 6] = [
    ("kind", "report"),
    ("place", "人民路菜场东门"),
    ("happened_on", "2026-11-20"),
    ("category", "spoiled"),
    ("text", "面包里有一只蟑螂，店员不理"),
    ("anonymous", "true"),
];

fn report(client: &Client, files: &[(&str, &[u8])]) -> Reply {
    client.multipart("/api/v1/complaints", &REPORT, files)
}

/// The files of a case as whoever handles it gets them; the small pictures among them.
fn files(client: &Client, code: &str) -> Vec<Vec<u8>> {
    let case = client
        .get(&format!("/api/v1/complaints/{code}"))
        .expect(200);
    let files = case["files"].as_array().unwrap();
    let mut found = Vec::new();
    for file in files {
        let path = format!(
            "/complaints/cases/{code}/files/{}",
            file["id"].as_str().unwrap()
        );
        let whole = client.get(&path);
        assert_eq!(whole.status, 200);
        found.push(whole.body);
        let small = client.get(&format!("{path}/small"));
        match file["name"].as_str().unwrap().ends_with("mp4") {
            true => assert_eq!(small.status, 404),
            false => found.push(small.body),
        }
    }
    found
}

#[test]
fn nothing_that_is_hidden_in_a_file_comes_back_from_a_case() {
    let office = unlimited();
    let public = office.server.public();
    let all = corpus::all();
    let mut back = 0;
    for six in all.chunks(6) {
        let named: Vec<(String, &[u8])> = six
            .iter()
            .map(|hidden| {
                (
                    hidden.name.replace(": ", " ").replace("mp4 ", "") + "." + &hidden.name[..3],
                    &hidden.bytes[..],
                )
            })
            .collect();
        let sent: Vec<(&str, &[u8])> = named
            .iter()
            .map(|(name, bytes)| (name.as_str(), *bytes))
            .collect();
        let receipt = report(&public, &sent).expect(201);
        let got = files(&office.office, receipt["code"].as_str().unwrap());
        for (bytes, read) in got.iter().zip(exiftool(got.iter().map(Vec::as_slice))) {
            assert!(
                !tells(bytes, &read),
                "one of {:?}\n{read}",
                named.iter().map(|(name, _)| name).collect::<Vec<_>>()
            );
        }
        back += got.len();
    }
    let pictures = all
        .iter()
        .filter(|hidden| !hidden.name.starts_with("mp4"))
        .count();
    assert_eq!(back, all.len() + pictures);
}

#[test]
fn bytes_that_are_moved_to_another_file_do_not_open() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = unlimited();
    let photo = tests::photo_with_gps();
    let receipt = report(&office.server.public(), &[("一.jpg", &photo)]).expect(201);
    let code = receipt["code"].as_str().unwrap();
    assert_eq!(files(&office.office, code).len(), 2);
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    // The small picture, which has the same key, in the place of the whole one.
    let of_the_case = "FROM runtime_key_value WHERE key LIKE 'attachment/%/0'";
    let moved = store
        .execute(
            &format!(
                "UPDATE runtime_key_value SET value = (SELECT value {of_the_case} ORDER BY length(value) LIMIT 1)
                 WHERE key = (SELECT key {of_the_case} ORDER BY length(value) DESC LIMIT 1)"
            ),
            [],
        )
        .unwrap();
    assert_eq!(moved, 1);
    let case = format!("/api/v1/complaints/{code}");
    let file = office.office.get(&case).expect(200)["files"][0]["id"].clone();
    let path = format!("/complaints/cases/{code}/files/{}", file.as_str().unwrap());
    assert_eq!(office.office.get(&path).status, 500);
    assert_eq!(office.office.get(&format!("{path}/small")).status, 200);
}

#[test]
fn an_insiders_video_loses_its_sound_where_they_asked_for_it() {
    let office = unlimited();
    let first = office.staff("first", "station", &["石湖镇"], None);
    let second = office.staff("second", "office", &[], None);
    let named = json!({"first": "first", "second": "second"});
    let path = "/api/v1/complaints/handlers";
    let proposed = office.office.put(path, &named).expect(202);
    let which = json!({"id": proposed["change"]["id"]});
    second.post(&format!("{path}/confirm"), &which).expect(200);
    let public = office.server.public();
    let video = Movie::default().bytes();
    assert!(contains(&video, SILENCE));
    for (asked, heard) in [(None, true), (Some("true"), false)] {
        let mut fields = REPORT.to_vec();
        fields.push(("insider", "true"));
        fields.extend(asked.map(|asked| ("without_sound", asked)));
        let sent = [("a.mp4", &video[..])];
        let receipt = public
            .multipart("/api/v1/complaints", &fields, &sent)
            .expect(201);
        let got = files(&first, receipt["code"].as_str().unwrap());
        assert_eq!(contains(&got[0], SILENCE), heard);
        assert_eq!(contains(&got[0], b"soun"), heard);
    }
}

#[test]
fn the_page_asks_an_insider_about_the_sound_and_keeps_the_answer() {
    let office = unlimited();
    let public = office.server.public();
    let page = |insider: &str| {
        let fields = format!(
            "category=spoiled&text=%E5%9D%8F%E4%BA%86%E5%9D%8F%E4%BA%86%E5%9D%8F%E4%BA%86{insider}"
        );
        let begun = public.form("/complaints/new/what", &fields);
        let cookie = begun.header("set-cookie").unwrap();
        let browser = public.with("cookie", cookie.split(';').next().unwrap());
        let page = browser.get("/complaints/new/photos").text();
        (browser, page)
    };
    assert!(!page("").1.contains("without_sound"));
    let (browser, asked) = page("&insider=true");
    assert!(asked.contains("name=\"without_sound\"") && asked.contains("去掉视频里的声音"));
    assert!(!asked.contains("checked"));
    let video = Movie::default().bytes();
    let fields = [("without_sound", "true"), ("do", "more")];
    let sent = browser.multipart("/complaints/new/photos/add", &fields, &[("a.mp4", &video)]);
    assert_eq!(sent.header("location"), Some("/complaints/new/photos"));
    let again = browser.get("/complaints/new/photos").text();
    assert!(
        again.contains("a.mp4") && again.contains("checked"),
        "{again}"
    );
}

#[test]
fn what_cannot_be_taken_is_refused_with_what_to_do() {
    let office = unlimited();
    let public = office.server.public();
    let heic = part(b"ftyp", b"heic\0\0\0\0mif1heic");
    let fragments = Movie {
        in_movie: part(b"mvex", &[]),
        ..Movie::default()
    }
    .bytes();
    for (name, file, said) in [
        ("a.heic", heic, "兼容性最佳"),
        ("a.mp4", fragments, "H.264"),
    ] {
        let refused = report(&public, &[(name, &file)]);
        assert_eq!(refused.expect_problem(422), "invalid");
        assert!(refused.text().contains(said), "{}", refused.text());
    }
    assert_eq!(
        office.office.get("/api/v1/complaints").expect(200)["total"],
        0
    );
}

/// A photograph of 24 megapixels, with enough in it to weigh what such photographs weigh.
fn photograph() -> Vec<u8> {
    let (width, height) = (6_000_u16, 4_000_u16);
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        100 + (state >> 27) as u8
    })
    .take(2 * 3 * usize::from(width))
    .collect();
    let rows = (0..usize::from(height)).map(|row| {
        let from = row * 7_919 % (noise.len() / 2);
        &noise[from..from + 3 * usize::from(width)]
    });
    let points: Vec<u8> = rows.flatten().copied().collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90)
        .encode(&points, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

#[test]
fn twenty_five_photographs_of_24_megapixels_at_once_fail_for_nobody() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let office = Office::served_at(NOW, &[("complaint_rate_limit", "0")]);
    let photograph = photograph();
    assert!(photograph.len() > 3 << 20, "{}", photograph.len());
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..25)
            .map(|_| {
                let (client, photograph) = (office.server.public(), &photograph[..]);
                scope.spawn(move || report(&client, &[("a.jpg", photograph)]).status)
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .collect()
    });
    // Whoever finds no room is told to come again.
    assert!(
        statuses.iter().all(|status| matches!(status, 201 | 503)),
        "{statuses:?}"
    );
    let taken = statuses.iter().filter(|status| **status == 201).count();
    assert!(taken > 0, "{statuses:?}");
    let (_, most) = office.server.memory();
    assert!(most < 2_300, "{most} MiB");
    let filed = office.office.get("/api/v1/complaints").expect(200);
    assert_eq!(filed["total"], taken);
}
