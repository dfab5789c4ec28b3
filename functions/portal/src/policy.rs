//! The policy table: what a district may set, each value with the date it holds from, none ever lost.

use axum::response::IntoResponse as _;
use chrono::{DateTime, FixedOffset, NaiveDate};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::{ListPage, gives, takes};
use web::extract::{Form, Json, Path};
use web::form::{Errors, outcome};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("政策")
        .get("/policy", OFFICE, page)
        .post("/policy/{name}", OFFICE, submit)
        .get("/api/v1/policy", OFFICE, list_policy)
        .api("政策参数及其历史", gives::<ListPage<PolicyRule>>())
        .put("/api/v1/policy/{name}", OFFICE, set_policy)
        .api(
            "设定一个参数从某天起的值",
            takes::<NewPolicyValue>().gives_nothing(),
        )
}

/// SQL: the rules of the policy table as JSON, each with all its values.
const POLICY_JSON: &str = "SELECT json_object('items', json_group_array(json_object('name', r.name, 'title', r.title, 'kind', r.kind, 'source', r.source,
    'values', json((SELECT json_group_array(json_object('value', json(p.value), 'valid_from', p.valid_from, 'changed_by', p.changed_by, 'changed_at', p.changed_at))
               FROM (SELECT * FROM policy WHERE name = r.name ORDER BY valid_from DESC) p)))),
    'next', NULL, 'total', count(*)) FROM (SELECT * FROM policy_rule ORDER BY name) r";

#[derive(Deserialize)]
struct PolicyList {
    items: Vec<PolicyRule>,
}

#[derive(Deserialize, JsonSchema)]
struct PolicyRule {
    name: String,
    title: String,
    kind: String,
    source: String,
    values: Vec<PolicySetting>,
}

#[derive(Deserialize, JsonSchema)]
struct PolicySetting {
    #[schemars(with = "SettingValue")]
    value: serde_json::Value,
    #[schemars(with = "NaiveDate")]
    valid_from: String,
    changed_by: String,
    #[expect(dead_code, reason = "for programs")]
    #[schemars(with = "DateTime<FixedOffset>")]
    changed_at: String,
}

/// A number, or a day.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "described, never made")]
enum SettingValue {
    Number(u64),
    Date(NaiveDate),
}

async fn list_policy(context: Context) -> Answer {
    Ok(json_text(context.store.text(POLICY_JSON, []).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPolicyValue {
    /// 按 kind：0 到 10000 的整数，或者日期
    #[schemars(with = "SettingValue")]
    value: serde_json::Value,
    #[schemars(with = "NaiveDate")]
    valid_from: String,
}

/// The most that a number may be where its rule names no bound.
const MOST: u64 = 10_000;

#[derive(Deserialize)]
struct RuleKind {
    kind: String,
    at_least: Option<u64>,
    at_most: Option<u64>,
}

async fn set_policy(
    context: Context,
    Path(name): Path<String>,
    Json(new): Json<NewPolicyValue>,
) -> Answer {
    set_value(&context, &name, &new).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Sets the value that a rule has from a day on.
///
/// # Errors
///
/// 404 where there is no such rule, 422 for what is no value of its kind or no day.
async fn set_value(context: &Context, name: &str, new: &NewPolicyValue) -> Result<(), Problem> {
    let sql = "SELECT kind, at_least, at_most FROM policy_rule WHERE name = ?1";
    let rule: Option<RuleKind> = context.store.first(sql, [name.into()]).await?;
    let rule = rule.ok_or_else(Problem::not_found)?;
    let kind = rule.kind;
    let bounds = rule.at_least.unwrap_or(0)..=rule.at_most.unwrap_or(MOST);
    let is_date = |text: &str| text.parse::<NaiveDate>().is_ok_and(|_| text.len() == 10);
    let fits = match kind.as_str() {
        "date" => new.value.as_str().is_some_and(is_date),
        _ => new
            .value
            .as_u64()
            .is_some_and(|number| bounds.contains(&number)),
    };
    let mut errors = Vec::new();
    if !fits {
        let reason = match kind.as_str() {
            "date" => "应为日期，例如 2026-07-01".to_owned(),
            _ => format!("应为 {} 到 {} 的整数", bounds.start(), bounds.end()),
        };
        errors.push(FieldError::new("value", new.value.to_string(), reason));
    }
    if !is_date(&new.valid_from) {
        errors.push(FieldError::new(
            "valid_from",
            new.valid_from.as_str(),
            "应为日期，例如 2026-07-01",
        ));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sql = "INSERT INTO policy (name, valid_from, value, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (name, valid_from) DO UPDATE SET value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at
               WHERE value IS NOT excluded.value";
    let parameters = [
        name.into(),
        new.valid_from.as_str().into(),
        new.value.to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

async fn page(context: Context) -> Answer {
    policy_page(&context, "", &Errors::default()).await
}

/// The page of all rules. `wrong` is the rule whose form the errors belong to.
async fn policy_page(context: &Context, wrong: &str, errors: &Errors) -> Answer {
    let list: PolicyList = context.store.json(POLICY_JSON, []).await?;
    let none = Errors::default();
    let today = context.today().to_string();
    let value_text = |value: &serde_json::Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    Ok(page::page(
        context,
        &errors.title("政策参数"),
        &html! {
            (errors.summary())
            h1 { "政策参数" }
            p { "每个数值从它的生效日起算；新的数值不改变以前的结果。" }
            p { a href="/holidays" { "节假日安排" } }
            @for rule in &list.items {
                div {
                    h2 id=(rule.name) { (rule.title) }
                    p.note { "依据：" (rule.source) "　代号：" span.code { (rule.name) } }
                    @if rule.values.is_empty() {
                        p { "还没有设定。" }
                    } @else {
                        div.scroll tabindex="0" role="region" aria-label=(rule.title) {
                            table {
                                thead { tr { th scope="col" { "生效日" } th.number scope="col" { "数值" } th scope="col" { "设定人" } } }
                                tbody {
                                    @for value in &rule.values {
                                        tr { td { (day(&value.valid_from)) } td.number { (value_text(&value.value)) } td { @if value.changed_by == "migration" { "系统初始值" } @else { (value.changed_by) } } }
                                    }
                                }
                            }
                        }
                    }
                    form.filters method="post" action={ "/policy/" (rule.name) } {
                        @let errors = if rule.name == wrong { errors } else { &none };
                        @let ids = (format!("value-{}", rule.name), format!("valid_from-{}", rule.name));
                        (input(&ids.0, "value", "新数值", if rule.kind == "date" { "date" } else { "number" }, "", errors))
                        (input(&ids.1, "valid_from", "从哪天起", "date", &today, errors))
                        div.actions { button.second { "设定" span.hidden { "：" (rule.title) } } }
                    }
                }
            }
        },
    ))
}

/// A date as pages show it.
fn day(date: &str) -> String {
    date.parse::<NaiveDate>()
        .map_or_else(|_| date.to_owned(), domain::office_date::chinese)
}

/// A field whose id differs from its name, for one page has the same form several times.
fn input(
    id: &str,
    name: &str,
    label: &str,
    kind: &str,
    value: &str,
    errors: &Errors,
) -> maud::Markup {
    let error = errors.of(name);
    html! {
        div.field.wrong[error.is_some()] id=[error.map(|_| name)] {
            label for=(id) { (label) }
            @if let Some(error) = error {
                p.error id={ (id) "-error" } { strong { "错误：" } (error) }
            }
            input id=(id) name=(name) type=(kind) value=(value) aria-describedby=[error.map(|_| format!("{id}-error"))];
        }
    }
}

#[derive(Deserialize)]
struct ValueForm {
    value: String,
    valid_from: String,
}

async fn submit(
    context: Context,
    Path(name): Path<String>,
    Form(typed): Form<ValueForm>,
) -> Answer {
    let value = typed.value.trim().parse::<u64>().map_or_else(
        |_| serde_json::Value::from(typed.value.trim()),
        serde_json::Value::from,
    );
    let new = NewPolicyValue {
        value,
        valid_from: typed.valid_from,
    };
    outcome(
        set_value(&context, &name, &new).await,
        |()| format!("/policy#{name}"),
        async |errors| policy_page(&context, &name, &errors).await,
    )
    .await
}
