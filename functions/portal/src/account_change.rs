//! Changing a staff account: its role and towns, disabling it, a new initial password.

use crate::account::{
    ACCOUNT_JSON, Account, AccountForm, INITIAL_PASSWORD_LETTERS, find_account,
    initial_password_panel, role_errors, with_towns,
};
use crate::password;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::words::{Role, Word as _};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::takes;
use web::extract::{Form, Json, Path};
use web::form::{Errors, select};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("账号")
        .get("/staff/{account}", OFFICE, edit_page)
        .post("/staff/{account}", OFFICE, edit_submit)
        .patch("/api/v1/staff/{account}", OFFICE, change_account)
        .api(
            "修改、停用账号或重置密码",
            takes::<AccountChange>().gives::<AccountChanged>(),
        )
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AccountChange {
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
struct AccountChanged {
    #[serde(flatten)]
    account: Account,
    /// 重置密码时才有，只在这里出现一次
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_password: Option<String>,
}

async fn change_account(
    context: Context,
    Path(account): Path<String>,
    Json(change): Json<AccountChange>,
) -> Answer {
    let changed = apply_change(&context, &account, change).await?;
    Ok(axum::Json(changed).into_response())
}

/// What an account is to be after a change.
struct ChangedFields {
    name: String,
    role: Role,
    towns: Vec<String>,
    cadre_no: Option<String>,
    status: String,
}

impl ChangedFields {
    /// What the change leaves out stays as it was before.
    fn new(before: Account, change: AccountChange) -> Self {
        Self {
            name: change.name.unwrap_or(before.name),
            role: change.role.unwrap_or(before.role),
            towns: change.towns.unwrap_or(before.towns),
            cadre_no: change
                .cadre_no
                .or(before.cadre_no)
                .filter(|number| !number.is_empty()),
            status: change.status.unwrap_or(before.status),
        }
    }

    /// What is wrong with it. Nobody disables their own account or changes their own role, so that somebody of the office is always left.
    fn errors(&self, is_own: bool) -> Vec<FieldError> {
        let mut errors = role_errors(self.role, &self.towns, self.cadre_no.as_deref());
        if domain::text::is_blank(&self.name) {
            errors.push(FieldError::new("name", "", "请填写姓名"));
        }
        if !["active", "disabled"].contains(&self.status.as_str()) {
            errors.push(FieldError::new(
                "status",
                self.status.as_str(),
                "应为 active 或 disabled",
            ));
        }
        if is_own && (self.role != Role::Office || self.status != "active") {
            errors.push(FieldError::new(
                "role",
                self.role.code(),
                "不能停用自己的账号，也不能改变自己的角色",
            ));
        }
        errors
    }
}

/// Makes the change, unless somebody else has changed the account meanwhile. With it comes a new initial password where one is asked for.
///
/// # Errors
///
/// 422 for what would be wrong after the change, 409 where somebody else was faster.
async fn apply_change(
    context: &Context,
    account: &str,
    change: AccountChange,
) -> Result<AccountChanged, Problem> {
    let before = find_account(context, account).await?;
    let by = &context.caller()?.account;
    let (version, reset_password) = (change.version, change.reset_password);
    // Towns that are not changed stay the places that they are, so that a merger can be undone.
    let keeps_towns = change
        .towns
        .as_ref()
        .is_none_or(|towns| *towns == before.towns);
    let fields = ChangedFields::new(before, change);
    let towns = with_towns(context, fields.errors(account == by), &fields.towns).await?;
    let initial_password = reset_password
        .then(|| seal::random_password(INITIAL_PASSWORD_LETTERS))
        .transpose()?;
    let hash = initial_password
        .as_deref()
        .map(password::hash)
        .transpose()?;
    let sql = format!(
        "UPDATE account SET name = ?3, role = ?4, towns = iif(?11, towns, ?5), cadre_no = ?6, status = ?7,
            password_hash = coalesce(?8, password_hash), must_change_password = iif(?8 IS NULL, must_change_password, 1),
            version = version + 1, changed_by = ?9, changed_at = ?10
         WHERE account = ?1 AND version = ?2 RETURNING {ACCOUNT_JSON} AS json"
    );
    let parameters = [
        account.into(),
        version.into(),
        fields.name.trim().into(),
        fields.role.code().into(),
        towns.into(),
        fields.cadre_no.into(),
        fields.status.into(),
        hash.into(),
        by.as_str().into(),
        context.at().into(),
        i64::from(keeps_towns).into(),
    ];
    #[derive(Deserialize)]
    struct AccountText {
        json: String,
    }
    let changed: Option<AccountText> = context.store.first(&sql, parameters).await?;
    let Some(changed) = changed else {
        return Err(Problem::changed_since(
            "这个账号刚被别人修改过，请看过新的内容再改",
        ));
    };
    Ok(AccountChanged {
        account: serde_json::from_str(&changed.json).map_err(Problem::internal)?,
        initial_password,
    })
}

async fn edit_page(context: Context, Path(account): Path<String>) -> Answer {
    let found = find_account(&context, &account).await?;
    Ok(edit_form(
        &context,
        &account,
        &found.into(),
        None,
        &Errors::default(),
    ))
}

/// The page of one account. `initial_password` is the one that a change has made just now.
fn edit_form(
    context: &Context,
    account: &str,
    typed: &AccountForm,
    initial_password: Option<&str>,
    errors: &Errors,
) -> Response {
    page::page(
        context,
        &errors.title("修改账号"),
        &html! {
            (errors.summary())
            h1 { "修改账号 " (account) }
            @if let Some(password) = initial_password {
                (initial_password_panel(account, password))
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

async fn edit_submit(
    context: Context,
    Path(account): Path<String>,
    Form(typed): Form<AccountForm>,
) -> Answer {
    let changed = match typed.role() {
        Ok(role) => {
            let change = AccountChange {
                version: typed.version,
                name: Some(typed.name.clone()),
                role: Some(role),
                towns: Some(typed.towns()),
                cadre_no: Some(typed.cadre_no.trim().to_owned()),
                status: Some(typed.status.clone()),
                reset_password: typed.reset_password.is_some(),
            };
            apply_change(&context, &account, change).await
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(changed) => Ok(match changed.initial_password {
            None => Redirect::to("/staff").into_response(),
            Some(password) => edit_form(
                &context,
                &account,
                &changed.account.into(),
                Some(&password),
                &Errors::default(),
            ),
        }),
        Err(problem) if !problem.errors.is_empty() => Ok(refused(
            problem.status,
            edit_form(&context, &account, &typed, None, &Errors(problem.errors)),
        )),
        Err(problem) => Err(problem),
    }
}
