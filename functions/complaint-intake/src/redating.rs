//! Terms that were provisional, computed anew once their year has been announced; whoever was told another day is told in the case
//! (design: provisional dates). A slice is one statement. Cut off in the middle, the next run goes on with what is still provisional.

use crate::calendar::{self, VERSION};
use crate::cases::Note;
use crate::sealing::{CaseKey, DataKeys, Form, Place, mark};
use chrono::NaiveDate;
use domain::complaint_terms::{Step, due_without};
use domain::office_date::chinese;
use domain::words::Word as _;
use domain::workdays::Calendar;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use web::{Context, Problem};

/// Cases that one statement writes.
const SLICE: i64 = 200;

#[derive(Deserialize)]
struct Case {
    id: i64,
    code: String,
    form: Form,
    sealed_key: Option<Vec<u8>>,
    data_key_id: Option<String>,
    terms: String,
}

/// A running term, as it is kept.
#[derive(Deserialize)]
struct Term(Step, NaiveDate, NaiveDate, u32);

/// A term whose day is another, or no longer provisional.
struct Redated {
    term: Term,
    due: NaiveDate,
    provisional: bool,
}

impl Redated {
    fn of(term: Term, calendar: &Calendar) -> Option<Self> {
        let Term(step, began, due, uncounted) = term;
        let counted = due_without(step, began, uncounted, calendar)?;
        (counted.date != due || !counted.provisional).then_some(Self {
            term,
            due: counted.date,
            provisional: counted.provisional,
        })
    }

    /// As `complaint_redating.terms` has it.
    fn written(&self) -> Json {
        let Term(step, began, due, _) = self.term;
        json!([
            step.code(),
            began,
            due,
            self.due,
            i64::from(self.provisional)
        ])
    }

    /// What is said of it; nothing where the day is the one that was said.
    fn said(&self) -> Option<String> {
        let Term(step, _, due, _) = self.term;
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

/// How many cases have other dates now, or dates that are sure.
pub async fn redate(context: &Context) -> Result<usize, Problem> {
    let (mut after, mut redated) = (0, 0);
    loop {
        let sql = "SELECT c.id, c.code, c.form, c.sealed_key, c.data_key_id,
                (SELECT json_group_array(json_array(d.step, d.began_on, d.due_on, d.uncounted)) FROM complaint_deadline d
                    WHERE d.complaint_id = c.id AND d.provisional AND d.standing = 'running') AS terms
            FROM complaint c WHERE c.id > ?1 AND c.id IN (SELECT d.complaint_id FROM complaint_deadline d
                WHERE d.provisional AND d.standing = 'running'
                    AND CAST(substr(d.due_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year))
            ORDER BY c.id LIMIT ?2";
        let cases: Vec<Case> = context.store.all(sql, [after.into(), SLICE.into()]).await?;
        let Some(last) = cases.last() else {
            return Ok(redated);
        };
        after = last.id;
        redated += slice(context, cases).await?;
    }
}

async fn slice(context: &Context, cases: Vec<Case>) -> Result<usize, Problem> {
    let keys = DataKeys::read().await?;
    let mut read = Vec::with_capacity(cases.len());
    for case in cases {
        let terms: Vec<Term> = serde_json::from_str(&case.terms).map_err(Problem::internal)?;
        read.push((case, terms));
    }
    let began = read
        .iter()
        .flat_map(|(_, terms)| terms.iter().map(|term| term.1))
        .min()
        .unwrap_or(context.today());
    let known = calendar::read(context, began).await?;
    let at = context.at();
    let mut rows = Vec::new();
    for (case, terms) in read {
        let redated: Vec<Redated> = terms
            .into_iter()
            .filter_map(|term| Redated::of(term, &known.calendar))
            .collect();
        if redated.is_empty() {
            continue;
        }
        let said: Vec<String> = redated.iter().filter_map(Redated::said).collect();
        let key = match (&case.sealed_key, &case.data_key_id) {
            (Some(sealed), Some(id)) if !said.is_empty() => {
                // Its terms stay provisional, and why stands in the log; the other cases need not wait for this one.
                let Ok(key) = CaseKey::open(&keys, &case.code, case.form, sealed, id) else {
                    continue;
                };
                Some(key)
            }
            _ => None,
        };
        let mark = mark()?;
        let sealed = key
            .map(|key| {
                let place = Place::Message {
                    from_office: true,
                    at: &at,
                    mark: &mark,
                };
                let note = format!("国务院办公厅已经公布放假安排。{}", said.concat());
                key.seal(place, &Note { note })
            })
            .transpose()?;
        let hex = sealed
            .map(|sealed| -> String { sealed.iter().map(|byte| format!("{byte:02x}")).collect() });
        let terms: Vec<Json> = redated.iter().map(Redated::written).collect();
        rows.push(json!({"id": case.id, "terms": terms, "sealed": hex, "mark": mark}));
    }
    if rows.is_empty() {
        return Ok(0);
    }
    // Other days announced meanwhile: nothing is written, and the next run computes with them. A term that was met, paused or moved
    // meanwhile: nobody is told of days that no longer stand, and the next run looks at the case anew.
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
        known.version.into(),
        at.into(),
    ];
    Ok(context.store.run(&sql, parameters).await?)
}
