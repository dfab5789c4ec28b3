//! The page of a case on the handler's desk: what was written, what is due, what can be done next.

use crate::case_forms::{CaseForms, TypedFields};
use crate::insiders::InsiderAuditLine;
use crate::messages::message_part;
use crate::opened_case::{Deadline, OpenedCase, Step};
use crate::tabs::tabs;
use crate::{handover, insiders, moves, rewards, templates};
use axum::response::Response;
use chrono::NaiveDate;
use domain::complaint::ComplaintMove;
use domain::complaint_terms::TermStanding;
use domain::office_date::{chinese, chinese_time};
use domain::words::Word as _;
use maud::{Markup, html};
use web::form::Errors;
use web::{Context, Problem, page};

/// The most openings and changes of an insider's report that its page shows.
const MOST_AUDIT_LINES: usize = 50;

/// What the page reads beside the case.
struct Surroundings {
    possible: Vec<ComplaintMove>,
    towns: Vec<String>,
    about_same_business: u32,
    hand_over_is_due: bool,
    reward_can_be_proposed: bool,
    audit: Vec<InsiderAuditLine>,
    templates: Vec<String>,
}

impl Surroundings {
    async fn read(context: &Context, case: &OpenedCase) -> Result<Self, Problem> {
        Ok(Self {
            possible: moves::possible_moves(context, case).await?,
            towns: registers::towns::all(&context.store).await?,
            about_same_business: count_about_same_business(context, case).await?,
            hand_over_is_due: handover::hand_over_is_due(context, case).await?,
            reward_can_be_proposed: rewards::can_be_proposed(case),
            audit: match case.facts.insider {
                true => insiders::audit_lines(context, &case.facts.code).await?,
                false => Vec::new(),
            },
            templates: templates::template_names(context).await?,
        })
    }
}

/// The page of the case. The form of the verb `refused` shows what was typed and what was wrong with it.
pub async fn case_page(
    context: &Context,
    case: &OpenedCase,
    refused: &str,
    typed: &TypedFields,
    errors: &Errors,
) -> Result<Response, Problem> {
    let around = Surroundings::read(context, case).await?;
    let forms = CaseForms {
        case,
        refused,
        typed,
        errors,
    };
    let title = format!("{} {}", case.facts.kind.chinese(), case.facts.code);
    Ok(page::page(
        context,
        &errors.title(&title),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (title) }
            (state_part(case, around.about_same_business))
            (deadlines_part(&case.facts.deadlines, context.today()))
            (statement_part(case))
            (files_part(case))
            (contact_part(case))
            (next_part(case, &forms, &around))
            (forms.reward(around.reward_can_be_proposed))
            (messages_part(case, &forms, &around.templates))
            (steps_part(&case.steps))
            @if case.facts.insider { (audit_part(&around.audit)) }
        },
    ))
}

fn state_part(case: &OpenedCase, about_same_business: u32) -> Markup {
    let facts = &case.facts;
    html! {
        p { span.tag { (facts.status.chinese()) } " "
            @if facts.insider { span.tag { "内部举报" } " " }
            @if facts.anonymous { span.tag { "匿名" } " " }
            @if facts.reopened { span.tag { "要求重新办理过" } " " }
        }
        @if about_same_business > 0 {
            div.panel { p { "30 天内还有 " strong { (about_same_business) } " 件反映同一家企业。"
                a href={ "/complaints/cases?uscc=" (facts.uscc.as_deref().unwrap_or("")) } { "一起看看" } } }
        }
    }
}

/// The terms, each with its last day; one that has passed is marked.
fn deadlines_part(deadlines: &[Deadline], today: NaiveDate) -> Markup {
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

fn statement_part(case: &OpenedCase) -> Markup {
    let facts = &case.facts;
    let place = || {
        case.statement
            .as_ref()
            .and_then(|statement| statement.place.as_deref())
    };
    html! {
        h2 { "反映的问题" }
        dl.facts {
            dt { "问题" } dd { (facts.category.chinese()) }
            dt { "企业" } dd { @match (&facts.uscc, &facts.enterprise) {
                (Some(uscc), Some(name)) => a href={ "/enterprises/" (uscc) } { (name) },
                _ => (place().unwrap_or("没有说明")),
            } }
            dt { "镇街" } dd { (facts.town.as_deref().unwrap_or("不清楚，由区食药安办分办")) }
            dt { "发生日期" } dd { (chinese(facts.happened_on)) }
            dt { "收到" } dd { (chinese_time(facts.received_at)) }
            @if let Some(twin) = &facts.twin { dt { "同时提出" } dd { a href={ "/complaints/cases/" (twin) } { (twin) } "（同一封信里的投诉和举报，分别办理）" } }
            @if let Some(into) = &facts.merged_into { dt { "并入" } dd { a href={ "/complaints/cases/" (into) } { (into) } } }
            @if let Some(mark) = facts.satisfaction { dt { "满意度" } dd { (mark) " 分（满分 5 分）" } }
        }
        @match &case.statement {
            None => p { "办结已久，个人信息和内容已于" (facts.erased_on.map(chinese).unwrap_or_default()) "抹去。" },
            Some(statement) => {
                p.said { (statement.text) }
                @if let Some(wants) = &statement.wants { h3 { "希望商家怎么做" } p.said { (wants) } }
            }
        }
    }
}

fn files_part(case: &OpenedCase) -> Markup {
    html! {
        @if !case.files().is_empty() {
            h3 { "照片和视频" }
            div.photos { @for (place, file) in case.files().iter().enumerate() {
                @let path = format!("/complaints/cases/{}/files/{}", case.facts.code, file.id);
                a href=(path) { @if file.has_thumbnail() { img src={ (path) "/small" } alt={ "照片 " (place + 1) "，" (file.name) } loading="lazy"; } @else { (file.name) "（" (file.size()) "）" } }
            } }
        }
    }
}

fn contact_part(case: &OpenedCase) -> Markup {
    html! {
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
    }
}

fn next_part(case: &OpenedCase, forms: &CaseForms<'_>, around: &Surroundings) -> Markup {
    html! {
        h2 { "下一步" }
        (forms.moves(&around.possible, &around.towns))
        @if around.hand_over_is_due {
            p { "经办人换了。移交以后，这一件只由现任的两名经办人办理；您如果不是现任经办人，就看不到它了。" }
            (forms.form("hand-over", "移交给现任经办人", &Markup::default()))
        }
        @if case.facts.status.is_over() { p { "这件已经" (case.facts.status.chinese()) "。" } }
    }
}

fn messages_part(case: &OpenedCase, forms: &CaseForms<'_>, templates: &[String]) -> Markup {
    html! {
        h2 id="messages" { "留言" }
        @if case.messages.is_empty() { p { "还没有留言。" } }
        @for message in &case.messages { (message_part(if message.from_office { &message.by } else { "对方" }, message.at, &message.text)) }
        @if case.statement.is_some() {
            form.stack id="do-reply" method="post" action={ "/complaints/cases/" (case.facts.code) "/reply" } {
                (forms.area("reply", "text", "回复", Some("对方凭查询码看到")))
                button.main { "发送回复" }
            }
            @if !templates.is_empty() {
                p { "套用模板：" @for name in templates { a href={ "?template=" (page::encode(name)) "#do-reply" } { (name) } "　" } }
            }
        }
    }
}

fn steps_part(steps: &[Step]) -> Markup {
    html! {
        h2 { "办理经过" }
        @for step in steps {
            div.step {
                h3 { (step.moved.chinese()) @if let Some(town) = &step.town { "：" (town) } }
                p.note { (chinese_time(step.at)) " · " (if step.by == "citizen" { "对方" } else { &step.by }) }
                @if let Some(ground) = step.ground { p { "理由：" (ground.chinese()) } }
                @if let Some(note) = &step.note { p.said { (note) } }
            }
        }
    }
}

fn audit_part(lines: &[InsiderAuditLine]) -> Markup {
    html! {
        h2 { "谁打开过、办理过" }
        p.note { "内部举报的记录不在变更记录里，只有本件的经办人能看到。" }
        ul.tidy { @for line in lines.iter().take(MOST_AUDIT_LINES) { li { (chinese_time(line.at)) " " (line.actor) @if line.record.starts_with("complaint-opening/") { " 打开" } @else { " 办理" } } } }
    }
}

/// How many other cases of 30 days before and after are about the same business.
async fn count_about_same_business(context: &Context, case: &OpenedCase) -> Result<u32, Problem> {
    let (Some(uscc), false) = (&case.facts.uscc, case.facts.insider) else {
        return Ok(0);
    };
    let sql =
        "SELECT json_array(count(*)) FROM complaint WHERE uscc = ?1 AND id <> ?2 AND NOT insider
        AND received_on BETWEEN date(?3, '-30 days') AND date(?3, '+30 days')";
    let parameters = [
        uscc.as_str().into(),
        case.facts.id.into(),
        case.facts.received_on.to_string().into(),
    ];
    let [count]: [u32; 1] = context.store.json(sql, parameters).await?;
    Ok(count)
}
