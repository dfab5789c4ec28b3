//! A small server that plays whoever our messages go to: it keeps what it hears and answers as the test says.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    pub head: String,
    pub path: String,
    pub body: String,
}

impl ReceivedRequest {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or_else(String::new, |(_, value)| value.to_owned())
    }
}

/// What is answered, and after how long.
pub struct CannedAnswer {
    pub status: u16,
    /// Whole lines.
    pub headers: &'static str,
    pub body: &'static str,
    pub pause: Duration,
}

impl CannedAnswer {
    pub const fn status(status: u16) -> Self {
        Self {
            status,
            headers: "",
            body: "{\"errcode\":0,\"errmsg\":\"ok\"}",
            pause: Duration::ZERO,
        }
    }
}

type Answer = Box<dyn FnMut(&ReceivedRequest) -> CannedAnswer + Send>;

pub struct Receiver {
    /// host:port
    pub address: String,
    heard: Arc<Mutex<Vec<ReceivedRequest>>>,
    answer: Arc<Mutex<Answer>>,
}

impl Receiver {
    pub fn new(answer: impl FnMut(&ReceivedRequest) -> CannedAnswer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Self {
            address: listener.local_addr().unwrap().to_string(),
            heard: Arc::default(),
            answer: Arc::new(Mutex::new(Box::new(answer))),
        };
        let (heard, answer) = (receiver.heard.clone(), receiver.answer.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (heard, answer) = (heard.clone(), answer.clone());
                std::thread::spawn(move || {
                    if let Some((stream, request)) = stream.ok().and_then(read_request) {
                        let canned = answer.lock().unwrap()(&request);
                        heard.lock().unwrap().push(request);
                        std::thread::sleep(canned.pause);
                        send(stream, &canned);
                    }
                });
            }
        });
        receiver
    }

    pub fn says(&self, answer: impl FnMut(&ReceivedRequest) -> CannedAnswer + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    /// What it has heard since it was last asked.
    pub fn heard(&self) -> Vec<ReceivedRequest> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// How many requests [`Self::heard`] would give.
    pub fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }
}

/// None for a request that was cut off.
fn read_request(mut stream: TcpStream) -> Option<(TcpStream, ReceivedRequest)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    let mut heard = ReceivedRequest {
        head: String::from_utf8_lossy(&head).into_owned(),
        path: String::new(),
        body: String::new(),
    };
    heard.path = heard.head.split(' ').nth(1)?.to_owned();
    let mut body = Vec::new();
    match heard.header("content-length").parse() {
        Ok(length) => {
            body.resize(length, 0);
            stream.read_exact(&mut body).ok()?;
        }
        // Chunks, each with its length before it.
        Err(_) => loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                stream.read_exact(&mut byte).ok()?;
                line.push(byte[0]);
            }
            let length = usize::from_str_radix(std::str::from_utf8(&line).ok()?.trim(), 16).ok()?;
            let mut chunk = vec![0; length + 2];
            stream.read_exact(&mut chunk).ok()?;
            if length == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..length]);
        },
    }
    heard.body = String::from_utf8_lossy(&body).into_owned();
    Some((stream, heard))
}

fn send(mut stream: TcpStream, canned: &CannedAnswer) {
    let answer = format!(
        "HTTP/1.1 {} X\r\ncontent-type: application/json\r\n{}content-length: {}\r\nconnection: close\r\n\r\n{}",
        canned.status,
        canned.headers,
        canned.body.len(),
        canned.body
    );
    // In one piece: a second one would wait until the first has been acknowledged.
    let _ = stream.write_all(answer.as_bytes());
}
