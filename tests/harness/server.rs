//! A running server: the program in a process of its own, or the runtime in this one.
#![allow(clippy::print_stderr, reason = "a test tells whoever runs it")]

use crate::client::Client;
use crate::here::{self, Here};
use crate::{SCHEDULER_TOKEN, another_program, like_spin, program, root, template};
use shian::like_spin::Trouble;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a server is started.
pub struct Options<'o> {
    pub manifest: PathBuf,
    pub clock: Option<&'o str>,
    pub variables: &'o [(&'o str, &'o str)],
    /// Of its process, where it has one.
    pub environment: &'o [(&'o str, &'o Path)],
    /// A new one begins on a store that is migrated already.
    pub migrated: bool,
    /// A disk of its own that its process keeps the data on, and nobody else sees.
    pub disk: Option<Disk>,
    /// The runtime behaves like Spin; only in this process.
    pub like_spin: bool,
    /// Of its stores; only where it behaves like Spin.
    pub trouble: Option<Trouble>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            manifest: root().join("spin.toml"),
            clock: None,
            variables: &[],
            environment: &[],
            migrated: true,
            disk: None,
            like_spin: like_spin(),
            trouble: None,
        }
    }
}

/// A disk of a process's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// Of so many MiB.
    Small(u32),
    /// One that can fail: from then on the system lets it be read and no longer written. Needs root, or sudo that asks nothing.
    Failing,
}

/// Where the runtime runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the test's own process, asked without sockets.
    Here,
    /// In a process of its own, spoken to over HTTP.
    Process,
}

enum Running {
    Here(Arc<Here>),
    Process { child: Child, log: PathBuf },
}

/// A running server; dropping it ends it.
pub struct Server {
    running: Running,
    pub base: String,
    pub data: PathBuf,
    /// What its clock showed when it was opened, where it is one of its own.
    pub clock: Option<String>,
}

impl Server {
    /// Starts on the data in `folder`, new or from an earlier server, and waits until it answers.
    pub fn start_in(folder: &Path, options: &Options<'_>) -> Self {
        let (path, log) = new_log(folder);
        // Another program need not say where it serves.
        let address = match another_program() {
            Some(_) => format!("127.0.0.1:{}", free_port()),
            None => "127.0.0.1:0".to_owned(),
        };
        let child = command(folder, options, &address)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Self {
            running: Running::Process { child, log: path },
            base: String::new(),
            data: folder.join("data"),
            clock: options.clock.map(str::to_owned),
        };
        server.base = match another_program() {
            Some(_) => format!("http://{address}"),
            None => server.wait_until_said(),
        };
        server.wait_until_ready();
        server
    }

    /// As [`Self::start_in`], in this process.
    pub fn open_in(folder: &Path, options: &Options<'_>) -> Self {
        let settings = here::settings(folder, options);
        Self {
            running: Running::Here(Here::open(&settings, &options.manifest)),
            // What the default of `public_url` says.
            base: "http://127.0.0.1:3000".into(),
            data: settings.data,
            clock: options.clock.map(str::to_owned),
        }
    }

    /// Where it is said; but another program has a process, and the runtime that behaves like Spin has none.
    pub fn begin(place: Place, folder: &Path, options: &Options<'_>) -> Self {
        let here = options.like_spin || (place == Place::Here && another_program().is_none());
        if here {
            Self::open_in(folder, options)
        } else {
            Self::start_in(folder, options)
        }
    }

    pub fn place(&self) -> Place {
        match self.running {
            Running::Here(_) => Place::Here,
            Running::Process { .. } => Place::Process,
        }
    }

    /// Waits until `/healthz` answers.
    fn wait_until_ready(&mut self) {
        let began = Instant::now();
        let public = self.public();
        loop {
            let answer = public.try_send("GET", "/healthz", None, Vec::new());
            if matches!(&answer, Ok(reply) if matches!(reply.status, 200 | 404)) {
                return;
            }
            self.assert_running();
            assert!(
                began.elapsed() < Duration::from_secs(300),
                "the server is not well:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn assert_running(&mut self) {
        assert!(
            self.child().try_wait().unwrap().is_none(),
            "the server ended:\n{}",
            self.log()
        );
    }

    /// The address that it says it is served on.
    fn wait_until_said(&mut self) -> String {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(300) {
            self.assert_running();
            let log = self.log();
            let said = log.split_once("is served on ").and_then(|(_, rest)| {
                let line = rest.lines().next().filter(|_| rest.contains('\n'))?;
                line.split_whitespace().next().map(str::to_owned)
            });
            if let Some(address) = said {
                return address;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not answer:\n{}", self.log());
    }

    fn child(&mut self) -> &mut Child {
        match &mut self.running {
            Running::Process { child, .. } => child,
            Running::Here(_) => panic!("it has no process of its own: use Office::served"),
        }
    }

    pub fn log(&self) -> String {
        match &self.running {
            Running::Process { log, .. } => std::fs::read_to_string(log).unwrap(),
            Running::Here(_) => panic!("it has no log of its own: use Office::served"),
        }
    }

    /// Waits until the log has said something so many times.
    pub fn wait_for_log(&self, what: &str, times: usize) {
        let began = Instant::now();
        while self.log().matches(what).count() < times {
            assert!(
                began.elapsed() < Duration::from_secs(120),
                "never said {what}:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// `kill -9`; in this process, the end of all its threads.
    pub fn kill(self) {
        drop(self);
    }

    /// SIGTERM, and waits for the end.
    pub fn stop(mut self) {
        if self.place() == Place::Process {
            let child = self.child();
            let status = Command::new("kill")
                .arg(child.id().to_string())
                .status()
                .unwrap();
            assert!(status.success());
            child.wait().unwrap();
        }
    }

    /// The data folder as its process sees it.
    pub fn data_inside(&self) -> PathBuf {
        let Running::Process { child, .. } = &self.running else {
            panic!("it has no process of its own: use Office::served");
        };
        let data = self.data.strip_prefix("/").unwrap();
        Path::new(&format!("/proc/{}/root", child.id())).join(data)
    }

    /// Connections to the store that functions have opened.
    pub fn connections_opened(&self) -> u64 {
        match &self.running {
            Running::Here(here) => here.connections_opened(),
            Running::Process { .. } => panic!("it is another process: use Office::new"),
        }
    }

    /// Resident memory now and at its most, in MiB.
    pub fn memory(&self) -> (u64, u64) {
        let Running::Process { child, .. } = &self.running else {
            panic!("it has no memory of its own: use Office::served");
        };
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
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
        match &self.running {
            Running::Here(here) => Client::here(&self.base, here),
            Running::Process { .. } => Client::to(&self.base),
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
        match &mut self.running {
            Running::Here(here) => here.close(),
            Running::Process { child, .. } => {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

fn command(folder: &Path, options: &Options<'_>, address: &str) -> Command {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    template::lay(&data, options);
    let mut command = match options.disk {
        None => Command::new(program()),
        Some(Disk::Small(mebibytes)) => on_a_disk_of_its_own(mebibytes, &data),
        Some(Disk::Failing) => on_a_failing_disk(&folder.join(FAILING), &data),
    };
    command
        .args(["up", "--no-build", "--listen", address])
        .arg("--data")
        .arg(&data)
        .arg("--secrets")
        .arg(folder.join("secrets.toml"))
        .arg("--from")
        .arg(&options.manifest)
        .envs(options.environment.iter().copied())
        .stdin(Stdio::null());
    if let Some(clock) = options.clock {
        command.args(["--clock", clock]);
    }
    for (name, value) in options.variables {
        command.args(["--variable", &format!("{name}={value}")]);
    }
    command
}

/// The program with a file system over its data folder that no other process sees.
fn on_a_disk_of_its_own(mebibytes: u32, data: &Path) -> Command {
    const MOUNT: &str = r#"mount -t tmpfs -o mode=700,size="$0"m none "$1" && shift && exec "$@""#;
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", MOUNT])
        .arg(mebibytes.to_string())
        .arg(data)
        .arg(program());
    command
}

/// The file that the failing disk lies in.
const FAILING: &str = "disk.img";

/// With the rights of root.
fn as_root(program: &str) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["--non-interactive", program]);
    command
}

/// The program with a file system over its data folder that the kernel makes read-only once it is told of a fault.
fn on_a_failing_disk(image: &Path, data: &Path) -> Command {
    const MEBIBYTES: u64 = 200;
    const MOUNT: &str = r#"mount -o loop,errors=remount-ro "$0" "$1" && shift && exec "$@""#;
    let file = std::fs::File::create(image).unwrap();
    file.set_len(MEBIBYTES << 20).unwrap();
    let made = Command::new("/sbin/mkfs.ext4")
        .args(["-q", "-E", "lazy_itable_init=0"])
        .arg(image)
        .status()
        .unwrap();
    assert!(made.success(), "mkfs.ext4 makes no file system");
    let mut command = as_root("unshare");
    command
        .args(["--mount", "sh", "-c", MOUNT])
        .arg(image)
        .arg(data)
        .arg(program());
    command
}

/// Whether this machine lets a disk fail: some containers have no loop devices. What cannot be tried is said.
pub fn a_disk_can_fail() -> bool {
    const TRY: &str = r#"mount -o loop "$0" "$1" && test -w /sys/fs/ext4"#;
    let folder = crate::Scratch::on_disk();
    let (image, inside) = (folder.0.join(FAILING), folder.0.join("inside"));
    let can = std::fs::create_dir(&inside).is_ok()
        && File::create(&image).is_ok_and(|file| file.set_len(16 << 20).is_ok())
        && Command::new("/sbin/mkfs.ext4")
            .arg("-q")
            .arg(&image)
            .status()
            .is_ok_and(|status| status.success())
        && as_root("unshare")
            .args(["--mount", "sh", "-c", TRY])
            .arg(&image)
            .arg(&inside)
            .status()
            .is_ok_and(|status| status.success());
    if !can {
        eprintln!(
            "left out: this machine has no disk that can be made to fail (loop devices, ext4, root)"
        );
    }
    can
}

/// The disk of [`Disk::Failing`] in `folder` fails.
pub fn fail_the_disk(folder: &Path) {
    let found = as_root("losetup")
        .args(["--noheadings", "--output", "NAME", "--associated"])
        .arg(folder.join(FAILING))
        .output()
        .unwrap();
    let device = String::from_utf8_lossy(&found.stdout);
    let device = device.trim().trim_start_matches("/dev/");
    let fault = format!("echo test > /sys/fs/ext4/{device}/trigger_fs_error");
    let told = as_root("sh").args(["-c", &fault]).status().unwrap();
    assert!(told.success(), "the disk {device:?} does not fail");
}

/// A port that nobody listens on at this moment.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// What the program says where it will not start.
pub fn refused(folder: &Path, options: &Options<'_>) -> String {
    let (path, log) = new_log(folder);
    let mut child = command(folder, options, "127.0.0.1:0")
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let said = || std::fs::read_to_string(&path).unwrap();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(!status.success(), "{}", said());
            return said();
        }
        if said().contains("is served on ") {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it started:\n{}", said());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Each start of a server on one folder writes a file of its own: both of its outputs, one after the other.
fn new_log(folder: &Path) -> (PathBuf, File) {
    let open = |path: &PathBuf| {
        let mut options = OpenOptions::new();
        options.create_new(true).append(true).open(path)
    };
    (1..)
        .map(|number| folder.join(format!("log-{number}")))
        .find_map(|path| open(&path).ok().map(|file| (path, file)))
        .expect("numbers do not end")
}
