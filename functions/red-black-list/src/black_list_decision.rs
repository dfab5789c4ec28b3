//! 列入黑榜决定书, or that a business is not put on it: the paper that says how its case was decided. Its date is the day of the decision.

use crate::black_list_paper::{CasePaper, established, printed, shown, where_to_turn, word_file};
use crate::list_case::{ListCase, find_case};
use domain::office_date::chinese;
use domain::red_black::{CaseMove, ListKind};
use domain::words::Word as _;
use maud::Markup;
use papers::OfficialPaper;
use web::extract::Path;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, issuing};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/cases/{id}/decision", OFFICE, decision_page)
        .get("/lists/cases/{id}/decision/print", OFFICE, print_page)
        .get("/lists/cases/{id}/decision.docx", OFFICE, decision_file)
}

async fn decision_page(context: Context, Path(id): Path<String>) -> Answer {
    let (case, paper) = find_decision(&context, &id).await?;
    let path = path_of(&case);
    Ok(shown(&context, &case, &paper, &path, &Markup::default()))
}

async fn print_page(context: Context, Path(id): Path<String>) -> Answer {
    let (case, paper) = find_decision(&context, &id).await?;
    Ok(printed(&paper, &path_of(&case)))
}

async fn decision_file(context: Context, Path(id): Path<String>) -> Answer {
    let (case, paper) = find_decision(&context, &id).await?;
    word_file(&case, &paper, "black-list-decision")
}

fn path_of(case: &ListCase) -> String {
    format!("/lists/cases/{}/decision", case.id)
}

/// The case, of the black list and decided, with its paper.
async fn find_decision(context: &Context, id: &str) -> Result<(ListCase, OfficialPaper), Problem> {
    let case = find_case(context, id).await?;
    let is_listed = is_listed(&case).ok_or_else(Problem::not_found)?;
    let office = issuing::of_today(context).await?.office;
    let turn_to = where_to_turn(&office, context.office());
    let paper = CasePaper {
        title: match is_listed {
            true => "列入食品安全黑榜决定书",
            false => "不列入食品安全黑榜决定书",
        },
        dated_on: case.decided_on,
        paragraphs: match is_listed {
            true => listing(&case, &office, &turn_to),
            false => no_listing(&case, &office),
        },
    };
    let paper = paper.set(context, &case).await?;
    Ok((case, paper))
}

/// Whether it was decided that the business is put on the black list; none where nothing was decided, or of the other list.
fn is_listed(case: &ListCase) -> Option<bool> {
    let decided = case
        .steps
        .iter()
        .rev()
        .find_map(|step| match CaseMove::read(&step.case_move)? {
            CaseMove::Approve => Some(true),
            CaseMove::Reject => Some(false),
            _ => None,
        });
    decided.filter(|_| case.list == ListKind::Black)
}

/// What was told, and what the business said to it.
fn hearing(case: &ListCase, office: &str) -> String {
    let told = match case.notified_on {
        Some(day) => format!(
            "{office}于{}告知你单位拟列入黑榜的事实、理由和依据。",
            chinese(day)
        ),
        None => String::new(),
    };
    let answered = match (&case.objection, &case.answer) {
        (None, _) => "你单位在规定的期限内没有提出陈述申辩。".to_owned(),
        (Some(_), None) => "你单位提出了陈述申辩。".to_owned(),
        (Some(_), Some(answer)) => {
            let answer = answer.trim_end_matches('。');
            format!("你单位提出了陈述申辩。经复核，答复如下：{answer}。")
        }
    };
    told + &answered
}

/// The decision to put the business on the list.
fn listing(case: &ListCase, office: &str, turn_to: &str) -> Vec<String> {
    let mut said = vec![
        "经查，你单位有下列依法认定的事实，达到本区食品安全“红黑榜”管理制度规定的标准：".to_owned(),
    ];
    said.extend(established(case));
    said.push(hearing(case, office));
    said.push(format!(
        "现决定将你单位列入食品安全黑榜，向社会公布。公布的理由：{}",
        case.ground
    ));
    said.push("黑榜是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚；公布期限不超过所依据处罚的公示期限。你单位的回应会刊登在旁边；改正以后可以申请信用修复。".to_owned());
    said.push(format!(
        "你单位对本决定有异议，或者要提交回应、申请信用修复的，请联系{turn_to}。"
    ));
    said
}

/// The decision against it.
fn no_listing(case: &ListCase, office: &str) -> Vec<String> {
    vec![
        hearing(case, office),
        "经审查，现决定不将你单位列入食品安全黑榜。".to_owned(),
    ]
}
