//! 督导记录: visits as offices have recorded them. Two visits on one day are two unless every word is the same.

use crate::assignments::WHO_AND_WHERE;
use chrono::NaiveDate;
use domain::words::{VisitMode, VisitResult};
use domain::{Uscc, text};
use lists::{Column as Shown, Filter, Input, List};
use rosters::{Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    uscc: Uscc,
    visited_on: NaiveDate,
    cadre_no: String,
    mode: VisitMode,
    result: VisitResult,
    result_text: String,
    problems_found: u32,
    note: String,
}

pub struct Visits;

impl Roster for Visits {
    const KIND: &'static str = "visits";
    const TITLE: &'static str = "督导记录";
    const LIST: &'static str = "/supervision/visits";
    const STAGING: &'static str = "supervision_import";
    const REFERENCES: &'static [Reference] = &WHO_AND_WHERE;
    const COLUMNS: &'static [Column] = &[
        Column::required("统一社会信用代码", &["信用代码"]),
        Column::required("督导日期", &["日期"]),
        Column::required("工号", &[]),
        Column::required("督导方式", &["方式"]),
        Column::optional("督导结果", &["结果"]),
        Column::optional("发现问题数", &["问题数"]),
        Column::optional("备注", &[]),
    ];
    const TABLE: Table = Table {
        name: "visit",
        key: &[
            "uscc",
            "visited_on",
            "cadre_no",
            "mode",
            "result",
            "result_text",
            "problems_found",
            "note",
        ],
        key_expressions: &[
            "uscc",
            "visited_on",
            "cadre_no",
            "mode",
            "result_text",
            "problems_found",
            "note",
        ],
        values: &[],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let visited_on = row.date("督导日期");
        if visited_on.is_none() && row.text("督导日期").is_none() {
            row.reject("督导日期", "督导日期不能为空");
        }
        let cadre_no = row
            .required_text("工号", 40)
            .map(|number| text::code(&number));
        let mode = row
            .required_text("督导方式", 20)
            .and_then(|_| row.word::<VisitMode>("督导方式"));
        let problems_found = match row.text("发现问题数") {
            None => Some(0),
            Some(typed) => {
                let number = typed.parse::<u32>().ok().filter(|number| *number <= 10_000);
                if number.is_none() {
                    row.reject("发现问题数", "应为 0 到 10000 的整数");
                }
                number
            }
        };
        let result_text = row.text("督导结果").unwrap_or_default();
        // Without a result in words, the number of problems says it.
        let result = match (result_text.is_empty(), problems_found) {
            (true, Some(0)) => Some(VisitResult::Ok),
            (true, _) => Some(VisitResult::Problems),
            (false, _) => row.word::<VisitResult>("督导结果"),
        };
        let note = row.text("备注").unwrap_or_default();
        Some(Record {
            uscc: uscc?,
            visited_on: visited_on?,
            cadre_no: cadre_no?,
            mode: mode?,
            result: result?,
            result_text,
            problems_found: problems_found?,
            note,
        })
    }
}

impl List for Visits {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "visit v JOIN cadre c ON c.cadre_no = v.cadre_no JOIN enterprise_ledger e ON e.uscc = v.uscc";
    const ID: &'static str = "v.id";
    const ITEM: &'static str = "json_object('visited_on', v.visited_on, 'uscc', v.uscc, 'enterprise', e.name, 'town', e.town,
        'cadre_no', v.cadre_no, 'cadre', c.name, 'mode', v.mode, 'result', v.result, 'result_text', v.result_text,
        'problems_found', v.problems_found, 'note', v.note)";
    const TOWN: &'static str = "e.town";
    const CADRE: Option<&'static str> = Some("v.cadre_no");
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "干部姓名、工号、企业名称或代码",
            "{found v.uscc} OR {part c.name} OR v.cadre_no = {code}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "cadre_no",
            label: "工号",
            input: Input::Hidden,
            condition: "v.cadre_no = {}",
        },
    ];
    const COLUMNS: &'static [Shown] = &[
        Shown::date("督导日期", "visited_on").by("v.visited_on"),
        Shown::link("企业名称", "enterprise", "/enterprises/", "uscc").by("e.name"),
        Shown::text("所属镇街", "town").by("e.town"),
        Shown::text("督导干部", "cadre").by("c.name"),
        Shown::text("工号", "cadre_no").by("v.cadre_no"),
        Shown::word::<VisitMode>("督导方式", "mode").by("v.mode"),
        Shown::text("督导结果", "result_text").by("v.result_text"),
        Shown::number("发现问题数", "problems_found").by("v.problems_found"),
        Shown::text("备注", "note"),
        Shown::text("统一社会信用代码", "uscc"),
    ];

    fn above(context: &Context) -> maud::Markup {
        crate::tabs::tabs(context)
    }

    fn actions(context: &Context) -> maud::Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
