//! The pages of 文书模板: the wording of each kind of paper, the form to change it from a day on, and how the newest paper of the kind would read by it.

use crate::notice::find_notice;
use crate::paper::wording;
use crate::paper_template::{FIELDS, PaperTemplate, fault};
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{NoticeKind, Word as _};
use http::StatusCode;
use maud::{Markup, html};
use registers::{Field, FormValues, Item, Questions, Submission};
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::{Items, gives};
use web::extract::{Form, Json, Path};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/sweep/templates", OFFICE, templates_page)
        .get("/sweep/templates/{kind}", OFFICE, template_page)
        .post("/sweep/templates/{kind}", OFFICE, submit_template)
        .get("/api/v1/sweep/templates", OFFICE, list_templates)
        .api("文书模板及其历史", gives::<Items<TemplateVersion>>())
        .put("/api/v1/sweep/templates/{kind}", OFFICE, set_template)
        .api(
            "改变一种文书的模板，从明天或更晚起",
            NEW_TEMPLATE.taken().named("set_template").gives_nothing(),
        )
}

const VALID_FROM: Field = Field::any_day("valid_from", "从哪天起").required();
const OPENING: Field = Field::long_text("opening", "事项之前", 600).required();
const DEMAND: Field = Field::long_text("demand", "事项之后：要求", 600).required();
const WARNING: Field = Field::long_text("warning", "期满以后", 600);

static NEW_TEMPLATE: Questions =
    Questions::of("NewPaperTemplate", &[VALID_FROM, OPENING, DEMAND, WARNING]);

/// A version of a template.
#[derive(Deserialize, JsonSchema)]
struct TemplateVersion {
    kind: NoticeKind,
    valid_from: NaiveDate,
    opening: String,
    demand: String,
    warning: Option<String>,
}

const TEMPLATES_JSON: &str = "SELECT json_object('items', json_group_array(json_object('kind', t.kind, 'valid_from', t.valid_from, 'opening', t.opening,
        'demand', t.demand, 'warning', t.warning)))
    FROM (SELECT p.* FROM paper_template p JOIN notice_kind k ON k.kind = p.kind ORDER BY k.rung, p.valid_from) t";

async fn list_templates(context: Context) -> Answer {
    Ok(json_text(context.store.text(TEMPLATES_JSON, []).await?))
}

async fn find_templates(context: &Context) -> Result<Vec<TemplateVersion>, Problem> {
    #[derive(Deserialize)]
    struct TemplateList {
        items: Vec<TemplateVersion>,
    }
    let list: TemplateList = context.store.json(TEMPLATES_JSON, []).await?;
    Ok(list.items)
}

/// The kind that an address names; 404 where it names none.
fn read_kind(typed: &str) -> Result<NoticeKind, Problem> {
    let mut kinds = NoticeKind::ALL.iter().copied();
    kinds
        .find(|kind| kind.code() == typed)
        .ok_or_else(Problem::not_found)
}

async fn set_template(
    context: Context,
    Path(kind): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    write_template(&context, read_kind(&kind)?, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Writes a template that holds from a day to come.
///
/// # Errors
///
/// 422 for each field that cannot be taken; a text with a name that the program does not fill in is none.
async fn write_template(
    context: &Context,
    kind: NoticeKind,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    let new = NEW_TEMPLATE.read(context, sent).await?;
    let mut errors = Vec::new();
    if new
        .day(&VALID_FROM)
        .is_some_and(|day| day <= context.today())
    {
        let typed = new.text(&VALID_FROM).unwrap_or_default();
        let reason = "已经生效的不能改，请从明天或更晚的日期起设定";
        errors.push(FieldError::new(VALID_FROM.column, typed, reason));
    }
    for field in [&OPENING, &DEMAND, &WARNING] {
        let text = new.text(field).unwrap_or_default();
        if let Some(reason) = fault(text) {
            errors.push(FieldError::new(field.column, text, reason));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sql = "INSERT INTO paper_template (kind, valid_from, opening, demand, warning, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (kind, valid_from) DO UPDATE SET opening = excluded.opening, demand = excluded.demand, warning = excluded.warning,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at RETURNING 1";
    let parameters = [
        kind.code().into(),
        new.value(&VALID_FROM),
        new.value(&OPENING),
        new.value(&DEMAND),
        new.value(&WARNING),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

async fn templates_page(context: Context) -> Answer {
    let versions = find_templates(&context).await?;
    let today = context.today();
    Ok(frame::page(
        &context,
        "文书模板",
        &html! {
            (tabs(&context))
            h1 { "文书模板" }
            p { "各种文书正文的写法。已经发出的文书保持发出之日的写法。" }
            @for kind in NoticeKind::ALL {
                @let mut own: Vec<&TemplateVersion> = versions.iter().filter(|version| version.kind == *kind).collect();
                @let now = own.iter().rposition(|version| version.valid_from <= today).unwrap_or(0);
                h2 { (kind.chinese()) }
                @for version in own.drain(now..) {
                    @if version.valid_from > today { p { strong { (chinese(version.valid_from)) "起改为：" } } }
                    div.panel { p { (version.opening) } p { (version.demand) } @if let Some(warning) = &version.warning { p { (warning) } } }
                }
                p { a href={ "/sweep/templates/" (kind.code()) } { "修改" span.hidden { "：" (kind.chinese()) } } }
            }
        },
    ))
}

async fn template_page(context: Context, Path(kind): Path<String>) -> Answer {
    let kind = read_kind(&kind)?;
    let versions = find_templates(&context).await?;
    let mut typed = FormValues::new();
    if let Some(last) = versions.into_iter().rfind(|version| version.kind == kind) {
        for (field, value) in [
            (OPENING, last.opening),
            (DEMAND, last.demand),
            (WARNING, last.warning.unwrap_or_default()),
        ] {
            typed.insert(field.column.to_owned(), value);
        }
    }
    render_template(&context, kind, &typed, &Errors::default()).await
}

/// The paragraphs of the newest paper of the kind, worded by what was typed; none where there is no such paper yet.
async fn previewed(
    context: &Context,
    kind: NoticeKind,
    typed: &FormValues,
) -> Result<Option<Vec<String>>, Problem> {
    let sql = "SELECT coalesce((SELECT CAST(max(id) AS TEXT) FROM notice WHERE kind = ?1), '')";
    let id = context.store.text(sql, [kind.code().into()]).await?;
    if id.is_empty() {
        return Ok(None);
    }
    let mut notice = find_notice(context, &id).await?;
    let said = |field: &Field| typed.get(field.column).cloned().unwrap_or_default();
    notice.template = PaperTemplate {
        opening: said(&OPENING),
        demand: said(&DEMAND),
        warning: Some(said(&WARNING)).filter(|text| !text.is_empty()),
    };
    let (opening, closing) = wording(&notice);
    Ok(Some(std::iter::once(opening).chain(closing).collect()))
}

async fn render_template(
    context: &Context,
    kind: NoticeKind,
    typed: &FormValues,
    errors: &Errors,
) -> Result<Response, Problem> {
    let preview = previewed(context, kind, typed).await?;
    Ok(frame::page(
        context,
        &errors.title(&format!("{}的模板", kind.chinese())),
        &html! {
            (errors.summary())
            h1 { (kind.chinese()) "的模板" }
            form.stack method="post" {
                (NEW_TEMPLATE.inputs(context, typed, errors).await?)
                div.actions {
                    button.main name="action" value="save" { "保存" }
                    button.second name="action" value="preview" { "看一看" }
                    a.second href="/sweep/templates" { "返回" }
                }
            }
            (field_list())
            h2 { "用最近一件文书看" }
            @match preview {
                Some(paragraphs) => { div.panel { @for text in &paragraphs { p { (text) } } } },
                None => { p { "还没有这种文书。" } },
            }
        },
    ))
}

/// The names that a template may have.
fn field_list() -> Markup {
    html! {
        details {
            summary { "花括号里可以写的字段" }
            dl.facts { @for (name, what) in FIELDS { dt { "{" (name) "}" } dd { (what) } } }
        }
    }
}

async fn submit_template(
    context: Context,
    Path(kind): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    let kind = read_kind(&kind)?;
    if typed
        .get("action")
        .is_some_and(|action| action == "preview")
    {
        return render_template(&context, kind, &typed, &Errors::default()).await;
    }
    match write_template(&context, kind, Submission::Form(&typed)).await {
        Ok(()) => Ok(Redirect::to("/sweep/templates").into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let errors = Errors(problem.errors);
            let page = render_template(&context, kind, &typed, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}
