//! 门店码: a code to put up at the door of a business, which leads to its page for citizens. For record, look-up and complaint it is the same
//! one, and it opens nothing by itself. Printed for one business, or for those of the ledger as it is filtered.

use crate::detail::{Enterprise, enterprise_json};
use crate::ledger_order::LedgerAsked;
use crate::ledger_page::find_page;
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};
use registers::enterprises;
use std::fmt::Write as _;
use web::extract::{Path, Query};
use web::{Answer, Context, Problem, page, page_numbers, seal};

/// Where those of the ledger are printed.
pub const PATH: &str = "/enterprises/door-codes";

/// How many codes a sheet of A4 has: two beside each other, five times. A page of the ledger is whole sheets.
const A_SHEET: usize = 10;

const PURPOSE: &str = "扫码查许可和检查结果、投诉举报；包保干部在这里登记督导";

/// Empty modules around a code.
const QUIET: usize = 4;

/// The code of a text as SVG, each row of dark modules as one line. A quarter of it may be dirty or torn.
fn code(text: &str) -> Result<Markup, Problem> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q).map_err(Problem::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks_exact(width).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let (x, y, length) = (column + QUIET, row + QUIET, run.len());
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            column += run.len();
        }
    }
    let whole = width + 2 * QUIET;
    Ok(html! {
        svg viewBox={ "0 0 " (whole) " " (whole) } role="img" aria-label={ "二维码，打开 " (text) } shape-rendering="crispEdges" { path d=(path); }
    })
}

/// The address to which the code of a business leads: that under which the public reaches us.
async fn address(number: &str) -> Result<String, Problem> {
    let site = seal::variable("public_url").await?;
    Ok(format!("{}/look-up/{number}", site.trim_end_matches('/')))
}

/// What stands at the door beside the code.
fn label(context: &Context, number: &str, code: &Markup, name: &Markup) -> Markup {
    html! {
        (code)
        div {
            (name)
            p.code { "主体编号 " (number) }
            p { (PURPOSE) }
            p { (context.issuer()) }
        }
    }
}

pub async fn of_one(context: Context, Path(uscc): Path<String>) -> Answer {
    let number = enterprises::find_number(&context.store, &uscc).await?;
    let json = enterprise_json(&context, number).await?;
    let enterprise: Enterprise = serde_json::from_str(&json).map_err(Problem::internal)?;
    let number = enterprise.enterprise_no.as_str();
    let address = address(number).await?;
    let code = code(&address)?;
    Ok(page::page(
        &context,
        &format!("门店码：{}", enterprise.name),
        &html! {
            p { a href={ "/enterprises/" (number) } { "回到主体档案" } }
            p.note { "用浏览器打印，贴在门口。二维码打开 " (address) "，谁扫都只看到公开的内容。" }
            div.door-codes.alone { div.door-code { (label(&context, number, &code, &html! { h1 { (enterprise.name) } })) } }
        },
    ))
}

/// Of the ledger as it is filtered, those in business: a page of it at a time.
pub async fn sheets(context: Context, Query(mut asked): Query<LedgerAsked>) -> Answer {
    asked.filter.status = Some("operating".to_owned());
    let list = find_page(&context, &asked).await?;
    let pages = list.total.div_ceil(crate::ledger_order::EACH);
    let query = asked.query(None);
    let mut labels = Vec::new();
    for item in &list.items {
        let number = item.enterprise_no.as_str();
        let code = code(&address(number).await?)?;
        labels.push(label(
            &context,
            number,
            &code,
            &html! { h2 { (item.name) } },
        ));
    }
    let site = address("").await?;
    Ok(page::page(
        &context,
        "门店码",
        &html! {
            p { a href={ "/enterprises?" (query) } { "回到企业台账" } }
            h1 { "门店码" }
            p role="status" { "共 " strong { (list.total) } " 家存续的企业，每页 " (crate::ledger_order::EACH) " 家、" (crate::ledger_order::EACH as usize / A_SHEET) " 张 A4 纸。要某一个镇街的，先在企业台账里选镇街。" }
            p.note { "用浏览器打印，裁开贴在门口。二维码打开 " (site) " 加主体编号，谁扫都只看到公开的内容。" }
            (page_numbers::links(&format!("{PATH}?{query}&page="), asked.page(), pages))
            @for sheet in labels.chunks(A_SHEET) {
                ul.door-codes { @for label in sheet { li.door-code { (label) } } }
            }
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_corner_marks_within_a_quiet_frame() {
        let svg = code("https://shian.example/look-up/91330503MYYG3CWJ94-12")
            .ok()
            .unwrap()
            .into_string();
        // The first row begins with the seven modules of the upper left mark.
        assert!(svg.contains("d=\"M4 4h7v1h-7z"), "{svg}");
        assert!(svg.contains("打开 https://shian.example/look-up/91330503MYYG3CWJ94-12"));
    }
}
