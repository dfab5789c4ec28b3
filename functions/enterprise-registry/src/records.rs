//! `POST /api/v1/enterprises`: records of the ledger as data, as one document, an array or NDJSON. A field that is not there leaves what
//! is known as it is, for the registration platform knows less than the office.

use crate::roster::LEDGER;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use http::header;
use registers::Item;
use serde_json::Value;
use web::problem::FieldError;
use web::{Answer, Context, Problem, extract, upload};

/// The most bytes of a body.
const MOST_BYTES: usize = 32 << 20;

pub async fn put_enterprises(context: Context, request: Request) -> Answer {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let is_lines = match kind.as_str() {
        "application/json" => false,
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => true,
        _ => {
            return Err(Problem::unsupported(
                "请求内容应为 application/json 或 application/x-ndjson",
            ));
        }
    };
    let body = upload::whole(request.into_body(), MOST_BYTES).await?;
    let records = if is_lines {
        read_lines(&body)?
    } else {
        read_document(&body)?
    };
    let by = context.caller()?.account.clone();
    let found = LEDGER.write(&context, &records, &by).await?;
    Ok(axum::Json(found).into_response())
}

fn read_document(body: &[u8]) -> Result<Vec<Item>, Problem> {
    match extract::parse_json(body)? {
        Value::Array(items) => items.into_iter().map(known_record).collect(),
        one => Ok(vec![known_record(one)?]),
    }
}

fn read_lines(body: &[u8]) -> Result<Vec<Item>, Problem> {
    body.split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .map(|line| known_record(extract::parse_json(line)?))
        .collect()
}

/// A value as a record, all of whose fields the ledger knows.
fn known_record(value: Value) -> Result<Item, Problem> {
    let Value::Object(record) = value else {
        return Err(Problem::invalid(vec![FieldError::new(
            "",
            value.to_string(),
            "每条记录应为一个 JSON 对象",
        )]));
    };
    let unknown = LEDGER.unknown(&record);
    if unknown.is_empty() {
        Ok(record)
    } else {
        Err(Problem::invalid(unknown))
    }
}
