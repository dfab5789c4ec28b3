//! Each month in figures, for everybody. Small numbers are withheld, so that nobody can be found in them.

use axum::response::IntoResponse as _;
use domain::complaint::{Category, ComplaintKind};
use domain::words::Word as _;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::api::{ListPage, gives};
use web::{Answer, Context, Problem, Routes, Who::Everybody, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/complaints/figures", Everybody, show_figures)
        .get(
            "/api/v1/public/complaints/figures",
            Everybody,
            complaint_figures,
        )
        .api("每月办理情况；小数字不公布，为 null", gives::<Figures>())
}

/// How many months are published.
const MONTHS: u32 = 24;

/// The counts of one month of one kind, as they are.
#[derive(Deserialize)]
struct MonthCounts {
    month: String,
    kind: ComplaintKind,
    received: u64,
    closed: u64,
    days: Option<f64>,
    judged: u64,
    on_time: u64,
    categories: BTreeMap<String, u64>,
    towns: BTreeMap<String, u64>,
}

/// One month of one kind, as everybody may see it. A number that is missing is withheld.
#[derive(Debug, Serialize, PartialEq, JsonSchema)]
#[schemars(rename = "ComplaintMonth")]
struct PublishedMonth {
    month: String,
    kind: ComplaintKind,
    received: Option<u64>,
    closed: Option<u64>,
    /// Calendar days from receipt to the end, on average.
    days: Option<f64>,
    /// The share of those whose every date was kept, among those of which a date has come.
    on_time: Option<f64>,
    categories: BTreeMap<String, Option<u64>>,
    towns: BTreeMap<String, Option<u64>>,
}

/// Withholds what is below `least`. Where that is one number alone, the smallest of the others is withheld too, for the sum would
/// tell the one.
fn withhold_small(cells: BTreeMap<String, u64>, least: u64) -> BTreeMap<String, Option<u64>> {
    let small = cells.values().filter(|count| **count < least).count();
    let smallest_of_others = cells
        .values()
        .filter(|count| **count >= least)
        .min()
        .copied();
    let mut withheld_too = smallest_of_others.filter(|_| small == 1);
    cells
        .into_iter()
        .map(|(name, count)| {
            let is_published =
                count >= least && withheld_too.take_if(|too| *too == count).is_none();
            (name, is_published.then_some(count))
        })
        .collect()
}

impl MonthCounts {
    /// What is published of them: nothing below `least`.
    fn publish(self, least: u64) -> PublishedMonth {
        let enough = |count: u64| (count >= least).then_some(count);
        let tenth = |number: f64| (number * 10.0).round() / 10.0;
        PublishedMonth {
            received: enough(self.received),
            closed: enough(self.closed),
            days: self.days.filter(|_| self.closed >= least).map(tenth),
            on_time: (self.judged >= least)
                .then(|| (self.on_time as f64 / self.judged as f64 * 1000.0).round() / 1000.0),
            categories: withhold_small(self.categories, least),
            towns: withhold_small(self.towns, least),
            month: self.month,
            kind: self.kind,
        }
    }
}

/// The least number that is published; a smaller one is withheld.
pub async fn least_published(context: &Context) -> Result<u64, Problem> {
    let sql = "SELECT json_array((SELECT p.value FROM policy_ledger p WHERE p.name = 'complaint_small_cell' AND p.valid_from <= ?1 ORDER BY p.valid_from DESC LIMIT 1))";
    let today = context.today().to_string();
    let [least]: [serde_json::Value; 1] = context.store.json(sql, [today.into()]).await?;
    Ok(least
        .as_u64()
        .or_else(|| least.as_str().and_then(|text| text.parse().ok()))
        .unwrap_or(5))
}

async fn published_months(context: &Context) -> Result<(Vec<PublishedMonth>, u64), Problem> {
    let least = least_published(context).await?;
    let today = context.today().to_string();
    // Of a month that is over the towns are those that there were at its end: what was published does not follow a later merger.
    // A case is on time while none of its dates has passed unmet, and none was met late.
    let sql = "WITH one AS MATERIALIZED (
            SELECT substr(c.received_on, 1, 7) AS month, c.kind, c.category, c.town,
                c.closed_on IS NOT NULL AS closed, julianday(c.closed_on) - julianday(c.received_on) AS days,
                EXISTS (SELECT 1 FROM complaint_deadline d WHERE d.complaint_id = c.id AND (d.standing = 'met' OR (d.paused_on IS NULL AND d.holds_until < ?1))) AS judged,
                EXISTS (SELECT 1 FROM complaint_deadline d WHERE d.complaint_id = c.id AND coalesce(d.met_on, d.ended_on, iif(d.standing = 'running', ?1, '')) > d.holds_until) AS late
            FROM complaint c WHERE NOT c.insider AND c.received_on >= date(?1, 'start of month', '-' || ?2 || ' months')),
        category AS (SELECT month, kind, json_group_object(category, n) AS cells FROM (SELECT month, kind, category, count(*) AS n FROM one GROUP BY 1, 2, 3) GROUP BY 1, 2),
        placed AS MATERIALIZED (SELECT id, name, since, steps FROM place_over_time WHERE kind = 'town'),
        named AS (SELECT o.month, o.kind, o.n, CASE WHEN o.town IS NULL THEN '区食药安办' ELSE coalesce((SELECT p.name FROM placed p
                WHERE p.id = o.town AND p.since <= date(o.month || '-01', '+1 month', '-1 day') ORDER BY p.steps DESC LIMIT 1), o.town) END AS town
            FROM (SELECT month, kind, town, count(*) AS n FROM one GROUP BY 1, 2, 3) o),
        town AS (SELECT month, kind, json_group_object(town, n) AS cells FROM (SELECT month, kind, town, sum(n) AS n FROM named GROUP BY 1, 2, 3) GROUP BY 1, 2),
        month AS (SELECT month, kind, count(*) AS received, sum(closed) AS closed, avg(days) AS days, sum(judged) AS judged, sum(judged AND NOT late) AS on_time
            FROM one GROUP BY 1, 2)
        SELECT json_group_array(json_object('month', m.month, 'kind', m.kind, 'received', m.received, 'closed', m.closed, 'days', m.days,
            'judged', m.judged, 'on_time', m.on_time, 'categories', json(c.cells), 'towns', json(t.cells)))
        FROM (SELECT * FROM month ORDER BY month DESC, kind) m JOIN category c ON c.month = m.month AND c.kind = m.kind JOIN town t ON t.month = m.month AND t.kind = m.kind";
    let parameters = [today.into(), i64::from(MONTHS).into()];
    let rows: Vec<MonthCounts> = context.store.json(sql, parameters).await?;
    Ok((
        rows.into_iter().map(|row| row.publish(least)).collect(),
        least,
    ))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ComplaintFigures")]
struct Figures {
    #[serde(flatten)]
    months: ListPage<PublishedMonth>,
    /// 少于这个数的不公布，为 null
    withheld_below: u64,
    license: &'static str,
}

async fn complaint_figures(context: Context) -> Answer {
    let (items, least) = published_months(&context).await?;
    let figures = Figures {
        months: ListPage::whole(items),
        withheld_below: least,
        license: "CC-BY-4.0",
    };
    Ok(axum::Json(figures).into_response())
}

async fn show_figures(context: Context) -> Answer {
    let (months, least) = published_months(&context).await?;
    let number =
        |number: Option<u64>| number.map_or_else(|| "—".to_owned(), |number| number.to_string());
    Ok(page::page(
        &context,
        "投诉举报办理情况",
        &html! {
            h1 { "投诉举报办理情况" }
            p { "每月收到多少、办得怎么样。少于 " (least) " 件的数字不公布，写作“—”，以免看出是谁。" }
            p { a href="/api/v1/public/complaints/figures" { "下载数据（JSON）" } "，可以自由使用，请注明来源。" }
            @if months.is_empty() { p { "还没有数据。" } }
            @else {
                div.scroll tabindex="0" role="region" aria-label="每月办理情况" {
                    table {
                        thead { tr { th scope="col" { "月份" } th scope="col" { "类别" } th.number scope="col" { "收到" } th.number scope="col" { "已办完" } th.number scope="col" { "平均天数" } th.number scope="col" { "按期比例" } } }
                        tbody { @for month in &months { tr {
                            td.tight { (month.month) }
                            td { (month.kind.chinese()) }
                            td.number { (number(month.received)) }
                            td.number { (number(month.closed)) }
                            td.number { (month.days.map_or_else(|| "—".to_owned(), |days| format!("{days:.1}"))) }
                            td.number { (month.on_time.map_or_else(|| "—".to_owned(), |share| format!("{:.1}%", share * 100.0))) }
                        } } }
                    }
                }
                @if let Some(last) = months.iter().find(|month| month.received.is_some()) {
                    h2 { (last.month) " 的" (last.kind.chinese()) "都是什么问题" }
                    dl.facts {
                        @for (category, count) in &last.categories {
                            dt { (Category::read(category).map_or(category.as_str(), |category| category.chinese())) } dd { (number(*count)) }
                        }
                    }
                    h2 { "在哪些镇街" }
                    dl.facts { @for (town, count) in &last.towns { dt { (town) } dd { (number(*count)) } } }
                }
            }
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_number_is_withheld_and_cannot_be_subtracted() {
        let cells = |cells: &[(&str, u64)]| {
            let cells = cells
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count));
            withhold_small(cells.collect(), 5)
                .into_values()
                .collect::<Vec<_>>()
        };
        assert_eq!(cells(&[("a", 9), ("b", 7)]), [Some(9), Some(7)]);
        assert_eq!(
            cells(&[("a", 9), ("b", 7), ("c", 2)]),
            [Some(9), None, None]
        );
        assert_eq!(
            cells(&[("a", 9), ("b", 1), ("c", 2)]),
            [Some(9), None, None]
        );
        assert_eq!(cells(&[("a", 3)]), [None]);
        assert_eq!(
            cells(&[("a", 7), ("b", 7), ("c", 2)]),
            [None, Some(7), None]
        );
    }
}
