//! 两员 (97号令 第6条): who is in post, and how their last examination went (000 §三(四)). Names stay in the office.

use crate::required_date;
use crate::required_word;
use crate::tabs::tabs;
use chrono::NaiveDate;
use domain::Uscc;
use domain::red_black::{ExamResult, OfficerPost};
use domain::words::choices;
use lists::{Column as Shown, Filter, Input, List};
use maud::Markup;
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    uscc: Uscc,
    post: OfficerPost,
    name: String,
    appointed_on: NaiveDate,
    left_on: Option<NaiveDate>,
    examined_on: Option<NaiveDate>,
    exam: Option<ExamResult>,
}

pub struct Officers;

impl Roster for Officers {
    const KIND: &'static str = "officers";
    const TITLE: &'static str = "食品安全“两员”";
    const LIST: &'static str = "/lists/facts/officers";
    const STAGING: &'static str = "red_black_list_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::required("岗位", &["职务"]),
        Column::required("姓名", &[]),
        Column::required("任职日期", &["任命日期"]),
        Column::optional("离任日期", &["离职日期"]),
        Column::optional("考核日期", &["抽考日期", "培训考核日期"]),
        Column::optional("考核结果", &["抽考结果"]),
    ];
    const TABLE: Table = Table {
        name: "officer",
        key: &["uscc", "post", "name"],
        key_expressions: &["uscc", "post", "name"],
        values: &[
            Brought::by("appointed_on", "任职日期"),
            Brought::by("left_on", "离任日期"),
            Brought::by("examined_on", "考核日期"),
            Brought::by("exam", "考核结果"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let post = required_word(row, "岗位");
        let name = row.required_text("姓名", 40);
        let appointed_on = required_date(row, "任职日期");
        let left_on = row.date("离任日期");
        let examined_on = row.date("考核日期");
        let exam = row.word("考核结果");
        Some(Record {
            uscc: uscc?,
            post: post?,
            name: name?,
            appointed_on: appointed_on?,
            left_on,
            examined_on,
            exam,
        })
    }
}

impl List for Officers {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "officer f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc";
    const ID: &'static str = "f.rowid";
    const WHERE: &'static str = "f.revoked_on IS NULL";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str =
        "还没有登记食品安全总监、食品安全员。请导入企业报来的名单和抽考结果。";
    const ITEM: &'static str = "json_object('uscc', f.uscc, 'enterprise', coalesce(e.name, '（台账里没有这家企业）'), 'town', e.town, 'post', f.post, 'name', f.name, 'appointed_on', f.appointed_on, 'left_on', f.left_on, 'examined_on', f.examined_on, 'exam', f.exam)";
    const FILTERS: &'static [Filter] = &[
        Filter::search("姓名、企业名称或代码", "{part f.name} OR {found f.uscc}"),
        Filter::town("e.town = {}"),
        Filter {
            name: "post",
            label: "岗位",
            input: Input::Choice(choices::<OfficerPost>),
            condition: "f.post = {}",
        },
        Filter {
            name: "uscc",
            label: "企业",
            input: Input::Hidden,
            condition: "f.uscc = {}",
        },
    ];
    const COLUMNS: &'static [Shown] = &[
        Shown::link("企业名称", "enterprise", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::word::<OfficerPost>("岗位", "post"),
        Shown::text("姓名", "name"),
        Shown::date("任职日期", "appointed_on").by("f.appointed_on"),
        Shown::date("离任日期", "left_on"),
        Shown::date("考核日期", "examined_on").by("f.examined_on"),
        Shown::word::<ExamResult>("考核结果", "exam"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
