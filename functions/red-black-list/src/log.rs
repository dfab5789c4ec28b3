//! 公布记录: the log of the lists, its signed head and proofs, and a page that explains them.

use crate::publication::{self, current, signed};
use crate::tabs::public_tabs;
use maud::html;
use serde::Deserialize;
use serde_json::json;
use transparency::{Action, Item, Tree};
use web::extract::Query;
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page, seal};

/// Lines of one answer.
const MOST: usize = 5_000;

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    after: Option<String>,
}

fn number(field: &str, text: Option<&str>, otherwise: u64) -> Result<u64, Problem> {
    match text {
        None => Ok(otherwise),
        Some(text) => text.parse().map_err(|_| {
            Problem::invalid(vec![FieldError::new(field, text, "应为 0 或者更大的整数")])
        }),
    }
}

pub async fn list_log(context: Context, Query(asked): Query<Asked>) -> Answer {
    let after = number("after", asked.after.as_deref(), 0)?;
    let current = current(&context, "").await?;
    let sql = "WITH shown AS (SELECT * FROM list_log WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3)
        SELECT json_object('items', json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf) ORDER BY seq),
            'next', CASE WHEN max(seq) < ?2 THEN CAST(max(seq) AS TEXT) END, 'total', ?2) FROM shown";
    let parameters = [
        i64::try_from(after).unwrap_or(i64::MAX).into(),
        signed(current.size).into(),
        signed(MOST as u64).into(),
    ];
    Ok(json_text(context.store.text(sql, parameters).await?))
}

pub async fn head(context: Context) -> Answer {
    let current = current(&context, "").await?;
    Ok(json_text(json!(current.head).to_string()))
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default, deserialize_with = "blank_is_none")]
    seq: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    size: Option<String>,
}

/// That a line stands in the log of a size: the line, and the hashes that lead from it to the root (RFC 6962 §2.1.1).
pub async fn proof(context: Context, Query(wanted): Query<Wanted>) -> Answer {
    let current = current(&context, "").await?;
    let size = number("size", wanted.size.as_deref(), current.size)?;
    let seq = number("seq", wanted.seq.as_deref(), 0)?;
    if size > current.size {
        return Err(Problem::invalid(vec![FieldError::new(
            "size",
            size.to_string(),
            format!("公布记录现在有 {} 条", current.size),
        )]));
    }
    let items = publication::log(&context, size).await?;
    let tree = Tree::new(&items).map_err(Problem::internal)?;
    let item = items.iter().find(|item| item.seq == seq);
    let (Some(item), Some(hashes)) = (item, tree.proof(seq)) else {
        return Err(Problem::invalid(vec![FieldError::new(
            "seq",
            seq.to_string(),
            format!("应为 1 到 {size}"),
        )]));
    };
    Ok(json_text(
        json!({ "item": item, "size": size, "root": tree.root(), "proof": hashes }).to_string(),
    ))
}

fn said(action: Action) -> &'static str {
    match action {
        Action::Publish => "公布",
        Action::Change => "变更",
        Action::Remove => "撤下",
    }
}

pub async fn page(context: Context) -> Answer {
    let current = current(&context, "").await?;
    let sql = "SELECT json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf) ORDER BY seq DESC)
        FROM (SELECT * FROM list_log WHERE seq <= ?1 ORDER BY seq DESC LIMIT 50)";
    let items: Vec<Item> = context
        .store
        .json(sql, [signed(current.size).into()])
        .await?;
    let site = seal::variable("public_url").await?;
    let head = &current.head;
    Ok(page::page(
        &context,
        "公布记录",
        &html! {
            (public_tabs(&context))
            h1 { "公布记录" }
            p.lead { "红榜、黑榜的每一次公布、变更和撤下都按顺序记在这里。谁也不能悄悄改掉或者抽走已经公布的内容而不被发现，我们自己也不能。" }
            h2 { "怎么做到的" }
            p { "每一条记录都是一个摘要，由公布的内容加上一个随机数算出来。所有记录连成一棵哈希树（RFC 6962），树根由我们签名。只要改动、删掉任何一条旧记录，树根就变了，和您以前存下的对不上。" }
            p { "记录里没有企业的名称。随机数写在公布中的那一条上，撤下以后就不再公开，所以信用修复以后不会因为这份记录再被点名。" }
            h2 { "怎么核对" }
            ol.tidy {
                li { "把" a href="/api/v1/lists/log/head" { "现在的树根和签名" } "存成文件，例如 head.json。打印的公示单和订阅（Atom）里也有。" }
                li { "过些日子运行 " code { "shian verify-log " (site) " --since head.json" } "，它会取回全部记录和名单重新计算。" }
                li { "单独证明某一条：" code { (site) "/api/v1/lists/log/proof?seq=序号" } "。" }
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
            @if items.is_empty() {
                p { "还没有公布过。" }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="最近的记录" {
                    table {
                        caption { "最近 50 条" }
                        thead { tr { th.number scope="col" { "序号" } th scope="col" { "时间" } th scope="col" { "事项" } th scope="col" { "摘要" } } }
                        tbody { @for item in &items { tr {
                            td.number { (item.seq) }
                            td.tight { (item.at.get(..16).unwrap_or(&item.at).replace('T', " ")) }
                            td.tight { (said(item.action)) @if let Some(of) = item.of { "第 " (of) " 条" } }
                            td.hash { (item.leaf) }
                        } } }
                    }
                }
            }
        },
    ))
}
