//! One business, with everything known about it.

use crate::list::{ENTERPRISE_JSON, word_or_dash};
use crate::particulars::Particulars;
use chrono::NaiveDate;
use domain::EnterpriseNo;
use domain::office_date::chinese;
use domain::problem::{ProblemLevel, ProblemStatus};
use domain::words::{
    EnterpriseStatus, FactKind, Level, RiskGrade, Role, Sector, Tier, VisitMode, Word as _,
};
use maud::{Markup, html};
use registers::enterprises;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::Path;
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

/// The business as JSON.
///
/// # Errors
///
/// 404 where there is none of this code, or the caller may not know of it.
async fn enterprise_json(context: &Context, number: String) -> Result<String, Problem> {
    let towns = context.caller()?.only_towns_json();
    let sql = format!(
        "SELECT coalesce((SELECT {ENTERPRISE_JSON} FROM enterprise_site e
         WHERE e.uscc = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let text = context
        .store
        .text(&sql, [number.into(), towns.into()])
        .await?;
    Some(text)
        .filter(|text| !text.is_empty())
        .ok_or_else(Problem::not_found)
}

pub async fn show_enterprise(context: Context, Path(uscc): Path<String>) -> Answer {
    let number: EnterpriseNo = uscc.parse().map_err(|_| Problem::not_found())?;
    let number = enterprises::number_of(&context, &number).await?;
    Ok(json_text(enterprise_json(&context, number).await?))
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "programs read what the page does not show")]
pub struct Enterprise {
    /// 主体编号：永久不变；第一个场所就是信用代码
    pub enterprise_no: String,
    pub uscc: Option<String>,
    /// 注册号
    pub old_no: Option<String>,
    /// 食品经营许可证编号或者备案编号
    pub food_business_no: Option<String>,
    /// 小作坊、小餐饮、小食杂店登记证编号
    pub registration_no: Option<String>,
    pub name: String,
    pub founded_on: Option<NaiveDate>,
    pub address: Option<String>,
    pub town: Option<String>,
    pub village: Option<String>,
    pub business_scope: Option<String>,
    /// 要不要食品生产许可证；null：需要人工判断
    needs_license: Option<bool>,
    pub sector: Option<Sector>,
    pub risk_grade: Option<RiskGrade>,
    pub level: Option<Level>,
    pub canteen: bool,
    pub license_no: Option<String>,
    pub licensed_on: Option<NaiveDate>,
    pub person_in_charge: Option<String>,
    pub phone: Option<String>,
    pub status: EnterpriseStatus,
    version: i64,
}

#[derive(Deserialize)]
struct Assignment {
    cadre_no: String,
    cadre: String,
    tier: Tier,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Visit {
    visited_on: NaiveDate,
    cadre: String,
    mode: VisitMode,
    result_text: String,
    problems_found: u32,
    note: String,
}

/// A day in Chinese, or a dash.
fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "—".to_owned(), chinese)
}

pub async fn page(context: Context, Path(uscc): Path<String>) -> Answer {
    let number = enterprises::find_number(&context.store, &uscc).await?;
    let json = enterprise_json(&context, number).await?;
    let enterprise: Enterprise = serde_json::from_str(&json).map_err(Problem::internal)?;
    let uscc = enterprise.enterprise_no.as_str();
    let particulars = Particulars::find(&context, uscc).await?;
    let assignments = find_assignments(&context, uscc).await?;
    let facts = find_facts(&context, uscc).await?;
    let visits = find_visits(&context, uscc).await?;
    let entries = find_entries(&context, uscc).await?;
    let problems = find_problems(&context, uscc).await?;
    let is_office = context.caller()?.role == Role::Office;
    Ok(page::page(
        &context,
        &enterprise.name,
        &html! {
            p { a href="/enterprises" { "企业台账" } }
            h1 { (enterprise.name) }
            @if is_office {
                div.actions {
                    a.second href={ "/enterprises/" (uscc) "/edit" } { "修改" }
                    a href={ "/enterprises/" (uscc) "/merge" } { "和另一家是同一家" }
                    a href={ "/audit?record=enterprise/" (uscc) } { "变更记录" }
                }
            }
            (ledger_entry(&enterprise, &particulars, context.today()))
            (particulars.merged(is_office))
            h2 { "包保干部" }
            (assignment_table(&assignments))
            h2 { "抽检、处罚、检查、荣誉" }
            (fact_table(&facts))
            h2 { "问题" }
            (problem_table(uscc, &problems, context.caller()?.role))
            h2 { "督导记录" }
            p { "今年已入企 " (entries.entries) " 次" @if let Some(cap) = entries.cap.filter(|cap| *cap > 0) { "，上限 " (cap) " 次" } "（督导和检查合计）。" }
            (visit_table(&visits))
        },
    ))
}

/// What the ledger says of the business.
fn ledger_entry(enterprise: &Enterprise, particulars: &Particulars, today: NaiveDate) -> Markup {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    html! {
        dl.facts {
            dt { "统一社会信用代码" } dd.code { (text(&enterprise.uscc)) }
            @if enterprise.uscc.as_ref() != Some(&enterprise.enterprise_no) { dt { "主体编号" } dd.code { (enterprise.enterprise_no) } }
            @if let Some(number) = &enterprise.old_no { dt { "注册号" } dd.code { (number) } }
            dt { "登记状态" } dd { (enterprise.status.chinese()) (particulars.suspended_mark(today)) }
            dt { "业态" } dd { (word_or_dash(enterprise.sector)) @if enterprise.canteen { "（学校、幼儿园食堂）" } }
            dt { "镇街、村社区" } dd { (text(&enterprise.town)) " " (text(&enterprise.village)) }
            dt { "住所" } dd { (text(&enterprise.address)) }
            dt { "成立日期" } dd { (date(enterprise.founded_on)) }
            dt { "风险等级" } dd { (word_or_dash(enterprise.risk_grade)) }
            dt { "包保级别" } dd { (word_or_dash(enterprise.level)) }
            dt { "食品生产许可证" } dd { (text(&enterprise.license_no)) @if enterprise.licensed_on.is_some() { "，" (date(enterprise.licensed_on)) "发证" } }
            (particulars.rows())
            dt { "负责人、电话" } dd { (text(&enterprise.person_in_charge)) " " (text(&enterprise.phone)) }
            dt { "经营范围" } dd { (text(&enterprise.business_scope)) }
            @if enterprise.business_scope.is_some() {
                dt { "按经营范围" } dd {
                    @match enterprise.needs_license {
                        Some(true) => "需要食品生产许可",
                        Some(false) => "不需要食品生产许可",
                        None => "是否需要食品生产许可，要人工判断",
                    }
                }
            }
        }
    }
}

fn assignment_table(assignments: &[Assignment]) -> Markup {
    html! {
        @if assignments.is_empty() {
            p { "还没有指定包保干部。" }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="包保干部" {
                table {
                    thead { tr { th scope="col" { "姓名" } th scope="col" { "工号" } th scope="col" { "层级" } th scope="col" { "开始" } th scope="col" { "结束" } } }
                    tbody {
                        @for assignment in assignments {
                            tr { td { (assignment.cadre) } td.code { (assignment.cadre_no) } td { (assignment.tier.chinese()) }
                                 td.tight { (date(assignment.starts_on)) } td.tight { (date(assignment.ends_on)) } }
                        }
                    }
                }
            }
        }
    }
}

fn fact_table(facts: &[EnterpriseFact]) -> Markup {
    html! {
        @if facts.is_empty() {
            p { "没有记录。" }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="抽检、处罚、检查、荣誉" {
                table {
                    caption { "最近 50 条" }
                    thead { tr { th scope="col" { "日期" } th scope="col" { "事项" } th scope="col" { "内容" } th scope="col" { "结果" } th scope="col" { "编号" } } }
                    tbody {
                        @for fact in facts {
                            tr { td.tight { (chinese(fact.happened_on)) } td.tight { (fact.kind.chinese()) } td { (fact.title) }
                                 td { @if fact.bad == 1 { strong { (fact.said) } } @else { (fact.said) } } td { a href={ "/facts/fact?kind=" (fact.kind.code()) "&number=" (page::encode(&fact.number)) } { (fact.number) } } }
                        }
                    }
                }
            }
        }
    }
}

fn visit_table(visits: &[Visit]) -> Markup {
    html! {
        @if visits.is_empty() {
            p { "还没有督导记录。" }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="督导记录" {
                table {
                    caption { "最近 50 次" }
                    thead { tr { th scope="col" { "日期" } th scope="col" { "干部" } th scope="col" { "方式" } th scope="col" { "结果" } th.number scope="col" { "问题数" } th scope="col" { "备注" } } }
                    tbody {
                        @for visit in visits {
                            tr { td.tight { (chinese(visit.visited_on)) } td { (visit.cadre) } td { (visit.mode.chinese()) }
                                 td { (visit.result_text) } td.number { (visit.problems_found) } td { (visit.note) } }
                        }
                    }
                }
            }
        }
    }
}

async fn find_assignments(context: &Context, uscc: &str) -> Result<Vec<Assignment>, Problem> {
    let sql = "SELECT json_group_array(json_object('cadre_no', cadre_no, 'cadre', cadre, 'tier', tier, 'starts_on', starts_on, 'ends_on', ends_on))
        FROM (SELECT * FROM enterprise_supervision WHERE uscc = ?1 ORDER BY starts_on DESC)";
    Ok(context.store.json(sql, [uscc.into()]).await?)
}

/// How often officials came to the business this year, and how often the policy lets them.
#[derive(Deserialize)]
struct EntryCount {
    entries: u32,
    cap: Option<u32>,
}

async fn find_entries(context: &Context, uscc: &str) -> Result<EntryCount, Problem> {
    let sql = "SELECT json_object('entries', (SELECT count(*) FROM enterprise_entry n WHERE n.uscc = ?1 AND n.entered_on BETWEEN substr(?2, 1, 4) || '-01-01' AND ?2),
        'cap', (SELECT p.value ->> '$' FROM policy_ledger p
            WHERE p.name = 'entries_a_year_cap' AND p.valid_from <= ?2 AND (p.valid_before IS NULL OR ?2 < p.valid_before)))";
    let parameters = [uscc.into(), context.today().to_string().into()];
    Ok(context.store.json(sql, parameters).await?)
}

async fn find_visits(context: &Context, uscc: &str) -> Result<Vec<Visit>, Problem> {
    let sql = "SELECT json_group_array(json_object('visited_on', visited_on, 'cadre', cadre, 'mode', mode, 'result_text', result_text,
            'problems_found', problems_found, 'note', note))
        FROM (SELECT * FROM enterprise_visit WHERE uscc = ?1 ORDER BY visited_on DESC LIMIT 50)";
    Ok(context.store.json(sql, [uscc.into()]).await?)
}

/// A fact about the business (view `enterprise_fact`).
#[derive(Deserialize)]
struct EnterpriseFact {
    kind: FactKind,
    number: String,
    happened_on: NaiveDate,
    title: String,
    said: String,
    /// 1 where it speaks against the business, else 0.
    bad: i64,
}

async fn find_facts(context: &Context, uscc: &str) -> Result<Vec<EnterpriseFact>, Problem> {
    let sql = "SELECT json_group_array(json_object('kind', kind, 'number', number, 'happened_on', happened_on, 'title', title, 'said', said, 'bad', bad))
        FROM (SELECT * FROM enterprise_fact WHERE uscc = ?1 ORDER BY happened_on DESC LIMIT 50)";
    Ok(context.store.json(sql, [uscc.into()]).await?)
}

/// The problems of the business that are not struck off, and how many are (view `enterprise_problem`).
#[derive(Deserialize)]
struct EnterpriseProblems {
    open: Vec<EnterpriseProblem>,
    struck_off: u64,
}

#[derive(Deserialize)]
struct EnterpriseProblem {
    id: i64,
    text: String,
    level: ProblemLevel,
    status: ProblemStatus,
    found_on: NaiveDate,
    due_on: Option<NaiveDate>,
}

async fn find_problems(context: &Context, uscc: &str) -> Result<EnterpriseProblems, Problem> {
    let sql = "SELECT json_object('open', json((SELECT json_group_array(json_object('id', id, 'text', text, 'level', level, 'status', status, 'found_on', found_on, 'due_on', due_on))
            FROM (SELECT * FROM enterprise_problem WHERE uscc = ?1 AND status <> 'struck_off' ORDER BY found_on DESC, id DESC LIMIT 50))),
        'struck_off', (SELECT count(*) FROM enterprise_problem WHERE uscc = ?1 AND status = 'struck_off'))";
    Ok(context.store.json(sql, [uscc.into()]).await?)
}

/// Whoever reads of a business at the desk can report a problem of it, but for the chair.
fn problem_table(uscc: &str, problems: &EnterpriseProblems, role: Role) -> Markup {
    html! {
        @if problems.open.is_empty() {
            p { "没有未销号的问题。" }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="问题" {
                table {
                    thead { tr { th scope="col" { "问题" } th scope="col" { "等级" } th scope="col" { "状态" } th scope="col" { "发现日期" } th scope="col" { "下一步期限" } } }
                    tbody {
                        @for problem in &problems.open {
                            tr { td { a href={ "/problems/" (problem.id) } { (problem.text) } } td.tight { (problem.level.chinese()) } td.tight { (problem.status.chinese()) }
                                 td.tight { (chinese(problem.found_on)) } td.tight { (date(problem.due_on)) } }
                        }
                    }
                }
            }
        }
        p { a href={ "/problems?status=struck_off&enterprise_no=" (uscc) } { "已销号 " (problems.struck_off) " 个" }
            @if !matches!(role, Role::Chair | Role::TownChair | Role::Bureau | Role::Department) { " · " a href={ "/problems/new?enterprise_no=" (uscc) } { "登记问题" } } }
    }
}
