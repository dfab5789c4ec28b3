//! What each page of the form asks.

use crate::check_page::check_fields;
use crate::drafts::Draft;
use crate::question::Question;
use crate::uploads;
use crate::way_out::{page_about, way_out};
use domain::complaint::{Category, ComplaintKind};
use domain::office_date::{self, chinese};
use domain::words::Word as _;
use maud::{Markup, html};
use registers::{search, town_name};
use serde::Deserialize;
use web::form::{Errors, Field, area, around, select};
use web::{Answer, Context, Problem};

/// The page of a question, with what the draft has of its answers.
pub async fn question_page(
    context: &Context,
    question: Question,
    draft: &Draft,
    errors: &Errors,
) -> Answer {
    let count = Question::all_of(draft).count();
    let place = Question::all_of(draft)
        .take_while(|known| *known != question)
        .count()
        + 1;
    let fields = match question {
        Question::What => {
            let about = find_chosen(context, draft).await?;
            what_fields(about.as_ref(), draft, errors)
        }
        Question::Where => place_fields(context, draft, errors).await?,
        Question::When => day_fields(context, draft, errors),
        Question::Photos => photo_fields(draft, errors),
        Question::Wants => demand_fields(draft, errors),
        Question::Who => contact_fields(draft, errors),
        Question::Check => check_fields(context, draft, errors).await?,
    };
    let title = format!("{}（第 {place} 步，共 {count} 步）", question.title());
    Ok(page_about(
        draft.complaint.insider,
        context,
        &errors.title(&title),
        &html! {
            @if draft.complaint.insider { (way_out()) }
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
                    // It stands behind the button to go on, for Enter presses the first button of a form.
                    @if question == Question::Who && !is_report(draft) { (offer_anonymous_report()) }
                }
            }
        },
    ))
}

/// A choice of one: each is a value, what it is called, and a hint. The buttons are large enough for a thumb.
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

/// The business that was chosen; of an insider nothing is said before it is asked.
async fn find_chosen(
    context: &Context,
    draft: &Draft,
) -> Result<Option<EnterpriseChoice>, Problem> {
    if draft.complaint.uscc.is_empty() || draft.complaint.insider {
        return Ok(None);
    }
    let sql = format!(
        "SELECT uscc, name, {} AS town FROM enterprise_ledger WHERE uscc = ?1",
        town_name!("town")
    );
    let parameters = [draft.complaint.uscc.as_str().into()];
    Ok(context.store.first(&sql, parameters).await?)
}

fn what_fields(about: Option<&EnterpriseChoice>, draft: &Draft, errors: &Errors) -> Markup {
    let categories: Vec<(&str, &str, &str)> = Category::ALL
        .iter()
        .map(|category| (category.code(), category.chinese(), ""))
        .collect();
    let hint = match draft.complaint.insider {
        true => {
            "写清楚做了什么、多久一次、用的什么原料、东西放在哪里。不要写只有您一个人知道的细节，也不要写您的岗位和上班时间"
        }
        false => "想到什么写什么：买了或者吃了什么，出了什么问题，商家怎么说",
    };
    html! {
        @if draft.complaint.insider { input type="hidden" name="insider" value="true"; }
        @if let Some(about) = about {
            p { "说的是：" strong { (about.name) } @if let Some(town) = &about.town { "（" (town) "）" } "。不是这一家，下一步可以改。" }
            input type="hidden" name="enterprise_no" value=(about.uscc);
        }
        (radios("category", "是哪一类问题", &categories, &draft.complaint.category, errors))
        (area(("text", "text"), "经过", Some(hint), &draft.complaint.text, false, errors))
    }
}

#[derive(Deserialize)]
struct EnterpriseChoice {
    uscc: String,
    name: String,
    town: Option<String>,
}

/// The businesses whose name has what was looked for, and the one that was chosen before.
async fn find_enterprises(
    context: &Context,
    draft: &Draft,
) -> Result<Vec<EnterpriseChoice>, Problem> {
    let searched = draft.searched_name.trim();
    if searched.is_empty() && draft.complaint.uscc.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT json_group_array(json_object('uscc', uscc, 'name', name, 'town', {})) FROM (
        SELECT uscc, name, town FROM enterprise_ledger WHERE uscc = ?3
        UNION SELECT * FROM (SELECT e.uscc, e.name, e.town FROM enterprise_today e WHERE e.status = 'operating' AND {} LIMIT 10))",
        town_name!("town"),
        search::found("e.uscc", 1, 2)
    );
    let [words, code] = search::parameters(&domain::search::SearchTerms::parse(searched));
    let parameters = [words, code, draft.complaint.uscc.as_str().into()];
    Ok(context.store.json(&sql, parameters).await?)
}

async fn place_fields(
    context: &Context,
    draft: &Draft,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let searched = draft.searched_name.trim();
    let enterprises = find_enterprises(context, draft).await?;
    let towns = registers::towns::all(&context.store).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "不清楚"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    Ok(html! {
        div.field {
            label for="q" { "店名或者企业名称" }
            p.hint id="q-hint" { "输入名称里连着的两个字，再按“查找”" }
            div.beside { input id="q" name="q" value=(draft.searched_name) autocomplete="off" aria-describedby="q-hint"; button.second name="do" value="search" { "查找" } }
        }
        @if !searched.is_empty() && enterprises.is_empty() { p role="status" { "没有找到“" (searched) "”。可以换两个字再试，也可以在下面写明地点。" } }
        @if !enterprises.is_empty() {
            fieldset.field.wrong[errors.of("uscc").is_some()] id="uscc" {
                legend { "是哪一家" }
                @for enterprise in &enterprises {
                    label.line {
                        input type="radio" name="uscc" value=(enterprise.uscc) checked[enterprise.uscc == draft.complaint.uscc];
                        span { (enterprise.name) span.note { (enterprise.town.as_deref().unwrap_or("")) } }
                    }
                }
                label.line { input type="radio" name="uscc" value="" checked[draft.complaint.uscc.is_empty()]; span { "都不是，我写地点" } }
            }
        }
        (area(("place", "place"), "或者写地点", Some("例如：南浔镇人民路菜场东门左边第三个摊位；网上买的写平台和店铺名"), &draft.complaint.place, true, errors))
        (select("town", "属于哪个镇街", &towns, &draft.complaint.town, errors))
    })
}

fn day_fields(context: &Context, draft: &Draft, errors: &Errors) -> Markup {
    let typed = &draft.complaint.happened_on;
    let day = office_date::parse(typed).map_or_else(|_| typed.clone(), |date| date.to_string());
    let path = Question::When.path();
    html! {
        // Two forms, so that Enter in the field of the date does not press the button for today.
        form method="post" action=(path) {
            div.actions {
                button.second name="quick" value="today" { "今天（" (chinese(context.today())) "）" }
                button.second name="quick" value="yesterday" { "昨天" }
            }
        }
        form.stack method="post" action=(path) {
            (Field { kind: "date", ..Field::text("happened_on", "其他日期", &day) }.hint("记不清就填大概的日子").render(errors))
            div.actions { button.main { "继续" } }
        }
    }
}

fn photo_fields(draft: &Draft, errors: &Errors) -> Markup {
    let room = draft.files.len() < uploads::MOST_FILES;
    let next = Question::Photos.next(draft).path();
    html! {
        p { "商品、标签、小票、现场都可以。没有就直接继续。" }
        p.note { "照片和视频里的拍摄地点、时间、手机型号等信息会自动去掉。最多 " (uploads::MOST_FILES) " 个，合起来不超过 " (uploads::MOST_BYTES >> 20) " MB。" }
        @if !draft.files.is_empty() {
            ul.held {
                @for (place, file) in draft.files.iter().enumerate() {
                    li {
                        @if file.has_thumbnail() { img src={ "/complaints/new/photos/" (file.id) } alt={ "照片 " (place + 1) }; }
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
                // A voice, or a name that is said, can tell who was filming.
                @if draft.complaint.insider {
                    label.line { input type="checkbox" name="without_sound" value="true" checked[draft.without_sound]; span { "去掉视频里的声音，免得被人听出是谁" } }
                }
                div.actions { button.main { "继续" } button.second name="do" value="more" { "上传，再选几张" } }
            } @else {
                p id="file" { "已经有 " (uploads::MOST_FILES) " 个，不能再加了。" }
                div.actions { a.main href=(next) { "继续" } }
            }
        }
    }
}

fn demand_fields(draft: &Draft, errors: &Errors) -> Markup {
    let kind = if draft.both {
        "both"
    } else {
        draft.complaint.kind.as_str()
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
        (area(("wants", "wants"), "希望商家怎么做", Some("投诉要填，例如：退款 35 元，赔偿医药费。只举报可以不填"), &draft.complaint.wants, false, errors))
    }
}

fn is_report(draft: &Draft) -> bool {
    draft.complaint.kind == ComplaintKind::Report.code()
}

fn offer_anonymous_report() -> Markup {
    html! {
        details {
            summary { "不想留姓名？" }
            p { "投诉是请我们出面和商家协商，法律规定要写明投诉人。不想留姓名，可以改为匿名举报：我们照样去查，但不能帮您要回钱。" }
            button.second name="do" value="report" { "改为匿名举报" }
        }
    }
}

fn contact_fields(draft: &Draft, errors: &Errors) -> Markup {
    let contact = draft.complaint.contact.clone().unwrap_or_default();
    let report = is_report(draft);
    let chosen = match (draft.contact_asked, draft.complaint.anonymous) {
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
