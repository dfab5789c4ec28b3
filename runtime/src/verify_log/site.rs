//! What a site answers.

use anyhow::{Context as _, Result, bail};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The most that one answer may have.
const ANSWER: u64 = 512 << 20;
/// For one answer.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Site {
    base: String,
    agent: ureq::Agent,
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Site {
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build();
        Self {
            base: url.trim_end_matches('/').to_owned(),
            agent: config.into(),
        }
    }

    /// What a reader gets who wants it fresh. An error where the site does not come to an answer of its own.
    pub fn get(&self, path: &str) -> Result<Answer> {
        let url = format!("{}{path}", self.base);
        let mut response = self
            .agent
            .get(&url)
            .header("cache-control", "no-cache")
            .header("accept", "text/html, */*")
            .call()
            .with_context(|| url.clone())?;
        let status = response.status().as_u16();
        if status == 429 || status >= 500 {
            bail!("{url} answered {status}");
        }
        let body = response.body_mut().with_config().limit(ANSWER);
        let body = body.read_to_vec().with_context(|| url)?;
        Ok(Answer { status, body })
    }

    pub fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let answer = self.get(path)?;
        if answer.status != 200 {
            bail!("{}{path} answered {}", self.base, answer.status);
        }
        serde_json::from_slice(&answer.body)
            .with_context(|| format!("{}{path} is not what it should be", self.base))
    }
}
