//! Putting a business forward. Without a criterion that is met there is no cause, and nobody is put forward.

use crate::findings::{self, Evidence, Met};
use axum::response::IntoResponse as _;
use domain::Uscc;
use domain::red_black::{CaseStatus, ListKind};
use domain::words::Word as _;
use http::StatusCode;
use maud::html;
use registers::{Field, FormValues, Item, Questions, Submission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use web::extract::{Form, Json, Query};
use web::form::{Errors, area, outcome};
use web::problem::FieldError;
use web::{Answer, Code, Context, Problem, page, seal};

const USCC: Field = Field::uscc().required();
const LIST: Field = Field::word::<ListKind>("list", "榜").required();
const GROUND: Field = Field::long_text("ground", "理由", 500).required();

pub static NOMINATION: Questions = Questions::of("Nomination", &[USCC, LIST, GROUND]);

/// What a nomination rests on, beside what is asked of it.
#[derive(Deserialize, JsonSchema)]
pub struct Nomination {
    /// 依据哪些事实；不写是所有达到标准的
    #[serde(default)]
    evidence: Option<Vec<Named>>,
    #[serde(flatten)]
    #[schemars(skip)]
    asked: Item,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NamedFact")]
pub struct Named {
    kind: String,
    number: String,
}

impl Named {
    fn is(&self, fact: &Evidence) -> bool {
        self.kind == fact.kind && Some(&self.number) == fact.number.as_ref()
    }
}

#[derive(Serialize, JsonSchema)]
pub struct Nominated {
    id: String,
    status: CaseStatus,
}

pub async fn nominate(context: Context, Json(nomination): Json<Nomination>) -> Answer {
    let asked = Submission::Document(&nomination.asked);
    let id = put_forward(&context, asked, nomination.evidence.as_deref()).await?;
    Ok((
        StatusCode::CREATED,
        axum::Json(Nominated {
            id,
            status: CaseStatus::Nominated,
        }),
    )
        .into_response())
}

async fn put_forward(
    context: &Context,
    sent: Submission<'_>,
    evidence: Option<&[Named]>,
) -> Result<String, Problem> {
    let asked = NOMINATION.read(context, sent).await?;
    let caller = context.caller()?;
    let text = |field| asked.text(field).unwrap_or_default();
    let (uscc, ground) = (text(&USCC), text(&GROUND));
    let list: ListKind = asked
        .word(&LIST)
        .ok_or_else(|| Problem::internal("a nomination for no list"))?;
    let wrong = |reason: &str| Problem::invalid(vec![FieldError::new(USCC.column, uscc, reason)]);
    let met = findings::met_by(context, list.code(), uscc)
        .await?
        .ok_or_else(|| match list {
            ListKind::Red => wrong("这家企业没有达到红榜的全部标准，或者不在台账里、已经停业"),
            ListKind::Black => wrong(
                "没有依法认定的事实达到黑榜标准，不能列入。请先导入处罚、抽检、检查或者事故记录",
            ),
        })?;
    let rules = chosen(met.rules, evidence)?;
    crate::moves::refuse_personal(context, uscc, ground, "ground").await?;
    let id = seal::random_password(12)?;
    let sql = "INSERT INTO list_case (id, list, uscc, ground, rules, nominated_by, nominated_on, changed_by, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8)
        ON CONFLICT (uscc, list) WHERE status NOT IN ('rejected', 'withdrawn', 'expired', 'repaired') DO NOTHING RETURNING id";
    let parameters = [
        id.as_str().into(),
        asked.value(&LIST),
        asked.value(&USCC),
        asked.value(&GROUND),
        json!(rules).to_string().into(),
        caller.account.as_str().into(),
        context.today().to_string().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(id),
        _ => Err(Problem::new(
            Code::CaseRunning,
            format!("这家企业已经在{}的办理之中", list.chinese()),
        )),
    }
}

/// The criteria with the facts that were named; each named fact must stand behind one.
fn chosen(rules: Vec<Met>, named: Option<&[Named]>) -> Result<Vec<Met>, Problem> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(rules);
    };
    for name in named {
        if !rules
            .iter()
            .any(|met| met.evidence.iter().any(|fact| name.is(fact)))
        {
            return Err(Problem::invalid(vec![FieldError::new(
                "evidence",
                format!("{}/{}", name.kind, name.number),
                "没有这条记录，或者它没有达到列入标准",
            )]));
        }
    }
    let is_named = |fact: &Evidence| named.iter().any(|name| name.is(fact));
    Ok(rules
        .into_iter()
        .filter(|met| met.evidence.is_empty() || met.evidence.iter().any(is_named))
        .map(|met| Met {
            // Batches in a row meet their criterion together; of the others each fact does by itself.
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
pub struct Asked {
    uscc: String,
    list: String,
}

pub async fn page(context: Context, Query(asked): Query<Asked>) -> Answer {
    form(&context, &asked.uscc, &asked.list, None, &Errors::default()).await
}

pub async fn submit(context: Context, Form(typed): Form<FormValues>) -> Answer {
    let value = |field: &Field| typed.get(field.column).map_or("", String::as_str);
    outcome(
        put_forward(&context, Submission::Form(&typed), None).await,
        |id| format!("/lists/cases/{id}"),
        async |errors| {
            let ground = Some(value(&GROUND));
            form(&context, value(&USCC), value(&LIST), ground, &errors).await
        },
    )
    .await
}

async fn form(
    context: &Context,
    uscc: &str,
    list: &str,
    typed: Option<&str>,
    errors: &Errors,
) -> Answer {
    let uscc: Uscc = uscc.parse().map_err(|_| Problem::not_found())?;
    let list = ListKind::read(list).ok_or_else(Problem::not_found)?;
    let met = findings::met_by(context, list.code(), uscc.as_str()).await?;
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
                    (crate::shown::rules(&met.rules))
                    form.stack method="post" action="/lists/cases/new" {
                        input type="hidden" name="uscc" value=(uscc.as_str());
                        input type="hidden" name="list" value=(list.code());
                        (area(("ground", "ground"), "理由", Some("这段话会公开，不要写负责人姓名、电话和住址"), typed.unwrap_or(&proposed), true, errors))
                        p.note { @match list {
                            ListKind::Red => "提名以后由另一位同事决定，再公布。",
                            ListKind::Black => "提名以后先告知企业，给它五个工作日陈述申辩，再由另一位同事决定，才能公布。",
                        } }
                        button.main { "提名" }
                    }
                }
            }
        },
    ))
}
