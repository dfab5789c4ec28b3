//! The problems of the register: where they come from, where they stand, and how they move (004 §二(三): 常态化排查、联动式研判、精准化预警、
//! 实时化交办、销号式处置). A problem is a task between offices; it orders nothing of a business (国办发〔2024〕54号).

use crate::words;
use crate::words::{Role, Word as _};

words! {
    /// Where a problem comes from: the channels that 004 §二(三) names, and those of this program.
    ProblemSource {
        /// An official at the door (001 §三.2).
        Visit = "visit" "包保督导",
        /// A report that a case was filed on.
        Complaint = "complaint" "立案核查",
        /// Somebody of the town on the round.
        Patrol = "patrol" "日常巡查",
        /// A check by those who may check.
        Inspection = "inspection" "监督检查",
        /// A sample that failed.
        Sample = "sample" "检验检测",
        /// Risk monitoring.
        Monitoring = "monitoring" "风险监测",
        /// What is written and said in public.
        Publicity = "publicity" "舆情监测",
        /// Experts, grid workers and other third parties, who carry out no inspection.
        ThirdParty = "third_party" "第三方、网格员",
        /// The business itself (日管控、周排查、月调度).
        SelfCheck = "self_check" "企业自查",
        /// Another.
        Other = "other" "其他",
    }
}

impl ProblemSource {
    /// Whether another function's record brings its problems in by itself.
    pub fn is_fed(self) -> bool {
        matches!(self, Self::Visit | Self::Complaint)
    }
}

words! {
    /// How grave a problem is.
    ProblemLevel {
        /// The usual one.
        General = "general" "一般",
        /// Graver.
        Larger = "larger" "较大",
        /// The gravest.
        Major = "major" "重大",
    }
}

words! {
    /// Where a problem stands.
    ProblemStatus {
        /// Somebody has entered it, and nobody has it yet.
        Found = "found" "待分派",
        /// It is somebody's, who has not taken it over.
        Assigned = "assigned" "待接收",
        /// Taken over.
        Accepted = "accepted" "办理中",
        /// Said to be put right.
        Rectified = "rectified" "待复核",
        /// Another person has seen that it is.
        Verified = "verified" "待销号",
        /// Done.
        StruckOff = "struck_off" "已销号",
    }
}

impl ProblemStatus {
    /// Whether it is still to be put right.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Found | Self::Assigned | Self::Accepted)
    }
}

words! {
    /// Which organisation has to settle a problem.
    ProblemAssignee {
        /// The station (监管所) of the town.
        Station = "station" "监管所",
        /// The town's food-safety office.
        Town = "town" "镇街食安办",
        /// The district's office.
        Office = "office" "区食药安办",
    }
}

words! {
    /// How a problem moves.
    ProblemMove {
        /// Its level is judged (研判).
        Assess = "assess" "研判定级",
        /// The station and the town are warned (预警).
        Warn = "warn" "发出预警",
        /// It is handed to an organisation (交办).
        Assign = "assign" "分派",
        /// That organisation takes it over.
        Accept = "accept" "接收",
        /// It is put right.
        Rectify = "rectify" "登记整改",
        /// Another person has seen that it is.
        Verify = "verify" "复核通过",
        /// It is struck off (销号).
        StrikeOff = "strike_off" "销号",
        /// It was not put right after all, or is there again.
        Reopen = "reopen" "退回、重新打开",
    }
}

/// What a move asks beside the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// That the problem is assigned to the role's own organisation.
    Assignee,
    /// Another person than who said that it is put right.
    AnotherPerson,
}

impl Needs {
    /// The word in the table `problem_move`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Assignee => "assignee",
            Self::AnotherPerson => "another",
        }
    }
}

/// Who makes a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mover {
    /// Somebody in this role.
    Role(Role),
    /// Another function's record, by a trigger.
    Feed,
}

impl Mover {
    /// The word in the tables `problem_move` and `problem_step`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Role(role) => role.code(),
            Self::Feed => "feed",
        }
    }
}

/// One line of the table of moves.
#[derive(Debug, Clone, Copy)]
pub struct MoveRule {
    /// The move.
    pub what: ProblemMove,
    /// From where it leads.
    pub from: ProblemStatus,
    /// Where it leads to.
    pub to: ProblemStatus,
    /// Who may make it, and what it asks of them.
    pub by: &'static [(Mover, Needs)],
}

const OFFICE: Mover = Mover::Role(Role::Office);
const TOWN: Mover = Mover::Role(Role::Town);
const STATION: Mover = Mover::Role(Role::Station);
const CADRE: Mover = Mover::Role(Role::Cadre);

/// Whoever judges how grave a problem is.
const JUDGES: &[(Mover, Needs)] = &[
    (OFFICE, Needs::Nothing),
    (TOWN, Needs::Nothing),
    (STATION, Needs::Nothing),
];
/// The food-safety offices, which hand out and strike off.
const FOOD_SAFETY_OFFICES: &[(Mover, Needs)] = &[(OFFICE, Needs::Nothing), (TOWN, Needs::Nothing)];
/// Whoever has the problem.
const ASSIGNEE: &[(Mover, Needs)] = &[
    (OFFICE, Needs::Assignee),
    (TOWN, Needs::Assignee),
    (STATION, Needs::Assignee),
];
/// Whoever may say that an unassigned problem is put right.
const ANYBODY: &[(Mover, Needs)] = &[
    (OFFICE, Needs::Nothing),
    (TOWN, Needs::Nothing),
    (STATION, Needs::Nothing),
    (CADRE, Needs::Nothing),
    (Mover::Feed, Needs::Nothing),
];
/// Whoever has the problem, the office for them, and the official who sees at the door that it is put right.
const SETTLES: &[(Mover, Needs)] = &[
    (OFFICE, Needs::Nothing),
    (TOWN, Needs::Assignee),
    (STATION, Needs::Assignee),
    (CADRE, Needs::Nothing),
    (Mover::Feed, Needs::Nothing),
];
/// Another person of an office, a town or a station.
const ANOTHER: &[(Mover, Needs)] = &[
    (OFFICE, Needs::AnotherPerson),
    (TOWN, Needs::AnotherPerson),
    (STATION, Needs::AnotherPerson),
];

const fn rule(
    what: ProblemMove,
    from: ProblemStatus,
    to: ProblemStatus,
    by: &'static [(Mover, Needs)],
) -> MoveRule {
    MoveRule { what, from, to, by }
}

/// Every move that there is: from where, to where, and by whom. The table `problem_move`, which guards the store, is held equal to it by a
/// test. What was struck off was verified before, and what was rectified goes to the next status by another person alone.
pub const MOVES: &[MoveRule] = {
    use ProblemMove::{Accept, Assess, Assign, Rectify, Reopen, StrikeOff, Verify, Warn};
    use ProblemStatus::{Accepted, Assigned, Found, Rectified, StruckOff, Verified};
    &[
        rule(Assess, Found, Found, JUDGES),
        rule(Assess, Assigned, Assigned, JUDGES),
        rule(Assess, Accepted, Accepted, JUDGES),
        rule(Warn, Found, Found, FOOD_SAFETY_OFFICES),
        rule(Warn, Assigned, Assigned, FOOD_SAFETY_OFFICES),
        rule(Warn, Accepted, Accepted, FOOD_SAFETY_OFFICES),
        rule(Assign, Found, Assigned, FOOD_SAFETY_OFFICES),
        rule(Assign, Assigned, Assigned, FOOD_SAFETY_OFFICES),
        rule(Assign, Accepted, Assigned, FOOD_SAFETY_OFFICES),
        rule(Accept, Assigned, Accepted, ASSIGNEE),
        rule(Rectify, Found, Rectified, ANYBODY),
        rule(Rectify, Assigned, Rectified, SETTLES),
        rule(Rectify, Accepted, Rectified, SETTLES),
        rule(Verify, Rectified, Verified, ANOTHER),
        rule(StrikeOff, Verified, StruckOff, FOOD_SAFETY_OFFICES),
        rule(Reopen, Rectified, Assigned, ANOTHER),
        rule(Reopen, Verified, Assigned, FOOD_SAFETY_OFFICES),
        rule(Reopen, StruckOff, Assigned, FOOD_SAFETY_OFFICES),
    ]
};

/// Why somebody cannot make a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveRefusal {
    /// No move of this kind leads from the status.
    NotNow,
    /// It is not for this role, or not for this organisation.
    NotTheirs,
    /// Who has rectified does not verify.
    AnotherPerson,
}

/// The problem and the person, as far as a move goes by them.
#[derive(Debug, Clone, Copy)]
pub struct MoveCase<'a> {
    /// Where the problem stands.
    pub status: ProblemStatus,
    /// Whose it is.
    pub assigned_to: Option<ProblemAssignee>,
    /// Who said that it is put right.
    pub rectified_by: Option<&'a str>,
    /// The role of the person.
    pub role: Role,
    /// The account of the person.
    pub account: &'a str,
}

impl MoveCase<'_> {
    /// Where a move leads, if this person may make it now.
    ///
    /// ```
    /// use domain::problem::{MoveCase, MoveRefusal, ProblemMove, ProblemStatus};
    /// use domain::words::Role;
    ///
    /// let case = MoveCase { status: ProblemStatus::Rectified, assigned_to: None, rectified_by: Some("zhao"), role: Role::Town, account: "zhao" };
    /// assert_eq!(case.leads_to(ProblemMove::Verify), Err(MoveRefusal::AnotherPerson));
    /// assert_eq!(case.leads_to(ProblemMove::Reopen), Err(MoveRefusal::AnotherPerson));
    /// assert_eq!(case.leads_to(ProblemMove::StrikeOff), Err(MoveRefusal::NotNow));
    /// ```
    ///
    /// # Errors
    ///
    /// [`MoveRefusal`].
    pub fn leads_to(&self, what: ProblemMove) -> Result<ProblemStatus, MoveRefusal> {
        let rule = MOVES
            .iter()
            .find(|rule| rule.what == what && rule.from == self.status)
            .ok_or(MoveRefusal::NotNow)?;
        let (_, needs) = rule
            .by
            .iter()
            .find(|(mover, _)| *mover == Mover::Role(self.role))
            .ok_or(MoveRefusal::NotTheirs)?;
        let own = self.assigned_to.map(ProblemAssignee::code) == Some(self.role.code());
        match needs {
            Needs::Assignee if !own => Err(MoveRefusal::NotTheirs),
            Needs::AnotherPerson if self.rectified_by == Some(self.account) => {
                Err(MoveRefusal::AnotherPerson)
            }
            _ => Ok(rule.to),
        }
    }

    /// The moves that this person may make now, in the order in which pages offer them.
    pub fn moves(&self) -> Vec<ProblemMove> {
        ProblemMove::ALL
            .iter()
            .copied()
            .filter(|what| self.leads_to(*what).is_ok())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: MoveCase<'static> = MoveCase {
        status: ProblemStatus::Found,
        assigned_to: None,
        rectified_by: None,
        role: Role::Office,
        account: "somebody",
    };

    #[test]
    fn a_move_leads_to_one_status() {
        for one in MOVES {
            let same = MOVES
                .iter()
                .filter(|other| other.what == one.what && other.from == one.from);
            assert_eq!(same.count(), 1, "{one:?}");
        }
    }

    #[test]
    fn nothing_is_struck_off_that_was_not_verified() {
        for rule in MOVES
            .iter()
            .filter(|rule| rule.to == ProblemStatus::StruckOff)
        {
            assert_eq!(rule.from, ProblemStatus::Verified);
        }
        for rule in MOVES
            .iter()
            .filter(|rule| rule.to == ProblemStatus::Verified)
        {
            assert!(
                rule.by
                    .iter()
                    .all(|(_, needs)| *needs == Needs::AnotherPerson)
            );
        }
    }

    #[test]
    fn a_station_settles_what_is_its_own_and_no_more() {
        let of = |assigned_to| MoveCase {
            status: ProblemStatus::Assigned,
            assigned_to: Some(assigned_to),
            role: Role::Station,
            ..CASE
        };
        assert_eq!(
            of(ProblemAssignee::Station).leads_to(ProblemMove::Accept),
            Ok(ProblemStatus::Accepted)
        );
        assert_eq!(
            of(ProblemAssignee::Town).leads_to(ProblemMove::Accept),
            Err(MoveRefusal::NotTheirs)
        );
        assert_eq!(
            of(ProblemAssignee::Town).moves(),
            [ProblemMove::Assess],
            "what is the town's"
        );
    }

    #[test]
    fn an_official_reports_and_says_what_is_mended_and_hands_out_nothing() {
        let official = MoveCase {
            role: Role::Cadre,
            ..CASE
        };
        assert_eq!(official.moves(), [ProblemMove::Rectify]);
        let chair = MoveCase {
            role: Role::Chair,
            ..CASE
        };
        assert_eq!(chair.moves(), []);
    }
}
