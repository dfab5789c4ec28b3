//! Who gets which paper on a day (design: the ladder, papers): one statement over all open breaches.

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

/// The statement that gives the papers of a day: one text a slice, each an array of papers with the keys of what they list. Parameters:
/// ?1 the last due date that has passed ([`crate::sweep_day::SweepDay::passed`]), ?2 the day, ?3 the committee's name.
///
/// A breach takes one rung a run, and only where its last paper has been issued and the term of that paper is over, both by the day that it
/// names and by the later day that the announced holidays may have made of it: a draft blocks. Each paper to a district official is
/// signed first (design: papers).
pub fn papers(source: &BreachSource) -> String {
    let (missed, open, again) = match source {
        BreachSource::OpenBreaches => (
            String::new(),
            "SELECT b.* FROM breach b WHERE b.closed_on IS NULL AND b.opened_on <= ?2 AND b.due_on <= ?1",
            "",
        ),
        BreachSource::Missed(sql) => (
            format!("missed AS MATERIALIZED ({sql}),"),
            "SELECT m.key, m.rule, m.subject, m.owed_by_kind, m.owed_by, m.town, m.due_on, m.evidence,
                coalesce(b.rung, 0) AS rung, b.notice_id FROM missed m LEFT JOIN breach b ON b.key = m.key",
            "OR (o.evidence ->> '$.previous', o.owed_by) IN (SELECT key, owed_by FROM missed)",
        ),
    };
    format!(
        "WITH {missed} open AS ({open}),
         called AS MATERIALIZED (SELECT town, station, town_office FROM town_addressee),
         policy AS MATERIALIZED (SELECT * FROM escalation WHERE valid_from <= ?2 AND (valid_before IS NULL OR ?2 < valid_before)),
         ready AS (
            SELECT o.*, p.rungs,
                CASE WHEN o.rung > 0 THEN o.rung + 1
                    WHEN EXISTS (SELECT 1 FROM breach before WHERE before.key = o.evidence ->> '$.previous' AND before.owed_by = o.owed_by) {again}
                    THEN p.repeated_at ELSE 1 END AS next,
                c.name AS cadre, c.tier, c.town AS cadre_town
            FROM open o
            JOIN policy p ON p.rule = o.rule AND o.due_on >= p.chased_from
            LEFT JOIN cadre_ledger c ON o.owed_by_kind = 'cadre' AND c.cadre_no = o.owed_by
            LEFT JOIN notice n ON n.id = o.notice_id
            LEFT JOIN notice_term t ON t.notice_id = n.id
            WHERE o.rung = 0 OR (n.due_on IS NOT NULL
                AND (SELECT workdays FROM calendar_day WHERE date = max(n.due_on, coalesce(t.ends_on, n.due_on)))
                    < (SELECT workdays FROM calendar_day WHERE date = ?2))),
         addressed AS (
            SELECT r.key, r.due_on, r.subject, k.kind, k.rung, 
                CASE WHEN r.owed_by_kind IN ('station', 'town', 'committee') THEN r.owed_by_kind
                    WHEN r.owed_by_kind <> 'cadre' THEN 'department'
                    WHEN r.next = 1 THEN 'cadre'
                    WHEN r.tier = 'district' THEN 'committee' ELSE 'town' END AS addressee_kind,
                CASE WHEN r.owed_by_kind IN ('station', 'town') THEN {owing_town}
                    WHEN r.owed_by_kind <> 'cadre' OR r.next = 1 THEN r.owed_by
                    WHEN r.tier = 'district' THEN 'committee' ELSE {cadre_town} END AS addressee,
                CASE WHEN r.owed_by_kind = 'station' THEN coalesce(owing.station, r.owed_by)
                    WHEN r.owed_by_kind = 'town' THEN coalesce(owing.town_office, r.owed_by)
                    WHEN r.owed_by_kind <> 'cadre' THEN r.owed_by
                    WHEN r.next = 1 THEN coalesce(r.cadre, r.owed_by)
                    WHEN r.tier = 'district' THEN ?3 ELSE coalesce(own.town_office, r.cadre_town) END AS addressee_name,
                CASE WHEN r.owed_by_kind = 'cadre' THEN iif(r.tier = 'district', NULL, {cadre_town}) WHEN r.owed_by_kind IN ('station', 'town') THEN {owing_town} END AS town,
                CASE WHEN r.tier = 'district' THEN 'chair'
                    WHEN r.rungs ->> ('$[' || (r.next - 1) || '].issue') = 'direct' THEN NULL ELSE 'office' END AS signer
            FROM ready r JOIN notice_kind k ON k.rung = r.next
            LEFT JOIN called owing ON r.owed_by_kind IN ('station', 'town') AND owing.town = r.owed_by
            LEFT JOIN called own ON own.town = r.cadre_town
            WHERE r.next <= json_array_length(r.rungs)),
         paper AS (
            SELECT rung, kind, addressee_kind, addressee, max(addressee_name) AS addressee_name, max(town) AS town, max(signer) AS signer,
                count(*) AS lines, json_group_array(key) AS keys
            FROM (SELECT * FROM addressed WHERE addressee IS NOT NULL
                ORDER BY rung, kind, addressee_kind, addressee, due_on, subject, key) GROUP BY rung, kind, addressee_kind, addressee),
         placed AS (SELECT *, sum(lines) OVER (ORDER BY rung, addressee_kind, addressee) / {SLICE} AS slice FROM paper)
         SELECT json_group_array(json_object('kind', kind, 'rung', rung, 'addressee_kind', addressee_kind, 'addressee', addressee,
             'addressee_name', addressee_name, 'town', town, 'town_name', {named}, 'signer', signer, 'lines', json(keys)))
         FROM (SELECT * FROM placed ORDER BY slice, rung, addressee_kind, addressee) GROUP BY slice ORDER BY slice",
        owing_town = town_today!("r.owed_by"),
        cadre_town = town_today!("r.cadre_town"),
        named = town_name!("town"),
    )
}

/// Writes a slice of papers (?1), each with those of its lines that still stand: a line that another run has taken meanwhile, or that was
/// met, is left out, and a paper without lines is not written. Parameters: ?2 the day, ?3 the prefix of numbers, ?4 the moment.
pub const WRITE: &str = "INSERT INTO notice (kind, rung, status, addressee_kind, addressee, addressee_name, town, signer, drafted_on, lines, prefix, changed_by, changed_at)
    SELECT paper ->> '$.kind', paper ->> '$.rung', 'drafted', paper ->> '$.addressee_kind', paper ->> '$.addressee', paper ->> '$.addressee_name',
        paper ->> '$.town', paper ->> '$.signer', ?2, lines, ?3, 'sweep', ?4
    FROM (SELECT papers.value AS paper, (SELECT json_group_array(b.key) FROM json_each(papers.value, '$.lines') line JOIN breach b ON b.key = line.value
            WHERE b.closed_on IS NULL AND b.rung < papers.value ->> '$.rung') AS lines
        FROM json_each(?1) papers)
    WHERE json_array_length(lines) > 0
    ON CONFLICT (kind, addressee_kind, addressee, drafted_on) DO NOTHING
    RETURNING kind, signer IS NULL AS issued";
