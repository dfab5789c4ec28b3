//! 消息送达: which messages the channels outside have taken, which they have not and why, and trying those again.

use axum::response::{IntoResponse as _, Redirect};
use domain::words::{choices, words};
use http::StatusCode;
use maud::html;
use registers::{Column, Filter, Input, List, Member};
use web::api::gives_nothing;
use web::extract::{Form, Path};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, Token};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/sweep/deliveries", OFFICE, retry_chosen)
        .post(
            "/api/v1/sweep/deliveries/{id}/retry",
            OFFICE.or(Token::Write),
            retry_delivery,
        )
        .api("再发一次", gives_nothing())
}

words! {
    /// How a message on a channel stands.
    DeliveryStatus {
        /// To be sent, or to be sent again.
        Waiting = "waiting" "等待发送",
        /// Taken by the receiver.
        Sent = "sent" "已送达",
        /// Given up after two days.
        Dead = "dead" "已放弃",
    }
}

words! {
    /// The channels outside.
    DeliveryChannel {
        /// A robot of DingTalk.
        DingTalk = "dingtalk" "钉钉",
        /// A robot of WeCom.
        WeCom = "wecom" "企业微信",
        /// A receiver of the operator's own.
        Webhook = "webhook" "接口推送",
    }
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
        Member::word("status", "d.status", choices::<DeliveryStatus>),
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
            input: Input::Choice(choices::<DeliveryStatus>),
            condition: "d.status = {}",
        },
        Filter {
            name: "channel",
            label: "渠道",
            input: Input::Choice(choices::<DeliveryChannel>),
            condition: "d.channel = {}",
        },
    ],
    columns: &[
        Column::choice("选择", "id", "id"),
        Column::wide("消息", "title"),
        Column::text("接收人", "recipient"),
        Column::word::<DeliveryChannel>("渠道", "channel").by("d.channel"),
        Column::word::<DeliveryStatus>("状态", "status").by("d.status"),
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

/// Has these messages tried again at once; gives how many of them there are to be sent.
async fn retry(context: &Context, ids: &[i64]) -> Result<usize, Problem> {
    let sql = "UPDATE delivery SET status = 'waiting', next_try_at = ?2, queued_at = ?2, claimed_until = NULL
        WHERE id IN (SELECT value FROM json_each(?1)) AND status <> 'sent' RETURNING 1";
    let ids = serde_json::json!(ids).to_string();
    Ok(context
        .store
        .run(sql, [ids.into(), context.at().into()])
        .await?)
}

async fn retry_delivery(context: Context, Path(id): Path<String>) -> Answer {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    match retry(&context, &[id]).await? {
        0 => Err(Problem::not_found()),
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

async fn retry_chosen(context: Context, Form(chosen): Form<Vec<(String, String)>>) -> Answer {
    let ids: Vec<i64> = chosen
        .iter()
        .filter(|(name, _)| name == "id")
        .filter_map(|(_, id)| id.parse().ok())
        .collect();
    retry(&context, &ids).await?;
    Ok(Redirect::to("/sweep/deliveries").into_response())
}
