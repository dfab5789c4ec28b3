//! Who needs a licence and has neither licence nor application; whose licence has expired; whose scope a person must read.

use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use domain::Uscc;
use domain::scope::{Category, Reading};
use domain::words::{OutreachStage, Role, Word as _, choices};
use http::StatusCode;
use maud::html;
use registers::{
    Column, Field, Filter, FormValues, Input, Item, LONGEST, List, ListQuery, Member, Questions,
    Submission,
};
use serde::Deserialize;
use serde_json::{Value, json};
use web::extract::{Form, Json, Path, Query};
use web::form::{Errors, outcome};
use web::problem::FieldError;
use web::{Answer, Context, Problem, page};

fn categories() -> Vec<(&'static str, &'static str)> {
    Category::all()
        .iter()
        .map(|category| (category.code, category.name))
        .collect()
}

fn stages() -> Vec<(&'static str, &'static str)> {
    std::iter::once(("none", "还没有上门"))
        .chain(
            OutreachStage::ALL
                .iter()
                .map(|stage| (stage.code(), stage.chinese())),
        )
        .collect()
}

const SEARCH: Filter = Filter::search("名称或代码", "{found p.uscc}");
const TOWN: Filter = Filter::town("p.town = {}");
const FROM_DAY: Filter = Filter {
    name: "registered_from",
    label: "成立日期从",
    input: Input::Date,
    condition: "p.founded_on >= {}",
};
const TO_DAY: Filter = Filter {
    name: "registered_to",
    label: "到",
    input: Input::Date,
    condition: "p.founded_on <= {}",
};

/// 待办证企业.
pub static CANDIDATES: List = List {
    name: "license-candidates",
    title: "待办证企业",
    path: "/license-outreach",
    from: "outreach_prospect p",
    id: "p.ledger_id",
    sort: Some("-founded_on"),
    condition: "p.verdict = 1",
    town: "p.town",
    nothing: "没有待办证企业。导入企业台账后，经营范围需要食品生产许可、又没有许可证和申请的企业会自动出现在这里。",
    item: &[
        Member::text("uscc", "p.uscc"),
        Member::text("name", "p.name"),
        Member::text("town", "p.town"),
        Member::text("village", "p.village"),
        Member::text("address", "p.address"),
        Member::date("founded_on", "p.founded_on"),
        Member::whole(
            "days_since_registration",
            "CAST(julianday({today}) - julianday(p.founded_on) AS INTEGER)",
        ),
        Member::texts(
            "categories",
            "json((SELECT json_group_array(DISTINCT m.value ->> '$.category_code') FROM json_each(p.scope_reading, '$.matches') m WHERE m.value ->> '$.category_code' IS NOT NULL))",
        ),
        Member::text(
            "category",
            "coalesce((SELECT group_concat(name, '、') FROM (SELECT DISTINCT m.value ->> '$.category' AS name FROM json_each(p.scope_reading, '$.matches') m)), '未指明')",
        ),
        Member::text(
            "words",
            "(SELECT group_concat(words, '；') FROM (SELECT m.value ->> '$.text' AS words FROM json_each(p.scope_reading, '$.matches') m LIMIT 5))",
        ),
        Member::text("person_in_charge", "p.person_in_charge"),
        Member::text("phone", "p.phone"),
        Member::text("case_id", "p.case_id"),
        Member::text("station", "p.station"),
        Member::text(
            "station_name",
            "(SELECT s.name FROM station_account s WHERE s.account = p.station)",
        ),
        Member::date("contacted_on", "p.contacted_on"),
        Member::whole("stages_done", "p.stages_done").always(),
        Member::word("stage", "p.stage", choices::<OutreachStage>),
        Member::text("case_label", "iif(p.case_id IS NULL, NULL, '看进度')"),
    ],
    filters: &[
        SEARCH,
        TOWN,
        Filter {
            name: "category",
            label: "食品类别",
            input: Input::Choice(categories),
            condition: "EXISTS (SELECT 1 FROM json_each(p.scope_reading, '$.matches') m WHERE m.value ->> '$.category_code' = {})",
        },
        FROM_DAY,
        TO_DAY,
        Filter {
            name: "stage",
            label: "进度",
            input: Input::Choice(stages),
            condition: "iif(p.case_id IS NULL, 'none', p.stage) = {}",
        },
        Filter {
            name: "station",
            label: "监管所",
            input: Input::Hidden,
            condition: "p.station = {}",
        },
    ],
    columns: &[
        Column::choice("选择", "uscc", "uscc"),
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("p.name"),
        Column::text("镇街", "town").by("p.town"),
        Column::text("村社区", "village").by("p.village"),
        Column::date("成立日期", "founded_on").by("p.founded_on"),
        Column::number("成立天数", "days_since_registration"),
        Column::wide("食品类别", "category"),
        Column::wide("依据的文字", "words"),
        Column::word::<OutreachStage>("下一步", "stage"),
        Column::link(
            "上门服务",
            "case_label",
            "/license-outreach/cases/",
            "case_id",
        ),
        Column::text("监管所", "station_name").by("p.station"),
        Column::text("负责人", "person_in_charge"),
        Column::text("电话", "phone"),
        Column::text("统一社会信用代码", "uscc"),
    ],
    above: tabs,
    around: Some(|context, table| {
        Box::pin(async move {
            let role = context.caller()?.role;
            if role == Role::Town {
                return Ok(table);
            }
            let stations = if role == Role::Office {
                stations(context).await?
            } else {
                Vec::new()
            };
            Ok(html! {
                form method="post" action="/license-outreach/cases" {
                    (table)
                    div.actions {
                        button.main { "为选中的企业开始上门服务" }
                        @if role == Role::Office && !stations.is_empty() {
                            div.field {
                                label for="station" { "交给监管所" }
                                select id="station" name="station" {
                                    option value="" { "按镇街" }
                                    @for station in &stations { option value=(station.account) { (station.name) } }
                                }
                            }
                            button.second formaction="/license-outreach/assign" { "交办" }
                        }
                    }
                }
            })
        })
    }),
    ..List::PLAIN
};

#[derive(Deserialize)]
struct Station {
    account: String,
    name: String,
}

async fn stations(context: &Context) -> Result<Vec<Station>, Problem> {
    let sql = "SELECT json_group_array(json_object('account', account, 'name', name)) FROM (SELECT * FROM station_account ORDER BY name)";
    Ok(context.store.json(sql, []).await?)
}

/// 许可证过期: still in business on a licence whose term has ended.
pub static EXPIRED: List = List {
    name: "license-expired",
    title: "许可证过期企业",
    path: "/license-outreach/expired",
    from: "(SELECT e.id AS ledger_id, e.uscc, e.name, e.town, e.village, e.founded_on, e.person_in_charge, e.phone,
            f.license_no, f.category, f.issued_on, max(f.expires_on) AS expires_on,
            EXISTS (SELECT 1 FROM license_application a WHERE a.uscc = e.uscc AND a.status = 'open') AS applied
        FROM food_license f JOIN enterprise_licensing e ON e.uscc = f.uscc AND e.status = 'operating'
        WHERE f.status IN ('valid', 'suspended') GROUP BY e.id) p",
    id: "p.ledger_id",
    sort: Some("expires_on"),
    condition: "p.expires_on < {today}",
    town: "p.town",
    nothing: "没有许可证过期的企业。",
    item: &[
        Member::text("uscc", "p.uscc"),
        Member::text("name", "p.name"),
        Member::text("town", "p.town"),
        Member::text("village", "p.village"),
        Member::date("founded_on", "p.founded_on"),
        Member::text("license_no", "p.license_no"),
        Member::text("category", "p.category"),
        Member::date("issued_on", "p.issued_on"),
        Member::date("expires_on", "p.expires_on"),
        Member::whole("days_expired", "CAST(julianday({today}) - julianday(p.expires_on) AS INTEGER)").always(),
        Member::text("applied", "iif(p.applied, '已申请', NULL)"),
        Member::text("person_in_charge", "p.person_in_charge"),
        Member::text("phone", "p.phone"),
    ],
    filters: &[SEARCH, TOWN, FROM_DAY, TO_DAY],
    columns: &[
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("p.name"),
        Column::text("镇街", "town").by("p.town"),
        Column::text("许可证编号", "license_no").by("p.license_no"),
        Column::date("有效期至", "expires_on").by("p.expires_on"),
        Column::number("过期天数", "days_expired"),
        Column::text("延续申请", "applied"),
        Column::text("负责人", "person_in_charge"),
        Column::text("电话", "phone"),
        Column::text("统一社会信用代码", "uscc"),
    ],
    above: tabs,
    ..List::PLAIN
};

/// 需人工判断: scopes that the rules cannot decide.
pub static UNCLEAR: List = List {
    name: "license-unclear",
    title: "经营范围需人工判断",
    path: "/license-outreach/unclear",
    from: "outreach_prospect p",
    id: "p.ledger_id",
    sort: Some("-founded_on"),
    condition: "p.verdict IS NULL",
    town: "p.town",
    nothing: "没有需要人工判断的经营范围。",
    item: &[
        Member::text("uscc", "p.uscc"),
        Member::text("name", "p.name"),
        Member::text("town", "p.town"),
        Member::text("village", "p.village"),
        Member::date("founded_on", "p.founded_on"),
        Member::text("business_scope", "p.business_scope"),
        Member::text(
            "unclear",
            "coalesce((SELECT group_concat(words, '；') FROM (SELECT m.value ->> '$.text' || '：' || (m.value ->> '$.reason') AS words FROM json_each(p.scope_reading, '$.unclear') m LIMIT 5)), '还没有读过')",
        ),
        Member::text("phone", "p.phone"),
        Member::text("person_in_charge", "p.person_in_charge"),
    ],
    filters: &[SEARCH, TOWN, FROM_DAY, TO_DAY],
    columns: &[
        Column::link("企业名称", "name", "/license-outreach/unclear/", "uscc").by("p.name"),
        Column::text("镇街", "town").by("p.town"),
        Column::date("成立日期", "founded_on").by("p.founded_on"),
        Column::wide("判断不了的文字", "unclear"),
        Column::text("电话", "phone"),
        Column::text("统一社会信用代码", "uscc"),
    ],
    above: tabs,
    ..List::PLAIN
};

/// What can be asked of the three.
pub fn described_query() -> Value {
    let mut query = CANDIDATES.described_query();
    for other in [&EXPIRED, &UNCLEAR] {
        let theirs = other.described_query();
        for (name, schema) in theirs["properties"].as_object().into_iter().flatten() {
            let ours = &mut query["properties"][name];
            // Each can be sorted in its own ways.
            *ours = match ours.is_null() || ours == schema {
                true => schema.clone(),
                false => json!({ "anyOf": [ours.take(), schema] }),
            };
        }
    }
    query["properties"]["list"] =
        json!({ "type": "string", "enum": ["candidates", "expired", "unclear"] });
    query
}

/// What the three give.
pub fn described_pages() -> Value {
    let pages = [&CANDIDATES, &EXPIRED, &UNCLEAR].map(|list| list.described_page());
    json!({ "anyOf": pages })
}

/// `?list=expired` and `?list=unclear` are lists of their own.
pub async fn list_candidates(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    let list = asked.get("list").map(str::to_owned);
    match list.as_deref() {
        None | Some("candidates") => CANDIDATES.data(context, asked).await,
        Some("expired") => EXPIRED.data(context, asked).await,
        Some("unclear") => UNCLEAR.data(context, asked).await,
        Some(other) => Err(Problem::invalid(vec![FieldError::new(
            "list",
            other,
            "应为：candidates、expired、unclear",
        )])),
    }
}

/// What a form of the list sends: each chosen row under one name, and the station.
pub type Pairs = Vec<(String, String)>;

/// The chosen rows, and the station.
pub fn chosen(pairs: &Pairs) -> (Vec<Uscc>, &str) {
    let named = |wanted: &'static str| {
        pairs
            .iter()
            .filter(move |(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    };
    let codes = named("uscc").filter_map(|code| code.parse().ok()).collect();
    (codes, named("station").next().unwrap_or(""))
}

/// Gives the chosen candidates to a station that answers for their towns: their cases are opened, or change hands.
pub async fn assign(context: Context, Form(pairs): Form<Pairs>) -> Answer {
    let (codes, station) = chosen(&pairs);
    let strangers = "SELECT json_group_array(e.name) FROM enterprise_licensing e WHERE e.uscc IN (SELECT value FROM json_each(?1))
        AND NOT EXISTS (SELECT 1 FROM station_account s, json_each(s.towns) t WHERE s.account = ?2 AND t.value = e.town)";
    let asked = serde_json::json!(codes).to_string();
    let strangers: Vec<String> = context
        .store
        .json(strangers, [asked.into(), station.into()])
        .await?;
    if !strangers.is_empty() {
        let reason = format!(
            "这些企业不在这个监管所的镇街，没有交办：{}",
            strangers.join("、")
        );
        return Err(Problem::invalid(vec![FieldError::new(
            "station", station, reason,
        )]));
    }
    crate::cases::open_for(&context, &codes, station).await?;
    let sql = "UPDATE outreach_case SET station = ?2, version = version + 1, changed_by = ?3, changed_at = ?4
               WHERE uscc IN (SELECT value FROM json_each(?1)) AND outcome IS NULL AND station IS NOT ?2
                   AND EXISTS (SELECT 1 FROM station_account s, json_each(s.towns) t JOIN enterprise_licensing e ON e.town = t.value
                       WHERE s.account = ?2 AND e.uscc = outreach_case.uscc) RETURNING id";
    let codes = serde_json::json!(codes).to_string();
    let by = context.caller()?.account.as_str();
    let parameters = [codes.into(), station.into(), by.into(), context.at().into()];
    context.store.run(sql, parameters).await?;
    let target = format!(
        "/license-outreach/cases?state=open&station={}",
        page::encode(station)
    );
    Ok(Redirect::to(&target).into_response())
}

#[derive(Deserialize)]
struct Found {
    name: String,
    town: Option<String>,
    business_scope: String,
    scope_reading: Option<String>,
    verdict: Option<i64>,
}

async fn find(context: &Context, uscc: &str) -> Result<Found, Problem> {
    let uscc: Uscc = uscc.parse().map_err(|_| Problem::not_found())?;
    let sql = "SELECT name, town, business_scope, scope_reading, verdict FROM outreach_prospect
               WHERE uscc = ?1 AND (?2 IS NULL OR town IN (SELECT value FROM json_each(?2)))";
    let towns = context.caller()?.only_towns_json();
    let found: Option<Found> = context
        .store
        .first(sql, [uscc.as_str().into(), towns.into()])
        .await?;
    found.ok_or_else(Problem::not_found)
}

const USCC: Field = Field::uscc().required();
const NEEDS_LICENSE: Field = Field::yes_no("needs_license", "是否需要食品生产许可").required();
const NOTE: Field = Field::text("note", "判断的理由", LONGEST)
    .required()
    .hint("例如：电话确认只清洗分拣，不生产");

pub static DECISION: Questions = Questions::of("ScopeDecision", &[USCC, NEEDS_LICENSE, NOTE]);

/// A person decides; it holds for the scope as it is now.
pub async fn decide_scope(context: Context, Json(given): Json<Item>) -> Answer {
    decide(&context, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn decide(context: &Context, sent: Submission<'_>) -> Result<(), Problem> {
    let decision = DECISION.read(context, sent).await?;
    let sql = "INSERT INTO scope_decision (uscc, business_scope, needs_license, note, changed_by, changed_at)
               SELECT e.uscc, e.business_scope, ?2, ?3, ?4, ?5 FROM enterprise_licensing e
               WHERE e.uscc = ?1 AND e.business_scope IS NOT NULL AND (?6 IS NULL OR e.town IN (SELECT value FROM json_each(?6)))
               ON CONFLICT (uscc) DO UPDATE SET business_scope = excluded.business_scope, needs_license = excluded.needs_license,
                   note = excluded.note, version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
               RETURNING uscc";
    let caller = context.caller()?;
    let parameters = [
        decision.value(&USCC),
        decision.value(&NEEDS_LICENSE),
        decision.value(&NOTE),
        caller.account.as_str().into(),
        context.at().into(),
        caller.only_towns_json().into(),
    ];
    match context.store.run(sql, parameters).await? {
        0 => Err(Problem::not_found()),
        _ => Ok(()),
    }
}

pub async fn decide_page(context: Context, Path(uscc): Path<String>) -> Answer {
    let found = find(&context, &uscc).await?;
    deciding(
        &context,
        &uscc,
        &found,
        &FormValues::new(),
        &Errors::default(),
    )
    .await
}

async fn deciding(
    context: &Context,
    uscc: &str,
    found: &Found,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let inputs = registers::inputs(context, &[NOTE], typed, errors).await?;
    let reading: Reading = found
        .scope_reading
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let may = context
        .caller
        .as_ref()
        .is_some_and(|caller| caller.role != Role::Town);
    Ok(page::page(
        context,
        &errors.title(&found.name),
        &html! {
            (errors.summary())
            p { a href="/license-outreach/unclear" { "经营范围需人工判断" } }
            h1 { (found.name) }
            p { (found.town.as_deref().unwrap_or("镇街未登记")) "　" a.code href={ "/enterprises/" (uscc) } { (uscc) } }
            h2 { "经营范围" }
            p { (found.business_scope) }
            @if !reading.unclear.is_empty() {
                h2 { "判断不了的文字" }
                ul { @for note in &reading.unclear { li { "“" mark { (note.text) } "”：" (note.reason) } } }
            }
            @if may && found.verdict.is_none() {
                h2 { "您的判断" }
                p { "可以先打电话或上门问清楚再定。判断只对现在这份经营范围有效，企业变更经营范围后会重新识别。" }
                form.stack method="post" {
                    (inputs)
                    div.actions {
                        button.main name="needs_license" value="true" { "需要食品生产许可" }
                        button.second name="needs_license" value="false" { "不需要" }
                    }
                }
            }
        },
    ))
}

pub async fn decide_submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let found = find(&context, &uscc).await?;
    typed.insert(USCC.column.to_owned(), uscc.clone());
    outcome(
        decide(&context, Submission::Form(&typed)).await,
        |()| "/license-outreach/unclear".to_owned(),
        async |errors| deciding(&context, &uscc, &found, &typed, &errors).await,
    )
    .await
}
