//! Starts the real runtime on a free port with a fresh data folder and speaks HTTP to it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

pub mod receiver;

use serde_json::Value;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "correct horse battery";
pub const SCHEDULER_TOKEN: &str = "the scheduler's token";
const SETUP_TOKEN: &str = "the setup token";

/// The top of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The program under test, built beside this test.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors()
        .skip(1)
        .map(|folder| folder.join("shian"))
        .find(|program| program.is_file())
        .expect("shian is not built: tests/run does")
}

/// A folder of this test's own, gone with it.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "shian-test-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How a server is started.
pub struct Options<'o> {
    pub manifest: PathBuf,
    pub clock: Option<&'o str>,
    pub variables: &'o [(&'o str, &'o str)],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            manifest: root().join("spin.toml"),
            clock: None,
            variables: &[],
        }
    }
}

/// A running server; dropping it ends the process.
pub struct Server {
    child: Child,
    pub base: String,
    pub data: PathBuf,
    log: PathBuf,
}

impl Server {
    /// Starts on the data in `folder`, new or from an earlier server, and waits until it answers.
    pub fn start_in(folder: &Path, options: &Options<'_>) -> Self {
        let data = folder.join("data");
        share_compiled(&data);
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let log = folder.join(format!("log-{port}"));
        let mut command = Command::new(program());
        command
            .args(["up", "--no-build", "--listen", &format!("127.0.0.1:{port}")])
            .arg("--data")
            .arg(&data)
            .arg("--secrets")
            .arg(folder.join("secrets.toml"))
            .arg("--from")
            .arg(&options.manifest)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap());
        if let Some(clock) = options.clock {
            command.args(["--clock", clock]);
        }
        for (name, value) in options.variables {
            command.args(["--variable", &format!("{name}={value}")]);
        }
        let mut server = Self {
            child: command.spawn().unwrap(),
            base: format!("http://127.0.0.1:{port}"),
            data,
            log,
        };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(120) {
            assert!(
                self.child.try_wait().unwrap().is_none(),
                "the server ended:\n{}",
                self.log()
            );
            if self.log().contains("is served on") {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not answer:\n{}", self.log());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and how long it took to end.
    pub fn stop(mut self) -> Duration {
        let began = Instant::now();
        let status = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(status.success());
        self.child.wait().unwrap();
        began.elapsed()
    }

    /// Resident memory now and at its most, in MiB.
    pub fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace()
                .nth(1)
                .unwrap()
                .parse::<u64>()
                .unwrap()
                / 1024
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    pub fn public(&self) -> Client {
        Client {
            base: self.base.clone(),
            headers: Vec::new(),
        }
    }

    /// What the schedules call with.
    pub fn scheduler(&self) -> Client {
        let token = format!("Bearer {SCHEDULER_TOKEN}");
        self.public().with("authorization", &token)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Compiling the functions takes seconds: servers of one run share what the first has compiled.
fn share_compiled(data: &Path) {
    let shared = root().join("target/compiled-for-tests");
    std::fs::create_dir_all(&shared).unwrap();
    std::fs::create_dir_all(data).unwrap();
    let own = data.join("compiled");
    match std::os::unix::fs::symlink(&shared, &own) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => panic!("{error}"),
        _ => {}
    }
}

fn with_tokens<'v>(variables: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    let mut all = vec![
        ("setup_token", SETUP_TOKEN),
        ("scheduler_token", SCHEDULER_TOKEN),
    ];
    all.extend_from_slice(variables);
    all
}

/// Starts on what an earlier office left in `folder`, and signs its first account in.
pub fn reopen(folder: &Path, clock: &str, variables: &[(&str, &str)]) -> (Server, Client) {
    let all = with_tokens(variables);
    let options = Options {
        variables: &all,
        clock: Some(clock),
        ..Options::default()
    };
    let server = Server::start_in(folder, &options);
    let office = server.public().signed_in("office", PASSWORD);
    (server, office)
}

/// A server with its first account, whose session the client holds.
pub struct Office {
    pub server: Server,
    pub office: Client,
    // Dropped last.
    pub folder: Scratch,
}

impl Office {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(variables: &[(&str, &str)]) -> Self {
        Self::at("2026-11-22T10:00:00+08:00", variables)
    }

    /// An office whose first day is another.
    pub fn at(clock: &str, variables: &[(&str, &str)]) -> Self {
        let folder = Scratch::new();
        let all = with_tokens(variables);
        let options = Options {
            variables: &all,
            clock: Some(clock),
            ..Options::default()
        };
        let server = Server::start_in(&folder.0, &options);
        let first = serde_json::json!({"token": SETUP_TOKEN, "account": "office", "name": "王主任", "password": PASSWORD});
        server.public().post("/api/v1/setup", &first).expect(201);
        let office = server.public().signed_in("office", PASSWORD);
        Self {
            server,
            office,
            folder,
        }
    }

    /// The same office on another day: the server is killed and started again with that clock.
    #[must_use]
    pub fn on(self, clock: &str, variables: &[(&str, &str)]) -> Self {
        let Self { server, folder, .. } = self;
        server.kill();
        let (server, office) = reopen(&folder.0, clock, variables);
        Self {
            server,
            office,
            folder,
        }
    }

    /// What the schedules call with.
    pub fn scheduler(&self) -> Client {
        self.server.scheduler()
    }

    /// A new account of that role, signed in, its first password changed.
    pub fn staff(
        &self,
        account: &str,
        role: &str,
        towns: &[&str],
        cadre_no: Option<&str>,
    ) -> Client {
        let new = serde_json::json!({"account": account, "name": account, "role": role, "towns": towns, "cadre_no": cadre_no});
        let made = self.office.post("/api/v1/staff", &new).expect(201);
        let first = made["initial_password"].as_str().unwrap().to_owned();
        let client = self.server.public().signed_in(account, &first);
        let change = serde_json::json!({"current": first, "new": PASSWORD});
        client.post("/api/v1/session/password", &change).expect(204);
        self.server.public().signed_in(account, PASSWORD)
    }

    /// The four sample rosters.
    pub fn with_sample(self) -> Self {
        for kind in ["enterprises", "cadres", "assignments", "visits"] {
            self.office.import(kind, &sample(kind)).expect(200);
        }
        self
    }
}

impl Default for Office {
    fn default() -> Self {
        Self::new()
    }
}

pub fn sample(kind: &str) -> Vec<u8> {
    std::fs::read(root().join("tests/data").join(format!("{kind}.xlsx"))).unwrap()
}

/// A photograph that tells where it was taken, with which telephone, and that it is to be turned.
pub fn photo_with_gps() -> Vec<u8> {
    std::fs::read(root().join("tests/data/photo_with_gps.jpg")).unwrap()
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub headers: Vec<(String, String)>,
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
}

impl Client {
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
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        for (name, file) in files {
            let head = format!(
                "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
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

    /// As [`Self::send`], for a server that may be gone.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Reply, ureq::Error> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(300)))
            .allow_non_standard_methods(true)
            .build()
            .new_agent();
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let mut response = agent.run(request.body(body).unwrap())?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let status = response.status().as_u16();
        let mut body = Vec::new();
        response.body_mut().as_reader().read_to_end(&mut body)?;
        Ok(Reply {
            status,
            headers,
            body,
        })
    }
}
