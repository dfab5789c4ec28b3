//! One entry: its page, the sheet to hang up, the QR code, the badge. After its end there is nothing but that it is over.

use crate::content::Content;
use crate::documents::LICENCE;
use crate::publication::{Current, current, entry_page, signed};
use crate::served;
use axum::response::{IntoResponse as _, Response};
use domain::office_date::chinese;
use domain::red_black::ListKind;
use domain::words::{Role, Word as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::html;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use web::extract::Path;
use web::{Answer, Context, Problem, page, seal};

#[derive(Deserialize)]
struct Standing {
    seq: u64,
    content: Content,
}

/// What stands in the generation that holds; `Gone` where it did once.
enum Found {
    Stands(Box<Standing>),
    Gone,
}

async fn find(context: &Context, id: &str) -> Result<(Current, Found), Problem> {
    let current = current(context, "").await?;
    let sql = "SELECT coalesce((SELECT CASE WHEN gone_seq IS NULL OR gone_seq > ?2 THEN json_object('seq', seq, 'content', json(content)) ELSE 'true' END
        FROM list_entry WHERE case_id = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1), 'null')";
    let text = context
        .store
        .text(sql, [id.into(), signed(current.size).into()])
        .await?;
    let found = match text.as_str() {
        "null" => return Err(Problem::not_found()),
        "true" => Found::Gone,
        text => Found::Stands(serde_json::from_str(text).map_err(Problem::internal)?),
    };
    Ok((current, found))
}

fn is_office(context: &Context) -> bool {
    context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role == Role::Office)
}

/// 410: whoever was listed is no longer named.
fn gone(context: &Context, id: &str) -> Response {
    let mut response = page::page(
        context,
        "这一条已经结束",
        &html! {
            h1 { "这一条公布已经结束" }
            p { "它已经到期、信用修复或者撤回，不再公开。" }
            p { a href="/lists" { "看现在公布的名单" } }
            @if is_office(context) { p { a href={ "/lists/cases/" (id) } { "办理记录（工作人员）" } } }
        },
    );
    *response.status_mut() = StatusCode::GONE;
    response
}

pub async fn show(context: Context, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    for _ in 0..3 {
        let (_, found) = find(&context, &id).await?;
        let Found::Stands(standing) = found else {
            return Ok(gone(&context, &id));
        };
        let tag = format!("e{}-{}", crate::publication::FORMAT, standing.seq);
        if let Some(answer) = served::unchanged(&context, &headers, &tag) {
            return answer;
        }
        if let Some(bytes) = entry_page(standing.seq).await? {
            return served::page(&context, &tag, &standing.content.name, bytes);
        }
    }
    Err(Problem::internal("an entry without its page"))
}

/// 公示单: to print and hang up, with the QR code that leads to the page and the head of the log.
pub async fn sheet(context: Context, Path(id): Path<String>) -> Answer {
    let (current, found) = find(&context, &id).await?;
    let Found::Stands(standing) = found else {
        return Ok(gone(&context, &id));
    };
    let content = &standing.content;
    let address = address(&id).await?;
    Ok(page::page(
        &context,
        &format!("公示单：{}", content.name),
        &html! {
            p.actions { a href={ "/lists/entries/" (id) } { "回到公布页面" } }
            article.paper {
                h1.title { "食品安全" (content.list.chinese()) "公示单" }
                p { strong { (content.name) } }
                p { "统一社会信用代码 " (content.uscc) }
                p { (crate::shown::place(content)) }
                p.body { (content.ground) }
                @for met in &content.rules {
                    p.body { (met.title) @if let Some(said) = &met.said { "（" (said) "）" } "。"
                        @for fact in &met.evidence { (crate::shown::fact(fact)) "。" } }
                }
                @if content.list == ListKind::Black {
                    p.body { "企业回应：" (content.reply.as_deref().unwrap_or("没有提出回应。")) }
                    p.body { "黑榜是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚。" }
                }
                p.body { "公布期限：" (chinese(content.published_on)) "至" (chinese(content.until)) "。到期以后请取下。" }
                div.checked {
                    img src={ "/lists/entries/" (id) "/qr.svg" } alt={ "二维码，打开 " (address) } width="160" height="160";
                    div {
                        p { "扫码核对这一条现在是否有效" }
                        p.small { (address) }
                        p.small { "公布记录第 " (standing.seq) " 条，共 " (current.head.size) " 条，" (current.head.at.get(..10).unwrap_or("")) }
                        p.small { "根 " (current.head.root) }
                        p.small { "签名 " (current.head.signature) }
                    }
                }
                p.signed { (context.issuer) }
            }
        },
    ))
}

async fn address(id: &str) -> Result<String, Problem> {
    let site = seal::variable("public_url").await?;
    Ok(format!("{}/lists/entries/{id}", site.trim_end_matches('/')))
}

fn picture(status: StatusCode, svg: String) -> Response {
    let mut response = (status, svg).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("image/svg+xml"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=1"),
    );
    // Shown on the shop's own site.
    headers.insert(
        http::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}

pub async fn qr(context: Context, Path(id): Path<String>) -> Answer {
    let (_, found) = find(&context, &id).await?;
    if matches!(found, Found::Gone) {
        return Err(Problem::new(
            StatusCode::GONE,
            "entry_ended",
            "这一条公布已经结束",
        ));
    }
    let code = QrCode::new(address(&id).await?).map_err(Problem::internal)?;
    let svg = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .quiet_zone(true)
        .build();
    Ok(picture(StatusCode::OK, svg))
}

/// A badge says that a business is on the red list now, and nothing else: not that it is on the black one.
pub async fn badge(context: Context, Path(file): Path<String>) -> Answer {
    let uscc: domain::Uscc = file
        .strip_suffix(".svg")
        .and_then(|uscc| uscc.parse().ok())
        .ok_or_else(Problem::not_found)?;
    let current = current(&context, "").await?;
    let sql = "SELECT coalesce((SELECT content ->> '$.until' FROM list_entry
        WHERE uscc = ?1 AND list = 'red' AND seq <= ?2 AND (gone_seq IS NULL OR gone_seq > ?2)), '')";
    let until = context
        .store
        .text(sql, [uscc.as_str().into(), signed(current.size).into()])
        .await?;
    let (status, colour, line) = match until.parse::<chrono::NaiveDate>() {
        Ok(until) => (
            StatusCode::OK,
            "#00594f",
            format!("食品安全红榜 · 到{}", chinese(until)),
        ),
        Err(_) => (
            StatusCode::NOT_FOUND,
            "#4d565e",
            "现在不在食品安全红榜".to_owned(),
        ),
    };
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" width="320" height="88" viewBox="0 0 320 88" role="img" aria-label=(line) {
            title { (line) }
            desc { (context.issuer) " · " (LICENCE) }
            rect width="320" height="88" rx="6" fill=(colour) {}
            text x="160" y="38" fill="#fff" font-size="20" font-weight="600" text-anchor="middle" font-family="PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif" { (line) }
            text x="160" y="68" fill="#fff" font-size="14" text-anchor="middle" font-family="PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif" { (context.issuer) }
        }
    };
    Ok(picture(status, markup.into_string()))
}
