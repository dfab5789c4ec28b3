//! Where messages go outside: a DingTalk robot (also 浙政钉, by its host), a WeCom robot, a plain signed webhook. The robots name the
//! person by mobile number, and take a text only up to so many bytes: a longer one is cut at a whole letter, its link kept.

use crate::deliver::LONGEST_PAUSE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset, TimeDelta};
use hmac::{Hmac, Mac as _};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use spin_sdk::http::FullBody;
use std::time::Duration;
use web::{Problem, outbound, page, seal};

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a receiver can say that we read.
const ANSWER: usize = 64 << 10;
/// Bytes of a text that a WeCom robot takes; to a longer one it answers 40058. Source: <https://developer.work.weixin.qq.com/document/path/91770>.
const WECOM_TEXT: usize = 2_048;
/// Bytes of a whole message that a DingTalk robot takes; to a longer one it answers 460101. What stands around the text has room in
/// what is left.
const DINGTALK_TEXT: usize = 20_000 - 500;
/// What a secret begins with that is a key in base64 (Standard Webhooks).
const KEY_IN_BASE64: &str = "whsec_";

/// A message on its way, as SQL gives it.
#[derive(Deserialize)]
pub struct Message {
    /// Fixed before sending, for the receiver to know it again.
    pub key: String,
    pub kind: String,
    pub recipient_kind: String,
    pub recipient: String,
    pub title: String,
    pub text: String,
    pub path: String,
    pub created_at: String,
    /// Mobile number of the official, for the robots.
    pub phone: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    #[error("连接不上：{0}")]
    Unreachable(String),
    #[error("{} 秒内没有应答", PATIENCE.as_secs())]
    Slow,
    #[error("应答 {status}")]
    Refused {
        status: StatusCode,
        /// Seconds that the receiver asks us to wait.
        retry_after: Option<i64>,
    },
    #[error("对方拒收：{0}")]
    Declined(String),
    #[error("webhook_secret 以 whsec_ 开头，后面却不是 base64，请核对")]
    Secret,
    #[error("写不成请求：{0}")]
    Unwritable(#[from] http::Error),
}

impl ChannelError {
    pub fn retry_after(&self) -> Option<TimeDelta> {
        match self {
            Self::Refused { retry_after, .. } => retry_after.and_then(TimeDelta::try_seconds),
            _ => None,
        }
    }
}

pub enum Channel {
    DingTalk {
        host: String,
        token: String,
        secret: String,
    },
    WeCom {
        host: String,
        key: String,
    },
    Webhook {
        host: String,
        path: String,
        secret: String,
    },
}

impl Channel {
    /// Those that the operator has set.
    pub async fn configured() -> Result<Vec<Self>, Problem> {
        let mut channels = Vec::new();
        let token = seal::variable("dingtalk_token").await?;
        if !token.is_empty() {
            channels.push(Self::DingTalk {
                host: seal::variable("dingtalk_host").await?,
                token,
                secret: seal::variable("dingtalk_secret").await?,
            });
        }
        let key = seal::variable("wecom_key").await?;
        if !key.is_empty() {
            channels.push(Self::WeCom {
                host: seal::variable("wecom_host").await?,
                key,
            });
        }
        let secret = seal::variable("webhook_secret").await?;
        if !secret.is_empty() {
            channels.push(Self::Webhook {
                host: seal::variable("webhook_host").await?,
                path: seal::variable("webhook_path").await?,
                secret,
            });
        }
        Ok(channels)
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::DingTalk { .. } => "dingtalk",
            Self::WeCom { .. } => "wecom",
            Self::Webhook { .. } => "webhook",
        }
    }

    /// Messages of one run, which comes every minute. The robots take 20 a minute, and who sends more is shut out for ten.
    pub fn per_run(&self) -> u32 {
        match self {
            Self::DingTalk { .. } | Self::WeCom { .. } => 15,
            Self::Webhook { .. } => 1000,
        }
    }

    /// Sends one message; taken once this returns.
    pub async fn send(
        &self,
        message: &Message,
        public_url: &str,
        now: DateTime<FixedOffset>,
    ) -> Result<(), ChannelError> {
        let request = self.request(message, public_url, now)?;
        let answer = outbound::within(PATIENCE, exchange(request))
            .await
            .ok_or(ChannelError::Slow)??;
        match self {
            Self::Webhook { .. } => Ok(()),
            Self::DingTalk { .. } | Self::WeCom { .. } => taken_by_robot(&answer),
        }
    }

    fn request(
        &self,
        message: &Message,
        public_url: &str,
        now: DateTime<FixedOffset>,
    ) -> Result<Request<FullBody<axum::body::Bytes>>, ChannelError> {
        let url = format!("{}{}", public_url.trim_end_matches('/'), message.path);
        let text = format!("{}\n{}", message.title, message.text);
        let mobiles: Vec<&str> = message.phone.as_deref().into_iter().collect();
        let (uri, body) = match self {
            Self::DingTalk {
                host,
                token,
                secret,
            } => {
                let mut uri = format!(
                    "{}/robot/send?access_token={}",
                    outbound::origin(host),
                    page::encode(token)
                );
                if !secret.is_empty() {
                    let at = now.timestamp_millis();
                    let sign = signature(secret.as_bytes(), &format!("{at}\n{secret}"));
                    uri.push_str(&format!("&timestamp={at}&sign={}", page::encode(&sign)));
                }
                let text = cut(&text, &url, DINGTALK_TEXT, in_json);
                let body = json!({"msgtype": "text", "text": {"content": text}, "at": {"atMobiles": mobiles, "isAtAll": false}});
                (uri, body.to_string())
            }
            Self::WeCom { host, key } => {
                let uri = format!(
                    "{}/cgi-bin/webhook/send?key={}",
                    outbound::origin(host),
                    page::encode(key)
                );
                let text = cut(&text, &url, WECOM_TEXT, char::len_utf8);
                let body = json!({"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": mobiles}});
                (uri, body.to_string())
            }
            Self::Webhook { host, path, .. } => {
                let body = json!({"id": webhook_id(&message.key), "kind": message.kind, "created_at": message.created_at,
                    "recipient": {"kind": message.recipient_kind, "id": message.recipient},
                    "title": message.title, "text": message.text, "url": url});
                (
                    format!("{}{path}", outbound::origin(host)),
                    body.to_string(),
                )
            }
        };
        // Without its length a body goes out in chunks, which not every receiver reads.
        let mut request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len());
        if let Self::Webhook { secret, .. } = self {
            // As in the Standard Webhooks specification.
            let (id, at) = (webhook_id(&message.key), now.timestamp());
            let sign = signature(&webhook_key(secret)?, &format!("{id}.{at}.{body}"));
            request = request
                .header("webhook-id", id)
                .header("webhook-timestamp", at)
                .header("webhook-signature", format!("v1,{sign}"));
        }
        Ok(request.body(FullBody::new(body.into()))?)
    }
}

/// A message's name for a receiver: letters and digits of ASCII, without the full stop that stands between what is signed.
fn webhook_id(key: &str) -> String {
    let hash = Sha256::digest(key.as_bytes());
    let digits: String = hash
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("msg_{digits}")
}

/// The key behind a secret: behind `whsec_` it is base64, as the specification has it; any other secret is its own bytes.
fn webhook_key(secret: &str) -> Result<Vec<u8>, ChannelError> {
    match secret.strip_prefix(KEY_IN_BASE64) {
        Some(key) => STANDARD.decode(key).map_err(|_| ChannelError::Secret),
        None => Ok(secret.as_bytes().to_vec()),
    }
}

/// Bytes of a letter within a JSON text.
fn in_json(letter: char) -> usize {
    match letter {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        letter if letter.is_ascii_control() => 6,
        letter => letter.len_utf8(),
    }
}

/// The text and its link on a line of its own, in at most so many bytes: what is cut off is the end of the text.
fn cut(text: &str, link: &str, most: usize, bytes: impl Fn(char) -> usize) -> String {
    let size = |text: &str| text.chars().map(&bytes).sum::<usize>();
    let whole = format!("{text}\n{link}");
    if size(&whole) <= most {
        return whole;
    }
    let ending = format!("…\n{link}");
    let room = most.saturating_sub(size(&ending));
    let mut taken = 0;
    let kept: String = text
        .chars()
        .take_while(|letter| {
            taken += bytes(*letter);
            taken <= room
        })
        .collect();
    format!("{}{ending}", kept.trim_end())
}

/// HMAC-SHA256 in base64.
fn signature(key: &[u8], signed: &str) -> String {
    // A key of any length is one.
    let mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(key);
    mac.map(|mut mac| {
        mac.update(signed.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    })
    .unwrap_or_default()
}

async fn exchange(request: Request<FullBody<axum::body::Bytes>>) -> Result<Vec<u8>, ChannelError> {
    let response = spin_sdk::http::send(request)
        .await
        .map_err(|error| ChannelError::Unreachable(format!("{error:?}")))?;
    if !response.status().is_success() {
        return Err(ChannelError::Refused {
            status: response.status(),
            retry_after: retry_after(response.headers()),
        });
    }
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > ANSWER {
            break;
        }
    }
    Ok(bytes)
}

fn retry_after(headers: &HeaderMap) -> Option<i64> {
    headers
        .get(header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .filter(|seconds| (0..=LONGEST_PAUSE.num_seconds()).contains(seconds))
}

/// A robot answers 200 also to what it does not take.
fn taken_by_robot(answer: &[u8]) -> Result<(), ChannelError> {
    #[derive(Deserialize)]
    struct Answer {
        errcode: i64,
        #[serde(default)]
        errmsg: String,
    }
    match serde_json::from_slice::<Answer>(answer) {
        Ok(Answer { errcode: 0, .. }) => Ok(()),
        Ok(Answer { errcode, errmsg }) => {
            Err(ChannelError::Declined(format!("{errcode} {errmsg}")))
        }
        Err(_) => Err(ChannelError::Declined("应答看不懂".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;
    use futures::FutureExt as _;

    fn message() -> Message {
        Message {
            key: "notice/1".into(),
            kind: "notice".into(),
            recipient_kind: "cadre".into(),
            recipient: "C00001".into(),
            title: "提醒敦促函".into(),
            text: "列明 1 项".into(),
            path: "/notices/1".into(),
            created_at: "2026-10-08T06:00:00+08:00".into(),
            phone: Some("13800000000".into()),
        }
    }

    fn now() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-10-08T06:00:01+08:00").unwrap()
    }

    /// The example of DingTalk's manual: HMAC-SHA256 of timestamp, line feed and secret, under the secret.
    #[test]
    fn a_dingtalk_robot_gets_time_and_signature_and_the_mobile_number() {
        let channel = Channel::DingTalk {
            host: "oapi.dingtalk.com".into(),
            token: "t".into(),
            secret: "SEC".into(),
        };
        let request = channel
            .request(&message(), "https://shian.example/", now())
            .unwrap();
        let at = now().timestamp_millis();
        let sign = page::encode(&signature(b"SEC", &format!("{at}\nSEC")));
        assert_eq!(
            request.uri().to_string(),
            format!(
                "https://oapi.dingtalk.com/robot/send?access_token=t&timestamp={at}&sign={sign}"
            )
        );
    }

    #[test]
    fn a_signature_is_hmac_sha256_in_base64() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature(b"Jefe", "what do ya want for nothing?"),
            STANDARD.encode([
                0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
                0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9,
                0x64, 0xec, 0x38, 0x43
            ])
        );
    }

    #[test]
    fn a_robot_that_declines_with_200_has_not_taken_the_message() {
        assert!(taken_by_robot(br#"{"errcode":0,"errmsg":"ok"}"#).is_ok());
        assert!(taken_by_robot(br#"{"errcode":310000,"errmsg":"sign not match"}"#).is_err());
        assert!(taken_by_robot(b"<html>").is_err());
    }

    #[test]
    fn a_text_that_a_robot_does_not_take_is_cut_at_a_whole_letter_and_keeps_its_link() {
        let long = Message {
            text: "已撤回：理由".repeat(170),
            ..message()
        };
        let link = "https://shian.example/notices/1";
        let said = |channel: &Channel| -> String {
            let request = channel.request(&long, "https://shian.example", now());
            let body = request.unwrap().into_body().collect().now_or_never();
            let body = body.unwrap().unwrap().to_bytes();
            let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
            document["text"]["content"].as_str().unwrap().to_owned()
        };
        let wecom = said(&Channel::WeCom {
            host: "qyapi.weixin.qq.com".into(),
            key: "k".into(),
        });
        assert!((2_040..=2_048).contains(&wecom.len()), "{}", wecom.len());
        assert!(wecom.starts_with("提醒敦促函\n已撤回：理由"));
        assert!(wecom.ends_with(&format!("…\n{link}")), "{wecom}");
        let dingtalk = said(&Channel::DingTalk {
            host: "oapi.dingtalk.com".into(),
            token: "t".into(),
            secret: String::new(),
        });
        assert!(dingtalk.ends_with(&format!("理由\n{link}")), "whole");
        let marks = "\"\n\u{1}引号".repeat(3_000);
        let fitted = cut(&marks, link, DINGTALK_TEXT, in_json);
        let written = serde_json::to_string(&fitted).unwrap().len() - 2;
        assert!(
            (DINGTALK_TEXT - 12..=DINGTALK_TEXT).contains(&written),
            "{written}"
        );
    }

    #[test]
    fn a_webhooks_id_is_plain_and_its_secret_a_key_in_base64_or_a_text() {
        let id = webhook_id("breach/包保/云港街道/1.2");
        assert!(
            id.len() == 36
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        );
        assert_eq!(webhook_key("whsec_c2VjcmV0").unwrap(), b"secret");
        assert_eq!(webhook_key("s3cret").unwrap(), b"s3cret");
        assert!(matches!(
            webhook_key("whsec_机密"),
            Err(ChannelError::Secret)
        ));
    }
}
