//! 督导记录: the register of visits, with those that offices bring as sheets. Two visits of one day are two unless every field is the same.

use crate::assignments::USCC;
use crate::named_official::{CADRE_NAME, CADRE_NO, CADRE_PHONE, identify};
use domain::words::{VisitMode, VisitResult, Word as _, choices};
use registers::{
    About, Column, Computed, DerivedColumn, Field, LONGEST, Member, Reading, Record, Register,
    Usual,
};

const RESULT_TEXT: Field = Field::text("result_text", "督导结果", LONGEST)
    .or(&["结果"])
    .key()
    .usually(Usual::Text(""));
const PROBLEMS_FOUND: Field = Field::number("problems_found", "发现问题数", 10_000)
    .or(&["问题数"])
    .key()
    .usually(Usual::Number(0));

#[rustfmt::skip]
pub static VISITS: Register = Register {
    noun: "visits", title: "督导记录", table: "visit", path: "/supervision/visits", api: "/api/v1/visits",
    sees: web::routes::STAFF, about: Some(About::called("enterprise")), cadre: Some("t.cadre_no"), above: crate::tabs::tabs,
    // A visit that was made is never changed.
    edited: false,
    fields: &[
        USCC,
        Field::past_day("visited_on", "督导日期").or(&["日期"]).key().required(),
        CADRE_NO,
        Field::word::<VisitMode>("mode", "督导方式").or(&["方式"]).key().required(),
        RESULT_TEXT,
        PROBLEMS_FOUND,
        Field::text("note", "备注", LONGEST).key().usually(Usual::Text("")),
        CADRE_NAME,
        CADRE_PHONE,
    ],
    identify: Some(|store, rows, file, writes| Box::pin(identify(store, rows, file, writes))),
    rules: &[set_result],
    written: &[DerivedColumn { column: "result", with: None }],
    computed: &[
        Computed::data(Member::text("id", "CAST(t.id AS TEXT)").always()),
        Computed::shown(Member::text("cadre", "c.name").always(), Column::link("督导干部", "cadre", "/supervision/visits/", "id").also_for_officials().by("c.name")).searched(),
        Computed::data(Member::word("result", "t.result", choices::<VisitResult>).always()),
    ],
    from: Some("visit t JOIN cadre c ON c.cadre_no = t.cadre_no JOIN enterprise_ledger e ON e.uscc = t.uscc"),
    ..Register::PLAIN
};

/// Sets the result from its words; where there are none, from the number of problems.
fn set_result(reading: &mut Reading<'_>, record: &mut Record) {
    let result = match record.text(&RESULT_TEXT).unwrap_or("") {
        "" if record.number(&PROBLEMS_FOUND) == Some(0) => Some(VisitResult::Ok),
        "" => Some(VisitResult::Problems),
        text => VisitResult::read(text),
    };
    match result {
        Some(result) => record.set("result", result.code()),
        None => reading.reject_word::<VisitResult>(&RESULT_TEXT),
    }
}
