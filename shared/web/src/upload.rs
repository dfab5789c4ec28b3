//! Bodies and uploaded files, within bounds while they stream in.

use crate::problem::{FieldError, Problem};
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;

/// A file as it came: in pieces, so that a large one is held once.
#[derive(Debug, Default)]
pub struct Upload {
    pub name: Option<String>,
    pub pieces: Vec<Bytes>,
}

/// A body's pieces, at most `limit` bytes.
pub async fn pieces(mut body: Body, limit: usize) -> Result<Vec<Bytes>, Problem> {
    let mut pieces = Vec::new();
    let mut held = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken_off(&error.to_string()))?;
        if let Ok(data) = frame.into_data() {
            held += data.len();
            if held > limit {
                return Err(too_large(limit));
            }
            pieces.push(data);
        }
    }
    Ok(pieces)
}

/// A body in one piece, at most `limit` bytes.
pub async fn whole(body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut pieces = pieces(body, limit).await?;
    Ok(match pieces.len() {
        1 => pieces.swap_remove(0),
        _ => pieces.concat().into(),
    })
}

/// The file of a request: the part `file` of a form, or the raw body.
pub async fn file(request: Request, limit: usize) -> Result<Upload, Problem> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    if kind.as_deref().is_some_and(is_json) {
        return Err(Problem::unsupported("这里要上传文件，不接收 JSON"));
    }
    let upload = match kind.as_deref().map(multer::parse_boundary) {
        Some(Ok(boundary)) => from_form(request.into_body(), boundary, limit).await?,
        _ => Upload {
            name: None,
            pieces: pieces(request.into_body(), limit).await?,
        },
    };
    if upload.pieces.iter().all(Bytes::is_empty) {
        return Err(Problem::invalid(vec![FieldError::new(
            "file",
            "",
            "请选择一个文件",
        )]));
    }
    Ok(upload)
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

async fn from_form(body: Body, boundary: String, limit: usize) -> Result<Upload, Problem> {
    let stream = body
        .into_data_stream()
        .map(|piece| piece.map_err(|error| error.to_string()));
    let bounds = multer::SizeLimit::new().whole_stream(limit as u64);
    let mut form = multer::Multipart::with_constraints(
        stream,
        boundary,
        multer::Constraints::new().size_limit(bounds),
    );
    while let Some(mut field) = form
        .next_field()
        .await
        .map_err(|error| form_error(error, limit))?
    {
        if field.name() != Some("file") {
            continue;
        }
        let mut upload = Upload {
            name: field
                .file_name()
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            pieces: Vec::new(),
        };
        while let Some(piece) = field
            .chunk()
            .await
            .map_err(|error| form_error(error, limit))?
        {
            upload.pieces.push(piece);
        }
        return Ok(upload);
    }
    Ok(Upload::default())
}

/// What a form with files may be at most.
#[derive(Debug, Clone, Copy)]
pub struct FormBounds {
    /// The parts, files and other fields together.
    pub parts: usize,
    /// The bytes of all fields together that are no files.
    pub text_bytes: usize,
    /// The files.
    pub files: usize,
    /// The bytes of all files together.
    pub file_bytes: usize,
}

/// A file of a form.
#[derive(Debug)]
pub struct FormFile {
    /// The field that it was chosen in.
    pub field: String,
    /// The name that it was sent under, if any.
    pub name: Option<String>,
    pub bytes: Bytes,
}

/// The fields and files of a form. An empty file is a field that nothing was chosen in, and is left out.
#[derive(Debug, Default)]
pub struct FormParts {
    pub fields: Vec<(String, String)>,
    pub files: Vec<FormFile>,
}

/// Bytes of what stands between the parts of a form, at most.
const MOST_FRAME_BYTES: usize = 64 << 10;

/// Reads a form with files; `is_file` says which fields are files.
///
/// # Errors
///
/// 413 for one that is too large, 400 for one with too many parts, 422 for too many files: each before the rest of it comes in.
pub async fn form(
    body: Body,
    boundary: String,
    bounds: FormBounds,
    is_file: fn(&str) -> bool,
) -> Result<FormParts, Problem> {
    let stream = body
        .into_data_stream()
        .map(|piece| piece.map_err(|error| error.to_string()));
    let whole = (bounds.file_bytes + bounds.text_bytes + MOST_FRAME_BYTES) as u64;
    let constraints =
        multer::Constraints::new().size_limit(multer::SizeLimit::new().whole_stream(whole));
    let mut form = multer::Multipart::with_constraints(stream, boundary, constraints);
    let mut parts = FormParts::default();
    let (mut part_count, mut text_bytes, mut file_bytes) = (0, 0, 0);
    let wrong = |error| form_error(error, bounds.file_bytes);
    while let Some(mut field) = form.next_field().await.map_err(wrong)? {
        part_count += 1;
        if part_count > bounds.parts {
            return Err(Problem::unreadable(format!(
                "表单最多 {} 个部分",
                bounds.parts
            )));
        }
        let name = field.name().unwrap_or("").to_owned();
        let is_file = is_file(&name);
        let file_name = field.file_name().map(str::to_owned);
        let mut pieces = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(wrong)? {
            match is_file {
                true => file_bytes += piece.len(),
                false => text_bytes += piece.len(),
            }
            if text_bytes > bounds.text_bytes || file_bytes > bounds.file_bytes {
                return Err(Problem::too_large(format!(
                    "文字最多 {} KB，照片和视频合起来最多 {} MB",
                    bounds.text_bytes >> 10,
                    bounds.file_bytes >> 20
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
            if parts.files.len() == bounds.files {
                return Err(too_many_files(bounds.files));
            }
            parts.files.push(FormFile {
                field: name,
                name: file_name,
                bytes,
            });
        }
    }
    Ok(parts)
}

/// 422: more files than may come together.
pub fn too_many_files(most: usize) -> Problem {
    Problem::invalid(vec![FieldError::new(
        "file",
        "",
        format!("照片和视频最多 {most} 个"),
    )])
}

/// The boundary of a form with files; none of another kind of body.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// Why a form with files could not be read.
pub fn form_error(error: multer::Error, limit: usize) -> Problem {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            too_large(limit)
        }
        multer::Error::StreamReadFailed(cause) => broken_off(&cause.to_string()),
        other => Problem::unreadable(format!("表单无法读取：{other}")),
    }
}

/// The runtime ends a body that is larger than it takes, and names the reason.
fn broken_off(cause: &str) -> Problem {
    if cause
        .to_lowercase()
        .replace(['-', '_', ' '], "")
        .contains("bodysize")
    {
        Problem::too_large("上传的内容太大")
    } else {
        Problem::unreadable("上传没有传完就中断了，请重试")
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::too_large(format!("上传的内容超过 {} MB", limit >> 20))
}
