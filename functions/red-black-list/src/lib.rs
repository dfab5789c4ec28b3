//! 红黑榜: who meets which criteria on the facts, the way to a list, and the lists as the public reads
//! and checks them. Owns the tables of `migrations/*_red_black_list*`.

mod cases;
mod content;
mod criteria;
mod desk;
mod duties;
mod entries;
mod findings;
mod front;
mod key_help;
mod log;
mod moves;
mod nominate;
mod policy;
mod publication;
mod readers;
mod served;
mod suggestions;
mod tabs;

use cases::CASES;
use http::StatusCode;
use key_help::KEY_HELP;
use registers::Declares as _;
use transparency::said as shown;
use transparency::{Edition, Item};
use web::Who::{self, Everybody};
use web::api::{ListPage, asks, at, gives};
use web::routes::{OFFICE, Routes};

pub fn routes() -> Routes {
    public(desk(Routes::default().section("红黑榜")))
}

fn desk(routes: Routes) -> Routes {
    routes
        .list(OFFICE, &CASES)
        .get("/lists/cases/suggestions", OFFICE, suggestions::page)
        .get("/lists/cases/criteria", OFFICE, criteria::page)
        .post("/lists/cases/criteria", OFFICE, criteria::submit)
        .list(OFFICE, &KEY_HELP)
        .post("/lists/cases/key-help", OFFICE, key_help::begin_submit)
        .get("/lists/cases/key-help/{id}", OFFICE, key_help::page)
        .post(
            "/lists/cases/key-help/{id}/{verb}",
            OFFICE,
            key_help::submit,
        )
        .get("/lists/cases/duties", OFFICE, duties::desk)
        .post("/lists/cases/duties", OFFICE, duties::submit)
        .get("/lists/cases/new", OFFICE, nominate::page)
        .post("/lists/cases/new", OFFICE, nominate::submit)
        .post("/lists/cases/publish", OFFICE, desk::publish_all)
        .get("/lists/cases/{id}", OFFICE, desk::page)
        .get("/lists/cases/{id}/notice", OFFICE, desk::notice)
        .post("/lists/cases/{id}/{verb}", OFFICE, desk::submit)
        .post("/api/v1/list-cases", OFFICE, nominate::nominate)
        .api(
            "提名。只有达到标准的企业能提名；必须由本人登录办理",
            nominate::NOMINATION
                .taken_with::<nominate::Nomination>()
                .gives_new::<nominate::Nominated>(),
        )
        .get(
            "/api/v1/list-cases/suggestions",
            OFFICE,
            suggestions::list_suggestions,
        )
        .api(
            "谁达到了标准，证据是什么",
            asks::<suggestions::Asked>().gives::<findings::Suggestions>(),
        )
        .get("/api/v1/list-cases/{id}", OFFICE, desk::show_list_case)
        .api("一件办理的全部内容", gives::<cases::Case>())
        .post(
            "/api/v1/list-cases/{id}/{verb}",
            OFFICE,
            desk::move_list_case,
        )
        .api(
            "办理：黑榜要先告知，过了五个工作日的申辩期，由提名以外的人决定，才能公布",
            at::<desk::OfVerb>()
                .may_take::<desk::Order>()
                .gives::<cases::Case>(),
        )
        .get("/api/v1/list-criteria", OFFICE, criteria::list_criteria)
        .api("列入标准和历次版本", gives::<ListPage<criteria::Rule>>())
        .put(
            "/api/v1/list-criteria/{rule}",
            OFFICE,
            criteria::set_criterion,
        )
        .api(
            "一条标准的新版本，从今天或者以后起",
            criteria::NEW_VERSION.taken().gives_nothing(),
        )
        .post("/api/v1/key-help", OFFICE, key_help::begin_key_help)
        .api(
            "列入重点帮扶",
            key_help::WANTED.taken().gives_new::<key_help::Begun>(),
        )
        .get("/api/v1/key-help/{id}", OFFICE, key_help::show_key_help)
        .api("一个重点帮扶对象", gives::<key_help::Help>())
        .post(
            "/api/v1/key-help/{id}/{verb}",
            OFFICE,
            key_help::move_key_help,
        )
        .api(
            "结对专家（pair），结束帮扶（end）",
            at::<key_help::OfVerb>()
                .takes::<key_help::Order>()
                .gives::<key_help::Help>(),
        )
        .post("/internal/lists", Who::Scheduler, publication::keep_lists)
        .api(
            "每分钟：到期的撤下，补做没有做完的公布，清理旧的文件，到时公布履责情况",
            gives::<publication::Done>(),
        )
}

fn public(routes: Routes) -> Routes {
    routes
        .get("/lists", Everybody, front::page)
        .get("/lists/duties", Everybody, duties::public_page)
        .get("/lists/log", Everybody, log::page)
        .get("/lists/{list}", Everybody, readers::page)
        .get("/lists/{list}/feed.atom", Everybody, readers::feed)
        .get("/lists/entries/{id}", Everybody, entries::show)
        .get("/lists/entries/{id}/sheet", Everybody, entries::sheet)
        .get("/lists/entries/{id}/qr.svg", Everybody, entries::qr)
        .get("/lists/badge/{file}", Everybody, entries::badge)
        .get("/api/v1/lists/log", Everybody, log::list_log)
.api("公布记录：每一次公布、变更、撤下", asks::<log::Asked>().gives::<ListPage<Item>>())
        .get("/api/v1/lists/log/head", Everybody, log::log_head)
.api("公布记录的树根和签名", gives::<Edition>())
        .get("/api/v1/lists/log/proof", Everybody, log::log_proof)
.api("证明某一条在记录里（RFC 6962 §2.1.1）", asks::<log::Wanted>().gives::<log::Proof>())
        .get("/api/v1/lists/duties", Everybody, duties::list_published_duties)
.api("镇街和部门各季度的履责情况", gives::<ListPage<duties::Quarter>>())
        .get("/api/v1/lists/{list}", Everybody, readers::read_list)
.api("现在公布的名单；{list}.csv 和 {list}.json 是全部，供下载，知识共享 署名 4.0。头 shian-list-size 是所属的一代", at::<readers::Named>().asks::<readers::Asked>().gives::<readers::Given>().gives_bytes(StatusCode::OK, "text/csv").gives_only(StatusCode::NOT_MODIFIED))
}

web::component!();
