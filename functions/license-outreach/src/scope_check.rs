//! For everybody: whether a business scope needs a food production licence, by which of its words, and what to do first.

use axum::response::IntoResponse as _;
use domain::scope::{self, Reading};
use domain::words::{OutreachStage, Word as _};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::takes;
use web::extract::{Form, Json};
use web::form::{Errors, around};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::{Routes, Who};
use web::{Answer, Context, Problem, contacts, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get_prepared("/license-outreach/check", Who::Everybody, scope_page)
        .post("/license-outreach/check", Who::Everybody, submit_scope)
        .post(
            "/api/v1/license-outreach/check",
            Who::Everybody,
            check_scope,
        )
        .api(
            "这段经营范围要不要食品生产许可证",
            takes::<ScopeQuestion>().gives::<ScopeAnswer>(),
        )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScopeAsked")]
struct ScopeQuestion {
    #[schemars(length(min = 1))]
    scope: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScopeChecked")]
struct ScopeAnswer {
    /// null：需要人工判断
    needs_license: Option<bool>,
    #[serde(flatten)]
    reading: Reading,
}

/// Reads a scope; an error of the field `scope` where it is blank or too long.
fn read_scope(text: &str) -> Result<Reading, FieldError> {
    if domain::text::is_blank(text) {
        return Err(FieldError::new("scope", text, "请填写经营范围"));
    }
    let length = text.chars().count();
    if length > scope::LONGEST {
        let beginning = text.chars().take(40).collect::<String>();
        let reason = format!("经营范围有 {length} 个字，最多 {} 个字", scope::LONGEST);
        return Err(FieldError::new("scope", beginning, reason));
    }
    Ok(scope::read(text))
}

async fn check_scope(Json(question): Json<ScopeQuestion>) -> Answer {
    let reading = read_scope(&question.scope).map_err(|error| Problem::invalid(vec![error]))?;
    let answer = ScopeAnswer {
        needs_license: reading.needs_license(),
        reading,
    };
    Ok(axum::Json(answer).into_response())
}

async fn scope_page(context: Context) -> Answer {
    render_check(&context, "", None, &Errors::default()).await
}

async fn submit_scope(context: Context, Form(question): Form<ScopeQuestion>) -> Answer {
    match read_scope(&question.scope) {
        Ok(reading) => {
            let none = Errors::default();
            render_check(&context, &question.scope, Some(&reading), &none).await
        }
        Err(error) => {
            let errors = Errors(vec![error]);
            let page = render_check(&context, &question.scope, None, &errors).await?;
            Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
    }
}

async fn render_check(
    context: &Context,
    typed: &str,
    reading: Option<&Reading>,
    errors: &Errors,
) -> Answer {
    let title = "我要不要办食品生产许可证";
    let contacts = contacts::of_district(context).await?;
    Ok(page::page(
        context,
        &errors.title(title),
        &html! {
            (errors.summary())
            @if let Some(reading) = reading { (verdict(reading)) } @else { h1 { (title) } }
            @if reading.is_none() {
                p.lead { "把营业执照上的“经营范围”粘贴到这里，马上告诉您要不要办、办哪一类。不用注册，也不会保存您填写的内容。" }
            }
            form.stack method="post" action="/license-outreach/check" {
                (around("scope", if reading.is_some() { "换一段经营范围再查" } else { "经营范围" },
                    Some("例如：许可项目：食品生产；食品销售。一般项目：食用农产品初加工。"), errors.of("scope"), &html! {
                    textarea id="scope" name="scope" rows="6" aria-describedby="scope-hint" aria-invalid=[errors.of("scope").map(|_| "true")] { (typed) }
                }))
                button.main { "查一查" }
            }
            p.note { "这里的结论依据经营范围的文字，供您办证前参考；是否许可以市场监管部门的决定为准。" }
            (contacts::directory("办证找谁", &contacts))
        },
    ))
}

fn verdict(reading: &Reading) -> maud::Markup {
    let categories: Vec<String> = reading
        .matches
        .iter()
        .filter_map(|found| {
            Some(format!(
                "{}（{}）",
                found.category.as_deref()?,
                found.category_code.as_deref()?
            ))
        })
        .collect();
    html! {
        div.panel role="status" {
            @match reading.needs_license() {
                Some(true) => {
                    h1 { "需要办食品生产许可证" }
                    p {
                        @if categories.is_empty() { "经营范围没有写明生产哪一类食品，办证时要选定类别。" }
                        @else { "食品类别：" strong { (unique(&categories).join("、")) } }
                    }
                },
                Some(false) => {
                    h1 { "不需要办食品生产许可证" }
                    p { "经营范围里没有需要食品生产许可的项目。做食品销售、餐饮的，另需食品经营许可或备案。" }
                },
                None => {
                    h1 { "需要工作人员看一看" }
                    p { "有的项目光看文字判断不了，请带上营业执照咨询所在镇街的监管所，或拨打 12315。" }
                },
            }
        }
        @if reading.needs_license() == Some(true) {
            h2 { "先做这三步" }
            ol {
                @for stage in OutreachStage::ALL.iter().take(3) {
                    li { strong { (stage.chinese()) } "：" (first_advice(*stage)) }
                }
            }
            p { "动工前就可以联系监管所，请审评专家免费上门指导，少走弯路，争取一次通过现场核查。" }
        }
        (quotations("决定结论的文字", reading.matches.iter().map(|found| (found.text.as_str(), format!("食品生产，{}", found.category.as_deref().unwrap_or("未指明类别"))))))
        (quotations("判断不了的文字", reading.unclear.iter().map(|note| (note.text.as_str(), note.reason.clone()))))
        (quotations("不需要食品生产许可的文字", reading.excluded.iter().map(|note| (note.text.as_str(), note.reason.clone()))))
    }
}

/// Each name once, in the order of their first coming.
fn unique(names: &[String]) -> Vec<String> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(name) {
            seen.push(name.clone());
        }
    }
    seen
}

/// The most passages of one kind that the page quotes; the rest is counted.
const MOST_QUOTED: usize = 50;

fn quotations<'r>(title: &str, found: impl Iterator<Item = (&'r str, String)>) -> maud::Markup {
    let found: Vec<_> = found.collect();
    html! {
        @if !found.is_empty() {
            h2 { (title) }
            ul {
                @for (text, reason) in found.iter().take(MOST_QUOTED) {
                    li { "“" mark { (text) } "”：" (reason) }
                }
                @if found.len() > MOST_QUOTED { li { "还有 " (found.len() - MOST_QUOTED) " 处" } }
            }
        }
    }
}

/// What to mind at a stage (食品生产许可管理办法 第12条; 食品生产通用卫生规范 GB 14881).
fn first_advice(stage: OutreachStage) -> &'static str {
    match stage {
        OutreachStage::SiteSelection => "远离污染源，房屋用途可以做食品生产，先看好再签租约。",
        OutreachStage::Drawing => "画好厂区平面图、车间布局图和工艺流程图，先请专家看图。",
        _ => "按看过的图纸施工，生熟分开、人流物流分开，材料易清洗、不发霉。",
    }
}
