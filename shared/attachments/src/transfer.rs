//! How a file comes with a form, and how it is given back.

use crate::media_type::MediaType;
use crate::preparation::{Attachment, accept};
use crate::store::fetch;
use axum::body::Body;
use http::{HeaderValue, Request, header};
use web::{Problem, upload};

/// The file that came with a form.
#[derive(Debug, Clone)]
pub struct ReceivedFile {
    /// Its name, as people may keep it.
    pub name: String,
    /// The file.
    pub attachment: Attachment,
}

/// Reads the one file of a form, at most `most` bytes.
///
/// # Errors
///
/// A [`Problem`] that names the field `file`, where the form has no file or the file is not taken.
pub async fn receive(
    request: Request<Body>,
    allowed: &[MediaType],
    most: usize,
) -> Result<ReceivedFile, Problem> {
    let file = upload::file(request, most).await?;
    let name = file.name.as_deref();
    let attachment = accept(file.pieces.concat().into(), allowed)
        .map_err(|error| error.problem(name.unwrap_or("")))?;
    Ok(ReceivedFile {
        name: plain_name(name, attachment.media_type),
        attachment,
    })
}

/// A file name as people may keep it: the last part of a path, without what breaks a header, at most 120 letters. A picture's
/// says that it is a JPEG now.
pub fn plain_name(name: Option<&str>, media_type: MediaType) -> String {
    let name = name
        .unwrap_or("")
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or("")
        .trim();
    let kept: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    match kept.rsplit_once('.') {
        _ if kept.is_empty() => format!(
            "附件.{}",
            media_type.name().rsplit('/').next().unwrap_or("bin")
        ),
        Some((stem, end))
            if media_type == MediaType::Jpeg
                && (end.eq_ignore_ascii_case("png") || end.eq_ignore_ascii_case("webp")) =>
        {
            format!("{stem}.jpg")
        }
        _ => kept,
    }
}

/// The answer that gives a kept file back, by what its row says of it.
///
/// # Errors
///
/// 404 where a chunk is missing; [`Problem`] where the store does not answer.
pub async fn show(
    id: &str,
    name: &str,
    media_type: &str,
    chunks: usize,
) -> Result<http::Response<Vec<u8>>, Problem> {
    let media_type = MediaType::from_name(media_type)
        .ok_or_else(|| Problem::internal("an unknown media type"))?;
    let bytes = fetch(id, chunks).await?.ok_or_else(Problem::not_found)?;
    Ok(answer(name, media_type, bytes))
}

/// The answer that gives a file back: shown as what it is, and as nothing else.
pub fn answer(name: &str, media_type: MediaType, bytes: Vec<u8>) -> http::Response<Vec<u8>> {
    let disposition = format!("inline; filename*=UTF-8''{}", web::page::encode(name));
    let mut response = http::Response::new(bytes);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media_type.name()),
    );
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    // A PDF may carry scripts; nothing of it runs in our name.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    );
    response
}
