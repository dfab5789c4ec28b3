//! 三书一函: the papers, and who sees which.

use domain::words::{AddresseeKind, NoticeKind, NoticeStatus, Role, choices};
use registers::{Column, Filter, Input, List, Member};
use serde::Deserialize;
use serde_json::Value as Json;
use web::{Context, Problem};

/// Of a town: issued papers of its own officials, its own, and those of its stations.
const TOWN: &str = "n.issued_on IS NOT NULL AND n.town IN (SELECT value FROM json_each({})) AND n.addressee_kind <> 'station'";
const STATION: &str = "n.issued_on IS NOT NULL AND n.addressee_kind = 'station' AND n.addressee IN (SELECT value FROM json_each({}))";
/// Of an official: issued papers to them.
const ADDRESSED: &str =
    "n.issued_on IS NOT NULL AND n.addressee_kind = 'cadre' AND n.addressee = {}";
/// And those that name them, of which they see their own lines.
const CADRE: &str = "n.issued_on IS NOT NULL AND (n.addressee_kind = 'cadre' AND n.addressee = {}
    OR EXISTS (SELECT 1 FROM notice_line l WHERE l.notice_id = n.id AND l.owed_by_kind = 'cadre' AND l.owed_by = {}))";

/// The number as it is written; none for a draft.
macro_rules! number {
    () => {
        "iif(n.number IS NULL, NULL, n.prefix || k.mark || '〔' || n.year || '〕' || n.number || '号')"
    };
}

pub static NOTICES: List = List {
    name: "notices",
    title: "三书一函",
    path: "/notices",
    api: "/api/v1/notices",
    from: "notice n JOIN notice_kind k ON k.kind = n.kind",
    id: "n.id",
    sort: Some("-drafted_on"),
    town: TOWN,
    station: Some(STATION),
    cadre: Some(ADDRESSED),
    nothing: "还没有文书。",
    item: &[
        Member::text("id", "CAST(n.id AS TEXT)").always(),
        Member::word("kind", "n.kind", choices::<NoticeKind>).always(),
        Member::text("number", number!()),
        Member::word("status", "n.status", choices::<NoticeStatus>).always(),
        Member::object("addressee", &[
            Member::text("kind", "n.addressee_kind").always(),
            Member::text("id", "n.addressee"),
            Member::text("name", "n.addressee_name").always(),
        ]).always(),
        Member::text("addressee_name", "n.addressee_name").always(),
        Member::text("town", "n.town"),
        Member::text("signer", "n.signer"),
        Member::date("drafted_on", "n.drafted_on").always(),
        Member::date("issued_on", "n.issued_on"),
        Member::date("due", "n.due_on"),
        Member::yes_no("due_provisional", "json(iif(n.due_provisional, 'true', 'false'))").always(),
        Member::whole("term", "n.term"),
        Member::whole("lines", "json_array_length(n.lines)").always(),
        Member::whole("open", "(SELECT count(*) FROM notice_line l JOIN breach b ON b.key = l.key WHERE l.notice_id = n.id AND b.closed_on IS NULL)").always(),
        Member::text("name", concat!("coalesce(", number!(), ", k.name || '（待签发）')")).always(),
        Member::objects(
            "breaches",
            "json((SELECT json_group_array(json_object('key', l.key, 'rule', l.rule, 'owed_by', l.owed_by, 'subject', l.subject, 'since', l.due_on,
                'evidence', json(l.evidence))) FROM (SELECT * FROM notice_line WHERE notice_id = n.id ORDER BY due_on, subject LIMIT 200) l))",
            &[
                Member::text("key", "").always(),
                Member::text("rule", "").always(),
                Member::text("owed_by", "").always(),
                Member::text("subject", "").always(),
                Member::date("since", "").always(),
                Member::evidence("evidence", "").always(),
            ],
        ).always(),
    ],
    filters: &[
        Filter {
            name: "kind",
            label: "文书",
            input: Input::Choice(choices::<NoticeKind>),
            condition: "n.kind = {}",
        },
        Filter {
            name: "status",
            label: "状态",
            input: Input::Choice(choices::<NoticeStatus>),
            condition: "n.status = {}",
        },
        Filter::town("n.town = {}"),
        Filter {
            name: "period",
            label: "季度",
            input: Input::Text,
            condition: "EXISTS (SELECT 1 FROM notice_line l JOIN quarter q ON q.period = upper({}) WHERE l.notice_id = n.id AND l.due_on BETWEEN q.starts_on AND q.ends_on)",
        },
        Filter {
            name: "cadre_no",
            label: "工号",
            input: Input::Text,
            condition: "EXISTS (SELECT 1 FROM notice_line l WHERE l.notice_id = n.id AND l.owed_by_kind = 'cadre' AND l.owed_by = upper({}))",
        },
        Filter {
            name: "month",
            label: "月份",
            input: Input::Hidden,
            condition: "substr(n.issued_on, 1, 7) = {}",
        },
    ],
    columns: &[
        Column::link("文号", "name", "/notices/", "id").also_for_officials(),
        Column::word::<NoticeKind>("文书", "kind").by("n.rung"),
        Column::text("发给", "addressee_name").by("n.addressee_name"),
        Column::text("镇街", "town").by("n.town"),
        Column::word::<NoticeStatus>("状态", "status").by("n.status"),
        Column::number("列明", "lines"),
        Column::number("未销号", "open"),
        Column::date("拟稿日期", "drafted_on").by("n.drafted_on"),
        Column::date("发出日期", "issued_on").by("n.issued_on"),
        Column::date("期限", "due").by("n.due_on"),
    ],
    above: crate::tabs::tabs,
    ..List::PLAIN
};

/// One line of a paper.
#[derive(Deserialize)]
pub struct Line {
    pub subject: String,
    pub owed_by_name: String,
    pub due_on: chrono::NaiveDate,
    pub evidence: Json,
    pub met_on: Option<chrono::NaiveDate>,
    pub closed_on: Option<chrono::NaiveDate>,
}

/// What one rule adds to a paper.
#[derive(Deserialize)]
pub struct Ground {
    pub title: String,
    pub duty: String,
    pub basis: String,
}

#[derive(Deserialize)]
pub struct Step {
    pub status: NoticeStatus,
    pub at: chrono::DateTime<chrono::FixedOffset>,
    pub by: String,
    pub said: Option<String>,
}

/// A paper with all that its page shows.
#[derive(Deserialize)]
pub struct Notice {
    pub id: String,
    pub kind: NoticeKind,
    pub number: Option<String>,
    pub status: NoticeStatus,
    pub addressee_kind: AddresseeKind,
    pub addressee: String,
    pub addressee_name: String,
    /// Who signs; none: it went out by itself.
    pub signer: Option<Role>,
    pub drafted_on: chrono::NaiveDate,
    pub issued_on: Option<chrono::NaiveDate>,
    /// Working days; of a draft, as it would be today.
    pub term: u32,
    pub due_on: Option<chrono::NaiveDate>,
    /// A year that it needs was not announced when the paper was issued.
    pub due_provisional: bool,
    /// The years that it needs are announced now.
    pub due_announced: bool,
    /// The later day that the announced holidays make of it.
    pub ends_on: Option<chrono::NaiveDate>,
    /// Whether its breaches climb further.
    pub next: Option<NoticeKind>,
    pub version: i64,
    pub lines: Vec<Line>,
    pub grounds: Vec<Ground>,
    /// 抄送.
    pub copies: Vec<String>,
    pub steps: Vec<Step>,
    /// Moves that its status allows.
    pub moves: Vec<String>,
}

/// The paper, where the caller may know of it. An official sees of a paper to others only their own lines.
pub async fn find(context: &Context, id: &str) -> Result<Notice, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let caller = context.caller()?;
    let (seen, mine) = match caller.role {
        Role::Office | Role::Chair => ("true".to_owned(), None),
        Role::Town => (TOWN.replace("{}", "?3"), None),
        Role::Station => (STATION.replace("{}", "?3"), None),
        Role::Cadre => (CADRE.replace("{}", "?2"), caller.cadre_no.clone()),
    };
    let sql = format!(
        "SELECT coalesce((SELECT json_object('id', CAST(n.id AS TEXT), 'kind', n.kind, 'number', {number}, 'status', n.status,
            'addressee_kind', n.addressee_kind, 'addressee', n.addressee, 'addressee_name', n.addressee_name, 'signer', n.signer,
            'drafted_on', n.drafted_on, 'issued_on', n.issued_on, 'due_on', n.due_on, 'due_provisional', json(iif(n.due_provisional, 'true', 'false')),
            'due_announced', json(iif(CAST(substr(n.issued_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year)
                AND CAST(substr(n.due_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year), 'true', 'false')),
            'ends_on', (SELECT t.ends_on FROM notice_term t WHERE t.notice_id = n.id AND t.ends_on > n.due_on), 'version', n.version,
            'term', coalesce(n.term, (SELECT max(p.rungs ->> ('$[' || (n.rung - 1) || '].term')) FROM notice_line l JOIN escalation p ON p.rule = l.rule
                AND p.valid_from <= ?4 AND (p.valid_before IS NULL OR ?4 < p.valid_before) WHERE l.notice_id = n.id), 10),
            'next', (SELECT next.kind FROM notice_kind next WHERE next.rung = n.rung + 1),
            'lines', json((SELECT json_group_array(json_object('subject', subject, 'owed_by_name', owed_by_name, 'due_on', due_on, 'evidence', json(evidence), 'met_on', met_on, 'closed_on', closed_on))
                FROM (SELECT l.*, b.met_on, b.closed_on FROM notice_line l JOIN breach b ON b.key = l.key WHERE l.notice_id = n.id
                    AND (?2 IS NULL OR (n.addressee_kind = 'cadre' AND n.addressee = ?2) OR l.owed_by = ?2) ORDER BY l.due_on, l.owed_by_name, l.subject))),
            'grounds', json((SELECT json_group_array(json_object('title', p.title, 'duty', p.duty, 'basis', p.basis)) FROM escalation_policy p
                WHERE (p.rule, p.valid_from) IN (SELECT l.rule, coalesce(l.policy_from, (SELECT max(e.valid_from) FROM escalation_policy e WHERE e.rule = l.rule AND e.valid_from <= ?4))
                    FROM notice_line l WHERE l.notice_id = n.id))),
            'copies', json((SELECT json_group_array(DISTINCT CASE m.recipient_kind WHEN 'town' THEN m.recipient || '食安办' WHEN 'office' THEN '食药安办'
                    ELSE coalesce((SELECT c.name FROM cadre_ledger c WHERE c.cadre_no = m.recipient), m.recipient) END)
                FROM message m WHERE m.notice_id = n.id AND m.kind = 'copy')),
            'steps', json((SELECT json_group_array(json_object('status', s.status, 'at', s.at, 'by', s.by, 'said', s.said)) FROM (SELECT * FROM notice_step WHERE notice_id = n.id ORDER BY id) s)),
            'moves', json((SELECT json_group_array(m.move) FROM notice_move m WHERE m.from_status = n.status)))
         FROM notice n JOIN notice_kind k ON k.kind = n.kind WHERE n.id = ?1 AND (?2 IS NULL OR true) AND (?3 IS NULL OR true) AND ({seen})), '')",
        number = number!(),
    );
    let parameters = [
        id.into(),
        mine.into(),
        caller.only_towns_json().into(),
        context.today().to_string().into(),
    ];
    let text = context.store.text(&sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}
