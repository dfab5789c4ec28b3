//! The organisations of the district, of which papers, public pages and messages take name, telephone, address and hours: the list, and
//! one of them with what is still missing.

use crate::organisation_proposals::proposals;
use axum::response::Response;
use domain::organisation::OrganisationKind;
use domain::words::{Word as _, choices};
use maud::{Markup, html};
use registers::{Column, Filter, Input, Item, List, ListQuery, Member};
use serde_json::Value as Json;
use web::extract::{Path, Query};
use web::respond::json_text;
use web::routes::OFFICE;
use web::{Answer, Context, Problem, page as frame};

domain::words::words! {
    /// Whether an organisation is still there.
    Standing {
        /// It is.
        Current = "current" "现有",
        /// It has been abolished or merged into another.
        Ended = "ended" "已撤销",
    }
}

/// What a paper cannot go out without and what a citizen cannot call without, in one line; null where nothing is missing.
const MISSING: &str = "nullif(substr(iif(k.issues_papers AND o.mark IS NULL, '、发文代字', '')
    || iif(k.is_called AND o.telephone IS NULL, '、电话', '') || iif(k.is_called AND o.address IS NULL, '、地址', '')
    || iif(k.is_called AND o.hours IS NULL, '、办公时间', '') || iif(k.towns <> 'none' AND o.towns = '[]', '、负责的镇街', '')
    || iif(o.kind IN ('station', 'department') AND o.part_of IS NULL, '、上级单位', ''), 2), '')";

pub static ORGANISATIONS: List = List {
    name: "organisations",
    title: "单位",
    path: "/organisations",
    api: "/api/v1/organisations",
    from:
        "organisation o JOIN organisation_kind k ON k.kind = o.kind
        LEFT JOIN organisation p ON p.id = o.part_of LEFT JOIN organisation h ON h.id = o.hosted_by",
    id: "o.rowid",
    sort: Some("kind"),
    // Whoever works here may know whom to call.
    town: "{} IS NOT NULL",
    cadre: Some("{} IS NOT NULL"),
    department: Some("{} IS NOT NULL"),
    item: &[
        Member::text("id", "o.id").always(),
        Member::whole("version", "o.version").always(),
        Member::word("kind", "o.kind", choices::<OrganisationKind>).always(),
        Member::text("name", "o.name").always(),
        Member::text("part_of", "o.part_of"),
        Member::text("part_of_name", "p.name"),
        Member::texts("towns", registers::town_names!("o.towns")).always(),
        Member::text(
            "area",
            concat!(
                "(SELECT group_concat(t.value, '、') FROM json_each(",
                registers::town_names!("o.towns"),
                ") t)"
            ),
        ),
        Member::text("telephone", "o.telephone"),
        Member::text("address", "o.address"),
        Member::text("hours", "o.hours"),
        Member::text("contact", "o.contact"),
        Member::text("mark", "o.mark"),
        Member::whole(
            "first_number",
            "iif(o.first_number_year = CAST(substr({today}, 1, 4) AS INTEGER), o.first_number, NULL)",
        ),
        Member::text("hosted_by", "o.hosted_by"),
        Member::text("hosted_by_name", "h.name"),
        Member::date("ended_on", "o.ended_on"),
        Member::text("missing", MISSING),
    ],
    filters: &[
        Filter::search("单位全称", "{part o.name}"),
        Filter {
            name: "kind",
            label: "种类",
            input: Input::Choice(choices::<OrganisationKind>),
            condition: "o.kind = {}",
        },
        Filter::town("EXISTS (SELECT 1 FROM json_each(o.towns) t WHERE t.value IN {towns})"),
        Filter {
            name: "standing",
            label: "现有还是已撤销",
            input: Input::Choice(choices::<Standing>),
            condition: "{} = iif(o.ended_on IS NULL, 'current', 'ended')",
        },
    ],
    columns: &[
        Column::link("单位全称", "name", "/organisations/", "id")
            .by("o.name")
            .also_for_officials(),
        Column::word::<OrganisationKind>("种类", "kind").by("k.position"),
        Column::wide("还缺", "missing"),
        Column::text("负责的镇街", "area"),
        Column::text("电话", "telephone"),
        Column::wide("地址", "address"),
        Column::wide("办公时间", "hours"),
        Column::text("联系人", "contact"),
        Column::text("上级单位", "part_of_name").by("p.name"),
        Column::text("发文代字", "mark"),
        Column::date("撤销日期", "ended_on").by("o.ended_on"),
    ],
    usual: |_, asked| Ok(asked.or("standing", Standing::Current.code().to_owned())),
    actions: |context| {
        html! { @if is_office(context) { a.main href="/organisations/new" { "登记一个单位" } } }
    },
    around: Some(|context, table| {
        Box::pin(async move {
            let proposed = match is_office(context) {
                true => proposals(context).await?,
                false => Markup::default(),
            };
            Ok(html! { (table) (proposed) })
        })
    }),
    ..List::PLAIN
};

fn is_office(context: &Context) -> bool {
    OFFICE.admits(context.caller.as_ref())
}

pub async fn page(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    ORGANISATIONS.page(context, asked).await
}

pub async fn workbook(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    ORGANISATIONS.workbook(context, asked).await
}

pub async fn list_organisations(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    ORGANISATIONS.data(context, asked).await
}

/// One organisation as data.
pub async fn find(context: &Context, id: &str) -> Result<String, Problem> {
    ORGANISATIONS.one(context, "o.id = {}", id).await
}

/// The same, to be shown or changed.
pub async fn found(context: &Context, id: &str) -> Result<Item, Problem> {
    serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)
}

pub async fn show_organisation(context: Context, Path(id): Path<String>) -> Answer {
    Ok(json_text(find(&context, &id).await?))
}

pub async fn see(context: Context, Path(id): Path<String>) -> Answer {
    let organisation = found(&context, &id).await?;
    Ok(shown(&context, &organisation))
}

fn shown(context: &Context, organisation: &Item) -> Response {
    let of = |name: &str| organisation.get(name).and_then(Json::as_str);
    let name = of("name").unwrap_or_default();
    let kind = of("kind").and_then(OrganisationKind::read);
    let first_number = organisation.get("first_number").and_then(Json::as_i64);
    let ended_on = of("ended_on").and_then(|day| day.parse().ok());
    frame::page(
        context,
        name,
        &html! {
            h1 { (name) }
            @if let (Some(missing), None) = (of("missing"), ended_on) {
                div.panel { p { strong { "还缺：" } (missing) "。填好以前，群众找不到这个单位，或者文书上写不全。" } }
            }
            dl.facts {
                @if let Some(kind) = kind { dt { "种类" } dd { (kind.chinese()) } }
                @for (label, field) in [("上级单位", "part_of_name"), ("负责的镇街", "area"), ("电话", "telephone"), ("地址", "address"),
                    ("办公时间", "hours"), ("联系人", "contact"), ("发文代字", "mark")] {
                    @if let Some(value) = of(field) { dt { (label) } dd { (value) } }
                }
                @if let Some(number) = first_number { dt { "今年第一件文的号" } dd { (number) } }
                @if let Some(host) = of("hosted_by_name") { dt { "办公室设在" } dd { (host) } }
                @if kind == Some(OrganisationKind::Office) {
                    dt { "投诉举报、许可、抽检、处罚" }
                    dd { "是市场监管局的职责。食药安办设在市场监管局或者没有填写设在哪里的，食药安办的账号也能办；设在别的单位的，由市场监管局和监管所的账号办。" }
                }
                @if let Some(day) = ended_on { dt { "撤销日期" } dd { (domain::office_date::chinese(day)) } }
            }
            @if is_office(context) {
                @let id = of("id").unwrap_or_default();
                div.actions { a.main href={ "/organisations/" (frame::encode(id)) "/edit" } { "修改" } a.second href="/organisations" { "返回" } }
                p { a href={ "/audit?record=organisation/" (frame::encode(id)) } { "这个单位的变更记录" } }
            }
        },
    )
}
