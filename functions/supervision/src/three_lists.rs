//! 三张清单 of one official: what they answer for (责任), have to do this quarter (任务), and what the tier above found (督查) (001 §三.2).
//! To read and to print.

use crate::CADRE;
use crate::quarter::{chinese_period, period_of};
use crate::tabs::tabs;
use chrono::{Datelike as _, NaiveDate};
use domain::office_date::chinese;
use domain::words::{Level, Sector, Tier, Word as _};
use maud::{Markup, html};
use registers::{town_today, village_name};
use serde::Deserialize;
use web::routes::Routes;
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/supervision/lists", CADRE, three_lists_page)
}

#[derive(Deserialize)]
struct ThreeLists {
    name: String,
    tier: Tier,
    enterprises: Vec<AssignedEnterprise>,
    oversights: Vec<OversightLine>,
}

#[derive(Deserialize)]
struct AssignedEnterprise {
    enterprise: String,
    village: Option<String>,
    level: Option<Level>,
    sector: Option<Sector>,
    /// Whether the visit must be on site; 0 or 1.
    on_site_required: i64,
    since: Option<NaiveDate>,
    met_on: Option<NaiveDate>,
    /// Whether a visit is owed this quarter; 0 or 1.
    owed: i64,
}

#[derive(Deserialize)]
struct OversightLine {
    held_on: NaiveDate,
    tier: Tier,
    findings: String,
}

async fn find_lists(context: &Context) -> Result<ThreeLists, Problem> {
    let sql = concat!(
        "WITH running_period AS MATERIALIZED (SELECT period FROM visit_period WHERE is_counted AND ?2 BETWEEN starts_on AND ends_on)
        SELECT coalesce((SELECT json_object('name', c.name, 'tier', c.tier,
            'enterprises', json((SELECT json_group_array(json_object('enterprise', e.name, 'village', ",
        village_name!("e.town", "e.village"),
        ", 'level', e.level, 'sector', e.sector,
                    'on_site_required', (SELECT m.on_site_required FROM enterprise_period m WHERE m.period = ?3 AND m.uscc = e.uscc), 'since', e.starts_on,
                    'met_on', (SELECT o.met_on FROM obligation_record o WHERE o.uscc = e.uscc AND o.period IN (SELECT period FROM running_period) AND o.met_on <= ?2),
                    'owed', EXISTS (SELECT 1 FROM obligation_record o WHERE o.uscc = e.uscc AND o.period IN (SELECT period FROM running_period))))
                FROM (SELECT s.*, a.starts_on FROM assignment a JOIN enterprise_in_business s ON s.uscc = a.uscc
                WHERE a.cadre_no = c.cadre_no AND (a.starts_on IS NULL OR a.starts_on <= ?2) AND (a.ends_on IS NULL OR a.ends_on >= ?2)
                ORDER BY s.village, s.name) e)),
            'oversights', json((SELECT json_group_array(json_object('held_on', o.held_on, 'tier', o.tier, 'findings', o.findings))
                FROM (SELECT * FROM oversight o WHERE ",
        town_today!("o.town"),
        " = ",
        town_today!("c.town"),
        " AND o.tier = iif(c.tier = 'village', 'town', 'district')
                    AND substr(o.held_on, 1, 4) = substr(?2, 1, 4) ORDER BY o.held_on DESC) o)))
        FROM cadre c WHERE c.cadre_no = ?1), '')"
    );
    let today = context.today();
    let parameters = [
        crate::cadre_no(context)?.into(),
        today.to_string().into(),
        period_of(today).into(),
    ];
    let text = context.store.text(sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

async fn three_lists_page(context: Context) -> Answer {
    let lists = find_lists(&context).await?;
    let today = context.today();
    Ok(frame::page(
        &context,
        "三张清单",
        &html! {
            (tabs(&context))
            h1 { "三张清单：" (lists.name) "（" (lists.tier.chinese()) "）" }
            h2 { "责任清单：我包保的企业（" (lists.enterprises.len()) " 家）" }
            @if lists.enterprises.is_empty() { p { "没有包保的企业。" } } @else { (enterprise_table(&lists.enterprises)) }
            h2 { "任务清单：" (chinese_period(&period_of(today))) "要做的" }
            p { "每家至少督导一次，对照检查要点，发现问题限期整改；标“须现场”的必须到现场。" }
            @if lists.enterprises.iter().all(|one| one.owed == 0) { p { "这个季度没有应督导的企业。" } } @else { (visit_table(&lists.enterprises)) }
            h2 { "督查清单：" (today.year()) "年上一级的督查" }
            @if lists.oversights.is_empty() { p { "今年还没有督查记录。" } } @else { (oversight_table(&lists.oversights)) }
        },
    ))
}

fn list_table(label: &str, headings: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) { table {
            thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
            tbody { (rows) }
        } }
    }
}

fn enterprise_table(enterprises: &[AssignedEnterprise]) -> Markup {
    let rows = html! {
        @for one in enterprises {
            tr { td.name { (one.enterprise) } td.tight { (one.village.as_deref().unwrap_or("")) } td.tight { (one.level.map_or("", Level::chinese)) }
                td.tight { (one.sector.map_or("", Sector::chinese)) } td.tight { (one.since.map_or_else(|| "一直".to_owned(), chinese)) } }
        }
    };
    let headings = ["企业", "村社区", "级别", "业态", "从何时起"];
    list_table("责任清单", &headings, &rows)
}

fn visit_table(enterprises: &[AssignedEnterprise]) -> Markup {
    let rows = html! {
        @for one in enterprises.iter().filter(|one| one.owed != 0) {
            tr { td.name { (one.enterprise) } td.tight { @if one.on_site_required != 0 { "须现场" } @else { "现场或线上" } }
                td.tight { (one.met_on.map_or_else(|| "还没有".to_owned(), chinese)) } }
        }
    };
    list_table("任务清单", &["企业", "方式", "完成"], &rows)
}

fn oversight_table(oversights: &[OversightLine]) -> Markup {
    let rows = html! {
        @for one in oversights {
            tr { td.tight { (chinese(one.held_on)) } td.tight { (one.tier.chinese()) } td.name { (one.findings) } }
        }
    };
    list_table("督查清单", &["日期", "督查方", "情况"], &rows)
}
