//! Bodies and uploaded files, within bounds while they stream in.

use crate::problem::{FieldError, Problem};
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use futures::StreamExt as _;
use http::header;
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
