//! 企业台账 as a register: its columns, and what makes a row good.

use crate::scopes::ScopeVerdict;
use domain::search;
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector};
use registers::{DerivedColumn, Field, LONGEST, Opened, Reading, Record, Register, Usual};
use std::sync::LazyLock;

const NAME: Field = Field::text("name", "企业名称", 200)
    .or(&["名称", "单位名称"])
    .required();
const SCOPE: Field = Field::long_text("business_scope", "经营范围", LONGEST);

#[rustfmt::skip]
pub static ENTERPRISES: Register = Register {
    noun: "enterprises", title: "企业台账", table: "enterprise_site", path: "/enterprises", api: "/api/v1/enterprises",
    town: Some("t.town"),
    fields: &[
        Field::uscc().or(&["信用代码"]).key().required().leads_to("/enterprises/"),
        NAME,
        Field::past_day("founded_on", "成立日期").or(&["注册日期"]),
        Field::text("address", "住所", LONGEST).or(&["地址"]),
        Field::town("town", "所属镇街").or(&["镇街"]),
        Field::village("village", "村社区", "town"),
        SCOPE,
        Field::word::<Sector>("sector", "主体业态"),
        Field::word::<RiskGrade>("risk_grade", "风险等级"),
        Field::word::<Level>("level", "包保级别"),
        Field::yes_no("canteen", "是否学校幼儿园食堂"),
        Field::license_number("license_no", "食品生产许可证编号").or(&["许可证编号"]),
        Field::past_day("licensed_on", "许可日期"),
        Field::text("person_in_charge", "负责人", LONGEST).or(&["法定代表人"]),
        Field::telephone("phone", "联系电话"),
        Field::word::<EnterpriseStatus>("status", "登记状态").usually(Usual::Text("operating")),
    ],
    rules: &[fold_name, read_scope],
    written: &[
        DerivedColumn { column: "search_name", with: Some(&NAME) },
        DerivedColumn { column: "initials", with: Some(&NAME) },
        DerivedColumn { column: "search_rules", with: Some(&NAME) },
        DerivedColumn { column: "needs_license", with: Some(&SCOPE) },
        DerivedColumn { column: "scope_reading", with: Some(&SCOPE) },
        DerivedColumn { column: "scope_rules", with: Some(&SCOPE) },
    ],
    ..Register::PLAIN
};

/// The register, opened. Its list, search and pages are written by hand, for the ledger is the largest table and the most read.
pub static LEDGER: LazyLock<&Opened> = LazyLock::new(|| Opened::of(&ENTERPRISES));

/// Makes the name ready for the search.
fn fold_name(_: &mut Reading<'_>, record: &mut Record) {
    let folded = record.text(&NAME).map(search::fold).unwrap_or_default();
    record.set("initials", search::initials(&folded));
    record.set("search_rules", search::RULES);
    record.set("search_name", folded);
}

/// Reads whether the business scope needs a food production licence.
fn read_scope(_: &mut Reading<'_>, record: &mut Record) {
    let verdict = record
        .text(&SCOPE)
        .map(ScopeVerdict::read)
        .unwrap_or_default();
    verdict.fill_in(record);
}
