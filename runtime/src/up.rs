//! `shian up`: build, migrate, serve, run the schedules.

use crate::clock::Clock;
use crate::database::Database;
use crate::function::{self, Instances, MemoryOfAll};
use crate::host::Grants;
use crate::manifest::Manifest;
use crate::proxies::TrustedProxies;
use crate::request_log::TALLY_TIME;
use crate::router::Router;
use crate::schedule::Timer;
use crate::server::{self, App, House};
use crate::variables::Variables;
use crate::{backup, build, listener, secrets};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, FixedOffset};
use clap::Args;
use http_body_util::{BodyExt as _, Empty};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

#[derive(Args, Clone)]
pub struct Options {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Everything but the secrets is kept here
    #[arg(long, default_value = ".shian")]
    data: PathBuf,
    /// The secrets; made at the first start
    #[arg(long, default_value = ".shian-secrets.toml")]
    secrets: PathBuf,
    /// Start the functions' clock here (RFC 3339) and let it run on: rehearsals and tests
    #[arg(long)]
    clock: Option<DateTime<FixedOffset>>,
    /// Serve the functions as they were built before
    #[arg(long)]
    no_build: bool,
    #[arg(long, default_value = "spin.toml")]
    from: PathBuf,
    /// Set an application variable: name=value
    #[arg(long = "variable", value_parser = name_and_value)]
    variables: Vec<(String, String)>,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub fn up(options: Options) -> Result<()> {
    let manifest = Manifest::load(&options.from)?;
    if !options.no_build {
        build::build(&manifest, true)?;
    }
    // Schedules, signals and the listening socket; connections have threads of their own.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(serve(options, manifest))
}

async fn serve(options: Options, manifest: Manifest) -> Result<()> {
    let clock = options
        .clock
        .map_or_else(Clock::default, Clock::starting_at);
    let given: BTreeMap<String, String> = options.variables.iter().cloned().collect();
    let secrets = secrets::load_or_make(&options.secrets, &manifest, &given)?;
    let variables = Variables::resolve(&manifest, &given, &secrets)?;
    let cache = options.data.join("compiled");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&cache)
        .with_context(|| cache.display().to_string())?;
    // Bound before the work: whoever starts a second one is told so at once.
    let listener = TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    let database = Database::open(&options.data.join(backup::FILE))?;
    let functions = load_functions(&manifest, &variables, &database, clock, &cache).await?;
    let proxies = TrustedProxies::parse(variables.get("trusted_proxies").unwrap_or(""))?;
    let house = Arc::new(House::new(Router::new(&manifest)?, functions, proxies));
    // The schedules' own: a long run keeps no connection waiting.
    let app = Arc::new(App::new(&house));
    migrate(&app).await?;

    let (stopping, stop) = watch::channel(false);
    let mut timers = tokio::task::JoinSet::new();
    if let Some(token) = variables.get("scheduler_token") {
        for timer in Timer::all(&manifest, token)? {
            timers.spawn(timer.run(app.clone(), database.clone(), clock, stop.clone()));
        }
    }
    tracing::info!(
        now = %clock.now().to_rfc3339(),
        "{} is served on http://{}",
        manifest.application.name,
        listener.local_addr()?
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let apps = (0..cores).map(|_| App::new(&house)).collect();
    let server = tokio::spawn(listener::serve(apps, listener, stop.clone()));
    timers.spawn(tell_tallies(house, stop));
    told_to_stop().await?;
    tracing::info!("stopping: requests in flight are finished first");
    stopping.send_replace(true);
    server.await??;
    timers.join_all().await;
    Ok(())
}

async fn load_functions(
    manifest: &Manifest,
    variables: &Variables,
    database: &Database,
    clock: Clock,
    cache: &std::path::Path,
) -> Result<BTreeMap<String, Instances>> {
    let slots = server::IN_FLIGHT * manifest.component.len().max(1);
    let engine = function::engine(u32::try_from(slots)?)?;
    let memory = MemoryOfAll::default();
    let mut functions = BTreeMap::new();
    for (name, component) in &manifest.component {
        let grants = Grants::of(name, component, variables, database, clock)?;
        let compiled = {
            let (engine, wasm, cache) =
                (engine.clone(), manifest.source(component), cache.to_owned());
            tokio::task::spawn_blocking(move || function::compile(&engine, &wasm, &cache)).await??
        };
        let limits = component.tool.limits.clone();
        functions.insert(
            name.clone(),
            Instances::new(&engine, &compiled, grants, limits, &memory)?,
        );
    }
    Ok(functions)
}

/// Functions migrate the store before their first request; `/healthz`, where there is one, is made that request.
async fn migrate(app: &App) -> Result<()> {
    if app.house.router.find("/healthz").is_none() {
        return Ok(());
    }
    let request = http::Request::get("/healthz")
        .header(http::header::HOST, "localhost")
        .body(Empty::new())?;
    let response = app.answer(request, ([127, 0, 0, 1], 0).into()).await;
    if !response.status().is_success() {
        let body = response
            .into_body()
            .collect()
            .await
            .map(|body| body.to_bytes())
            .unwrap_or_default();
        bail!(
            "the store could not be migrated: {}",
            String::from_utf8_lossy(&body)
        );
    }
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

async fn told_to_stop() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
