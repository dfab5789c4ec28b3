//! 三书一函: the list of papers, and who sees which.

use domain::words::{NoticeKind, NoticeStatus, choices};
use registers::{Column, Filter, Input, List, Member};

/// Which papers a town sees: those that were issued to its officials and to itself, but not those to its stations. `{}` is its towns.
pub const TOWN: &str = "n.issued_on IS NOT NULL AND n.town IN (SELECT value FROM json_each({})) AND n.addressee_kind <> 'station'";

/// Which papers a station sees: those that were issued to it. `{}` is its towns.
pub const STATION: &str = "n.issued_on IS NOT NULL AND n.addressee_kind = 'station' AND n.addressee IN (SELECT value FROM json_each({}))";

/// Which papers an official finds in the list: those that were issued to them. `{}` is their number.
const ADDRESSED: &str =
    "n.issued_on IS NOT NULL AND n.addressee_kind = 'cadre' AND n.addressee = {}";

/// Which papers an official sees one by one: also those that name them, of which they see their own lines. `{}` is their number.
pub const CADRE: &str = "n.issued_on IS NOT NULL AND (n.addressee_kind = 'cadre' AND n.addressee = {}
    OR EXISTS (SELECT 1 FROM notice_line l WHERE l.notice_id = n.id AND l.owed_by_kind = 'cadre' AND l.owed_by = {}))";

/// Which papers a department sees: those that were issued to its organisation. `{}` is what that is called.
pub const DEPARTMENT: &str = "n.issued_on IS NOT NULL AND n.addressee_kind = 'department' AND n.addressee IN (SELECT value FROM json_each({}))";

/// Which papers the bureau sees: those that were issued to it and to its stations. `{}` is what it is called.
pub const BUREAU: &str = "n.issued_on IS NOT NULL AND (n.addressee_kind = 'station'
    OR n.addressee_kind = 'department' AND n.addressee IN (SELECT value FROM json_each({})))";

/// The number of `notice n` as it is written; none for a draft.
macro_rules! notice_number {
    () => {
        "iif(n.serial IS NULL, NULL, n.prefix || k.mark || '〔' || n.year || '〕' || n.serial || '号')"
    };
}
pub(crate) use notice_number;

/// To whom `notice n` goes. The name of a town or a station is that of today until the paper goes out, and then what was printed.
macro_rules! addressee_name {
    () => {
        "coalesce(iif(n.issued_on IS NULL, coalesce((SELECT CASE WHEN n.receiver = 'town_government' THEN a.town_government
                    WHEN n.addressee_kind = 'town' THEN a.town_office WHEN n.addressee_kind = 'station' THEN a.station END
                FROM town_organisation a WHERE a.town = n.addressee),
            (SELECT s.name FROM organisation_standing s WHERE n.addressee_kind = 'department' AND s.organisation = n.addressee)), NULL), n.addressee_name)"
    };
}
pub(crate) use addressee_name;

pub static NOTICES: List = List {
    name: "notices",
    title: "三书一函",
    path: "/notices",
    api: "/api/v1/notices",
    from: "notice n JOIN notice_kind k ON k.kind = n.kind",
    id: "n.id",
    sort: Some("-drafted_on"),
    town: TOWN,
    station: Some(STATION),
    cadre: Some(ADDRESSED),
    department: Some(DEPARTMENT),
    bureau: Some(BUREAU),
    nothing: "还没有文书。",
    item: &[
        Member::text("id", "CAST(n.id AS TEXT)").always(),
        Member::word("kind", "n.kind", choices::<NoticeKind>).always(),
        Member::text("number", notice_number!()),
        Member::word("status", "n.status", choices::<NoticeStatus>).always(),
        Member::object("addressee", &[
            Member::text("kind", "n.addressee_kind").always(),
            Member::text("id", "n.addressee"),
            Member::text("name", addressee_name!()).always(),
        ]).always(),
        Member::text("addressee_name", addressee_name!()).always(),
        Member::text("town", registers::town_name!("n.town")),
        Member::text("signer", "n.signer"),
        Member::date("drafted_on", "n.drafted_on").always(),
        Member::date("issued_on", "n.issued_on"),
        Member::date("due", "n.due_on"),
        Member::yes_no("due_provisional", "json(iif(n.due_provisional, 'true', 'false'))").always(),
        Member::whole("term", "n.term"),
        Member::whole("lines", "json_array_length(n.lines)").always(),
        Member::whole("open", "(SELECT count(*) FROM notice_line l JOIN breach b ON b.key = l.key WHERE l.notice_id = n.id AND b.closed_on IS NULL)").always(),
        Member::text("name", concat!("coalesce(", notice_number!(), ", k.name || '（待签发）')")).always(),
        Member::objects(
            "breaches",
            "json((SELECT json_group_array(json_object('key', l.key, 'rule', l.rule, 'owed_by', l.owed_by, 'subject', l.subject, 'since', l.due_on,
                'evidence', json(json_remove(l.evidence, '$.tier', '$.post_town')))) FROM (SELECT * FROM notice_line WHERE notice_id = n.id ORDER BY due_on, subject LIMIT 200) l))",
            &[
                Member::text("key", "").always(),
                Member::text("rule", "").always(),
                Member::text("owed_by", "").always(),
                Member::text("subject", "").always(),
                Member::date("since", "").always(),
                Member::evidence("evidence", "").always(),
            ],
        ).always(),
    ],
    filters: &[
        Filter {
            name: "kind",
            label: "文书",
            input: Input::Choice(choices::<NoticeKind>),
            condition: "n.kind = {}",
        },
        Filter {
            name: "status",
            label: "状态",
            input: Input::Choice(choices::<NoticeStatus>),
            condition: "n.status = {}",
        },
        Filter::town("n.town IN {towns}"),
        Filter {
            name: "period",
            label: "季度",
            input: Input::Text,
            condition: "EXISTS (SELECT 1 FROM notice_line l JOIN quarter q ON q.period = upper({}) WHERE l.notice_id = n.id AND l.due_on BETWEEN q.starts_on AND q.ends_on)",
        },
        Filter {
            name: "cadre_no",
            label: "工号",
            input: Input::Text,
            condition: "EXISTS (SELECT 1 FROM notice_line l WHERE l.notice_id = n.id AND l.owed_by_kind = 'cadre' AND l.owed_by = upper({}))",
        },
        Filter {
            name: "enterprise_no",
            label: "企业",
            input: Input::Hidden,
            condition: "n.id IN (SELECT p.notice_id FROM paper_about_enterprise p WHERE p.uscc = {})",
        },
        Filter {
            name: "month",
            label: "月份",
            input: Input::Hidden,
            condition: "substr(n.issued_on, 1, 7) = {}",
        },
    ],
    columns: &[
        Column::link("文号", "name", "/notices/", "id").also_for_officials(),
        Column::word::<NoticeKind>("文书", "kind").by("n.rung"),
        Column::text("发给", "addressee_name").by("n.addressee_name"),
        Column::text("镇街", "town").by(registers::town_name!("n.town")),
        Column::word::<NoticeStatus>("状态", "status").by("n.status"),
        Column::number("列明", "lines"),
        Column::number("未销号", "open"),
        Column::date("拟稿日期", "drafted_on").by("n.drafted_on"),
        Column::date("发出日期", "issued_on").by("n.issued_on"),
        Column::date("期限", "due").by("n.due_on"),
    ],
    above: crate::tabs::tabs,
    ..List::PLAIN
};
