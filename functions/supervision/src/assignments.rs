//! 包保关系: which official answers for which business, since when, until when.

use crate::reassign::Fit;
use chrono::NaiveDate;
use domain::words::{Level, choices};
use domain::{Uscc, text};
use lists::{Column as Shown, Filter, Input, List};
use rosters::{Brought, Doubt, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    cadre_no: String,
    uscc: Uscc,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
}

/// An assignment, like a visit, names an official and a business that must be known.
pub const WHO_AND_WHERE: [Reference; 2] = [
    Reference {
        heading: "工号",
        field: "cadre_no",
        view: "cadre",
        column: "cadre_no",
        reason: "包保干部名单里没有这个工号，请先导入包保干部",
    },
    Reference {
        heading: "统一社会信用代码",
        field: "uscc",
        view: "enterprise_ledger",
        column: "uscc",
        reason: "企业台账里没有这个代码，请先导入企业台账",
    },
];

pub struct Assignments;

impl Roster for Assignments {
    const KIND: &'static str = "assignments";
    const TITLE: &'static str = "包保关系";
    const LIST: &'static str = "/supervision/assignments";
    const STAGING: &'static str = "supervision_import";
    const REFERENCES: &'static [Reference] = &WHO_AND_WHERE;
    // 001 §三.1: the tier must fit the level. What an office has assigned is shown to it, not lost.
    const DOUBTS: &'static [Doubt] = &[Doubt {
        heading: "工号",
        sql: "SELECT r.key AS place, e.level || '级主体不能由' || iif(c.tier = 'town', '镇街', '村社区') || '干部包保，请调整' AS reason
            FROM json_each(?1) r
            JOIN cadre c ON c.cadre_no = r.value ->> '$.cadre_no'
            JOIN enterprise_ledger e ON e.uscc = r.value ->> '$.uscc'
            WHERE r.value ->> '$.ends_on' IS NULL
                AND CASE c.tier WHEN 'district' THEN 1 WHEN 'town' THEN 2 ELSE 3 END > CASE e.level WHEN 'C' THEN 2 WHEN 'D' THEN 3 ELSE 1 END AND e.level IS NOT NULL",
    }];
    const COLUMNS: &'static [Column] = &[
        Column::required("统一社会信用代码", &["信用代码"]),
        Column::required("工号", &[]),
        Column::optional("包保起始日期", &["开始日期"]),
        Column::optional("包保结束日期", &["结束日期"]),
    ];
    const TABLE: Table = Table {
        name: "assignment",
        key: &["uscc", "cadre_no", "starts_on"],
        key_expressions: &["uscc", "cadre_no", "coalesce(starts_on, '')"],
        values: &[Brought::by("ends_on", "包保结束日期")],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let cadre_no = row
            .required_text("工号", 40)
            .map(|number| text::code(&number));
        let starts_on = row.date("包保起始日期");
        let ends_on = row.date("包保结束日期");
        if starts_on
            .zip(ends_on)
            .is_some_and(|(start, end)| end < start)
        {
            row.reject("包保结束日期", "结束日期早于起始日期");
        }
        Some(Record {
            cadre_no: cadre_no?,
            uscc: uscc?,
            starts_on,
            ends_on,
        })
    }
}

impl List for Assignments {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "assignment_fit a JOIN cadre c ON c.cadre_no = a.cadre_no JOIN enterprise_ledger e ON e.uscc = a.uscc";
    const ID: &'static str = "a.id";
    const ITEM: &'static str = "json_object('uscc', a.uscc, 'enterprise', e.name, 'town', e.town, 'village', e.village, 'level', e.level,
        'cadre_no', a.cadre_no, 'cadre', c.name, 'starts_on', a.starts_on, 'ends_on', a.ends_on, 'id', CAST(a.id AS TEXT), 'version', a.version,
        'fit', a.fit, 'lifted_reason', a.lifted_reason)";
    const TOWN: &'static str = "e.town";
    const CADRE: Option<&'static str> = Some("a.cadre_no");
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "干部姓名、工号、企业名称或代码",
            "{found a.uscc} OR {part c.name} OR a.cadre_no = {code}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "fit",
            label: "层级和级别",
            input: Input::Choice(choices::<Fit>),
            condition: "a.fit = {}",
        },
        Filter {
            name: "cadre_no",
            label: "工号",
            input: Input::Hidden,
            condition: "a.cadre_no = {}",
        },
    ];
    const COLUMNS: &'static [Shown] = &[
        Shown::link(
            "企业名称",
            "enterprise",
            "/supervision/assignments/",
            "uscc",
        )
        .by("e.name"),
        Shown::text("所属镇街", "town").by("e.town"),
        Shown::text("村社区", "village").by("e.village"),
        Shown::word::<Level>("包保级别", "level").by("e.level"),
        Shown::word::<Fit>("层级和级别", "fit").by("a.fit"),
        Shown::text("包保干部", "cadre").by("c.name"),
        Shown::text("工号", "cadre_no").by("a.cadre_no"),
        Shown::date("包保起始日期", "starts_on").by("a.starts_on"),
        Shown::date("包保结束日期", "ends_on").by("a.ends_on"),
        Shown::text("统一社会信用代码", "uscc"),
    ];

    fn above(context: &Context) -> maud::Markup {
        crate::tabs::tabs(context)
    }

    fn actions(context: &Context) -> maud::Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
