//! The words that tables, routes and pages share: each kind of thing has one code and one Chinese name.

pub use crate::words;

/// An enumeration whose every value has a code and a Chinese name.
pub trait Word: Sized + Copy + 'static {
    /// All values, in the order in which pages show them.
    const ALL: &'static [Self];

    /// The word in code, routes and tables.
    fn code(self) -> &'static str;

    /// The word on pages.
    fn chinese(self) -> &'static str;

    /// Reads either of the two; also other spellings, where a kind has some.
    fn read(typed: &str) -> Option<Self>;
}

/// All codes of a kind with their names, as forms and filters offer them.
pub fn choices<W: Word>() -> Vec<(&'static str, &'static str)> {
    W::ALL
        .iter()
        .map(|word| (word.code(), word.chinese()))
        .collect()
}

/// Declares an enumeration of words: `words! { Status { Done = "done" "已督导" | "完成", … } }`.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $code:literal $chinese:literal $(| $other:literal)*),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$value_doc])* #[serde(rename = $code)] $value),+
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "enum": [$($code),+]})
            }
        }

        impl $crate::words::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$value),+];

            fn code(self) -> &'static str {
                match self { $(Self::$value => $code),+ }
            }

            fn chinese(self) -> &'static str {
                match self { $(Self::$value => $chinese),+ }
            }

            fn read(typed: &str) -> Option<Self> {
                let typed = $crate::text::tidy(typed);
                match typed.as_str() {
                    $($code | $chinese $(| $other)* => Some(Self::$value),)+
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// 主体业态 (000 §二: 生产、流通、餐饮).
    Sector {
        /// Makes food.
        Production = "production" "生产" | "食品生产" | "生产企业",
        /// Sells food.
        Distribution = "distribution" "流通" | "食品流通" | "销售" | "食品销售",
        /// Serves meals.
        Catering = "catering" "餐饮" | "餐饮服务",
    }
}

words! {
    /// 风险等级 (总局令49号 第21条): A the lowest risk, D the highest. The other way round than 包保级别.
    RiskGrade {
        /// Lowest.
        A = "A" "A级风险" | "a" | "A级" | "A级低风险",
        /// Low.
        B = "B" "B级风险" | "b" | "B级",
        /// Raised.
        C = "C" "C级风险" | "c" | "C级",
        /// Highest: visits must be on site (001 §三.2).
        D = "D" "D级风险" | "d" | "D级" | "D级高风险",
    }
}

words! {
    /// 包保级别 (001 §三.1): B by district officials, C by town ones, D by village ones; A by the district for want of a city tier.
    Level {
        /// The largest.
        A = "A" "A级" | "a",
        /// District.
        B = "B" "B级" | "b",
        /// Town.
        C = "C" "C级" | "c",
        /// Village.
        D = "D" "D级" | "d",
    }
}

words! {
    /// 登记状态.
    EnterpriseStatus {
        /// In business.
        Operating = "operating" "存续" | "在业" | "开业" | "正常" | "存续（在营、开业、在册）",
        /// Struck off at its own wish.
        Deregistered = "deregistered" "注销" | "已注销",
        /// Licence to do business revoked.
        Revoked = "revoked" "吊销" | "吊销，未注销" | "已吊销",
        /// Gone to another district.
        MovedOut = "moved_out" "迁出" | "已迁出",
    }
}

words! {
    /// 名称类别 of a name under which a business is known besides its own.
    OtherNameKind {
        /// What it was called before.
        Former = "former" "曾用名" | "原名" | "原名称",
        /// What people call it: the sign over the door, a short name.
        Alias = "alias" "别名" | "字号" | "招牌" | "店招" | "简称" | "俗称",
        /// The name of a row of the ledger that turned out to be the same business.
        Merged = "merged" "并入前的名称",
    }
}

words! {
    /// 许可、备案、登记 of a business.
    PermitKind {
        /// 食品生产许可 (SC).
        ProductionLicense = "production_license" "食品生产许可" | "生产许可" | "SC",
        /// 食品经营许可 (JY).
        BusinessLicense = "business_license" "食品经营许可" | "经营许可" | "餐饮服务许可" | "食品流通许可" | "JY",
        /// 备案: those who sell prepacked food alone.
        Filing = "filing" "备案" | "仅销售预包装食品备案" | "仅销售预包装食品经营者备案" | "YB",
        /// 登记: small workshops, eating places and food shops.
        Registration = "registration" "登记" | "登记证" | "小作坊登记" | "小餐饮登记" | "小食杂店登记",
    }
}

words! {
    /// Where a permit was told.
    PermitSource {
        /// A roster of businesses.
        Ledger = "ledger" "企业台账",
        /// The roster of production licences.
        Licenses = "licenses" "生产许可名单",
        /// Entered or imported by itself.
        Entered = "entered" "单独登记",
    }
}

words! {
    /// 层级 of an official (001 §三.1).
    Tier {
        /// District leaders.
        District = "district" "区" | "区级" | "县" | "区（县）" | "县级",
        /// Town leaders.
        Town = "town" "镇街" | "镇" | "街道" | "乡镇" | "镇级" | "乡镇（街道）" | "镇（街道）",
        /// Village officials.
        Village = "village" "村社区" | "村" | "社区" | "村级" | "村（社区）",
    }
}

words! {
    /// 督导方式 (001 §三.2).
    VisitMode {
        /// At the door.
        OnSite = "on_site" "现场" | "现场督导",
        /// By video or telephone.
        Online = "online" "线上" | "线上督导" | "视频",
    }
}

words! {
    /// 督导结果.
    VisitResult {
        /// Nothing found.
        Ok = "ok" "未发现问题" | "无问题" | "正常" | "合格" | "符合",
        /// Something found; what became of it is said in the visit's own words.
        Problems = "problems" "发现问题" | "有问题" | "发现问题，当场整改" | "发现问题，限期整改" | "发现问题，转监管所处理" | "移交监管部门" | "不符合",
    }
}

words! {
    /// As whom somebody works (design: trust). What accounts and the interface call it is [`AccountRole`](crate::account::AccountRole).
    Role {
        /// 区食药安办: everything but the acts of the bureau, and these too where the bureau hosts it.
        Office = "office" "区食药安办",
        /// 区市场监管局: complaints, rewards, licences, inspections, samples and penalties.
        Bureau = "bureau" "区市场监管局",
        /// Chair of the committee: signs what goes to the committee.
        Chair = "chair" "食药安委主任",
        /// Head of a town's committee: its towns.
        TownChair = "town_chair" "镇街食药安委主任",
        /// A department of the district: what is addressed to its organisation.
        Department = "department" "区级部门",
        /// 镇街食安办: its towns.
        Town = "town" "镇街食安办",
        /// 监管所: its towns.
        Station = "station" "监管所",
        /// 包保干部: own assignments.
        Cadre = "cadre" "包保干部",
    }
}

words! {
    /// 食品生产许可证状态.
    LicenseStatus {
        /// In force, or would be had its term not ended.
        Valid = "valid" "有效" | "正常" | "在用" | "有效期内" | "已过期" | "过期" | "到期",
        /// Held back for a time; the licence is still there.
        Suspended = "suspended" "暂停" | "中止" | "停用",
        /// Given back (食品生产许可管理办法 第40条).
        Cancelled = "cancelled" "注销" | "已注销",
        /// Taken away.
        Revoked = "revoked" "吊销" | "撤销" | "撤回" | "已吊销" | "已撤销",
    }
}

words! {
    /// 食品生产许可申请状态.
    ApplicationStatus {
        /// Accepted or being looked at.
        Open = "open" "受理" | "已受理" | "审查中" | "办理中" | "审核中" | "现场核查" | "待受理" | "已提交" | "在办",
        /// Decided for.
        Granted = "granted" "准予许可" | "准予" | "许可" | "通过" | "已发证" | "办结" | "已办结",
        /// Decided against.
        Refused = "refused" "不予许可" | "不予受理" | "未通过" | "不通过" | "驳回",
        /// Taken back or ended without a decision.
        Withdrawn = "withdrawn" "撤回" | "撤销" | "终止" | "退回" | "取消" | "已撤回",
    }
}

words! {
    /// The nine steps of 许可服务前移 (000 §三(一)).
    OutreachStage {
        /// Where the factory goes.
        SiteSelection = "site_selection" "厂区选址",
        /// Drawings.
        Drawing = "drawing" "图纸设计",
        /// Building.
        Construction = "construction" "施工建设",
        /// Rooms and flow.
        Layout = "layout" "布局流程",
        /// Equipment.
        Equipment = "equipment" "设施设备配置",
        /// People.
        Personnel = "personnel" "人员管理",
        /// The written rules.
        Rules = "rules" "制度制定",
        /// The standard that the product follows.
        ProductStandard = "product_standard" "产品执行标准",
        /// Samples tried and tested.
        TrialInspection = "trial_inspection" "试制品检验",
    }
}

words! {
    /// How a case of 许可服务前移 ends.
    CaseOutcome {
        /// The licence is there.
        Licensed = "licensed" "已取得许可",
        /// The business does not go on with it.
        GaveUp = "gave_up" "企业放弃",
        /// No licence is needed after all.
        NotNeeded = "not_needed" "不需要许可",
    }
}

words! {
    /// 限时办结事项 (000 §三(三)).
    MatterKind {
        /// A change of what the licence says, without a visit: the same day.
        SimpleChange = "simple_change" "许可证简单变更" | "简单变更" | "变更",
        /// Giving the licence back: the same day.
        Cancellation = "cancellation" "许可证注销" | "注销",
        /// An application for a licence.
        LicenseApplication = "license_application" "食品生产许可申请" | "许可申请",
        /// What a business asks for or reports.
        EnterpriseRequest = "enterprise_request" "企业诉求" | "诉求" | "企业反馈事项",
    }
}

words! {
    /// The steps of a canteen project (000 §三(二)).
    CanteenStep {
        /// Entered into the register of projects.
        Entered = "entered" "项目入库",
        /// Work has begun.
        Begun = "begun" "开工",
        /// Work is done.
        Completed = "completed" "竣工",
    }
}
words! {
    /// 三书一函 (004 §二(一)), in the order in which a missed deadline climbs.
    NoticeKind {
        /// The letter: first and mildest.
        ReminderLetter = "reminder_letter" "提醒敦促函",
        /// Put it right.
        RectificationOrder = "rectification_order" "责令整改书",
        /// Come and explain.
        InterviewSummons = "interview_summons" "责任约谈书",
        /// Under the district's eyes.
        SupervisionListing = "supervision_listing" "挂牌督办书",
        /// Published, once a listing has run out.
        Circular = "circular" "通报",
        /// Once a month to the head of the committee, of what district officials and the office itself owe.
        ReportUpwards = "report_upwards" "专报",
    }
}

impl NoticeKind {
    /// The papers to which a rule gives a term, in the order in which a missed deadline climbs (004 §二(一)).
    pub const LADDER: [Self; 4] = [
        Self::ReminderLetter,
        Self::RectificationOrder,
        Self::InterviewSummons,
        Self::SupervisionListing,
    ];
}

words! {
    /// Where a paper stands. Which moves there are between them says the table `notice_move`.
    NoticeStatus {
        /// Waits for a signature.
        Drafted = "drafted" "待签发",
        /// Signed; the number comes in the same moment.
        Signed = "signed" "已签发",
        /// Has its number and its term.
        Issued = "issued" "已发出",
        /// A channel has taken it, or the addressee has opened it.
        Delivered = "delivered" "已送达",
        /// 回执.
        Acknowledged = "acknowledged" "已回执",
        /// The addressee has said what was done.
        Answered = "answered" "已答复",
        /// All it lists is met, or the office has closed it.
        Closed = "closed" "已办结",
        /// 作废; keeps its number.
        Withdrawn = "withdrawn" "已撤回",
    }
}

words! {
    /// Who can owe what is due, and to whom a paper goes.
    AddresseeKind {
        /// The official.
        Cadre = "cadre" "包保干部",
        /// 监管所.
        Station = "station" "监管所",
        /// 镇街.
        Town = "town" "镇街",
        /// A department of the district.
        Department = "department" "部门",
        /// 食药安委.
        Committee = "committee" "食药安委",
    }
}

words! {
    /// 抽检结果.
    SampleResult {
        /// Nothing was found.
        Passed = "passed" "合格" | "符合",
        /// Something was.
        Failed = "failed" "不合格" | "不符合",
    }
}

words! {
    /// What was lawfully established about a business.
    FactKind {
        /// 抽检 of a batch.
        Sample = "sample" "抽检",
        /// 行政处罚.
        Penalty = "penalty" "行政处罚",
        /// 监督检查.
        Inspection = "inspection" "监督检查",
        /// 荣誉和认证.
        Honour = "honour" "荣誉认证",
        /// 食品安全事故.
        Accident = "accident" "食品安全事故",
    }
}

words! {
    /// 处罚种类, by the gravest of a decision (食品安全法).
    PenaltyKind {
        /// 警告.
        Warning = "warning" "警告" | "通报批评",
        /// 罚款.
        Fine = "fine" "罚款" | "警告、罚款" | "警告、没收、罚款" | "没收、罚款" | "罚款、没收",
        /// 没收.
        Confiscation = "confiscation" "没收" | "没收违法所得",
        /// 责令停产停业.
        Closure = "closure" "责令停产停业" | "停产停业",
        /// 吊销许可证.
        Revocation = "revocation" "吊销许可证" | "吊销许可",
    }
}

words! {
    /// What a supervisory inspection came to (总局令49号).
    InspectionResult {
        /// 符合.
        Conforms = "conforms" "符合",
        /// 基本符合.
        Basically = "basically" "基本符合",
        /// 不符合.
        Fails = "fails" "不符合",
        /// The inspectors were not let in.
        Refused = "refused" "拒绝检查" | "拒绝、阻挠检查" | "阻挠检查",
    }
}

words! {
    /// 荣誉和认证.
    HonourKind {
        /// ISO 22000.
        Iso22000 = "iso22000" "ISO 22000" | "ISO22000" | "食品安全管理体系认证",
        /// HACCP.
        Haccp = "haccp" "HACCP" | "危害分析与关键控制点认证",
        /// 示范单位.
        Demonstration = "demonstration" "示范单位" | "示范企业" | "示范店",
        /// Another.
        Other = "other" "其他",
    }
}

words! {
    /// 食品安全事故分级 (国家食品安全事故应急预案).
    AccidentGrade {
        /// 一般.
        General = "general" "一般",
        /// 较大.
        Larger = "larger" "较大",
        /// 重大.
        Major = "major" "重大",
        /// 特别重大.
        Extreme = "extreme" "特别重大",
    }
}
