//! Answers that several functions give.

use crate::page;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};

/// JSON that SQL has made.
pub fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A workbook to save, under a plain name and the Chinese one that browsers show.
pub fn workbook(plain: &str, chinese: &str, body: Body) -> Response {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
    let name = format!(
        "attachment; filename=\"{plain}.xlsx\"; filename*=UTF-8''{}.xlsx",
        page::encode(chinese)
    );
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, body).into_response()
}

/// The page of a form that was refused.
pub fn refused(status: StatusCode, mut page: Response) -> Response {
    *page.status_mut() = status;
    page
}
