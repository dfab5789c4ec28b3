//! 包保关系: the register of which official answers for which business, from when and until when.

use crate::fit::Fit;
use crate::named_official::{CADRE_NAME, CADRE_NO, CADRE_PHONE, identify};
use domain::words::{Level, choices};
use registers::{About, Column, Computed, Doubt, Field, Member, Reading, Record, Register};

/// The business of an assignment or a visit, which must be in the ledger.
pub const USCC: Field = Field::uscc().key().required().known_in(
    "enterprise_ledger",
    "uscc",
    "企业台账里没有这个代码，请先导入企业台账",
);

const STARTS_ON: Field = Field::past_day("starts_on", "包保起始日期")
    .or(&["开始日期"])
    .key();
const ENDS_ON: Field = Field::past_day("ends_on", "包保结束日期").or(&["结束日期"]);

#[rustfmt::skip]
pub static ASSIGNMENTS: Register = Register {
    noun: "assignments", title: "包保关系", table: "assignment", path: "/supervision/assignments", api: "/api/v1/assignments",
    sees: web::routes::STAFF, about: Some(About { name: "enterprise", page: "/supervision/assignments/" }),
    cadre: Some("t.cadre_no"), above: crate::tabs::tabs,
    // Assignments are given and ended by steps of their own (`assigning`, `assignment_end`).
    edited: false, number: "t.id",
    fields: &[USCC, CADRE_NO, STARTS_ON, ENDS_ON, CADRE_NAME, CADRE_PHONE],
    identify: Some(|store, rows, file, writes| Box::pin(identify(store, rows, file, writes))),
    rules: &[check_term],
    // The tier must fit the level (001 §三.1). What an office has assigned otherwise is taken with a warning, so that it is not lost.
    doubts: &[Doubt {
        field: &CADRE_NO,
        sql: "SELECT r.key AS place, e.level || '级主体不能由' || iif(c.tier = 'town', '镇街', '村社区') || '干部包保，请调整' AS reason
            FROM json_each(?1) r
            JOIN cadre c ON c.cadre_no = r.value ->> '$.cadre_no'
            JOIN enterprise_ledger e ON e.uscc = r.value ->> '$.uscc'
            JOIN tier_fit f ON f.tier = c.tier AND f.level = e.level
            WHERE r.value ->> '$.ends_on' IS NULL AND f.fit = 'too_low' AND NOT EXISTS (SELECT 1 FROM post p JOIN tier_fit g ON g.tier = p.tier AND g.level = e.level
                WHERE p.cadre_no = c.cadre_no AND p.duty = 'cadre' AND g.fit <> 'too_low')",
    }, Doubt {
        field: &CADRE_NO,
        sql: "SELECT r.key AS place, '这个工号只是协管员或联络员，不承担督导，请核对' AS reason
            FROM json_each(?1) r
            JOIN cadre c ON c.cadre_no = r.value ->> '$.cadre_no'
            WHERE r.value ->> '$.ends_on' IS NULL AND NOT EXISTS (SELECT 1 FROM post p WHERE p.cadre_no = c.cadre_no AND p.duty = 'cadre')",
    }],
    computed: &[
        Computed::shown(Member::text("cadre", "t.cadre").always(), Column::text("包保干部", "cadre").by("t.cadre")).searched(),
        Computed::shown(Member::text("village", registers::village_name!("e.town", "e.village")), Column::text("村社区", "village").by("e.village")),
        Computed::shown(Member::word("level", "e.level", choices::<Level>), Column::word::<Level>("包保级别", "level").by("e.level")),
        Computed::shown(Member::word("fit", "t.fit", choices::<Fit>), Column::word::<Fit>("层级和级别", "fit").by("t.fit")).filtered(),
        Computed::data(Member::text("post_no", "t.post_no").always()),
        Computed::data(Member::text("lifted_reason", "t.lifted_reason")),
        Computed::data(Member::text("id", "CAST(t.id AS TEXT)").always()),
        Computed::data(Member::whole("version", "t.version").always()),
    ],
    from: Some("assignment_of_post t JOIN enterprise_ledger e ON e.uscc = t.uscc"),
    ..Register::PLAIN
};

fn check_term(reading: &mut Reading<'_>, record: &mut Record) {
    let term = record.day(&STARTS_ON).zip(record.day(&ENDS_ON));
    if term.is_some_and(|(start, end)| end < start) {
        reading.reject(&ENDS_ON, "结束日期早于起始日期");
    }
}
