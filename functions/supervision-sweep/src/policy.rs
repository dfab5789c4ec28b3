//! 督办规则: how each kind of missed deadline is chased, with its history. A version that holds is followed by another, never
//! rewritten: papers cite it.

use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use domain::office_date::{self, chinese};
use domain::words::{NoticeKind, Word as _, choices};
use http::StatusCode;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::extract::{Form, Json, Path};
use web::form::{Errors, Field, around, select};
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::{Answer, Context, Problem, page as frame};

domain::words::words! {
    /// How a paper goes out.
    Issue {
        /// By itself.
        Direct = "direct" "直接发出",
        /// Drafted, and signed.
        Signed = "signed" "签发后发出",
    }
}

domain::words::words! {
    /// Who is told beside the addressee.
    Told {
        /// 镇街 of the official.
        Town = "town" "镇街",
        /// The officials whom the paper names.
        Cadre = "cadre" "责任人",
        /// 食药安办.
        Office = "office" "食药安办",
    }
}

/// One paper of the ladder.
#[derive(Serialize, Deserialize, Clone, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// 工作日
    term: u32,
    issue: Issue,
    #[serde(default)]
    told: Vec<Told>,
}

#[derive(Serialize, Deserialize, Clone, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EscalationVersion")]
pub struct Version {
    #[schemars(with = "NaiveDate")]
    valid_from: String,
    title: String,
    duty: String,
    basis: String,
    rungs: Vec<Rung>,
    /// 连续第二次逾期从第几步起；不写是第三步，没有三步就是最后一步
    repeated_at: Option<u32>,
    /// 到期前几天提醒
    #[serde(default = "usual")]
    remind: Vec<u32>,
}

fn usual() -> Vec<u32> {
    vec![14, 3]
}

const LIST: &str = "SELECT json_object('items', json_group_array(json_object('rule', rule, 'versions', json(versions)))) FROM (
    SELECT rule, json_group_array(json_object('valid_from', valid_from, 'title', title, 'duty', duty, 'basis', basis, 'rungs', json(rungs),
        'repeated_at', repeated_at, 'remind', json(remind), 'changed_by', changed_by, 'changed_at', changed_at)) AS versions
    FROM (SELECT * FROM escalation_policy WHERE ?1 IS NULL OR rule = ?1 ORDER BY rule, valid_from DESC) GROUP BY rule ORDER BY rule)";

#[derive(Deserialize)]
struct Listed {
    items: Vec<Rule>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "EscalationRule")]
pub struct Rule {
    rule: String,
    versions: Vec<Kept>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "EscalationKept")]
pub struct Kept {
    valid_from: NaiveDate,
    title: String,
    duty: String,
    basis: String,
    #[schemars(with = "Vec<RungKept>")]
    rungs: Vec<Rung>,
    repeated_at: u32,
    remind: Vec<u32>,
    changed_by: String,
    #[expect(dead_code, reason = "for programs")]
    changed_at: DateTime<FixedOffset>,
}

/// [`Rung`] as it is kept: nothing of it is left out.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct RungKept {
    /// 工作日
    term: u32,
    issue: Issue,
    told: Vec<Told>,
}

impl Rule {
    /// The version that holds on a day; the first where none does yet.
    fn on(&self, day: NaiveDate) -> Option<&Kept> {
        self.versions
            .iter()
            .find(|version| version.valid_from <= day)
            .or(self.versions.last())
    }
}

pub async fn list_escalation(context: Context) -> Answer {
    let none: Option<String> = None;
    Ok(json_text(context.store.text(LIST, [none.into()]).await?))
}

async fn find(context: &Context, rule: &str) -> Result<Option<Rule>, Problem> {
    let listed: Listed = context.store.json(LIST, [rule.into()]).await?;
    Ok(listed.items.into_iter().next())
}

pub async fn set_escalation(
    context: Context,
    Path(rule): Path<String>,
    Json(version): Json<Version>,
) -> Answer {
    set(&context, &rule, &version).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn set(context: &Context, rule: &str, version: &Version) -> Result<(), Problem> {
    let known = find(context, rule).await?.is_some();
    let mut errors = Vec::new();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if rule.is_empty() || rule.len() > 60 || !rule.bytes().all(plain) {
        errors.push(FieldError::new(
            "rule",
            rule,
            "规则代号用小写字母、数字和下划线",
        ));
    }
    let day = office_date::parse(&version.valid_from);
    match &day {
        Err(error) => errors.push(FieldError::new(
            "valid_from",
            &*version.valid_from,
            error.to_string(),
        )),
        Ok(day) if known && *day <= context.today() => errors.push(FieldError::new(
            "valid_from",
            &*version.valid_from,
            "已经生效的规则不能改，请从明天或更晚的日期起设定",
        )),
        Ok(_) => {}
    }
    for (field, value, most) in [
        ("title", &version.title, 60),
        ("duty", &version.duty, 300),
        ("basis", &version.basis, 300),
    ] {
        let length = value.trim().chars().count();
        if length == 0 || length > most {
            errors.push(FieldError::new(
                field,
                value,
                format!("应有 1 到 {most} 个字"),
            ));
        }
    }
    if !(1..=4).contains(&version.rungs.len()) {
        errors.push(FieldError::new("rungs", "", "应有一到四级文书"));
    }
    for (place, rung) in version.rungs.iter().enumerate() {
        if !(1..=250).contains(&rung.term) {
            errors.push(FieldError::new(
                &format!("term{}", place + 1),
                rung.term.to_string(),
                "期限应为 1 到 250 个工作日",
            ));
        }
    }
    let rungs = u32::try_from(version.rungs.len()).unwrap_or(0);
    let repeated_at = version.repeated_at.unwrap_or(rungs.min(3));
    if !(1..=rungs.max(1)).contains(&repeated_at) {
        errors.push(FieldError::new(
            "repeated_at",
            repeated_at.to_string(),
            "连续逾期的起点应是其中一级文书",
        ));
    }
    if version.remind.len() > 5 || version.remind.iter().any(|days| !(1..=60).contains(days)) {
        errors.push(FieldError::new(
            "remind",
            "",
            "到期前 1 到 60 天，最多 5 次",
        ));
    }
    let (Ok(day), true) = (day, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let sql = "INSERT INTO escalation_policy (rule, valid_from, title, duty, basis, rungs, repeated_at, remind, changed_by, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (rule, valid_from) DO UPDATE SET title = excluded.title, duty = excluded.duty, basis = excluded.basis, rungs = excluded.rungs,
            repeated_at = excluded.repeated_at, remind = excluded.remind, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        RETURNING 1";
    let json = |value: serde_json::Result<String>| value.map_err(Problem::internal);
    let parameters = [
        rule.into(),
        day.to_string().into(),
        version.title.trim().into(),
        version.duty.trim().into(),
        version.basis.trim().into(),
        json(serde_json::to_string(&version.rungs))?.into(),
        repeated_at.into(),
        json(serde_json::to_string(&version.remind))?.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

/// 10 个工作日，直接发出，告知镇街.
fn said(rung: &Rung) -> String {
    let told: Vec<&str> = rung.told.iter().map(|told| told.chinese()).collect();
    let told = if told.is_empty() {
        String::new()
    } else {
        format!("，告知{}", told.join("、"))
    };
    format!("{} 个工作日，{}{told}", rung.term, rung.issue.chinese())
}

fn ladder(rungs: &[Rung]) -> Markup {
    html! {
        ol.tidy { @for (rung, kind) in rungs.iter().zip(NoticeKind::ALL) { li { (kind.chinese()) "：" (said(rung)) } } }
    }
}

pub async fn page(context: Context) -> Answer {
    let none: Option<String> = None;
    let listed: Listed = context.store.json(LIST, [none.into()]).await?;
    let today = context.today();
    Ok(frame::page(
        &context,
        "督办规则",
        &html! {
            (crate::tabs::tabs(&context))
            h1 { "督办规则" }
            p { "每一类逾期事项按它的规则逐级发出文书：从发出之日起计期限，期满仍未完成的，下一个工作日升级；拟稿没有签发的，不升级。" }
            @for rule in &listed.items {
                @if let Some(now) = rule.on(today) {
                    section {
                        h2 id=(rule.rule) { (now.title) }
                        p.note { "代号：" span.code { (rule.rule) } "　" (chinese(now.valid_from)) "起" @if now.valid_from > today { "（还没有生效）" } }
                        (ladder(&now.rungs))
                        @for next in rule.versions.iter().filter(|version| version.valid_from > today && version.valid_from != now.valid_from) {
                            div.panel { p { (chinese(next.valid_from)) "起改为：" } (ladder(&next.rungs)) }
                        }
                        p { a href={ "/sweep/policy/" (rule.rule) } { "修改" span.hidden { "：" (now.title) } } }
                    }
                }
            }
        },
    ))
}

type Typed = BTreeMap<String, String>;

pub async fn edit_page(context: Context, Path(rule): Path<String>) -> Answer {
    shown(&context, &rule, None, &Errors::default()).await
}

async fn shown(context: &Context, name: &str, typed: Option<&Typed>, errors: &Errors) -> Answer {
    let rule = find(context, name).await?.ok_or_else(Problem::not_found)?;
    let now = rule.on(context.today()).ok_or_else(Problem::not_found)?;
    let tomorrow = (context.today() + Days::new(1)).to_string();
    let value = |field: &str, kept: String| match typed {
        Some(typed) => typed.get(field).cloned().unwrap_or_default(),
        None => kept,
    };
    let choices: Vec<(&str, &str)> = choices::<Issue>();
    let starts: Vec<(&str, &str)> = ["1", "2", "3", "4"]
        .into_iter()
        .zip(NoticeKind::ALL.iter().map(|kind| kind.chinese()))
        .collect();
    let reminders: Vec<String> = now.remind.iter().map(u32::to_string).collect();
    Ok(frame::page(
        context,
        &errors.title(&now.title),
        &html! {
            (crate::tabs::tabs(context))
            (errors.summary())
            h1 { "修改督办规则：" (now.title) }
            p { "改动从生效日起有效；以前发出的文书仍按当时的规则。保存后可以在“预演”里看它在实际数据上的结果。" }
            form.stack method="post" {
                (Field { kind: "date", ..Field::text("valid_from", "从哪天起", &value("valid_from", tomorrow)) }.render(errors))
                @for (place, kind) in NoticeKind::ALL.iter().enumerate() {
                    @let rung = now.rungs.get(place);
                    @let field = format!("term{}", place + 1);
                    fieldset.field {
                        legend { (kind.chinese()) }
                        (Field { kind: "number", ..Field::text(&field, "期限（工作日）", &value(&field, rung.map_or_else(String::new, |rung| rung.term.to_string()))) }
                            .hint(if place == 0 { "从发出之日起计算" } else { "留空：不发这一级和以上的文书" }).render(errors))
                        @let field = format!("issue{}", place + 1);
                        (select(&field, "怎样发出", &choices, &value(&field, rung.map_or("signed", |rung| rung.issue.code()).to_owned()), errors))
                        @for told in Told::ALL {
                            @let field = format!("told{}-{}", place + 1, told.code());
                            @let ticked = match typed { Some(typed) => typed.contains_key(&field), None => rung.is_some_and(|rung| rung.told.contains(told)) };
                            label.choice for=(field) { input type="checkbox" id=(field) name=(field) value="1" checked[ticked]; "告知" (told.chinese()) }
                        }
                    }
                }
                (select("repeated_at", "同一责任人连续两期逾期，从哪一级起", &starts, &value("repeated_at", now.repeated_at.to_string()), errors))
                (Field::text("remind", "到期前几天提醒", &value("remind", reminders.join("、"))).hint("用顿号分开，例如 14、3").render(errors))
                (Field::text("title", "事由", &value("title", now.title.clone())).hint("文书标题用：关于……的提醒敦促函").render(errors))
                @for (field, label, kept) in [("duty", "要求", &now.duty), ("basis", "依据", &now.basis)] {
                    (around(field, label, None, errors.of(field), &html! { textarea.short id=(field) name=(field) { (value(field, kept.clone())) } }))
                }
                button.main { "保存" }
            }
            h2 { "历史" }
            ul { @for version in &rule.versions {
                li { (chinese(version.valid_from)) "起，" @if version.changed_by == "migration" { "系统初始值" } @else { (version.changed_by) "设定" }
                    "：" (version.rungs.iter().zip(NoticeKind::ALL).map(|(rung, kind)| format!("{} {}", kind.chinese(), said(rung))).collect::<Vec<_>>().join("；")) }
            } }
        },
    ))
}

pub async fn submit(
    context: Context,
    Path(rule): Path<String>,
    Form(typed): Form<Typed>,
) -> Answer {
    let get = |name: &str| {
        typed
            .get(name)
            .map(|value| value.trim())
            .unwrap_or_default()
    };
    let mut rungs = Vec::new();
    let mut errors = Vec::new();
    for place in 1..=4 {
        let field = format!("term{place}");
        let term = get(&field);
        if term.is_empty() {
            break;
        }
        match term.parse() {
            Ok(term) => rungs.push(Rung {
                term,
                issue: Issue::read(get(&format!("issue{place}"))).unwrap_or(Issue::Signed),
                told: Told::ALL
                    .iter()
                    .copied()
                    .filter(|told| typed.contains_key(&format!("told{place}-{}", told.code())))
                    .collect(),
            }),
            Err(_) => errors.push(FieldError::new(&field, term, "期限应为 1 到 250 个工作日")),
        }
    }
    let remind: Result<Vec<u32>, _> = get("remind")
        .split(['、', ',', '，', ' '])
        .filter(|days| !days.is_empty())
        .map(str::parse)
        .collect();
    if remind.is_err() {
        errors.push(FieldError::new(
            "remind",
            get("remind"),
            "到期前 1 到 60 天，最多 5 次",
        ));
    }
    let version = Version {
        valid_from: get("valid_from").to_owned(),
        title: get("title").to_owned(),
        duty: get("duty").to_owned(),
        basis: get("basis").to_owned(),
        rungs,
        repeated_at: Some(get("repeated_at").parse().unwrap_or(0)),
        remind: remind.unwrap_or_default(),
    };
    let outcome = if errors.is_empty() {
        set(&context, &rule, &version).await
    } else {
        Err(Problem::invalid(errors))
    };
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("/sweep/policy#{rule}")).into_response()),
        Err(problem) if !problem.errors.is_empty() => Ok(refused(
            problem.status,
            shown(&context, &rule, Some(&typed), &Errors(problem.errors)).await?,
        )),
        Err(problem) => Err(problem),
    }
}
