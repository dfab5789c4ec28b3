//! The documents of a generation: pages, csv, JSON and feed of both lists. Nothing in them depends on who made them or when.

use crate::content::Entry;
use crate::shown;
use domain::office_date::chinese;
use domain::red_black::ListKind;
use domain::words::Word as _;
use maud::{Markup, html};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde_json::json;
use std::io;
use transparency::{Head, Item};
use web::{Context, Problem};

/// Entries of one page.
pub const PAGE: usize = 50;
/// Entries of a feed.
const FEED: usize = 50;
/// What anybody may do with the data.
pub const LICENCE: &str = "https://creativecommons.org/licenses/by/4.0/";

/// Name and bytes of every document.
pub fn all(
    context: &Context,
    site: &str,
    head: &Head,
    items: &[Item],
    entries: &[Entry],
) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let mut documents = Vec::new();
    for list in ListKind::ALL.iter().copied() {
        let entries: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.content.list == list)
            .collect();
        let code = list.code();
        let total = entries.len();
        let towns = towns(&entries);
        let pages = total.div_ceil(PAGE).max(1);
        for page in 1..=pages {
            let shown: Vec<&Entry> = entries
                .iter()
                .skip((page - 1) * PAGE)
                .take(PAGE)
                .copied()
                .collect();
            let at = |page: usize| format!("/lists/{code}?page={page}");
            let ways = Ways {
                previous: (page > 1).then(|| at(page - 1)),
                next: (page < pages).then(|| at(page + 1)),
            };
            let markup = list_page(
                list,
                &shown,
                total as u64,
                &towns,
                &Filters::default(),
                &ways,
            );
            documents.push((
                format!("{code}/{page}.html"),
                markup.into_string().into_bytes(),
            ));
        }
        documents.push((format!("{code}.csv"), table(list, site, &entries)?));
        documents.push((
            format!("{code}.json"),
            json!({ "list": code, "licence": LICENCE, "publisher": context.issuer, "head": head, "total": total, "items": entries })
                .to_string()
                .into_bytes(),
        ));
        documents.push((
            format!("{code}.atom"),
            feed(context, list, site, head, items, &entries).map_err(Problem::internal)?,
        ));
    }
    Ok(documents)
}

fn towns(entries: &[&Entry]) -> Vec<String> {
    let towns: std::collections::BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| entry.content.town.as_deref())
        .collect();
    towns.into_iter().map(str::to_owned).collect()
}

/// Where the pages beside one are.
#[derive(Default)]
pub struct Ways {
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// What a reader has asked for.
#[derive(Default)]
pub struct Filters {
    pub q: Option<String>,
    pub town: Option<String>,
    pub sector: Option<String>,
}

impl Filters {
    pub fn is_empty(&self) -> bool {
        self.q.is_none() && self.town.is_none() && self.sector.is_none()
    }
}

fn explained(list: ListKind) -> Markup {
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
    asked: &Filters,
    ways: &Ways,
) -> Markup {
    let code = list.code();
    html! {
        (crate::tabs::public(&format!("/lists/{code}")))
        h1 { "食品安全" (list.chinese()) }
        (explained(list))
        form.filters method="get" action={ "/lists/" (code) } role="search" {
            div.field.wide { label for="q" { "企业名称或代码" } input id="q" name="q" type="text" value=(asked.q.as_deref().unwrap_or("")) autocomplete="off"; }
            div.field { label for="town" { "镇街" }
                select id="town" name="town" { option value="" { "全部" }
                    @for town in towns { option value=(town) selected[asked.town.as_deref() == Some(town)] { (town) } } } }
            div.field { label for="sector" { "业态" }
                select id="sector" name="sector" { option value="" { "全部" }
                    @for (value, name) in domain::words::choices::<domain::words::Sector>() {
                        option value=(value) selected[asked.sector.as_deref() == Some(value)] { (name) } } } }
            div.actions { button.main { "查找" } @if !asked.is_empty() { a href={ "/lists/" (code) } { "看全部" } } }
        }
        p role="status" { "共 " (total) " 家" }
        @if entries.is_empty() {
            p { @if asked.is_empty() { "现在没有公布中的企业。" } @else { "没有符合条件的企业。名称只要输入连着的两个字就可以。" } }
        }
        ul.cards.one {
            @for entry in entries {
                li {
                    h2 { a href={ "/lists/entries/" (entry.content.id) } { (entry.content.name) } }
                    p { (shown::place(&entry.content)) }
                    p { (entry.content.ground) }
                    p.note { (chinese(entry.content.published_on)) "公布，到" (chinese(entry.content.until)) @if entry.content.reply.is_some() { " · 有企业回应" } }
                }
            }
        }
        @if ways.previous.is_some() || ways.next.is_some() {
            p.pages {
                @if let Some(previous) = &ways.previous { a href=(previous) rel="prev" { "上一页" } }
                @if let Some(next) = &ways.next { a href=(next) rel="next" { "下一页" } }
            }
        }
        h2 { "下载和订阅" }
        p { a href={ "/api/v1/lists/" (code) ".csv" } { "下载表格（csv）" } " · " a href={ "/api/v1/lists/" (code) ".json" } { "下载数据（json）" } " · "
            a href={ "/lists/" (code) "/feed.atom" } { "订阅更新（Atom）" } }
        p.note { "数据按" a href=(LICENCE) rel="license" { "知识共享 署名 4.0" } "开放，注明来源就可以自由使用。每一条公布、变更和撤下都记入" a href="/lists/log" { "公布记录" } "，任何人都能核对。" }
    }
}

/// The page of one entry.
pub fn entry(entry: &Entry) -> Markup {
    let content = &entry.content;
    html! {
        (crate::tabs::public(&format!("/lists/{}", content.list.code())))
        h1 { (content.name) }
        p { span.tag { (content.list.chinese()) } " " (shown::place(content)) }
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
        (shown::rules(&content.rules))
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

fn table(list: ListKind, site: &str, entries: &[&Entry]) -> Result<Vec<u8>, Problem> {
    // With the mark that makes Excel read UTF-8.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut line = |cells: &[&str]| writer.write_record(cells).map_err(Problem::internal);
    line(&[
        "榜单",
        "企业名称",
        "统一社会信用代码",
        "镇街",
        "业态",
        "理由",
        "标准和证据",
        "公布日期",
        "公布到",
        "企业回应",
        "网址",
        "记录序号",
        "随机数",
    ])?;
    for entry in entries {
        let content = &entry.content;
        let rules: Vec<String> = content
            .rules
            .iter()
            .map(|met| {
                let facts: Vec<String> = met.evidence.iter().map(shown::fact).collect();
                match facts.is_empty() {
                    true => met.title.clone(),
                    false => format!("{}（{}）", met.title, facts.join("；")),
                }
            })
            .collect();
        line(&[
            list.chinese(),
            &content.name,
            &content.uscc,
            content.town.as_deref().unwrap_or(""),
            content.sector.map_or("", |sector| sector.chinese()),
            &content.ground,
            &rules.join("；"),
            &content.published_on.to_string(),
            &content.until.to_string(),
            content.reply.as_deref().unwrap_or(""),
            &format!("{site}/lists/entries/{}", content.id),
            &entry.seq.to_string(),
            &entry.salt,
        ])?;
    }
    writer.into_inner().map_err(Problem::internal)
}

/// RFC 4287. The head of the log goes with it, so that whoever keeps the feed can check later.
fn feed(
    context: &Context,
    list: ListKind,
    site: &str,
    head: &Head,
    items: &[Item],
    entries: &[&Entry],
) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    // Lines are numbered from 1 without a gap.
    let at = |entry: &Entry| {
        let place = usize::try_from(entry.seq).unwrap_or(0).checked_sub(1);
        place
            .and_then(|place| items.get(place))
            .map_or("", |item| item.at.as_str())
    };
    let address = format!("{site}/lists/{}", list.code());
    writer
        .create_element("feed")
        .with_attributes([
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xmlns:shian", "urn:shian:list-log"),
            ("xml:lang", "zh-CN"),
        ])
        .write_inner_content(|writer| {
            let text = |writer: &mut Writer<Vec<u8>>, name: &str, text: &str| {
                writer
                    .create_element(name)
                    .write_text_content(BytesText::new(&domain::text::printable(text)))
                    .map(|_| ())
            };
            text(writer, "id", &address)?;
            text(
                writer,
                "title",
                &format!("食品安全{} · {}", list.chinese(), context.issuer),
            )?;
            text(writer, "updated", &head.at)?;
            text(writer, "rights", LICENCE)?;
            writer
                .create_element("link")
                .with_attribute(("href", address.as_str()))
                .write_empty()?;
            writer
                .create_element("link")
                .with_attributes([
                    ("rel", "self"),
                    ("href", format!("{address}/feed.atom").as_str()),
                ])
                .write_empty()?;
            writer
                .create_element("author")
                .write_inner_content(|writer| text(writer, "name", &context.issuer))?;
            writer
                .create_element("shian:head")
                .with_attributes([
                    ("size", head.size.to_string().as_str()),
                    ("root", head.root.as_str()),
                    ("at", head.at.as_str()),
                    ("key", head.key.as_str()),
                    ("signature", head.signature.as_str()),
                ])
                .write_empty()?;
            for entry in entries.iter().take(FEED) {
                let content = &entry.content;
                let page = format!("{site}/lists/entries/{}", content.id);
                writer
                    .create_element("entry")
                    .write_inner_content(|writer| {
                        text(writer, "id", &page)?;
                        text(writer, "title", &content.name)?;
                        text(writer, "updated", at(entry))?;
                        text(writer, "summary", &content.ground)?;
                        writer
                            .create_element("link")
                            .with_attribute(("href", page.as_str()))
                            .write_empty()?;
                        Ok(())
                    })?;
            }
            Ok(())
        })?;
    Ok(writer.into_inner())
}
