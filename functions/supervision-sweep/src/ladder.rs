//! Who gets which paper on a day (design: the ladder, papers of the ladder): one statement over all open breaches. From whom a paper goes to whom, and
//! who signs it, stands in the table `paper_route`.

use registers::{town_name, town_today};

/// Where the ladder takes what is missed from.
pub enum BreachSource {
    /// From the open breaches.
    OpenBreaches,
    /// From this statement, which gives what is missed by a day, whether a breach was opened for it or not.
    Missed(String),
}

/// How many lines one slice of papers has, about. The papers stand in the order in which they get their numbers.
const SLICE: u32 = 500;

impl BreachSource {
    /// The rows that the source is made of, the statement of what is open, and what else makes a miss the second one running.
    fn parts(&self) -> (String, &'static str, &'static str) {
        match self {
            Self::OpenBreaches => (
                String::new(),
                "SELECT b.* FROM breach b WHERE b.closed_on IS NULL AND b.opened_on <= ?2 AND b.due_on <= ?1",
                "",
            ),
            Self::Missed(sql) => (
                format!("missed AS MATERIALIZED ({sql}),"),
                "SELECT m.key, m.rule, m.subject, m.owed_by_kind, m.owed_by, m.town, m.due_on, m.evidence,
                    coalesce(b.rung, 0) AS rung, b.notice_id FROM missed m LEFT JOIN breach b ON b.key = m.key",
                "OR (o.evidence ->> '$.previous', o.owed_by) IN (SELECT key, owed_by FROM missed)",
            ),
        }
    }
}

/// The beginning of a statement over what is open on the day ?2 (due by ?1), as `owed`: each with who owes it, as `paper_route` has it, and `is_ready`
/// where it takes its next rung, `next`, that day.
///
/// A breach takes one rung a run, and only where its last paper has been issued and the term of that paper is over, both by the day that it
/// names and by the later day that the announced holidays may have made of it: a draft blocks. After a talk its own days must be over too, and
/// where no talk was recorded it stands still. What is excused until a day waits for it. An official of whom no town is known is the office's to look after.
pub fn owed(source: &BreachSource) -> String {
    let (missed, open, again) = source.parts();
    format!(
        "WITH {missed} open AS ({open}),
         standing AS MATERIALIZED (SELECT organisation, name, is_office, is_host, answers_to FROM organisation_standing),
         talk_days AS MATERIALIZED (SELECT p.value + 0 AS days FROM policy_ledger p
            WHERE p.name = 'talk_workdays' AND p.valid_from <= ?2 AND (p.valid_before IS NULL OR ?2 < p.valid_before)),
         policy AS MATERIALIZED (SELECT * FROM escalation WHERE valid_from <= ?2 AND (valid_before IS NULL OR ?2 < valid_before)),
         owed AS (
            SELECT o.*, p.rungs,
                CASE WHEN o.rung > 0 THEN o.rung + 1
                    WHEN EXISTS (SELECT 1 FROM breach before WHERE before.key = o.evidence ->> '$.previous' AND before.owed_by = o.owed_by) {again}
                    THEN p.repeated_at ELSE 1 END AS next,
                CASE o.owed_by_kind WHEN 'cadre' THEN coalesce(o.evidence ->> '$.post_town', c.town, o.town)
                    WHEN 'town' THEN o.owed_by WHEN 'station' THEN o.owed_by END AS owing_town,
                CASE WHEN o.owed_by_kind = 'cadre' AND coalesce(o.evidence ->> '$.tier', c.tier) = 'district' THEN 'district'
                    WHEN o.owed_by_kind = 'cadre' AND coalesce(o.evidence ->> '$.post_town', c.town, o.town) IS NULL THEN 'office'
                    WHEN o.owed_by_kind IN ('cadre', 'town') THEN 'town' WHEN o.owed_by_kind = 'station' THEN 'station'
                    WHEN o.owed_by_kind = 'committee' OR o.owed_by = '区食药安办' OR s.is_office THEN 'office'
                    WHEN s.is_host THEN 'host' ELSE 'department' END AS owing,
                s.organisation, s.answers_to,
                o.rung = 0 OR (n.due_on IS NOT NULL
                    AND (SELECT workdays FROM calendar_day WHERE date = max(n.due_on, coalesce(t.ends_on, n.due_on)))
                        < (SELECT workdays FROM calendar_day WHERE date = ?2)
                    AND (n.kind <> 'interview_summons' OR (SELECT d.workdays FROM talk k JOIN calendar_day d ON d.date = k.held_on WHERE k.notice_id = n.id)
                        + (SELECT days FROM talk_days) < (SELECT workdays FROM calendar_day WHERE date = ?2))) AS is_ready
            FROM open o
            JOIN policy p ON p.rule = o.rule AND o.due_on >= p.chased_from
            LEFT JOIN cadre_ledger c ON o.owed_by_kind = 'cadre' AND c.cadre_no = o.owed_by
            LEFT JOIN standing s ON o.owed_by_kind NOT IN ('cadre', 'town', 'station') AND o.owed_by IN (s.name, s.organisation)
            LEFT JOIN notice n ON n.id = o.notice_id
            LEFT JOIN notice_term t ON t.notice_id = n.id
            WHERE NOT EXISTS (SELECT 1 FROM breach_excuse e WHERE e.key = o.key AND e.excused_until >= ?2))"
    )
}

/// The statement that gives the papers of a day: one text a slice, each an array of papers with the keys of what they list. Parameters:
/// ?1 the last due date that has passed ([`crate::sweep_day::SweepDay::passed`]), ?2 the day.
///
/// The organisation that a station or a department is part of is named by its id, so that its people find the paper whatever it is called. After
/// the last paper that a rule has comes a circular, where the rule goes as far as a listing.
pub fn papers(source: &BreachSource) -> String {
    format!(
        "{owed},
         called AS MATERIALIZED (SELECT town, station, station_part_of, town_office, town_government FROM town_organisation),
         route AS MATERIALIZED (SELECT * FROM paper_route_held WHERE valid_from <= ?2 AND (valid_before IS NULL OR ?2 < valid_before)),
         routed AS (
            SELECT r.*, k.kind, w.issuer, w.receiver, w.signer, a.station, a.town_office, a.town_government,
                CASE w.receiver WHEN 'town_office' THEN 'town' WHEN 'town_government' THEN 'town' WHEN 'itself' THEN iif(r.owing = 'station', 'station', 'department')
                    ELSE 'department' END AS addressee_kind,
                CASE WHEN w.receiver IN ('town_office', 'town_government') OR (w.receiver = 'itself' AND r.owing = 'station') THEN {owing_town}
                    WHEN w.receiver = 'part_of' AND r.owing = 'station' THEN coalesce(a.station_part_of, '区市场监督管理局')
                    WHEN w.receiver = 'part_of' THEN coalesce(r.answers_to, r.owed_by)
                    ELSE coalesce(r.organisation, r.owed_by) END AS addressee
            FROM owed r
            JOIN notice_kind k ON k.rung = r.next
            JOIN route w ON w.owing = r.owing AND w.rung = r.next
            LEFT JOIN called a ON a.town = r.owing_town
            WHERE r.is_ready AND r.next <= json_array_length(r.rungs) + (json_array_length(r.rungs) = 4)),
         addressed AS (
            SELECT r.key, r.due_on, r.subject, r.kind, r.next AS rung, r.issuer, r.receiver, r.addressee_kind, r.addressee,
                CASE WHEN r.receiver = 'town_office' THEN coalesce(r.town_office, r.owing_town)
                    WHEN r.receiver = 'town_government' THEN coalesce(r.town_government, r.owing_town)
                    WHEN r.addressee_kind = 'station' THEN coalesce(r.station, r.owing_town)
                    ELSE coalesce((SELECT s.name FROM standing s WHERE s.organisation = r.addressee), r.addressee) END AS addressee_name,
                {owing_town} AS town,
                coalesce(r.signer, iif(r.rungs ->> ('$[' || (r.next - 1) || '].issue') = 'direct', NULL, 'office')) AS signer
            FROM routed r),
         paper AS (
            SELECT rung, kind, issuer, receiver, addressee_kind, addressee, max(addressee_name) AS addressee_name, max(town) AS town, max(signer) AS signer,
                count(*) AS lines, json_group_array(key) AS keys
            FROM (SELECT * FROM addressed WHERE addressee IS NOT NULL
                ORDER BY rung, kind, issuer, addressee_kind, addressee, due_on, subject, key) GROUP BY rung, kind, issuer, receiver, addressee_kind, addressee),
         placed AS (SELECT *, sum(lines) OVER (ORDER BY rung, addressee_kind, addressee) / {SLICE} AS slice FROM paper)
         SELECT json_group_array(json_object('kind', kind, 'rung', rung, 'issuer', issuer, 'receiver', receiver, 'addressee_kind', addressee_kind,
             'addressee', addressee, 'addressee_name', addressee_name, 'town', town, 'town_name', {named}, 'signer', signer, 'lines', json(keys)))
         FROM (SELECT * FROM placed ORDER BY slice, rung, addressee_kind, addressee) GROUP BY slice ORDER BY slice",
        owed = owed(source),
        owing_town = town_today!("r.owing_town"),
        named = town_name!("town"),
    )
}

/// Writes a slice of papers (?1), each with those of its lines that still stand: a line that another run has taken meanwhile, or that was
/// met, is left out, and a paper without lines is not written. Where a draft of the same kind to the same addressee waits for its signature, the lines
/// join it, and whoever signs sees it anew. Parameters: ?2 the day, ?3 the mark of the office, ?4 the moment, ?5 the mark of the committee.
pub const WRITE: &str = "INSERT INTO notice (kind, rung, status, addressee_kind, addressee, addressee_name, town, signer, drafted_on, lines, prefix, changed_by, changed_at,
        issuer, receiver)
    SELECT paper ->> '$.kind', paper ->> '$.rung', 'drafted', paper ->> '$.addressee_kind', paper ->> '$.addressee', paper ->> '$.addressee_name',
        paper ->> '$.town', paper ->> '$.signer',
        coalesce((SELECT max(d.drafted_on) FROM notice d WHERE d.status = 'drafted' AND d.kind = paper ->> '$.kind'
            AND d.addressee_kind = paper ->> '$.addressee_kind' AND d.addressee = paper ->> '$.addressee'), ?2),
        lines, iif(paper ->> '$.issuer' = 'committee', ?5, ?3), 'sweep', ?4, paper ->> '$.issuer', paper ->> '$.receiver'
    FROM (SELECT papers.value AS paper, (SELECT json_group_array(b.key) FROM json_each(papers.value, '$.lines') line JOIN breach b ON b.key = line.value
            WHERE b.closed_on IS NULL AND b.rung < papers.value ->> '$.rung') AS lines
        FROM json_each(?1) papers)
    WHERE json_array_length(lines) > 0
    ON CONFLICT (kind, addressee_kind, addressee, drafted_on) DO UPDATE SET version = version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at,
        lines = (SELECT json_group_array(had.value) FROM (SELECT value FROM json_each(notice.lines) UNION ALL
            SELECT value FROM json_each(excluded.lines) WHERE value NOT IN (SELECT value FROM json_each(notice.lines))) had)
        WHERE notice.status = 'drafted'
    RETURNING kind, signer IS NULL AS issued, version = 1 AS new";
