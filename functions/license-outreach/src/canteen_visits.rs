//! The visit that a canteen project is owed at each of its steps.

use crate::DOOR;
use crate::canteen_project::{CanteenProject, created_project, find_project};
use domain::words::CanteenStep;
use registers::{Field, Item, LONGEST, Questions, Submission, Usual};
use web::extract::{Json as Body, Path};
use web::routes::Routes;
use web::{Answer, Context, Problem, Token, seal};

pub fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/license-outreach/canteens/{id}/visits",
            DOOR.or(Token::Write),
            record_canteen_visit,
        )
        .api(
            "记一次食堂项目上门服务",
            VISIT.taken().gives_new::<CanteenProject>(),
        )
}

pub const STEP: Field = Field::word::<CanteenStep>("step", "环节").required();
pub const VISITED_ON: Field = Field::past_day("visited_on", "服务日期").required();
pub const ADVICE: Field = Field::text("note", "指导内容", LONGEST).usually(Usual::Text(""));

static VISIT: Questions = Questions::of("NewCanteenVisit", &[STEP, VISITED_ON, ADVICE]);

async fn record_canteen_visit(
    context: Context,
    Path(id): Path<String>,
    Body(given): Body<Item>,
) -> Answer {
    insert_visit(&context, &id, Submission::Document(&given)).await?;
    created_project(&context, &id).await
}

/// Records a visit to the project `id`, which must be one that the caller may know of.
pub async fn insert_visit(
    context: &Context,
    id: &str,
    sent: Submission<'_>,
) -> Result<(), Problem> {
    find_project(context, id).await?;
    let visit = VISIT.read(context, sent).await?;
    let sql = "INSERT INTO canteen_visit (id, project_id, step, visited_on, note, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
    let parameters = [
        seal::random_token()?.into(),
        id.into(),
        visit.value(&STEP),
        visit.value(&VISITED_ON),
        visit.value(&ADVICE),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}
