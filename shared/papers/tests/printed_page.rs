//! The page of a paper.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod sample;

use papers::{STYLE, html};

#[test]
fn a_page_has_each_part_of_the_paper_and_no_style_attribute() {
    let page = html::sheet(&sample::order(40)).into_string();
    for said in [
        "南浔区食药安办文件",
        "浔食药安办改〔2026〕12号",
        "关于季度督导未完成的责令整改书",
        "云港街道办事处：",
        "附件：",
        "逾期未完成事项清单",
        "2026年10月22日",
        "（联系人：王敏，联系电话：0572-1234567）",
        "云港街道食安办，沈阿根。",
        "2026年10月22日印发",
    ] {
        assert!(page.contains(said), "{said}");
    }
    // The policy of the pages refuses them.
    assert!(!page.contains("style=\"") && !page.contains("onclick"));
    assert_eq!(page.matches("<thead>").count(), 1);
    assert_eq!(page.matches("<td").count(), 40 * 5);
}

#[test]
fn a_letter_is_set_as_a_letter() {
    let page = html::sheet(&sample::letter()).into_string();
    assert!(page.contains("official-paper letter") && page.contains("red-double"));
    assert!(!page.contains("red-rule") && !page.contains("印发"));
    assert!(STYLE.contains("@page letter:first { margin-top: 30mm;"));
}

#[test]
fn a_paper_that_does_not_hold_says_so_to_those_who_hear_it_too() {
    let withdrawn = html::sheet(&sample::withdrawn()).into_string();
    assert!(withdrawn.contains("aria-label=\"作废\""));
    let draft = html::sheet(&sample::draft()).into_string();
    assert!(draft.contains("aria-label=\"草稿\"") && draft.contains("（签发后编号）"));
    let order = html::sheet(&sample::order(1)).into_string();
    assert!(!order.contains("stamp"));
}

#[test]
fn a_long_mark_is_set_smaller() {
    let page = html::sheet(&sample::report()).into_string();
    assert!(page.contains("mark size-10"), "{page}");
    assert!(STYLE.contains(".official-paper .size-10 { --mark: 24pt; }"));
    assert!(page.contains("签发人："));
}

#[test]
fn the_page_to_print_has_nothing_but_the_paper_and_the_way_back() {
    let page = html::print_page(&sample::order(1), "/notices/1").into_string();
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("data-print") && page.contains("href=\"/notices/1\""));
    assert!(page.contains(html::STYLE_PATH) && !page.contains("<nav"));
}
