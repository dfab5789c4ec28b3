//! The two formats of an answer, JSON and XML, and errors as the specification has them.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use web::{Context, Problem};

/// How an answer is written.
#[derive(Clone, Copy)]
pub enum Format {
    Json,
    Xml,
}

/// The format of the path that was asked for; see [`split_format`].
pub fn format_of_path(context: &Context, headers: &HeaderMap) -> Format {
    let path = context.here.split('?').next().unwrap_or("");
    split_format(path, headers).1
}

/// What stands before the ending of a path, and the format: that of the ending; without one, what the client accepts.
pub fn split_format<'p>(path: &'p str, headers: &HeaderMap) -> (&'p str, Format) {
    if let Some(path) = path.strip_suffix(".json") {
        return (path, Format::Json);
    }
    if let Some(path) = path.strip_suffix(".xml") {
        return (path, Format::Xml);
    }
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or("");
    let xml = accept.contains("xml") && !accept.contains("json") && !accept.contains("html");
    (path, if xml { Format::Xml } else { Format::Json })
}

/// The same document in either form: a list of objects, under the names that the specification gives them in XML.
pub fn answer_list<T: Serialize>(
    status: StatusCode,
    format: Format,
    list: &str,
    item: &str,
    items: &[T],
) -> Response {
    match format {
        Format::Json => (status, axum::Json(items)).into_response(),
        Format::Xml => match write_xml(list, item, items) {
            Ok(text) => (
                status,
                [(header::CONTENT_TYPE, "text/xml; charset=utf-8")],
                text,
            )
                .into_response(),
            Err(error) => Problem::internal(error).into_response(),
        },
    }
}

fn write_xml<T: Serialize>(list: &str, item: &str, items: &[T]) -> Result<Vec<u8>, std::io::Error> {
    let items: Vec<Json> = items
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()?;
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element(list).write_inner_content(|writer| {
        for object in &items {
            writer.create_element(item).write_inner_content(|writer| {
                for (name, value) in object.as_object().into_iter().flatten() {
                    let text = match value {
                        Json::Null => String::new(),
                        Json::String(text) => text.clone(),
                        Json::Array(_) => String::new(),
                        other => other.to_string(),
                    };
                    let element = writer.create_element(name.as_str());
                    if text.is_empty() {
                        element.write_empty()?;
                    } else {
                        element
                            .write_text_content(BytesText::new(&domain::text::printable(&text)))?;
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(writer.into_inner())
}

/// One error of an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Open311Error")]
pub struct RequestError {
    code: u16,
    description: String,
}

/// The errors of a problem, one for each field.
pub fn answer_errors(format: Format, problem: &Problem) -> Response {
    let error = |description: &str| RequestError {
        code: problem.status.as_u16(),
        description: description.to_owned(),
    };
    let errors: Vec<RequestError> = match problem.errors.is_empty() {
        true => vec![error(&problem.detail)],
        false => problem
            .errors
            .iter()
            .map(|wrong| error(&format!("{}: {}", wrong.field, wrong.reason)))
            .collect(),
    };
    let mut response = answer_list(problem.status, format, "errors", "error", &errors);
    if let Some(seconds) = problem.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
