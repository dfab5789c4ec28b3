//! 记一次督导: the form that an official fills in at the shop door, in a minute.

use crate::CADRE;
use crate::new_visit::{FoundProblem, USCC, insert_visit};
use crate::quarter::period_of;
use chrono::NaiveDate;
use domain::words::{Sector, VisitMode, VisitResult, Word as _};
use domain::{checklist, office_date};
use maud::{Markup, html};
use registers::enterprises::find_number;
use registers::{FormValues, Submission};
use registers::{town_name, village_name};
use serde::Deserialize;
use web::extract::{Form, Path};
use web::form::{self, Errors, outcome};
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/mine/{uscc}", CADRE, visit_page)
        .post("/supervision/mine/{uscc}", CADRE, submit_visit)
}

/// The problems that the form has room for; more of them are sent as another visit.
const PROBLEM_ROWS: usize = 4;

/// A business, as the form shows it.
#[derive(Deserialize)]
struct AssignedEnterprise {
    name: String,
    town: Option<String>,
    village: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    /// Whether the official answers for it today; 0 or 1.
    held: i64,
    sector: Option<Sector>,
    /// Whether the visit must be on site; 0 or 1.
    on_site_required: i64,
    /// A JSON document of [`Entries`].
    entries: String,
    /// A JSON array of [`OpenProblem`]; of whoever answers for the business.
    open_problems: String,
}

/// How often officials have come to a business this year (国办发〔2024〕54号).
#[derive(Deserialize)]
struct Entries {
    visits: u32,
    inspections: u32,
    /// Visits online, which are among those.
    online: u32,
    /// The most that the policy allows in a year; 0 where it names none.
    cap: Option<u32>,
}

/// A problem of an earlier visit that is not mended yet.
#[derive(Deserialize)]
struct OpenProblem {
    id: String,
    text: String,
    mend_by: Option<NaiveDate>,
}

/// The business; 404 where there is none. Any official may visit it (组团包保); its telephone is for whoever answers for it.
async fn find_enterprise(context: &Context, uscc: &str) -> Result<AssignedEnterprise, Problem> {
    let uscc = find_number(&context.store, uscc).await?;
    let sql = concat!(
        "SELECT e.name, ",
        town_name!("e.town"),
        " AS town, ",
        village_name!("e.town", "e.village"),
        " AS village, e.address, iif(h.held, e.phone, NULL) AS phone, h.held, e.sector, (SELECT m.on_site_required FROM visit_manner m WHERE m.period = ?4 AND m.uscc = e.uscc) AS on_site_required,
                   (SELECT json_object('visits', coalesce(sum(n.kind = 'visit'), 0), 'inspections', coalesce(sum(n.kind = 'inspection'), 0),
                           'online', coalesce(sum(NOT n.is_on_site), 0), 'cap', (SELECT c.value ->> '$' FROM policy_ledger c
                               WHERE c.name = 'entries_a_year_cap' AND c.valid_from <= ?3 AND (c.valid_before IS NULL OR ?3 < c.valid_before)))
                    FROM enterprise_entry n WHERE n.uscc = e.uscc AND n.entered_on BETWEEN substr(?3, 1, 4) || '-01-01' AND ?3) AS entries,
                   (SELECT json_group_array(json_object('id', CAST(p.id AS TEXT), 'text', p.text, 'mend_by', coalesce(s.mend_by, p.mend_by)))
                    FROM visit_problem p LEFT JOIN visit_problem_standing s ON s.visit_problem = CAST(p.id AS TEXT)
                    WHERE h.held AND p.uscc = e.uscc AND coalesce(s.is_open, p.mended_on IS NULL)) AS open_problems
               FROM enterprise_in_business e CROSS JOIN (SELECT EXISTS (SELECT 1 FROM assignment a
                   WHERE a.uscc = ?1 AND a.cadre_no = ?2 AND (a.starts_on IS NULL OR a.starts_on <= ?3) AND (a.ends_on IS NULL OR a.ends_on >= ?3)) AS held) h
               WHERE e.uscc = ?1"
    );
    let parameters = [
        uscc.as_str().into(),
        crate::cadre_no(context)?.into(),
        context.today().to_string().into(),
        period_of(context.today()).into(),
    ];
    let enterprise: Option<AssignedEnterprise> = context.store.first(sql, parameters).await?;
    enterprise.ok_or_else(Problem::not_found)
}

async fn visit_page(context: Context, Path(uscc): Path<String>) -> Answer {
    render_form(&context, &uscc, &FormValues::new(), &Errors::default()).await
}

async fn render_form(context: &Context, uscc: &str, typed: &FormValues, errors: &Errors) -> Answer {
    let enterprise = find_enterprise(context, uscc).await?;
    let open: Vec<OpenProblem> =
        serde_json::from_str(&enterprise.open_problems).map_err(Problem::internal)?;
    let entries: Entries = serde_json::from_str(&enterprise.entries).map_err(Problem::internal)?;
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let today = context.today().to_string();
    let visited_on = match value("visited_on") {
        "" => &today,
        typed => typed,
    };
    let mode = match typed.is_empty() {
        true => VisitMode::OnSite.code(),
        false => value("mode"),
    };
    Ok(page::page(
        context,
        &errors.title(&enterprise.name),
        &html! {
            (errors.summary())
            p { a href="/supervision/mine" { "我的督导" } }
            @if context.here.ends_with("?saved=1") { div.panel role="status" { p { "已保存。可以给下面的问题加上照片。" } } }
            h1 { (enterprise.name) }
            p { (enterprise.village.as_deref().or(enterprise.town.as_deref()).unwrap_or("")) "　" (enterprise.address.as_deref().unwrap_or(""))
                @if let Some(phone) = &enterprise.phone { "　" a href={ "tel:" (phone) } { (phone) } } }
            @if enterprise.held == 0 { div.panel { p { "这家不由您包保；您的督导同样算数。" } } }
            @if enterprise.on_site_required != 0 { div.panel { p { "这家是高风险企业或学校、幼儿园食堂，应当" strong { "现场" } "督导。" } } }
            (entry_count(&entries))
            (open_problem_list(&open))
            form.stack method="post" data-draft={ "visit/" (uscc) } {
                (form::Field { kind: "date", ..form::Field::text("visited_on", "督导日期", visited_on) }.render(errors))
                fieldset.field.wrong[errors.of("mode").is_some()] id="mode" { legend { "方式" }
                    (radio("mode", VisitMode::OnSite.code(), "现场", mode)) (radio("mode", VisitMode::Online.code(), "线上", mode))
                }
                @if let Some(sector) = enterprise.sector { (checklist_boxes(sector, typed)) }
                fieldset.field.wrong[errors.of("result").is_some()] id="result" { legend { "结果" }
                    @if let Some(error) = errors.of("result") { p.error { strong { "错误：" } (error) } }
                    (radio("result", VisitResult::Ok.code(), "未发现问题", value("result"))) (radio("result", VisitResult::Problems.code(), "发现问题", value("result")))
                }
                (problem_rows(typed, errors))
                (form::Field::text("note", "备注", value("note")).render(errors))
                button.main { "保存" }
            }
        },
    ))
}

/// What whoever plans one more visit should know.
fn entry_count(entries: &Entries) -> Markup {
    let count = entries.visits + entries.inspections;
    let cap = entries.cap.filter(|cap| *cap > 0);
    html! {
        p { "今年已入企 " strong { (count) } " 次（督导 " (entries.visits) " 次，检查 " (entries.inspections) " 次"
            @if entries.online > 0 { "；其中线上 " (entries.online) " 次" } "）"
            @if let Some(cap) = cap { "，每年上限 " (cap) " 次" } "。" }
        @if cap.is_some_and(|cap| count >= cap) { div.panel { p { "今年的入企次数已到上限，再去之前请先和区食药安办商量。" } } }
    }
}

fn radio(name: &str, code: &str, label: &str, chosen: &str) -> Markup {
    html! {
        label.choice for={ (name) "-" (code) } { input id={ (name) "-" (code) } type="radio" name=(name) value=(code) checked[code == chosen]; (label) }
    }
}

fn open_problem_list(problems: &[OpenProblem]) -> Markup {
    html! {
        @if !problems.is_empty() {
            h2 { "上次没有整改完的问题" }
            @for problem in problems {
                form.stack method="post" action={ "/supervision/problems/" (problem.id) "/mended" } {
                    p { (problem.text) "（已转监管所处理" @if let Some(day) = problem.mend_by { "，期限" (office_date::chinese(day)) } "）" }
                    div.actions { button.second { "已整改" } a href={ "/supervision/problems/" (problem.id) } { "照片" span.hidden { "：" (problem.text) } } }
                }
            }
        }
    }
}

fn checklist_boxes(sector: Sector, typed: &FormValues) -> Markup {
    html! {
        fieldset.field { legend { "看了哪些方面" }
            @for (place, point) in checklist::points(sector).iter().enumerate() {
                @let name = format!("checked-{place}");
                @let ticked = typed.get(&name).is_some_and(|value| value == point);
                label.choice for=(name) { input id=(name) type="checkbox" name=(name) value=(point) checked[ticked]; (point) }
            }
        }
    }
}

fn problem_rows(typed: &FormValues, errors: &Errors) -> Markup {
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    html! {
        fieldset.field.wrong[errors.of("problems").is_some()] id="problems" { legend { "发现的问题" }
            p.hint { "一行一个；当场改好的，整改期限不填。督导不是检查，发现的问题转监管所处理。" }
            @if let Some(error) = errors.of("problems") { p.error { strong { "错误：" } (error) } }
            @for row in 0..PROBLEM_ROWS {
                @let (text, by) = (format!("problem-{row}"), format!("mend-{row}"));
                div.pair {
                    div { label for=(text) { "问题 " (row + 1) } input id=(text) name=(text) value=(value(&text)) autocomplete="off"; }
                    div { label for=(by) { "整改期限" } input id=(by) name=(by) type="date" value=(value(&by)); }
                }
            }
        }
    }
}

/// The problems that the rows of the form name; an error for each day that is none.
fn typed_problems(typed: &FormValues) -> Result<Vec<FoundProblem>, Vec<FieldError>> {
    let trimmed = |name: String| typed.get(&name).map_or("", |value| value.trim());
    let mut problems = Vec::new();
    let mut errors = Vec::new();
    for row in 0..PROBLEM_ROWS {
        let text = trimmed(format!("problem-{row}"));
        let mend_by = trimmed(format!("mend-{row}"));
        if text.is_empty() {
            continue;
        }
        let mend_by = match mend_by {
            "" => None,
            typed => match office_date::parse(typed) {
                Ok(day) => Some(day),
                Err(error) => {
                    errors.push(FieldError::new("problems", typed, error.to_string()));
                    None
                }
            },
        };
        problems.push(FoundProblem {
            text: text.to_owned(),
            mend_by,
        });
    }
    match errors.is_empty() {
        true => Ok(problems),
        false => Err(errors),
    }
}

async fn submit_visit(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let checked: Vec<String> = typed
        .iter()
        .filter(|(name, _)| name.starts_with("checked-"))
        .map(|(_, point)| point.clone())
        .collect();
    typed.insert(USCC.column.to_owned(), uscc.clone());
    let problems = typed_problems(&typed);
    // A problem that is to be mended later is shown again after saving, for a photograph goes with it.
    let needs_photo = problems
        .as_ref()
        .is_ok_and(|problems| problems.iter().any(|one| one.mend_by.is_some()));
    let visit = match problems {
        Ok(problems) => insert_visit(&context, Submission::Form(&typed), &problems, &checked).await,
        Err(errors) => Err(Problem::invalid(errors)),
    };
    outcome(
        visit,
        |_| match needs_photo {
            true => format!("/supervision/mine/{uscc}?saved=1"),
            false => "/supervision/mine?saved=1".to_owned(),
        },
        async |errors| render_form(&context, &uscc, &typed, &errors).await,
    )
    .await
}
