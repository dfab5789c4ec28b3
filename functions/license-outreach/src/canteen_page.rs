//! The page of one canteen project, with the forms to change it and to record a visit.

use crate::canteen_project::{CanteenProject, FORM, find_project, given_of_form, update_project};
use crate::canteen_visits::{ADVICE, STEP, VISITED_ON, insert_visit};
use crate::tabs::tabs;
use crate::{DOOR, FIELD, goes_to_the_door};
use axum::response::{IntoResponse as _, Redirect};
use domain::office_date::chinese;
use domain::words::Word as _;
use maud::{Markup, html};
use registers::{FormValues, Item, Submission};
use web::extract::{Form, Path};
use web::form::{self, Errors, outcome};
use web::respond::refused;
use web::routes::Routes;
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/license-outreach/canteens/{id}", FIELD, project_page)
        .post("/license-outreach/canteens/{id}", DOOR, submit_change)
        .post("/license-outreach/canteens/{id}/visits", DOOR, submit_visit)
}

/// The name of the visit's note on the page, on which the project's own note is called `note`.
const ADVICE_INPUT: &str = "visit_note";

/// A form of the page that was refused, with what was typed into it.
#[derive(Default)]
struct RefusedForm<'t> {
    project: Option<&'t FormValues>,
    visit: Option<&'t FormValues>,
    errors: Errors,
    /// Whether somebody else has changed the project meanwhile.
    conflict: bool,
}

async fn project_page(context: Context, Path(id): Path<String>) -> Answer {
    render_project(&context, &id, RefusedForm::default()).await
}

async fn render_project(context: &Context, id: &str, refused_form: RefusedForm<'_>) -> Answer {
    let text = find_project(context, id).await?;
    let project: CanteenProject = serde_json::from_str(&text).map_err(Problem::internal)?;
    let now: Item = serde_json::from_str(&text).map_err(Problem::internal)?;
    let errors = &refused_form.errors;
    let forms = match goes_to_the_door(context) {
        true => Some((
            visit_form(context, &project, &refused_form).await?,
            change_form(context, &project, now, &refused_form).await?,
        )),
        false => None,
    };
    Ok(page::page(
        context,
        &errors.title(&project.name),
        &html! {
            (tabs(context))
            (errors.summary())
            @if refused_form.conflict {
                div.error-summary role="alert" tabindex="-1" autofocus { h2 { "别人刚修改过这个项目" } p { "上面是现在的情况，您填写的内容还在下面的表单里，请对照后再保存一次。" } }
            }
            h1 { (project.name) }
            p { (project.company) "　" (project.town) }
            @if !project.contacts.is_empty() { p { @for line in project.contacts.lines() { (line) br; } } }
            h2 { "应做的服务" }
            (deadline_table(context, &project))
            h2 { "服务记录" }
            @if project.visits.is_empty() { p { "还没有上门服务。" } } @else {
                ul { @for visit in &project.visits { li { (chinese(visit.visited_on)) "，" (visit.step.chinese()) @if !visit.note.is_empty() { "：" (visit.note) } } } }
            }
            @if let Some((visit_form, change_form)) = forms { (visit_form) (change_form) }
            p { a href={ "/audit?record=canteen-project/" (project.id) } { "变更记录" } }
        },
    ))
}

fn deadline_table(context: &Context, project: &CanteenProject) -> Markup {
    let today = context.today();
    html! {
        div.scroll tabindex="0" role="region" aria-label="应做的服务" {
            table {
                thead { tr { th scope="col" { "事项" } th scope="col" { "期限" } th scope="col" { "完成" } } }
                tbody {
                    @for deadline in &project.deadlines {
                        tr {
                            td.name { (deadline.subject.split('：').next_back().unwrap_or("")) }
                            td.tight { (chinese(deadline.due_on)) }
                            td.tight { @match deadline.met_on {
                                Some(day) => (chinese(day)),
                                None if deadline.due_on < today => strong { "已超期" },
                                None => "还没有",
                            } }
                        }
                    }
                }
            }
        }
    }
}

async fn visit_form(
    context: &Context,
    project: &CanteenProject,
    refused_form: &RefusedForm<'_>,
) -> Result<Markup, Problem> {
    let errors = &refused_form.errors;
    let today = FormValues::from([("visited_on".to_owned(), context.today().to_string())]);
    let typed = refused_form.visit.unwrap_or(&today);
    let inputs = registers::inputs(context, &[STEP, VISITED_ON], typed, errors).await?;
    let advice = typed.get(ADVICE_INPUT).map_or("", String::as_str);
    Ok(html! {
        details open[refused_form.visit.is_some()] { summary { "记一次上门服务" }
            form.stack method="post" action={ "/license-outreach/canteens/" (project.id) "/visits" } {
                (inputs)
                (form::Field::text(ADVICE_INPUT, "指导内容", advice).render(errors))
                button.main { "保存" }
            }
        }
    })
}

async fn change_form(
    context: &Context,
    project: &CanteenProject,
    now: Item,
    refused_form: &RefusedForm<'_>,
) -> Result<Markup, Problem> {
    let now: FormValues = now
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
        .collect();
    let typed = refused_form.project.unwrap_or(&now);
    let inputs = registers::inputs(context, FORM, typed, &refused_form.errors).await?;
    // A form that is mended keeps the version it was read with; only whoever is shown another person's change saves over it.
    let read = refused_form.project.filter(|_| !refused_form.conflict);
    let version = read
        .and_then(|typed| typed.get("version"))
        .map_or_else(|| project.version.to_string(), String::clone);
    Ok(html! {
        details open[refused_form.project.is_some()] { summary { "修改项目、填写开工和竣工" }
            form.stack method="post" {
                input type="hidden" name="version" value=(version);
                (inputs)
                button.main { "保存" }
            }
        }
    })
}

async fn submit_change(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    let version = typed.get("version").and_then(|text| text.parse().ok());
    let given = given_of_form(&typed);
    match update_project(&context, &id, given, version.unwrap_or(0)).await {
        Ok(()) => Ok(Redirect::to(&format!("/license-outreach/canteens/{id}")).into_response()),
        Err(problem) if problem.current.is_some() || !problem.errors.is_empty() => {
            let refused_form = RefusedForm {
                project: Some(&typed),
                conflict: problem.current.is_some(),
                errors: Errors(problem.errors),
                ..RefusedForm::default()
            };
            let page = render_project(&context, &id, refused_form).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}

/// Names an error of the visit's note as the page does, so that it does not stand at the note of the project.
fn name_as_on_page(mut problem: Problem) -> Problem {
    for error in &mut problem.errors {
        if error.field == ADVICE.column {
            error.field = ADVICE_INPUT.to_owned();
        }
    }
    problem
}

async fn submit_visit(
    context: Context,
    Path(id): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let advice = typed.get(ADVICE_INPUT).cloned().unwrap_or_default();
    typed.insert(ADVICE.column.to_owned(), advice);
    outcome(
        insert_visit(&context, &id, Submission::Form(&typed))
            .await
            .map_err(name_as_on_page),
        |()| format!("/license-outreach/canteens/{id}"),
        async |errors| {
            let refused_form = RefusedForm {
                visit: Some(&typed),
                errors,
                ..RefusedForm::default()
            };
            render_project(&context, &id, refused_form).await
        },
    )
    .await
}
