//! 包保干部: the register of officials.

use domain::words::{Tier, Word as _};
use registers::{Column, Computed, Field, LONGEST, Member, Reading, Record, Register};

const TIER: Field = Field::word::<Tier>("tier", "层级").required().sorted();
const TOWN: Field = Field::town("town", "所属镇街").or(&["镇街"]).filtered();

#[rustfmt::skip]
pub static CADRES: Register = Register {
    noun: "cadres", title: "包保干部", table: "cadre", path: "/supervision/cadres", api: "/api/v1/cadres",
    town: Some("t.town"), cadre: Some("t.cadre_no"), above: crate::tabs::tabs,
    // Officials leave, and are replaced, by steps of their own.
    edited: false,
    fields: &[
        Field::code("cadre_no", "工号", 40).key().required().searched().filtered().leads_to("/supervision/cadres/"),
        Field::text("name", "姓名", 60).required().searched().sorted(),
        Field::text("title", "职务", LONGEST),
        TIER,
        TOWN,
        Field::telephone("phone", "手机").or(&["手机号", "联系电话"]),
    ],
    rules: &[check_town],
    computed: &[
        Computed::shown(Member::whole("assignments", "(SELECT count(*) FROM assignment a WHERE a.cadre_no = t.cadre_no AND a.ends_on IS NULL)").always(), Column::number("包保家数", "assignments")),
        Computed::shown(Member::date("left_on", "t.left_on"), Column::date("离任", "left_on").by("t.left_on")),
    ],
    ..Register::PLAIN
};

/// Officials of a town or village answer within one town (001 §三.1).
fn check_town(reading: &mut Reading<'_>, record: &mut Record) {
    let tier = record.text(&TIER).and_then(Tier::read);
    if record.text(&TOWN).is_none() && tier.is_some_and(|tier| tier != Tier::District) {
        reading.reject(&TOWN, "镇街和村社区的干部应有所属镇街");
    }
}
