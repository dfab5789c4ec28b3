//! 抽检结果公布 (003 §三(五), 食品安全抽样检验管理办法): the office makes results public up to a day; a result that failed not before the
//! business had time to ask for another test.

use axum::response::{IntoResponse as _, Redirect};
use domain::office_date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::may_take;
use web::extract::{Form, OptionalJson};
use web::paging::blank_is_none;
use web::problem::FieldError;
use web::routes::{BUREAU, Routes};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("抽检处罚")
        .post("/facts/publish", BUREAU, submit)
        .post(
            "/api/v1/list-facts/publish-samples",
            BUREAU,
            publish_samples,
        )
        .api(
            "公布抽检结果：不合格的要过了复检时间",
            may_take::<PublishThrough>().gives::<SamplesPublished>(),
        )
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct PublishThrough {
    /// 公布到哪一天抽样的；不写是今天
    #[schemars(with = "Option<web::api::Day>")]
    #[serde(deserialize_with = "blank_is_none")]
    through: Option<String>,
}

/// Makes the results of samples public that were taken up to a day, and gives their number: those that passed at once, those that failed
/// after the working days of the policy `failed_sample_workdays`, in which the business may ask for another test.
///
/// # Errors
///
/// 422 for what is no day.
async fn publish(context: &Context, order: &PublishThrough) -> Result<usize, Problem> {
    let through = match &order.through {
        None => context.today(),
        Some(text) => office_date::parse(text).map_err(|error| {
            Problem::invalid(vec![FieldError::new("through", text, error.to_string())])
        })?,
    };
    let sql = "UPDATE sample SET published_on = ?2, changed_by = ?3, changed_at = ?4
        WHERE published_on IS NULL AND revoked_on IS NULL AND sampled_on <= ?1
            AND (result = 'passed' OR (SELECT t.workdays FROM calendar_day t WHERE t.date = ?2) > (SELECT d.workdays FROM calendar_day d WHERE d.date = sampled_on)
                + (SELECT p.value ->> '$' FROM policy_ledger p WHERE p.name = 'failed_sample_workdays' AND p.valid_from <= sampled_on AND (p.valid_before IS NULL OR sampled_on < p.valid_before)))
        RETURNING 1";
    let parameters = [
        through.to_string().into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    Ok(context.store.run(sql, parameters).await?)
}

#[derive(Serialize, JsonSchema)]
struct SamplesPublished {
    published: usize,
}

async fn publish_samples(
    context: Context,
    OptionalJson(order): OptionalJson<PublishThrough>,
) -> Answer {
    let published = publish(&context, &order).await?;
    Ok(axum::Json(SamplesPublished { published }).into_response())
}

async fn submit(context: Context, Form(order): Form<PublishThrough>) -> Answer {
    publish(&context, &order).await?;
    Ok(Redirect::to("/facts/results").into_response())
}
