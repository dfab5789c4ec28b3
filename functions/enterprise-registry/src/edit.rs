//! Hand edits of one business: what was not changed meanwhile is written, otherwise 409 with what it is now.

use crate::detail;
use crate::records::{json_name, row};
use crate::roster::{Enterprises, FIELDS};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector, choices};
use http::StatusCode;
use maud::{Markup, html};
use rosters::{Reading, Roster as _};
use schemars::JsonSchema;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path};
use web::form::{Errors, Field, around, select};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page};

type Fields = Map<String, Value>;

/// What is changed of a business; null empties it. Words are read as a sheet's are, in Chinese or by their codes.
#[derive(JsonSchema)]
#[schemars(rename = "EnterpriseChange", deny_unknown_fields)]
#[expect(dead_code, reason = "described, never made")]
pub struct Change {
    version: i64,
    name: Option<String>,
    founded_on: Option<String>,
    address: Option<String>,
    town: Option<String>,
    village: Option<String>,
    business_scope: Option<String>,
    sector: Option<String>,
    risk_grade: Option<String>,
    level: Option<String>,
    canteen: Option<bool>,
    license_no: Option<String>,
    licensed_on: Option<String>,
    person_in_charge: Option<String>,
    phone: Option<String>,
    status: Option<String>,
}

pub async fn change_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(change): Json<Fields>,
) -> Answer {
    match change_fields(&context, &uscc, change).await? {
        Outcome::Changed => detail::show_enterprise(context, Path(uscc)).await,
        Outcome::ChangedMeanwhile(now) => Err(Problem::changed_meanwhile(
            "这家企业的资料刚被修改过，请看过现在的内容再改",
            now,
        )),
    }
}

enum Outcome {
    Changed,
    /// The business as it is now.
    ChangedMeanwhile(Value),
}

async fn change_fields(
    context: &Context,
    uscc: &str,
    mut change: Fields,
) -> Result<Outcome, Problem> {
    let before: Value =
        serde_json::from_str(&detail::find(context, uscc).await?).map_err(Problem::internal)?;
    let version = change
        .remove("version")
        .and_then(|version| version.as_i64());
    let mut errors: Vec<FieldError> = Vec::new();
    if version.is_none() {
        errors.push(FieldError::new("version", "", "请带上读取时的 version"));
    }
    for (name, value) in &change {
        let known = FIELDS.iter().any(|field| field.json == name);
        if !known || name == "uscc" {
            let reason = if known {
                "统一社会信用代码不能修改".to_owned()
            } else {
                format!("没有名为 {name} 的字段")
            };
            errors.push(FieldError::new(name, value.to_string(), reason));
        }
    }
    let (Some(version), true) = (version, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let brought: Vec<String> = change.keys().cloned().collect();
    if brought.is_empty() {
        return Ok(Outcome::Changed);
    }
    // The record after the change, read by the rules of the roster.
    let mut after = before.as_object().cloned().unwrap_or_default();
    after.extend(change);
    let row = row(0, &after);
    let mut reading = Reading::new(&row, context.today());
    let record = Enterprises::read(&mut reading);
    let flaws = reading.into_rejected();
    let Some(record) = record.filter(|_| flaws.is_empty()) else {
        let errors = flaws
            .into_iter()
            .map(|flaw| FieldError::new(json_name(&flaw.field), flaw.value, flaw.reason))
            .collect();
        return Err(Problem::invalid(errors));
    };
    let record = serde_json::to_string(&record).map_err(Problem::internal)?;
    let sets: Vec<String> = Enterprises::TABLE
        .values
        .iter()
        .filter(|value| {
            value
                .heading
                .is_none_or(|heading| brought.iter().any(|name| name == json_name(heading)))
        })
        .map(|value| format!("{0} = ?1 ->> '$.{0}'", value.column))
        .collect();
    let sql = format!(
        "UPDATE enterprise SET {}, version = version + 1, changed_by = ?2, changed_at = ?3
         WHERE uscc = ?1 ->> '$.uscc' AND version = ?4 RETURNING version",
        sets.join(", ")
    );
    let by = context.caller()?.account.as_str();
    let parameters = [
        record.into(),
        by.into(),
        context.at().into(),
        version.into(),
    ];
    if context.store.run(&sql, parameters).await? == 1 {
        return Ok(Outcome::Changed);
    }
    let now =
        serde_json::from_str(&detail::find(context, uscc).await?).map_err(Problem::internal)?;
    Ok(Outcome::ChangedMeanwhile(now))
}

pub async fn form(context: Context, Path(uscc): Path<String>) -> Answer {
    let now: Fields =
        serde_json::from_str(&detail::find(&context, &uscc).await?).map_err(Problem::internal)?;
    Ok(edit_page(
        &context,
        &uscc,
        &typed(&now),
        None,
        &Errors::default(),
    ))
}

/// A record as the form's fields have it.
fn typed(record: &Fields) -> BTreeMap<String, String> {
    record
        .iter()
        .map(|(name, value)| {
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
                other => other.to_string(),
            };
            (name.clone(), text)
        })
        .collect()
}

fn edit_page(
    context: &Context,
    uscc: &str,
    values: &BTreeMap<String, String>,
    conflict: Option<&Fields>,
    errors: &Errors,
) -> Response {
    let value = |name: &str| values.get(name).map_or("", String::as_str);
    let blank = ("", "（空）");
    let choice = |name: &str,
                  label: &str,
                  words: Vec<(&'static str, &'static str)>,
                  may_be_blank: bool|
     -> Markup {
        let choices: Vec<(&str, &str)> = Some(blank)
            .filter(|_| may_be_blank)
            .into_iter()
            .chain(words)
            .collect();
        select(name, label, &choices, value(name), errors)
    };
    let title = if conflict.is_some() {
        "错误：修改企业资料".to_owned()
    } else {
        errors.title("修改企业资料")
    };
    page::page(
        context,
        &title,
        &html! {
            (errors.summary())
            @if let Some(now) = conflict {
                div.error-summary role="alert" tabindex="-1" autofocus {
                    h2 { "别人刚修改过这家企业" }
                    p { "下面是您填写的内容。请对照现在的资料，确认后再保存：" }
                    ul {
                        @for (name, now) in typed(now) {
                            @if let Some(field) = FIELDS.iter().find(|field| field.json == name) {
                                @if value(&name) != now { li { (field.heading) "：现在是“" (now) "”，您填的是“" (value(&name)) "”" } }
                            }
                        }
                    }
                }
            }
            h1 { "修改企业资料" }
            p { (value("name")) "　" span.code { (uscc) } }
            form.stack method="post" {
                input type="hidden" name="version" value=(value("version"));
                @for field in FIELDS.iter().skip(1) {
                    @match field.json {
                        "sector" => (choice(field.json, field.heading, choices::<Sector>(), true)),
                        "risk_grade" => (choice(field.json, field.heading, choices::<RiskGrade>(), true)),
                        "level" => (choice(field.json, field.heading, choices::<Level>(), true)),
                        "status" => (choice(field.json, field.heading, choices::<EnterpriseStatus>(), false)),
                        "canteen" => (choice(field.json, field.heading, vec![("否", "否"), ("是", "是")], false)),
                        "business_scope" => (around(field.json, field.heading, None, errors.of(field.json), &html! {
                        textarea id=(field.json) name=(field.json) rows="6" { (value(field.json)) }
                    })),
                    "founded_on" | "licensed_on" => (Field { kind: "date", ..Field::text(field.json, field.heading, value(field.json)) }.render(errors)),
                        _ => (Field::text(field.json, field.heading, value(field.json)).render(errors)),
                    }
                }
                div.actions { button.main { "保存" } a.second href={ "/enterprises/" (uscc) } { "不保存，返回" } }
            }
        },
    )
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Answer {
    let mut change: Fields = sent
        .iter()
        .map(|(name, value)| {
            let value = value.trim();
            (
                name.clone(),
                if value.is_empty() {
                    Value::Null
                } else {
                    value.into()
                },
            )
        })
        .collect();
    let version = sent
        .get("version")
        .and_then(|version| version.parse::<i64>().ok());
    change.insert("version".into(), version.into());
    let (status, response) = match change_fields(&context, &uscc, change).await {
        Ok(Outcome::Changed) => {
            return Ok(Redirect::to(&format!("/enterprises/{uscc}")).into_response());
        }
        Ok(Outcome::ChangedMeanwhile(now)) => {
            let now = now.as_object().cloned().unwrap_or_default();
            let mut values = sent;
            values.insert(
                "version".into(),
                now.get("version").map(Value::to_string).unwrap_or_default(),
            );
            (
                StatusCode::CONFLICT,
                edit_page(&context, &uscc, &values, Some(&now), &Errors::default()),
            )
        }
        Err(problem) if !problem.errors.is_empty() => (
            problem.status,
            edit_page(&context, &uscc, &sent, None, &Errors(problem.errors)),
        ),
        Err(problem) => return Err(problem),
    };
    Ok(refused(status, response))
}
