//! 成效: of the businesses registered in a period that need a licence, how many were contacted, have applied, are licensed; the
//! median of days from registration to licence; how many passed the on-site check the first time. By town and by month.

use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::{Months, NaiveDate};
use domain::office_date;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::extract::Query;
use web::form::{Errors, Field};
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::{Answer, Context, Problem, page};

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "FiguresAsked")]
pub struct Asked {
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "web::api::Day")]
    from: Option<String>,
    #[serde(default, deserialize_with = "blank_is_none")]
    #[schemars(with = "web::api::Day")]
    to: Option<String>,
}

/// One business of the cohort.
#[derive(Deserialize)]
struct Business {
    town: Option<String>,
    month: String,
    contacted: u8,
    applied: u8,
    licensed: u8,
    days: Option<i64>,
}

/// One on-site check.
#[derive(Deserialize)]
struct Check {
    town: Option<String>,
    month: String,
    passed: u8,
}

#[derive(Default, Serialize, JsonSchema)]
#[schemars(rename = "OutreachRow")]
pub struct Row {
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

impl Row {
    fn add(&mut self, business: &Business) {
        self.found += 1;
        self.contacted += u64::from(business.contacted);
        self.applied += u64::from(business.applied);
        self.licensed += u64::from(business.licensed);
        self.days.extend(business.days);
    }

    fn add_check(&mut self, check: &Check) {
        self.checked += 1;
        self.passed_first_time += u64::from(check.passed);
    }

    /// Of an even number the lower of the two in the middle: a day that there was.
    fn settle(&mut self) {
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
pub struct Named {
    name: String,
    #[serde(flatten)]
    row: Row,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OutreachFigures")]
pub struct Figures {
    from: NaiveDate,
    to: NaiveDate,
    total: Row,
    towns: Vec<Named>,
    months: Vec<Named>,
}

async fn figures(context: &Context, asked: &Asked) -> Result<Figures, Problem> {
    let mut errors = Vec::new();
    let mut day =
        |field: &str, typed: &Option<String>| match typed.as_deref().map(office_date::parse) {
            Some(Err(error)) => {
                errors.push(FieldError::new(
                    field,
                    typed.as_deref().unwrap_or(""),
                    error.to_string(),
                ));
                None
            }
            Some(Ok(day)) => Some(day),
            None => None,
        };
    let (from, to) = (day("from", &asked.from), day("to", &asked.to));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let to = to.unwrap_or_else(|| context.today());
    // Since the first day of the month a year ago.
    let from = from.unwrap_or_else(|| {
        use chrono::Datelike as _;
        to.with_day(1)
            .and_then(|first| first.checked_sub_months(Months::new(11)))
            .unwrap_or(to)
    });
    let towns = context.caller()?.only_towns_json();
    let cohort = "SELECT json_group_array(json_object('town', e.town, 'month', substr(e.founded_on, 1, 7),
            'contacted', EXISTS (SELECT 1 FROM outreach_case c WHERE c.uscc = e.uscc
                AND (c.contacted_on IS NOT NULL OR EXISTS (SELECT 1 FROM outreach_stage s WHERE s.case_id = c.id))),
            'applied', e.licensed_on IS NOT NULL OR EXISTS (SELECT 1 FROM license_application a WHERE a.uscc = e.uscc),
            'licensed', e.licensed_on IS NOT NULL,
            'days', CASE WHEN e.licensed_on >= e.founded_on THEN CAST(julianday(e.licensed_on) - julianday(e.founded_on) AS INTEGER) END))
        FROM (SELECT s.*, (SELECT min(f.issued_on) FROM food_license f WHERE f.uscc = s.uscc) AS licensed_on FROM outreach_in_scope s
              WHERE s.founded_on BETWEEN ?1 AND ?2 AND (?3 IS NULL OR s.town IN (SELECT value FROM json_each(?3)))) e";
    let checks = "SELECT json_group_array(json_object('town', e.town, 'month', substr(c.checked_on, 1, 7), 'passed', c.passed_first_time))
        FROM outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc
        WHERE c.checked_on BETWEEN ?1 AND ?2 AND c.passed_first_time IS NOT NULL AND (?3 IS NULL OR e.town IN (SELECT value FROM json_each(?3)))";
    let parameters = || {
        [
            from.to_string().into(),
            to.to_string().into(),
            towns.clone().into(),
        ]
    };
    let businesses: Vec<Business> = context.store.json(cohort, parameters()).await?;
    let checks: Vec<Check> = context.store.json(checks, parameters()).await?;
    let mut total = Row::default();
    let (mut by_town, mut by_month): (BTreeMap<String, Row>, BTreeMap<String, Row>) =
        Default::default();
    let town_of = |town: &Option<String>| town.clone().unwrap_or_else(|| "镇街未登记".to_owned());
    for business in &businesses {
        total.add(business);
        by_town
            .entry(town_of(&business.town))
            .or_default()
            .add(business);
        by_month
            .entry(business.month.clone())
            .or_default()
            .add(business);
    }
    for check in &checks {
        total.add_check(check);
        by_town
            .entry(town_of(&check.town))
            .or_default()
            .add_check(check);
        by_month
            .entry(check.month.clone())
            .or_default()
            .add_check(check);
    }
    total.settle();
    let named = |rows: BTreeMap<String, Row>| {
        rows.into_iter()
            .map(|(name, mut row)| {
                row.settle();
                Named { name, row }
            })
            .collect()
    };
    Ok(Figures {
        from,
        to,
        total,
        towns: named(by_town),
        months: named(by_month),
    })
}

pub async fn show_figures(context: Context, Query(asked): Query<Asked>) -> Answer {
    Ok(axum::Json(figures(&context, &asked).await?).into_response())
}

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    let figures = figures(&context, &asked).await?;
    let none = Errors::default();
    let (from, to) = (figures.from.to_string(), figures.to.to_string());
    let most = figures
        .towns
        .iter()
        .map(|town| town.row.found)
        .max()
        .unwrap_or(0)
        .max(1);
    let most_month = figures
        .months
        .iter()
        .map(|month| month.row.found)
        .max()
        .unwrap_or(0)
        .max(1);
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
            (table("按镇街", "镇街", &figures.towns, most, Some((&from, &to))))
            h2 { "按成立月份" }
            (table("按成立月份", "月份", &figures.months, most_month, None))
            p.note { "“已申请”包括已经取证的企业。一次通过率按现场核查的月份和镇街计算。取证日期取最早的一张许可证；台账里只有延续后的日期时，天数会偏长。" }
        },
    ))
}

fn funnel(total: &Row) -> Markup {
    let most = total.found.max(1);
    html! {
        figure.bars {
            @for (label, count) in [("发现", total.found), ("已对接", total.contacted), ("已申请", total.applied), ("已取证", total.licensed)] {
                div.bar-row {
                    span.bar-label { (label) }
                    (bar(count, most))
                    span.bar-count { (count) }
                }
            }
        }
    }
}

/// A bar whose length is told beside it in figures.
fn bar(count: u64, most: u64) -> Markup {
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.ground x="0" y="0" width="100" height="10" {}
            rect.fill x="0" y="0" width=(count * 100 / most) height="10" {}
        }
    }
}

fn table(
    title: &str,
    heading: &str,
    rows: &[Named],
    most: u64,
    period: Option<(&str, &str)>,
) -> Markup {
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
                        @for Named { name, row } in rows {
                            tr {
                                th scope="row" {
                                    @match period {
                                        Some((from, to)) => a href={ "/license-outreach?town=" (page::encode(name)) "&registered_from=" (from) "&registered_to=" (to) } { (name) },
                                        None => (name),
                                    }
                                }
                                td.bar-cell { (bar(row.found, most)) }
                                td.number { (row.found) } td.number { (row.contacted) } td.number { (row.applied) } td.number { (row.licensed) }
                                td.number { (row.median_days.map_or_else(|| "—".to_owned(), |days| days.to_string())) }
                                td.number { (row.pass_rate()) @if row.checked > 0 { "（" (row.passed_first_time) "/" (row.checked) "）" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
