//! The door-step case: opened for a business, contacted, brought through nine stages, checked on site, closed.

use crate::prospects::{Pairs, chosen};
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::words::{CaseOutcome, OutreachStage, Role, Word};
use domain::{Uscc, office_date};
use http::StatusCode;
use maud::{Markup, html};
use registers::{
    Column, Field, Filter, FormValues, Input, Item, LONGEST, List, Member, Questions, Submission,
    Usual,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use web::extract::{Form, Json as Body, Path};
use web::form::{Errors, around, select};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Code, Context, Problem, page, seal};

/// One case with its stages and documents.
const CASE: &str = "json_object('id', c.id, 'uscc', c.uscc, 'name', e.name, 'town', e.town, 'address', e.address, 'phone', e.phone,
    'person_in_charge', e.person_in_charge, 'founded_on', e.founded_on, 'business_scope', e.business_scope,
    'station', c.station, 'station_name', (SELECT s.name FROM station_account s WHERE s.account = c.station),
    'opened_on', c.opened_on, 'contacted_on', c.contacted_on, 'contact_note', c.contact_note,
    'checked_on', c.checked_on, 'passed_first_time', json(CASE c.passed_first_time WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
    'check_note', c.check_note, 'outcome', c.outcome, 'closed_on', c.closed_on, 'close_note', c.close_note, 'version', c.version,
    'license_no', (SELECT min(f.license_no) FROM food_license f WHERE f.uscc = c.uscc AND f.status = 'valid'),
    'applied_on', (SELECT max(a.applied_on) FROM license_application a WHERE a.uscc = c.uscc AND a.status IN ('open', 'granted')),
    'stages', json((SELECT json_group_array(json_object('stage', s.stage, 'begun_on', s.begun_on, 'done_on', s.done_on, 'expert', s.expert,
        'note', s.note, 'version', s.version, 'changed_by', s.changed_by, 'changed_at', s.changed_at)) FROM outreach_stage s WHERE s.case_id = c.id)),
    'documents', json((SELECT json_group_array(json_object('id', d.id, 'stage', d.stage, 'name', d.name, 'bytes', d.bytes, 'added_by', d.changed_by, 'added_at', d.changed_at))
        FROM outreach_attachment d WHERE d.case_id = c.id AND d.removed_at IS NULL)))";

fn outcomes() -> Vec<(&'static str, &'static str)> {
    std::iter::once(("open", "服务中"))
        .chain(
            CaseOutcome::ALL
                .iter()
                .map(|outcome| (outcome.code(), outcome.chinese())),
        )
        .collect()
}

fn state(code: &str) -> Option<&'static str> {
    outcomes()
        .into_iter()
        .find(|(known, _)| *known == code)
        .map(|(_, said)| said)
}

/// 上门服务: all cases, open and closed.
pub static CASES: List = List {
    name: "outreach-cases",
    title: "上门服务",
    path: "/license-outreach/cases",
    api: "/api/v1/license-outreach/cases",
    from: "outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc",
    id: "c.rowid",
    sort: Some("-opened_on"),
    town: "e.town",
    nothing: "还没有开始上门服务。请在“待办证企业”里选中企业。",
    item: &[
        Member::text("id", "c.id").always(),
        Member::text("uscc", "c.uscc"),
        Member::text("name", "e.name"),
        Member::text("town", "e.town"),
        Member::text("station", "c.station"),
        Member::text("station_name", "(SELECT s.name FROM station_account s WHERE s.account = c.station)"),
        Member::date("opened_on", "c.opened_on"),
        Member::date("contacted_on", "c.contacted_on"),
        Member::whole("stages_done", "(SELECT count(*) FROM outreach_stage s WHERE s.case_id = c.id AND s.done_on IS NOT NULL)").always(),
        Member::date("checked_on", "c.checked_on"),
        Member::yes_no("passed_first_time", "json(CASE c.passed_first_time WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)"),
        Member::text("passed", "CASE c.passed_first_time WHEN 1 THEN '一次通过' WHEN 0 THEN '未一次通过' END"),
        Member::text("state", "coalesce(c.outcome, 'open')"),
        Member::date("closed_on", "c.closed_on"),
    ],
    filters: &[
        Filter::search("名称或代码", "{found c.uscc}"),
        Filter::town("e.town = {}"),
        Filter {
            name: "state",
            label: "状态",
            input: Input::Choice(outcomes),
            condition: "coalesce(c.outcome, 'open') = {}",
        },
        Filter {
            name: "station",
            label: "监管所",
            input: Input::Hidden,
            condition: "c.station = {}",
        },
    ],
    columns: &[
        Column::link("企业名称", "name", "/license-outreach/cases/", "id").by("e.name"),
        Column::text("镇街", "town").by("e.town"),
        Column::text("监管所", "station_name"),
        Column::date("开始", "opened_on").by("c.opened_on"),
        Column::date("首次联系", "contacted_on").by("c.contacted_on"),
        Column::number("完成环节", "stages_done"),
        Column::date("现场核查", "checked_on").by("c.checked_on"),
        Column::text("核查结果", "passed"),
        Column::named("状态", "state", state),
        Column::date("结束", "closed_on").by("c.closed_on"),
    ],
    above: tabs,
    ..List::PLAIN
};

/// The case as JSON, if the caller may know of it.
pub async fn find(context: &Context, id: &str) -> Result<String, Problem> {
    let sql = format!(
        "SELECT coalesce((SELECT {CASE} FROM outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc
         WHERE c.id = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let towns = context.caller()?.only_towns_json();
    let text = context.store.text(&sql, [id.into(), towns.into()]).await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

pub async fn show_case(context: Context, Path(id): Path<String>) -> Answer {
    Ok(json_text(find(&context, &id).await?))
}

const USCC: Field = Field::uscc().required();
const STATION: Field =
    Field::text("station", "监管所账号", LONGEST).hint("不写则由管这个镇街的监管所办");

pub static OPENED: Questions = Questions::of("NewOutreachCase", &[USCC, STATION]);

/// 201 with the new case; 200 with the one that is open already.
pub async fn open_case(context: Context, Body(given): Body<Item>) -> Answer {
    let opened = OPENED.read(&context, Submission::Document(&given)).await?;
    let codes: Vec<Uscc> = opened.uscc(&USCC).into_iter().collect();
    let station = opened.text(&STATION).unwrap_or_default();
    let created = open_for(&context, &codes, station).await?;
    let sql = "SELECT coalesce((SELECT c.id FROM outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc
               WHERE c.uscc = ?1 AND c.outcome IS NULL AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')";
    let towns = context.caller()?.only_towns_json();
    let id = context
        .store
        .text(sql, [opened.value(&USCC), towns.into()])
        .await?;
    let text = find(&context, &id).await?;
    let status = if created == 1 {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let mut response = json_text(text);
    *response.status_mut() = status;
    Ok(response)
}

/// Opens a case for each that is in business here and has none; gives how many. Where no station is named, it is the one
/// that answers for the town, if it is only one.
pub async fn open_for(context: &Context, codes: &[Uscc], station: &str) -> Result<usize, Problem> {
    let sql = "INSERT INTO outreach_case (id, uscc, station, opened_on, changed_by, changed_at)
               SELECT r.value ->> '$.id', e.uscc,
                   coalesce((SELECT s.account FROM station_account s, json_each(s.towns) t WHERE s.account = ?2 AND t.value = e.town),
                       (SELECT iif(count(*) = 1, max(s.account), NULL) FROM station_account s, json_each(s.towns) t WHERE t.value = e.town)),
                   ?3, ?4, ?5
               FROM json_each(?1) r JOIN enterprise_licensing e ON e.uscc = r.value ->> '$.uscc'
               WHERE e.status = 'operating' AND (?6 IS NULL OR e.town IN (SELECT value FROM json_each(?6)))
               ON CONFLICT (uscc) WHERE outcome IS NULL DO NOTHING RETURNING id";
    let mut rows = Vec::with_capacity(codes.len());
    for code in codes {
        rows.push(serde_json::json!({ "id": seal::random_token()?, "uscc": code }));
    }
    let caller = context.caller()?;
    let parameters = [
        Json::from(rows).to_string().into(),
        station.into(),
        context.today().to_string().into(),
        caller.account.as_str().into(),
        context.at().into(),
        caller.only_towns_json().into(),
    ];
    Ok(context.store.run(sql, parameters).await?)
}

pub async fn open_submit(context: Context, Form(pairs): Form<Pairs>) -> Answer {
    let (codes, station) = chosen(&pairs);
    open_for(&context, &codes, station).await?;
    let target = match codes[..] {
        [only] => {
            let sql = "SELECT coalesce((SELECT id FROM outreach_case WHERE uscc = ?1 AND outcome IS NULL), '')";
            let id = context.store.text(sql, [only.as_str().into()]).await?;
            format!("/license-outreach/cases/{id}")
        }
        [] => "/license-outreach".to_owned(),
        _ => "/license-outreach/cases?state=open".to_owned(),
    };
    Ok(Redirect::to(&target).into_response())
}

/// One edit of the case itself, where `version` is still the case's. Without a version only what is blank is set.
async fn edit(
    context: &Context,
    id: &str,
    version: Option<i64>,
    values: Vec<(&'static str, store::Value)>,
) -> Result<String, Problem> {
    let before: Json =
        serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let blank = values
        .first()
        .map_or("true".to_owned(), |(column, _)| format!("{column} IS NULL"));
    let sets: Vec<String> = values
        .iter()
        .zip(5..)
        .map(|((column, _), place)| format!("{column} = ?{place}"))
        .collect();
    let sql = format!(
        "UPDATE outreach_case SET {}, version = version + 1, changed_by = ?2, changed_at = ?3
         WHERE id = ?1 AND outcome IS NULL AND iif(?4 IS NULL, {blank}, version = ?4) RETURNING version",
        sets.join(", ")
    );
    let by = context.caller()?.account.as_str();
    let mut parameters: Vec<store::Value> =
        vec![id.into(), by.into(), context.at().into(), version.into()];
    parameters.extend(values.into_iter().map(|(_, value)| value));
    if context.store.run(&sql, parameters).await? == 1 {
        return find(context, id).await;
    }
    if !before["outcome"].is_null() {
        return Err(closed());
    }
    let now = serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    Err(Problem::changed_meanwhile(
        "这件上门服务刚被别人修改过，请看过现在的内容再改",
        now,
    ))
}

pub fn closed() -> Problem {
    Problem::new(Code::CaseClosed, "这件上门服务已经结束，不能再修改")
}

const CONTACTED_ON: Field = Field::past_day("contacted_on", "联系日期").required();
const CHECKED_ON: Field = Field::past_day("checked_on", "现场核查日期").required();
const PASSED: Field = Field::yes_no("passed_first_time", "是否一次通过").required();
const OUTCOME: Field = Field::word::<CaseOutcome>("outcome", "结果").required();
const NOTE: Field = Field::long_text("note", "情况", LONGEST).usually(Usual::Text(""));
const VERSION: Field = Field::version();

pub static CONTACT: Questions = Questions::of("OutreachContact", &[CONTACTED_ON, NOTE, VERSION]);
pub static CHECK: Questions = Questions::of("OutreachCheck", &[CHECKED_ON, PASSED, NOTE, VERSION]);
pub static CLOSING: Questions = Questions {
    rules: &[|reading, closing| {
        let outcome: Option<CaseOutcome> = closing.word(&OUTCOME);
        let without_licence = outcome.is_some_and(|outcome| outcome != CaseOutcome::Licensed);
        if without_licence && closing.text(&NOTE) == Some("") {
            reading.reject(&NOTE, "请写明原因");
        }
    }],
    ..Questions::of("OutreachClosing", &[OUTCOME, NOTE])
};

pub async fn record_contact(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    let text = contact_made(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(text))
}

async fn contact_made(
    context: &Context,
    id: &str,
    sent: Submission<'_>,
) -> Result<String, Problem> {
    let contact = CONTACT.read(context, sent).await?;
    let values = vec![
        ("contacted_on", contact.value(&CONTACTED_ON)),
        ("contact_note", contact.value(&NOTE)),
    ];
    edit(context, id, contact.number(&VERSION), values).await
}

pub async fn record_check(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    let text = check_made(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(text))
}

async fn check_made(context: &Context, id: &str, sent: Submission<'_>) -> Result<String, Problem> {
    let check = CHECK.read(context, sent).await?;
    let values = vec![
        ("checked_on", check.value(&CHECKED_ON)),
        ("passed_first_time", check.value(&PASSED)),
        ("check_note", check.value(&NOTE)),
    ];
    edit(context, id, check.number(&VERSION), values).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GivenToStation")]
pub struct Given {
    station: String,
    version: Option<i64>,
}

pub async fn give_to_station(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Given>,
) -> Answer {
    let case: Case =
        serde_json::from_str(&find(&context, &id).await?).map_err(Problem::internal)?;
    let sql = "SELECT s.account FROM station_account s, json_each(s.towns) t WHERE s.account = ?1 AND t.value = ?2";
    let parameters = [given.station.as_str().into(), case.town.into()];
    if context.store.run(sql, parameters).await? == 0 {
        let reason = "没有这个监管所账号，或者它不管这个镇街";
        return Err(Problem::invalid(vec![FieldError::new(
            "station",
            &*given.station,
            reason,
        )]));
    }
    let values = vec![("station", given.station.into())];
    Ok(json_text(edit(&context, &id, given.version, values).await?))
}

pub async fn close_case(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    let text = close(&context, &id, Submission::Document(&given)).await?;
    Ok(json_text(text))
}

async fn close(context: &Context, id: &str, sent: Submission<'_>) -> Result<String, Problem> {
    find(context, id).await?;
    let closing = CLOSING.read(context, sent).await?;
    let sql = "UPDATE outreach_case SET outcome = ?2, close_note = ?3, closed_on = ?4, version = version + 1, changed_by = ?5, changed_at = ?6,
                   closed_scope = (SELECT business_scope FROM enterprise_licensing e WHERE e.uscc = outreach_case.uscc)
               WHERE id = ?1 AND outcome IS NULL RETURNING id";
    let parameters = [
        id.into(),
        closing.value(&OUTCOME),
        closing.value(&NOTE),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => find(context, id).await,
        _ => Err(closed()),
    }
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OutreachCase")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Case {
    pub id: String,
    uscc: String,
    name: String,
    town: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    person_in_charge: Option<String>,
    founded_on: Option<NaiveDate>,
    business_scope: Option<String>,
    station: Option<String>,
    station_name: Option<String>,
    opened_on: NaiveDate,
    contacted_on: Option<NaiveDate>,
    contact_note: String,
    checked_on: Option<NaiveDate>,
    passed_first_time: Option<bool>,
    check_note: String,
    outcome: Option<CaseOutcome>,
    closed_on: Option<NaiveDate>,
    close_note: String,
    version: i64,
    license_no: Option<String>,
    applied_on: Option<NaiveDate>,
    pub stages: Vec<Stage>,
    documents: Vec<Document>,
}

#[derive(Deserialize, Default, Clone, JsonSchema)]
#[schemars(rename = "OutreachStageState")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Stage {
    #[schemars(with = "OutreachStage")]
    pub stage: String,
    pub begun_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
    pub expert: String,
    pub note: String,
    pub version: i64,
    changed_by: String,
    #[schemars(with = "DateTime<FixedOffset>")]
    changed_at: String,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OutreachDocument")]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Document {
    id: String,
    #[schemars(with = "OutreachStage")]
    stage: String,
    name: String,
    bytes: u64,
    added_by: String,
    added_at: DateTime<FixedOffset>,
}

/// What a form on the page was sent with, and what is wrong with it: shown again in its place.
#[derive(Default)]
pub struct Refused {
    /// A stage's code, or contact, check, close.
    pub form: String,
    pub values: FormValues,
    pub errors: Errors,
    /// What somebody else has written meanwhile.
    pub conflict: Option<Vec<String>>,
}

pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    shown(&context, &id, &Refused::default()).await
}

pub async fn shown(context: &Context, id: &str, sent: &Refused) -> Answer {
    let case: Case = serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)?;
    let role = context.caller()?.role;
    let open = case.outcome.is_none() && role != Role::Town;
    let day = |date: Option<NaiveDate>| date.map_or_else(|| "—".to_owned(), office_date::chinese);
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    let done = case
        .stages
        .iter()
        .filter(|stage| stage.done_on.is_some())
        .count();
    let title = if sent.conflict.is_some() {
        format!("错误：{}", case.name)
    } else {
        sent.errors.title(&case.name)
    };
    Ok(page::page(
        context,
        &title,
        &html! {
            (tabs(context))
            (sent.errors.summary())
            @if let Some(conflict) = &sent.conflict {
                div.error-summary role="alert" tabindex="-1" autofocus {
                    h2 { "别人刚修改过这一项" }
                    p { "您填写的内容还在下面的表单里。现在系统里是：" }
                    ul { @for line in conflict { li { (line) } } }
                    p { a href={ "#" (sent.form) } { "到我填写的地方" } "，对照后再保存一次。" }
                }
            }
            h1 { (case.name) }
            dl.facts {
                dt { "统一社会信用代码" } dd { a.code href={ "/enterprises/" (case.uscc) } { (case.uscc) } }
                dt { "镇街、地址" } dd { (text(&case.town)) "　" (text(&case.address)) }
                dt { "负责人、电话" } dd { (text(&case.person_in_charge)) "　" (text(&case.phone)) }
                dt { "成立日期" } dd { (day(case.founded_on)) }
                dt { "经营范围" } dd { (text(&case.business_scope)) }
                dt { "监管所" } dd { (text(&case.station_name)) }
                dt { "开始服务" } dd { (office_date::chinese(case.opened_on)) }
                dt { "许可申请" } dd { (day(case.applied_on)) }
                dt { "许可证" } dd { (text(&case.license_no)) }
                @if let Some(outcome) = case.outcome {
                    dt { "结果" } dd { strong { (outcome.chinese()) } "，" (day(case.closed_on)) @if !case.close_note.is_empty() { "。" (case.close_note) } }
                }
            }
            @if case.license_no.is_some() && open {
                div.panel { p { "这家企业已经有食品生产许可证。请补录现场核查结果，然后在页面最下面结束服务。" } }
            }
            (contact_section(&case, open, sent))
            h2 { "九个环节（已完成 " (done) " 个）" }
            progress max="9" value=(done) aria-label={ "已完成 " (done) " 个环节" } {}
            @for stage in OutreachStage::ALL { (stage_section(&case, *stage, open, sent)) }
            (check_section(&case, open, sent))
            @if open { (close_section(&case, sent)) }
            p { a href={ "/audit?record=outreach-case/" (case.id) } { "变更记录" } }
        },
    ))
}

fn value<'s>(sent: &'s Refused, form: &str, field: &str, now: &'s str) -> &'s str {
    if sent.form == form {
        sent.values.get(field).map_or(now, String::as_str)
    } else {
        now
    }
}

/// The version that a form is sent with: the one that was read, until what somebody else has written stands beside it.
fn version(sent: &Refused, form: &str, now: i64) -> String {
    let now = now.to_string();
    match sent.conflict {
        None => value(sent, form, "version", &now).to_owned(),
        Some(_) => now,
    }
}

fn typed(date: Option<NaiveDate>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}

fn date_field(id: &str, name: &str, label: &str, value: &str, errors: &Errors) -> Markup {
    let error = errors.of(name);
    html! {
        div.field.wrong[error.is_some()] {
            label for={ (id) "-" (name) } { (label) }
            @if let Some(error) = error { p.error { strong { "错误：" } (error) } }
            input id={ (id) "-" (name) } name=(name) type="date" value=(value);
        }
    }
}

fn note_field(id: &str, name: &str, label: &str, value: &str, errors: &Errors) -> Markup {
    let error = errors.of(name);
    html! {
        div.field.wrong[error.is_some()] {
            label for={ (id) "-" (name) } { (label) }
            @if let Some(error) = error { p.error { strong { "错误：" } (error) } }
            textarea.short id={ (id) "-" (name) } name=(name) rows="3" { (value) }
        }
    }
}

fn errors_of<'s>(sent: &'s Refused, form: &str, none: &'s Errors) -> &'s Errors {
    if sent.form == form {
        &sent.errors
    } else {
        none
    }
}

fn contact_section(case: &Case, open: bool, sent: &Refused) -> Markup {
    let none = Errors::default();
    let errors = errors_of(sent, "contact", &none);
    let now = typed(case.contacted_on);
    html! {
        h2 id="contact" { "上门对接" }
        @match case.contacted_on {
            Some(day) => p { "首次联系：" (office_date::chinese(day)) @if !case.contact_note.is_empty() { "。" (case.contact_note) } },
            None => p { "还没有联系企业。" },
        }
        @if open {
            details open[sent.form == "contact" || case.contacted_on.is_none()] {
                summary { "记录联系情况" }
                form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/contact" } {
                    input type="hidden" name="version" value=(version(sent, "contact", case.version));
                    (date_field("contact", "contacted_on", "联系日期", value(sent, "contact", "contacted_on", &now), errors))
                    (note_field("contact", "note", "情况", value(sent, "contact", "note", &case.contact_note), errors))
                    button.main { "保存" }
                }
            }
        }
    }
}

fn stage_section(case: &Case, stage: OutreachStage, open: bool, sent: &Refused) -> Markup {
    let code = stage.code();
    let now = case
        .stages
        .iter()
        .find(|known| known.stage == code)
        .cloned()
        .unwrap_or_default();
    let none = Errors::default();
    let errors = errors_of(sent, code, &none);
    let (begun, done) = (typed(now.begun_on), typed(now.done_on));
    let documents: Vec<&Document> = case
        .documents
        .iter()
        .filter(|document| document.stage == code)
        .collect();
    html! {
        section.step id=(code) {
            h3 {
                (stage.chinese()) " "
                @match (now.done_on, now.begun_on) {
                    (Some(day), _) => span.tag { "完成于 " (office_date::chinese(day)) },
                    (None, Some(day)) => span.tag { (office_date::chinese(day)) " 开始" },
                    _ => span.tag { "未开始" },
                }
            }
            @if !now.expert.is_empty() { p { "审评专家：" (now.expert) } }
            @if !now.note.is_empty() { p { (now.note) } }
            @if !documents.is_empty() {
                ul.files {
                    @for document in &documents {
                        li {
                            a href={ "/license-outreach/documents/" (document.id) } { (document.name) } " " span.note { "（" (document.bytes.div_ceil(1024)) " KB）" }
                            @if open {
                                form.inline method="post" action={ "/license-outreach/documents/" (document.id) "/remove" } {
                                    button.plain aria-label={ "移除 " (document.name) } { "移除" }
                                }
                            }
                        }
                    }
                }
            }
            @if open {
                details open[sent.form == code] {
                    summary { "填写" (stage.chinese()) }
                    form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/stages/" (code) } {
                        input type="hidden" name="version" value=(version(sent, code, now.version));
                        (date_field(code, "begun_on", "开始日期", value(sent, code, "begun_on", &begun), errors))
                        (date_field(code, "done_on", "完成日期", value(sent, code, "done_on", &done), errors))
                        div.field {
                            label for={ (code) "-expert" } { "邀请的审评专家" }
                            input id={ (code) "-expert" } name="expert" value=(value(sent, code, "expert", &now.expert)) autocomplete="off";
                        }
                        (note_field(code, "note", "指导意见和整改情况", value(sent, code, "note", &now.note), errors))
                        button.main { "保存" }
                    }
                    form.stack method="post" enctype="multipart/form-data" action={ "/license-outreach/cases/" (case.id) "/stages/" (code) "/documents" } {
                        div.field {
                            label for={ (code) "-file" } { "图纸、照片（jpg、png、webp、PDF，不超过 20 MB）" }
                            @if let Some(error) = errors.of("file") { p.error { strong { "错误：" } (error) } }
                            input id={ (code) "-file" } name="file" type="file" required accept="image/jpeg,image/png,image/webp,application/pdf";
                        }
                        button.second { "上传" }
                    }
                }
            }
        }
    }
}

fn check_section(case: &Case, open: bool, sent: &Refused) -> Markup {
    let none = Errors::default();
    let errors = errors_of(sent, "check", &none);
    let now = typed(case.checked_on);
    let passed = match case.passed_first_time {
        Some(true) => "true",
        Some(false) => "false",
        None => "",
    };
    html! {
        h2 id="check" { "许可现场核查" }
        @match (case.checked_on, case.passed_first_time) {
            (Some(day), Some(passed)) => p { (office_date::chinese(day)) "，" strong { @if passed { "一次通过" } @else { "没有一次通过" } } @if !case.check_note.is_empty() { "。" (case.check_note) } },
            _ => p { "还没有核查结果。" },
        }
        @if open {
            details open[sent.form == "check"] {
                summary { "填写核查结果" }
                form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/check" } {
                    input type="hidden" name="version" value=(version(sent, "check", case.version));
                    (date_field("check", "checked_on", "核查日期", value(sent, "check", "checked_on", &now), errors))
                    (select("passed_first_time", "结果", &[("", "请选择"), ("true", "一次通过"), ("false", "没有一次通过")], value(sent, "check", "passed_first_time", passed), errors))
                    (note_field("check", "note", "情况", value(sent, "check", "note", &case.check_note), errors))
                    button.main { "保存" }
                }
            }
        }
    }
}

fn close_section(case: &Case, sent: &Refused) -> Markup {
    let none = Errors::default();
    let errors = errors_of(sent, "close", &none);
    let suggested = if case.license_no.is_some() {
        "licensed"
    } else {
        ""
    };
    let choices: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(
            CaseOutcome::ALL
                .iter()
                .map(|outcome| (outcome.code(), outcome.chinese())),
        )
        .collect();
    html! {
        h2 { "结束服务" }
        form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/close" } {
            (select("outcome", "结果", &choices, value(sent, "close", "outcome", suggested), errors))
            (around("note", "原因或说明", Some("放弃或不需要许可的，请写明原因"), errors.of("note"), &html! {
                textarea.short id="note" name="note" rows="3" aria-describedby="note-hint" { (value(sent, "close", "note", "")) }
            }))
            button.second { "结束服务" }
        }
    }
}

/// The forms of the page that are about the case itself.
pub async fn step_submit(
    context: Context,
    Path((id, step)): Path<(String, String)>,
    Form(values): Form<FormValues>,
) -> Answer {
    let sent = Submission::Form(&values);
    let outcome = match step.as_str() {
        "contact" => contact_made(&context, &id, sent).await,
        "check" => check_made(&context, &id, sent).await,
        "close" => close(&context, &id, sent).await,
        _ => return Err(Problem::not_found()),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/license-outreach/cases/{id}")).into_response()),
        Err(problem) => again(&context, &id, &step, values, problem).await,
    }
}

/// The page once more, with what was typed and why it was not taken.
pub async fn again(
    context: &Context,
    id: &str,
    form: &str,
    values: FormValues,
    problem: Problem,
) -> Answer {
    let conflict = problem.current.as_ref().map(|now| lines(now));
    if conflict.is_none() && problem.errors.is_empty() {
        return Err(problem);
    }
    let sent = Refused {
        form: form.to_owned(),
        values,
        errors: Errors(problem.errors),
        conflict,
    };
    let page: Response = shown(context, id, &sent).await?;
    Ok(refused(problem.status, page))
}

/// What is there now, for people.
fn lines(now: &Json) -> Vec<String> {
    [
        ("begun_on", "开始日期"),
        ("done_on", "完成日期"),
        ("expert", "审评专家"),
        ("note", "意见"),
        ("contacted_on", "联系日期"),
        ("contact_note", "联系情况"),
        ("checked_on", "核查日期"),
        ("check_note", "核查情况"),
        ("changed_by", "修改人"),
    ]
    .into_iter()
    .filter_map(|(field, label)| {
        let said = now.get(field)?.as_str().filter(|said| !said.is_empty())?;
        Some(format!("{label}：{said}"))
    })
    .collect()
}
