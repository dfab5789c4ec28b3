//! Who meets the criteria, with the evidence: one statement over all facts.

use crate::criteria::{Criterion, criteria_on};
use domain::search::SearchTerms;
use domain::words::Sector;
use registers::{Member, places, search, town_name};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use store::Value;
use transparency::CriterionMet;
use web::{Context, Problem};

/// A business that meets the criteria of a list.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Suggestion {
    pub uscc: String,
    pub name: String,
    pub town: Option<String>,
    #[expect(dead_code, reason = "for programs")]
    sector: Option<Sector>,
    #[expect(dead_code, reason = "for programs")]
    #[schemars(extend("enum" = ["red", "black", "key_help"]))]
    list: String,
    pub rules: Vec<CriterionMet>,
    /// A case of the business for this list that runs already.
    #[schemars(with = "Option<RunningCase>")]
    pub case: Option<serde::de::IgnoredAny>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
struct RunningCase {
    id: String,
    status: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Suggestions {
    pub items: Vec<Suggestion>,
    pub next: Option<String>,
    pub total: u64,
}

/// Which suggestions are looked for.
#[derive(Default)]
pub struct SuggestionFilter<'a> {
    pub uscc: Option<&'a str>,
    /// A town by any of its names.
    pub town: Option<&'a str>,
    pub q: Option<&'a str>,
    /// Whether those are found too whose case runs already.
    pub with_cases: bool,
    /// The town and the code of the business after which the page begins.
    pub behind: Option<(String, String)>,
    pub limit: i64,
}

/// The members of a criterion that is met ([`CriterionMet`]) in a list as data.
pub const MET: &[Member] = &[
    Member::text("rule", "").always(),
    Member::date("valid_from", "").always(),
    Member::text("title", "").always(),
    Member::text("basis", "").always(),
    Member::text("said", ""),
    Member::objects(
        "evidence",
        "",
        &[
            Member::text("kind", "").always(),
            Member::text("number", ""),
            Member::date("happened_on", ""),
            Member::text("title", ""),
            Member::text("said", ""),
        ],
    )
    .always(),
];

/// SQL: the criteria, as rows. `?1` is today, `?2` the criteria, `?3` the code of one business or null, `?4` the list.
const CRITERION: &str = "criterion AS MATERIALIZED (
    SELECT key AS place, value ->> '$.rule' AS rule, value ->> '$.valid_from' AS valid_from, value ->> '$.list' AS list, value ->> '$.measure' AS measure,
        value ->> '$.title' AS title, value ->> '$.basis' AS basis, value ->> '$.since' AS since, value ->> '$.threshold' AS threshold
    FROM json_each(?2))";

/// SQL: the facts that meet a criterion of the black list or of 重点帮扶, one row a fact and criterion. A penalty whose publication has
/// ended does not count for the black list, which may not outlive it. Failed batches are consecutive where no batch that passed lies
/// between them.
const FINDING: &str = "batch AS MATERIALIZED (
    SELECT uscc, sample_no, sampled_on, food, failed_items, result,
        row_number() OVER (PARTITION BY uscc ORDER BY sampled_on, sample_no)
            - row_number() OVER (PARTITION BY uscc, result ORDER BY sampled_on, sample_no) AS island
    FROM fact_sample sample
    WHERE sampled_on <= ?1 AND {only sample} AND uscc IN (SELECT uscc FROM fact_sample WHERE result = 'failed')),
failed_run AS MATERIALIZED (
    SELECT uscc, island, count(*) AS batches, max(sampled_on) AS last_on FROM batch WHERE result = 'failed' GROUP BY uscc, island),
finding AS MATERIALIZED (
    SELECT c.rule, p.uscc, 'penalty' AS kind, p.decision_no AS number, p.decided_on AS happened_on, NULL AS said
    FROM criterion c JOIN fact_penalty p ON p.decided_on > c.since AND p.decided_on <= ?1
    WHERE {only p}
        AND (c.list <> 'black' OR p.published_until IS NULL OR p.published_until >= ?1)
        AND CASE c.measure WHEN 'penalty' THEN p.amount >= c.threshold * 100 WHEN 'closure' THEN p.kind IN ('closure', 'revocation')
            WHEN 'penalties' THEN (SELECT count(*) FROM fact_penalty o
                WHERE o.uscc = p.uscc AND o.decided_on > c.since AND o.decided_on <= ?1) >= c.threshold END
    UNION ALL
    SELECT c.rule, b.uscc, 'sample', b.sample_no, b.sampled_on, NULL
    FROM criterion c JOIN failed_run f ON f.batches >= c.threshold AND f.last_on > c.since
    JOIN batch b ON b.uscc = f.uscc AND b.island = f.island AND b.result = 'failed'
    WHERE c.measure = 'failed_samples'
    UNION ALL
    SELECT c.rule, i.uscc, 'inspection', i.inspection_no, i.inspected_on, NULL
    FROM criterion c JOIN fact_inspection i ON i.inspected_on > c.since AND i.inspected_on <= ?1
    WHERE {only i}
        AND CASE c.measure WHEN 'refused' THEN i.result = 'refused'
            WHEN 'hazards' THEN i.hazards > 0 AND (SELECT sum(o.hazards) FROM fact_inspection o
                WHERE o.uscc = i.uscc AND o.inspected_on > c.since AND o.inspected_on <= ?1) >= c.threshold END
    UNION ALL
    SELECT c.rule, a.uscc, 'accident', a.accident_no, a.happened_on, NULL
    FROM criterion c JOIN fact_accident a ON a.happened_on > c.since AND a.happened_on <= ?1
    WHERE c.measure = 'accident' AND {only a}
        AND CASE a.grade WHEN 'general' THEN 1 WHEN 'larger' THEN 2 WHEN 'major' THEN 3 ELSE 4 END >= c.threshold
    UNION ALL
    SELECT c.rule, n.uscc, 'complaint', NULL, max(n.received_on), count(*) || ' 件'
    FROM criterion c JOIN enterprise_complaint n ON n.received_on > c.since AND n.received_on <= ?1
    WHERE c.measure = 'complaints' AND {only n}
    GROUP BY c.rule, c.threshold, n.uscc HAVING count(*) >= c.threshold),
told AS MATERIALIZED (
    SELECT uscc, rule, json_group_array(json_object('kind', kind, 'number', number, 'happened_on', happened_on, 'title', title, 'said', said)) AS evidence
    FROM (SELECT x.uscc, x.rule, x.kind, x.number, x.happened_on, f.title, coalesce(x.said, f.said) AS said
        FROM finding x LEFT JOIN {facts} f ON f.kind = x.kind AND f.number = x.number
        ORDER BY x.uscc, x.rule, x.happened_on DESC, x.number) GROUP BY uscc, rule),
meets AS MATERIALIZED (
    SELECT uscc, json_group_array(json_object('rule', rule, 'valid_from', valid_from, 'title', title, 'basis', basis, 'said', NULL,
        'evidence', json(evidence))) AS rules
    FROM (SELECT t.uscc, t.evidence, c.rule, c.valid_from, c.title, c.basis
        FROM told t JOIN criterion c ON c.rule = t.rule ORDER BY t.uscc, c.place) GROUP BY uscc)";

/// SQL: whether the officer `o` of the enterprise `e` is in post today.
const IN_POST: &str =
    "o.uscc = e.uscc AND o.appointed_on <= ?1 AND (o.left_on IS NULL OR o.left_on >= ?1)";

/// SQL: the businesses that meet every criterion of the red list and have no running case for the black list.
fn spotless_sql() -> String {
    format!(
        "meets AS MATERIALIZED (
    SELECT e.uscc, (SELECT json_group_array(json_object('rule', c.rule, 'valid_from', c.valid_from, 'title', c.title, 'basis', c.basis,
        'said', CASE c.measure
            WHEN 'risk_grade' THEN e.risk_grade || ' 级'
            WHEN 'in_business' THEN e.founded_on || ' 成立'
            WHEN 'officers' THEN (SELECT count(*) FROM fact_officer o WHERE {IN_POST}) || ' 人在岗'
            WHEN 'training' THEN (SELECT max(o.examined_on) FROM fact_officer o WHERE {IN_POST}) || ' 最近一次合格'
            WHEN 'no_failed_sample' THEN (SELECT iif(count(*) = 0, '期间没有抽检', count(*) || ' 批次抽检，全部合格') FROM fact_sample s
                WHERE s.uscc = e.uscc AND s.sampled_on > c.since AND s.sampled_on <= ?1) END,
        'evidence', json(iif(c.measure = 'honour', (SELECT json_group_array(json_object('kind', 'honour', 'number', h.honour_no,
            'happened_on', h.issued_on, 'title', h.name, 'said', h.issuer)) FROM (SELECT * FROM fact_honour h
            WHERE h.uscc = e.uscc AND h.issued_on <= ?1 AND (h.expires_on IS NULL OR h.expires_on >= ?1) ORDER BY h.honour_no) h), '[]'))))
        FROM (SELECT * FROM criterion ORDER BY place) c) AS rules
    FROM enterprise_today e
    WHERE e.status = 'operating' AND {{only e}} AND EXISTS (SELECT 1 FROM criterion)
        AND NOT EXISTS (SELECT 1 FROM list_case k WHERE k.uscc = e.uscc AND k.list = 'black' AND k.ended_on IS NULL)
        AND NOT EXISTS (SELECT 1 FROM criterion c WHERE NOT coalesce(CASE c.measure
            WHEN 'risk_grade' THEN instr('ABCD', e.risk_grade) BETWEEN 1 AND c.threshold
            WHEN 'in_business' THEN e.founded_on <= c.since
            WHEN 'no_penalty' THEN NOT EXISTS (SELECT 1 FROM fact_penalty p
                WHERE p.uscc = e.uscc AND p.decided_on > c.since AND p.decided_on <= ?1)
            WHEN 'no_failed_sample' THEN NOT EXISTS (SELECT 1 FROM fact_sample s
                WHERE s.uscc = e.uscc AND s.result = 'failed' AND s.sampled_on > c.since AND s.sampled_on <= ?1)
            WHEN 'no_bad_inspection' THEN NOT EXISTS (SELECT 1 FROM fact_inspection i
                WHERE i.uscc = e.uscc AND i.result IN ('fails', 'refused') AND i.inspected_on > c.since AND i.inspected_on <= ?1)
            WHEN 'no_accident' THEN NOT EXISTS (SELECT 1 FROM fact_accident a
                WHERE a.uscc = e.uscc AND a.happened_on > c.since AND a.happened_on <= ?1)
            WHEN 'officers' THEN (SELECT count(*) FROM fact_officer o WHERE {IN_POST}) >= c.threshold
            WHEN 'training' THEN EXISTS (SELECT 1 FROM fact_officer o WHERE {IN_POST})
                AND NOT EXISTS (SELECT 1 FROM fact_officer o WHERE {IN_POST}
                    AND NOT coalesce(o.exam = 'passed' AND o.examined_on > c.since AND o.examined_on <= ?1, 0))
            WHEN 'honour' THEN EXISTS (SELECT 1 FROM fact_honour h
                WHERE h.uscc = e.uscc AND h.issued_on <= ?1 AND (h.expires_on IS NULL OR h.expires_on >= ?1)) END, 0)))"
    )
}

/// SQL: who meets the criteria of a list; the beginning of a statement that reads `meets`. For one business it looks at the rows of that
/// business alone.
fn meets_sql(list: &str, one: bool) -> String {
    let meets = match list {
        "red" => spotless_sql(),
        _ => FINDING.to_owned(),
    };
    let facts = match one {
        true => "(SELECT * FROM enterprise_fact WHERE uscc = ?3)",
        false => "enterprise_fact",
    };
    let mut meets = meets.replace("{facts}", facts);
    for table in ["sample", "p", "i", "a", "n", "e"] {
        let condition = match one {
            true => format!("{table}.uscc = ?3"),
            false => "?3 IS NULL".to_owned(),
        };
        meets = meets.replace(&format!("{{only {table}}}"), &condition);
    }
    format!("WITH {CRITERION}, {meets}")
}

/// SQL: the page of [`Suggestions`] after [`meets_sql`].
const PAGE: &str = concat!(
    ",
    hit AS MATERIALIZED (
        SELECT m.uscc, m.rules, e.name, ",
    town_name!("e.town"),
    " AS town, e.sector,
            CASE ?4 WHEN 'key_help' THEN (SELECT json_object('id', CAST(h.id AS TEXT), 'status', 'running') FROM key_help h WHERE h.uscc = m.uscc AND h.ended_on IS NULL)
                ELSE (SELECT json_object('id', k.id, 'status', k.status) FROM list_case k
                    WHERE k.uscc = m.uscc AND k.list = ?4 AND k.ended_on IS NULL) END AS running
        FROM meets m JOIN enterprise_today e ON e.uscc = m.uscc
        WHERE e.status = 'operating' AND (?5 IS NULL OR e.town IN ({towns})) AND (?6 IS NULL OR {found})),
    wanted AS MATERIALIZED (SELECT *, coalesce(town, '') AS place FROM hit WHERE ?7 OR running IS NULL),
    behind AS MATERIALIZED (SELECT * FROM wanted WHERE ?8 IS NULL OR (place, uscc) > (?8, ?9)),
    shown AS MATERIALIZED (SELECT * FROM behind ORDER BY place, uscc LIMIT ?10)
    SELECT json_object('items', json_group_array(json_object('uscc', uscc, 'name', name, 'town', town, 'sector', sector, 'list', ?4,
            'rules', json(rules), 'case', json(running))),
        'next', CASE WHEN count(*) < (SELECT count(*) FROM behind)
            THEN (SELECT hex(json_array(?4, json_array(place, uscc))) FROM shown ORDER BY place DESC, uscc DESC LIMIT 1) END,
        'total', (SELECT count(*) FROM wanted)) FROM shown"
);

/// A page of [`Suggestions`] for a list, as JSON.
pub async fn suggestions_json(
    context: &Context,
    list: &str,
    filter: &SuggestionFilter<'_>,
) -> Result<String, Problem> {
    let today = context.today();
    let criteria: Vec<Criterion> = criteria_on(context, list, today).await?;
    let [words, code] = match filter.q {
        Some(q) => search::parameters(&SearchTerms::parse(q)),
        None => [Value::Null, Value::Null],
    };
    let (town, uscc) = filter.behind.clone().unzip();
    let parameters = [
        today.to_string().into(),
        serde_json::json!(criteria).to_string().into(),
        filter.uscc.map(str::to_owned).into(),
        list.into(),
        filter.town.map(str::to_owned).into(),
        words,
        i64::from(filter.with_cases).into(),
        town.into(),
        uscc.into(),
        Value::from(filter.limit),
        code,
    ];
    let page = PAGE
        .replace("{found}", &search::found("e.uscc", 6, 11))
        .replace("{towns}", &places::all_of_town("?5"));
    let sql = format!("{}{page}", meets_sql(list, filter.uscc.is_some()));
    Ok(context.store.text(&sql, parameters).await?)
}

/// The criteria of a list that one business meets today; none where they are not enough for the list.
pub async fn criteria_met_by(
    context: &Context,
    list: &str,
    uscc: &str,
) -> Result<Option<Suggestion>, Problem> {
    let filter = SuggestionFilter {
        uscc: Some(uscc),
        with_cases: true,
        limit: 1,
        ..SuggestionFilter::default()
    };
    let json = suggestions_json(context, list, &filter).await?;
    let found: Suggestions = serde_json::from_str(&json).map_err(Problem::internal)?;
    Ok(found.items.into_iter().next())
}

/// The codes of all businesses that meet the criteria of a list today.
pub async fn businesses_that_meet(
    context: &Context,
    list: &str,
) -> Result<BTreeSet<String>, Problem> {
    let today = context.today();
    let criteria = criteria_on(context, list, today).await?;
    let none: Option<String> = None;
    let parameters = [
        today.to_string().into(),
        serde_json::json!(criteria).to_string().into(),
        none.into(),
    ];
    let sql = format!(
        "{} SELECT json_group_array(m.uscc) FROM meets m JOIN enterprise_today e ON e.uscc = m.uscc WHERE e.status = 'operating'",
        meets_sql(list, false)
    );
    Ok(context.store.json(&sql, parameters).await?)
}
