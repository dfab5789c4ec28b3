//! Signing in and out.

use crate::browser::Browser;
use crate::{password, setup};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use domain::words::Role;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::caller::{SESSION_COOKIE, cookie, session_hash};
use web::extract::{Form, Json, Query};
use web::form::{Errors, Field};
use web::problem::FieldError;
use web::respond::refused;
use web::throttle::{Counted, Try};
use web::{Answer, Code, Context, Problem, kept, page, redirect, seal};

/// One working day and some overtime.
const LASTS: TimeDelta = TimeDelta::hours(12);
/// Checked for accounts that do not exist, so that the time it takes does not tell.
pub const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyBpdA$5pQ1mJrG4TqEwzBd9nSmY0d7nH2kYx0lYH9r9rB6p3s";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    account: String,
    password: String,
}

#[derive(Deserialize)]
struct Known {
    password_hash: String,
    role: Role,
}

/// What a try to sign in is counted against: the browser, where it has signed in to the account before; else account and address
/// together, so that nobody holds up a colleague behind the same address, and all strangers to the account.
async fn counted(
    context: &Context,
    account: &str,
    browser: &Browser,
) -> Result<Vec<Counted>, Problem> {
    Ok(if browser.is_known {
        vec![Counted::own("sign-in from a known browser", &[account, &browser.hash]).await?]
    } else {
        vec![
            Counted::own("sign-in", &[account, &context.network()]).await?,
            Counted::strangers("sign-in by strangers", &[account]).await?,
        ]
    })
}

/// Who has signed in, and the cookies that say so.
struct SignedIn {
    role: Role,
    cookies: [HeaderValue; 2],
}

/// Signs in: gives the cookies of the session and of the browser, and the role that now calls.
async fn begin(
    context: &Context,
    headers: &HeaderMap,
    account: &str,
    given: &str,
) -> Result<SignedIn, Problem> {
    let account = account.trim();
    let browser = Browser::of(context, headers, account).await?;
    let claimed = Try::claim(context, counted(context, account, &browser).await?).await?;
    let sql = "SELECT password_hash, role FROM account WHERE account = ?1 AND status = 'active'";
    let known: Option<Known> = context.store.first(sql, [account.into()]).await?;
    let hash = known.as_ref().map_or(NOBODY, |known| &known.password_hash);
    let right = password::matches(given, hash);
    let Some(known) = known.filter(|_| right) else {
        return Err(Problem {
            errors: vec![FieldError::secret("password", "账号或密码不对，请重新输入")],
            ..Problem::new(Code::WrongCredentials, "账号或密码不对，请重新输入")
        });
    };
    claimed.succeeded(context).await?;
    let token = seal::random_token()?;
    let sql = "INSERT INTO session (token_hash, account, created_at, expires_at, browser_hash) VALUES (?1, ?2, ?3, ?4, ?5)";
    let parameters = [
        session_hash(&token).await?.into(),
        account.into(),
        context.now.to_rfc3339().into(),
        (context.now + LASTS).to_rfc3339().into(),
        browser.hash.as_str().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(SignedIn {
        role: known.role,
        cookies: [
            session_cookie(&token, LASTS.num_seconds()).await?,
            browser.cookie().await?,
        ],
    })
}

async fn session_cookie(token: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    web::cookie::set(SESSION_COOKIE, token, "/", seconds).await
}

async fn end(context: &Context, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    if let Some(token) = cookie(headers, SESSION_COOKIE) {
        let hash = session_hash(token).await?;
        let sql = "DELETE FROM session WHERE token_hash = ?1";
        context.store.run(sql, [hash.into()]).await?;
    }
    session_cookie("", 0).await
}

fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub async fn sign_in(
    context: Context,
    headers: HeaderMap,
    Json(given): Json<Credentials>,
) -> Answer {
    let signed_in = begin(&context, &headers, &given.account, &given.password).await?;
    let response = StatusCode::NO_CONTENT.into_response();
    Ok(with_cookies(response, signed_in.cookies))
}

/// Who calls.
#[derive(Serialize, JsonSchema)]
pub struct Session {
    account: String,
    name: String,
    role: Role,
    towns: Vec<String>,
    cadre_no: Option<String>,
    /// 首次登录，要先修改密码
    must_change_password: bool,
}

pub async fn who_am_i(context: Context) -> Answer {
    let caller = context.caller()?.clone();
    let session = Session {
        account: caller.account,
        name: caller.name,
        role: caller.role,
        towns: caller.towns,
        cadre_no: caller.cadre_no,
        must_change_password: caller.must_change_password,
    };
    Ok(axum::Json(session).into_response())
}

pub async fn sign_out(context: Context, headers: HeaderMap) -> Answer {
    let cookie = end(&context, &headers).await?;
    Ok(with_cookies(
        StatusCode::NO_CONTENT.into_response(),
        [cookie],
    ))
}

pub async fn sign_out_page(context: Context, headers: HeaderMap) -> Answer {
    let cookie = end(&context, &headers).await?;
    Ok(with_cookies(
        Redirect::to("/sign-in?out=1").into_response(),
        [cookie],
    ))
}

/// Said where a form waits for whoever signs in.
const KEPT: &str = "登录已过期。您刚才填写的内容没有丢，登录后会回到原来的页面，内容还在表单里。请在两小时内用原来的账号登录。";

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    next: String,
    changed: Option<String>,
    out: Option<String>,
}

pub async fn form(context: Context, Query(asked): Query<Asked>) -> Answer {
    if let Some(to_setup) = setup::leads_here(&context).await? {
        return Ok(to_setup);
    }
    let said = if asked.changed.is_some() {
        Some("密码已修改，请用新密码登录。")
    } else if asked.out.is_some() {
        Some("您已退出。")
    } else if kept::brings_a_form_back(&asked.next) {
        Some(KEPT)
    } else {
        None
    };
    Ok(sign_in_page(
        &context,
        "",
        &asked.next,
        said,
        &Errors::default(),
    ))
}

fn sign_in_page(
    context: &Context,
    account: &str,
    next: &str,
    said: Option<&str>,
    errors: &Errors,
) -> Response {
    page::page(
        context,
        &errors.title("工作人员登录"),
        &html! {
            (errors.summary())
            h1 { "工作人员登录" }
            @if let Some(said) = said {
                div.panel role="status" { p { (said) } }
            }
            form.stack method="post" action="/sign-in" {
                input type="hidden" name="next" value=(redirect::local(next));
                (Field { autocomplete: "username", ..Field::text("account", "账号", account) }.render(errors))
                (Field::password("password", "密码", "current-password").render(errors))
                button.main { "登录" }
            }
            p.note { "忘记密码请联系区食药安办重置。" }
        },
    )
}

#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    account: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub async fn submit(context: Context, headers: HeaderMap, Form(typed): Form<SignInForm>) -> Answer {
    match begin(&context, &headers, &typed.account, &typed.password).await {
        Ok(SignedIn { role, cookies }) => {
            let target = match redirect::local(&typed.next) {
                "/" if role == Role::Cadre => "/supervision/assignments",
                "/" => "/enterprises",
                next => next,
            };
            Ok(with_cookies(Redirect::to(target).into_response(), cookies))
        }
        Err(problem)
            if problem.status == StatusCode::UNAUTHORIZED
                || problem.status == StatusCode::TOO_MANY_REQUESTS =>
        {
            let errors = if problem.errors.is_empty() {
                vec![FieldError::secret("password", problem.detail.clone())]
            } else {
                problem.errors.clone()
            };
            Ok(refused(
                problem.status,
                sign_in_page(&context, &typed.account, &typed.next, None, &Errors(errors)),
            ))
        }
        Err(problem) => Err(problem),
    }
}
