//! Messages and their channels: tried again as planned, and nothing waits for a receiver that does not answer.

use base64::Engine as _;
use hmac::Mac as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tests::Office;
use tests::receiver::{CannedAnswer, Receiver};

const DAY: &str = "2026-10-08T09:00:00+08:00";

fn deliver(office: &Office) -> Value {
    office
        .scheduler()
        .post("/internal/deliver", &json!({}))
        .expect(200)
}

fn deliveries(office: &Office, query: &str) -> Vec<Value> {
    let list = office
        .office
        .get(&format!("/api/v1/sweep/deliveries?limit=200&{query}"))
        .expect(200);
    list["items"].as_array().unwrap().clone()
}

/// Two officials who missed the third quarter; the sweep of the day has run.
fn swept(variables: &[(&str, &str)]) -> Office {
    let office = Office::at("2026-07-01T09:00:00+08:00", variables);
    let from = json!({"value": "2026-07-01", "valid_from": "2022-01-01"});
    office
        .office
        .put("/api/v1/policy/obligations_from", &from)
        .expect(204);
    let import = |kind: &str, csv: &str| {
        office.office.import(kind, csv.as_bytes()).expect(200);
    };
    import(
        "enterprises",
        "统一社会信用代码,企业名称,成立日期,所属镇街,经营范围\n91330503MYYG3CWJ94,甲食品店,2020-01-01,云港街道,食品销售\n92330503MYWG9MDA0T,乙食品店,2020-01-01,南塘镇,食品销售\n",
    );
    import(
        "cadres",
        "工号,姓名,层级,所属镇街,手机\nV1,沈阿根,村社区,云港街道,13800000001\nV2,钱小宝,村社区,南塘镇,13800000002\n",
    );
    import(
        "assignments",
        "统一社会信用代码,工号,包保起始日期\n91330503MYYG3CWJ94,V1,2026-01-01\n92330503MYWG9MDA0T,V2,2026-01-01\n",
    );
    let office = office.on(DAY, variables);
    let outcome = office
        .scheduler()
        .post("/internal/sweep", &json!({}))
        .expect(200);
    // A letter to each of two towns, and a message to each of their two officials.
    assert_eq!(outcome["queued_messages"], 4, "{outcome}");
    office
}

#[test]
fn a_webhook_gets_each_message_with_its_id_and_signature_and_the_paper_is_delivered() {
    let receiver = Receiver::new(|_| CannedAnswer::status(200));
    let office = swept(&[
        ("webhook_host", &receiver.address),
        ("webhook_path", "/in"),
        ("webhook_secret", "s3cret"),
        ("public_url", "https://shian.example"),
    ]);
    assert_eq!(deliver(&office)["webhook"]["sent"], 4);
    assert_eq!(deliver(&office)["webhook"]["sent"], 0);
    let heard = receiver.heard();
    assert_eq!(heard.len(), 4);
    let mut ids = BTreeSet::new();
    for request in &heard {
        let (id, at) = (
            request.header("webhook-id"),
            request.header("webhook-timestamp"),
        );
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"s3cret").unwrap();
        mac.update(format!("{id}.{at}.{}", request.body).as_bytes());
        let sign = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(request.header("webhook-signature"), format!("v1,{sign}"));
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!((request.path.as_str(), &body["id"]), ("/in", &json!(id)));
        assert!(
            body["url"]
                .as_str()
                .unwrap()
                .starts_with("https://shian.example/"),
            "{body}"
        );
        ids.insert(id);
    }
    assert_eq!(ids.len(), 4);
    let papers = office
        .office
        .get("/api/v1/notices?status=delivered")
        .expect(200);
    assert_eq!(papers["total"], 2);
}

#[test]
fn robots_name_the_person_and_are_not_overrun() {
    let receiver = Receiver::new(|_| CannedAnswer::status(200));
    let office = swept(&[
        ("dingtalk_host", &receiver.address),
        ("dingtalk_token", "robot"),
        ("dingtalk_secret", "SEC"),
        ("wecom_host", &receiver.address),
        ("wecom_key", "key"),
    ]);
    let done = deliver(&office);
    assert_eq!(
        (&done["dingtalk"]["sent"], &done["wecom"]["sent"]),
        (&json!(4), &json!(4))
    );
    let heard = receiver.heard();
    let of = |start: &str| -> Vec<Value> {
        let bodies = heard
            .iter()
            .filter(|request| request.path.starts_with(start));
        bodies
            .map(|request| serde_json::from_str(&request.body).unwrap())
            .collect()
    };
    let ding = of("/robot/send?access_token=robot&timestamp=");
    assert!(
        ding.iter()
            .any(|body| body["at"]["atMobiles"] == json!(["13800000001"])),
        "{ding:?}"
    );
    let wecom = of("/cgi-bin/webhook/send?key=key");
    assert!(
        wecom
            .iter()
            .any(|body| body["text"]["mentioned_mobile_list"] == json!(["13800000002"])),
        "{wecom:?}"
    );
    assert!(wecom.iter().any(|body| {
        body["text"]["content"]
            .as_str()
            .unwrap()
            .contains("提醒敦促函：浔食药安办函〔2026〕1号")
    }));
}

#[test]
fn a_receiver_that_is_down_slow_or_refuses_is_tried_again_as_planned_and_nobody_waits_for_it() {
    let good = Receiver::new(|_| CannedAnswer::status(200));
    let bad = Receiver::new(|_| CannedAnswer::status(500));
    let variables = [
        ("dingtalk_host", good.address.as_str()),
        ("dingtalk_token", "robot"),
        ("webhook_host", bad.address.as_str()),
        ("webhook_secret", "s3cret"),
    ];
    let office = swept(&variables);
    let done = deliver(&office);
    assert_eq!(
        (&done["webhook"]["failed"], &done["dingtalk"]["sent"]),
        (&json!(4), &json!(4))
    );
    let waiting = deliveries(&office, "channel=webhook");
    assert!(
        waiting.iter().all(|one| one["status"] == "waiting"
            && one["attempts"] == 1
            && one["last_error"].as_str().unwrap().contains("500")),
        "{waiting:?}"
    );
    // Not before its time.
    assert_eq!(deliver(&office)["webhook"]["failed"], 0);
    // A minute later it answers 429 and asks for ten minutes.
    let office = office.on("2026-10-08T09:02:00+08:00", &variables);
    bad.says(|_| CannedAnswer {
        headers: "retry-after: 600\r\n",
        ..CannedAnswer::status(429)
    });
    assert_eq!(deliver(&office)["webhook"]["failed"], 4);
    let next = deliveries(&office, "channel=webhook")[0]["next_try_at"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        next.as_str() > "2026-10-08T09:11:30" && next.as_str() < "2026-10-08T09:13",
        "{next}"
    );
    // Then it is slow: given up on after ten seconds, four side by side, and a page is served meanwhile.
    let office = office.on("2026-10-08T09:30:00+08:00", &variables);
    bad.says(|_| CannedAnswer {
        pause: Duration::from_secs(60),
        ..CannedAnswer::status(200)
    });
    bad.heard();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| deliver(&office));
        while bad.count() < 4 {
            std::thread::sleep(Duration::from_millis(10));
        }
        office.office.get("/notices").expect(200);
        assert!(!slow.is_finished(), "served only after the slow ones");
        assert_eq!(slow.join().unwrap()["webhook"]["failed"], 4);
    });
    // Two days on it is given up, shown, and sent again by hand once the receiver is back.
    let office = office.on("2026-10-10T10:00:00+08:00", &variables);
    bad.says(|_| CannedAnswer::status(503));
    assert_eq!(deliver(&office)["webhook"]["dead"], 4);
    let dead = deliveries(&office, "status=dead");
    assert_eq!(dead.len(), 4);
    let page = office.office.get("/sweep/deliveries?status=dead").text();
    assert!(
        page.contains("已放弃") && page.contains("再发选中的"),
        "{page}"
    );
    bad.says(|_| CannedAnswer::status(200));
    let id = dead[0]["id"].as_str().unwrap();
    office
        .office
        .send(
            "POST",
            &format!("/api/v1/sweep/deliveries/{id}/retry"),
            None,
            Vec::new(),
        )
        .expect(204);
    assert_eq!(deliver(&office)["webhook"]["sent"], 1);
}

/// Claimed and put off in a future that the clock has come back from.
#[test]
fn a_message_from_a_time_when_the_clock_was_ahead_goes_out_all_the_same() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let receiver = Receiver::new(|_| CannedAnswer::status(500));
    let variables = [
        ("webhook_host", receiver.address.as_str()),
        ("webhook_secret", "s3cret"),
    ];
    let office = swept(&variables);
    assert_eq!(deliver(&office)["webhook"]["failed"], 4);
    let store = rusqlite::Connection::open(office.server.data.join("shian.db")).unwrap();
    store
        .execute_batch(
            "UPDATE delivery SET next_try_at = '2036-10-08T09:00:00+08:00', claimed_until = '2036-10-08T09:02:00+08:00'",
        )
        .unwrap();
    receiver.says(|_| CannedAnswer::status(200));
    assert_eq!(deliver(&office)["webhook"]["sent"], 4);
}

/// A receiver that reads no chunks, as many do.
fn insists_on_length(request: &tests::receiver::ReceivedRequest) -> CannedAnswer {
    let length = request.header("content-length");
    CannedAnswer::status(match length.parse::<usize>() {
        Ok(length) if length == request.body.len() => 200,
        _ => 411,
    })
}

#[test]
fn a_receiver_that_insists_on_content_length_and_the_library_of_standard_webhooks_take_every_message()
 {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let receiver = Receiver::new(insists_on_length);
    let address = receiver.address.as_str();
    let office = swept(&[
        ("dingtalk_host", address),
        ("dingtalk_token", "robot"),
        ("wecom_host", address),
        ("wecom_key", "key"),
        ("webhook_host", address),
        ("webhook_path", "/in"),
        ("webhook_secret", secret),
    ]);
    let done = deliver(&office);
    for channel in ["dingtalk", "wecom", "webhook"] {
        assert_eq!(done[channel]["sent"], 4, "{done}");
    }
    let webhook = standardwebhooks::Webhook::new(secret).unwrap();
    let heard = receiver.heard();
    let signed: Vec<_> = heard.iter().filter(|it| it.path == "/in").collect();
    assert_eq!(signed.len(), 4);
    for request in signed {
        let mut headers = http::HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let value = request.header(name);
            assert!(value.is_ascii() && !value.is_empty(), "{name}: {value}");
            let name: http::HeaderName = name.parse().unwrap();
            headers.insert(name, value.parse().unwrap());
        }
        // The library takes only what is about as old as its own clock, and ours is a rehearsal's: what it makes of our id, moment and
        // body is compared, and that it takes what was signed just now.
        let at: i64 = request.header("webhook-timestamp").parse().unwrap();
        let id = request.header("webhook-id");
        let body = request.body.as_bytes();
        let signed = webhook.sign(&id, at, body).unwrap();
        assert_eq!(request.header("webhook-signature"), signed);
        let now = chrono::Utc::now().timestamp();
        headers.insert("webhook-timestamp", now.into());
        assert!(webhook.verify(body, &headers).is_err(), "another moment");
        let signed = webhook.sign(&id, now, body).unwrap();
        headers.insert("webhook-signature", signed.parse().unwrap());
        webhook.verify(body, &headers).unwrap();
    }
}

#[test]
fn a_webhook_secret_that_is_no_key_is_said_and_nothing_is_sent() {
    let receiver = Receiver::new(|_| CannedAnswer::status(200));
    let variables = [
        ("webhook_host", receiver.address.as_str()),
        ("webhook_secret", "whsec_this is no base64"),
    ];
    let office = swept(&variables);
    assert_eq!(deliver(&office)["webhook"]["failed"], 4);
    let waiting = deliveries(&office, "channel=webhook");
    let said = waiting[0]["last_error"].as_str().unwrap();
    assert!(said.contains("whsec_") && said.contains("base64"), "{said}");
    assert_eq!(receiver.count(), 0);
}
