//! What `/metrics` says, in OpenMetrics text: counts since the start, and how things stand at the moment of asking. No name of a
//! person, a business or a path is among it.

use crate::data_folder;
use crate::router::Router;
use crate::schedule::journal::LastRun;
use http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Metric, Registry};
use std::path::Path;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    component: String,
    /// 2xx, 3xx, 4xx, 5xx; `gone` where the client went away first.
    class: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StoreFileLabel {
    file: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ScheduleLabel {
    schedule: String,
}

const CLASSES: [&str; 6] = ["gone", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// What the program carries at the moment of asking.
#[derive(Clone, Copy)]
pub struct Load {
    pub connections: usize,
    pub requests_in_flight: usize,
    pub bodies_kibibytes: usize,
    /// Linear memory of all functions.
    pub memory_bytes: usize,
}

/// The counts since the start.
pub struct Metrics {
    registry: Registry,
    /// The counters by number of the component and class, so that counting looks nothing up.
    answered: Vec<[Counter; CLASSES.len()]>,
    by_the_cache: Counter,
    connections: Gauge,
    in_flight: Gauge,
    bodies: Gauge,
    memory: Gauge,
    store: Family<StoreFileLabel, Gauge>,
    last_run: Family<ScheduleLabel, Gauge>,
    last_failed: Family<ScheduleLabel, Gauge>,
}

impl Metrics {
    /// `opened` counts the connections to the store that functions open.
    pub fn new(components: &[&str], opened: &Counter) -> Self {
        let mut registry = Registry::with_prefix("shian");
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register(
            "requests",
            "Requests answered by functions",
            requests.clone(),
        );
        let answered = components
            .iter()
            .map(|component| counters_of(&requests, component))
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
        let registry = &mut registry;
        Self {
            answered,
            by_the_cache,
            connections: gauge(registry, "connections", "Open connections"),
            in_flight: gauge(
                registry,
                "requests_in_flight",
                "Requests that functions have now",
            ),
            bodies: gauge(
                registry,
                "bodies_kibibytes",
                "Request bodies in memory, in KiB",
            ),
            memory: gauge(registry, "memory_bytes", "Memory that functions have now"),
            store: gauge(registry, "store_bytes", "Size of the store's files"),
            last_run: gauge(
                registry,
                "schedule_last_run_seconds",
                "When a schedule's last run began, in seconds since 1970",
            ),
            last_failed: gauge(
                registry,
                "schedule_last_failed",
                "1 where a schedule's last run failed",
            ),
            registry: std::mem::take(registry),
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

    /// The page of `/metrics`, with what the program carries now and how large the files in `data` are.
    pub fn render(&self, load: Load, data: &Path, schedules: &[LastRun]) -> String {
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.connections.set(whole(load.connections));
        self.in_flight.set(whole(load.requests_in_flight));
        self.bodies.set(whole(load.bodies_kibibytes));
        self.memory.set(whole(load.memory_bytes));
        for (file, name) in [
            ("db", data_folder::STORE.to_owned()),
            ("wal", format!("{}-wal", data_folder::STORE)),
        ] {
            let bytes = std::fs::metadata(data.join(name)).map_or(0, |metadata| metadata.len());
            let gauge = self.store.get_or_create(&StoreFileLabel { file });
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
        for last in schedules {
            let schedule = ScheduleLabel {
                schedule: last.schedule.clone(),
            };
            self.last_run
                .get_or_create(&schedule)
                .set(last.started.timestamp());
            self.last_failed
                .get_or_create(&schedule)
                .set(last.has_failed().into());
        }
        let mut page = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut page, &self.registry);
        page
    }
}

/// A metric of what can go up and down, registered under a name with a line of help.
fn gauge<M: Metric + Default + Clone>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

/// The counters of one component, one for each class of answers.
fn counters_of(
    requests: &Family<RequestLabels, Counter>,
    component: &str,
) -> [Counter; CLASSES.len()] {
    CLASSES.map(|class| {
        let component = component.to_owned();
        requests
            .get_or_create(&RequestLabels { component, class })
            .clone()
    })
}
