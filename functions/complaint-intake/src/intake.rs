//! `POST /api/v1/complaints`: JSON, or a form with files.

use crate::filing::{
    Channel, Receipt, RepeatableRequest, body_digest, earlier_receipts, insert_filings,
};
use crate::form_parts::{self, FormParts};
use crate::new_complaint::{Contact, NewComplaint, check_complaint};
use crate::{limits, uploads};
use attachments::Sound;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use domain::complaint::{Category, ComplaintKind};
use http::{HeaderMap, StatusCode, header};
use schemars::JsonSchema;
use web::api::takes;
use web::extract::parse_json;
use web::idempotency::HEADER;
use web::problem::FieldError;
use web::{Answer, Context, Problem, Routes, Who::Everybody, upload};

/// The most bytes of a JSON document.
const MOST_JSON_BYTES: usize = 64 << 10;

pub fn routes(routes: Routes) -> Routes {
    routes
        .post_once("/api/v1/complaints", Everybody, file_complaint)
        .api(
            "提交投诉或举报；投诉要有 wants 和 contact，只有举报可以匿名。照片和视频用 multipart 的 file，最多 6 个，合起来 30 MB。一小时内第四件起要带 Proof-Of-Work 请求头或者等候",
            takes::<NewComplaint>()
                .takes_form::<NewComplaintForm>()
                .heeds(
                    "Proof-Of-Work",
                    "429 的 current.proof_of_work 里 challenge 的解：一个整数 n，使 SHA-256(challenge:n) 以 bits 个零位开头",
                )
                .gives_new::<Receipt>()
                .refuses(&[429]),
        )
}

/// The complaint that the fields of a form make.
fn complaint_of_form(form: &FormParts) -> Result<NewComplaint, Problem> {
    let known = [
        "kind",
        "uscc",
        "enterprise_no",
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
    if let Some((name, _)) = form
        .fields
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        return Err(Problem::invalid(vec![FieldError::secret(
            name,
            "没有这个字段",
        )]));
    }
    let text = |name| form.field(name).to_owned();
    let flag = |name| form.flag(name);
    let contact = match form.field("contact") {
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
    Ok(NewComplaint {
        kind: text("kind"),
        uscc: text("uscc"),
        enterprise_no: text("enterprise_no"),
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

/// The form with files, as the API description has it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "described, never made")]
struct NewComplaintForm {
    kind: ComplaintKind,
    uscc: Option<String>,
    enterprise_no: Option<String>,
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
    #[schemars(length(max = uploads::MOST_FILES))]
    file: Option<Vec<web::api::Bytes>>,
}

/// What a request brings.
struct Submission {
    complaint: NewComplaint,
    files: Vec<(Option<String>, Bytes)>,
    sound: Sound,
    /// Only where a key asks to compare it with another request: a digest of videos takes its time.
    digest: Option<String>,
}

async fn file_complaint(context: Context, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let key = idempotency_key(&head.headers)?;
    let submission = read_submission(&head.headers, body, key.is_some()).await?;
    let request = key
        .zip(submission.digest)
        .map(|(key, body)| RepeatableRequest { key, body });
    if let Some(request) = &request
        && let Some(receipts) = earlier_receipts(&context, request).await?
    {
        return Ok(answer_receipt(&receipts));
    }
    let mut filing = check_complaint(&context, &submission.complaint, &[])
        .await?
        .map_err(Problem::invalid)?;
    let proof = head
        .headers
        .get(limits::HEADER)
        .and_then(|proof| proof.to_str().ok());
    limits::admit_filing(&context, proof).await?;
    let files = uploads::keep_all(&context, submission.files, submission.sound).await?;
    filing.statement.files.clone_from(&files);
    let receipts = insert_filings(&context, &[filing], Channel::Api, request.as_ref()).await?;
    // Of two that came at once under one key, the files of the second are nobody's.
    uploads::drop_unused(&context, &files).await?;
    Ok(answer_receipt(&receipts))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    match headers.get(HEADER).map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(key)) if (1..=255).contains(&key.len()) => Ok(Some(key)),
        Some(_) => {
            let reason = "Idempotency-Key 应为 1 到 255 个字符";
            Err(Problem::invalid(vec![FieldError::secret(HEADER, reason)]))
        }
    }
}

async fn read_submission(
    headers: &HeaderMap,
    body: Body,
    has_key: bool,
) -> Result<Submission, Problem> {
    if let Some(boundary) = upload::boundary(headers) {
        let form = form_parts::read_form(body, boundary).await?;
        return Ok(Submission {
            complaint: complaint_of_form(&form)?,
            sound: form.sound(),
            digest: has_key.then(|| form.digest()),
            files: form.files,
        });
    }
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return Err(Problem::unsupported(
            "请求内容应为 application/json 或 multipart/form-data",
        ));
    }
    let bytes = upload::whole(body, MOST_JSON_BYTES).await?;
    Ok(Submission {
        complaint: parse_json(&bytes)?,
        files: Vec::new(),
        sound: Sound::Kept,
        digest: has_key.then(|| body_digest(&bytes)),
    })
}

fn answer_receipt(receipts: &[Receipt]) -> Response {
    (StatusCode::CREATED, axum::Json(receipts.first())).into_response()
}
