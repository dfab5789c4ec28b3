//! Tokens for scripts: a role, towns, and an expiry that is required.

use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, NaiveDate};
use domain::words::{Role, Word as _};
use http::StatusCode;
use maud::html;
use serde::Deserialize;
use web::extract::{Form, Json, Path};
use web::form::{Errors, Field, select};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Context, Problem, page, seal};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    name: String,
    role: Role,
    #[serde(default)]
    towns: Vec<String>,
    /// RFC 3339, or a date, which it outlives.
    expires: String,
}

#[derive(Deserialize)]
struct Token {
    id: String,
    name: String,
    role: Role,
    expires_at: String,
    revoked_at: Option<String>,
}

const LIST: &str = "SELECT json_object('items', json_group_array(json_object('id', id, 'name', name, 'role', role, 'towns', json(towns),
    'expires_at', expires_at, 'revoked_at', revoked_at)), 'next', NULL, 'total', count(*))
    FROM (SELECT * FROM access_token ORDER BY revoked_at IS NOT NULL, expires_at DESC)";

pub async fn list_tokens(context: Context) -> Answer {
    Ok(json_text(context.store.text(LIST, []).await?))
}

pub async fn create_token(context: Context, Json(new): Json<NewToken>) -> Answer {
    let (id, token) = create(&context, &new).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(serde_json::json!({"id": id, "token": token})),
    )
        .into_response())
}

async fn create(context: &Context, new: &NewToken) -> Result<(String, String), Problem> {
    let mut errors = Vec::new();
    if domain::text::is_blank(&new.name) {
        errors.push(FieldError::new("name", "", "请填写用途"));
    }
    let towns_missing = matches!(new.role, Role::Town | Role::Station) && new.towns.is_empty();
    if new.role == Role::Cadre {
        errors.push(FieldError::new("role", "cadre", "令牌不能代替包保干部"));
    } else if towns_missing {
        errors.push(FieldError::new("towns", "", "请填写镇街"));
    }
    let expires = DateTime::parse_from_rfc3339(&new.expires)
        .map(|time| time.with_timezone(&web::context::CHINA))
        .ok()
        .or_else(|| {
            let day: NaiveDate = new.expires.trim().parse().ok()?;
            day.succ_opt()?
                .and_hms_opt(0, 0, 0)?
                .and_local_timezone(web::context::CHINA)
                .single()
        })
        .filter(|expires| *expires > context.now);
    if expires.is_none() {
        errors.push(FieldError::new(
            "expires",
            new.expires.as_str(),
            "请填写今天以后的到期日，例如 2027-06-30",
        ));
    }
    let (Some(expires), true) = (expires, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let (id, token) = (seal::random_password(12)?, seal::random_token()?);
    let sql = "INSERT INTO access_token (id, name, token_hash, role, towns, expires_at, changed_by, changed_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let parameters = [
        id.as_str().into(),
        new.name.trim().into(),
        seal::keyed_hash("session", &token).await?.into(),
        new.role.code().into(),
        serde_json::json!(new.towns).to_string().into(),
        expires.to_rfc3339().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok((id, token))
}

async fn revoke(context: &Context, id: &str) -> Result<(), Problem> {
    let sql = "UPDATE access_token SET revoked_at = ?2, changed_by = ?3, changed_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING id";
    let by = context.caller()?.account.as_str();
    match context
        .store
        .run(sql, [id.into(), context.at().into(), by.into()])
        .await?
    {
        1 => Ok(()),
        _ => Err(Problem::not_found()),
    }
}

pub async fn revoke_token(context: Context, Path(id): Path<String>) -> Answer {
    revoke(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct Tokens {
    items: Vec<Token>,
}

#[derive(Deserialize, Default)]
pub struct TokenForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    towns: String,
    #[serde(default)]
    expires: String,
}

pub async fn page(context: Context) -> Answer {
    token_page(&context, &TokenForm::default(), None, &Errors::default()).await
}

async fn token_page(
    context: &Context,
    typed: &TokenForm,
    made: Option<&str>,
    errors: &Errors,
) -> Answer {
    let tokens: Tokens = context.store.json(LIST, []).await?;
    let roles: Vec<(&str, &str)> = [Role::Office, Role::Town, Role::Station]
        .map(|role| (role.code(), role.chinese()))
        .into();
    Ok(page::page(
        context,
        &errors.title("令牌"),
        &html! {
            (errors.summary())
            h1 { "给程序用的令牌" }
            @if let Some(token) = made {
                div.panel role="status" {
                    p { "新令牌：" strong { (token) } }
                    p { "只显示这一次，请立即存到使用它的程序里。" }
                }
            }
            @if tokens.items.is_empty() {
                p { "还没有令牌。" }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="令牌" {
                    table {
                        thead { tr { th scope="col" { "用途" } th scope="col" { "角色" } th scope="col" { "到期" } th scope="col" { "状态" } } }
                        tbody {
                            @for token in &tokens.items {
                                tr {
                                    td { (token.name) }
                                    td.tight { (token.role.chinese()) }
                                    td.tight { (day(&token.expires_at)) }
                                    td.tight {
                                        @if token.revoked_at.is_some() { "已作废" }
                                        @else if token.expires_at < context.now.to_rfc3339() { "已到期" }
                                        @else {
                                            form method="post" action={ "/tokens/" (token.id) "/revoke" } {
                                                button.plain { "作废“" (token.name) "”" }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            h2 { "新建令牌" }
            form.stack method="post" action="/tokens" {
                (Field::text("name", "用途", &typed.name).hint("例如：登记平台每日推送").render(errors))
                (select("role", "角色", &roles, &typed.role, errors))
                (Field::text("towns", "镇街", &typed.towns).hint("镇街食安办和监管所需要，用顿号隔开").render(errors))
                (Field { kind: "date", ..Field::text("expires", "到期日", &typed.expires) }.render(errors))
                button.main { "新建令牌" }
            }
        },
    ))
}

/// The day of an RFC 3339 time, as pages show it.
fn day(time: &str) -> String {
    DateTime::parse_from_rfc3339(time).map_or_else(
        |_| time.to_owned(),
        |time| domain::office_date::chinese(time.with_timezone(&web::context::CHINA).date_naive()),
    )
}

pub async fn submit(context: Context, Form(typed): Form<TokenForm>) -> Answer {
    let new = NewToken {
        name: typed.name.clone(),
        role: Role::read(&typed.role).unwrap_or(Role::Cadre),
        towns: typed
            .towns
            .split(['、', ',', '，', ' '])
            .filter(|town| !town.is_empty())
            .map(str::to_owned)
            .collect(),
        expires: typed.expires.clone(),
    };
    match create(&context, &new).await {
        Ok((_, token)) => {
            token_page(
                &context,
                &TokenForm::default(),
                Some(&token),
                &Errors::default(),
            )
            .await
        }
        Err(problem) if !problem.errors.is_empty() => Ok(refused(
            problem.status,
            token_page(&context, &typed, None, &Errors(problem.errors)).await?,
        )),
        Err(problem) => Err(problem),
    }
}

pub async fn revoke_submit(context: Context, Path(id): Path<String>) -> Answer {
    revoke(&context, &id).await?;
    Ok(Redirect::to("/tokens").into_response())
}
