//! Two rows of the ledger that turn out to be one place of business: one is merged into the other, and that can be undone. Only a row under
//! which nothing is kept can be merged (view `enterprise_record`): so nobody's rows are rewritten, and what comes later under the old number
//! is kept under the new one (view `enterprise_merged`).

use crate::list::code_of_site;
use axum::response::{IntoResponse as _, Redirect};
use domain::EnterpriseNo;
use domain::enterprise_no::EnterpriseNoError;
use domain::words::{EnterpriseStatus, Word as _, words};
use maud::html;
use registers::{enterprises, town_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::api::takes;
use web::extract::{Form, Json, Path, Query};
use web::form::{Errors, Field};
use web::problem::FieldError;
use web::respond::refused;
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem, Token, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/enterprises/{uscc}/merge", OFFICE, page)
        .post("/enterprises/{uscc}/merge", OFFICE, submit)
        .post("/enterprises/{uscc}/unmerge", OFFICE, submit_unmerge)
        .post(
            "/api/v1/enterprises/{uscc}/merge",
            OFFICE.or(Token::Write),
            merge_enterprise,
        )
        .api(
            "两条记录是同一家：并入另一条；dry_run 只说两边各有什么",
            takes::<EnterpriseMerger>()
                .gives::<MergerPreview>()
                .refuses(&[409]),
        )
        .post(
            "/api/v1/enterprises/{uscc}/unmerge",
            OFFICE.or(Token::Write),
            unmerge_enterprise,
        )
        .api(
            "撤销合并：原来的一条照原样恢复",
            takes::<NothingMore>()
                .gives::<MergerEnded>()
                .refuses(&[404]),
        )
}

/// Which business another one turned out to be.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EnterpriseMerger {
    /// 保留的那一条的主体编号
    into: String,
    /// 为什么是同一家
    #[serde(default)]
    note: String,
    /// 只看，不合并
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EnterpriseUnmerged")]
struct NothingMore {}

/// What stood merged until now.
#[derive(Serialize, JsonSchema)]
struct MergerEnded {
    /// 恢复的那一条
    enterprise_no: String,
    /// 曾经并入的那一条
    was_merged_into: String,
}

/// One of the two, with how much is kept under its number.
#[derive(Serialize, Deserialize, JsonSchema)]
struct MergedSide {
    enterprise_no: String,
    uscc: Option<String>,
    name: String,
    address: Option<String>,
    town: Option<String>,
    status: EnterpriseStatus,
    /// 在这个编号下已经有的记录
    records: Vec<KeptRecords>,
}

/// How much of one kind is kept under a number.
#[derive(Serialize, Deserialize, JsonSchema)]
struct KeptRecords {
    kind: RecordKind,
    count: u64,
}

words! {
    /// What may be kept under the number of a business (view `enterprise_record`).
    RecordKind {
        /// Visits of officials.
        Visit = "visit" "督导记录",
        /// Officials who answer for it.
        Assignment = "assignment" "包保关系",
        /// Samples, penalties, inspections, honours, accidents, 两员.
        Fact = "fact" "抽检、处罚、检查、荣誉、两员",
        /// Complaints and reports.
        Complaint = "complaint" "投诉举报",
        /// Cases of the lists and 重点帮扶.
        List = "list" "红黑榜、重点帮扶",
        /// Licences, applications, cases at the door, trainings.
        License = "license" "许可、许可申请、许可服务",
        /// Problems of the register.
        Problem = "problem" "问题",
        /// When it was closed.
        Suspension = "suspension" "停业",
    }
}

/// Both of them, before one goes into the other.
#[derive(Serialize, Deserialize, JsonSchema)]
struct MergerPreview {
    /// 并入的一条
    old: MergedSide,
    /// 保留的一条
    new: MergedSide,
}

async fn find_side(context: &Context, number: &str) -> Result<Option<MergedSide>, Problem> {
    let sql = concat!(
        "SELECT json_array(json((SELECT json_object('enterprise_no', e.uscc, 'uscc', ",
        code_of_site!(),
        ", 'name', e.name, 'address', e.address, 'town', ",
        town_name!("e.town"),
        ", 'status', e.status, 'records', json((SELECT json_group_array(json_object('kind', kind, 'count', n))
                FROM (SELECT kind, count(*) AS n FROM enterprise_record WHERE uscc = e.uscc GROUP BY kind ORDER BY kind))))
        FROM enterprise_site e WHERE e.uscc = ?1 AND e.merged_into IS NULL)))"
    );
    let (side,): (Option<MergedSide>,) = context.store.json(sql, [number.into()]).await?;
    Ok(side)
}

/// Both sides of a merger. `into` is the number as it was typed, `number` what it stands for.
///
/// # Errors
///
/// 404 where the ledger does not have the old one by itself; 422 for what it is to go into.
async fn preview(
    context: &Context,
    old: &str,
    into: &str,
    number: Result<String, EnterpriseNoError>,
) -> Result<MergerPreview, Problem> {
    let wrong = |reason: String| Problem::invalid(vec![FieldError::new("into", into, reason)]);
    let side = find_side(context, old).await?;
    let side = side.ok_or_else(Problem::not_found)?;
    let number = number.map_err(|error| wrong(error.to_string()))?;
    if number == old {
        return Err(wrong("这就是它自己，请写另一家的主体编号".to_owned()));
    }
    let Some(new) = find_side(context, &number).await? else {
        return Err(wrong("台账里没有这个主体编号".to_owned()));
    };
    if side.status == EnterpriseStatus::Operating && new.status != EnterpriseStatus::Operating {
        let reason = format!("那一家已经{}，不能把存续的并入它", new.status.chinese());
        return Err(wrong(reason));
    }
    Ok(MergerPreview { old: side, new })
}

/// Why a row cannot be merged; none where it can.
async fn obstacle(context: &Context, old: &MergedSide) -> Result<Option<String>, Problem> {
    let others = "SELECT count(*) || '' FROM enterprise_merged WHERE today = ?1";
    if context
        .store
        .text(others, [old.enterprise_no.as_str().into()])
        .await?
        != "0"
    {
        return Ok(Some(
            "已经有别的记录并入这一家，请先撤销那一次合并，再把它们分别并入要保留的一家".to_owned(),
        ));
    }
    let kept: Vec<&str> = old.records.iter().map(|kept| kept.kind.chinese()).collect();
    Ok((!kept.is_empty()).then(|| {
        format!(
            "这一条下面已经有{}，不能并入别的一家。请反过来，把另一条没有记录的并入这一条",
            kept.join("、")
        )
    }))
}

/// Merges one business into another in one statement, which looks once more whether it may.
///
/// # Errors
///
/// 409 where something is kept under the old one, others are merged into it, or another person was faster.
async fn merge(context: &Context, sides: &MergerPreview, note: &str) -> Result<(), Problem> {
    if let Some(reason) = obstacle(context, &sides.old).await? {
        return Err(Problem::already_there(reason));
    }
    let sql = "INSERT INTO enterprise_succession (old, new, note, changed_by, changed_at) SELECT ?1, ?2, ?3, ?4, ?5
        WHERE NOT EXISTS (SELECT 1 FROM enterprise_merged WHERE uscc IN (?1, ?2) OR today = ?1)
            AND NOT EXISTS (SELECT 1 FROM enterprise_record WHERE uscc = ?1)
        ON CONFLICT DO NOTHING RETURNING id";
    let parameters = [
        sides.old.enterprise_no.as_str().into(),
        sides.new.enterprise_no.as_str().into(),
        note.trim().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::changed_since("这两条记录刚由别人改过，请再看一遍")),
    }
}

/// Ends a merger.
///
/// # Errors
///
/// 404 where it is not merged.
async fn unmerge(context: &Context, old: &str) -> Result<MergerEnded, Problem> {
    #[derive(Deserialize)]
    struct Ended {
        new: String,
    }
    let sql = "UPDATE enterprise_succession SET ended_at = ?3, version = version + 1, changed_by = ?2, changed_at = ?3
        WHERE old = ?1 AND ended_at IS NULL RETURNING new";
    let parameters = [
        old.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    let ended: Option<Ended> = context.store.first(sql, parameters).await?;
    let ended = ended.ok_or_else(Problem::not_found)?;
    Ok(MergerEnded {
        enterprise_no: old.to_owned(),
        was_merged_into: ended.new,
    })
}

/// The number in an address, as it stands there: that of one that was merged is not led on.
fn number(typed: &str) -> Result<String, Problem> {
    let number: EnterpriseNo = typed.parse().map_err(|_| Problem::not_found())?;
    Ok(number.to_string())
}

async fn merge_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(merger): Json<EnterpriseMerger>,
) -> Answer {
    let into = merger.into.trim();
    // A program's bare code stands for all sites under it.
    let found = match into.parse::<EnterpriseNo>() {
        Ok(number) => Ok(enterprises::number_of(&context, &number).await?),
        Err(error) => Err(error),
    };
    let sides = preview(&context, &number(&uscc)?, into, found).await?;
    if !merger.dry_run {
        merge(&context, &sides, &merger.note).await?;
    }
    Ok(axum::Json(sides).into_response())
}

async fn unmerge_enterprise(
    context: Context,
    Path(uscc): Path<String>,
    Json(NothingMore {}): Json<NothingMore>,
) -> Answer {
    let ended = unmerge(&context, &number(&uscc)?).await?;
    Ok(axum::Json(ended).into_response())
}

async fn submit_unmerge(context: Context, Path(uscc): Path<String>) -> Answer {
    let ended = unmerge(&context, &number(&uscc)?).await?;
    Ok(Redirect::to(&format!("/enterprises/{}", ended.enterprise_no)).into_response())
}

/// What is typed into the form of a merger.
#[derive(Deserialize, Default)]
struct MergerForm {
    #[serde(default)]
    into: String,
    #[serde(default)]
    note: String,
}

async fn page(
    context: Context,
    Path(uscc): Path<String>,
    Query(typed): Query<MergerForm>,
) -> Answer {
    merger_page(&context, &number(&uscc)?, &typed).await
}

/// Both sides as the form names them: the number that stands on the page of a business is that business.
async fn typed_preview(
    context: &Context,
    old: &str,
    typed: &MergerForm,
) -> Result<MergerPreview, Problem> {
    let into = typed.into.trim();
    let found = match into.parse::<EnterpriseNo>() {
        Ok(number) => Ok(enterprises::find_number(&context.store, number.as_str()).await?),
        Err(error) => Err(error),
    };
    preview(context, old, into, found).await
}

/// First which business it is, then both side by side, to be merged or not.
async fn merger_page(context: &Context, old: &str, typed: &MergerForm) -> Answer {
    let side = find_side(context, old).await?;
    let side = side.ok_or_else(Problem::not_found)?;
    if typed.into.trim().is_empty() {
        return Ok(choosing_page(context, &side, typed, &Errors::default()));
    }
    match typed_preview(context, old, typed).await {
        Ok(sides) => {
            let obstacle = obstacle(context, &sides.old).await?;
            Ok(confirming_page(context, &sides, obstacle.as_deref(), typed))
        }
        Err(Problem { errors, .. }) if !errors.is_empty() => {
            let page = choosing_page(context, &side, typed, &Errors(errors));
            Ok(refused(http::StatusCode::UNPROCESSABLE_ENTITY, page))
        }
        Err(problem) => Err(problem),
    }
}

fn choosing_page(
    context: &Context,
    side: &MergedSide,
    typed: &MergerForm,
    errors: &Errors,
) -> axum::response::Response {
    frame::page(
        context,
        &errors.title("并入另一家"),
        &html! {
            (errors.summary())
            p { a href={ "/enterprises/" (side.enterprise_no) } { (side.name) } }
            h1 { "“" (side.name) "”和另一家是同一家" }
            p { "台账里同一家有两条记录时，把还没有督导、抽检、投诉等记录的一条并入另一条；合并错了可以撤销。" }
            form.stack method="get" {
                (Field::text("into", "保留的那一家的主体编号", typed.into.trim()).hint("在企业台账里查到它，写它的统一社会信用代码或者主体编号").render(errors))
                div.actions { button.main { "先看看" } }
            }
        },
    )
}

fn confirming_page(
    context: &Context,
    sides: &MergerPreview,
    obstacle: Option<&str>,
    typed: &MergerForm,
) -> axum::response::Response {
    let (old, new) = (side_rows(&sides.old), side_rows(&sides.new));
    frame::page(
        context,
        "确认合并",
        &html! {
            p { a href={ "/enterprises/" (sides.old.enterprise_no) "/merge" } { "重新选一家" } }
            h1 { "确认合并" }
            div.scroll tabindex="0" role="region" aria-label="两条记录" {
                table {
                    thead { tr { th scope="col" { "" span.hidden { "项目" } } th scope="col" { "并入的一条" } th scope="col" { "保留的一条" } } }
                    tbody { @for ((label, of_old), (_, of_new)) in old.iter().zip(&new) {
                        tr { th scope="row" { (label) } td { (of_old) } td { (of_new) } }
                    } }
                }
            }
            @if let Some(obstacle) = obstacle {
                div.panel role="status" { p { (obstacle) "。" } }
                p { a.second href={ "/enterprises/" (sides.new.enterprise_no) "/merge?into=" (sides.old.enterprise_no) } { "反过来合并" } }
            } @else {
                p { "合并以后：台账、查企业和投诉举报里只有保留的一条，用原来的名称和编号也找得到它；以后用原来编号报来的督导、抽检等记录都记在保留的一条下面。撤销合并后，并入的一条恢复原样，合并期间记下的记录仍在保留的一条下面。" }
                form.stack method="post" {
                    input type="hidden" name="into" value=(sides.new.enterprise_no);
                    (Field::text("note", "为什么是同一家（可不填）", &typed.note).render(&Errors::default()))
                    div.actions { button.main { "合并" } a href={ "/enterprises/" (sides.old.enterprise_no) } { "不合并" } }
                }
            }
        },
    )
}

/// What is shown of one side, row by row.
fn side_rows(side: &MergedSide) -> [(&'static str, String); 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
    let records: Vec<String> = side
        .records
        .iter()
        .map(|kept| format!("{} {} 条", kept.kind.chinese(), kept.count))
        .collect();
    [
        ("名称", side.name.clone()),
        ("主体编号", side.enterprise_no.clone()),
        ("住所", text(&side.address)),
        ("镇街", text(&side.town)),
        ("登记状态", side.status.chinese().to_owned()),
        (
            "已经有的记录",
            match records.is_empty() {
                true => "没有".to_owned(),
                false => records.join("；"),
            },
        ),
    ]
}

async fn submit(
    context: Context,
    Path(uscc): Path<String>,
    Form(typed): Form<MergerForm>,
) -> Answer {
    let old = number(&uscc)?;
    let outcome = match typed_preview(&context, &old, &typed).await {
        Ok(sides) => merge(&context, &sides, &typed.note).await.map(|()| sides),
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(sides) => {
            Ok(Redirect::to(&format!("/enterprises/{}", sides.new.enterprise_no)).into_response())
        }
        Err(Problem { errors, .. }) if !errors.is_empty() => {
            merger_page(&context, &old, &typed).await
        }
        Err(problem) => Err(problem),
    }
}
