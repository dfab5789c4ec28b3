//! The ways between the registers.

use crate::registers::{ACCIDENTS, HONOURS, INSPECTIONS, OFFICERS, PENALTIES, SAMPLES};
use axum::response::{IntoResponse as _, Redirect};
use maud::Markup;
use web::{Answer, Context, page};

/// They begin with the samples.
pub async fn front() -> Answer {
    Ok(Redirect::to(SAMPLES.path).into_response())
}

pub fn tabs(context: &Context) -> Markup {
    let registers = [
        SAMPLES,
        PENALTIES,
        INSPECTIONS,
        HONOURS,
        ACCIDENTS,
        OFFICERS,
    ];
    let tabs = registers.map(|register| (register.path, register.title));
    page::tabs(context, "抽检处罚", &tabs)
}
