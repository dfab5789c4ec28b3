//! Rows of rosters that only a person can place: they wait here until the office says which business each one is, or that it is a new one.
//! The next roster with the same name and town goes by what was said.

use crate::given_numbers::reserve_number;
use crate::identify::{find_alike, find_of_code};
use crate::roster::LEDGER;
use axum::response::{IntoResponse as _, Redirect};
use domain::{EnterpriseNo, Uscc, text};
use maud::{Markup, html};
use registers::enterprises::find_number;
use registers::identity::Candidate;
use registers::{places, town_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use web::api::ListPage;
use web::extract::{Form, Json as Body};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page as frame};

/// How many rows a page shows.
const MOST_SHOWN: u32 = 50;

/// A row that waits.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct UnplacedRow {
    pub id: String,
    pub name: String,
    pub town: Option<String>,
    /// 可能是这些主体
    pub candidates: Vec<LikelyEnterprise>,
}

/// A business that a row may be.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LikelyEnterprise {
    pub enterprise_no: String,
    pub name: String,
    pub address: Option<String>,
}

impl From<Candidate> for LikelyEnterprise {
    fn from(candidate: Candidate) -> Self {
        Self {
            enterprise_no: candidate.enterprise_no,
            name: candidate.name,
            address: candidate.address,
        }
    }
}

/// What a person says of a row.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Placing {
    /// 等待确认的那一行
    pub id: String,
    /// 就是这一家；null：是新的主体
    pub enterprise_no: Option<String>,
    /// 不要这一行：名单里写错了
    #[serde(default)]
    pub discard: bool,
}

/// What came of it.
#[derive(Serialize, JsonSchema)]
pub struct Placed {
    /// null：不要这一行
    pub enterprise_no: Option<String>,
}

#[derive(Deserialize)]
struct WaitingRow {
    id: i64,
    name: String,
    search_name: String,
    number: Option<String>,
    town_id: String,
    town: Option<String>,
}

#[derive(Deserialize)]
struct WaitingRows {
    rows: Vec<WaitingRow>,
    total: u64,
}

/// Keeps the rows of an import. A row that is sent again stands once.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn keep(context: &Context, rows: &[Json], by: &str) -> Result<(), Problem> {
    let rows: Vec<Json> = rows
        .iter()
        .map(|row| {
            let address = row["address"].as_str().map(text::comparable);
            json!({ "record": row, "address": address.unwrap_or_default() })
        })
        .collect();
    let sql = format!(
        "INSERT INTO enterprise_unplaced (search_name, town, address, record, changed_by, changed_at)
         SELECT value ->> '$.record.search_name', coalesce({}, ''), value ->> '$.address', value -> '$.record', ?2, ?3
         FROM json_each(?1) WHERE true
         ON CONFLICT (search_name, town, address) DO UPDATE SET record = excluded.record, discarded_at = NULL, version = version + 1,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at
         WHERE enterprise_no IS NULL AND (record IS NOT excluded.record OR discarded_at IS NOT NULL) RETURNING 1",
        places::town_id("(value ->> '$.record.town')")
    );
    let parameters = [
        serde_json::to_string(&rows)
            .map_err(Problem::internal)?
            .into(),
        by.into(),
        context.at().into(),
    ];
    context.store.run(&sql, parameters).await?;
    Ok(())
}

/// The credit code of a row that has one.
fn kept_code(record: &Json) -> Option<Uscc> {
    let number: EnterpriseNo = record["uscc"].as_str()?.parse().ok()?;
    number.code()
}

/// How many rows wait.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn count(context: &Context) -> Result<u64, Problem> {
    let sql = "SELECT count(*) || '' FROM enterprise_unplaced WHERE enterprise_no IS NULL AND discarded_at IS NULL";
    let count = context.store.text(sql, []).await?;
    Ok(count.parse().unwrap_or(0))
}

async fn find_waiting(context: &Context) -> Result<ListPage<UnplacedRow>, Problem> {
    let sql = concat!(
        "SELECT json_object('rows', json_group_array(json_object('id', u.id, 'name', u.record ->> '$.name', 'search_name', u.search_name,
            'number', u.record ->> '$.uscc', 'town_id', u.town, 'town', nullif(",
        town_name!("u.town"),
        ", ''))), 'total', (SELECT count(*) FROM enterprise_unplaced WHERE enterprise_no IS NULL AND discarded_at IS NULL))
        FROM (SELECT * FROM enterprise_unplaced WHERE enterprise_no IS NULL AND discarded_at IS NULL ORDER BY id LIMIT ?1) u"
    );
    let found: WaitingRows = context
        .store
        .json(sql, [i64::from(MOST_SHOWN).into()])
        .await?;
    let mut items = Vec::with_capacity(found.rows.len());
    for row in found.rows {
        let mut alike = find_alike(&context.store, &row.search_name, &row.town_id).await?;
        let number = row.number.as_deref().unwrap_or("");
        for site in find_of_code(&context.store, number).await? {
            if !alike.contains(&site) {
                alike.push(site);
            }
        }
        items.push(UnplacedRow {
            id: row.id.to_string(),
            name: row.name,
            town: row.town,
            candidates: alike.into_iter().map(LikelyEnterprise::from).collect(),
        });
    }
    Ok(ListPage {
        items,
        next: None,
        total: found.total,
    })
}

pub async fn list_unplaced(context: Context) -> Answer {
    Ok(axum::Json(find_waiting(&context).await?).into_response())
}

/// Says which business a row is, and writes it.
///
/// # Errors
///
/// 404 where no such row waits; 422 where there is no such business; 409 where another person was faster.
async fn place(context: &Context, placing: &Placing) -> Result<Placed, Problem> {
    #[derive(Deserialize)]
    struct KeptRow {
        record: String,
        is_settled: i64,
    }
    let changed = || Problem::changed_since("这一行刚由别人确认过");
    let id: i64 = placing.id.parse().map_err(|_| Problem::not_found())?;
    let sql = "SELECT record, enterprise_no IS NOT NULL OR discarded_at IS NOT NULL AS is_settled FROM enterprise_unplaced WHERE id = ?1";
    let kept: Option<KeptRow> = context.store.first(sql, [id.into()]).await?;
    let kept = kept.ok_or_else(Problem::not_found)?;
    if kept.is_settled != 0 {
        return Err(changed());
    }
    if placing.discard {
        return match discard(context, id).await? {
            true => Ok(Placed {
                enterprise_no: None,
            }),
            false => Err(changed()),
        };
    }
    let mut record: Json = serde_json::from_str(&kept.record).map_err(Problem::internal)?;
    let typed = placing.enterprise_no.as_deref().unwrap_or("").trim();
    let number = match typed {
        "" => {
            let mark = format!("unplaced/{id}");
            reserve_number(&context.store, kept_code(&record), &mark).await?
        }
        typed => known_number(context, typed).await?,
    };
    // The row is written before it waits no more: cut off between the two, it is placed again under the number that is reserved for it.
    record["uscc"] = number.as_str().into();
    LEDGER.write_record(context, &record).await?;
    let sql = "UPDATE enterprise_unplaced SET enterprise_no = ?2, version = version + 1, changed_by = ?3, changed_at = ?4
        WHERE id = ?1 AND enterprise_no IS NULL AND discarded_at IS NULL RETURNING id";
    let parameters = [
        id.into(),
        number.as_str().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(Placed {
            enterprise_no: Some(number),
        }),
        _ => Err(changed()),
    }
}

/// Notes that a row is not wanted; false where it waits no more.
async fn discard(context: &Context, id: i64) -> Result<bool, Problem> {
    let sql = "UPDATE enterprise_unplaced SET discarded_at = ?3, version = version + 1, changed_by = ?2, changed_at = ?3
        WHERE id = ?1 AND enterprise_no IS NULL AND discarded_at IS NULL RETURNING id";
    let parameters = [
        id.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    Ok(context.store.run(sql, parameters).await? == 1)
}

/// The number that a person chose, where the ledger has it.
async fn known_number(context: &Context, typed: &str) -> Result<String, Problem> {
    let wrong =
        |reason: String| Problem::invalid(vec![FieldError::new("enterprise_no", typed, reason)]);
    let number: EnterpriseNo = typed
        .parse()
        .map_err(|error: domain::enterprise_no::EnterpriseNoError| wrong(error.to_string()))?;
    let number = find_number(&context.store, number.as_str()).await?;
    let known = "SELECT EXISTS (SELECT 1 FROM enterprise_site WHERE uscc = ?1) || ''";
    match &*context.store.text(known, [number.as_str().into()]).await? {
        "1" => Ok(number),
        _ => Err(wrong("台账里没有这个主体编号".to_owned())),
    }
}

pub async fn place_row(context: Context, Body(placing): Body<Placing>) -> Answer {
    Ok(axum::Json(place(&context, &placing).await?).into_response())
}

/// What the form of one row sends: a number, `other` with a number that was typed, `new` or `discard`.
#[derive(Deserialize, Default)]
pub struct PlacingForm {
    #[serde(default)]
    id: String,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    number: String,
}

impl PlacingForm {
    /// What was typed into the form of a row; nothing for the forms of the other rows.
    fn of(&self, row: &UnplacedRow) -> (&str, &str) {
        match self.id == row.id {
            true => (&self.choice, &self.number),
            false => ("", ""),
        }
    }
}

/// The form of one row: which business it is.
fn placing_form(row: &UnplacedRow, typed: &PlacingForm, errors: &Errors) -> Markup {
    let (chosen, number) = typed.of(row);
    let wrong = if typed.id == row.id {
        errors.0.first()
    } else {
        None
    };
    let field = format!("choice-{}", row.id);
    html! {
        form.stack.panel method="post" {
            input type="hidden" name="id" value=(row.id);
            fieldset.field.wrong[wrong.is_some()] id=(field) {
                legend { strong { (row.name) } @if let Some(town) = &row.town { "（" (town) "）" } "是哪一家？" }
                @if let Some(wrong) = wrong { p.error { strong { "错误：" } (wrong.reason) } }
                @for candidate in &row.candidates {
                    p { label.choice {
                        input type="radio" name="choice" value=(candidate.enterprise_no) checked[chosen == candidate.enterprise_no] required;
                        (candidate.name) "，" (candidate.address.as_deref().unwrap_or("地址未登记")) "，" (candidate.enterprise_no)
                    } }
                }
                p { label.choice { input type="radio" name="choice" value="other" checked[chosen == "other"] required; "是台账里的另一家，它的主体编号是：" } }
                p { input name="number" value=(number) aria-label={ (row.name) "的主体编号" } autocomplete="off" spellcheck="false"; }
                p { label.choice { input type="radio" name="choice" value="new" checked[chosen == "new"] required; "都不是，是新的主体" } }
                p { label.choice { input type="radio" name="choice" value="discard" checked[chosen == "discard"] required; "不要这一行，名单里写错了" } }
            }
            div.actions { button.main { "确认" span.hidden { "：" (row.name) } } }
        }
    }
}

async fn unplaced_page(context: &Context, typed: &PlacingForm, errors: &Errors) -> Answer {
    let waiting = find_waiting(context).await?;
    Ok(frame::page(
        context,
        &errors.title("待确认的主体"),
        &html! {
            (errors.summary())
            p { a href="/enterprises" { "企业台账" } }
            h1 { "待确认的主体" }
            @if waiting.items.is_empty() {
                p { "没有等待确认的行。" }
            } @else {
                p { "名单里的这些行不能确定是哪一家：多半只有名称和镇街，没有代码、许可证或者登记证编号。请逐行选择；选过一次，以后同样的行就认得了。共 " strong { (waiting.total) } " 行。" }
                @for row in &waiting.items {
                    (placing_form(row, typed, errors))
                }
            }
        },
    ))
}

pub async fn page(context: Context) -> Answer {
    unplaced_page(&context, &PlacingForm::default(), &Errors::default()).await
}

pub async fn submit(context: Context, Form(typed): Form<PlacingForm>) -> Answer {
    let chosen = match typed.choice.as_str() {
        "" => Err("请选择是哪一家".to_owned()),
        "new" | "discard" => Ok(None),
        "other" if typed.number.trim().is_empty() => Err("请写它的主体编号".to_owned()),
        "other" => Ok(Some(typed.number.clone())),
        number => Ok(Some(number.to_owned())),
    };
    let outcome = match chosen {
        Err(reason) => Err(Problem::invalid(vec![FieldError::new(
            "choice", "", reason,
        )])),
        Ok(enterprise_no) => {
            let placing = Placing {
                id: typed.id.clone(),
                enterprise_no,
                discard: typed.choice == "discard",
            };
            place(&context, &placing).await
        }
    };
    match outcome {
        Ok(_) => Ok(Redirect::to("/enterprises/unplaced").into_response()),
        Err(Problem { errors, .. }) if !errors.is_empty() => {
            let field = format!("choice-{}", typed.id);
            let errors = errors.into_iter().map(|error| FieldError {
                field: field.clone(),
                ..error
            });
            let page = unplaced_page(&context, &typed, &Errors(errors.collect())).await?;
            Ok(refused(http::StatusCode::UNPROCESSABLE_ENTITY, page))
        }
        Err(problem) => Err(problem),
    }
}
