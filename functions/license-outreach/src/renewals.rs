//! 到期延续: whose renewal is due, 30 working days before the licence ends (食品生产许可管理办法 第34条). The due days are those of the
//! view that the sweep reads.

use crate::tabs::tabs;
use domain::words::{choices, words};
use registers::{Column, Filter, Input, List, Member};

words! {
    /// Where a renewal stands on a day. One that is due later than in two months has none of these.
    RenewalStanding {
        /// Not applied for, and its day has passed.
        Late = "late" "已过延续期限",
        /// Due within two months.
        Soon = "soon" "两个月内到期限",
        /// Applied for.
        Met = "met" "已申请",
    }
}

pub static RENEWALS: List = List {
    name: "license-renewals",
    title: "许可证到期延续",
    path: "/license-outreach/renewals",
    api: "/api/v1/license-outreach/renewals",
    // A business may have several licences. The number is even where it is that of a licence in the register, and odd where it is that of a
    // business, of which the ledger knows one licence.
    from: "(SELECT coalesce(2 * l.rowid, 2 * e.id + 1) AS id, e.uscc, e.name, e.town, e.phone, d.due_on, d.met_on,
            d.evidence ->> '$.license_no' AS license_no, d.evidence ->> '$.expires_on' AS expires_on
        FROM deadline_license_renewal d JOIN enterprise_licensing e ON e.uscc = d.evidence ->> '$.uscc'
            LEFT JOIN license l ON l.license_no = d.evidence ->> '$.license_no') p",
    id: "p.id",
    sort: Some("due_on"),
    town: "p.town",
    nothing: "没有许可证。",
    item: &[
        Member::text("uscc", "p.uscc"),
        Member::text("name", "p.name"),
        Member::text("town", registers::town_name!("p.town")),
        Member::text("license_no", "p.license_no"),
        Member::date("expires_on", "p.expires_on"),
        Member::date("due_on", "p.due_on"),
        Member::date("met_on", "p.met_on"),
        Member::whole("days_left", "CAST(julianday(p.due_on) - julianday({today}) AS INTEGER)").always(),
        Member::text("phone", "p.phone"),
    ],
    filters: &[
        Filter::search(
            "名称、许可证编号或代码",
            "{found p.uscc} OR p.license_no = {code}",
        ),
        Filter::town("p.town IN {towns}"),
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(choices::<RenewalStanding>),
            condition: "{} = CASE WHEN p.met_on IS NOT NULL THEN 'met' WHEN p.due_on < {today} THEN 'late' WHEN p.due_on <= date({today}, '+2 months') THEN 'soon' END",
        },
        Filter {
            name: "due_to",
            label: "期限不晚于",
            input: Input::Date,
            condition: "p.due_on <= {}",
        },
    ],
    columns: &[
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("p.name"),
        Column::text("镇街", "town").by(registers::town_name!("p.town")),
        Column::text("许可证编号", "license_no").by("p.license_no"),
        Column::date("有效期至", "expires_on").by("p.expires_on"),
        Column::date("最晚申请延续", "due_on").by("p.due_on"),
        Column::number("还有天数", "days_left"),
        Column::date("已申请", "met_on").by("p.met_on"),
        Column::text("电话", "phone"),
    ],
    above: tabs,
    ..List::PLAIN
};
