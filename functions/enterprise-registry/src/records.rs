//! `POST /api/v1/enterprises`: the same as a roster, as data. One document, an array, or NDJSON; a field that is not there
//! leaves what is known as it is, for the registration platform knows less than the office.

use crate::roster::{Enterprises, FIELDS};
use axum::extract::Request;
use axum::response::IntoResponse as _;
use http::header;
use rosters::{Found, Roster as _, Slices, check};
use serde_json::{Map, Value};
use sheets::{Cell, Row};
use web::problem::FieldError;
use web::{Answer, Context, Problem, extract, upload};

const BODY: usize = 32 << 20;

pub async fn put_enterprises(context: Context, request: Request) -> Answer {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let lines = match kind.as_str() {
        "application/json" => false,
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => true,
        _ => {
            return Err(Problem::unsupported(
                "请求内容应为 application/json 或 application/x-ndjson",
            ));
        }
    };
    let body = upload::whole(request.into_body(), BODY).await?;
    let records = if lines {
        read_lines(&body)?
    } else {
        read_document(&body)?
    };
    let by = context.caller()?.account.clone();
    let found = write(&context, &records, &by).await?;
    Ok(axum::Json(found).into_response())
}

pub type Record = Map<String, Value>;

fn read_document(body: &[u8]) -> Result<Vec<Record>, Problem> {
    match extract::parse_json(body)? {
        Value::Array(items) => items.into_iter().map(record).collect(),
        one => Ok(vec![record(one)?]),
    }
}

fn read_lines(body: &[u8]) -> Result<Vec<Record>, Problem> {
    body.split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .map(|line| record(extract::parse_json(line)?))
        .collect()
}

/// A document as an object with no field that we do not know.
fn record(value: Value) -> Result<Record, Problem> {
    let Value::Object(record) = value else {
        return Err(Problem::invalid(vec![FieldError::new(
            "",
            value.to_string(),
            "每条记录应为一个 JSON 对象",
        )]));
    };
    let unknown: Vec<FieldError> = record
        .iter()
        .filter(|(name, _)| !FIELDS.iter().any(|field| field.json == *name))
        .map(|(name, value)| {
            FieldError::new(name, value.to_string(), format!("没有名为 {name} 的字段"))
        })
        .collect();
    if unknown.is_empty() {
        Ok(record)
    } else {
        Err(Problem::invalid(unknown))
    }
}

/// A record as the row that a sheet would have had.
pub fn row(number: u32, record: &Record) -> Row {
    let cells = FIELDS
        .iter()
        .map(|field| match record.get(field.json) {
            None | Some(Value::Null) => Cell::Empty,
            Some(Value::String(text)) => Cell::Text(text.clone()),
            Some(Value::Bool(yes)) => Cell::Text(if *yes { "是" } else { "否" }.to_owned()),
            Some(other) => Cell::Text(other.to_string()),
        })
        .collect();
    Row::new(number, Enterprises::COLUMNS, cells)
}

/// The JSON name of a column.
pub fn json_name(heading: &str) -> &str {
    FIELDS
        .iter()
        .find(|field| field.heading == heading)
        .map_or(heading, |field| field.json)
}

/// Writes what can be taken of `records`, in the name of `by`.
pub async fn write(context: &Context, records: &[Record], by: &str) -> Result<Found, Problem> {
    let at = context.at();
    let mut all = Found::default();
    let mut number = 0;
    // Records that bring the same fields go in together.
    for group in records.chunk_by(|a, b| a.keys().eq(b.keys())) {
        let has = |heading: &str| group[0].contains_key(json_name(heading));
        let rows: Vec<Row> = group
            .iter()
            .map(|record| {
                number += 1;
                row(number, record)
            })
            .collect();
        let headings = Enterprises::COLUMNS.iter().map(|column| column.name);
        let headings = headings.filter(|heading| has(heading)).collect();
        let mut slices = Slices::<Enterprises, _>::new(rows.into_iter(), headings, context.today());
        while let Some(slice) = slices.next(&context.store).await? {
            let sql = Enterprises::TABLE.write(&|heading| slice.has(heading));
            let (created, updated) =
                check::write(&context.store, &sql, &slice.records, by, &at).await?;
            slices.count(slice.count, created, updated);
        }
        let found = slices.found;
        all.rows += found.rows;
        all.created += found.created;
        all.updated += found.updated;
        all.unchanged += found.unchanged;
        all.rejected.extend(found.rejected);
        all.warnings.extend(found.warnings);
    }
    for flaw in all.rejected.iter_mut().chain(&mut all.warnings) {
        flaw.field = json_name(&flaw.field).to_owned();
    }
    Ok(all)
}
