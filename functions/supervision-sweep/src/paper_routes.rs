//! 文书由谁发、发给谁: for each kind of who owes and each rung the issuer, the receiver and who signs, from a day on (design: papers of the ladder).
//! A route that holds is followed by another, never rewritten.

use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{Word as _, words};
use http::StatusCode;
use maud::{Markup, html};
use registers::{Field, FormValues, Item, Questions, Submission};
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::{Items, gives};
use web::extract::{Form, Json, Path};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::{json_text, refused};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/sweep/routes", OFFICE, routes_page)
        .get("/sweep/routes/{owing}/{rung}", OFFICE, route_page)
        .post("/sweep/routes/{owing}/{rung}", OFFICE, submit_route)
        .get("/api/v1/sweep/routes", OFFICE, list_routes)
        .api(
            "各级文书由谁发、发给谁、由谁签发，及其历史",
            gives::<Items<PaperRoute>>(),
        )
        .put("/api/v1/sweep/routes/{owing}/{rung}", OFFICE, set_route)
        .api(
            "改变一级文书由谁发、发给谁、由谁签发，从明天或更晚起",
            NEW_ROUTE.taken().named("set_route").gives_nothing(),
        )
}

words! {
    /// Who owes what a paper chases.
    Owing {
        Town = "town" "镇街和村社区的干部，镇街",
        Station = "station" "监管所",
        Department = "department" "部门",
        /// Nobody's office gives orders to the organisation that hosts it.
        Host = "host" "食药安办所在的单位",
    }
}

words! {
    /// Which organisation gets the paper.
    Receiver {
        TownOffice = "town_office" "镇街食安办",
        TownGovernment = "town_government" "镇街政府（办事处）",
        Itself = "itself" "责任单位自己",
        PartOf = "part_of" "责任单位的上级单位",
    }
}

words! {
    /// Who signs.
    Signer {
        Office = "office" "食药安办",
        Chair = "chair" "食药安委主任",
    }
}

const VALID_FROM: Field = Field::any_day("valid_from", "从哪天起").required();
const ISSUER: Field = Field::word::<crate::notice::Issuer>("issuer", "以谁的名义发").required();
const RECEIVER: Field = Field::word::<Receiver>("receiver", "发给谁").required();
const SIGNER: Field =
    Field::word::<Signer>("signer", "由谁签发").hint("不选则由系统直接发出，要写明授权");
const AUTHORISATION: Field = Field::long_text("standing_authorisation", "直接发出的授权", 300)
    .hint("谁在什么时候授权系统直接发出，例如：2026年12月1日食药安办主任办公会同意");

static NEW_ROUTE: Questions = Questions::of(
    "NewPaperRoute",
    &[VALID_FROM, ISSUER, RECEIVER, SIGNER, AUTHORISATION],
);

/// A route with the days on which it holds.
#[derive(Deserialize, JsonSchema)]
struct PaperRoute {
    owing: Owing,
    rung: u32,
    /// 文书的名称
    paper: String,
    valid_from: NaiveDate,
    valid_before: Option<NaiveDate>,
    issuer: crate::notice::Issuer,
    receiver: Receiver,
    /// 没有的由系统直接发出
    signer: Option<Signer>,
    standing_authorisation: Option<String>,
}

impl PaperRoute {
    fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_before.is_none_or(|before| day < before)
    }
}

const ROUTES_JSON: &str = "SELECT json_object('items', json_group_array(json_object('owing', r.owing, 'rung', r.rung, 'paper', k.name, 'valid_from', r.valid_from,
        'valid_before', r.valid_before, 'issuer', r.issuer, 'receiver', r.receiver, 'signer', r.signer, 'standing_authorisation', r.standing_authorisation)))
    FROM (SELECT * FROM paper_route_held ORDER BY CASE owing WHEN 'town' THEN 1 WHEN 'station' THEN 2 WHEN 'department' THEN 3 ELSE 4 END, rung, valid_from) r
    JOIN notice_kind k ON k.rung = r.rung";

async fn list_routes(context: Context) -> Answer {
    Ok(json_text(context.store.text(ROUTES_JSON, []).await?))
}

async fn find_routes(context: &Context) -> Result<Vec<PaperRoute>, Problem> {
    #[derive(Deserialize)]
    struct RouteList {
        items: Vec<PaperRoute>,
    }
    let list: RouteList = context.store.json(ROUTES_JSON, []).await?;
    Ok(list.items)
}

/// The versions of one route; 404 where there is none.
async fn find_versions(
    context: &Context,
    owing: &str,
    rung: &str,
) -> Result<Vec<PaperRoute>, Problem> {
    let mut versions = find_routes(context).await?;
    versions.retain(|route| route.owing.code() == owing && route.rung.to_string() == rung);
    match versions.is_empty() {
        true => Err(Problem::not_found()),
        false => Ok(versions),
    }
}

async fn set_route(
    context: Context,
    Path((owing, rung)): Path<(String, String)>,
    Json(given): Json<Item>,
) -> Answer {
    write_route(&context, &owing, &rung, Submission::Document(&given)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Writes a route that holds from a day to come.
///
/// # Errors
///
/// 404 where there is no such route; 422 for each field that cannot be taken.
async fn write_route(
    context: &Context,
    owing: &str,
    rung: &str,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    let versions = find_versions(context, owing, rung).await?;
    let owing = versions.first().map(|route| route.owing);
    let new = NEW_ROUTE.read(context, sent).await?;
    let mut errors = Vec::new();
    let mut wrong = |field: &Field, reason: &str| {
        let value = new.text(field).unwrap_or_default();
        errors.push(FieldError::new(field.column, value, reason));
    };
    if new
        .day(&VALID_FROM)
        .is_some_and(|day| day <= context.today())
    {
        wrong(&VALID_FROM, "已经生效的不能改，请从明天或更晚的日期起设定");
    }
    let receiver = new.text(&RECEIVER).and_then(Receiver::read);
    let is_of_town = matches!(
        receiver,
        Some(Receiver::TownOffice | Receiver::TownGovernment)
    );
    if is_of_town != (owing == Some(Owing::Town)) {
        wrong(
            &RECEIVER,
            "镇街的文书发给镇街食安办或者镇街政府，其他的发给责任单位或者它的上级单位",
        );
    }
    if owing == Some(Owing::Host) && new.text(&ISSUER) == Some("office") {
        wrong(
            &ISSUER,
            "食药安办不向自己所在的单位发文书，请以食药安委的名义",
        );
    }
    if new.text(&SIGNER).is_none() && new.text(&AUTHORISATION).is_none() {
        wrong(&AUTHORISATION, "由系统直接发出的，请写明授权");
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sql = "INSERT INTO paper_route (owing, rung, valid_from, issuer, receiver, signer, standing_authorisation, changed_by, changed_at)
        VALUES (?1, ?2 + 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (owing, rung, valid_from) DO UPDATE SET issuer = excluded.issuer, receiver = excluded.receiver, signer = excluded.signer,
            standing_authorisation = excluded.standing_authorisation, changed_by = excluded.changed_by, changed_at = excluded.changed_at RETURNING 1";
    let parameters = [
        owing.map(|owing| owing.code()).into(),
        rung.into(),
        new.value(&VALID_FROM),
        new.value(&ISSUER),
        new.value(&RECEIVER),
        new.value(&SIGNER),
        new.value(&AUTHORISATION),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

async fn routes_page(context: Context) -> Answer {
    let routes = find_routes(&context).await?;
    let today = context.today();
    Ok(frame::page(
        &context,
        "文书由谁发、发给谁",
        &html! {
            (tabs(&context))
            h1 { "文书由谁发、发给谁" }
            p { "区级包保干部和食药安办自己逾期的，不发函也不下书，每月第一个工作日列入专报，报食药安委主任。" }
            @for owing in Owing::ALL {
                h2 { (owing.chinese()) }
                (route_table(*owing, &routes, today))
            }
        },
    ))
}

fn route_table(owing: Owing, routes: &[PaperRoute], today: NaiveDate) -> Markup {
    let own = routes.iter().filter(|route| route.owing == owing);
    let shown = own.filter(|route| route.holds_on(today) || route.valid_from > today);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(owing.chinese()) { table {
            thead { tr { th scope="col" { "文书" } th scope="col" { "谁发" } th scope="col" { "发给" } th scope="col" { "签发" } th scope="col" { "修改" } } }
            tbody { @for route in shown {
                tr {
                    th scope="row" { (route.paper) @if route.valid_from > today { "（" (chinese(route.valid_from)) "起）" } }
                    td.tight { (route.issuer.chinese()) }
                    td { (route.receiver.chinese()) }
                    td { @match route.signer { Some(signer) => { (signer.chinese()) }, None => { "直接发出" @if let Some(said) = &route.standing_authorisation { p.note { (said) } } } } }
                    td.tight { a href={ "/sweep/routes/" (route.owing.code()) "/" (route.rung) } { "修改" span.hidden { "：" (route.paper) } } }
                }
            } }
        } }
    }
}

async fn route_page(context: Context, Path((owing, rung)): Path<(String, String)>) -> Answer {
    let versions = find_versions(&context, &owing, &rung).await?;
    let mut typed = FormValues::new();
    if let Some(last) = versions.last() {
        let signer = last.signer.map_or("", Signer::code);
        let said = last.standing_authorisation.clone().unwrap_or_default();
        for (field, value) in [
            (ISSUER, last.issuer.code().to_owned()),
            (RECEIVER, last.receiver.code().to_owned()),
            (SIGNER, signer.to_owned()),
            (AUTHORISATION, said),
        ] {
            typed.insert(field.column.to_owned(), value);
        }
    }
    render_route(&context, &versions, &typed, &Errors::default()).await
}

async fn render_route(
    context: &Context,
    versions: &[PaperRoute],
    typed: &FormValues,
    errors: &Errors,
) -> Result<Response, Problem> {
    let paper = versions.first().map_or("", |route| route.paper.as_str());
    let owing = versions.first().map_or("", |route| route.owing.chinese());
    Ok(frame::page(
        context,
        &errors.title(paper),
        &html! {
            (errors.summary())
            h1 { (paper) "由谁发、发给谁" }
            p { "逾期的是：" (owing) "。改了以后可以在" a href="/sweep/preview" { "预演" } "里看到那一天会发出什么。" }
            form.stack method="post" {
                (NEW_ROUTE.inputs(context, typed, errors).await?)
                div.actions { button.main { "保存" } a.second href="/sweep/routes" { "返回" } }
            }
        },
    ))
}

async fn submit_route(
    context: Context,
    Path((owing, rung)): Path<(String, String)>,
    Form(typed): Form<FormValues>,
) -> Answer {
    match write_route(&context, &owing, &rung, Submission::Form(&typed)).await {
        Ok(()) => Ok(Redirect::to("/sweep/routes").into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let versions = find_versions(&context, &owing, &rung).await?;
            let errors = Errors(problem.errors);
            let page = render_route(&context, &versions, &typed, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}
