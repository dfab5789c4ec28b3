//! `shian up`: build, migrate, serve, run the schedules.

use crate::compiled::Functions;
use crate::data_folder::FolderLock;
use crate::house::House;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::program::{self, Program, Settings};
use crate::request_log::TALLY_TIME;
use crate::server::App;
use crate::{build, first_start, listener, schedule};
use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset};
use clap::Args;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[derive(Args, Clone)]
pub struct Options {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Start the functions' clock here (RFC 3339) and let it run on: rehearsals and tests
    #[arg(long)]
    clock: Option<DateTime<FixedOffset>>,
    /// Serve the functions as they were built before
    #[arg(long)]
    no_build: bool,
    /// Set an application variable: name=value
    #[arg(long = "variable", value_parser = name_and_value)]
    variables: Vec<(String, String)>,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub fn up(options: Options, places: Places) -> Result<()> {
    let manifest = Manifest::load(&places.from)?;
    if !options.no_build {
        build::build(&manifest, true)?;
    }
    // Schedules, signals and the listening socket; connections have threads of their own.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(serve(options, places, manifest))
}

async fn serve(options: Options, places: Places, manifest: Manifest) -> Result<()> {
    // Bound before the work: whoever starts a second one is told so at once.
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    // Let go of when all else here has ended.
    let mut lock = FolderLock::take(&places.data)?;
    lock.begin()?;
    let settings = Settings {
        data: places.data,
        secrets: places.secrets,
        clock: options.clock,
        variables: options.variables.into_iter().collect(),
        like_spin: None,
    };
    let functions = Functions::load(&manifest, &settings.data)?;
    let program = Program::open(&manifest, &functions, &settings)?;
    // The schedules' own: a long run keeps no connection waiting.
    let app = Arc::new(App::of_schedules(&program.house));
    program::migrate(&app).await?;

    let (stopping, stop) = watch::channel(false);
    let mut timers = tokio::task::JoinSet::new();
    for timer in program.timers {
        let (database, clock) = (program.database.clone(), program.clock);
        timers.spawn(schedule::run(
            timer,
            app.clone(),
            database,
            clock,
            stop.clone(),
        ));
    }
    let address = listener.local_addr()?;
    tracing::info!(
        now = %program.clock.now().to_rfc3339(),
        "{} is served on http://{address}",
        manifest.application.name,
    );
    first_start::announce(&app, &manifest, &settings, address).await?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let apps = (0..cores).map(|_| App::new(&program.house)).collect();
    let visitors = program.house.visitors.clone();
    let server = tokio::spawn(listener::serve(apps, listener, visitors, stop.clone()));
    timers.spawn(tell_tallies(program.house, stop));
    wait_for_stop().await?;
    tracing::info!("stopping: requests in flight are finished first");
    stopping.send_replace(true);
    server.await??;
    timers.join_all().await;
    Ok(())
}

async fn tell_tallies(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    let stopped = |stop: &watch::Receiver<bool>| *stop.borrow();
    while !stopped(&stop) {
        tokio::select! {
            () = tokio::time::sleep(TALLY_TIME) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        house.tallies.tell(&house.router);
    }
}

async fn wait_for_stop() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
