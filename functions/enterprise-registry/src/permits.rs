//! 许可、备案、登记 as a register: every number that a business holds or held, with its holder, its days and where it was told. A roster finds
//! a business by each of them. What rosters of businesses and of production licences say comes in by itself.

use crate::tabs::tabs;
use domain::words::{PermitKind, PermitSource, choices};
use registers::{About, Column, Computed, Field, Member, Reading, Record, Register};

const VALID_FROM: Field = Field::any_day("valid_from", "起始日期").or(&["发证日期", "登记日期"]);
const VALID_UNTIL: Field = Field::any_day("valid_until", "有效期至").or(&["到期日期"]);

#[rustfmt::skip]
pub static PERMITS: Register = Register {
    noun: "permits", title: "许可备案登记", table: "enterprise_permit", path: "/enterprises/permits", api: "/api/v1/permits",
    nothing: "还没有许可、备案和登记。企业名单和生产许可名单里的编号会自动记在这里。",
    about: Some(About::called("enterprise")),
    above: tabs,
    fields: &[
        Field::code("number", "编号", 40).or(&["许可证编号", "备案编号", "登记证编号"]).key().required().searched(),
        Field::uscc().key().required().known_in("enterprise_ledger", "uscc", "台账里没有这家企业，请先登记"),
        Field::word::<PermitKind>("kind", "种类").or(&["类别"]).required().filtered(),
        Field::long_text("covers", "许可项目", 500).or(&["许可类别", "食品类别", "经营项目", "许可范围"]).hint("照证上印的抄写：食品生产许可证的食品类别，食品经营许可证的主体业态和经营项目，例如“餐饮服务经营者（中央厨房）”"),
        VALID_FROM,
        VALID_UNTIL,
        Field::past_day("revoked_on", "撤销日期").hint("登记错了的编号，填上日期就不再按它查找"),
    ],
    rules: &[check_term],
    computed: &[
        Computed::shown(Member::word("source", "t.source", choices::<PermitSource>), Column::word::<PermitSource>("来源", "source").by("t.source")),
    ],
    ..Register::PLAIN
};

fn check_term(reading: &mut Reading<'_>, record: &mut Record) {
    if let (Some(from), Some(until)) = (record.day(&VALID_FROM), record.day(&VALID_UNTIL))
        && until < from
    {
        reading.reject(&VALID_UNTIL, "有效期至早于起始日期");
    }
}
