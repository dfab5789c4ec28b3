//! 红黑榜: the facts that registers bring, who meets which criteria on them, the way to a list, and the lists as the public reads
//! and checks them. Owns the tables of `migrations/*_red_black_list*`.

mod accidents;
mod cases;
mod content;
mod criteria;
mod desk;
mod duties;
mod entries;
mod fact;
mod findings;
mod front;
mod honours;
mod inspections;
mod key_help;
mod log;
mod moves;
mod nominate;
mod officers;
mod penalties;
mod policy;
mod publication;
mod readers;
mod results;
mod samples;
mod served;
mod suggestions;
mod tabs;

use accidents::Accidents;
use cases::Cases;
use chrono::NaiveDate;
use domain::words::Word;
use honours::Honours;
use http::StatusCode;
use inspections::Inspections;
use key_help::KeyHelp;
use officers::Officers;
use penalties::Penalties;
use rosters::{Reading, api, pages};
use samples::Samples;
use transparency::said as shown;
use transparency::{Edition, Item};
use web::Token;
use web::Who::{self, Everybody};
use web::api::{Api, Listed, asks, at, gives, may_take, takes};
use web::routes::{DESK, OFFICE, Routes};

/// The routes of one register. A macro, for a generic function could not promise that a list's future may change its thread.
macro_rules! register {
    ($routes:expr, $register:ty, $kind:literal) => {
        $routes
            .get(
                concat!("/lists/facts/", $kind),
                DESK,
                lists::page::<$register>,
            )
            .get(
                concat!("/lists/facts/", $kind, "/export.xlsx"),
                DESK,
                lists::xlsx::<$register>,
            )
            .get(
                concat!("/lists/facts/", $kind, "/import"),
                OFFICE,
                pages::start::<$register>,
            )
            .post(
                concat!("/lists/facts/", $kind, "/import"),
                OFFICE,
                pages::stage::<$register>,
            )
            .get(
                concat!("/lists/facts/", $kind, "/import/{id}"),
                OFFICE,
                pages::show::<$register>,
            )
            .post(
                concat!("/lists/facts/", $kind, "/import/{id}/apply"),
                OFFICE,
                pages::apply::<$register>,
            )
            .get(concat!("/api/v1/", $kind), DESK, lists::api::<$register>)
            .post(
                concat!("/api/v1/", $kind, "/import"),
                OFFICE.or(Token::Import),
                api::import::<$register>,
            )
    };
}

pub fn routes() -> Routes {
    let routes = register!(Routes::default().section("红黑榜"), Samples, "samples");
    let routes = register!(routes, Penalties, "penalties");
    let routes = register!(routes, Inspections, "inspections");
    let routes = register!(routes, Honours, "honours");
    let routes = register!(routes, Accidents, "accidents");
    let routes = register!(routes, Officers, "officers");
    public(desk(facts(routes)))
}

fn facts(routes: Routes) -> Routes {
    routes
        .get("/lists/facts", DESK, tabs::facts)
        .get("/lists/facts/fact", DESK, fact::show)
        .post("/lists/facts/documents", OFFICE, fact::submit)
        .get("/lists/facts/documents/{id}", DESK, fact::document)
        .post("/lists/facts/revoke", OFFICE, fact::revoke_submit)
        .post("/lists/facts/publish", OFFICE, results::publish_submit)
        .get("/api/v1/list-facts", DESK, fact::show_fact)
        .api(
            "一条事实和它的材料",
            asks::<fact::Asked>().gives::<fact::Fact>().refuses(&[404]),
        )
        .post(
            "/api/v1/list-facts/documents",
            OFFICE.or(Token::Write),
            fact::attach_fact_document,
        )
        .api(
            "给一条事实附材料（PDF 或者照片，20 MB 以内）",
            asks::<fact::Asked>()
                .takes_file()
                .gives_new::<fact::Attached>()
                .refuses(&[404]),
        )
        .post("/api/v1/list-facts/revoke", OFFICE, fact::revoke_fact)
        .api(
            "撤销一条事实；以它为依据的黑榜条目随即撤下",
            takes::<fact::Revoked>().gives_nothing().refuses(&[404]),
        )
        .post(
            "/api/v1/list-facts/publish-samples",
            OFFICE,
            results::publish_samples,
        )
        .api(
            "公布抽检结果：不合格的要过了复检时间",
            may_take::<results::Through>().gives::<results::Published>(),
        )
}

fn desk(routes: Routes) -> Routes {
    routes
        .get("/lists/cases", OFFICE, lists::page::<Cases>)
        .get("/lists/cases/export.xlsx", OFFICE, lists::xlsx::<Cases>)
        .get("/lists/cases/suggestions", OFFICE, suggestions::page)
        .get("/lists/cases/criteria", OFFICE, criteria::page)
        .post("/lists/cases/criteria", OFFICE, criteria::submit)
        .get("/lists/cases/key-help", OFFICE, lists::page::<KeyHelp>)
        .post("/lists/cases/key-help", OFFICE, key_help::begin_submit)
        .get(
            "/lists/cases/key-help/export.xlsx",
            OFFICE,
            lists::xlsx::<KeyHelp>,
        )
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
        .get("/api/v1/list-cases", OFFICE, lists::api::<Cases>)
        .post("/api/v1/list-cases", OFFICE, nominate::nominate)
        .api(
            "提名。只有达到标准的企业能提名；必须由本人登录办理",
            takes::<nominate::Nomination>().gives_new::<nominate::Nominated>(),
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
        .api("列入标准和历次版本", gives::<Listed<criteria::Rule>>())
        .put(
            "/api/v1/list-criteria/{rule}",
            OFFICE,
            criteria::set_criterion,
        )
        .api(
            "一条标准的新版本，从今天或者以后起",
            takes::<criteria::NewVersion>().gives_nothing(),
        )
        .get("/api/v1/key-help", OFFICE, lists::api::<KeyHelp>)
        .post("/api/v1/key-help", OFFICE, key_help::begin_key_help)
        .api(
            "列入重点帮扶",
            takes::<key_help::Wanted>().gives_new::<key_help::Begun>(),
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
        .get("/lists/samples", Everybody, results::page)
        .get("/lists/duties", Everybody, duties::public_page)
        .get("/lists/log", Everybody, log::page)
        .get("/lists/{list}", Everybody, readers::page)
        .get("/lists/{list}/feed.atom", Everybody, readers::feed)
        .get("/lists/entries/{id}", Everybody, entries::show)
        .get("/lists/entries/{id}/sheet", Everybody, entries::sheet)
        .get("/lists/entries/{id}/qr.svg", Everybody, entries::qr)
        .get("/lists/badge/{file}", Everybody, entries::badge)
        .get("/api/v1/lists/log", Everybody, log::list_log)
.api("公布记录：每一次公布、变更、撤下", asks::<log::Asked>().gives::<Listed<Item>>())
        .get("/api/v1/lists/log/head", Everybody, log::log_head)
.api("公布记录的树根和签名", gives::<Edition>())
        .get("/api/v1/lists/log/proof", Everybody, log::log_proof)
.api("证明某一条在记录里（RFC 6962 §2.1.1）", asks::<log::Wanted>().gives::<log::Proof>())
        .get("/api/v1/lists/samples", Everybody, results::list_results)
.api("已公布的抽检结果", asks::<results::Asked>().gives::<Listed<results::Item>>())
        .get(
            "/api/v1/lists/samples.csv",
            Everybody,
            results::download_results,
        )
.api("已公布的抽检结果，全部", Api::default().gives_bytes(StatusCode::OK, "text/csv"))
        .get("/api/v1/lists/duties", Everybody, duties::list_duties)
.api("镇街和部门各季度的履责情况", gives::<Listed<duties::Quarter>>())
        .get("/api/v1/lists/{list}", Everybody, readers::read_list)
.api("现在公布的名单；{list}.csv 和 {list}.json 是全部，供下载，知识共享 署名 4.0。头 shian-list-size 是所属的一代", at::<readers::Named>().asks::<readers::Asked>().gives::<readers::Given>().gives_bytes(StatusCode::OK, "text/csv").gives_only(StatusCode::NOT_MODIFIED))
}

/// A date that a fact cannot be without.
fn required_date(row: &mut Reading<'_>, heading: &str) -> Option<NaiveDate> {
    row.required_text(heading, 40)?;
    row.date(heading)
}

/// A word that a fact cannot be without.
fn required_word<W: Word>(row: &mut Reading<'_>, heading: &str) -> Option<W> {
    row.required_text(heading, 40)?;
    row.word(heading)
}

web::component!();
