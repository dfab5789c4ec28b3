//! The pages on which a citizen follows a case.

use crate::access;
use crate::cases::{Case, Deadline};
use crate::desk::said;
use crate::filing::Contact;
use crate::following::{identify, rate, reopen, write};
use crate::uploads;
use crate::way_out::way_out;
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
use web::{Answer, Context, Problem, page};

#[derive(Default, Deserialize)]
pub struct Key {
    #[serde(default)]
    code: String,
    #[serde(default)]
    passphrase: String,
}

pub async fn start(context: Context) -> Answer {
    Ok(asked(&context, "", &Errors::default()))
}

fn asked(context: &Context, code: &str, errors: &Errors) -> Response {
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

pub async fn submit(context: Context, Form(key): Form<Key>) -> Answer {
    match access::by_passphrase(&context, &key.code, &key.passphrase).await {
        Ok(id) => {
            let mut response = Redirect::to("/complaints/follow/case").into_response();
            let cookie = access::opened(&context, id).await?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(problem)
            if problem.status == StatusCode::NOT_FOUND || problem.retry_after.is_some() =>
        {
            let errors = Errors(vec![FieldError::secret("code", problem.detail.clone())]);
            Ok(refused(problem.status, asked(&context, &key.code, &errors)))
        }
        Err(problem) => Err(problem),
    }
}

async fn opened(context: &Context, headers: &HeaderMap) -> Result<Option<Case>, Problem> {
    match access::by_cookie(context, headers).await? {
        Some(id) => Ok(Some(Case::of_citizen(context, id).await?)),
        None => Ok(None),
    }
}

fn to_start() -> Response {
    Redirect::to("/complaints/follow").into_response()
}

type Typed = BTreeMap<String, String>;

pub async fn show(context: Context, headers: HeaderMap) -> Answer {
    match opened(&context, &headers).await? {
        Some(case) => {
            let contacts = whom_to_call(&context, &case).await?;
            let none = Errors::default();
            Ok(shown(&context, &case, &contacts, &Typed::new(), &none))
        }
        None => Ok(to_start()),
    }
}

pub async fn act(
    context: Context,
    headers: HeaderMap,
    Path(what): Path<String>,
    Form(typed): Form<Typed>,
) -> Answer {
    let Some(case) = opened(&context, &headers).await? else {
        return Ok(to_start());
    };
    let text = |name: &str| typed.get(name).map_or("", |text| text.trim());
    let done = match what.as_str() {
        "message" => write(&context, &case, text("text")).await,
        "not-fixed" => reopen(&context, &case, text("text")).await,
        "satisfaction" => rate(&context, &case, text("satisfaction").parse().unwrap_or(0)).await,
        "contact" => {
            let contact = Contact {
                name: text("name").to_owned(),
                phone: text("phone").to_owned(),
                address: text("address").to_owned(),
            };
            identify(&context, &case, &contact).await
        }
        "leave" => {
            let mut response = to_start();
            let cookie = access::closed().await?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            return Ok(response);
        }
        _ => return Err(Problem::not_found()),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/complaints/follow/case").into_response()),
        Err(problem) => {
            let field = |field: &str| match field {
                "text" => format!("{what}-text"),
                other => other.to_owned(),
            };
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret("main", problem.detail.clone())],
                false => problem
                    .errors
                    .iter()
                    .map(|error| FieldError::secret(&field(&error.field), &*error.reason))
                    .collect(),
            };
            let contacts = whom_to_call(&context, &case).await?;
            let page = shown(&context, &case, &contacts, &typed, &Errors(errors));
            Ok(refused(problem.status, page))
        }
    }
}

pub async fn show_file(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    file(&context, &headers, &id, false).await
}

pub async fn show_small(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    file(&context, &headers, &id, true).await
}

async fn file(context: &Context, headers: &HeaderMap, id: &str, small: bool) -> Answer {
    let case = opened(context, headers)
        .await?
        .ok_or_else(Problem::not_found)?;
    let file = case.file(id)?;
    let (media_type, bytes) = uploads::fetch(file, small).await?;
    Ok(attachments::answer(&file.name, media_type, bytes).map(Into::into))
}

/// A field of one of the page's forms, each of which sends `text`; what was typed stays where it was wrong.
fn text_of(id: &str, label: &str, hint: &str, typed: &Typed, errors: &Errors) -> Markup {
    let value = match errors.of(id) {
        Some(_) => typed.get("text").map_or("", String::as_str),
        None => "",
    };
    area((id, "text"), label, Some(hint), value, true, errors)
}

/// What the law promises, one beneath the other: a table is too wide for a phone.
fn promises(deadlines: &[Deadline], today: NaiveDate) -> Markup {
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

/// The station that answers for the town of a case, and the office. An insider is shown nobody to call: two persons alone know of the
/// report, and whoever answers the telephone is neither.
async fn whom_to_call(context: &Context, case: &Case) -> Result<Vec<OrganisationContact>, Problem> {
    match case.open.insider {
        true => Ok(Vec::new()),
        false => contacts::of_town(context, case.open.town.as_deref()).await,
    }
}

fn shown(
    context: &Context,
    case: &Case,
    contacts: &[OrganisationContact],
    typed: &Typed,
    errors: &Errors,
) -> Response {
    let open = &case.open;
    let title = format!("{} {}", open.kind.chinese(), open.code);
    let field = |name: &str| typed.get(name).map_or("", String::as_str);
    page::page(
        context,
        &errors.title(&title),
        &html! {
            @if open.insider { (way_out()) }
            (errors.summary())
            h1 { (title) }
            div.panel { p { "现在：" strong { (open.status.chinese()) } } }
            h2 { "办到哪一步了" }
            @for step in &case.steps {
                div.step {
                    h3 { (step.moved.chinese()) @if let Some(town) = &step.town { "（" (town) "）" } }
                    p.note { (chinese_time(step.at)) }
                    @if let Some(ground) = step.ground { p { "理由：" (ground.chinese()) } }
                    @if let Some(note) = &step.note { p.said { (note) } }
                }
            }
            h2 { "法律规定的期限" }
            (promises(&open.deadlines, context.today()))
            @if let Some(reward) = &open.reward {
                h2 { "举报奖励" }
                p { (reward.amount) " 元，" @match reward.paid_on { Some(day) => { (chinese(day)) "已发放" }, None => "还没有发放" } "。"
                    @if open.anonymous { "领取奖励需要留下姓名。" } }
            }
            h2 { "留言" }
            @if case.messages.is_empty() { p { "还没有留言。" } }
            @for message in &case.messages { (said(if message.from_office { "工作人员" } else { "您" }, message.at, &message.text)) }
            @if case.told.is_some() {
                form.stack method="post" action="/complaints/follow/case/message" {
                    (text_of("message-text", "给工作人员留言", "补充说明、回答提问", typed, errors))
                    button.main { "发送" }
                }
            }
            @if case.can_reopen() {
                h2 { "没有解决？" }
                form.stack method="post" action="/complaints/follow/case/not-fixed" {
                    (text_of("not-fixed-text", "哪里没有解决", "可以要求重新办理一次", typed, errors))
                    button.second { "没有解决，请重新办理" }
                }
            }
            @if open.status.is_over() && case.told.is_some() {
                h2 { "您满意吗？" }
                form.stack method="post" action="/complaints/follow/case/satisfaction" {
                    fieldset.field.wrong[errors.of("satisfaction").is_some()] id="satisfaction" {
                        legend { "给这次办理打分" }
                        @if let Some(error) = errors.of("satisfaction") { p.error { strong { "错误：" } (error) } }
                        @for (mark, text) in [(5, "非常满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "非常不满意")] {
                            label.line { input type="radio" name="satisfaction" value=(mark) checked[open.satisfaction == Some(mark)]; span { (text) } }
                        }
                    }
                    button.second { "提交评价" }
                }
            }
            @if open.anonymous && open.kind == ComplaintKind::Report && !open.status.is_over() && case.told.is_some() {
                details open[["name", "phone"].iter().any(|name| errors.of(name).is_some())] {
                    summary { "想留下姓名？" }
                    p { "留不留、什么时候留，由您决定。留了姓名，我们会按法律规定的期限告诉您立不立案，也可以领举报奖励。留了就收不回来。" }
                    form.stack method="post" action="/complaints/follow/case/contact" {
                        (Field::text("name", "姓名", field("name")).render(errors))
                        (Field { kind: "tel", ..Field::text("phone", "电话", field("phone")) }.render(errors))
                        (Field::text("address", "通讯地址（可以不填）", field("address")).render(errors))
                        button.second { "留下姓名" }
                    }
                }
            }
            h2 { "您提交的内容" }
            @match &case.told {
                None => p { "办结已久，您的个人信息和内容已经抹去。" },
                Some(told) => {
                    dl.facts {
                        dt { "问题" } dd { (open.category.chinese()) }
                        dt { "地点" } dd { (open.enterprise.as_deref().or(told.place.as_deref()).unwrap_or("没有说明")) }
                        dt { "发生日期" } dd { (chinese(open.happened_on)) }
                        dt { "经过" } dd.said { (told.text) }
                        @if let Some(wants) = &told.wants { dt { "希望商家怎么做" } dd.said { (wants) } }
                        @if let Some(twin) = &open.twin { dt { "同时提出" } dd { (twin) "（用同一个查询码查看）" } }
                    }
                    @if !told.files.is_empty() {
                        div.photos { @for (place, file) in told.files.iter().enumerate() {
                            @let path = format!("/complaints/follow/files/{}", file.id);
                            a href=(path) { @if file.has_small() { img src={ (path) "/small" } alt={ "照片 " (place + 1) } loading="lazy"; } @else { (file.name) "（" (file.size()) "）" } }
                        } }
                    }
                }
            }
            (contacts::section("谁在办，怎么联系", contacts))
            form method="post" action="/complaints/follow/case/leave" { button.second { "看完了，退出" } }
        },
    )
}
