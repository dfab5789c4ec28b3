//! 食品生产许可证: the register, as the licensing system's roster brings it.

use crate::tabs::tabs;
use chrono::{Days, Months, NaiveDate};
use domain::words::{LicenseStatus, choices};
use domain::{LicenseNumber, Uscc};
use lists::{Column as Shown, Filter, Input, List};
use maud::Markup;
use rosters::{Brought, Reading, Reference, Roster, Table};
use serde::Serialize;
use sheets::Column;
use web::Context;

#[derive(Serialize)]
pub struct Record {
    license_no: String,
    uscc: Uscc,
    category: Option<String>,
    issued_on: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
    status: LicenseStatus,
}

/// Five years, to the day before (食品生产许可管理办法 第18条).
pub fn five_years(issued_on: NaiveDate) -> Option<NaiveDate> {
    issued_on
        .checked_add_months(Months::new(60))?
        .checked_sub_days(Days::new(1))
}

pub struct Licenses;

impl Roster for Licenses {
    const KIND: &'static str = "licenses";
    const TITLE: &'static str = "食品生产许可证";
    const LIST: &'static str = "/license-outreach/licenses";
    const STAGING: &'static str = "license_outreach_import";
    const REFERENCES: &'static [Reference] = &[];
    const COLUMNS: &'static [Column] = &[
        Column::required("食品生产许可证编号", &["许可证编号", "证书编号"]),
        Column::required("统一社会信用代码", &["信用代码", "社会信用代码"]),
        Column::optional("类别", &["食品类别", "许可类别"]),
        Column::optional("发证日期", &["许可日期", "签发日期"]),
        Column::optional("有效期至", &["有效期", "到期日期"]),
        Column::optional("状态", &["许可证状态"]),
    ];
    const TABLE: Table = Table {
        name: "license",
        key: &["license_no"],
        key_expressions: &["license_no"],
        values: &[
            Brought::by("uscc", "统一社会信用代码"),
            Brought::by("category", "类别"),
            Brought::by("issued_on", "发证日期"),
            Brought::by("expires_on", "有效期至"),
            Brought::by("status", "状态"),
        ],
    };
    type Record = Record;

    fn read(row: &mut Reading<'_>) -> Option<Record> {
        let number = row.required::<LicenseNumber>("食品生产许可证编号");
        if let Some(expected) = number.as_ref().and_then(LicenseNumber::doubt) {
            row.warn(
                "食品生产许可证编号",
                format!("校验码不符（按规则末位应为 {expected}），已按原样接受，请核对"),
            );
        }
        let uscc = row.required::<Uscc>("统一社会信用代码");
        let category = row.text("类别");
        let issued_on = row.date("发证日期");
        // A term that ends in the future is what one expects of it.
        let expires_on = row.future_date("有效期至");
        if let (Some(issued), Some(expires)) = (issued_on, expires_on) {
            if expires <= issued {
                row.reject("有效期至", "有效期早于发证日期");
            } else if five_years(issued).is_some_and(|end| expires > end + Days::new(1)) {
                row.warn("有效期至", "有效期超过 5 年，已按原样接受，请核对");
            }
        }
        let status = row.word("状态").unwrap_or(LicenseStatus::Valid);
        Some(Record {
            license_no: number?.to_string(),
            uscc: uscc?,
            category,
            issued_on,
            expires_on,
            status,
        })
    }
}

impl List for Licenses {
    const NAME: &'static str = Self::KIND;
    const TITLE: &'static str = <Self as Roster>::TITLE;
    const PATH: &'static str = Self::LIST;
    // A licence of somebody who is not in the ledger is the office's to look into.
    const FROM: &'static str = "license l LEFT JOIN enterprise_licensing e ON e.uscc = l.uscc";
    const ID: &'static str = "l.rowid";
    const TOWN: &'static str = "e.town";
    const NOTHING: &'static str = "还没有许可证。请导入许可系统导出的表格；没有导入时，按企业台账里的许可证编号和许可日期计算。";
    const ITEM: &'static str = "json_object('license_no', l.license_no, 'uscc', l.uscc, 'name', coalesce(e.name, '（台账里没有这家企业）'), 'town', e.town,
        'category', l.category, 'issued_on', l.issued_on, 'expires_on', coalesce(l.expires_on, date(l.issued_on, '+5 years', '-1 day')), 'status', l.status)";
    const FILTERS: &'static [Filter] = &[
        Filter::search(
            "编号、企业名称或代码",
            "{begins l.license_no} OR {found l.uscc}",
        ),
        Filter::town("e.town = {}"),
        Filter {
            name: "status",
            label: "状态",
            input: Input::Choice(choices::<LicenseStatus>),
            condition: "l.status = {}",
        },
    ];
    const COLUMNS: &'static [Shown] = &[
        Shown::text("许可证编号", "license_no").by("l.license_no"),
        Shown::link("企业名称", "name", "/enterprises/", "uscc").by("e.name"),
        Shown::text("镇街", "town").by("e.town"),
        Shown::text("类别", "category"),
        Shown::date("发证日期", "issued_on").by("l.issued_on"),
        Shown::date("有效期至", "expires_on")
            .by("coalesce(l.expires_on, date(l.issued_on, '+5 years', '-1 day'))"),
        Shown::word::<LicenseStatus>("状态", "status"),
        Shown::text("统一社会信用代码", "uscc"),
    ];

    fn above(context: &Context) -> Markup {
        tabs(context)
    }

    fn actions(context: &Context) -> Markup {
        rosters::pages::import_button::<Self>(context)
    }
}
