//! The receipt of a filing: number and passphrase, shown twice, for nobody can give them again.

use crate::drafts;
use crate::filing::{Receipt, earlier_receipts};
use crate::way_out::{page_about, way_out};
use axum::response::{IntoResponse as _, Redirect};
use chrono::DateTime;
use domain::complaint_terms::Step;
use domain::office_date::{chinese, chinese_time};
use domain::words::Word as _;
use http::{HeaderMap, HeaderValue, header};
use maud::{Markup, html};
use web::contacts::{self, OrganisationContact};
use web::{Answer, Context, Problem, Routes, Who::Everybody, issuing, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/complaints/filed", Everybody, show_receipts)
        .get("/complaints/filed/done", Everybody, ask_whether_saved)
        .post("/complaints/filed/done", Everybody, forget_receipts)
        .get(
            "/complaints/filed/receipt.txt",
            Everybody,
            download_receipts,
        )
}

/// The receipts of what this browser filed, and whether it was an insider.
async fn receipts_of_browser(
    context: &Context,
    headers: &HeaderMap,
) -> Result<Option<(Vec<Receipt>, bool)>, Problem> {
    let Some(browser_draft) = drafts::open_draft(context, headers).await? else {
        return Ok(None);
    };
    let receipts = earlier_receipts(context, &drafts::filing_request(&browser_draft.token)).await?;
    Ok(receipts.map(|receipts| (receipts, browser_draft.draft.complaint.insider)))
}

/// What is promised by the last day of a step.
fn promise_text(step: &str) -> &'static str {
    match Step::read(step) {
        Some(Step::Accept) => "告诉您受不受理",
        Some(Step::Decide) => "核查并决定立不立案",
        _ => "办理",
    }
}

fn receipt_cards(receipts: &[Receipt]) -> Markup {
    html! {
        @for receipt in receipts {
            div.receipt {
                p { (receipt.kind.chinese()) "编号" }
                p.code.large { (receipt.code) }
                @for promise in &receipt.deadlines {
                    p { "最晚 " strong { (chinese(promise.due)) } " " (promise_text(&promise.step)) }
                }
            }
        }
        @if let Some(receipt) = receipts.first() {
            div.receipt {
                p { "查询码" @if receipts.len() > 1 { "（两件通用）" } }
                p.code.large { (receipt.passphrase) }
            }
        }
    }
}

/// The station that answers for the town where it happened, and the office. An insider is shown nobody to call.
async fn contacts_for(
    context: &Context,
    receipts: &[Receipt],
    insider: bool,
) -> Result<Vec<OrganisationContact>, Problem> {
    let (Some(receipt), false) = (receipts.first(), insider) else {
        return Ok(Vec::new());
    };
    let sql = "SELECT json_array((SELECT town FROM complaint WHERE code = ?1))";
    let (town,): (Option<String>,) = context
        .store
        .json(sql, [receipt.code.as_str().into()])
        .await?;
    contacts::of_town(context, town.as_deref()).await
}

async fn show_receipts(context: Context, headers: HeaderMap) -> Answer {
    let Some((receipts, insider)) = receipts_of_browser(&context, &headers).await? else {
        return Ok(Redirect::to("/complaints").into_response());
    };
    let contacts = contacts_for(&context, &receipts, insider).await?;
    let answering = issuing::of_complaints(&context).await?;
    Ok(page_about(
        insider,
        &context,
        "已经收到",
        &html! {
            @if insider { (way_out()) }
            div.panel role="status" { h1 { "已经收到" } p { "请把下面的编号和查询码记下来。查看进展、收留言都要用，丢了我们也找不回来。" } }
            (receipt_cards(&receipts))
            div.actions {
                a.second href="/complaints/filed/receipt.txt" { "保存成文件" }
                a.main href="/complaints/filed/done" { "记好了" }
            }
            h2 { "接下来" }
            ol.steps {
                li { @if !insider { (answering) "的" } "工作人员会按上面的日期办理。" }
                li { "您随时可以凭编号和查询码看进展、补充说明、收回复。" }
                li { "办完以后觉得没有解决，可以要求重新办理一次。" }
            }
            (contacts::section("谁来办，怎么联系", &contacts))
        },
    ))
}

/// The second chance to save number and passphrase, before this browser forgets them.
async fn ask_whether_saved(context: Context, headers: HeaderMap) -> Answer {
    let Some((receipts, insider)) = receipts_of_browser(&context, &headers).await? else {
        return Ok(Redirect::to("/complaints").into_response());
    };
    Ok(page_about(
        insider,
        &context,
        "真的记好了吗",
        &html! {
            @if insider { (way_out()) }
            h1 { "真的记好了吗？" }
            p { "请和您记下的再对一遍。按“清除”以后，这台设备上就看不到了。" }
            (receipt_cards(&receipts))
            div.actions {
                form method="post" action="/complaints/filed/done" { button.main { "对过了，清除" } }
                a.second href="/complaints/filed/receipt.txt" { "保存成文件" }
                a href="/complaints/filed" { "先不清除" }
            }
        },
    ))
}

async fn forget_receipts(context: Context, headers: HeaderMap) -> Answer {
    let mut response = Redirect::to("/complaints/follow").into_response();
    if let Some(browser_draft) = drafts::open_draft(&context, &headers).await? {
        let cookie = browser_draft.forget(&context).await?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Number, passphrase and dates as a file.
async fn download_receipts(context: Context, headers: HeaderMap) -> Answer {
    let (receipts, insider) = receipts_of_browser(&context, &headers)
        .await?
        .ok_or_else(Problem::not_found)?;
    let mut text = String::new();
    for receipt in &receipts {
        let at = DateTime::parse_from_rfc3339(&receipt.received_at).map_err(Problem::internal)?;
        text.push_str(&format!(
            "编号：{}\r\n收到：{}\r\n",
            receipt.code,
            chinese_time(at)
        ));
        for deadline in &receipt.deadlines {
            text.push_str(&format!(
                "最晚 {} {}\r\n",
                chinese(deadline.due),
                promise_text(&deadline.step)
            ));
        }
    }
    if let Some(receipt) = receipts.first() {
        text.push_str(&format!("查询码：{}\r\n", receipt.passphrase));
    }
    if !insider {
        let answering = issuing::of_complaints(&context).await?;
        text.push_str(&format!("办理单位：{answering}\r\n"));
    }
    for contact in contacts_for(&context, &receipts, insider).await? {
        if let Some(telephone) = &contact.telephone {
            text.push_str(&format!("{}电话：{telephone}\r\n", contact.name));
        }
    }
    let mut response = text.into_response();
    let disposition = format!(
        "attachment; filename*=UTF-8''{}.txt",
        page::encode("编号和查询码")
    );
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::try_from(disposition).map_err(Problem::internal)?,
    );
    Ok(response)
}
