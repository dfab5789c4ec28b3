//! What the threads of the program share: routes, functions, cache, memory, and the places of requests.

use crate::cache::Cache;
use crate::function::Instances;
use crate::health::Health;
use crate::host::Common;
use crate::memory::MemoryOfAll;
use crate::metrics::{Load, Metrics};
use crate::proxies::TrustedProxies;
use crate::reception::Reception;
use crate::request_log::Tallies;
use crate::router::Router;
use crate::visitors::Visitors;
use prometheus_client::metrics::counter::Counter;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The most requests that functions have at once; the next one is told to come back.
const IN_FLIGHT: usize = 128;

/// Requests that the schedules may have beside those, so that no crowd keeps them from running.
pub const SCHEDULED: usize = 16;

/// Instances of one function that may be needed at once.
pub const INSTANCES: usize = IN_FLIGHT + SCHEDULED;

/// The functions and all that their threads share.
pub struct House {
    pub router: Arc<Router>,
    pub tallies: Tallies,
    pub functions: BTreeMap<String, Instances>,
    pub memory: MemoryOfAll,
    pub proxies: TrustedProxies,
    pub cache: Cache,
    pub reception: Reception,
    /// One permit for each request that a function may have now.
    pub places: Arc<Semaphore>,
    pub visitors: Arc<Visitors>,
    pub metrics: Arc<Metrics>,
    pub health: Health,
    /// Whether the program behaves as Spin does.
    pub like_spin: bool,
    /// Counts the connections to the store that functions open.
    opened: Counter,
}

impl House {
    pub fn new(
        router: Router,
        functions: BTreeMap<String, Instances>,
        memory: MemoryOfAll,
        proxies: TrustedProxies,
        health: Health,
        common: &Common<'_>,
    ) -> Self {
        let names: Vec<&str> = functions.keys().map(String::as_str).collect();
        Self {
            metrics: Arc::new(Metrics::new(&names, common.opened)),
            like_spin: common.like_spin.is_some(),
            opened: common.opened.clone(),
            health,
            tallies: Tallies::new(router.count()),
            router: Arc::new(router),
            cache: Cache::new(functions.len()),
            functions,
            memory,
            proxies,
            reception: Reception::default(),
            places: Arc::new(Semaphore::new(IN_FLIGHT)),
            visitors: Arc::default(),
        }
    }

    /// What the program carries at this moment.
    pub fn load(&self) -> Load {
        Load {
            connections: self.visitors.count(),
            requests_in_flight: IN_FLIGHT.saturating_sub(self.places.available_permits()),
            bodies_kibibytes: self.reception.bodies_kibibytes(),
            memory_bytes: self.memory.bytes_in_use(),
        }
    }

    /// Connections to the store that functions have opened since the start.
    pub fn connections_opened(&self) -> u64 {
        self.opened.get()
    }
}
