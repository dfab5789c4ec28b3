//! The words of 投诉 (complaint) and 举报 (report). Which moves there are is the table `complaint_move`.

use crate::words;

words! {
    /// What somebody who writes to the office wants (20号令 第3条).
    ComplaintKind {
        /// Something put right for themselves: a dispute with a business as a consumer.
        Complaint = "complaint" "投诉",
        /// A wrong stopped.
        Report = "report" "举报",
    }
}

words! {
    /// How far a case is.
    ComplaintStatus {
        /// Here, nothing decided.
        Received = "received" "已收到",
        /// A complaint that is dealt with.
        Accepted = "accepted" "已受理",
        /// Both sides are being talked to.
        Mediating = "mediating" "调解中",
        /// Ended without agreement, both sides still to be told.
        MediationEnded = "mediation_ended" "已终止调解",
        /// A report that is looked into.
        Verifying = "verifying" "核查中",
        /// A case of punishment has been opened.
        Filed = "filed" "已立案",
        /// None has.
        NotFiled = "not_filed" "不予立案",
        /// Done.
        Closed = "closed" "已办结",
        /// On a statutory ground.
        Refused = "refused" "不予受理",
        /// To another authority.
        Transferred = "transferred" "已移送",
        /// Into another case of the same.
        Merged = "merged" "已合并办理",
    }
}

impl ComplaintStatus {
    /// Nothing more is owed.
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Closed | Self::Refused | Self::Transferred | Self::Merged
        )
    }
}

words! {
    /// What moves a case on.
    ComplaintMove {
        /// The citizen files it.
        Submit = "submit" "提交",
        /// To the station of a town.
        Assign = "assign" "交监管所办理",
        /// A complaint.
        Accept = "accept" "受理",
        /// A complaint, on a statutory ground.
        Refuse = "refuse" "不予受理",
        /// To another authority.
        Transfer = "transfer" "移送其他部门",
        /// A repeat, into the first.
        Merge = "merge" "合并办理",
        /// Both sides are asked.
        Mediate = "mediate" "开始调解",
        /// Without agreement.
        EndMediation = "end_mediation" "终止调解",
        /// A report is looked into.
        Verify = "verify" "开始核查",
        /// Once, by 15 working days.
        Extend = "extend" "延长核查期限",
        /// Something is tested or appraised: that time does not count (20号令 第20条, 行政处罚程序规定 第18条).
        Pause = "pause" "送检，期限暂停",
        /// The result is there.
        Resume = "resume" "检验结果已到，继续计期",
        /// A case of punishment is opened.
        FileCase = "file" "决定立案",
        /// It is not.
        NotFile = "not_file" "决定不予立案",
        /// Both sides, or the named reporter.
        Inform = "inform" "告知结果",
        /// Done.
        Close = "close" "办结",
        /// The citizen says that it was not put right.
        Reopen = "reopen" "反映没有解决，重新办理",
    }
}

words! {
    /// What it is about: the same words on the form, in figures and as Open311 services.
    Category {
        /// Bad, mouldy, foreign bodies.
        Spoiled = "spoiled" "食品变质、有异物",
        /// Fell ill.
        Illness = "illness" "吃了以后身体不适",
        /// Kitchens, shops, staff.
        Hygiene = "hygiene" "环境卫生差",
        /// Dates, labels, origin.
        Label = "label" "过期、标签不对",
        /// What must not be in food.
        Additive = "additive" "违法添加、假冒伪劣",
        /// Without a licence.
        Unlicensed = "unlicensed" "没有证照",
        /// Of schools, firms, homes.
        Canteen = "canteen" "食堂问题",
        /// Claims that are not true, also online.
        Advertising = "advertising" "虚假宣传、网购食品",
        /// Something else.
        Other = "other" "其他",
    }
}

words! {
    /// Why a complaint is not accepted (20号令 第15条; 121号令 第16条).
    RefusalGround {
        /// Not this authority's business.
        NotCompetent = "not_competent" "不属于市场监管部门职责，或者本机关没有处理权限",
        /// Courts, arbiters, other authorities.
        AlreadyHandled = "already_handled" "同一争议已经由法院、仲裁机构、市场监管部门、消费者协会或者其他组织受理、处理过",
        /// Not bought to live on.
        NotConsumer = "not_consumer" "不是为生活消费需要购买、使用商品或者接受服务，或者不能证明与商家有消费争议",
        /// More than three years.
        TooLate = "too_late" "从知道或者应当知道权益受到损害之日起超过三年",
        /// Without name, address, demand.
        Incomplete = "incomplete" "没有提供法律规定的必要材料",
        /// Untrue material, or somebody else's name.
        Untrue = "untrue" "材料虚假、冒用他人名义，或者拒不配合身份核验",
        /// Another.
        Law = "law" "法律、法规、规章规定不予受理的其他情形",
    }
}
