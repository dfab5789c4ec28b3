//! Staff accounts: what each one has, and what is right for its role.

use domain::account::AccountRole;
use domain::words::{Role, Word as _, choices};
use maud::{Markup, html};
use registers::places;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::form::{Errors, Field, select};
use web::problem::FieldError;
use web::{Context, Problem};

/// The number of letters of an initial password, each one of 32: 70 bits, for a password that must be changed at the first sign-in.
pub const INITIAL_PASSWORD_LETTERS: usize = 14;

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Account {
    pub account: String,
    pub name: String,
    pub role: AccountRole,
    pub towns: Vec<String>,
    pub cadre_no: Option<String>,
    /// 部门账号所属单位的 id
    pub organisation: Option<String>,
    #[schemars(extend("enum" = ["active", "disabled"]))]
    pub status: String,
    pub must_change_password: bool,
    pub version: i64,
}

/// SQL: what a row of `account` or of `access_token` calls its role, as [`AccountRole`] reads it.
macro_rules! account_role {
    () => {
        "iif(acts_as = 'town_chair', 'chair', coalesce(acts_as, role))"
    };
}
pub(crate) use account_role;

/// SQL: a row of `account` as JSON, as [`Account`] reads it.
pub const ACCOUNT_JSON: &str = concat!(
    "json_object('account', account, 'name', name, 'role', ",
    account_role!(),
    ", 'towns', ",
    registers::town_names!("towns"),
    ", 'cadre_no', cadre_no, 'organisation', organisation, 'status', status, 'must_change_password', json(iif(must_change_password, 'true', 'false')), 'version', version)"
);

/// What is wrong with the name of an account; none where it is right.
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

/// What an account says of its role, with what belongs to it.
pub struct RoleTold<'t> {
    pub role: AccountRole,
    pub towns: &'t [String],
    pub cadre_no: Option<&'t str>,
    /// The id of an organisation.
    pub organisation: Option<&'t str>,
}

impl RoleTold<'_> {
    /// As whom its person works.
    pub fn role(&self) -> Role {
        self.role.with_towns(!self.towns.is_empty())
    }
}

/// What is wrong with the towns, the organisation and the number of an official beside a role.
pub async fn role_errors(
    context: &Context,
    told: &RoleTold<'_>,
) -> Result<Vec<FieldError>, Problem> {
    let mut errors = Vec::new();
    let towns = told.towns;
    match told.role() {
        Role::Bureau | Role::Department if !towns.is_empty() => {
            errors.push(FieldError::new(
                "towns",
                towns.join("、"),
                "市场监管局和部门的账号不分镇街，请留空",
            ));
        }
        Role::Department if told.organisation.is_none() => {
            errors.push(FieldError::new(
                "organisation",
                "",
                "部门的账号应选择所属单位；还没有的，先在“单位”里登记",
            ));
        }
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
        Role::Cadre if told.cadre_no.is_none_or(str::is_empty) => {
            errors.push(FieldError::new("cadre_no", "", "包保干部的账号应填写工号"));
        }
        _ => {}
    }
    if let Some(id) = told.organisation {
        if told.role != AccountRole::Department {
            errors.push(FieldError::new(
                "organisation",
                id,
                "只有部门的账号有所属单位，请留空",
            ));
        } else if !departments(context).await?.iter().any(|(one, _)| one == id) {
            errors.push(FieldError::new("organisation", id, "没有这个部门"));
        }
    }
    Ok(errors)
}

/// The departments that stand or that an account still belongs to, each by its id and its name.
pub async fn departments(context: &Context) -> Result<Vec<(String, String)>, Problem> {
    let sql =
        "SELECT json_group_array(json_array(id, name)) FROM (SELECT id, name FROM organisation
        WHERE kind = 'department' AND (ended_on IS NULL OR id IN (SELECT organisation FROM account)) ORDER BY name)";
    Ok(context.store.json(sql, []).await?)
}

/// The ids of an account's towns as the table keeps them, where nothing else is wrong with it.
///
/// # Errors
///
/// 422 for what is wrong already, and for towns that are not known.
pub async fn with_towns(
    context: &Context,
    mut errors: Vec<FieldError>,
    towns: &[String],
) -> Result<String, Problem> {
    match places::confirmed_towns(&context.store, towns).await {
        Ok(towns) if errors.is_empty() => Ok(places::ids(&towns)),
        Ok(_) => Err(Problem::invalid(errors)),
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => {
            errors.extend(problem.errors);
            Err(Problem::invalid(errors))
        }
    }
}

/// The account of a name.
///
/// # Errors
///
/// 404 where there is none.
pub async fn find_account(context: &Context, account: &str) -> Result<Account, Problem> {
    let sql =
        format!("SELECT coalesce((SELECT {ACCOUNT_JSON} FROM account WHERE account = ?1), 'null')");
    let found: Option<Account> = context.store.json(&sql, [account.into()]).await?;
    found.ok_or_else(Problem::not_found)
}

/// What the forms of the pages send. The towns come as one line.
#[derive(Deserialize, Default)]
pub struct AccountForm {
    #[serde(default)]
    pub account: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub towns: String,
    #[serde(default)]
    pub cadre_no: String,
    #[serde(default)]
    pub organisation: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub version: i64,
    pub reset_password: Option<String>,
}

impl AccountForm {
    /// The towns of the line, each by itself.
    pub fn towns(&self) -> Vec<String> {
        self.towns
            .split(['、', ',', '，', ' ', ';', '；'])
            .map(str::trim)
            .filter(|town| !town.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The chosen role.
    ///
    /// # Errors
    ///
    /// 422 where none is chosen.
    pub fn role(&self) -> Result<AccountRole, Problem> {
        AccountRole::read(&self.role).ok_or_else(|| {
            Problem::invalid(vec![FieldError::new(
                "role",
                self.role.as_str(),
                "请选择角色",
            )])
        })
    }

    /// The fields that the form of a new account and that of a change have in common.
    pub fn fields(&self, departments: &[(String, String)], errors: &Errors) -> Markup {
        let roles: Vec<(&str, &str)> = choices::<AccountRole>();
        let departments: Vec<(&str, &str)> = std::iter::once(("", "（没有）"))
            .chain(
                departments
                    .iter()
                    .map(|(id, name)| (id.as_str(), name.as_str())),
            )
            .collect();
        html! {
            (Field::text("name", "姓名", &self.name).render(errors))
            (select("role", "角色", &roles, &self.role, errors))
            (Field::text("towns", "镇街", &self.towns).hint("镇街食安办填一个，监管所可填多个，用顿号隔开；食药安委主任填了就是镇街食药安委主任，只看这些镇街；其他角色不填").render(errors))
            (select("organisation", "所属单位（只有区级部门需要）", &departments, &self.organisation, errors))
            (Field::text("cadre_no", "工号", &self.cadre_no).hint("只有包保干部需要").render(errors))
        }
    }
}

impl From<Account> for AccountForm {
    fn from(account: Account) -> Self {
        Self {
            account: account.account,
            name: account.name,
            role: account.role.code().to_owned(),
            towns: account.towns.join("、"),
            cadre_no: account.cadre_no.unwrap_or_default(),
            organisation: account.organisation.unwrap_or_default(),
            status: account.status,
            version: account.version,
            reset_password: None,
        }
    }
}

/// The panel that shows an initial password, once.
pub fn initial_password_panel(account: &str, password: &str) -> Markup {
    html! {
        div.panel role="status" {
            p { "账号 " strong { (account) } " 的初始密码：" strong.code { (password) } }
            p { "这个密码只显示这一次，请当面交给本人；首次登录时必须修改。" }
        }
    }
}
