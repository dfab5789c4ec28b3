//! Pictures and documents that people attach: judged by their bytes, metadata removed, kept in the key-value store in chunks.
#![deny(missing_docs)]

mod metadata;
mod store;

pub use store::{erase, fetch, keep};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, header};
use web::problem::FieldError;
use web::{Problem, upload};

/// What a file may be, known by its first bytes, never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// A photograph.
    Jpeg,
    /// A drawing, a screenshot.
    Png,
    /// A photograph of newer telephones.
    Webp,
    /// A document. Its metadata stays: taking a PDF apart may break it.
    Pdf,
}

impl MediaType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf];

    /// As in `Content-Type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// The type of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// By the first bytes.
    fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }
}

/// A file that can be kept.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is.
    pub media_type: MediaType,
    /// Without metadata.
    pub bytes: Bytes,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// Of no known kind.
    #[error("只能上传照片（jpg、png、webp）或 PDF 文件")]
    Kind,
    /// Begins like a picture and is none.
    #[error("这个文件已损坏，打不开，请换一个")]
    Damaged,
}

/// Judges a file by its bytes and removes what tells where and by whom a picture was taken.
///
/// # Errors
///
/// [`AttachmentError`], whose text can be shown.
pub fn accept(bytes: Bytes) -> Result<Attachment, AttachmentError> {
    let media_type = MediaType::sniff(&bytes).ok_or(AttachmentError::Kind)?;
    let bytes = metadata::removed(media_type, bytes)?;
    Ok(Attachment { media_type, bytes })
}

/// What came with a form.
#[derive(Debug, Clone)]
pub struct Received {
    /// As people may keep it.
    pub name: String,
    /// The file.
    pub attachment: Attachment,
}

/// Reads the one file of a form, at most `most` bytes.
///
/// # Errors
///
/// A [`Problem`] that names the field `file`, where the form has no file or the file is not taken.
pub async fn receive(request: Request<Body>, most: usize) -> Result<Received, Problem> {
    let file = upload::file(request, most).await?;
    let attachment = accept(file.pieces.concat().into())
        .map_err(|error| refused(file.name.as_deref().unwrap_or(""), error.to_string()))?;
    Ok(Received {
        name: plain_name(file.name.as_deref(), attachment.media_type),
        attachment,
    })
}

/// The file of that name is not taken.
pub fn refused(name: &str, reason: impl Into<String>) -> Problem {
    Problem::invalid(vec![FieldError::new("file", name, reason)])
}

/// A file name as people may keep it: the last part of a path, without what breaks a header, at most 120 letters.
pub fn plain_name(name: Option<&str>, media_type: MediaType) -> String {
    let name = name
        .unwrap_or("")
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or("")
        .trim();
    let kept: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    if kept.is_empty() {
        format!(
            "附件.{}",
            media_type.name().rsplit('/').next().unwrap_or("bin")
        )
    } else {
        kept
    }
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
