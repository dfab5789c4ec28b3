//! One business as citizens see it: what it is, whether it has the licence that it needs, how the last check and samples went, whether it is on
//! a list, and the way to complain. No person, telephone or address.

use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::red_black::ListKind;
use domain::words::{
    EnterpriseStatus, InspectionResult, LicenseStatus, PermitKind, Role, SampleResult, Sector,
    Word as _,
};
use maud::{Markup, html};
use registers::{enterprises, town_name, village_name};
use serde::Deserialize;
use web::extract::Path;
use web::routes::DESK;
use web::{Answer, Context, Problem, contacts, page};

#[derive(Deserialize)]
struct Shop {
    enterprise_no: String,
    name: String,
    /// The id of its town.
    place: Option<String>,
    town: Option<String>,
    village: Option<String>,
    sector: Option<Sector>,
    canteen: bool,
    status: EnterpriseStatus,
    /// Whether its business scope needs a food production licence; none where a person has to say.
    needs_license: Option<bool>,
    suspended: bool,
    licences: Vec<Licence>,
    permits: Vec<Permit>,
    check: Option<Check>,
    samples: Vec<Sample>,
    sample_count: u64,
    listed: Vec<Entry>,
}

#[derive(Deserialize)]
struct Licence {
    number: String,
    expires_on: Option<NaiveDate>,
    status: LicenseStatus,
}

#[derive(Deserialize)]
struct Permit {
    number: String,
    kind: PermitKind,
    valid_until: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Check {
    inspected_on: NaiveDate,
    result: InspectionResult,
}

#[derive(Deserialize)]
struct Sample {
    food: String,
    sampled_on: NaiveDate,
    result: SampleResult,
    failed_items: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    list: ListKind,
    id: String,
}

/// How many results of samples the page has.
const SAMPLES: u32 = 5;

async fn find_shop(context: &Context, number: &str) -> Result<Shop, Problem> {
    let (town, village) = (town_name!("e.town"), village_name!("e.town", "e.village"));
    let sql = format!(
        "SELECT json_object('enterprise_no', e.uscc, 'name', e.name, 'place', e.town, 'town', {town}, 'village', {village}, 'sector', e.sector,
            'canteen', json(iif(e.canteen, 'true', 'false')), 'status', e.status,
            'needs_license', json(CASE e.needs_license WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
            'suspended', json(iif(EXISTS (SELECT 1 FROM enterprise_suspended s WHERE s.uscc = ?1 AND ?2 BETWEEN s.starts_on AND s.ends_on), 'true', 'false')),
            'licences', json((SELECT json_group_array(json_object('number', license_no, 'expires_on', expires_on, 'status', status))
                FROM (SELECT * FROM food_license WHERE uscc = ?1 ORDER BY status = 'valid' DESC, expires_on DESC LIMIT 3))),
            'permits', json((SELECT json_group_array(json_object('number', number, 'kind', kind, 'valid_until', valid_until))
                FROM (SELECT * FROM enterprise_permit WHERE uscc = ?1 AND revoked_on IS NULL AND kind <> 'production_license' AND (valid_until IS NULL OR valid_until >= ?2)
                    ORDER BY kind, valid_from DESC LIMIT 5))),
            'check', json((SELECT json_object('inspected_on', inspected_on, 'result', result) FROM fact_inspection WHERE uscc = ?1 ORDER BY inspected_on DESC LIMIT 1)),
            'samples', json((SELECT json_group_array(json_object('food', food, 'sampled_on', sampled_on, 'result', result, 'failed_items', failed_items))
                FROM (SELECT * FROM fact_sample WHERE uscc = ?1 AND published_on IS NOT NULL ORDER BY sampled_on DESC LIMIT {SAMPLES}))),
            'sample_count', (SELECT count(*) FROM fact_sample WHERE uscc = ?1 AND published_on IS NOT NULL),
            'listed', json((SELECT json_group_array(json_object('list', list, 'id', id)) FROM listed_enterprise WHERE uscc = ?1 AND until_on >= ?2)))
        FROM enterprise_site e WHERE e.uscc = ?1"
    );
    let parameters = [number.into(), context.today().to_string().into()];
    let text = context
        .store
        .text(&format!("SELECT coalesce(({sql}), '')"), parameters)
        .await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

pub async fn page(context: Context, Path(number): Path<String>) -> Answer {
    let number = enterprises::find_number(&context.store, &number).await?;
    let shop = find_shop(&context, &number).await?;
    let contacts = contacts::of_town(&context, shop.place.as_deref()).await?;
    let today = context.today();
    Ok(page::page(
        &context,
        &shop.name,
        &html! {
            p { a href="/look-up" { "查企业" } }
            h1 { (shop.name) }
            (staff_part(&context, &shop))
            dl.facts {
                dt { "业态" } dd { (shop.sector.map_or("未登记", |sector| sector.chinese())) @if shop.canteen { "（学校、幼儿园食堂）" } }
                dt { "在哪里" } dd { (shop.town.as_deref().unwrap_or("镇街未登记")) @if let Some(village) = &shop.village { " " (village) } }
                dt { "登记状态" } dd { (shop.status.chinese()) @if shop.suspended { "，现在停业" } }
                dt { "许可" } dd { (permits(&shop, today)) }
                dt { "最近一次检查" } dd { @match &shop.check {
                    Some(check) => { (chinese(check.inspected_on)) "，" (check.result.chinese()) },
                    None => "没有检查记录",
                } }
                dt { "红黑榜" } dd {
                    @if shop.listed.is_empty() { "不在榜上" }
                    @for entry in &shop.listed { div { a href={ "/lists/entries/" (entry.id) } { "在食品安全" (entry.list.chinese()) "上，看为什么" } } }
                }
            }
            div.actions { a.main href={ "/complaints/new/what?insider=0&enterprise_no=" (shop.enterprise_no) } { "投诉这家" } }
            h2 { "抽检结果" }
            (samples(&shop))
            (contacts::directory("有问题找谁", &contacts))
            @if context.caller.is_none() { p { a href={ "/look-up/" (shop.enterprise_no) "/staff" } { "工作人员入口" } } }
        },
    ))
}

/// What an official does at a business that is open.
const VISIT: &str = "登记督导";

/// Where whoever works here goes from a business: an official to the form of a visit, the desk to everything that is known.
fn staff_way(context: &Context, number: &str) -> Option<(String, &'static str)> {
    let caller = context.caller.as_ref()?;
    if caller.role == Role::Cadre {
        return Some((format!("/supervision/mine/{number}"), VISIT));
    }
    DESK.admits(Some(caller))
        .then(|| (format!("/enterprises/{number}"), "主体档案"))
}

/// What the page has for whoever works here; answers are kept in no shared cache.
fn staff_part(context: &Context, shop: &Shop) -> Markup {
    let is_operating = shop.status == EnterpriseStatus::Operating;
    html! {
        @if let Some((address, label)) = staff_way(context, &shop.enterprise_no) && (is_operating || label != VISIT) {
            div.actions { span { "工作人员：" } a.second href=(address) { (label) } }
        }
    }
}

/// From the code at the door: signed in, to where one's work is; whoever has none here reads the page as everybody does.
pub async fn staff_entrance(context: Context, Path(number): Path<String>) -> Answer {
    let number = enterprises::find_number(&context.store, &number).await?;
    let way = staff_way(&context, &number);
    let address = way.map_or_else(|| format!("/look-up/{number}"), |(address, _)| address);
    Ok(Redirect::to(&address).into_response())
}

/// The licence where one is needed, and what else it has.
fn permits(shop: &Shop, today: NaiveDate) -> Markup {
    let produces = shop.sector == Some(Sector::Production) || shop.needs_license == Some(true);
    html! {
        @for licence in &shop.licences {
            @let is_over = licence.expires_on.is_some_and(|last| last < today);
            div { "食品生产许可证 " span.code { (licence.number) } "，"
                @if licence.status != LicenseStatus::Valid { strong { (licence.status.chinese()) } }
                @else if is_over { strong { "已过期" } }
                @else { (licence.status.chinese()) }
                @if let Some(last) = licence.expires_on { "，有效期至" (chinese(last)) }
            }
        }
        @if shop.licences.is_empty() && produces { div { strong { "没有登记食品生产许可证" } "，从事食品生产要有这个证" } }
        @for permit in &shop.permits {
            div { (permit.kind.chinese()) " " span.code { (permit.number) } @if let Some(last) = permit.valid_until { "，有效期至" (chinese(last)) } }
        }
        @if shop.licences.is_empty() && shop.permits.is_empty() && !produces { "台账里没有登记许可、备案" }
    }
}

fn samples(shop: &Shop) -> Markup {
    html! {
        @if shop.samples.is_empty() {
            p { "没有公布过这一家的抽检结果。" }
        } @else {
            ul { @for sample in &shop.samples {
                li { (chinese(sample.sampled_on)) "，" (sample.food) "：" strong { (sample.result.chinese()) } @if let Some(failed) = &sample.failed_items { "，不合格项目：" (failed) } }
            } }
            p.note { "结果只说明抽到的那一批次。" }
            @if shop.sample_count > u64::from(SAMPLES) { p { a href={ "/facts/results?q=" (shop.enterprise_no) } { "全部 " (shop.sample_count) " 批次" } } }
        }
    }
}
