//! 公布记录: the page that explains the log and shows its newest lines.

use crate::{Action, Edition, Item, tabs};
use maud::{Markup, html};

/// The address of the page.
pub const ADDRESS: &str = "/lists/log";
/// The title of the page.
pub const TITLE: &str = "公布记录";
/// The number of lines that the page shows.
pub const LINES: usize = 50;

fn action_name(action: Action) -> &'static str {
    match action {
        Action::Publish => "公布",
        Action::Change => "变更",
        Action::Remove => "撤下",
    }
}

/// The page. `shown` are the newest [`LINES`] of the log, the newest first.
pub fn page(edition: &Edition, shown: &[Item]) -> Markup {
    let head = &edition.head;
    html! {
        (tabs::public(ADDRESS))
        h1 { "公布记录" }
        p.lead { "红榜、黑榜的每一次公布、变更和撤下都按顺序记在这里。谁也不能悄悄改掉或者抽走已经公布的内容而不被发现，我们自己也不能。" }
        h2 { "怎么做到的" }
        p { "每一条记录都是一个摘要，由公布的内容加上一个随机数算出来。所有记录连成一棵哈希树（RFC 6962），树根由我们签名。只要改动、删掉任何一条旧记录，树根就变了，和您以前存下的对不上。" }
        p { "记录里没有企业的名称。随机数写在公布中的那一条上，撤下以后就不再公开，所以信用修复以后不会因为这份记录再被点名。" }
        h2 { "怎么核对" }
        ol.tidy {
            li { "把" a href="/api/v1/lists/log/head" { "现在的树根和签名" } "存成文件，例如 head.json。打印的公示单和订阅（Atom）里也有。" }
            li { "过些日子运行 " code { "shian verify-log " (edition.site) " --since head.json" } "，它会取回全部记录，把公开的名单、表格和页面重新做一遍，逐字比对。" }
            li { "单独证明某一条：" code { (edition.site) "/api/v1/lists/log/proof?seq=序号" } "。" }
        }
        h2 { "现在的树根" }
        dl.facts {
            dt { "记录条数" } dd { (head.size) }
            dt { "最后一条" } dd { @if head.size == 0 { "还没有" } @else { (head.at) } }
            dt { "树根" } dd.hash { (head.root) }
            dt { "公钥（Ed25519）" } dd.hash { (head.key) }
            dt { "签名" } dd.hash { (head.signature) }
        }
        h2 { "最近的记录" }
        @if shown.is_empty() {
            p { "还没有公布过。" }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="最近的记录" {
                table {
                    caption { "最近 50 条" }
                    thead { tr { th.number scope="col" { "序号" } th scope="col" { "时间" } th scope="col" { "事项" } th scope="col" { "摘要" } } }
                    tbody { @for item in shown { tr {
                        td.number { (item.seq) }
                        td.tight { (item.at.get(..16).unwrap_or(&item.at).replace('T', " ")) }
                        td.tight { (action_name(item.action)) @if let Some(of) = item.of { "第 " (of) " 条" } }
                        td.hash { (item.leaf) }
                    } } }
                }
            }
        }
    }
}
