//! The first office account, made by whoever holds `setup_token`; void for good once there is an account.

use crate::account::account_error;
use crate::common_password::PasswordOwner;
use crate::first_organisations::write_first_organisations;
use crate::password;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::account::AccountRole;
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::takes;
use web::extract::{Form, Json};
use web::form::{Errors, Field};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::Routes;
use web::routes::Who::Everybody;
use web::throttle::{Counted, Try};
use web::{Answer, Context, Problem, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("账号")
        .get("/setup", Everybody, form)
        .post("/setup", Everybody, submit)
        .post_filing("/api/v1/setup", Everybody, create_first_account)
        .api(
            "建立第一个账号，之后永久失效",
            takes::<FirstAccount>()
                .gives_new::<AccountMade<'_>>()
                .refuses(&[429]),
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FirstAccount {
    token: String,
    account: String,
    name: String,
    password: String,
}

#[derive(Serialize, JsonSchema)]
struct AccountMade<'a> {
    account: &'a str,
    name: &'a str,
    role: AccountRole,
}

async fn create_first_account(context: Context, Json(first): Json<FirstAccount>) -> Answer {
    make_first_account(&context, &first).await?;
    let body = AccountMade {
        account: first.account.trim(),
        name: first.name.trim(),
        role: AccountRole::Office,
    };
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

/// Whether there is an account already.
async fn is_set_up(context: &Context) -> Result<bool, Problem> {
    Ok(context
        .store
        .run("SELECT 1 FROM account LIMIT 1", [])
        .await?
        > 0)
}

fn already_set_up() -> Problem {
    Problem::already_set_up("已经有账号了，初始设置不能再用")
}

/// The way to the setup, for whoever opens the site from this machine while there is no account; none for everybody else, who sees the
/// site as it is.
pub async fn redirect_to_setup(context: &Context) -> Result<Option<Response>, Problem> {
    let is_on_this_machine = context
        .address
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.to_canonical().is_loopback());
    if !is_on_this_machine || is_set_up(context).await? {
        return Ok(None);
    }
    Ok(Some(Redirect::to("/setup").into_response()))
}

/// Makes the first account.
///
/// # Errors
///
/// 409 where there is an account already, 403 for a wrong token, 422 for what is wrong with the account.
async fn make_first_account(context: &Context, first: &FirstAccount) -> Result<(), Problem> {
    if is_set_up(context).await? {
        return Err(already_set_up());
    }
    let counted = vec![Counted::own("setup", &[&context.network()]).await?];
    let claimed = Try::claim(context, counted).await?;
    if !seal::same(first.token.trim(), &seal::variable("setup_token").await?) {
        return Err(Problem {
            errors: vec![FieldError::secret("token", "设置口令不对")],
            ..Problem::wrong_setup_token("设置口令不对")
        });
    }
    claimed.succeeded(context).await?;
    let (account, name) = (first.account.trim(), first.name.trim());
    let mut errors: Vec<FieldError> = account_error(account).into_iter().collect();
    if name.is_empty() {
        errors.push(FieldError::new("name", "", "请填写姓名"));
    }
    let owner = PasswordOwner {
        account,
        name,
        places: vec![context.issuer()],
    };
    errors.extend(password::password_error(
        "password",
        &first.password,
        &owner,
    ));
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
        1 => write_first_organisations(context).await,
        _ => Err(already_set_up()),
    }
}

async fn form(context: Context) -> Answer {
    if is_set_up(&context).await? {
        return Err(already_set_up());
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

async fn submit(context: Context, Form(typed): Form<FirstAccount>) -> Answer {
    match make_first_account(&context, &typed).await {
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
