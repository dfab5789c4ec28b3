//! Importing the 统计用区划代码 of the statistics office: towns and their villages, with their codes. A place that is known already, by its
//! code or by one of its names, gets its code and is confirmed; the rest is registered.

use axum::extract::Request;
use axum::response::IntoResponse as _;
use domain::place::{PlaceCode, PlaceKind, PlaceLevel, short_name};
use domain::words::Word as _;
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets::{Column, Rows};
use std::collections::{BTreeMap, BTreeSet};
use web::form::Errors;
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page as frame, upload};

/// The most bytes of a file: a whole province has some 30,000 rows.
const MOST_BYTES: usize = 8 << 20;

static COLUMNS: [Column; 3] = [
    Column::required("统计用区划代码", &["区划代码", "代码"]),
    Column::optional("城乡分类代码", &[]),
    Column::required("名称", &["区划名称"]),
];

/// What came of an import.
#[derive(Serialize, JsonSchema)]
pub struct PlacesImported {
    rows: u64,
    created: u64,
    updated: u64,
    unchanged: u64,
    /// 省、市、县（区）一级的行，不登记
    above: u64,
    rejected: Vec<RejectedPlace>,
}

#[derive(Serialize, JsonSchema)]
struct RejectedPlace {
    row: u32,
    field: &'static str,
    value: String,
    reason: String,
}

/// A town or village of the file.
struct ListedPlace {
    code: PlaceCode,
    kind: PlaceKind,
    /// As the list has it.
    full_name: String,
}

/// What the register knows of a name or a code.
#[derive(Deserialize)]
struct KnownPlace {
    id: String,
    code: Option<String>,
    confirmed: i64,
}

/// The register as it is: by code, and by kind, town and name.
#[derive(Deserialize)]
struct Register {
    places: BTreeMap<String, KnownPlace>,
    /// Kind, town and name of each name, with the place that it leads to.
    names: Vec<(String, String, String, String)>,
}

/// What is written of a place.
#[derive(Serialize)]
struct WrittenPlace<'w> {
    id: String,
    kind: &'w str,
    within: String,
    name: String,
    full_name: &'w str,
    code: &'w str,
}

pub async fn import_places(context: Context, request: Request) -> Answer {
    let imported = import_file(&context, request).await?;
    Ok(axum::Json(imported).into_response())
}

async fn read_register(context: &Context) -> Result<Register, Problem> {
    let sql = "SELECT json_object(
        'places', json((SELECT json_group_object(p.id, json_object('id', p.id, 'code', p.code, 'confirmed', p.confirmed)) FROM place p)),
        'names', json((SELECT json_group_array(json_array(n.kind, n.within, n.name, n.place)) FROM place_name n)))";
    Ok(context.store.json(sql, []).await?)
}

async fn import_file(context: &Context, request: Request) -> Result<PlacesImported, Problem> {
    let file = upload::file(request, MOST_BYTES).await?;
    let rows = Rows::open(&file.pieces, &COLUMNS)
        .map_err(|error| Problem::invalid(vec![FieldError::new("file", "", error.to_string())]))?;
    let mut imported = PlacesImported {
        rows: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        above: 0,
        rejected: Vec::new(),
    };
    let listed = read_rows(rows, &mut imported);
    let register = read_register(context).await?;
    let written = compare(&register, &listed, &mut imported);
    write(context, &written).await?;
    Ok(imported)
}

fn read_rows(rows: Rows, imported: &mut PlacesImported) -> Vec<(u32, ListedPlace)> {
    let mut listed = Vec::new();
    for row in rows {
        imported.rows += 1;
        let number = row.number;
        let mut reject = |field: &'static str, reason: &str| {
            imported.rejected.push(RejectedPlace {
                row: number,
                field,
                value: row.cell(field).shown(),
                reason: reason.to_owned(),
            });
        };
        let Some(code) = row
            .text("统计用区划代码")
            .and_then(|code| PlaceCode::read(&code))
        else {
            reject("统计用区划代码", "应为 12 位数字");
            continue;
        };
        let PlaceLevel::Place(kind) = code.level() else {
            imported.above += 1;
            continue;
        };
        match row.text("名称") {
            Some(full_name) => listed.push((
                number,
                ListedPlace {
                    code,
                    kind,
                    full_name,
                },
            )),
            None => reject("名称", "名称不能为空"),
        }
    }
    // A town comes before its villages, wherever it stands in the file.
    listed.sort_by(|(_, a), (_, b)| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
    listed
}

/// What of the file is new or another than the register has it.
fn compare<'w>(
    register: &Register,
    listed: &'w [(u32, ListedPlace)],
    imported: &mut PlacesImported,
) -> Vec<WrittenPlace<'w>> {
    let by_code: BTreeMap<&str, &str> = register
        .places
        .values()
        .filter_map(|place| Some((place.code.as_deref()?, place.id.as_str())))
        .collect();
    let by_name: BTreeMap<(&str, &str, &str), &str> = register
        .names
        .iter()
        .map(|(kind, within, name, place)| {
            (
                (kind.as_str(), within.as_str(), name.as_str()),
                place.as_str(),
            )
        })
        .collect();
    let mut towns: BTreeMap<&str, String> = by_code
        .iter()
        .map(|(code, id)| (*code, (*id).to_owned()))
        .collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut written = Vec::new();
    for (row, place) in listed {
        let town_code = place.code.town();
        let within = match place.kind {
            PlaceKind::Town => String::new(),
            PlaceKind::Village => match towns.get(town_code.as_str()) {
                Some(id) => id.clone(),
                None => {
                    imported.rejected.push(RejectedPlace {
                        row: *row,
                        field: "统计用区划代码",
                        value: place.code.as_str().to_owned(),
                        reason: format!("文件和台账里都没有代码为 {} 的镇街", town_code.as_str()),
                    });
                    continue;
                }
            },
        };
        let name = short_name(&place.full_name);
        let named = |name: &str| {
            by_name
                .get(&(place.kind.code(), within.as_str(), name))
                .copied()
        };
        let known = by_code
            .get(place.code.as_str())
            .copied()
            .or_else(|| named(&name))
            .or_else(|| named(&place.full_name));
        let id = known.map_or_else(
            || match place.kind {
                PlaceKind::Town => name.clone(),
                PlaceKind::Village => format!("{within}:{name}"),
            },
            str::to_owned,
        );
        if place.kind == PlaceKind::Town {
            towns.insert(place.code.as_str(), id.clone());
        }
        let is_again = !seen.insert(id.clone());
        match register.places.get(&id) {
            _ if is_again => imported.unchanged += 1,
            Some(found)
                if found.confirmed == 1
                    && found.code.as_deref() == Some(place.code.as_str())
                    && named(&place.full_name).is_some() =>
            {
                imported.unchanged += 1;
            }
            found => {
                match found {
                    Some(_) => imported.updated += 1,
                    None => imported.created += 1,
                }
                written.push(WrittenPlace {
                    id,
                    kind: place.kind.code(),
                    within,
                    name,
                    full_name: &place.full_name,
                    code: place.code.as_str(),
                });
            }
        }
    }
    written
}

/// Writes the places, then by which full names they are found; each is one statement that may be run again.
async fn write(context: &Context, written: &[WrittenPlace<'_>]) -> Result<(), Problem> {
    if written.is_empty() {
        return Ok(());
    }
    let places = serde_json::to_string(written).map_err(Problem::internal)?;
    let sql = "INSERT INTO place (id, kind, within, name, code, today, changed_by, changed_at)
        SELECT value ->> '$.id', value ->> '$.kind', value ->> '$.within', value ->> '$.name', value ->> '$.code', value ->> '$.id', ?2, ?3
        FROM json_each(?1) WHERE true
        ON CONFLICT (id) DO UPDATE SET code = excluded.code, confirmed = 1, version = version + 1,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at
        WHERE code IS NOT excluded.code OR NOT confirmed";
    let by = context.caller()?.account.as_str();
    let parameters = [places.as_str().into(), by.into(), context.at().into()];
    context.store.run(sql, parameters).await?;
    let sql = "INSERT INTO place_name (kind, within, name, place)
        SELECT value ->> '$.kind', value ->> '$.within', value ->> '$.full_name', value ->> '$.id' FROM json_each(?1) WHERE true
        ON CONFLICT DO NOTHING";
    context.store.run(sql, [places.into()]).await?;
    Ok(())
}

fn import_page(context: &Context, imported: Option<&PlacesImported>, errors: &Errors) -> Answer {
    let error = errors.0.first().map(|error| error.reason.as_str());
    Ok(frame::page(
        context,
        &errors.title("导入区划代码"),
        &html! {
            (errors.summary())
            h1 { "导入区划代码" }
            @if let Some(imported) = imported {
                div.panel role="status" {
                    p {
                        "读了 " (imported.rows) " 行：新登记 " (imported.created) "，补上代码或确认 " (imported.updated) "，没有变化 " (imported.unchanged)
                        @if imported.above > 0 { "，区县以上不登记 " (imported.above) }
                        @if !imported.rejected.is_empty() { "，不能接受 " (imported.rejected.len()) }
                        "。"
                    }
                }
                @if !imported.rejected.is_empty() {
                    ul { @for row in &imported.rejected { li { "第 " (row.row) " 行，" (row.field) "“" (row.value) "”：" (row.reason) } } }
                }
            }
            p { "国家统计局每年公布的统计用区划代码，一行一个镇街或者村社区。名称里的“村委会”“居委会”按台账的习惯写成“村”“社区”，两种写法都认得。" }
            form.stack method="post" enctype="multipart/form-data" {
                div.field.wrong[error.is_some()] {
                    label for="file" { "选择 csv 或 xlsx 文件" }
                    p.hint { "三列：统计用区划代码、城乡分类代码（可以没有）、名称" }
                    @if let Some(error) = error { p.error { strong { "错误：" } (error) } }
                    input id="file" name="file" type="file" required accept=".csv,.xlsx";
                }
                div.actions { button.main { "导入" } a.second href="/places" { "返回" } }
            }
        },
    ))
}

pub async fn page(context: Context) -> Answer {
    import_page(&context, None, &Errors::default())
}

pub async fn submit(context: Context, request: Request) -> Answer {
    match import_file(&context, request).await {
        Ok(imported) => import_page(&context, Some(&imported), &Errors::default()),
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => {
            let status = problem.status;
            let page = import_page(&context, None, &Errors(problem.errors))?;
            Ok(refused(status, page))
        }
    }
}
