//! For everybody: does this business scope need a food production licence, by which words, and what comes first.

use axum::response::{IntoResponse as _, Response};
use domain::scope::{self, Reading};
use domain::words::{OutreachStage, Word as _};
use http::StatusCode;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::extract::{Form, Json};
use web::form::{Errors, around};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScopeAsked")]
pub struct Asked {
    #[schemars(length(min = 1))]
    scope: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScopeChecked")]
pub struct Checked {
    /// null：需要人工判断
    needs_license: Option<bool>,
    #[serde(flatten)]
    reading: Reading,
}

fn read(text: &str) -> Result<Reading, FieldError> {
    if domain::text::is_blank(text) {
        return Err(FieldError::new("scope", text, "请填写经营范围"));
    }
    let length = text.chars().count();
    if length > scope::LONGEST {
        let said = text.chars().take(40).collect::<String>();
        let reason = format!("经营范围有 {length} 个字，最多 {} 个字", scope::LONGEST);
        return Err(FieldError::new("scope", said, reason));
    }
    Ok(scope::read(text))
}

pub async fn check_scope(Json(asked): Json<Asked>) -> Answer {
    let reading = read(&asked.scope).map_err(|error| Problem::invalid(vec![error]))?;
    let checked = Checked {
        needs_license: reading.needs_license(),
        reading,
    };
    Ok(axum::Json(checked).into_response())
}

pub async fn page(context: Context) -> Answer {
    Ok(shown(&context, "", None, &Errors::default()))
}

pub async fn submit(context: Context, Form(asked): Form<Asked>) -> Answer {
    match read(&asked.scope) {
        Ok(reading) => Ok(shown(
            &context,
            &asked.scope,
            Some(&reading),
            &Errors::default(),
        )),
        Err(error) => {
            let errors = Errors(vec![error]);
            let page = shown(&context, &asked.scope, None, &errors);
            Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
    }
}

fn shown(context: &Context, typed: &str, reading: Option<&Reading>, errors: &Errors) -> Response {
    let title = "我要不要办食品生产许可证";
    page::page(
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
        },
    )
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
        (words("决定结论的文字", reading.matches.iter().map(|found| (found.text.as_str(), format!("食品生产，{}", found.category.as_deref().unwrap_or("未指明类别"))))))
        (words("判断不了的文字", reading.unclear.iter().map(|note| (note.text.as_str(), note.reason.clone()))))
        (words("不需要食品生产许可的文字", reading.excluded.iter().map(|note| (note.text.as_str(), note.reason.clone()))))
    }
}

fn unique(names: &[String]) -> Vec<String> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(name) {
            seen.push(name.clone());
        }
    }
    seen
}

/// How many words of one kind a page shows.
const SHOWN: usize = 50;

fn words<'r>(title: &str, found: impl Iterator<Item = (&'r str, String)>) -> maud::Markup {
    let found: Vec<_> = found.collect();
    html! {
        @if !found.is_empty() {
            h2 { (title) }
            ul {
                @for (text, reason) in found.iter().take(SHOWN) {
                    li { "“" mark { (text) } "”：" (reason) }
                }
                @if found.len() > SHOWN { li { "还有 " (found.len() - SHOWN) " 处" } }
            }
        }
    }
}

/// 食品生产许可管理办法 第12条; 食品生产通用卫生规范 GB 14881.
fn first_advice(stage: OutreachStage) -> &'static str {
    match stage {
        OutreachStage::SiteSelection => "远离污染源，房屋用途可以做食品生产，先看好再签租约。",
        OutreachStage::Drawing => "画好厂区平面图、车间布局图和工艺流程图，先请专家看图。",
        _ => "按看过的图纸施工，生熟分开、人流物流分开，材料易清洗、不发霉。",
    }
}
