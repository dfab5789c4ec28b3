//! 处罚: number, ground, amount, date, and until when its publication lasts.

use crate::tabs::tabs;
use crate::{required_date, required_word};
use chrono::NaiveDate;
use domain::Uscc;
use domain::money::Fen;
use domain::text;
use domain::words::{PenaltyKind, choices};
use lists::{Column as Shown, Filter, Input, List};
use maud::Markup;
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    decision_no: String,
    uscc: Uscc,
    ground: String,
    basis: Option<String>,
    kind: PenaltyKind,
    amount: Fen,
    decided_on: NaiveDate,
    published_until: Option<NaiveDate>,
}

pub struct Penalties;

impl Roster for Penalties {
    const KIND: &'static str = "penalties";
    const TITLE: &'static str = "行政处罚";
    const LIST: &'static str = "/lists/facts/penalties";
    const STAGING: &'static str = "red_black_list_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("处罚决定书文号", &["决定书文号", "行政处罚决定书文号"]),
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::required("违法事实", &["案由", "违法行为"]),
        Column::optional("处罚依据", &[]),
        Column::required("处罚种类", &["处罚类别"]),
        Column::optional("罚没金额", &["罚没款（元）", "罚款金额", "处罚金额"]),
        Column::required("处罚日期", &["处罚决定日期"]),
        Column::optional("公示截止日期", &["公示截止期"]),
    ];
    const TABLE: Table = Table {
        name: "penalty",
        key: &["decision_no"],
        key_expressions: &["decision_no"],
        values: &[
            Brought::by("uscc", "统一社会信用代码"),
            Brought::by("ground", "违法事实"),
            Brought::by("basis", "处罚依据"),
            Brought::by("kind", "处罚种类"),
            Brought::by("amount", "罚没金额"),
            Brought::by("decided_on", "处罚日期"),
            Brought::by("published_until", "公示截止日期"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let number = row.required_text("处罚决定书文号", 80);
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let ground = row.required_text("违法事实", 300);
        let basis = row.text("处罚依据");
        let kind = required_word(row, "处罚种类");
        let amount = Some(row.money("罚没金额").unwrap_or_default());
        let decided_on = required_date(row, "处罚日期");
        let published_until = row.future_date("公示截止日期");
        Some(Record {
            decision_no: text::code(&number?),
            uscc: uscc?,
            ground: ground?,
            basis,
            kind: kind?,
            amount: amount?,
            decided_on: decided_on?,
            published_until,
        })
    }
}

impl List for Penalties {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "penalty f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc";
    const ID: &'static str = "f.rowid";
    const SORT: Option<&'static str> = Some("-decided_on");
    const WHERE: &'static str = "f.revoked_on IS NULL";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str = "还没有行政处罚。请导入执法系统导出的表格。";
    const ITEM: &'static str = "json_object('number', f.decision_no, 'uscc', f.uscc, 'name', coalesce(e.name, '（台账里没有这家企业）'), 'town', e.town, 'yuan', f.amount / 100.0, 'ground', f.ground, 'basis', f.basis, 'kind', f.kind, 'amount', f.amount, 'decided_on', f.decided_on, 'published_until', f.published_until, 'revoked_on', f.revoked_on)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "文号、违法事实、企业名称或代码",
            "{begins f.decision_no} OR {found f.uscc} OR {part f.ground}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "kind",
            label: "种类",
            input: Input::Choice(choices::<PenaltyKind>),
            condition: "f.kind = {}",
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
            "处罚决定书文号",
            "number",
            "/lists/facts/fact?kind=penalty&number=",
            "number",
        )
        .by("f.decision_no"),
        Shown::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::wide("违法事实", "ground"),
        Shown::word::<PenaltyKind>("种类", "kind"),
        Shown::number("罚没金额（元）", "yuan").by("f.amount"),
        Shown::date("处罚日期", "decided_on").by("f.decided_on"),
        Shown::date("公示到", "published_until"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
