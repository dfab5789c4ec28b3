//! Pictures and documents that people attach: judged by their bytes, metadata removed, kept in the key-value store in chunks.
#![deny(missing_docs)]

mod metadata;
mod mp4;
#[cfg(feature = "pictures")]
mod pictures;
mod store;

#[cfg(feature = "pictures")]
pub use pictures::{Prepared, prepare};

pub use store::{chunks, erase, fetch, keep};

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
    /// A video.
    Mp4,
}

/// What people photograph with.
pub const PHOTOS: &[MediaType] = &[MediaType::Jpeg, MediaType::Png, MediaType::Webp];
/// Photographs and documents.
pub const DOCUMENTS: &[MediaType] = &[
    MediaType::Jpeg,
    MediaType::Png,
    MediaType::Webp,
    MediaType::Pdf,
];
/// What somebody saw: photographs and videos.
pub const EVIDENCE: &[MediaType] = &[
    MediaType::Jpeg,
    MediaType::Png,
    MediaType::Webp,
    MediaType::Mp4,
];

impl MediaType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf, Self::Mp4];

    /// As in `Content-Type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Mp4 => "video/mp4",
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
            // `ftyp` begins many kinds; HEIC and AVIF pictures are among them.
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
                let brand = brand.get(..4)?;
                let played = [
                    &b"isom"[..],
                    b"iso2",
                    b"iso4",
                    b"iso5",
                    b"iso6",
                    b"mp41",
                    b"mp42",
                    b"avc1",
                    b"M4V ",
                    b"MSNV",
                    b"3gp4",
                    b"3gp5",
                    b"qt  ",
                ];
                played.contains(&brand).then_some(Self::Mp4)
            }
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
    /// Of no kind that is taken here.
    #[error("这个文件的格式不对，只能上传{0}")]
    Kind(String),
    /// Larger than any camera's.
    #[error("这张图片的尺寸不正常（{width} × {height}），请换一张")]
    Dimensions {
        /// In points.
        width: usize,
        /// In points.
        height: usize,
    },
    /// Begins like a picture and is none.
    #[error("这个文件已损坏，打不开，请换一个")]
    Damaged,
}

/// Judges a file by its bytes and removes what tells where and by whom a picture was taken.
///
/// # Errors
///
/// [`AttachmentError`], whose text can be shown.
pub fn accept(bytes: Bytes, allowed: &[MediaType]) -> Result<Attachment, AttachmentError> {
    let media_type = sniffed(&bytes, allowed)?;
    let bytes = metadata::removed(media_type, bytes)?;
    Ok(Attachment { media_type, bytes })
}

fn sniffed(bytes: &[u8], allowed: &[MediaType]) -> Result<MediaType, AttachmentError> {
    MediaType::sniff(bytes)
        .filter(|media_type| allowed.contains(media_type))
        .ok_or_else(|| {
            let names = [
                (MediaType::Jpeg, "照片（jpg、png、webp）"),
                (MediaType::Pdf, "PDF 文件"),
                (MediaType::Mp4, "视频（mp4）"),
            ];
            let taken = names
                .iter()
                .filter(|(media_type, _)| allowed.contains(media_type));
            let taken: Vec<&str> = taken.map(|(_, name)| *name).collect();
            AttachmentError::Kind(taken.join("或者"))
        })
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
pub async fn receive(
    request: Request<Body>,
    allowed: &[MediaType],
    most: usize,
) -> Result<Received, Problem> {
    let file = upload::file(request, most).await?;
    let attachment = accept(file.pieces.concat().into(), allowed)
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
