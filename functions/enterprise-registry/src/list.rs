//! The list of enterprises with its filters, as data. As a page: [`crate::ledger_page`].

use crate::search::{EnterpriseFilter, enterprise_condition};
use domain::words::Word;
use registers::{town_name, village_name};
use store::{Store, Value};
use web::extract::Query;
use web::respond::json_text;
use web::{Answer, Caller, Context, Problem};

/// SQL: the credit code of `enterprise_site e`; null where it has none.
macro_rules! code_of_site {
    () => {
        "coalesce(e.credit_code, iif(e.uscc GLOB 'T*', NULL, substr(e.uscc, 1, 18)))"
    };
}
pub(crate) use code_of_site;

/// SQL: the business `enterprise_site e` as JSON, with all that staff may know.
pub const ENTERPRISE_JSON: &str = concat!(
    "json_object('enterprise_no', e.uscc, 'uscc', ",
    code_of_site!(),
    ", 'old_no', e.old_no, 'food_business_no', e.food_business_no, 'registration_no', e.registration_no, 'name', e.name, 'founded_on', e.founded_on, 'address', e.address, 'town', ",
    town_name!("e.town"),
    ", 'village', ",
    village_name!("e.town", "e.village"),
    ", 'business_scope', e.business_scope, 'needs_license', json(CASE e.needs_license WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
    'sector', e.sector, 'risk_grade', e.risk_grade, 'level', e.level,
    'canteen', json(iif(e.canteen, 'true', 'false')), 'license_no', e.license_no, 'licensed_on', e.licensed_on,
    'person_in_charge', e.person_in_charge, 'phone', e.phone, 'status', e.status, 'version', e.version)"
);

/// One page of the list as JSON, made in SQL.
async fn enterprises_json(
    store: &Store,
    filter: &EnterpriseFilter,
    caller: Option<&Caller>,
) -> Result<String, Problem> {
    let condition = enterprise_condition(filter, caller)?;
    let (limit, after) = (filter.page.limit()?, filter.page.after()?);
    let mut parameters = condition.parameters.clone();
    parameters.extend([Value::from(after), Value::from(limit)]);
    let (after, limit) = (parameters.len() - 1, parameters.len());
    let (id, from) = (condition.id(), condition.from);
    let fits = condition.today();
    let total = condition.count();
    let sql = format!(
        "WITH hit AS MATERIALIZED (SELECT {id} AS id FROM {from} WHERE {fits} AND {id} > ?{after} ORDER BY {id} LIMIT ?{limit})
         SELECT json_object(
             'items', json_group_array({ENTERPRISE_JSON}),
             'next', CASE WHEN count(*) = ?{limit} THEN CAST(max(e.id) AS TEXT) END,
             'total', {total})
         FROM hit CROSS JOIN enterprise_site e ON e.id = hit.id"
    );
    Ok(store.text(&sql, parameters).await?)
}

pub async fn list_enterprises(context: Context, Query(filter): Query<EnterpriseFilter>) -> Answer {
    let caller = context.caller.as_ref();
    Ok(json_text(
        enterprises_json(&context.store, &filter, caller).await?,
    ))
}

/// The Chinese of a word, or a dash where there is none.
pub fn word_or_dash<W: Word>(word: Option<W>) -> &'static str {
    word.map_or("—", Word::chinese)
}
