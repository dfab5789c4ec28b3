//! 荣誉和认证: ISO 22000, HACCP, demonstration units.

use crate::tabs::tabs;
use crate::{required_date, required_word};
use chrono::NaiveDate;
use domain::Uscc;
use domain::text;
use domain::words::{HonourKind, choices};
use lists::{Column as Shown, Filter, Input, List};
use maud::Markup;
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    honour_no: String,
    uscc: Uscc,
    kind: HonourKind,
    name: String,
    issuer: Option<String>,
    issued_on: NaiveDate,
    expires_on: Option<NaiveDate>,
}

pub struct Honours;

impl Roster for Honours {
    const KIND: &'static str = "honours";
    const TITLE: &'static str = "荣誉认证";
    const LIST: &'static str = "/lists/facts/honours";
    const STAGING: &'static str = "red_black_list_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("证书编号", &["编号", "文号"]),
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::required("种类", &["类别"]),
        Column::required("名称", &["荣誉名称", "证书名称"]),
        Column::optional("发证机构", &["授予机关", "认证机构"]),
        Column::required("发证日期", &["授予日期"]),
        Column::optional("有效期至", &["到期日期"]),
    ];
    const TABLE: Table = Table {
        name: "honour",
        key: &["honour_no"],
        key_expressions: &["honour_no"],
        values: &[
            Brought::by("uscc", "统一社会信用代码"),
            Brought::by("kind", "种类"),
            Brought::by("name", "名称"),
            Brought::by("issuer", "发证机构"),
            Brought::by("issued_on", "发证日期"),
            Brought::by("expires_on", "有效期至"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let number = row.required_text("证书编号", 80);
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let kind = required_word(row, "种类");
        let name = row.required_text("名称", 120);
        let issuer = row.text("发证机构");
        let issued_on = required_date(row, "发证日期");
        let expires_on = row.future_date("有效期至");
        Some(Record {
            honour_no: text::code(&number?),
            uscc: uscc?,
            kind: kind?,
            name: name?,
            issuer,
            issued_on: issued_on?,
            expires_on,
        })
    }
}

impl List for Honours {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    const FROM: &'static str = "honour f LEFT JOIN enterprise_ledger e ON e.uscc = f.uscc";
    const ID: &'static str = "f.rowid";
    const SORT: Option<&'static str> = Some("-issued_on");
    const WHERE: &'static str = "f.revoked_on IS NULL";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str = "还没有荣誉和认证。";
    const ITEM: &'static str = "json_object('number', f.honour_no, 'uscc', f.uscc, 'name', coalesce(e.name, '（台账里没有这家企业）'), 'town', e.town, 'title', f.name, 'kind', f.kind, 'issuer', f.issuer, 'issued_on', f.issued_on, 'expires_on', f.expires_on, 'revoked_on', f.revoked_on)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "编号、名称、企业名称或代码",
            "{begins f.honour_no} OR {found f.uscc} OR {part f.name}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "kind",
            label: "种类",
            input: Input::Choice(choices::<HonourKind>),
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
            "证书编号",
            "number",
            "/lists/facts/fact?kind=honour&number=",
            "number",
        )
        .by("f.honour_no"),
        Shown::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::word::<HonourKind>("种类", "kind"),
        Shown::wide("荣誉或证书", "title"),
        Shown::text("发证机构", "issuer"),
        Shown::date("发证日期", "issued_on").by("f.issued_on"),
        Shown::date("有效期至", "expires_on").by("f.expires_on"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
