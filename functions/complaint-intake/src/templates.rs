//! Templates that a reply begins with, which the bureau changes.

use crate::access::HANDLERS;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use maud::html;
use serde::Deserialize;
use web::extract::Form;
use web::form::{Errors, Field, area};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::BUREAU;
use web::{Answer, Context, Problem, Routes, page};

/// The most characters that the name of a template may have.
const LONGEST_NAME: usize = 40;
/// The most characters that a template may have.
const LONGEST_TEXT: usize = 2_000;

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/complaints/templates", HANDLERS, show_templates)
        .post("/complaints/templates", BUREAU, save_template)
}

/// The names of the templates in use: one that was emptied is not.
pub async fn template_names(context: &Context) -> Result<Vec<String>, Problem> {
    let sql = "SELECT json_group_array(name) FROM (SELECT name FROM complaint_template WHERE text <> '' ORDER BY name)";
    Ok(context.store.json(sql, []).await?)
}

/// The text of the template of that name; empty where there is none.
pub async fn template_text(context: &Context, name: &str) -> Result<String, Problem> {
    let sql = "SELECT coalesce((SELECT text FROM complaint_template WHERE name = ?1), '')";
    Ok(context.store.text(sql, [name.into()]).await?)
}

#[derive(Deserialize, Default)]
struct TemplateForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    text: String,
}

async fn show_templates(context: Context) -> Answer {
    templates_page(&context, &TemplateForm::default(), &Errors::default()).await
}

async fn templates_page(context: &Context, typed: &TemplateForm, errors: &Errors) -> Answer {
    let sql = "SELECT json_group_array(json_array(name, text)) FROM (SELECT * FROM complaint_template WHERE text <> '' ORDER BY name)";
    let all: Vec<(String, String)> = context.store.json(sql, []).await?;
    let may_change = BUREAU.admits(context.caller.as_ref());
    Ok(page::page(
        context,
        &errors.title("回复模板"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "回复模板" }
            p { "回复投诉人、举报人时可以从这些话开始，再按实际情况改。" }
            @for (name, text) in &all { div.step { h2 { (name) } p.said { (text) } } }
            @if may_change {
                h2 { "增加或者修改" }
                form.stack method="post" action="/complaints/templates" {
                    (Field::text("name", "名称", &typed.name).hint("和已有的同名就是修改").render(errors))
                    (area(("text", "text"), "内容", Some("清空就是不再使用"), &typed.text, false, errors))
                    button.main { "保存" }
                }
            }
        },
    ))
}

async fn save_template(context: Context, Form(typed): Form<TemplateForm>) -> Answer {
    let name = typed.name.trim();
    let mut errors = Vec::new();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        errors.push(FieldError::new("name", name, "名称应为 1 到 40 个字"));
    }
    if typed.text.chars().count() > LONGEST_TEXT {
        errors.push(FieldError::secret("text", "最多 2000 个字"));
    }
    if !errors.is_empty() {
        let page = templates_page(&context, &typed, &Errors(errors)).await?;
        return Ok(refused(http::StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    let sql = "INSERT INTO complaint_template (name, text, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (name) DO UPDATE SET text = excluded.text, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        WHERE text IS NOT excluded.text";
    let parameters = [
        name.into(),
        typed.text.trim().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(Redirect::to("/complaints/templates").into_response())
}
