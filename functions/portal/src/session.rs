//! Signing in and out.

use crate::browser::Browser;
use crate::{password, setup};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::words::Role;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{gives, gives_nothing, takes};
use web::caller::{SESSION_COOKIE, cookie, session_hash};
use web::extract::{Form, Json, Query};
use web::form::{Errors, Field};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::Routes;
use web::routes::Who::{Everybody, SignedIn};
use web::throttle::{Counted, Try};
use web::{Answer, Context, Problem, kept, page, redirect, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("账号")
        .get("/sign-in", Everybody, form)
        .post("/sign-in", Everybody, submit)
        .post("/sign-out", Everybody, submit_sign_out)
        .post("/api/v1/session", Everybody, sign_in)
        .api(
            "登录，返回会话 cookie",
            takes::<Credentials>().gives_nothing().refuses(&[429]),
        )
        .get("/api/v1/session", SignedIn, who_am_i)
        .api("当前登录的是谁", gives::<Session>())
        .delete("/api/v1/session", SignedIn, sign_out)
        .api("退出", gives_nothing())
}

/// How long a session lasts: one working day and some overtime.
const SESSION_LASTS: TimeDelta = TimeDelta::hours(12);
/// The hash that a password is checked against where there is no such account, so that the time of the answer does not tell.
pub const HASH_OF_NO_ACCOUNT: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyBpdA$5pQ1mJrG4TqEwzBd9nSmY0d7nH2kYx0lYH9r9rB6p3s";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    account: String,
    password: String,
}

#[derive(Deserialize)]
struct StoredAccount {
    password_hash: String,
    role: Role,
}

/// What an attempt to sign in is counted against: the browser, where it has signed in to the account before; otherwise account and
/// address together, so that nobody holds up a colleague behind the same address, and besides all strangers to the account together.
async fn attempt_counters(
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

/// What signing in gives: the role of the account, and the cookies of the session and of the browser.
struct NewSession {
    role: Role,
    cookies: [HeaderValue; 2],
}

/// Begins a session.
///
/// # Errors
///
/// 401 for a wrong account or password, 429 after too many attempts.
async fn begin_session(
    context: &Context,
    headers: &HeaderMap,
    account: &str,
    password: &str,
) -> Result<NewSession, Problem> {
    let account = account.trim();
    let browser = Browser::identify(context, headers, account).await?;
    let claimed = Try::claim(context, attempt_counters(context, account, &browser).await?).await?;
    let sql = "SELECT password_hash, coalesce(acts_as, role) AS role FROM account WHERE account = ?1 AND status = 'active'";
    let stored: Option<StoredAccount> = context.store.first(sql, [account.into()]).await?;
    let hash = stored
        .as_ref()
        .map_or(HASH_OF_NO_ACCOUNT, |stored| &stored.password_hash);
    let matches = password::matches(password, hash);
    let Some(stored) = stored.filter(|_| matches) else {
        return Err(Problem {
            errors: vec![FieldError::secret("password", "账号或密码不对，请重新输入")],
            ..Problem::wrong_credentials("账号或密码不对，请重新输入")
        });
    };
    claimed.succeeded(context).await?;
    let token = seal::random_token()?;
    let sql = "INSERT INTO session (token_hash, account, created_at, expires_at, browser_hash) VALUES (?1, ?2, ?3, ?4, ?5)";
    let parameters = [
        session_hash(&token).await?.into(),
        account.into(),
        context.now.to_rfc3339().into(),
        (context.now + SESSION_LASTS).to_rfc3339().into(),
        browser.hash.as_str().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(NewSession {
        role: stored.role,
        cookies: [
            session_cookie(&token, SESSION_LASTS.num_seconds()).await?,
            browser.cookie().await?,
        ],
    })
}

async fn session_cookie(token: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    web::cookie::set(SESSION_COOKIE, token, "/", seconds).await
}

/// Ends the session of these headers, and gives the cookie that forgets it.
async fn end_session(context: &Context, headers: &HeaderMap) -> Result<HeaderValue, Problem> {
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

async fn sign_in(
    context: Context,
    headers: HeaderMap,
    Json(credentials): Json<Credentials>,
) -> Answer {
    let session = begin_session(
        &context,
        &headers,
        &credentials.account,
        &credentials.password,
    )
    .await?;
    let response = StatusCode::NO_CONTENT.into_response();
    Ok(with_cookies(response, session.cookies))
}

/// Who is signed in.
#[derive(Serialize, JsonSchema)]
struct Session {
    account: String,
    name: String,
    role: AccountRole,
    towns: Vec<String>,
    cadre_no: Option<String>,
    /// 部门账号所属单位的 id
    organisation: Option<String>,
    /// 首次登录，要先修改密码
    must_change_password: bool,
}

async fn who_am_i(context: Context) -> Answer {
    let caller = context.caller()?.clone();
    let session = Session {
        account: caller.account,
        name: caller.name,
        role: caller.role.into(),
        towns: caller.town_names,
        cadre_no: caller.cadre_no,
        organisation: caller.organisation.map(|organisation| organisation.id),
        must_change_password: caller.must_change_password,
    };
    Ok(axum::Json(session).into_response())
}

async fn sign_out(context: Context, headers: HeaderMap) -> Answer {
    let cookie = end_session(&context, &headers).await?;
    Ok(with_cookies(
        StatusCode::NO_CONTENT.into_response(),
        [cookie],
    ))
}

async fn submit_sign_out(context: Context, headers: HeaderMap) -> Answer {
    let cookie = end_session(&context, &headers).await?;
    Ok(with_cookies(
        Redirect::to("/sign-in?out=1").into_response(),
        [cookie],
    ))
}

/// What the page says where a form waits for whoever signs in.
const FORM_WAITS: &str = "登录已过期。您刚才填写的内容没有丢，登录后会回到原来的页面，内容还在表单里。请在两小时内用原来的账号登录。";

#[derive(Deserialize, Default)]
struct SignInQuery {
    #[serde(default)]
    next: String,
    changed: Option<String>,
    out: Option<String>,
}

async fn form(context: Context, Query(query): Query<SignInQuery>) -> Answer {
    if let Some(to_setup) = setup::redirect_to_setup(&context).await? {
        return Ok(to_setup);
    }
    let message = if query.changed.is_some() {
        Some("密码已修改，请用新密码登录。")
    } else if query.out.is_some() {
        Some("您已退出。")
    } else if kept::brings_a_form_back(&query.next) {
        Some(FORM_WAITS)
    } else {
        None
    };
    Ok(sign_in_page(
        &context,
        "",
        &query.next,
        message,
        &Errors::default(),
    ))
}

fn sign_in_page(
    context: &Context,
    account: &str,
    next: &str,
    message: Option<&str>,
    errors: &Errors,
) -> Response {
    page::page(
        context,
        &errors.title("工作人员登录"),
        &html! {
            (errors.summary())
            h1 { "工作人员登录" }
            @if let Some(message) = message {
                div.panel role="status" { p { (message) } }
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
struct SignInForm {
    #[serde(default)]
    account: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

async fn submit(context: Context, headers: HeaderMap, Form(typed): Form<SignInForm>) -> Answer {
    match begin_session(&context, &headers, &typed.account, &typed.password).await {
        Ok(NewSession { role, cookies }) => {
            let target = match redirect::local(&typed.next) {
                "/" => match role {
                    Role::Cadre => "/supervision/assignments",
                    Role::Department => "/notices",
                    _ => "/enterprises",
                },
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
