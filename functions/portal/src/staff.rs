//! Staff accounts: who works here, in which role, for which towns.

use crate::password;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::words::{Role, Word as _, choices};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json, Path, Query};
use web::form::{Errors, Field, select};
use web::paging::Page;
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Code, Context, Problem, page, seal};

/// 14 of 32 letters: 70 bits, for a password that must be changed at the first sign-in.
const INITIAL_PASSWORD: usize = 14;

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Account {
    account: String,
    name: String,
    role: Role,
    towns: Vec<String>,
    cadre_no: Option<String>,
    #[schemars(extend("enum" = ["active", "disabled"]))]
    status: String,
    must_change_password: bool,
    version: i64,
}

const ACCOUNT_JSON: &str = "json_object('account', account, 'name', name, 'role', role, 'towns', json(towns), 'cadre_no', cadre_no,
    'status', status, 'must_change_password', json(iif(must_change_password, 'true', 'false')), 'version', version)";

/// Why a text cannot be an account's name.
pub fn account_error(account: &str) -> Option<FieldError> {
    let fits = (2..=40).contains(&account.len())
        && account.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte)
        });
    (!fits).then(|| {
        FieldError::new(
            "account",
            account,
            "账号应为 2 到 40 位小写字母、数字或 . _ -",
        )
    })
}

/// What a role needs beside its name.
fn role_errors(role: Role, towns: &[String], cadre_no: Option<&str>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match role {
        Role::Town if towns.len() != 1 => {
            errors.push(FieldError::new(
                "towns",
                towns.join("、"),
                "镇街食安办的账号应填写一个镇街",
            ));
        }
        Role::Station if towns.is_empty() => {
            errors.push(FieldError::new(
                "towns",
                "",
                "监管所的账号应至少填写一个镇街",
            ));
        }
        Role::Cadre if cadre_no.is_none_or(str::is_empty) => {
            errors.push(FieldError::new("cadre_no", "", "包保干部的账号应填写工号"));
        }
        _ => {}
    }
    errors
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    account: String,
    name: String,
    role: Role,
    #[serde(default)]
    towns: Vec<String>,
    cadre_no: Option<String>,
}

pub async fn list_accounts(context: Context, Query(asked): Query<Page>) -> Answer {
    let limit = asked.limit()?;
    let after = asked.cursor.clone().unwrap_or_default();
    if !after.is_empty() && account_error(&after).is_some() {
        return Err(web::paging::not_ours(&after));
    }
    let sql = format!(
        "SELECT json_object('items', json((SELECT json_group_array({ACCOUNT_JSON}) FROM
            (SELECT * FROM account WHERE account > ?1 ORDER BY account LIMIT ?2))),
            'next', (SELECT CASE WHEN count(*) > ?2 THEN max(account) FILTER (WHERE place <= ?2) END FROM
                (SELECT account, row_number() OVER (ORDER BY account) AS place FROM account WHERE account > ?1 ORDER BY account LIMIT ?2 + 1)),
            'total', (SELECT count(*) FROM account))"
    );
    let text = context
        .store
        .text(&sql, [after.into(), limit.into()])
        .await?;
    Ok(json_text(text))
}

#[derive(Serialize, JsonSchema)]
pub struct InitialPassword {
    /// 只在这里出现一次；首次登录必须修改
    initial_password: String,
}

pub async fn create_account(context: Context, Json(new): Json<NewAccount>) -> Answer {
    let password = create(&context, &new).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(InitialPassword {
            initial_password: password,
        }),
    )
        .into_response())
}

async fn create(context: &Context, new: &NewAccount) -> Result<String, Problem> {
    let (account, name) = (new.account.trim(), new.name.trim());
    let mut errors: Vec<FieldError> = account_error(account).into_iter().collect();
    if name.is_empty() {
        errors.push(FieldError::new("name", "", "请填写姓名"));
    }
    errors.extend(role_errors(new.role, &new.towns, new.cadre_no.as_deref()));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let password = seal::random_password(INITIAL_PASSWORD)?;
    let sql = "INSERT INTO account (account, name, role, towns, cadre_no, password_hash, changed_by, changed_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (account) DO NOTHING RETURNING account";
    let parameters = [
        account.into(),
        name.into(),
        new.role.code().into(),
        serde_json::json!(new.towns).to_string().into(),
        new.cadre_no.clone().into(),
        password::hash(&password)?.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(password),
        _ => Err(Problem {
            errors: vec![FieldError::new("account", account, "这个账号已经有了")],
            ..Problem::new(Code::AccountExists, "这个账号已经有了")
        }),
    }
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccountChange")]
pub struct Change {
    version: i64,
    name: Option<String>,
    role: Option<Role>,
    towns: Option<Vec<String>>,
    cadre_no: Option<String>,
    status: Option<String>,
    #[serde(default)]
    reset_password: bool,
}

/// An account after a change.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AccountChanged")]
pub struct Changed {
    #[serde(flatten)]
    account: Account,
    /// 重置密码时才有，只在这里出现一次
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_password: Option<String>,
}

pub async fn change_account(
    context: Context,
    Path(account): Path<String>,
    Json(change): Json<Change>,
) -> Answer {
    let (changed, password) = apply(&context, &account, change).await?;
    let changed = Changed {
        account: changed,
        initial_password: password,
    };
    Ok(axum::Json(changed).into_response())
}

async fn find(context: &Context, account: &str) -> Result<Account, Problem> {
    let sql =
        format!("SELECT coalesce((SELECT {ACCOUNT_JSON} FROM account WHERE account = ?1), 'null')");
    let found: Option<Account> = context.store.json(&sql, [account.into()]).await?;
    found.ok_or_else(Problem::not_found)
}

/// Makes the change, unless somebody was faster. With it comes a new first password, where one was asked for.
async fn apply(
    context: &Context,
    account: &str,
    change: Change,
) -> Result<(Account, Option<String>), Problem> {
    let before = find(context, account).await?;
    let caller = &context.caller()?.account;
    let role = change.role.unwrap_or(before.role);
    let towns = change.towns.unwrap_or(before.towns);
    let cadre_no = change
        .cadre_no
        .or(before.cadre_no)
        .filter(|number| !number.is_empty());
    let name = change.name.unwrap_or(before.name);
    let status = change.status.unwrap_or(before.status);
    let mut errors = role_errors(role, &towns, cadre_no.as_deref());
    if domain::text::is_blank(&name) {
        errors.push(FieldError::new("name", "", "请填写姓名"));
    }
    if !["active", "disabled"].contains(&status.as_str()) {
        errors.push(FieldError::new(
            "status",
            status.as_str(),
            "应为 active 或 disabled",
        ));
    }
    if account == caller && (role != Role::Office || status != "active") {
        errors.push(FieldError::new(
            "role",
            role.code(),
            "不能停用自己的账号，也不能改变自己的角色",
        ));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let password = change
        .reset_password
        .then(|| seal::random_password(INITIAL_PASSWORD))
        .transpose()?;
    let hash = password.as_deref().map(password::hash).transpose()?;
    let sql = format!(
        "UPDATE account SET name = ?3, role = ?4, towns = ?5, cadre_no = ?6, status = ?7,
            password_hash = coalesce(?8, password_hash), must_change_password = iif(?8 IS NULL, must_change_password, 1),
            version = version + 1, changed_by = ?9, changed_at = ?10
         WHERE account = ?1 AND version = ?2 RETURNING {ACCOUNT_JSON} AS json"
    );
    let parameters = [
        account.into(),
        change.version.into(),
        name.trim().into(),
        role.code().into(),
        serde_json::json!(towns).to_string().into(),
        cadre_no.into(),
        status.into(),
        hash.into(),
        caller.as_str().into(),
        context.at().into(),
    ];
    #[derive(Deserialize)]
    struct Row {
        json: String,
    }
    let changed: Option<Row> = context.store.first(&sql, parameters).await?;
    let Some(changed) = changed else {
        return Err(Problem::new(
            Code::ChangedMeanwhile,
            "这个账号刚被别人修改过，请看过新的内容再改",
        ));
    };
    Ok((
        serde_json::from_str(&changed.json).map_err(Problem::internal)?,
        password,
    ))
}

#[derive(Deserialize)]
struct List {
    items: Vec<Account>,
}

/// What the page's form sends: towns as one line.
#[derive(Deserialize, Default)]
pub struct AccountForm {
    #[serde(default)]
    account: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    towns: String,
    #[serde(default)]
    cadre_no: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    version: i64,
    reset_password: Option<String>,
}

impl AccountForm {
    fn towns(&self) -> Vec<String> {
        self.towns
            .split(['、', ',', '，', ' ', ';', '；'])
            .map(str::trim)
            .filter(|town| !town.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn role(&self) -> Result<Role, Problem> {
        Role::read(&self.role).ok_or_else(|| {
            Problem::invalid(vec![FieldError::new(
                "role",
                self.role.as_str(),
                "请选择角色",
            )])
        })
    }

    fn fields(&self, errors: &Errors) -> maud::Markup {
        let roles: Vec<(&str, &str)> = choices::<Role>();
        html! {
            (Field::text("name", "姓名", &self.name).render(errors))
            (select("role", "角色", &roles, &self.role, errors))
            (Field::text("towns", "镇街", &self.towns).hint("镇街食安办填一个，监管所可填多个，用顿号隔开；其他角色不填").render(errors))
            (Field::text("cadre_no", "工号", &self.cadre_no).hint("只有包保干部需要").render(errors))
        }
    }
}

pub async fn page(context: Context) -> Answer {
    list_page(&context, &AccountForm::default(), None, &Errors::default()).await
}

async fn list_page(
    context: &Context,
    typed: &AccountForm,
    made: Option<&str>,
    errors: &Errors,
) -> Answer {
    let sql = format!(
        "SELECT json_object('items', json_group_array({ACCOUNT_JSON})) FROM (SELECT * FROM account ORDER BY status, account)"
    );
    let list: List = context.store.json(&sql, []).await?;
    Ok(page::page(
        context,
        &errors.title("账号"),
        &html! {
            (errors.summary())
            h1 { "账号" }
            @if let Some(password) = made {
                (initial_password(&typed.account, password))
            }
            p { a href="/tokens" { "给程序用的令牌" } }
            div.scroll tabindex="0" role="region" aria-label="账号清单" {
                table {
                    thead { tr { th scope="col" { "账号" } th scope="col" { "姓名" } th scope="col" { "角色" } th scope="col" { "镇街" } th scope="col" { "工号" } th scope="col" { "状态" } } }
                    tbody {
                        @for account in &list.items {
                            tr {
                                td.tight { a href={ "/staff/" (account.account) } { (account.account) } }
                                td { (account.name) }
                                td.tight { (account.role.chinese()) }
                                td { (account.towns.join("、")) }
                                td { (account.cadre_no.as_deref().unwrap_or("")) }
                                td.tight { (status_text(account)) }
                            }
                        }
                    }
                }
            }
            h2 { "新建账号" }
            form.stack method="post" {
                (Field::text("account", "账号", if made.is_some() { "" } else { &typed.account }).hint("小写字母、数字或 . _ -，2 到 40 位").render(errors))
                @if made.is_some() { (AccountForm::default().fields(errors)) } @else { (typed.fields(errors)) }
                button.main { "新建账号" }
            }
        },
    ))
}

fn status_text(account: &Account) -> &'static str {
    if account.status != "active" {
        "已停用"
    } else if account.must_change_password {
        "未首次登录"
    } else {
        "使用中"
    }
}

fn initial_password(account: &str, password: &str) -> maud::Markup {
    html! {
        div.panel role="status" {
            p { "账号 " strong { (account) } " 的初始密码：" strong.code { (password) } }
            p { "这个密码只显示这一次，请当面交给本人；首次登录时必须修改。" }
        }
    }
}

pub async fn submit(context: Context, Form(typed): Form<AccountForm>) -> Answer {
    let made = match typed.role() {
        Ok(role) => {
            let new = NewAccount {
                account: typed.account.clone(),
                name: typed.name.clone(),
                role,
                towns: typed.towns(),
                cadre_no: Some(typed.cadre_no.trim().to_owned())
                    .filter(|number| !number.is_empty()),
            };
            create(&context, &new).await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(password) => list_page(&context, &typed, Some(&password), &Errors::default()).await,
        Err(problem) if !problem.errors.is_empty() => {
            let status = problem.status;
            Ok(refused(
                status,
                list_page(&context, &typed, None, &Errors(problem.errors)).await?,
            ))
        }
        Err(problem) => Err(problem),
    }
}

pub async fn edit_page(context: Context, Path(account): Path<String>) -> Answer {
    let found = find(&context, &account).await?;
    Ok(edit_form(
        &context,
        &account,
        &form_of(found),
        None,
        &Errors::default(),
    ))
}

fn form_of(account: Account) -> AccountForm {
    AccountForm {
        account: account.account,
        name: account.name,
        role: account.role.code().to_owned(),
        towns: account.towns.join("、"),
        cadre_no: account.cadre_no.unwrap_or_default(),
        status: account.status,
        version: account.version,
        reset_password: None,
    }
}

fn edit_form(
    context: &Context,
    account: &str,
    typed: &AccountForm,
    password: Option<&str>,
    errors: &Errors,
) -> Response {
    page::page(
        context,
        &errors.title("修改账号"),
        &html! {
            (errors.summary())
            h1 { "修改账号 " (account) }
            @if let Some(password) = password {
                (initial_password(account, password))
            }
            form.stack method="post" {
                input type="hidden" name="version" value=(typed.version);
                (typed.fields(errors))
                (select("status", "状态", &[("active", "使用中"), ("disabled", "停用")], &typed.status, errors))
                div.field {
                    label { input type="checkbox" name="reset_password" value="1"; "重置密码，生成新的初始密码" }
                }
                div.actions { button.main { "保存" } a.second href="/staff" { "返回" } }
            }
            p { a href={ "/audit?record=staff/" (account) } { "这个账号的变更记录" } }
        },
    )
}

pub async fn edit_submit(
    context: Context,
    Path(account): Path<String>,
    Form(typed): Form<AccountForm>,
) -> Answer {
    let changed = match typed.role() {
        Ok(role) => {
            let change = Change {
                version: typed.version,
                name: Some(typed.name.clone()),
                role: Some(role),
                towns: Some(typed.towns()),
                cadre_no: Some(typed.cadre_no.trim().to_owned()),
                status: Some(typed.status.clone()),
                reset_password: typed.reset_password.is_some(),
            };
            apply(&context, &account, change).await
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok((_, None)) => Ok(Redirect::to("/staff").into_response()),
        Ok((now, Some(password))) => Ok(edit_form(
            &context,
            &account,
            &form_of(now),
            Some(&password),
            &Errors::default(),
        )),
        Err(problem) if !problem.errors.is_empty() => Ok(refused(
            problem.status,
            edit_form(&context, &account, &typed, None, &Errors(problem.errors)),
        )),
        Err(problem) => Err(problem),
    }
}
