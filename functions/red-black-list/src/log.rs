//! 公布记录: the log of the lists, its signed head and proofs, and a page that explains them.

use crate::generation::{current_generation, read_log, sql_number};
use axum::response::IntoResponse as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use transparency::{Edition, Item, Tree, log_page};
use web::api::{ListPage, asks, gives};
use web::extract::Query;
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get_prepared("/lists/log", Who::Everybody, page)
        .get("/api/v1/lists/log", Who::Everybody, list_log)
        .api(
            "公布记录：每一次公布、变更、撤下",
            asks::<LogQuery>().gives::<ListPage<Item>>(),
        )
        .get("/api/v1/lists/log/head", Who::Everybody, log_head)
        .api("公布记录的树根和签名", gives::<Edition>())
        .get("/api/v1/lists/log/proof", Who::Everybody, log_proof)
        .api(
            "证明某一条在记录里（RFC 6962 §2.1.1）",
            asks::<ProofQuery>().gives::<LogProof>(),
        )
}

/// The most lines of one answer.
const MOST_LINES: u64 = 5_000;

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "LogAsked")]
struct LogQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 从哪一条以后
    #[schemars(with = "u64")]
    after: Option<String>,
}

/// The number that a field of a query holds; `otherwise` where the field is not there.
fn number(field: &str, text: Option<&str>, otherwise: u64) -> Result<u64, Problem> {
    match text {
        None => Ok(otherwise),
        Some(text) => text.parse().map_err(|_| {
            Problem::invalid(vec![FieldError::new(field, text, "应为 0 或者更大的整数")])
        }),
    }
}

async fn list_log(context: Context, Query(query): Query<LogQuery>) -> Answer {
    let after = number("after", query.after.as_deref(), 0)?;
    let current = current_generation(&context, "").await?;
    let sql = "WITH shown AS (SELECT * FROM list_log WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3)
        SELECT json_object('items', json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf)),
            'next', CASE WHEN max(seq) < ?2 THEN CAST(max(seq) AS TEXT) END, 'total', ?2) FROM shown";
    let parameters = [
        sql_number(after).into(),
        sql_number(current.size).into(),
        sql_number(MOST_LINES).into(),
    ];
    Ok(json_text(context.store.text(sql, parameters).await?))
}

async fn log_head(context: Context) -> Answer {
    let current = current_generation(&context, "").await?;
    Ok(axum::Json(current.edition).into_response())
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ProofWanted")]
struct ProofQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 哪一条
    #[schemars(with = "u64", !default)]
    seq: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 公布记录有多少条的时候；不写是现在
    #[schemars(with = "u64")]
    size: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct LogProof {
    item: Item,
    size: u64,
    root: String,
    proof: Vec<String>,
}

/// Proves that a line stands in the log of a size, by the hashes that lead from it to the root (RFC 6962 §2.1.1).
async fn log_proof(context: Context, Query(query): Query<ProofQuery>) -> Answer {
    let current = current_generation(&context, "").await?;
    let size = number("size", query.size.as_deref(), current.size)?;
    let seq = number("seq", query.seq.as_deref(), 0)?;
    if size > current.size {
        return Err(Problem::invalid(vec![FieldError::new(
            "size",
            size.to_string(),
            format!("公布记录现在有 {} 条", current.size),
        )]));
    }
    let items = read_log(&context, size).await?;
    let tree = Tree::new(&items).map_err(Problem::internal)?;
    let item = items.iter().find(|item| item.seq == seq);
    let (Some(item), Some(hashes)) = (item, tree.proof(seq)) else {
        return Err(Problem::invalid(vec![FieldError::new(
            "seq",
            seq.to_string(),
            format!("应为 1 到 {size}"),
        )]));
    };
    Ok(axum::Json(LogProof {
        item: item.clone(),
        size,
        root: tree.root(),
        proof: hashes,
    })
    .into_response())
}

async fn page(context: Context) -> Answer {
    let current = current_generation(&context, "").await?;
    let sql = "SELECT json_group_array(json_object('seq', seq, 'at', at, 'action', action, 'of', of, 'leaf', leaf))
        FROM (SELECT * FROM list_log WHERE seq <= ?1 ORDER BY seq DESC LIMIT ?2)";
    let items: Vec<Item> = context
        .store
        .json(
            sql,
            [
                sql_number(current.size).into(),
                sql_number(log_page::LINES as u64).into(),
            ],
        )
        .await?;
    Ok(page::page(
        &context,
        log_page::TITLE,
        &log_page::page(&current.edition, &items),
    ))
}
