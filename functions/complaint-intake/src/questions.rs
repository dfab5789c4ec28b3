//! The form on a phone: one question a page, going back keeps everything, complete without JavaScript.

use crate::drafts::{self, Draft, Held};
use crate::filing::{Channel, Contact, Request as Keyed, file};
use crate::intake::{boundary, keep_all, receive};
use crate::way_out::way_out;
use crate::{limits, uploads};
use attachments::Sound;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::complaint::{Category, ComplaintKind};
use domain::office_date::{self, chinese};
use domain::words::Word as _;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::{Markup, html};
use registers::search;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::extract::{Form, Path, Query};
use web::form::{Errors, Field, area, around, select};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page};

/// Letters of one answer that a draft keeps.
const KEPT: usize = 6_000;

/// The pages, in their order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Question {
    What,
    Where,
    When,
    Photos,
    Wants,
    Who,
    Check,
}

impl Question {
    const ALL: [Self; 7] = [
        Self::What,
        Self::Where,
        Self::When,
        Self::Photos,
        Self::Wants,
        Self::Who,
        Self::Check,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::What => "what",
            Self::Where => "where",
            Self::When => "when",
            Self::Photos => "photos",
            Self::Wants => "wants",
            Self::Who => "who",
            Self::Check => "check",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::What => "发生了什么？",
            Self::Where => "在哪里？",
            Self::When => "是哪一天的事？",
            Self::Photos => "有照片或者视频吗？",
            Self::Wants => "您希望怎么样？",
            Self::Who => "怎么联系您？",
            Self::Check => "请核对，然后提交",
        }
    }

    fn path(self) -> String {
        format!("/complaints/new/{}", self.code())
    }

    /// The fields that are asked there.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::What => &["category", "text"],
            Self::Where => &["uscc", "place", "town"],
            Self::When => &["happened_on"],
            Self::Photos => &["file"],
            Self::Wants => &["kind", "wants", "insider"],
            Self::Who => &["anonymous", "name", "phone", "address"],
            Self::Check => &[],
        }
    }

    /// An insider is asked neither what they want for themselves nor who they are.
    fn all(draft: &Draft) -> impl Iterator<Item = Self> {
        let insider = draft.asked.insider;
        Self::ALL
            .into_iter()
            .filter(move |question| !(insider && matches!(question, Self::Wants | Self::Who)))
    }

    fn next(self, draft: &Draft) -> Self {
        Self::all(draft)
            .skip_while(|question| *question != self)
            .nth(1)
            .unwrap_or(Self::Check)
    }

    fn before(self, draft: &Draft) -> Option<Self> {
        Self::all(draft)
            .take_while(|question| *question != self)
            .last()
    }

    fn read(code: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|question| question.code() == code)
            .ok_or_else(Problem::not_found)
    }
}

#[derive(Deserialize)]
pub struct Start {
    /// 吹哨人: 1, or 0 for whoever began as one and is none.
    insider: Option<String>,
}

pub async fn show(
    context: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(start): Query<Start>,
) -> Answer {
    let question = Question::read(&code)?;
    let held = drafts::held(&context, &headers).await?;
    let mut draft = match held {
        Some(held) if held.draft.filed && question != Question::What => {
            return Ok(Redirect::to("/complaints/filed").into_response());
        }
        Some(held) if !held.draft.filed => held.draft,
        _ if question != Question::What => {
            return Ok(Redirect::to("/complaints").into_response());
        }
        _ => Draft::default(),
    };
    match start.insider.as_deref() {
        Some("0") => draft.asked.insider = false,
        Some(_) => draft.asked.insider = true,
        None => {}
    }
    asked(&context, question, &draft, &Errors::default()).await
}

/// What a page sent.
type Typed = BTreeMap<String, String>;

pub async fn submit(
    context: Context,
    headers: HeaderMap,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Answer {
    let question = Question::read(&code)?;
    let mut held = match drafts::held(&context, &headers).await? {
        Some(held) if !held.draft.filed => held,
        Some(_) if question != Question::What => {
            return Ok(Redirect::to("/complaints/filed").into_response());
        }
        _ => drafts::new()?,
    };
    let text = |name: &str| typed.get(name).map_or("", |text| text.trim());
    // Enter presses «search» too: once something is chosen and nothing new is looked for, it goes on.
    let chosen = !(text("uscc").is_empty() && text("place").is_empty());
    let stays = text("do") == "search" && !(chosen && text("q") == held.draft.q.trim());
    if question == Question::Check {
        return send(&context, held, typed.get("proof").map(String::as_str)).await;
    }
    let mut answered = held.draft.clone();
    answer(&context, question, &mut answered, &typed);
    let errors: Vec<FieldError> = match answered.filings(&context).await? {
        _ if stays => Vec::new(),
        Ok(_) => Vec::new(),
        Err(errors) => errors
            .into_iter()
            .filter(|error| question.fields().contains(&error.field.as_str()))
            .collect(),
    };
    // What is wrong is shown again and not kept: a draft is made of pages that were accepted.
    if !errors.is_empty() {
        let page = asked(&context, question, &answered, &Errors(errors)).await?;
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    if held.is_new() {
        limits::admit_draft(&context).await?;
    }
    let cookie = held
        .change(&context, |draft| answer(&context, question, draft, &typed))
        .await?;
    let next = if stays {
        question
    } else {
        question.next(&held.draft)
    };
    Ok(with(Redirect::to(&next.path()).into_response(), cookie))
}

fn with(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Takes a page's answers into the draft, right or wrong.
fn answer(context: &Context, question: Question, draft: &mut Draft, typed: &Typed) {
    // A little more than is taken, so that an error says so; not what would fill the store with drafts.
    let text = |name: &str| -> String {
        let typed = typed.get(name).map_or("", String::as_str);
        typed.chars().take(KEPT).collect()
    };
    let asked = &mut draft.asked;
    match question {
        Question::What => {
            asked.category = text("category");
            asked.text = text("text");
            asked.insider = typed.contains_key("insider");
            if asked.insider {
                asked.kind = ComplaintKind::Report.code().to_owned();
                asked.anonymous = true;
                asked.contact = None;
                draft.both = false;
            }
        }
        Question::Where => {
            draft.q = text("q");
            asked.place = text("place");
            asked.town = text("town");
            asked.uscc = text("uscc");
        }
        Question::When => {
            asked.happened_on = match typed.get("quick").map(String::as_str) {
                Some("today") => context.today().to_string(),
                Some("yesterday") => (context.today() - chrono::TimeDelta::days(1)).to_string(),
                _ => text("happened_on"),
            };
        }
        Question::Wants => {
            let kind = text("kind");
            draft.both = kind == "both";
            asked.kind = if draft.both {
                ComplaintKind::Complaint.code().to_owned()
            } else {
                kind
            };
            asked.wants = text("wants");
            if asked.kind == ComplaintKind::Complaint.code() {
                asked.anonymous = false;
            }
        }
        Question::Who => {
            draft.who = true;
            if typed.get("do").map(String::as_str) == Some("report") {
                asked.kind = ComplaintKind::Report.code().to_owned();
                draft.both = false;
                asked.anonymous = true;
            } else {
                asked.anonymous = typed.get("anonymous").map(String::as_str) == Some("true");
            }
            asked.contact = Some(Contact {
                name: text("name"),
                phone: text("phone"),
                address: text("address"),
            });
        }
        Question::Photos | Question::Check => {}
    }
}

/// The photographs' page sends files.
pub async fn add_photos(context: Context, request: Request) -> Answer {
    let (head, body) = request.into_parts();
    let Some(mut held) = drafts::held(&context, &head.headers)
        .await?
        .filter(|held| !held.draft.filed)
    else {
        return Ok(Redirect::to("/complaints").into_response());
    };
    let boundary =
        boundary(&head.headers).ok_or_else(|| Problem::unsupported("请用网页上的表单上传"))?;
    let taken = async {
        let sent = receive(body, boundary).await?;
        let stays = sent.field("do") == "more";
        let sound = sent.sound();
        let bytes: usize = sent.files.iter().map(|(_, bytes)| bytes.len()).sum();
        if !sent.files.is_empty() {
            uploads::check_room(&held.draft.files, bytes)?;
            if held.draft.files.len() + sent.files.len() > uploads::FILES {
                let reason = format!("照片和视频最多 {} 个", uploads::FILES);
                return Err(attachments::refused("", reason));
            }
        }
        limits::admit_files(&context, bytes).await?;
        Ok((keep_all(&context, sent.files, sound).await?, stays, sound))
    };
    match taken.await {
        Ok((files, stays, sound)) => {
            let cookie = held
                .change(&context, |draft| {
                    draft.without_sound = sound == Sound::Removed;
                    draft.files.extend(files.iter().cloned());
                    draft.files.truncate(uploads::FILES);
                })
                .await?;
            let next = match stays {
                true => Question::Photos,
                false => Question::Photos.next(&held.draft),
            };
            Ok(with(Redirect::to(&next.path()).into_response(), cookie))
        }
        Err(problem) if matches!(problem.status.as_u16(), 413 | 422 | 429 | 503) => {
            let reason = if problem.errors.is_empty() {
                problem.detail.clone()
            } else {
                problem
                    .errors
                    .iter()
                    .map(|error| error.reason.as_str())
                    .collect()
            };
            let errors = Errors(vec![FieldError::secret("file", reason)]);
            let page = asked(&context, Question::Photos, &held.draft, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}

pub async fn remove_photo(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    if let Some(mut held) = drafts::held(&context, &headers).await?
        && !held.draft.filed
    {
        let gone: Vec<_> = held
            .draft
            .files
            .iter()
            .filter(|file| file.id == id)
            .cloned()
            .collect();
        held.change(&context, |draft| draft.files.retain(|file| file.id != id))
            .await?;
        uploads::drop_unused(&context, &gone).await?;
    }
    Ok(Redirect::to(&Question::Photos.path()).into_response())
}

/// A small picture of the draft, for whoever holds it.
pub async fn show_photo(context: Context, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let held = drafts::held(&context, &headers)
        .await?
        .ok_or_else(Problem::not_found)?;
    let file = held
        .draft
        .files
        .iter()
        .find(|file| file.id == id)
        .ok_or_else(Problem::not_found)?;
    let (media_type, bytes) = uploads::fetch(file, true).await?;
    Ok(attachments::answer(&file.name, media_type, bytes).map(Into::into))
}

/// Files the draft. Sent twice it is filed once, for its key is the draft's.
async fn send(context: &Context, mut held: Held, proof: Option<&str>) -> Answer {
    let token = held.token.clone();
    let request = keyed(&token);
    if crate::filing::already(context, &request).await?.is_none() {
        let filings = match held.draft.filings(context).await? {
            Ok(filings) => filings,
            Err(errors) => {
                let page = asked(context, Question::Check, &held.draft, &Errors(errors)).await?;
                return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page));
            }
        };
        match limits::admit(context, proof).await {
            Ok(()) => {}
            Err(problem) if problem.status == StatusCode::TOO_MANY_REQUESTS => {
                let errors = Errors(vec![FieldError::secret("send", problem.detail.clone())]);
                let page = asked(context, Question::Check, &held.draft, &errors).await?;
                let mut page = refused(problem.status, page);
                if let Some(seconds) = problem.retry_after {
                    page.headers_mut()
                        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                }
                return Ok(page);
            }
            Err(problem) => return Err(problem),
        }
        file(context, &filings, Channel::Page, Some(&request)).await?;
    }
    // What was typed is in the case now; the draft keeps no more than that it was filed.
    let cookie = held
        .change(context, |draft| {
            *draft = Draft {
                filed: true,
                asked: crate::filing::Asked {
                    insider: draft.asked.insider,
                    ..Default::default()
                },
                ..Draft::default()
            };
        })
        .await?;
    Ok(with(
        Redirect::to("/complaints/filed").into_response(),
        cookie,
    ))
}

/// The request by which a draft is filed.
pub fn keyed(token: &str) -> Keyed<'_> {
    Keyed {
        key: token,
        body: "draft".to_owned(),
    }
}

async fn asked(context: &Context, question: Question, draft: &Draft, errors: &Errors) -> Answer {
    let count = Question::all(draft).count();
    let place = Question::all(draft)
        .take_while(|known| *known != question)
        .count()
        + 1;
    let fields = match question {
        Question::What => what(draft, errors),
        Question::Where => place_of(context, draft, errors).await?,
        Question::When => when(context, draft, errors),
        Question::Photos => photos(draft, errors),
        Question::Wants => wants(draft, errors),
        Question::Who => who(draft, errors),
        Question::Check => check(context, draft, errors).await?,
    };
    let title = format!("{}（第 {place} 步，共 {count} 步）", question.title());
    Ok(page::page(
        context,
        &errors.title(&title),
        &html! {
            @if draft.asked.insider { (way_out()) }
            (errors.summary())
            @if let Some(before) = question.before(draft) { p { a href=(before.path()) { "← 上一步" } } }
            p.note { "第 " (place) " 步，共 " (count) " 步" }
            h1 { (question.title()) }
            @if matches!(question, Question::Photos | Question::When) {
                (fields)
            } @else {
                form.stack method="post" action=(question.path()) {
                    (fields)
                    div.actions { button.main { @if question == Question::Check { "提交" } @else { "继续" } } }
                    // Behind the way on, which is what Enter presses.
                    @if question == Question::Who && !is_report(draft) { (rather_anonymous()) }
                }
            }
        },
    ))
}

/// A choice of one as a list of buttons, large enough for a thumb.
fn radios(
    name: &str,
    legend: &str,
    choices: &[(&str, &str, &str)],
    chosen: &str,
    errors: &Errors,
) -> Markup {
    let error = errors.of(name);
    html! {
        fieldset.field.wrong[error.is_some()] id=(name) aria-describedby=[error.map(|_| format!("{name}-error"))] {
            legend { (legend) }
            @if let Some(error) = error { p.error id={ (name) "-error" } { strong { "错误：" } (error) } }
            @for (value, text, hint) in choices {
                label.line {
                    input type="radio" name=(name) value=(value) checked[*value == chosen];
                    span { (text) @if !hint.is_empty() { span.note { (hint) } } }
                }
            }
        }
    }
}

fn what(draft: &Draft, errors: &Errors) -> Markup {
    let categories: Vec<(&str, &str, &str)> = Category::ALL
        .iter()
        .map(|category| (category.code(), category.chinese(), ""))
        .collect();
    let hint = match draft.asked.insider {
        true => {
            "写清楚做了什么、多久一次、用的什么原料、东西放在哪里。不要写只有您一个人知道的细节，也不要写您的岗位和上班时间"
        }
        false => "想到什么写什么：买了或者吃了什么，出了什么问题，商家怎么说",
    };
    html! {
        @if draft.asked.insider { input type="hidden" name="insider" value="true"; }
        (radios("category", "是哪一类问题", &categories, &draft.asked.category, errors))
        (area(("text", "text"), "经过", Some(hint), &draft.asked.text, false, errors))
    }
}

#[derive(Deserialize)]
struct Found {
    uscc: String,
    name: String,
    town: Option<String>,
}

async fn place_of(context: &Context, draft: &Draft, errors: &Errors) -> Result<Markup, Problem> {
    let q = draft.q.trim();
    let found: Vec<Found> = if q.is_empty() && draft.asked.uscc.is_empty() {
        Vec::new()
    } else {
        let sql = format!(
            "SELECT json_group_array(json_object('uscc', uscc, 'name', name, 'town', town)) FROM (
            SELECT uscc, name, town FROM enterprise_ledger WHERE uscc = ?3
            UNION SELECT * FROM (SELECT e.uscc, e.name, e.town FROM enterprise_ledger e WHERE e.status = 'operating' AND {} LIMIT 10))",
            search::found("e.uscc", 1, 2)
        );
        let [words, code] = search::parameters(&domain::search::SearchTerms::parse(q));
        let parameters = [words, code, draft.asked.uscc.as_str().into()];
        context.store.json(&sql, parameters).await?
    };
    let towns = registers::towns::all(&context.store).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "不清楚"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    Ok(html! {
        div.field {
            label for="q" { "店名或者企业名称" }
            p.hint id="q-hint" { "输入名称里连着的两个字，再按“查找”" }
            div.beside { input id="q" name="q" value=(draft.q) autocomplete="off" aria-describedby="q-hint"; button.second name="do" value="search" { "查找" } }
        }
        @if !q.is_empty() && found.is_empty() { p role="status" { "没有找到“" (q) "”。可以换两个字再试，也可以在下面写明地点。" } }
        @if !found.is_empty() {
            fieldset.field.wrong[errors.of("uscc").is_some()] id="uscc" {
                legend { "是哪一家" }
                @for item in &found {
                    label.line {
                        input type="radio" name="uscc" value=(item.uscc) checked[item.uscc == draft.asked.uscc];
                        span { (item.name) span.note { (item.town.as_deref().unwrap_or("")) } }
                    }
                }
                label.line { input type="radio" name="uscc" value="" checked[draft.asked.uscc.is_empty()]; span { "都不是，我写地点" } }
            }
        }
        (area(("place", "place"), "或者写地点", Some("例如：南浔镇人民路菜场东门左边第三个摊位；网上买的写平台和店铺名"), &draft.asked.place, true, errors))
        (select("town", "属于哪个镇街", &towns, &draft.asked.town, errors))
    })
}

fn when(context: &Context, draft: &Draft, errors: &Errors) -> Markup {
    let typed = &draft.asked.happened_on;
    let shown = office_date::parse(typed).map_or_else(|_| typed.clone(), |date| date.to_string());
    let path = Question::When.path();
    html! {
        // Forms of their own: Enter in the date's field must not say «today».
        form method="post" action=(path) {
            div.actions {
                button.second name="quick" value="today" { "今天（" (chinese(context.today())) "）" }
                button.second name="quick" value="yesterday" { "昨天" }
            }
        }
        form.stack method="post" action=(path) {
            (Field { kind: "date", ..Field::text("happened_on", "其他日期", &shown) }.hint("记不清就填大概的日子").render(errors))
            div.actions { button.main { "继续" } }
        }
    }
}

fn photos(draft: &Draft, errors: &Errors) -> Markup {
    let room = draft.files.len() < uploads::FILES;
    let next = Question::Photos.next(draft).path();
    html! {
        p { "商品、标签、小票、现场都可以。没有就直接继续。" }
        p.note { "照片和视频里的拍摄地点、时间、手机型号等信息会自动去掉。最多 " (uploads::FILES) " 个，合起来不超过 " (uploads::BYTES >> 20) " MB。" }
        @if !draft.files.is_empty() {
            ul.held {
                @for (place, file) in draft.files.iter().enumerate() {
                    li {
                        @if file.has_small() { img src={ "/complaints/new/photos/" (file.id) } alt={ "照片 " (place + 1) }; }
                        span { (file.name) span.note { " " (file.size()) } }
                        form method="post" action={ "/complaints/new/photos/" (file.id) "/remove" } { button.plain { "去掉" span.hidden { "：" (file.name) } } }
                    }
                }
            }
        }
        form.stack method="post" enctype="multipart/form-data" action="/complaints/new/photos/add" {
            @if room {
                (around("file", "选择照片或者视频", Some("jpg、png、webp 照片，mp4 视频"), errors.of("file"), &html! {
                    input id="file" name="file" type="file" multiple accept="image/jpeg,image/png,image/webp,video/mp4" aria-describedby="file-hint";
                }))
                // A voice, or who is being spoken to, can tell who was filming.
                @if draft.asked.insider {
                    label.line { input type="checkbox" name="without_sound" value="true" checked[draft.without_sound]; span { "去掉视频里的声音，免得被人听出是谁" } }
                }
                div.actions { button.main { "继续" } button.second name="do" value="more" { "上传，再选几张" } }
            } @else {
                p id="file" { "已经有 " (uploads::FILES) " 个，不能再加了。" }
                div.actions { a.main href=(next) { "继续" } }
            }
        }
    }
}

fn wants(draft: &Draft, errors: &Errors) -> Markup {
    let kind = if draft.both {
        "both"
    } else {
        draft.asked.kind.as_str()
    };
    let choices = [
        (
            "complaint",
            "帮我解决问题（投诉）",
            "退款、赔偿、更换。要留姓名和联系方式，我们联系商家调解",
        ),
        ("report", "查处违法行为（举报）", "我们去核查，可以不留姓名"),
        (
            "both",
            "两样都要",
            "按法律规定分成投诉和举报两件办理，各给您一个编号",
        ),
    ];
    html! {
        (radios("kind", "您想要的结果", &choices, kind, errors))
        (area(("wants", "wants"), "希望商家怎么做", Some("投诉要填，例如：退款 35 元，赔偿医药费。只举报可以不填"), &draft.asked.wants, false, errors))
    }
}

fn is_report(draft: &Draft) -> bool {
    draft.asked.kind == ComplaintKind::Report.code()
}

fn rather_anonymous() -> Markup {
    html! {
        details {
            summary { "不想留姓名？" }
            p { "投诉是请我们出面和商家协商，法律规定要写明投诉人。不想留姓名，可以改为匿名举报：我们照样去查，但不能帮您要回钱。" }
            button.second name="do" value="report" { "改为匿名举报" }
        }
    }
}

fn who(draft: &Draft, errors: &Errors) -> Markup {
    let contact = draft.asked.contact.clone().unwrap_or_default();
    let report = is_report(draft);
    let chosen = match (draft.who, draft.asked.anonymous) {
        (false, _) => "",
        (true, true) => "true",
        (true, false) => "false",
    };
    let choices = [
        (
            "false",
            "留下姓名",
            "五个工作日内告诉您立不立案；查实的可以领举报奖励",
        ),
        (
            "true",
            "不留姓名",
            "凭编号和查询码看进展、收留言。网络地址不会保存",
        ),
    ];
    html! {
        p { "只有办理这件事的工作人员能看到，不会告诉商家。" }
        @if report { (radios("anonymous", "要不要留姓名", &choices, chosen, errors)) }
        (Field { autocomplete: "name", ..Field::text("name", "姓名", &contact.name) }.render(errors))
        (Field { autocomplete: "tel", kind: "tel", ..Field::text("phone", "电话", &contact.phone) }.render(errors))
        (Field { autocomplete: "street-address", ..Field::text("address", if report { "通讯地址（可以不填）" } else { "通讯地址" }, &contact.address) }.render(errors))
    }
}

async fn check(context: &Context, draft: &Draft, errors: &Errors) -> Result<Markup, Problem> {
    let asked = &draft.asked;
    let sql = "SELECT coalesce((SELECT name FROM enterprise_ledger WHERE uscc = ?1), '')";
    let name = context
        .store
        .text(sql, [asked.uscc.as_str().into()])
        .await?;
    let challenge = limits::next(context).await?;
    let kind = match ComplaintKind::read(&asked.kind) {
        _ if draft.both => "投诉和举报，分别办理",
        Some(ComplaintKind::Complaint) => "投诉：帮我解决问题",
        Some(ComplaintKind::Report) if asked.insider => "内部举报",
        Some(ComplaintKind::Report) => "举报：查处违法行为",
        None => "还没有选择",
    };
    let contact = asked.contact.clone().unwrap_or_default();
    let who = match asked.anonymous {
        true => "不留姓名".to_owned(),
        false => [contact.name, contact.phone, contact.address].join("　"),
    };
    let category =
        Category::read(&asked.category).map_or("还没有选择", |category| category.chinese());
    let day =
        office_date::parse(&asked.happened_on).map_or_else(|_| "还没有填".to_owned(), chinese);
    let place = match name.is_empty() {
        true => format!("{} {}", asked.town, asked.place).trim().to_owned(),
        false => name,
    };
    let rows: Vec<(Question, &str, String)> = vec![
        (Question::What, "问题", category.to_owned()),
        (Question::What, "经过", asked.text.clone()),
        (Question::Where, "地点", place),
        (Question::When, "日期", day),
        (
            Question::Photos,
            "照片和视频",
            format!("{} 个", draft.files.len()),
        ),
        (Question::Wants, "想要的结果", kind.to_owned()),
        (Question::Wants, "希望商家怎么做", asked.wants.clone()),
        (Question::Who, "联系方式", who),
    ];
    let pages: Vec<Question> = Question::all(draft).collect();
    Ok(html! {
        dl.facts {
            @for (question, label, value) in rows.iter().filter(|(question, _, value)| pages.contains(question) && !domain::text::is_blank(value)) {
                dt { (label) }
                dd { span.said { (value) } " " a href=(question.path()) { "修改" span.hidden { (label) } } }
            }
        }
        // Where the summary's links lead: to the question that asks for the field.
        @for error in &errors.0 {
            @for question in pages.iter().filter(|question| question.fields().contains(&error.field.as_str())) {
                p.error id=(error.field) { (error.reason) " " a href=(question.path()) { "去填写" } }
            }
        }
        p id="send" { "提交以后会给您一个编号和一个查询码，凭它们查看进展。" }
        @if let Some(challenge) = challenge {
            input type="hidden" name="proof" data-challenge=(challenge.text) data-bits=(challenge.bits);
            p.note { "这个网络刚才提交得比较多，提交前浏览器要算几秒钟。" }
        }
    })
}
