//! Guessing at passwords, from one address and from many, and who is not held up by it.

use serde_json::json;
use std::path::Path;
use tests::{Client, Office, PASSWORD, Reply};

const CLOCK: &str = "2026-11-22T10:00:00+08:00";

/// An office that believes who stands before it about addresses.
fn office() -> Office {
    Office::at(CLOCK, &[("trusted_proxies", "127.0.0.1")])
}

/// Somebody at that address, with a browser that nobody has signed in with.
fn at(office: &Office, address: &str) -> Client {
    office.server.public().with("x-forwarded-for", address)
}

fn try_with(client: &Client, account: &str, password: &str) -> Reply {
    client.post(
        "/api/v1/session",
        &json!({"account": account, "password": password}),
    )
}

fn guess(client: &Client, account: &str) -> u16 {
    try_with(client, account, "a wrong guess").status
}

/// The cookies that a reply sets, as a browser sends them.
fn cookies(reply: &Reply) -> String {
    let pairs: Vec<&str> = reply
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .map(|(_, value)| value.split(';').next().unwrap())
        .collect();
    pairs.join("; ")
}

/// The browser from now on, where signing in is right.
fn signed_in(client: &Client, account: &str) -> Client {
    let reply = try_with(client, account, PASSWORD);
    reply.expect(204);
    client.with("cookie", &cookies(&reply))
}

fn count(folder: &Path, sql: &str) -> i64 {
    let store = rusqlite::Connection::open(folder.join("data/shian.db")).unwrap();
    store.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_hundred_guesses_at_once_are_five() {
    let office = office();
    let stranger = at(&office, "203.0.113.7");
    let guesses: Vec<_> = (0..100)
        .map(|n| {
            let stranger = stranger.clone();
            std::thread::spawn(move || {
                try_with(&stranger, "office", &format!("guess number {n}")).status
            })
        })
        .collect();
    let statuses: Vec<u16> = guesses.into_iter().map(|one| one.join().unwrap()).collect();
    let of = |status: u16| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((of(401), of(429)), (5, 95), "{statuses:?}");
    // A right one is not looked at either, and is told how long to wait.
    let reply = try_with(&stranger, "office", PASSWORD);
    assert_eq!(reply.expect_problem(429), "too_many_requests");
    let wait: u32 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
}

#[test]
fn an_account_that_does_not_exist_slows_down_like_one_that_does() {
    let office = office();
    let stranger = at(&office, "203.0.113.7");
    let seen = |account: &str| -> Vec<u16> { (0..7).map(|_| guess(&stranger, account)).collect() };
    assert_eq!(seen("office"), seen("nobody"));
}

#[test]
fn nobody_locks_out_a_colleague_behind_the_same_address() {
    let office = office();
    office.staff("colleague", "chair", &[], None);
    let address = "203.0.113.7";
    for account in ["office", "nobody", "somebody-else"] {
        while guess(&at(&office, address), account) == 401 {}
    }
    // With a browser that has never been here.
    signed_in(&at(&office, address), "colleague");
    // Of IPv6 a network is one address, and the next network another.
    while guess(&at(&office, "2001:db8:1:2::5"), "colleague") == 401 {}
    assert_eq!(
        guess(&at(&office, "2001:db8:1:2:ffff::9"), "colleague"),
        429
    );
    signed_in(&at(&office, "2001:db8:1:3::5"), "colleague");
}

#[test]
fn a_browser_that_has_signed_in_before_is_not_locked_out_by_strangers() {
    let office = office();
    let address = "203.0.113.7";
    let own = signed_in(&at(&office, address), "office");
    own.send("DELETE", "/api/v1/session", None, Vec::new())
        .expect(204);
    // From its own address, and from so many others that all strangers together slow down.
    while guess(&at(&office, address), "office") == 401 {}
    let mut refused = 0;
    for n in 0..25 {
        let stranger = at(&office, &format!("198.51.100.{n}"));
        refused += (0..5).filter(|_| guess(&stranger, "office") == 429).count();
    }
    assert!(refused > 0, "strangers were never slowed down");
    // A pause may have passed meanwhile; the next begins with the next wrong guess.
    while guess(&at(&office, address), "office") == 401 {}
    assert_eq!(
        try_with(&at(&office, address), "office", PASSWORD).status,
        429
    );
    try_with(&own, "office", PASSWORD).expect(204);
    // Its own mistakes are counted by themselves.
    let mistakes: Vec<u16> = (0..6).map(|_| guess(&own, "office")).collect();
    assert_eq!(mistakes, [401, 401, 401, 401, 401, 429]);
}

#[test]
fn a_browser_is_known_to_the_accounts_that_it_signed_in_to_and_no_other() {
    let office = office();
    office.staff("colleague", "chair", &[], None);
    let address = "203.0.113.7";
    let own = signed_in(&at(&office, address), "office");
    let forged = at(&office, address).with(
        "cookie",
        "shian_browser=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    );
    for stranger in [&own, &forged] {
        while guess(stranger, "colleague") == 401 {}
        assert_eq!(try_with(stranger, "colleague", PASSWORD).status, 429);
    }
    // A cookie that somebody else has put there does not become known: the browser gets one of its own.
    let reply = try_with(
        &forged.with("x-forwarded-for", "192.0.2.1"),
        "office",
        PASSWORD,
    );
    let given = cookies(&reply);
    assert!(
        given.contains("shian_browser=") && !given.contains("=AAAA"),
        "{given}"
    );
}

#[test]
fn a_password_that_the_office_resets_makes_every_browser_a_stranger() {
    let office = office();
    let client = office.staff("colleague", "chair", &[], None);
    let known = signed_in(&at(&office, "203.0.113.7"), "colleague");
    let of = |client: &Client| client.get("/api/v1/session").status;
    assert_eq!((of(&client), of(&known)), (200, 200));
    let reset = json!({"version": 2, "reset_password": true});
    office
        .office
        .patch("/api/v1/staff/colleague", &reset)
        .expect(200);
    assert_eq!((of(&client), of(&known)), (401, 401));
    while guess(&at(&office, "203.0.113.7"), "colleague") == 401 {}
    assert_eq!(guess(&known, "colleague"), 429);
}

#[test]
fn who_is_right_starts_anew() {
    let office = office();
    let client = at(&office, "203.0.113.7");
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(guess(&client, "office"), 401);
        }
        try_with(&client, "office", PASSWORD).expect(204);
    }
}

#[test]
fn a_guess_that_another_overtook_is_counted_with_it() {
    let office = Office::at("2026-11-21T10:00:30+08:00", &[]);
    while guess(&office.server.public(), "nobody") == 401 {}
    // Requests that began half a minute before, and reach the store only now.
    let office = office.on("2026-11-21T10:00:00+08:00", &[]);
    assert_eq!(guess(&office.server.public(), "nobody"), 429);
}

#[test]
fn a_clock_that_went_ahead_and_was_put_right_locks_nobody_out() {
    let office = Office::at("2027-03-01T10:00:00+08:00", &[]);
    while guess(&office.server.public(), "office") == 401 {}
    // The harness signs in, without the browser's cookie.
    let office = office.on(CLOCK, &[]);
    office.office.get("/api/v1/session").expect(200);
}

#[test]
fn what_is_forgotten_does_not_stay_in_the_store() {
    if tests::left_out(tests::LooksInto::TheStore) {
        return;
    }
    let office = office();
    for n in 0..20 {
        guess(
            &at(&office, &format!("198.51.100.{n}")),
            &format!("nobody-{n}"),
        );
    }
    let folder = &office.folder.0;
    let kept = |folder: &Path| count(folder, "SELECT count(*) FROM attempt");
    assert!(kept(folder) >= 40);
    let office = office.on("2026-11-22T12:00:00+08:00", &[]);
    // Whoever tries next clears away what is forgotten.
    guess(&office.server.public(), "nobody");
    assert!(kept(&office.folder.0) <= 4, "{}", kept(&office.folder.0));
}

#[test]
fn guesses_at_the_current_password_of_a_session_slow_down() {
    let office = office();
    let change = json!({"current": "a wrong guess", "new": "tofu at six o'clock"});
    let statuses: Vec<u16> = (0..6)
        .map(|_| {
            office
                .office
                .post("/api/v1/session/password", &change)
                .status
        })
        .collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    // Signing in is another thing.
    let again = office.server.public().signed_in("office", PASSWORD);
    again.get("/api/v1/session").expect(200);
}

#[test]
fn a_new_password_is_held_against_what_is_guessed_first() {
    let office = Office::with(&[("issuer", "南浔区食药安办")]);
    office.knows(&["云港街道"]);
    let new =
        json!({"account": "xiaoming", "name": "王小明", "role": "town", "towns": ["云港街道"]});
    let first = office.office.post("/api/v1/staff", &new).expect(201)["initial_password"]
        .as_str()
        .unwrap()
        .to_owned();
    let client = office.server.public().signed_in("xiaoming", &first);
    for bad in [
        "Password2026!",
        "1qaz@WSX3edc",
        "12345678901",
        "woaini5201314",
        "xiaoming@2026",
        "WangXM19800101",
        "nanxunqu888",
        "yungang#2026",
    ] {
        let reply = client.post(
            "/api/v1/session/password",
            &json!({"current": first, "new": bad}),
        );
        let problem = reply.expect(422);
        assert_eq!(problem["errors"][0]["field"], "new", "{bad}");
        assert!(
            !reply.text().contains(bad),
            "a password is never said again"
        );
    }
    client
        .post(
            "/api/v1/session/password",
            &json!({"current": first, "new": "豆腐脑要吃咸的才香嘛"}),
        )
        .expect(204);
}
