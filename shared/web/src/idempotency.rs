//! `Idempotency-Key`: the same key and body within a day get the first answer again, another body is refused. The header is
//! kept only hashed, and the answer sealed under a key derived from it: the store alone does not tell what was answered.

use crate::context::Context;
use crate::problem::{FieldError, Problem};
use crate::seal;
use crate::upload;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use chrono::TimeDelta;
use futures::stream;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::Value;

/// The name of the header.
pub const HEADER: &str = "idempotency-key";

/// The most bytes that a key may have; a UUID has 36.
const LONGEST: usize = 255;
/// Large enough for any upload that staff send, and for any document that the public does: the body is held to be hashed.
const BODY: usize = 128 << 20;
const PUBLIC_BODY: usize = 1 << 20;
/// An answer larger than this is not kept: the request is simply done again.
const ANSWER: usize = 1 << 20;
const PUBLIC_ANSWER: usize = 1 << 18;
/// Answers that the public has kept: of one network, and of all together, at any time.
const PUBLIC_OF_ONE: i64 = 200;
const PUBLIC_OF_ALL: i64 = 20_000;
/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// After this a claim counts as left behind by a crash.
const CLAIM: TimeDelta = TimeDelta::minutes(10);

/// An answer as it is kept, before it is sealed.
#[derive(Serialize, Deserialize)]
struct KeptAnswer {
    status: u16,
    content_type: Option<String>,
    location: Option<String>,
    body: Vec<u8>,
}

/// A key that this request is the first to use.
pub struct Claim {
    key_hash: String,
    seal_key: [u8; 32],
    /// Whether the caller has not signed in.
    public: bool,
}

/// What came of a claim.
pub enum ClaimOutcome {
    /// Nobody has used the key: go on, with the body as it was, and [`Claim::keep`] the answer.
    New(Box<Request>, Claim),
    /// Here is the first answer.
    Answered(Response),
}

/// What the store knows of a key.
#[derive(Deserialize)]
struct KeyRow {
    body_hash: String,
    answer: Option<Vec<u8>>,
}

/// Claims the request's key, or finds its first answer.
///
/// # Errors
///
/// 422 for a key that is none or that came with another body; 409 `in_progress` while the first request is being answered; 429 where the
/// public has as many answers kept as are kept for it.
pub async fn claim(
    context: &Context,
    request: Request,
    key: &str,
) -> Result<ClaimOutcome, Problem> {
    if key.is_empty() || key.len() > LONGEST {
        return Err(Problem::invalid(vec![FieldError::new(
            HEADER,
            key,
            "Idempotency-Key 应为 1 到 255 个字符",
        )]));
    }
    let (parts, body) = request.into_parts();
    let limit = if context.caller.is_some() {
        BODY
    } else {
        PUBLIC_BODY
    };
    let pieces = upload::pieces(body, limit).await?;
    let body_hash = hash_of(&pieces);
    // One caller's key on one route is no other's.
    let caller = context.caller.as_ref().map_or("", |caller| &caller.account);
    let scope = format!("{caller}\n{} {}\n{key}", parts.method, parts.uri.path());
    let claim = Claim {
        key_hash: seal::keyed_hash("idempotency", &scope).await?,
        seal_key: seal::derive_key("idempotency answer", &scope),
        public: context.caller.is_none(),
    };
    if claim.write(context, &body_hash).await? {
        let body = Body::from_stream(stream::iter(
            pieces.into_iter().map(Ok::<Bytes, std::io::Error>),
        ));
        let request = Box::new(Request::from_parts(parts, body));
        return Ok(ClaimOutcome::New(request, claim));
    }
    let answer = claim.first_answer(context, key, &body_hash).await?;
    Ok(ClaimOutcome::Answered(answer.into_response()))
}

fn hash_of(pieces: &[Bytes]) -> String {
    let mut hash = Sha256::new();
    pieces.iter().for_each(|piece| hash.update(piece));
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Claim {
    /// Whether the key is now this request's.
    async fn write(&self, context: &Context, body_hash: &str) -> Result<bool, Problem> {
        let asked_from = match self.public {
            true => Some(seal::keyed_hash("idempotency address", &context.network()).await?),
            false => None,
        };
        // What is claimed or kept for far longer than we ever do was written while the clock was ahead, and counts as expired. Of requests
        // at once one may read the clock first and come second: a little longer is no sign of that.
        let sql = "INSERT INTO idempotency (key_hash, body_hash, claimed_until, expires_at, asked_from) SELECT ?1, ?2, ?4, ?5, ?6
               WHERE ?6 IS NULL OR (
                   (SELECT count(*) FROM idempotency WHERE asked_from = ?6 AND expires_at > ?3) < ?7
                   AND (SELECT count(*) FROM idempotency WHERE asked_from IS NOT NULL AND expires_at > ?3) < ?8)
               ON CONFLICT (key_hash) DO UPDATE SET
                   body_hash = excluded.body_hash, claimed_until = excluded.claimed_until,
                   expires_at = excluded.expires_at, asked_from = excluded.asked_from, answer = NULL
               WHERE expires_at < ?3 OR expires_at > ?10 OR (answer IS NULL AND (claimed_until < ?3 OR claimed_until > ?9))
               RETURNING key_hash";
        let parameters: [Value; 10] = [
            self.key_hash.as_str().into(),
            body_hash.into(),
            context.now.to_rfc3339().into(),
            (context.now + CLAIM).to_rfc3339().into(),
            (context.now + KEPT).to_rfc3339().into(),
            asked_from.into(),
            PUBLIC_OF_ONE.into(),
            PUBLIC_OF_ALL.into(),
            (context.now + CLAIM * 2).to_rfc3339().into(),
            (context.now + KEPT * 2).to_rfc3339().into(),
        ];
        Ok(context.store.run(sql, parameters).await? == 1)
    }

    /// What the first request with this key was answered.
    async fn first_answer(
        &self,
        context: &Context,
        key: &str,
        body_hash: &str,
    ) -> Result<KeptAnswer, Problem> {
        let sql = "SELECT body_hash, answer FROM idempotency WHERE key_hash = ?1";
        let row: Option<KeyRow> = context
            .store
            .first(sql, [self.key_hash.as_str().into()])
            .await?;
        match row {
            Some(row) if row.body_hash != body_hash => Err(Problem::idempotency_key_reused(
                FieldError::new(HEADER, key, "这个 Idempotency-Key 已用于另一份内容"),
            )),
            Some(KeyRow {
                answer: Some(answer),
                ..
            }) => seal::open(&self.seal_key, &answer)
                .and_then(|kept| serde_json::from_slice(&kept).ok())
                .ok_or_else(|| Problem::internal("a kept answer cannot be opened")),
            // No row was claimed and none is there: as many answers of the public are kept as are ever kept.
            None if self.public => Err(Problem::too_many(3600)),
            _ => Err(Problem::in_progress()),
        }
    }

    /// Keeps the answer, unless it is one that a second try could better; of the public's only what was filed.
    pub async fn keep(self, context: &Context, response: Response) -> Result<Response, Problem> {
        let (parts, body) = response.into_parts();
        let (may_differ_next_time, longest) = match self.public {
            true => (parts.status.is_client_error(), PUBLIC_ANSWER),
            false => (parts.status == StatusCode::TOO_MANY_REQUESTS, ANSWER),
        };
        let bytes = upload::whole(body, usize::MAX).await?;
        if may_differ_next_time || parts.status.is_server_error() || bytes.len() > longest {
            let sql = "DELETE FROM idempotency WHERE key_hash = ?1";
            context.store.run(sql, [self.key_hash.into()]).await?;
            return Ok(Response::from_parts(parts, bytes.into()));
        }
        let text = |name: HeaderName| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let kept = KeptAnswer {
            status: parts.status.as_u16(),
            content_type: text(header::CONTENT_TYPE),
            location: text(header::LOCATION),
            body: bytes.to_vec(),
        };
        let kept = serde_json::to_vec(&kept).map_err(Problem::internal)?;
        let sql = "UPDATE idempotency SET answer = ?2 WHERE key_hash = ?1";
        let sealed = seal::seal(&self.seal_key, &kept)?;
        context
            .store
            .run(sql, [self.key_hash.into(), sealed.into()])
            .await?;
        Ok(Response::from_parts(parts, bytes.into()))
    }
}

impl KeptAnswer {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body.into());
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        for (name, value) in [
            (header::CONTENT_TYPE, self.content_type),
            (header::LOCATION, self.location),
        ] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
