//! `POST /api/v1/complaints`: JSON, or a form with files.

use crate::filing::{
    Asked, Channel, Contact, Receipt, Request as Keyed, already, check, digest, file,
};
use crate::limits;
use crate::uploads::{self, BYTES, File};
use attachments::Sound;
use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use domain::complaint::{Category, ComplaintKind};
use futures::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use schemars::JsonSchema;
use serde_json::json;
use web::extract::parse_json;
use web::idempotency::HEADER;
use web::problem::FieldError;
use web::{Answer, Context, Problem, upload};

/// Of a JSON document.
const DOCUMENT: usize = 64 << 10;
/// Of all fields of a form that are no files.
const FIELDS: usize = 64 << 10;
const PARTS: usize = 40;

/// A form as it came in.
pub struct Sent {
    pub fields: Vec<(String, String)>,
    /// With the names that they were sent under.
    pub files: Vec<(Option<String>, Bytes)>,
}

impl Sent {
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

    fn flag(&self, name: &str) -> bool {
        matches!(self.field(name), "true" | "1" | "on")
    }

    /// Whatever way the parts were put together.
    fn digest(&self) -> String {
        let files: Vec<String> = self.files.iter().map(|(_, bytes)| digest(bytes)).collect();
        json!([self.fields, files]).to_string()
    }
}

/// Reads a form with files, within bounds of size and number while it streams in.
pub async fn receive(body: Body, boundary: String) -> Result<Sent, Problem> {
    let stream = body
        .into_data_stream()
        .map(|piece| piece.map_err(|error| error.to_string()));
    let whole = (BYTES + FIELDS + (64 << 10)) as u64;
    let constraints =
        multer::Constraints::new().size_limit(multer::SizeLimit::new().whole_stream(whole));
    let mut form = multer::Multipart::with_constraints(stream, boundary, constraints);
    let mut sent = Sent {
        fields: Vec::new(),
        files: Vec::new(),
    };
    let (mut text, mut parts, mut held) = (0, 0, 0);
    let wrong = |error| upload::form_error(error, BYTES);
    while let Some(mut field) = form.next_field().await.map_err(wrong)? {
        parts += 1;
        if parts > PARTS {
            return Err(Problem::unreadable(format!("表单最多 {PARTS} 个部分")));
        }
        let name = field.name().unwrap_or("").to_owned();
        let is_file = name == "file";
        let file_name = field.file_name().map(str::to_owned);
        let mut pieces = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(wrong)? {
            if is_file {
                held += piece.len();
            } else {
                text += piece.len();
            }
            if text > FIELDS || held > BYTES {
                return Err(Problem::too_large(format!(
                    "文字最多 {} KB，照片和视频合起来最多 {} MB",
                    FIELDS >> 10,
                    BYTES >> 20
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
            sent.fields.push((name, value));
        } else if !bytes.is_empty() {
            if sent.files.len() == uploads::FILES {
                let reason = format!("照片和视频最多 {} 个", uploads::FILES);
                return Err(attachments::refused("", reason));
            }
            sent.files.push((file_name, bytes));
        }
    }
    Ok(sent)
}

/// The boundary of a form with files; none of another kind of body.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

fn asked_in_form(sent: &Sent) -> Result<Asked, Problem> {
    let known = [
        "kind",
        "uscc",
        "place",
        "town",
        "happened_on",
        "category",
        "text",
        "wants",
        "contact",
        "name",
        "phone",
        "address",
        "anonymous",
        "insider",
        "without_sound",
    ];
    if let Some((name, _)) = sent
        .fields
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        return Err(Problem::invalid(vec![FieldError::secret(
            name,
            "没有这个字段",
        )]));
    }
    let text = |name| sent.field(name).to_owned();
    let flag = |name| sent.flag(name);
    let contact = match sent.field("contact") {
        "" => {
            let contact = Contact {
                name: text("name"),
                phone: text("phone"),
                address: text("address"),
            };
            Some(contact).filter(|contact| *contact != Contact::default())
        }
        json => Some(parse_json(json.as_bytes())?),
    };
    Ok(Asked {
        kind: text("kind"),
        uscc: text("uscc"),
        place: text("place"),
        town: text("town"),
        happened_on: text("happened_on"),
        category: text("category"),
        text: text("text"),
        wants: text("wants"),
        contact,
        anonymous: flag("anonymous"),
        insider: flag("insider"),
    })
}

/// A form with files.
#[derive(JsonSchema)]
#[schemars(rename = "NewComplaintForm", deny_unknown_fields)]
#[expect(dead_code, reason = "described, never made")]
pub struct FormAsked {
    kind: ComplaintKind,
    uscc: Option<String>,
    place: Option<String>,
    town: Option<String>,
    happened_on: web::api::Day,
    category: Category,
    #[schemars(length(min = 1))]
    text: String,
    wants: Option<String>,
    /// JSON，或者分开写 name、phone、address
    contact: Option<String>,
    name: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    anonymous: Option<bool>,
    insider: Option<bool>,
    /// 去掉视频的声音
    without_sound: Option<bool>,
    /// 照片和视频，最多 6 个，合起来 30 MB
    #[schemars(length(max = uploads::FILES))]
    file: Option<Vec<web::api::Bytes>>,
}

pub async fn file_complaint(context: Context, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let key = match head.headers.get(HEADER).map(|value| value.to_str()) {
        None => None,
        Some(Ok(key)) if (1..=255).contains(&key.len()) => Some(key),
        Some(_) => {
            let reason = "Idempotency-Key 应为 1 到 255 个字符";
            return Err(Problem::invalid(vec![FieldError::secret(HEADER, reason)]));
        }
    };
    let (asked, sent, sound, body_digest) = match boundary(&head.headers) {
        Some(boundary) => {
            let sent = receive(body, boundary).await?;
            let sum = key.map(|_| sent.digest());
            let sound = sent.sound();
            (asked_in_form(&sent)?, sent.files, sound, sum)
        }
        None => {
            let is_json = head
                .headers
                .get(header::CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .is_some_and(|kind| kind.starts_with("application/json"));
            if !is_json {
                return Err(Problem::unsupported(
                    "请求内容应为 application/json 或 multipart/form-data",
                ));
            }
            let bytes = upload::whole(body, DOCUMENT).await?;
            let sum = key.map(|_| digest(&bytes));
            (parse_json(&bytes)?, Vec::new(), Sound::Kept, sum)
        }
    };
    let keyed = key.zip(body_digest).map(|(key, body)| Keyed { key, body });
    if let Some(keyed) = &keyed
        && let Some(receipts) = already(&context, keyed).await?
    {
        return Ok(answer(&receipts));
    }
    let mut filing = check(&context, &asked, &[])
        .await?
        .map_err(Problem::invalid)?;
    let proof = head
        .headers
        .get(limits::HEADER)
        .and_then(|proof| proof.to_str().ok());
    limits::admit(&context, proof).await?;
    let files = keep_all(&context, sent, sound).await?;
    filing.told.files.clone_from(&files);
    let receipts = file(&context, &[filing], Channel::Api, keyed.as_ref()).await?;
    // Of two that came at once under one key, the files of the second are nobody's.
    uploads::drop_unused(&context, &files).await?;
    Ok(answer(&receipts))
}

/// Keeps them all, or none.
pub async fn keep_all(
    context: &Context,
    sent: Vec<(Option<String>, Bytes)>,
    sound: Sound,
) -> Result<Vec<File>, Problem> {
    let mut files = Vec::with_capacity(sent.len());
    for (name, bytes) in sent {
        match uploads::keep(context, name.as_deref(), bytes, sound).await {
            Ok(file) => files.push(file),
            Err(problem) => {
                uploads::drop_unused(context, &files).await?;
                return Err(problem);
            }
        }
    }
    Ok(files)
}

fn answer(receipts: &[Receipt]) -> axum::response::Response {
    (StatusCode::CREATED, axum::Json(receipts.first())).into_response()
}
