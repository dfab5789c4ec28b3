//! 包保关系 of one business, by date: given to another official, or ended. The tier must fit the level (001 §三.1); a higher one than
//! the level asks for needs its reason (提级包保).

use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::Uscc;
use domain::office_date::chinese;
use domain::words::{Level, Tier, Word as _};
use http::StatusCode;
use maud::html;
use registers::{Field, FormValues, Item, LONGEST, Questions, Submission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json, Path};
use web::form::{Errors, outcome, select};
use web::problem::FieldError;
use web::{Answer, Code, Context, Problem, page as frame};

/// The lowest tier that a level may be held by, and what each tier is for.
pub fn fits(level: Option<Level>, tier: Tier) -> Fit {
    let rank = |tier| match tier {
        Tier::District => 1,
        Tier::Town => 2,
        Tier::Village => 3,
    };
    let asked = match level {
        None => return Fit::Fits,
        Some(Level::A | Level::B) => 1,
        Some(Level::C) => 2,
        Some(Level::D) => 3,
    };
    match rank(tier).cmp(&asked) {
        std::cmp::Ordering::Less => Fit::Lifted,
        std::cmp::Ordering::Equal => Fit::Fits,
        std::cmp::Ordering::Greater => Fit::TooLow,
    }
}

domain::words::words! {
    /// How an official's tier goes with a business's level.
    Fit {
        /// As 001 §三.1 says.
        Fits = "fits" "相符",
        /// A higher tier, which may be.
        Lifted = "lifted" "提级",
        /// A lower tier, which may not.
        TooLow = "too_low" "层级不够",
    }
}

const USCC: Field = Field::uscc().required();
const CADRE_NO: Field = Field::code("cadre_no", "包保干部", LONGEST).required();
const STARTS_ON: Field = Field::any_day("starts_on", "从哪天起").required();
const REPLACES: Field = Field::text("replaces", "和现在的包保干部", LONGEST)
    .hint("前一天结束的包保关系的 id；不写则其他人照旧（组团包保）");
const REASON: Field =
    Field::text("reason", "提级原因", LONGEST).hint("由比级别要求更高层级的干部包保时填写");

pub static NEW: Questions = Questions::of(
    "NewAssignment",
    &[USCC, CADRE_NO, STARTS_ON, REPLACES, REASON],
);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AssignmentMade")]
pub struct Id {
    id: String,
}

pub async fn assign(context: Context, Json(given): Json<Item>) -> Answer {
    let id = give(&context, Submission::Document(&given)).await?;
    Ok((StatusCode::CREATED, axum::Json(Id { id })).into_response())
}

async fn give(context: &Context, sent: Submission<'_>) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Known {
        level: Option<Level>,
        tier: Option<Tier>,
        left_on: Option<NaiveDate>,
        replaced_from: Option<NaiveDate>,
        replaced: i64,
        there: i64,
    }
    let new = NEW.read(context, sent).await?;
    let (cadre_no, reason) = (new.text(&CADRE_NO).unwrap_or_default(), new.text(&REASON));
    let replaces = new.text(&REPLACES).map(|id| id.parse::<i64>().unwrap_or(0));
    let mut errors = Vec::new();
    let towns = context.caller()?.only_towns_json();
    let sql = "SELECT e.level, c.tier, c.left_on, r.starts_on AS replaced_from, r.id IS NOT NULL AS replaced,
            EXISTS (SELECT 1 FROM assignment a WHERE a.uscc = e.uscc AND a.cadre_no = ?2 AND (a.ends_on IS NULL OR a.ends_on >= ?4) AND a.id IS NOT ?3) AS there
        FROM supervised_enterprise e LEFT JOIN cadre c ON c.cadre_no = ?2 LEFT JOIN assignment r ON r.id = ?3 AND r.uscc = e.uscc
        WHERE e.uscc = ?1 AND (?5 IS NULL OR e.town IN (SELECT value FROM json_each(?5)))";
    let parameters = [
        new.value(&USCC),
        new.value(&CADRE_NO),
        replaces.into(),
        new.value(&STARTS_ON),
        towns.into(),
    ];
    let known: Option<Known> = context.store.first(sql, parameters).await?;
    let known = known.ok_or_else(Problem::not_found)?;
    let starts_on = new.day(&STARTS_ON);
    match known.tier {
        None => errors.push(FieldError::new(
            "cadre_no",
            cadre_no,
            "包保干部名单里没有这个工号",
        )),
        Some(_)
            if known
                .left_on
                .zip(starts_on)
                .is_some_and(|(left, starts)| left < starts) =>
        {
            errors.push(FieldError::new("cadre_no", cadre_no, "这名干部已经离任"))
        }
        Some(_) if known.there != 0 => errors.push(FieldError::new(
            "cadre_no",
            cadre_no,
            "这名干部已经包保这家企业",
        )),
        Some(tier) => match fits(known.level, tier) {
            Fit::TooLow => errors.push(FieldError::new(
                "cadre_no",
                cadre_no,
                format!(
                    "{}主体不能由{}干部包保",
                    known.level.map_or("", Level::chinese),
                    tier.chinese()
                ),
            )),
            Fit::Lifted if reason.is_none() => errors.push(FieldError::new(
                "reason",
                "",
                "由更高层级的干部包保，请写明提级的原因",
            )),
            Fit::Fits | Fit::Lifted => {}
        },
    }
    if replaces.is_some() && known.replaced == 0 {
        errors.push(FieldError::new("replaces", "", "没有这条包保关系"));
    }
    if known
        .replaced_from
        .zip(starts_on)
        .is_some_and(|(from, starts)| from >= starts)
    {
        errors.push(FieldError::new(
            "starts_on",
            new.text(&STARTS_ON).unwrap_or_default(),
            "应晚于现在这条包保关系的起始日期",
        ));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sql = "INSERT INTO assignment (uscc, cadre_no, starts_on, replaces, lifted_reason, changed_by, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING RETURNING CAST(id AS TEXT) AS id";
    #[derive(Deserialize)]
    struct Row {
        id: String,
    }
    let parameters = [
        new.value(&USCC),
        new.value(&CADRE_NO),
        new.value(&STARTS_ON),
        replaces.into(),
        new.value(&REASON),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    let row: Option<Row> = context.store.first(sql, parameters).await?;
    row.map(|row| row.id)
        .ok_or_else(|| Problem::new(Code::AlreadyAssigned, "这一天起的这条包保关系已经有了"))
}

const ENDS_ON: Field = Field::any_day("ends_on", "结束日期").required();
const VERSION: Field = Field::version();

pub static END: Questions = Questions::of("AssignmentEnd", &[ENDS_ON, VERSION]);

pub async fn end_assignment(
    context: Context,
    Path(id): Path<String>,
    Json(given): Json<Item>,
) -> Answer {
    end_it(&context, &id, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn end_it(context: &Context, id: &str, sent: Submission<'_>) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Row {
        uscc: String,
        starts_on: Option<NaiveDate>,
        version: i64,
        ends_on: Option<String>,
    }
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let towns = context.caller()?.only_towns_json();
    let sql = "SELECT a.uscc, a.starts_on, a.version, a.ends_on FROM assignment a JOIN enterprise_ledger e ON e.uscc = a.uscc
        WHERE a.id = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))";
    let row: Option<Row> = context.store.first(sql, [id.into(), towns.into()]).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let end = END.read(context, sent).await?;
    let days = end.day(&ENDS_ON).zip(row.starts_on);
    if let Some((ends_on, _)) = days.filter(|(ends_on, starts_on)| ends_on < starts_on) {
        return Err(Problem::invalid(vec![FieldError::new(
            ENDS_ON.column,
            ends_on.to_string(),
            "结束日期早于起始日期",
        )]));
    }
    let sql = "UPDATE assignment SET ends_on = ?2, version = version + 1, changed_by = ?4, changed_at = ?5
        WHERE id = ?1 AND (?3 IS NULL OR version = ?3) RETURNING 1";
    let parameters = [
        id.into(),
        end.value(&ENDS_ON),
        end.value(&VERSION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    if context.store.run(sql, parameters).await? == 1 {
        return Ok(row.uscc);
    }
    let now = serde_json::json!({"ends_on": row.ends_on, "version": row.version});
    Err(Problem::changed_meanwhile("这条包保关系刚被修改过", now))
}

#[derive(Deserialize)]
struct Business {
    uscc: String,
    name: String,
    town: Option<String>,
    village: Option<String>,
    level: Option<Level>,
    status: String,
    history: Vec<Held>,
    officials: Vec<Official>,
}

#[derive(Deserialize)]
struct Held {
    id: String,
    cadre_no: String,
    cadre: String,
    tier: Tier,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    fit: Option<Fit>,
    lifted_reason: Option<String>,
    version: i64,
}

#[derive(Deserialize)]
struct Official {
    cadre_no: String,
    name: String,
    tier: Tier,
    load: u64,
}

/// History and who could hold it: officials of the town and of the district, those with less first.
async fn find(context: &Context, uscc: &str) -> Result<Business, Problem> {
    let uscc: Uscc = uscc.parse().map_err(|_| Problem::not_found())?;
    let sql = "SELECT coalesce((SELECT json_object('uscc', e.uscc, 'name', e.name, 'town', e.town, 'village', e.village, 'level', e.level, 'status', e.status,
        'history', json((SELECT json_group_array(json_object('id', CAST(a.id AS TEXT), 'cadre_no', a.cadre_no, 'cadre', a.cadre, 'tier', a.tier, 'starts_on', a.starts_on,
            'ends_on', a.ends_on, 'fit', a.fit, 'lifted_reason', a.lifted_reason, 'version', a.version))
            FROM (SELECT f.*, c.name AS cadre, c.tier FROM assignment_fit f JOIN cadre c ON c.cadre_no = f.cadre_no WHERE f.uscc = e.uscc
                ORDER BY f.ends_on IS NOT NULL, f.starts_on DESC, f.id DESC) a)),
        'officials', json((SELECT json_group_array(json_object('cadre_no', cadre_no, 'name', name, 'tier', tier, 'load', load))
            FROM (SELECT c.cadre_no, c.name, c.tier, (SELECT count(*) FROM assignment a WHERE a.cadre_no = c.cadre_no AND (a.ends_on IS NULL OR a.ends_on >= ?3)) AS load
                FROM cadre c WHERE c.left_on IS NULL AND (c.tier = 'district' OR c.town IS e.town)
                ORDER BY c.tier <> 'village', c.tier <> 'town', load, c.cadre_no))))
        FROM enterprise_ledger e WHERE e.uscc = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')";
    let parameters = [
        uscc.as_str().into(),
        context.caller()?.only_towns_json().into(),
        context.today().to_string().into(),
    ];
    let text = context.store.text(sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

pub async fn page(context: Context, Path(uscc): Path<String>) -> Answer {
    let today = FormValues::from([("starts_on".to_owned(), context.today().to_string())]);
    shown(&context, &uscc, &today, &Errors::default()).await
}

async fn shown(context: &Context, uscc: &str, typed: &FormValues, errors: &Errors) -> Answer {
    let business = find(context, uscc).await?;
    let value = |field: &Field| typed.get(field.column).map(String::as_str);
    let inputs = registers::inputs(context, &[STARTS_ON, REASON], typed, errors).await?;
    let today = context.today();
    let may = crate::may_assign(context);
    let runs = |held: &&Held| held.ends_on.is_none_or(|ends| ends >= today);
    let officials: Vec<(String, String)> = business
        .officials
        .iter()
        .map(|one| {
            let said = format!(
                "{}（{}，{}，现包保 {} 家）",
                one.name,
                one.cadre_no,
                one.tier.chinese(),
                one.load
            );
            (one.cadre_no.clone(), said)
        })
        .collect();
    let officials: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(
            officials
                .iter()
                .map(|(code, said)| (code.as_str(), said.as_str())),
        )
        .collect();
    let replaced: Vec<(String, String)> = business
        .history
        .iter()
        .filter(runs)
        .map(|held| (held.id.clone(), format!("接替{}", held.cadre)))
        .collect();
    let replaced: Vec<(&str, &str)> = replaced
        .iter()
        .map(|(id, said)| (id.as_str(), said.as_str()))
        .chain([("", "不接替，共同包保")])
        .collect();
    Ok(frame::page(
        context,
        &errors.title(&business.name),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (business.name) }
            dl.facts {
                dt { "统一社会信用代码" } dd { a.code href={ "/enterprises/" (business.uscc) } { (business.uscc) } }
                dt { "地区" } dd { (business.town.as_deref().unwrap_or("未登记")) " " (business.village.as_deref().unwrap_or("")) }
                dt { "包保级别" } dd { (business.level.map_or("未定", Level::chinese)) }
            }
            h2 { "包保经过" }
            @if business.history.is_empty() { p { "还没有包保干部。" } } @else {
                div.scroll tabindex="0" role="region" aria-label="包保经过" { table {
                    thead { tr { th scope="col" { "包保干部" } th scope="col" { "层级" } th scope="col" { "起" } th scope="col" { "止" } th scope="col" { "层级和级别" } @if may { th scope="col" { "结束" } } } }
                    tbody { @for held in &business.history {
                        tr {
                            td { (held.cadre) "（" (held.cadre_no) "）" }
                            td.tight { (held.tier.chinese()) }
                            td.tight { (held.starts_on.map_or_else(|| "一直".to_owned(), chinese)) }
                            td.tight { (held.ends_on.map_or_else(|| "现在".to_owned(), chinese)) }
                            td { (held.fit.map_or("级别未定", Fit::chinese)) @if let Some(reason) = &held.lifted_reason { "：" (reason) } }
                            @if may { td.tight { @if runs(&held) && held.ends_on.is_none() {
                                form.inline method="post" action={ "/supervision/assignments/" (business.uscc) "/end" } {
                                    input type="hidden" name="id" value=(held.id);
                                    input type="hidden" name="version" value=(held.version);
                                    button.plain { "到今天为止" span.hidden { "：" (held.cadre) } }
                                }
                            } } }
                        }
                    } }
                } }
            }
            @if may && business.status == "operating" {
                h2 { "确定包保干部" }
                form.stack method="post" {
                    (select("cadre_no", "包保干部", &officials, value(&CADRE_NO).unwrap_or(""), errors))
                    (select("replaces", "和现在的包保干部", &replaced, value(&REPLACES).unwrap_or_else(|| replaced[0].0), errors))
                    (inputs)
                    button.main { "确定" }
                }
            }
        },
    ))
}

pub async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    typed.insert(USCC.column.to_owned(), uscc.clone());
    outcome(
        give(&context, Submission::Form(&typed)).await,
        |_| format!("/supervision/assignments/{uscc}"),
        async |errors| shown(&context, &uscc, &typed, &errors).await,
    )
    .await
}

/// An end on the day it is pressed.
pub async fn end_submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let id = typed.remove("id").unwrap_or_default();
    // A page says which state it showed; a program that ends an assignment whatever has changed leaves the version out.
    if typed
        .get(VERSION.column)
        .is_none_or(|version| version.trim().is_empty())
    {
        return Err(Problem::invalid(vec![FieldError::new(
            VERSION.column,
            "",
            "页面已经过期，请刷新后再结束",
        )]));
    }
    typed.insert(ENDS_ON.column.to_owned(), context.today().to_string());
    end_it(&context, &id, Submission::Form(&typed)).await?;
    Ok(Redirect::to(&format!("/supervision/assignments/{uscc}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 001 §三.1: B by the district, C by the town, D by the village; A by the district for want of a city tier.
    #[test]
    fn the_tier_must_fit_the_level_and_may_be_higher() {
        let all = [Tier::District, Tier::Town, Tier::Village];
        let of = |level| all.map(|tier| fits(level, tier));
        assert_eq!(of(Some(Level::A)), [Fit::Fits, Fit::TooLow, Fit::TooLow]);
        assert_eq!(of(Some(Level::B)), [Fit::Fits, Fit::TooLow, Fit::TooLow]);
        assert_eq!(of(Some(Level::C)), [Fit::Lifted, Fit::Fits, Fit::TooLow]);
        assert_eq!(of(Some(Level::D)), [Fit::Lifted, Fit::Lifted, Fit::Fits]);
        assert_eq!(of(None), [Fit::Fits; 3]);
    }
}
