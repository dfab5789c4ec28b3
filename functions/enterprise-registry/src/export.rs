//! The list as a workbook, with the columns that an import understands.

use crate::list::{ITEM, said};
use crate::roster::FIELDS;
use crate::search::{Asked, condition};
use domain::words::{EnterpriseStatus, Level, RiskGrade, Sector, Word as _};
use serde::Deserialize;
use sheets::xlsx_out::{Heading, Value, write};
use web::extract::Query;
use web::{Answer, Context, Problem, respond};

/// Rows of one workbook: what an instance's memory holds.
const MOST: u32 = 50_000;

#[derive(Deserialize)]
struct Row {
    uscc: String,
    name: String,
    founded_on: Option<String>,
    address: Option<String>,
    town: Option<String>,
    village: Option<String>,
    business_scope: Option<String>,
    sector: Option<Sector>,
    risk_grade: Option<RiskGrade>,
    level: Option<Level>,
    canteen: bool,
    license_no: Option<String>,
    licensed_on: Option<String>,
    person_in_charge: Option<String>,
    phone: Option<String>,
    status: EnterpriseStatus,
}

pub async fn xlsx(context: Context, Query(asked): Query<Asked>) -> Answer {
    let condition = condition(&asked, context.caller.as_ref())?;
    let sql = format!(
        "SELECT json_group_array({ITEM}) FROM (SELECT e.* FROM {} WHERE {} ORDER BY e.id LIMIT {MOST}) e",
        condition.from, condition.sql
    );
    let rows: Vec<Row> = context.store.json(&sql, condition.parameters).await?;
    let headings: Vec<Heading> = FIELDS
        .iter()
        .map(|field| Heading {
            name: field.heading,
            width: match field.json {
                "business_scope" => 60,
                "name" | "address" => 36,
                "uscc" | "license_no" => 22,
                _ => 13,
            },
        })
        .collect();
    let cells = rows.iter().map(|row| {
        let word = |word: &'static str| Value::from(Some(word).filter(|word| *word != "—"));
        [
            Value::Text(&row.uscc),
            Value::Text(&row.name),
            row.founded_on.as_deref().into(),
            row.address.as_deref().into(),
            row.town.as_deref().into(),
            row.village.as_deref().into(),
            row.business_scope.as_deref().into(),
            word(said(row.sector)),
            word(said(row.risk_grade)),
            word(said(row.level)),
            Value::Text(if row.canteen { "是" } else { "否" }),
            row.license_no.as_deref().into(),
            row.licensed_on.as_deref().into(),
            row.person_in_charge.as_deref().into(),
            row.phone.as_deref().into(),
            Value::Text(row.status.chinese()),
        ]
    });
    let workbook = write("企业台账", &headings, cells).map_err(Problem::internal)?;
    Ok(respond::workbook("enterprises", "企业台账", workbook))
}
