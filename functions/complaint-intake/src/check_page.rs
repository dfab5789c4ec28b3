//! The last page of the form: everything that was answered, to be read once more before it is sent.

use crate::drafts::Draft;
use crate::limits;
use crate::question::Question;
use domain::complaint::{Category, ComplaintKind};
use domain::office_date::{self, chinese};
use domain::words::Word as _;
use maud::{Markup, html};
use web::form::Errors;
use web::{Context, Problem};

/// An answer as it is read once more, and the question that it can be changed at.
struct AnswerLine {
    question: Question,
    label: &'static str,
    value: String,
}

async fn enterprise_name(context: &Context, uscc: &str) -> Result<String, Problem> {
    let sql = "SELECT coalesce((SELECT name FROM enterprise_ledger WHERE uscc = ?1), '')";
    Ok(context.store.text(sql, [uscc.into()]).await?)
}

/// The answers of the draft, those that were left blank too.
async fn answer_lines(context: &Context, draft: &Draft) -> Result<Vec<AnswerLine>, Problem> {
    let complaint = &draft.complaint;
    let enterprise = enterprise_name(context, &complaint.uscc).await?;
    let place = match enterprise.is_empty() {
        true => format!("{} {}", complaint.town, complaint.place)
            .trim()
            .to_owned(),
        false => enterprise,
    };
    let category = Category::read(&complaint.category)
        .map_or("还没有选择", |category| category.chinese());
    let day =
        office_date::parse(&complaint.happened_on).map_or_else(|_| "还没有填".to_owned(), chinese);
    let contact = complaint.contact.clone().unwrap_or_default();
    let who = match complaint.anonymous {
        true => "不留姓名".to_owned(),
        false => [contact.name, contact.phone, contact.address].join("　"),
    };
    let files = format!("{} 个", draft.files.len());
    Ok([
        (Question::What, "问题", category.to_owned()),
        (Question::What, "经过", complaint.text.clone()),
        (Question::Where, "地点", place),
        (Question::When, "日期", day),
        (Question::Photos, "照片和视频", files),
        (Question::Wants, "想要的结果", kind_text(draft).to_owned()),
        (Question::Wants, "希望商家怎么做", complaint.wants.clone()),
        (Question::Who, "联系方式", who),
    ]
    .into_iter()
    .map(|(question, label, value)| AnswerLine {
        question,
        label,
        value,
    })
    .collect())
}

fn kind_text(draft: &Draft) -> &'static str {
    match ComplaintKind::read(&draft.complaint.kind) {
        _ if draft.both => "投诉和举报，分别办理",
        Some(ComplaintKind::Complaint) => "投诉：帮我解决问题",
        Some(ComplaintKind::Report) if draft.complaint.insider => "内部举报",
        Some(ComplaintKind::Report) => "举报：查处违法行为",
        None => "还没有选择",
    }
}

/// What was answered, each answer with the way back to its question.
pub async fn check_fields(
    context: &Context,
    draft: &Draft,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let lines = answer_lines(context, draft).await?;
    let challenge = limits::next_challenge(context).await?;
    let pages: Vec<Question> = Question::all_of(draft).collect();
    Ok(html! {
        dl.facts {
            @for line in lines.iter().filter(|line| pages.contains(&line.question) && !domain::text::is_blank(&line.value)) {
                dt { (line.label) }
                dd { span.said { (line.value) } " " a href=(line.question.path()) { "修改" span.hidden { (line.label) } } }
            }
        }
        // The links of the error summary lead here, and from here to the question that asks for the field.
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
