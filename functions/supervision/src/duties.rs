//! 承诺和报告: who has signed and reported, by year; and the three lists of one official (001 §三.2: 责任、任务、督查清单).

use crate::obligations::{chinese_period, period_of};
use crate::tabs::tabs;
use chrono::{Datelike as _, NaiveDate};
use domain::office_date::chinese;
use domain::words::{Level, Sector, Tier, Word as _, choices};
use maud::{Markup, html};
use registers::{Column, Filter, Input, List, Member};
use serde::Deserialize;
use web::{Answer, Context, Problem, page as frame};

fn standings() -> Vec<(&'static str, &'static str)> {
    vec![
        ("no_commitment", "未签承诺书"),
        ("no_report", "未交报告"),
        ("complete", "都已完成"),
    ]
}

pub static DUTIES: List = List {
    name: "duties",
    title: "承诺和报告",
    path: "/supervision/duties",
    api: "/api/v1/supervision/duties",
    from: "yearly_duty d JOIN cadre c ON c.cadre_no = d.cadre_no",
    id: "c.rowid",
    town: "d.town",
    cadre: Some("d.cadre_no"),
    nothing: "这一年没有包保干部。",
    item: &[
        Member::whole("year", "d.year").always(),
        Member::text("cadre_no", "d.cadre_no"),
        Member::text("name", "d.name"),
        Member::word("tier", "d.tier", choices::<Tier>),
        Member::text("town", "d.town"),
        Member::date("commitment_due_on", "d.commitment_due_on"),
        Member::date("committed_on", "d.committed_on"),
        Member::date("report_due_on", "d.report_due_on"),
        Member::date("reported_on", "d.reported_on"),
        Member::text("report", "(SELECT r.text FROM duty_report r WHERE r.cadre_no = d.cadre_no AND r.year = d.year)"),
    ],
    filters: &[
        Filter::search(
            "姓名或工号",
            "{part d.name} OR d.cadre_no = {code}",
        ),
        Filter {
            name: "year",
            label: "年份",
            input: Input::Text,
            condition: "d.year = CAST({} AS INTEGER)",
        },
        Filter {
            name: "standing",
            label: "情况",
            input: Input::Choice(standings),
            condition: "CASE {} WHEN 'no_commitment' THEN d.committed_on IS NULL WHEN 'no_report' THEN d.reported_on IS NULL
                ELSE d.committed_on IS NOT NULL AND d.reported_on IS NOT NULL END",
        },
        Filter::town("d.town = {}"),
    ],
    columns: &[
        Column::link("干部", "name", "/supervision/cadres/", "cadre_no").by("d.name"),
        Column::text("工号", "cadre_no").by("d.cadre_no"),
        Column::word::<Tier>("层级", "tier").by("d.tier"),
        Column::text("镇街", "town").by("d.town"),
        Column::date("承诺书", "committed_on").by("d.committed_on"),
        Column::date("年度报告", "reported_on").by("d.reported_on"),
        Column::wide("报告内容", "report"),
    ],
    above: tabs,
    // The running year.
    usual: |context, asked| Ok(asked.or("year", context.today().year().to_string())),
    ..List::PLAIN
};

#[derive(Deserialize)]
struct Lists {
    name: String,
    tier: Tier,
    held: Vec<Held>,
    seen: Vec<Seen>,
}

#[derive(Deserialize)]
struct Held {
    enterprise: String,
    village: Option<String>,
    level: Option<Level>,
    sector: Option<Sector>,
    on_site_required: i64,
    since: Option<NaiveDate>,
    met_on: Option<NaiveDate>,
    owed: i64,
}

#[derive(Deserialize)]
struct Seen {
    held_on: NaiveDate,
    tier: Tier,
    findings: String,
}

/// What one official answers for, has to do this quarter, and is looked at for: to read and to print.
pub async fn lists_page(context: Context) -> Answer {
    let sql = "SELECT coalesce((SELECT json_object('name', c.name, 'tier', c.tier,
            'held', json((SELECT json_group_array(json_object('enterprise', e.name, 'village', e.village, 'level', e.level, 'sector', e.sector,
                    'on_site_required', (e.risk_grade IS 'D' OR e.canteen), 'since', e.starts_on,
                    'met_on', (SELECT o.met_on FROM obligation o WHERE o.uscc = e.uscc AND o.period = ?3 AND o.met_on <= ?2),
                    'owed', EXISTS (SELECT 1 FROM obligation o WHERE o.uscc = e.uscc AND o.period = ?3)))
                FROM (SELECT s.*, a.starts_on FROM assignment a JOIN supervised_enterprise s ON s.uscc = a.uscc
                WHERE a.cadre_no = c.cadre_no AND (a.starts_on IS NULL OR a.starts_on <= ?2) AND (a.ends_on IS NULL OR a.ends_on >= ?2)
                ORDER BY s.village, s.name) e)),
            'seen', json((SELECT json_group_array(json_object('held_on', o.held_on, 'tier', o.tier, 'findings', o.findings))
                FROM (SELECT * FROM oversight o WHERE o.town = c.town AND o.tier = iif(c.tier = 'village', 'town', 'district')
                    AND substr(o.held_on, 1, 4) = substr(?2, 1, 4) ORDER BY o.held_on DESC) o)))
        FROM cadre c WHERE c.cadre_no = ?1), '')";
    let today = context.today();
    let period = period_of(today);
    let parameters = [
        crate::cadre_no(&context)?.into(),
        today.to_string().into(),
        period.as_str().into(),
    ];
    let text = context.store.text(sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    let lists: Lists = serde_json::from_str(&text).map_err(Problem::internal)?;
    let table = |label: &str, headings: &[&str], rows: Markup| {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(label) { table {
                thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                tbody { (rows) }
            } }
        }
    };
    Ok(frame::page(
        &context,
        "三张清单",
        &html! {
            (tabs(&context))
            h1 { "三张清单：" (lists.name) "（" (lists.tier.chinese()) "）" }
            h2 { "责任清单：我包保的企业（" (lists.held.len()) " 家）" }
            @if lists.held.is_empty() { p { "没有包保的企业。" } } @else {
                (table("责任清单", &["企业", "村社区", "级别", "业态", "从何时起"], html! {
                    @for held in &lists.held { tr { td.name { (held.enterprise) } td.tight { (held.village.as_deref().unwrap_or("")) } td.tight { (held.level.map_or("", Level::chinese)) }
                        td.tight { (held.sector.map_or("", Sector::chinese)) } td.tight { (held.since.map_or_else(|| "一直".to_owned(), chinese)) } } }
                }))
            }
            h2 { "任务清单：" (chinese_period(&period)) "要做的" }
            p { "每家至少督导一次，对照检查要点，发现问题限期整改；标“须现场”的必须到现场。" }
            @if lists.held.iter().all(|held| held.owed == 0) { p { "这个季度没有应督导的企业。" } } @else {
                (table("任务清单", &["企业", "方式", "完成"], html! {
                    @for held in lists.held.iter().filter(|held| held.owed != 0) { tr { td.name { (held.enterprise) } td.tight { @if held.on_site_required != 0 { "须现场" } @else { "现场或线上" } }
                        td.tight { (held.met_on.map_or_else(|| "还没有".to_owned(), chinese)) } } }
                }))
            }
            h2 { "督查清单：" (today.year()) "年上一级的督查" }
            @if lists.seen.is_empty() { p { "今年还没有督查记录。" } } @else {
                (table("督查清单", &["日期", "督查方", "情况"], html! {
                    @for seen in &lists.seen { tr { td.tight { (chinese(seen.held_on)) } td.tight { (seen.tier.chinese()) } td.name { (seen.findings) } } }
                }))
            }
        },
    ))
}
