//! The runtime in this process: the same .wasm over the same kind of file, asked without sockets. Functions are compiled once.

use crate::client::{Reply, Unanswered};
use crate::{Options, libsql, template};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use shian::compiled::Functions;
use shian::house::House;
use shian::like_spin::LikeSpin;
use shian::manifest::Manifest;
use shian::program::{self, Program, Settings};
use shian::server::App;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

/// As many as `shian up` has on a machine of two cores.
const THREADS: usize = 2;
/// Where requests seem to come from.
const PEER: ([u8; 4], u16) = ([127, 0, 0, 1], 40_000);

type Answer = Result<Reply, Unanswered>;

struct PendingRequest {
    request: http::Request<Full<Bytes>>,
    answer: mpsc::Sender<Answer>,
}

struct Worker {
    jobs: tokio::sync::mpsc::UnboundedSender<PendingRequest>,
    thread: JoinHandle<()>,
}

/// An open program and the threads that answer for it.
pub struct Here {
    house: Arc<House>,
    workers: Mutex<Vec<Worker>>,
    next: AtomicUsize,
}

pub fn settings(folder: &Path, options: &Options<'_>) -> Settings {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    template::lay(&data, options);
    Settings {
        data,
        secrets: folder.join("secrets.toml"),
        clock: options.clock.map(|clock| clock.parse().unwrap()),
        variables: options
            .variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        like_spin: options.like_spin.then_some(LikeSpin {
            statement: libsql::as_run,
            trouble: options.trouble,
        }),
    }
}

/// The manifest and its functions as code; both are shared by all tests of this process.
fn functions(manifest: &Path) -> Arc<(Manifest, Functions)> {
    static KNOWN: Mutex<BTreeMap<PathBuf, Arc<(Manifest, Functions)>>> =
        Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    known
        .entry(manifest.to_owned())
        .or_insert_with(|| {
            let otherwise = crate::root().join("target");
            let manifest = Manifest::load(manifest).unwrap();
            let functions = Functions::load(&manifest, &otherwise).unwrap();
            Arc::new((manifest, functions))
        })
        .clone()
}

impl Here {
    /// Like Spin it answers at once, and what comes first migrates the store.
    pub fn open(settings: &Settings, manifest: &Path) -> Arc<Self> {
        let known = functions(manifest);
        let program = Program::open(&known.0, &known.1, settings).unwrap();
        let like_spin = settings.like_spin.is_some();
        let workers = (0..THREADS)
            .map(|number| Worker::start(App::new(&program.house), number == 0 && !like_spin))
            .collect();
        Arc::new(Self {
            house: program.house,
            workers: Mutex::new(workers),
            next: AtomicUsize::new(0),
        })
    }

    /// Connections to the store that functions have opened.
    pub fn connections_opened(&self) -> u64 {
        self.house.connections_opened()
    }

    /// Sends a request and waits for the whole answer.
    pub fn send(&self, request: http::Request<Full<Bytes>>) -> Answer {
        let (answer, answered) = mpsc::channel();
        let job = PendingRequest { request, answer };
        {
            let workers = self.workers.lock().unwrap();
            let turn = self.next.fetch_add(1, Relaxed);
            let worker = workers
                .get(turn % workers.len().max(1))
                .ok_or(Unanswered("the program is closed".into()))?;
            worker
                .jobs
                .send(job)
                .map_err(|_| Unanswered("its thread has ended".into()))?;
        }
        answered
            .recv()
            .unwrap_or_else(|_| Err(Unanswered("the program was closed meanwhile".into())))
    }

    /// Ends it as it is; requests in flight get no answer.
    pub fn close(&self) {
        let workers = std::mem::take(&mut *self.workers.lock().unwrap());
        for Worker { jobs, thread } in workers {
            drop(jobs);
            thread.join().unwrap();
        }
    }
}

impl Worker {
    /// The first one has the store migrated before it answers.
    fn start(app: App, first: bool) -> Self {
        let (jobs, mut waiting) = tokio::sync::mpsc::unbounded_channel::<PendingRequest>();
        let (ready, is_ready) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                if first {
                    program::migrate(&app).await.unwrap();
                }
                ready.send(()).unwrap();
                let app = Arc::new(app);
                while let Some(PendingRequest { request, answer }) = waiting.recv().await {
                    let app = app.clone();
                    tokio::spawn(async move {
                        // Whoever asked may have given up.
                        let _ = answer.send(self::answer(&app, request).await);
                    });
                }
            });
        });
        is_ready.recv().expect("the store is migrated");
        Self { jobs, thread }
    }
}

async fn answer(app: &App, request: http::Request<Full<Bytes>>) -> Answer {
    let is_head = request.method() == http::Method::HEAD;
    let response = app.answer(request, SocketAddr::from(PEER)).await;
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|error| Unanswered(error.to_string()))?
        .to_bytes();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        })
        .collect();
    Ok(Reply {
        status: head.status.as_u16(),
        headers,
        body: if is_head { Vec::new() } else { body.to_vec() },
    })
}
