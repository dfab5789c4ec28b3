//! 食品安全事故.

use crate::tabs::tabs;
use crate::{required_date, required_word};
use chrono::NaiveDate;
use domain::Uscc;
use domain::text;
use domain::words::{AccidentGrade, choices};
use lists::{Column as Shown, Filter, Input, List};
use maud::Markup;
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    accident_no: String,
    uscc: Uscc,
    happened_on: NaiveDate,
    grade: AccidentGrade,
    note: String,
}

pub struct Accidents;

impl Roster for Accidents {
    const KIND: &'static str = "accidents";
    const TITLE: &'static str = "食品安全事故";
    const LIST: &'static str = "/lists/facts/accidents";
    const STAGING: &'static str = "red_black_list_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("事故编号", &["事件编号"]),
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::required("发生日期", &["事故日期"]),
        Column::required("事故级别", &["级别"]),
        Column::optional("说明", &["备注", "经过"]),
    ];
    const TABLE: Table = Table {
        name: "accident",
        key: &["accident_no"],
        key_expressions: &["accident_no"],
        values: &[
            Brought::by("uscc", "统一社会信用代码"),
            Brought::by("happened_on", "发生日期"),
            Brought::by("grade", "事故级别"),
            Brought::by("note", "说明"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let number = row.required_text("事故编号", 80);
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let happened_on = required_date(row, "发生日期");
        let grade = required_word(row, "事故级别");
        let note = Some(row.text("说明").unwrap_or_default());
        Some(Record {
            accident_no: text::code(&number?),
            uscc: uscc?,
            happened_on: happened_on?,
            grade: grade?,
            note: note?,
        })
    }
}

impl List for Accidents {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "accident f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc";
    const ID: &'static str = "f.rowid";
    const SORT: Option<&'static str> = Some("-happened_on");
    const WHERE: &'static str = "f.revoked_on IS NULL";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str = "没有食品安全事故的记录。";
    const ITEM: &'static str = "json_object('number', f.accident_no, 'uscc', f.uscc, 'name', coalesce(e.name, '（台账里没有这家企业）'), 'town', e.town, 'happened_on', f.happened_on, 'grade', f.grade, 'note', f.note, 'revoked_on', f.revoked_on)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "编号、企业名称或代码",
            "{begins f.accident_no} OR {found f.uscc}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "grade",
            label: "级别",
            input: Input::Choice(choices::<AccidentGrade>),
            condition: "f.grade = {}",
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
            "事故编号",
            "number",
            "/lists/facts/fact?kind=accident&number=",
            "number",
        )
        .by("f.accident_no"),
        Shown::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::date("发生日期", "happened_on").by("f.happened_on"),
        Shown::word::<AccidentGrade>("级别", "grade"),
        Shown::wide("说明", "note"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
