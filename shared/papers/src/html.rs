//! The paper as it is printed from a page.

mod content;
mod style;

pub use style::STYLE;

use crate::measures::MARK_SIZES;
use crate::paper::{Form, OfficialPaper, Standing};
use crate::{foot, mark_size, title, wording};
use maud::{DOCTYPE, Markup, html};

/// The most lines of 版记 for which the style sheet keeps room.
const MOST_FOOT_LINES: usize = 20;

/// Where the style sheet [`STYLE`] is served.
pub const STYLE_PATH: &str = "/assets/paper.css";

/// The paper within a page: as a sheet on the screen, and alone where the page is printed.
pub fn sheet(paper: &OfficialPaper) -> Markup {
    html! {
        link rel="stylesheet" href=(STYLE_PATH);
        (article(paper))
    }
}

/// A page with nothing on it but the paper and a button that prints it; `back` is where it leads back to.
pub fn print_page(paper: &OfficialPaper, back: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (paper.title) }
                link rel="stylesheet" href="/assets/style.css";
                link rel="stylesheet" href=(STYLE_PATH);
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                script src="/assets/script.js" defer {}
            }
            body {
                main.print-page {
                    div.print-bar {
                        h1 { "打印：" (paper.title) }
                        p { "用 A4 纸，不缩放，不加页眉页脚。" }
                        div.actions {
                            button.main type="button" data-print hidden { "打印" }
                            a.second href=(back) { "返回" }
                        }
                        noscript { p { "请用浏览器菜单里的“打印”（Ctrl+P）。" } }
                    }
                    (article(paper))
                }
            }
        }
    }
}

fn article(paper: &OfficialPaper) -> Markup {
    let form = match paper.form {
        Form::Document => "document",
        Form::Letter => "letter",
        Form::Report { .. } => "report",
    };
    html! {
        article class={ "official-paper " (form) } aria-label=(paper.title) {
            (stamp(paper.standing))
            (head(paper))
            div.area {
                @if paper.form == Form::Letter { p.number { (number(paper)) } }
                h2.title { @for line in title::lines(&paper.title) { span { (line) } } }
                @if let Some(addressees) = wording::addressees(&paper.addressees) { p.addressees { (addressees) } }
                (content::body(paper))
                (signature(paper))
                @for (place, annex) in paper.annexes.iter().enumerate() {
                    (content::annex(&wording::annex_mark(&paper.annexes, place), annex))
                }
                (imprint(paper))
            }
        }
    }
}

/// What stands across every page of a paper that does not hold.
fn stamp(standing: Standing) -> Markup {
    let (class, words) = match standing {
        Standing::Issued => return Markup::default(),
        Standing::Draft => ("stamp is-draft", "草稿"),
        Standing::Withdrawn => ("stamp is-withdrawn", "作废"),
    };
    html! { div class=(class) role="img" aria-label=(words) {} }
}

fn number(paper: &OfficialPaper) -> &str {
    wording::number(&paper.number).unwrap_or_default()
}

/// 版头: of a letter its number stands under it, in the type area.
fn head(paper: &OfficialPaper) -> Markup {
    let size = mark_size::fitting(&paper.mark);
    let step = MARK_SIZES
        .iter()
        .position(|one| *one == size)
        .unwrap_or_default();
    let mark = html! { p class={ "mark size-" (step) } { (paper.mark) } };
    match &paper.form {
        Form::Letter => html! {
            (mark)
            div.red-double {}
        },
        Form::Document => html! {
            (mark)
            p.number { (number(paper)) }
            div.red-rule {}
        },
        Form::Report { signers } => html! {
            (mark)
            div.number-and-signers {
                p { (number(paper)) }
                @if !signers.is_empty() { p { "签发人：" span.kaiti { (signers.join("　")) } } }
            }
            div.red-rule {}
        },
    }
}

/// 署名, 成文日期 and 附注.
fn signature(paper: &OfficialPaper) -> Markup {
    html! {
        div.signature {
            p { (paper.signature.issuer) }
            p.date { (wording::date(paper.signature.date)) }
        }
        @if let Some(note) = wording::contact(paper.contact.as_ref()) { p.contact { (note) } }
    }
}

/// 版记. Room for it is kept in the flow of the text, and where it is printed it is set to the foot of the page on which that room lies.
fn imprint(paper: &OfficialPaper) -> Markup {
    let copies = wording::copies(paper);
    let printed = foot::imprint(paper);
    let lines = foot::lines(paper);
    if lines == 0 {
        return Markup::default();
    }
    html! {
        div class={ "foot-room lines-" (lines.min(MOST_FOOT_LINES)) } {}
        div.imprint.lined[paper.form != Form::Letter] {
            @if let Some(copies) = copies { p.copies { "抄送：" (copies) } }
            @if let Some(imprint) = printed {
                p.printed { span { (imprint.office) } span { (wording::printed_on(imprint.date)) } }
            }
        }
    }
}
