//! 食品生产许可证: the register of licences, as the roster of the licensing system brings it.

use crate::tabs::tabs;
use chrono::{Days, Months, NaiveDate};
use domain::words::LicenseStatus;
use registers::{
    About, Column, Computed, Field, LONGEST, Member, Reading, Record, Register, Usual,
};

const ISSUED_ON: Field = Field::past_day("issued_on", "发证日期").or(&["许可日期", "签发日期"]);
const EXPIRES_ON: Field = Field::any_day("expires_on", "有效期至")
    .or(&["有效期", "到期日期"])
    .called("expires_on_paper")
    .unlisted();

#[rustfmt::skip]
pub static LICENSES: Register = Register {
    noun: "licenses", title: "食品生产许可证", table: "license", path: "/license-outreach/licenses", api: "/api/v1/licenses",
    sees: crate::FIELD, changes: web::routes::BUREAU, above: tabs,
    nothing: "还没有许可证。请导入许可系统导出的表格；没有导入时，按企业台账里的许可证编号和许可日期计算。",
    // A licence whose holder is not in the ledger is shown too: the office looks into it.
    about: Some(About::called("name")),
    from: Some("license t LEFT JOIN enterprise_licensing e ON e.uscc = t.uscc"),
    fields: &[
        Field::license_number("license_no", "食品生产许可证编号").or(&["许可证编号", "证书编号"]).key().required().searched(),
        Field::uscc().required(),
        Field::text("category", "类别", LONGEST).or(&["食品类别", "许可类别"]),
        ISSUED_ON,
        EXPIRES_ON,
        Field::word::<LicenseStatus>("status", "状态").or(&["许可证状态"]).usually(Usual::Text("valid")).filtered(),
    ],
    rules: &[check_term],
    computed: &[Computed::shown(Member::date("expires_on", "coalesce(t.expires_on, date(t.issued_on, '+5 years', '-1 day'))"), Column::date("有效期至", "expires_on").by("coalesce(t.expires_on, date(t.issued_on, '+5 years', '-1 day'))"))],
    ..Register::PLAIN
};

/// The last day of a licence: five years, to the day before (食品生产许可管理办法 第18条).
pub fn five_years(issued_on: NaiveDate) -> Option<NaiveDate> {
    issued_on
        .checked_add_months(Months::new(60))?
        .checked_sub_days(Days::new(1))
}

fn check_term(reading: &mut Reading<'_>, record: &mut Record) {
    let (Some(issued), Some(expires)) = (record.day(&ISSUED_ON), record.day(&EXPIRES_ON)) else {
        return;
    };
    if expires <= issued {
        reading.reject(&EXPIRES_ON, "有效期早于发证日期");
    } else if five_years(issued).is_some_and(|end| expires > end + Days::new(1)) {
        reading.warn(&EXPIRES_ON, "有效期超过 5 年，已按原样接受，请核对");
    }
}
