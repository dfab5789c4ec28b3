//! Where messages go outside: a DingTalk robot (also 浙政钉, by its host), a WeCom robot, a plain signed webhook. The robots name the
//! person by mobile number.

use crate::message_text::PaperMessage;
use crate::robot_text::{DINGTALK_TEXT, WECOM_TEXT, cut_text, in_json};
use crate::webhook_signature::{signature, webhook_id, webhook_key};
use chrono::{DateTime, FixedOffset, TimeDelta};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::json;
use spin_sdk::http::FullBody;
use std::time::Duration;
use web::{Problem, outbound, page, seal};

/// The longest that a receiver may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes that are read of an answer.
const LONGEST_ANSWER: usize = 64 << 10;

/// The longest that a receiver may ask us to wait.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::days(1);

type MessageRequest = Request<FullBody<axum::body::Bytes>>;

/// A message on its way, as SQL gives it.
#[derive(Deserialize)]
pub struct Message {
    /// Fixed before sending, so that the receiver can know the message again.
    pub key: String,
    pub kind: String,
    pub recipient_kind: String,
    pub recipient: String,
    pub title: String,
    pub text: String,
    /// What the text is made of; none where it is kept as it stands.
    pub paper: Option<PaperMessage>,
    pub path: String,
    pub created_at: String,
    /// The mobile number of the official, whom the robots name by it.
    pub phone: Option<String>,
}

impl Message {
    fn titled_text(&self) -> String {
        format!("{}\n{}", self.title, self.text)
    }

    /// Whom a robot is to name.
    fn mobiles(&self) -> Vec<&str> {
        self.phone.as_deref().into_iter().collect()
    }
}

/// Why a message was not taken; its text is shown to the operator in the list of deliveries.
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
    #[error("消息读不出来：{0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("写不成请求：{0}")]
    Unwritable(#[from] http::Error),
}

impl ChannelError {
    /// How long the receiver asks us to wait.
    pub fn retry_after(&self) -> Option<TimeDelta> {
        match self {
            Self::Refused { retry_after, .. } => retry_after.and_then(TimeDelta::try_seconds),
            _ => None,
        }
    }
}

/// A place outside, with what it takes to reach it.
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
    /// The channels that the operator has set up.
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

    /// The most messages of one run, which comes every minute. The robots take 20 a minute, and shut out for ten minutes whoever sends more.
    pub fn per_run(&self) -> u32 {
        match self {
            Self::DingTalk { .. } | Self::WeCom { .. } => 15,
            Self::Webhook { .. } => 1000,
        }
    }

    /// Sends one message. Once this returns without an error, the receiver has taken it.
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
            Self::DingTalk { .. } | Self::WeCom { .. } => read_robot_answer(&answer),
        }
    }

    /// The request that brings a message, at the moment `now`, which is signed.
    fn request(
        &self,
        message: &Message,
        public_url: &str,
        now: DateTime<FixedOffset>,
    ) -> Result<MessageRequest, ChannelError> {
        let url = format!("{}{}", public_url.trim_end_matches('/'), message.path);
        let (uri, body) = match self {
            Self::DingTalk {
                host,
                token,
                secret,
            } => dingtalk_request(host, token, secret, message, &url, now),
            Self::WeCom { host, key } => wecom_request(host, key, message, &url),
            Self::Webhook { host, path, .. } => (
                format!("{}{path}", outbound::origin(host)),
                webhook_body(message, &url),
            ),
        };
        // Without its length a body would go out in chunks, which not every receiver reads.
        let mut request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len());
        if let Self::Webhook { secret, .. } = self {
            // By the Standard Webhooks specification.
            let (id, at) = (webhook_id(&message.key), now.timestamp());
            let key = webhook_key(secret).ok_or(ChannelError::Secret)?;
            let sign = signature(&key, &format!("{id}.{at}.{body}"));
            request = request
                .header("webhook-id", id)
                .header("webhook-timestamp", at)
                .header("webhook-signature", format!("v1,{sign}"));
        }
        Ok(request.body(FullBody::new(body.into()))?)
    }
}

/// The address and the body for a DingTalk robot.
fn dingtalk_request(
    host: &str,
    token: &str,
    secret: &str,
    message: &Message,
    url: &str,
    now: DateTime<FixedOffset>,
) -> (String, String) {
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
    let text = cut_text(&message.titled_text(), url, DINGTALK_TEXT, in_json);
    let body = json!({"msgtype": "text", "text": {"content": text},
        "at": {"atMobiles": message.mobiles(), "isAtAll": false}});
    (uri, body.to_string())
}

/// The address and the body for a WeCom robot.
fn wecom_request(host: &str, key: &str, message: &Message, url: &str) -> (String, String) {
    let uri = format!(
        "{}/cgi-bin/webhook/send?key={}",
        outbound::origin(host),
        page::encode(key)
    );
    let text = cut_text(&message.titled_text(), url, WECOM_TEXT, char::len_utf8);
    let body = json!({"msgtype": "text",
        "text": {"content": text, "mentioned_mobile_list": message.mobiles()}});
    (uri, body.to_string())
}

fn webhook_body(message: &Message, url: &str) -> String {
    let body = json!({"id": webhook_id(&message.key), "kind": message.kind, "created_at": message.created_at,
        "recipient": {"kind": message.recipient_kind, "id": message.recipient},
        "title": message.title, "text": message.text, "url": url});
    body.to_string()
}

/// Sends a request, and gives the body of the answer.
async fn exchange(request: MessageRequest) -> Result<Vec<u8>, ChannelError> {
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
        if bytes.len() > LONGEST_ANSWER {
            break;
        }
    }
    Ok(bytes)
}

/// The seconds of `Retry-After`, where they are not more than [`LONGEST_PAUSE`].
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

/// Whether a robot has taken the message: it answers 200 also to what it declines.
fn read_robot_answer(answer: &[u8]) -> Result<(), ChannelError> {
    #[derive(Deserialize)]
    struct RobotAnswer {
        errcode: i64,
        #[serde(default)]
        errmsg: String,
    }
    match serde_json::from_slice::<RobotAnswer>(answer) {
        Ok(RobotAnswer { errcode: 0, .. }) => Ok(()),
        Ok(RobotAnswer { errcode, errmsg }) => {
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
            paper: None,
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
    fn a_robot_that_declines_with_200_has_not_taken_the_message() {
        assert!(read_robot_answer(br#"{"errcode":0,"errmsg":"ok"}"#).is_ok());
        assert!(read_robot_answer(br#"{"errcode":310000,"errmsg":"sign not match"}"#).is_err());
        assert!(read_robot_answer(b"<html>").is_err());
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
    }
}
