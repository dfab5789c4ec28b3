//! 每分钟: messages go out on the channels that are set. A message is claimed before it is sent and the claim expires, so that what a
//! crash cuts off is sent again, under the same id: at least once. Channels do not wait for each other.

use crate::channels::{Channel, ChannelError, Message};
use axum::response::IntoResponse as _;
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta};
use futures::future::join_all;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use web::{Answer, Context, Problem, context, seal};

/// Sent side by side on one channel.
const TOGETHER: u32 = 8;
/// How long one run starts new ones.
const RUN: Duration = Duration::from_secs(45);
/// Longer than sending takes.
const CLAIM: TimeDelta = TimeDelta::minutes(2);
/// Before the next try, by how many there have been; then hourly.
const PAUSES: [TimeDelta; 4] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(2),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
];
const HOURLY: TimeDelta = TimeDelta::hours(1);
/// The longest that a receiver may ask us to wait.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::days(1);
/// After which a message is given up.
const GIVEN_UP: TimeDelta = TimeDelta::days(2);
/// A channel that is new does not send what is older.
const NEW: TimeDelta = TimeDelta::days(2);

#[derive(Deserialize)]
struct Claimed {
    id: i64,
    attempts: i64,
    queued_at: DateTime<FixedOffset>,
    message: String,
}

/// What a run did on one channel.
#[derive(serde::Serialize, Default, JsonSchema)]
#[schemars(rename = "Delivered")]
pub struct Done {
    sent: u32,
    failed: u32,
    dead: u32,
}

pub async fn deliver(context: Context) -> Answer {
    let channels = Channel::configured().await?;
    let public_url = seal::variable("public_url").await?;
    let began = Instant::now();
    let runs = channels
        .iter()
        .map(|channel| channel_run(&context, channel, &public_url, began));
    let done = join_all(runs).await;
    let mut answer = BTreeMap::new();
    for (channel, done) in channels.iter().zip(done) {
        answer.insert(channel.name(), done?);
    }
    Ok(axum::Json(answer).into_response())
}

fn text(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}

async fn channel_run(
    request: &Context,
    channel: &Channel,
    public_url: &str,
    began: Instant,
) -> Result<Done, Problem> {
    let store = &request.store;
    let name = channel.name();
    let queue = "INSERT INTO delivery (message_id, channel, next_try_at, queued_at)
        SELECT m.id, ?1, ?2, ?2 FROM message m WHERE m.created_at >= ?3 AND m.id > coalesce((SELECT max(d.message_id) FROM delivery d WHERE d.channel = ?1), 0)
        ORDER BY m.id LIMIT 5000 ON CONFLICT (message_id, channel) DO NOTHING RETURNING 1";
    let now = request.now;
    let parameters = [name.into(), text(now).into(), text(now - NEW).into()];
    store.run(queue, parameters).await?;
    // What waits or is claimed for far longer than we ever do was written while the clock was ahead, and its time has come.
    let claim = "UPDATE delivery SET claimed_until = ?3, attempts = attempts + 1
        WHERE id IN (SELECT id FROM delivery WHERE channel = ?1 AND status = 'waiting'
                AND (next_try_at <= ?2 OR next_try_at > ?5) AND (claimed_until IS NULL OR claimed_until <= ?2 OR claimed_until > ?6)
            ORDER BY next_try_at, id LIMIT ?4)
        RETURNING id, attempts, queued_at, (SELECT json_object('key', m.key, 'kind', m.kind, 'recipient_kind', m.recipient_kind, 'recipient', m.recipient,
            'title', m.title, 'text', m.text, 'path', m.path, 'created_at', m.created_at,
            'phone', (SELECT c.phone FROM cadre_contact c WHERE m.recipient_kind = 'cadre' AND c.cadre_no = m.recipient))
            FROM message m WHERE m.id = delivery.message_id) AS message";
    let mut done = Done::default();
    let mut left = channel.per_run();
    while left > 0 && began.elapsed() < RUN {
        let now = context::now();
        let parameters = [
            name.into(),
            text(now).into(),
            text(now + CLAIM).into(),
            left.min(TOGETHER).into(),
            text(now + LONGEST_PAUSE * 2).into(),
            text(now + CLAIM * 2).into(),
        ];
        let claimed: Vec<Claimed> = store.all(claim, parameters).await?;
        if claimed.is_empty() {
            break;
        }
        left = left.saturating_sub(TOGETHER);
        let sends = claimed.iter().map(|claimed| async move {
            let message: Message =
                serde_json::from_str(&claimed.message).map_err(Problem::internal)?;
            let outcome = channel.send(&message, public_url, context::now()).await;
            settle(request, claimed, outcome).await
        });
        for ended in join_all(sends).await {
            match ended? {
                Ended::Sent => done.sent += 1,
                Ended::Failed => done.failed += 1,
                Ended::Dead => done.dead += 1,
            }
        }
    }
    Ok(done)
}

enum Ended {
    Sent,
    Failed,
    Dead,
}

async fn settle(
    request: &Context,
    claimed: &Claimed,
    outcome: Result<(), ChannelError>,
) -> Result<Ended, Problem> {
    let now = context::now();
    let store = &request.store;
    let Err(error) = outcome else {
        let sql = "UPDATE delivery SET status = 'sent', sent_at = ?2, claimed_until = NULL, last_error = NULL WHERE id = ?1 RETURNING 1";
        store
            .run(sql, [claimed.id.into(), text(now).into()])
            .await?;
        return Ok(Ended::Sent);
    };
    let dead = now - claimed.queued_at >= GIVEN_UP;
    let sql = "UPDATE delivery SET status = ?2, last_error = ?3, next_try_at = ?4, claimed_until = NULL WHERE id = ?1 AND status = 'waiting' RETURNING 1";
    let next = now + pause(claimed.attempts, error.retry_after());
    let parameters = [
        claimed.id.into(),
        if dead { "dead" } else { "waiting" }.into(),
        error.to_string().into(),
        text(next).into(),
    ];
    store.run(sql, parameters).await?;
    Ok(if dead { Ended::Dead } else { Ended::Failed })
}

/// How long to wait after the n-th try: soon at first, then hourly; longer where the receiver asks for it.
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
