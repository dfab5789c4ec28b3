//! Tokens for scripts: a role, towns, what they may do, and an end.

use crate::account::{account_role, with_towns};
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use domain::account::AccountRole;
use domain::words::{Role, Word as _};
use http::StatusCode;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::api::{ListPage, gives, gives_nothing, takes};
use web::context::CHINA;
use web::extract::{Form, Json, Path};
use web::form::{Errors, Field, select};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::routes::{OFFICE, Routes};
use web::scope::Scope;
use web::{Answer, Context, Problem, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("账号")
        .get("/tokens", OFFICE, page)
        .post("/tokens", OFFICE, submit)
        .post("/tokens/{id}/revoke", OFFICE, submit_revocation)
        .get("/api/v1/tokens", OFFICE, list_tokens)
        .api("给程序用的令牌", gives::<ListPage<Token>>())
        .post("/api/v1/tokens", OFFICE, create_token)
        .api("新建令牌", takes::<NewToken>().gives_new::<TokenMade>())
        .delete("/api/v1/tokens/{id}", OFFICE, revoke_token)
        .api("作废令牌", gives_nothing())
}

/// The longest time for which a token may hold.
const LONGEST: TimeDelta = TimeDelta::days(365);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    name: String,
    role: AccountRole,
    #[serde(default)]
    towns: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
    /// 时刻（RFC 3339），或者日期：到那一天结束
    expires: String,
}

#[derive(Deserialize, JsonSchema)]
struct Token {
    id: String,
    name: String,
    role: AccountRole,
    towns: Vec<String>,
    /// Null for a token that was made before there were scopes.
    scopes: Option<Vec<String>>,
    #[schemars(with = "DateTime<FixedOffset>")]
    expires_at: String,
    #[schemars(with = "Option<DateTime<FixedOffset>>")]
    revoked_at: Option<String>,
}

/// SQL: all tokens as JSON, those that hold first.
const TOKENS_JSON: &str = concat!(
    "SELECT json_object('items', json_group_array(json_object('id', id, 'name', name, 'role', ",
    account_role!(),
    ", 'towns', ",
    registers::town_names!("towns"),
    ", 'scopes', json(scopes), 'expires_at', expires_at, 'revoked_at', revoked_at)), 'next', NULL, 'total', count(*))
    FROM (SELECT * FROM access_token ORDER BY revoked_at IS NOT NULL, expires_at DESC)"
);

async fn list_tokens(context: Context) -> Answer {
    Ok(json_text(context.store.text(TOKENS_JSON, []).await?))
}

#[derive(Serialize, JsonSchema)]
struct TokenMade {
    id: String,
    /// 只在这里出现一次
    token: String,
}

async fn create_token(context: Context, Json(new): Json<NewToken>) -> Answer {
    let (id, token) = make_token(&context, &new).await?;
    Ok((StatusCode::CREATED, axum::Json(TokenMade { id, token })).into_response())
}

/// Makes a token; gives its id and the token itself.
///
/// # Errors
///
/// 422 for what is wrong with it.
async fn make_token(context: &Context, new: &NewToken) -> Result<(String, String), Problem> {
    let mut errors = Vec::new();
    if domain::text::is_blank(&new.name) {
        errors.push(FieldError::new("name", "", "请填写用途"));
    }
    let role = new.role.with_towns(!new.towns.is_empty());
    match role {
        Role::Cadre => {
            errors.push(FieldError::new("role", "cadre", "令牌不能代替包保干部"));
        }
        Role::Department | Role::TownChair => {
            let reason = "令牌不能代替部门和镇街食药安委主任";
            errors.push(FieldError::new("role", new.role.code(), reason));
        }
        Role::Town | Role::Station if new.towns.is_empty() => {
            errors.push(FieldError::new("towns", "", "请填写镇街"));
        }
        Role::Bureau if !new.towns.is_empty() => {
            let reason = "市场监管局的令牌不分镇街，请留空";
            errors.push(FieldError::new("towns", new.towns.join("、"), reason));
        }
        _ => {}
    }
    let mut scopes = Vec::new();
    for code in &new.scopes {
        match Scope::from_code(code) {
            Some(scope) => scopes.push(scope),
            None => errors.push(FieldError::new("scopes", code, "没有这项权限")),
        }
    }
    if new.scopes.is_empty() {
        errors.push(FieldError::new(
            "scopes",
            "",
            "请选择令牌能做什么，至少一项",
        ));
    }
    let expires = end_of_term(&new.expires)
        .filter(|expires| *expires > context.now && *expires <= context.now + LONGEST);
    if expires.is_none() {
        errors.push(FieldError::new(
            "expires",
            new.expires.as_str(),
            format!(
                "请填写今天以后、一年以内的到期日，最晚 {}",
                domain::office_date::chinese(
                    (context.now + LONGEST - TimeDelta::days(1)).date_naive()
                )
            ),
        ));
    }
    let towns = with_towns(context, errors, &new.towns).await?;
    let Some(expires) = expires else {
        return Err(Problem::invalid(Vec::new()));
    };
    // The scopes come in the order in which pages show them, each once.
    let codes: Vec<String> = Scope::all()
        .filter(|scope| scopes.contains(scope))
        .map(Scope::code)
        .collect();
    let (id, token) = (seal::random_password(12)?, seal::random_token()?);
    // Before there was the bureau, a token could not be an official's: a station without towns sees as little.
    let sql = "INSERT INTO access_token (id, name, token_hash, role, acts_as, towns, expires_at, changed_by, changed_at, scopes)
        SELECT ?1, ?2, ?3, iif(r.role = r.taken_for, r.role, 'station'), nullif(r.role, r.taken_for), ?5, ?6, ?7, ?8, ?9
        FROM staff_role r WHERE r.role = ?4 RETURNING id";
    let parameters = [
        id.as_str().into(),
        new.name.trim().into(),
        seal::keyed_hash("session", &token).await?.into(),
        role.code().into(),
        towns.into(),
        expires.to_rfc3339().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        serde_json::json!(codes).to_string().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok((id, token))
}

/// The moment at which a term ends that is written as a moment (RFC 3339) or as a day, whose end it is; none for any other text.
fn end_of_term(text: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.with_timezone(&CHINA));
    }
    let day: NaiveDate = text.trim().parse().ok()?;
    day.succ_opt()?
        .and_hms_opt(0, 0, 0)?
        .and_local_timezone(CHINA)
        .single()
}

/// Ends a token.
///
/// # Errors
///
/// 404 where there is none that holds.
async fn end_token(context: &Context, id: &str) -> Result<(), Problem> {
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

async fn revoke_token(context: Context, Path(id): Path<String>) -> Answer {
    end_token(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
struct TokenList {
    items: Vec<Token>,
}

#[derive(Deserialize, Default)]
struct TokenForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    towns: String,
    #[serde(default)]
    expires: String,
    /// The ticked boxes, by the code of their scope.
    #[serde(flatten)]
    ticked: BTreeMap<String, String>,
}

impl TokenForm {
    fn scopes(&self) -> Vec<String> {
        Scope::all()
            .map(Scope::code)
            .filter(|code| self.ticked.contains_key(code))
            .collect()
    }
}

async fn page(context: Context) -> Answer {
    token_page(&context, &TokenForm::default(), None, &Errors::default()).await
}

/// The page of all tokens, with the form of a new one. `new_token` is the one that was made just now.
async fn token_page(
    context: &Context,
    typed: &TokenForm,
    new_token: Option<&str>,
    errors: &Errors,
) -> Answer {
    let tokens: TokenList = context.store.json(TOKENS_JSON, []).await?;
    let roles: Vec<(&str, &str)> = [Role::Office, Role::Bureau, Role::Town, Role::Station]
        .map(|role| (role.code(), role.chinese()))
        .into();
    Ok(page::page(
        context,
        &errors.title("令牌"),
        &html! {
            (errors.summary())
            h1 { "给程序用的令牌" }
            p { "令牌只能做选定的事，而且不超出它的角色和镇街。签发、决定、查看投诉举报人、公布名单，以及账号、令牌、经办人的变动，都要由本人登录办理，令牌做不了。" }
            @if let Some(token) = new_token {
                div.panel role="status" {
                    p { "新令牌：" strong { (token) } }
                    p { "只显示这一次，请立即存到使用它的程序里。" }
                }
            }
            (token_table(&tokens.items, context))
            @if tokens.items.iter().any(|token| token.scopes.is_none() && token.revoked_at.is_none()) {
                p.note { "“不限”的令牌是以前建的：原来能读、能导入、能写的照旧，上面说的要由本人办理的事不再能做。建议换成新令牌，再作废旧的。" }
            }
            h2 { "新建令牌" }
            form.stack method="post" action="/tokens" {
                (Field::text("name", "用途", &typed.name).hint("例如：登记平台每日推送").render(errors))
                (select("role", "角色", &roles, &typed.role, errors))
                (Field::text("towns", "镇街", &typed.towns).hint("镇街食安办和监管所需要，用顿号隔开").render(errors))
                (scope_choice(typed, errors))
                (Field { kind: "date", ..Field::text("expires", "到期日", &typed.expires) }.hint("最长一年").render(errors))
                button.main { "新建令牌" }
            }
        },
    ))
}

fn token_table(tokens: &[Token], context: &Context) -> Markup {
    html! {
        @if tokens.is_empty() {
            p { "还没有令牌。" }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="令牌" {
                table {
                    thead { tr { th scope="col" { "用途" } th scope="col" { "角色" } th scope="col" { "能做什么" } th scope="col" { "到期" } th scope="col" { "状态" } } }
                    tbody {
                        @for token in tokens {
                            tr {
                                td { (token.name) }
                                td.tight { (token.role.with_towns(!token.towns.is_empty()).chinese()) }
                                td { (scope_names(token)) }
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
    }
}

/// What a token may do, in words.
fn scope_names(token: &Token) -> String {
    match &token.scopes {
        None => "不限".to_owned(),
        Some(codes) => codes
            .iter()
            .map(|code| Scope::from_code(code).map_or_else(|| code.clone(), Scope::chinese))
            .collect::<Vec<_>>()
            .join("、"),
    }
}

fn scope_choice(typed: &TokenForm, errors: &Errors) -> Markup {
    let ticked = typed.scopes();
    let error = errors.of("scopes");
    html! {
        fieldset.field.wrong[error.is_some()] id="scopes" aria-describedby=[error.map(|_| "scopes-error")] {
            legend { "能做什么" }
            @if let Some(error) = error { p.error id="scopes-error" { strong { "错误：" } (error) } }
            @for scope in Scope::all() {
                @let code = scope.code();
                label.line {
                    input type="checkbox" name=(code) value="1" checked[ticked.contains(&code)];
                    span { (scope.chinese()) }
                }
            }
        }
    }
}

/// The day of an RFC 3339 time, as pages show it.
fn day(time: &str) -> String {
    DateTime::parse_from_rfc3339(time).map_or_else(
        |_| time.to_owned(),
        |time| domain::office_date::chinese(time.with_timezone(&CHINA).date_naive()),
    )
}

async fn submit(context: Context, Form(typed): Form<TokenForm>) -> Answer {
    let new = NewToken {
        name: typed.name.clone(),
        role: AccountRole::read(&typed.role).unwrap_or(AccountRole::Cadre),
        towns: typed
            .towns
            .split(['、', ',', '，', ' '])
            .filter(|town| !town.is_empty())
            .map(str::to_owned)
            .collect(),
        scopes: typed.scopes(),
        expires: typed.expires.clone(),
    };
    match make_token(&context, &new).await {
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

async fn submit_revocation(context: Context, Path(id): Path<String>) -> Answer {
    end_token(&context, &id).await?;
    Ok(Redirect::to("/tokens").into_response())
}
