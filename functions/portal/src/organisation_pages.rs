//! Registering and changing an organisation, on pages and as data.

use crate::organisation_form::{
    self, ADDRESS, CONTACT, ChangedOrganisation, ENDED_ON, FIRST_NUMBER, HOSTED_BY, HOURS, KIND,
    MARK, NAME, NewOrganisation, PART_OF, TELEPHONE, has,
};
use crate::organisations::{find, found};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::organisation::{Area, OrganisationKind};
use domain::words::Word as _;
use http::StatusCode;
use maud::{Markup, html};
use registers::{Field, FormValues, Item, Submission};
use serde_json::Value as Json;
use web::extract::{Form, Json as Body, Path, Query};
use web::form::{self, Errors, outcome, select};
use web::respond::{json_text, refused};
use web::{Answer, Code, Context, Problem, page as frame};

pub async fn add_organisation(context: Context, Body(new): Body<NewOrganisation>) -> Answer {
    let asked = Submission::Document(&new.asked);
    let id = organisation_form::add(&context, asked, &new.towns).await?;
    let mut response = json_text(find(&context, &id).await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

pub async fn change_organisation(
    context: Context,
    Path(id): Path<String>,
    Body(changed): Body<ChangedOrganisation>,
) -> Answer {
    let asked = Submission::Document(&changed.asked);
    organisation_form::change(&context, &id, changed.version, asked, &changed.towns).await?;
    Ok(json_text(find(&context, &id).await?))
}

/// The towns that a form has in one line.
fn towns(typed: &FormValues) -> Vec<String> {
    typed
        .get("towns")
        .map_or("", String::as_str)
        .split(['、', ',', '，', ' ', ';', '；'])
        .filter(|town| !town.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

/// Which organisation a form is about.
enum About<'a> {
    New,
    /// Its id, and what it is now where somebody else has changed it meanwhile.
    There(&'a str, Option<&'a FormValues>),
}

/// The fields of an organisation of a kind.
async fn inputs(
    context: &Context,
    kind: OrganisationKind,
    about: &About<'_>,
    typed: &FormValues,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let own = match about {
        About::New => "",
        About::There(id, _) => id,
    };
    let sql = "SELECT json_group_array(json_array(id, name)) FROM (
        SELECT o.id, o.name FROM organisation o JOIN organisation_kind k ON k.kind = o.kind
        WHERE (o.ended_on IS NULL OR o.id IN (?2, ?3)) AND o.id <> ?1 ORDER BY k.position, o.name)";
    // What is chosen now stays a choice where it has ended.
    let chosen = [own, value("part_of"), value("hosted_by")].map(Into::into);
    let others: Vec<(String, String)> = context.store.json(sql, chosen).await?;
    let choices: Vec<(&str, &str)> = std::iter::once(("", "（没有）"))
        .chain(others.iter().map(|(id, name)| (id.as_str(), name.as_str())))
        .collect();
    let mut numbered: Vec<Field> = vec![MARK, FIRST_NUMBER];
    numbered.retain(|field| has(kind, field));
    let name = registers::inputs(context, &[NAME], typed, errors).await?;
    let called = [TELEPHONE, ADDRESS, HOURS, CONTACT];
    let called = registers::inputs(context, &called, typed, errors).await?;
    let numbered = registers::inputs(context, &numbered, typed, errors).await?;
    let ended = match about {
        About::There(..) if has(kind, &ENDED_ON) => {
            registers::inputs(context, &[ENDED_ON], typed, errors).await?
        }
        _ => Markup::default(),
    };
    let town = |hint| form::Field::text("towns", "负责的镇街", value("towns")).hint(hint);
    Ok(html! {
        (name)
        @match kind.area() {
            Area::District => {},
            Area::Town => (town("一个镇街，和台账里的写法一样").render(errors)),
            Area::Towns => (town("和台账里的写法一样，有几个的用顿号隔开").render(errors)),
        }
        (select("part_of", PART_OF.heading, &choices, value("part_of"), errors))
        (called)
        (numbered)
        @if has(kind, &HOSTED_BY) { (select("hosted_by", HOSTED_BY.heading, &choices, value("hosted_by"), errors)) }
        (ended)
    })
}

/// What somebody else has made of an organisation meanwhile, beside what was typed here.
fn conflict(now: &FormValues, typed: &FormValues) -> Markup {
    let said = |of: &FormValues, name: &str| of.get(name).cloned().unwrap_or_default();
    let fields = [
        (NAME.column, NAME.heading),
        ("towns", "负责的镇街"),
        ("part_of", PART_OF.heading),
        ("telephone", TELEPHONE.heading),
        ("address", ADDRESS.heading),
        ("hours", HOURS.heading),
        ("contact", CONTACT.heading),
        ("mark", MARK.heading),
        ("first_number", FIRST_NUMBER.heading),
        ("hosted_by", HOSTED_BY.heading),
        ("ended_on", ENDED_ON.heading),
    ];
    html! {
        div.error-summary role="alert" tabindex="-1" autofocus {
            h2 { "别人刚修改过这个单位" }
            p { "下面是您填写的内容。请对照现在的内容，确认后再保存：" }
            ul {
                @for (name, label) in fields {
                    @let (now, mine) = (said(now, name), said(typed, name));
                    @if now != mine { li { (label) "：现在是“" (now) "”，您填的是“" (mine) "”" } }
                }
            }
        }
    }
}

async fn form_page(
    context: &Context,
    kind: OrganisationKind,
    about: About<'_>,
    typed: &FormValues,
    errors: &Errors,
) -> Result<Response, Problem> {
    let inputs = inputs(context, kind, &about, typed, errors).await?;
    let (verb, back, now) = match about {
        About::New => ("登记", "/organisations".to_owned(), None),
        About::There(id, now) => ("修改", format!("/organisations/{}", frame::encode(id)), now),
    };
    let title = format!("{verb}{}", kind.chinese());
    let heading = match now {
        Some(_) => format!("错误：{title}"),
        None => errors.title(&title),
    };
    Ok(frame::page(
        context,
        &heading,
        &html! {
            (errors.summary())
            @if let Some(now) = now { (conflict(now, typed)) }
            h1 { (title) }
            form.stack method="post" {
                input type="hidden" id="kind" name="kind" value=(kind.code());
                @if let About::There(..) = about { input type="hidden" name="version" value=(typed.get("version").map_or("", String::as_str)); }
                (inputs)
                div.actions { button.main { "保存" } a.second href=(back) { "不保存，返回" } }
            }
        },
    ))
}

fn kind_of(typed: &FormValues) -> Option<OrganisationKind> {
    OrganisationKind::read(typed.get(KIND.column)?)
}

/// Which kind it is comes first: what is asked depends on it.
async fn which_kind(context: &Context) -> Answer {
    let sql = "SELECT json_group_array(kind) FROM (SELECT k.kind FROM organisation_kind k
        WHERE k.kind NOT IN (SELECT o.kind FROM organisation o WHERE o.kind IN ('office', 'committee', 'bureau') AND o.ended_on IS NULL)
        ORDER BY k.position)";
    let open: Vec<OrganisationKind> = context.store.json(sql, []).await?;
    Ok(frame::page(
        context,
        "登记一个单位",
        &html! {
            h1 { "登记哪一种单位？" }
            ul { @for kind in &open { li { a href={ "/organisations/new?kind=" (kind.code()) } { (kind.chinese()) } } } }
            div.actions { a.second href="/organisations" { "返回" } }
        },
    ))
}

pub async fn new_page(context: Context, Query(typed): Query<FormValues>) -> Answer {
    match kind_of(&typed) {
        Some(kind) => form_page(&context, kind, About::New, &typed, &Errors::default()).await,
        None => which_kind(&context).await,
    }
}

pub async fn new_submit(context: Context, Form(typed): Form<FormValues>) -> Answer {
    let Some(kind) = kind_of(&typed) else {
        return which_kind(&context).await;
    };
    outcome(
        organisation_form::add(&context, Submission::Form(&typed), &towns(&typed)).await,
        |id| format!("/organisations/{}", frame::encode(&id)),
        async |errors| form_page(&context, kind, About::New, &typed, &errors).await,
    )
    .await
}

/// An organisation as the form's fields have it.
fn typed_of(organisation: &Item) -> FormValues {
    let mut typed: FormValues = organisation
        .iter()
        .filter_map(|(name, value)| match value {
            Json::String(text) => Some((name.clone(), text.clone())),
            Json::Number(number) => Some((name.clone(), number.to_string())),
            _ => None,
        })
        .collect();
    let area = typed.remove("area").unwrap_or_default();
    typed.insert("towns".to_owned(), area);
    typed
}

pub async fn edit_page(context: Context, Path(id): Path<String>) -> Answer {
    let typed = typed_of(&found(&context, &id).await?);
    let kind = kind_of(&typed).ok_or_else(Problem::not_found)?;
    let about = About::There(&id, None);
    form_page(&context, kind, about, &typed, &Errors::default()).await
}

pub async fn edit_submit(
    context: Context,
    Path(id): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let before = typed_of(&found(&context, &id).await?);
    let kind = kind_of(&before).ok_or_else(Problem::not_found)?;
    typed.insert("kind".to_owned(), kind.code().to_owned());
    let version = typed
        .get("version")
        .and_then(|version| version.parse().ok());
    let version = version.unwrap_or(0);
    let sent = Submission::Form(&typed);
    let changed = organisation_form::change(&context, &id, version, sent, &towns(&typed)).await;
    match changed {
        Ok(()) => {
            let page = format!("/organisations/{}", frame::encode(&id));
            Ok(Redirect::to(&page).into_response())
        }
        Err(Problem {
            code: Code::ChangedMeanwhile,
            ..
        }) => {
            let now = typed_of(&found(&context, &id).await?);
            let version = now.get("version").cloned().unwrap_or_default();
            typed.insert("version".to_owned(), version);
            let about = About::There(&id, Some(&now));
            let page = form_page(&context, kind, about, &typed, &Errors::default()).await?;
            Ok(refused(StatusCode::CONFLICT, page))
        }
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => {
            let errors = Errors(problem.errors);
            let about = About::There(&id, None);
            let page = form_page(&context, kind, about, &typed, &errors).await?;
            Ok(refused(problem.status, page))
        }
    }
}
