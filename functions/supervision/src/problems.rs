//! 发现的问题: the problems that visits have found, each with its photographs and a day to mend it by.

use crate::tabs::tabs;
use axum::response::Response;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::problem::ProblemStatus;
use domain::words::{Role, Word as _, choices, words};
use maud::html;
use registers::{Column, Filter, Input, List, Member};
use serde::Deserialize;
use web::extract::Path;
use web::form::{Errors, around};
use web::routes::Routes;
use web::routes::STAFF;
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/supervision/problems/{id}", STAFF, problem_page)
}

/// Whether the caller may know of a row of `visit_problem`: an official (?3) of those of the businesses that they answer for on the day
/// ?2, the desk of those in its towns (?4).
pub const MAY_KNOW: &str = "EXISTS (SELECT 1 FROM enterprise_in_business e LEFT JOIN assignment a ON a.uscc = e.uscc AND a.cadre_no = ?3
        AND (a.starts_on IS NULL OR a.starts_on <= ?2) AND (a.ends_on IS NULL OR a.ends_on >= ?2)
    WHERE e.uscc = visit_problem.uscc AND iif(?3 IS NULL, ?4 IS NULL OR e.town IN (SELECT value FROM json_each(?4)), a.id IS NOT NULL))";

/// ?3 of [`MAY_KNOW`]: the number of an official who calls; none for the desk.
pub fn caller_as_cadre(context: &Context) -> Result<Option<String>, Problem> {
    let caller = context.caller()?;
    Ok((caller.role == Role::Cadre).then(|| caller.cadre_no.clone().unwrap_or_default()))
}

words! {
    /// Where a problem stands.
    ProblemStanding {
        /// Not mended yet.
        Open = "open" "待整改",
        /// Mended.
        Mended = "mended" "已整改",
    }
}

pub static PROBLEMS: List = List {
    name: "problems",
    title: "发现的问题",
    path: "/supervision/problems",
    api: "/api/v1/supervision/problems",
    from: "visit_problem p JOIN enterprise_ledger e ON e.uscc = p.uscc JOIN cadre c ON c.cadre_no = p.cadre_no
        LEFT JOIN visit_problem_standing s ON s.visit_problem = CAST(p.id AS TEXT)",
    id: "p.id",
    sort: Some("-found_on"),
    town: "e.town",
    cadre: Some("p.cadre_no"),
    nothing: "还没有记录到问题。",
    item: &[
        Member::text("id", "CAST(p.id AS TEXT)").always(),
        Member::text("uscc", "p.uscc"),
        Member::text("enterprise", "e.name"),
        Member::text("town", registers::town_name!("e.town")),
        Member::text("text", "p.text"),
        Member::text("cadre_no", "p.cadre_no"),
        Member::text("cadre", "c.name"),
        Member::date("found_on", "p.found_on"),
        Member::date("mend_by", "coalesce(s.mend_by, p.mend_by)"),
        Member::date(
            "mended_on",
            "iif(s.is_open, NULL, coalesce(p.mended_on, s.rectified_on))",
        ),
        Member::text("mend_note", "p.mend_note"),
        Member::text(
            "standing",
            "iif(coalesce(s.is_open, p.mended_on IS NULL), 'open', 'mended')",
        ),
        Member::text("problem", "CAST(s.problem AS TEXT)"),
        Member::word(
            "problem_status",
            "s.status",
            choices::<ProblemStatus>,
        ),
        Member::whole(
            "photos",
            "(SELECT count(*) FROM problem_photo o WHERE o.problem_id = p.id)",
        )
        .always(),
    ],
    filters: &[
        Filter::search(
            "企业、问题或干部",
            "{found p.uscc} OR {part p.text} OR {part c.name}",
        ),
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(choices::<ProblemStanding>),
            condition: "iif(coalesce(s.is_open, p.mended_on IS NULL), 'open', 'mended') = {}",
        },
        Filter::town("e.town IN {towns}"),
    ],
    columns: &[
        Column::link("问题", "text", "/supervision/problems/", "id").also_for_officials(),
        Column::text("企业", "enterprise").by("e.name"),
        Column::text("镇街", "town").by(registers::town_name!("e.town")),
        Column::text("发现人", "cadre").by("c.name"),
        Column::date("发现日期", "found_on").by("p.found_on"),
        Column::date("整改期限", "mend_by").by("p.mend_by"),
        Column::word::<ProblemStanding>("情况", "standing").by("p.mended_on"),
        Column::word::<ProblemStatus>("问题清单", "problem_status").by("s.status"),
        Column::number("照片", "photos"),
    ],
    above: tabs,
    ..List::PLAIN
};

#[derive(Deserialize)]
pub struct VisitProblem {
    pub id: String,
    uscc: String,
    enterprise: String,
    text: String,
    found_on: NaiveDate,
    mend_by: Option<NaiveDate>,
    mended_on: Option<NaiveDate>,
    mend_note: String,
    /// What the business said of it.
    said: String,
    /// Its number in the register of problems.
    problem: Option<String>,
    problem_status: Option<ProblemStatus>,
    photos: Vec<String>,
}

/// The problem; 404 where there is none that the caller may know of.
pub async fn find_problem(context: &Context, id: &str) -> Result<VisitProblem, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let sql = format!(
        "SELECT coalesce((SELECT json_object('id', CAST(id AS TEXT), 'uscc', uscc, 'enterprise', (SELECT e.name FROM enterprise_ledger e WHERE e.uscc = visit_problem.uscc),
            'text', text, 'found_on', found_on, 'mend_by', coalesce(s.mend_by, visit_problem.mend_by),
            'mended_on', iif(s.is_open, NULL, coalesce(mended_on, s.rectified_on)), 'mend_note', mend_note, 'said', said,
            'problem', CAST(s.problem AS TEXT), 'problem_status', s.status,
            'photos', json((SELECT json_group_array(o.id) FROM (SELECT id FROM problem_photo WHERE problem_id = visit_problem.id ORDER BY changed_at, id) o)))
         FROM visit_problem LEFT JOIN visit_problem_standing s ON s.visit_problem = CAST(visit_problem.id AS TEXT) WHERE id = ?1 AND {MAY_KNOW}), '')"
    );
    let parameters = [
        id.into(),
        context.today().to_string().into(),
        caller_as_cadre(context)?.into(),
        context.caller()?.only_towns_json().into(),
    ];
    let text = context.store.text(&sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

async fn problem_page(context: Context, Path(id): Path<String>) -> Answer {
    let problem = find_problem(&context, &id).await?;
    Ok(render_problem(&context, &problem, &Errors::default()))
}

pub fn render_problem(context: &Context, problem: &VisitProblem, errors: &Errors) -> Response {
    let is_cadre = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Cadre);
    frame::page(
        context,
        &errors.title(&problem.text),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (problem.text) }
            dl.facts {
                dt { "企业" } dd { (problem.enterprise) }
                dt { "发现日期" } dd { (chinese(problem.found_on)) }
                dt { "整改期限" } dd { (problem.mend_by.map_or_else(|| "当场整改".to_owned(), chinese)) }
                @if !problem.said.is_empty() { dt { "企业怎么说" } dd { (problem.said) } }
                @if let (Some(number), Some(status)) = (&problem.problem, problem.problem_status) {
                    dt { "问题清单" } dd { a href={ "/problems/" (number) } { (status.chinese()) } @if status.is_open() { "，由监管所处理" } }
                }
                dt { "整改" } dd { (problem.mended_on.map_or_else(|| "还没有".to_owned(), chinese)) @if !problem.mend_note.is_empty() { "，" (problem.mend_note) } }
            }
            @if problem.photos.is_empty() { p { "没有照片。" } }
            div.photos { @for (place, photo) in problem.photos.iter().enumerate() {
                a href={ "/supervision/photos/" (photo) } { img src={ "/supervision/photos/" (photo) } alt={ "照片 " (place + 1) } loading="lazy"; }
            } }
            @if is_cadre {
                form.stack method="post" enctype="multipart/form-data" action={ "/supervision/problems/" (problem.id) "/photos" } {
                    (around("file", "加一张照片", Some("jpg、png 或 webp；照片里的拍摄地点等信息会去掉"), errors.of("file"), &html! {
                        input id="file" name="file" type="file" accept="image/*" capture="environment" required;
                    }))
                    button.second { "上传" }
                }
                p { a href={ "/supervision/mine/" (problem.uscc) } { "回到这家企业" } }
            }
        },
    )
}
