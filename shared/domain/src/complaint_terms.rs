//! The dates that the law promises to whoever complains (投诉) or reports (举报). The rule is the one in force on the day of the
//! event that starts the term.
//!
//! Sources: 总局令20号 (until 2026-04-14), 总局令121号 (from 2026-04-15), 行政处罚程序规定 第18条. The articles of 121号令 were read in a
//! machine copy of the official page: before it goes live, a district compares them with the official text once.

use crate::money::Fen;
use crate::words;
use crate::workdays::{Calendar, CountedDay};
use chrono::NaiveDate;

words! {
    /// A step that must be taken by a day.
    Step {
        /// Accept a complaint or refuse it, and say so. From the day it was received.
        Accept = "accept" "受理或者不予受理",
        /// End the mediation. From the day of acceptance.
        Mediate = "mediate" "终止调解",
        /// Tell both sides that the mediation has ended. From the day of that decision.
        TellEnded = "tell_ended" "告知终止调解",
        /// Verify a report, and decide whether to file a case. From the day it was received.
        Decide = "decide" "核查并决定是否立案",
        /// The same, once its term has been extended by 15 working days.
        DecideExtended = "decide_extended" "延期后决定是否立案",
        /// Tell a reporter who gave a name whether a case was filed. From the day of the decision. 20号令 第31条 asked for it;
        /// 121号令 第36条 asks for it only where another rule does, and since then the term is the office's own promise.
        Inform = "inform" "告知实名举报人",
    }
}

words! {
    /// How a term stands, as the store works it out in the column `standing` of `complaint_deadline`.
    TermStanding {
        /// Its days count.
        Running = "running" "计期中",
        /// Something is being tested: its days do not count, and nobody knows its last day.
        Paused = "paused" "送检，暂停计期",
        /// The step was taken, in time or late.
        Met = "met" "已完成",
        /// The step is no longer owed, and was not taken.
        Ended = "ended" "不再需要",
    }
}

/// How long a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Working days.
    Workdays(u32),
    /// Calendar days; one that would end on a rest day ends on the next working day.
    Days(u32),
}

/// A term, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The days that it has.
    pub length: Length,
    /// What it rests on, as pages and papers cite it: an article, or the office's own promise.
    pub source: &'static str,
}

/// The day from which 总局令121号 holds.
const NEW_RULE: NaiveDate = match NaiveDate::from_ymd_opt(2026, 4, 15) {
    Some(day) => day,
    None => panic!("a day of the calendar"),
};

/// The term that an event on the day `began` starts.
pub fn term(step: Step, began: NaiveDate) -> Term {
    let since_new_rule = began >= NEW_RULE;
    let (length, source) = match (step, since_new_rule) {
        (Step::Accept, false) => (Length::Workdays(7), "总局令20号 第14条"),
        (Step::Accept, true) => (
            Length::Workdays(7),
            "总局令121号 第15条；消费者权益保护法 第46条",
        ),
        (Step::Mediate, false) => (Length::Workdays(45), "总局令20号 第21条"),
        (Step::Mediate, true) => (Length::Days(60), "总局令121号 第23条"),
        (Step::TellEnded, false) => (Length::Workdays(7), "总局令20号 第21条"),
        (Step::TellEnded, true) => (Length::Workdays(7), "总局令121号 第23条"),
        (Step::Decide, _) => (Length::Workdays(15), "行政处罚程序规定 第18条"),
        (Step::DecideExtended, _) => (Length::Workdays(30), "行政处罚程序规定 第18条"),
        (Step::Inform, false) => (Length::Workdays(5), "总局令20号 第31条"),
        (Step::Inform, true) => (Length::Workdays(5), "本机关的承诺"),
    };
    Term { length, source }
}

/// The last day of the term that an event on the day `began` starts; none where it lies beyond the calendar's end.
pub fn due(step: Step, began: NaiveDate, calendar: &Calendar) -> Option<CountedDay> {
    due_without(step, began, 0, calendar)
}

/// The same where `uncounted` days of the term, working days or calendar days as the term has them, do not count: the time of tests
/// and appraisals (20号令 第20条, 121号令 第22条, 行政处罚程序规定 第18条).
pub fn due_without(
    step: Step,
    began: NaiveDate,
    uncounted: u32,
    calendar: &Calendar,
) -> Option<CountedDay> {
    match term(step, began).length {
        Length::Workdays(days) => calendar.workdays_after(began, days.checked_add(uncounted)?),
        Length::Days(days) => calendar.calendar_days_after(began, days.checked_add(uncounted)?),
    }
}

/// The days of the term that do not count because something was away to be tested: from the day after it went to the day on which
/// it came back.
pub fn uncounted(
    step: Step,
    began: NaiveDate,
    went: NaiveDate,
    back: NaiveDate,
    calendar: &Calendar,
) -> u32 {
    let days = went.iter_days().skip(1).take_while(|day| *day <= back);
    let counted = match term(step, began).length {
        Length::Workdays(_) => days.filter(|day| calendar.is_workday(*day)).count(),
        Length::Days(_) => days.count(),
    };
    u32::try_from(counted).unwrap_or(u32::MAX)
}

/// The reward for a report of a grave breach (国市监稽规〔2021〕4号 第12条): 5, 3 or 1 % of what was fined and confiscated, by the level;
/// at least 5,000, 3,000 or 1,000 yuan, and at most 1,000,000.
pub fn reward(level: RewardLevel, fined: Fen) -> Fen {
    const YUAN: u64 = 100;
    let (share, floor) = match level {
        RewardLevel::First => (5, 5_000),
        RewardLevel::Second => (3, 3_000),
        RewardLevel::Third => (1, 1_000),
    };
    let part = (fined.0 / 100).saturating_mul(share);
    Fen(part.clamp(floor * YUAN, 1_000_000 * YUAN))
}

words! {
    /// How much a report was worth (国市监稽规〔2021〕4号 第11条).
    RewardLevel {
        /// Facts in detail and the key evidence in hand.
        First = "first" "一级",
        /// Facts and part of the evidence.
        Second = "second" "二级",
        /// Basic facts or clues.
        Third = "third" "三级",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    #[test]
    fn a_term_cites_the_rule_in_force_on_the_day_that_starts_it() {
        let source = |step, began: &str| term(step, began.parse().unwrap()).source;
        for (step, before, since) in [
            (
                Step::Accept,
                "总局令20号 第14条",
                "总局令121号 第15条；消费者权益保护法 第46条",
            ),
            (Step::Mediate, "总局令20号 第21条", "总局令121号 第23条"),
            (Step::TellEnded, "总局令20号 第21条", "总局令121号 第23条"),
            (Step::Inform, "总局令20号 第31条", "本机关的承诺"),
        ] {
            assert_eq!(source(step, "2026-04-14"), before);
            assert_eq!(source(step, "2026-04-15"), since);
        }
    }

    #[test]
    fn the_time_of_a_test_does_not_count() {
        let calendar = Calendar::default();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        // From Monday 2 November; away from Wednesday the 4th to Tuesday the 10th: four working days, six calendar days.
        let (began, went, back) = (day("2026-11-02"), day("2026-11-04"), day("2026-11-10"));
        let of = |step| {
            let days = uncounted(step, began, went, back, &calendar);
            (
                days,
                due_without(step, began, days, &calendar).unwrap().date,
            )
        };
        assert_eq!(of(Step::Decide), (4, day("2026-11-27")));
        assert_eq!(of(Step::Mediate), (6, day("2027-01-07")));
        assert_eq!(uncounted(Step::Decide, began, went, went, &calendar), 0);
    }

    #[test]
    fn a_reward_is_a_share_between_floor_and_cap() {
        let yuan = |level, fined: u64| reward(level, Fen(fined * 100)).0 / 100;
        assert_eq!(yuan(RewardLevel::First, 0), 5_000);
        assert_eq!(yuan(RewardLevel::First, 200_000), 10_000);
        assert_eq!(yuan(RewardLevel::Second, 99_999), 3_000);
        assert_eq!(yuan(RewardLevel::Third, 1_234_500), 12_345);
        assert_eq!(yuan(RewardLevel::First, 40_000_000), 1_000_000);
        assert_eq!(reward(RewardLevel::First, Fen(u64::MAX)), Fen(100_000_000));
    }
}
