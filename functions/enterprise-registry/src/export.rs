//! The list as a workbook, with the columns that an import understands.

use crate::list::{ITEM, said};
use crate::roster::ENTERPRISES;
use crate::search::{Asked, condition};
use chrono::NaiveDate;
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector, Word as _};
use registers::export::{self, Names};
use serde::Deserialize;
use sheets::xlsx_out::{Cell, Heading};
use web::extract::Query;
use web::{Answer, Context};

#[derive(Deserialize)]
struct Row {
    uscc: String,
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
}

pub async fn xlsx(context: Context, Query(asked): Query<Asked>) -> Answer {
    let condition = condition(&asked, context.caller.as_ref())?;
    let sql = format!(
        "SELECT json_group_array(id) FROM (SELECT e.id FROM {} WHERE {} ORDER BY e.id)",
        condition.from, condition.sql
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
                "uscc" | "license_no" => 22,
                _ => 13,
            },
        })
        .collect();
    let names = Names {
        plain: "enterprises",
        chinese: "企业台账",
    };
    let sql = format!(
        "SELECT json_group_array(json_array(e.id, {ITEM})) FROM enterprise_site e WHERE e.id IN (SELECT value FROM json_each(?1))"
    );
    export::workbook(context, names, &headings, ids, sql, Vec::new(), cells)
}

fn cells(row: Row) -> Vec<Cell> {
    let word = |word: &'static str| match word {
        "—" => Cell::Blank,
        word => Cell::Text(word.to_owned()),
    };
    vec![
        Cell::Text(row.uscc),
        Cell::Text(row.name),
        row.founded_on.into(),
        row.address.into(),
        row.town.into(),
        row.village.into(),
        row.business_scope.into(),
        word(said(row.sector)),
        word(said(row.risk_grade)),
        word(said(row.level)),
        word(if row.canteen { "是" } else { "否" }),
        row.license_no.into(),
        row.licensed_on.into(),
        row.person_in_charge.into(),
        row.phone.into(),
        word(row.status.chinese()),
    ]
}
