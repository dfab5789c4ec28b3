//! The list of staff accounts, and making a new one.

use crate::account::{
    ACCOUNT_JSON, Account, AccountForm, INITIAL_PASSWORD_LETTERS, RoleTold, account_error,
    departments, initial_password_panel, role_errors, with_towns,
};
use crate::password;
use axum::response::IntoResponse as _;
use domain::account::AccountRole;
use domain::words::Word as _;
use http::StatusCode;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::{ListPage, asks, takes};
use web::extract::{Form, Json, Query};
use web::form::{Errors, Field};
use web::paging::Page;
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("账号")
        .get("/staff", OFFICE, page)
        .post("/staff", OFFICE, submit)
        .get("/api/v1/staff", OFFICE, list_accounts)
        .api("账号清单", asks::<Page>().gives::<ListPage<Account>>())
        .post("/api/v1/staff", OFFICE, create_account)
        .api(
            "新建账号，返回初始密码",
            takes::<NewAccount>().gives_new::<InitialPassword>(),
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    account: String,
    name: String,
    /// chair 填了镇街，是镇街食药安委主任
    role: AccountRole,
    #[serde(default)]
    towns: Vec<String>,
    cadre_no: Option<String>,
    /// 部门账号所属单位的 id
    organisation: Option<String>,
}

async fn list_accounts(context: Context, Query(page): Query<Page>) -> Answer {
    let limit = page.limit()?;
    let after = page.cursor.clone().unwrap_or_default();
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
struct InitialPassword {
    /// 只在这里出现一次；首次登录必须修改
    initial_password: String,
}

async fn create_account(context: Context, Json(new): Json<NewAccount>) -> Answer {
    let password = make_account(&context, &new).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(InitialPassword {
            initial_password: password,
        }),
    )
        .into_response())
}

/// Makes an account and gives its initial password.
///
/// # Errors
///
/// 422 for what is wrong with it, 409 where there is one of this name.
async fn make_account(context: &Context, new: &NewAccount) -> Result<String, Problem> {
    let (account, name) = (new.account.trim(), new.name.trim());
    let mut errors: Vec<FieldError> = account_error(account).into_iter().collect();
    if name.is_empty() {
        errors.push(FieldError::new("name", "", "请填写姓名"));
    }
    let told = RoleTold {
        role: new.role,
        towns: &new.towns,
        cadre_no: new.cadre_no.as_deref(),
        organisation: new.organisation.as_deref(),
    };
    errors.extend(role_errors(context, &told).await?);
    let towns = with_towns(context, errors, &new.towns).await?;
    let password = seal::random_password(INITIAL_PASSWORD_LETTERS)?;
    let sql = "INSERT INTO account (account, name, role, acts_as, organisation, towns, cadre_no, password_hash, changed_by, changed_at)
        SELECT ?1, ?2, r.taken_for, nullif(r.role, r.taken_for), ?9, ?4, ?5, ?6, ?7, ?8 FROM staff_role r WHERE r.role = ?3
        ON CONFLICT (account) DO NOTHING RETURNING account";
    let parameters = [
        account.into(),
        name.into(),
        told.role().code().into(),
        towns.into(),
        new.cadre_no.clone().into(),
        password::hash(&password)?.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        new.organisation.clone().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(password),
        _ => Err(Problem {
            errors: vec![FieldError::new("account", account, "这个账号已经有了")],
            ..Problem::account_exists("这个账号已经有了")
        }),
    }
}

#[derive(Deserialize)]
struct AccountList {
    items: Vec<Account>,
}

async fn page(context: Context) -> Answer {
    list_page(&context, &AccountForm::default(), None, &Errors::default()).await
}

/// The page of all accounts, with the form of a new one. `new_password` is that of the account that was made just now.
async fn list_page(
    context: &Context,
    typed: &AccountForm,
    new_password: Option<&str>,
    errors: &Errors,
) -> Answer {
    let sql = format!(
        "SELECT json_object('items', json_group_array({ACCOUNT_JSON})) FROM (SELECT * FROM account ORDER BY status, account)"
    );
    let list: AccountList = context.store.json(&sql, []).await?;
    let departments = departments(context).await?;
    Ok(page::page(
        context,
        &errors.title("账号"),
        &html! {
            (errors.summary())
            h1 { "账号" }
            @if let Some(password) = new_password {
                (initial_password_panel(&typed.account, password))
            }
            p { a href="/tokens" { "给程序用的令牌" } }
            (account_table(&list.items, &departments))
            h2 { "新建账号" }
            form.stack method="post" {
                (Field::text("account", "账号", if new_password.is_some() { "" } else { &typed.account }).hint("小写字母、数字或 . _ -，2 到 40 位").render(errors))
                @if new_password.is_some() { (AccountForm::default().fields(&departments, errors)) } @else { (typed.fields(&departments, errors)) }
                button.main { "新建账号" }
            }
        },
    ))
}

fn account_table(accounts: &[Account], departments: &[(String, String)]) -> Markup {
    let belongs = |account: &Account| {
        let own = departments
            .iter()
            .find(|(id, _)| Some(id) == account.organisation.as_ref());
        own.map_or_else(|| account.towns.join("、"), |(_, name)| name.clone())
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="账号清单" {
            table {
                thead { tr { th scope="col" { "账号" } th scope="col" { "姓名" } th scope="col" { "角色" } th scope="col" { "镇街或单位" } th scope="col" { "工号" } th scope="col" { "状态" } } }
                tbody {
                    @for account in accounts {
                        tr {
                            td.tight { a href={ "/staff/" (account.account) } { (account.account) } }
                            td { (account.name) }
                            td.tight { (account.role.with_towns(!account.towns.is_empty()).chinese()) }
                            td { (belongs(account)) }
                            td { (account.cadre_no.as_deref().unwrap_or("")) }
                            td.tight { (status_text(account)) }
                        }
                    }
                }
            }
        }
    }
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

async fn submit(context: Context, Form(typed): Form<AccountForm>) -> Answer {
    let made = match typed.role() {
        Ok(role) => {
            let new = NewAccount {
                account: typed.account.clone(),
                name: typed.name.clone(),
                role,
                towns: typed.towns(),
                cadre_no: Some(typed.cadre_no.trim().to_owned())
                    .filter(|number| !number.is_empty()),
                organisation: Some(typed.organisation.clone()).filter(|id| !id.is_empty()),
            };
            make_account(&context, &new).await
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
