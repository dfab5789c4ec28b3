//! A manifest's functions over one data folder, ready to answer: what `shian up` serves, and what tests open in their own process.

use crate::clock::Clock;
use crate::compiled::Functions;
use crate::data_folder::STORE;
use crate::database::{Database, Journal};
use crate::function::Instances;
use crate::health::Health;
use crate::host::{Common, Grants};
use crate::house::House;
use crate::like_spin::LikeSpin;
use crate::manifest::Manifest;
use crate::memory::MemoryOfAll;
use crate::proxies::TrustedProxies;
use crate::response::Response;
use crate::router::Router;
use crate::schedule::timer::Timer;
use crate::secrets;
use crate::server::App;
use crate::store_keys;
use crate::variables::Variables;
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, FixedOffset};
use http::{StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use prometheus_client::metrics::counter::Counter;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a start waits for a store that is being migrated, and how often it asks.
const MIGRATED_WITHIN: Duration = Duration::from_secs(60);
const ASKED_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// What one start is given.
pub struct Settings {
    /// The folder of everything but the secrets.
    pub data: PathBuf,
    pub secrets: PathBuf,
    /// The time at which the functions' clock starts; none where it is the machine's.
    pub clock: Option<DateTime<FixedOffset>>,
    pub variables: BTreeMap<String, String>,
    /// How the program behaves like Spin, for tests of what would fail there; none where it does not.
    pub like_spin: Option<LikeSpin>,
}

/// An open store and the functions over it.
pub struct Program {
    pub house: Arc<House>,
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) timers: Vec<Timer>,
}

impl Program {
    pub fn open(manifest: &Manifest, functions: &Functions, settings: &Settings) -> Result<Self> {
        let clock = settings
            .clock
            .map_or_else(Clock::default, Clock::starting_at);
        let given = &settings.variables;
        let file = settings.data.join(STORE);
        let journal = match settings.like_spin {
            Some(_) => Journal::Rollback,
            None => Journal::Ahead,
        };
        let database = Database::open_with(&file, journal)?;
        let kept = store_keys::of_file(&file)?;
        let secrets = secrets::load_or_make(&settings.secrets, manifest, given, &kept)?;
        let variables = Variables::resolve(manifest, given, &secrets)?;
        store_keys::check(&kept, |name| variables.get(name).map(str::to_owned))?;
        let memory = MemoryOfAll::of_this_machine()?;
        let opened = Counter::default();
        let common = Common {
            variables: &variables,
            database: &database,
            clock,
            opened: &opened,
            like_spin: settings.like_spin,
        };
        let mut instances = BTreeMap::new();
        for (name, component) in &manifest.component {
            let grants = Grants::of(name, component, &common)?;
            let code = functions
                .components
                .get(name)
                .with_context(|| format!("component `{name}` is not compiled"))?;
            let limits = component.tool.limits.clone();
            let made = Instances::new(&functions.engine, code, grants, limits, &memory)?;
            instances.insert(name.clone(), made);
        }
        let proxies = TrustedProxies::parse(variables.get("trusted_proxies").unwrap_or(""))?;
        let timers = match variables.get("scheduler_token") {
            Some(token) => Timer::all(manifest, token)?,
            None => Vec::new(),
        };
        let health = Health::new(database.clone(), clock, &settings.data, timers.clone());
        let router = Router::new(manifest)?;
        Ok(Self {
            house: Arc::new(House::new(
                router, instances, memory, proxies, health, &common,
            )),
            database,
            clock,
            timers,
        })
    }
}

/// Functions migrate the store before their first request; `/healthz`, where there is one, is made that request. Where an earlier
/// start was cut off in the middle of it, they say that they are to be asked again until its claim has expired.
pub async fn migrate(app: &App) -> Result<()> {
    let began = Instant::now();
    loop {
        let Some(response) = ask(app, "/healthz").await? else {
            return Ok(());
        };
        if response.status().is_success() {
            return Ok(());
        }
        let later = response.status() == StatusCode::SERVICE_UNAVAILABLE
            && response.headers().contains_key(header::RETRY_AFTER);
        if later && began.elapsed() < MIGRATED_WITHIN {
            tokio::time::sleep(ASKED_AGAIN_AFTER).await;
            continue;
        }
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
}

/// Asks a function as somebody on this machine would; none where the path is nobody's.
pub(crate) async fn ask(app: &App, path: &str) -> Result<Option<Response>> {
    if app.house.router.find(path).is_none() {
        return Ok(None);
    }
    let request = http::Request::get(path)
        .header(header::HOST, "localhost")
        .body(Empty::new())?;
    let peer = ([127, 0, 0, 1], 0).into();
    Ok(Some(app.answer_by_function(request, peer).await))
}
