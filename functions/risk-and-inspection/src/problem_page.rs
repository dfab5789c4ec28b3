//! The page of one problem: what is known of it, how far it is, and what the caller can do now, each as a small form.

use crate::problem_moves::is_office;
use crate::problem_record::{ProblemRecord, ProblemStep, find_problem};
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::problem::{ProblemAssignee, ProblemLevel, ProblemMove, ProblemSource, ProblemStatus};
use domain::words::{Role, Word, choices};
use maud::{Markup, html};
use registers::{FormValues, towns};
use serde::Deserialize;
use web::api::gives;
use web::extract::{Path, Query};
use web::form::{Errors, area, around};
use web::paging::blank_is_none;
use web::routes::Routes;
use web::routes::STAFF;
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/problems/{id}", STAFF, problem_page)
        .get("/api/v1/problems/{id}", STAFF, show_problem)
        .api("一个问题的全部内容、经过和照片", gives::<ProblemRecord>())
}

async fn show_problem(context: Context, Path(id): Path<String>) -> Answer {
    Ok(axum::Json(find_problem(&context, &id).await?).into_response())
}

/// What was done just now, which the page then says.
#[derive(Deserialize)]
struct DoneQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    done: Option<String>,
}

async fn problem_page(
    context: Context,
    Path(id): Path<String>,
    Query(query): Query<DoneQuery>,
) -> Answer {
    let problem = find_problem(&context, &id).await?;
    let done = query.done.as_deref();
    render_problem(&context, &problem, None, &Errors::default(), done).await
}

/// The form of a move.
#[derive(Clone, Copy)]
pub struct MoveForm(pub ProblemMove);

impl MoveForm {
    /// The id of the form.
    pub fn id(self) -> String {
        format!("do-{}", self.0.code())
    }

    /// The id of one of its fields.
    pub fn field(self, name: &str) -> String {
        format!("{}-{name}", self.0.code())
    }
}

/// The page of a problem. `refused` is the move that was refused, with what was typed into its form; `errors` belong to it. `done` is what
/// was done just now.
pub async fn render_problem(
    context: &Context,
    problem: &ProblemRecord,
    refused: Option<(ProblemMove, &FormValues)>,
    errors: &Errors,
    done: Option<&str>,
) -> Result<Response, Problem> {
    let assigning = match problem.moves.contains(&ProblemMove::Assign) {
        true => Some(AssignChoices::find(context, problem).await?),
        false => None,
    };
    let role = context.caller()?.role;
    let title = match &problem.enterprise {
        Some(enterprise) => format!("{enterprise}：{}", problem.text),
        None => problem.text.clone(),
    };
    Ok(frame::page(
        context,
        &errors.title(&title),
        &html! {
            (errors.summary())
            p { a href="/problems" { "问题清单" } }
            h1 { (problem.text) }
            @if let Some(done) = done { div.panel role="status" { p { (said(done)) "现在是“" (problem.status.chinese()) "”。" } } }
            p { span.tag { (problem.status.chinese()) } " " span.tag { (problem.level.chinese()) } @if problem.overdue == crate::problems::Overdue::Yes { " " span.tag { "已超期" } } }
            (facts(problem, role))
            (photos(problem))
            @if !problem.moves.is_empty() {
                h2 { "办理" }
                p.note { "这里办的是部门之间的事，不是对企业的要求。" }
                @for what in &problem.moves {
                    @let typed = refused.filter(|(refused, _)| refused == what).map(|(_, typed)| typed);
                    (move_form(problem, *what, typed, assigning.as_ref(), errors))
                }
            }
            @if problem.status != ProblemStatus::StruckOff && crate::WORKING.admits(context.caller.as_ref()) { (photo_form(problem, errors)) }
            h2 { "经过" }
            (history(&problem.steps))
        },
    ))
}

fn said(done: &str) -> String {
    match (done, ProblemMove::read(done)) {
        ("photo", _) => "照片已加上。".to_owned(),
        (_, Some(what)) => format!("已办：{}。", what.chinese()),
        _ => "已保存。".to_owned(),
    }
}

fn facts(problem: &ProblemRecord, role: Role) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    let date = |date: Option<NaiveDate>| date.map_or_else(|| "—".to_owned(), chinese);
    // Officials have a page of their own for a business, at the door.
    let enterprise_page = match role {
        Role::Cadre => None,
        _ => problem.enterprise_no.as_ref(),
    };
    html! {
        dl.facts {
            dt { "企业" } dd { @match (enterprise_page, &problem.enterprise) {
                (Some(number), Some(name)) => a href={ "/enterprises/" (number) } { (name) },
                (_, name) => (text(name)),
            } }
            dt { "镇街" } dd { (text(&problem.town)) }
            dt { "来源" } dd { (problem.source.chinese()) @if let Some(number) = &problem.source_id { (source_link(problem.source, number)) } @if let Some(cadre) = &problem.cadre { "，" (cadre) } }
            dt { "发现日期" } dd { (chinese(problem.found_on)) }
            dt { "承办单位" } dd { @match &problem.assignee { Some(name) => { (name) @if let Some(person) = &problem.person { "，" (person) } }, None => "还没有分派" } }
            dt { "整改期限" } dd { (date(problem.mend_by)) }
            @if let Some(due) = problem.due_on.filter(|_| problem.status == ProblemStatus::Found) { dt { "分派期限" } dd { (chinese(due)) } }
            @if let Some(due) = problem.due_on.filter(|_| problem.status == ProblemStatus::Rectified) { dt { "复核期限" } dd { (chinese(due)) } }
            @if let Some(day) = problem.warned_on { dt { "预警" } dd { (chinese(day)) } }
            @if let Some(day) = problem.rectified_on { dt { "整改" } dd.said { (chinese(day)) "，" (text(&problem.rectified_by)) @if !problem.rectified_note.is_empty() { "：" (problem.rectified_note) } } }
            @if let Some(day) = problem.verified_on { dt { "复核" } dd { (chinese(day)) "，" (text(&problem.verified_by)) } }
            @if let Some(day) = problem.struck_off_on { dt { "销号" } dd { (chinese(day)) } }
        }
    }
}

/// The number that the source gives a problem, with the way to what it names.
fn source_link(source: ProblemSource, number: &str) -> Markup {
    html! {
        "，"
        @match source {
            ProblemSource::Visit => a href={ "/supervision/problems/" (number) } { "督导记录里的这个问题" },
            _ => span.code { (number) },
        }
    }
}

fn photos(problem: &ProblemRecord) -> Markup {
    html! {
        @if !problem.photos.is_empty() {
            div.photos { @for (place, photo) in problem.photos.iter().enumerate() {
                a href=(photo.path) { img src=(photo.path) alt={ "照片 " (place + 1) } loading="lazy"; }
            } }
        }
    }
}

fn photo_form(problem: &ProblemRecord, errors: &Errors) -> Markup {
    html! {
        form.stack method="post" enctype="multipart/form-data" action={ "/problems/" (problem.id) "/photos" } {
            (around("file", "加一张照片", Some("jpg、png 或 webp；照片里的拍摄地点等信息会去掉"), errors.of("file"), &html! {
                input id="file" name="file" type="file" accept="image/*" required;
            }))
            button.second { "上传" }
        }
    }
}

/// What can be chosen where a problem is assigned.
struct AssignChoices {
    /// The caller's towns, where the problem can still get one.
    towns: Vec<String>,
    /// Accounts of the station, with the names of their people.
    people: Vec<(String, String)>,
}

impl AssignChoices {
    async fn find(context: &Context, problem: &ProblemRecord) -> Result<Self, Problem> {
        let placed = problem.enterprise_no.is_some() && problem.town.is_some();
        let towns = match is_office(context) && !placed {
            true => towns::of(&context.store, context.caller()?).await?,
            false => Vec::new(),
        };
        let sql = "SELECT json_group_array(json_array(s.account, s.name)) FROM (SELECT s.account, s.name FROM problem p
            JOIN station_place s ON s.town = p.town WHERE p.id = ?1 ORDER BY s.account) s";
        let number: i64 = problem.id.parse().map_err(Problem::internal)?;
        let people = context.store.json(sql, [number.into()]).await?;
        Ok(Self { towns, people })
    }
}

/// What stands above the note of a move, and the hint below it.
fn note_label(what: ProblemMove) -> (&'static str, Option<&'static str>) {
    match what {
        ProblemMove::Assess => (
            "研判意见（可不填）",
            Some("等级决定分派时算出的整改期限；已经分派的，期限不变"),
        ),
        ProblemMove::Warn => ("提醒注意什么", Some("监管所和镇街食安办会收到消息")),
        ProblemMove::Assign => ("说明（可不填）", None),
        ProblemMove::Accept => ("说明（可不填）", None),
        ProblemMove::Rectify => (
            "整改情况",
            Some("写看到了什么、怎么改的；登记以后由另一个人复核"),
        ),
        ProblemMove::Verify => ("复核情况（可不填）", Some("登记整改的人不能自己复核")),
        ProblemMove::StrikeOff => ("说明（可不填）", Some("整改并且复核过的问题，在这里了结")),
        ProblemMove::Reopen => ("为什么退回", Some("退回给原来的承办单位，重新整改、复核")),
    }
}

/// The form by which a move is made; open, with what was typed, where it was refused.
fn move_form(
    problem: &ProblemRecord,
    what: ProblemMove,
    typed: Option<&FormValues>,
    assigning: Option<&AssignChoices>,
    errors: &Errors,
) -> Markup {
    let form = MoveForm(what);
    let verb = what.code();
    let typed_in = |name: &str| {
        typed
            .and_then(|typed| typed.get(name))
            .map_or("", String::as_str)
    };
    let (label, hint) = note_label(what);
    html! {
        details id=(form.id()) open[typed.is_some()] {
            summary { (what.chinese()) }
            form.stack method="post" action={ "/problems/" (problem.id) "/" (verb) } {
                input type="hidden" name="version" value=(problem.version);
                @if what == ProblemMove::Assess {
                    @let chosen = if typed.is_some() { typed_in("level") } else { problem.level.code() };
                    (choice(form, "level", "等级", &choices::<ProblemLevel>(), chosen, errors))
                }
                @if let (ProblemMove::Assign, Some(assigning)) = (what, assigning) { (assign_fields(problem, form, assigning, &typed_in, errors)) }
                @if matches!(what, ProblemMove::Assign | ProblemMove::Reopen) {
                    @let id = form.field("mend_by");
                    (around(&id, "整改期限（可不填）", Some(deadline_hint(problem, what)), errors.of(&id), &html! {
                        input id=(id) name="mend_by" type="date" value=(typed_in("mend_by"));
                    }))
                }
                (area((&form.field("note"), "note"), label, hint, typed_in("note"), true, errors))
                button.main { (what.chinese()) }
            }
        }
    }
}

fn deadline_hint(problem: &ProblemRecord, what: ProblemMove) -> &'static str {
    match (what, problem.mend_by) {
        (ProblemMove::Assign, Some(_)) => {
            "不填：期限不变，已经过去的按等级从今天起算；只有区食药安办能定得比规定更晚"
        }
        _ => "不填：按等级从今天起算；只有区食药安办能定得比规定更晚",
    }
}

fn assign_fields<'t>(
    problem: &ProblemRecord,
    form: MoveForm,
    assigning: &AssignChoices,
    typed_in: &impl Fn(&str) -> &'t str,
    errors: &Errors,
) -> Markup {
    let usual = problem.assigned_to.unwrap_or(match problem.town {
        Some(_) => ProblemAssignee::Station,
        None => ProblemAssignee::Office,
    });
    let to = match typed_in("to") {
        "" => usual.code(),
        typed => typed,
    };
    let nobody = std::iter::once(("", "不指定"));
    let people: Vec<(&str, &str)> = nobody
        .chain(
            assigning
                .people
                .iter()
                .map(|(account, name)| (account.as_str(), name.as_str())),
        )
        .collect();
    let unplaced = std::iter::once(("", "不改"));
    let towns: Vec<(&str, &str)> = unplaced
        .chain(
            assigning
                .towns
                .iter()
                .map(|town| (town.as_str(), town.as_str())),
        )
        .collect();
    html! {
        (choice(form, "to", "分派给", &choices::<ProblemAssignee>(), to, errors))
        @if towns.len() > 1 { (choice(form, "town", "镇街", &towns, typed_in("town"), errors)) }
        @if people.len() > 1 { (choice(form, "person", "监管所经办人", &people, typed_in("person"), errors)) }
    }
}

/// A choice of one in the form of a move: one page has several forms with fields of the same name.
fn choice(
    form: MoveForm,
    name: &str,
    label: &str,
    choices: &[(&str, &str)],
    chosen: &str,
    errors: &Errors,
) -> Markup {
    let id = form.field(name);
    around(
        &id,
        label,
        None,
        errors.of(&id),
        &html! {
            select id=(id) name=(name) { @for (value, text) in choices {
                option value=(value) selected[*value == chosen] { (text) }
            } }
        },
    )
}

/// All steps of the problem, the oldest first.
fn history(steps: &[ProblemStep]) -> Markup {
    let name = |step: &ProblemStep| match ProblemMove::read(&step.what) {
        Some(what) => what.chinese().to_owned(),
        None if step.status == ProblemStatus::Assigned => "登记，转监管所处理".to_owned(),
        None => "登记".to_owned(),
    };
    let by = |by: &str| match by {
        "migration" => "系统".to_owned(),
        by => by.to_owned(),
    };
    html! {
        ol.tidy {
            @for step in steps {
                li { (name(step)) "，" (by(&step.by)) "，" (step.at.get(..16).unwrap_or(&step.at).replace('T', " "))
                    @if !step.note.is_empty() { p.said { (step.note) } } }
            }
        }
    }
}
