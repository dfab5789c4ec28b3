//! 包保关系: which official answers for which business, since when, until when.

use crate::list::{Column as Shown, Listed};
use chrono::NaiveDate;
use domain::words::{Level, Word as _};
use domain::{Uscc, text};
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;

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

impl Listed for Assignments {
    const FROM: &'static str = "assignment a JOIN cadre c ON c.cadre_no = a.cadre_no JOIN enterprise_ledger e ON e.uscc = a.uscc";
    const ID: &'static str = "a.id";
    const ITEM: &'static str = "json_object('uscc', a.uscc, 'enterprise', e.name, 'town', e.town, 'village', e.village, 'level', e.level,
        'cadre_no', a.cadre_no, 'cadre', c.name, 'starts_on', a.starts_on, 'ends_on', a.ends_on)";
    const SEARCH: &'static str = "(e.name LIKE '%' || ? || '%' OR c.name LIKE '%' || ? || '%' OR a.cadre_no = upper(?) OR a.uscc = upper(?))";
    const SEARCHED: &'static str = "干部姓名、工号、企业名称或代码";
    const TOWN: &'static str = "e.town";
    const CADRE: &'static str = "a.cadre_no";
    const SHOWN: &'static [Shown] = &[
        Shown::link("企业名称", "enterprise", "/enterprises/", "uscc"),
        Shown::text("所属镇街", "town"),
        Shown::text("村社区", "village"),
        Shown::word("包保级别", "level", |code| {
            Level::read(code).map(|level| level.chinese())
        }),
        Shown::text("包保干部", "cadre"),
        Shown::text("工号", "cadre_no"),
        Shown::date("包保起始日期", "starts_on"),
        Shown::date("包保结束日期", "ends_on"),
        Shown::text("统一社会信用代码", "uscc"),
    ];
}
