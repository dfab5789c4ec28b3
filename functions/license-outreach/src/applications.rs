//! 食品生产许可申请: the register of applications, as the roster of the licensing system brings it.

use crate::tabs::tabs;
use domain::words::ApplicationStatus;
use registers::{About, Field, Register, Usual};

#[rustfmt::skip]
pub static APPLICATIONS: Register = Register {
    noun: "license-applications", title: "食品生产许可申请", table: "license_application",
    path: "/license-outreach/applications", api: "/api/v1/license-applications",
    sees: crate::FIELD, changes: web::routes::BUREAU, above: tabs, nothing: "还没有许可申请。请导入许可系统导出的表格。",
    about: Some(About::called("name")),
    from: Some("license_application t LEFT JOIN enterprise_licensing e ON e.uscc = t.uscc"),
    fields: &[
        Field::code("acceptance_no", "受理号", 60).or(&["受理编号", "申请编号"]).key().required().searched(),
        Field::uscc().required(),
        Field::past_day("applied_on", "申请日期").or(&["受理日期"]),
        Field::word::<ApplicationStatus>("status", "状态").or(&["办理状态", "申请状态"]).usually(Usual::Text("open")).filtered(),
    ],
    ..Register::PLAIN
};
