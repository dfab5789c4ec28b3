//! 专报: what district officials and the office itself owe gets neither letter nor order. It is reported to the head of the committee once a month,
//! on its first working day (design: papers of the ladder).

use crate::ladder::{BreachSource, owed};

/// Its place among the kinds of papers, beyond the rungs of the ladder.
pub const RUNG: u32 = 90;

/// To whom it goes: the head of the committee.
pub fn addressee_name(committee: &str) -> String {
    format!("{committee}主任")
}

/// Whether the day ?2 is the one of its month on which it is reported: the first working day, or the first one on which a run came to its end.
const IS_DUE: &str = "EXISTS (SELECT 1 FROM calendar_day day WHERE day.date = ?2 AND day.is_workday)
    AND NOT EXISTS (SELECT 1 FROM calendar_day earlier WHERE earlier.is_workday AND earlier.date >= substr(?2, 1, 8) || '01' AND earlier.date < ?2
        AND EXISTS (SELECT 1 FROM sweep_run run WHERE run.as_of = earlier.date AND run.result IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.kind = 'report_upwards' AND n.status <> 'withdrawn' AND substr(n.drafted_on, 1, 7) = substr(?2, 1, 7))";

/// The statement that gives the keys of what is reported on the day ?2, as one JSON array; an empty one on all other days. ?1 is the last due date
/// that has passed.
pub fn lines(source: &BreachSource) -> String {
    format!(
        "{owed} SELECT json_group_array(key) FROM (SELECT key FROM owed WHERE owing IN ('district', 'office') AND {IS_DUE} ORDER BY due_on, subject, key)",
        owed = owed(source)
    )
}

/// Drafts the report with these lines (?1). Parameters: ?2 the day, ?3 the mark of the office, ?4 the moment, ?5 its addressee ([`addressee_name`]).
pub const WRITE: &str = "INSERT INTO notice (kind, rung, status, addressee_kind, addressee, addressee_name, signer, drafted_on, lines, prefix, changed_by, changed_at,
        issuer, receiver)
    SELECT k.kind, k.rung, 'drafted', 'committee', 'committee', ?5, 'office', ?2, lines, ?3, 'sweep', ?4, 'office', 'itself'
    FROM (SELECT json_group_array(b.key) AS lines FROM json_each(?1) line JOIN breach b ON b.key = line.value WHERE b.closed_on IS NULL)
    JOIN notice_kind k ON k.kind = 'report_upwards'
    WHERE json_array_length(lines) > 0
    ON CONFLICT (kind, addressee_kind, addressee, drafted_on) DO NOTHING RETURNING 1";
