//! 应督导事项: what each official owes in a quarter, and where the quarter stands by town (001 §三.2; design: time and law).

use chrono::{Datelike as _, NaiveDate};
use domain::words::{Tier, Word as _, choices};
use maud::html;
use registers::{Column, Filter, Input, List, ListQuery, Member};
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::Query;
use web::form::{Errors, select};
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page};

domain::words::words! {
    /// Where one obligation stands on a day.
    Status {
        /// A fitting visit within the quarter.
        Done = "done" "已督导",
        /// The quarter still runs.
        Due = "due" "待督导",
        /// The quarter ended without a visit.
        Overdue = "overdue" "逾期未督导",
        /// On-site was required and every visit was online.
        WrongMode = "wrong_mode" "应现场未现场",
        /// A fitting visit came after the quarter.
        Late = "late" "逾期已补",
        /// Nobody holds the business.
        Unassigned = "unassigned" "未指定干部",
    }
}

/// The status on the day `{today}`, of a row of `obligation o`. Only visits dated up to that day count. What happened after the
/// quarter counts once its day is over: the first morning shows the quarter as it ended.
macro_rules! status {
    () => {
        "CASE
            WHEN o.cadre_no IS NULL THEN 'unassigned'
            WHEN o.met_on <= min(o.ends_on, {today}) THEN 'done'
            WHEN o.ends_on >= {today} THEN 'due'
            WHEN o.met_on < {today} THEN 'late'
            WHEN o.on_site_required AND o.visited_on <= {today} THEN 'wrong_mode'
            ELSE 'overdue' END"
    };
}

/// The quarter of a day: 2026Q3.
pub fn period_of(day: NaiveDate) -> String {
    format!("{}Q{}", day.year(), day.month0() / 3 + 1)
}

/// 2026年第三季度.
pub fn chinese_period(period: &str) -> String {
    match period.split_once('Q') {
        Some((year, quarter)) => {
            let quarter = match quarter {
                "1" => "一",
                "2" => "二",
                "3" => "三",
                _ => "四",
            };
            format!("{year}年第{quarter}季度")
        }
        None => period.to_owned(),
    }
}

pub static OBLIGATIONS: List = List {
    name: "obligations",
    title: "应督导事项",
    path: "/supervision/obligations",
    api: "/api/v1/supervision/obligations",
    from: "obligation o LEFT JOIN cadre c ON c.cadre_no = o.cadre_no",
    id: "o.ledger_id",
    town: "o.town",
    cadre: Some("o.cadre_no"),
    nothing: "这个季度没有应督导事项。",
    item: &[
        Member::text("cadre_no", "o.cadre_no"),
        Member::text("cadre", "c.name"),
        Member::text("uscc", "o.uscc").always(),
        Member::text("enterprise", "o.enterprise").always(),
        Member::text("town", "o.town"),
        Member::text("village", "o.village"),
        Member::text("period", "o.period").always(),
        Member::yes_no("on_site_required", "json(iif(o.on_site_required, 'true', 'false'))").always(),
        Member::text("on_site", "iif(o.on_site_required, '现场', '')").always(),
        Member::word("status", status!(), choices::<Status>).always(),
        Member::date("due", "o.ends_on").always(),
        Member::date("met_on", "iif(o.met_on <= {today}, o.met_on, NULL)"),
        Member::whole("visits", "(SELECT count(*) FROM visit v WHERE v.uscc = o.uscc AND v.visited_on BETWEEN o.starts_on AND min(o.ends_on, {today}))").always(),
    ],
    filters: &[
        Filter {
            name: "period",
            label: "季度",
            input: Input::Text,
            condition: "o.period = upper({})",
        },
        Filter {
            name: "status",
            label: "情况",
            input: Input::Choice(choices::<Status>),
            condition: concat!("{} = ", status!()),
        },
        Filter::town("o.town = {}"),
        Filter {
            name: "tier",
            label: "干部层级",
            input: Input::Choice(choices::<Tier>),
            condition: "c.tier = {}",
        },
        Filter {
            name: "cadre_no",
            label: "工号",
            input: Input::Text,
            condition: "o.cadre_no = upper({})",
        },
    ],
    columns: &[
        Column::link("企业名称", "enterprise", "/enterprises/", "uscc").by("o.enterprise"),
        Column::text("镇街", "town").by("o.town"),
        Column::text("村社区", "village").by("o.village"),
        Column::word::<Status>("情况", "status"),
        Column::text("要求", "on_site").by("o.on_site_required"),
        Column::text("包保干部", "cadre").by("c.name"),
        Column::text("工号", "cadre_no").by("o.cadre_no"),
        Column::date("应在此前", "due"),
        Column::date("督导日期", "met_on").by("o.met_on"),
        Column::number("本季次数", "visits"),
    ],
    above: crate::tabs::tabs,
    usual: with_period,
    ..List::PLAIN
};

/// The quarter that is asked for; the running one where none is.
fn with_period(context: &Context, asked: ListQuery) -> Result<ListQuery, Problem> {
    let asked = asked.or("period", period_of(context.today()));
    let period = asked.get("period").unwrap_or("").to_ascii_uppercase();
    let known = period.split_once('Q').is_some_and(|(year, quarter)| {
        year.len() == 4
            && year.bytes().all(|digit| digit.is_ascii_digit())
            && matches!(quarter, "1" | "2" | "3" | "4")
    });
    if known {
        Ok(asked)
    } else {
        Err(Problem::invalid(vec![FieldError::new(
            "period",
            period,
            "季度写成 2026Q3 这样",
        )]))
    }
}

/// One line of the quarter's standing.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    town: Option<String>,
    #[serde(default)]
    tier: Option<Tier>,
    total: u64,
    done: u64,
    due: u64,
    overdue: u64,
    wrong_mode: u64,
    late: u64,
    unassigned: u64,
}

async fn summary(context: &Context, asked: &ListQuery) -> Result<String, Problem> {
    let counts = "count(*) AS total, sum(status = 'done') AS done, sum(status = 'due') AS due, sum(status = 'overdue') AS overdue,
            sum(status = 'wrong_mode') AS wrong_mode, sum(status = 'late') AS late, sum(status = 'unassigned') AS unassigned";
    let line = "'total', total, 'done', done, 'due', due, 'overdue', overdue, 'wrong_mode', wrong_mode, 'late', late, 'unassigned', unassigned";
    let sql = format!(
        "WITH standing AS MATERIALIZED (SELECT o.town, c.tier, {status} AS status FROM obligation o LEFT JOIN cadre c ON c.cadre_no = o.cadre_no
            WHERE o.period = upper(?2) AND (?3 IS NULL OR o.town IN (SELECT value FROM json_each(?3))) AND (?4 IS NULL OR o.cadre_no = ?4))
         SELECT json_object(
            'items', json((SELECT json_group_array(json_object('town', town, {line})) FROM (SELECT town, {counts} FROM standing GROUP BY town ORDER BY town))),
            'tiers', json((SELECT json_group_array(json_object('tier', tier, {line})) FROM (SELECT tier, {counts} FROM standing WHERE tier IS NOT NULL GROUP BY tier ORDER BY tier))))",
        status = status!(),
    )
    .replace("{today}", "?1");
    let caller = context.caller()?;
    let cadre = caller.role == domain::words::Role::Cadre;
    let towns = if cadre {
        None
    } else {
        caller.only_towns_json()
    };
    let cadre_no = cadre.then(|| caller.cadre_no.clone().unwrap_or_default());
    let parameters = [
        context.today().to_string().into(),
        asked.get("period").unwrap_or("").into(),
        towns.into(),
        cadre_no.into(),
    ];
    Ok(context.store.text(&sql, parameters).await?)
}

pub async fn show_summary(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    let asked = with_period(&context, asked)?;
    Ok(json_text(summary(&context, &asked).await?))
}

/// The quarter by town and by tier.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "ObligationSummary")]
pub struct Summary {
    #[schemars(with = "Vec<OfTown>")]
    items: Vec<Line>,
    #[schemars(with = "Vec<OfTier>")]
    tiers: Vec<Line>,
}

/// As [`Line`] is given for a town; null where a business has none.
#[derive(JsonSchema)]
#[schemars(rename = "ObligationsOfTown")]
#[expect(dead_code, reason = "described, never made")]
struct OfTown {
    town: Option<String>,
    #[serde(flatten)]
    counts: Counts,
}

/// As [`Line`] is given for a tier.
#[derive(JsonSchema)]
#[schemars(rename = "ObligationsOfTier")]
#[expect(dead_code, reason = "described, never made")]
struct OfTier {
    tier: Tier,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct Counts {
    total: u64,
    done: u64,
    due: u64,
    overdue: u64,
    wrong_mode: u64,
    late: u64,
    unassigned: u64,
}

/// What is asked of the summary.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct SummaryAsked {
    /// 季度，如 2026Q3；不写是本季度
    period: Option<String>,
}

/// How many quarters back one can look.
const BACK: i32 = 8;

pub async fn summary_page(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    let asked = with_period(&context, asked)?;
    let summary: Summary =
        serde_json::from_str(&summary(&context, &asked).await?).map_err(Problem::internal)?;
    let period = asked.get("period").unwrap_or("").to_ascii_uppercase();
    let today = context.today();
    let quarters: Vec<String> = (0..BACK)
        .filter_map(|back| {
            today.checked_sub_months(chrono::Months::new(3 * u32::try_from(back).ok()?))
        })
        .map(period_of)
        .collect();
    let named: Vec<(String, String)> = quarters
        .iter()
        .map(|period| (period.clone(), chinese_period(period)))
        .collect();
    let choices: Vec<(&str, &str)> = named
        .iter()
        .map(|(code, said)| (code.as_str(), said.as_str()))
        .collect();
    let sum = |of: fn(&Line) -> u64| summary.items.iter().map(of).sum::<u64>();
    let (total, done) = (sum(|line| line.total), sum(|line| line.done + line.late));
    let link = |line: &Line, status: &str| {
        let of = match (&line.town, line.tier) {
            (Some(town), _) => format!("&town={}", page::encode(town)),
            (None, Some(tier)) => format!("&tier={}", tier.code()),
            (None, None) => String::new(),
        };
        format!("/supervision/obligations?period={period}&status={status}{of}")
    };
    let table = |label: &str, lines: &[Line]| {
        let cell = |line: &Line, status: &str, count: u64| {
            html! { td.number { @if count == 0 { "0" } @else { a href=(link(line, status)) { (count) } } } }
        };
        html! {
            div.scroll tabindex="0" role="region" aria-label={ "按" (label) } {
                table {
                    thead { tr {
                        th scope="col" { (label) } th scope="col" { "进度" } th.number scope="col" { "应督导" }
                        @for status in Status::ALL { th.number scope="col" { (status.chinese()) } }
                    } }
                    tbody {
                        @for line in lines {
                            tr {
                                th scope="row" { @match (&line.town, line.tier) { (Some(town), _) => (town), (None, Some(tier)) => (tier.chinese()), (None, None) => "镇街未登记" } }
                                td.bar-cell {
                                    svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                                        rect.ground x="0" y="0" width="100" height="10" {}
                                        rect.fill x="0" y="0" width=((line.done + line.late) * 100 / line.total.max(1)) height="10" {}
                                    }
                                }
                                td.number { (line.total) }
                                (cell(line, "done", line.done)) (cell(line, "due", line.due)) (cell(line, "overdue", line.overdue))
                                (cell(line, "wrong_mode", line.wrong_mode)) (cell(line, "late", line.late)) (cell(line, "unassigned", line.unassigned))
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(page::page(
        &context,
        "督导进度",
        &html! {
            (crate::tabs::tabs(&context))
            h1 { (chinese_period(&period)) "督导进度" }
            form.filters method="get" {
                (select("period", "季度", &choices, &period, &Errors::default()))
                div.actions { button.main { "查看" } a.second href={ "/supervision/obligations?period=" (period) } { "逐家查看" } }
            }
            @if summary.items.is_empty() {
                p { "这个季度没有应督导事项。" }
            } @else {
                p.lead { "应督导 " strong { (total) } " 家，已督导 " strong { (done) } " 家（" (done * 100 / total.max(1)) "%）。" }
                (table("镇街", &summary.items))
                (table("干部层级", &summary.tiers))
                p.note { "高风险（D 级风险）企业和学校、幼儿园食堂应当现场督导；只有线上督导的列为“应现场未现场”。逾期后补上的列为“逾期已补”。" }
            }
        },
    ))
}
