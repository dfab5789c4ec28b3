//! What is asked of an organisation, by a form and by a document, and its way into the store.

use crate::organisations::found;
use domain::organisation::{Area, OrganisationKind};
use domain::telephone;
use domain::words::Word as _;
use registers::places::{self, Town};
use registers::{Field, Item, Questions, Reading, Record, Rule, Submission};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::Value;
use web::problem::FieldError;
use web::{Context, Problem, seal};

/// Of an id: those that are made have 43 letters.
const ID: usize = 60;

pub const KIND: Field = Field::word::<OrganisationKind>("kind", "种类").required();
pub const NAME: Field = Field::text("name", "单位全称", 60)
    .required()
    .hint("文书和网页上用的全称，例如：某区市场监督管理局某某所");
pub const PART_OF: Field = Field::text("part_of", "上级单位", ID)
    .hint("单位的 id；监管所的上级是区市场监管局")
    .known_in("organisation", "id", "没有这个单位");
pub const TELEPHONE: Field = Field::telephone("telephone", "电话")
    .hint("群众打这个电话，例如 0572-0000000；有两个的用顿号隔开");
pub const ADDRESS: Field = Field::text("address", "地址", 100);
pub const HOURS: Field =
    Field::text("hours", "办公时间", 60).hint("例如：周一至周五 8:30—12:00、14:00—17:30");
pub const CONTACT: Field =
    Field::text("contact", "联系人", 40).hint("姓名，写在文书页面上；群众看到的页面上没有");
pub const MARK: Field =
    Field::text("mark", "发文代字", 20).hint("文号〔年份〕前面的字，例如：浔食药安办");
pub const FIRST_NUMBER: Field = Field::count("first_number", "今年第一件文的号", 9_999)
    .hint("今年用本系统以前已经发过文的，写接下来的号");
pub const HOSTED_BY: Field = Field::text("hosted_by", "办公室设在", ID)
    .hint("单位的 id")
    .known_in("organisation", "id", "没有这个单位");
pub const ENDED_ON: Field =
    Field::past_day("ended_on", "撤销日期").hint("单位撤销或者并入别的单位时填写");

const RULES: &[Rule] = &[can_be_dialled, only_what_its_kind_has, office_stays];

pub static NEW: Questions = Questions {
    rules: RULES,
    ..Questions::of(
        "NewOrganisation",
        &[
            KIND,
            NAME,
            PART_OF,
            TELEPHONE,
            ADDRESS,
            HOURS,
            CONTACT,
            MARK,
            FIRST_NUMBER,
            HOSTED_BY,
        ],
    )
};

pub static WHOLE: Questions = Questions {
    rules: RULES,
    ..Questions::of(
        "OrganisationChange",
        &[
            KIND,
            NAME,
            PART_OF,
            TELEPHONE,
            ADDRESS,
            HOURS,
            CONTACT,
            MARK,
            FIRST_NUMBER,
            HOSTED_BY,
            ENDED_ON,
        ],
    )
};

/// Whether an organisation of a kind has what a field asks for.
pub fn has(kind: OrganisationKind, field: &Field) -> bool {
    match field.column {
        "mark" | "first_number" => kind.issues_papers(),
        "hosted_by" => matches!(
            kind,
            OrganisationKind::Office | OrganisationKind::TownOffice
        ),
        "ended_on" => !kind.issues_papers(),
        _ => true,
    }
}

/// Citizens call it: 12345 and 12315 are numbers too.
fn can_be_dialled(reading: &mut Reading<'_>, record: &mut Record) {
    let Some(typed) = record.text(&TELEPHONE) else {
        return;
    };
    if let Err(error) = telephone::public_lines(typed) {
        reading.reject(&TELEPHONE, error);
    }
}

fn only_what_its_kind_has(reading: &mut Reading<'_>, record: &mut Record) {
    let Some(kind) = record.word::<OrganisationKind>(&KIND) else {
        return;
    };
    for field in [&MARK, &HOSTED_BY] {
        if record.text(field).is_some() && !has(kind, field) {
            reading.reject(field, format!("{}没有{}", kind.chinese(), field.heading));
        }
    }
    if record.number(&FIRST_NUMBER).is_some() && !has(kind, &FIRST_NUMBER) {
        let reason = format!("{}没有{}", kind.chinese(), FIRST_NUMBER.heading);
        reading.reject(&FIRST_NUMBER, reason);
    }
}

fn office_stays(reading: &mut Reading<'_>, record: &mut Record) {
    let kind = record.word::<OrganisationKind>(&KIND);
    if record.day(&ENDED_ON).is_some() && kind.is_some_and(|kind| !has(kind, &ENDED_ON)) {
        reading.reject(
            &ENDED_ON,
            "区食药安办和区食药安委不能撤销，改名请改单位全称",
        );
    }
}

/// What a document says beside the fields.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewOrganisationBeside")]
pub struct NewOrganisation {
    /// 负责的镇街：监管所可以有几个，镇街的单位有一个，别的没有
    #[serde(default)]
    pub towns: Vec<String>,
    #[serde(flatten)]
    #[schemars(skip)]
    pub asked: Item,
}

/// The same of one that is there.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "OrganisationChangeBeside")]
pub struct ChangedOrganisation {
    /// 负责的镇街：监管所可以有几个，镇街的单位有一个，别的没有
    #[serde(default)]
    pub towns: Vec<String>,
    /// 读取时的 version
    pub version: i64,
    #[serde(flatten)]
    #[schemars(skip)]
    pub asked: Item,
}

/// What is to be kept of an organisation.
struct CheckedOrganisation {
    record: Record,
    kind: OrganisationKind,
    /// JSON array.
    towns: String,
}

/// What was sent, by the rules; `id` is the organisation that it is about, where it is there already.
async fn read(
    context: &Context,
    questions: &Questions,
    id: Option<&str>,
    sent: Submission<'_>,
    towns: &[String],
) -> Result<CheckedOrganisation, Problem> {
    let given = match sent {
        Submission::Form(typed) => typed.get(KIND.column).map(String::as_str),
        Submission::Document(given) => given.get(KIND.column).and_then(|kind| kind.as_str()),
    };
    let kind = given.and_then(OrganisationKind::read);
    let mut errors = Vec::new();
    let record = match questions.read(context, sent).await {
        Ok(record) => Some(record),
        Err(problem) if problem.errors.is_empty() => return Err(problem),
        Err(problem) => {
            errors = problem.errors;
            None
        }
    };
    if let Some(record) = &record {
        errors.extend(wrong_superiors(context, id, record).await?);
    }
    let ended = record
        .as_ref()
        .is_some_and(|record| record.day(&ENDED_ON).is_some());
    let mut known = Vec::new();
    // One that has ended keeps the towns that it had, whatever is sent.
    if let Some(kind) = kind.filter(|_| !ended) {
        match places::confirmed_towns(&context.store, towns).await {
            Ok(towns) => {
                errors.extend(wrong_towns(context, kind, id, &towns).await?);
                known = towns;
            }
            Err(problem) if problem.errors.is_empty() => return Err(problem),
            Err(problem) => errors.extend(problem.errors),
        }
    }
    match (record, kind) {
        (Some(record), Some(kind)) if errors.is_empty() => Ok(CheckedOrganisation {
            record,
            kind,
            towns: places::ids(&known),
        }),
        _ => Err(Problem::invalid(errors)),
    }
}

/// What an organisation cannot be part of, or be hosted by: itself, what is below it, and what has ended. The office and the bureau may
/// name each other: the committee's office mostly stands in the bureau.
async fn wrong_superiors(
    context: &Context,
    id: Option<&str>,
    record: &Record,
) -> Result<Vec<FieldError>, Problem> {
    let mut errors = Vec::new();
    for field in [&PART_OF, &HOSTED_BY] {
        let Some(superior) = record.text(field) else {
            continue;
        };
        let sql = format!(
            "SELECT json_object('above', json((SELECT json_group_array(a.id) FROM ({}) a)),
                'has_ended', json(iif(EXISTS (SELECT 1 FROM organisation o WHERE o.id = ?1 AND o.ended_on IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM organisation own WHERE own.id = ?2 AND own.{} = ?1)), 'true', 'false')))",
            above("?1", field.column),
            field.column
        );
        let found: Superior = context
            .store
            .json(&sql, [superior.into(), id.into()])
            .await?;
        if found.has_ended {
            errors.push(FieldError::new(
                field.column,
                superior,
                "这个单位已经撤销，请选现有的单位",
            ));
        } else if id.is_some_and(|id| found.above.iter().any(|above| above == id)) {
            let reason = format!("不能选自己，也不能选{}是自己的单位", field.heading);
            errors.push(FieldError::new(field.column, superior, reason));
        }
    }
    Ok(errors)
}

/// An organisation that another is to be part of, or to be hosted by.
#[derive(Deserialize)]
struct Superior {
    /// Itself and what it is part of, up to the top.
    above: Vec<String>,
    has_ended: bool,
}

/// SQL: an organisation, and what is above it by a column, up to the top.
fn above(id: &str, column: &str) -> String {
    format!(
        "WITH RECURSIVE up(id) AS (SELECT {id} UNION SELECT o.{column} FROM organisation o JOIN up ON o.id = up.id
            WHERE o.{column} IS NOT NULL) SELECT id FROM up WHERE id IS NOT NULL"
    )
}

async fn wrong_towns(
    context: &Context,
    kind: OrganisationKind,
    id: Option<&str>,
    towns: &[Town],
) -> Result<Vec<FieldError>, Problem> {
    let error = |value: &str, reason: String| FieldError::new("towns", value, reason);
    let names: Vec<&str> = towns.iter().map(|town| town.name.as_str()).collect();
    let all = names.join("、");
    match (kind.area(), towns) {
        (Area::District, []) => return Ok(Vec::new()),
        (Area::District, _) => {
            let reason = format!("{}不分镇街，请留空", kind.chinese());
            return Ok(vec![error(&all, reason)]);
        }
        (Area::Town, [_]) | (Area::Towns, _) => {}
        (Area::Town, _) => {
            let reason = format!("{}只属于一个镇街，请填一个", kind.chinese());
            return Ok(vec![error(&all, reason)]);
        }
    }
    let sql = "SELECT json_group_object(p.today, o.name) FROM organisation o, json_each(o.towns) t JOIN place_today p ON p.id = t.value
        WHERE o.kind = ?1 AND o.id IS NOT ?2 AND o.ended_on IS NULL";
    let taken: BTreeMap<String, String> = context
        .store
        .json(sql, [kind.code().into(), id.into()])
        .await?;
    let errors = towns.iter().filter_map(|town| {
        let other = taken.get(&town.id)?;
        Some(error(
            &town.name,
            format!("{}已经由“{other}”负责", town.name),
        ))
    });
    Ok(errors.collect())
}

/// What is written beside the towns, by their columns.
const COLUMNS: [&Field; 9] = [
    &NAME,
    &PART_OF,
    &TELEPHONE,
    &ADDRESS,
    &HOURS,
    &CONTACT,
    &MARK,
    &FIRST_NUMBER,
    &HOSTED_BY,
];

/// Of the office, the committee and the bureau there is one at a time: no other of the kind ?4 than ?1 stands.
const KIND_IS_FREE: &str = "(?4 NOT IN ('office', 'committee', 'bureau')
    OR NOT EXISTS (SELECT 1 FROM organisation other WHERE other.kind = ?4 AND other.id <> ?1 AND other.ended_on IS NULL))";

/// No other organisation of the kind ?4 than ?1 answers for one of the towns ?5.
const TOWNS_ARE_FREE: &str = "NOT EXISTS (SELECT 1 FROM organisation o, json_each(o.towns) t
    JOIN place_today p ON p.id = t.value
    WHERE o.kind = ?4 AND o.id <> ?1 AND o.ended_on IS NULL AND p.today IN (SELECT value FROM json_each(?5)))";

/// The year of the first number: that of the change ?3, where there is a number ?13.
const YEAR: &str = "iif(?13 IS NULL, NULL, CAST(substr(?3, 1, 4) AS INTEGER))";

/// ?1 to ?5, and from ?6 on what [`COLUMNS`] names.
fn parameters(
    context: &Context,
    id: &str,
    told: &CheckedOrganisation,
) -> Result<Vec<Value>, Problem> {
    let mut parameters: Vec<Value> = vec![
        id.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        told.kind.code().into(),
        told.towns.as_str().into(),
    ];
    parameters.extend(COLUMNS.iter().map(|field| told.record.value(field)));
    Ok(parameters)
}

/// Registers an organisation; gives its id.
pub async fn add(
    context: &Context,
    sent: Submission<'_>,
    towns: &[String],
) -> Result<String, Problem> {
    let told = read(context, &NEW, None, sent, towns).await?;
    let id = seal::random_token()?;
    let sql = format!(
        "INSERT INTO organisation (id, changed_by, changed_at, kind, towns, {}, first_number_year)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, {YEAR} WHERE {TOWNS_ARE_FREE}
         ON CONFLICT DO NOTHING RETURNING id",
        COLUMNS.map(|field| field.column).join(", ")
    );
    let parameters = parameters(context, &id, &told)?;
    match context.store.run(&sql, parameters).await? {
        1 => Ok(id),
        _ => {
            let said = format!("{}已经登记过，请直接修改那一条", told.kind.chinese());
            Err(Problem {
                errors: vec![FieldError::new(KIND.column, told.kind.code(), &*said)],
                ..Problem::already_there(said)
            })
        }
    }
}

/// Writes the whole of an organisation anew, where it still has the version that was read.
pub async fn change(
    context: &Context,
    id: &str,
    version: i64,
    sent: Submission<'_>,
    towns: &[String],
) -> Result<(), Problem> {
    let before = found(context, id).await?;
    let told = read(context, &WHOLE, Some(id), sent, towns).await?;
    if before.get(KIND.column).and_then(|kind| kind.as_str()) != Some(told.kind.code()) {
        let error = FieldError::new(KIND.column, told.kind.code(), "种类不能修改");
        return Err(Problem::invalid(vec![error]));
    }
    let sets: Vec<String> = COLUMNS
        .iter()
        .zip(6..)
        .map(|(field, place)| format!("{} = ?{place}", field.column))
        .collect();
    let sql = format!(
        "UPDATE organisation SET {}, towns = iif(?15 IS NULL, ?5, towns), first_number_year = {YEAR}, ended_on = ?15, version = version + 1,
             changed_by = ?2, changed_at = ?3
         WHERE id = ?1 AND version = ?16 AND ?1 NOT IN ({}) AND ?1 NOT IN ({})
             AND (?15 IS NOT NULL OR ({TOWNS_ARE_FREE} AND {KIND_IS_FREE})) RETURNING id",
        sets.join(", "),
        above("?7", PART_OF.column),
        above("?14", HOSTED_BY.column)
    );
    let mut parameters = parameters(context, id, &told)?;
    parameters.extend([told.record.value(&ENDED_ON), version.into()]);
    if context.store.run(&sql, parameters).await? == 1 {
        return Ok(());
    }
    let now = found(context, id).await?;
    if now.get("version").and_then(serde_json::Value::as_i64) == Some(version) {
        let said = "同类的单位还有一个在用，或者镇街已经由别的单位负责；请先结束那一个";
        return Err(Problem::already_there(said));
    }
    Err(Problem::changed_meanwhile(
        "这个单位刚被别人修改过，请看过现在的内容再改",
        now.into(),
    ))
}
