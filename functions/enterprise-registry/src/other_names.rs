//! 曾用名和别名 as a register: the search finds a business by each of them. A change of the name in the ledger leaves the one before here.

use crate::names::fold_into;
use crate::tabs::tabs;
use domain::words::OtherNameKind;
use registers::{About, DerivedColumn, Field, Reading, Record, Register, Usual};

const NAME: Field = Field::text("name", "其他名称", 200).or(&["别名", "名称"]);
const KIND: Field = Field::word::<OtherNameKind>("kind", "名称类别");

#[rustfmt::skip]
pub static OTHER_NAMES: Register = Register {
    noun: "enterprise-names", title: "曾用名和别名", table: "enterprise_other_name", path: "/enterprises/names", api: "/api/v1/enterprise-names",
    nothing: "还没有曾用名和别名。企业改名后，原来的名称会自动记在这里；招牌上的名字可以登记进来，查企业时就找得到。",
    about: Some(About::called("enterprise")),
    above: tabs,
    fields: &[
        Field::uscc().key().required().known_in("enterprise_ledger", "uscc", "台账里没有这家企业，请先登记"),
        NAME.key().required().searched(),
        KIND.usually(Usual::Text("alias")).filtered(),
        Field::past_day("until", "用到哪一天").or(&["停用日期"]),
        Field::past_day("revoked_on", "撤销日期").hint("登记错了的名称，填上日期就不再按它查找"),
    ],
    rules: &[fold_name, refuse_merged],
    written: &[
        DerivedColumn { column: "search_name", with: Some(&NAME) },
        DerivedColumn { column: "initials", with: Some(&NAME) },
        DerivedColumn { column: "search_rules", with: Some(&NAME) },
    ],
    ..Register::PLAIN
};

fn fold_name(_: &mut Reading<'_>, record: &mut Record) {
    fold_into(record, &NAME);
}

/// The name of a row that was merged is kept with the merger.
fn refuse_merged(reading: &mut Reading<'_>, record: &mut Record) {
    if record.word::<OtherNameKind>(&KIND) == Some(OtherNameKind::Merged) {
        reading.reject(&KIND, "并入前的名称由合并自动记下，这里填曾用名或者别名");
    }
}
