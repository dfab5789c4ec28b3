//! Wording that a reply begins with: the office's to change.

use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use domain::words::Role;
use maud::html;
use serde::Deserialize;
use web::extract::Form;
use web::form::{Errors, Field, area};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page};

/// The names of those that are not emptied.
pub async fn names(context: &Context) -> Result<Vec<String>, Problem> {
    let sql = "SELECT json_group_array(name) FROM (SELECT name FROM complaint_template WHERE text <> '' ORDER BY name)";
    Ok(context.store.json(sql, []).await?)
}

/// The text of that name; empty where there is none.
pub async fn text(context: &Context, name: &str) -> Result<String, Problem> {
    let sql = "SELECT coalesce((SELECT text FROM complaint_template WHERE name = ?1), '')";
    Ok(context.store.text(sql, [name.into()]).await?)
}

#[derive(Deserialize, Default)]
pub struct Typed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    text: String,
}

pub async fn page(context: Context) -> Answer {
    shown(&context, &Typed::default(), &Errors::default()).await
}

async fn shown(context: &Context, typed: &Typed, errors: &Errors) -> Answer {
    let sql = "SELECT json_group_array(json_array(name, text)) FROM (SELECT * FROM complaint_template WHERE text <> '' ORDER BY name)";
    let all: Vec<(String, String)> = context.store.json(sql, []).await?;
    let office = context.caller()?.role == Role::Office;
    Ok(page::page(
        context,
        &errors.title("回复模板"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "回复模板" }
            p { "回复投诉人、举报人时可以从这些话开始，再按实际情况改。" }
            @for (name, text) in &all { div.step { h2 { (name) } p.said { (text) } } }
            @if office {
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

pub async fn submit(context: Context, Form(typed): Form<Typed>) -> Answer {
    let name = typed.name.trim();
    let mut errors = Vec::new();
    if name.is_empty() || name.chars().count() > 40 {
        errors.push(FieldError::new("name", name, "名称应为 1 到 40 个字"));
    }
    if typed.text.chars().count() > 2_000 {
        errors.push(FieldError::secret("text", "最多 2000 个字"));
    }
    if !errors.is_empty() {
        let page = shown(&context, &typed, &Errors(errors)).await?;
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
