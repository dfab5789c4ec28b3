//! 督导要点 as a register: what a visit looks at, by sector (000 §二). The form at the door shows them in their order.

use crate::tabs::tabs;
use domain::words::Sector;
use registers::{Field, Register};

#[rustfmt::skip]
pub static VISIT_POINTS: Register = Register {
    noun: "visit-points", title: "督导要点", table: "visit_point", path: "/supervision/points", api: "/api/v1/supervision/points",
    sort: Some("place"), nothing: "还没有督导要点。",
    above: tabs,
    fields: &[
        Field::word::<Sector>("sector", "业态").or(&["主体业态"]).key().required().filtered(),
        Field::text("point", "要点", 40).key().required().searched(),
        Field::count("place", "顺序", 99).required().sorted(),
        Field::any_day("revoked_on", "停用日期").hint("从这一天起，督导时不再列出"),
    ],
    ..Register::PLAIN
};
