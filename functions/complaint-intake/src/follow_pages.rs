//! The pages on which a citizen follows a case.

use crate::access;
use crate::citizen_acts::{name_reporter, rate_case, reopen_case, write_message};
use crate::messages::message_part;
use crate::new_complaint::{Contact, Statement};
use crate::opened_case::{CaseFacts, Deadline, OpenedCase, Step};
use crate::uploads;
use crate::way_out::{page_about, way_out};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use domain::complaint::ComplaintKind;
use domain::complaint_terms::TermStanding;
use domain::office_date::{chinese, chinese_time};
use domain::words::Word as _;
use http::{HeaderMap, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use web::contacts::{self, OrganisationContact};
use web::extract::{Form, Path};
use web::form::{Errors, Field, area};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, Routes, Who::Everybody, issuing, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/complaints/follow", Everybody, ask_for_key)
        .post("/complaints/follow", Everybody, open_case)
        .get("/complaints/follow/case", Everybody, show_case)
        .post(
            "/complaints/follow/case/{what}",
            Everybody,
            submit_case_form,
        )
        .get("/complaints/follow/files/{id}", Everybody, show_file)
        .get(
            "/complaints/follow/files/{id}/small",
            Everybody,
            show_thumbnail,
        )
}

/// What opens a case.
#[derive(Default, Deserialize)]
struct KeyForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    passphrase: String,
}

async fn ask_for_key(context: Context) -> Answer {
    Ok(key_page(&context, "", &Errors::default()))
}

fn key_page(context: &Context, code: &str, errors: &Errors) -> Response {
    page::page(
        context,
        &errors.title("查进展"),
        &html! {
            (errors.summary())
            h1 { "查进展" }
            p { "请输入提交时记下的编号和查询码。" }
            form.stack method="post" action="/complaints/follow" {
                (Field::text("code", "编号", code).hint("例如 TS261122-7KQM2X").render(errors))
                (Field::text("passphrase", "查询码", "").hint("25 位数字，有没有空格都可以").render(errors))
                button.main { "查看" }
            }
            p { "查询码找不到了，我们也没有办法找回：它不保存在任何地方。可以重新提交一次。" }
        },
    )
}

async fn open_case(context: Context, Form(key): Form<KeyForm>) -> Answer {
    match access::case_by_passphrase(&context, &key.code, &key.passphrase).await {
        Ok(id) => {
            let mut response = Redirect::to("/complaints/follow/case").into_response();
            let cookie = access::open_case_cookie(&context, id).await?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(problem)
            if problem.status == StatusCode::NOT_FOUND || problem.retry_after.is_some() =>
        {
            let errors = Errors(vec![FieldError::secret("code", problem.detail.clone())]);
            Ok(refused(
                problem.status,
                key_page(&context, &key.code, &errors),
            ))
        }
        Err(problem) => Err(problem),
    }
}

/// The case that this browser has open.
async fn case_of_browser(
    context: &Context,
    headers: &HeaderMap,
) -> Result<Option<OpenedCase>, Problem> {
    match access::case_by_cookie(context, headers).await? {
        Some(id) => Ok(Some(OpenedCase::for_its_citizen(context, id).await?)),
        None => Ok(None),
    }
}

fn redirect_to_start() -> Response {
    Redirect::to("/complaints/follow").into_response()
}

/// The fields that a form of the page sent.
type TypedFields = BTreeMap<String, String>;

async fn show_case(context: Context, headers: HeaderMap) -> Answer {
    match case_of_browser(&context, &headers).await? {
        Some(case) => {
            let handling = handling_of(&context, &case).await?;
            let (typed, errors) = (TypedFields::new(), Errors::default());
            Ok(case_page(&context, &case, &handling, &typed, &errors))
        }
        None => Ok(redirect_to_start()),
    }
}

async fn submit_case_form(
    context: Context,
    headers: HeaderMap,
    Path(what): Path<String>,
    Form(typed): Form<TypedFields>,
) -> Answer {
    let Some(case) = case_of_browser(&context, &headers).await? else {
        return Ok(redirect_to_start());
    };
    let text = |name: &str| typed.get(name).map_or("", |text| text.trim());
    let done = match what.as_str() {
        "message" => write_message(&context, &case, text("text")).await,
        "not-fixed" => reopen_case(&context, &case, text("text")).await,
        "satisfaction" => {
            let mark = text("satisfaction").parse().unwrap_or(0);
            rate_case(&context, &case, mark).await
        }
        "contact" => {
            let contact = Contact {
                name: text("name").to_owned(),
                phone: text("phone").to_owned(),
                address: text("address").to_owned(),
            };
            name_reporter(&context, &case, &contact).await
        }
        "leave" => {
            let mut response = redirect_to_start();
            let cookie = access::closing_cookie().await?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            return Ok(response);
        }
        _ => return Err(Problem::not_found()),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/complaints/follow/case").into_response()),
        Err(problem) => {
            // Two forms of the page have a field `text`.
            let id_of_field = |field: &str| match field {
                "text" => format!("{what}-text"),
                other => other.to_owned(),
            };
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret("main", problem.detail.clone())],
                false => problem
                    .errors
                    .iter()
                    .map(|error| FieldError::secret(&id_of_field(&error.field), &*error.reason))
                    .collect(),
            };
            let handling = handling_of(&context, &case).await?;
            let page = case_page(&context, &case, &handling, &typed, &Errors(errors));
            Ok(refused(problem.status, page))
        }
    }
}

async fn show_file(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    answer_file(&context, &headers, &id, uploads::Size::Whole).await
}

async fn show_thumbnail(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    answer_file(&context, &headers, &id, uploads::Size::Thumbnail).await
}

async fn answer_file(
    context: &Context,
    headers: &HeaderMap,
    id: &str,
    size: uploads::Size,
) -> Answer {
    let case = case_of_browser(context, headers)
        .await?
        .ok_or_else(Problem::not_found)?;
    uploads::answer_file(case.file(id)?, size).await
}

/// The text field of a form of the page. What was typed stands in it again where it was wrong.
fn text_area(id: &str, label: &str, hint: &str, typed: &TypedFields, errors: &Errors) -> Markup {
    let value = match errors.of(id) {
        Some(_) => typed.get("text").map_or("", String::as_str),
        None => "",
    };
    area((id, "text"), label, Some(hint), value, true, errors)
}

/// The terms, one beneath the other: a table is too wide for a phone.
fn promises_part(deadlines: &[Deadline], today: NaiveDate) -> Markup {
    html! {
        @for deadline in deadlines.iter().filter(|deadline| deadline.standing != TermStanding::Ended) {
            div.step {
                h3 { (deadline.step.chinese()) }
                p { @match deadline.due {
                    Some(due) => { "最晚 " strong { (chinese(due)) } @if deadline.provisional { "（那一年的节假日还没有公布，暂定）" } "，"
                        @match deadline.met_on {
                            Some(met) => { (chinese(met)) "完成" @if deadline.is_late(today) { "，晚了" } },
                            None if deadline.is_late(today) => strong { "已经超期" },
                            None => "还没有到期",
                        } "。"
                    },
                    None => "正在送检，检验的时间不计入期限。结果到了再告诉您最晚的日期。",
                } }
                p.note { "依据：" (deadline.source) }
            }
        }
    }
}

/// Who handles a case: in whose name it is answered, and whom to call.
struct Handling {
    answering: String,
    contacts: Vec<OrganisationContact>,
}

/// Who handles a case: the bureau, the station that answers for its town, and the office. An insider is shown nobody: two persons alone
/// know of the report, and whoever answers the telephone is neither.
async fn handling_of(context: &Context, case: &OpenedCase) -> Result<Option<Handling>, Problem> {
    if case.facts.insider {
        return Ok(None);
    }
    Ok(Some(Handling {
        answering: issuing::of_complaints(context).await?,
        contacts: contacts::of_town(context, case.facts.town_id.as_deref()).await?,
    }))
}

fn case_page(
    context: &Context,
    case: &OpenedCase,
    handling: &Option<Handling>,
    typed: &TypedFields,
    errors: &Errors,
) -> Response {
    let facts = &case.facts;
    let title = format!("{} {}", facts.kind.chinese(), facts.code);
    page_about(
        facts.insider,
        context,
        &errors.title(&title),
        &html! {
            @if facts.insider { (way_out()) }
            (errors.summary())
            h1 { (title) }
            div.panel { p { "现在：" strong { (facts.status.chinese()) } @if let Some(handling) = handling { "，由" (handling.answering) "办理、答复" } } }
            (steps_part(&case.steps))
            h2 { "法律规定的期限" }
            (promises_part(&facts.deadlines, context.today()))
            (reward_part(facts))
            (messages_part(case, typed, errors))
            @if case.can_reopen() { (reopening_part(typed, errors)) }
            @if facts.status.is_over() && case.statement.is_some() { (satisfaction_part(facts, errors)) }
            @if can_give_name(case) { (contact_part(typed, errors)) }
            h2 { "您提交的内容" }
            @match &case.statement {
                None => p { "办结已久，您的个人信息和内容已经抹去。" },
                Some(statement) => (statement_part(facts, statement)),
            }
            @if let Some(handling) = handling { (contacts::section("谁在办，怎么联系", &handling.contacts)) }
            form method="post" action="/complaints/follow/case/leave" { button.second { "看完了，退出" } }
        },
    )
}

fn steps_part(steps: &[Step]) -> Markup {
    html! {
        h2 { "办到哪一步了" }
        @for step in steps {
            div.step {
                h3 { (step.moved.chinese()) @if let Some(town) = &step.town { "（" (town) "）" } }
                p.note { (chinese_time(step.at)) }
                @if let Some(ground) = step.ground { p { "理由：" (ground.chinese()) } }
                @if let Some(note) = &step.note { p.said { (note) } }
            }
        }
    }
}

fn reward_part(facts: &CaseFacts) -> Markup {
    html! {
        @if let Some(reward) = &facts.reward {
            h2 { "举报奖励" }
            p { (reward.amount) " 元，" @match reward.paid_on { Some(day) => { (chinese(day)) "已发放" }, None => "还没有发放" } "。"
                @if facts.anonymous { "领取奖励需要留下姓名。" } }
        }
    }
}

fn messages_part(case: &OpenedCase, typed: &TypedFields, errors: &Errors) -> Markup {
    html! {
        h2 { "留言" }
        @if case.messages.is_empty() { p { "还没有留言。" } }
        @for message in &case.messages { (message_part(if message.from_office { "工作人员" } else { "您" }, message.at, &message.text)) }
        @if case.statement.is_some() {
            form.stack method="post" action="/complaints/follow/case/message" {
                (text_area("message-text", "给工作人员留言", "补充说明、回答提问", typed, errors))
                button.main { "发送" }
            }
        }
    }
}

fn reopening_part(typed: &TypedFields, errors: &Errors) -> Markup {
    html! {
        h2 { "没有解决？" }
        form.stack method="post" action="/complaints/follow/case/not-fixed" {
            (text_area("not-fixed-text", "哪里没有解决", "可以要求重新办理一次", typed, errors))
            button.second { "没有解决，请重新办理" }
        }
    }
}

fn satisfaction_part(facts: &CaseFacts, errors: &Errors) -> Markup {
    html! {
        h2 { "您满意吗？" }
        form.stack method="post" action="/complaints/follow/case/satisfaction" {
            fieldset.field.wrong[errors.of("satisfaction").is_some()] id="satisfaction" {
                legend { "给这次办理打分" }
                @if let Some(error) = errors.of("satisfaction") { p.error { strong { "错误：" } (error) } }
                @for (mark, text) in [(5, "非常满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "非常不满意")] {
                    label.line { input type="radio" name="satisfaction" value=(mark) checked[facts.satisfaction == Some(mark)]; span { (text) } }
                }
            }
            button.second { "提交评价" }
        }
    }
}

/// Whether the reporter is unknown and may still say who they are.
fn can_give_name(case: &OpenedCase) -> bool {
    let facts = &case.facts;
    facts.anonymous
        && facts.kind == ComplaintKind::Report
        && !facts.status.is_over()
        && case.statement.is_some()
}

fn contact_part(typed: &TypedFields, errors: &Errors) -> Markup {
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    html! {
        details open[["name", "phone"].iter().any(|name| errors.of(name).is_some())] {
            summary { "想留下姓名？" }
            p { "留不留、什么时候留，由您决定。留了姓名，我们会在决定后五个工作日内告诉您立不立案，也可以领举报奖励。留了就收不回来。" }
            form.stack method="post" action="/complaints/follow/case/contact" {
                (Field::text("name", "姓名", value("name")).render(errors))
                (Field { kind: "tel", ..Field::text("phone", "电话", value("phone")) }.render(errors))
                (Field::text("address", "通讯地址（可以不填）", value("address")).render(errors))
                button.second { "留下姓名" }
            }
        }
    }
}

fn statement_part(facts: &CaseFacts, statement: &Statement) -> Markup {
    html! {
        dl.facts {
            dt { "问题" } dd { (facts.category.chinese()) }
            dt { "地点" } dd { (facts.enterprise.as_deref().or(statement.place.as_deref()).unwrap_or("没有说明")) }
            dt { "发生日期" } dd { (chinese(facts.happened_on)) }
            dt { "经过" } dd.said { (statement.text) }
            @if let Some(wants) = &statement.wants { dt { "希望商家怎么做" } dd.said { (wants) } }
            @if let Some(twin) = &facts.twin { dt { "同时提出" } dd { (twin) "（用同一个查询码查看）" } }
        }
        @if !statement.files.is_empty() {
            div.photos { @for (place, file) in statement.files.iter().enumerate() {
                @let path = format!("/complaints/follow/files/{}", file.id);
                a href=(path) { @if file.has_thumbnail() { img src={ (path) "/small" } alt={ "照片 " (place + 1) } loading="lazy"; } @else { (file.name) "（" (file.size()) "）" } }
            } }
        }
    }
}
