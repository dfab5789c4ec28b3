//! 拟列入黑榜告知书: the paper that tells a business of its nomination for the black list.

use crate::list_case::find_case;
use crate::policy::number_on;
use domain::office_date::chinese;
use domain::red_black::ListKind;
use maud::html;
use transparency::wording;
use web::extract::Path;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, issuing, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/lists/cases/{id}/notice", OFFICE, notice)
}

/// The paper, to be printed and handed over.
async fn notice(context: Context, Path(id): Path<String>) -> Answer {
    let case = find_case(&context, &id).await?;
    if case.list != ListKind::Black {
        return Err(Problem::not_found());
    }
    let told_on = case.notified_on.unwrap_or_else(|| context.today());
    let workdays = number_on(&context, "objection_workdays", told_on).await?;
    let issuing = issuing::of_today(&context).await?;
    Ok(page::page(
        &context,
        "拟列入黑榜告知书",
        &html! {
            p.actions { a href={ "/lists/cases/" (case.id) } { "回到办理页面" } }
            article.paper {
                h1.title { "拟列入食品安全黑榜告知书" }
                p { (case.name) "（统一社会信用代码 " (case.uscc) "）：" }
                p.body { "经查，你单位有下列依法认定的事实，达到本区食品安全“红黑榜”管理制度规定的标准，" (issuing.office) "拟将你单位列入黑榜，向社会公布。" }
                @for met in &case.rules {
                    p.body { (met.title) "（" (met.basis) "）：" }
                    @for fact in &met.evidence { p.body { (wording::fact(fact)) "。" } }
                }
                p.body { "拟公布的理由：" (case.ground) }
                p.body { "你单位有权陈述和申辩。请在收到本告知书之日起" (workdays) "个工作日内"
                    @if let Some(until) = case.object_until { "（" (chinese(until)) "以前" @if let Some(later) = case.put_off_until() { "；按已经公布的节假日顺延到" (chinese(later)) } @else if case.object_provisional { "，暂定" } "）" }
                    "提出，书面、口头都可以。逾期没有提出的，视为放弃。" }
                p.body { "黑榜是本区对已经依法认定的事实的公开，不是国家严重违法失信名单，不附带其他处罚；公布期限不超过所依据处罚的公示期限。公布以后，你单位的回应会刊登在旁边；改正以后可以申请信用修复。" }
                p.signed { (issuing.office) }
                p.signed { (chinese(context.today())) }
            }
        },
    ))
}
