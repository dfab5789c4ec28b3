//! Towns and villages (镇街、村社区): the list, as a tree by town, and one place with its names and mergers. Other functions read the views
//! `place_today` and `place_called`.

use crate::unconfirmed_places;
use domain::place::PlaceKind;
use domain::words::choices;
use maud::{Markup, html};
use registers::{Column, Filter, Input, Item, List, ListQuery, Member, town_name};
use web::extract::{Path, Query};
use web::respond::json_text;
use web::{Answer, Context, Problem};

domain::words::words! {
    /// How a place stands.
    PlaceStanding {
        /// It is there, and the office has confirmed it.
        Current = "current" "现有",
        /// A roster has named it, and the office has not confirmed it.
        Unconfirmed = "unconfirmed" "待确认",
        /// It was merged into another.
        Merged = "merged" "已并入别处",
    }
}

pub static PLACES: List = List {
    name: "places",
    title: "镇街和村社区",
    path: "/places",
    api: "/api/v1/places",
    from: "place p LEFT JOIN place t ON t.id = p.within",
    id: "p.rowid",
    sort: Some("name"),
    item: &[
        Member::text("id", "p.id").always(),
        Member::whole("version", "p.version").always(),
        Member::word("kind", "p.kind", choices::<PlaceKind>).always(),
        Member::text("name", "p.name").always(),
        Member::text("town", concat!("iif(p.within = '', NULL, ", town_name!("p.within"), ")")),
        Member::text("code", "p.code"),
        Member::word(
            "standing",
            "CASE WHEN p.today <> p.id THEN 'merged' WHEN p.confirmed THEN 'current' ELSE 'unconfirmed' END",
            choices::<PlaceStanding>,
        )
        .always(),
        Member::text("merged_into", concat!("iif(p.today = p.id, NULL, ", town_name!("p.id"), ")")),
        Member::texts(
            "other_names",
            "json((SELECT json_group_array(n.name) FROM place_name n WHERE n.place = p.id AND n.name <> p.name))",
        )
        .always(),
        Member::text(
            "other_names_text",
            "(SELECT group_concat(n.name, '、') FROM place_name n WHERE n.place = p.id AND n.name <> p.name)",
        ),
    ],
    filters: &[
        Filter::search(
            "名称或区划代码",
            "EXISTS (SELECT 1 FROM place_name n WHERE n.place = p.id AND {part n.name}) OR {begins p.code}",
        ),
        Filter {
            name: "kind",
            label: "种类",
            input: Input::Choice(choices::<PlaceKind>),
            condition: "p.kind = {}",
        },
        Filter::town("p.id IN {towns} OR p.within IN {towns}"),
        Filter {
            name: "standing",
            label: "状态",
            input: Input::Choice(choices::<PlaceStanding>),
            condition: "{} = CASE WHEN p.today <> p.id THEN 'merged' WHEN p.confirmed THEN 'current' ELSE 'unconfirmed' END",
        },
    ],
    columns: &[
        // A town stands before its villages.
        Column::link("名称", "name", "/places/", "id").by("iif(p.within = '', p.name, t.name || char(1) || p.name)"),
        Column::word::<PlaceKind>("种类", "kind"),
        Column::text("所属镇街", "town"),
        Column::text("区划代码", "code").by("p.code"),
        Column::word::<PlaceStanding>("状态", "standing"),
        Column::text("并入", "merged_into"),
        Column::wide("其他名称", "other_names_text"),
    ],
    nothing: "还没有镇街。导入企业台账以后，台账里的镇街会出现在这里等您确认；也可以先导入统计用区划代码。",
    actions: |_| {
        html! {
            a.main href="/places/new" { "登记镇街或村社区" }
            a.second href="/places/import" { "导入区划代码" }
        }
    },
    around: Some(|context, table| {
        Box::pin(async move {
            let unconfirmed: Markup = unconfirmed_places::section(context).await?;
            Ok(html! { (unconfirmed) (table) })
        })
    }),
    // Whoever is kept to a town does not see the register.
    town: "NULL",
    ..List::PLAIN
};

pub async fn page(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    PLACES.page(context, asked).await
}

pub async fn workbook(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    PLACES.workbook(context, asked).await
}

pub async fn list_places(context: Context, Query(asked): Query<ListQuery>) -> Answer {
    PLACES.data(context, asked).await
}

/// One place as data.
///
/// # Errors
///
/// 404 where there is none.
pub async fn find(context: &Context, id: &str) -> Result<String, Problem> {
    PLACES.one(context, "p.id = {}", id).await
}

/// The same, to be shown or changed.
///
/// # Errors
///
/// 404 where there is none.
pub async fn found(context: &Context, id: &str) -> Result<Item, Problem> {
    serde_json::from_str(&find(context, id).await?).map_err(Problem::internal)
}

pub async fn show_place(context: Context, Path(id): Path<String>) -> Answer {
    Ok(json_text(find(&context, &id).await?))
}
