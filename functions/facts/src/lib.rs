//! What was lawfully established about a business and several functions judge by: samples, penalties, inspections, honours,
//! accidents; the papers behind them, and the results of samples as the public reads them. Owns the tables of
//! `migrations/*_facts*`, and those of `0019_red_black_list_facts.sql`, `officer` and `fact_document`, which were made before it.

mod fact;
mod moved;
mod registers;
mod results;
mod tabs;

use ::registers::Declares as _;
use http::StatusCode;
use web::Token;
use web::Who::Everybody;
use web::api::{Api, ListPage, asks, may_take, takes};
use web::routes::{DESK, OFFICE, Routes};

pub fn routes() -> Routes {
    Routes::default()
        .section("抽检处罚")
        .get("/facts", DESK, tabs::front)
        .register(&registers::SAMPLES)
        .register(&registers::PENALTIES)
        .register(&registers::INSPECTIONS)
        .register(&registers::HONOURS)
        .register(&registers::ACCIDENTS)
        .register(&registers::OFFICERS)
        .get("/facts/fact", DESK, fact::show)
        .post("/facts/documents", OFFICE, fact::submit)
        .get("/facts/documents/{id}", DESK, fact::document)
        .post("/facts/revoke", OFFICE, fact::revoke_submit)
        .post("/facts/publish", OFFICE, results::publish_submit)
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
            "撤销一条事实；以它为依据的黑榜条目随后撤下",
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
        .get("/facts/results", Everybody, results::page)
        .get("/api/v1/lists/samples", Everybody, results::list_results)
        .api(
            "已公布的抽检结果",
            asks::<results::Asked>().gives::<ListPage<results::Item>>(),
        )
        .get(
            "/api/v1/lists/samples.csv",
            Everybody,
            results::download_results,
        )
        .api(
            "已公布的抽检结果，全部",
            Api::default().gives_bytes(StatusCode::OK, "text/csv"),
        )
        .get("/lists/samples", Everybody, moved::onward)
        .get("/lists/facts", Everybody, moved::onward)
        .get("/lists/facts/{*rest}", Everybody, moved::onward)
}

web::component!();
