//! 每分钟: messages go out on the channels that are set up. A message is claimed before it is sent and the claim expires, so that what a
//! crash cuts off is sent again under the same id: at least once. Channels do not wait for each other.

use crate::channels::{Channel, ChannelError, LONGEST_PAUSE, Message};
use crate::message_text::PAPER;
use axum::response::IntoResponse as _;
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta};
use futures::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use web::api::gives;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem, context, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/internal/deliver", Who::Scheduler, deliver_messages)
        .api(
            "把消息送到钉钉、企业微信和接口",
            gives::<BTreeMap<String, DeliveryCounts>>().named("deliver"),
        )
}

/// The messages that are sent side by side on one channel.
const TOGETHER: u32 = 8;
/// How long one run goes on to begin with further messages.
const RUN: Duration = Duration::from_secs(45);
/// How long a claim holds: longer than sending takes.
const CLAIM: TimeDelta = TimeDelta::minutes(2);
/// The pauses before the next tries, in their order; then it is tried hourly.
const PAUSES: [TimeDelta; 4] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(2),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
];
const HOURLY: TimeDelta = TimeDelta::hours(1);
/// How long a message is tried before it is given up.
const GIVEN_UP: TimeDelta = TimeDelta::days(2);
/// A channel that was set up just now sends no message that is older.
const OLDEST_SENT: TimeDelta = TimeDelta::days(2);

/// A delivery that this run has claimed.
#[derive(Deserialize)]
struct ClaimedDelivery {
    id: i64,
    attempts: i64,
    queued_at: DateTime<FixedOffset>,
    /// A JSON document of [`Message`].
    message: String,
}

/// What a run did on one channel.
#[derive(Serialize, Default, JsonSchema)]
#[schemars(rename = "Delivered")]
struct DeliveryCounts {
    sent: u32,
    failed: u32,
    /// Given up.
    dead: u32,
}

async fn deliver_messages(context: Context) -> Answer {
    let channels = Channel::configured().await?;
    let public_url = seal::variable("public_url").await?;
    let began = Instant::now();
    let runs = channels
        .iter()
        .map(|channel| run_channel(&context, channel, &public_url, began));
    let done = join_all(runs).await;
    let mut answer = BTreeMap::new();
    for (channel, done) in channels.iter().zip(done) {
        answer.insert(channel.name(), done?);
    }
    Ok(axum::Json(answer).into_response())
}

fn time_text(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// Queues for a channel the messages that came since its last one.
async fn queue_messages(request: &Context, channel: &str) -> Result<(), Problem> {
    let queue = "INSERT INTO delivery (message_id, channel, next_try_at, queued_at)
        SELECT m.id, ?1, ?2, ?2 FROM message m WHERE m.created_at >= ?3 AND m.id > coalesce((SELECT max(d.message_id) FROM delivery d WHERE d.channel = ?1), 0)
        ORDER BY m.id LIMIT 5000 ON CONFLICT (message_id, channel) DO NOTHING RETURNING 1";
    let now = request.now;
    let parameters = [
        channel.into(),
        time_text(now).into(),
        time_text(now - OLDEST_SENT).into(),
    ];
    request.store.run(queue, parameters).await?;
    Ok(())
}

/// Claims at most so many of the messages of a channel whose time has come.
async fn claim_deliveries(
    request: &Context,
    channel: &str,
    most: u32,
) -> Result<Vec<ClaimedDelivery>, Problem> {
    // A time that lies further ahead than any that we write was written while the clock was ahead: that message is tried now.
    let sql = format!("UPDATE delivery SET claimed_until = ?3, attempts = attempts + 1
        WHERE id IN (SELECT id FROM delivery WHERE channel = ?1 AND status = 'waiting'
                AND (next_try_at <= ?2 OR next_try_at > ?5) AND (claimed_until IS NULL OR claimed_until <= ?2 OR claimed_until > ?6)
            ORDER BY next_try_at, id LIMIT ?4)
        RETURNING id, attempts, queued_at, (SELECT json_object('key', m.key, 'kind', m.kind, 'recipient_kind', m.recipient_kind, 'recipient', m.recipient,
            'title', m.title, 'text', m.text, 'paper', {PAPER}, 'path', m.path, 'created_at', m.created_at,
            'phone', (SELECT c.phone FROM cadre_contact c WHERE m.recipient_kind = 'cadre' AND c.cadre_no = m.recipient))
            FROM message m WHERE m.id = delivery.message_id) AS message");
    let now = context::now();
    let parameters = [
        channel.into(),
        time_text(now).into(),
        time_text(now + CLAIM).into(),
        most.into(),
        time_text(now + LONGEST_PAUSE * 2).into(),
        time_text(now + CLAIM * 2).into(),
    ];
    Ok(request.store.all(&sql, parameters).await?)
}

/// A claimed message with its sentences.
fn read_message(json: &str) -> Result<Message, ChannelError> {
    let mut message: Message = serde_json::from_str(json)?;
    if let Some(paper) = message.paper.take() {
        message.text = paper.text();
    }
    Ok(message)
}

async fn run_channel(
    request: &Context,
    channel: &Channel,
    public_url: &str,
    began: Instant,
) -> Result<DeliveryCounts, Problem> {
    let name = channel.name();
    queue_messages(request, name).await?;
    let mut done = DeliveryCounts::default();
    let mut left = channel.per_run();
    while left > 0 && began.elapsed() < RUN {
        let claimed = claim_deliveries(request, name, left.min(TOGETHER)).await?;
        if claimed.is_empty() {
            break;
        }
        left = left.saturating_sub(TOGETHER);
        let sends = claimed.iter().map(|claimed| async move {
            let outcome = match read_message(&claimed.message) {
                Ok(message) => channel.send(&message, public_url, context::now()).await,
                Err(error) => Err(error),
            };
            note_outcome(request, claimed, outcome).await
        });
        for ended in join_all(sends).await {
            match ended? {
                SendOutcome::Sent => done.sent += 1,
                SendOutcome::Failed => done.failed += 1,
                SendOutcome::Dead => done.dead += 1,
            }
        }
    }
    Ok(done)
}

/// What came of sending one message.
enum SendOutcome {
    Sent,
    Failed,
    Dead,
}

/// Notes what came of sending a claimed message, and when it is tried again.
async fn note_outcome(
    request: &Context,
    claimed: &ClaimedDelivery,
    outcome: Result<(), ChannelError>,
) -> Result<SendOutcome, Problem> {
    let now = context::now();
    let store = &request.store;
    let Err(error) = outcome else {
        let sql = "UPDATE delivery SET status = 'sent', sent_at = ?2, claimed_until = NULL, last_error = NULL WHERE id = ?1 RETURNING 1";
        store
            .run(sql, [claimed.id.into(), time_text(now).into()])
            .await?;
        return Ok(SendOutcome::Sent);
    };
    let dead = now - claimed.queued_at >= GIVEN_UP;
    let sql = "UPDATE delivery SET status = ?2, last_error = ?3, next_try_at = ?4, claimed_until = NULL WHERE id = ?1 AND status = 'waiting' RETURNING 1";
    let next = now + pause(claimed.attempts, error.retry_after());
    let parameters = [
        claimed.id.into(),
        if dead { "dead" } else { "waiting" }.into(),
        error.to_string().into(),
        time_text(next).into(),
    ];
    store.run(sql, parameters).await?;
    Ok(if dead {
        SendOutcome::Dead
    } else {
        SendOutcome::Failed
    })
}

/// How long to wait after so many tries: shortly at first, then an hour; longer where the receiver asks for it.
fn pause(attempts: i64, asked: Option<TimeDelta>) -> TimeDelta {
    let planned = usize::try_from(attempts - 1)
        .ok()
        .and_then(|tries| PAUSES.get(tries).copied())
        .unwrap_or(HOURLY);
    asked.map_or(planned, |asked| planned.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_try_comes_soon_at_first_then_hourly_and_later_where_the_receiver_asks() {
        let minutes: Vec<i64> = (1..=6)
            .map(|attempts| pause(attempts, None).num_minutes())
            .collect();
        assert_eq!(minutes, [1, 2, 5, 15, 60, 60]);
        assert_eq!(pause(1, TimeDelta::try_minutes(10)).num_minutes(), 10);
        assert_eq!(pause(6, TimeDelta::try_minutes(10)).num_minutes(), 60);
    }
}
