//! The pages of a list.

use crate::{Entry, LICENCE, MakeError, tabs, wording};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::red_black::ListKind;
use domain::words::Word as _;
use maud::{Markup, html};

/// The number of entries of one page.
pub const PAGE: usize = 50;

/// The addresses of the pages beside one.
#[derive(Default)]
pub struct PageLinks {
    /// The page of newer entries.
    pub previous: Option<String>,
    /// The page of older entries.
    pub next: Option<String>,
}

/// What a reader has narrowed a list to.
#[derive(Default)]
pub struct EntryFilters {
    /// A part of the name of a business, or the beginning of its credit code.
    pub q: Option<String>,
    /// The name of a town.
    pub town: Option<String>,
    /// The code of a sector.
    pub sector: Option<String>,
}

impl EntryFilters {
    /// Whether the list is whole.
    pub fn is_empty(&self) -> bool {
        self.q.is_none() && self.town.is_none() && self.sector.is_none()
    }
}

/// The title of a list's pages.
pub fn title(list: ListKind) -> String {
    format!("食品安全{}", list.chinese())
}

/// The address at which readers come to a list: its first page.
pub fn front_address(list: ListKind) -> String {
    format!("/lists/{}", list.code())
}

/// The address of a page of a list, counted from 1.
pub fn address(list: ListKind, page: usize) -> String {
    format!("{}?page={page}", front_address(list))
}

/// The entry after which a page begins, by its day and its line of the log: whatever is removed meanwhile, no entry is skipped.
pub type EntryPlace = (NaiveDate, u64);

/// The name of the order in which lists show their entries.
pub const ORDER: &str = "published";

/// The cursor after an entry: the JSON of its place in hexadecimal digits.
///
/// # Errors
///
/// [`MakeError::Json`].
pub fn cursor(entry: &Entry) -> Result<String, MakeError> {
    let place: EntryPlace = (entry.content.published_on, entry.seq);
    let json = serde_json::to_string(&(ORDER, place))?;
    Ok(json.bytes().map(|byte| format!("{byte:02X}")).collect())
}

/// All pages of a whole list, in their order; an empty list has one. The link to the next page goes by the last entry, not by a number of
/// pages.
pub(crate) fn whole_list(list: ListKind, entries: &[&Entry]) -> Result<Vec<Markup>, MakeError> {
    let towns = towns(entries);
    let pages = entries.len().div_ceil(PAGE).max(1);
    let make_page = |page: usize| {
        let shown: Vec<&Entry> = entries
            .iter()
            .skip((page - 1) * PAGE)
            .take(PAGE)
            .copied()
            .collect();
        let next = match shown.last() {
            Some(last) if page < pages => {
                Some(format!("{}?cursor={}", front_address(list), cursor(last)?))
            }
            _ => None,
        };
        let links = PageLinks {
            previous: (page > 1).then(|| address(list, page - 1)),
            next,
        };
        Ok(list_page(
            list,
            &shown,
            entries.len() as u64,
            &towns,
            &EntryFilters::default(),
            &links,
        ))
    };
    (1..=pages).map(make_page).collect()
}

fn towns(entries: &[&Entry]) -> Vec<String> {
    let towns: std::collections::BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| entry.content.town.as_deref())
        .collect();
    towns.into_iter().map(str::to_owned).collect()
}

fn introduction(list: ListKind) -> Markup {
    match list {
        ListKind::Red => html! {
            p.lead { "做得好的企业：达到全部标准，经食药安办两位工作人员提名、决定后公布。" }
        },
        ListKind::Black => html! {
            p.lead { "被依法查处的企业。每一条都写明事实、依据和期限，企业的回应刊登在旁边。" }
            p.note { "黑榜是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚。列入以前告知了企业并听取陈述申辩；到期或者信用修复以后撤下，不再显示。" }
        },
    }
}

/// One page of a list, as it is stored and as it is filtered.
pub fn list_page(
    list: ListKind,
    entries: &[&Entry],
    total: u64,
    towns: &[String],
    filters: &EntryFilters,
    links: &PageLinks,
) -> Markup {
    let code = list.code();
    html! {
        (tabs::public(&front_address(list)))
        h1 { "食品安全" (list.chinese()) }
        (introduction(list))
        form.filters method="get" action={ "/lists/" (code) } role="search" {
            div.field.wide { label for="q" { "企业名称或代码" } input id="q" name="q" type="text" value=(filters.q.as_deref().unwrap_or("")) autocomplete="off"; }
            div.field { label for="town" { "镇街" }
                select id="town" name="town" { option value="" { "全部" }
                    @for town in towns { option value=(town) selected[filters.town.as_deref() == Some(town)] { (town) } } } }
            div.field { label for="sector" { "业态" }
                select id="sector" name="sector" { option value="" { "全部" }
                    @for (value, name) in domain::words::choices::<domain::words::Sector>() {
                        option value=(value) selected[filters.sector.as_deref() == Some(value)] { (name) } } } }
            div.actions { button.main { "查找" } @if !filters.is_empty() { a href={ "/lists/" (code) } { "看全部" } } }
        }
        p role="status" { "共 " (total) " 家" }
        @if entries.is_empty() {
            p { @if filters.is_empty() { "现在没有公布中的企业。" } @else { "没有符合条件的企业。名称只要输入连着的两个字就可以。" } }
        }
        ul.cards.one {
            @for entry in entries {
                li {
                    h2 { a href={ "/lists/entries/" (entry.content.id) } { (entry.content.name) } }
                    p { (wording::place(&entry.content)) }
                    p { (entry.content.ground) }
                    p.note { (chinese(entry.content.published_on)) "公布，到" (chinese(entry.content.until)) @if entry.content.reply.is_some() { " · 有企业回应" } }
                }
            }
        }
        @if links.previous.is_some() || links.next.is_some() {
            p.pages {
                @if let Some(previous) = &links.previous { a href=(previous) rel="prev" { "上一页" } }
                @if let Some(next) = &links.next { a href=(next) rel="next" { "下一页" } }
            }
        }
        h2 { "下载和订阅" }
        p { a href={ "/api/v1/lists/" (code) ".csv" } { "下载表格（csv）" } " · " a href={ "/api/v1/lists/" (code) ".json" } { "下载数据（json）" } " · "
            a href={ "/lists/" (code) "/feed.atom" } { "订阅更新（Atom）" } }
        p.note { "数据按" a href=(LICENCE) rel="license" { "知识共享 署名 4.0" } "开放，注明来源就可以自由使用。每一条公布、变更和撤下都记入" a href="/lists/log" { "公布记录" } "，任何人都能核对。" }
    }
}
