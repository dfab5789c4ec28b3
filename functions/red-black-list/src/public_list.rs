//! The lists as the public reads them: pages, csv, JSON, feed; searched and filtered. Everything of one answer is of one
//! generation.

use crate::cached_answers::{file_answer, not_modified, page_answer};
use crate::generation::{CurrentGeneration, current_generation, read_document, sql_number};
use axum::response::Response;
use domain::red_black::ListKind;
use domain::search::SearchTerms;
use domain::words::{Sector, Word as _};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use registers::places;
use schemars::JsonSchema;
use serde::Deserialize;
use transparency::Entry;
use transparency::documents::{WholeList, csv_address, feed_address, json_address};
use transparency::list_pages::{self, EntryFilters, EntryPlace, ORDER, PageLinks, list_page};
use web::api::{ListPage, at};
use web::extract::{Path, Query};
use web::paging::{Page, blank_is_none};
use web::problem::FieldError;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get_prepared("/lists/{list}", Who::Everybody, page)
        .get_prepared("/lists/{list}/feed.atom", Who::Everybody, feed)
        .get("/api/v1/lists/{list}", Who::Everybody, read_list)
        .api(
            "现在公布的名单；{list}.csv 和 {list}.json 是全部，供下载，知识共享 署名 4.0。头 shian-list-size 是所属的一代",
            at::<ListFileName>()
                .asks::<ListQuery>()
                .gives::<ListDocument>()
                .gives_bytes(StatusCode::OK, "text/csv")
                .gives_only(StatusCode::NOT_MODIFIED),
        )
}

/// The header that says which generation an answer is of, for whoever reads several documents.
const GENERATION: HeaderName = HeaderName::from_static("shian-list-size");

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "ListAsked")]
pub struct ListQuery {
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
    /// The number of a stored page, from 1; only pages take it.
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(skip)]
    page: Option<String>,
    #[serde(flatten)]
    part: Page,
}

impl ListQuery {
    fn filters(&self) -> Result<EntryFilters, Problem> {
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
        Ok(EntryFilters {
            q: self.q.clone(),
            town: self.town.clone(),
            sector,
        })
    }
}

/// A document of the generation that holds, or the answer that the reader has it already. Tried again where the document was cleared
/// away between two steps.
async fn fetch_document(
    context: &Context,
    headers: &HeaderMap,
    name: &str,
    tag: impl Fn(&CurrentGeneration) -> String,
) -> Result<Result<(CurrentGeneration, Vec<u8>), Answer>, Problem> {
    for _ in 0..3 {
        let current = current_generation(context, name).await?;
        if current.chunks.is_none() {
            return Err(Problem::not_found());
        }
        if let Some(answer) = not_modified(context, headers, &tag(&current)) {
            return Ok(Err(with_generation(&current, answer)));
        }
        if let Some(bytes) = read_document(&current, name).await? {
            return Ok(Ok((current, bytes)));
        }
    }
    Err(Problem::internal(format!("no document {name}")))
}

/// The tag of a page of a list.
fn tag_of_page(current: &CurrentGeneration) -> String {
    current.page_tag(&current.tag())
}

/// The answer with the header that says which generation it is of.
fn with_generation(current: &CurrentGeneration, answer: Answer) -> Answer {
    answer.map(|mut response: Response| {
        response
            .headers_mut()
            .insert(GENERATION, HeaderValue::from(current.size));
        response
    })
}

async fn show_file(
    context: &Context,
    headers: &HeaderMap,
    name: &str,
    kind: &'static str,
) -> Answer {
    match fetch_document(context, headers, name, CurrentGeneration::tag).await? {
        Err(answer) => answer,
        Ok((current, bytes)) => {
            with_generation(&current, file_answer(context, &current.tag(), kind, bytes))
        }
    }
}

/// The list that a path names.
fn list_of(code: &str) -> Result<ListKind, Problem> {
    ListKind::ALL
        .iter()
        .copied()
        .find(|list| list.code() == code)
        .ok_or_else(Problem::not_found)
}

async fn page(
    context: Context,
    Path(code): Path<String>,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Answer {
    let list = list_of(&code)?;
    let mut filters = query.filters()?;
    if let Some(town) = &mut filters.town {
        *town = name_today(&context, town).await?;
    }
    match filters.is_empty() && query.part.cursor.is_none() {
        true => stored_page(&context, list, &headers, query.page.as_deref()).await,
        false => searched_page(&context, list, &filters, query.part.cursor).await,
    }
}

/// A page of the whole list, as it is stored.
async fn stored_page(
    context: &Context,
    list: ListKind,
    headers: &HeaderMap,
    number: Option<&str>,
) -> Answer {
    let number: usize = match number {
        None => 1,
        Some(number) => number.parse().map_err(|_| Problem::not_found())?,
    };
    let name = list_pages::address(list, number);
    match fetch_document(context, headers, &name, tag_of_page).await? {
        Err(answer) => answer,
        Ok((current, bytes)) => {
            let title = list_pages::title(list);
            let answer = page_answer(context, &tag_of_page(&current), &title, bytes);
            with_generation(&current, answer)
        }
    }
}

/// A page of what the filters leave of a list, or of what stands behind a cursor.
async fn searched_page(
    context: &Context,
    list: ListKind,
    filters: &EntryFilters,
    cursor: Option<String>,
) -> Answer {
    let current = current_generation(context, "").await?;
    let page = Page {
        limit: None,
        cursor,
    };
    let json = search_entries(context, &current, list, filters, &page).await?;
    let found: FoundEntries = serde_json::from_str(&json).map_err(Problem::internal)?;
    let towns = towns_on_list(context, &current, list).await?;
    let next = found.next.map(|next| {
        let query = web::page::query(&[
            ("q", &filters.q),
            ("town", &filters.town),
            ("sector", &filters.sector),
            ("cursor", &Some(next)),
        ]);
        format!("{}?{query}", list_pages::front_address(list))
    });
    let links = PageLinks {
        previous: None,
        next,
    };
    let entries: Vec<&Entry> = found.items.iter().collect();
    let markup = list_page(list, &entries, found.total, &towns, filters, &links);
    let bytes = markup.into_string().into_bytes();
    let title = list_pages::title(list);
    let answer = page_answer(context, &tag_of_page(&current), &title, bytes);
    with_generation(&current, answer)
}

/// SQL: what the town with a name, also a former one, is called today; the name where there is no such town.
fn called_today(name: &str) -> String {
    format!(
        "coalesce((SELECT shown.name FROM place_called called JOIN place_today shown ON shown.id = called.id
            WHERE called.kind = 'town' AND called.within = '' AND called.name = {name}), {name})"
    )
}

/// What a town is called today, by any of its names: stored pages offer those that entries were published with.
async fn name_today(context: &Context, town: &str) -> Result<String, Problem> {
    let sql = format!("SELECT {}", called_today("?1"));
    Ok(context.store.text(&sql, [town.into()]).await?)
}

/// The towns of which a list has entries, as they are called today.
async fn towns_on_list(
    context: &Context,
    current: &CurrentGeneration,
    list: ListKind,
) -> Result<Vec<String>, Problem> {
    let sql = format!(
        "SELECT json_group_array(DISTINCT {}) FROM (SELECT DISTINCT town FROM list_entry
            WHERE list = ?1 AND seq <= ?2 AND (gone_seq IS NULL OR gone_seq > ?2) AND town IS NOT NULL) l",
        called_today("l.town")
    );
    let parameters = [list.code().into(), sql_number(current.size).into()];
    let mut towns: Vec<String> = context.store.json(&sql, parameters).await?;
    towns.sort();
    Ok(towns)
}

#[derive(Deserialize)]
struct FoundEntries {
    items: Vec<Entry>,
    next: Option<String>,
    total: u64,
}

/// One page of the entries of a generation that fit the filters, as JSON, the newest first.
async fn search_entries(
    context: &Context,
    current: &CurrentGeneration,
    list: ListKind,
    filters: &EntryFilters,
    page: &Page,
) -> Result<String, Problem> {
    // An entry without search words is found by its name as it is written. Entries keep what their town was called when they were
    // published.
    let sql = format!(
        "WITH fits AS MATERIALIZED (
            SELECT seq, published_on FROM list_entry
            WHERE list = ?1 AND seq <= ?2 AND (gone_seq IS NULL OR gone_seq > ?2)
                AND (?3 IS NULL OR uscc BETWEEN ?10 AND ?10 || '~'
                    OR ?3 <> '[]' AND NOT EXISTS (SELECT 1 FROM json_each(?3) w WHERE NOT instr(coalesce(search_words, lower(name)), w.value)))
                AND (?4 IS NULL OR town IN ({}
                    UNION ALL SELECT known.name FROM place_called called JOIN place_called known ON known.today = called.today
                    WHERE called.kind = 'town' AND called.within = '' AND called.name = ?4)) AND (?5 IS NULL OR sector = ?5)),
        behind AS MATERIALIZED (SELECT * FROM fits WHERE ?6 IS NULL OR published_on < ?6 OR published_on = ?6 AND seq < ?7),
        shown AS MATERIALIZED (SELECT * FROM behind ORDER BY published_on DESC, seq DESC LIMIT ?8)
        SELECT json_object('items', json_group_array(json(item)),
            'next', CASE WHEN count(*) < (SELECT count(*) FROM behind)
                THEN (SELECT hex(json_array(?9, json_array(published_on, seq))) FROM shown ORDER BY published_on, seq LIMIT 1) END,
            'total', (SELECT count(*) FROM fits))
        FROM (SELECT json_set(e.content, '$.seq', e.seq, '$.salt', e.salt) AS item
            FROM shown s JOIN list_entry e ON e.seq = s.seq ORDER BY s.published_on DESC, s.seq DESC)",
        places::all_of_town("?4")
    );
    let typed = filters.q.as_deref().map(SearchTerms::parse);
    let words = typed
        .as_ref()
        .map(|typed| serde_json::json!(typed.words).to_string());
    let place: Option<EntryPlace> = page.place(ORDER)?;
    let parameters = [
        list.code().into(),
        sql_number(current.size).into(),
        words.into(),
        filters.town.clone().into(),
        filters.sector.clone().into(),
        place.map(|(day, _)| day.to_string()).into(),
        place.map(|(_, seq)| sql_number(seq)).into(),
        i64::from(page.limit()?).into(),
        ORDER.into(),
        typed.and_then(|typed| typed.code).into(),
    ];
    Ok(context.store.text(&sql, parameters).await?)
}

/// What the last part of the path may be.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct ListFileName {
    /// red 红榜，black 黑榜；加 .csv 或 .json 是全部
    #[schemars(extend("enum" = ["red", "black", "red.csv", "black.csv", "red.json", "black.json"]))]
    list: String,
}

/// A whole list, for download.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "described, never made")]
pub enum ListDocument {
    Page(ListPage<Entry>),
    Whole(WholeList<'static>),
}

/// `/api/v1/lists/red` is a page of it, `red.csv` and `red.json` the whole.
async fn read_list(
    context: Context,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Answer {
    if let Some((code, ending)) = name.split_once('.') {
        let list = list_of(code)?;
        let (name, kind) = match ending {
            "csv" => (csv_address(list), "text/csv; charset=utf-8"),
            "json" => (json_address(list), "application/json"),
            _ => return Err(Problem::not_found()),
        };
        return show_file(&context, &headers, &name, kind).await;
    }
    let list = list_of(&name)?;
    let current = current_generation(&context, "").await?;
    if let Some(answer) = not_modified(&context, &headers, &current.tag()) {
        return with_generation(&current, answer);
    }
    let text = search_entries(&context, &current, list, &query.filters()?, &query.part).await?;
    let answer = file_answer(
        &context,
        &current.tag(),
        "application/json",
        text.into_bytes(),
    );
    with_generation(&current, answer)
}

async fn feed(context: Context, Path(code): Path<String>, headers: HeaderMap) -> Answer {
    let name = feed_address(list_of(&code)?);
    let kind = "application/atom+xml; charset=utf-8";
    show_file(&context, &headers, &name, kind).await
}
