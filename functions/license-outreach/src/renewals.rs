//! 到期延续: whose renewal is due, 30 working days before the licence ends (食品生产许可管理办法 第34条). The days are those of
//! the view that the sweep reads.

use crate::tabs::tabs;
use lists::{Column, Filter, Input, List};
use maud::Markup;
use web::Context;

pub struct Renewals;

fn standings() -> Vec<(&'static str, &'static str)> {
    vec![
        ("late", "已过延续期限"),
        ("soon", "两个月内到期限"),
        ("met", "已申请"),
    ]
}

impl List for Renewals {
    const NAME: &'static str = "license-renewals";
    const TITLE: &'static str = "许可证到期延续";
    const PATH: &'static str = "/license-outreach/renewals";
    // A business may have several licences: the number is of the licence where the register has it (even), else of the business, of which
    // the ledger knows one licence (odd).
    const FROM: &'static str = "(SELECT coalesce(2 * l.rowid, 2 * e.id + 1) AS id, e.uscc, e.name, e.town, e.phone, d.due_on, d.met_on,
            d.evidence ->> '$.license_no' AS license_no, d.evidence ->> '$.expires_on' AS expires_on
        FROM deadline_license_renewal d JOIN enterprise_licensing e ON e.uscc = d.evidence ->> '$.uscc'
            LEFT JOIN license l ON l.license_no = d.evidence ->> '$.license_no') p";
    const ID: &'static str = "p.id";
    const SORT: Option<&'static str> = Some("due_on");
    const TOWN: &'static str = "p.town";
    const NOTHING: &'static str = "没有许可证。";
    const ITEM: &'static str = "json_object('uscc', p.uscc, 'name', p.name, 'town', p.town, 'license_no', p.license_no, 'expires_on', p.expires_on,
        'due_on', p.due_on, 'met_on', p.met_on, 'days_left', CAST(julianday(p.due_on) - julianday({today}) AS INTEGER), 'phone', p.phone)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "名称、许可证编号或代码",
            "{found p.uscc} OR p.license_no = {code}",
        ),
        Filter::town("p.town = {}"),
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(standings),
            condition: "{} = CASE WHEN p.met_on IS NOT NULL THEN 'met' WHEN p.due_on < {today} THEN 'late' WHEN p.due_on <= date({today}, '+2 months') THEN 'soon' END",
        },
        Filter {
            name: "due_to",
            label: "期限不晚于",
            input: Input::Date,
            condition: "p.due_on <= {}",
        },
    ];
    const COLUMNS: &'static [Column] = &[
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("p.name"),
        Column::text("镇街", "town").by("p.town"),
        Column::text("许可证编号", "license_no").by("p.license_no"),
        Column::date("有效期至", "expires_on").by("p.expires_on"),
        Column::date("最晚申请延续", "due_on").by("p.due_on"),
        Column::number("还有天数", "days_left"),
        Column::date("已申请", "met_on").by("p.met_on"),
        Column::text("电话", "phone"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }
}
