//! How towns, stations and departments did on their own duties in a quarter (001 §三.12).

use chrono::{Datelike as _, Months, NaiveDate};
use registers::places;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::{Context, Problem};

/// How the visits that were due in one town were done.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DutiesOfTown {
    /// None for businesses without a town.
    pub town: Option<String>,
    /// The number of obligations.
    pub total: u64,
    /// Those that were met within the quarter.
    pub done: u64,
    /// Those that were met after it.
    pub late: u64,
    /// Those that have not been met.
    pub missed: u64,
    /// Those that nobody was assigned to.
    pub unassigned: u64,
}

/// How one department, station or town office kept its own deadlines.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DutiesOfDepartment {
    pub name: String,
    /// The number of deadlines that fell into the quarter.
    pub due: u64,
    /// Those of them that were met by their last day.
    pub on_time: u64,
}

/// The figures of one quarter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DutyFigures {
    pub towns: Vec<DutiesOfTown>,
    pub departments: Vec<DutiesOfDepartment>,
}

/// A quarter of a year.
pub struct Quarter {
    /// Its name: `2026Q3`.
    pub period: String,
    /// Its first day.
    pub begins_on: NaiveDate,
    /// Its last day.
    pub ends_on: NaiveDate,
}

/// The last quarter that has ended; none beyond the calendar.
pub fn last_quarter(today: NaiveDate) -> Option<Quarter> {
    let first_of =
        |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1);
    let begins_on = first_of(today.checked_sub_months(Months::new(3))?)?;
    let ends_on = first_of(today)?.pred_opt()?;
    let period = format!("{}Q{}", begins_on.year(), begins_on.month0() / 3 + 1);
    Some(Quarter {
        period,
        begins_on,
        ends_on,
    })
}

/// The figures of a quarter as they stand today.
pub async fn count_duties(context: &Context, quarter: &Quarter) -> Result<DutyFigures, Problem> {
    Ok(DutyFigures {
        towns: count_visits(context, &quarter.period).await?,
        departments: count_deadlines(context, quarter).await?,
    })
}

/// The visits of a quarter by town as it is called today, counted as the overview of `supervision` counts them: those of a closed quarter as
/// it was closed.
async fn count_visits(context: &Context, period: &str) -> Result<Vec<DutiesOfTown>, Problem> {
    let sql = concat!(
        "WITH visits AS (SELECT town, count(*) AS total, sum(status = 'unassigned') AS unassigned,
                sum(status = 'done') AS done, sum(status = 'late') AS late, sum(status = 'missed') AS missed
            FROM (SELECT town, CASE WHEN closed_status IN ('done', 'late', 'unassigned') THEN closed_status WHEN closed_status IS NOT NULL THEN 'missed'
                    WHEN owed_by IS NULL THEN 'unassigned' WHEN met_on <= ends_on THEN 'done' WHEN met_on < ?2 THEN 'late' ELSE 'missed' END AS status
                FROM obligation_record WHERE period = ?1) GROUP BY town)
        SELECT json_group_array(json_object('town', place, 'total', total, 'done', done, 'late', late, 'missed', missed, 'unassigned', unassigned))
        FROM (SELECT ",
        registers::town_name!("v.town"),
        " AS place, sum(v.total) AS total, sum(v.unassigned) AS unassigned, sum(v.done) AS done, sum(v.late) AS late, sum(v.missed) AS missed
            FROM visits v GROUP BY place ORDER BY place)"
    );
    let parameters = [period.into(), context.today().to_string().into()];
    Ok(context.store.json(sql, parameters).await?)
}

/// The deadlines that fell into a quarter, by whoever owes them: those of every view that states deadlines today, for a view and its
/// successor stand side by side for one release. What the office itself owes to complainants stays out: an insider's report would be
/// among it.
async fn count_deadlines(
    context: &Context,
    quarter: &Quarter,
) -> Result<Vec<DutiesOfDepartment>, Problem> {
    let sql =
        "SELECT json_group_array(view) FROM (SELECT view FROM current_deadline_view ORDER BY view)";
    let views: Vec<String> = context.store.json(sql, []).await?;
    let town = places::town_name("d.owed_by");
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for view in views {
        let sql = format!(
            "SELECT json_group_array(json_array(d.owed_by_kind, iif(d.owed_by_kind IN ('station', 'town'), {town}, d.owed_by), d.due, d.on_time)) FROM (
                SELECT owed_by_kind, owed_by, count(*) AS due, coalesce(sum(met_on <= due_on), 0) AS on_time FROM \"{view}\"
                WHERE owed_by_kind <> 'cadre' AND owed_by IS NOT NULL AND due_on BETWEEN ?1 AND ?2
                    AND NOT (rule GLOB 'complaint_*' AND owed_by_kind = 'department')
                GROUP BY owed_by_kind, owed_by) d"
        );
        let parameters = [quarter.begins_on, quarter.ends_on].map(|day| day.to_string().into());
        let counts: Vec<(String, String, u64, u64)> = context.store.json(&sql, parameters).await?;
        for (kind, owed_by, due, on_time) in counts {
            let sum = sums.entry(full_name(&kind, owed_by)).or_default();
            sum.0 += due;
            sum.1 += on_time;
        }
    }
    Ok(sums
        .into_iter()
        .map(|(name, (due, on_time))| DutiesOfDepartment { name, due, on_time })
        .collect())
}

/// What whoever owes a deadline is called in public: of stations and town offices `owed_by` is the name of their town.
fn full_name(kind: &str, owed_by: String) -> String {
    match kind {
        "station" => format!("{owed_by}监管所"),
        "town" => format!("{owed_by}食安办"),
        _ => owed_by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_quarter_is_the_one_that_has_ended() {
        let of = |day: &str| {
            day.parse().ok().and_then(last_quarter).map(|quarter| {
                let Quarter {
                    period,
                    begins_on,
                    ends_on,
                } = quarter;
                format!("{period} {begins_on} {ends_on}")
            })
        };
        assert_eq!(
            of("2026-11-22").as_deref(),
            Some("2026Q3 2026-07-01 2026-09-30")
        );
        assert_eq!(
            of("2027-01-01").as_deref(),
            Some("2026Q4 2026-10-01 2026-12-31")
        );
        assert_eq!(
            of("2026-05-31").as_deref(),
            Some("2026Q1 2026-01-01 2026-03-31")
        );
    }
}
