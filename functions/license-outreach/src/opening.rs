//! Opening a door-step case: for one business by its code, or for all that were ticked in the list of candidates.

use crate::DOOR;
use crate::case::{OutreachCase, find_case};
use crate::chosen::ChosenBusinesses;
use axum::response::{IntoResponse as _, Redirect};
use domain::EnterpriseNo;
use http::StatusCode;
use registers::{Field, Item, LONGEST, Questions, Submission};
use serde_json::Value as Json;
use web::extract::{Form, Json as Body};
use web::respond::json_text;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/license-outreach/cases", DOOR, submit_chosen)
        .post(
            "/api/v1/license-outreach/cases",
            DOOR.or(Token::Write),
            open_case,
        )
        .api(
            "开始上门服务；已经有的返回 200",
            NEW_CASE
                .taken()
                .gives_new::<OutreachCase>()
                .gives::<OutreachCase>()
                .refuses(&[404]),
        )
}

const USCC: Field = Field::uscc().required();
const STATION: Field =
    Field::text("station", "监管所账号", LONGEST).hint("不写则由管这个镇街的监管所办");

pub static NEW_CASE: Questions = Questions::of("NewOutreachCase", &[USCC, STATION]);

/// Opens a case: 201 with the new case; 200 with the one that is open already.
pub async fn open_case(context: Context, Body(given): Body<Item>) -> Answer {
    let opened = NEW_CASE
        .read(&context, Submission::Document(&given))
        .await?;
    let codes: Vec<EnterpriseNo> = opened.uscc(&USCC).into_iter().collect();
    let station = opened.text(&STATION).unwrap_or_default();
    let created = open_cases(&context, &codes, station).await?;
    let sql = "SELECT coalesce((SELECT c.id FROM outreach_case c JOIN enterprise_licensing e ON e.uscc = c.uscc
               WHERE c.uscc = ?1 AND c.outcome IS NULL AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')";
    let towns = context.caller()?.only_towns_json();
    let id = context
        .store
        .text(sql, [opened.value(&USCC), towns.into()])
        .await?;
    let text = find_case(&context, &id).await?;
    let status = match created {
        1 => StatusCode::CREATED,
        _ => StatusCode::OK,
    };
    Ok((status, json_text(text)).into_response())
}

/// Opens a case for each business that is in business here and has no open case; gives how many were opened. Where no station is named,
/// a case goes to the station that answers for the town, if there is exactly one.
pub async fn open_cases(
    context: &Context,
    codes: &[EnterpriseNo],
    station: &str,
) -> Result<usize, Problem> {
    let sql = "INSERT INTO outreach_case (id, uscc, station, opened_on, changed_by, changed_at)
               SELECT r.value ->> '$.id', e.uscc,
                   coalesce((SELECT s.account FROM station_place s WHERE s.account = ?2 AND s.town = e.town),
                       (SELECT iif(count(DISTINCT s.account) = 1, max(s.account), NULL) FROM station_place s WHERE s.town = e.town)),
                   ?3, ?4, ?5
               FROM json_each(?1) r JOIN enterprise_licensing e ON e.uscc = r.value ->> '$.uscc'
               WHERE e.status = 'operating' AND (?6 IS NULL OR e.town IN (SELECT value FROM json_each(?6)))
               ON CONFLICT (uscc) WHERE outcome IS NULL DO NOTHING RETURNING id";
    let mut rows = Vec::with_capacity(codes.len());
    for code in codes {
        rows.push(serde_json::json!({ "id": seal::random_token()?, "uscc": code }));
    }
    let caller = context.caller()?;
    let parameters = [
        Json::from(rows).to_string().into(),
        station.into(),
        context.today().to_string().into(),
        caller.account.as_str().into(),
        context.at().into(),
        caller.only_towns_json().into(),
    ];
    Ok(context.store.run(sql, parameters).await?)
}

async fn submit_chosen(context: Context, Form(pairs): Form<Vec<(String, String)>>) -> Answer {
    let chosen = ChosenBusinesses::read(&pairs);
    open_cases(&context, &chosen.codes, &chosen.station).await?;
    let target = match &chosen.codes[..] {
        [only] => {
            let sql = "SELECT coalesce((SELECT id FROM outreach_case WHERE uscc = ?1 AND outcome IS NULL), '')";
            let id = context.store.text(sql, [only.as_str().into()]).await?;
            format!("/license-outreach/cases/{id}")
        }
        [] => "/license-outreach".to_owned(),
        _ => "/license-outreach/cases?state=open".to_owned(),
    };
    Ok(Redirect::to(&target).into_response())
}
