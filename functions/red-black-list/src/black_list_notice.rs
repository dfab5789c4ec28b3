//! 拟列入黑榜告知书: the paper that tells a business of its nomination for the black list. It is dated once, when it is made out.

use crate::black_list_paper::{CasePaper, established, printed, shown, where_to_turn, word_file};
use crate::case_steps::facts_changed;
use crate::list_case::{ListCase, find_case};
use crate::policy::number_on;
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::red_black::{CaseStatus, ListKind};
use maud::html;
use papers::OfficialPaper;
use web::extract::Path;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, issuing};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/cases/{id}/notice", OFFICE, notice_page)
        .get("/lists/cases/{id}/notice/print", OFFICE, print_page)
        .get("/lists/cases/{id}/notice.docx", OFFICE, notice_file)
        .post("/lists/cases/{id}/notice", OFFICE, make_out)
}

async fn notice_page(context: Context, Path(id): Path<String>) -> Answer {
    let (case, paper) = find_notice(&context, &id).await?;
    let path = path_of(&case);
    let above = html! {
        @if may_be_made_out(&case) && paper.signature.date.is_none() {
            form.stack method="post" action=(path) {
                p { "还没有出具。出具以后日期就定了，不再变。" }
                button.main { "出具告知书，日期写今天" }
            }
        }
    };
    Ok(shown(&context, &case, &paper, &path, &above))
}

async fn print_page(context: Context, Path(id): Path<String>) -> Answer {
    let (case, paper) = find_notice(&context, &id).await?;
    Ok(printed(&paper, &path_of(&case)))
}

async fn notice_file(context: Context, Path(id): Path<String>) -> Answer {
    let (case, paper) = find_notice(&context, &id).await?;
    word_file(&case, &paper, "black-list-notice")
}

fn path_of(case: &ListCase) -> String {
    format!("/lists/cases/{}/notice", case.id)
}

/// A business is told of what still stands, and once.
fn may_be_made_out(case: &ListCase) -> bool {
    case.status == CaseStatus::Nominated && case.facts_stand
}

/// The case, of the black list, with its paper.
async fn find_notice(context: &Context, id: &str) -> Result<(ListCase, OfficialPaper), Problem> {
    let case = find_case(context, id).await?;
    if case.list != ListKind::Black {
        return Err(Problem::not_found());
    }
    let dated_on = find_date(context, &case).await?;
    let told_on = case
        .notified_on
        .or(dated_on)
        .unwrap_or_else(|| context.today());
    let workdays = number_on(context, "objection_workdays", told_on).await?;
    let office = issuing::of_today(context).await?.office;
    let paper = CasePaper {
        title: "拟列入食品安全黑榜告知书",
        dated_on,
        paragraphs: paragraphs(
            &case,
            &office,
            workdays,
            &where_to_turn(&office, context.office()),
        ),
    };
    let paper = paper.set(context, &case).await?;
    Ok((case, paper))
}

/// The day on which the paper was made out, or else that on which the business was told.
async fn find_date(context: &Context, case: &ListCase) -> Result<Option<NaiveDate>, Problem> {
    let sql = "SELECT json_array((SELECT n.dated_on FROM list_case_notice n WHERE n.case_id = ?1))";
    let (dated_on,): (Option<NaiveDate>,) =
        context.store.json(sql, [case.id.as_str().into()]).await?;
    Ok(dated_on.or(case.notified_on))
}

/// What the paper says.
fn paragraphs(case: &ListCase, office: &str, workdays: u32, turn_to: &str) -> Vec<String> {
    let mut said = vec![format!(
        "经查，你单位有下列依法认定的事实，达到本区食品安全“红黑榜”管理制度规定的标准，{office}拟将你单位列入黑榜，向社会公布。"
    )];
    said.extend(established(case));
    said.push(format!("拟公布的理由：{}", case.ground));
    said.push(format!(
        "你单位有权陈述和申辩。请在收到本告知书之日起{workdays}个工作日内{}向{turn_to}提出，书面、口头都可以。逾期没有提出的，视为放弃。",
        last_day(case)
    ));
    said.push("黑榜是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚；公布期限不超过所依据处罚的公示期限。公布以后，你单位的回应会刊登在旁边；改正以后可以申请信用修复。".to_owned());
    said
}

/// Until when the business may object, once it has been told.
fn last_day(case: &ListCase) -> String {
    let Some(until) = case.object_until else {
        return String::new();
    };
    let until = chinese(until);
    match (case.put_off_until(), case.object_provisional) {
        (Some(later), _) => format!(
            "（{until}以前；按已经公布的节假日顺延到{}）",
            chinese(later)
        ),
        (None, true) => format!("（{until}以前，暂定）"),
        (None, false) => format!("（{until}以前）"),
    }
}

/// Dates the paper with today, once.
async fn make_out(context: Context, Path(id): Path<String>) -> Answer {
    let (case, paper) = find_notice(&context, &id).await?;
    if paper.signature.date.is_none() {
        if !case.facts_stand {
            return Err(facts_changed(&case.name));
        }
        let sql = "INSERT INTO list_case_notice (case_id, dated_on, changed_by, changed_at)
            SELECT c.id, ?2, ?3, ?4 FROM list_case c WHERE c.id = ?1 AND c.list = 'black' AND c.status = 'nominated'
            ON CONFLICT (case_id) DO NOTHING RETURNING 1";
        let parameters = [
            case.id.as_str().into(),
            context.today().to_string().into(),
            context.caller()?.account.as_str().into(),
            context.at().into(),
        ];
        context.store.run(sql, parameters).await?;
    }
    Ok(Redirect::to(&path_of(&case)).into_response())
}
