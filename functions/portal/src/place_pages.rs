//! The pages of places: one place with its names and mergers, and the forms that change it.

use crate::place_changes::{
    self, GoesAlong, MeetingOrganisation, NewPlace, PlaceChange, PlaceMerge, PlaceRename,
    goes_along,
};
use crate::places::{PlaceStanding, found};
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::place::PlaceKind;
use domain::words::{Word as _, choices};
use maud::{Markup, html};
use registers::Item;
use serde::Deserialize;
use serde_json::Value as Json;
use web::extract::{Form, Path, Query};
use web::form::{Errors, Field, outcome, select};
use web::problem::FieldError;
use web::{Answer, Context, Problem, page as frame};

/// A change of name, or a merger, of a place.
#[derive(Deserialize)]
struct PlaceEvent {
    /// The name that it got, or the place that it was merged into.
    name: String,
    valid_from: NaiveDate,
    is_merger: bool,
    /// Whether its day has come.
    applied: bool,
}

#[derive(Deserialize)]
struct PlaceHistory {
    events: Vec<PlaceEvent>,
    /// What was merged into it and still is.
    took_in: Vec<(String, String)>,
    villages: u64,
}

async fn history(context: &Context, id: &str) -> Result<PlaceHistory, Problem> {
    let sql = "SELECT json_object(
        'events', json((SELECT json_group_array(json_object('name', e.name, 'valid_from', e.valid_from, 'is_merger', json(iif(e.is_merger, 'true', 'false')),
            'applied', json(iif(e.applied_at IS NULL, 'false', 'true')))) FROM (
            SELECT r.name, r.valid_from, 0 AS is_merger, r.applied_at FROM place_rename r WHERE r.place = ?1 AND r.ended_at IS NULL
            UNION ALL SELECT n.name, s.valid_from, 1, s.applied_at FROM place_succession s JOIN place n ON n.id = s.new
            WHERE s.old = ?1 AND s.ended_at IS NULL ORDER BY 2) e)),
        'took_in', json((SELECT json_group_array(json_array(p.id, p.name)) FROM place p WHERE p.today = ?1 AND p.id <> ?1)),
        'villages', (SELECT count(*) FROM place v JOIN place t ON t.id = v.within WHERE t.today = ?1 AND v.today = v.id))";
    Ok(context.store.json(sql, [id.into()]).await?)
}

fn text<'i>(place: &'i Item, name: &str) -> Option<&'i str> {
    place.get(name).and_then(Json::as_str)
}

fn address(id: &str) -> String {
    format!("/places/{}", frame::encode(id))
}

/// Which form of the page was refused, with what was typed.
#[derive(Default)]
struct Refused {
    form: &'static str,
    name: String,
    into: String,
    from: String,
    code: String,
    errors: Errors,
}

pub async fn see(context: Context, Path(id): Path<String>) -> Answer {
    place_page(&context, &id, &Refused::default()).await
}

async fn place_page(context: &Context, id: &str, refused: &Refused) -> Answer {
    let place = found(context, id).await?;
    let history = history(context, id).await?;
    let along = goes_along(context, id, None).await?;
    let name = text(&place, "name").unwrap_or_default();
    let kind = text(&place, "kind").and_then(PlaceKind::read);
    let standing = text(&place, "standing").and_then(PlaceStanding::read);
    let is_town = kind == Some(PlaceKind::Town);
    Ok(frame::page(
        context,
        &refused.errors.title(name),
        &html! {
            (refused.errors.summary())
            h1 { (name) }
            dl.facts {
                @if let Some(kind) = kind { dt { "种类" } dd { (kind.chinese()) } }
                @if let Some(town) = text(&place, "town") { dt { "所属镇街" } dd { (town) } }
                @if let Some(standing) = standing {
                    dt { "状态" } dd { (standing.chinese()) @if let Some(into) = text(&place, "merged_into") { "：" (into) } }
                }
                @if let Some(code) = text(&place, "code") { dt { "区划代码" } dd { (code) } }
                @if let Some(others) = text(&place, "other_names_text") { dt { "也认得的名称" } dd { (others) } }
                @if !history.took_in.is_empty() {
                    dt { "已并入这里的" }
                    dd { @for (place, (id, name)) in history.took_in.iter().enumerate() { @if place > 0 { "、" } a href=(address(id)) { (name) } } }
                }
                dt { "现在有" }
                dd {
                    (along.businesses) " 家企业"
                    @if is_town {
                        "，" (along.posts) " 名包保干部，" (along.accounts) " 个账号，" (along.papers) " 件在办文书，" (along.cases) " 件在办投诉举报，"
                        a href={ "/places?kind=village&town=" (frame::encode(name)) } { (history.villages) " 个村社区" }
                    }
                }
            }
            (events(id, &history.events))
            (meeting("现在负责这个镇街的单位", &along.organisations))
            @match standing {
                Some(PlaceStanding::Merged) => (button_form(id, "unmerge", "撤销合并", "它重新成为单独的地方，企业、干部、账号、文书和投诉举报跟着回来。")),
                Some(PlaceStanding::Unconfirmed) => {
                    (button_form(id, "confirm", "确认是一个新的地方", "名单里出现了这个名称，还没有人看过。"))
                    (merge_form(id, refused))
                }
                _ => {
                    (rename_form(id, refused))
                    (merge_form(id, refused))
                    (code_form(id, &place, refused))
                }
            }
            p { a href="/places" { "所有镇街和村社区" } }
            p { a href={ "/audit?record=place/" (frame::encode(id)) } { "变更记录" } }
        },
    ))
}

fn events(id: &str, events: &[PlaceEvent]) -> Markup {
    let waits = |merger: bool| {
        events
            .iter()
            .any(|event| !event.applied && event.is_merger == merger)
    };
    html! {
        @if !events.is_empty() {
            h2 { "改名和合并" }
            ul {
                @for event in events {
                    li {
                        (chinese(event.valid_from)) "起" @if event.is_merger { "并入“" } @else { "改名为“" } (event.name) "”"
                        @if !event.applied { "（到那一天生效）" }
                    }
                }
            }
            @if waits(false) { (button_form(id, "withdraw-rename", "取消还没生效的改名", "")) }
            @if waits(true) { (button_form(id, "unmerge", "取消还没生效的合并", "")) }
        }
    }
}

/// The organisations of a kind that answer for one town together, with the way to end those that are no more.
fn meeting(heading: &str, organisations: &[MeetingOrganisation]) -> Markup {
    html! {
        @if !organisations.is_empty() {
            h2 { (heading) }
            p { "文书发给标着“发给它”的一个：先是现有镇街自己的单位，都不是的，登记最早的。撤销了的，请打开它填写撤销日期。" }
            ul.tidy {
                @for one in organisations {
                    li {
                        (one.kind.chinese()) "：" a href={ "/organisations/" (frame::encode(&one.id)) "/edit" } { (one.name) }
                        @if one.named { " " span.tag { "发给它" } }
                    }
                }
            }
        }
    }
}

fn button_form(id: &str, verb: &str, label: &str, said: &str) -> Markup {
    html! {
        form.stack method="post" action={ (address(id)) "/" (verb) } {
            @if !said.is_empty() { p { (said) } }
            div.actions { button.main { (label) } }
        }
    }
}

fn from_field(id: &str, refused: &Refused) -> Markup {
    let errors = Errors(
        refused
            .errors
            .0
            .iter()
            .filter(|error| refused.form == id && error.field == "from")
            .map(|error| FieldError::secret(&format!("{id}-from"), error.reason.as_str()))
            .collect(),
    );
    let field = format!("{id}-from");
    let value = if refused.form == id {
        refused.from.as_str()
    } else {
        ""
    };
    html! {
        div.field.wrong[!errors.0.is_empty()] {
            label for=(field) { "从哪一天起（可不填）" }
            p.hint { "不填就是今天；可以填以后的一天，到那天凌晨生效" }
            @if let Some(error) = errors.of(&field) { p.error id={ (field) "-error" } { strong { "错误：" } (error) } }
            input id=(field) name="from" type="date" value=(value);
        }
    }
}

fn rename_form(id: &str, refused: &Refused) -> Markup {
    let open = refused.form == "rename";
    html! {
        details open[open] {
            summary { "改名" }
            form.stack method="post" action={ (address(id)) "/rename" } {
                p { "企业、干部、账号、没有办结的文书和投诉举报都显示新的名称；已经印出的文书不变。名单里写旧名称的照样认得。" }
                (Field::text("name", "新的名称", if open { &refused.name } else { "" }).render(&refused.errors))
                (from_field("rename", refused))
                div.actions { button.main { "改名" } }
            }
        }
    }
}

fn merge_form(id: &str, refused: &Refused) -> Markup {
    let open = refused.form == "merge";
    html! {
        details open[open] {
            summary { "并入另一个地方" }
            form.stack method="get" action={ (address(id)) "/merge" } {
                p { "先看有什么一起并入，再决定。" }
                (Field::text("into", "并入哪一个", if open { &refused.into } else { "" }).hint("写它的名称，例如：练市镇").render(&refused.errors))
                (from_field("merge", refused))
                div.actions { button.main { "看看有什么一起并入" } }
            }
        }
    }
}

fn code_form(id: &str, place: &Item, refused: &Refused) -> Markup {
    let open = refused.form == "code";
    let value = match open {
        true => refused.code.as_str(),
        false => text(place, "code").unwrap_or(""),
    };
    let version = place.get("version").and_then(Json::as_i64).unwrap_or(0);
    html! {
        details open[open] {
            summary { "统计用区划代码" }
            form.stack method="post" action={ (address(id)) "/code" } {
                input type="hidden" name="version" value=(version);
                (Field::text("code", "区划代码", value).hint("12 位数字").render(&refused.errors))
                div.actions { button.main { "保存" } }
            }
        }
    }
}

/// What is typed into the forms of a place.
#[derive(Deserialize, Default)]
pub struct PlaceForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    into: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    version: i64,
}

impl PlaceForm {
    fn refused(self, form: &'static str, errors: Errors) -> Refused {
        Refused {
            form,
            name: self.name,
            into: self.into,
            from: self.from,
            code: self.code,
            errors,
        }
    }
}

pub async fn rename_submit(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<PlaceForm>,
) -> Answer {
    let rename = PlaceRename {
        name: typed.name.clone(),
        from: Some(typed.from.clone()),
    };
    outcome(
        place_changes::rename(&context, &id, &rename).await,
        |_| address(&id),
        async |errors| place_page(&context, &id, &typed.refused("rename", errors)).await,
    )
    .await
}

pub async fn code_submit(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<PlaceForm>,
) -> Answer {
    let change = PlaceChange {
        version: typed.version,
        code: Some(typed.code.clone()),
        confirmed: false,
    };
    outcome(
        place_changes::change(&context, &id, &change).await,
        |()| address(&id),
        async |errors| place_page(&context, &id, &typed.refused("code", errors)).await,
    )
    .await
}

pub async fn confirm_submit(context: Context, Path(id): Path<String>) -> Answer {
    place_changes::confirm(&context, std::slice::from_ref(&id)).await?;
    Ok(Redirect::to(&address(&id)).into_response())
}

/// Several boxes of one name.
pub async fn confirm_chosen(context: Context, Form(pairs): Form<Vec<(String, String)>>) -> Answer {
    let ids: Vec<String> = pairs
        .into_iter()
        .filter(|(name, _)| name == "id")
        .map(|(_, id)| id)
        .collect();
    place_changes::confirm(&context, &ids).await?;
    Ok(Redirect::to("/places").into_response())
}

pub async fn unmerge_submit(context: Context, Path(id): Path<String>) -> Answer {
    place_changes::unmerge(&context, &id).await?;
    Ok(Redirect::to(&address(&id)).into_response())
}

pub async fn withdraw_rename_submit(context: Context, Path(id): Path<String>) -> Answer {
    place_changes::withdraw_renames(&context, &id).await?;
    Ok(Redirect::to(&address(&id)).into_response())
}

fn merger(typed: &PlaceForm, dry_run: bool) -> PlaceMerge {
    PlaceMerge {
        into: typed.into.clone(),
        from: Some(typed.from.clone()),
        dry_run,
    }
}

/// What goes along, before anything is merged.
pub async fn merge_page(
    context: Context,
    Path(id): Path<String>,
    Query(typed): Query<PlaceForm>,
) -> Answer {
    match place_changes::merge(&context, &id, &merger(&typed, true)).await {
        Ok(along) => preview(&context, &id, &typed, &along).await,
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => {
            let status = problem.status;
            let refused = typed.refused("merge", Errors(problem.errors));
            let page = place_page(&context, &id, &refused).await?;
            Ok(web::respond::refused(status, page))
        }
    }
}

async fn preview(context: &Context, id: &str, typed: &PlaceForm, along: &GoesAlong) -> Answer {
    let place = found(context, id).await?;
    let name = text(&place, "name").unwrap_or_default();
    let into = domain::text::tidy(&typed.into);
    let title = format!("把“{name}”并入“{into}”");
    Ok(frame::page(
        context,
        &title,
        &html! {
            h1 { (title) }
            p { "下面这些会一起归到“" (into) "”。记录本身都不改写，以后可以撤销。已经办结的、已经印出的不变。" }
            dl.facts {
                dt { "企业" } dd { (along.businesses) " 家" }
                dt { "包保干部" } dd { (along.posts) " 名" }
                dt { "账号" } dd { (along.accounts) " 个" }
                dt { "已发出、未办结的文书" } dd { (along.papers) " 件" }
                dt { "未办结的投诉举报" } dd { (along.cases) " 件" }
                @if along.villages > 0 { dt { "村社区" } dd { (along.villages) " 个" } }
            }
            (meeting("合并以后，同一种单位有几个", &along.organisations))
            form.stack method="post" action={ (address(id)) "/merge" } {
                input type="hidden" name="into" value=(into);
                input type="hidden" name="from" value=(typed.from);
                div.actions { button.main { "合并" } a.second href=(address(id)) { "不合并，返回" } }
            }
        },
    ))
}

pub async fn merge_submit(
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<PlaceForm>,
) -> Answer {
    outcome(
        place_changes::merge(&context, &id, &merger(&typed, false)).await,
        |_| address(&id),
        async |errors| place_page(&context, &id, &typed.refused("merge", errors)).await,
    )
    .await
}

/// What the form of a new place sends.
#[derive(Deserialize, Default)]
pub struct NewPlaceForm {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    town: String,
    #[serde(default)]
    code: String,
}

async fn new_place_page(context: &Context, typed: &NewPlaceForm, errors: &Errors) -> Answer {
    let towns = registers::towns::all(&context.store).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "（没有）"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    Ok(frame::page(
        context,
        &errors.title("登记镇街或村社区"),
        &html! {
            (errors.summary())
            h1 { "登记镇街或村社区" }
            form.stack method="post" {
                (select("kind", "种类", &choices::<PlaceKind>(), &typed.kind, errors))
                (Field::text("name", "名称", &typed.name).hint("和台账里的写法一样，例如：练市镇、花林村").render(errors))
                (select("town", "所属镇街（村社区要填）", &towns, &typed.town, errors))
                (Field::text("code", "统计用区划代码（可不填）", &typed.code).hint("12 位数字").render(errors))
                div.actions { button.main { "保存" } a.second href="/places" { "不保存，返回" } }
            }
        },
    ))
}

pub async fn new_page(context: Context) -> Answer {
    new_place_page(&context, &NewPlaceForm::default(), &Errors::default()).await
}

pub async fn new_submit(context: Context, Form(typed): Form<NewPlaceForm>) -> Answer {
    let filled = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
    let new = NewPlace {
        kind: PlaceKind::read(&typed.kind),
        name: typed.name.clone(),
        town: filled(&typed.town),
        code: filled(&typed.code),
    };
    outcome(
        place_changes::add(&context, &new).await,
        |id| address(&id),
        async |errors| new_place_page(&context, &typed, &errors).await,
    )
    .await
}
