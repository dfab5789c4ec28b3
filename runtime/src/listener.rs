//! Connections: taken in by one thread, served by one thread a core. A connection, the requests on it and the instances that
//! answer them stay on their thread: what moves between cores is read anew from memory, and that took half of each request's time.

use crate::server::App;
use anyhow::Result;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

/// Open connections; the next one waits to be accepted.
const CONNECTIONS: usize = 2_048;
/// How long a client may take over its headers.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// How long requests in flight may take to finish once we were told to stop.
const STOP_TIME: Duration = Duration::from_secs(30);

/// A connection on its way to the thread that serves it.
struct Accepted {
    stream: std::net::TcpStream,
    peer: SocketAddr,
    _place: OwnedSemaphorePermit,
    _counted: Counted,
}

/// One of the open connections of a thread.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Relaxed);
        Self(open.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A thread that serves connections.
struct Worker {
    accepted: mpsc::UnboundedSender<Accepted>,
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
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    let workers: Vec<Worker> = apps
        .into_iter()
        .enumerate()
        .map(|(number, app)| Worker::start(number, app, stop.clone()))
        .collect::<Result<_>>()?;
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = connections.clone().acquire_owned().await else {
            break;
        };
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
        let Some(idlest) = workers
            .iter()
            .min_by_key(|worker| worker.open.load(Relaxed))
        else {
            break;
        };
        let _ = idlest.accepted.send(Accepted {
            stream,
            peer,
            _place: place,
            _counted: Counted::new(&idlest.open),
        });
    }
    drop(listener);
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    if tokio::time::timeout(STOP_TIME, connections.acquire_many(all))
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
    mut connections: mpsc::UnboundedReceiver<Accepted>,
    stop: watch::Receiver<bool>,
) {
    let app = Arc::new(app);
    while let Some(accepted) = connections.recv().await {
        tokio::spawn(connection(app.clone(), accepted, stop.clone()));
    }
}

async fn connection(app: Arc<App>, accepted: Accepted, mut stop: watch::Receiver<bool>) {
    let peer = accepted.peer;
    let stream = match TcpStream::from_std(accepted.stream) {
        Ok(stream) => stream,
        Err(error) => return tracing::warn!(%error, "a connection could not be served"),
    };
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: http::Request<Incoming>| {
        let app = app.clone();
        async move { Ok::<_, std::convert::Infallible>(app.answer(request, peer).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let stopping = tokio::select! {
        _ = connection.as_mut() => false,
        () = stopped(&mut stop) => true,
    };
    if stopping {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Returns once `stop` is true.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
