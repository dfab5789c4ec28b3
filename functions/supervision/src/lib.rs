//! 包保督导: officials, whom they answer for, what they owe and what they did. Owns the tables of `migrations/*_supervision_*`.

mod assignments;
mod balance;
mod cadres;
mod commitments;
mod duties;
mod leave;
mod mine;
mod obligations;
mod oversight;
mod problems;
mod reassign;
mod record;
mod reports;
mod tabs;
mod visits;

use assignments::ASSIGNMENTS;
use cadres::CADRES;
use domain::words::Role;
use oversight::OVERSIGHTS;
use problems::PROBLEMS;
use registers::Declares as _;
use visits::VISITS;
use web::api::{asks, may_take, takes, takes_file};
use web::routes::{DESK, OFFICE, Routes, Who};
use web::{Context, Problem, Token};

/// The desk, and officials for what is their own.
const STAFF: Who = Who::Roles(&[
    Role::Office,
    Role::Chair,
    Role::Town,
    Role::Station,
    Role::Cadre,
]);

/// Officials, at the shop door.
const CADRE: Who = Who::Roles(&[Role::Cadre]);
/// Whoever can say that a problem is mended.
const MENDING: Who = Who::Roles(&[Role::Office, Role::Town, Role::Station, Role::Cadre]);

/// Who says which official holds a business (001 §三.2: 区、街镇食安办).
const ASSIGNING: Who = Who::Roles(&[Role::Office, Role::Town]);

fn may_assign(context: &Context) -> bool {
    let caller = context.caller.as_ref();
    caller.is_some_and(|caller| matches!(caller.role, Role::Office | Role::Town))
}

/// Of the official who calls.
fn cadre_no(context: &Context) -> Result<String, Problem> {
    let caller = context.caller()?;
    caller.cadre_no.clone().ok_or_else(Problem::forbidden)
}

pub fn routes() -> Routes {
    Routes::default()
        .section("包保督导")
        .register(&CADRES)
        .register(&ASSIGNMENTS)
        .register(&VISITS)
        .get("/supervision/assignments/{uscc}", DESK, reassign::page)
        .post(
            "/supervision/assignments/{uscc}",
            ASSIGNING,
            reassign::submit,
        )
        .post(
            "/supervision/assignments/{uscc}/end",
            ASSIGNING,
            reassign::end_submit,
        )
        .get("/supervision/cadres/{cadre_no}", DESK, leave::page)
        .post("/supervision/cadres/{cadre_no}", OFFICE, leave::submit)
        .get("/supervision/balance", DESK, balance::page)
        .post("/supervision/balance", ASSIGNING, balance::submit)
        .get("/supervision/commitment", CADRE, commitments::page)
        .post("/supervision/commitment", CADRE, commitments::submit)
        .get("/supervision/report", CADRE, reports::page)
        .post("/supervision/report", CADRE, reports::submit)
        .get("/supervision/lists", CADRE, duties::lists_page)
        .list(DESK, &duties::DUTIES)
        .list(DESK, &OVERSIGHTS)
        .get("/supervision/oversight/new", ASSIGNING, oversight::new_page)
        .post("/supervision/oversight/new", ASSIGNING, oversight::submit)
        .post(
            "/api/v1/assignments",
            ASSIGNING.or(Token::Write),
            reassign::assign,
        )
        .api(
            "确定包保干部；由更高层级包保要写明原因",
            reassign::NEW
                .taken()
                .gives_new::<reassign::Id>()
                .refuses(&[404]),
        )
        .patch(
            "/api/v1/assignments/{id}",
            ASSIGNING.or(Token::Write),
            reassign::end_assignment,
        )
        .api("结束包保关系", reassign::END.taken().gives_nothing())
        .get("/api/v1/assignments/balance", DESK, balance::show_balance)
        .api(
            "每名干部的任务和各组的差距",
            asks::<balance::Asked>().gives::<balance::Balance>(),
        )
        .post(
            "/api/v1/assignments/proposal",
            ASSIGNING.or(Token::Read),
            balance::show_proposal,
        )
        .api(
            "把任务调匀的建议：片区就近、移动最少",
            may_take::<balance::Asked>().gives::<balance::Proposal>(),
        )
        .post(
            "/api/v1/assignments/proposal/accept",
            ASSIGNING.or(Token::Write),
            balance::accept_proposal,
        )
        .api(
            "采纳建议：全部或者其中几条",
            takes::<balance::Accepted>().gives::<balance::Moved>(),
        )
        .patch(
            "/api/v1/cadres/{cadre_no}",
            OFFICE.or(Token::Write),
            leave::leave,
        )
        .api(
            "登记离任：所包保的关系同日结束",
            leave::LEAVE.taken().gives_nothing(),
        )
        .post(
            "/api/v1/supervision/commitment",
            CADRE,
            commitments::sign_commitment,
        )
        .api(
            "签订本年度承诺书",
            takes::<commitments::Signature>()
                .gives_new::<commitments::Signed>()
                .refuses(&[404]),
        )
        .post("/api/v1/supervision/report", CADRE, reports::submit_report)
        .api(
            "提交年度履职报告",
            takes::<reports::Written>()
                .gives_new::<reports::Report>()
                .refuses(&[404]),
        )
        .post(
            "/api/v1/supervision/oversight",
            ASSIGNING.or(Token::Write),
            oversight::record_oversight,
        )
        .api(
            "登记督查",
            oversight::HELD.taken().gives_new::<oversight::Made>(),
        )
        .get("/supervision", STAFF, obligations::summary_page)
        .get("/supervision/mine", CADRE, mine::page)
        .get("/supervision/mine/{uscc}", CADRE, record::page)
        .post("/supervision/mine/{uscc}", CADRE, record::submit)
        .post(
            "/supervision/problems/{id}/mended",
            CADRE,
            mine::mended_submit,
        )
        .list(STAFF, &PROBLEMS)
        .get("/supervision/problems/{id}", STAFF, problems::page)
        .post(
            "/supervision/problems/{id}/photos",
            CADRE,
            problems::photo_submit,
        )
        .get("/supervision/photos/{id}", STAFF, problems::show_photo)
        .post(
            "/api/v1/supervision/problems/{id}/photos",
            CADRE,
            problems::attach_photo,
        )
        .api(
            "给问题加一张照片；最多 6 张",
            takes_file().gives_new::<problems::Photo>(),
        )
        .post("/api/v1/visits", CADRE, record::record_visit)
        .api(
            "记一次督导；同样的内容送两次是一次（第二次返回 200）",
            record::RECORDED
                .taken_with::<record::Recorded>()
                .gives_new::<record::Visit>()
                .gives::<record::Visit>()
                .refuses(&[404]),
        )
        .post(
            "/api/v1/supervision/problems/{id}/mended",
            MENDING.or(Token::Write),
            mine::mend_problem,
        )
        .api(
            "督导发现的问题已整改",
            takes::<mine::Mended>().gives_nothing(),
        )
        .list(STAFF, &obligations::OBLIGATIONS)
        .get(
            "/api/v1/supervision/summary",
            STAFF,
            obligations::show_summary,
        )
        .api(
            "一个季度的督导进度，按镇街",
            asks::<obligations::SummaryAsked>().gives::<obligations::Summary>(),
        )
}

web::component!();
