//! 企业台账 as a register: its columns, and what makes a row good.

use crate::identify::{IS_NUMBERED, identify};
use crate::names::{fold_into, place_into};
use crate::scopes::ScopeVerdict;
use crate::unplaced;
use domain::EnterpriseNo;
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector};
use registers::{DerivedColumn, Field, LONGEST, Opened, Reading, Record, Register, Usual};
use std::sync::LazyLock;

const NAME: Field = Field::text("name", "企业名称", 200)
    .or(&["名称", "单位名称"])
    .required();
const NUMBER: Field = Field::enterprise_no("uscc");
const CODE: Field = Field::credit_code("credit_code").called("uscc");
const OLD_NO: Field = Field::code("old_no", "注册号", 30);
const FOOD_BUSINESS_NO: Field =
    Field::code("food_business_no", "食品经营许可证编号", 40).or(&["经营许可证编号", "备案编号"]);
const REGISTRATION_NO: Field = Field::code("registration_no", "登记证编号", 40).or(&[
    "小作坊登记证编号",
    "小餐饮登记证编号",
    "小食杂店登记证编号",
]);
const SCOPE: Field = Field::long_text("business_scope", "经营范围", LONGEST);

#[rustfmt::skip]
pub static ENTERPRISES: Register = Register {
    noun: "enterprises", title: "企业台账", table: "enterprise_site", path: "/enterprises", api: "/api/v1/enterprises",
    town: Some("t.town"),
    fields: &[
        CODE,
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
        NUMBER.key().leads_to("/enterprises/"),
        OLD_NO,
        FOOD_BUSINESS_NO,
        REGISTRATION_NO,
    ],
    rules: &[sort_out_numbers, fold_name, read_scope],
    identify: Some(|store, rows, file, writes| Box::pin(identify(store, rows, file, writes))),
    keep_unplaced: Some(|context, rows, by| Box::pin(unplaced::keep(context, rows, by))),
    written: &[
        DerivedColumn { column: "search_name", with: Some(&NAME) },
        DerivedColumn { column: "initials", with: Some(&NAME) },
        DerivedColumn { column: "search_rules", with: Some(&NAME) },
        DerivedColumn { column: "name_key", with: Some(&NAME) },
        DerivedColumn { column: "name_order", with: Some(&NAME) },
        DerivedColumn { column: "needs_license", with: Some(&SCOPE) },
        DerivedColumn { column: "scope_reading", with: Some(&SCOPE) },
        DerivedColumn { column: "scope_rules", with: Some(&SCOPE) },
    ],
    ..Register::PLAIN
};

/// The register, opened. Its list, search and pages are written by hand, for the ledger is the largest table and the most read.
pub static LEDGER: LazyLock<&Opened> = LazyLock::new(|| Opened::of(&ENTERPRISES));

/// What stands in the columns of 主体编号 and 统一社会信用代码, each where it belongs: in the code's column there may be a number, or the old
/// number of fifteen digits. A code goes with its number and is kept beside it only where the number has another.
fn sort_out_numbers(reading: &mut Reading<'_>, record: &mut Record) {
    let number: Option<EnterpriseNo> = record.uscc(&NUMBER);
    let typed = record.text(&CODE).map(str::to_owned);
    let code: Option<EnterpriseNo> = typed.as_deref().and_then(|typed| typed.parse().ok());
    if let (Some(typed), None) = (&typed, &code) {
        record.set(OLD_NO.column, typed.as_str());
    }
    let other_code = match (&number, &code) {
        (Some(number), Some(code)) if code.is_bare_code() => match number.code() {
            None => Some(code.to_string()),
            Some(own) if Some(own) == code.code() => None,
            Some(_) => {
                reading.reject(
                    &CODE,
                    "和主体编号里的信用代码不一样，请核对；代码错了的，请另外登记",
                );
                None
            }
        },
        _ => None,
    };
    record.set(CODE.column, other_code);
    // A code alone stands for all sites under it, a number for one.
    record.set(
        IS_NUMBERED,
        i64::from(number.is_some() || code.as_ref().is_some_and(|code| !code.is_bare_code())),
    );
    if let Some(number) = number.or(code) {
        record.set(NUMBER.column, number.to_string());
    }
}

/// Makes the name ready for the search and for the order of the list.
fn fold_name(_: &mut Reading<'_>, record: &mut Record) {
    fold_into(record, &NAME);
    place_into(record, &NAME);
}

/// Reads whether the business scope needs a food production licence.
fn read_scope(_: &mut Reading<'_>, record: &mut Record) {
    let verdict = record
        .text(&SCOPE)
        .map(ScopeVerdict::read)
        .unwrap_or_default();
    verdict.fill_in(record);
}
