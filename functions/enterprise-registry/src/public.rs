//! What the public may look up: a name, a town, a trade, whether there is a licence. No person, telephone or address.

use crate::list::code_of_site;
use crate::search::{EnterpriseFilter, enterprise_condition};
use domain::red_black::ListKind;
use domain::words::{Sector, Word as _};
use maud::html;
use registers::town_name;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::Query;
use web::form::{Errors, Field};
use web::paging::{Page, blank_is_none};
use web::respond::json_text;
use web::{Answer, Context, Problem, contacts, page};

/// The most businesses of one answer: enough to choose from, too few to copy the ledger.
const MOST: u32 = 10;

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PublicEnterprisesAsked")]
pub struct PublicSearch {
    #[serde(default, deserialize_with = "blank_is_none")]
    /// 名称的任意部分、代码或拼音首字母
    #[schemars(with = "String")]
    q: Option<String>,
}

/// The operating businesses that are found by a text, as JSON; `item` is the SQL of one.
async fn find_operating(
    context: &Context,
    q: Option<String>,
    item: &str,
) -> Result<String, Problem> {
    let filter = EnterpriseFilter {
        q: Some(q.unwrap_or_default()),
        status: Some("operating".into()),
        page: Page::default(),
        ..EnterpriseFilter::default()
    };
    let condition = enterprise_condition(&filter, None)?;
    let sql = format!(
        "SELECT json_object('items', json_group_array({item})) FROM (SELECT e.* FROM {} WHERE {} AND e.merged_into IS NULL LIMIT {MOST}) e",
        condition.from, condition.sql
    );
    Ok(context.store.text(&sql, condition.parameters).await?)
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "described, never made")]
pub struct PublicEnterprise {
    enterprise_no: String,
    uscc: Option<String>,
    name: String,
    town: Option<String>,
}

pub async fn list_public_enterprises(
    context: Context,
    Query(query): Query<PublicSearch>,
) -> Answer {
    let text = find_operating(
        &context,
        query.q,
        concat!(
            "json_object('enterprise_no', e.uscc, 'uscc', ",
            code_of_site!(),
            ", 'name', e.name, 'town', ",
            town_name!("e.town"),
            ")"
        ),
    )
    .await?;
    Ok(json_text(text))
}

#[derive(Deserialize)]
struct FoundEnterprises {
    items: Vec<FoundEnterprise>,
}

#[derive(Deserialize)]
struct FoundEnterprise {
    enterprise_no: String,
    name: String,
    town: Option<String>,
    sector: Option<Sector>,
    license_no: Option<String>,
    /// The list on which it stands, and the entry there (view `listed_enterprise`).
    listed: Option<ListKind>,
    entry: Option<String>,
    /// Name and telephone of the station that answers for its town.
    station: Option<(String, String)>,
}

pub async fn page(context: Context, Query(query): Query<PublicSearch>) -> Answer {
    let listed = |what: &str| {
        let today = context.today();
        format!(
            "(SELECT l.{what} FROM listed_enterprise l WHERE l.uscc = e.uscc AND l.until_on >= '{today}')"
        )
    };
    let item = format!(
        "json_object('enterprise_no', e.uscc, 'name', e.name, 'town', {}, 'sector', e.sector, 'license_no', e.license_no, 'listed', {}, 'entry', {}, 'station', json({}))",
        town_name!("e.town"),
        listed("list"),
        listed("id"),
        contacts::station_line("e.town"),
    );
    let found: Option<FoundEnterprises> = match &query.q {
        None => None,
        Some(q) => {
            let text = find_operating(&context, Some(q.clone()), &item).await?;
            Some(serde_json::from_str(&text).map_err(Problem::internal)?)
        }
    };
    let contacts = contacts::of_district(&context).await?;
    let q = query.q.as_deref().unwrap_or("");
    Ok(page::page(
        &context,
        "查企业",
        &html! {
            h1 { "查一家企业" }
            form.stack method="get" role="search" {
                (Field::text("q", "企业名称", q).hint("输入名称里连着的两个字就可以，也可以输入统一社会信用代码").render(&Errors::default()))
                button.main { "查找" }
            }
            @if let Some(found) = found {
                h2 { "查找结果" }
                @if found.items.is_empty() {
                    p role="status" { "没有找到“" (q) "”。请换两个字再试，比如只输入店名，不输入“有限公司”。" }
                } @else {
                    p role="status" { "找到这些企业（最多显示 " (MOST) " 家，没有看到就多输入几个字）" }
                    ul.cards {
                    @for item in &found.items {
                        li {
                            h3 { a href={ "/look-up/" (item.enterprise_no) } { (item.name) } }
                            p { (item.town.as_deref().unwrap_or("镇街未登记")) " · " (item.sector.map_or("业态未登记", |sector| sector.chinese())) }
                            @if let (Some(list), Some(entry)) = (item.listed, &item.entry) {
                                p { a href={ "/lists/entries/" (entry) } { "在食品安全" (list.chinese()) "上，看为什么" span.hidden { "：" (item.name) } } }
                            }
                            p { "食品生产许可证：" (item.license_no.as_deref().unwrap_or("无")) }
                            @if let Some((station, numbers)) = &item.station { p { "归" (station) "管，电话 " (contacts::telephones(numbers)) } }
                        }
                    }
                }
                p.note { "只有食品生产企业需要食品生产许可证；商店和餐馆没有这一项是正常的。" }
                }
            }
            (contacts::directory("有问题找谁", &contacts))
        },
    ))
}
