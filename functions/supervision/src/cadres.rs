//! 包保干部: the roster of officials, a row for each post that one holds.

use crate::post_identity::identify;
use domain::words::{Tier, Word as _};
use registers::{Column, Computed, Field, LONGEST, Member, Reading, Record, Register, Usual};

domain::words::words! {
    /// What an official is appointed to do. Only 包保干部 owe visits.
    Duty {
        /// Answers for businesses.
        Cadre = "cadre" "包保干部",
        /// Helps one who does.
        Assistant = "assistant" "协管员",
        /// Keeps the contact with the office.
        Liaison = "liaison" "联络员",
    }
}

pub const POST_NO: Field = Field::code("post_no", "岗位编号", 48).unlisted();
pub const CADRE_NO: Field = Field::code("cadre_no", "工号", 40);
pub const NAME: Field = Field::text("name", "姓名", 60);
pub const TITLE: Field = Field::text("title", "职务", LONGEST);
pub const DUTY: Field = Field::word::<Duty>("duty", "岗位类别");
pub const FIELDS: Field = Field::text("fields", "分管领域", LONGEST);
pub const TIER: Field = Field::word::<Tier>("tier", "层级");
pub const TOWN: Field = Field::town("town", "所属镇街").or(&["镇街"]);
pub const VILLAGE: Field = Field::village("village", "村社区", "town");
pub const PHONE: Field = Field::telephone("phone", "手机").or(&["手机号", "联系电话"]);

#[rustfmt::skip]
pub static CADRES: Register = Register {
    noun: "cadres", title: "包保干部", table: "post", path: "/supervision/cadres", api: "/api/v1/cadres",
    town: Some("t.town"), cadre: Some("t.cadre_no"), above: crate::tabs::tabs,
    // Officials take posts, move and leave by steps of their own (`leave`, `posts`).
    edited: false,
    fields: &[
        CADRE_NO.usually(Usual::Identified).sorted().searched().filtered().leads_to("/supervision/cadres/"),
        NAME.required().searched().sorted(),
        TITLE,
        DUTY.usually(Usual::Text("cadre")).filtered(),
        TIER.required().sorted(),
        TOWN.filtered(),
        VILLAGE,
        FIELDS,
        PHONE,
        POST_NO.key().usually(Usual::Identified),
    ],
    rules: &[check_number, check_town],
    identify: Some(|store, rows, file, writes| Box::pin(identify(store, rows, file, writes))),
    computed: &[
        Computed::shown(Member::whole("assignments", "(SELECT count(*) FROM assignment a WHERE a.cadre_no = t.cadre_no AND coalesce(a.post_no, a.cadre_no) = t.post_no AND a.ends_on IS NULL)").always(), Column::number("包保家数", "assignments")),
        Computed::data(Member::date("starts_on", "t.starts_on")),
        Computed::shown(Member::date("left_on", "t.ends_on"), Column::date("离任", "left_on").by("t.ends_on")),
    ],
    ..Register::PLAIN
};

/// Behind ~ stands which of several posts of one official it is.
fn check_number(reading: &mut Reading<'_>, record: &mut Record) {
    if record
        .text(&CADRE_NO)
        .is_some_and(|number| number.contains('~'))
    {
        reading.reject(&CADRE_NO, "工号里不能有“~”");
    }
}

/// Officials of a town or village answer within one town (001 §三.1).
pub fn check_town(reading: &mut Reading<'_>, record: &mut Record) {
    let tier = record.text(&TIER).and_then(Tier::read);
    if record.text(&TOWN).is_none() && tier.is_some_and(|tier| tier != Tier::District) {
        reading.reject(&TOWN, "镇街和村社区的干部应有所属镇街");
    }
}
