//! The lists as the public reads them: pages, csv, JSON, feed; searched and filtered. Everything of one answer is of one
//! generation.

use crate::content::Entry;
use crate::publication::{Current, current, document, signed};
use crate::served;
use axum::response::Response;
use domain::red_black::ListKind;
use domain::search::Typed;
use domain::words::{Sector, Word as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;
use transparency::documents::{Data, csv_address, feed_address, json_address};
use transparency::list_pages::{self, Filters, ORDER, Place, Ways, list_page};
use web::api::Listed;
use web::extract::{Path, Query};
use web::paging::{Page, blank_is_none};
use web::problem::FieldError;
use web::{Answer, Context, Problem};

/// Which generation an answer is of, for whoever reads several documents.
pub const GENERATION: HeaderName = HeaderName::from_static("shian-list-size");

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "ListAsked")]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 企业名称或代码
    #[schemars(with = "String")]
    q: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "String")]
    town: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "Sector")]
    sector: Option<String>,
    /// Of the pages alone.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(skip)]
    page: Option<String>,
    #[serde(flatten)]
    part: Page,
}

impl Asked {
    fn filters(&self) -> Result<Filters, Problem> {
        let sector = match &self.sector {
            None => None,
            Some(sector) => Some(
                Sector::read(sector)
                    .ok_or_else(|| {
                        Problem::invalid(vec![FieldError::new("sector", sector, "没有这种业态")])
                    })?
                    .code()
                    .to_owned(),
            ),
        };
        Ok(Filters {
            q: self.q.clone(),
            town: self.town.clone(),
            sector,
        })
    }
}

/// A document of the generation that holds; tried again where it was cleared away between two steps of ours.
async fn stored(
    context: &Context,
    headers: &HeaderMap,
    name: &str,
    tag: impl Fn(&Current) -> String,
) -> Result<Result<(Current, Vec<u8>), Answer>, Problem> {
    for _ in 0..3 {
        let current = current(context, name).await?;
        if current.chunks.is_none() {
            return Err(Problem::not_found());
        }
        if let Some(answer) = served::unchanged(context, headers, &tag(&current)) {
            return Ok(Err(of(&current, answer)));
        }
        if let Some(bytes) = document(&current, name).await? {
            return Ok(Ok((current, bytes)));
        }
    }
    Err(Problem::internal(format!("no document {name}")))
}

/// Of a page of a list.
fn tag_of_page(current: &Current) -> String {
    current.page_tag(&current.tag())
}

/// The answer says which generation it is of.
fn of(current: &Current, answer: Answer) -> Answer {
    answer.map(|mut response: Response| {
        response
            .headers_mut()
            .insert(GENERATION, HeaderValue::from(current.size));
        response
    })
}

async fn file(context: &Context, headers: &HeaderMap, name: &str, kind: &'static str) -> Answer {
    match stored(context, headers, name, Current::tag).await? {
        Err(answer) => answer,
        Ok((current, bytes)) => of(&current, served::file(context, &current.tag(), kind, bytes)),
    }
}

fn list(code: &str) -> Result<ListKind, Problem> {
    ListKind::ALL
        .iter()
        .copied()
        .find(|list| list.code() == code)
        .ok_or_else(Problem::not_found)
}

pub async fn page(
    context: Context,
    Path(code): Path<String>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let list = list(&code)?;
    let title = list_pages::title(list);
    let filters = asked.filters()?;
    if filters.is_empty() && asked.part.cursor.is_none() {
        let number: usize = match &asked.page {
            None => 1,
            Some(number) => number.parse().map_err(|_| Problem::not_found())?,
        };
        let name = list_pages::address(list, number);
        return match stored(&context, &headers, &name, tag_of_page).await? {
            Err(answer) => answer,
            Ok((current, bytes)) => of(
                &current,
                served::page(&context, &current, &tag_of_page(&current), &title, bytes),
            ),
        };
    }
    let current = current(&context, "").await?;
    let asked_page = Page {
        limit: None,
        cursor: asked.part.cursor.clone(),
    };
    let found: Found =
        serde_json::from_str(&searched(&context, &current, list, &filters, &asked_page).await?)
            .map_err(Problem::internal)?;
    let sql = "SELECT json_group_array(DISTINCT town) FROM list_entry WHERE list = ?1 AND seq <= ?2 AND (gone_seq IS NULL OR gone_seq > ?2) AND town IS NOT NULL";
    let mut towns: Vec<String> = context
        .store
        .json(sql, [code.as_str().into(), signed(current.size).into()])
        .await?;
    towns.sort();
    let next = found.next.map(|next| {
        let query = web::page::query(&[
            ("q", &filters.q),
            ("town", &filters.town),
            ("sector", &filters.sector),
            ("cursor", &Some(next)),
        ]);
        format!("/lists/{code}?{query}")
    });
    let ways = Ways {
        previous: None,
        next,
    };
    let entries: Vec<&Entry> = found.items.iter().collect();
    let markup = list_page(list, &entries, found.total, &towns, &filters, &ways);
    let answer = served::page(
        &context,
        &current,
        &tag_of_page(&current),
        &title,
        markup.into_string().into_bytes(),
    );
    of(&current, answer)
}

#[derive(Deserialize)]
struct Found {
    items: Vec<Entry>,
    next: Option<String>,
    total: u64,
}

/// The entries of one generation that fit, as JSON, the newest first.
async fn searched(
    context: &Context,
    current: &Current,
    list: ListKind,
    filters: &Filters,
    page: &Page,
) -> Result<String, Problem> {
    // One that is not folded yet is found as it is written.
    let sql = "WITH fits AS MATERIALIZED (
            SELECT seq, published_on FROM list_entry
            WHERE list = ?1 AND seq <= ?2 AND (gone_seq IS NULL OR gone_seq > ?2)
                AND (?3 IS NULL OR uscc BETWEEN ?10 AND ?10 || '~'
                    OR ?3 <> '[]' AND NOT EXISTS (SELECT 1 FROM json_each(?3) w WHERE NOT instr(coalesce(search_words, lower(name)), w.value)))
                AND (?4 IS NULL OR town = ?4) AND (?5 IS NULL OR sector = ?5)),
        behind AS MATERIALIZED (SELECT * FROM fits WHERE ?6 IS NULL OR published_on < ?6 OR published_on = ?6 AND seq < ?7),
        shown AS MATERIALIZED (SELECT * FROM behind ORDER BY published_on DESC, seq DESC LIMIT ?8)
        SELECT json_object('items', json_group_array(json(item)),
            'next', CASE WHEN count(*) < (SELECT count(*) FROM behind)
                THEN (SELECT hex(json_array(?9, json_array(published_on, seq))) FROM shown ORDER BY published_on, seq LIMIT 1) END,
            'total', (SELECT count(*) FROM fits))
        FROM (SELECT json_set(e.content, '$.seq', e.seq, '$.salt', e.salt) AS item
            FROM shown s JOIN list_entry e ON e.seq = s.seq ORDER BY s.published_on DESC, s.seq DESC)";
    let typed = filters.q.as_deref().map(Typed::of);
    let words = typed
        .as_ref()
        .map(|typed| serde_json::json!(typed.words).to_string());
    let place: Option<Place> = page.place(ORDER)?;
    let parameters = [
        list.code().into(),
        signed(current.size).into(),
        words.into(),
        filters.town.clone().into(),
        filters.sector.clone().into(),
        place.map(|(day, _)| day.to_string()).into(),
        place.map(|(_, seq)| signed(seq)).into(),
        i64::from(page.limit()?).into(),
        ORDER.into(),
        typed.and_then(|typed| typed.code).into(),
    ];
    Ok(context.store.text(sql, parameters).await?)
}

/// What the last part of the path may be.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct Named {
    /// red 红榜，black 黑榜；加 .csv 或 .json 是全部
    #[schemars(extend("enum" = ["red", "black", "red.csv", "black.csv", "red.json", "black.json"]))]
    list: String,
}

/// A whole list, for download.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "described, never made")]
pub enum Given {
    Page(Listed<Entry>),
    Whole(Data<'static>),
}

/// `/api/v1/lists/red` is a page of it, `red.csv` and `red.json` the whole.
pub async fn read_list(
    context: Context,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    if let Some((code, ending)) = name.split_once('.') {
        let list = list(code)?;
        let (name, kind) = match ending {
            "csv" => (csv_address(list), "text/csv; charset=utf-8"),
            "json" => (json_address(list), "application/json"),
            _ => return Err(Problem::not_found()),
        };
        return file(&context, &headers, &name, kind).await;
    }
    let list = list(&name)?;
    let current = current(&context, "").await?;
    if let Some(answer) = served::unchanged(&context, &headers, &current.tag()) {
        return of(&current, answer);
    }
    let text = searched(&context, &current, list, &asked.filters()?, &asked.part).await?;
    let answer = served::file(
        &context,
        &current.tag(),
        "application/json",
        text.into_bytes(),
    );
    of(&current, answer)
}

pub async fn feed(context: Context, Path(code): Path<String>, headers: HeaderMap) -> Answer {
    let name = feed_address(list(&code)?);
    let kind = "application/atom+xml; charset=utf-8";
    file(&context, &headers, &name, kind).await
}
