//! The client that drives both sides: connections that stay open, one thread, and little besides the requests themselves, for
//! what it costs is taken from the machine that is measured.

use futures::stream::{FuturesUnordered, StreamExt as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What is asked, over how many connections, for how long.
pub struct Load<'l> {
    pub connections: usize,
    pub time: Duration,
    /// Bytes of the n-th request, as they go over the wire.
    pub request: &'l dyn Fn(u64) -> Vec<u8>,
    pub status: u16,
}

pub fn get(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n").into_bytes()
}

pub fn post(path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// Answers a second. It stops at the first answer that is not the expected one.
pub fn drive(address: SocketAddr, load: &Load<'_>) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let next = std::cell::Cell::new(0_u64);
    let answers = std::cell::Cell::new(0_u64);
    let began = Instant::now();
    runtime.block_on(async {
        let mut connections = Vec::new();
        for _ in 0..load.connections {
            connections.push(TcpStream::connect(address).await.unwrap());
        }
        let readers = connections.into_iter().map(|mut stream| {
            let (next, answers) = (&next, &answers);
            async move {
                stream.set_nodelay(true).unwrap();
                let mut buffer = Vec::with_capacity(64 << 10);
                while began.elapsed() < load.time {
                    let number = next.get();
                    next.set(number + 1);
                    let request = (load.request)(number);
                    stream.write_all(&request).await.unwrap();
                    let status = answer(&mut stream, &mut buffer).await;
                    assert_eq!(status, load.status, "{}", String::from_utf8_lossy(&buffer));
                    answers.set(answers.get() + 1);
                }
            }
        });
        readers
            .collect::<FuturesUnordered<_>>()
            .collect::<()>()
            .await;
    });
    answers.get() as f64 / began.elapsed().as_secs_f64()
}

/// Reads one whole answer into `buffer`.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> u16 {
    buffer.clear();
    loop {
        assert_ne!(
            stream.read_buf(buffer).await.unwrap(),
            0,
            "the other end is gone"
        );
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(begin) = head.parse(buffer).unwrap() else {
            continue;
        };
        let status = head.code.unwrap();
        let length = head
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case("content-length"))
            .map(|header| {
                std::str::from_utf8(header.value)
                    .unwrap()
                    .parse::<usize>()
                    .unwrap()
            });
        match length {
            Some(length) => {
                while buffer.len() < begin + length {
                    assert_ne!(
                        stream.read_buf(buffer).await.unwrap(),
                        0,
                        "an answer cut off"
                    );
                }
            }
            None if status == 304 || status == 204 => {}
            // In chunks; the last one is empty.
            None => {
                while !buffer.ends_with(b"0\r\n\r\n") {
                    assert_ne!(
                        stream.read_buf(buffer).await.unwrap(),
                        0,
                        "an answer cut off"
                    );
                }
            }
        }
        return status;
    }
}
