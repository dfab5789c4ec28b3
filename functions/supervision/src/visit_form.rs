//! 记一次督导: the form that an official fills in at the shop door. Where nothing was found it is three taps from the list: the business,
//! 没有发现问题, 保存. What is asked of a problem stands on it only where there is one.

use crate::CADRE;
use crate::new_visit::{FoundProblem, USCC, insert_visit};
use crate::problem_photos::keep_new_photos;
use crate::quarter::period_of;
use crate::visit_background::{BACKGROUND, Background};
use crate::visit_position::keep_position;
use crate::visit_problems::{
    FormPhoto, TypedProblem, is_photo, photos, problem_rows, typed_problems,
};
use crate::visit_signature::{self, Signature};
use axum::extract::{FromRequest as _, Request};
use chrono::NaiveDate;
use domain::office_date;
use domain::words::{VisitMode, VisitResult, Word as _};
use maud::{Markup, html};
use registers::enterprises::find_number;
use registers::{FormValues, Submission};
use registers::{town_name, village_name};
use serde::Deserialize;
use web::extract::{Form, Path};
use web::form::{self, Errors, outcome};
use web::routes::Routes;
use web::upload::{self, FormBounds};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/supervision/mine/{uscc}", CADRE, visit_page)
        .post("/supervision/mine/{uscc}", CADRE, submit_visit)
}

/// What the form may be at most, with its photographs: 40 MiB.
const BOUNDS: FormBounds = FormBounds {
    parts: 100,
    text_bytes: 96 << 10,
    files: 18,
    file_bytes: 40 << 20,
};

/// A business, as the form shows it.
#[derive(Deserialize)]
struct AssignedEnterprise {
    name: String,
    town: Option<String>,
    village: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    /// A JSON document of [`Background`].
    background: String,
    /// A JSON array of what a visit looks at in its sector.
    points: String,
    /// Whether the official answers for it today; 0 or 1.
    held: i64,
    /// Whether the visit must be on site; 0 or 1.
    on_site_required: i64,
    /// A JSON document of [`Entries`].
    entries: String,
    /// A JSON array of [`OpenProblem`]; of whoever answers for the business.
    open_problems: String,
}

/// How often officials have come to a business this year (国办发〔2024〕54号).
#[derive(Deserialize)]
struct Entries {
    visits: u32,
    inspections: u32,
    /// Visits online, which are among those.
    online: u32,
    /// The most that the policy allows in a year; 0 where it names none.
    cap: Option<u32>,
}

/// A problem of an earlier visit that is not mended yet.
#[derive(Deserialize)]
struct OpenProblem {
    id: String,
    text: String,
    mend_by: Option<NaiveDate>,
}

/// The business; 404 where there is none. Any official may visit it (组团包保); its telephone is for whoever answers for it.
async fn find_enterprise(context: &Context, uscc: &str) -> Result<AssignedEnterprise, Problem> {
    let uscc = find_number(&context.store, uscc).await?;
    let sql = [
        "SELECT e.name, ",
        town_name!("e.town"),
        " AS town, ",
        village_name!("e.town", "e.village"),
        " AS village, e.address, iif(h.held, e.phone, NULL) AS phone, h.held, ",
        BACKGROUND,
        " AS background, (SELECT m.on_site_required FROM enterprise_period m WHERE m.period = ?4 AND m.uscc = e.uscc) AS on_site_required,
                   (SELECT json_object('visits', n.visits, 'inspections', n.inspections, 'online', n.online, 'cap', n.cap)
                    FROM enterprise_entries_of_year n WHERE n.uscc = e.uscc AND n.day = ?3) AS entries,
                   (SELECT json_group_array(p.point) FROM (SELECT point FROM visit_point
                    WHERE sector = e.sector AND (revoked_on IS NULL OR revoked_on > ?3) ORDER BY place, point) p) AS points,
                   (SELECT json_group_array(json_object('id', CAST(p.id AS TEXT), 'text', p.text, 'mend_by', coalesce(s.mend_by, p.mend_by)))
                    FROM visit_problem p LEFT JOIN visit_problem_standing s ON s.visit_problem = CAST(p.id AS TEXT)
                    WHERE h.held AND p.uscc = e.uscc AND coalesce(s.is_open, p.mended_on IS NULL)) AS open_problems
               FROM enterprise_in_business e CROSS JOIN (SELECT EXISTS (SELECT 1 FROM assignment a
                   WHERE a.uscc = ?1 AND a.cadre_no = ?2 AND (a.starts_on IS NULL OR a.starts_on <= ?3) AND (a.ends_on IS NULL OR a.ends_on >= ?3)) AS held) h
               WHERE e.uscc = ?1",
    ]
    .concat();
    let parameters = [
        uscc.as_str().into(),
        crate::cadre_no(context)?.into(),
        context.today().to_string().into(),
        period_of(context.today()).into(),
    ];
    let enterprise: Option<AssignedEnterprise> = context.store.first(&sql, parameters).await?;
    enterprise.ok_or_else(Problem::not_found)
}

async fn visit_page(context: Context, Path(uscc): Path<String>) -> Answer {
    render_form(&context, &uscc, &FormValues::new(), &Errors::default()).await
}

async fn render_form(context: &Context, uscc: &str, typed: &FormValues, errors: &Errors) -> Answer {
    let enterprise = find_enterprise(context, uscc).await?;
    let open: Vec<OpenProblem> =
        serde_json::from_str(&enterprise.open_problems).map_err(Problem::internal)?;
    let background: Background =
        serde_json::from_str(&enterprise.background).map_err(Problem::internal)?;
    let points: Vec<String> =
        serde_json::from_str(&enterprise.points).map_err(Problem::internal)?;
    let entries: Entries = serde_json::from_str(&enterprise.entries).map_err(Problem::internal)?;
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let today = context.today().to_string();
    let visited_on = match value("visited_on") {
        "" => &today,
        typed => typed,
    };
    let mode = match typed.is_empty() {
        true => VisitMode::OnSite.code(),
        false => value("mode"),
    };
    let is_today = visited_on == today;
    let details_matter = !is_today
        || errors.of("visited_on").is_some()
        || errors.of("note").is_some()
        || !value("note").is_empty()
        || typed.keys().any(|name| name.starts_with("checked-"));
    Ok(page::page(
        context,
        &errors.title(&enterprise.name),
        &html! {
            (errors.summary())
            p { a href="/supervision/mine" { "我的督导" } }
            h1 { (enterprise.name) }
            p { (enterprise.village.as_deref().or(enterprise.town.as_deref()).unwrap_or("")) "　" (enterprise.address.as_deref().unwrap_or(""))
                @if let Some(phone) = &enterprise.phone { "　" a href={ "tel:" (phone) } { (phone) } } }
            @if enterprise.held == 0 { div.panel { p { "这家不由您包保；您的督导同样算数。" } } }
            (cap_reached(&entries))
            @if !open.is_empty() { p { a href="#open" { "上次还有 " (open.len()) " 个问题没有整改完" } } }
            form.stack.visit method="post" enctype="multipart/form-data" data-draft={ "visit/" (uscc) } {
                fieldset.field.wrong[errors.of("mode").is_some()] id="mode" { legend { "方式" }
                    @if enterprise.on_site_required != 0 { p.hint { "高风险企业和学校、幼儿园食堂，应当现场督导。" } }
                    (radio("mode", VisitMode::OnSite.code(), "现场", mode)) (radio("mode", VisitMode::Online.code(), "线上", mode))
                }
                fieldset.field.result.wrong[errors.of("result").is_some()] id="result" { legend { "结果" }
                    @if let Some(error) = errors.of("result") { p.error { strong { "错误：" } (error) } }
                    (radio("result", VisitResult::Ok.code(), "没有发现问题", value("result"))) (radio("result", VisitResult::Problems.code(), "发现问题", value("result")))
                }
                (problem_rows(typed, errors))
                details open[details_matter] {
                    summary { "日期" @if is_today { "（今天）" } @if !points.is_empty() { "、看了哪些方面" } "、备注" }
                    (form::Field { kind: "date", ..form::Field::text("visited_on", "督导日期", visited_on) }.render(errors))
                    @if !points.is_empty() { (point_boxes(&points, typed)) }
                    (form::Field::text("note", "备注", value("note")).render(errors))
                }
                (visit_signature::pad(typed, errors))
                // Only where a script can ask the telephone for it.
                label.choice.position hidden { input type="checkbox" data-position="position"; "带上现在的位置（约 100 米，只有食药安办看得到）" }
                input type="hidden" id="position" name="position";
                div.save { button.main { "保存" } }
            }
            // Below the form, so that on a telephone both answers stand on the first screen.
            (entry_count(&entries))
            (background.render(context.today()))
            (open_problem_list(&open))
        },
    ))
}

impl Entries {
    fn count(&self) -> u32 {
        self.visits + self.inspections
    }

    /// How often the policy lets officials come in a year; none where the office has set none.
    fn cap(&self) -> Option<u32> {
        self.cap.filter(|cap| *cap > 0)
    }
}

/// Said above the form: whoever plans one more visit should ask first.
fn cap_reached(entries: &Entries) -> Markup {
    html! {
        @if entries.cap().is_some_and(|cap| entries.count() >= cap) {
            div.panel { p { "今年的入企次数已到上限，再去之前请先和区食药安办商量。" } }
        }
    }
}

/// How often officials came to the business this year.
fn entry_count(entries: &Entries) -> Markup {
    html! {
        p { "今年已入企 " strong { (entries.count()) } " 次（督导 " (entries.visits) " 次，检查 " (entries.inspections) " 次"
            @if entries.online > 0 { "；其中线上 " (entries.online) " 次" } "）"
            @if let Some(cap) = entries.cap() { "，每年上限 " (cap) " 次" } "。" }
    }
}

fn radio(name: &str, code: &str, label: &str, chosen: &str) -> Markup {
    html! {
        label.choice for={ (name) "-" (code) } { input id={ (name) "-" (code) } type="radio" name=(name) value=(code) checked[code == chosen]; (label) }
    }
}

fn open_problem_list(problems: &[OpenProblem]) -> Markup {
    html! {
        @if !problems.is_empty() {
            h2 id="open" { "上次没有整改完的问题" }
            @for problem in problems {
                form.stack method="post" action={ "/supervision/problems/" (problem.id) "/mended" } {
                    p { (problem.text) "（已转监管所处理" @if let Some(day) = problem.mend_by { "，期限" (office_date::chinese(day)) } "）" }
                    div.actions { button.second { "已整改" } a href={ "/supervision/problems/" (problem.id) } { "照片" span.hidden { "：" (problem.text) } } }
                }
            }
        }
    }
}

fn point_boxes(points: &[String], typed: &FormValues) -> Markup {
    html! {
        fieldset.field { legend { "看了哪些方面" }
            @for (place, point) in points.iter().enumerate() {
                @let name = format!("checked-{place}");
                @let ticked = typed.get(&name).is_some_and(|value| value == point);
                label.choice for=(name) { input id=(name) type="checkbox" name=(name) value=(point) checked[ticked]; (point) }
            }
        }
    }
}

/// The form as it was sent, with its photographs. One that was opened before photographs went with it has none.
async fn read_form(
    request: Request,
) -> Result<(FormValues, Result<Vec<FormPhoto>, Problem>), Problem> {
    match upload::boundary(request.headers()) {
        None => {
            let Form(typed) = Form::from_request(request, &()).await?;
            Ok((typed, Ok(Vec::new())))
        }
        Some(boundary) => {
            let form = upload::form(request.into_body(), boundary, BOUNDS, is_photo).await?;
            Ok((form.fields.into_iter().collect(), photos(form.files)))
        }
    }
}

async fn submit_visit(context: Context, Path(uscc): Path<String>, request: Request) -> Answer {
    let (mut typed, photos) = read_form(request).await?;
    let checked: Vec<String> = typed
        .iter()
        .filter(|(name, _)| name.starts_with("checked-"))
        .map(|(_, point)| point.clone())
        .collect();
    typed.insert(USCC.column.to_owned(), uscc.clone());
    outcome(
        save_visit(&context, &typed, photos, &checked).await,
        |()| "/supervision/mine?saved=1".to_owned(),
        async |errors| render_form(&context, &uscc, &typed, &errors).await,
    )
    .await
}

/// Records the visit, and keeps the photographs of its problems. Sent twice, or again after it was interrupted, it is one visit with the
/// photographs that it was sent with.
async fn save_visit(
    context: &Context,
    typed: &FormValues,
    photos: Result<Vec<FormPhoto>, Problem>,
    checked: &[String],
) -> Result<(), Problem> {
    let problems = typed_problems(typed, photos?).map_err(Problem::invalid)?;
    let signature = Signature::read(typed).map_err(Problem::invalid)?;
    let found: Vec<FoundProblem> = problems.iter().map(|one| one.found.clone()).collect();
    let form = Submission::Form(typed);
    let (_, visit) = insert_visit(context, form, &found, checked, signature.as_ref()).await?;
    #[derive(Deserialize)]
    struct Recorded {
        id: String,
        problems: Vec<RecordedProblem>,
    }
    #[derive(Deserialize)]
    struct RecordedProblem {
        id: String,
    }
    let recorded: Recorded = serde_json::from_str(&visit).map_err(Problem::internal)?;
    keep_position(context, &recorded.id, typed).await?;
    for (problem, TypedProblem { photos, .. }) in recorded.problems.iter().zip(problems) {
        let photos = photos
            .into_iter()
            .map(|photo| (photo.name, photo.attachment));
        keep_new_photos(context, &problem.id, photos.collect()).await?;
    }
    Ok(())
}
