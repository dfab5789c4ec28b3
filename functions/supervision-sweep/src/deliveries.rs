//! 消息送达: what the channels outside have taken, and what they have not, with what to do.

use axum::response::{IntoResponse as _, Redirect};
use domain::words::choices;
use http::StatusCode;
use lists::{Column, Filter, Input, List};
use maud::{Markup, html};
use web::extract::{Form, Path};
use web::{Answer, Context, Problem};

domain::words::words! {
    /// Where a message on a channel stands.
    Status {
        /// Will be sent, or sent again.
        Waiting = "waiting" "等待发送",
        /// Taken by the receiver.
        Sent = "sent" "已送达",
        /// Given up after two days.
        Dead = "dead" "已放弃",
    }
}

fn channels() -> Vec<(&'static str, &'static str)> {
    vec![
        ("dingtalk", "钉钉"),
        ("wecom", "企业微信"),
        ("webhook", "接口推送"),
    ]
}

fn channel(code: &str) -> Option<&'static str> {
    channels()
        .into_iter()
        .find(|(known, _)| *known == code)
        .map(|(_, name)| name)
}

pub struct Deliveries;

impl List for Deliveries {
    const NAME: &'static str = "deliveries";
    const TITLE: &'static str = "消息送达";
    const PATH: &'static str = "/sweep/deliveries";
    const FROM: &'static str = "delivery d JOIN message m ON m.id = d.message_id";
    const ID: &'static str = "d.id";
    const TOWN: &'static str = "NULL";
    const NOTHING: &'static str = "还没有经外部渠道发送的消息。设置了钉钉、企业微信机器人或者接口推送后，消息在这里能看到是否送达；站内消息不受影响。";
    const ITEM: &'static str = "json_object('id', CAST(d.id AS TEXT), 'channel', d.channel, 'status', d.status, 'attempts', d.attempts, 'last_error', d.last_error,
        'next_try_at', iif(d.status = 'waiting', d.next_try_at, NULL), 'next_try', iif(d.status = 'waiting', replace(substr(d.next_try_at, 1, 16), 'T', ' '), NULL),
        'sent_at', d.sent_at, 'title', m.title, 'name', m.title, 'message', m.key, 'recipient', m.recipient)";
    const FILTERS: &'static [Filter] = &[
        Filter {
            name: "status",
            label: "状态",
            input: Input::Choice(choices::<Status>),
            condition: "d.status = {}",
        },
        Filter {
            name: "channel",
            label: "渠道",
            input: Input::Choice(channels),
            condition: "d.channel = {}",
        },
    ];
    const COLUMNS: &'static [Column] = &[
        Column::choice("选择", "id", "id"),
        Column::wide("消息", "title"),
        Column::text("接收人", "recipient"),
        Column::named("渠道", "channel", channel).by("d.channel"),
        Column::word::<Status>("状态", "status").by("d.status"),
        Column::number("已试次数", "attempts").by("d.attempts"),
        Column::text("下次发送", "next_try").by("d.next_try_at"),
        Column::wide("最近的错误", "last_error"),
    ];

    fn above(context: &Context) -> Markup {
        crate::tabs::tabs(context)
    }

    async fn around(_: &Context, table: Markup) -> Result<Markup, Problem> {
        Ok(html! {
            form method="post" action="/sweep/deliveries" {
                (table)
                p.note { "已放弃的消息：先看错误，检查渠道的地址和密钥（运行参数），对方恢复后选中再发。站内消息一直在，收件人登录就能看到。" }
                div.actions { button.second { "再发选中的" } }
            }
        })
    }
}

/// The given messages are tried again at once.
async fn again(context: &Context, ids: &[i64]) -> Result<usize, Problem> {
    let sql = "UPDATE delivery SET status = 'waiting', next_try_at = ?2, queued_at = ?2, claimed_until = NULL
        WHERE id IN (SELECT value FROM json_each(?1)) AND status <> 'sent' RETURNING 1";
    let ids = serde_json::json!(ids).to_string();
    Ok(context
        .store
        .run(sql, [ids.into(), context.at().into()])
        .await?)
}

pub async fn retry_delivery(context: Context, Path(id): Path<String>) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    match again(&context, &[id]).await? {
        0 => Err(Problem::not_found()),
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

pub async fn submit(context: Context, Form(chosen): Form<Vec<(String, String)>>) -> Answer {
    let ids: Vec<i64> = chosen
        .iter()
        .filter(|(name, _)| name == "id")
        .filter_map(|(_, id)| id.parse().ok())
        .collect();
    again(&context, &ids).await?;
    Ok(Redirect::to("/sweep/deliveries").into_response())
}
