//! A paper on its way: who sees it, what is done with it, its Word file; and the reminders that are no papers.

use crate::sweep::{SHOPS, at, count, notices, small, sweep, visited};
use serde_json::{Value, json};
use tests::{Client, Office};

/// The morning on which the letters of the quarter go out, with accounts of two officials, their town and others.
fn morning_of_letters() -> Office {
    let office = small();
    for (account, role, towns, cadre_no) in [
        ("other", "cadre", vec![], Some("V2")),
        ("mine", "cadre", vec![], Some("V1")),
        ("town", "town", vec!["云港街道"], None),
        ("far", "town", vec!["南塘镇"], None),
        ("station", "station", vec!["云港街道"], None),
    ] {
        drop(office.staff(account, role, &towns, cadre_no));
    }
    let office = office.on(&at("2026-10-08"), &[]);
    sweep(&office, "2026-10-08");
    office
}

fn signed_in(office: &Office, account: &str) -> Client {
    office.server.public().signed_in(account, tests::PASSWORD)
}

/// The id of the letter to the town.
fn letter_id(office: &Office) -> String {
    let letters = notices(&signed_in(office, "town"), "");
    assert_eq!(letters.len(), 1);
    letters[0]["id"].as_str().unwrap().to_owned()
}

/// The id of the one draft.
fn draft_id(office: &Office) -> String {
    let drafts = notices(&office.office, "status=drafted");
    drafts[0]["id"].as_str().unwrap().to_owned()
}

fn make_move(client: &Client, id: &str, made: &str, said: Value) -> tests::Reply {
    client.post(&format!("/api/v1/notices/{id}/{made}"), &said)
}

#[test]
fn each_sees_and_touches_only_their_own_papers() {
    let office = morning_of_letters();
    let id = letter_id(&office);
    let [mine, town, other, far, station] =
        ["mine", "town", "other", "far", "station"].map(|account| signed_in(&office, account));
    // One letter to the town for its two officials.
    let letters = notices(&town, "");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["breaches"].as_array().unwrap().len(), 4);
    for stranger in [&far, &station] {
        assert_eq!(notices(stranger, "").len(), 0);
        for path in [format!("/notices/{id}"), format!("/notices/{id}.docx")] {
            stranger.get(&path).expect_problem(404);
        }
        stranger
            .post(&format!("/api/v1/notices/{id}/acknowledge"), &json!({}))
            .expect_problem(404);
    }
    // Whom it names sees their own lines alone.
    for (official, own, others) in [
        (&mine, "甲食品店", "戊食品店"),
        (&other, "戊食品店", "甲食品店"),
    ] {
        let page = official.get(&format!("/notices/{id}")).text();
        assert!(page.contains(own) && !page.contains(others), "{page}");
    }
    // Only the desk sees a draft.
    town.get(&format!("/notices/{}", draft_id(&office)))
        .expect_problem(404);
    // An official does not answer for the town.
    make_move(&mine, &id, "acknowledge", json!({})).expect_problem(403);
    make_move(&mine, &id, "withdraw", json!({"reason": "x"})).expect_problem(403);
    assert_eq!(
        office
            .office
            .get("/api/v1/notices?status=delivered")
            .expect(200)["total"],
        0
    );
}

#[test]
fn a_letter_is_read_acknowledged_answered_and_closed_each_once_and_in_turn() {
    let office = morning_of_letters();
    let id = letter_id(&office);
    let mine = signed_in(&office, "town");
    let move_ = |client: &Client, made: &str, said: Value| make_move(client, &id, made, said);
    let page = mine.get(&format!("/notices/{id}")).text();
    for said in [
        "关于季度督导未完成的提醒敦促函",
        "云港街道食安办：",
        "浔食药安办函〔2026〕1号",
        "2026年10月21日前",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(notices(&mine, "")[0]["status"], "delivered");
    let version = move_(&mine, "acknowledge", json!({})).expect(200)["version"].clone();
    assert_eq!(
        move_(&mine, "acknowledge", json!({})).expect_problem(409),
        "changed_meanwhile"
    );
    move_(&mine, "reply", json!({})).expect_problem(422);
    move_(&mine, "reply", json!({"text": "已上门", "version": 1})).expect_problem(409);
    let answered = move_(
        &mine,
        "reply",
        json!({"text": "已上门", "version": version}),
    )
    .expect(200);
    assert_eq!(answered["status"], "answered");
    // What is still open is closed with a reason and until a day.
    let refused = move_(&office.office, "close", json!({})).expect_invalid();
    assert_eq!(refused, ["excused_until", "text"]);
    let too_far = json!({"text": "四家店在装修", "excused_until": "2027-04-01"});
    assert_eq!(
        move_(&office.office, "close", too_far).expect_invalid(),
        ["excused_until"]
    );
    let excused = json!({"text": "四家店在装修", "excused_until": "2026-11-30"});
    assert_eq!(
        move_(&office.office, "close", excused).expect(200)["status"],
        "closed"
    );
    assert_eq!(
        move_(&office.office, "withdraw", json!({"reason": "x"})).expect_problem(409),
        "changed_meanwhile"
    );
}

#[test]
fn of_eight_signatures_at_once_one_gives_the_number_which_a_withdrawn_paper_keeps() {
    let office = morning_of_letters();
    let draft = draft_id(&office);
    let path = format!("/api/v1/notices/{}/sign", draft);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let signs: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| office.office.post(&path, &json!({})).status))
            .collect();
        signs.into_iter().map(|sign| sign.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    // Withdrawn with its reason, it keeps its number, and the next one is another.
    let withdrawn = office
        .office
        .post(
            &format!("/api/v1/notices/{}/withdraw", draft),
            &json!({"reason": "发错了"}),
        )
        .expect(200);
    assert_eq!(
        (&withdrawn["status"], &withdrawn["number"]),
        (&json!("withdrawn"), &json!("浔食药安办报〔2026〕1号"))
    );
    // Every copy says so from then on: on the page, printed, and in Word.
    for path in [
        format!("/notices/{draft}"),
        format!("/notices/{draft}/print"),
    ] {
        let page = office.office.get(&path).text();
        assert!(page.contains("aria-label=\"作废\""), "{page}");
    }
    assert!(word_part(&office, &draft, "word/header1.xml").contains("作废"));
}

/// A part of the Word file of a paper.
fn word_part(office: &Office, id: &str, part: &str) -> String {
    let file = office.office.get(&format!("/notices/{id}.docx"));
    assert_eq!(
        file.header("content-type").unwrap(),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    );
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file.body)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(part).unwrap(), &mut text).unwrap();
    text
}

/// GB/T 9704: the list's header on each page, no row cut, Chinese marks in the Chinese font, a number on each page.
#[test]
fn the_word_file_of_a_paper_keeps_to_the_standard() {
    let office = morning_of_letters();
    let id = letter_id(&office);
    let document = word_part(&office, &id, "word/document.xml");
    assert!(
        document.contains("浔食药安办函〔2026〕1号") && document.contains("甲食品店"),
        "{document}"
    );
    assert_eq!(document.matches("<w:tblHeader />").count(), 1);
    let (header, rows) = document.split_once("<w:tblHeader />").unwrap();
    assert!(header.ends_with("<w:cantSplit />") && rows.contains("<w:cantSplit />"));
    assert!(document.contains("w:hint=\"eastAsia\""), "{document}");
    // Odd pages and even ones; the first page of a letter has none.
    for footer in ["word/footer1.xml", "word/footer2.xml"] {
        let page_number = word_part(&office, &id, footer);
        assert!(
            page_number.contains("PAGE") && page_number.contains('—'),
            "{page_number}"
        );
    }
}

#[test]
fn a_paper_is_printed_from_a_page_of_its_own_that_names_whom_to_ask() {
    let office = morning_of_letters();
    office.night();
    let path = "/api/v1/organisations/office";
    let now = office.office.get(path).expect(200);
    let sent = json!({"kind": "office", "name": now["name"], "mark": now["mark"], "part_of": now["part_of"], "version": now["version"],
        "telephone": "0572-1234567", "contact": "王敏"});
    office.office.put(path, &sent).expect(200);
    let id = letter_id(&office);
    let mine = signed_in(&office, "town");
    let page = mine.get(&format!("/notices/{id}/print")).text();
    for said in [
        "（联系人：王敏，联系电话：0572-1234567）",
        "data-print",
        "/assets/paper.css",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // Nothing around it, and the addressee has read it.
    assert!(!page.contains("<nav"), "{page}");
    assert_eq!(
        notices(&signed_in(&office, "town"), "")[0]["status"],
        "delivered"
    );
    let style = mine.get("/assets/paper.css");
    assert_eq!(style.status, 200);
    assert!(style.text().contains("@page letter"));
    for stranger in ["far", "station"] {
        signed_in(&office, stranger)
            .get(&format!("/notices/{id}/print"))
            .expect_problem(404);
    }
}

#[test]
fn a_draft_whose_lines_are_met_before_it_is_signed_does_not_go_out() {
    let office = small().on(&at("2026-10-08"), &[]);
    sweep(&office, "2026-10-08");
    let office = office.on(&at("2026-10-22"), &[]);
    sweep(&office, "2026-10-22");
    // One of the order's lines is met after the sweep, before the signature; then all.
    visited(&office, "2026-10-21", "V1", SHOPS[0], "现场");
    let draft = notices(&office.office, "kind=rectification_order")[0]["id"].clone();
    let page = office
        .office
        .get(&format!("/notices/{}", draft.as_str().unwrap()))
        .text();
    assert!(
        page.contains("待签发") && page.contains("（签发后编号）"),
        "{page}"
    );
    for shop in [1, 2, 4] {
        visited(&office, "2026-10-21", "V1", SHOPS[shop], "现场");
    }
    let path = format!("/api/v1/notices/{}/sign", draft.as_str().unwrap());
    office.office.post(&path, &json!({})).expect_problem(409);
    let papers = notices(&office.office, "kind=rectification_order");
    assert_eq!(
        (&papers[0]["status"], &papers[0]["number"]),
        (&json!("closed"), &Value::Null)
    );
}

#[test]
fn a_reminder_comes_fourteen_and_three_days_before_once_and_is_no_paper() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = small();
    let mine = office.staff("mine", "cadre", &[], Some("V1"));
    drop(mine);
    let office = office.on(&at("2026-10-01"), &[]);
    for (day, reminders) in [
        ("2026-09-15", 0),
        ("2026-09-16", 3),
        ("2026-09-17", 3),
        ("2026-09-26", 3),
        ("2026-09-27", 6),
        ("2026-09-30", 6),
    ] {
        sweep(&office, day);
        assert_eq!(
            count(
                &office,
                "SELECT count(*) FROM message WHERE kind = 'reminder'"
            ),
            reminders,
            "{day}"
        );
    }
    let mine = office.server.public().signed_in("mine", tests::PASSWORD);
    let list = mine.get("/api/v1/messages").expect(200);
    assert_eq!(list["total"], 2, "{list}");
    let text = list["items"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("还有 3 天") && text.contains("甲食品店"),
        "{text}"
    );
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        mine.get(&format!("/messages/{id}")).header("location"),
        Some("/supervision/mine")
    );
    assert_eq!(mine.get("/api/v1/messages").expect(200)["unread"], 1);
    assert!(mine.get("/messages").text().contains("到期提醒"));
}

/// The keys of what the newest paper of a kind lists, and its status.
fn newest(office: &Office, kind: &str) -> (String, Vec<String>) {
    let papers = notices(&office.office, &format!("kind={kind}"));
    let paper = papers.last().unwrap();
    let keys = paper["breaches"].as_array().unwrap().iter();
    let keys = keys.map(|line| line["subject"].as_str().unwrap().to_owned());
    (paper["status"].as_str().unwrap().to_owned(), keys.collect())
}

#[test]
fn what_a_withdrawn_letter_listed_is_drafted_anew_and_never_cited() {
    let office = morning_of_letters();
    let id = letter_id(&office);
    make_move(
        &office.office,
        &id,
        "withdraw",
        json!({"reason": "收件单位写错"}),
    )
    .expect(200);
    // The same morning nothing more goes out; the next working day a new letter does, with the next number.
    sweep(&office, "2026-10-08");
    assert_eq!(notices(&office.office, "kind=reminder_letter").len(), 1);
    let office = office.on(&at("2026-10-09"), &[]);
    sweep(&office, "2026-10-09");
    let letters = notices(&office.office, "kind=reminder_letter");
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[1]["number"], "浔食药安办函〔2026〕2号");
    // The order follows the term of the letter that counts.
    let office = office.on(&at("2026-10-23"), &[]);
    sweep(&office, "2026-10-22");
    assert_eq!(notices(&office.office, "kind=rectification_order").len(), 0);
    sweep(&office, "2026-10-23");
    assert_eq!(notices(&office.office, "kind=rectification_order").len(), 1);
}

#[test]
fn what_is_excused_until_a_day_is_not_chased_before_it_has_passed() {
    let office = morning_of_letters();
    let excused = json!({"reason": "台风", "excused_until": "2026-10-16"});
    make_move(&office.office, &letter_id(&office), "withdraw", excused).expect(200);
    let office = office.on(&at("2026-10-19"), &[]);
    for day in ["2026-10-09", "2026-10-16"] {
        sweep(&office, day);
        assert_eq!(notices(&office.office, "kind=reminder_letter").len(), 1);
    }
    sweep(&office, "2026-10-19");
    assert_eq!(notices(&office.office, "kind=reminder_letter").len(), 2);
}

#[test]
fn a_signed_order_lists_what_is_open_at_that_moment_and_new_lines_join_an_unsigned_one() {
    let office = small();
    visited(&office, "2026-07-01", "V2", SHOPS[4], "现场");
    let office = office.on(&at("2026-10-08"), &[]);
    sweep(&office, "2026-10-08");
    // A visit that was typed under the wrong shop is put right: 戊 is missed after all, a day after the order for the others was drafted.
    let office = office.on(&at("2026-10-22"), &[]);
    sweep(&office, "2026-10-22");
    assert_eq!(newest(&office, "rectification_order").1.len(), 3);
    visited(&office, "2026-10-21", "V1", SHOPS[0], "现场");
    let draft = &notices(&office.office, "kind=rectification_order")[0];
    make_move(
        &office.office,
        draft["id"].as_str().unwrap(),
        "sign",
        json!({}),
    )
    .expect(200);
    let (status, lines) = newest(&office, "rectification_order");
    assert_eq!(status, "issued");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        !lines.iter().any(|line| line.contains("甲食品店")),
        "{lines:?}"
    );
}

#[test]
fn a_matter_called_in_to_a_talk_stands_still_until_the_talk_is_recorded_and_its_days_are_over() {
    let office = small();
    let chair = office.staff("chair", "chair", &[], None);
    drop(chair);
    let office = office.on(&at("2026-11-30"), &[]);
    sweep(&office, "2026-10-08");
    let sign = |office: &Office, kind: &str| {
        let chair = office.server.public().signed_in("chair", tests::PASSWORD);
        let papers = notices(&office.office, &format!("kind={kind}&status=drafted"));
        let id = papers[0]["id"].as_str().unwrap().to_owned();
        let signer = match papers[0]["signer"].as_str() {
            Some("chair") => &chair,
            _ => &office.office,
        };
        make_move(signer, &id, "sign", json!({})).expect(200);
        id
    };
    let office = office.on(&at("2026-11-30"), &[]);
    sweep(&office, "2026-11-30");
    let _ = sign(&office, "rectification_order");
    let office = office.on(&at("2026-12-15"), &[]);
    sweep(&office, "2026-12-15");
    let summons = sign(&office, "interview_summons");
    let office = office.on(&at("2027-01-08"), &[]);
    sweep(&office, "2026-12-31");
    assert_eq!(notices(&office.office, "kind=supervision_listing").len(), 0);
    let talk = |day: &str| json!({"held_on": day, "place": "会议室", "attended": "主任", "record": "说明了原因"});
    let path = format!("/api/v1/notices/{summons}/talk");
    let early = office.office.put(&path, &talk("2026-12-14"));
    assert_eq!(early.expect_invalid(), ["held_on"]);
    office.office.put(&path, &talk("2026-12-31")).expect(204);
    // Five working days after it are still its own.
    sweep(&office, "2027-01-07");
    assert_eq!(notices(&office.office, "kind=supervision_listing").len(), 0);
    sweep(&office, "2027-01-08");
    assert_eq!(notices(&office.office, "kind=supervision_listing").len(), 1);
    // The town may not write the record, and a letter calls nobody in.
    let town = office.staff("town2", "town", &["云港街道"], None);
    town.put(&path, &talk("2026-12-31")).expect_problem(403);
    let page = office.office.get(&format!("/notices/{summons}")).text();
    assert!(
        page.contains("更正约谈记录") && page.contains("会议室"),
        "{page}"
    );
}
