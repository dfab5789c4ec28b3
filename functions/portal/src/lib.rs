//! The front door: home, setup, sign-in, staff accounts and tokens, policy, holidays, audit, shared assets, the description
//! of the API. Owns the tables of `migrations/*_portal_*`.

mod api_description;
mod assets;
mod audit;
mod browser;
mod common_password;
mod front;
mod health;
mod holidays;
mod housekeeping;
mod organisation_form;
mod organisation_pages;
mod organisation_proposals;
mod organisation_routes;
mod organisations;
mod password;
mod policy;
mod session;
mod setup;
mod staff;
mod tasks;
mod text_size;
mod tokens;

use http::StatusCode;
use web::Token;
use web::api::{Listed, asks, gives, gives_nothing, takes, takes_file};
use web::paging::Page;
use web::routes::{OFFICE, Routes, Who};

pub fn routes() -> Routes {
    use Who::{Everybody, Scheduler, SignedIn};
    organisation_routes::declared(Routes::default())
        .get("/", Everybody, front::home)
        .section("运行")
        .get("/healthz", Everybody, health::check_health)
        .api(
            "是否可以服务",
            gives::<health::Health>().gives_as::<health::Health>(StatusCode::SERVICE_UNAVAILABLE),
        )
        .get("/assets/{name}", Everybody, assets::asset)
        .post("/text-size", Everybody, text_size::choose)
        .get("/api", Everybody, api_description::page)
        .get("/api/openapi.json", Everybody, api_description::document)
        .get("/setup", Everybody, setup::form)
        .post("/setup", Everybody, setup::submit)
        .section("账号")
        .post_filing("/api/v1/setup", Everybody, setup::create_first_account)
        .api(
            "建立第一个账号，之后永久失效",
            takes::<setup::FirstAccount>()
                .gives_new::<setup::AccountMade<'_>>()
                .refuses(&[429]),
        )
        .get("/sign-in", Everybody, session::form)
        .post("/sign-in", Everybody, session::submit)
        .post("/sign-out", Everybody, session::sign_out_page)
        .post("/api/v1/session", Everybody, session::sign_in)
        .api(
            "登录，返回会话 cookie",
            takes::<session::Credentials>()
                .gives_nothing()
                .refuses(&[429]),
        )
        .get("/api/v1/session", SignedIn, session::who_am_i)
        .api("当前登录的是谁", gives::<session::Session>())
        .delete("/api/v1/session", SignedIn, session::sign_out)
        .api("退出", gives_nothing())
        .get(
            "/account/password",
            SignedIn.or(Token::Person),
            password::form,
        )
        .post("/account/password", SignedIn, password::submit)
        .post(
            "/api/v1/session/password",
            SignedIn,
            password::change_password,
        )
        .api(
            "修改自己的密码",
            takes::<password::Change>().gives_nothing().refuses(&[429]),
        )
        .get("/staff", OFFICE, staff::page)
        .post("/staff", OFFICE, staff::submit)
        .get("/staff/{account}", OFFICE, staff::edit_page)
        .post("/staff/{account}", OFFICE, staff::edit_submit)
        .get("/api/v1/staff", OFFICE, staff::list_accounts)
        .api("账号清单", asks::<Page>().gives::<Listed<staff::Account>>())
        .post("/api/v1/staff", OFFICE, staff::create_account)
        .api(
            "新建账号，返回初始密码",
            takes::<staff::NewAccount>().gives_new::<staff::InitialPassword>(),
        )
        .patch("/api/v1/staff/{account}", OFFICE, staff::change_account)
        .api(
            "修改、停用账号或重置密码",
            takes::<staff::Change>().gives::<staff::Changed>(),
        )
        .get("/tokens", OFFICE, tokens::page)
        .post("/tokens", OFFICE, tokens::submit)
        .post("/tokens/{id}/revoke", OFFICE, tokens::revoke_submit)
        .get("/api/v1/tokens", OFFICE, tokens::list_tokens)
        .api("给程序用的令牌", gives::<Listed<tokens::Token>>())
        .post("/api/v1/tokens", OFFICE, tokens::create_token)
        .api(
            "新建令牌",
            takes::<tokens::NewToken>().gives_new::<tokens::TokenMade>(),
        )
        .delete("/api/v1/tokens/{id}", OFFICE, tokens::revoke_token)
        .api("作废令牌", gives_nothing())
        .get("/api/v1/home", SignedIn, tasks::list_tasks)
        .api("等您办的事，最急的在前", gives::<tasks::Home>())
        .section("变更记录")
        .get("/audit", OFFICE, audit::page)
        .get("/api/v1/audit", OFFICE, audit::list_audit)
        .api(
            "谁在什么时候改了什么",
            asks::<audit::Asked>().gives::<Listed<audit::Entry>>(),
        )
        .section("政策")
        .get("/policy", OFFICE, policy::page)
        .post("/policy/{name}", OFFICE, policy::submit)
        .get("/api/v1/policy", OFFICE, policy::list_policy)
        .api("政策参数及其历史", gives::<Listed<policy::Rule>>())
        .put("/api/v1/policy/{name}", OFFICE, policy::set_policy)
        .api(
            "设定一个参数从某天起的值",
            takes::<policy::NewValue>().gives_nothing(),
        )
        .get("/holidays", OFFICE, holidays::page)
        .post("/holidays", OFFICE, holidays::submit)
        .post(
            "/api/v1/holidays/import",
            OFFICE.or(Token::Import),
            holidays::import_holidays,
        )
        .api(
            "导入新一年的节假日安排",
            takes_file().gives::<holidays::Imported>(),
        )
        .get("/api/v1/workdays", Everybody, holidays::count_workdays)
        .api(
            "某天之后的第 n 个工作日",
            asks::<holidays::Term>().gives::<holidays::Workday>(),
        )
        .post(
            "/internal/housekeeping",
            Scheduler,
            housekeeping::housekeeping,
        )
        .api("清理过期的会话和记录", gives::<housekeeping::Gone>())
}

web::component!();
