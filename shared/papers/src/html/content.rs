//! The body, the list of annexes under it, and the annexes.

use crate::paper::{Annex, Block, OfficialPaper};
use crate::table::Table;
use crate::title;
use crate::wording::{self, is_short};
use maud::{Markup, html};

/// The body and 附件说明.
pub fn body(paper: &OfficialPaper) -> Markup {
    let names = wording::annex_names(&paper.annexes);
    html! {
        @for (place, block) in paper.body.iter().enumerate() {
            @let is_last = place + 1 == paper.body.len();
            @match block {
                Block::Heading(text) => p.body.heiti { (text) },
                Block::Subheading(text) => p.body.kaiti { (text) },
                Block::Text(text) => p.body.last[is_last].kept[is_last && is_short(text)] { (text) },
                Block::Table(rows) => (table(rows)),
            }
        }
        @if !names.is_empty() {
            div.annex-names {
                @for (place, (number, name)) in names.iter().enumerate() {
                    p {
                        span.label { @if place == 0 { "附件：" } }
                        @if let Some(number) = number { span.place { (number) } }
                        span { (name) }
                    }
                }
            }
        }
    }
}

/// An annex, which begins on a page of its own.
pub fn annex(mark: &str, annex: &Annex) -> Markup {
    html! {
        section.annex aria-label={ (mark) "：" (annex.name) } {
            p.annex-mark.heiti { (mark) }
            h3.title { @for line in title::lines(&annex.name) { span { (line) } } }
            @for text in &annex.opening { p.body { (text) } }
            (table(&annex.table))
        }
    }
}

/// A table. Style attributes are refused by the pages' policy, so that its columns are as wide as the old attribute says.
fn table(content: &Table) -> Markup {
    let total: u32 = content
        .columns
        .iter()
        .map(|column| column.share.max(1))
        .sum();
    html! {
        table {
            colgroup {
                @for column in &content.columns { col width={ (f64::from(column.share.max(1) * 1000 / total.max(1)) / 10.0) "%" }; }
            }
            thead { tr { @for column in &content.columns { th scope="col" { (column.head) } } } }
            @for section in &content.sections {
                tbody {
                    @if let Some(heading) = &section.heading {
                        tr.section { th colspan=(content.columns.len()) scope="rowgroup" { (heading) } }
                    }
                    @for row in &section.rows {
                        tr { @for (column, text) in content.columns.iter().zip(row) { td.short[column.is_short] { (text) } } }
                    }
                }
            }
        }
    }
}
