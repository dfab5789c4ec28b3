//! A function: one component, compiled once, its instances pooled and used again for one request after another.

use crate::host::{Grants, Guest, add_to_linker, outbound::Hooks};
use crate::like_spin;
use crate::manifest::{Limits, MAX_MEMORY_MIB};
use crate::memory::{Memory, MemoryOfAll, MemoryShortage};
use anyhow::Result;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use wasmtime::component::{Component, Linker};
use wasmtime::error::Context as _;
use wasmtime::{
    Config, Engine, PoolingAllocationConfig, ProfilingStrategy, Store, StoreContextMut,
    UpdateDeadline,
};
use wasmtime_wasi_http::WasiHttpCtx;
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ProxyHandler, ShouldAccept, WorkerExpiration, WorkerState,
    WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

/// An instance is replaced after so many requests, or once it has grown so large.
const REQUESTS_AN_INSTANCE: usize = 10_000;
const REUSABLE_MEMORY: usize = 64 << 20;
/// An instance with nothing to do is dropped after this.
const IDLE: Duration = Duration::from_secs(60);
/// How often a busy guest lets others run.
const EPOCH: Duration = Duration::from_millis(5);
/// What a guest that never rests gets beyond its deadline.
const GRACE: Duration = Duration::from_millis(500);
/// The variable that, where it is set, lets `perf` find the names of guest functions.
const PROFILE: &str = "SHIAN_PROFILE";

/// The engine, with room for `slots` instances at once.
pub fn engine(slots: u32) -> Result<Engine> {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(slots)
        .total_core_instances(slots * 8)
        .total_memories(slots * 2)
        .total_tables(slots * 8)
        .total_stacks(slots * 2)
        .max_core_instances_per_component(64)
        .max_memories_per_component(4)
        .max_tables_per_component(64)
        .max_memory_size((MAX_MEMORY_MIB as usize) << 20)
        .max_unused_warm_slots(32);
    let mut config = Config::new();
    config
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        // A panicking guest has said where on stderr; collecting frames costs tens of milliseconds a trap.
        .wasm_backtrace_max_frames(None)
        .allocation_strategy(pool);
    if std::env::var_os(PROFILE).is_some() {
        config.profiler(ProfilingStrategy::PerfMap);
    }
    let engine = Engine::new(&config)?;
    let ticking = engine.weak();
    std::thread::Builder::new()
        .name("epochs".into())
        .spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                std::thread::sleep(EPOCH);
            }
        })?;
    Ok(engine)
}

/// A function on one thread: its instances stay there, for moving one to another core costs more than most requests.
pub type Handler = ProxyHandler<Instances>;

/// Makes instances of one function.
#[derive(Clone)]
pub struct Instances {
    engine: Engine,
    pre: ServicePre<Guest>,
    grants: Arc<Grants>,
    pub limits: Limits,
    memory: MemoryOfAll,
}

impl Instances {
    pub fn new(
        engine: &Engine,
        component: &Component,
        grants: Grants,
        limits: Limits,
        memory: &MemoryOfAll,
    ) -> Result<Self> {
        let mut linker = Linker::new(engine);
        add_to_linker(&mut linker)?;
        let name = grants.component.clone();
        let pre = linker
            .instantiate_pre(component)
            .and_then(ServicePre::new)
            .with_context(|| {
                format!("component `{name}` imports something that is not offered here")
            })?;
        Ok(Self {
            engine: engine.clone(),
            pre,
            grants: Arc::new(grants),
            limits,
            memory: memory.clone(),
        })
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(self.limits.request_seconds.into())
    }
}

impl HandlerState for Instances {
    type StoreData = Guest;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Guest, Expiration, Worker>> {
        let memory = Memory::new((self.limits.memory_mib as usize) << 20, self.memory.clone());
        let used = memory.used.clone();
        let guest = Guest {
            wasi: crate::guest_output::wasi(&self.grants),
            table: wasmtime::component::ResourceTable::new(),
            http: WasiHttpCtx::new(),
            hooks: Hooks {
                grants: self.grants.clone(),
            },
            grants: self.grants.clone(),
            memory,
            deadline: Instant::now() + self.time_limit(),
        };
        let mut store = Store::new(&self.engine, guest);
        store.limiter(|guest| &mut guest.memory);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|guest| {
            if Instant::now() > guest.data().deadline + GRACE {
                return Ok(UpdateDeadline::Interrupt);
            }
            Ok(UpdateDeadline::YieldCustom(
                1,
                Box::pin(tokio::task::yield_now()),
            ))
        });
        let proxy = Proxy::P3(self.pre.instantiate_async(&mut store).await?);
        Ok(Instance {
            store,
            proxy,
            view: Guest::http,
            expiration: Expiration {
                limit: self.time_limit(),
                sleep: Box::pin(tokio::time::sleep(IDLE)),
            },
            state: Worker {
                component: self.grants.component.clone(),
                limit: self.time_limit(),
                used,
                like_spin: self.grants.like_spin.is_some(),
            },
        })
    }
}

/// Ends an instance that is idle, or stuck, from outside.
pub struct Expiration {
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        state: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        let until = start
            + match state {
                WorkerStatus::Idle => IDLE,
                WorkerStatus::Requests | WorkerStatus::PostReturn => self.limit,
            };
        let until = tokio::time::Instant::from_std(until);
        // A timer is set again only where it would go off too late, or went off too early: not twice for each request.
        if self.sleep.deadline() > until {
            self.sleep.as_mut().reset(until);
        }
        while self.sleep.as_mut().poll(cx).is_ready() {
            if tokio::time::Instant::now() >= until {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(until);
        }
        Poll::Pending
    }
}

/// One instance at work.
pub struct Worker {
    component: String,
    limit: Duration,
    used: Arc<AtomicUsize>,
    like_spin: bool,
}

impl WorkerState for Worker {
    type StoreData = Guest;
    type RequestData = MemoryShortage;

    /// One request at a time: a trap then costs that one and no other.
    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        let (at_once, in_all) = match self.like_spin {
            true => (
                like_spin::CONCURRENT_REQUESTS,
                like_spin::REQUESTS_AN_INSTANCE,
            ),
            false => (1, REQUESTS_AN_INSTANCE),
        };
        if total >= in_all || (total > 0 && self.used.load(Relaxed) > REUSABLE_MEMORY) {
            ShouldAccept::Never
        } else if concurrent < at_once {
            ShouldAccept::Yes
        } else {
            ShouldAccept::No
        }
    }

    fn on_request_start(
        &self,
        mut store: StoreContextMut<'_, Guest>,
        shortage: MemoryShortage,
        _: wasmtime::component::GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        let guest = store.data_mut();
        guest.deadline = Instant::now() + self.limit;
        guest.memory.shortage = shortage;
        // [`Expiration`] ends the instance, which has no other request.
        Box::pin(std::future::pending())
    }

    fn drop(&self, store: Store<Guest>, result: Result<(), wasmtime::Error>) {
        drop(store);
        // At the end of the program idle instances are dropped as if they had panicked.
        let dropped = |error: &wasmtime::Error| {
            error.to_string() == "worker panicked" && !std::thread::panicking()
        };
        if let Err(error) = result
            && !dropped(&error)
        {
            // The outermost context only: the chain below it may hold a backtrace.
            tracing::error!(component = self.component, %error, cause = %error.root_cause(), "an instance was ended");
        }
    }
}
