//! One record as data: read, added and edited by the same rules as a sheet's row.

use crate::enterprises::{NamedEnterprises, SEVERAL_SITES};
use crate::field::{Field, Kind};
use crate::list::Item;
use crate::opened::Opened;
use crate::reading::{Flaw, Reading};
use crate::record_values::Record;
use crate::register::Register;
use domain::money::Fen;
use http::StatusCode;
use serde_json::Value as Json;
use sheets::{Cell, SheetRow};
use web::problem::FieldError;
use web::{Answer, Context, Problem, respond};

/// A record by its name in addresses, where the caller may know of it.
pub(crate) async fn find(opened: &Opened, context: &Context, id: &str) -> Result<String, Problem> {
    let condition = format!("{} = {{}}", opened.register.id());
    opened.list.one(context, &condition, id).await
}

pub(crate) async fn show(opened: &'static Opened, context: Context, id: String) -> Answer {
    Ok(respond::json_text(find(opened, &context, &id).await?))
}

/// What came of the change of a record.
pub(crate) enum ChangeOutcome {
    /// The record as it is now, as JSON.
    Changed(String),
    /// Somebody else was first; what it is now.
    ChangedMeanwhile(Json),
}

/// `POST <register>`: 201 with the record; 409 where there is one already.
pub(crate) async fn add(opened: &'static Opened, context: Context, given: Item) -> Answer {
    let wrong = wrong_types(opened.register.fields, &given);
    if !wrong.is_empty() {
        return Err(Problem::invalid(wrong));
    }
    let text = insert(opened, &context, &given).await?;
    let mut response = respond::json_text(text);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// `PATCH <register>/{id}`: what is not named stays; with the `version` that was read.
pub(crate) async fn change(
    opened: &'static Opened,
    context: Context,
    id: String,
    given: Item,
) -> Answer {
    Ok(respond::json_text(
        change_or_conflict(opened, &context, &id, given).await?,
    ))
}

/// Changes a record as [`update`] does; a problem where somebody else was first.
pub(crate) async fn change_or_conflict(
    opened: &Opened,
    context: &Context,
    id: &str,
    given: Item,
) -> Result<String, Problem> {
    let wrong = wrong_types(opened.register.fields, &given);
    if !wrong.is_empty() {
        return Err(Problem::invalid(wrong));
    }
    match update(opened, context, id, given).await? {
        ChangeOutcome::Changed(text) => Ok(text),
        ChangeOutcome::ChangedMeanwhile(now) => Err(Problem::changed_meanwhile(
            "这条记录刚被修改过，请看过现在的内容再改",
            now,
        )),
    }
}

/// A record as the row that a sheet would have had.
pub(crate) fn row(opened: &Opened, number: u32, given: &Item) -> SheetRow {
    let fields = opened.register.fields.iter();
    let cells = fields
        .map(|field| cell(field, given.get(field.api)))
        .collect();
    SheetRow::new(number, opened.columns, cells)
}

/// A JSON value as the cell that a sheet would have had.
pub(crate) fn cell(field: &Field, value: Option<&Json>) -> Cell {
    match value {
        None | Some(Json::Null) => Cell::Empty,
        Some(Json::String(text)) => Cell::Text(text.clone()),
        Some(Json::Bool(yes)) => Cell::Text(if *yes { "是" } else { "否" }.to_owned()),
        Some(Json::Number(number)) => match (field.kind, number.as_u64()) {
            (Kind::Money, Some(fen)) => Cell::Text(Fen(fen).to_string()),
            _ => Cell::Text(number.to_string()),
        },
        Some(other) => Cell::Text(other.to_string()),
    }
}

/// What is given that is no field.
pub(crate) fn unknown_names(fields: &[Field], given: &Item) -> Vec<FieldError> {
    given
        .iter()
        .filter(|(name, _)| !fields.iter().any(|field| field.api == *name))
        .map(|(name, value)| {
            FieldError::new(name, value.to_string(), format!("没有名为 {name} 的字段"))
        })
        .collect()
}

/// Values of another JSON type than the description of the field says; null is none.
pub(crate) fn wrong_types(fields: &[Field], given: &Item) -> Vec<FieldError> {
    fields
        .iter()
        .filter_map(|field| {
            let value = given.get(field.api).filter(|value| !value.is_null())?;
            let reason = wrong_type(field.kind, value)?;
            Some(FieldError::new(field.api, value.to_string(), reason))
        })
        .collect()
}

/// Why a value is of no type that fields of this kind take; none where it is of one.
fn wrong_type(kind: Kind, value: &Json) -> Option<&'static str> {
    match (kind, value) {
        // An amount is a whole number of 分.
        (Kind::Money, value) => (!value.is_u64()).then_some("应为整数，单位是分"),
        (_, Json::Array(_) | Json::Object(_)) => Some("应为一个值，不是列表或者对象"),
        (Kind::Number { .. }, value) => (!value.is_number()).then_some("应为整数"),
        (Kind::YesNo, value) => (!value.is_boolean()).then_some("应为 true 或者 false"),
        (_, value) => (!value.is_string()).then_some("应为文字"),
    }
}

/// What is wrong with fields, by their names as data.
pub(crate) fn errors(fields: &[Field], flaws: Vec<Flaw>) -> Vec<FieldError> {
    flaws
        .into_iter()
        .map(|flaw| {
            let field = fields.iter().find(|field| field.heading == flaw.field);
            let name = field.map_or(flaw.field.as_str(), |field| field.api);
            FieldError::new(name, flaw.value, flaw.reason)
        })
        .collect()
}

/// The columns of the fields that are chosen.
fn columns(opened: &Opened, is_chosen: impl Fn(&Field) -> bool) -> Vec<&'static str> {
    let fields = opened.register.fields.iter();
    let chosen = fields.filter(|field| is_chosen(field));
    chosen.map(|field| field.column).collect()
}

/// The record that is given; what cannot be taken is named by its field as data. Of what is brought now no day may lie ahead.
async fn read_record(
    opened: &Opened,
    context: &Context,
    given: &Item,
    brought: Vec<&'static str>,
    before: Option<&Item>,
) -> Result<Record, Problem> {
    let register = opened.register;
    let row = row(opened, 0, given);
    let mut reading = Reading::of_record(&row, brought, context.today());
    let mut record = reading.record(register.fields, register.rules);
    let mut errors = errors(register.fields, reading.into_rejected());
    if !register.names_itself() {
        // What a record had already is its business's number.
        let is_new = |field: &Field| {
            before.is_none_or(|before| before.get(field.api) != given.get(field.api))
        };
        errors.extend(find_enterprises(context, register.fields, &mut record, is_new).await?);
    }
    errors.extend(unknown_references(context, register.fields, &record).await?);
    match errors.is_empty() {
        true => Ok(record),
        false => Err(Problem::invalid(errors)),
    }
}

/// Sets for each business that is named its number; gives an error for each code that several sites share.
pub(crate) async fn find_enterprises(
    context: &Context,
    fields: &[Field],
    record: &mut Record,
    is_new: impl Fn(&Field) -> bool,
) -> Result<Vec<FieldError>, Problem> {
    let mut errors = Vec::new();
    for field in fields
        .iter()
        .filter(|field| matches!(field.kind, Kind::Uscc) && is_new(field))
    {
        let Some(written) = record.text(field).map(str::to_owned) else {
            continue;
        };
        let named = NamedEnterprises::find(&context.store, &[&written]).await?;
        match named.number(&written) {
            Some(number) => record.set(field.column, number),
            None => errors.push(FieldError::new(field.api, written, SEVERAL_SITES)),
        }
    }
    Ok(errors)
}

/// What a record names that is not there.
pub(crate) async fn unknown_references(
    context: &Context,
    fields: &[Field],
    record: &Record,
) -> Result<Vec<FieldError>, Problem> {
    let mut errors = Vec::new();
    for field in fields {
        let (Some(known), Some(named)) = (field.known, record.text(field)) else {
            continue;
        };
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} WHERE {} = ?1) || ''",
            known.view, known.column
        );
        if context.store.text(&sql, [named.into()]).await? == "0" {
            errors.push(FieldError::new(field.api, named, known.otherwise));
        }
    }
    Ok(errors)
}

/// Adds a record; gives it as JSON.
pub(crate) async fn insert(
    opened: &Opened,
    context: &Context,
    given: &Item,
) -> Result<String, Problem> {
    let errors = unknown_names(opened.register.fields, given);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let record = read_record(opened, context, given, columns(opened, |_| true), None).await?;
    let sql = opened.table.insert();
    let id = id_of(opened.register, &record);
    let parameters = [
        Json::Object(record.0).to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(&sql, parameters).await? == 0 {
        let title = opened.register.title;
        let detail = match find(opened, context, &id).await {
            Ok(_) => format!("已经有编号相同的{title}，请直接修改那一条"),
            Err(_) => format!("这个编号的{title}已经撤销，不能再用，请核对编号"),
        };
        return Err(Problem::already_there(detail));
    }
    find(opened, context, &id).await
}

/// The name in addresses of a record that is written.
fn id_of(register: &Register, record: &Record) -> String {
    let keys: Vec<String> = register
        .keys()
        .map(|field| match record.0.get(field.column) {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        })
        .collect();
    keys.join("~")
}

/// Changes what is given of a record, where it still has the version that was read.
pub(crate) async fn update(
    opened: &Opened,
    context: &Context,
    id: &str,
    mut given: Item,
) -> Result<ChangeOutcome, Problem> {
    let before = find(opened, context, id).await?;
    let version = given.remove("version").and_then(|version| version.as_i64());
    let mut errors = unknown_names(opened.register.fields, &given);
    if version.is_none() {
        errors.push(FieldError::missing_version());
    }
    for field in opened.register.keys() {
        if let Some(value) = given.get(field.api) {
            let reason = format!("{}不能修改", field.heading);
            errors.push(FieldError::new(field.api, value.to_string(), reason));
        }
    }
    let (Some(version), true) = (version, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    if given.is_empty() {
        return Ok(ChangeOutcome::Changed(before));
    }
    // The record after the change, read by the rules of the whole.
    let was: Item = serde_json::from_str(&before).map_err(Problem::internal)?;
    let mut after = was.clone();
    let brought: Vec<String> = given.keys().cloned().collect();
    after.extend(given);
    let is_brought = |field: &Field| brought.iter().any(|name| name == field.api);
    let brought_now = columns(opened, is_brought);
    let record = read_record(opened, context, &after, brought_now, Some(&was)).await?;
    let has =
        |heading: &str| {
            opened.register.fields.iter().any(|field| {
                field.heading == heading && brought.iter().any(|name| name == field.api)
            })
        };
    let sql = opened.table.update(&has);
    let parameters = [
        Json::Object(record.0).to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        version.into(),
    ];
    let changed = context.store.run(&sql, parameters).await? == 1;
    let now = find(opened, context, id).await?;
    Ok(match changed {
        true => ChangeOutcome::Changed(now),
        false => {
            ChangeOutcome::ChangedMeanwhile(serde_json::from_str(&now).map_err(Problem::internal)?)
        }
    })
}
