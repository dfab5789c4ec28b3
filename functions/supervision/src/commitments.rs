//! 食品安全责任与任务承诺书, which an official signs online once a year (001 §三.2). The name, the moment and the text that was read are kept.

use crate::CADRE;
use crate::tabs::tabs;
use axum::response::IntoResponse as _;
use chrono::{DateTime, Datelike as _, FixedOffset};
use domain::office_date::chinese_time;
use domain::words::{Tier, Word as _};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::api::takes;
use web::extract::{Form, Json};
use web::form::{Errors, Field, outcome};
use web::problem::FieldError;
use web::respond::json_text;
use web::routes::Routes;
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/commitment", CADRE, commitment_page)
        .post("/supervision/commitment", CADRE, submit_signature)
        .post("/api/v1/supervision/commitment", CADRE, sign_commitment)
        .api(
            "签订本年度承诺书",
            takes::<Signature>()
                .gives_new::<SignedCommitment>()
                .refuses(&[404]),
        )
}

/// The version of the wording below. What was signed keeps the wording that it was signed with.
const TEXT_VERSION: &str = "2026-1";

/// What an official commits to, a paragraph a line.
fn commitment_text(year: i32, name: &str, tier: Tier, businesses: i64) -> Vec<String> {
    vec![
        format!(
            "本人{name}，{}包保干部，{year}年包保食品生产经营主体{businesses}家，郑重承诺：",
            tier.chinese()
        ),
        "一、每季度对每家包保主体至少督导一次；高风险主体和学校、幼儿园食堂到现场督导。".to_owned(),
        "二、督导时对照检查要点逐项看，如实记录，发现问题当场指出、限期整改、跟踪到底。".to_owned(),
        "三、督促包保主体依法取得许可、配齐食品安全总监和食品安全员，落实日管控、周排查、月调度。"
            .to_owned(),
        "四、发现重大隐患和违法线索及时报告，不隐瞒、不拖延。".to_owned(),
        "五、廉洁履职，不增加企业负担；每年十二月底前报告履职情况，接受督查。".to_owned(),
    ]
}

/// An official, and the commitment of this year where it is signed.
#[derive(Deserialize)]
struct Commitment {
    cadre_no: String,
    name: String,
    tier: Tier,
    /// How many businesses the official answers for today.
    enterprises: i64,
    /// A JSON document of [`SignedCommitment`].
    signed: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CommitmentSigned")]
struct SignedCommitment {
    text: String,
    name: String,
    at: DateTime<FixedOffset>,
}

async fn find_commitment(context: &Context) -> Result<Commitment, Problem> {
    let cadre_no = crate::cadre_no(context)?;
    let sql = "SELECT c.cadre_no, c.name, c.tier,
            (SELECT count(*) FROM assignment a WHERE a.cadre_no = c.cadre_no AND (a.starts_on IS NULL OR a.starts_on <= ?2) AND (a.ends_on IS NULL OR a.ends_on >= ?2)) AS enterprises,
            (SELECT json_object('text', s.text, 'name', s.name, 'at', s.changed_at) FROM commitment s WHERE s.cadre_no = c.cadre_no AND s.year = ?3) AS signed
        FROM cadre c WHERE c.cadre_no = ?1";
    let parameters = [
        cadre_no.into(),
        context.today().to_string().into(),
        context.today().year().into(),
    ];
    let commitment: Option<Commitment> = context.store.first(sql, parameters).await?;
    commitment.ok_or_else(Problem::not_found)
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Signature {
    name: String,
}

async fn sign_commitment(context: Context, Json(signature): Json<Signature>) -> Answer {
    write_signature(&context, &signature).await?;
    let commitment = find_commitment(&context).await?;
    let text = commitment.signed.unwrap_or_default();
    Ok((StatusCode::CREATED, json_text(text)).into_response())
}

/// Signs the commitment of this year. Whoever signs again changes nothing.
async fn write_signature(context: &Context, signature: &Signature) -> Result<(), Problem> {
    let commitment = find_commitment(context).await?;
    if signature.name.trim() != commitment.name {
        return Err(Problem::invalid(vec![FieldError::new(
            "name",
            signature.name.trim(),
            format!("请写您的姓名：{}", commitment.name),
        )]));
    }
    let year = context.today().year();
    let sql = "INSERT INTO commitment (cadre_no, year, text_version, text, name, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (cadre_no, year) DO NOTHING RETURNING 1";
    let text = commitment_text(
        year,
        &commitment.name,
        commitment.tier,
        commitment.enterprises,
    )
    .join("\n");
    let parameters = [
        commitment.cadre_no.into(),
        year.into(),
        TEXT_VERSION.into(),
        text.into(),
        commitment.name.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

async fn commitment_page(context: Context) -> Answer {
    let commitment = find_commitment(&context).await?;
    render_commitment(&context, &commitment, "", &Errors::default())
}

fn render_commitment(
    context: &Context,
    commitment: &Commitment,
    typed: &str,
    errors: &Errors,
) -> Answer {
    let year = context.today().year();
    let title = format!("{year}年食品安全责任与任务承诺书");
    let signed: Option<SignedCommitment> = commitment
        .signed
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(Problem::internal)?;
    let lines = match &signed {
        Some(signed) => signed.text.lines().map(str::to_owned).collect(),
        None => commitment_text(
            year,
            &commitment.name,
            commitment.tier,
            commitment.enterprises,
        ),
    };
    Ok(frame::page(
        context,
        &errors.title(&title),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (title) }
            @for line in &lines { p { (line) } }
            @match &signed {
                Some(signed) => div.panel { p { "承诺人：" strong { (signed.name) } } p { "签订时间：" (chinese_time(signed.at)) } },
                None => form.stack method="post" {
                    (Field::text("name", "承诺人姓名", typed).hint("写上您的姓名即为签订，签订后不能更改").render(errors))
                    button.main { "签订" }
                },
            }
        },
    ))
}

async fn submit_signature(context: Context, Form(signature): Form<Signature>) -> Answer {
    outcome(
        write_signature(&context, &signature).await,
        |()| "/supervision/commitment".to_owned(),
        async |errors| {
            let commitment = find_commitment(&context).await?;
            render_commitment(&context, &commitment, &signature.name, &errors)
        },
    )
    .await
}
