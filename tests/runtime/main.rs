//! What the embedded runtime promises, seen through a function that misbehaves on request.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

mod availability;
mod first_start;
mod secrets;

use std::io::{Read as _, Write as _};
use std::thread::JoinHandle;
use tests::{Client, Options, Scratch, Server, root};

fn probe(options: Options<'_>) -> (Server, Scratch) {
    let folder = Scratch::new();
    let manifest = root().join("tests/fixtures/probe.toml");
    (
        Server::start_in(
            &folder.0,
            &Options {
                manifest,
                ..options
            },
        ),
        folder,
    )
}

fn say(client: &Client, path: &str) -> String {
    let reply = client.get(path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.text()
}

#[test]
fn a_component_is_given_what_its_manifest_entry_names_and_nothing_else() {
    let (server, _folder) = probe(Options::default());
    let client = server.public();
    assert_eq!(say(&client, "/given/database?default"), "Ok(\"open\")");
    assert_eq!(say(&client, "/given/store?default"), "Ok(\"open\")");
    assert_eq!(
        say(&client, "/given/variable?greeting"),
        "Ok(\"hello there\")"
    );
    assert_eq!(say(&client, "/given/env?GREETING"), "good day");
    assert_eq!(
        say(&client, "/given/key-value?k"),
        "None Some(300000) [\"k\"] false"
    );
    for path in [
        "/given/database?other",
        "/bare/database?default",
        "/given/store?other",
        "/bare/store?default",
    ] {
        assert!(say(&client, path).contains("AccessDenied"), "{path}");
    }
    for path in ["/given/variable?word", "/bare/variable?greeting"] {
        assert!(say(&client, path).contains("Undefined"), "{path}");
    }
    assert_eq!(say(&client, "/bare/env?GREETING"), "");
    assert!(say(&client, "/given/files").contains("Err"));
    assert_eq!(client.get("/hidden/ok").status, 404);
    assert_eq!(client.get("/bare/ok/more").status, 404);
}

#[test]
fn a_request_goes_out_only_to_hosts_that_are_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
        }
    });
    let port_text = port.to_string();
    let (server, _folder) = probe(Options {
        variables: &[("port", &port_text)],
        ..Options::default()
    });
    let client = server.public();
    assert_eq!(
        say(&client, &format!("/given/send?http://127.0.0.1:{port}/x")),
        "204 No Content"
    );
    for path in [
        format!("/given/send?http://localhost:{port}/x"),
        format!("/given/send?https://127.0.0.1:{port}/x"),
        format!("/bare/send?http://127.0.0.1:{port}/x"),
    ] {
        assert!(say(&client, &path).contains("HttpRequestDenied"), "{path}");
    }
}

#[test]
fn the_callers_address_is_the_runtimes_word_and_nobody_elses() {
    let (server, _folder) = probe(Options::default());
    let liar = server
        .public()
        .with("spin-client-addr", "6.6.6.6:1")
        .with("spin-full-url", "x")
        .with("x-forwarded-for", "6.6.6.6");
    let seen = say(&liar, "/given/headers");
    assert!(seen.contains("spin-client-addr: 127.0.0.1:"), "{seen}");
    assert!(
        !seen.contains("spin-full-url") && !seen.contains("spin-client-addr: 6.6.6.6"),
        "{seen}"
    );
}

#[test]
fn a_request_with_two_hosts_is_refused() {
    let (server, _folder) = probe(Options::default());
    let address = server.base.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let asked = "GET /given/ok HTTP/1.1\r\nhost: x\r\nhost: y\r\nconnection: close\r\n\r\n";
    stream.write_all(asked.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("bad_host"),
        "{answer}"
    );
}

#[test]
fn a_trap_a_loop_a_sleep_or_too_much_memory_costs_its_own_request_alone() {
    let (server, _folder) = probe(Options::default());
    let client = server.public();
    let bad: Vec<_> = [
        ("loop", 504),
        ("loop", 504),
        ("panic", 500),
        ("sleep", 504),
        ("grow", 500),
        ("panic", 500),
    ]
    .into_iter()
    .map(|(name, status)| {
        let client = client.clone();
        let asked = std::thread::spawn(move || {
            let reply = client.get(&format!("/given/{name}"));
            assert_eq!(reply.status, status, "{name}: {}", reply.text());
            assert_eq!(
                reply.header("content-type"),
                Some("application/problem+json")
            );
            assert!(
                !reply.text().contains("panic"),
                "no detail leaves: {}",
                reply.text()
            );
        });
        (name, asked)
    })
    .collect();
    // Two loops on two cores: without yielding nobody else would be answered before they had been ended.
    server.wait_for_log("loop begun", 2);
    assert_eq!(say(&client, "/given/ok"), "ok");
    let looping = |(name, asked): &(&str, JoinHandle<()>)| *name == "loop" && !asked.is_finished();
    assert!(bad.iter().any(looping), "answered only after the loops");
    for (_, asked) in bad {
        asked.join().unwrap();
    }
    let log = server.log();
    assert!(
        log.contains("as asked")
            && log.contains("holding 1 MiB")
            && log.contains("component=\"given\""),
        "{log}"
    );
}

#[test]
fn a_body_over_the_limit_is_refused_while_it_streams() {
    let (server, _folder) = probe(Options::default());
    let client = server.public();
    let post = |size: usize| client.send("POST", "/given/count", None, vec![0; size]);
    assert_eq!(post(4 << 20).text(), (4 << 20).to_string());
    assert_eq!(post((4 << 20) + 1).expect_problem(413), "too_large");
    let mut stream =
        std::net::TcpStream::connect(server.base.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "POST /given/count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n").unwrap();
    let chunk = [
        format!("{:x}\r\n", 1 << 20).into_bytes(),
        vec![0; 1 << 20],
        b"\r\n".to_vec(),
    ]
    .concat();
    for _ in 0..5 {
        let _ = stream.write_all(&chunk);
    }
    let _ = stream.write_all(b"0\r\n\r\n");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("too_large"),
        "{answer}"
    );
}

#[test]
fn a_client_that_goes_away_is_logged_as_gone_and_not_as_our_failure() {
    let (server, _folder) = probe(Options::default());
    let address = server.base.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET /given/sleep HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    server.wait_for_log("sleep begun", 1);
    drop(stream);
    server.wait_for_log("status=499", 1);
}

#[test]
fn an_answer_before_the_body_has_come_still_reaches_the_client() {
    let (server, _folder) = probe(Options::default());
    let client = server.public();
    for _ in 0..5 {
        let reply = client.send("POST", "/given/ok", None, vec![0; 4 << 20]);
        assert_eq!(reply.text(), "ok");
        let reply = client.send("POST", "/bare/panic", None, vec![0; 30 << 20]);
        assert_eq!(reply.status, 500);
    }
}

#[test]
fn past_the_ceiling_requests_are_told_to_come_back() {
    let (server, _folder) = probe(Options::default());
    let napping: Vec<_> = (0..200)
        .map(|_| {
            let client = server.public();
            std::thread::spawn(move || client.get("/given/nap?1200"))
        })
        .collect();
    let replies: Vec<_> = napping.into_iter().map(|one| one.join().unwrap()).collect();
    let of = |status: u16| {
        replies
            .iter()
            .filter(|reply| reply.status == status)
            .count()
    };
    assert_eq!(of(200) + of(503), 200);
    assert!(
        of(200) >= 128 && of(503) > 0,
        "{} answered, {} refused",
        of(200),
        of(503)
    );
    let refused = replies.iter().find(|reply| reply.status == 503).unwrap();
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(say(&server.public(), "/given/ok"), "ok");
}

#[test]
fn statements_that_reach_beyond_one_statement_are_refused_by_name() {
    let (server, _folder) = probe(Options::default());
    let client = server.public();
    for (sql, name) in [
        ("BEGIN", "BEGIN"),
        ("SAVEPOINT+a", "SAVEPOINT"),
        ("ATTACH+':memory:'+AS+x", "ATTACH"),
        ("PRAGMA+synchronous=0", "PRAGMA"),
        ("SELECT+*+FROM+runtime_key_value", "runtime_key_value"),
    ] {
        let said = say(&client, &format!("/given/sql?{sql}"));
        assert!(
            said.contains("refused") && said.contains(name),
            "{sql}: {said}"
        );
    }
    assert_eq!(
        say(&client, "/given/sql?SELECT+1"),
        "Ok([[Value::Integer(1)]])"
    );
    assert!(say(&client, "/given/sql?SELECT+nonsense").contains("no such column"));
}

#[test]
fn the_clock_that_functions_see_starts_where_it_was_set_and_runs_on() {
    let (server, _folder) = probe(Options {
        clock: Some("2026-10-08T06:00:00+08:00"),
        ..Options::default()
    });
    let seconds: u64 = say(&server.public(), "/given/time").parse().unwrap();
    let set = 1_791_410_400;
    assert!((set..set + 120).contains(&seconds), "{seconds}");
}

#[test]
fn sigterm_finishes_the_request_in_flight() {
    let (server, _folder) = probe(Options::default());
    let client = server.public();
    let napping = std::thread::spawn(move || client.get("/given/nap?1000").status);
    server.wait_for_log("nap begun", 1);
    server.stop();
    assert_eq!(napping.join().unwrap(), 200);
}

#[test]
fn instances_are_used_again_and_memory_stays_level() {
    let (server, _folder) = probe(Options::default());
    let load = |requests: usize| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let client = server.public();
                std::thread::spawn(move || {
                    (0..requests).for_each(|_| {
                        assert_eq!(
                            say(&client, "/given/sql?SELECT+1"),
                            "Ok([[Value::Integer(1)]])"
                        )
                    })
                })
            })
            .collect();
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        server.memory().0
    };
    let warm = load(300);
    let later = load(1_500);
    assert!(later < warm + 60, "{warm} MiB, then {later} MiB");
}
