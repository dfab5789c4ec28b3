//! What was lawfully established about a business and several functions judge by: samples, penalties, inspections, honours,
//! accidents; the papers behind them, and the results of samples as the public reads them. Owns the tables of
//! `migrations/*_facts*`, and those of `0019_red_black_list_facts.sql`, `officer` and `fact_document`, which were made before it.

mod fact;
mod fact_documents;
mod fact_revocation;
mod old_addresses;
mod registers;
mod result_download;
mod result_publication;
mod results;

use ::registers::Declares as _;
use http::StatusCode;
use web::Token;
use web::Who::Everybody;
use web::api::{Api, Listed, asks, may_take, takes};
use web::routes::{DESK, OFFICE, Routes};

pub fn routes() -> Routes {
    Routes::default()
        .section("抽检处罚")
        .get("/facts", DESK, registers::front)
        .register(&registers::SAMPLES)
        .register(&registers::PENALTIES)
        .register(&registers::INSPECTIONS)
        .register(&registers::HONOURS)
        .register(&registers::ACCIDENTS)
        .register(&registers::OFFICERS)
        .get("/facts/fact", DESK, fact::show)
        .post("/facts/documents", OFFICE, fact_documents::submit)
        .get("/facts/documents/{id}", DESK, fact_documents::download)
        .post("/facts/revoke", OFFICE, fact_revocation::submit)
        .post("/facts/publish", OFFICE, result_publication::submit)
        .get("/api/v1/list-facts", DESK, fact::show_fact)
        .api(
            "一条事实和它的材料",
            asks::<fact::FactQuery>()
                .gives::<fact::Fact>()
                .refuses(&[404]),
        )
        .post(
            "/api/v1/list-facts/documents",
            OFFICE.or(Token::Write),
            fact_documents::attach_fact_document,
        )
        .api(
            "给一条事实附材料（PDF 或者照片，20 MB 以内）",
            asks::<fact::FactQuery>()
                .takes_file()
                .gives_new::<fact_documents::FactAttached>()
                .refuses(&[404]),
        )
        .post(
            "/api/v1/list-facts/revoke",
            OFFICE,
            fact_revocation::revoke_fact,
        )
        .api(
            "撤销一条事实；以它为依据的黑榜条目随后撤下",
            takes::<fact_revocation::FactRevocation>()
                .gives_nothing()
                .refuses(&[404]),
        )
        .post(
            "/api/v1/list-facts/publish-samples",
            OFFICE,
            result_publication::publish_samples,
        )
        .api(
            "公布抽检结果：不合格的要过了复检时间",
            may_take::<result_publication::PublishThrough>()
                .gives::<result_publication::SamplesPublished>(),
        )
        .get("/facts/results", Everybody, results::page)
        .get("/api/v1/lists/samples", Everybody, results::list_results)
        .api(
            "已公布的抽检结果",
            asks::<results::ResultQuery>().gives::<Listed<results::SampleResultItem>>(),
        )
        .get(
            "/api/v1/lists/samples.csv",
            Everybody,
            result_download::download_results,
        )
        .api(
            "已公布的抽检结果，全部",
            Api::default().gives_bytes(StatusCode::OK, "text/csv"),
        )
        .get("/lists/samples", Everybody, old_addresses::redirect_to_new)
        .get("/lists/facts", Everybody, old_addresses::redirect_to_new)
        .get(
            "/lists/facts/{*rest}",
            Everybody,
            old_addresses::redirect_to_new,
        )
}

web::component!();
