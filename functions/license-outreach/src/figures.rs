//! 成效: of the businesses founded in a period that need a licence, how many were contacted, have applied and are licensed; the median of
//! the days from founding to licence; how many passed the on-site check the first time. By town and by month.

use crate::FIELD;
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::{Datelike as _, Months, NaiveDate};
use domain::office_date;
use maud::{Markup, html};
use registers::town_name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::api::asks;
use web::extract::Query;
use web::form::{Errors, Field};
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/license-outreach/figures", FIELD, figures_page)
        .get("/api/v1/license-outreach/figures", FIELD, show_figures)
        .api(
            "发现、对接、申请、取证的数量，按镇街和月份",
            asks::<FiguresQuery>().gives::<OutreachFigures>(),
        )
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "FiguresAsked")]
struct FiguresQuery {
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "web::api::Day")]
    from: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "web::api::Day")]
    to: Option<String>,
}

/// A business of the cohort: founded in the period, and in need of a licence.
#[derive(Deserialize)]
struct CohortBusiness {
    town: Option<String>,
    month: String,
    contacted: u8,
    applied: u8,
    licensed: u8,
    /// Days from the founding to the licence.
    days: Option<i64>,
}

/// One on-site check.
#[derive(Deserialize)]
struct SiteCheck {
    town: Option<String>,
    month: String,
    passed: u8,
}

#[derive(Default, Serialize, JsonSchema)]
#[schemars(rename = "OutreachRow")]
struct OutreachCounts {
    found: u64,
    contacted: u64,
    applied: u64,
    licensed: u64,
    median_days: Option<i64>,
    checked: u64,
    passed_first_time: u64,
    #[serde(skip)]
    days: Vec<i64>,
}

impl OutreachCounts {
    fn add_business(&mut self, business: &CohortBusiness) {
        self.found += 1;
        self.contacted += u64::from(business.contacted);
        self.applied += u64::from(business.applied);
        self.licensed += u64::from(business.licensed);
        self.days.extend(business.days);
    }

    fn add_check(&mut self, check: &SiteCheck) {
        self.checked += 1;
        self.passed_first_time += u64::from(check.passed);
    }

    /// Sets the median. Of an even number of businesses it is the lower of the two in the middle, which is a number that occurred.
    fn set_median(&mut self) {
        self.days.sort_unstable();
        self.median_days = self
            .days
            .get(self.days.len().saturating_sub(1) / 2)
            .copied();
    }

    fn pass_rate(&self) -> String {
        match self.checked {
            0 => "—".to_owned(),
            checked => format!("{}%", self.passed_first_time * 100 / checked),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OutreachNamed")]
struct NamedCounts {
    name: String,
    #[serde(flatten)]
    counts: OutreachCounts,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OutreachFigures")]
struct OutreachFigures {
    from: NaiveDate,
    to: NaiveDate,
    total: OutreachCounts,
    towns: Vec<NamedCounts>,
    months: Vec<NamedCounts>,
}

/// Reads the period of the query: by default the year that ends with this month.
fn period(context: &Context, query: &FiguresQuery) -> Result<(NaiveDate, NaiveDate), Problem> {
    let mut errors = Vec::new();
    let mut day = |field: &str, typed: Option<&str>| match office_date::parse(typed?) {
        Ok(day) => Some(day),
        Err(error) => {
            let typed = typed.unwrap_or("");
            errors.push(FieldError::new(field, typed, error.to_string()));
            None
        }
    };
    let from = day("from", query.from.as_deref());
    let to = day("to", query.to.as_deref()).unwrap_or_else(|| context.today());
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let a_year_ago = || {
        let first = to.with_day(1)?;
        first.checked_sub_months(Months::new(11))
    };
    Ok((from.or_else(a_year_ago).unwrap_or(to), to))
}

/// The businesses of the towns ?3 that were founded from ?1 to ?2 and need a licence.
const COHORT: &str = concat!(
    "SELECT json_group_array(json_object('town', ",
    town_name!("e.town"),
    ", 'month', substr(e.founded_on, 1, 7),
        'contacted', EXISTS (SELECT 1 FROM outreach_case c WHERE c.uscc = e.uscc
            AND (c.contacted_on IS NOT NULL OR EXISTS (SELECT 1 FROM outreach_stage s WHERE s.case_id = c.id))),
        'applied', e.licensed_on IS NOT NULL OR EXISTS (SELECT 1 FROM license_application a WHERE a.uscc = e.uscc),
        'licensed', e.licensed_on IS NOT NULL,
        'days', CASE WHEN e.licensed_on >= e.founded_on THEN CAST(julianday(e.licensed_on) - julianday(e.founded_on) AS INTEGER) END))
    FROM (SELECT s.*, (SELECT min(f.issued_on) FROM food_license f WHERE f.uscc = s.uscc) AS licensed_on FROM in_scope_today s
          WHERE s.founded_on BETWEEN ?1 AND ?2 AND (?3 IS NULL OR s.town IN (SELECT value FROM json_each(?3)))) e"
);

/// The on-site checks of the same towns from ?1 to ?2.
const SITE_CHECKS: &str = concat!(
    "SELECT json_group_array(json_object('town', ",
    town_name!("e.town"),
    ", 'month', substr(c.checked_on, 1, 7), 'passed', c.passed_first_time))
    FROM outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc
    WHERE c.checked_on BETWEEN ?1 AND ?2 AND c.passed_first_time IS NOT NULL AND (?3 IS NULL OR e.town IN (SELECT value FROM json_each(?3)))"
);

/// Counts of one kind of group, by the group's name.
type Groups = BTreeMap<String, OutreachCounts>;

/// Counts the cohort and the checks of the period, in all, by town and by month.
async fn count_cohort(context: &Context, query: &FiguresQuery) -> Result<OutreachFigures, Problem> {
    let (from, to) = period(context, query)?;
    let towns = context.caller()?.only_towns_json();
    let parameters = || {
        [
            from.to_string().into(),
            to.to_string().into(),
            towns.clone().into(),
        ]
    };
    let businesses: Vec<CohortBusiness> = context.store.json(COHORT, parameters()).await?;
    let checks: Vec<SiteCheck> = context.store.json(SITE_CHECKS, parameters()).await?;
    let mut total = OutreachCounts::default();
    let (mut by_town, mut by_month) = (Groups::new(), Groups::new());
    for business in &businesses {
        let town = by_town.entry(name_of(business.town.as_deref()));
        let month = by_month.entry(business.month.clone());
        for counts in [&mut total, town.or_default(), month.or_default()] {
            counts.add_business(business);
        }
    }
    for check in &checks {
        let town = by_town.entry(name_of(check.town.as_deref()));
        let month = by_month.entry(check.month.clone());
        for counts in [&mut total, town.or_default(), month.or_default()] {
            counts.add_check(check);
        }
    }
    total.set_median();
    Ok(OutreachFigures {
        from,
        to,
        total,
        towns: named_counts(by_town),
        months: named_counts(by_month),
    })
}

fn name_of(town: Option<&str>) -> String {
    town.unwrap_or("镇街未登记").to_owned()
}

fn named_counts(groups: Groups) -> Vec<NamedCounts> {
    let named = groups.into_iter().map(|(name, mut counts)| {
        counts.set_median();
        NamedCounts { name, counts }
    });
    named.collect()
}

async fn show_figures(context: Context, Query(query): Query<FiguresQuery>) -> Answer {
    Ok(axum::Json(count_cohort(&context, &query).await?).into_response())
}

async fn figures_page(context: Context, Query(query): Query<FiguresQuery>) -> Answer {
    let figures = count_cohort(&context, &query).await?;
    let none = Errors::default();
    let (from, to) = (figures.from.to_string(), figures.to.to_string());
    Ok(page::page(
        &context,
        "许可服务前移成效",
        &html! {
            (tabs(&context))
            h1 { "许可服务前移成效" }
            form.filters method="get" {
                (Field { kind: "date", ..Field::text("from", "成立日期从", &from) }.render(&none))
                (Field { kind: "date", ..Field::text("to", "到", &to) }.render(&none))
                div.actions { button.main { "查看" } }
            }
            p { (office_date::chinese(figures.from)) "到" (office_date::chinese(figures.to)) "成立、经营范围需要食品生产许可的企业：" }
            (funnel(&figures.total))
            ul.counts {
                li { strong { (figures.total.median_days.map_or_else(|| "—".to_owned(), |days| days.to_string())) } "从成立到取证的天数（中位数）" }
                li { strong { (figures.total.pass_rate()) } "现场核查一次通过（" (figures.total.passed_first_time) " / " (figures.total.checked) "）" }
            }
            h2 { "按镇街" }
            (counts_table("按镇街", "镇街", &figures.towns, Some((&from, &to))))
            h2 { "按成立月份" }
            (counts_table("按成立月份", "月份", &figures.months, None))
            p.note { "“已申请”包括已经取证的企业。一次通过率按现场核查的月份和镇街计算。取证日期取最早的一张许可证；台账里只有延续后的日期时，天数会偏长。" }
        },
    ))
}

fn funnel(total: &OutreachCounts) -> Markup {
    let most = total.found.max(1);
    html! {
        figure.bars {
            @for (label, count) in [("发现", total.found), ("已对接", total.contacted), ("已申请", total.applied), ("已取证", total.licensed)] {
                div.bar-row {
                    span.bar-label { (label) }
                    (count_bar(count, most))
                    span.bar-count { (count) }
                }
            }
        }
    }
}

/// A bar of `count` in `most`. The number stands beside it, so that nothing hangs on the picture.
fn count_bar(count: u64, most: u64) -> Markup {
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.ground x="0" y="0" width="100" height="10" {}
            rect.fill x="0" y="0" width=(count * 100 / most) height="10" {}
        }
    }
}

/// The counts by group. A town leads to its candidates of the period; a month leads nowhere.
fn counts_table(
    title: &str,
    heading: &str,
    rows: &[NamedCounts],
    period: Option<(&str, &str)>,
) -> Markup {
    let found = rows.iter().map(|row| row.counts.found);
    let most = found.max().unwrap_or(0).max(1);
    html! {
        @if rows.is_empty() {
            p { "这段时间没有需要食品生产许可的新企业。" }
        } @else {
            div.scroll tabindex="0" role="region" aria-label=(title) {
                table {
                    thead { tr {
                        th scope="col" { (heading) } th scope="col" { "发现" } th.number scope="col" { "发现家数" } th.number scope="col" { "已对接" }
                        th.number scope="col" { "已申请" } th.number scope="col" { "已取证" } th.number scope="col" { "取证天数中位数" } th.number scope="col" { "一次通过" }
                    } }
                    tbody {
                        @for NamedCounts { name, counts } in rows {
                            tr {
                                th scope="row" {
                                    @match period {
                                        Some((from, to)) => a href={ "/license-outreach?town=" (page::encode(name)) "&registered_from=" (from) "&registered_to=" (to) } { (name) },
                                        None => (name),
                                    }
                                }
                                td.bar-cell { (count_bar(counts.found, most)) }
                                td.number { (counts.found) } td.number { (counts.contacted) } td.number { (counts.applied) } td.number { (counts.licensed) }
                                td.number { (counts.median_days.map_or_else(|| "—".to_owned(), |days| days.to_string())) }
                                td.number { (counts.pass_rate()) @if counts.checked > 0 { "（" (counts.passed_first_time) "/" (counts.checked) "）" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
