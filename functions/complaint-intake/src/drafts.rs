//! Answers between the pages of the form: sealed under a key that only the visitor's cookie holds, gone after a day.

use crate::filing::RepeatableRequest;
use crate::new_complaint::{Filing, NewComplaint, check_complaint};
use crate::uploads::{self, File};
use axum::response::Response;
use chrono::TimeDelta;
use domain::complaint::ComplaintKind;
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use web::caller::cookie;
use web::problem::FieldError;
use web::{Context, Problem, seal};

const COOKIE: &str = "shian_draft";
const PATH: &str = "/complaints";
/// How long a draft is kept after its last change.
const LASTS: TimeDelta = TimeDelta::days(1);
/// How often a change is tried while another page of the same browser changes the draft.
const TRIES: usize = 5;

/// What has been answered so far. In the store its fields have the names that `serde` is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Draft {
    #[serde(rename = "asked")]
    pub complaint: NewComplaint,
    /// Whether it is a complaint and a report in one, which the law has handled apart (20号令 第7条, 121号令 第9条).
    pub both: bool,
    /// Whether the page of the contact was answered: nothing else tells an anonymous report from one that is not asked yet.
    #[serde(rename = "who")]
    pub contact_asked: bool,
    /// The name by which a business was looked for.
    #[serde(rename = "q")]
    pub searched_name: String,
    pub files: Vec<File>,
    /// Whether the sound of videos is taken out. Insiders are asked it, for their voice may be known.
    #[serde(default)]
    pub without_sound: bool,
    /// Whether it was sent: then nothing of it is changed any more.
    #[serde(rename = "filed")]
    pub is_sent: bool,
}

impl Draft {
    /// What is filed of it, one case or two; or why it cannot be filed yet.
    pub async fn filings(
        &self,
        context: &Context,
    ) -> Result<Result<Vec<Filing>, Vec<FieldError>>, Problem> {
        // The form names a business by its number.
        let complaint = NewComplaint {
            enterprise_no: self.complaint.uscc.clone(),
            ..self.complaint.clone()
        };
        let checked = check_complaint(context, &complaint, &self.files).await?;
        Ok(checked.map(|first| {
            if !self.both {
                return vec![first];
            }
            let mut second = first.clone();
            second.kind = ComplaintKind::Report;
            second.statement.wants = None;
            vec![first, second]
        }))
    }
}

/// The draft that a browser holds the key of.
pub struct BrowserDraft {
    /// The value of the cookie. The draft is sealed under it, and its filing happens once by it.
    pub token: String,
    pub draft: Draft,
    version: i64,
}

async fn draft_id(token: &str) -> Result<String, Problem> {
    seal::keyed_hash("draft", token).await
}

#[derive(Deserialize)]
struct SealedDraft {
    sealed: Vec<u8>,
    version: i64,
}

/// The browser's draft; none where there is none, or it is too old.
pub async fn open_draft(
    context: &Context,
    headers: &HeaderMap,
) -> Result<Option<BrowserDraft>, Problem> {
    match cookie(headers, COOKIE) {
        Some(token) if !token.is_empty() => read_draft(context, token).await,
        _ => Ok(None),
    }
}

async fn read_draft(context: &Context, token: &str) -> Result<Option<BrowserDraft>, Problem> {
    let sql = "SELECT sealed, version FROM complaint_draft WHERE id = ?1 AND expires_at > ?2";
    let parameters = [draft_id(token).await?.into(), context.at().into()];
    let row: Option<SealedDraft> = context.store.first(sql, parameters).await?;
    let Some(row) = row else { return Ok(None) };
    let key = seal::derive_key("draft", token);
    let draft = seal::open(&key, &row.sealed)
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| Problem::internal("a draft cannot be opened"))?;
    Ok(Some(BrowserDraft {
        token: token.to_owned(),
        draft,
        version: row.version,
    }))
}

/// A new draft. The store has nothing of it before it is changed.
pub fn begin_draft() -> Result<BrowserDraft, Problem> {
    Ok(BrowserDraft {
        token: seal::random_token()?,
        draft: Draft::default(),
        version: 0,
    })
}

impl BrowserDraft {
    /// Whether the store has nothing of it yet.
    pub fn is_new(&self) -> bool {
        self.version == 0
    }

    /// Changes the draft, also where another page of the same browser changes it at the same time; gives the cookie.
    pub async fn change(
        &mut self,
        context: &Context,
        change: impl Fn(&mut Draft),
    ) -> Result<HeaderValue, Problem> {
        let id = draft_id(&self.token).await?;
        let key = seal::derive_key("draft", &self.token);
        for _ in 0..TRIES {
            change(&mut self.draft);
            let plain = serde_json::to_vec(&self.draft).map_err(Problem::internal)?;
            let sql = "INSERT INTO complaint_draft (id, sealed, version, expires_at) VALUES (?1, ?2, ?3 + 1, ?4)
                ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, version = excluded.version, expires_at = excluded.expires_at
                WHERE version = ?3 RETURNING version";
            let parameters = [
                id.as_str().into(),
                seal::seal(&key, &plain)?.into(),
                self.version.into(),
                expiry(context).into(),
            ];
            if context.store.run(sql, parameters).await? == 1 {
                self.version += 1;
                return web::cookie::set(COOKIE, &self.token, PATH, LASTS.num_seconds()).await;
            }
            match read_draft(context, &self.token).await? {
                Some(changed) => *self = changed,
                None => return Err(draft_gone()),
            }
        }
        Err(Problem::changed_since(
            "这份内容正在另一个页面里修改，请再试一次",
        ))
    }

    /// Takes the draft away, with the files that no case uses; gives the cookie that forgets it.
    pub async fn forget(self, context: &Context) -> Result<HeaderValue, Problem> {
        let sql = "DELETE FROM complaint_draft WHERE id = ?1 RETURNING id";
        context
            .store
            .run(sql, [draft_id(&self.token).await?.into()])
            .await?;
        uploads::drop_unused(context, &self.draft.files).await?;
        web::cookie::set(COOKIE, "", PATH, 0).await
    }
}

fn expiry(context: &Context) -> String {
    (context.now + LASTS).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

fn draft_gone() -> Problem {
    Problem::draft_gone("填写的内容已经清除，请重新开始")
}

/// The request by which the draft of that token is filed, once however often it is sent.
pub fn filing_request(token: &str) -> RepeatableRequest<'_> {
    RepeatableRequest {
        key: token,
        body: "draft".to_owned(),
    }
}

pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}
