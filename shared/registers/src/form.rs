//! A record as pages: seen, added and edited by hand, by the same rules as a sheet's row.

use crate::field::{Field, Kind, Usual};
use crate::list::Item;
use crate::opened::Opened;
use crate::record::{self, ChangeOutcome};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use web::form::{self, Errors, select};
use web::respond::refused;
use web::{Answer, Context, Problem, page};

/// What stands in the fields of a form, by their names.
pub type FormValues = BTreeMap<String, String>;

/// A record as the form's fields have it.
fn values_of(opened: &Opened, record: &Item) -> FormValues {
    let fields = opened.register.fields.iter();
    let mut typed: FormValues = fields
        .map(|field| (field.api.to_owned(), field.text_of(record.get(field.api))))
        .collect();
    let version = record.get("version").map(Json::to_string);
    typed.insert("version".to_owned(), version.unwrap_or_default());
    typed
}

/// The values of a form, as data; a blank field has none.
pub(crate) fn read_values(fields: &[Field], sent: &FormValues) -> Item {
    fields
        .iter()
        .filter_map(|field| {
            let text = sent.get(field.api)?.trim();
            let value = match text.is_empty() {
                true => Json::Null,
                false => text.into(),
            };
            Some((field.api.to_owned(), value))
        })
        .collect()
}

/// What a form brings of a record that is changed: its fields, and the version that was read.
fn read_change(opened: &Opened, sent: &FormValues) -> Item {
    let mut given = read_values(opened.register.fields, sent);
    if let Some(version) = sent
        .get("version")
        .and_then(|text| text.parse::<i64>().ok())
    {
        given.insert("version".to_owned(), version.into());
    }
    given
}

/// What stands in a field: what was typed, or what is usual.
pub(crate) fn prefilled_value<'t>(
    field: &Field,
    typed: &'t FormValues,
    today: NaiveDate,
) -> Cow<'t, str> {
    let typed = typed.get(field.api).map_or("", String::as_str);
    match field.usual {
        Usual::Today if typed.is_empty() => today.to_string().into(),
        _ => typed.into(),
    }
}

/// A field of a form.
pub(crate) fn input(field: &Field, value: &str, errors: &Errors) -> Markup {
    let name = field.api;
    let filled_in = matches!(field.kind, Kind::YesNo) || matches!(field.usual, Usual::Today);
    let label = match field.required || filled_in {
        true => field.heading.to_owned(),
        false => format!("{}（可不填）", field.heading),
    };
    let blank = match field.required {
        true => ("", "请选择"),
        false => ("", "（没有）"),
    };
    let choice = |words: Vec<(&'static str, &'static str)>| {
        let may_be_blank = Some(blank).filter(|_| !field.is_always_there() || value.is_empty());
        let choices: Vec<(&str, &str)> = may_be_blank.into_iter().chain(words).collect();
        select(name, &label, &choices, value, errors)
    };
    let line = form::Field {
        hint: field.hint,
        ..form::Field::text(name, &label, value)
    };
    match field.kind {
        Kind::Word(words) => choice((words.choices)()),
        Kind::YesNo => choice(vec![("否", "否"), ("是", "是")]),
        Kind::LongText(_) => form::area((name, name), &label, field.hint, value, true, errors),
        Kind::PastDay | Kind::AnyDay => form::Field {
            kind: "date",
            ..line
        }
        .render(errors),
        Kind::Money => line.hint("元").render(errors),
        Kind::Telephone => form::Field {
            kind: "tel",
            ..line
        }
        .render(errors),
        Kind::Number { .. } => line.whole_number().render(errors),
        Kind::Code(_)
        | Kind::Uscc
        | Kind::CreditCode
        | Kind::LicenseNumber
        | Kind::Text(_)
        | Kind::Town
        | Kind::Village(_) => line.render(errors),
    }
}

/// The form, with what was typed; of a record that is there, its key is only shown.
fn form_page(
    opened: &Opened,
    context: &Context,
    id: Option<&str>,
    typed: &FormValues,
    conflict: Option<&FormValues>,
    errors: &Errors,
) -> Response {
    let register = opened.register;
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let title = match id {
        Some(_) => format!("修改{}", register.title),
        None => format!("登记{}", register.title),
    };
    let back = id.map_or_else(|| register.path.to_owned(), |id| address(opened, id));
    let heading = match conflict {
        Some(_) => format!("错误：{title}"),
        None => errors.title(&title),
    };
    page::page(
        context,
        &heading,
        &html! {
            ((register.above)(context))
            (errors.summary())
            @if let Some(now) = conflict {
                div.error-summary role="alert" tabindex="-1" autofocus {
                    h2 { "别人刚修改过这条记录" }
                    p { "下面是您填写的内容。请对照现在的内容，确认后再保存：" }
                    ul {
                        @for field in register.fields {
                            @let now = now.get(field.api).map_or("", String::as_str);
                            @if value(field.api) != now { li { (field.heading) "：现在是“" (now) "”，您填的是“" (value(field.api)) "”" } }
                        }
                    }
                }
            }
            h1 { (title) }
            form.stack method="post" {
                @if id.is_some() { input type="hidden" name="version" value=(value("version")); }
                @for field in register.fields {
                    @if id.is_some() && field.key {
                        p { (field.heading) "：" strong { (displayed_value(field, value(field.api))) } }
                    } @else {
                        (input(field, value(field.api), errors))
                    }
                }
                div.actions { button.main { "保存" } a.second href=(back) { "不保存，返回" } }
            }
        },
    )
}

/// A value as a page shows it.
fn displayed_value(field: &Field, text: &str) -> String {
    match field.kind {
        Kind::Word(words) => (words.chinese)(text).map_or_else(|| text.to_owned(), str::to_owned),
        Kind::PastDay | Kind::AnyDay => text
            .parse()
            .map_or_else(|_| text.to_owned(), domain::office_date::chinese),
        _ => text.to_owned(),
    }
}

/// The address of the page of a record.
pub(crate) fn address(opened: &Opened, id: &str) -> String {
    let own = opened.register.keys().find_map(|field| field.page);
    match own {
        Some(page) => format!("{page}{}", page::encode(id)),
        None => format!("{}/{}", opened.register.path, page::encode(id)),
    }
}

/// The page of one record.
pub(crate) async fn record_page(opened: &'static Opened, context: Context, id: String) -> Answer {
    let register = opened.register;
    let record: Item = serde_json::from_str(&record::find(opened, &context, &id).await?)
        .map_err(Problem::internal)?;
    let of = |name: &str| record.get(name).and_then(Json::as_str);
    let title = format!("{}：{}", register.title, id.replace('~', " "));
    Ok(page::page(
        &context,
        &title,
        &html! {
            ((register.above)(&context))
            h1 { (title) }
            dl.facts {
                @if let (Some(about), Some(uscc)) = (register.about, of("uscc")) {
                    dt { "企业" } dd { a href={ (about.page) (uscc) } { (of(about.name).unwrap_or(uscc)) } }
                }
                @for field in register.fields {
                    @let value = displayed_value(field, &field.text_of(record.get(field.api)));
                    @if !value.is_empty() { dt { (field.heading) } dd { (value) @if matches!(field.kind, Kind::Money) { " 元" } } }
                }
            }
            @if register.may_change(&context) {
                div.actions { a.main href={ (register.path) "/" (page::encode(&id)) "/edit" } { "修改" } }
            }
        },
    ))
}

pub(crate) async fn new_page(
    opened: &'static Opened,
    context: Context,
    asked: FormValues,
) -> Answer {
    Ok(form_page(
        opened,
        &context,
        None,
        &asked,
        None,
        &Errors::default(),
    ))
}

pub(crate) async fn submit_new(
    opened: &'static Opened,
    context: Context,
    sent: FormValues,
) -> Answer {
    match record::insert(
        opened,
        &context,
        &read_values(opened.register.fields, &sent),
    )
    .await
    {
        Ok(record) => lead_to_record(opened, &record),
        Err(problem) => show_form_again(opened, &context, None, &sent, problem),
    }
}

pub(crate) async fn edit_page(opened: &'static Opened, context: Context, id: String) -> Answer {
    let record: Item = serde_json::from_str(&record::find(opened, &context, &id).await?)
        .map_err(Problem::internal)?;
    let typed = values_of(opened, &record);
    Ok(form_page(
        opened,
        &context,
        Some(&id),
        &typed,
        None,
        &Errors::default(),
    ))
}

pub(crate) async fn submit_edit(
    opened: &'static Opened,
    context: Context,
    id: String,
    sent: FormValues,
) -> Answer {
    match record::update(opened, &context, &id, read_change(opened, &sent)).await {
        Ok(ChangeOutcome::Changed(record)) => lead_to_record(opened, &record),
        Ok(ChangeOutcome::ChangedMeanwhile(now)) => {
            let now = values_of(opened, now.as_object().unwrap_or(&Item::new()));
            let mut mine = now.clone();
            mine.extend(sent.into_iter().filter(|(name, _)| name != "version"));
            let none = Errors::default();
            let page = form_page(opened, &context, Some(&id), &mine, Some(&now), &none);
            Ok(refused(StatusCode::CONFLICT, page))
        }
        Err(problem) => show_form_again(opened, &context, Some(&id), &sent, problem),
    }
}

fn lead_to_record(opened: &Opened, record: &str) -> Answer {
    let record: Item = serde_json::from_str(record).map_err(Problem::internal)?;
    let id = record.get("id").and_then(Json::as_str).unwrap_or("");
    Ok(Redirect::to(&address(opened, id)).into_response())
}

fn show_form_again(
    opened: &Opened,
    context: &Context,
    id: Option<&str>,
    sent: &FormValues,
    problem: Problem,
) -> Answer {
    let errors = match problem.status {
        StatusCode::UNPROCESSABLE_ENTITY => Errors(problem.errors),
        StatusCode::CONFLICT => {
            let key = opened.register.keys().next();
            let name = key.map_or("", |field| field.api);
            let value = sent.get(name).map_or("", String::as_str);
            Errors(vec![web::problem::FieldError::new(
                name,
                value,
                problem.detail,
            )])
        }
        _ => return Err(problem),
    };
    let page = form_page(opened, context, id, sent, None, &errors);
    Ok(refused(problem.status, page))
}
