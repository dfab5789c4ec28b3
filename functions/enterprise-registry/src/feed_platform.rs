//! The registration platform, asked for its feed page by page.
//!
//! `GET {registry_feed_host}{registry_feed_path}?cursor=…` with a bearer token answers `{"items": […], "next": "…"|null}`, the
//! items as `POST /api/v1/enterprises` takes them.

use crate::roster::LEDGER;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use registers::{Flaw, Item};
use serde::Deserialize;
use serde_json::Value;
use spin_sdk::http::EmptyBody;
use std::time::Duration;
use web::{Problem, outbound, page, seal};

/// The most bytes of one page.
const MOST_BYTES: usize = 16 << 20;
/// How long the platform may take to answer for one page.
const PATIENCE: Duration = Duration::from_secs(30);
/// The pauses before a page is asked for again.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];
/// Why a pull stopped.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("平台没有应答：{0}")]
    Unreachable(String),
    #[error("平台 {} 秒内没有应答", PATIENCE.as_secs())]
    Slow,
    #[error("平台应答 {0}")]
    Refused(StatusCode),
    #[error("平台的应答超过 {} MB", MOST_BYTES >> 20)]
    TooLarge,
    #[error("平台的应答无法读取：{0}")]
    Nonsense(String),
    #[error("平台反复给出同一个位置，已停止")]
    Circle,
    #[error("写入时出错：{0}")]
    Store(String),
}

impl FeedError {
    /// Whether asking again may help.
    fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Slow | Self::Nonsense(_) => true,
            Self::Refused(status) => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            Self::TooLarge | Self::Circle | Self::Store(_) => false,
        }
    }
}

/// The platform at the address that the operator has set.
pub struct Platform {
    url: String,
    token: String,
}

impl Platform {
    /// The platform; none where the operator has set none.
    pub async fn configured() -> Result<Option<Self>, Problem> {
        let host = seal::variable("registry_feed_host").await?;
        let path = seal::variable("registry_feed_path").await?;
        let token = seal::variable("registry_feed_token").await?;
        if host.is_empty() || host.ends_with(".invalid") || !path.starts_with('/') {
            return Ok(None);
        }
        Ok(Some(Self {
            url: format!("{}{path}", outbound::origin(&host)),
            token,
        }))
    }

    /// The page after a cursor, asked for again after a pause where that may help.
    pub async fn fetch_page(&self, cursor: Option<&str>) -> Result<FeedPage, FeedError> {
        let mut pauses = PAUSES.iter();
        loop {
            let error = match self.fetch_in_time(cursor).await {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.may_pass() => spin_sdk::time::sleep(*pause).await,
                _ => return Err(error),
            }
        }
    }

    async fn fetch_in_time(&self, cursor: Option<&str>) -> Result<FeedPage, FeedError> {
        outbound::within(PATIENCE, self.fetch(cursor))
            .await
            .unwrap_or(Err(FeedError::Slow))
    }

    async fn fetch(&self, cursor: Option<&str>) -> Result<FeedPage, FeedError> {
        let url = match cursor {
            None => self.url.clone(),
            Some(cursor) => {
                let mark = if self.url.contains('?') { '&' } else { '?' };
                format!("{}{mark}cursor={}", self.url, page::encode(cursor))
            }
        };
        let request = Request::get(url)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(EmptyBody::new())
            .map_err(|error| FeedError::Unreachable(error.to_string()))?;
        let response = spin_sdk::http::send(request)
            .await
            .map_err(|error| FeedError::Unreachable(format!("{error:?}")))?;
        if response.status() != StatusCode::OK {
            return Err(FeedError::Refused(response.status()));
        }
        let mut body = response.into_body();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| FeedError::Unreachable(format!("{error:?}")))?;
            if let Ok(data) = frame.into_data() {
                bytes.extend_from_slice(&data);
            }
            if bytes.len() > MOST_BYTES {
                return Err(FeedError::TooLarge);
            }
        }
        serde_json::from_slice(&bytes).map_err(|error| FeedError::Nonsense(error.to_string()))
    }
}

/// One page as the platform gives it.
#[derive(Deserialize)]
pub struct FeedPage {
    items: Vec<Value>,
    /// The cursor of the next page; none after the last.
    pub next: Option<String>,
}

impl FeedPage {
    /// The records without the fields that only the platform knows, and what is wrong with items that are no record at all.
    pub fn records(self) -> (Vec<Item>, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let mut records = Vec::new();
        for (place, item) in self.items.into_iter().enumerate() {
            match item {
                Value::Object(mut record) => {
                    record.retain(|name, _| LEDGER.has(name));
                    records.push(record);
                }
                other => flaws.push(Flaw {
                    sheet: None,
                    row: u32::try_from(place + 1).unwrap_or(u32::MAX),
                    field: String::new(),
                    value: other.to_string().chars().take(200).collect(),
                    reason: "不是一条记录".to_owned(),
                    reason_code: None,
                    candidates: Vec::new(),
                }),
            }
        }
        (records, flaws)
    }
}
