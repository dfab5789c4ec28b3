//! 监督检查 (总局令49号).

use crate::tabs::tabs;
use crate::{required_date, required_word};
use chrono::NaiveDate;
use domain::Uscc;
use domain::text;
use domain::words::{InspectionResult, choices};
use lists::{Column as Shown, Filter, Input, List};
use maud::Markup;
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    inspection_no: String,
    uscc: Uscc,
    inspected_on: NaiveDate,
    kind: Option<String>,
    result: InspectionResult,
    hazards: u32,
    note: Option<String>,
}

pub struct Inspections;

impl Roster for Inspections {
    const KIND: &'static str = "inspections";
    const TITLE: &'static str = "监督检查";
    const LIST: &'static str = "/lists/facts/inspections";
    const STAGING: &'static str = "red_black_list_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("检查编号", &["检查记录编号", "检查表编号"]),
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::required("检查日期", &[]),
        Column::optional("检查类型", &["检查类别"]),
        Column::required("检查结果", &["结果"]),
        Column::optional("发现问题数", &["问题数"]),
        Column::optional("备注", &[]),
    ];
    const TABLE: Table = Table {
        name: "inspection",
        key: &["inspection_no"],
        key_expressions: &["inspection_no"],
        values: &[
            Brought::by("uscc", "统一社会信用代码"),
            Brought::by("inspected_on", "检查日期"),
            Brought::by("kind", "检查类型"),
            Brought::by("result", "检查结果"),
            Brought::by("hazards", "发现问题数"),
            Brought::by("note", "备注"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let number = row.required_text("检查编号", 80);
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let inspected_on = required_date(row, "检查日期");
        let kind = row.text("检查类型");
        let result = required_word(row, "检查结果");
        let hazards = Some(row.optional::<u32>("发现问题数").unwrap_or_default());
        let note = row.text("备注");
        Some(Record {
            inspection_no: text::code(&number?),
            uscc: uscc?,
            inspected_on: inspected_on?,
            kind,
            result: result?,
            hazards: hazards?,
            note,
        })
    }
}

impl List for Inspections {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "inspection f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc";
    const ID: &'static str = "f.rowid";
    const SORT: Option<&'static str> = Some("-inspected_on");
    const WHERE: &'static str = "f.revoked_on IS NULL";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str = "还没有监督检查记录。请导入监管系统导出的表格。";
    const ITEM: &'static str = "json_object('number', f.inspection_no, 'uscc', f.uscc, 'name', coalesce(e.name, '（台账里没有这家企业）'), 'town', e.town, 'inspected_on', f.inspected_on, 'kind', f.kind, 'result', f.result, 'hazards', f.hazards, 'note', f.note, 'revoked_on', f.revoked_on)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "编号、企业名称或代码",
            "{begins f.inspection_no} OR {found f.uscc}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "result",
            label: "结果",
            input: Input::Choice(choices::<InspectionResult>),
            condition: "f.result = {}",
        },
        Filter {
            name: "uscc",
            label: "企业",
            input: Input::Hidden,
            condition: "f.uscc = {}",
        },
    ];
    const COLUMNS: &'static [Shown] = &[
        Shown::link(
            "检查编号",
            "number",
            "/lists/facts/fact?kind=inspection&number=",
            "number",
        )
        .by("f.inspection_no"),
        Shown::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::date("检查日期", "inspected_on").by("f.inspected_on"),
        Shown::text("类型", "kind"),
        Shown::word::<InspectionResult>("结果", "result"),
        Shown::number("问题数", "hazards").by("f.hazards"),
        Shown::wide("备注", "note"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
