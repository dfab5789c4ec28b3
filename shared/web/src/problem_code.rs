//! Why a request was refused, as programs read it. One list for all functions; the description of the API is made from it.

use crate::problem::Problem;
use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use std::borrow::Cow;

/// Declares the codes: `Name = STATUS "what it means and what to do"`. `Name as name` makes the constructor `Problem::name` besides; those
/// that need more than a text have theirs in `problem.rs`.
macro_rules! codes {
    ($($name:ident $(as $constructor:ident)? = $status:ident $meaning:literal,)+) => {
        /// Stable: clients branch on it. In JSON it is snake_case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $(#[doc = $meaning] $name),+
        }

        impl Code {
            /// All codes, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The one status with which it comes.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// What it means and what to do, in words for people.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning),+ }
            }
        }

        impl Problem {
            $($(
                #[doc = $meaning]
                pub fn $constructor(detail: impl Into<String>) -> Self {
                    Self::new(Code::$name, detail)
                }
            )?)+
        }
    };
}

codes! {
    Unreadable = BAD_REQUEST "请求不成形，读不出来。请检查 JSON、查询参数或者表单的写法",
    NotSignedIn = UNAUTHORIZED "没有登录，或者会话、令牌已经失效。请登录，或者换一个有效的令牌",
    WrongCredentials as wrong_credentials = UNAUTHORIZED "账号或密码不对。请重新输入；忘记密码请联系区食药安办重置",
    NotTheScheduler = UNAUTHORIZED "这个地址只给定时任务用。请带上 scheduler_token",
    Forbidden = FORBIDDEN "账号没有这项权限。请由有权限的人办理",
    CrossOrigin = FORBIDDEN "请求来自别的网站。请从本站页面操作，程序请用令牌",
    PasswordChangeRequired = FORBIDDEN "首次登录。请先修改密码",
    WrongSetupToken as wrong_setup_token = FORBIDDEN "设置口令不对。口令在服务器的密钥文件里",
    PersonRequired = FORBIDDEN "这件事不能用令牌办理。请由本人登录",
    ScopeRequired = FORBIDDEN "令牌没有这项权限。请换一个 scopes 里有它的令牌",
    NotFound = NOT_FOUND "没有这条记录，或者不在管辖范围内。请核对地址",
    MethodNotAllowed = METHOD_NOT_ALLOWED "这个地址不支持这种操作。请看接口说明里它支持哪几种",
    InProgress = CONFLICT "同一个 Idempotency-Key 的请求正在处理。请稍后用同一键再试",
    ChangedMeanwhile = CONFLICT "记录刚被别人改过，current 是现在的内容。请看过以后用新的 version 再改",
    AlreadyThere = CONFLICT "编号相同的记录已经有了。请改那一条",
    SeveralSites as several_sites = CONFLICT "这个代码下有几个经营场所，current.items 是它们。请用其中一个的 enterprise_no",
    AlreadySetUp as already_set_up = CONFLICT "已经有账号，初始设置不能再用。请登录",
    AccountExists as account_exists = CONFLICT "这个账号已经有了。请换一个账号名",
    AlreadyAssigned as already_assigned = CONFLICT "这一天起的这条包保关系已经有了。不用再建",
    FeedRunning as feed_running = CONFLICT "正在从登记平台取数。请稍后再看",
    NotConfigured as not_configured = CONFLICT "还没有接通登记平台。请先设好 registry_feed_host",
    CaseClosed as case_closed = CONFLICT "这件上门服务已经结束，不能再修改。需要的话重新开始一件",
    NotAllowedNow as not_allowed_now = CONFLICT "现在的状态下不能做这一步。请看它现在的状态",
    ExtendedAlready as extended_already = CONFLICT "核查期限只能延长一次。请在期限内办完",
    Paused as paused = CONFLICT "期限正在暂停。请先恢复计算",
    TooLateToExtend as too_late_to_extend = CONFLICT "核查期限已经过了，不能再延长。请尽快作出决定",
    NothingToPause as nothing_to_pause = CONFLICT "现在没有可以暂停的期限",
    NothingPaused as nothing_paused = CONFLICT "期限没有暂停，不用恢复",
    InformFirst as inform_first = CONFLICT "还没有告知实名举报人。请先登记告知",
    TooManyMessages as too_many_messages = CONFLICT "这件的留言已经太多。请等候答复",
    CannotReopen as cannot_reopen = CONFLICT "办结以后可以要求重新办理一次。这件现在不能",
    NotOver as not_over = CONFLICT "还没有办结。办结以后才能评价",
    NamedAlready as named_already = CONFLICT "已经留过姓名，或者这件已经办结",
    Erased as erased = CONFLICT "这件的个人信息已经抹去，不能再修改",
    HandlersAlready as handlers_already = CONFLICT "已经由这两名经办人办理，不用更换或者移交",
    NoHandlers as no_handlers = CONFLICT "还没有两名可以办理的经办人。请先提议、确认经办人",
    ChangeWaiting as change_waiting = CONFLICT "已经有一项更换在等确认。请先确认或者撤回它",
    NoChangeWaiting as no_change_waiting = CONFLICT "没有这项等待确认的更换，可能已经有人处理过。请重新读取",
    TwoPeople as two_people = CONFLICT "更换经办人要由两个人办。请由提议以外的人确认",
    HandlerGone as handler_gone = CONFLICT "提议的账号不再办理投诉举报。请撤回以后重新提议",
    DraftGone as draft_gone = CONFLICT "填写的内容已经清除。请重新开始",
    ReportsOnly as reports_only = CONFLICT "只有举报才有奖励",
    NoRewardToPay as no_reward_to_pay = CONFLICT "没有待发放的奖励。请先提出奖励",
    RewardNotNow as reward_not_now = CONFLICT "立案查实并办结以后才能提出奖励；已经发放的不能再改",
    CaseRunning as case_running = CONFLICT "这家企业已经在办理之中。请到那一件里办",
    AnotherPerson as another_person = CONFLICT "提名或者经办的人不能自己决定。请由另一位同事决定",
    ObjectionTermRunning as objection_term_running = CONFLICT "陈述申辩的期限还没有过。请过了期限再决定",
    ListedElsewhere as listed_elsewhere = CONFLICT "这家企业正在另一张榜上公布，或者依据的期限变了。请先处理那一条",
    RestsOnNothing as rests_on_nothing = CONFLICT "所依据的处罚决定公示期已满，不能再列入。请撤回这次提名",
    NoLongerMeets as no_longer_meets = CONFLICT "现在没有达到标准。请撤回这次提名",
    FactsChanged as facts_changed = CONFLICT "所依据的事实变了，和告知企业的不一样。请撤回这次提名，需要的话重新提名",
    RepairTooEarly as repair_too_early = CONFLICT "还没有到可以申请信用修复的日子",
    AlreadyHelped as already_helped = CONFLICT "已经是重点帮扶对象，或者不在台账里",
    EntryEnded as entry_ended = GONE "这一条公布已经结束，内容不再公开",
    TooLarge = PAYLOAD_TOO_LARGE "内容太大。请缩小或者分几次传",
    QueryTooLong = URI_TOO_LONG "查找的内容太长。请写短一些",
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "不支持这种格式。请看接口说明里它接收哪几种",
    Invalid = UNPROCESSABLE_ENTITY "填写的内容不合要求。请按 errors 逐项改正",
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY "这个 Idempotency-Key 已用于另一份内容。请换一个键",
    TooManyRequests = TOO_MANY_REQUESTS "次数太多。请过 Retry-After 所说的秒数再试",
    SlowDown = TOO_MANY_REQUESTS "提交得比较多。请等候，或者算出 current.proof_of_work 并带上 Proof-Of-Work",
    Internal = INTERNAL_SERVER_ERROR "系统出了问题，已经记下。请稍后再试",
    StoreUnavailable = SERVICE_UNAVAILABLE "数据暂时无法读写。请过 Retry-After 所说的秒数再试",
    WrongKeys = SERVICE_UNAVAILABLE "系统的密钥和数据对不上。请联系系统管理员",
    WeakSecret = SERVICE_UNAVAILABLE "系统的密钥没有设好。请联系系统管理员",
    Busy = SERVICE_UNAVAILABLE "现在上传的人太多。请过半分钟再试",
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "ProblemCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let each: Vec<_> = Self::ALL
            .iter()
            .map(|code| {
                serde_json::json!({
                    "const": code,
                    "description": format!("{}：{}", code.status().as_u16(), code.meaning()),
                })
            })
            .collect();
        json_schema!({"type": "string", "oneOf": each})
    }
}
