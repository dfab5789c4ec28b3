//! 包保关系 of one business, by date: given to another official, or ended.

use crate::ASSIGNING;
use crate::assigning::{
    Assigned, CADRE_NO, POST_NO, REASON, REPLACES, STARTS_ON, USCC, insert_assignment,
};
use crate::assignment_end::{ENDS_ON, VERSION, write_end};
use crate::backdating::BACKDATED_REASON;
use crate::fit::Fit;
use crate::post_identity::official_of;
use crate::tabs::tabs;
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{Level, Tier, Word as _};
use maud::{Markup, html};
use registers::enterprises::find_number;
use registers::{Field, FormValues, Submission};
use registers::{town_name, town_today, village_name};
use serde::Deserialize;
use web::extract::{Form, Path};
use web::form::{Errors, outcome, select};
use web::problem::FieldError;
use web::routes::{DESK, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/assignments/{uscc}", DESK, enterprise_page)
        .post(
            "/supervision/assignments/{uscc}",
            ASSIGNING,
            submit_assignment,
        )
        .post("/supervision/assignments/{uscc}/end", ASSIGNING, submit_end)
}

#[derive(Deserialize)]
struct AssignedEnterprise {
    uscc: String,
    name: String,
    town: Option<String>,
    village: Option<String>,
    level: Option<Level>,
    status: String,
    history: Vec<AssignmentLine>,
    posts: Vec<AssignablePost>,
}

/// An assignment, running or ended.
#[derive(Deserialize)]
struct AssignmentLine {
    id: String,
    cadre_no: String,
    cadre: String,
    tier: Tier,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    fit: Option<Fit>,
    lifted_reason: Option<String>,
    version: i64,
}

impl AssignmentLine {
    fn runs_on(&self, day: NaiveDate) -> bool {
        self.ends_on.is_none_or(|ends| ends >= day)
    }
}

/// A post whose official could answer for the business.
#[derive(Deserialize)]
struct AssignablePost {
    post_no: String,
    cadre_no: String,
    name: String,
    title: Option<String>,
    tier: Tier,
    load: u64,
}

/// The business with its assignments by date, and with the officials who could answer for it: those of the town and of the district,
/// those with the smaller load first.
async fn find_enterprise(context: &Context, uscc: &str) -> Result<AssignedEnterprise, Problem> {
    let uscc = find_number(&context.store, uscc).await?;
    let sql = concat!(
        "SELECT coalesce((SELECT json_object('uscc', e.uscc, 'name', e.name, 'town', ",
        town_name!("e.town"),
        ", 'village', ",
        village_name!("e.town", "e.village"),
        ", 'level', e.level, 'status', e.status,
        'history', json((SELECT json_group_array(json_object('id', CAST(a.id AS TEXT), 'cadre_no', a.cadre_no, 'cadre', a.cadre, 'tier', a.tier, 'starts_on', a.starts_on,
            'ends_on', a.ends_on, 'fit', a.fit, 'lifted_reason', a.lifted_reason, 'version', a.version))
            FROM (SELECT f.* FROM assignment_of_post f WHERE f.uscc = e.uscc
                ORDER BY f.ends_on IS NOT NULL, f.starts_on DESC, f.id DESC) a)),
        'posts', json((SELECT json_group_array(json_object('post_no', post_no, 'cadre_no', cadre_no, 'name', name, 'title', title, 'tier', tier, 'load', load))
            FROM (SELECT c.post_no, c.cadre_no, c.name, c.title, c.tier, (SELECT count(*) FROM assignment a
                    WHERE a.cadre_no = c.cadre_no AND coalesce(a.post_no, a.cadre_no) = c.post_no AND (a.ends_on IS NULL OR a.ends_on >= ?3)) AS load
                FROM post c WHERE c.duty = 'cadre' AND (c.ends_on IS NULL OR c.ends_on >= ?3) AND (c.tier = 'district' OR ",
        town_today!("c.town"),
        " IS ",
        town_today!("e.town"),
        ")
                ORDER BY c.tier <> 'village', c.tier <> 'town', load, c.post_no))))
        FROM enterprise_ledger e WHERE e.uscc = ?1 AND (?2 IS NULL OR e.town IN (SELECT value FROM json_each(?2)))), '')"
    );
    let parameters = [
        uscc.as_str().into(),
        context.caller()?.only_towns_json().into(),
        context.today().to_string().into(),
    ];
    let text = context.store.text(sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

async fn enterprise_page(context: Context, Path(uscc): Path<String>) -> Answer {
    let today = FormValues::from([("starts_on".to_owned(), context.today().to_string())]);
    render_enterprise(&context, &uscc, &today, &Errors::default()).await
}

async fn render_enterprise(
    context: &Context,
    uscc: &str,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let enterprise = find_enterprise(context, uscc).await?;
    let form = match crate::may_assign(context) && enterprise.status == "operating" {
        true => Some(assigning_form(context, &enterprise, typed, errors).await?),
        false => None,
    };
    Ok(frame::page(
        context,
        &errors.title(&enterprise.name),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (enterprise.name) }
            dl.facts {
                dt { "统一社会信用代码" } dd { a.code href={ "/enterprises/" (enterprise.uscc) } { (enterprise.uscc) } }
                dt { "地区" } dd { (enterprise.town.as_deref().unwrap_or("未登记")) " " (enterprise.village.as_deref().unwrap_or("")) }
                dt { "包保级别" } dd { (enterprise.level.map_or("未定", Level::chinese)) }
            }
            h2 { "包保经过" }
            @if enterprise.history.is_empty() { p { "还没有包保干部。" } } @else { (history_table(context, &enterprise)) }
            @if let Some(form) = form {
                h2 { "确定包保干部" }
                (form)
            }
        },
    ))
}

fn history_table(context: &Context, enterprise: &AssignedEnterprise) -> Markup {
    let may_assign = crate::may_assign(context);
    let today = context.today();
    html! {
        div.scroll tabindex="0" role="region" aria-label="包保经过" { table {
            thead { tr { th scope="col" { "包保干部" } th scope="col" { "层级" } th scope="col" { "起" } th scope="col" { "止" } th scope="col" { "层级和级别" } @if may_assign { th scope="col" { "结束" } } } }
            tbody { @for line in &enterprise.history {
                tr {
                    td { (line.cadre) "（" (line.cadre_no) "）" }
                    td.tight { (line.tier.chinese()) }
                    td.tight { (line.starts_on.map_or_else(|| "一直".to_owned(), chinese)) }
                    td.tight { (line.ends_on.map_or_else(|| "现在".to_owned(), chinese)) }
                    td { (line.fit.map_or("级别未定", Fit::chinese)) @if let Some(reason) = &line.lifted_reason { "：" (reason) } }
                    @if may_assign { td.tight { @if line.runs_on(today) && line.ends_on.is_none() {
                        form.inline method="post" action={ "/supervision/assignments/" (enterprise.uscc) "/end" } {
                            input type="hidden" name="id" value=(line.id);
                            input type="hidden" name="version" value=(line.version);
                            button.plain { "到今天为止" span.hidden { "：" (line.cadre) } }
                        }
                    } } }
                }
            } }
        } }
    }
}

async fn assigning_form(
    context: &Context,
    enterprise: &AssignedEnterprise,
    typed: &FormValues,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let value = |field: &Field| typed.get(field.column).map(String::as_str);
    // A reason for dating back is asked for where the day lies in a closed period.
    let asked: &[Field] = match errors.of(STARTS_ON.column) {
        Some(_) => &[STARTS_ON, BACKDATED_REASON, REASON],
        None => &[STARTS_ON, REASON],
    };
    let inputs = registers::inputs(context, asked, typed, errors).await?;
    let posts = post_choices(enterprise);
    let replaced = replacement_choices(context, enterprise);
    let replaces = value(&REPLACES).unwrap_or_else(|| replaced[0].0);
    let named: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(posts.iter().map(|(code, name)| (*code, name.as_str())))
        .collect();
    let replaced: Vec<(&str, &str)> = replaced
        .iter()
        .map(|(id, name)| (*id, name.as_str()))
        .collect();
    Ok(html! {
        form.stack method="post" {
            (select("cadre_no", "包保干部", &named, value(&CADRE_NO).unwrap_or(""), errors))
            (select("replaces", "和现在的包保干部", &replaced, replaces, errors))
            (inputs)
            button.main { "确定" }
        }
    })
}

/// The posts by their number; the title of an official tells several posts apart.
fn post_choices(enterprise: &AssignedEnterprise) -> Vec<(&str, String)> {
    let has_several = |post: &AssignablePost| {
        let of_same = |other: &&AssignablePost| other.cadre_no == post.cadre_no;
        enterprise.posts.iter().filter(of_same).count() > 1
    };
    let choice = |post: &AssignablePost| {
        let title = post.title.as_deref().filter(|_| has_several(post));
        let title = title.map(|title| format!("{title}，"));
        format!(
            "{}（{}，{}{}，现包保 {} 家）",
            post.name,
            post.cadre_no,
            title.unwrap_or_default(),
            post.tier.chinese(),
            post.load
        )
    };
    let posts = enterprise.posts.iter();
    posts
        .map(|post| (post.post_no.as_str(), choice(post)))
        .collect()
}

/// The running assignments, each of which the new one can replace; and none of them, which is the last choice.
fn replacement_choices<'e>(
    context: &Context,
    enterprise: &'e AssignedEnterprise,
) -> Vec<(&'e str, String)> {
    let today = context.today();
    let history = enterprise.history.iter();
    history
        .filter(|line| line.runs_on(today))
        .map(|line| (line.id.as_str(), format!("接替{}", line.cadre)))
        .chain([("", "不接替，共同包保".to_owned())])
        .collect()
}

/// The page offers the officials as a choice: where none was taken, it asks to choose one, not to fill one in.
fn ask_to_choose(problem: Problem) -> Problem {
    let is_blank = |error: &FieldError| {
        error.field == CADRE_NO.column && error.value.as_deref().is_none_or(str::is_empty)
    };
    if !problem.errors.iter().any(is_blank) {
        return problem;
    }
    let mut errors = problem.errors;
    for error in errors.iter_mut().filter(|error| is_blank(error)) {
        error.reason = format!("请选择{}", CADRE_NO.heading);
    }
    Problem::invalid(errors)
}

/// The page offers the officials by their posts: what was chosen says both.
fn of_chosen_post(typed: &FormValues) -> FormValues {
    let mut given = typed.clone();
    if let Some(post_no) = typed.get(CADRE_NO.column) {
        let cadre_no = official_of(post_no).to_owned();
        given.insert(POST_NO.column.to_owned(), post_no.clone());
        given.insert(CADRE_NO.column.to_owned(), cadre_no);
    }
    given
}

async fn submit_assignment(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    typed.insert(USCC.column.to_owned(), uscc.clone());
    let given = of_chosen_post(&typed);
    outcome(
        insert_assignment(&context, Submission::Form(&given))
            .await
            .map_err(ask_to_choose),
        |assigned| match assigned {
            Assigned::Made(_) => format!("/supervision/assignments/{uscc}"),
            Assigned::Asked(id) => format!("/supervision/lift-requests/{id}"),
        },
        async |errors| render_enterprise(&context, &uscc, &typed, &errors).await,
    )
    .await
}

/// Ends an assignment on the day on which the button is pressed.
async fn submit_end(
    context: Context,
    Path(uscc): Path<String>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    let id = typed.remove("id").unwrap_or_default();
    // A page must say which version it showed; only a program may leave the version out, and end an assignment whatever has changed.
    if typed
        .get(VERSION.column)
        .is_none_or(|version| version.trim().is_empty())
    {
        return Err(Problem::invalid(vec![FieldError::new(
            VERSION.column,
            "",
            "页面已经过期，请刷新后再结束",
        )]));
    }
    typed.insert(ENDS_ON.column.to_owned(), context.today().to_string());
    write_end(&context, &id, Submission::Form(&typed)).await?;
    Ok(Redirect::to(&format!("/supervision/assignments/{uscc}")).into_response())
}
