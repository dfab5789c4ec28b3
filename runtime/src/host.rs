//! The Spin interfaces that functions import, as WIT, and what one instance of a function may touch.

pub mod key_value;
pub mod outbound;
pub mod sqlite;
pub mod variables;

use crate::clock::Clock;
use crate::database::Database;
use crate::like_spin::LikeSpin;
use crate::memory::Memory;
use crate::variables::Variables;
use prometheus_client::metrics::counter::Counter;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView};

/// What the interfaces look like is Spin's; the wording is ours.
pub mod bindings {
    wasmtime::component::bindgen!({
        inline: r#"
package shian:runtime;
world imports {
    import spin:sqlite/sqlite@3.1.0;
    import spin:key-value/key-value@3.0.0;
    import spin:variables/variables@3.0.0;
}
package spin:sqlite@3.1.0 {
    interface sqlite {
        resource connection {
            open: static func(database: string) -> result<connection, error>;
            open-async: static async func(database: string) -> result<connection, error>;
            execute: func(statement: string, parameters: list<value>) -> result<query-result, error>;
            execute-async: async func(statement: string, parameters: list<value>)
                -> result<tuple<list<string>, stream<row-result>, future<result<_, error>>>, error>;
            last-insert-rowid: func() -> s64;
            last-insert-rowid-async: async func() -> s64;
            changes: func() -> u64;
            changes-async: async func() -> u64;
        }
        variant error { no-such-database, access-denied, invalid-connection, database-full, io(string) }
        record query-result { columns: list<string>, rows: list<row-result> }
        record row-result { values: list<value> }
        variant value { integer(s64), real(f64), text(string), blob(list<u8>), null }
    }
}
package spin:key-value@3.0.0 {
    interface key-value {
        resource store {
            open: static async func(label: string) -> result<store, error>;
            get: async func(key: string) -> result<option<list<u8>>, error>;
            set: async func(key: string, value: list<u8>) -> result<_, error>;
            delete: async func(key: string) -> result<_, error>;
            exists: async func(key: string) -> result<bool, error>;
            get-keys: async func() -> tuple<stream<string>, future<result<_, error>>>;
        }
        variant error { store-table-full, no-such-store, access-denied, other(string) }
    }
}
package spin:variables@3.0.0 {
    interface variables {
        get: async func(name: string) -> result<string, error>;
        variant error { invalid-name(string), undefined(string), provider(string), other(string) }
    }
}
"#,
        world: "shian:runtime/imports",
        with: {
            "spin:sqlite/sqlite.connection": super::sqlite::Connection,
            "spin:key-value/key-value.store": super::key_value::Store,
        },
        imports: {
            "spin:sqlite/sqlite.[static]connection.open": async | trappable,
            "spin:sqlite/sqlite.[method]connection.execute": async | trappable,
            "spin:sqlite/sqlite.[static]connection.open-async": async | store | trappable,
            "spin:sqlite/sqlite.[method]connection.execute-async": async | store | trappable,
            "spin:sqlite/sqlite.[method]connection.last-insert-rowid-async": async | store | trappable,
            "spin:sqlite/sqlite.[method]connection.changes-async": async | store | trappable,
            "spin:key-value/key-value.[static]store.open": async | store | trappable,
            "spin:key-value/key-value.[method]store.get": async | store | trappable,
            "spin:key-value/key-value.[method]store.set": async | store | trappable,
            "spin:key-value/key-value.[method]store.delete": async | store | trappable,
            "spin:key-value/key-value.[method]store.exists": async | store | trappable,
            "spin:key-value/key-value.[method]store.get-keys": async | store | trappable,
            "spin:variables/variables.get": async | store | trappable,
            default: trappable,
        },
    });
}

/// What the manifest lets one component touch; all its instances share it.
pub struct Grants {
    pub component: String,
    pub database: Database,
    pub sqlite_databases: BTreeSet<String>,
    pub key_value_stores: BTreeSet<String>,
    pub variables: BTreeMap<String, String>,
    pub environment: BTreeMap<String, String>,
    pub outbound: outbound::AllowedHosts,
    pub clock: Clock,
    /// Connections to the store that functions have opened.
    pub opened: Counter,
    pub like_spin: Option<LikeSpin>,
}

/// What all components have alike.
pub struct Common<'c> {
    pub variables: &'c Variables,
    pub database: &'c Database,
    pub clock: Clock,
    pub opened: &'c Counter,
    pub like_spin: Option<LikeSpin>,
}

impl Grants {
    pub fn of(
        name: &str,
        component: &crate::manifest::Component,
        common: &Common<'_>,
    ) -> anyhow::Result<Self> {
        let variables = common.variables;
        let own_variables = component
            .variables
            .iter()
            .map(|(key, template)| Ok((key.clone(), variables.fill(template)?)))
            .collect::<anyhow::Result<BTreeMap<_, _>>>()?;
        Ok(Self {
            component: name.to_owned(),
            database: common.database.clone(),
            sqlite_databases: component.sqlite_databases.iter().cloned().collect(),
            key_value_stores: component.key_value_stores.iter().cloned().collect(),
            variables: own_variables,
            environment: component.environment.clone(),
            outbound: outbound::AllowedHosts::parse(&component.allowed_outbound_hosts, variables)?,
            clock: common.clock,
            opened: common.opened.clone(),
            like_spin: common.like_spin,
        })
    }
}

/// The data of one instance's store.
pub struct Guest {
    pub grants: Arc<Grants>,
    pub table: ResourceTable,
    pub wasi: WasiCtx,
    pub http: WasiHttpCtx,
    pub hooks: outbound::Hooks,
    pub memory: Memory,
    /// When the request in hand has to be answered.
    pub deadline: Instant,
}

impl HasData for Guest {
    type Data<'a> = &'a mut Guest;
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            hooks: &mut self.hooks,
            table: &mut self.table,
            ctx: &mut self.http,
        }
    }
}

/// Everything a function can import here.
pub fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi::p3::add_to_linker(linker)?;
    wasmtime_wasi_http::p3::add_to_linker(linker)?;
    bindings::spin::sqlite::sqlite::add_to_linker::<_, Guest>(linker, |guest| guest)?;
    bindings::spin::key_value::key_value::add_to_linker::<_, Guest>(linker, |guest| guest)?;
    bindings::spin::variables::variables::add_to_linker::<_, Guest>(linker, |guest| guest)?;
    Ok(())
}
