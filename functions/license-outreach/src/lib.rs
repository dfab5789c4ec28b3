//! 许可服务前移 (000 §三(一)–(四)): who will need a food production licence, and the way to it, at their door.
//! Owns the tables of `migrations/*_license_outreach*`; the verdict on a scope is the registry's, written with its row.

mod applications;
mod canteens;
mod cases;
mod check;
mod documents;
mod figures;
mod licenses;
mod matters;
mod prospects;
mod renewals;
mod stages;
mod tabs;
mod trainings;

use applications::APPLICATIONS;
use domain::words::Role;
use licenses::LICENSES;
use prospects::{CANDIDATES, EXPIRED, UNCLEAR};
use registers::Declares as _;
use renewals::RENEWALS;
use web::Token;
use web::api::{Api, asks, at, gives, takes};
use web::routes::{OFFICE, Routes, Who};

/// Whoever looks for candidates.
const FIELD: Who = Who::Roles(&[Role::Office, Role::Town, Role::Station]);
/// Whoever goes to the door.
const DOOR: Who = Who::Roles(&[Role::Office, Role::Station]);

pub fn routes() -> Routes {
    let routes = public(Routes::default().section("许可服务前移"));
    let routes = prospects(routes);
    let routes = at_the_door(routes);
    let routes = rosters(routes);
    projects(routes)
}

fn public(routes: Routes) -> Routes {
    routes
        .get("/license-outreach/check", Who::Everybody, check::page)
        .post("/license-outreach/check", Who::Everybody, check::submit)
        .post(
            "/api/v1/license-outreach/check",
            Who::Everybody,
            check::check_scope,
        )
        .api(
            "这段经营范围要不要食品生产许可证",
            takes::<check::Asked>().gives::<check::Checked>(),
        )
}

fn prospects(routes: Routes) -> Routes {
    routes
        .list_pages(FIELD, &CANDIDATES)
        .post("/license-outreach/assign", OFFICE, prospects::assign)
        .list_pages(FIELD, &EXPIRED)
        .list_pages(FIELD, &UNCLEAR)
        .get(
            "/license-outreach/unclear/{uscc}",
            FIELD,
            prospects::decide_page,
        )
        .post(
            "/license-outreach/unclear/{uscc}",
            DOOR,
            prospects::decide_submit,
        )
        .get("/license-outreach/figures", FIELD, figures::page)
        .get(
            "/api/v1/license-outreach/candidates",
            FIELD,
            prospects::list_candidates,
        )
        .api(
            "待办证企业；?list=expired 许可证过期的，?list=unclear 经营范围要人工判断的",
            Api::default()
                .asks_value(prospects::described_query)
                .gives_value(prospects::described_pages),
        )
        .post(
            "/api/v1/license-outreach/decisions",
            DOOR,
            prospects::decide_scope,
        )
        .api(
            "人工判断一家企业的经营范围，经营范围变更后失效",
            prospects::DECISION.taken().gives_nothing().refuses(&[404]),
        )
        .get(
            "/api/v1/license-outreach/figures",
            FIELD,
            figures::show_figures,
        )
        .api(
            "发现、对接、申请、取证的数量，按镇街和月份",
            asks::<figures::Asked>().gives::<figures::Figures>(),
        )
}

fn at_the_door(routes: Routes) -> Routes {
    routes
        .list(FIELD, &cases::CASES)
        .post("/license-outreach/cases", DOOR, cases::open_submit)
        .get("/license-outreach/cases/{id}", FIELD, cases::page)
        .post(
            "/license-outreach/cases/{id}/{step}",
            DOOR,
            cases::step_submit,
        )
        .post(
            "/license-outreach/cases/{id}/stages/{stage}",
            DOOR,
            stages::submit,
        )
        .post(
            "/license-outreach/cases/{id}/stages/{stage}/documents",
            DOOR,
            documents::submit,
        )
        .get("/license-outreach/documents/{id}", FIELD, documents::show)
        .post(
            "/license-outreach/documents/{id}/remove",
            DOOR,
            documents::remove_submit,
        )
        .post(
            "/api/v1/license-outreach/cases",
            DOOR.or(Token::Write),
            cases::open_case,
        )
        .api(
            "开始上门服务；已经有的返回 200",
            cases::OPENED
                .taken()
                .gives_new::<cases::Case>()
                .gives::<cases::Case>()
                .refuses(&[404]),
        )
        .get(
            "/api/v1/license-outreach/cases/{id}",
            FIELD,
            cases::show_case,
        )
        .api("一件上门服务", gives::<cases::Case>())
        .post(
            "/api/v1/license-outreach/cases/{id}/contact",
            DOOR.or(Token::Write),
            cases::record_contact,
        )
        .api(
            "记录上门对接",
            cases::CONTACT.taken().gives::<cases::Case>(),
        )
        .post(
            "/api/v1/license-outreach/cases/{id}/check",
            DOOR.or(Token::Write),
            cases::record_check,
        )
        .api(
            "记录现场核查结果",
            cases::CHECK.taken().gives::<cases::Case>(),
        )
        .post(
            "/api/v1/license-outreach/cases/{id}/station",
            OFFICE.or(Token::Write),
            cases::give_to_station,
        )
        .api("交给监管所", takes::<cases::Given>().gives::<cases::Case>())
        .post(
            "/api/v1/license-outreach/cases/{id}/close",
            DOOR.or(Token::Write),
            cases::close_case,
        )
        .api("结束服务", cases::CLOSING.taken().gives::<cases::Case>())
        .post(
            "/api/v1/license-outreach/cases/{id}/stages/{stage}",
            DOOR.or(Token::Write),
            stages::record_stage,
        )
        .api(
            "填写九个环节之一；别人先填过则返回 409 和现在的内容",
            stages::RECORDED
                .taken()
                .at::<stages::OfStage>()
                .gives::<cases::Case>(),
        )
        .post(
            "/api/v1/license-outreach/cases/{id}/stages/{stage}/documents",
            DOOR.or(Token::Write),
            documents::attach_document,
        )
        .api(
            "上传图纸、照片（jpg、png、webp、PDF，20 MB 以内）",
            at::<stages::OfStage>()
                .takes_file()
                .gives_new::<documents::Attached>(),
        )
}

fn rosters(routes: Routes) -> Routes {
    routes
        .register(&LICENSES)
        .register(&APPLICATIONS)
        .list(FIELD, &RENEWALS)
}

fn projects(routes: Routes) -> Routes {
    routes
        .list(FIELD, &canteens::CANTEENS)
        .get("/license-outreach/canteens/new", DOOR, canteens::new_page)
        .post("/license-outreach/canteens/new", DOOR, canteens::new_submit)
        .get("/license-outreach/canteens/{id}", FIELD, canteens::page)
        .post("/license-outreach/canteens/{id}", DOOR, canteens::submit)
        .post(
            "/license-outreach/canteens/{id}/visits",
            DOOR,
            canteens::visit_submit,
        )
        .post(
            "/api/v1/license-outreach/canteens",
            DOOR.or(Token::Write),
            canteens::enter_project,
        )
        .api(
            "登记食堂项目",
            canteens::PROJECT.taken().gives_new::<canteens::Project>(),
        )
        .get(
            "/api/v1/license-outreach/canteens/{id}",
            FIELD,
            canteens::show_project,
        )
        .api(
            "一个食堂项目，含应做的服务和期限",
            gives::<canteens::Project>(),
        )
        .patch(
            "/api/v1/license-outreach/canteens/{id}",
            DOOR.or(Token::Write),
            canteens::change_project,
        )
        .api(
            "修改食堂项目；带上读取时的 version",
            canteens::PROJECT
                .taken_as_change("CanteenProjectChange")
                .gives::<canteens::Project>(),
        )
        .post(
            "/api/v1/license-outreach/canteens/{id}/visits",
            DOOR.or(Token::Write),
            canteens::record_canteen_visit,
        )
        .api(
            "记一次食堂项目上门服务",
            canteens::VISIT.taken().gives_new::<canteens::Project>(),
        )
        .list(FIELD, &matters::MATTERS)
        .get("/license-outreach/matters/new", DOOR, matters::new_page)
        .post("/license-outreach/matters/new", DOOR, matters::new_submit)
        .get("/license-outreach/matters/{id}", FIELD, matters::page)
        .post("/license-outreach/matters/{id}", DOOR, matters::done_submit)
        .post(
            "/api/v1/license-outreach/matters",
            DOOR.or(Token::Write),
            matters::receive_matter,
        )
        .api(
            "登记一件，办结期限按收到当天的规定计算",
            matters::RECEIVED.taken().gives_new::<matters::Matter>(),
        )
        .post(
            "/api/v1/license-outreach/matters/{id}/done",
            DOOR.or(Token::Write),
            matters::finish_matter,
        )
        .api("办结", matters::DONE.taken().gives::<matters::Matter>())
        .list(FIELD, &trainings::TRAININGS)
        .get("/license-outreach/trainings/new", DOOR, trainings::new_page)
        .post("/license-outreach/trainings/new", DOOR, trainings::submit)
        .post(
            "/api/v1/license-outreach/trainings",
            DOOR.or(Token::Write),
            trainings::record_training,
        )
        .api(
            "记一次培训",
            trainings::HELD
                .taken()
                .gives_new::<trainings::Made>()
                .refuses(&[404]),
        )
}

web::component!();
