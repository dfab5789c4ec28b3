//! The tabs that lead between the pages of 许可服务前移.

use maud::Markup;
use web::{Context, page};

const TABS: [(&str, &str); 11] = [
    ("/license-outreach", "待办证企业"),
    ("/license-outreach/unclear", "需人工判断"),
    ("/license-outreach/expired", "许可证过期"),
    ("/license-outreach/cases", "上门服务"),
    ("/license-outreach/renewals", "到期延续"),
    ("/license-outreach/licenses", "许可证"),
    ("/license-outreach/applications", "许可申请"),
    ("/license-outreach/trainings", "培训抽考"),
    ("/license-outreach/canteens", "食堂项目"),
    ("/license-outreach/matters", "限时办结"),
    ("/license-outreach/figures", "成效"),
];

pub fn tabs(context: &Context) -> Markup {
    page::tabs(context, "许可服务前移", &TABS)
}
