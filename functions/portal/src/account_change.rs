//! Changing a staff account: its role and towns, disabling it, a new initial password.

use crate::account::{
    ACCOUNT_JSON, Account, AccountForm, INITIAL_PASSWORD_LETTERS, RoleTold, departments,
    find_account, initial_password_panel, role_errors, with_towns,
};
use crate::password;
use axum::response::{IntoResponse as _, Redirect};
use domain::account::AccountRole;
use domain::words::Word as _;
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
    role: Option<AccountRole>,
    towns: Option<Vec<String>>,
    cadre_no: Option<String>,
    /// 部门账号所属单位的 id；空的是没有
    organisation: Option<String>,
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
    role: AccountRole,
    towns: Vec<String>,
    cadre_no: Option<String>,
    organisation: Option<String>,
    status: String,
}

impl ChangedFields {
    /// What the change leaves out stays as it was before.
    fn new(before: Account, change: AccountChange) -> Self {
        let role = change.role.unwrap_or(before.role);
        // With another role the organisation of a department goes, unless it is named.
        let kept = before
            .organisation
            .filter(|_| role == AccountRole::Department);
        Self {
            name: change.name.unwrap_or(before.name),
            role,
            towns: change.towns.unwrap_or(before.towns),
            cadre_no: change
                .cadre_no
                .or(before.cadre_no)
                .filter(|number| !number.is_empty()),
            organisation: change
                .organisation
                .or(kept)
                .filter(|organisation| !organisation.is_empty()),
            status: change.status.unwrap_or(before.status),
        }
    }

    fn told(&self) -> RoleTold<'_> {
        RoleTold {
            role: self.role,
            towns: &self.towns,
            cadre_no: self.cadre_no.as_deref(),
            organisation: self.organisation.as_deref(),
        }
    }

    /// What is wrong with it. Nobody disables their own account or changes their own role, so that somebody of the office is always left.
    async fn errors(&self, context: &Context, is_own: bool) -> Result<Vec<FieldError>, Problem> {
        let mut errors = role_errors(context, &self.told()).await?;
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
        if is_own && (self.role != AccountRole::Office || self.status != "active") {
            errors.push(FieldError::new(
                "role",
                self.role.code(),
                "不能停用自己的账号，也不能改变自己的角色",
            ));
        }
        Ok(errors)
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
    let errors = fields.errors(context, account == by).await?;
    let towns = with_towns(context, errors, &fields.towns).await?;
    let initial_password = reset_password
        .then(|| seal::random_password(INITIAL_PASSWORD_LETTERS))
        .transpose()?;
    let hash = initial_password
        .as_deref()
        .map(password::hash)
        .transpose()?;
    let sql = format!(
        "UPDATE account SET name = ?3, role = (SELECT r.taken_for FROM staff_role r WHERE r.role = ?4),
            acts_as = (SELECT nullif(r.role, r.taken_for) FROM staff_role r WHERE r.role = ?4), organisation = ?12,
            towns = iif(?11, towns, ?5), cadre_no = ?6, status = ?7,
            password_hash = coalesce(?8, password_hash), must_change_password = iif(?8 IS NULL, must_change_password, 1),
            version = version + 1, changed_by = ?9, changed_at = ?10
         WHERE account = ?1 AND version = ?2 RETURNING {ACCOUNT_JSON} AS json"
    );
    let parameters = [
        account.into(),
        version.into(),
        fields.name.trim().into(),
        fields.told().role().code().into(),
        towns.into(),
        fields.cadre_no.into(),
        fields.status.into(),
        hash.into(),
        by.as_str().into(),
        context.at().into(),
        i64::from(keeps_towns).into(),
        fields.organisation.into(),
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
    edit_form(&context, &account, &found.into(), None, &Errors::default()).await
}

/// The page of one account. `initial_password` is the one that a change has made just now.
async fn edit_form(
    context: &Context,
    account: &str,
    typed: &AccountForm,
    initial_password: Option<&str>,
    errors: &Errors,
) -> Answer {
    let departments = departments(context).await?;
    Ok(page::page(
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
                (typed.fields(&departments, errors))
                (select("status", "状态", &[("active", "使用中"), ("disabled", "停用")], &typed.status, errors))
                div.field {
                    label { input type="checkbox" name="reset_password" value="1"; "重置密码，生成新的初始密码" }
                }
                div.actions { button.main { "保存" } a.second href="/staff" { "返回" } }
            }
            p { a href={ "/audit?record=staff/" (account) } { "这个账号的变更记录" } }
        },
    ))
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
                organisation: Some(typed.organisation.clone()),
                status: Some(typed.status.clone()),
                reset_password: typed.reset_password.is_some(),
            };
            apply_change(&context, &account, change).await
        }
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(changed) => match changed.initial_password {
            None => Ok(Redirect::to("/staff").into_response()),
            Some(password) => {
                edit_form(
                    &context,
                    &account,
                    &changed.account.into(),
                    Some(&password),
                    &Errors::default(),
                )
                .await
            }
        },
        Err(problem) if !problem.errors.is_empty() => {
            let errors = Errors(problem.errors);
            let page = edit_form(&context, &account, &typed, None, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}
