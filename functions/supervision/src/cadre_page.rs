//! The page of one official: the posts that they hold and held, the move to another one, and the day on which they leave.

use crate::backdating::BACKDATED_REASON;
use crate::cadres::{DUTY, Duty};
use crate::leave::{LEFT_ON, write_leaving};
use crate::posts::{REPLACES, asked_of_post, write_end_of_post, write_post};
use crate::tabs::tabs;
use chrono::NaiveDate;
use domain::office_date::chinese;
use domain::words::{Tier, Word as _};
use maud::{Markup, html};
use registers::{Field, FormValues, Submission, town_name, village_name};
use serde::Deserialize;
use web::extract::{Form, Path};
use web::form::{Errors, outcome, select};
use web::routes::{DESK, OFFICE, Routes};
use web::{Answer, Context, Problem, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/cadres/{cadre_no}", DESK, cadre_page)
        .post("/supervision/cadres/{cadre_no}", OFFICE, submit_leaving)
        .get(
            "/supervision/cadres/{cadre_no}/posts",
            OFFICE,
            new_post_page,
        )
        .post("/supervision/cadres/{cadre_no}/posts", OFFICE, submit_post)
        .post(
            "/supervision/cadres/{cadre_no}/posts/{post_no}/end",
            OFFICE,
            submit_end_of_post,
        )
}

#[derive(Deserialize)]
pub struct CadreFacts {
    pub cadre_no: String,
    pub name: String,
    phone: Option<String>,
    pub left_on: Option<NaiveDate>,
    pub version: i64,
    pub posts: Vec<HeldPost>,
}

/// A post, running or ended.
#[derive(Deserialize)]
pub struct HeldPost {
    pub post_no: String,
    pub title: Option<String>,
    pub duty: Duty,
    pub fields: Option<String>,
    pub tier: Tier,
    pub town: Option<String>,
    pub village: Option<String>,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub version: i64,
    /// How many businesses hang on it.
    pub enterprises: i64,
}

impl HeldPost {
    pub fn runs_on(&self, day: NaiveDate) -> bool {
        self.ends_on.is_none_or(|ends_on| ends_on >= day)
    }

    /// Where and as what.
    pub fn called(&self) -> String {
        let place = self.town.as_deref().unwrap_or("");
        let village = self.village.as_deref().unwrap_or("");
        let what = self.title.as_deref().unwrap_or(self.duty.chinese());
        format!("{place}{village}{what}")
    }
}

/// An official with their posts, those that run first.
///
/// # Errors
///
/// 404 where there is none who holds or held a post in the towns of the caller.
pub async fn find_cadre(context: &Context, cadre_no: &str) -> Result<CadreFacts, Problem> {
    let sql = concat!(
        "SELECT coalesce((SELECT json_object('cadre_no', c.cadre_no, 'name', c.name, 'phone', c.phone, 'left_on', c.left_on, 'version', c.version,
            'posts', json((SELECT json_group_array(json_object('post_no', p.post_no, 'title', p.title, 'duty', p.duty, 'fields', p.fields, 'tier', p.tier,
                'town', ",
        town_name!("p.town"),
        ", 'village', ",
        village_name!("p.town", "p.village"),
        ", 'starts_on', p.starts_on, 'ends_on', p.ends_on, 'version', p.version,
                'enterprises', (SELECT count(*) FROM assignment a WHERE a.cadre_no = p.cadre_no AND coalesce(a.post_no, a.cadre_no) = p.post_no
                    AND (a.ends_on IS NULL OR a.ends_on > ?3))))
                FROM (SELECT * FROM post WHERE cadre_no = c.cadre_no ORDER BY ends_on IS NOT NULL, ends_on DESC, rowid) p)))
        FROM cadre c WHERE c.cadre_no = ?1
            AND (?2 IS NULL OR EXISTS (SELECT 1 FROM post own WHERE own.cadre_no = c.cadre_no AND own.town IN (SELECT value FROM json_each(?2))))), '')"
    );
    let parameters = [
        cadre_no.into(),
        context.caller()?.only_towns_json().into(),
        context.today().to_string().into(),
    ];
    let text = context.store.text(sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

fn path(cadre_no: &str) -> String {
    format!("/supervision/cadres/{}", frame::encode(cadre_no))
}

async fn cadre_page(context: Context, Path(cadre_no): Path<String>) -> Answer {
    let today = FormValues::from([("left_on".to_owned(), context.today().to_string())]);
    render_cadre(&context, &cadre_no, &today, &Errors::default()).await
}

async fn render_cadre(
    context: &Context,
    cadre_no: &str,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let official = find_cadre(context, cadre_no).await?;
    let may_record = OFFICE.admits(context.caller.as_ref());
    // A reason for dating back is asked for where the day lies in a closed period.
    let asked: &[Field] = match errors.of(LEFT_ON.column) {
        Some(_) => &[LEFT_ON, BACKDATED_REASON],
        None => &[LEFT_ON],
    };
    let inputs = registers::inputs(context, asked, typed, errors).await?;
    let list = format!(
        "/supervision/assignments?cadre_no={}",
        frame::encode(&official.cadre_no)
    );
    let held: i64 = official.posts.iter().map(|post| post.enterprises).sum();
    Ok(frame::page(
        context,
        &errors.title(&official.name),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (official.name) }
            dl.facts {
                dt { "工号" } dd.code { (official.cadre_no) }
                @if let Some(phone) = &official.phone { dt { "手机" } dd { (phone) } }
                dt { "现在包保" } dd { a href=(list) { (held) " 家" } }
                @if let Some(left) = official.left_on { dt { "离任" } dd { (chinese(left)) } }
            }
            h2 { "岗位" }
            @for post in &official.posts { (post_card(context, &official, post, may_record)) }
            @if may_record {
                p { a.second href={ (path(&official.cadre_no)) "/posts" } { "调动或者增加岗位" } }
            }
            @if may_record && official.left_on.is_none() {
                h2 { "离任" }
                p { "从第二天起不再担任任何岗位、不再包保任何企业；每一家都应在 20 个工作日内重新确定包保干部，逾期会督办。账号同时停用。" }
                form.stack method="post" {
                    input type="hidden" name="version" value=(official.version);
                    (inputs)
                    button.main { "登记离任" }
                }
            }
        },
    ))
}

fn post_card(
    context: &Context,
    official: &CadreFacts,
    post: &HeldPost,
    may_record: bool,
) -> Markup {
    let runs = post.runs_on(context.today());
    let several = official.posts.iter().filter(|post| post.ends_on.is_none());
    let may_end = may_record && post.ends_on.is_none() && several.count() > 1;
    html! {
        section.card {
            h3 { (post.called()) @if !runs { "（已结束）" } }
            dl.facts {
                dt { "层级" } dd { (post.tier.chinese()) "，" (post.duty.chinese()) }
                @if let Some(fields) = &post.fields { dt { "分管领域" } dd { (fields) } }
                dt { "任职" } dd {
                    (post.starts_on.map_or_else(|| "一直".to_owned(), chinese)) " 至 " (post.ends_on.map_or_else(|| "现在".to_owned(), chinese))
                }
                @if post.duty == Duty::Cadre { dt { "包保" } dd { (post.enterprises) " 家" } }
            }
            @if may_end {
                form.inline method="post" action={ (path(&official.cadre_no)) "/posts/" (frame::encode(&post.post_no)) "/end" } {
                    input type="hidden" name="version" value=(post.version);
                    button.plain { "这个岗位到今天为止" span.hidden { "：" (post.called()) } }
                }
            }
        }
    }
}

async fn submit_leaving(
    context: Context,
    Path(cadre_no): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    outcome(
        write_leaving(&context, &cadre_no, Submission::Form(&typed)).await,
        |()| path(&cadre_no),
        async |errors| render_cadre(&context, &cadre_no, &typed, &errors).await,
    )
    .await
}

async fn new_post_page(context: Context, Path(cadre_no): Path<String>) -> Answer {
    let official = find_cadre(&context, &cadre_no).await?;
    let running = official.posts.iter().find(|post| post.ends_on.is_none());
    let mut typed = FormValues::from([
        ("starts_on".to_owned(), context.today().to_string()),
        (DUTY.column.to_owned(), Duty::Cadre.code().to_owned()),
    ]);
    if let Some(post) = running {
        typed.insert(REPLACES.column.to_owned(), post.post_no.clone());
    }
    render_new_post(&context, &cadre_no, &typed, &Errors::default()).await
}

async fn render_new_post(
    context: &Context,
    cadre_no: &str,
    typed: &FormValues,
    errors: &Errors,
) -> Answer {
    let official = find_cadre(context, cadre_no).await?;
    let asked = asked_of_post(errors);
    let inputs = registers::inputs(context, &asked, typed, errors).await?;
    let today = context.today();
    let running = official.posts.iter().filter(|post| post.runs_on(today));
    let ended: Vec<(String, String)> = running
        .map(|post| {
            let ends = format!("调动：{}的岗位前一天结束", post.called());
            (post.post_no.clone(), ends)
        })
        .chain([(String::new(), "兼任：原来的岗位照旧".to_owned())])
        .collect();
    let ended: Vec<(&str, &str)> = ended
        .iter()
        .map(|(post_no, name)| (post_no.as_str(), name.as_str()))
        .collect();
    let chosen = typed.get(REPLACES.column).map_or("", String::as_str);
    Ok(frame::page(
        context,
        &errors.title(&format!("{}的新岗位", official.name)),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { (official.name) "的新岗位" }
            p { "调动以后，原岗位包保的企业都应在 20 个工作日内重新确定包保干部。" }
            form.stack method="post" {
                (select(REPLACES.column, REPLACES.heading, &ended, chosen, errors))
                (inputs)
                button.main { "确定" }
            }
        },
    ))
}

async fn submit_post(
    context: Context,
    Path(cadre_no): Path<String>,
    Form(typed): Form<FormValues>,
) -> Answer {
    outcome(
        write_post(&context, &cadre_no, Submission::Form(&typed)).await,
        |_| path(&cadre_no),
        async |errors| render_new_post(&context, &cadre_no, &typed, &errors).await,
    )
    .await
}

/// Ends a post on the day on which the button is pressed.
async fn submit_end_of_post(
    context: Context,
    Path((cadre_no, post_no)): Path<(String, String)>,
    Form(mut typed): Form<FormValues>,
) -> Answer {
    typed.insert("ends_on".to_owned(), context.today().to_string());
    outcome(
        write_end_of_post(&context, &post_no, Submission::Form(&typed)).await,
        |()| path(&cadre_no),
        async |errors| render_cadre(&context, &cadre_no, &typed, &errors).await,
    )
    .await
}
