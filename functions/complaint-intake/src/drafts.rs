//! Answers between the pages of the form: sealed under a key that only the visitor's cookie holds, gone after a day.

use crate::filing::{Asked, Filing, check};
use crate::uploads::{self, File};
use chrono::TimeDelta;
use domain::complaint::ComplaintKind;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use web::caller::cookie;
use web::problem::FieldError;
use web::{Code, Context, Problem, seal};

const COOKIE: &str = "shian_draft";
const PATH: &str = "/complaints";
const LASTS: TimeDelta = TimeDelta::days(1);

/// What has been answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Draft {
    pub asked: Asked,
    /// Both: a complaint and a report, which the law has handled apart (20号令 第7条).
    pub both: bool,
    /// Whether the last page was answered; an anonymous report has nothing else to show for it.
    pub who: bool,
    /// What business was looked for.
    pub q: String,
    pub files: Vec<File>,
    /// Whether the sound of videos is taken out; asked of insiders, whose voice may be known.
    #[serde(default)]
    pub without_sound: bool,
    pub filed: bool,
}

impl Draft {
    /// What is filed of it: one case, or two.
    pub async fn filings(
        &self,
        context: &Context,
    ) -> Result<Result<Vec<Filing>, Vec<FieldError>>, Problem> {
        let checked = check(context, &self.asked, &self.files).await?;
        Ok(checked.map(|first| {
            if !self.both {
                return vec![first];
            }
            let mut second = first.clone();
            second.kind = ComplaintKind::Report;
            second.told.wants = None;
            vec![first, second]
        }))
    }
}

/// The draft that a browser holds the key of.
pub struct Held {
    /// The cookie's value: key of the draft, and what makes its filing happen once.
    pub token: String,
    pub draft: Draft,
    version: i64,
}

async fn id(token: &str) -> Result<String, Problem> {
    seal::keyed_hash("draft", token).await
}

#[derive(Deserialize)]
struct Row {
    sealed: Vec<u8>,
    version: i64,
}

/// The browser's draft; none where there is none, or it is too old.
pub async fn held(context: &Context, headers: &HeaderMap) -> Result<Option<Held>, Problem> {
    match cookie(headers, COOKIE) {
        Some(token) if !token.is_empty() => read(context, token).await,
        _ => Ok(None),
    }
}

async fn read(context: &Context, token: &str) -> Result<Option<Held>, Problem> {
    let sql = "SELECT sealed, version FROM complaint_draft WHERE id = ?1 AND expires_at > ?2";
    let parameters = [id(token).await?.into(), context.at().into()];
    let row: Option<Row> = context.store.first(sql, parameters).await?;
    let Some(row) = row else { return Ok(None) };
    let key = seal::derive_key("draft", token);
    let draft = seal::open(&key, &row.sealed)
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .ok_or_else(|| Problem::internal("a draft cannot be opened"))?;
    Ok(Some(Held {
        token: token.to_owned(),
        draft,
        version: row.version,
    }))
}

/// A new draft, kept once it is changed.
pub fn new() -> Result<Held, Problem> {
    Ok(Held {
        token: seal::random_token()?,
        draft: Draft::default(),
        version: 0,
    })
}

impl Held {
    /// Nothing of it is kept yet.
    pub fn is_new(&self) -> bool {
        self.version == 0
    }

    /// Changes the draft, also where another page of the same browser changes it at the same time; gives the cookie.
    pub async fn change(
        &mut self,
        context: &Context,
        change: impl Fn(&mut Draft),
    ) -> Result<HeaderValue, Problem> {
        let id = id(&self.token).await?;
        let key = seal::derive_key("draft", &self.token);
        for _ in 0..5 {
            change(&mut self.draft);
            let plain = serde_json::to_vec(&self.draft).map_err(Problem::internal)?;
            let sql = "INSERT INTO complaint_draft (id, sealed, version, expires_at) VALUES (?1, ?2, ?3 + 1, ?4)
                ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, version = excluded.version, expires_at = excluded.expires_at
                WHERE version = ?3 RETURNING version";
            let parameters = [
                id.as_str().into(),
                seal::seal(&key, &plain)?.into(),
                self.version.into(),
                until(context).into(),
            ];
            if context.store.run(sql, parameters).await? == 1 {
                self.version += 1;
                return web::cookie::set(COOKIE, &self.token, PATH, LASTS.num_seconds()).await;
            }
            match read(context, &self.token).await? {
                Some(now) => *self = now,
                None => return Err(gone()),
            }
        }
        Err(Problem::new(
            Code::ChangedMeanwhile,
            "这份内容正在另一个页面里修改，请再试一次",
        ))
    }

    /// Takes the draft away, with the files that no case uses; gives the cookie that forgets it.
    pub async fn forget(self, context: &Context) -> Result<HeaderValue, Problem> {
        let sql = "DELETE FROM complaint_draft WHERE id = ?1 RETURNING id";
        context
            .store
            .run(sql, [id(&self.token).await?.into()])
            .await?;
        uploads::drop_unused(context, &self.draft.files).await?;
        web::cookie::set(COOKIE, "", PATH, 0).await
    }
}

fn until(context: &Context) -> String {
    (context.now + LASTS).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

fn gone() -> Problem {
    Problem::new(Code::DraftGone, "填写的内容已经清除，请重新开始")
}
