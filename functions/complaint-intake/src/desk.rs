//! A case on the handler's desk: what was said, what is due, what can be done next.

use crate::cases::{Case, Deadline};
use crate::filing::tidy_code;
use crate::handling::{Order, act};
use crate::tabs::tabs;
use crate::{handover, insiders, moves, templates, uploads};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::complaint::{ComplaintKind, ComplaintMove, RefusalGround};
use domain::complaint_terms::{RewardLevel, Step as Term, TermStanding};
use domain::money::Fen;
use domain::office_date::{chinese, chinese_time};
use domain::words::{Word as _, choices};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use web::extract::{Form, Path, Query};
use web::form::{Errors, area, around};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page};

#[derive(Default, Deserialize)]
pub struct Asked {
    /// The template that a reply begins with.
    #[serde(default)]
    template: String,
}

pub async fn show(
    context: Context,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let case = Case::of_staff(&context, &tidy_code(&code), "page").await?;
    let mut typed = BTreeMap::new();
    if !asked.template.is_empty() {
        let text = templates::text(&context, &asked.template).await?;
        typed.insert("text".to_owned(), text);
    }
    case_page(&context, &case, "reply", &typed, &Errors::default()).await
}

/// What a form of the page sent.
type Typed = BTreeMap<String, String>;

pub async fn submit(
    context: Context,
    Path((code, verb)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let code = tidy_code(&code);
    match act(&context, &code, &verb, &order(&typed)).await {
        Ok(()) if verb == "assign" => Ok(Redirect::to("/complaints/cases").into_response()),
        Ok(()) if verb == "hand-over" => {
            Ok(Redirect::to("/complaints/insider-cases").into_response())
        }
        Ok(()) => Ok(Redirect::to(&format!("/complaints/cases/{code}")).into_response()),
        Err(problem) if problem.status == 404 => Err(problem),
        Err(problem) => {
            let case = Case::of_staff(&context, &code, "page").await?;
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret(
                    &format!("do-{verb}"),
                    problem.detail.clone(),
                )],
                false => problem
                    .errors
                    .iter()
                    .map(|error| {
                        FieldError::secret(&format!("{verb}-{}", error.field), &*error.reason)
                    })
                    .collect(),
            };
            let page = case_page(&context, &case, &verb, &typed, &Errors(errors)).await?;
            Ok(refused(problem.status, page))
        }
    }
}

fn order(typed: &Typed) -> Order {
    let text = |name: &str| {
        typed
            .get(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    Order {
        note: text("note"),
        ground: text("ground"),
        town: text("town"),
        to: text("to"),
        outcome: text("outcome"),
        filed: text("filed").map(|filed| filed == "true"),
        into: text("into"),
        level: text("level"),
        fined_yuan: text("fined_yuan"),
        paid_on: text("paid_on"),
        text: text("text"),
        version: text("version").and_then(|version| version.parse().ok()),
    }
}

pub async fn show_file(context: Context, Path((code, id)): Path<(String, String)>) -> Answer {
    let case = Case::of_staff(&context, &tidy_code(&code), "file").await?;
    let file = case.file(&id)?;
    let (media_type, bytes) = uploads::fetch(file, false).await?;
    Ok(attachments::answer(&file.name, media_type, bytes).map(Into::into))
}

pub async fn show_small(context: Context, Path((code, id)): Path<(String, String)>) -> Answer {
    let case = Case::on_open_page(&context, &tidy_code(&code)).await?;
    let file = case.file(&id)?;
    let (media_type, bytes) = uploads::fetch(file, true).await?;
    Ok(attachments::answer(&file.name, media_type, bytes).map(Into::into))
}

/// One form of the page, closed until it is wanted.
struct Doing<'d> {
    case: &'d Case,
    wrong: &'d str,
    typed: &'d Typed,
    errors: &'d Errors,
}

impl Doing<'_> {
    fn form(&self, verb: &str, title: &str, fields: &Markup) -> Markup {
        let open = self.wrong == verb && !self.errors.0.is_empty();
        html! {
            details id={ "do-" (verb) } open[open] {
                summary { (title) }
                form.stack method="post" action={ "/complaints/cases/" (self.case.open.code) "/" (verb) } {
                    input type="hidden" name="version" value=(self.case.open.version);
                    (fields)
                    button.main { (title) }
                }
            }
        }
    }

    fn typed(&self, verb: &str, name: &str) -> &str {
        match self.wrong == verb {
            true => self.typed.get(name).map_or("", String::as_str),
            false => "",
        }
    }

    fn area(&self, verb: &str, name: &str, label: &str, hint: Option<&str>) -> Markup {
        let id = format!("{verb}-{name}");
        let value = self.typed(verb, name);
        area((&id, name), label, hint, value, true, self.errors)
    }

    fn line(&self, verb: &str, name: &str, label: &str, hint: Option<&str>, kind: &str) -> Markup {
        let id = format!("{verb}-{name}");
        let error = self.errors.of(&id);
        around(
            &id,
            label,
            hint,
            error,
            &html! {
                input id=(id) name=(name) type=(kind) value=(self.typed(verb, name)) autocomplete="off" aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[error.map(|_| format!("{id}-error"))];
            },
        )
    }

    fn choice(&self, verb: &str, name: &str, label: &str, choices: &[(&str, &str)]) -> Markup {
        let id = format!("{verb}-{name}");
        let error = self.errors.of(&id);
        let chosen = self.typed(verb, name);
        around(
            &id,
            label,
            None,
            error,
            &html! {
                select id=(id) name=(name) aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| format!("{id}-error"))] {
                    option value="" { "请选择" }
                    @for (value, text) in choices { option value=(value) selected[*value == chosen] { (text) } }
                }
            },
        )
    }

    fn is_running(&self, term: Term) -> bool {
        let deadlines = &self.case.open.deadlines;
        deadlines
            .iter()
            .any(|deadline| deadline.step == term && deadline.is_open())
    }

    fn is_paused(&self) -> bool {
        let deadlines = &self.case.open.deadlines;
        deadlines
            .iter()
            .any(|deadline| deadline.standing == TermStanding::Paused)
    }

    /// The forms of what can be done now.
    fn moves(&self, possible: &[ComplaintMove], towns: &[String]) -> Markup {
        let told = Some("会告诉对方");
        let can = |what| possible.contains(&what);
        let complaint = self.case.open.kind == ComplaintKind::Complaint;
        let towns: Vec<(&str, &str)> = towns
            .iter()
            .map(|town| (town.as_str(), town.as_str()))
            .collect();
        html! {
            @if can(ComplaintMove::Accept) {
                (self.form("accept", "受理", &self.area("accept", "note", "说明（可以不填）", told)))
            }
            @if can(ComplaintMove::Refuse) {
                (self.form("refuse", "不予受理", &html! {
                    (self.choice("refuse", "ground", "法定理由", &choices::<RefusalGround>()))
                    (self.area("refuse", "note", "说明（可以不填）", told))
                }))
            }
            @if can(ComplaintMove::Mediate) || can(ComplaintMove::EndMediation) {
                (self.form("mediate", if can(ComplaintMove::Mediate) { "调解" } else { "调解结果" }, &html! {
                    (self.choice("mediate", "outcome", "结果（刚开始调解就不选）", &[("agreed", "双方和解"), ("withdrawn", "投诉人撤回"), ("not_agreed", "不能达成一致，终止调解")]))
                    (self.area("mediate", "note", "说明", told))
                }))
            }
            @if can(ComplaintMove::Verify) {
                (self.form("verify", "开始核查", &self.area("verify", "note", "说明（可以不填）", told)))
            }
            @if can(ComplaintMove::FileCase) {
                (self.form("decide", "决定是否立案", &html! {
                    (self.choice("decide", "filed", "决定", &[("true", "立案"), ("false", "不予立案")]))
                    (self.area("decide", "note", "理由", told))
                }))
            }
            @if can(ComplaintMove::Extend) && self.is_running(Term::Decide) {
                (self.form("extend", "延长核查期限 15 个工作日（一次）", &self.area("extend", "note", "理由（须经负责人批准）", told)))
            }
            @if can(ComplaintMove::Resume) && self.is_paused() {
                (self.form("resume", "检验结果已到，继续计期", &self.area("resume", "note", "说明（可以不填）", told)))
            } @else if can(ComplaintMove::Pause) {
                (self.form("pause", "送检，期限暂停", &self.area("pause", "note", "什么送去检验、检测、鉴定（所需时间不计入期限）", told)))
            }
            @if can(ComplaintMove::Inform) && (complaint || self.is_running(Term::Inform)) {
                (self.form("inform", if complaint { "登记已告知双方，办结" } else { "登记已告知举报人" }, &self.area("inform", "note", "告知了什么", told)))
            }
            @if can(ComplaintMove::Close) && !complaint {
                (self.form("close", "办结", &self.area("close", "note", "处理结果", told)))
            }
            @if can(ComplaintMove::Assign) {
                (self.form("assign", "交给其他监管所", &self.choice("assign", "town", "镇街", &towns)))
            }
            @if can(ComplaintMove::Transfer) {
                (self.form("transfer", "移送其他部门", &html! {
                    (self.line("transfer", "to", "部门", Some("例如：区农业农村局"), "text"))
                    (self.area("transfer", "note", "原因和联系方式", told))
                }))
            }
            @if can(ComplaintMove::Merge) {
                (self.form("merge", "重复件，合并办理", &self.line("merge", "into", "并入哪一件（编号）", None, "text")))
            }
        }
    }

    fn reward(&self) -> Markup {
        let Some(reward) = &self.case.open.reward else {
            return self.reward_form("提出举报奖励");
        };
        html! {
            dl.facts {
                dt { "等级" } dd { (reward.level.chinese()) }
                dt { "罚没款" } dd { (reward.fined) " 元" }
                dt { "奖励金额" } dd { (reward.amount) " 元" @if reward.amount >= Fen(50_000_000) { "（50 万元以上，与财政部门共同确定）" } }
                dt { "提出" } dd { (chinese(reward.proposed_on)) }
                dt { "发放" } dd { (reward.paid_on.map_or_else(|| "还没有".to_owned(), chinese)) }
            }
            @if reward.paid_on.is_none() {
                (self.reward_form("修改奖励"))
                details id="do-paid" {
                    summary { "登记已发放" }
                    form.stack method="post" action={ "/complaints/cases/" (self.case.open.code) "/reward" } {
                        (self.line("reward", "paid_on", "发放日期", None, "date"))
                        button.main { "登记已发放" }
                    }
                }
            }
        }
    }

    fn reward_form(&self, title: &str) -> Markup {
        self.form("reward", title, &html! {
            p.hint { "一级 5%（不低于 5000 元）、二级 3%（不低于 3000 元）、三级 1%（不低于 1000 元），最高 100 万元。国市监稽规〔2021〕4号" }
            (self.choice("reward", "level", "等级", &choices::<RewardLevel>()))
            (self.line("reward", "fined_yuan", "罚没款金额（元）", Some("没有罚没款就填 0"), "number"))
        })
    }
}

/// Due dates; one that has passed is marked.
fn deadlines(deadlines: &[Deadline], today: NaiveDate) -> Markup {
    html! {
        @if !deadlines.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="期限" {
                table {
                    thead { tr { th scope="col" { "事项" } th scope="col" { "期限" } th scope="col" { "情况" } th scope="col" { "依据" } } }
                    tbody {
                        @for deadline in deadlines {
                            tr {
                                td { (deadline.step.chinese()) }
                                td.tight { @if let Some(due) = deadline.due { (chinese(due)) @if deadline.provisional { br; span.note { "节假日未公布，暂定" } } } }
                                td { @match (deadline.standing, deadline.met_on) {
                                    (TermStanding::Met, Some(met)) => { (chinese(met)) @if deadline.is_late(today) { " 完成，超期" } @else { " 完成" } },
                                    (TermStanding::Running, _) if deadline.is_late(today) => strong { "已超期" },
                                    (TermStanding::Running, _) => "未到期",
                                    (standing, _) => (standing.chinese()),
                                } }
                                td { (deadline.source) }
                            }
                        }
                    }
                }
            }
        }
    }
}

async fn case_page(
    context: &Context,
    case: &Case,
    wrong: &str,
    typed: &Typed,
    errors: &Errors,
) -> Result<Response, Problem> {
    let open = &case.open;
    let possible = moves::possible(context, case).await?;
    let towns = registers::towns::all(&context.store).await?;
    let same = same_business(context, case).await?;
    let hand_over = handover::is_due(context, case).await?;
    let done = match open.insider {
        true => insiders::done(context, &open.code).await?,
        false => Vec::new(),
    };
    let templates = templates::names(context).await?;
    let doing = Doing {
        case,
        wrong,
        typed,
        errors,
    };
    let title = format!("{} {}", open.kind.chinese(), open.code);
    let files = || case.told.iter().flat_map(|told| &told.files);
    Ok(page::page(
        context,
        &errors.title(&title),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (title) }
            p { span.tag { (open.status.chinese()) } " "
                @if open.insider { span.tag { "内部举报" } " " }
                @if open.anonymous { span.tag { "匿名" } " " }
                @if open.reopened { span.tag { "要求重新办理过" } " " }
            }
            @if same > 0 {
                div.panel { p { "30 天内还有 " strong { (same) } " 件反映同一家企业。"
                    a href={ "/complaints/cases?uscc=" (open.uscc.as_deref().unwrap_or("")) } { "一起看看" } } }
            }
            (deadlines(&open.deadlines, context.today()))
            h2 { "反映的问题" }
            dl.facts {
                dt { "问题" } dd { (open.category.chinese()) }
                dt { "企业" } dd { @match (&open.uscc, &open.enterprise) {
                    (Some(uscc), Some(name)) => a href={ "/enterprises/" (uscc) } { (name) },
                    _ => (case.told.as_ref().and_then(|told| told.place.as_deref()).unwrap_or("没有说明")),
                } }
                dt { "镇街" } dd { (open.town.as_deref().unwrap_or("不清楚，由区食药安办分办")) }
                dt { "发生日期" } dd { (chinese(open.happened_on)) }
                dt { "收到" } dd { (chinese_time(open.received_at)) }
                @if let Some(twin) = &open.twin { dt { "同时提出" } dd { a href={ "/complaints/cases/" (twin) } { (twin) } "（同一封信里的投诉和举报，分别办理）" } }
                @if let Some(into) = &open.merged_into { dt { "并入" } dd { a href={ "/complaints/cases/" (into) } { (into) } } }
                @if let Some(mark) = open.satisfaction { dt { "满意度" } dd { (mark) " 分（满分 5 分）" } }
            }
            @match &case.told {
                None => p { "办结已久，个人信息和内容已于" (open.erased_on.map(chinese).unwrap_or_default()) "抹去。" },
                Some(told) => {
                    p.said { (told.text) }
                    @if let Some(wants) = &told.wants { h3 { "希望商家怎么做" } p.said { (wants) } }
                }
            }
            @if files().next().is_some() {
                h3 { "照片和视频" }
                div.photos { @for (place, file) in files().enumerate() {
                    @let path = format!("/complaints/cases/{}/files/{}", open.code, file.id);
                    a href=(path) { @if file.has_small() { img src={ (path) "/small" } alt={ "照片 " (place + 1) "，" (file.name) } loading="lazy"; } @else { (file.name) "（" (file.size()) "）" } }
                } }
            }
            h3 { "联系方式" }
            @match &case.contact {
                Some(contact) => dl.facts {
                    dt { "姓名" } dd { (contact.name) }
                    dt { "电话" } dd { (contact.phone) }
                    dt { "地址" } dd { (contact.address) }
                },
                None => p { "没有留姓名，只能通过留言联系。" },
            }
            p.note { "这些内容只用于办理本件，不得透露给被反映的商家。每次打开都有记录。" }
            h2 { "下一步" }
            (doing.moves(&possible, &towns))
            @if hand_over {
                p { "经办人换了。移交以后，这一件只由现任的两名经办人办理；您如果不是现任经办人，就看不到它了。" }
                (doing.form("hand-over", "移交给现任经办人", &Markup::default()))
            }
            @if open.status.is_over() { p { "这件已经" (open.status.chinese()) "。" } }
            @if open.kind == ComplaintKind::Report && !matches!(open.status.code(), "received" | "verifying") { h2 { "举报奖励" } (doing.reward()) }
            h2 id="messages" { "留言" }
            @if case.messages.is_empty() { p { "还没有留言。" } }
            @for message in &case.messages { (said(if message.from_office { &message.by } else { "对方" }, message.at, &message.text)) }
            @if case.told.is_some() {
                form.stack id="do-reply" method="post" action={ "/complaints/cases/" (open.code) "/reply" } {
                    (doing.area("reply", "text", "回复", Some("对方凭查询码看到")))
                    button.main { "发送回复" }
                }
                @if !templates.is_empty() {
                    p { "套用模板：" @for name in &templates { a href={ "?template=" (page::encode(name)) "#do-reply" } { (name) } "　" } }
                }
            }
            h2 { "办理经过" }
            @for step in &case.steps {
                div.step {
                    h3 { (step.moved.chinese()) @if let Some(town) = &step.town { "：" (town) } }
                    p.note { (chinese_time(step.at)) " · " (if step.by == "citizen" { "对方" } else { &step.by }) }
                    @if let Some(ground) = step.ground { p { "理由：" (ground.chinese()) } }
                    @if let Some(note) = &step.note { p.said { (note) } }
                }
            }
            @if open.insider {
                h2 { "谁打开过、办理过" }
                p.note { "内部举报的记录不在变更记录里，只有本件的经办人能看到。" }
                ul.tidy { @for done in done.iter().take(50) { li { (chinese_time(done.at)) " " (done.actor) @if done.record.starts_with("complaint-opening/") { " 打开" } @else { " 办理" } } } }
            }
        },
    ))
}

/// A message, as both sides read it.
pub fn said(who: &str, at: DateTime<FixedOffset>, text: &str) -> Markup {
    html! {
        div.step {
            p.note { (who) " · " (chinese_time(at)) }
            p.said { (text) }
        }
    }
}

/// Others of a month about the same business.
async fn same_business(context: &Context, case: &Case) -> Result<u32, Problem> {
    let (Some(uscc), false) = (&case.open.uscc, case.open.insider) else {
        return Ok(0);
    };
    let sql =
        "SELECT json_array(count(*)) FROM complaint WHERE uscc = ?1 AND id <> ?2 AND NOT insider
        AND received_on BETWEEN date(?3, '-30 days') AND date(?3, '+30 days')";
    let parameters = [
        uscc.as_str().into(),
        case.open.id.into(),
        case.open.received_on.to_string().into(),
    ];
    let [count]: [u32; 1] = context.store.json(sql, parameters).await?;
    Ok(count)
}
