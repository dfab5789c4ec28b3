//! 待办证企业: who needs a food production licence and has neither licence nor application; and giving them to a station.

use crate::FIELD;
use crate::chosen::ChosenBusinesses;
use crate::expired::EXPIRED;
use crate::opening::open_cases;
use crate::prospect_filters::{FROM_DAY, SEARCH, TO_DAY, TOWN};
use crate::tabs::tabs;
use crate::unclear::UNCLEAR;
use axum::response::{IntoResponse as _, Redirect};
use domain::scope::Category;
use domain::words::{OutreachStage, choices};
use maud::{Markup, html};
use registers::{Column, Filter, Input, List, ListQuery, Member};
use serde::Deserialize;
use serde_json::{Value, json};
use web::api::Api;
use web::extract::{Form, Query};
use web::problem::FieldError;
use web::routes::{BUREAU, Routes};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post("/license-outreach/assign", BUREAU, assign_chosen)
        .get(
            "/api/v1/license-outreach/candidates",
            FIELD,
            list_candidates,
        )
        .api(
            "待办证企业；?list=expired 许可证过期的，?list=unclear 经营范围要人工判断的",
            Api::default()
                .asks_value(described_query)
                .gives_value(described_pages),
        )
}

fn categories() -> Vec<(&'static str, &'static str)> {
    Category::all()
        .iter()
        .map(|category| (category.code, category.name))
        .collect()
}

fn progress_choices() -> Vec<(&'static str, &'static str)> {
    std::iter::once(("none", "还没有上门"))
        .chain(choices::<OutreachStage>())
        .collect()
}

pub static CANDIDATES: List = List {
    name: "license-candidates",
    title: "待办证企业",
    path: "/license-outreach",
    from: "prospect_today p",
    id: "p.ledger_id",
    sort: Some("-founded_on"),
    condition: "p.verdict = 1",
    town: "p.town",
    nothing: "没有待办证企业。导入企业台账后，经营范围需要食品生产许可、又没有许可证和申请的企业会自动出现在这里。",
    item: &[
        Member::text("uscc", "p.uscc"),
        Member::text("name", "p.name"),
        Member::text("town", registers::town_name!("p.town")),
        Member::text("village", registers::village_name!("p.town", "p.village")),
        Member::text("address", "p.address"),
        Member::date("founded_on", "p.founded_on"),
        Member::whole(
            "days_since_registration",
            "CAST(julianday({today}) - julianday(p.founded_on) AS INTEGER)",
        ),
        Member::texts(
            "categories",
            "json((SELECT json_group_array(DISTINCT m.value ->> '$.category_code') FROM json_each(p.scope_reading, '$.matches') m WHERE m.value ->> '$.category_code' IS NOT NULL))",
        ),
        Member::text(
            "category",
            "coalesce((SELECT group_concat(name, '、') FROM (SELECT DISTINCT m.value ->> '$.category' AS name FROM json_each(p.scope_reading, '$.matches') m)), '未指明')",
        ),
        Member::text(
            "words",
            "(SELECT group_concat(words, '；') FROM (SELECT m.value ->> '$.text' AS words FROM json_each(p.scope_reading, '$.matches') m LIMIT 5))",
        ),
        Member::text("person_in_charge", "p.person_in_charge"),
        Member::text("phone", "p.phone"),
        Member::text("case_id", "p.case_id"),
        Member::text("station", "p.station"),
        Member::text(
            "station_name",
            "(SELECT s.name FROM station_account s WHERE s.account = p.station)",
        ),
        Member::date("contacted_on", "p.contacted_on"),
        Member::whole("stages_done", "p.stages_done").always(),
        Member::word("stage", "p.stage", choices::<OutreachStage>),
        Member::text("case_label", "iif(p.case_id IS NULL, NULL, '看进度')"),
    ],
    filters: &[
        SEARCH,
        TOWN,
        Filter {
            name: "category",
            label: "食品类别",
            input: Input::Choice(categories),
            condition: "EXISTS (SELECT 1 FROM json_each(p.scope_reading, '$.matches') m WHERE m.value ->> '$.category_code' = {})",
        },
        FROM_DAY,
        TO_DAY,
        Filter {
            name: "stage",
            label: "进度",
            input: Input::Choice(progress_choices),
            condition: "iif(p.case_id IS NULL, 'none', p.stage) = {}",
        },
        Filter {
            name: "station",
            label: "监管所",
            input: Input::Hidden,
            condition: "p.station = {}",
        },
    ],
    columns: &[
        Column::choice("选择", "uscc", "uscc"),
        Column::link("企业名称", "name", "/enterprises/", "uscc").by("p.name"),
        Column::text("镇街", "town").by(registers::town_name!("p.town")),
        Column::text("村社区", "village").by("p.village"),
        Column::date("成立日期", "founded_on").by("p.founded_on"),
        Column::number("成立天数", "days_since_registration"),
        Column::wide("食品类别", "category"),
        Column::wide("依据的文字", "words"),
        Column::word::<OutreachStage>("下一步", "stage"),
        Column::link(
            "上门服务",
            "case_label",
            "/license-outreach/cases/",
            "case_id",
        ),
        Column::text("监管所", "station_name").by("p.station"),
        Column::text("负责人", "person_in_charge"),
        Column::text("电话", "phone"),
        Column::text("统一社会信用代码", "uscc"),
    ],
    above: tabs,
    around: Some(|context, table| Box::pin(choosing_form(context, table))),
    ..List::PLAIN
};

/// The form around the table, by which the ticked rows become cases; a town only reads.
async fn choosing_form(context: &Context, table: Markup) -> Result<Markup, Problem> {
    if !crate::goes_to_the_door(context) {
        return Ok(table);
    }
    let stations = match BUREAU.admits(context.caller.as_ref()) {
        true => list_stations(context).await?,
        false => Vec::new(),
    };
    Ok(html! {
        form method="post" action="/license-outreach/cases" {
            (table)
            div.actions {
                button.main { "为选中的企业开始上门服务" }
                @if !stations.is_empty() {
                    div.field {
                        label for="station" { "交给监管所" }
                        select id="station" name="station" {
                            option value="" { "按镇街" }
                            @for station in &stations { option value=(station.account) { (station.name) } }
                        }
                    }
                    button.second formaction="/license-outreach/assign" { "交办" }
                }
            }
        }
    })
}

#[derive(Deserialize)]
struct StationAccount {
    account: String,
    name: String,
}

async fn list_stations(context: &Context) -> Result<Vec<StationAccount>, Problem> {
    let sql = "SELECT json_group_array(json_object('account', account, 'name', name)) FROM (SELECT * FROM station_account ORDER BY name)";
    Ok(context.store.json(sql, []).await?)
}

/// Gives the chosen candidates to a station that answers for their towns: their cases are opened, or change hands.
async fn assign_chosen(context: Context, Form(pairs): Form<Vec<(String, String)>>) -> Answer {
    let chosen = ChosenBusinesses::read(&pairs);
    let elsewhere = "SELECT json_group_array(e.name) FROM enterprise_licensing e WHERE e.uscc IN (SELECT value FROM json_each(?1))
        AND NOT EXISTS (SELECT 1 FROM station_place s WHERE s.account = ?2 AND s.town = e.town)";
    let codes = json!(chosen.codes).to_string();
    let station = chosen.station.as_str();
    let elsewhere: Vec<String> = context
        .store
        .json(elsewhere, [codes.as_str().into(), station.into()])
        .await?;
    if !elsewhere.is_empty() {
        let reason = format!(
            "这些企业不在这个监管所的镇街，没有交办：{}",
            elsewhere.join("、")
        );
        return Err(Problem::invalid(vec![FieldError::new(
            "station", station, reason,
        )]));
    }
    open_cases(&context, &chosen.codes, station).await?;
    let sql = "UPDATE outreach_case SET station = ?2, version = version + 1, changed_by = ?3, changed_at = ?4
               WHERE uscc IN (SELECT value FROM json_each(?1)) AND outcome IS NULL AND station IS NOT ?2
                   AND EXISTS (SELECT 1 FROM station_place s JOIN enterprise_licensing e ON e.town = s.town
                       WHERE s.account = ?2 AND e.uscc = outreach_case.uscc) RETURNING id";
    let by = context.caller()?.account.as_str();
    let parameters = [codes.into(), station.into(), by.into(), context.at().into()];
    context.store.run(sql, parameters).await?;
    let target = format!(
        "/license-outreach/cases?state=open&station={}",
        page::encode(station)
    );
    Ok(Redirect::to(&target).into_response())
}

/// The query of the API's one address for the three lists, as it is described.
fn described_query() -> Value {
    let mut query = CANDIDATES.described_query();
    for other in [&EXPIRED, &UNCLEAR] {
        let theirs = other.described_query();
        for (name, schema) in theirs["properties"].as_object().into_iter().flatten() {
            let ours = &mut query["properties"][name];
            // Each can be sorted in its own ways.
            *ours = match ours.is_null() || ours == schema {
                true => schema.clone(),
                false => json!({ "anyOf": [ours.take(), schema] }),
            };
        }
    }
    query["properties"]["list"] =
        json!({ "type": "string", "enum": ["candidates", "expired", "unclear"] });
    query
}

/// What that address gives, as it is described.
fn described_pages() -> Value {
    let pages = [&CANDIDATES, &EXPIRED, &UNCLEAR].map(|list| list.described_page());
    json!({ "anyOf": pages })
}

/// Lists the candidates; with `?list=expired` or `?list=unclear` another of the three lists.
async fn list_candidates(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    let list = asked.get("list").map(str::to_owned);
    match list.as_deref() {
        None | Some("candidates") => CANDIDATES.data(context, asked).await,
        Some("expired") => EXPIRED.data(context, asked).await,
        Some("unclear") => UNCLEAR.data(context, asked).await,
        Some(other) => Err(Problem::invalid(vec![FieldError::new(
            "list",
            other,
            "应为：candidates、expired、unclear",
        )])),
    }
}
