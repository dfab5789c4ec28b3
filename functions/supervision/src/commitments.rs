//! 食品安全责任与任务承诺书, signed online once a year (001 §三.2): the name, the moment, and the text as it was read.

use crate::tabs::tabs;
use chrono::{DateTime, Datelike as _, FixedOffset};
use domain::office_date::chinese_time;
use domain::words::{Tier, Word as _};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use web::extract::{Form, Json};
use web::form::{Errors, Field, outcome};
use web::problem::FieldError;
use web::respond::json_text;
use web::{Answer, Context, Problem, page as frame};

/// Of the wording below; what was signed keeps its own.
const VERSION: &str = "2026-1";

/// What an official commits to.
fn text(year: i32, name: &str, tier: Tier, businesses: i64) -> Vec<String> {
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

#[derive(Deserialize)]
struct Standing {
    cadre_no: String,
    name: String,
    tier: Tier,
    held: i64,
    signed: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "CommitmentSigned")]
pub struct Signed {
    text: String,
    name: String,
    at: DateTime<FixedOffset>,
}

async fn standing(context: &Context) -> Result<Standing, Problem> {
    let cadre_no = crate::cadre_no(context)?;
    let sql = "SELECT c.cadre_no, c.name, c.tier,
            (SELECT count(*) FROM assignment a WHERE a.cadre_no = c.cadre_no AND (a.starts_on IS NULL OR a.starts_on <= ?2) AND (a.ends_on IS NULL OR a.ends_on >= ?2)) AS held,
            (SELECT json_object('text', s.text, 'name', s.name, 'at', s.changed_at) FROM commitment s WHERE s.cadre_no = c.cadre_no AND s.year = ?3) AS signed
        FROM cadre c WHERE c.cadre_no = ?1";
    let parameters = [
        cadre_no.into(),
        context.today().to_string().into(),
        context.today().year().into(),
    ];
    let standing: Option<Standing> = context.store.first(sql, parameters).await?;
    standing.ok_or_else(Problem::not_found)
}

#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    name: String,
}

pub async fn sign_commitment(context: Context, Json(signature): Json<Signature>) -> Answer {
    sign(&context, &signature).await?;
    let standing = standing(&context).await?;
    let mut response = json_text(standing.signed.unwrap_or_default());
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Signed once; who signs again changes nothing.
async fn sign(context: &Context, signature: &Signature) -> Result<(), Problem> {
    let standing = standing(context).await?;
    if signature.name.trim() != standing.name {
        return Err(Problem::invalid(vec![FieldError::new(
            "name",
            signature.name.trim(),
            format!("请写您的姓名：{}", standing.name),
        )]));
    }
    let year = context.today().year();
    let sql = "INSERT INTO commitment (cadre_no, year, text_version, text, name, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (cadre_no, year) DO NOTHING RETURNING 1";
    let text = text(year, &standing.name, standing.tier, standing.held).join("\n");
    let parameters = [
        standing.cadre_no.into(),
        year.into(),
        VERSION.into(),
        text.into(),
        standing.name.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

pub async fn page(context: Context) -> Answer {
    let standing = standing(&context).await?;
    shown(&context, &standing, "", &Errors::default())
}

fn shown(context: &Context, standing: &Standing, typed: &str, errors: &Errors) -> Answer {
    let year = context.today().year();
    let title = format!("{year}年食品安全责任与任务承诺书");
    let signed: Option<Signed> = standing
        .signed
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(Problem::internal)?;
    let lines = match &signed {
        Some(signed) => signed.text.lines().map(str::to_owned).collect(),
        None => text(year, &standing.name, standing.tier, standing.held),
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

pub async fn submit(context: Context, Form(signature): Form<Signature>) -> Answer {
    outcome(
        sign(&context, &signature).await,
        |()| "/supervision/commitment".to_owned(),
        async |errors| {
            let standing = standing(&context).await?;
            shown(&context, &standing, &signature.name, &errors)
        },
    )
    .await
}
