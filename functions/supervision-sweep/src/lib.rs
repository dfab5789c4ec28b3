//! 三书一函 (004 §二(一)): every morning what is overdue is found, the right paper goes to the right person, once, and they are told.
//! Owns the tables of `migrations/*_supervision_sweep*`.

mod breaches;
mod channels;
mod deliver;
mod deliveries;
mod docx;
pub mod ladder;
mod messages;
mod moves;
mod notice;
mod notices;
mod overview;
mod paper;
mod policy;
mod preview;
pub mod reminders;
mod runs;
pub mod standing;
pub mod stated;
mod sweep;
mod tabs;

use breaches::BREACHES;
use deliveries::DELIVERIES;
use domain::words::Role;
use notices::NOTICES;
use registers::Declares as _;
use std::collections::BTreeMap;
use web::Token;
use web::api::{Items, ListPage, asks, gives, gives_nothing, may_take, takes};
use web::paging::Page;
use web::routes::{DESK, OFFICE, Routes, Who};

const STAFF: Who = Who::Roles(&[
    Role::Office,
    Role::Chair,
    Role::Town,
    Role::Station,
    Role::Cadre,
]);
/// Who signs.
const SIGNING: Who = Who::Roles(&[Role::Office, Role::Chair]);
/// To whom papers go; the office answers for a department, which has no accounts.
const ADDRESSED: Who = STAFF;

pub fn routes() -> Routes {
    Routes::default()
        .section("督办")
        .post("/internal/sweep", Who::Scheduler, sweep::run_sweep)
        .api(
            "每天的督办：找出逾期、发出文书、销号、提醒；重复运行结果相同",
            may_take::<sweep::Wanted>().gives::<sweep::Outcome>(),
        )
        .post("/internal/deliver", Who::Scheduler, deliver::deliver)
        .api(
            "把消息送到钉钉、企业微信和接口",
            gives::<BTreeMap<String, deliver::Done>>(),
        )
        .get("/sweep", DESK, overview::page)
        .list(STAFF, &BREACHES)
        .get("/sweep/preview", OFFICE, preview::preview_page)
        .get("/sweep/runs", OFFICE, runs::page)
        .get("/sweep/policy", OFFICE, policy::page)
        .get("/sweep/policy/{rule}", OFFICE, policy::edit_page)
        .post("/sweep/policy/{rule}", OFFICE, policy::submit)
        .list(OFFICE, &DELIVERIES)
        .post("/sweep/deliveries", OFFICE, deliveries::submit)
        .list(STAFF, &NOTICES)
        .get("/notices/{id}", STAFF, notice::page)
        .post("/notices/{id}", STAFF, notice::submit)
        .get("/messages", STAFF, messages::page)
        .get("/messages/{id}", STAFF.or(Token::Person), messages::open)
        .get("/api/v1/sweep/overview", DESK, overview::show_overview)
        .api(
            "逾期、文书和未完成最多的干部",
            gives::<overview::Overview>(),
        )
        .post(
            "/api/v1/sweep/preview",
            OFFICE.or(Token::Read),
            preview::preview_sweep,
        )
        .api(
            "到那一天会发出什么",
            may_take::<preview::Wanted>().gives::<preview::Preview>(),
        )
        .get("/api/v1/sweep/runs", OFFICE, runs::list_runs)
        .api("运行记录", asks::<Page>().gives::<ListPage<runs::Run>>())
        .get("/api/v1/sweep/policy", OFFICE, policy::list_escalation)
        .api("督办规则及其历史", gives::<Items<policy::Rule>>())
        .put(
            "/api/v1/sweep/policy/{rule}",
            OFFICE,
            policy::set_escalation,
        )
        .api(
            "设定督办规则；已有的规则从明天或更晚起改",
            takes::<policy::Version>().gives_nothing(),
        )
        .post(
            "/api/v1/sweep/deliveries/{id}/retry",
            OFFICE.or(Token::Write),
            deliveries::retry_delivery,
        )
        .api("再发一次", gives_nothing())
        .post("/api/v1/notices/{id}/sign", SIGNING, moves::sign_notice)
        .api(
            "签发：同时编号、发出",
            may_take::<moves::Said>().gives::<moves::Moved>(),
        )
        .post(
            "/api/v1/notices/{id}/acknowledge",
            ADDRESSED,
            moves::acknowledge_notice,
        )
        .api("回执", may_take::<moves::Said>().gives::<moves::Moved>())
        .post("/api/v1/notices/{id}/reply", ADDRESSED, moves::reply_notice)
        .api(
            "答复做了什么",
            takes::<moves::Said>().gives::<moves::Moved>(),
        )
        .post("/api/v1/notices/{id}/close", OFFICE, moves::close_notice)
        .api(
            "办结归档",
            may_take::<moves::Said>().gives::<moves::Moved>(),
        )
        .post(
            "/api/v1/notices/{id}/withdraw",
            OFFICE,
            moves::withdraw_notice,
        )
        .api(
            "撤回，写明原因；文号作废不再用",
            takes::<moves::Said>().gives::<moves::Moved>(),
        )
        .get("/api/v1/messages", STAFF, messages::list_messages)
        .api(
            "站内消息，新的在前",
            asks::<messages::Asked>().gives::<messages::Listed>(),
        )
        .post(
            "/api/v1/messages/{id}/read",
            STAFF.or(Token::Write),
            messages::read_message,
        )
        .api("标为已读", gives_nothing())
}

web::component!();
