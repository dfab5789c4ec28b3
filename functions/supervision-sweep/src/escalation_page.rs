//! The pages of 督办规则: all rules with their ladders, and the form to change one.

use crate::escalation::{
    CopyRecipient, EscalationRule, EscalationVersion, Issue, NewEscalation, REMIND_RANGE, Rung,
    TERM_RANGE, find_rule, find_rules, write_version,
};
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::Days;
use domain::office_date::chinese;
use domain::words::{NoticeKind, Word as _, choices};
use maud::{Markup, html};
use std::collections::BTreeMap;
use web::extract::{Form, Path};
use web::form::{Errors, Field, around, select};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/sweep/policy", OFFICE, rules_page)
        .get("/sweep/policy/{rule}", OFFICE, rule_page)
        .post("/sweep/policy/{rule}", OFFICE, submit_version)
}

/// A rung in words, such as «10 个工作日，直接发出，告知镇街».
fn rung_text(rung: &Rung) -> String {
    let told: Vec<&str> = rung.told.iter().map(|told| told.chinese()).collect();
    let told = if told.is_empty() {
        String::new()
    } else {
        format!("，告知{}", told.join("、"))
    };
    format!("{} 个工作日，{}{told}", rung.term, rung.issue.chinese())
}

fn ladder_list(rungs: &[Rung]) -> Markup {
    html! {
        ol.tidy { @for (rung, kind) in rungs.iter().zip(NoticeKind::LADDER) { li { (kind.chinese()) "：" (rung_text(rung)) } } }
    }
}

async fn rules_page(context: Context) -> Answer {
    let rules = find_rules(&context).await?;
    let today = context.today();
    Ok(frame::page(
        &context,
        "督办规则",
        &html! {
            (tabs(&context))
            h1 { "督办规则" }
            p { "每一类逾期事项按它的规则逐级发出文书：从发出之日起计期限，期满仍未完成的，下一个工作日升级；拟稿没有签发的，不升级。" }
            @for rule in &rules {
                @if let Some(now) = rule.version_on(today) {
                    section {
                        h2 id=(rule.rule) { (now.title) }
                        p.note { "代号：" span.code { (rule.rule) } "　" (chinese(now.valid_from)) "起" @if now.valid_from > today { "（还没有生效）" } }
                        (ladder_list(&now.rungs))
                        @for next in rule.versions.iter().filter(|version| version.valid_from > today && version.valid_from != now.valid_from) {
                            div.panel { p { (chinese(next.valid_from)) "起改为：" } (ladder_list(&next.rungs)) }
                        }
                        p { a href={ "/sweep/policy/" (rule.rule) } { "修改" span.hidden { "：" (now.title) } } }
                    }
                }
            }
        },
    ))
}

type Typed = BTreeMap<String, String>;

async fn rule_page(context: Context, Path(rule): Path<String>) -> Answer {
    render_rule(&context, &rule, None, &Errors::default()).await
}

async fn render_rule(
    context: &Context,
    name: &str,
    typed: Option<&Typed>,
    errors: &Errors,
) -> Answer {
    let rule = find_rule(context, name)
        .await?
        .ok_or_else(Problem::not_found)?;
    let now = rule
        .version_on(context.today())
        .ok_or_else(Problem::not_found)?;
    let tomorrow = (context.today() + Days::new(1)).to_string();
    let form = RuleForm { now, typed, errors };
    let starts: Vec<(&str, &str)> = ["1", "2", "3", "4"]
        .into_iter()
        .zip(NoticeKind::LADDER.iter().map(|kind| kind.chinese()))
        .collect();
    let reminders: Vec<String> = now.remind.iter().map(u32::to_string).collect();
    Ok(frame::page(
        context,
        &errors.title(&now.title),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "修改督办规则：" (now.title) }
            p { "改动从生效日起有效；以前发出的文书仍按当时的规则。保存后可以在“预演”里看它在实际数据上的结果。" }
            form.stack method="post" {
                (Field { kind: "date", ..Field::text("valid_from", "从哪天起", &form.value("valid_from", tomorrow)) }.render(errors))
                @for (place, kind) in NoticeKind::LADDER.iter().enumerate() { (form.rung_fields(place, *kind)) }
                (select("repeated_at", "同一责任人连续两期逾期，从哪一级起", &starts, &form.value("repeated_at", now.repeated_at.to_string()), errors))
                (Field::text("remind", "到期前几天提醒", &form.value("remind", reminders.join("、"))).hint("用顿号分开，例如 14、3").render(errors))
                (Field::text("title", "事由", &form.value("title", now.title.clone())).hint("文书标题用：关于……的提醒敦促函").render(errors))
                @for (field, label, kept) in [("duty", "要求", &now.duty), ("basis", "依据", &now.basis)] {
                    (around(field, label, None, errors.of(field), &html! { textarea.short id=(field) name=(field) { (form.value(field, kept.clone())) } }))
                }
                button.main { "保存" }
            }
            (version_history(&rule))
        },
    ))
}

/// The form of a rule: with what was typed where it was refused, else with the version that holds now.
struct RuleForm<'f> {
    now: &'f EscalationVersion,
    typed: Option<&'f Typed>,
    errors: &'f Errors,
}

impl RuleForm<'_> {
    /// What a field has in it; `now` is what the version has.
    fn value(&self, field: &str, now: String) -> String {
        match self.typed {
            Some(typed) => typed.get(field).cloned().unwrap_or_default(),
            None => now,
        }
    }

    fn rung_fields(&self, place: usize, kind: NoticeKind) -> Markup {
        let rung = self.now.rungs.get(place);
        let number = place + 1;
        let (term_field, issue_field) = (format!("term{number}"), format!("issue{number}"));
        let term = rung.map_or_else(String::new, |rung| rung.term.to_string());
        let term = self.value(&term_field, term);
        let issue = rung.map_or(Issue::Signed, |rung| rung.issue).code();
        let issue = self.value(&issue_field, issue.to_owned());
        let hint = match place {
            0 => "从发出之日起计算",
            _ => "留空：不发这一级和以上的文书",
        };
        html! {
            fieldset.field {
                legend { (kind.chinese()) }
                (Field { kind: "number", ..Field::text(&term_field, "期限（工作日）", &term) }.hint(hint).render(self.errors))
                (select(&issue_field, "怎样发出", &choices::<Issue>(), &issue, self.errors))
                @for recipient in CopyRecipient::ALL {
                    @let field = copy_field(number, *recipient);
                    @let ticked = match self.typed { Some(typed) => typed.contains_key(&field), None => rung.is_some_and(|rung| rung.told.contains(recipient)) };
                    label.choice for=(field) { input type="checkbox" id=(field) name=(field) value="1" checked[ticked]; "告知" (recipient.chinese()) }
                }
            }
        }
    }
}

/// The name of the box that has somebody told of the rung of this number.
fn copy_field(number: usize, recipient: CopyRecipient) -> String {
    format!("told{number}-{}", recipient.code())
}

fn version_history(rule: &EscalationRule) -> Markup {
    let rungs = |version: &EscalationVersion| {
        let rungs = version.rungs.iter().zip(NoticeKind::LADDER);
        let texts: Vec<String> = rungs
            .map(|(rung, kind)| format!("{} {}", kind.chinese(), rung_text(rung)))
            .collect();
        texts.join("；")
    };
    html! {
        h2 { "历史" }
        ul { @for version in &rule.versions {
            li { (chinese(version.valid_from)) "起，" @if version.changed_by == "migration" { "系统初始值" } @else { (version.changed_by) "设定" }
                "：" (rungs(version)) }
        } }
    }
}

/// What was typed into a field, without blanks around it.
fn trimmed<'t>(typed: &'t Typed, field: &str) -> &'t str {
    typed.get(field).map_or("", |value| value.trim())
}

/// The rungs that the form names, up to the first without a term.
fn typed_rungs(typed: &Typed, errors: &mut Vec<FieldError>) -> Vec<Rung> {
    let mut rungs = Vec::new();
    for number in 1..=NoticeKind::LADDER.len() {
        let field = format!("term{number}");
        let term = trimmed(typed, &field);
        if term.is_empty() {
            break;
        }
        match term.parse() {
            Ok(term) => rungs.push(Rung {
                term,
                issue: Issue::read(trimmed(typed, &format!("issue{number}")))
                    .unwrap_or(Issue::Signed),
                told: CopyRecipient::ALL
                    .iter()
                    .copied()
                    .filter(|recipient| typed.contains_key(&copy_field(number, *recipient)))
                    .collect(),
            }),
            Err(_) => errors.push(FieldError::new(&field, term, TERM_RANGE)),
        }
    }
    rungs
}

/// The version that the form describes; an error for each number that is none.
fn typed_version(typed: &Typed) -> Result<NewEscalation, Problem> {
    let mut errors = Vec::new();
    let rungs = typed_rungs(typed, &mut errors);
    let remind: Result<Vec<u32>, _> = trimmed(typed, "remind")
        .split(['、', ',', '，', ' '])
        .filter(|days| !days.is_empty())
        .map(str::parse)
        .collect();
    if remind.is_err() {
        let typed = trimmed(typed, "remind");
        errors.push(FieldError::new("remind", typed, REMIND_RANGE));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    Ok(NewEscalation {
        valid_from: trimmed(typed, "valid_from").to_owned(),
        title: trimmed(typed, "title").to_owned(),
        duty: trimmed(typed, "duty").to_owned(),
        basis: trimmed(typed, "basis").to_owned(),
        rungs,
        repeated_at: Some(trimmed(typed, "repeated_at").parse().unwrap_or(0)),
        remind: remind.unwrap_or_default(),
    })
}

async fn submit_version(
    context: Context,
    Path(rule): Path<String>,
    Form(typed): Form<Typed>,
) -> Answer {
    let outcome = match typed_version(&typed) {
        Ok(version) => write_version(&context, &rule, &version).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(()) => Ok(Redirect::to(&format!("/sweep/policy#{rule}")).into_response()),
        Err(problem) if !problem.errors.is_empty() => Ok(refused(
            problem.status,
            render_rule(&context, &rule, Some(&typed), &Errors(problem.errors)).await?,
        )),
        Err(problem) => Err(problem),
    }
}
