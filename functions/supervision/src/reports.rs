//! 年度履职报告 (001 §三.2: every December): what an official did in the year; the figures come from the store, the rest is in their words.

use crate::CADRE;
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::{Datelike as _, NaiveDate};
use domain::office_date::chinese;
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::takes;
use web::extract::{Form, Json};
use web::form::{Errors, around, outcome};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::Routes;
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/report", CADRE, report_page)
        .post("/supervision/report", CADRE, submit_form)
        .post("/api/v1/supervision/report", CADRE, submit_report)
        .api(
            "提交年度履职报告",
            takes::<ReportForm>()
                .gives_new::<DutyReport>()
                .refuses(&[404]),
        )
}

/// The most characters that a report may have.
const LONGEST: usize = 5000;

/// An official, with the figures of the year and the report where there is one.
#[derive(Deserialize)]
struct ReportState {
    cadre_no: String,
    name: String,
    /// A JSON document of [`DutyFigures`].
    figures: String,
    /// A JSON document of [`DutyReport`].
    report: Option<String>,
}

#[derive(Deserialize)]
struct DutyFigures {
    held: u64,
    visits: u64,
    on_site: u64,
    businesses: u64,
    problems: u64,
    mended: u64,
    owed: u64,
    done: u64,
}

#[derive(Deserialize, JsonSchema)]
struct DutyReport {
    text: String,
    submitted_on: NaiveDate,
}

/// The year that is reported on: in January still the year before.
fn report_year(context: &Context) -> i32 {
    let today = context.today();
    if today.month() == 1 {
        today.year() - 1
    } else {
        today.year()
    }
}

async fn find_report(context: &Context) -> Result<ReportState, Problem> {
    let sql = "SELECT c.cadre_no, c.name, json_object(
            'held', (SELECT count(*) FROM assignment a WHERE a.cadre_no = c.cadre_no AND (a.ends_on IS NULL OR a.ends_on >= ?3)),
            'visits', (SELECT count(*) FROM visit v WHERE v.cadre_no = c.cadre_no AND v.visited_on BETWEEN ?4 AND ?3),
            'on_site', (SELECT count(*) FROM visit v WHERE v.cadre_no = c.cadre_no AND v.visited_on BETWEEN ?4 AND ?3 AND v.mode = 'on_site'),
            'businesses', (SELECT count(DISTINCT v.uscc) FROM visit v WHERE v.cadre_no = c.cadre_no AND v.visited_on BETWEEN ?4 AND ?3),
            'problems', (SELECT coalesce(sum(v.problems_found), 0) FROM visit v WHERE v.cadre_no = c.cadre_no AND v.visited_on BETWEEN ?4 AND ?3),
            'mended', (SELECT count(*) FROM visit_problem p LEFT JOIN visit_problem_standing s ON s.visit_problem = CAST(p.id AS TEXT)
                WHERE p.cadre_no = c.cadre_no AND p.found_on BETWEEN ?4 AND ?3 AND NOT coalesce(s.is_open, p.mended_on IS NULL)),
            'owed', (SELECT count(*) FROM obligation_record o WHERE o.cadre_no = c.cadre_no AND o.ends_on BETWEEN ?4 AND ?5 AND o.starts_on <= ?3),
            'done', (SELECT count(*) FROM obligation_record o WHERE o.cadre_no = c.cadre_no AND o.ends_on BETWEEN ?4 AND ?5 AND o.starts_on <= ?3 AND o.met_on <= ?3)) AS figures,
            (SELECT json_object('text', r.text, 'submitted_on', r.submitted_on) FROM duty_report r WHERE r.cadre_no = c.cadre_no AND r.year = ?2) AS report
        FROM cadre c WHERE c.cadre_no = ?1";
    let year = report_year(context);
    let last = context.today().min(
        NaiveDate::from_ymd_opt(year, 12, 31)
            .ok_or_else(|| Problem::internal("a year without an end"))?,
    );
    let parameters = [
        crate::cadre_no(context)?.into(),
        year.into(),
        last.to_string().into(),
        format!("{year}-01-01").into(),
        format!("{year}-12-31").into(),
    ];
    let state: Option<ReportState> = context.store.first(sql, parameters).await?;
    state.ok_or_else(Problem::not_found)
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReportWritten")]
struct ReportForm {
    text: String,
}

async fn submit_report(context: Context, Json(form): Json<ReportForm>) -> Answer {
    write_report(&context, &form).await?;
    let state = find_report(&context).await?;
    let text = state.report.unwrap_or_default();
    Ok((StatusCode::CREATED, json_text(text)).into_response())
}

/// Writes the report of the year. Another one replaces it, and keeps the day on which the first was handed in.
async fn write_report(context: &Context, form: &ReportForm) -> Result<(), Problem> {
    let length = form.text.trim().chars().count();
    if length == 0 || length > LONGEST {
        return Err(Problem::invalid(vec![FieldError::new(
            "text",
            "",
            format!("请写 1 到 {LONGEST} 个字"),
        )]));
    }
    let state = find_report(context).await?;
    let sql = "INSERT INTO duty_report (cadre_no, year, text, figures, submitted_on, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (cadre_no, year) DO UPDATE SET text = excluded.text, figures = excluded.figures, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        RETURNING 1";
    let parameters = [
        state.cadre_no.into(),
        report_year(context).into(),
        form.text.trim().into(),
        state.figures.into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

async fn report_page(context: Context) -> Answer {
    let state = find_report(&context).await?;
    render_report(&context, &state, None, &Errors::default())
}

fn render_report(
    context: &Context,
    state: &ReportState,
    typed: Option<&str>,
    errors: &Errors,
) -> Answer {
    let figures: DutyFigures = serde_json::from_str(&state.figures).map_err(Problem::internal)?;
    let report: Option<DutyReport> = state
        .report
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(Problem::internal)?;
    let title = format!("{}年度履职报告", report_year(context));
    let text = typed.unwrap_or_else(|| report.as_ref().map_or("", |report| &report.text));
    Ok(frame::page(
        context,
        &errors.title(&title),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (title) }
            @if let Some(report) = &report { div.panel { p { (chinese(report.submitted_on)) "已提交，还可以修改。" } } }
            p { (state.name) "同志今年的情况，按系统里的记录：" }
            ul.counts {
                li { strong { (figures.held) } "包保主体" }
                li { strong { (figures.visits) } "督导次数" }
                li { strong { (figures.on_site) } "其中现场" }
                li { strong { (figures.businesses) } "督导过的企业" }
                li { strong { (figures.done) "/" (figures.owed) } "应督导已完成" }
                li { strong { (figures.problems) } "发现问题" }
                li { strong { (figures.mended) } "已整改" }
            }
            form.stack method="post" {
                (around("text", "履职情况", Some("做了什么、发现了什么、怎样解决、明年打算"), errors.of("text"), &html! {
                    textarea id="text" name="text" rows="10" { (text) }
                }))
                button.main { "提交" }
            }
        },
    ))
}

async fn submit_form(context: Context, Form(form): Form<ReportForm>) -> Answer {
    outcome(
        write_report(&context, &form).await,
        |()| "/supervision/report".to_owned(),
        async |errors| {
            let state = find_report(&context).await?;
            render_report(&context, &state, Some(&form.text), &errors)
        },
    )
    .await
}
