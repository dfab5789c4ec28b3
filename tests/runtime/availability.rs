//! Whoever is slow, idle or many keeps nobody else from an answer, and no schedule from its run.

use super::{probe, say};
use serde_json::Value;
use socket2::{Domain, Socket, Type};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};
use tests::{Options, Server};

const CHUNKED: &str = "POST /given/count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n4\r\nfour\r\n";
const LENGTH: &str =
    "POST /given/count HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\nconnection: close\r\n\r\nfour";
/// Connections that the runtime keeps open at the most.
const MOST: usize = 2_048;

/// The address that everybody else calls from.
const HERE: u8 = 1;

/// Somebody who connects from 127.0.0.`from` and says so much.
fn connect_from(from: u8, server: &Server, says: &str) -> TcpStream {
    let address: SocketAddr = server
        .base
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let own = SocketAddr::from(([127, 0, 0, from], 0));
    socket.bind(&own.into()).unwrap();
    socket.connect(&address.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.write_all(says.as_bytes()).unwrap();
    stream
}

fn connect(server: &Server, says: &str) -> TcpStream {
    connect_from(HERE, server, says)
}

/// So many, spread over the addresses.
fn many_from(
    from: RangeInclusive<u8>,
    server: &Server,
    count: usize,
    says: &str,
) -> Vec<TcpStream> {
    let mut limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current = limit.maximum;
    rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();
    from.cycle()
        .take(count)
        .map(|from| connect_from(from, server, says))
        .collect()
}

fn many(server: &Server, count: usize, says: &str) -> Vec<TcpStream> {
    many_from(HERE..=HERE, server, count, says)
}

/// Asks again and again, and says how long the slowest answer took: to be read by people (`--nocapture`).
fn goes_on_being_answered(server: &Server, while_what: &str) {
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let began = Instant::now();
        assert_eq!(say(&server.public(), "/given/ok"), "ok");
        slowest = slowest.max(began.elapsed());
    }
    assert_eq!(health(server)["checks"]["store"], "ok");
    println!("{while_what}: the slowest of 50 answers took {slowest:?}");
}

fn health(server: &Server) -> Value {
    server.public().get("/healthz").expect(200)
}

#[test]
fn slow_senders_hold_no_place() {
    // Two seconds before a schedule is due.
    let (server, _folder) = probe(Options {
        clock: Some("2026-10-08T05:59:58+08:00"),
        variables: &[("scheduler_token", "the scheduler's token")],
        ..Options::default()
    });
    let mut slow = many(&server, 200, CHUNKED);
    goes_on_being_answered(&server, "200 slow senders at our own address");
    slow.extend(many_from(2..=11, &server, 400, CHUNKED));
    slow.extend(many(&server, 200, LENGTH));
    goes_on_being_answered(&server, "400 more at ten addresses, 200 more at our own");
    assert_eq!(health(&server)["status"], "ok");
    server.wait_for_log("schedule=\"given/nap\" outcome=\"200\"", 1);
    // Who comes to an end after all is answered.
    for (rest, stream) in [("0\r\n\r\n", slow.remove(0)), ("more", slow.pop().unwrap())] {
        let mut stream = stream;
        stream.write_all(rest.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn idle_connections_past_the_most_make_room_for_whoever_asks() {
    let (server, _folder) = probe(Options::default());
    let idle = many(&server, MOST + 100, "");
    goes_on_being_answered(&server, "2,148 idle connections");
    let half_a_head = many(&server, 100, "GET /given/ok HTTP/1.1\r\nhost:");
    goes_on_being_answered(&server, "100 half heads more");
    drop((idle, half_a_head));
}

#[test]
fn readers_that_never_read_hold_up_nobody() {
    let (server, _folder) = probe(Options::default());
    // Short answers are out of the function's hands; more requests stand on each connection than its buffers can answer.
    let asked = "GET /given/large?200000 HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    let deaf = many(&server, 100, &asked);
    goes_on_being_answered(&server, "100 readers that never read");
    for stream in deaf {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[test]
fn a_schedule_that_failed_is_tried_again_and_told_of() {
    let (server, _folder) = probe(Options {
        clock: Some("2026-10-08T06:59:58+08:00"),
        variables: &[("scheduler_token", "the scheduler's token")],
        ..Options::default()
    });
    server.wait_for_log("schedule=\"given/trap\" again=2026-10-08T07:01", 1);
    let health = health(&server);
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["checks"]["schedules"]["given/trap"], "failed");
    assert_eq!(health["checks"]["store"], "ok");
    let metrics = server.public().get("/metrics").text();
    assert!(
        metrics.contains("shian_schedule_last_failed{schedule=\"given/trap\"} 1"),
        "{metrics}"
    );
}

#[test]
fn metrics_are_for_this_machine_or_for_whoever_has_the_token() {
    let (server, _folder) = probe(Options {
        variables: &[("scheduler_token", "the scheduler's token")],
        ..Options::default()
    });
    let client = server.public();
    assert_eq!(say(&client, "/livez"), "ok\n");
    say(&client, "/given/ok");
    let counted = say(&client, "/metrics");
    assert!(
        counted.contains("shian_requests_total{component=\"given\",class=\"2xx\"} 1"),
        "{counted}"
    );
    let through_a_proxy = client.with("x-forwarded-for", "192.0.2.1");
    assert_eq!(
        through_a_proxy.get("/metrics").expect_problem(403),
        "forbidden"
    );
    let wrong = through_a_proxy.with("authorization", "Bearer another");
    assert_eq!(wrong.get("/metrics").expect_problem(403), "forbidden");
    let right = through_a_proxy.with("authorization", "Bearer the scheduler's token");
    assert_eq!(right.get("/metrics").status, 200);
    assert_eq!(
        client.post("/healthz", &Value::Null).expect_problem(405),
        "method_not_allowed"
    );
}

#[test]
fn what_goes_wrong_inside_is_an_error_in_the_log() {
    let (server, _folder) = probe(Options::default());
    server.public().get("/given/panic");
    server.wait_for_log("status=500", 1);
    let log = server.log();
    for said in ["as asked", "status=500"] {
        let line = log.lines().find(|line| line.contains(said)).unwrap();
        assert!(line.contains("ERROR"), "{line}");
    }
}

/// What is answered to bytes sent as they are, until the connection is closed.
fn answer_to(server: &Server, says: &str) -> String {
    let mut stream = connect(server, says);
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn a_head_that_a_proxy_could_read_otherwise_is_refused() {
    let (server, _folder) = probe(Options::default());
    for head in [
        "GET /given/ok HTTP/1.1\nhost: x\nconnection: close\n\n",
        "GET /given/ok HTTP/1.1\r\nhost: x\nconnection: close\r\n\r\n",
        "POST /given/count HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /given/count HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nfours",
    ] {
        let answer = answer_to(&server, head);
        assert!(answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer}");
    }
    // The second of two on one connection is looked at as the first, and what follows a body in chunks is never answered.
    let twice = "POST /given/count HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n\n\n\n\n";
    let answer = answer_to(&server, &format!("{twice}{twice}GET / HTTP/1.1\n\n"));
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 400").count(), 1, "{answer}");
    let chunks = "POST /given/count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    let answer = answer_to(
        &server,
        &format!("{chunks}GET /given/ok HTTP/1.1\r\nhost: x\r\n\r\n"),
    );
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
}

#[test]
fn where_all_memory_is_taken_a_request_is_told_to_come_back() {
    let few = std::path::Path::new("40");
    let (server, _folder) = probe(Options {
        environment: &[("SHIAN_MEMORY_MIB", few)],
        ..Options::default()
    });
    let client = server.public();
    // Less than an instance may have by itself.
    let reply = client.get("/given/grow");
    assert_eq!(reply.expect_problem(503), "busy");
    // What needs little is answered, and so is a body that stood in line.
    assert_eq!(say(&client, "/given/ok"), "ok");
    let reply = client.send("POST", "/given/count", Some("image/jpeg"), vec![0; 2 << 20]);
    assert_eq!(reply.text(), (2 << 20).to_string());
}
