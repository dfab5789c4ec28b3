//! The first office account, made by whoever holds `setup_token`; void for good once there is an account.

use crate::password::{self, Owner};
use crate::staff::account_error;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::words::Role;
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json};
use web::form::{Errors, Field};
use web::problem::FieldError;
use web::respond::refused;
use web::throttle::{Counted, Try};
use web::{Answer, Code, Context, Problem, page, seal};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAccount {
    token: String,
    account: String,
    name: String,
    password: String,
}

#[derive(Serialize, JsonSchema)]
pub struct AccountMade<'a> {
    account: &'a str,
    name: &'a str,
    role: Role,
}

pub async fn create_first_account(context: Context, Json(first): Json<FirstAccount>) -> Answer {
    create(&context, &first).await?;
    let body = AccountMade {
        account: first.account.trim(),
        name: first.name.trim(),
        role: Role::Office,
    };
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

async fn is_done(context: &Context) -> Result<bool, Problem> {
    Ok(context
        .store
        .run("SELECT 1 FROM account LIMIT 1", [])
        .await?
        > 0)
}

fn done() -> Problem {
    Problem::new(Code::AlreadySetUp, "已经有账号了，初始设置不能再用")
}

/// Where there is no account yet, whoever starts the program on this machine is led to the page that makes the first one; everybody
/// else sees the site as it is.
pub async fn leads_here(context: &Context) -> Result<Option<Response>, Problem> {
    let is_on_this_machine = context
        .address
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.to_canonical().is_loopback());
    if !is_on_this_machine || is_done(context).await? {
        return Ok(None);
    }
    Ok(Some(Redirect::to("/setup").into_response()))
}

async fn create(context: &Context, first: &FirstAccount) -> Result<(), Problem> {
    if is_done(context).await? {
        return Err(done());
    }
    let counted = vec![Counted::own("setup", &[&context.network()]).await?];
    let claimed = Try::claim(context, counted).await?;
    if !seal::same(first.token.trim(), &seal::variable("setup_token").await?) {
        return Err(Problem {
            errors: vec![FieldError::secret("token", "设置口令不对")],
            ..Problem::new(Code::WrongSetupToken, "设置口令不对")
        });
    }
    claimed.succeeded(context).await?;
    let (account, name) = (first.account.trim(), first.name.trim());
    let mut errors: Vec<FieldError> = account_error(account).into_iter().collect();
    if name.is_empty() {
        errors.push(FieldError::new("name", "", "请填写姓名"));
    }
    let owner = Owner {
        account,
        name,
        places: vec![context.issuer.as_str()],
    };
    errors.extend(password::check("password", &first.password, &owner));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    // Uniqueness decides a race: of two first accounts at once one is made.
    let sql = "INSERT INTO account (account, name, role, password_hash, must_change_password, changed_by, changed_at)
               SELECT ?1, ?2, 'office', ?3, 0, 'setup', ?4 WHERE NOT EXISTS (SELECT 1 FROM account) RETURNING account";
    let hash = password::hash(&first.password)?;
    let parameters = [
        account.into(),
        name.into(),
        hash.into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(done()),
    }
}

pub async fn form(context: Context) -> Answer {
    if is_done(&context).await? {
        return Err(done());
    }
    Ok(setup_page(&context, "", "", &Errors::default()))
}

fn setup_page(context: &Context, account: &str, name: &str, errors: &Errors) -> Response {
    page::page(
        context,
        &errors.title("初始设置"),
        &html! {
            (errors.summary())
            h1 { "初始设置：建立第一个账号" }
            p { "第一个账号属于区食药安办，可以再建立其他账号。建好以后，这个页面就失效。" }
            form.stack method="post" {
                (Field::password("token", "设置口令", "off").hint("在服务器的 .shian-secrets.toml 文件里，名为 setup_token").render(errors))
                (Field { autocomplete: "username", ..Field::text("account", "账号", account) }.hint("小写字母、数字，也可以用 . _ - ，2 到 40 位").render(errors))
                (Field { autocomplete: "name", ..Field::text("name", "姓名", name) }.render(errors))
                (Field::password("password", "密码", "new-password").hint(password::HINT).render(errors))
                button.main { "建立账号" }
            }
        },
    )
}

pub async fn submit(context: Context, Form(typed): Form<FirstAccount>) -> Answer {
    match create(&context, &typed).await {
        Ok(()) => Ok(Redirect::to("/sign-in").into_response()),
        Err(problem) if !problem.errors.is_empty() => Ok(refused(
            problem.status,
            setup_page(
                &context,
                &typed.account,
                &typed.name,
                &Errors(problem.errors),
            ),
        )),
        Err(problem) => Err(problem),
    }
}
