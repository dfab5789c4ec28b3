//! 许可证过期: the list of businesses that are still in business on a licence whose term has ended.

use crate::prospect_filters::{FROM_DAY, SEARCH, TO_DAY, TOWN};
use crate::tabs::tabs;
use registers::{Column, List, Member};

pub static EXPIRED: List = List {
    name: "license-expired",
    title: "许可证过期企业",
    path: "/license-outreach/expired",
    from: "(SELECT e.id AS ledger_id, e.uscc, e.name, e.town, e.village, e.founded_on, e.person_in_charge, e.phone,
            f.license_no, f.category, f.issued_on, max(f.expires_on) AS expires_on,
            EXISTS (SELECT 1 FROM license_application a WHERE a.uscc = e.uscc AND a.status = 'open') AS applied
        FROM food_license f JOIN enterprise_licensing e ON e.uscc = f.uscc AND e.status = 'operating'
        WHERE f.status IN ('valid', 'suspended') GROUP BY e.id) p",
    id: "p.ledger_id",
    sort: Some("expires_on"),
    condition: "p.expires_on < {today}",
    town: "p.town",
    nothing: "没有许可证过期的企业。",
    item: &[
        Member::text("uscc", "p.uscc"),
        Member::text("name", "p.name"),
        Member::text("town", registers::town_name!("p.town")),
        Member::text("village", registers::village_name!("p.town", "p.village")),
        Member::date("founded_on", "p.founded_on"),
        Member::text("license_no", "p.license_no"),
        Member::text("category", "p.category"),
        Member::date("issued_on", "p.issued_on"),
        Member::date("expires_on", "p.expires_on"),
        Member::whole("days_expired", "CAST(julianday({today}) - julianday(p.expires_on) AS INTEGER)").always(),
        Member::text("applied", "iif(p.applied, '已申请', NULL)"),
        Member::text("person_in_charge", "p.person_in_charge"),
        Member::text("phone", "p.phone"),
    ],
    filters: &[SEARCH, TOWN, FROM_DAY, TO_DAY],
    columns: &[
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("p.name"),
        Column::text("镇街", "town").by(registers::town_name!("p.town")),
        Column::text("许可证编号", "license_no").by("p.license_no"),
        Column::date("有效期至", "expires_on").by("p.expires_on"),
        Column::number("过期天数", "days_expired"),
        Column::text("延续申请", "applied"),
        Column::text("负责人", "person_in_charge"),
        Column::text("电话", "phone"),
        Column::text("统一社会信用代码", "uscc"),
    ],
    above: tabs,
    ..List::PLAIN
};
