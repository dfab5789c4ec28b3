//! One paper: to read, to print on A4, to open in Word, and what can be done with it.

use crate::moves::{self, Move, Said};
use crate::notices::{self, Notice};
use crate::paper::Paper;
use crate::{docx, sweep, tabs};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::office_date::{chinese, chinese_time};
use domain::words::Word as _;
use http::header;
use maud::{Markup, html};
use serde::Deserialize;
use web::contacts::{self, OrganisationContact, telephones};
use web::extract::{Form, Path};
use web::form::{Errors, around};
use web::respond::refused;
use web::{Answer, Context, Problem, page as frame};

/// `/notices/12` is the page, `/notices/12.docx` the file.
pub async fn page(context: Context, Path(id): Path<String>) -> Answer {
    match id.strip_suffix(".docx") {
        Some(id) => file(&context, id).await,
        None => {
            seen(&context, &id).await?;
            let notice = notices::find(&context, &id).await?;
            let office = contacts::of_office(&context).await?;
            let none = Errors::default();
            Ok(shown(&context, &notice, office.as_ref(), "", &none))
        }
    }
}

fn paper(context: &Context, notice: &Notice) -> Paper {
    Paper::of(notice, &context.issuer, &sweep::committee(&context.issuer))
}

async fn file(context: &Context, id: &str) -> Answer {
    let notice = notices::find(context, id).await?;
    let paper = paper(context, &notice);
    let bytes = docx::file(&paper).map_err(Problem::internal)?;
    let name = format!(
        "attachment; filename=\"notice-{}.docx\"; filename*=UTF-8''{}.docx",
        notice.id,
        frame::encode(&paper.title)
    );
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document".to_owned(),
        ),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}

/// The addressee has it before their eyes: delivered.
async fn seen(context: &Context, id: &str) -> Result<(), Problem> {
    let notice: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let (kind, who) = crate::messages::mailbox(context.caller()?);
    let sql = "UPDATE message SET read_at = ?4 WHERE notice_id = ?1 AND read_at IS NULL AND recipient_kind = ?2
        AND (?3 IS NULL OR recipient IN (SELECT value FROM json_each(?3))) RETURNING 1";
    context
        .store
        .run(
            sql,
            [notice.into(), kind.into(), who.into(), context.at().into()],
        )
        .await?;
    Ok(())
}

/// `office` is whom to ask about the paper.
fn shown(
    context: &Context,
    notice: &Notice,
    office: Option<&OrganisationContact>,
    typed: &str,
    errors: &Errors,
) -> Response {
    let paper = paper(context, notice);
    let open = notice
        .lines
        .iter()
        .filter(|line| line.closed_on.is_none())
        .count();
    frame::page(
        context,
        &errors.title(&paper.title),
        &html! {
            (tabs::tabs(context))
            (errors.summary())
            h1 { (notice.kind.chinese()) "：" (notice.addressee_name) }
            dl.facts {
                dt { "状态" } dd { (notice.status.chinese()) }
                @if let Some(number) = &notice.number { dt { "文号" } dd { (number) } }
                @if let Some(due) = notice.due_on { @if notice.issued_on.is_some() { dt { "期限" } dd { (chinese(due)) "（" (notice.term) " 个工作日" @if notice.due_provisional { @if notice.due_announced { "，已确定" } @else { "，暂定" } } "）"
                    @if let Some(later) = notice.ends_on { "，按已经公布的节假日顺延到" (chinese(later)) } } } }
                @if let Some(office) = office {
                    @if let Some(person) = &office.person { dt { "联系人" } dd { (person) } }
                    @if let Some(numbers) = &office.telephone { dt { "联系电话" } dd { (telephones(numbers)) } }
                }
                dt { "销号" } dd { @if open == 0 { "所列 " (notice.lines.len()) " 项都已销号" } @else { "所列 " (notice.lines.len()) " 项，还有 " strong { (open) } " 项没有销号" } }
            }
            div.actions {
                a.second href={ "/notices/" (notice.id) ".docx" } { "下载 Word" }
            }
            (sheet(&paper))
            (actions(context, notice, typed, errors))
            h2 { "所列事项" }
            div.scroll tabindex="0" role="region" aria-label="所列事项" {
                table {
                    thead { tr { th scope="col" { "事项" } th scope="col" { "责任人" } th scope="col" { "应完成日期" } th scope="col" { "销号" } } }
                    tbody { @for line in &notice.lines {
                        tr {
                            td.name { (line.subject) }
                            td.tight { (line.owed_by_name) }
                            td.tight { (chinese(line.due_on)) }
                            td.tight { (match (line.met_on, line.closed_on) {
                                (Some(met), Some(_)) => format!("{}完成", chinese(met)),
                                (None, Some(closed)) => format!("{}起不再要求", chinese(closed)),
                                _ => "没有".to_owned(),
                            }) }
                        }
                    } }
                }
            }
            h2 { "办理经过" }
            ol.steps {
                @for step in &notice.steps {
                    li { strong { (step.status.chinese()) } " " (chinese_time(step.at)) " " span.hint { (who(&step.by)) }
                        @if let Some(said) = &step.said { p.said { (said) } } }
                }
            }
        },
    )
}

/// Who made a step, as people know them.
fn who(by: &str) -> &str {
    match by {
        "sweep" => "定时督办",
        "delivery" => "消息送达",
        account => account,
    }
}

/// The paper itself.
fn sheet(paper: &Paper) -> Markup {
    html! {
        article.paper aria-label=(paper.title) {
            p.mark { (paper.mark) }
            p.number-line { (paper.number) }
            hr;
            h2.title { (paper.title) }
            p.to { (paper.addressee) }
            @for text in &paper.opening { p.body { (text) } }
            table {
                thead { tr { th scope="col" { "序号" } th scope="col" { "事项" } th scope="col" { "应完成日期" } th scope="col" { "责任人" } th scope="col" { "情况" } } }
                tbody { @for (place, line) in paper.lines.iter().enumerate() {
                    tr { td.short { (place + 1) } td { (line.subject) } td { (line.due_on) } td.short { (line.owed_by) } td { (line.facts) } }
                } }
            }
            @for text in &paper.closing { p.body { (text) } }
            p.signed { (paper.issuer) }
            p.signed { (paper.date) }
            @if !paper.copies.is_empty() { p.copies { "抄送：" (paper.copies) "。" } }
        }
    }
}

/// The moves that this caller may make now.
fn actions(context: &Context, notice: &Notice, typed: &str, errors: &Errors) -> Markup {
    let Some(caller) = &context.caller else {
        return Markup::default();
    };
    let moves: Vec<Move> = Move::ALL
        .into_iter()
        .filter(|made| {
            notice.moves.iter().any(|allowed| allowed == made.code())
                && made.is_for(caller.role, caller.cadre_no.as_deref(), notice)
        })
        .collect();
    let said = |made: Move| match made {
        Move::Sign => "签发",
        Move::Acknowledge => "回执：已收到",
        Move::Reply => "答复",
        Move::Close => "办结归档",
        Move::Withdraw => "撤回",
    };
    let needs_text = moves.iter().any(|made| made.needs().is_some());
    html! {
        @if !moves.is_empty() {
            form.stack method="post" action={ "/notices/" (notice.id) } {
                input type="hidden" name="version" value=(notice.version);
                @if needs_text {
                    @let label = if moves.contains(&Move::Reply) { "做了什么" } else { "说明" };
                    (around("text", label, Some(if moves.contains(&Move::Withdraw) { "撤回时写明原因" } else { "答复时写明" }), errors.of("text"), &html! {
                        textarea.short id="text" name="text" { (typed) }
                    }))
                }
                div.actions {
                    @for made in &moves {
                        @let main = matches!(made, Move::Sign | Move::Acknowledge);
                        button.main[main].second[!main] name="move" value=(made.code()) { (said(*made)) }
                    }
                }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Sent {
    r#move: String,
    #[serde(default)]
    text: String,
    version: Option<i64>,
}

pub async fn submit(context: Context, Path(id): Path<String>, Form(sent): Form<Sent>) -> Answer {
    let made = Move::ALL
        .into_iter()
        .find(|made| made.code() == sent.r#move)
        .ok_or_else(|| Problem::unreadable("没有这种操作"))?;
    let said = Said {
        text: sent.text,
        version: sent.version,
    };
    match moves::make(&context, &id, made, &said).await {
        Ok(notice) => Ok(Redirect::to(&format!("/notices/{}", notice.id)).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let notice = notices::find(&context, &id).await?;
            let office = contacts::of_office(&context).await?;
            let errors = Errors(problem.errors);
            let page = shown(&context, &notice, office.as_ref(), &said.text, &errors);
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}
