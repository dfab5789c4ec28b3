//! Somebody who sends requests, over a socket or straight into a program that is open in this process.

use crate::described::{self, SentRequest};
use crate::here::Here;
use bytes::Bytes;
use http_body_util::Full;
use serde_json::Value;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub headers: Vec<(String, String)>,
    /// None where it speaks over a socket.
    here: Option<Arc<Here>>,
}

/// Why there was no answer, or not a whole one.
#[derive(Debug)]
pub struct Unanswered(pub String);

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The document, where the status is the expected one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The problem's code, where the status is the expected one.
    #[track_caller]
    pub fn expect_problem(&self, status: u16) -> String {
        let problem = self.expect(status);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{problem}"
        );
        assert_eq!(problem["status"], status);
        problem["code"].as_str().unwrap().to_owned()
    }

    /// The fields that cannot be taken, sorted.
    #[track_caller]
    pub fn expect_invalid(&self) -> Vec<String> {
        let problem = self.expect(422);
        let errors = problem["errors"].as_array().unwrap().iter();
        let mut fields: Vec<String> = errors
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect();
        fields.sort();
        fields
    }
}

impl Client {
    /// Speaks over a socket to the server at `base`.
    pub fn to(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            headers: Vec::new(),
            here: None,
        }
    }

    /// Asks a program in this process, as if it were at `base`.
    pub(crate) fn here(base: &str, here: &Arc<Here>) -> Self {
        Self {
            here: Some(here.clone()),
            ..Self::to(base)
        }
    }

    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    #[must_use]
    pub fn signed_in(&self, account: &str, password: &str) -> Self {
        let credentials = serde_json::json!({"account": account, "password": password});
        let reply = self.post("/api/v1/session", &credentials);
        reply.expect(204);
        let cookie = reply.header("set-cookie").unwrap();
        self.with("cookie", cookie.split(';').next().unwrap())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, Vec::new())
    }

    pub fn post(&self, path: &str, document: &Value) -> Reply {
        self.send(
            "POST",
            path,
            Some("application/json"),
            document.to_string().into_bytes(),
        )
    }

    pub fn patch(&self, path: &str, document: &Value) -> Reply {
        self.send(
            "PATCH",
            path,
            Some("application/json"),
            document.to_string().into_bytes(),
        )
    }

    pub fn put(&self, path: &str, document: &Value) -> Reply {
        self.send(
            "PUT",
            path,
            Some("application/json"),
            document.to_string().into_bytes(),
        )
    }

    pub fn form(&self, path: &str, fields: &str) -> Reply {
        self.send(
            "POST",
            path,
            Some("application/x-www-form-urlencoded"),
            fields.as_bytes().to_vec(),
        )
    }

    pub fn import(&self, kind: &str, file: &[u8]) -> Reply {
        self.send(
            "POST",
            &format!("/api/v1/{kind}/import"),
            None,
            file.to_vec(),
        )
    }

    /// A form with fields and files.
    pub fn multipart(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Reply {
        let files = files.iter();
        let files: Vec<_> = files.map(|(name, file)| ("file", *name, *file)).collect();
        self.form_with_files(path, fields, &files)
    }

    /// A form with fields and files, each in the field that it was chosen in.
    pub fn form_with_files(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Reply {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        for (field, name, file) in files {
            let head = format!(
                "--b\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.bytes());
            body.extend_from_slice(file);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
        self.send("POST", path, Some("multipart/form-data; boundary=b"), body)
    }

    /// A form with one file.
    pub fn upload(&self, path: &str, name: &str, file: &[u8]) -> Reply {
        self.multipart(path, &[], &[(name, file)])
    }

    /// Sends a request and reads the whole answer. A redirect is an answer.
    pub fn send(&self, method: &str, path: &str, kind: Option<&str>, body: Vec<u8>) -> Reply {
        self.try_send(method, path, kind, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// As [`Self::send`], for a server that may be gone. What came is held against the description of the API.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Reply, Unanswered> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let body = Bytes::from(body);
        let reply = match &self.here {
            Some(here) => {
                let host = self.base.trim_start_matches("http://");
                let request = request
                    .header("host", host)
                    .header("content-length", body.len());
                here.send(request.body(Full::new(body.clone())).unwrap())
            }
            None => over_a_socket(request.body(body.to_vec()).unwrap()),
        }?;
        let named = self.headers.iter().find(|(name, _)| name == "content-type");
        let sent = SentRequest {
            method,
            path,
            kind: kind.or(named.map(|(_, kind)| kind.as_str())),
            body: &body,
        };
        described::check(&sent, &reply);
        Ok(reply)
    }
}

fn over_a_socket(request: http::Request<Vec<u8>>) -> Result<Reply, Unanswered> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(300)))
        .allow_non_standard_methods(true)
        .build()
        .new_agent();
    let gone = |error: &dyn std::fmt::Display| Unanswered(error.to_string());
    let mut response = agent.run(request).map_err(|error| gone(&error))?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        })
        .collect();
    let status = response.status().as_u16();
    let mut body = Vec::new();
    response
        .body_mut()
        .as_reader()
        .read_to_end(&mut body)
        .map_err(|error| gone(&error))?;
    Ok(Reply {
        status,
        headers,
        body,
    })
}
