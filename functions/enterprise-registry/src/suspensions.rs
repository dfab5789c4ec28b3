//! 停业 as a register: from when until when a business was closed for a time. Who was closed for more than half of a quarter owes no visit for
//! it (design: obligations).

use crate::tabs::tabs;
use registers::{About, Field, LONGEST, Reading, Record, Register, Usual};

const STARTS_ON: Field = Field::any_day("starts_on", "停业起始日期").or(&["停业日期", "歇业日期"]);
const ENDS_ON: Field = Field::any_day("ends_on", "停业截止日期")
    .or(&["停业至", "歇业至"])
    .hint("停业的最后一天；还在停业的不填，恢复营业后再填");

#[rustfmt::skip]
pub static SUSPENSIONS: Register = Register {
    noun: "suspensions", title: "停业", table: "enterprise_suspension", path: "/enterprises/suspensions", api: "/api/v1/suspensions",
    sort: Some("-starts_on"), nothing: "没有停业的企业。停业超过一个季度一半日子的，这个季度不用督导。",
    about: Some(About::called("enterprise")),
    above: tabs,
    fields: &[
        Field::uscc().key().required().known_in("enterprise_ledger", "uscc", "台账里没有这家企业，请先登记"),
        STARTS_ON.key().required(),
        ENDS_ON,
        Field::text("note", "说明", LONGEST).or(&["备注", "原因"]).usually(Usual::Text("")),
        Field::past_day("revoked_on", "撤销日期").hint("登记错了的，填上日期就不再算停业"),
    ],
    rules: &[check_term],
    ..Register::PLAIN
};

fn check_term(reading: &mut Reading<'_>, record: &mut Record) {
    if let (Some(starts), Some(ends)) = (record.day(&STARTS_ON), record.day(&ENDS_ON))
        && ends < starts
    {
        reading.reject(&ENDS_ON, "停业截止日期早于起始日期");
    }
}
