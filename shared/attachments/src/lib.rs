//! Pictures, videos and documents that people attach: judged by their bytes, drawn or written anew so that nothing else comes
//! along, kept in the key-value store in chunks.
//!
//! A picture comes out as a JPEG of at most 6,000,000 points (3,000 by 2,000 or any other shape), upright. Taken in are pictures of at
//! most 20,000 points a side and 120,000,000 in all (JPEG, PNG), less where they must be decoded whole: a progressive JPEG of
//! 4:2:0 up to about 38,000,000, a WebP up to 20,971,520, an interlaced PNG as its depth allows. Colours are taken as sRGB, for a colour profile names its
//! maker and goes too: those of a wide-gamut camera come out a little paler.
//!
//! A video is an MP4 or QuickTime file whose pictures are H.264 or H.265 and whose sound is AAC or AMR. The coded pictures
//! and sounds themselves are kept as they are, without the messages between them (SEI).
//!
//! A PDF is kept as it came.
#![deny(missing_docs)]

mod mp4;
mod pictures;
mod store;

pub use store::{chunks, erase, fetch, keep};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, header};
use web::problem::FieldError;
use web::{Code, Problem, upload};

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
    /// What it is; a picture is a JPEG, whatever it came as.
    pub media_type: MediaType,
    /// Drawn or written anew.
    pub bytes: Bytes,
}

/// A file that can be kept, and a small picture of it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The file.
    pub attachment: Attachment,
    /// A JPEG, its longer side at most 480 points; none of what is no picture.
    pub thumbnail: Option<Bytes>,
}

/// What becomes of a video's sound: a voice can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// It stays.
    Kept,
    /// It is taken out.
    Removed,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// Of no kind that is taken here.
    #[error("这个文件的格式不对，只能上传{0}")]
    Kind(String),
    /// What some telephones make unless they are told otherwise.
    #[error(
        "这是 HEIC 格式的照片，这里打不开。请在手机的相机设置里把格式改为“兼容性最佳”（JPEG）再拍，或者截图后上传"
    )]
    Heic,
    /// Larger than any camera's, or than can be decoded.
    #[error("这张图片太大（{width} × {height}），请缩小，或者截图后上传")]
    Dimensions {
        /// In points.
        width: usize,
        /// In points.
        height: usize,
    },
    /// A video coded or laid out as telephones do not.
    #[error("这个视频的编码方式不支持，请用手机自带的相机录像，或者另存为 H.264 格式的 mp4 后上传")]
    Coding,
    /// Begins like a picture and is none.
    #[error("这个文件已损坏，打不开，请换一个")]
    Damaged,
    /// Others' pictures are being worked on, and there is no memory for this one now.
    #[error("现在上传的人太多，请过半分钟再试")]
    Crowded,
}

impl AttachmentError {
    /// As an answer about the field `file`: 503 where it may go well later, 422 where it will not.
    pub fn problem(&self, name: &str) -> Problem {
        match self {
            Self::Crowded => {
                let mut problem = Problem::new(Code::Busy, self.to_string());
                problem.retry_after = Some(30);
                problem
            }
            _ => refused(name, self.to_string()),
        }
    }
}

/// Judges a file by its bytes, and draws or writes it anew without what tells where and by whom it was made.
///
/// # Errors
///
/// [`AttachmentError`], whose text can be shown.
pub fn accept(bytes: Bytes, allowed: &[MediaType]) -> Result<Attachment, AttachmentError> {
    let media_type = sniffed(&bytes, allowed)?;
    match media_type {
        MediaType::Pdf => Ok(Attachment { media_type, bytes }),
        MediaType::Mp4 => video(&bytes, Sound::Kept),
        MediaType::Jpeg | MediaType::Png | MediaType::Webp => {
            Ok(picture(pictures::drawn(media_type, bytes)?.bytes))
        }
    }
}

/// As [`accept`], with a small picture, and without a video's sound where that is asked for.
///
/// # Errors
///
/// [`AttachmentError`], whose text can be shown.
pub fn prepare(
    bytes: Bytes,
    allowed: &[MediaType],
    sound: Sound,
) -> Result<Prepared, AttachmentError> {
    let media_type = sniffed(&bytes, allowed)?;
    let (attachment, thumbnail) = match media_type {
        MediaType::Pdf => (Attachment { media_type, bytes }, None),
        MediaType::Mp4 => (video(&bytes, sound)?, None),
        MediaType::Jpeg | MediaType::Png | MediaType::Webp => {
            let drawn = pictures::drawn(media_type, bytes)?;
            let small = drawn.small()?;
            (picture(drawn.bytes), Some(small))
        }
    };
    Ok(Prepared {
        attachment,
        thumbnail,
    })
}

fn picture(bytes: Bytes) -> Attachment {
    Attachment {
        media_type: MediaType::Jpeg,
        bytes,
    }
}

fn video(bytes: &[u8], sound: Sound) -> Result<Attachment, AttachmentError> {
    Ok(Attachment {
        media_type: MediaType::Mp4,
        bytes: mp4::written_anew(bytes, sound)?.into(),
    })
}

fn sniffed(bytes: &[u8], allowed: &[MediaType]) -> Result<MediaType, AttachmentError> {
    if is_heic(bytes) {
        return Err(AttachmentError::Heic);
    }
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

/// Pictures in the container of videos: HEIC, AVIF, and their sequences.
fn is_heic(bytes: &[u8]) -> bool {
    let brands = [
        &b"heic"[..],
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
        b"mif1",
        b"mif2",
        b"msf1",
        b"avif",
        b"avis",
    ];
    bytes.get(4..8) == Some(b"ftyp")
        && bytes
            .get(8..12)
            .is_some_and(|brand| brands.contains(&brand))
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
    let name = file.name.as_deref();
    let attachment = accept(file.pieces.concat().into(), allowed)
        .map_err(|error| error.problem(name.unwrap_or("")))?;
    Ok(Received {
        name: plain_name(name, attachment.media_type),
        attachment,
    })
}

/// The file of that name is not taken.
pub fn refused(name: &str, reason: impl Into<String>) -> Problem {
    Problem::invalid(vec![FieldError::new("file", name, reason)])
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
