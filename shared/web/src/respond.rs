//! Answers that several functions give.

use crate::page;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use maud::Markup;

/// JSON that SQL has made.
pub fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A workbook to save, under a plain name and the Chinese one that browsers show.
pub fn workbook(plain: &str, chinese: &str, body: Body) -> Response {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    saved(kind, "xlsx", plain, chinese, body)
}

/// A Word file to save, under a plain name and the Chinese one that browsers show.
pub fn word_file(plain: &str, chinese: &str, bytes: Vec<u8>) -> Response {
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    saved(kind, "docx", plain, chinese, bytes.into())
}

fn saved(kind: &str, extension: &str, plain: &str, chinese: &str, body: Body) -> Response {
    let name = format!(
        "attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{}.{extension}",
        page::encode(chinese)
    );
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, body).into_response()
}

/// A page that stands without the frame of the others.
pub fn unframed(markup: Markup) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, markup.into_string()).into_response()
}

/// The page of a form that was refused.
pub fn refused(status: StatusCode, mut page: Response) -> Response {
    *page.status_mut() = status;
    page
}
