//! The routes of places: the office keeps them.

use crate::place_changes::{self, GoesAlong, NewPlace, PlaceChange, PlaceMerge, PlaceRename};
use crate::place_import::{self, PlacesImported};
use crate::place_pages;
use crate::places::{self, PLACES};
use axum::response::IntoResponse as _;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use web::api::{Api, takes, takes_file};
use web::extract::{Json, Path};
use web::respond::json_text;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Token};

/// A place as the API gives it.
fn one() -> serde_json::Value {
    PLACES.described_item()
}

pub fn routes(routes: Routes) -> Routes {
    let routes = routes
        .section("镇街和村社区")
        .get("/places", OFFICE, places::page)
        .get("/places/export.xlsx", OFFICE, places::workbook)
        .get("/places/new", OFFICE, place_pages::new_page)
        .post("/places/new", OFFICE, place_pages::new_submit)
        .get("/places/import", OFFICE, place_import::page)
        .post("/places/import", OFFICE, place_import::submit)
        .post("/places/confirm", OFFICE, place_pages::confirm_chosen)
        .get("/places/{id}", OFFICE, place_pages::see)
        .post("/places/{id}/confirm", OFFICE, place_pages::confirm_submit)
        .post("/places/{id}/code", OFFICE, place_pages::code_submit)
        .post("/places/{id}/rename", OFFICE, place_pages::rename_submit)
        .post(
            "/places/{id}/withdraw-rename",
            OFFICE,
            place_pages::withdraw_rename_submit,
        )
        .get("/places/{id}/merge", OFFICE, place_pages::merge_page)
        .post("/places/{id}/merge", OFFICE, place_pages::merge_submit)
        .post("/places/{id}/unmerge", OFFICE, place_pages::unmerge_submit);
    api(routes)
}

fn api(routes: Routes) -> Routes {
    routes
        .get("/api/v1/places", OFFICE, places::list_places)
        .api(
            "镇街和村社区，也有待确认的和已并入别处的",
            Api::default()
                .asks_value(|| PLACES.described_query())
                .gives_value(|| PLACES.described_page()),
        )
        .post("/api/v1/places", OFFICE.or(Token::Write), add_place)
        .api(
            "登记一个镇街或村社区；名单里出现过、待确认的，就是确认它",
            takes::<NewPlace>().gives_new_value(one).refuses(&[409]),
        )
        .post(
            "/api/v1/places/import",
            OFFICE.or(Token::Import),
            place_import::import_places,
        )
        .api(
            "导入统计用区划代码：统计用区划代码、城乡分类代码、名称",
            takes_file().gives::<PlacesImported>(),
        )
        .get("/api/v1/places/{id}", OFFICE, places::show_place)
        .api("一个镇街或村社区", Api::default().gives_value(one))
        .patch("/api/v1/places/{id}", OFFICE.or(Token::Write), change_place)
        .api(
            "改区划代码，或者确认",
            takes::<PlaceChange>().gives_value(one).refuses(&[409]),
        )
        .post(
            "/api/v1/places/{id}/rename",
            OFFICE.or(Token::Write),
            rename_place,
        )
        .api(
            "从一天起改名；旧名称照样认得",
            takes::<PlaceRename>()
                .gives::<PlaceRenamed>()
                .refuses(&[409]),
        )
        .post(
            "/api/v1/places/{id}/rename/withdraw",
            OFFICE.or(Token::Write),
            withdraw_rename,
        )
        .api(
            "取消还没到日子的改名",
            Api::default().gives_value(one).refuses(&[409]),
        )
        .post(
            "/api/v1/places/{id}/merge",
            OFFICE.or(Token::Write),
            merge_place,
        )
        .api(
            "从一天起并入另一个；dry_run 只说有什么一起并入",
            takes::<PlaceMerge>().gives::<GoesAlong>().refuses(&[409]),
        )
        .post(
            "/api/v1/places/{id}/unmerge",
            OFFICE.or(Token::Write),
            unmerge_place,
        )
        .api(
            "撤销合并，或者取消还没到日子的合并",
            Api::default().gives_value(one).refuses(&[409]),
        )
}

/// What came of a change of name.
#[derive(Serialize, JsonSchema)]
struct PlaceRenamed {
    /// 是否已经生效；不是的到那一天凌晨生效
    applied: bool,
}

async fn one_place(context: &Context, id: &str) -> Answer {
    Ok(json_text(places::find(context, id).await?))
}

async fn add_place(context: Context, Json(new): Json<NewPlace>) -> Answer {
    let id = place_changes::add(&context, &new).await?;
    let mut response = one_place(&context, &id).await?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn change_place(
    context: Context,
    Path(id): Path<String>,
    Json(change): Json<PlaceChange>,
) -> Answer {
    place_changes::change(&context, &id, &change).await?;
    one_place(&context, &id).await
}

async fn rename_place(
    context: Context,
    Path(id): Path<String>,
    Json(rename): Json<PlaceRename>,
) -> Answer {
    let applied = place_changes::rename(&context, &id, &rename).await?;
    Ok(axum::Json(PlaceRenamed { applied }).into_response())
}

async fn withdraw_rename(context: Context, Path(id): Path<String>) -> Answer {
    place_changes::withdraw_renames(&context, &id).await?;
    one_place(&context, &id).await
}

async fn merge_place(
    context: Context,
    Path(id): Path<String>,
    Json(merge): Json<PlaceMerge>,
) -> Answer {
    let along = place_changes::merge(&context, &id, &merge).await?;
    Ok(axum::Json(along).into_response())
}

async fn unmerge_place(context: Context, Path(id): Path<String>) -> Answer {
    place_changes::unmerge(&context, &id).await?;
    one_place(&context, &id).await
}
