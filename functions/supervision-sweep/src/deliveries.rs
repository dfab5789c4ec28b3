//! 消息送达: what the channels outside have taken, and what they have not, with what to do.

use axum::response::{IntoResponse as _, Redirect};
use domain::words::choices;
use http::StatusCode;
use maud::html;
use registers::{Column, Filter, Input, List, Member};
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

pub static DELIVERIES: List = List {
    name: "deliveries",
    title: "消息送达",
    path: "/sweep/deliveries",
    api: "/api/v1/sweep/deliveries",
    from: "delivery d JOIN message m ON m.id = d.message_id",
    id: "d.id",
    town: "NULL",
    nothing: "还没有经外部渠道发送的消息。设置了钉钉、企业微信机器人或者接口推送后，消息在这里能看到是否送达；站内消息不受影响。",
    item: &[
        Member::text("id", "CAST(d.id AS TEXT)").always(),
        Member::text("channel", "d.channel"),
        Member::word("status", "d.status", choices::<Status>),
        Member::whole("attempts", "d.attempts").always(),
        Member::text("last_error", "d.last_error"),
        Member::time(
            "next_try_at",
            "iif(d.status = 'waiting', d.next_try_at, NULL)",
        ),
        Member::text(
            "next_try",
            "iif(d.status = 'waiting', replace(substr(d.next_try_at, 1, 16), 'T', ' '), NULL)",
        ),
        Member::time("sent_at", "d.sent_at"),
        Member::text("title", "m.title"),
        Member::text("name", "m.title"),
        Member::text("message", "m.key"),
        Member::text("recipient", "m.recipient"),
    ],
    filters: &[
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
    ],
    columns: &[
        Column::choice("选择", "id", "id"),
        Column::wide("消息", "title"),
        Column::text("接收人", "recipient"),
        Column::named("渠道", "channel", channel).by("d.channel"),
        Column::word::<Status>("状态", "status").by("d.status"),
        Column::number("已试次数", "attempts").by("d.attempts"),
        Column::text("下次发送", "next_try").by("d.next_try_at"),
        Column::wide("最近的错误", "last_error"),
    ],
    above: crate::tabs::tabs,
    around: Some(|_, table| {
        Box::pin(async move {
            Ok(html! {
                form method="post" action="/sweep/deliveries" {
                    (table)
                    p.note { "已放弃的消息：先看错误，检查渠道的地址和密钥（运行参数），对方恢复后选中再发。站内消息一直在，收件人登录就能看到。" }
                    div.actions { button.second { "再发选中的" } }
                }
            })
        })
    }),
    ..List::PLAIN
};

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
