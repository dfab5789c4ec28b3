//! `shian verify-log`: whatever is published and is not what the log says is found, and said where it stands. A mirror between
//! the program and the site alters one answer at a time.

use crate::lists::{
    AFTER_THE_TERM, make_spotless, move_case, nominate, publish_black_entry, reopen_at,
};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tests::{Client, Office, PASSWORD, Reply};
use transparency::{Edition, Head, Item, Tree};

type AlterReply = Box<dyn Fn(&str, &mut Reply) + Send>;

/// A server that answers what the site answers, with what it is told to alter.
struct Mirror {
    base: String,
    alter: Arc<Mutex<AlterReply>>,
}

impl Mirror {
    fn of(site: &Client) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let alter: Arc<Mutex<AlterReply>> = Arc::new(Mutex::new(Box::new(|_, _| {})));
        let (site, altering) = (site.with("accept", "text/html, */*"), alter.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(path) = requested_path(&stream) else {
                    continue;
                };
                let mut reply = site.get(&path);
                altering.lock().unwrap()(&path, &mut reply);
                answer(stream, &reply);
            }
        });
        Self { base, alter }
    }

    /// The exit code, what was written to standard output, and what to standard error.
    fn verify(&self, since: Option<&Path>) -> (i32, String, String) {
        verify(&self.base, since)
    }

    /// The same with one answer altered.
    fn verify_altered(
        &self,
        since: Option<&Path>,
        alter: impl Fn(&str, &mut Reply) + Send + 'static,
    ) -> (i32, String, String) {
        *self.alter.lock().unwrap() = Box::new(alter);
        let found = self.verify(since);
        *self.alter.lock().unwrap() = Box::new(|_, _| {});
        found
    }
}

/// The path of the request that a stream brings.
fn requested_path(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    let ended = lines.any(|line| line.is_ok_and(|line| line.is_empty()));
    ended.then_some(path)
}

/// Writes the reply. The program that asks may hang up before it has read everything.
fn answer(mut stream: TcpStream, reply: &Reply) {
    let head = format!(
        "HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        reply.status,
        reply.body.len()
    );
    // In one piece: a second one would wait until the first has been acknowledged.
    let _ = stream.write_all(&[head.as_bytes(), &reply.body].concat());
}

fn verify(base: &str, since: Option<&Path>) -> (i32, String, String) {
    let mut command = Command::new(tests::program());
    command.arg("verify-log").arg(base);
    if let Some(since) = since {
        command.arg("--since").arg(since);
    }
    let output = command.output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// One black entry with a reply, and two red ones; gives their ids.
fn listed() -> (Office, Client, [String; 3]) {
    let (office, second, black) = publish_black_entry();
    let reply = json!({"note": "已更换杀菌设备，欢迎监督。"});
    move_case(&second, &black, "reply", reply).expect(200);
    let good = make_spotless(&office);
    let red = |uscc: &str| publish(&office, &second, uscc);
    let ids = [black, red(&good[0]), red(&good[1])];
    // Whom to call stands around what the log says.
    let mine =
        json!({"version": 1, "kind": "office", "name": "区食药安办", "telephone": "0572-1234567"});
    office.night();
    office
        .office
        .put("/api/v1/organisations/office", &mine)
        .expect(200);
    // The program that checks comes over a socket.
    let office = office.in_a_process(AFTER_THE_TERM, &[]);
    let second = office.server.public().signed_in("second", PASSWORD);
    (office, second, ids)
}

fn publish(office: &Office, second: &Client, uscc: &str) -> String {
    let id = nominate(&office.office, uscc, "red");
    let approve = json!({"approved": true, "note": "达标"});
    move_case(second, &id, "decide", approve).expect(200);
    move_case(&office.office, &id, "publish", json!({})).expect(200);
    id
}

/// Alters the answer at one path, which must be another then.
fn replacing(path: &str, from: &str, to: &str) -> impl Fn(&str, &mut Reply) + Send + 'static {
    let (path, from, to) = (path.to_owned(), from.to_owned(), to.to_owned());
    move |requested, reply| {
        if requested == path {
            let text = reply.text();
            assert!(text.contains(&from), "{path} has no {from}: {text}");
            reply.body = text.replacen(&from, &to, 1).into_bytes();
        }
    }
}

/// The first part of a text that begins and ends so.
fn part<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let from = text.find(begin).unwrap();
    let to = text[from..].find(end).unwrap();
    &text[from..from + to + end.len()]
}

/// What the site publishes of one black entry and two red ones.
struct Published {
    public: Client,
    /// The ids of the black entry and of the first red one.
    black: String,
    red: String,
    /// All entries as data.
    entries: Vec<Value>,
}

impl Published {
    fn read(public: &Client, black: &str, red: &str) -> Self {
        let entries = ["black", "red"].into_iter().flat_map(|list| {
            let list = public.get(&format!("/api/v1/lists/{list}.json"));
            list.expect(200)["items"].as_array().unwrap().clone()
        });
        Self {
            public: public.clone(),
            black: black.to_owned(),
            red: red.to_owned(),
            entries: entries.collect(),
        }
    }

    fn entry(&self, id: &str) -> &Value {
        let entry = self.entries.iter().find(|entry| entry["id"] == id);
        entry.unwrap()
    }

    fn text(&self, path: &str) -> String {
        self.public.get(path).text()
    }
}

/// A text that is altered in the answer at one path, and what is then said.
struct Alteration {
    path: String,
    from: String,
    to: String,
    said: Vec<String>,
}

fn alter(path: &str, from: &str, to: &str, said: &[&str]) -> Alteration {
    Alteration {
        path: path.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        said: said.iter().map(|said| (*said).to_owned()).collect(),
    }
}

fn alterations_of_an_entry_page(site: &Published) -> Vec<Alteration> {
    let black = &site.black;
    let page = format!("/lists/entries/{black}");
    let text = site.text(&page);
    let evidence = part(&text, "<li>行政处罚", "</li>");
    let seq = &site.entry(black)["seq"];
    let line = format!("line {seq}, entry {black}, {page}: ");
    let alter = |from: &str, to: &str, said: &[&str]| {
        let said: Vec<&str> = std::iter::once(line.as_str())
            .chain(said.iter().copied())
            .collect();
        alter(&page, from, to, &said)
    };
    vec![
        alter(
            "</dl>",
            "</dl><p>这家企业还欠税。</p>",
            &["says more: “这家企业还欠税。”"],
        ),
        alter(
            "2027年10月12日</dd>",
            "2028年10月12日</dd>",
            &["after “公布到” says “2028年10月12日” instead of “2027年10月12日”"],
        ),
        alter(
            evidence,
            "",
            &["after “达到的标准和证据” does not say “行政处罚"],
        ),
        alter(
            "已更换杀菌设备",
            "没有更换杀菌设备",
            &["after “企业回应” says “没有更换"],
        ),
        alter("<dd>受到", "<dd hidden>受到", &["<dd hidden"]),
        alter(
            "<footer>",
            "<aside>这家企业还欠税。</aside><footer>",
            &["around <main>", "这家企业还欠税。"],
        ),
        alter("<title>", "<title>假的", &["its title"]),
        alter(
            "</main>",
            "</main><main><p>另一篇</p></main>",
            &["not exactly one <main>"],
        ),
    ]
}

fn alterations_of_sheet_code_and_badge(site: &Published) -> Vec<Alteration> {
    let (black, red) = (&site.black, &site.red);
    let sheet = format!("/lists/entries/{black}/sheet");
    let code = format!("/lists/entries/{red}/qr.svg");
    let uscc = site.entry(red)["uscc"].as_str().unwrap();
    let badge = format!("/lists/badge/{uscc}.svg");
    vec![
        alter(
            &sheet,
            "</article>",
            "<p>这家企业还欠税。</p></article>",
            &[&format!("entry {black}, {sheet}"), "says more"],
        ),
        alter(&code, "M", "M1", &[&format!("entry {red}, {code}")]),
        alter(
            &badge,
            "2027年",
            "2028年",
            &[&format!("entry {red}, {badge}"), "2028年"],
        ),
    ]
}

fn alterations_of_lists(site: &Published) -> Vec<Alteration> {
    let list = site.text("/lists/red?page=1");
    let card = format!("<li><h2><a href=\"/lists/entries/{}\">", site.red);
    let hidden_card = card.replace("<li>", "<li hidden>");
    let whole_card = part(&list, &card, "</li>");
    let until = site.entry(&site.black)["until"].as_str().unwrap();
    let api = "/api/v1/lists/red?limit=200";
    let (ground, praise) = ("受到较重的行政处罚。", "表现良好。");
    vec![
        alter(
            "/api/v1/lists/black.csv",
            &format!(",{until},"),
            ",2030-01-01,",
            &["/api/v1/lists/black.csv: row 2, 公布到: says “2030-01-01”"],
        ),
        alter(
            "/lists/black/feed.atom",
            ground,
            praise,
            &["/lists/black/feed.atom: ", "says “表现良好。”"],
        ),
        alter(
            "/lists/black?page=1",
            ground,
            praise,
            &["/lists/black?page=1: ", "says “表现良好。”"],
        ),
        alter(
            "/lists/red?page=1",
            &card,
            &hidden_card,
            &["/lists/red?page=1: ", "<li hidden"],
        ),
        alter(
            "/lists/red",
            whole_card,
            "",
            &["differs: /lists/red: ", "does not say"],
        ),
        alter(
            "/lists/log",
            "</ol>",
            "<li>不用核对</li></ol>",
            &["/lists/log: ", "says more: “不用核对”"],
        ),
        alter(
            "/api/v1/lists/red.json",
            "creativecommons.org",
            "example.org",
            &["/api/v1/lists/red.json: licence"],
        ),
        alter(
            api,
            "受到较重",
            "没有受到",
            &[&format!("{api}: entry “"), "ground"],
        ),
    ]
}

#[test]
fn whatever_readers_get_that_is_not_what_the_log_says_is_found_and_named() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let (office, _, [black, red, _]) = listed();
    let public = office.server.public();
    let mirror = Mirror::of(&public);
    let (code, head, said) = mirror.verify(None);
    assert_eq!(code, 0, "{said}");
    assert!(serde_json::from_str::<Head>(&head).unwrap().check().is_ok());
    assert!(said.contains("3 entries stand"), "{said}");
    let site = Published::read(&public, &black, &red);
    let alterations = [
        alterations_of_an_entry_page(&site),
        alterations_of_sheet_code_and_badge(&site),
        alterations_of_lists(&site),
    ];
    for Alteration {
        path,
        from,
        to,
        said: expected,
    } in alterations.into_iter().flatten()
    {
        let (code, head, said) = mirror.verify_altered(None, replacing(&path, &from, &to));
        assert_eq!((code, head.as_str()), (1, ""), "{path}: {to}: {said}");
        for part in expected {
            assert!(said.contains(&part), "{part} of {path} is not said: {said}");
        }
        // Nothing else is said.
        let lines = said.lines().filter(|line| line.starts_with("differs: "));
        assert_eq!(lines.count(), 1, "{said}");
    }
}

#[test]
fn an_entry_that_is_hidden_from_readers_is_found() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let (office, _, [black, _, hidden]) = listed();
    let public = office.server.public();
    let site = Published::read(&public, &black, &hidden);
    let mirror = Mirror::of(&public);
    // In the data it is left out.
    let id = hidden.clone();
    let (code, _, said) = mirror.verify_altered(None, move |path, reply| {
        if path == "/api/v1/lists/red.json" {
            let mut list: Value = reply.json();
            let items = list["items"].as_array_mut().unwrap();
            items.retain(|item| item["id"] != id.as_str());
            list["total"] = json!(items.len());
            reply.body = list.to_string().into_bytes();
        }
    });
    let line = format!("line {}: what was published", site.entry(&hidden)["seq"]);
    assert!(
        code == 1 && said.contains(&line) && said.contains("dropped"),
        "{said}"
    );
    // Its page says that it is over.
    let page = format!("/lists/entries/{hidden}");
    let (code, _, said) = mirror.verify_altered(None, move |path, reply| {
        if path == page {
            reply.status = 410;
        }
    });
    assert!(code == 1 && said.contains("answers 410"), "{said}");
    let (code, ..) = mirror.verify(None);
    assert_eq!(code, 0);
}

#[test]
fn a_line_dated_before_the_head_is_found_though_it_is_signed() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let (office, ..) = listed();
    let (code, head, said) = verify(&office.server.base, None);
    assert_eq!(code, 0, "{said}");
    let kept = office.folder.0.join("head.json");
    std::fs::write(&kept, head).unwrap();
    let secrets = std::fs::read_to_string(office.folder.0.join("secrets.toml")).unwrap();
    let secrets: toml::Table = secrets.parse().unwrap();
    let key = secrets["log_signing_key"].as_str().unwrap().to_owned();
    // The next line is of another day, so that its time stands nowhere else.
    let (office, second) = reopen_at(office, "2026-12-02T10:00:00+08:00");
    let good = make_spotless(&office);
    publish(&office, &second, &good[2]);
    let public = office.server.public();
    let (code, _, said) = verify(&office.server.base, Some(&kept));
    assert_eq!(code, 0, "{said}");

    // Dated back to a day before, in each document, and signed anew with our own key.
    let edition: Edition =
        serde_json::from_value(public.get("/api/v1/lists/log/head").expect(200)).unwrap();
    let mut items: Vec<Item> =
        serde_json::from_value(public.get("/api/v1/lists/log").expect(200)["items"].clone())
            .unwrap();
    let last = items.last_mut().unwrap();
    let (line, true_time) = (last.seq, last.at.clone());
    last.at = "2026-11-23T09:00:00+08:00".to_owned();
    let back = last.at.clone();
    let forged = Head::sign(
        edition.head.size,
        Tree::new(&items).unwrap().root(),
        back.clone(),
        &key,
    );
    assert_eq!(forged.key, edition.head.key);
    let shown = |time: &str| time[..16].replace('T', " ");
    let replaced = [
        (shown(&true_time), shown(&back)),
        (true_time.clone(), back.clone()),
        (
            format!("条，{}", &true_time[..10]),
            format!("条，{}", &back[..10]),
        ),
        (edition.head.root.clone(), forged.root.clone()),
        (edition.head.signature.clone(), forged.signature.clone()),
    ];
    let mirror = Mirror::of(&public);
    let (code, _, said) = mirror.verify_altered(Some(&kept), move |_, reply| {
        let mut text = reply.text();
        for (from, to) in &replaced {
            text = text.replace(from, to);
        }
        reply.body = text.into_bytes();
    });
    assert_eq!(code, 1, "{said}");
    let before = format!("line {line}: is dated {back}, before line {}", line - 1);
    let since = format!("line {line}: is dated {back}, before the head that was saved");
    let differs: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("differs: "))
        .collect();
    assert!(
        differs.len() == 2 && said.contains(&before) && said.contains(&since),
        "{said}"
    );
}

#[test]
fn what_cannot_be_checked_is_said_and_never_passes() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let (office, _, [black, ..]) = listed();
    let public = office.server.public();
    let mirror = Mirror::of(&public);
    // One page that cannot be had.
    let page = format!("/lists/entries/{black}");
    let down = page.clone();
    let (code, head, said) = mirror.verify_altered(None, move |path, reply| {
        if path == down {
            reply.status = 503;
        }
    });
    assert!(
        code == 2 && head.is_empty() && said.contains(&format!("{page}: ")) && said.contains("503"),
        "{said}"
    );
    assert!(!said.contains("differs: "), "{said}");
    // A site whose documents another version of the program made.
    let edition: Edition =
        serde_json::from_value(public.get("/api/v1/lists/log/head").expect(200)).unwrap();
    let format = format!("\"format\":{}", edition.format);
    let newer = move |_: &str, reply: &mut Reply| {
        let text = reply.text().replace(&format, "\"format\":99");
        reply.body = text.into_bytes();
    };
    let (code, _, said) = mirror.verify_altered(None, newer);
    assert!(
        code == 2
            && said.contains("in format 99")
            && said.contains("badges")
            && !said.contains("differs: "),
        "{said}"
    );
    // Nobody there, and a head that is none.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (code, _, said) = verify(&format!("http://{port}"), None);
    assert!(code == 2 && said.starts_with("unchecked: "), "{said}");
    let kept = office.folder.0.join("head.json");
    std::fs::write(&kept, "{}").unwrap();
    let (code, _, said) = mirror.verify(Some(&kept));
    assert!(code == 2 && said.contains("holds no head"), "{said}");
}

#[test]
fn the_times_of_the_log_do_not_go_back_with_the_clock() {
    if tests::left_out(tests::LooksInto::TheProgram) {
        return;
    }
    let (office, _, [black, ..]) = listed();
    let (office, second) = reopen_at(office, "2026-11-28T08:00:00+08:00");
    let reply = json!({"note": "已经停业整改。"});
    move_case(&second, &black, "reply", reply).expect(200);
    let log = office.server.public().get("/api/v1/lists/log").expect(200);
    let times: Vec<&str> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["at"].as_str().unwrap())
        .collect();
    assert!(times.len() > 4 && times.is_sorted(), "{times:?}");
    let (code, _, said) = verify(&office.server.base, None);
    assert_eq!(code, 0, "{said}");
}
