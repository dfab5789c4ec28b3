//! Provisional terms, computed anew once their year has been announced; whoever was told another day is told so in the case (design:
//! provisional dates). A slice of cases is one statement. If a run is cut off, the next one goes on with what is still provisional.

use crate::calendar::{self, VERSION, VersionedCalendar};
use crate::opened_case::Note;
use crate::sealing::{CaseKey, DataKeys, Form, Place, draw_mark};
use chrono::NaiveDate;
use domain::complaint_terms::{Step, due_without};
use domain::office_date::chinese;
use domain::words::Word as _;
use domain::workdays::Calendar;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use web::{Context, Problem};

/// The most cases that one statement writes.
const SLICE: i64 = 200;

/// A case with running terms that are provisional.
#[derive(Deserialize)]
struct ProvisionalCase {
    id: i64,
    code: String,
    form: Form,
    sealed_key: Option<Vec<u8>>,
    data_key_id: Option<String>,
    /// The [`RunningTerm`]s as JSON.
    terms: String,
}

/// A running term as the store has it: the step, the day that began it, the last day, and the days that did not count.
#[derive(Deserialize)]
struct RunningTerm(Step, NaiveDate, NaiveDate, u32);

/// A term that has another last day now, or one that is no longer provisional.
struct RedatedTerm {
    term: RunningTerm,
    due: NaiveDate,
    provisional: bool,
}

impl RedatedTerm {
    /// Computes the term anew. None where nothing has changed.
    fn compute(term: RunningTerm, calendar: &Calendar) -> Option<Self> {
        let RunningTerm(step, began, due, uncounted) = term;
        let counted = due_without(step, began, uncounted, calendar)?;
        (counted.date != due || !counted.provisional).then_some(Self {
            term,
            due: counted.date,
            provisional: counted.provisional,
        })
    }

    /// The term as `complaint_redating.terms` has it.
    fn to_json(&self) -> Json {
        let RunningTerm(step, began, due, _) = self.term;
        json!([
            step.code(),
            began,
            due,
            self.due,
            i64::from(self.provisional)
        ])
    }

    /// What the citizen is told of it; nothing where the day is the one that they were told.
    fn notice(&self) -> Option<String> {
        let RunningTerm(step, _, due, _) = self.term;
        let now = if self.provisional { "暂定" } else { "确定" };
        (self.due != due).then(|| {
            format!(
                "“{}”的最晚日期原来暂定{}，现在{now}为{}。",
                step.chinese(),
                chinese(due),
                chinese(self.due)
            )
        })
    }
}

/// Computes the provisional terms of all cases anew whose year has been announced. Gives how many cases have other dates now, or
/// dates that are sure.
pub async fn redate_cases(context: &Context) -> Result<usize, Problem> {
    let (mut after, mut redated) = (0, 0);
    loop {
        let sql = "SELECT c.id, c.code, c.form, c.sealed_key, c.data_key_id,
                (SELECT json_group_array(json_array(d.step, d.began_on, d.due_on, d.uncounted)) FROM complaint_deadline d
                    WHERE d.complaint_id = c.id AND d.provisional AND d.standing = 'running') AS terms
            FROM complaint c WHERE c.id > ?1 AND c.id IN (SELECT d.complaint_id FROM complaint_deadline d
                WHERE d.provisional AND d.standing = 'running'
                    AND CAST(substr(d.due_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year))
            ORDER BY c.id LIMIT ?2";
        let cases: Vec<ProvisionalCase> =
            context.store.all(sql, [after.into(), SLICE.into()]).await?;
        let Some(last) = cases.last() else {
            return Ok(redated);
        };
        after = last.id;
        redated += redate_slice(context, cases).await?;
    }
}

async fn redate_slice(context: &Context, cases: Vec<ProvisionalCase>) -> Result<usize, Problem> {
    let keys = DataKeys::read().await?;
    let mut cases_with_terms = Vec::with_capacity(cases.len());
    for case in cases {
        let terms: Vec<RunningTerm> =
            serde_json::from_str(&case.terms).map_err(Problem::internal)?;
        cases_with_terms.push((case, terms));
    }
    let began = cases_with_terms
        .iter()
        .flat_map(|(_, terms)| terms.iter().map(|term| term.1))
        .min()
        .unwrap_or(context.today());
    let calendar = calendar::read_calendar(context, began).await?;
    let at = context.at();
    let mut rows = Vec::new();
    for (case, terms) in cases_with_terms {
        let redated: Vec<RedatedTerm> = terms
            .into_iter()
            .filter_map(|term| RedatedTerm::compute(term, &calendar.calendar))
            .collect();
        if redated.is_empty() {
            continue;
        }
        // A case whose key does not open is left out, so that the others need not wait for it. Its number must not stand in a log.
        let Ok(row) = redating_row(&case, &redated, &keys, &at) else {
            eprintln!("the terms of the case in row {} stay provisional", case.id);
            continue;
        };
        rows.push(row);
    }
    match rows.is_empty() {
        true => Ok(0),
        false => write_redatings(context, &calendar, rows, &at).await,
    }
}

/// What `complaint_redating` takes of a case: the terms, and the sealed message to the citizen where a day is another.
fn redating_row(
    case: &ProvisionalCase,
    redated: &[RedatedTerm],
    keys: &DataKeys,
    at: &str,
) -> Result<Json, Problem> {
    let mark = draw_mark()?;
    let notice: String = redated.iter().filter_map(RedatedTerm::notice).collect();
    let sealed = match (&case.sealed_key, &case.data_key_id) {
        (Some(sealed_key), Some(id)) if !notice.is_empty() => {
            let key = CaseKey::open(keys, &case.code, case.form, sealed_key, id)?;
            let place = Place::Message {
                from_office: true,
                at,
                mark: &mark,
            };
            let note = format!("国务院办公厅已经公布放假安排。{notice}");
            Some(key.seal(place, &Note { note })?)
        }
        _ => None,
    };
    let hex = sealed
        .map(|sealed| -> String { sealed.iter().map(|byte| format!("{byte:02x}")).collect() });
    let terms: Vec<Json> = redated.iter().map(RedatedTerm::to_json).collect();
    Ok(json!({"id": case.id, "terms": terms, "sealed": hex, "mark": mark}))
}

/// Writes the rows, and gives how many were written. Where other days are announced meanwhile none is, and the next run computes
/// with them. A case of which a term was met, paused or moved meanwhile is left out, so that nobody is told of days that no longer
/// stand; the next run looks at it anew.
async fn write_redatings(
    context: &Context,
    calendar: &VersionedCalendar,
    rows: Vec<Json>,
    at: &str,
) -> Result<usize, Problem> {
    let sql = format!(
        "INSERT INTO complaint_redating (complaint_id, calendar, terms, sealed, mark, at)
         SELECT r.value ->> '$.id', ?2, r.value -> '$.terms', unhex(r.value ->> '$.sealed'), r.value ->> '$.mark', ?3
         FROM json_each(?1) r WHERE ?2 = {VERSION}
             AND NOT EXISTS (SELECT 1 FROM json_each(r.value, '$.terms') t WHERE NOT EXISTS (SELECT 1 FROM complaint_deadline d
                 WHERE d.complaint_id = r.value ->> '$.id' AND d.step = t.value ->> 0 AND d.began_on = t.value ->> 1
                     AND d.due_on = t.value ->> 2 AND d.standing = 'running'))
         ON CONFLICT (complaint_id, calendar) DO NOTHING RETURNING 1"
    );
    let parameters = [
        Json::Array(rows).to_string().into(),
        calendar.version.into(),
        at.into(),
    ];
    Ok(context.store.run(&sql, parameters).await?)
}
