//! Documents are made from the log, the entries and the edition, and from nothing else.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use domain::red_black::ListKind;
use domain::words::Sector;
use sha2::{Digest as _, Sha256};
use transparency::documents::{Body, Document, of_entry, of_lists, of_log};
use transparency::{
    Action, Content, CriterionMet, Edition, Entry, Evidence, FORMAT, Head, Item, Tree, commitment,
};

fn entry(seq: u64, list: ListKind) -> Entry {
    let content = Content {
        id: format!("entry{seq}"),
        list,
        uscc: "91330503MYYG3CWJ94".into(),
        name: format!("南浔第{seq}糕点厂"),
        town: seq.is_multiple_of(2).then(|| "石湖镇".into()),
        sector: Some(Sector::Production),
        ground: "受到<较重>的行政处罚。".into(),
        rules: vec![CriterionMet {
            rule: "black_penalty".into(),
            valid_from: "2020-01-01".parse().unwrap(),
            title: "较重的处罚".into(),
            basis: "办法第三条".into(),
            said: Some("两次".into()),
            evidence: vec![Evidence {
                kind: "penalty".into(),
                number: Some("浔市监处〔2026〕12号".into()),
                happened_on: "2026-10-12".parse().ok(),
                title: Some("生产菌落总数超标的面包".into()),
                said: Some("罚款，52000 元".into()),
            }],
        }],
        published_on: "2026-11-28".parse().unwrap(),
        until: "2027-10-12".parse().unwrap(),
        reply: Some("已更换设备，“欢迎”监督。".into()),
    };
    Entry {
        content,
        seq,
        salt: "BwcHBwcHBwcHBwcHBwcHBw==".into(),
    }
}

/// Of so many entries: every third on the black list.
fn published(count: u64) -> (Edition, Vec<Item>, Vec<Entry>) {
    let list = |seq: u64| match seq % 3 {
        0 => ListKind::Black,
        _ => ListKind::Red,
    };
    let entries: Vec<Entry> = (1..=count).map(|seq| entry(seq, list(seq))).collect();
    let items: Vec<Item> = entries
        .iter()
        .map(|entry| Item {
            seq: entry.seq,
            at: "2026-11-28T10:00:00+08:00".into(),
            action: Action::Publish,
            of: None,
            leaf: commitment(&entry.salt, &entry.content).unwrap(),
        })
        .collect();
    let root = Tree::new(&items).unwrap().root();
    let head = Head::sign(count, root, "2026-11-28T10:00:00+08:00".into(), "secret");
    let edition = Edition::new(head, "https://example.gov.cn/", "浔食药安办");
    (edition, items, entries)
}

fn all(edition: &Edition, items: &[Item], entries: &[Entry]) -> Vec<Document> {
    let mut documents = of_lists(edition, items, entries).unwrap();
    documents.push(of_log(edition, items));
    for entry in entries {
        documents.extend(of_entry(edition, entry).unwrap());
    }
    documents
}

#[test]
fn the_order_in_which_entries_come_changes_no_document() {
    let (edition, items, mut entries) = published(160);
    let lists = of_lists(&edition, &items, &entries).unwrap();
    entries.reverse();
    assert_eq!(of_lists(&edition, &items, &entries).unwrap(), lists);
    // 107 red entries are three pages of fifty, 53 black ones two.
    let pages = lists
        .iter()
        .filter(|document| matches!(document.body, Body::Page { .. }));
    let paths: Vec<&str> = pages.map(|page| page.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/lists/red?page=1",
            "/lists/red?page=2",
            "/lists/red?page=3",
            "/lists/black?page=1",
            "/lists/black?page=2"
        ]
    );
}

#[test]
fn an_edition_is_read_as_it_was_written_and_as_a_head_alone() {
    let (edition, ..) = published(3);
    let text = serde_json::to_string(&edition).unwrap();
    assert_eq!(serde_json::from_str::<Edition>(&text).unwrap(), edition);
    assert_eq!(serde_json::from_str::<Head>(&text).unwrap(), edition.head);
    // One from before there were editions.
    let old: Edition =
        serde_json::from_str(&serde_json::to_string(&edition.head).unwrap()).unwrap();
    assert_eq!((old.format, old.site.as_str()), (0, ""));
}

#[test]
fn a_business_on_the_black_list_has_the_badge_of_whoever_is_on_none() {
    let (edition, _, entries) = published(3);
    let [.., red] = of_entry(&edition, &entries[0]).unwrap();
    let [.., black] = of_entry(&edition, &entries[2]).unwrap();
    assert!(
        matches!(&red.body, Body::File(svg) if String::from_utf8_lossy(svg).contains("到2027年10月12日"))
    );
    assert!(
        matches!(&black.body, Body::Absent(svg) if String::from_utf8_lossy(svg).contains("现在不在"))
    );
}

/// Whoever checks with another program compares by [`FORMAT`]: documents that say or look anything else have another number.
#[test]
fn documents_that_are_made_otherwise_have_another_format() {
    let (edition, items, entries) = published(60);
    let mut hash = Sha256::new();
    for document in all(&edition, &items, &entries) {
        hash.update(format!("{document:?}\n"));
    }
    let made = format!("{FORMAT}: {:x}", hash.finalize());
    assert_eq!(
        made, "4: 2d0ca9a538d38b37cff5347823d40582806305b6527acb74fce43a8a76512784",
        "the documents are others than before: raise FORMAT, and write the new hash here"
    );
}

/// A spreadsheet runs what begins like a formula, and rounds long numbers.
#[test]
fn no_cell_of_the_table_opens_as_a_formula_or_as_another_number() {
    let (edition, items, mut entries) = published(2);
    for entry in &mut entries {
        entry.content.list = ListKind::Black;
        entry.content.ground = "=1+1|cmd".into();
        entry.content.reply = Some("\t@SUM(A1)".into());
        entry.salt = "+abc".into();
    }
    entries[0].content.name = "-店".into();
    entries[0].content.uscc = "913305032000000000".into();
    entries[1].content.name = "＝店".into();
    entries[1].content.uscc = "913305031234567E11".into();
    let documents = of_lists(&edition, &items, &entries).unwrap();
    let table = documents
        .iter()
        .find(|document| document.path == "/api/v1/lists/black.csv")
        .unwrap();
    let text = table.bytes().strip_prefix("\u{feff}".as_bytes()).unwrap();
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(text)
        .records()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        for cell in row {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '＝']),
                "{cell}"
            );
        }
    }
    let codes: Vec<&str> = rows.iter().map(|row| &row[2]).collect();
    assert!(codes.contains(&"'913305032000000000") && codes.contains(&"'913305031234567E11"));
    assert_eq!((&rows[0][5], &rows[0][12]), ("'=1+1|cmd", "'+abc"));
}

/// The way on from a page goes by its last entry: none is skipped, whatever is removed meanwhile.
#[test]
fn the_way_on_goes_by_the_last_entry() {
    let (edition, items, entries) = published(160);
    let documents = of_lists(&edition, &items, &entries).unwrap();
    let page = |path: &str| {
        let document = documents.iter().find(|document| document.path == path);
        String::from_utf8_lossy(document.unwrap().bytes()).into_owned()
    };
    let first = page("/lists/red?page=1");
    let (_, behind) = first.split_once("/lists/red?cursor=").unwrap();
    let digits: Vec<char> = behind.chars().take_while(char::is_ascii_hexdigit).collect();
    let bytes = digits.chunks(2).map(|pair| {
        let pair: String = pair.iter().collect();
        u8::from_str_radix(&pair, 16).unwrap()
    });
    let place: serde_json::Value = serde_json::from_slice(&bytes.collect::<Vec<u8>>()).unwrap();
    let last = first.rfind("/lists/entries/entry").unwrap();
    let digits = first[last + "/lists/entries/entry".len()..].chars();
    let seq: String = digits.take_while(char::is_ascii_digit).collect();
    let seq: u64 = seq.parse().unwrap();
    assert_eq!(place, serde_json::json!(["published", ["2026-11-28", seq]]));
    assert!(!page("/lists/red?page=3").contains("cursor="));
}
