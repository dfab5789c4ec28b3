//! 我的督导: what an official still owes in the running period, by village, for the telephone at the shop door.

use crate::CADRE;
use crate::tabs::tabs;
use chrono::NaiveDate;
use domain::office_date::chinese;
use maud::{Markup, html};
use registers::village_name;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::extract::Query;
use web::paging::blank_is_none;
use web::routes::Routes;
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/supervision/mine", CADRE, my_obligations_page)
}

/// Whether something was saved just now, which the page then says.
#[derive(Deserialize)]
struct SavedQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    saved: Option<String>,
}

/// What is owed of one business.
#[derive(Deserialize)]
struct OwedVisit {
    uscc: String,
    enterprise: String,
    village: Option<String>,
    /// Of the period in which it is owed.
    period_name: String,
    /// Whether the visit must be on site; 0 or 1.
    on_site_required: i64,
    met_on: Option<NaiveDate>,
    /// Whether an earlier quarter is still owed; 0 or 1.
    late: i64,
    /// Problems that are not mended yet.
    problems: i64,
}

async fn find_owed(context: &Context) -> Result<Vec<OwedVisit>, Problem> {
    let sql = concat!(
        "SELECT json_group_array(json_object('uscc', uscc, 'enterprise', enterprise, 'village', village, 'on_site_required', on_site_required,
                   'period_name', period_name, 'met_on', met_on, 'late', late, 'problems', problems)) FROM (
               SELECT o.uscc, o.enterprise, o.period_name, ",
        village_name!("o.town", "o.village"),
        " AS village, o.on_site_required, iif(o.met_on <= ?2, o.met_on, NULL) AS met_on,
                   EXISTS (SELECT 1 FROM obligation_record p WHERE p.uscc = o.uscc AND p.ends_on < ?2 AND p.cadre_no = ?1
                       AND (p.met_since IS NULL OR p.met_since > ?2)) AS late,
                   (SELECT count(*) FROM visit_problem p LEFT JOIN visit_problem_standing s ON s.visit_problem = CAST(p.id AS TEXT)
                       WHERE p.uscc = o.uscc AND coalesce(s.is_open, p.mended_on IS NULL)) AS problems
               FROM obligation_record o WHERE o.period IN (SELECT period FROM visit_period WHERE is_counted AND ?2 BETWEEN starts_on AND ends_on)
                   AND o.uscc IN (SELECT uscc FROM assignment WHERE cadre_no = ?1) AND o.cadre_no = ?1 ORDER BY o.village, o.enterprise)"
    );
    let parameters = [
        crate::cadre_no(context)?.into(),
        context.today().to_string().into(),
    ];
    Ok(context.store.json(sql, parameters).await?)
}

/// What still needs the official, by village.
fn by_village(owed: &[OwedVisit]) -> BTreeMap<&str, Vec<&OwedVisit>> {
    let mut villages: BTreeMap<&str, Vec<&OwedVisit>> = BTreeMap::new();
    for one in owed {
        if one.met_on.is_none() || one.problems > 0 {
            let village = one.village.as_deref().unwrap_or("村社区未登记");
            villages.entry(village).or_default().push(one);
        }
    }
    villages
}

async fn my_obligations_page(context: Context, Query(query): Query<SavedQuery>) -> Answer {
    let owed = find_owed(&context).await?;
    let done = owed.iter().filter(|one| one.met_on.is_some()).count();
    let villages = by_village(&owed);
    let all_quarterly = owed.iter().all(|one| one.period_name.ends_with("季度"));
    let running = if all_quarterly { "本季度" } else { "本期" };
    Ok(page::page(
        &context,
        "我的督导",
        &html! {
            (tabs(&context))
            h1 { "我的督导" }
            @if query.saved.is_some() { div.panel role="status" { p { "已保存。" } } }
            @if owed.is_empty() {
                p { "这个季度没有您应督导的企业。" }
            } @else {
                p.lead { (running) "应督导 " strong { (owed.len()) } " 家，已督导 " strong { (done) } " 家。" }
                progress max=(owed.len()) value=(done) aria-label={ "已督导 " (done) " 家" } {}
                @if villages.is_empty() { p { "都督导过了，辛苦了。" } }
                @for (village, owed) in &villages {
                    h2 { (village) "（" (owed.len()) "）" }
                    ul.cards { @for one in owed { (visit_card(one)) } }
                }
            }
        },
    ))
}

fn visit_card(owed: &OwedVisit) -> Markup {
    html! {
        li {
            h3 { a href={ "/supervision/mine/" (owed.uscc) } { (owed.enterprise) } }
            p {
                @if !owed.period_name.ends_with("季度") { span.tag { (owed.period_name) } " " }
                @if owed.on_site_required != 0 { span.tag { "须现场" } " " }
                @if owed.late != 0 { span.tag { "上季度逾期" } " " }
                @if owed.problems > 0 { span.tag { (owed.problems) " 个问题待整改" } " " }
                @if let Some(day) = owed.met_on { (chinese(day)) "已督导" }
            }
        }
    }
}
