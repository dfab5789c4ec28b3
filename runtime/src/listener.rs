//! Connections: taken in by one thread, served by one thread a core. A connection, the requests on it and the instances that
//! answer them stay on their thread: what moves between cores is read anew from memory, and that took half of each request's time.

use crate::request_heads;
use crate::server::App;
use crate::visitors::{self, Place, Stream, Visitors};
use anyhow::Result;
use http::{HeaderValue, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// Files that the program itself needs, beside its connections.
const OTHER_FILES: u64 = 512;
/// How long a client may take over its headers.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// How long requests in flight may take to finish once we were told to stop.
const STOP_TIME: Duration = Duration::from_secs(30);

/// A connection on its way to the thread that serves it.
struct AcceptedConnection {
    stream: std::net::TcpStream,
    peer: SocketAddr,
    place: Place,
    _counted: OpenCount,
}

/// One of the open connections of a thread.
struct OpenCount(Arc<AtomicUsize>);

impl OpenCount {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Relaxed);
        Self(open.clone())
    }
}

impl Drop for OpenCount {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A thread that serves connections.
struct Worker {
    accepted: mpsc::UnboundedSender<AcceptedConnection>,
    open: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Worker {
    fn start(number: usize, app: App, stop: watch::Receiver<bool>) -> Result<Self> {
        let (accepted, connections) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name(format!("worker-{number}"))
            .spawn(move || runtime.block_on(work(app, connections, stop)))?;
        Ok(Self {
            accepted,
            open: Arc::default(),
            thread,
        })
    }
}

/// Serves until `stop` turns true, then finishes the requests in flight. One thread for each of `apps`.
pub async fn serve(
    apps: Vec<App>,
    listener: TcpListener,
    visitors: Arc<Visitors>,
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    let workers: Vec<Worker> = apps
        .into_iter()
        .enumerate()
        .map(|(number, app)| Worker::start(number, app, stop.clone()))
        .collect::<Result<_>>()?;
    have_enough_files();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        let accepted = accepted.and_then(|(stream, peer)| Ok((stream.into_std()?, peer)));
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, say: waiting is all that helps.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // When there are too many connections, one that is not being served gives way; those being served are bounded by the places of functions.
        let Some(idlest) = workers
            .iter()
            .min_by_key(|worker| worker.open.load(Relaxed))
        else {
            break;
        };
        let _ = idlest.accepted.send(AcceptedConnection {
            stream,
            peer,
            place: visitors.enter(peer),
            _counted: OpenCount::new(&idlest.open),
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIME, visitors.all_left())
        .await
        .is_err()
    {
        tracing::warn!("some requests were still running at the end");
        return Ok(());
    }
    for Worker {
        accepted, thread, ..
    } in workers
    {
        drop(accepted);
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
    Ok(())
}

/// Serves the connections that come in, until no more can.
async fn work(
    app: App,
    mut connections: mpsc::UnboundedReceiver<AcceptedConnection>,
    stop: watch::Receiver<bool>,
) {
    let app = Arc::new(app);
    while let Some(accepted) = connections.recv().await {
        tokio::spawn(connection(app.clone(), accepted, stop.clone()));
    }
}

async fn connection(app: Arc<App>, accepted: AcceptedConnection, mut stop: watch::Receiver<bool>) {
    let peer = accepted.peer;
    let stream = match TcpStream::from_std(accepted.stream) {
        Ok(stream) => stream,
        Err(error) => return tracing::warn!(%error, "a connection could not be served"),
    };
    let _ = stream.set_nodelay(true);
    let visitor = accepted.place.visitor.clone();
    let asking = visitor.clone();
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        let app = app.clone();
        request.extensions_mut().insert(asking.clone());
        let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
        async move {
            let mut response = app.answer(request, peer).await;
            // Where a body in chunks ends, and the next head begins, is not followed.
            if is_last {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let stream = Stream::new(stream, visitor.clone());
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(request_heads::LONGEST)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let stopping = tokio::select! {
        _ = connection.as_mut() => false,
        () = visitor.wait_for_dismissal() => false,
        () = stopped(&mut stop) => true,
    };
    if stopping {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Systems give a program fewer open files than we have places for connections, and more to one that asks.
fn have_enough_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let wanted = visitors::MOST as u64 + OTHER_FILES;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |most| most.min(wanted)));
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the number of open files stays as it is");
        }
    }
}

/// Returns once `stop` is true.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
