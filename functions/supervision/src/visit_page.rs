//! One visit: who went where and when, what was looked at and found, what was signed, and for the office where it was recorded.

use crate::problems::caller_as_cadre;
use crate::tabs::tabs;
use crate::visit_signature::{Signature, SignedVisit, may_see};
use domain::office_date::chinese;
use domain::words::{Role, Word as _};
use maud::{Markup, html};
use serde::Deserialize;
use web::extract::Path;
use web::routes::{Routes, STAFF};
use web::{Answer, Context, Problem, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/supervision/visits/{id}", STAFF, visit_page)
}

#[derive(Deserialize)]
struct Visit {
    enterprise: String,
    cadre: String,
    said: SignedVisit,
    is_signed: bool,
    checked: Option<Vec<String>>,
    problems: Vec<Found>,
    /// Degrees north and east.
    position: Option<[f64; 2]>,
}

#[derive(Deserialize)]
struct Found {
    id: String,
    text: String,
}

/// The visit; 404 where there is none that the caller may know of: officials know those of the businesses that they answer for and their own.
async fn find_visit(context: &Context, id: &str) -> Result<Visit, Problem> {
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let sql = "SELECT coalesce((SELECT json_object('enterprise', e.name, 'cadre', c.name,
            'said', json_object('uscc', v.uscc, 'visited_on', v.visited_on, 'cadre_no', v.cadre_no, 'mode', v.mode, 'result_text', v.result_text,
                'problems_found', v.problems_found, 'note', v.note),
            'is_signed', json(iif(EXISTS (SELECT 1 FROM visit_signature s WHERE s.visit_id = v.id), 'true', 'false')), 'checked', json(v.checked),
            'problems', json((SELECT json_group_array(json_object('id', CAST(p.id AS TEXT), 'text', p.text))
                FROM (SELECT id, text FROM visit_problem WHERE visit_id = v.id ORDER BY id) p)),
            'position', json((SELECT json_array(o.latitude / 1000.0, o.longitude / 1000.0) FROM visit_position o
                WHERE ?5 AND o.visit_id = v.id AND o.kept_until >= ?2)))
        FROM visit v JOIN enterprise_ledger e ON e.uscc = v.uscc JOIN cadre c ON c.cadre_no = v.cadre_no
        WHERE v.id = ?1 AND iif(?3 IS NULL, ?4 IS NULL OR e.town IN (SELECT value FROM json_each(?4)),
            v.cadre_no = ?3 OR EXISTS (SELECT 1 FROM assignment a WHERE a.uscc = v.uscc AND a.cadre_no = ?3
                AND (a.starts_on IS NULL OR a.starts_on <= ?2) AND (a.ends_on IS NULL OR a.ends_on >= ?2)))), '')";
    let caller = context.caller()?;
    let parameters = [
        id.into(),
        context.today().to_string().into(),
        caller_as_cadre(context)?.into(),
        caller.only_towns_json().into(),
        i64::from(caller.role == Role::Office).into(),
    ];
    let text = context.store.text(sql, parameters).await?;
    if text.is_empty() {
        return Err(Problem::not_found());
    }
    serde_json::from_str(&text).map_err(Problem::internal)
}

/// What was signed at the visit, as the page shows it.
async fn signature(context: &Context, id: &str, visit: &Visit) -> Result<Markup, Problem> {
    #[derive(Deserialize)]
    struct Kept {
        sealed: Vec<u8>,
    }
    if !may_see(context.caller()?, &visit.said.cadre_no) {
        return Ok(html! { "签了（只有督导干部本人和区食药安办看得到）" });
    }
    let sql = "SELECT sealed FROM visit_signature WHERE visit_id = ?1";
    let id: i64 = id.parse().map_err(|_| Problem::not_found())?;
    let kept: Kept = context
        .store
        .first(sql, [id.into()])
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(match Signature::open(&kept.sealed, &visit.said).await? {
        Some(signature) => signature.render(),
        None => html! { "签了，但是打不开：这条记录或者签字在数据库里被改动过" },
    })
}

async fn visit_page(context: Context, Path(id): Path<String>) -> Answer {
    let visit = find_visit(&context, &id).await?;
    let signature = match visit.is_signed {
        true => Some(signature(&context, &id, &visit).await?),
        false => None,
    };
    let checked = visit.checked.unwrap_or_default();
    Ok(page::page(
        &context,
        &visit.enterprise,
        &html! {
            (tabs(&context))
            h1 { (visit.enterprise) }
            dl.facts {
                dt { "督导日期" } dd { (chinese(visit.said.visited_on)) }
                dt { "督导干部" } dd { (visit.cadre) }
                dt { "督导方式" } dd { (visit.said.mode.chinese()) }
                dt { "督导结果" } dd { (visit.said.result_text) }
                @if !checked.is_empty() { dt { "看了哪些方面" } dd { (checked.join("、")) } }
                @if !visit.said.note.is_empty() { dt { "备注" } dd { (visit.said.note) } }
                @if let Some(signature) = &signature { dt { "企业人员签字" } dd { (signature) } }
                @if let Some([latitude, longitude]) = visit.position {
                    dt { "记录时的位置" }
                    dd { a href={ "geo:" (latitude) "," (longitude) } { "北纬" (latitude) "度，东经" (longitude) "度" } "（约 100 米，只有食药安办看得到）" }
                }
            }
            @if !visit.problems.is_empty() {
                h2 { "发现的问题" }
                ul { @for found in &visit.problems { li { a href={ "/supervision/problems/" (found.id) } { (found.text) } } } }
            }
        },
    ))
}
