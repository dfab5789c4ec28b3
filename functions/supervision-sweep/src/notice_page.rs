//! The page of one paper: to read, to print on A4, to open in Word; and what can be done with it.

use crate::ADDRESSED;
use crate::messages::mailbox;
use crate::moves::{Move, MoveForm, make_move};
use crate::notice::{Notice, find_notice};
use crate::paper::official_paper;
use crate::tabs::tabs;
use crate::talks::talk_section;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::office_date::{chinese, chinese_time};
use domain::words::{NoticeKind, Word as _};
use maud::{Markup, html};
use papers::OfficialPaper;
use serde::Deserialize;
use web::contacts::{OrganisationContact, telephones};
use web::extract::{Form, Path};
use web::form::{Errors, Field as InputField, around};
use web::respond::{self, refused};
use web::routes::Routes;
use web::{Answer, Context, Problem, issuing, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/notices/{id}", ADDRESSED, notice_page)
        .get("/notices/{id}/print", ADDRESSED, print_page)
        .post("/notices/{id}", ADDRESSED, submit_move)
}

/// `/notices/12` is the page, `/notices/12.docx` the file.
async fn notice_page(context: Context, Path(id): Path<String>) -> Answer {
    match id.strip_suffix(".docx") {
        Some(id) => word_file(&context, id).await,
        None => {
            mark_read(&context, &id).await?;
            let notice = find_notice(&context, &id).await?;
            let nothing = MoveForm::default();
            render_notice(&context, &notice, &nothing, &Errors::default()).await
        }
    }
}

async fn paper_of(context: &Context, notice: &Notice) -> Result<OfficialPaper, Problem> {
    let issuing = issuing::of_today(context).await?;
    Ok(official_paper(notice, &issuing, context.office()))
}

async fn word_file(context: &Context, id: &str) -> Answer {
    let notice = find_notice(context, id).await?;
    let paper = paper_of(context, &notice).await?;
    let bytes = papers::docx::write(&paper).map_err(Problem::internal)?;
    let plain = format!("notice-{}", notice.id);
    Ok(respond::word_file(&plain, &paper.title, bytes))
}

/// The paper alone, as it is printed.
async fn print_page(context: Context, Path(id): Path<String>) -> Answer {
    mark_read(&context, &id).await?;
    let notice = find_notice(&context, &id).await?;
    let paper = paper_of(&context, &notice).await?;
    let back = format!("/notices/{}", notice.id);
    Ok(respond::unframed(papers::html::print_page(&paper, &back)))
}

/// Marks the messages about the paper as read: once the addressee has opened it, it is delivered (a trigger).
async fn mark_read(context: &Context, id: &str) -> Result<(), Problem> {
    let notice: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let (kind, who) = mailbox(context.caller()?);
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

async fn render_notice(
    context: &Context,
    notice: &Notice,
    typed: &MoveForm,
    errors: &Errors,
) -> Result<Response, Problem> {
    let paper = paper_of(context, notice).await?;
    Ok(frame::page(
        context,
        &errors.title(&paper.title),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (notice.kind.chinese()) "：" (notice.addressee_name) }
            (fact_list(notice, context.office()))
            div.actions {
                a.second href={ "/notices/" (notice.id) "/print" } { "打印" }
                a.second href={ "/notices/" (notice.id) ".docx" } { "下载 Word" }
            }
            (papers::html::sheet(&paper))
            (talk_section(context, notice))
            (move_form(context, notice, typed, errors))
            h2 { "所列事项" }
            (line_table(notice))
            h2 { "办理经过" }
            ol.steps {
                @for step in &notice.steps {
                    li { strong { (step.status.chinese()) } " " (chinese_time(step.at)) " " span.hint { (actor_name(&step.by)) }
                        @if let Some(said) = &step.said { p.said { (said) } } }
                }
            }
        },
    ))
}

fn fact_list(notice: &Notice, office: Option<&OrganisationContact>) -> Markup {
    let open = notice.open_lines();
    html! {
        dl.facts {
            dt { "状态" } dd { (notice.status.chinese()) }
            @if let Some(number) = &notice.number { dt { "文号" } dd { (number) } }
            @if let Some(leader) = &notice.leader { dt { "负责督办" } dd { (leader) } }
            @if let Some(until) = notice.excused_until { dt { "免予督办到" } dd { (chinese(until)) } }
            @if let Some(due) = notice.due_on { @if notice.issued_on.is_some() { dt { "期限" } dd { (chinese(due)) "（" (notice.term) " 个工作日" @if notice.due_provisional { @if notice.due_announced { "，已确定" } @else { "，暂定" } } "）"
                @if let Some(later) = notice.ends_on { "，按已经公布的节假日顺延到" (chinese(later)) } } } }
            @if let Some(office) = office {
                @if let Some(person) = &office.person { dt { "联系人" } dd { (person) } }
                @if let Some(numbers) = &office.telephone { dt { "联系电话" } dd { (telephones(numbers)) } }
            }
            dt { "销号" } dd { @if open == 0 { "所列 " (notice.lines.len()) " 项都已销号" } @else { "所列 " (notice.lines.len()) " 项，还有 " strong { (open) } " 项没有销号" } }
        }
    }
}

fn line_table(notice: &Notice) -> Markup {
    html! {
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
    }
}

/// Who made a step, as people know them.
fn actor_name(by: &str) -> &str {
    match by {
        "sweep" => "定时督办",
        "delivery" => "消息送达",
        account => account,
    }
}

/// The form with the moves that the caller may make now.
fn move_form(context: &Context, notice: &Notice, typed: &MoveForm, errors: &Errors) -> Markup {
    let Some(caller) = &context.caller else {
        return Markup::default();
    };
    let moves: Vec<Move> = Move::ALL
        .into_iter()
        .filter(|notice_move| {
            notice
                .moves
                .iter()
                .any(|allowed| allowed == notice_move.code())
                && notice_move.is_for(caller.role, caller.cadre_no.as_deref(), notice)
        })
        .collect();
    let label_of = |notice_move: Move| match notice_move {
        Move::Sign => "签发",
        Move::Acknowledge => "回执：已收到",
        Move::Reply => "答复",
        Move::Close if notice.kind == NoticeKind::SupervisionListing => "摘牌",
        Move::Close => "办结归档",
        Move::Withdraw => "撤回",
    };
    let needs_text = moves
        .iter()
        .any(|notice_move| notice_move.text_needed().is_some());
    html! {
        @if !moves.is_empty() {
            form.stack method="post" action={ "/notices/" (notice.id) } {
                input type="hidden" name="version" value=(notice.version);
                @if needs_text {
                    @let label = if moves.contains(&Move::Reply) { "做了什么" } else { "说明" };
                    (around("text", label, Some(if moves.contains(&Move::Withdraw) { "撤回时写明原因" } else { "答复时写明" }), errors.of("text"), &html! {
                        textarea.short id="text" name="text" { (typed.text) }
                    }))
                }
                @if moves.contains(&Move::Sign) && notice.kind == NoticeKind::SupervisionListing {
                    (InputField::text("leader", "负责督办的领导", typed.leader.as_deref().unwrap_or_default()).hint("姓名和职务，印在挂牌督办书上").render(errors))
                }
                @if moves.contains(&Move::Close) && notice.open_lines() > 0 {
                    @let hint = "撤回或者办结归档时，还没有销号的事项到这一天为止不再督办，最迟到下一季度末；撤回时不填则重新拟稿";
                    (InputField { kind: "date", ..InputField::text("excused_until", "免予督办到哪一天", typed.excused_until.as_deref().unwrap_or_default()) }.hint(hint).render(errors))
                }
                div.actions {
                    @for notice_move in &moves {
                        @let main = matches!(notice_move, Move::Sign | Move::Acknowledge);
                        button.main[main].second[!main] name="move" value=(notice_move.code()) { (label_of(*notice_move)) }
                    }
                }
            }
        }
    }
}

/// What the form of moves sends.
#[derive(Deserialize)]
struct SubmittedMove {
    r#move: String,
    #[serde(default)]
    text: String,
    excused_until: Option<String>,
    leader: Option<String>,
    version: Option<i64>,
}

async fn submit_move(
    context: Context,
    Path(id): Path<String>,
    Form(submitted): Form<SubmittedMove>,
) -> Answer {
    let notice_move = Move::ALL
        .into_iter()
        .find(|notice_move| notice_move.code() == submitted.r#move)
        .ok_or_else(|| Problem::unreadable("没有这种操作"))?;
    let form = MoveForm {
        text: submitted.text,
        excused_until: submitted.excused_until,
        leader: submitted.leader,
        version: submitted.version,
    };
    match make_move(&context, &id, notice_move, &form).await {
        Ok(notice) => Ok(Redirect::to(&format!("/notices/{}", notice.id)).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let notice = find_notice(&context, &id).await?;
            let errors = Errors(problem.errors);
            let page = render_notice(&context, &notice, &form, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}
