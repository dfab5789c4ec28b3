//! What a complaint's form with files says.

use crate::filing::body_digest;
use crate::uploads;
use attachments::Sound;
use axum::body::Body;
use bytes::Bytes;
use serde_json::json;
use web::Problem;
use web::upload::{self, FormBounds};

const BOUNDS: FormBounds = FormBounds {
    parts: 40,
    text_bytes: 64 << 10,
    files: uploads::MOST_FILES,
    file_bytes: uploads::MOST_BYTES,
};

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
    let form = upload::form(body, boundary, BOUNDS, |field| field == "file").await?;
    let files = form.files.into_iter();
    Ok(FormParts {
        fields: form.fields,
        files: files.map(|file| (file.name, file.bytes)).collect(),
    })
}
