//! Nominating a business for a list. Whoever meets no criterion cannot be nominated.

use crate::findings::criteria_met_by;
use crate::personal_data::refuse_personal;
use axum::response::IntoResponse as _;
use domain::red_black::{CaseStatus, ListKind};
use domain::words::Word as _;
use http::StatusCode;
use maud::html;
use registers::enterprises::find_number;
use registers::{Field, FormValues, Item, Questions, Submission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use transparency::{CriterionMet, Evidence, wording};
use web::extract::{Form, Json, Query};
use web::form::{Errors, area, outcome};
use web::problem::FieldError;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page, seal};

const USCC: Field = Field::uscc().required();
const LIST: Field = Field::word::<ListKind>("list", "榜").required();
const GROUND: Field = Field::long_text("ground", "理由", 500).required();

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lists/cases/new", OFFICE, page)
        .post("/lists/cases/new", OFFICE, submit)
        .post("/api/v1/list-cases", OFFICE, nominate)
        .api(
            "提名。只有达到标准的企业能提名；必须由本人登录办理",
            NOMINATION
                .taken_with::<Nomination>()
                .gives_new::<NewListCase>(),
        )
}

static NOMINATION: Questions = Questions::of("Nomination", &[USCC, LIST, GROUND]);

/// What a nomination rests on, beside what is asked of it.
#[derive(Deserialize, JsonSchema)]
struct Nomination {
    /// 依据哪些事实；不写是所有达到标准的
    #[serde(default)]
    evidence: Option<Vec<FactReference>>,
    #[serde(flatten)]
    #[schemars(skip)]
    answers: Item,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NamedFact")]
struct FactReference {
    kind: String,
    number: String,
}

impl FactReference {
    fn names(&self, fact: &Evidence) -> bool {
        self.kind == fact.kind && Some(&self.number) == fact.number.as_ref()
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Nominated")]
struct NewListCase {
    id: String,
    status: CaseStatus,
}

async fn nominate(context: Context, Json(nomination): Json<Nomination>) -> Answer {
    let answers = Submission::Document(&nomination.answers);
    let id = nominate_enterprise(&context, answers, nomination.evidence.as_deref()).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(NewListCase {
            id,
            status: CaseStatus::Nominated,
        }),
    )
        .into_response())
}

/// Makes the case of a business for a list, and gives its id.
///
/// # Errors
///
/// 422 where the business does not meet the criteria or a text is wrong, 409 where a case of it runs already.
async fn nominate_enterprise(
    context: &Context,
    sent: Submission<'_>,
    evidence: Option<&[FactReference]>,
) -> Result<String, Problem> {
    let answers = NOMINATION.read(context, sent).await?;
    let caller = context.caller()?;
    let text = |field| answers.text(field).unwrap_or_default();
    let (uscc, ground) = (text(&USCC), text(&GROUND));
    let list: ListKind = answers
        .word(&LIST)
        .ok_or_else(|| Problem::internal("a nomination for no list"))?;
    let wrong = |reason: &str| Problem::invalid(vec![FieldError::new(USCC.column, uscc, reason)]);
    let met = criteria_met_by(context, list.code(), uscc)
        .await?
        .ok_or_else(|| match list {
            ListKind::Red => wrong("这家企业没有达到红榜的全部标准，或者不在台账里、已经停业"),
            ListKind::Black => wrong(
                "没有依法认定的事实达到黑榜标准，不能列入。请先导入处罚、抽检、检查或者事故记录",
            ),
        })?;
    let rules = select_evidence(met.rules, evidence)?;
    refuse_personal(context, uscc, ground, "ground").await?;
    let id = seal::random_password(12)?;
    let sql = "INSERT INTO list_case (id, list, uscc, ground, rules, nominated_by, nominated_on, changed_by, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8)
        ON CONFLICT (uscc, list) WHERE ended_on IS NULL DO NOTHING RETURNING id";
    let parameters = [
        id.as_str().into(),
        answers.value(&LIST),
        answers.value(&USCC),
        answers.value(&GROUND),
        json!(rules).to_string().into(),
        caller.account.as_str().into(),
        context.today().to_string().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(id),
        _ => Err(Problem::case_running(format!(
            "这家企业已经在{}的办理之中",
            list.chinese()
        ))),
    }
}

/// The criteria with the named facts alone, or all of them where none is named. Each named fact must stand behind a criterion.
fn select_evidence(
    rules: Vec<CriterionMet>,
    named: Option<&[FactReference]>,
) -> Result<Vec<CriterionMet>, Problem> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(rules);
    };
    for name in named {
        if !rules
            .iter()
            .any(|met| met.evidence.iter().any(|fact| name.names(fact)))
        {
            return Err(Problem::invalid(vec![FieldError::new(
                "evidence",
                format!("{}/{}", name.kind, name.number),
                "没有这条记录，或者它没有达到列入标准",
            )]));
        }
    }
    let is_named = |fact: &Evidence| named.iter().any(|name| name.names(fact));
    Ok(rules
        .into_iter()
        .filter(|met| met.evidence.is_empty() || met.evidence.iter().any(is_named))
        .map(|met| CriterionMet {
            // Failed batches in a row meet their criterion only together; any other fact meets its criterion by itself.
            evidence: met
                .evidence
                .into_iter()
                .filter(|fact| fact.kind == "sample" || is_named(fact))
                .collect(),
            ..met
        })
        .collect())
}

#[derive(Deserialize)]
struct NominationQuery {
    uscc: String,
    list: String,
}

async fn page(context: Context, Query(query): Query<NominationQuery>) -> Answer {
    nomination_page(&context, &query.uscc, &query.list, None, &Errors::default()).await
}

async fn submit(context: Context, Form(typed): Form<FormValues>) -> Answer {
    let value = |field: &Field| typed.get(field.column).map_or("", String::as_str);
    outcome(
        nominate_enterprise(&context, Submission::Form(&typed), None).await,
        |id| format!("/lists/cases/{id}"),
        async |errors| {
            let ground = Some(value(&GROUND));
            nomination_page(&context, value(&USCC), value(&LIST), ground, &errors).await
        },
    )
    .await
}

/// The page that asks for a nomination; `typed` is the ground that somebody has typed before.
async fn nomination_page(
    context: &Context,
    uscc: &str,
    list: &str,
    typed: Option<&str>,
    errors: &Errors,
) -> Answer {
    let uscc = find_number(&context.store, uscc).await?;
    let list = ListKind::read(list).ok_or_else(Problem::not_found)?;
    let met = criteria_met_by(context, list.code(), uscc.as_str()).await?;
    let title = format!("提名列入{}", list.chinese());
    let proposed = met.as_ref().map_or_else(String::new, |met| match list {
        ListKind::Red => "达到红榜的全部标准。".to_owned(),
        ListKind::Black => {
            let titles: Vec<&str> = met.rules.iter().map(|rule| rule.title.as_str()).collect();
            format!("{}。", titles.join("；"))
        }
    });
    Ok(page::page(
        context,
        &errors.title(&title),
        &html! {
            (errors.summary())
            p { a href={ "/lists/cases/suggestions?list=" (list.code()) } { "达标提示" } }
            h1 { (title) }
            @match &met {
                None => {
                    p { "这家企业现在没有达到" (list.chinese()) "的标准，不能提名。" }
                    p { a href={ "/enterprises/" (uscc.as_str()) } { "看它的记录" } }
                }
                Some(met) => {
                    dl.facts {
                        dt { "企业" } dd { a href={ "/enterprises/" (uscc.as_str()) } { (met.name) } }
                        dt { "统一社会信用代码" } dd.code { (uscc.as_str()) }
                        dt { "镇街" } dd { (met.town.as_deref().unwrap_or("—")) }
                    }
                    h2 { "达到的标准和证据" }
                    (wording::rules(&met.rules))
                    form.stack method="post" action="/lists/cases/new" {
                        input type="hidden" name="uscc" value=(uscc.as_str());
                        input type="hidden" name="list" value=(list.code());
                        (area(("ground", "ground"), "理由", Some("这段话会公开，不要写负责人姓名、电话和住址"), typed.unwrap_or(&proposed), true, errors))
                        p.note { @match list {
                            ListKind::Red => "提名以后由另一位同事决定，再公布。",
                            ListKind::Black => "提名以后先告知企业，等申辩期过了，再由另一位同事决定，才能公布。",
                        } }
                        button.main { "提名" }
                    }
                }
            }
        },
    ))
}
