//! The list as a workbook, with the columns that an import understands.

use crate::ledger_order::LedgerAsked;
use crate::list::{ENTERPRISE_JSON, word_or_dash};
use crate::roster::ENTERPRISES;
use crate::search::enterprise_condition;
use chrono::NaiveDate;
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector, Word as _};
use registers::export::{self, Names};
use serde::Deserialize;
use sheets::xlsx_out::{Cell, Heading};
use web::extract::Query;
use web::{Answer, Context};

#[derive(Deserialize)]
struct ExportedEnterprise {
    enterprise_no: String,
    uscc: Option<String>,
    name: String,
    founded_on: Option<NaiveDate>,
    address: Option<String>,
    town: Option<String>,
    village: Option<String>,
    business_scope: Option<String>,
    sector: Option<Sector>,
    risk_grade: Option<RiskGrade>,
    level: Option<Level>,
    canteen: bool,
    license_no: Option<String>,
    licensed_on: Option<NaiveDate>,
    person_in_charge: Option<String>,
    phone: Option<String>,
    status: EnterpriseStatus,
    old_no: Option<String>,
    food_business_no: Option<String>,
    registration_no: Option<String>,
}

pub async fn download(context: Context, Query(asked): Query<LedgerAsked>) -> Answer {
    let condition = enterprise_condition(&asked.filter, context.caller.as_ref())?;
    let (id, fits, order) = (condition.id(), condition.today(), asked.order("e.id"));
    let sql = format!(
        "SELECT json_group_array(id) FROM (SELECT {id} AS id FROM {} WHERE {fits} ORDER BY {order})",
        condition.from
    );
    let ids: Vec<i64> = context.store.json(&sql, condition.parameters).await?;
    let headings: Vec<Heading> = ENTERPRISES
        .fields
        .iter()
        .map(|field| Heading {
            name: field.heading,
            width: match field.column {
                "business_scope" => 60,
                "name" | "address" => 36,
                "uscc" | "credit_code" | "license_no" => 22,
                _ => 13,
            },
        })
        .collect();
    let names = Names {
        plain: "enterprises",
        chinese: "企业台账",
    };
    let sql = format!(
        "SELECT json_group_array(json_array(e.id, {ENTERPRISE_JSON})) FROM enterprise_site e WHERE e.id IN (SELECT value FROM json_each(?1))"
    );
    export::workbook(context, names, &headings, ids, sql, Vec::new(), cells)
}

/// The cells of a row, in the order of the headings.
fn cells(enterprise: ExportedEnterprise) -> Vec<Cell> {
    let word = |word: &'static str| match word {
        "—" => Cell::Blank,
        word => Cell::Text(word.to_owned()),
    };
    vec![
        enterprise.uscc.into(),
        Cell::Text(enterprise.name),
        enterprise.founded_on.into(),
        enterprise.address.into(),
        enterprise.town.into(),
        enterprise.village.into(),
        enterprise.business_scope.into(),
        word(word_or_dash(enterprise.sector)),
        word(word_or_dash(enterprise.risk_grade)),
        word(word_or_dash(enterprise.level)),
        word(if enterprise.canteen { "是" } else { "否" }),
        enterprise.license_no.into(),
        enterprise.licensed_on.into(),
        enterprise.person_in_charge.into(),
        enterprise.phone.into(),
        word(enterprise.status.chinese()),
        Cell::Text(enterprise.enterprise_no),
        enterprise.old_no.into(),
        enterprise.food_business_no.into(),
        enterprise.registration_no.into(),
    ]
}
