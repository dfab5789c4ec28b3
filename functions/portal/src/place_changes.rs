//! What the office does with places: registers and confirms them, renames them from a day, merges them from a day, and takes that back. Each
//! is one statement; what holds today follows by the triggers of `place_rename` and `place_succession`.

use crate::places::found;
use chrono::{NaiveDate, TimeDelta};
use domain::office_date;
use domain::organisation::OrganisationKind;
use domain::place::{PlaceCode, PlaceKind, PlaceLevel};
use domain::text;
use domain::words::Word as _;
use registers::Item;
use registers::places::find_town;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use web::problem::FieldError;
use web::{Context, Problem, seal};

/// The most characters of a name.
const LONGEST_NAME: usize = 40;
/// How far ahead a change can be entered.
const LONGEST_AHEAD: TimeDelta = TimeDelta::days(366);

/// A place to be registered.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlace {
    pub kind: Option<PlaceKind>,
    pub name: String,
    /// 村社区所属的镇街；镇街没有
    pub town: Option<String>,
    /// 统计用区划代码
    pub code: Option<String>,
}

/// What of a place can be corrected.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceChange {
    /// 读取时的 version
    pub version: i64,
    /// 统计用区划代码
    pub code: Option<String>,
    /// 待确认的，确认它是一个地方
    #[serde(default)]
    pub confirmed: bool,
}

/// A new name from a day.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceRename {
    pub name: String,
    /// 从哪一天起；不写是今天，可以是以后的一天
    pub from: Option<String>,
}

/// A merger from a day.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceMerge {
    /// 并入哪一个：id 或者名称
    pub into: String,
    /// 从哪一天起；不写是今天，可以是以后的一天
    pub from: Option<String>,
    /// 只说有什么一起并入，不写入
    #[serde(default)]
    pub dry_run: bool,
}

/// What goes along with a place that is merged.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct GoesAlong {
    pub businesses: u64,
    /// 包保干部
    pub posts: u64,
    pub accounts: u64,
    /// 已经发出、还没有办结的文书
    pub papers: u64,
    /// 还没有办结的投诉举报；内部举报不计
    pub cases: u64,
    /// 镇街的村社区
    pub villages: u64,
    /// 和并入的镇街同一种、要手工确定去留的单位；并入以后文书写明发给 named 的那一个
    pub organisations: Vec<MeetingOrganisation>,
}

/// One of several organisations of a kind that then answer for one town.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MeetingOrganisation {
    pub id: String,
    pub name: String,
    pub kind: OrganisationKind,
    /// 文书发给它，群众先看到它
    pub named: bool,
}

fn wrong(field: &str, value: &str, reason: impl Into<String>) -> Problem {
    Problem::invalid(vec![FieldError::new(field, value, reason)])
}

fn read_name(typed: &str) -> Result<String, Problem> {
    let name = text::tidy(typed);
    match name.chars().count() {
        0 => Err(wrong("name", typed, "请填写名称")),
        length if length > LONGEST_NAME => Err(wrong("name", typed, "名称最多 40 个字")),
        // The id of a village has a colon behind that of its town.
        _ if name.contains([':', '、', ',', '，', ';', '；']) => {
            Err(wrong("name", typed, "名称里不能有标点"))
        }
        _ => Ok(name),
    }
}

fn read_code(typed: Option<&str>, kind: PlaceKind) -> Result<Option<String>, Problem> {
    let Some(typed) = typed.filter(|typed| !text::is_blank(typed)) else {
        return Ok(None);
    };
    match PlaceCode::read(typed) {
        Some(code) if code.level() == PlaceLevel::Place(kind) => Ok(Some(code.as_str().to_owned())),
        Some(_) => Err(wrong(
            "code",
            typed,
            format!("这不是{}的代码", kind.chinese()),
        )),
        None => Err(wrong("code", typed, "应为 12 位数字的统计用区划代码")),
    }
}

/// The day from which a change holds: today where none is given.
fn read_from(context: &Context, typed: Option<&str>) -> Result<NaiveDate, Problem> {
    let Some(typed) = typed.filter(|typed| !text::is_blank(typed)) else {
        return Ok(context.today());
    };
    let day = office_date::parse(typed).map_err(|error| wrong("from", typed, error.to_string()))?;
    match day > context.today() + LONGEST_AHEAD {
        true => Err(wrong("from", typed, "最多提前一年填写")),
        false => Ok(day),
    }
}

fn member<'i>(place: &'i Item, name: &str) -> &'i str {
    place.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// Registers a place, or confirms the one of that name which a roster has named; gives its id.
///
/// # Errors
///
/// 422 for what is wrong with it; 409 where there is one already.
pub async fn add(context: &Context, new: &NewPlace) -> Result<String, Problem> {
    let kind = new
        .kind
        .ok_or_else(|| wrong("kind", "", "请选择是镇街还是村社区"))?;
    let name = read_name(&new.name)?;
    let code = read_code(new.code.as_deref(), kind)?;
    let town = new.town.as_deref().unwrap_or("").trim();
    let within = match (kind, town) {
        (PlaceKind::Town, "") => String::new(),
        (PlaceKind::Town, _) => return Err(wrong("town", town, "镇街不属于别的镇街，请留空")),
        (PlaceKind::Village, "") => return Err(wrong("town", "", "请填写所属镇街")),
        (PlaceKind::Village, _) => find_town(&context.store, town)
            .await?
            .ok_or_else(|| wrong("town", town, "没有这个镇街，请先登记它"))?,
    };
    let prefix = match kind {
        PlaceKind::Town => String::new(),
        PlaceKind::Village => format!("{within}:"),
    };
    // The name is the id, unless another place was called so when it was first known.
    let sql = "INSERT INTO place (id, kind, within, name, code, today, changed_by, changed_at)
        SELECT known.id, ?1, ?2, ?3, ?4, known.id, ?5, ?6 FROM (
            SELECT coalesce((SELECT p.id FROM place p WHERE p.kind = ?1 AND p.within = ?2 AND p.name = ?3 AND p.today = p.id),
                iif(EXISTS (SELECT 1 FROM place p WHERE p.id = ?7 || ?3), ?7 || ?8, ?7 || ?3)) AS id) known
        WHERE true
        ON CONFLICT (id) DO UPDATE SET confirmed = 1, code = coalesce(excluded.code, code), version = version + 1,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at WHERE NOT confirmed
        RETURNING id";
    #[derive(Deserialize)]
    struct Registered {
        id: String,
    }
    let parameters = [
        kind.code().into(),
        within.into(),
        name.as_str().into(),
        code.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
        prefix.into(),
        seal::random_password(12)?.into(),
    ];
    let registered: Option<Registered> = context.store.first(sql, parameters).await?;
    registered.map(|place| place.id).ok_or_else(|| Problem {
        errors: vec![FieldError::new("name", &*name, "这个名称已经登记过")],
        ..Problem::already_there(format!("“{name}”已经登记过"))
    })
}

/// Confirms places that rosters have named. What is confirmed already stays as it is.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn confirm(context: &Context, ids: &[String]) -> Result<(), Problem> {
    let sql =
        "UPDATE place SET confirmed = 1, version = version + 1, changed_by = ?2, changed_at = ?3
        WHERE NOT confirmed AND today = id AND id IN (SELECT value FROM json_each(?1)) RETURNING 1";
    let parameters = [
        serde_json::json!(ids).to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

/// Corrects the code of a place, or confirms it.
///
/// # Errors
///
/// 404, 422, and 409 where somebody else was faster.
pub async fn change(context: &Context, id: &str, change: &PlaceChange) -> Result<(), Problem> {
    let place = found(context, id).await?;
    let kind = PlaceKind::read(member(&place, "kind")).ok_or_else(Problem::not_found)?;
    let code = read_code(change.code.as_deref(), kind)?;
    let sql = "UPDATE place SET code = coalesce(?3, code), confirmed = confirmed OR ?4, version = version + 1, changed_by = ?5, changed_at = ?6
        WHERE id = ?1 AND version = ?2 RETURNING 1";
    let parameters = [
        id.into(),
        change.version.into(),
        code.into(),
        i64::from(change.confirmed).into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::changed_meanwhile(
            "这个地方刚被别人修改过，请看过现在的内容再改",
            found(context, id).await?.into(),
        )),
    }
}

/// Renames a place from a day; gives whether the name holds already.
///
/// # Errors
///
/// 404; 422 for a name or a day that cannot be taken; 409 where it was merged, or another place has the name.
pub async fn rename(context: &Context, id: &str, rename: &PlaceRename) -> Result<bool, Problem> {
    let place = found(context, id).await?;
    let name = read_name(&rename.name)?;
    let from = read_from(context, rename.from.as_deref())?;
    if name == member(&place, "name") {
        return Err(wrong("name", &name, "和现在的名称一样"));
    }
    let sql = "INSERT INTO place_rename (place, name, valid_from, applied_at, changed_by, changed_at)
        SELECT p.id, ?2, ?3, iif(?3 <= ?4, ?6, NULL), ?5, ?6 FROM place p WHERE p.id = ?1 AND p.today = p.id
            AND NOT EXISTS (SELECT 1 FROM place o WHERE o.kind = p.kind AND o.within = p.within AND o.name = ?2 AND o.today = o.id)
        RETURNING id";
    let parameters = [
        id.into(),
        name.as_str().into(),
        from.to_string().into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(sql, parameters).await? {
        1 => Ok(from <= context.today()),
        _ if member(&place, "standing") == "merged" => Err(Problem::not_allowed_now(
            "这个地方已经并入别处，不能改名；请先撤销合并",
        )),
        _ => Err(Problem {
            errors: vec![FieldError::new(
                "name",
                &*name,
                "另一个地方叫这个名称，要合成一个请用合并",
            )],
            ..Problem::already_there("另一个地方叫这个名称，要合成一个请用合并")
        }),
    }
}

/// SQL: whether two places belong together: two towns, or two villages of what is one town today.
fn side_by_side(one: &str, other: &str) -> String {
    format!(
        "({one}.within = {other}.within OR (SELECT w.today FROM place w WHERE w.id = {one}.within) = (SELECT w.today FROM place w WHERE w.id = {other}.within))"
    )
}

/// The place that is to take another in, by its id or its name. Of villages of one name in towns that were merged, that of the own town is
/// meant.
async fn find_target(context: &Context, place: &Item, into: &str) -> Result<String, Problem> {
    let sql = format!(
        "SELECT json_array((SELECT t.id FROM place p JOIN place t ON t.kind = p.kind AND t.id <> p.id AND t.today = t.id AND {}
            WHERE p.id = ?1 AND (t.id = ?2 OR t.name = ?2) ORDER BY t.id <> ?2, t.within <> p.within, t.id LIMIT 1))",
        side_by_side("t", "p")
    );
    let parameters = [member(place, "id").into(), text::tidy(into).into()];
    let (target,): (Option<String>,) = context.store.json(&sql, parameters).await?;
    target.ok_or_else(|| {
        let kind = PlaceKind::read(member(place, "kind"));
        let reason = match kind {
            Some(PlaceKind::Village) => "同一个镇街里没有叫这个名称的另一个村社区",
            _ => "没有叫这个名称的另一个镇街",
        };
        wrong("into", into, reason)
    })
}

/// SQL: the organisations that answer for the towns that are ?1 today or would be with ?2, of each kind of which there are several then. That
/// is named first whose own town the remaining one is, ?2 where it is given; of several the one that has stood longest.
const MEETING: &str = "SELECT json_group_array(json_object('id', id, 'name', name, 'kind', kind, 'named', json(iif(place = 1, 'true', 'false')))) FROM (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY is_own DESC, standing) AS place, count(*) OVER (PARTITION BY kind) AS many FROM (
        SELECT o.id, o.name, o.kind, max(t.value = coalesce(?2, ?1)) AS is_own, o.rowid AS standing
        FROM organisation o JOIN json_each(o.towns) t JOIN place p ON p.id = t.value
        WHERE o.ended_on IS NULL AND p.kind = 'town' AND p.today IN (?1, ?2) GROUP BY o.id) ORDER BY kind, place) WHERE many > 1";

/// What goes along with a place that is merged now; `into` is the one that takes it in.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn goes_along(
    context: &Context,
    id: &str,
    into: Option<&str>,
) -> Result<GoesAlong, Problem> {
    let sql = format!("WITH own AS MATERIALIZED (SELECT p.id, p.kind FROM place p WHERE p.today = ?1)
        SELECT json_object(
            'businesses', (SELECT count(*) FROM enterprise_ledger e WHERE e.town IN (SELECT id FROM own WHERE kind = 'town'))
                + (SELECT count(*) FROM enterprise_ledger e WHERE e.town IN (SELECT v.within FROM place v JOIN own ON own.id = v.id WHERE v.kind = 'village')
                    AND e.town || ':' || e.village IN (SELECT id FROM own)),
            'posts', (SELECT count(*) FROM cadre_ledger c WHERE c.town IN (SELECT id FROM own)),
            'accounts', (SELECT count(*) FROM account a WHERE a.status = 'active' AND EXISTS (SELECT 1 FROM json_each(a.towns) t JOIN own ON own.id = t.value)),
            'papers', (SELECT count(*) FROM running_paper r WHERE r.town IN (SELECT id FROM own)),
            'cases', (SELECT count(*) FROM running_case r WHERE r.town IN (SELECT id FROM own)),
            'villages', (SELECT count(*) FROM place v WHERE v.kind = 'village' AND v.today = v.id AND v.within IN (SELECT id FROM own)),
            'organisations', json(({MEETING})))");
    Ok(context.store.json(&sql, [id.into(), into.into()]).await?)
}

/// Merges a place into another from a day, unless it is only asked what would go along; gives that.
///
/// # Errors
///
/// 404; 422 for a target or a day that cannot be taken; 409 where it is merged already.
pub async fn merge(context: &Context, id: &str, merge: &PlaceMerge) -> Result<GoesAlong, Problem> {
    let place = found(context, id).await?;
    let already_merged =
        || Problem::not_allowed_now("这个地方已经并入别处，或者已经定好要并入；请先撤销那一次合并");
    if member(&place, "standing") == "merged" {
        return Err(already_merged());
    }
    let target = find_target(context, &place, &merge.into).await?;
    let from = read_from(context, merge.from.as_deref())?;
    let along = goes_along(context, id, Some(&target)).await?;
    if merge.dry_run {
        return Ok(along);
    }
    let sql = format!(
        "INSERT INTO place_succession (old, new, valid_from, applied_at, changed_by, changed_at)
         SELECT o.id, n.id, ?3, iif(?3 <= ?4, ?6, NULL), ?5, ?6 FROM place o JOIN place n ON n.id = ?2
         WHERE o.id = ?1 AND o.today = o.id AND n.today = n.id AND n.id <> o.id AND n.kind = o.kind AND {}
         ON CONFLICT DO NOTHING RETURNING id",
        side_by_side("n", "o")
    );
    let parameters = [
        id.into(),
        target.into(),
        from.to_string().into(),
        context.today().to_string().into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    match context.store.run(&sql, parameters).await? {
        1 => Ok(along),
        _ => Err(already_merged()),
    }
}

/// SQL: the mergers of villages between the town ?1, with what was merged into it, and another town: it cannot be taken out of that.
const JOINED: &str = "WITH RECURSIVE came (id) AS (SELECT ?1 UNION SELECT s.old FROM came c JOIN place_succession s ON s.new = c.id
        WHERE s.ended_at IS NULL AND s.applied_at IS NOT NULL)
    SELECT o.name FROM place_succession s JOIN place o ON o.id = s.old JOIN place n ON n.id = s.new
    WHERE o.kind = 'village' AND s.ended_at IS NULL AND (o.within IN (SELECT id FROM came)) <> (n.within IN (SELECT id FROM came))";

async fn joined_villages(context: &Context, id: &str) -> Result<Vec<String>, Problem> {
    let sql = format!("SELECT json_group_array(name) FROM ({JOINED})");
    Ok(context.store.json(&sql, [id.into()]).await?)
}

/// Takes a merger back, also one whose day has not come.
///
/// # Errors
///
/// 404; 409 where there is none to take back, another place has taken the name meanwhile, or villages of the towns that would be two again
/// were merged with each other.
pub async fn unmerge(context: &Context, id: &str) -> Result<(), Problem> {
    found(context, id).await?;
    let villages = joined_villages(context, id).await?;
    if !villages.is_empty() {
        return Err(Problem::not_allowed_now(format!(
            "合并以后，两个镇街的村社区又合并过：{}。请先撤销村社区的合并",
            villages.join("、")
        )));
    }
    let sql = format!("UPDATE place_succession SET ended_at = ?2, version = version + 1, changed_by = ?3, changed_at = ?2
        WHERE old = ?1 AND ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM place p JOIN place o ON o.kind = p.kind AND o.within = p.within
            AND o.name = p.name AND o.today = o.id AND o.id <> p.id WHERE p.id = ?1) AND NOT EXISTS ({JOINED})
        RETURNING id");
    let parameters = [
        id.into(),
        context.at().into(),
        context.caller()?.account.as_str().into(),
    ];
    match context.store.run(&sql, parameters).await? {
        1 => Ok(()),
        _ => Err(Problem::not_allowed_now(
            "没有可以撤销的合并；或者另一个地方现在用着它的名称，请先给那一个改名",
        )),
    }
}

/// Takes back the changes of name whose day has not come.
///
/// # Errors
///
/// 404; 409 where there are none.
pub async fn withdraw_renames(context: &Context, id: &str) -> Result<(), Problem> {
    found(context, id).await?;
    let sql = "UPDATE place_rename SET ended_at = ?2, version = version + 1, changed_by = ?3, changed_at = ?2
        WHERE place = ?1 AND ended_at IS NULL AND applied_at IS NULL RETURNING id";
    let parameters = [
        id.into(),
        context.at().into(),
        context.caller()?.account.as_str().into(),
    ];
    match context.store.run(sql, parameters).await? {
        0 => Err(Problem::not_allowed_now("没有还没到日子的改名")),
        _ => Ok(()),
    }
}

/// Applies the changes of name and the mergers whose day has come, in the order of their days, each where nothing has come between: one that
/// cannot hold any more waits, and stands on the page of its place.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn apply_due(context: &Context) -> Result<(), Problem> {
    let renames = "UPDATE place_rename AS r SET applied_at = ?2, version = version + 1, changed_at = ?2
        WHERE r.id = ?1 AND r.applied_at IS NULL AND r.ended_at IS NULL
            AND EXISTS (SELECT 1 FROM place p WHERE p.id = r.place AND p.today = p.id
                AND NOT EXISTS (SELECT 1 FROM place o WHERE o.kind = p.kind AND o.within = p.within AND o.name = r.name AND o.today = o.id))
        RETURNING id";
    apply_each(context, "place_rename", renames).await?;
    let mergers = "UPDATE place_succession AS s SET applied_at = ?2, version = version + 1, changed_at = ?2
        WHERE s.id = ?1 AND s.applied_at IS NULL AND s.ended_at IS NULL
            AND EXISTS (SELECT 1 FROM place o JOIN place n ON n.id = s.new WHERE o.id = s.old AND o.today = o.id AND n.today <> o.id)
        RETURNING id";
    apply_each(context, "place_succession", mergers).await
}

/// Runs a statement for each row of a table whose day has come.
async fn apply_each(context: &Context, table: &str, apply: &str) -> Result<(), Problem> {
    let due = format!(
        "SELECT json_group_array(id) FROM (SELECT id FROM {table} WHERE applied_at IS NULL AND ended_at IS NULL AND valid_from <= ?1
            ORDER BY valid_from, id)"
    );
    let ids: Vec<i64> = context
        .store
        .json(&due, [context.today().to_string().into()])
        .await?;
    for id in ids {
        let parameters = [id.into(), context.at().into()];
        context.store.run(apply, parameters).await?;
    }
    Ok(())
}
