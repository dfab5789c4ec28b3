//! A file that waits for its confirmation, in parts: what it would change, its good rows in slices, its bad rows to be mended, and,
//! while its columns are not all known, the file itself. Gone after a day.

use crate::opened::Opened;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::TimeDelta;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web::{Context, Problem, seal};

/// How long a file waits.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// Bytes of a file in one part.
const PIECE: usize = 512 << 10;
/// The largest file that is kept while the office says what its columns are.
pub(super) const KEPT_FILE: usize = 24 << 20;

/// The kinds of parts of a staged import.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum PartKind {
    /// What would change; without it, nothing is there to confirm.
    Plan,
    Rows,
    Rejected,
    /// Rows that only a person can place.
    Unplaced,
    File,
}

impl PartKind {
    fn code(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Rows => "rows",
            Self::Rejected => "rejected",
            Self::Unplaced => "unplaced",
            Self::File => "file",
        }
    }
}

/// One import of one account.
pub(super) struct StagedImport<'c> {
    pub id: String,
    context: &'c Context,
    register: &'static str,
    account: String,
}

impl<'c> StagedImport<'c> {
    /// A new one; those of the day before are cleared away.
    pub async fn begin(context: &'c Context, opened: &Opened) -> Result<Self, Problem> {
        let sql = "DELETE FROM import_part WHERE created_at < ?1";
        context
            .store
            .run(sql, [(context.now - KEPT).to_rfc3339().into()])
            .await?;
        Self::find(context, opened, seal::random_token()?)
    }

    /// The one of this name, if it is the caller's.
    pub fn find(context: &'c Context, opened: &Opened, id: String) -> Result<Self, Problem> {
        Ok(Self {
            id,
            context,
            register: opened.register.noun,
            account: context.caller()?.account.clone(),
        })
    }

    /// Keeps one part.
    pub async fn keep(&self, what: PartKind, part: usize, content: &str) -> Result<(), Problem> {
        let sql = "INSERT INTO import_part (id, what, part, register, account, content, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let parameters = [
            self.id.as_str().into(),
            what.code().into(),
            i64::try_from(part).unwrap_or(i64::MAX).into(),
            self.register.into(),
            self.account.as_str().into(),
            content.into(),
            self.context.now.to_rfc3339().into(),
        ];
        self.context.store.run(sql, parameters).await?;
        Ok(())
    }

    /// Keeps a part that is alone of its kind, as JSON.
    pub async fn keep_json(&self, what: PartKind, value: &impl Serialize) -> Result<(), Problem> {
        let content = serde_json::to_string(value).map_err(Problem::internal)?;
        self.keep(what, 0, &content).await
    }

    /// Keeps the file, if it is not too large for it.
    pub async fn keep_file(&self, pieces: &[Bytes]) -> Result<bool, Problem> {
        let length: usize = pieces.iter().map(Bytes::len).sum();
        if length > KEPT_FILE {
            return Ok(false);
        }
        for (part, piece) in pieces.concat().chunks(PIECE).enumerate() {
            self.keep(PartKind::File, part, &STANDARD.encode(piece))
                .await?;
        }
        Ok(true)
    }

    async fn contents(&self, what: PartKind) -> Result<Vec<String>, Problem> {
        let sql = "SELECT content FROM import_part WHERE id = ?1 AND what = ?2 AND register = ?3 AND account = ?4 ORDER BY part";
        let parameters = [
            self.id.as_str().into(),
            what.code().into(),
            self.register.into(),
            self.account.as_str().into(),
        ];
        Ok(self.context.store.texts(sql, parameters).await?)
    }

    /// A part that is alone of its kind.
    ///
    /// # Errors
    ///
    /// 404 where there is none of the caller's.
    pub async fn json<T: DeserializeOwned>(&self, what: PartKind) -> Result<T, Problem> {
        let content = self.contents(what).await?.into_iter().next();
        serde_json::from_str(&content.ok_or_else(Problem::not_found)?).map_err(Problem::internal)
    }

    /// The file as it came.
    pub async fn file(&self) -> Result<Vec<Bytes>, Problem> {
        let parts = self.contents(PartKind::File).await?;
        if parts.is_empty() {
            return Err(Problem::not_found());
        }
        parts
            .iter()
            .map(|part| STANDARD.decode(part).map(Bytes::from))
            .collect::<Result<_, _>>()
            .map_err(Problem::internal)
    }

    /// Once its rows go in, the file is wanted no more.
    pub async fn drop_file(&self) -> Result<(), Problem> {
        let sql = "DELETE FROM import_part WHERE id = ?1 AND what = 'file' AND account = ?2";
        let parameters = [self.id.as_str().into(), self.account.as_str().into()];
        self.context.store.run(sql, parameters).await?;
        Ok(())
    }

    /// How far the rows have gone in.
    pub async fn progress(&self) -> Result<Progress, Problem> {
        let sql = "SELECT count(*) AS parts, count(applied_at) AS applied, coalesce(sum(created), 0) AS created, coalesce(sum(updated), 0) AS updated
            FROM import_part WHERE id = ?1 AND what = 'rows' AND account = ?2";
        let parameters = [self.id.as_str().into(), self.account.as_str().into()];
        let progress = self.context.store.first(sql, parameters).await?;
        progress.ok_or_else(Problem::not_found)
    }

    /// The next rows that are not in yet.
    pub async fn next_rows(&self) -> Result<Option<Rows>, Problem> {
        let sql = "SELECT part, content FROM import_part WHERE id = ?1 AND what = 'rows' AND account = ?2 AND applied_at IS NULL ORDER BY part LIMIT 1";
        let parameters = [self.id.as_str().into(), self.account.as_str().into()];
        Ok(self.context.store.first(sql, parameters).await?)
    }

    /// Two clicks at once write a slice twice; the one that found nothing left to do must not hide what the other did.
    pub async fn applied(&self, part: i64, created: u64, updated: u64) -> Result<(), Problem> {
        let sql = "UPDATE import_part SET applied_at = ?3, created = max(created, ?4), updated = max(updated, ?5) WHERE id = ?1 AND what = 'rows' AND part = ?2";
        let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let parameters = [
            self.id.as_str().into(),
            part.into(),
            self.context.at().into(),
            counted(created).into(),
            counted(updated).into(),
        ];
        self.context.store.run(sql, parameters).await?;
        Ok(())
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Progress {
    pub parts: u64,
    pub applied: u64,
    pub created: u64,
    pub updated: u64,
}

#[derive(serde::Deserialize)]
pub(super) struct Rows {
    pub part: i64,
    pub content: String,
}
