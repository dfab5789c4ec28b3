//! `spin:variables@3.0.0`: the variables that the component's own table in the manifest names.

use super::Guest;
use super::bindings::spin::variables::variables::{Error, Host, HostWithStore};
use wasmtime::Result;
use wasmtime::component::Accessor;

impl Host for Guest {}

impl<T: Send> HostWithStore<T> for Guest {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> Result<Result<String, Error>> {
        accessor.with(|mut access| {
            let value = access.get().grants.variables.get(&name).cloned();
            Ok(value.ok_or(Error::Undefined(name)))
        })
    }
}
