//! A case on the handler's desk: opened, read, and moved on by the forms of its page.

use crate::access::HANDLERS;
use crate::case_forms::TypedFields;
use crate::case_number::tidy_case_number;
use crate::case_order::CaseOrder;
use crate::desk_page::case_page;
use crate::handling::carry_out;
use crate::opened_case::OpenedCase;
use crate::{templates, uploads};
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;
use web::extract::{Form, Path, Query};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Routes, Token};

pub fn routes(routes: Routes) -> Routes {
    let person = HANDLERS.or(Token::Person);
    routes
        .get("/complaints/cases/{code}", person, show_case)
        .post(
            "/complaints/cases/{code}/{verb}",
            HANDLERS,
            submit_case_form,
        )
        .get(
            "/complaints/cases/{code}/files/{id}",
            person,
            show_case_file,
        )
        .get(
            "/complaints/cases/{code}/files/{id}/small",
            person,
            show_case_thumbnail,
        )
}

#[derive(Default, Deserialize)]
struct ReplyStart {
    /// The template that a reply begins with.
    #[serde(default)]
    template: String,
}

async fn show_case(
    context: Context,
    Path(code): Path<String>,
    Query(start): Query<ReplyStart>,
) -> Answer {
    let code = tidy_case_number(&code);
    let case = OpenedCase::for_staff_member(&context, &code, "page").await?;
    let mut typed = TypedFields::new();
    if !start.template.is_empty() {
        let text = templates::template_text(&context, &start.template).await?;
        typed.insert("text".to_owned(), text);
    }
    case_page(&context, &case, "reply", &typed, &Errors::default()).await
}

async fn submit_case_form(
    context: Context,
    Path((code, verb)): Path<(String, String)>,
    Form(typed): Form<TypedFields>,
) -> Answer {
    let code = tidy_case_number(&code);
    let target = match verb.as_str() {
        // Given to others, the case is no longer the caller's to see.
        "assign" => "/complaints/cases".to_owned(),
        "hand-over" => "/complaints/insider-cases".to_owned(),
        _ => format!("/complaints/cases/{code}"),
    };
    match carry_out(&context, &code, &verb, &order_of_form(&typed)).await {
        Ok(()) => Ok(Redirect::to(&target).into_response()),
        Err(problem) if problem.status == 404 => Err(problem),
        Err(problem) => {
            let case = OpenedCase::for_staff_member(&context, &code, "page").await?;
            let errors = match problem.errors.is_empty() {
                true => vec![FieldError::secret(
                    &format!("do-{verb}"),
                    problem.detail.clone(),
                )],
                false => problem
                    .errors
                    .iter()
                    .map(|error| {
                        FieldError::secret(&format!("{verb}-{}", error.field), &*error.reason)
                    })
                    .collect(),
            };
            let page = case_page(&context, &case, &verb, &typed, &Errors(errors)).await?;
            Ok(refused(problem.status, page))
        }
    }
}

fn order_of_form(typed: &TypedFields) -> CaseOrder {
    let text = |name: &str| {
        typed
            .get(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let number = |name: &str| text(name).and_then(|number| number.parse().ok());
    CaseOrder {
        note: text("note"),
        ground: text("ground"),
        town: text("town"),
        to: text("to"),
        outcome: text("outcome"),
        filed: text("filed").map(|filed| filed == "true"),
        into: text("into"),
        level: text("level"),
        fined_yuan: text("fined_yuan"),
        paid_on: text("paid_on"),
        reward_version: number("reward_version"),
        text: text("text"),
        version: number("version"),
    }
}

async fn show_case_file(context: Context, Path((code, id)): Path<(String, String)>) -> Answer {
    let code = tidy_case_number(&code);
    let case = OpenedCase::for_staff_member(&context, &code, "file").await?;
    uploads::answer_file(case.file(&id)?, uploads::Size::Whole).await
}

async fn show_case_thumbnail(context: Context, Path((code, id)): Path<(String, String)>) -> Answer {
    let case = OpenedCase::on_open_page(&context, &tidy_case_number(&code)).await?;
    uploads::answer_file(case.file(&id)?, uploads::Size::Thumbnail).await
}
