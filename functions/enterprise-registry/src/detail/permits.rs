//! Licences of food production, as the register of licences and the ledger have them.

use crate::detail::part::{Cut, cut, day, table};
use chrono::NaiveDate;
use domain::words::{LicenseStatus, Role, Word as _};
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Licence {
    license_no: String,
    category: Option<String>,
    issued_on: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
    status: LicenseStatus,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub struct Licences(Cut<Licence>);

pub fn sql() -> String {
    cut(
        "food_license",
        "uscc = ?1",
        "json_object('license_no', license_no, 'category', category, 'issued_on', issued_on, 'expires_on', expires_on, 'status', status)",
        "status = 'valid' DESC, expires_on DESC",
    )
}

impl Licences {
    /// Whoever goes to the door for a licence finds the register behind it.
    pub fn shown(&self, number: &str, role: Role, today: NaiveDate) -> Markup {
        let sees_register = matches!(
            role,
            Role::Office | Role::Bureau | Role::Town | Role::Station
        );
        let headings = ["编号", "类别", "发证日期", "有效期至", "状态"];
        html! {
            @if !self.0.items.is_empty() {
                h2 { "生产许可证" }
                (table("生产许可证", &headings, &html! {
                    @for licence in &self.0.items {
                        @let is_over = licence.expires_on.is_some_and(|last| last < today);
                        tr { td.code { (licence.license_no) } td { (licence.category.as_deref().unwrap_or("—")) } td.tight { (day(licence.issued_on)) } td.tight { (day(licence.expires_on)) }
                             td.tight { @if is_over && licence.status == LicenseStatus::Valid { strong { "已过期" } } @else { (licence.status.chinese()) } } }
                    }
                }))
                @if sees_register { (self.0.rest(&format!("/license-outreach/licenses?uscc={number}"), "件")) }
            }
        }
    }
}
