//! The page of one door-step case, with a form for each step and for each of the nine stages.

use crate::case::{CaseDocument, OutreachCase, read_case};
use crate::tabs::tabs;
use axum::response::Response;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{CaseOutcome, OutreachStage, Word as _, choices};
use maud::{Markup, html};
use registers::FormValues;
use serde_json::Value as Json;
use web::extract::Path;
use web::form::{Errors, around, select};
use web::respond::refused;
use web::routes::Routes;
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/license-outreach/cases/{id}", crate::FIELD, case_page)
}

/// A form of the page that was refused: it is shown again with what was typed and what is wrong with it.
#[derive(Default)]
pub struct RefusedForm {
    /// The code of a stage, or `contact`, `check` or `close`; empty where no form was refused.
    pub form: String,
    pub typed: FormValues,
    pub errors: Errors,
    /// What somebody else has written meanwhile, a line for each field.
    pub conflict: Option<Vec<String>>,
}

async fn case_page(context: Context, Path(id): Path<String>) -> Answer {
    render_case(&context, &id, &RefusedForm::default()).await
}

/// Shows the page once more, with what was typed into `form` and why it was not taken.
///
/// # Errors
///
/// `problem` itself, where it is neither about a field nor about another person's change.
pub async fn show_refused(
    context: &Context,
    id: &str,
    form: &str,
    typed: FormValues,
    problem: Problem,
) -> Answer {
    let conflict = problem.current.as_ref().map(|now| current_lines(now));
    if conflict.is_none() && problem.errors.is_empty() {
        return Err(problem);
    }
    let refused_form = RefusedForm {
        form: form.to_owned(),
        typed,
        errors: Errors(problem.errors),
        conflict,
    };
    let page: Response = render_case(context, id, &refused_form).await?;
    Ok(refused(problem.status, page))
}

/// What a case or a stage has now, as lines for people.
fn current_lines(now: &Json) -> Vec<String> {
    [
        ("begun_on", "开始日期"),
        ("done_on", "完成日期"),
        ("expert", "审评专家"),
        ("note", "意见"),
        ("contacted_on", "联系日期"),
        ("contact_note", "联系情况"),
        ("checked_on", "核查日期"),
        ("check_note", "核查情况"),
        ("changed_by", "修改人"),
    ]
    .into_iter()
    .filter_map(|(field, label)| {
        let text = now.get(field)?.as_str().filter(|text| !text.is_empty())?;
        Some(format!("{label}：{text}"))
    })
    .collect()
}

async fn render_case(context: &Context, id: &str, refused_form: &RefusedForm) -> Answer {
    let case = read_case(context, id).await?;
    let open = case.outcome.is_none() && crate::goes_to_the_door(context);
    let title = match refused_form.conflict {
        Some(_) => format!("错误：{}", case.name),
        None => refused_form.errors.title(&case.name),
    };
    Ok(page::page(
        context,
        &title,
        &html! {
            (tabs(context))
            (refused_form.errors.summary())
            (conflict_notice(refused_form))
            h1 { (case.name) }
            (fact_list(&case))
            @if case.license_no.is_some() && open {
                div.panel { p { "这家企业已经有食品生产许可证。请补录现场核查结果，然后在页面最下面结束服务。" } }
            }
            (contact_section(&case, open, refused_form))
            (stage_progress(&case))
            @for stage in OutreachStage::ALL { (stage_section(&case, *stage, open, refused_form)) }
            (check_section(&case, open, refused_form))
            @if open { (close_section(&case, refused_form)) }
            p { a href={ "/audit?record=outreach-case/" (case.id) } { "变更记录" } }
        },
    ))
}

fn conflict_notice(refused_form: &RefusedForm) -> Markup {
    html! {
        @if let Some(conflict) = &refused_form.conflict {
            div.error-summary role="alert" tabindex="-1" autofocus {
                h2 { "别人刚修改过这一项" }
                p { "您填写的内容还在下面的表单里。现在系统里是：" }
                ul { @for line in conflict { li { (line) } } }
                p { a href={ "#" (refused_form.form) } { "到我填写的地方" } "，对照后再保存一次。" }
            }
        }
    }
}

fn fact_list(case: &OutreachCase) -> Markup {
    let day = |date: Option<NaiveDate>| date.map_or_else(|| "—".to_owned(), chinese);
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
    html! {
        dl.facts {
            dt { "统一社会信用代码" } dd { a.code href={ "/enterprises/" (case.uscc) } { (case.uscc) } }
            dt { "镇街、地址" } dd { (text(&case.town)) "　" (text(&case.address)) }
            dt { "负责人、电话" } dd { (text(&case.person_in_charge)) "　" (text(&case.phone)) }
            dt { "成立日期" } dd { (day(case.founded_on)) }
            dt { "经营范围" } dd { (text(&case.business_scope)) }
            dt { "监管所" } dd { (text(&case.station_name)) }
            dt { "开始服务" } dd { (chinese(case.opened_on)) }
            dt { "许可申请" } dd { (day(case.applied_on)) }
            dt { "许可证" } dd { (text(&case.license_no)) }
            @if let Some(outcome) = case.outcome {
                dt { "结果" } dd { strong { (outcome.chinese()) } "，" (day(case.closed_on)) @if !case.close_note.is_empty() { "。" (case.close_note) } }
            }
        }
    }
}

const NO_ERRORS: &Errors = &Errors(Vec::new());

/// One of the page's forms: with what was typed where it was refused, else with what the case has.
struct CaseForm<'p> {
    name: &'p str,
    refused: Option<&'p RefusedForm>,
}

impl<'p> CaseForm<'p> {
    fn new(name: &'p str, refused_form: &'p RefusedForm) -> Self {
        Self {
            name,
            refused: Some(refused_form).filter(|refused| refused.form == name),
        }
    }

    fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    fn errors(&self) -> &'p Errors {
        self.refused.map_or(NO_ERRORS, |refused| &refused.errors)
    }

    /// What a field has in it; `now` is what the case has.
    fn value(&self, field: &str, now: &'p str) -> &'p str {
        let typed = self.refused.and_then(|refused| refused.typed.get(field));
        typed.map_or(now, String::as_str)
    }

    /// The version that the form is sent with: the one that was read, until another person's change stands beside the form.
    fn version(&self, now: i64) -> String {
        let read = self
            .refused
            .filter(|refused| refused.conflict.is_none())
            .and_then(|refused| refused.typed.get("version"));
        read.cloned().unwrap_or_else(|| now.to_string())
    }

    fn date(&self, field: &str, label: &str, now: Option<NaiveDate>) -> Markup {
        let now = now.map_or_else(String::new, |date| date.to_string());
        let value = match self.refused.and_then(|refused| refused.typed.get(field)) {
            Some(typed) => typed,
            None => &now,
        };
        let id = format!("{}-{field}", self.name);
        self.labelled(
            &id,
            field,
            label,
            &html! { input id=(id) name=(field) type="date" value=(value); },
        )
    }

    fn note(&self, label: &str, now: &'p str) -> Markup {
        let id = format!("{}-note", self.name);
        self.labelled(
            &id,
            "note",
            label,
            &html! { textarea.short id=(id) name="note" rows="3" { (self.value("note", now)) } },
        )
    }

    /// Label and error around an input. The same field stands in several forms of the page, so that its id differs from its name.
    fn labelled(&self, id: &str, field: &str, label: &str, input: &Markup) -> Markup {
        let error = self.errors().of(field);
        html! {
            div.field.wrong[error.is_some()] {
                label for=(id) { (label) }
                @if let Some(error) = error { p.error { strong { "错误：" } (error) } }
                (input)
            }
        }
    }
}

fn contact_section(case: &OutreachCase, open: bool, refused_form: &RefusedForm) -> Markup {
    let form = CaseForm::new("contact", refused_form);
    html! {
        h2 id="contact" { "上门对接" }
        @match case.contacted_on {
            Some(day) => p { "首次联系：" (chinese(day)) @if !case.contact_note.is_empty() { "。" (case.contact_note) } },
            None => p { "还没有联系企业。" },
        }
        @if open {
            details open[form.is_refused() || case.contacted_on.is_none()] {
                summary { "记录联系情况" }
                form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/contact" } {
                    input type="hidden" name="version" value=(form.version(case.version));
                    (form.date("contacted_on", "联系日期", case.contacted_on))
                    (form.note("情况", &case.contact_note))
                    button.main { "保存" }
                }
            }
        }
    }
}

fn stage_progress(case: &OutreachCase) -> Markup {
    let stages = case.stages.iter();
    let done = stages.filter(|stage| stage.done_on.is_some()).count();
    html! {
        h2 { "九个环节（已完成 " (done) " 个）" }
        progress max="9" value=(done) aria-label={ "已完成 " (done) " 个环节" } {}
    }
}

fn stage_section(
    case: &OutreachCase,
    stage: OutreachStage,
    open: bool,
    refused_form: &RefusedForm,
) -> Markup {
    let code = stage.code();
    let now = case.stages.iter().find(|known| known.stage == code);
    let now = now.cloned().unwrap_or_default();
    let documents = case.documents.iter();
    let documents: Vec<&CaseDocument> = documents
        .filter(|document| document.stage == code)
        .collect();
    let form = CaseForm::new(code, refused_form);
    html! {
        section.step id=(code) {
            h3 {
                (stage.chinese()) " "
                @match (now.done_on, now.begun_on) {
                    (Some(day), _) => span.tag { "完成于 " (chinese(day)) },
                    (None, Some(day)) => span.tag { (chinese(day)) " 开始" },
                    _ => span.tag { "未开始" },
                }
            }
            @if !now.expert.is_empty() { p { "审评专家：" (now.expert) } }
            @if !now.note.is_empty() { p { (now.note) } }
            (document_list(&documents, open))
            @if open {
                details open[form.is_refused()] {
                    summary { "填写" (stage.chinese()) }
                    form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/stages/" (code) } {
                        input type="hidden" name="version" value=(form.version(now.version));
                        (form.date("begun_on", "开始日期", now.begun_on))
                        (form.date("done_on", "完成日期", now.done_on))
                        div.field {
                            label for={ (code) "-expert" } { "邀请的审评专家" }
                            input id={ (code) "-expert" } name="expert" value=(form.value("expert", &now.expert)) autocomplete="off";
                        }
                        (form.note("指导意见和整改情况", &now.note))
                        button.main { "保存" }
                    }
                    (upload_form(case, code, form.errors()))
                }
            }
        }
    }
}

fn document_list(documents: &[&CaseDocument], open: bool) -> Markup {
    html! {
        @if !documents.is_empty() {
            ul.files {
                @for document in documents {
                    li {
                        a href={ "/license-outreach/documents/" (document.id) } { (document.name) } " " span.note { "（" (document.bytes.div_ceil(1024)) " KB）" }
                        @if open {
                            form.inline method="post" action={ "/license-outreach/documents/" (document.id) "/remove" } {
                                button.plain aria-label={ "移除 " (document.name) } { "移除" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn upload_form(case: &OutreachCase, stage: &str, errors: &Errors) -> Markup {
    html! {
        form.stack method="post" enctype="multipart/form-data" action={ "/license-outreach/cases/" (case.id) "/stages/" (stage) "/documents" } {
            div.field {
                label for={ (stage) "-file" } { "图纸、照片（jpg、png、webp、PDF，不超过 20 MB）" }
                @if let Some(error) = errors.of("file") { p.error { strong { "错误：" } (error) } }
                input id={ (stage) "-file" } name="file" type="file" required accept="image/jpeg,image/png,image/webp,application/pdf";
            }
            button.second { "上传" }
        }
    }
}

fn check_section(case: &OutreachCase, open: bool, refused_form: &RefusedForm) -> Markup {
    let form = CaseForm::new("check", refused_form);
    let passed = match case.passed_first_time {
        Some(true) => "true",
        Some(false) => "false",
        None => "",
    };
    let results = [
        ("", "请选择"),
        ("true", "一次通过"),
        ("false", "没有一次通过"),
    ];
    html! {
        h2 id="check" { "许可现场核查" }
        @match (case.checked_on, case.passed_first_time) {
            (Some(day), Some(passed)) => p { (chinese(day)) "，" strong { @if passed { "一次通过" } @else { "没有一次通过" } } @if !case.check_note.is_empty() { "。" (case.check_note) } },
            _ => p { "还没有核查结果。" },
        }
        @if open {
            details open[form.is_refused()] {
                summary { "填写核查结果" }
                form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/check" } {
                    input type="hidden" name="version" value=(form.version(case.version));
                    (form.date("checked_on", "核查日期", case.checked_on))
                    (select("passed_first_time", "结果", &results, form.value("passed_first_time", passed), form.errors()))
                    (form.note("情况", &case.check_note))
                    button.main { "保存" }
                }
            }
        }
    }
}

fn close_section(case: &OutreachCase, refused_form: &RefusedForm) -> Markup {
    let form = CaseForm::new("close", refused_form);
    let suggested = match case.license_no {
        Some(_) => CaseOutcome::Licensed.code(),
        None => "",
    };
    let outcomes: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(choices::<CaseOutcome>())
        .collect();
    html! {
        h2 { "结束服务" }
        form.stack method="post" action={ "/license-outreach/cases/" (case.id) "/close" } {
            (select("outcome", "结果", &outcomes, form.value("outcome", suggested), form.errors()))
            (around("note", "原因或说明", Some("放弃或不需要许可的，请写明原因"), form.errors().of("note"), &html! {
                textarea.short id="note" name="note" rows="3" aria-describedby="note-hint" { (form.value("note", "")) }
            }))
            button.second { "结束服务" }
        }
    }
}
