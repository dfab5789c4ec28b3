//! Entering a problem by hand, from whichever source, on a page or by API. It is nobody's until it is assigned.

use crate::WORKING;
use crate::problem_record::{ProblemRecord, find_problem};
use axum::response::IntoResponse as _;
use domain::problem::{ProblemLevel, ProblemSource};
use domain::words::{Role, Word as _};
use http::StatusCode;
use maud::html;
use registers::{Field, FormValues, Item, Questions, Record, Submission};
use serde::Deserialize;
use web::extract::{Form, Json, Query};
use web::form::{Errors, outcome};
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/problems/new", WORKING, new_problem_page)
        .post("/problems/new", WORKING, submit_problem)
        .post("/api/v1/problems", WORKING.or(Token::Write), report_problem)
        .api(
            "登记一个问题。督导发现的问题和立案核查的问题自动进入，不用登记",
            NEW_PROBLEM.taken().gives_new::<ProblemRecord>(),
        )
}

const ENTERPRISE: Field =
    Field::enterprise_no("uscc").hint("主体编号或者统一社会信用代码；不涉及具体企业的不填");
/// What the business is called as data and in the form.
const ENTERPRISE_NO: &str = "enterprise_no";
const TOWN: Field = Field::town("town", "镇街（不填企业的才选）");
const SOURCE: Field = Field::word::<ProblemSource>("source", "来源").required();
const SOURCE_ID: Field = Field::text("source_id", "来源里的编号", 60).hint("文书、抽检单等的编号");
const TEXT: Field = Field::long_text("text", "问题", 500)
    .hint("写清看到了什么，不写举报人、投诉人的姓名和电话")
    .required();
const FOUND_ON: Field = Field::past_day("found_on", "发现日期").required();
const LEVEL: Field = Field::word::<ProblemLevel>("level", "等级").required();

static NEW_PROBLEM: Questions = Questions {
    rules: &[|reading, record| {
        let fed = record
            .word::<ProblemSource>(&SOURCE)
            .is_some_and(ProblemSource::is_fed);
        if fed && record.text(&SOURCE_ID).is_some() {
            reading.reject(&SOURCE_ID, "督导和立案核查的编号由系统带入，这里不填");
        }
    }],
    ..Questions::of(
        "NewProblem",
        &[ENTERPRISE, TOWN, TEXT, LEVEL, SOURCE, SOURCE_ID, FOUND_ON],
    )
};

async fn report_problem(context: Context, Json(given): Json<Item>) -> Answer {
    let id = insert_problem(&context, &given).await?;
    let problem = find_problem(&context, &id).await?;
    Ok((StatusCode::CREATED, axum::Json(problem)).into_response())
}

/// The town of a problem of no business: the one that was named, or that of a caller who has only one. The office can leave it open, and of
/// an official it is their own.
fn town_of(context: &Context, problem: &Record) -> Result<store::Value, Problem> {
    let caller = context.caller()?;
    if problem.text(&ENTERPRISE).is_some() || problem.text(&TOWN).is_some() {
        return Ok(problem.value(&TOWN));
    }
    match (caller.role, &caller.town_names[..], &caller.towns[..]) {
        (Role::Office | Role::Cadre, ..) => Ok(store::Value::Null),
        (_, [_], [town, ..]) => Ok(town.as_str().into()),
        _ => Err(Problem::invalid(vec![FieldError::new(
            TOWN.column,
            "",
            "没有填企业的，请选择镇街",
        )])),
    }
}

/// Enters a problem and gives its id.
///
/// # Errors
///
/// 422 for each field that cannot be taken; 409 where the source has brought this number in already.
async fn insert_problem(context: &Context, given: &Item) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Entered {
        id: i64,
    }
    let problem = NEW_PROBLEM
        .read(context, Submission::Document(given))
        .await?;
    let caller = context.caller()?;
    let desk_towns = match caller.role {
        Role::Cadre => None,
        _ => caller.only_towns_json(),
    };
    let sql = "INSERT INTO problem (uscc, town, source, source_id, cadre_no, text, level, status, found_on, registered_on, changed_by, changed_at)
        SELECT ?1, k.town, ?3, ?4, ?5, ?6, ?7, 'found', ?8, ?9, ?10, ?11
        FROM (SELECT coalesce((SELECT nullif(e.town, '') FROM enterprise_ledger e WHERE e.uscc = ?1), ?2,
            iif(?1 IS NULL, (SELECT nullif(c.town, '') FROM cadre_ledger c WHERE c.cadre_no = ?5), NULL)) AS town) k
        WHERE (?1 IS NULL OR EXISTS (SELECT 1 FROM enterprise_ledger e WHERE e.uscc = ?1))
            AND (?12 IS NULL OR k.town IN (SELECT value FROM json_each(?12)))
        ON CONFLICT (source, source_id) DO NOTHING RETURNING id";
    let parameters = [
        problem.value(&ENTERPRISE),
        town_of(context, &problem)?,
        problem.value(&SOURCE),
        problem.value(&SOURCE_ID),
        caller.cadre_no.clone().into(),
        problem.value(&TEXT),
        problem.value(&LEVEL),
        problem.value(&FOUND_ON),
        context.today().to_string().into(),
        caller.account.as_str().into(),
        context.at().into(),
        desk_towns.clone().into(),
    ];
    let entered: Option<Entered> = context.store.first(sql, parameters).await?;
    if let Some(entered) = entered {
        return Ok(entered.id.to_string());
    }
    let sql =
        "SELECT CAST(?1 IS NULL OR EXISTS (SELECT 1 FROM enterprise_ledger e WHERE e.uscc = ?1
        AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))) AS TEXT)";
    let known = [problem.value(&ENTERPRISE), desk_towns.into()];
    match context.store.text(sql, known).await?.as_str() {
        "1" => Err(Problem::already_there(
            "这个来源里同一编号的问题已经登记过了，请到那一条里办理",
        )),
        _ => Err(Problem::invalid(vec![FieldError::new(
            ENTERPRISE_NO,
            problem.text(&ENTERPRISE).unwrap_or_default(),
            "企业台账里没有这个编号，或者不在您的辖区",
        )])),
    }
}

#[derive(Deserialize)]
struct ProblemQuery {
    /// The number of the business, where a page of it led here.
    #[serde(default, deserialize_with = "blank_is_none")]
    enterprise_no: Option<String>,
}

async fn new_problem_page(context: Context, Query(query): Query<ProblemQuery>) -> Answer {
    let mut typed = FormValues::new();
    let today = context.today().to_string();
    typed.insert(FOUND_ON.column.to_owned(), today);
    typed.insert(
        LEVEL.column.to_owned(),
        ProblemLevel::General.code().to_owned(),
    );
    if let Some(number) = query.enterprise_no {
        typed.insert(ENTERPRISE_NO.to_owned(), number);
    }
    render_form(&context, &typed, &Errors::default()).await
}

async fn submit_problem(context: Context, Form(typed): Form<FormValues>) -> Answer {
    let given = NEW_PROBLEM.given(&typed);
    outcome(
        insert_problem(&context, &given).await,
        |id| format!("/problems/{id}"),
        async |errors| render_form(&context, &typed, &errors).await,
    )
    .await
}

async fn render_form(context: &Context, typed: &FormValues, errors: &Errors) -> Answer {
    let inputs = NEW_PROBLEM.inputs(context, typed, errors).await?;
    Ok(frame::page(
        context,
        &errors.title("登记问题"),
        &html! {
            (errors.summary())
            p { a href="/problems" { "问题清单" } }
            h1 { "登记问题" }
            p { "登记以后由镇街食安办或者区食药安办分派办理。登记不是对企业的要求，核实和处理由监管所进行。" }
            form.stack method="post" action="/problems/new" {
                (inputs)
                button.main { "登记" }
            }
        },
    ))
}
