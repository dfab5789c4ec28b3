//! The routes of organisations: whoever works here sees them, the office changes them.

use crate::organisation_form::{ChangedOrganisation, NEW, NewOrganisation, WHOLE};
use crate::organisations::ORGANISATIONS;
use crate::{organisation_pages, organisations};
use web::Token;
use web::api::Api;
use web::routes::{OFFICE, Routes, Who};

/// An organisation as the API gives it.
fn one() -> serde_json::Value {
    ORGANISATIONS.described_item()
}

pub fn routes(routes: Routes) -> Routes {
    use Who::SignedIn;
    routes
        .section("单位")
        .get("/organisations", SignedIn, organisations::page)
        .get(
            "/organisations/export.xlsx",
            SignedIn,
            organisations::workbook,
        )
        .get("/organisations/new", OFFICE, organisation_pages::new_page)
        .post("/organisations/new", OFFICE, organisation_pages::new_submit)
        .get("/organisations/{id}", SignedIn, organisations::see)
        .get(
            "/organisations/{id}/edit",
            OFFICE,
            organisation_pages::edit_page,
        )
        .post(
            "/organisations/{id}/edit",
            OFFICE,
            organisation_pages::edit_submit,
        )
        .get(
            "/api/v1/organisations",
            SignedIn,
            organisations::list_organisations,
        )
        .api(
            "单位清单：食药安办和食药安委、市场监管局和监管所、部门、镇街的单位",
            Api::default()
                .asks_value(|| ORGANISATIONS.described_query())
                .gives_value(|| ORGANISATIONS.described_page()),
        )
        .post(
            "/api/v1/organisations",
            OFFICE.or(Token::Write),
            organisation_pages::add_organisation,
        )
        .api(
            "登记一个单位",
            NEW.taken_with::<NewOrganisation>()
                .gives_new_value(one)
                .refuses(&[409]),
        )
        .get(
            "/api/v1/organisations/{id}",
            SignedIn,
            organisations::show_organisation,
        )
        .api("一个单位", Api::default().gives_value(one))
        .put(
            "/api/v1/organisations/{id}",
            OFFICE.or(Token::Write),
            organisation_pages::change_organisation,
        )
        .api(
            "改写一个单位：没有写的就是没有；带上读取时的 version",
            WHOLE
                .taken_with::<ChangedOrganisation>()
                .gives_value(one)
                .refuses(&[409]),
        )
}
