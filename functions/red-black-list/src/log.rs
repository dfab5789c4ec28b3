//! 公布记录: the log of the lists, its signed head and proofs, and a page that explains them.

use crate::publication::{self, current, signed};
use axum::response::IntoResponse as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transparency::{Item, Tree, log_page};
use web::extract::Query;
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

/// Lines of one answer.
const MOST: usize = 5_000;

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "LogAsked")]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 从哪一条以后
    #[schemars(with = "u64")]
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
        SELECT json_object('items', json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf)),
            'next', CASE WHEN max(seq) < ?2 THEN CAST(max(seq) AS TEXT) END, 'total', ?2) FROM shown";
    let parameters = [
        i64::try_from(after).unwrap_or(i64::MAX).into(),
        signed(current.size).into(),
        signed(MOST as u64).into(),
    ];
    Ok(json_text(context.store.text(sql, parameters).await?))
}

pub async fn log_head(context: Context) -> Answer {
    let current = current(&context, "").await?;
    Ok(axum::Json(current.edition).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ProofWanted")]
pub struct Wanted {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 哪一条
    #[schemars(with = "u64", !default)]
    seq: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 公布记录有多少条的时候；不写是现在
    #[schemars(with = "u64")]
    size: Option<String>,
}

/// A line, and the hashes that lead from it to the root.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LogProof")]
pub struct Proof {
    item: Item,
    size: u64,
    root: String,
    proof: Vec<String>,
}

/// That a line stands in the log of a size: the line, and the hashes that lead from it to the root (RFC 6962 §2.1.1).
pub async fn log_proof(context: Context, Query(wanted): Query<Wanted>) -> Answer {
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
    Ok(axum::Json(Proof {
        item: item.clone(),
        size,
        root: tree.root(),
        proof: hashes,
    })
    .into_response())
}

pub async fn page(context: Context) -> Answer {
    let current = current(&context, "").await?;
    let sql = "SELECT json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf))
        FROM (SELECT * FROM list_log WHERE seq <= ?1 ORDER BY seq DESC LIMIT ?2)";
    let items: Vec<Item> = context
        .store
        .json(
            sql,
            [
                signed(current.size).into(),
                signed(log_page::LINES as u64).into(),
            ],
        )
        .await?;
    Ok(page::page_with_foot(
        &context,
        log_page::TITLE,
        &log_page::page(&current.edition, &items),
        &current.foot(),
    ))
}
