//! The way between the pages of a list that goes by numbers: where one is, one further, one back, and the first and the last.

use maud::{Markup, html};

/// The links under such a list. `address` is what a page's number is put behind, as `/enterprises?town=…&page=`.
pub fn links(address: &str, page: u64, pages: u64) -> Markup {
    html! {
        @if pages > 1 {
            nav.numbers aria-label="分页" {
                p { "第 " (page) " 页，共 " (pages) " 页" }
                ul {
                    @if page > 1 { li { a rel="prev" href={ (address) (page - 1) } { "上一页" } } }
                    @for step in steps(page, pages) {
                        @match step {
                            Step::Page(number) if number == page => li { span aria-current="page" { span.hidden { "第 " } (number) span.hidden { " 页" } } },
                            Step::Page(number) => li { a href={ (address) (number) } { span.hidden { "第 " } (number) span.hidden { " 页" } } },
                            Step::Gap => li { span aria-hidden="true" { "…" } },
                        }
                    }
                    @if page < pages { li { a rel="next" href={ (address) (page + 1) } { "下一页" } } }
                }
            }
        }
    }
}

#[derive(Debug, PartialEq)]
enum Step {
    Page(u64),
    Gap,
}

/// The numbers that are shown: the first, the last, and those beside the one that is open.
fn steps(page: u64, pages: u64) -> Vec<Step> {
    let is_shown = |number: u64| number == 1 || number == pages || number.abs_diff(page) <= 1;
    let mut steps = Vec::new();
    let near = page.saturating_sub(2)..=page.saturating_add(2).min(pages);
    let mut numbers: Vec<u64> = std::iter::once(1)
        .chain(near)
        .chain(std::iter::once(pages))
        .filter(|number| *number >= 1)
        .collect();
    numbers.dedup();
    for number in numbers {
        match is_shown(number) {
            true => steps.push(Step::Page(number)),
            false => steps.push(Step::Gap),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: u64, pages: u64) -> String {
        let steps = steps(page, pages);
        let texts: Vec<String> = steps
            .iter()
            .map(|step| match step {
                Step::Page(number) => number.to_string(),
                Step::Gap => "…".to_owned(),
            })
            .collect();
        texts.join(" ")
    }

    #[test]
    fn the_first_the_last_and_the_neighbours_are_shown_once() {
        assert_eq!(shown(1, 2), "1 2");
        assert_eq!(shown(1, 9), "1 2 … 9");
        assert_eq!(shown(2, 9), "1 2 3 … 9");
        assert_eq!(shown(5, 9), "1 … 4 5 6 … 9");
        assert_eq!(shown(9, 9), "1 … 8 9");
        assert_eq!(shown(3, 4), "1 2 3 4");
        assert_eq!(shown(1, 1), "1");
    }
}
