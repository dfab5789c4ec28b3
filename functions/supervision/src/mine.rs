//! 我的督导: what an official still owes this quarter, by village, for the telephone at the shop door.

use crate::obligations::period_of;
use crate::problems::{MINE, cadre_of};
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::chinese;
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path, Query};
use web::paging::blank_is_none;
use web::{Answer, Context, Problem, page};

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    saved: Option<String>,
}

#[derive(Deserialize)]
struct Owed {
    uscc: String,
    enterprise: String,
    village: Option<String>,
    on_site_required: i64,
    met_on: Option<NaiveDate>,
    late: i64,
    problems: i64,
}

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    let cadre_no = crate::cadre_no(&context)?;
    let period = period_of(context.today());
    let sql = "SELECT json_group_array(json_object('uscc', uscc, 'enterprise', enterprise, 'village', village, 'on_site_required', on_site_required,
                   'met_on', met_on, 'late', late, 'problems', problems)) FROM (
               SELECT o.uscc, o.enterprise, o.village, o.on_site_required, iif(o.met_on <= ?3, o.met_on, NULL) AS met_on,
                   EXISTS (SELECT 1 FROM obligation p WHERE p.uscc = o.uscc AND p.period <> o.period AND p.ends_on < ?3 AND p.cadre_no = ?1
                       AND (p.met_on IS NULL OR p.met_on > ?3)) AS late,
                   (SELECT count(*) FROM visit_problem p WHERE p.uscc = o.uscc AND p.mended_on IS NULL) AS problems
               FROM obligation o WHERE o.period = ?2 AND o.cadre_no = ?1 ORDER BY o.village, o.enterprise)";
    let all: Vec<Owed> = context
        .store
        .json(
            sql,
            [
                cadre_no.into(),
                period.into(),
                context.today().to_string().into(),
            ],
        )
        .await?;
    let done = all.iter().filter(|owed| owed.met_on.is_some()).count();
    let mut villages: BTreeMap<&str, Vec<&Owed>> = BTreeMap::new();
    for owed in all
        .iter()
        .filter(|owed| owed.met_on.is_none() || owed.problems > 0)
    {
        villages
            .entry(owed.village.as_deref().unwrap_or("村社区未登记"))
            .or_default()
            .push(owed);
    }
    Ok(page::page(
        &context,
        "我的督导",
        &html! {
            (crate::tabs::tabs(&context))
            h1 { "我的督导" }
            @if asked.saved.is_some() { div.panel role="status" { p { "已保存。" } } }
            @if all.is_empty() {
                p { "这个季度没有您应督导的企业。" }
            } @else {
                p.lead { "本季度应督导 " strong { (all.len()) } " 家，已督导 " strong { (done) } " 家。" }
                progress max=(all.len()) value=(done) aria-label={ "已督导 " (done) " 家" } {}
                @if villages.is_empty() { p { "都督导过了，辛苦了。" } }
                @for (village, owed) in &villages {
                    h2 { (village) "（" (owed.len()) "）" }
                    ul.cards {
                        @for one in owed {
                            li {
                                h3 { a href={ "/supervision/mine/" (one.uscc) } { (one.enterprise) } }
                                p {
                                    @if one.on_site_required != 0 { span.tag { "须现场" } " " }
                                    @if one.late != 0 { span.tag { "上季度逾期" } " " }
                                    @if one.problems > 0 { span.tag { (one.problems) " 个问题待整改" } " " }
                                    @if let Some(day) = one.met_on { (chinese(day)) "已督导" }
                                }
                            }
                        }
                    }
                }
            }
        },
    ))
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mended {
    #[serde(default)]
    note: String,
}

pub async fn mend_problem(
    context: Context,
    Path(id): Path<String>,
    Json(mended): Json<Mended>,
) -> Answer {
    mend(&context, &id, &mended.note).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Mended once; who says so again changes nothing.
async fn mend(context: &Context, id: &str, note: &str) -> Result<String, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let caller = context.caller()?;
    let sql = format!(
        "UPDATE visit_problem SET mended_on = coalesce(mended_on, ?2), mend_note = iif(mended_on IS NULL, ?5, mend_note), version = version + 1,
             changed_by = ?6, changed_at = ?7 WHERE id = ?1 AND {MINE} RETURNING uscc"
    );
    #[derive(Deserialize)]
    struct Row {
        uscc: String,
    }
    let parameters = [
        id.into(),
        context.today().to_string().into(),
        cadre_of(context)?.into(),
        caller.only_towns_json().into(),
        note.trim().into(),
        caller.account.as_str().into(),
        context.at().into(),
    ];
    let row: Option<Row> = context.store.first(&sql, parameters).await?;
    row.map(|row| row.uscc).ok_or_else(Problem::not_found)
}

pub async fn mended_submit(
    context: Context,
    Path(id): Path<String>,
    Form(mended): Form<Mended>,
) -> Answer {
    let uscc = mend(&context, &id, &mended.note).await?;
    Ok(Redirect::to(&format!("/supervision/mine/{uscc}")).into_response())
}
