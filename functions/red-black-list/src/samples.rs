//! 抽检 (003): a batch, what it was tested for, the result.

use crate::tabs::tabs;
use crate::{required_date, required_word};
use chrono::NaiveDate;
use domain::Uscc;
use domain::text;
use domain::words::{SampleResult, choices};
use lists::{Column as Shown, Filter, Input, List};
use maud::{Markup, html};
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    sample_no: String,
    uscc: Uscc,
    food: String,
    batch: Option<String>,
    sampled_on: NaiveDate,
    standard: Option<String>,
    result: SampleResult,
    failed_items: Option<String>,
    institution: Option<String>,
}

pub struct Samples;

impl Roster for Samples {
    const KIND: &'static str = "samples";
    const TITLE: &'static str = "抽检结果";
    const LIST: &'static str = "/lists/facts/samples";
    const STAGING: &'static str = "red_black_list_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("抽样编号", &["抽样单编号", "样品编号"]),
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::required("食品名称", &["样品名称", "产品名称"]),
        Column::optional("批次", &["批号", "生产日期/批号", "生产日期"]),
        Column::required("抽样日期", &[]),
        Column::optional("检验依据", &["执行标准", "判定依据"]),
        Column::required("检验结果", &["结果", "检验结论"]),
        Column::optional("不合格项目", &[]),
        Column::optional("检验机构", &["承检机构"]),
    ];
    const TABLE: Table = Table {
        name: "sample",
        key: &["sample_no"],
        key_expressions: &["sample_no"],
        values: &[
            Brought::by("uscc", "统一社会信用代码"),
            Brought::by("food", "食品名称"),
            Brought::by("batch", "批次"),
            Brought::by("sampled_on", "抽样日期"),
            Brought::by("standard", "检验依据"),
            Brought::by("result", "检验结果"),
            Brought::by("failed_items", "不合格项目"),
            Brought::by("institution", "检验机构"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let number = row.required_text("抽样编号", 80);
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let food = row.required_text("食品名称", 120);
        let batch = row.text("批次");
        let sampled_on = required_date(row, "抽样日期");
        let standard = row.text("检验依据");
        let result = required_word(row, "检验结果");
        let failed_items = row.text("不合格项目");
        let institution = row.text("检验机构");
        Some(Record {
            sample_no: text::code(&number?),
            uscc: uscc?,
            food: food?,
            batch,
            sampled_on: sampled_on?,
            standard,
            result: result?,
            failed_items,
            institution,
        })
    }
}

impl List for Samples {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "sample f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc";
    const ID: &'static str = "f.rowid";
    const SORT: Option<&'static str> = Some("-sampled_on");
    const WHERE: &'static str = "f.revoked_on IS NULL";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str = "还没有抽检结果。请导入抽检系统导出的表格。";
    const ITEM: &'static str = "json_object('number', f.sample_no, 'uscc', f.uscc, 'name', coalesce(e.name, '（台账里没有这家企业）'), 'town', e.town, 'food', f.food, 'batch', f.batch, 'sampled_on', f.sampled_on, 'standard', f.standard, 'result', f.result, 'failed_items', f.failed_items, 'institution', f.institution, 'published_on', f.published_on, 'revoked_on', f.revoked_on)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "抽样编号、食品、企业名称或代码",
            "{begins f.sample_no} OR {found f.uscc} OR {part f.food}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "result",
            label: "结果",
            input: Input::Choice(choices::<SampleResult>),
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
            "抽样编号",
            "number",
            "/lists/facts/fact?kind=sample&number=",
            "number",
        )
        .by("f.sample_no"),
        Shown::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::text("食品", "food").by("f.food"),
        Shown::text("批次", "batch"),
        Shown::date("抽样日期", "sampled_on").by("f.sampled_on"),
        Shown::word::<SampleResult>("结果", "result"),
        Shown::wide("不合格项目", "failed_items"),
        Shown::wide("检验依据", "standard"),
        Shown::date("公布", "published_on").by("f.published_on"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        let office = context
            .caller
            .as_ref()
            .is_some_and(|caller| caller.role == domain::words::Role::Office);
        html! {
            (rosters::pages::import_button::<Self>(context))
            // Results that failed wait for the days in which another test may be asked for (policy `failed_sample_workdays`).
            @if office { form method="post" action="/lists/facts/publish" { button.second { "公布可以公布的结果" } } }
        }
    }
}
