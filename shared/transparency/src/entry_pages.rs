//! The page of one entry, the sheet to hang up, and the QR code that leads from it to the page.

use crate::{Edition, Entry, MakeError, tabs, wording};
use domain::office_date::chinese;
use domain::red_black::ListKind;
use domain::words::Word as _;
use maud::{Markup, html};
use qrcode::QrCode;
use qrcode::render::svg;

/// The page of one entry.
pub fn entry(entry: &Entry) -> Markup {
    let content = &entry.content;
    html! {
        (tabs::public(&format!("/lists/{}", content.list.code())))
        h1 { (content.name) }
        p { span.tag { (content.list.chinese()) } " " (wording::place(content)) }
        dl.facts {
            dt { "统一社会信用代码" } dd.code { (content.uscc) }
            dt { "为什么" } dd { (content.ground) }
            dt { "公布日期" } dd { (chinese(content.published_on)) }
            dt { "公布到" } dd { (chinese(content.until)) }
            @if content.list == ListKind::Black {
                dt { "企业回应" } dd.said { (content.reply.as_deref().unwrap_or("企业没有提出回应。")) }
            }
        }
        h2 { "达到的标准和证据" }
        (wording::rules(&content.rules))
        @match content.list {
            ListKind::Red => p { a href={ "/lists/entries/" (content.id) "/sheet" } { "打印张贴的公示单（带二维码）" } " · " a href={ "/lists/badge/" (content.uscc) ".svg" } { "网站用的标志" } },
            ListKind::Black => {
                p.note { "这是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚。企业改正以后可以申请信用修复，到期或者修复以后这个页面不再显示。" }
                p { a href={ "/lists/entries/" (content.id) "/sheet" } { "打印公示单" } }
            }
        }
        h2 { "核对" }
        p { "这一条是" a href="/lists/log" { "公布记录" } "的第 " (entry.seq) " 条。用下面的随机数可以算出记录里的摘要，证明内容没有被改过。" }
        p { "随机数：" span.code { (entry.salt) } }
    }
}

/// The title of the sheet.
pub fn sheet_title(entry: &Entry) -> String {
    format!("公示单：{}", entry.content.name)
}

/// 公示单: to print and hang up, with the QR code that leads to the page and the head of the log.
pub fn sheet(edition: &Edition, entry: &Entry) -> Markup {
    let content = &entry.content;
    let address = edition.entry_address(&content.id);
    html! {
        p.actions { a href={ "/lists/entries/" (content.id) } { "回到公布页面" } }
        article.paper {
            h1.title { "食品安全" (content.list.chinese()) "公示单" }
            p { strong { (content.name) } }
            p { "统一社会信用代码 " (content.uscc) }
            p { (wording::place(content)) }
            p.body { (content.ground) }
            @for met in &content.rules {
                p.body { (met.title) @if let Some(said) = &met.said { "（" (said) "）" } "。"
                    @for fact in &met.evidence { (wording::fact(fact)) "。" } }
            }
            @if content.list == ListKind::Black {
                p.body { "企业回应：" (content.reply.as_deref().unwrap_or("没有提出回应。")) }
                p.body { "黑榜是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚。" }
            }
            p.body { "公布期限：" (chinese(content.published_on)) "至" (chinese(content.until)) "。到期以后请取下。" }
            div.checked {
                img src={ "/lists/entries/" (content.id) "/qr.svg" } alt={ "二维码，打开 " (address) } width="160" height="160";
                div {
                    p { "扫码核对这一条现在是否有效" }
                    p.small { (address) }
                    p.small { "公布记录第 " (entry.seq) " 条，共 " (edition.head.size) " 条，" (edition.head.at.get(..10).unwrap_or("")) }
                    p.small { "根 " (edition.head.root) }
                    p.small { "签名 " (edition.head.signature) }
                }
            }
            p.signed { (edition.publisher) }
        }
    }
}

/// The QR code of the address of an entry's page, as SVG.
///
/// # Errors
///
/// [`MakeError::Qr`] for an address that is too long.
pub fn qr(edition: &Edition, id: &str) -> Result<String, MakeError> {
    let code = QrCode::new(edition.entry_address(id))?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .quiet_zone(true)
        .build())
}
