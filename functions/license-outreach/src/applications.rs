//! 食品生产许可申请, as the licensing system's roster brings them.

use crate::tabs::tabs;
use chrono::NaiveDate;
use domain::words::{ApplicationStatus, choices};
use domain::{Uscc, text};
use lists::{Column as Shown, Filter, Input, List};
use maud::Markup;
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    acceptance_no: String,
    uscc: Uscc,
    applied_on: Option<NaiveDate>,
    status: ApplicationStatus,
}

pub struct Applications;

impl Roster for Applications {
    const KIND: &'static str = "license-applications";
    const TITLE: &'static str = "食品生产许可申请";
    const LIST: &'static str = "/license-outreach/applications";
    const STAGING: &'static str = "license_outreach_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("受理号", &["受理编号", "申请编号"]),
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::optional("申请日期", &["受理日期"]),
        Column::optional("状态", &["办理状态", "申请状态"]),
    ];
    const TABLE: Table = Table {
        name: "license_application",
        key: &["acceptance_no"],
        key_expressions: &["acceptance_no"],
        values: &[
            Brought::by("uscc", "统一社会信用代码"),
            Brought::by("applied_on", "申请日期"),
            Brought::by("status", "状态"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let number = row
            .required_text("受理号", 60)
            .map(|number| text::code(&number));
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let applied_on = row.date("申请日期");
        let status = row.word("状态").unwrap_or(ApplicationStatus::Open);
        Some(Record {
            acceptance_no: number?,
            uscc: uscc?,
            applied_on,
            status,
        })
    }
}

impl List for Applications {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str =
        "license_application a LEFT JOIN enterprise_licensing e ON e.uscc = a.uscc";
    const ID: &'static str = "a.rowid";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str = "还没有许可申请。请导入许可系统导出的表格。";
    const ITEM: &'static str = "json_object('acceptance_no', a.acceptance_no, 'uscc', a.uscc, 'name', coalesce(e.name, '（台账里没有这家企业）'),
        'town', e.town, 'applied_on', a.applied_on, 'status', a.status)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "受理号、企业名称或代码",
            "{begins a.acceptance_no} OR {found a.uscc}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "status",
            label: "状态",
            input: Input::Choice(choices::<ApplicationStatus>),
            condition: "a.status = {}",
        },
    ];
    const COLUMNS: &'static [Shown] = &[
        Shown::text("受理号", "acceptance_no").by("a.acceptance_no"),
        Shown::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::date("申请日期", "applied_on").by("a.applied_on"),
        Shown::word::<ApplicationStatus>("状态", "status"),
        Shown::text("统一社会信用代码", "uscc"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
