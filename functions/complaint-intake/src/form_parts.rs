//! A form with files, read within bounds while it streams in.

use crate::filing::body_digest;
use crate::uploads;
use attachments::Sound;
use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderMap, header};
use serde_json::json;
use web::{Problem, upload};

/// The most bytes of all fields together that are no files.
const MOST_TEXT_BYTES: usize = 64 << 10;
/// The most bytes of what stands between the parts.
const MOST_FRAME_BYTES: usize = 64 << 10;
/// The most parts of a form, files and other fields together.
const MOST_PARTS: usize = 40;

/// The fields and files of a form.
pub struct FormParts {
    pub fields: Vec<(String, String)>,
    /// Each with the name that it was sent under, if any.
    pub files: Vec<(Option<String>, Bytes)>,
}

impl FormParts {
    pub fn field(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// What becomes of the sound of videos among the files.
    pub fn sound(&self) -> Sound {
        match self.flag("without_sound") {
            true => Sound::Removed,
            false => Sound::Kept,
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        matches!(self.field(name), "true" | "1" | "on")
    }

    /// The same for the same fields and files, whatever boundary stood between them.
    pub fn digest(&self) -> String {
        let files: Vec<String> = self
            .files
            .iter()
            .map(|(_, bytes)| body_digest(bytes))
            .collect();
        json!([self.fields, files]).to_string()
    }
}

/// Reads a form with files. One that is too large or has too many parts or files is refused before the rest of it comes in.
pub async fn read_form(body: Body, boundary: String) -> Result<FormParts, Problem> {
    let stream = body
        .into_data_stream()
        .map(|piece| piece.map_err(|error| error.to_string()));
    let whole = (uploads::MOST_BYTES + MOST_TEXT_BYTES + MOST_FRAME_BYTES) as u64;
    let constraints =
        multer::Constraints::new().size_limit(multer::SizeLimit::new().whole_stream(whole));
    let mut form = multer::Multipart::with_constraints(stream, boundary, constraints);
    let mut parts = FormParts {
        fields: Vec::new(),
        files: Vec::new(),
    };
    let (mut part_count, mut text_bytes, mut file_bytes) = (0, 0, 0);
    let wrong = |error| upload::form_error(error, uploads::MOST_BYTES);
    while let Some(mut field) = form.next_field().await.map_err(wrong)? {
        part_count += 1;
        if part_count > MOST_PARTS {
            return Err(Problem::unreadable(format!("表单最多 {MOST_PARTS} 个部分")));
        }
        let name = field.name().unwrap_or("").to_owned();
        let is_file = name == "file";
        let file_name = field.file_name().map(str::to_owned);
        let mut pieces = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(wrong)? {
            match is_file {
                true => file_bytes += piece.len(),
                false => text_bytes += piece.len(),
            }
            if text_bytes > MOST_TEXT_BYTES || file_bytes > uploads::MOST_BYTES {
                return Err(Problem::too_large(format!(
                    "文字最多 {} KB，照片和视频合起来最多 {} MB",
                    MOST_TEXT_BYTES >> 10,
                    uploads::MOST_BYTES >> 20
                )));
            }
            pieces.push(piece);
        }
        let bytes: Bytes = match pieces.len() {
            1 => pieces.swap_remove(0),
            _ => pieces.concat().into(),
        };
        if !is_file {
            let value = String::from_utf8(bytes.into())
                .map_err(|_| Problem::unreadable(format!("{name} 不是 UTF-8 文字")))?;
            parts.fields.push((name, value));
        } else if !bytes.is_empty() {
            if parts.files.len() == uploads::MOST_FILES {
                return Err(uploads::too_many_files());
            }
            parts.files.push((file_name, bytes));
        }
    }
    Ok(parts)
}

/// The boundary of a form with files; none of another kind of body.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}
