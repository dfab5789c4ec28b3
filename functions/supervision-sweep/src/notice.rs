//! One paper as it is read, with all that its page shows.

use crate::notices::{BUREAU, CADRE, DEPARTMENT, STATION, TOWN, addressee_name, notice_number};
use crate::paper_template::PaperTemplate;
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::words::{AddresseeKind, NoticeKind, NoticeStatus, Role};
use registers::town_name;
use serde::Deserialize;
use serde_json::Value as Json;
use web::{Context, Problem};

/// One line of a paper.
#[derive(Deserialize)]
pub struct NoticeLine {
    pub subject: String,
    pub owed_by_name: String,
    pub due_on: NaiveDate,
    pub evidence: Json,
    pub met_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
}

/// What the rule of some lines says of the paper.
#[derive(Deserialize)]
pub struct NoticeGround {
    pub title: String,
    pub duty: String,
    pub basis: String,
}

/// A step that was made with the paper.
#[derive(Deserialize)]
pub struct NoticeStep {
    pub status: NoticeStatus,
    pub at: DateTime<FixedOffset>,
    pub by: String,
    pub said: Option<String>,
}

domain::words::words! {
    /// In whose name a paper goes out.
    Issuer {
        /// 食药安办.
        Office = "office" "食药安办",
        /// 食药安委.
        Committee = "committee" "食药安委",
    }
}

/// A talk (责任约谈) that was held.
#[derive(Deserialize)]
pub struct Talk {
    pub held_on: NaiveDate,
    pub place: String,
    pub attended: String,
    pub record: String,
    pub version: i64,
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
    pub issuer: Issuer,
    /// The role that signs; none where it goes out by itself.
    pub signer: Option<Role>,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// Of a listing: who answers for it.
    pub leader: Option<String>,
    /// Until when what it still listed when it was closed or withdrawn is not chased.
    pub excused_until: Option<NaiveDate>,
    /// How it is worded.
    pub template: PaperTemplate,
    /// Of a summons: the talk, once it is recorded.
    pub talk: Option<Talk>,
    pub drafted_on: NaiveDate,
    pub issued_on: Option<NaiveDate>,
    /// Working days; of a draft as they would be today.
    pub term: u32,
    pub due_on: Option<NaiveDate>,
    /// Whether the due day needs a year whose holidays were not announced when the paper was issued.
    pub due_provisional: bool,
    /// Whether those years are announced now.
    pub due_announced: bool,
    /// The later day that the announced holidays make of it.
    pub ends_on: Option<NaiveDate>,
    /// The kind of the next paper, to which its breaches climb.
    pub next: Option<NoticeKind>,
    pub version: i64,
    pub lines: Vec<NoticeLine>,
    pub grounds: Vec<NoticeGround>,
    /// Who was told (抄送).
    pub copies: Vec<String>,
    pub steps: Vec<NoticeStep>,
    /// The codes of the moves that its status allows.
    pub moves: Vec<String>,
}

impl Notice {
    /// How many of its lines are not closed yet.
    pub fn open_lines(&self) -> usize {
        self.lines
            .iter()
            .filter(|line| line.closed_on.is_none())
            .count()
    }
}

/// The paper; 404 where there is none that the caller may know of. Of a paper to others an official sees only their own lines.
pub async fn find_notice(context: &Context, id: &str) -> Result<Notice, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let caller = context.caller()?;
    let (condition, own_number) = match caller.role {
        Role::Office | Role::Chair => ("true".to_owned(), None),
        Role::Bureau => (BUREAU.replace("{}", "?5"), None),
        Role::Department => (DEPARTMENT.replace("{}", "?5"), None),
        Role::Town | Role::TownChair => (TOWN.replace("{}", "?3"), None),
        Role::Station => (STATION.replace("{}", "?3"), None),
        Role::Cadre => (CADRE.replace("{}", "?2"), caller.cadre_no.clone()),
    };
    let sql = format!(
        "SELECT coalesce((SELECT json_object('id', CAST(n.id AS TEXT), 'kind', n.kind, 'number', {number}, 'status', n.status,
            'addressee_kind', n.addressee_kind, 'addressee', n.addressee, 'addressee_name', {addressee_name}, 'issuer', n.issuer, 'signer', n.signer, 'signed_by', coalesce((SELECT a.name FROM staff_account a WHERE a.account = n.signed_by), n.signed_by), 'leader', n.leader, 'excused_until', n.excused_until,
            'template', json((SELECT json_object('opening', w.opening, 'demand', w.demand, 'warning', w.warning) FROM paper_template w
                WHERE w.kind = n.kind AND w.valid_from <= coalesce(n.issued_on, ?4) ORDER BY w.valid_from DESC LIMIT 1)),
            'talk', json((SELECT json_object('held_on', t.held_on, 'place', t.place, 'attended', t.attended, 'record', t.record, 'version', t.version)
                FROM talk t WHERE t.notice_id = n.id)),
            'drafted_on', n.drafted_on, 'issued_on', n.issued_on, 'due_on', n.due_on, 'due_provisional', json(iif(n.due_provisional, 'true', 'false')),
            'due_announced', json(iif(CAST(substr(n.issued_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year)
                AND CAST(substr(n.due_on, 1, 4) AS INTEGER) IN (SELECT year FROM announced_year), 'true', 'false')),
            'ends_on', (SELECT t.ends_on FROM notice_term t WHERE t.notice_id = n.id AND t.ends_on > n.due_on), 'version', n.version,
            'term', coalesce(n.term, (SELECT max(p.rungs ->> ('$[' || (n.rung - 1) || '].term')) FROM notice_line l JOIN escalation p ON p.rule = l.rule
                AND p.valid_from <= ?4 AND (p.valid_before IS NULL OR ?4 < p.valid_before) WHERE l.notice_id = n.id),
                (SELECT p.value FROM policy_ledger p WHERE p.name = 'notice_term_workdays' AND p.valid_from <= ?4 AND (p.valid_before IS NULL OR ?4 < p.valid_before)) + 0),
            'next', (SELECT next.kind FROM notice_kind next WHERE next.rung = n.rung + 1 AND n.rung < 9),
            'lines', json((SELECT json_group_array(json_object('subject', subject, 'owed_by_name', owed_by_name, 'due_on', due_on, 'evidence', json(evidence), 'met_on', met_on, 'closed_on', closed_on))
                FROM (SELECT l.*, b.met_on, b.closed_on FROM notice_line l JOIN breach b ON b.key = l.key WHERE l.notice_id = n.id
                    AND (?2 IS NULL OR (n.addressee_kind = 'cadre' AND n.addressee = ?2) OR l.owed_by = ?2) ORDER BY l.due_on, l.owed_by_name, l.subject))),
            'grounds', json((SELECT json_group_array(json_object('title', p.title, 'duty', p.duty, 'basis', p.basis)) FROM escalation_policy p
                WHERE (p.rule, p.valid_from) IN (SELECT l.rule, coalesce(l.policy_from, (SELECT max(e.valid_from) FROM escalation_policy e WHERE e.rule = l.rule AND e.valid_from <= ?4))
                    FROM notice_line l WHERE l.notice_id = n.id))),
            'copies', json((SELECT json_group_array(DISTINCT CASE m.recipient_kind WHEN 'town' THEN {recipient} || '食安办' WHEN 'office' THEN '食药安办'
                    ELSE coalesce((SELECT c.name FROM cadre_ledger c WHERE c.cadre_no = m.recipient), m.recipient) END)
                FROM message m WHERE m.notice_id = n.id AND m.kind = 'copy')),
            'steps', json((SELECT json_group_array(json_object('status', s.status, 'at', s.at, 'by', s.by, 'said', s.said)) FROM (SELECT * FROM notice_step WHERE notice_id = n.id ORDER BY id) s)),
            'moves', json((SELECT json_group_array(m.move) FROM notice_move m WHERE m.from_status = n.status)))
         FROM notice n JOIN notice_kind k ON k.kind = n.kind WHERE n.id = ?1 AND (?2 IS NULL OR true) AND (?3 IS NULL OR true) AND (?5 IS NULL OR true) AND ({condition})), '')",
        number = notice_number!(),
        addressee_name = addressee_name!(),
        recipient = town_name!("m.recipient"),
    );
    let parameters = [
        id.into(),
        own_number.into(),
        caller.only_towns_json().into(),
        context.today().to_string().into(),
        caller.addressed_as().into(),
    ];
    let text = context.store.text(&sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}
