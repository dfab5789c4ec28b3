//! What `/metrics` says, in OpenMetrics text: counts since the start, and how things stand at the moment of asking. No name of a
//! person, a business or a path is among it.

use crate::backup;
use crate::router::Router;
use crate::schedule::Last;
use crate::server::House;
use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::path::Path;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    component: String,
    /// 2xx, 3xx, 4xx, 5xx; `gone` where the client went away first.
    class: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct File {
    file: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Schedule {
    schedule: String,
}

const CLASSES: [&str; 6] = ["gone", "1xx", "2xx", "3xx", "4xx", "5xx"];

pub struct Metrics {
    registry: Registry,
    /// By number of the component and class, so that counting looks nothing up.
    answered: Vec<[Counter; CLASSES.len()]>,
    by_the_cache: Counter,
    connections: Gauge,
    in_flight: Gauge,
    bodies: Gauge,
    memory: Gauge,
    store: Family<File, Gauge>,
    last_run: Family<Schedule, Gauge>,
    last_failed: Family<Schedule, Gauge>,
}

impl Metrics {
    /// `opened` counts the connections to the store that functions open.
    pub fn new(components: &[&str], opened: &Counter) -> Self {
        let mut registry = Registry::with_prefix("shian");
        let requests = Family::<Answered, Counter>::default();
        registry.register(
            "requests",
            "Requests answered by functions",
            requests.clone(),
        );
        let answered = components
            .iter()
            .map(|component| {
                CLASSES.map(|class| {
                    let component = (*component).to_owned();
                    requests
                        .get_or_create(&Answered { component, class })
                        .clone()
                })
            })
            .collect();
        let by_the_cache = Counter::default();
        registry.register(
            "cache_answers",
            "Requests answered by the shared cache",
            by_the_cache.clone(),
        );
        registry.register(
            "store_connections_opened",
            "Connections to the store that functions have opened",
            opened.clone(),
        );
        let connections = Gauge::default();
        registry.register("connections", "Open connections", connections.clone());
        let in_flight = Gauge::default();
        registry.register(
            "requests_in_flight",
            "Requests that functions have now",
            in_flight.clone(),
        );
        let bodies = Gauge::default();
        registry.register(
            "bodies_kibibytes",
            "Request bodies in memory, in KiB",
            bodies.clone(),
        );
        let memory = Gauge::default();
        registry.register(
            "memory_bytes",
            "Memory that functions have now",
            memory.clone(),
        );
        let store = Family::default();
        registry.register("store_bytes", "Size of the store's files", store.clone());
        let last_run = Family::default();
        registry.register(
            "schedule_last_run_seconds",
            "When a schedule's last run began, in seconds since 1970",
            last_run.clone(),
        );
        let last_failed = Family::default();
        registry.register(
            "schedule_last_failed",
            "1 where a schedule's last run failed",
            last_failed.clone(),
        );
        Self {
            registry,
            answered,
            by_the_cache,
            connections,
            in_flight,
            bodies,
            memory,
            store,
            last_run,
            last_failed,
        }
    }

    /// One request; no status where the client went away before there was one.
    pub fn count(&self, router: &Router, place: Option<usize>, status: Option<StatusCode>) {
        let owner = place
            .and_then(|place| router.at(place))
            .map(|matched| matched.owner);
        let class = status.map_or(0, |status| usize::from(status.as_u16() / 100));
        let counters = owner.and_then(|owner| self.answered.get(owner));
        if let Some(counter) = counters.and_then(|classes| classes.get(class)) {
            counter.inc();
        }
    }

    pub fn count_cached(&self) {
        self.by_the_cache.inc();
    }

    pub fn say(&self, house: &House, data: &Path, schedules: &[Last]) -> String {
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.connections.set(whole(house.visitors.count()));
        self.in_flight.set(whole(house.in_flight()));
        self.bodies.set(whole(house.bodies_held()));
        self.memory.set(whole(house.memory_held()));
        for (file, name) in [
            ("db", backup::FILE.to_owned()),
            ("wal", format!("{}-wal", backup::FILE)),
        ] {
            let bytes = std::fs::metadata(data.join(name)).map_or(0, |metadata| metadata.len());
            let gauge = self.store.get_or_create(&File { file });
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
        for last in schedules {
            let schedule = Schedule {
                schedule: last.schedule.clone(),
            };
            self.last_run
                .get_or_create(&schedule)
                .set(last.started.timestamp());
            self.last_failed
                .get_or_create(&schedule)
                .set(last.has_failed().into());
        }
        let mut said = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut said, &self.registry);
        said
    }
}
