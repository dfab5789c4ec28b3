//! The words and terms of the red and black lists. Which moves there are is the table `list_case_move`.

use crate::words;
use chrono::{Months, NaiveDate};

words! {
    /// Which list (000 §三(七)).
    ListKind {
        /// An honour.
        Red = "red" "红榜",
        /// Local exposure of what has been lawfully established; not the national 严重违法失信名单.
        Black = "black" "黑榜",
    }
}

words! {
    /// How far a case is.
    CaseStatus {
        /// Put forward.
        Nominated = "nominated" "已提名",
        /// The business knows and may object (陈述申辩).
        Notified = "notified" "已告知，可以申辩",
        /// It has objected.
        Objected = "objected" "已申辩，待答复",
        /// The objection has been answered, and not upheld.
        Answered = "answered" "申辩已答复",
        /// Decided by somebody other than the nominator.
        Approved = "approved" "已决定，待公布",
        /// Decided against.
        Rejected = "rejected" "不列入",
        /// On the list.
        Published = "published" "公布中",
        /// On the list, and asks to be taken off (信用修复).
        RepairApplied = "repair_applied" "公布中，已申请修复",
        /// Taken off after credit repair.
        Repaired = "repaired" "已修复，已撤下",
        /// Its term is over.
        Expired = "expired" "已到期",
        /// Taken back with a reason.
        Withdrawn = "withdrawn" "已撤回",
    }
}

impl CaseStatus {
    /// Whether readers see it on a list.
    pub fn is_public(self) -> bool {
        matches!(self, Self::Published | Self::RepairApplied)
    }

    /// Whether nothing can happen to it any more.
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Rejected | Self::Repaired | Self::Expired | Self::Withdrawn
        )
    }
}

words! {
    /// How a case moves.
    CaseMove {
        /// The business is told, and its term to object begins (policy `objection_workdays`).
        Notify = "notify" "告知",
        /// The business objects.
        Object = "object" "登记申辩",
        /// The objection is answered, and not upheld.
        Answer = "answer" "答复，申辩不成立",
        /// The objection is upheld: the case is over.
        Uphold = "uphold" "采纳申辩，撤回提名",
        /// Decided for.
        Approve = "approve" "决定列入",
        /// Decided against.
        Reject = "reject" "决定不列入",
        /// Onto the list.
        Publish = "publish" "公布",
        /// The business's own words beside the entry.
        Reply = "reply" "登记企业回应",
        /// Something of the entry is another now.
        Correct = "correct" "更正",
        /// The business asks for credit repair.
        ApplyRepair = "apply_repair" "登记修复申请",
        /// Granted.
        GrantRepair = "grant_repair" "同意修复",
        /// Refused.
        RefuseRepair = "refuse_repair" "不同意修复",
        /// Taken back.
        Withdraw = "withdraw" "撤回",
        /// The term is over.
        Expire = "expire" "到期",
    }
}

words! {
    /// 两员 (97号令 第6条).
    OfficerPost {
        /// 食品安全总监.
        Director = "food_safety_director" "食品安全总监" | "总监",
        /// 食品安全员.
        Officer = "food_safety_officer" "食品安全员" | "安全员",
    }
}

words! {
    /// How an examination went (000 §三(四)).
    ExamResult {
        /// Passed.
        Passed = "passed" "合格" | "通过",
        /// Not.
        Failed = "failed" "不合格" | "未通过",
    }
}

/// The day after which something counts that is looked for within so many months.
///
/// None beyond the calendar's beginning.
pub fn months_before(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.checked_sub_months(Months::new(months))
}

/// The last day of an entry that is published for so many months, and no longer than what it rests on is published itself.
///
/// None beyond the calendar's end.
pub fn last_day(
    published_on: NaiveDate,
    months: u32,
    rests_on: impl IntoIterator<Item = NaiveDate>,
) -> Option<NaiveDate> {
    let term = published_on.checked_add_months(Months::new(months))?;
    Some(rests_on.into_iter().fold(term, NaiveDate::min))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn an_entry_never_outlives_the_publication_of_a_penalty() {
        let published = day("2026-11-23");
        assert_eq!(last_day(published, 12, []), Some(day("2027-11-23")));
        let penalties = [day("2027-10-12"), day("2027-03-01"), day("2028-01-01")];
        assert_eq!(last_day(published, 12, penalties), Some(day("2027-03-01")));
    }

    #[test]
    fn months_end_where_the_month_ends() {
        assert_eq!(months_before(day("2026-08-31"), 6), Some(day("2026-02-28")));
        assert_eq!(last_day(day("2026-08-31"), 6, []), Some(day("2027-02-28")));
    }
}
