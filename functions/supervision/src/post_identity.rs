//! Which post a row of the roster of officials is. An official is known by 工号; where there is none by mobile and name; name and place alone are
//! never certain, and the row is sent back with who it may be. Of one official, two rows with another tier, place or duty are two posts.

use domain::words::{Tier, Word as _};
use registers::identity::{FileIdentities, Identity};
use registers::places;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use store::Store;
use web::{Problem, seal};

/// What a row says of whose post it is.
#[derive(Serialize)]
struct RowNames<'r> {
    post_no: Option<&'r str>,
    cadre_no: Option<&'r str>,
    phone: Option<&'r str>,
    name: &'r str,
    town: Option<&'r str>,
    village: Option<&'r str>,
    tier: &'r str,
    duty: &'r str,
}

impl<'r> RowNames<'r> {
    fn of(record: &'r Map<String, Json>) -> Self {
        let said = |column: &str| record.get(column).and_then(Json::as_str);
        Self {
            post_no: said("post_no"),
            cadre_no: said("cadre_no"),
            phone: said("phone"),
            name: said("name").unwrap_or_default(),
            town: said("town"),
            village: said("village"),
            tier: said("tier").unwrap_or_default(),
            duty: said("duty").unwrap_or_default(),
        }
    }

    /// What tells this post from others of the same official.
    fn place(&self) -> String {
        let (town, village) = (self.town.unwrap_or(""), self.village.unwrap_or(""));
        format!("{}/{}/{town}/{village}", self.duty, self.tier)
    }

    /// By what the rest of the file may name the same official.
    fn marks(&self, cadre_no: &str) -> Vec<String> {
        let phone = self.phone.map(|phone| format!("phone/{phone}"));
        let number = format!("cadre/{cadre_no}");
        phone.into_iter().chain([number]).collect()
    }
}

/// A post that the store has.
#[derive(Debug, Clone, Deserialize)]
struct KnownPost {
    post_no: String,
    cadre_no: String,
    name: String,
    phone: Option<String>,
    duty: String,
    tier: Tier,
    /// What the place is called today.
    town: Option<String>,
    village: Option<String>,
    /// Whether its town is today the one that the row names; 0 or 1.
    same_town: i64,
    /// Whether it has a last day; 0 or 1.
    is_ended: i64,
}

impl KnownPost {
    fn shown(&self) -> String {
        shown(&self.name, &self.cadre_no, self.town.as_deref())
    }
}

/// The posts of each row's official by number; where it has none that is known, of those with its mobile, and where it has none at all of those
/// with its name.
async fn find_posts(store: &Store, rows: &[RowNames<'_>]) -> Result<Vec<Vec<KnownPost>>, Problem> {
    let sql = format!(
        "WITH said AS MATERIALIZED (SELECT key, value ->> '$.post_no' AS post_no, value ->> '$.cadre_no' AS cadre_no, value ->> '$.phone' AS phone,
            value ->> '$.name' AS name, value ->> '$.town' AS town FROM json_each(?1))
         SELECT json_group_array(json((SELECT json_group_array(json_object('post_no', p.post_no, 'cadre_no', p.cadre_no, 'name', p.name, 'phone', p.phone,
                'is_ended', p.ends_on IS NOT NULL, 'duty', p.duty, 'tier', p.tier, 'town', {}, 'village', {},
                'same_town', coalesce(p.town IS r.town OR p.town IN ({}), 0)))
            FROM (SELECT * FROM post WHERE post_no IN (
                    SELECT post_no FROM post WHERE cadre_no = coalesce(r.cadre_no, (SELECT own.cadre_no FROM post own WHERE own.post_no = r.post_no))
                    UNION SELECT post_no FROM post WHERE phone = r.phone AND NOT r.is_known
                    UNION SELECT post_no FROM post WHERE name = r.name AND r.cadre_no IS NULL)
                ORDER BY ends_on IS NOT NULL, rowid LIMIT 20) p)))
         FROM (SELECT *, EXISTS (SELECT 1 FROM cadre c WHERE c.cadre_no = said.cadre_no) AS is_known FROM said ORDER BY key) r",
        places::town_name("p.town"),
        places::village_name("p.town", "p.village"),
        places::all_of_town("r.town"),
    );
    let rows = serde_json::to_string(rows).map_err(Problem::internal)?;
    Ok(store.json(&sql, [rows.into()]).await?)
}

/// Whose post a row is.
enum Official {
    Known(String),
    New,
    Ask(String),
}

/// A known official, so that a person can tell whether it is the one who is meant.
pub fn shown(name: &str, cadre_no: &str, town: Option<&str>) -> String {
    format!("{name}（工号 {cadre_no}，{}）", town.unwrap_or("区级"))
}

fn find_official(row: &RowNames<'_>, posts: &[KnownPost]) -> Official {
    let of_phone = |post: &&KnownPost| row.phone.is_some() && post.phone.as_deref() == row.phone;
    let same = posts
        .iter()
        .filter(of_phone)
        .find(|post| post.name == row.name);
    if let Some(number) = row.cadre_no {
        return match same.filter(|post| post.cadre_no != number) {
            Some(same) if posts.iter().all(|post| post.cadre_no != number) => {
                Official::Ask(format!(
                    "姓名和手机都与{}一样；是同一个人的，请用那个工号，不是的话请改正手机",
                    same.shown()
                ))
            }
            _ => Official::Known(number.to_owned()),
        };
    }
    if let (Some(number), [first, ..]) = (row.post_no, posts)
        && posts.iter().any(|post| post.post_no == number)
    {
        return Official::Known(first.cadre_no.clone());
    }
    if let Some(same) = same {
        return Official::Known(same.cadre_no.clone());
    }
    let alike: Vec<String> = posts.iter().map(KnownPost::shown).collect();
    match (alike.is_empty(), row.phone) {
        (false, _) => Official::Ask(format!(
            "没有工号，不能确定是不是{}；是的话请补上工号，不是的话请给这个人另编一个工号",
            alike.join("、")
        )),
        (true, None) => Official::Ask("没有工号也没有手机，请至少补上一项".to_owned()),
        (true, Some(_)) => Official::New,
    }
}

/// A number for an official who has none of their own: B and ten digits, drawn by lot so that two who import at once draw two.
fn draw_number() -> Result<String, Problem> {
    let drawn = u64::from_le_bytes(seal::random::<8>()?);
    Ok(format!("B{:010}", drawn % 10_000_000_000))
}

/// The post of an official that a row is, of those the store has.
fn find_post<'p>(row: &RowNames<'_>, posts: &[&'p KnownPost]) -> Option<&'p KnownPost> {
    if let Some(number) = row.post_no {
        return posts.iter().find(|post| post.post_no == number).copied();
    }
    let same_place = |post: &&&KnownPost| {
        let village = row.village.zip(post.village.as_deref());
        post.tier.code() == row.tier
            && (post.same_town != 0)
            && village.is_none_or(|(ours, theirs)| ours == theirs)
    };
    let placed: Vec<&&KnownPost> = posts.iter().filter(same_place).collect();
    let same_duty = placed.iter().find(|post| post.duty == row.duty);
    // A roster without the column 岗位类别 says of nobody that they are 协管员.
    let of_any = placed.iter().find(|_| row.duty == "cadre");
    same_duty.or(of_any).map(|post| **post)
}

fn identify_row(
    row: &RowNames<'_>,
    known: &[KnownPost],
    file: &mut FileIdentities,
) -> Result<Identity, Problem> {
    let of_file = |file: &FileIdentities, mark: &str| file.known.get(mark).cloned();
    let by_phone = row.phone.filter(|_| row.cadre_no.is_none());
    let before = by_phone
        .and_then(|phone| of_file(file, &format!("phone/{phone}")))
        .and_then(|posts| posts.into_iter().find(|(_, _, name)| name == row.name));
    let cadre_no = match (find_official(row, known), before) {
        (Official::Known(number), _) => number,
        (_, Some((post_no, ..))) => official_of(&post_no).to_owned(),
        (Official::New, None) => draw_number()?,
        (Official::Ask(reason), None) => return Ok(Identity::Ask(reason)),
    };
    let own: Vec<&KnownPost> = known
        .iter()
        .filter(|post| post.cadre_no == cadre_no)
        .collect();
    let mobile = format!("mobile/{cadre_no}");
    let said_before = of_file(file, &mobile).and_then(|said| said.into_iter().next());
    if let (Some(phone), Some((other, ..))) = (row.phone, said_before)
        && phone != other
    {
        return Ok(Identity::None(format!(
            "工号 {cadre_no} 在这个文件里还有一行手机是 {other}，请核对"
        )));
    }
    let in_file = of_file(file, &format!("cadre/{cadre_no}")).unwrap_or_default();
    if let Some((_, _, other)) = in_file.iter().find(|(_, _, name)| name != row.name) {
        return Ok(Identity::None(format!(
            "工号 {cadre_no} 在这个文件里还有一行姓名是{other}，请核对"
        )));
    }
    let place = row.place();
    // A post that another row of the file is cannot be this one's too.
    let is_taken = |post: &&KnownPost| {
        let others = in_file.iter().filter(|(_, at, _)| *at != place);
        others.clone().any(|(post_no, ..)| *post_no == post.post_no)
    };
    let free: Vec<&KnownPost> = own.iter().copied().filter(|post| !is_taken(post)).collect();
    let known_post = find_post(row, &free);
    let is_ended = known_post.is_some_and(|post| post.is_ended != 0);
    let found = known_post.map(|post| post.post_no.clone());
    let found = found.or_else(|| {
        let same = in_file.iter().find(|(_, at, _)| *at == place);
        same.map(|(post_no, ..)| post_no.clone())
    });
    if found.is_none() && row.post_no.is_some() {
        return Ok(Identity::None("没有这个岗位编号".to_owned()));
    }
    let is_further = found.is_none() && !own.is_empty();
    let post_no = found.unwrap_or_else(|| {
        let taken = own.iter().map(|post| post.post_no.as_str());
        let taken = taken.chain(in_file.iter().map(|(post_no, ..)| post_no.as_str()));
        next_number(&cadre_no, taken)
    });
    for mark in row.marks(&cadre_no) {
        let entry = (post_no.clone(), place.clone(), row.name.to_owned());
        let posts = file.known.entry(mark).or_default();
        if !posts.contains(&entry) {
            posts.push(entry);
        }
    }
    if let Some(phone) = row.phone {
        let said = (phone.to_owned(), String::new(), String::new());
        file.known.entry(mobile).or_insert_with(|| vec![said]);
    }
    let warning = match (is_further, is_ended) {
        (true, _) => Some(
            "这名干部已有别的岗位，这一行记为又一个岗位；如果是调动，请在干部的页面上办理，原来的岗位才会结束；如果是更正，请写上岗位编号",
        ),
        (_, true) => Some("这个岗位已经结束，不会因此恢复；重新任职的，请在干部的页面上增加岗位"),
        _ => None,
    };
    // A telephone is the official's: what one of several rows leaves out is in the others.
    let known_phone = own.iter().find_map(|post| post.phone.as_deref());
    let phone = known_phone.filter(|_| row.phone.is_none() && own.len() > 1);
    let mut written = vec![("cadre_no", json!(cadre_no))];
    written.extend(phone.map(|phone| ("phone", json!(phone))));
    Ok(Identity::Known {
        written,
        key: post_no,
        warning: warning.map(str::to_owned),
    })
}

/// The official who holds the post with a number.
pub fn official_of(post_no: &str) -> &str {
    post_no
        .split_once('~')
        .map_or(post_no, |(number, _)| number)
}

/// The number of a further post: the official's own for the first, then with ~2, ~3.
pub fn next_number<'n>(cadre_no: &str, taken: impl Iterator<Item = &'n str>) -> String {
    let highest = taken.map(|post_no| match post_no.split_once('~') {
        Some((_, place)) => place.parse().unwrap_or(1),
        None => 1_u32,
    });
    match highest.max() {
        None => cadre_no.to_owned(),
        Some(highest) => format!("{cadre_no}~{}", highest + 1),
    }
}

/// Identifies the rows of a slice.
pub async fn identify(
    store: &Store,
    records: &[&Map<String, Json>],
    file: &mut FileIdentities,
    _: bool,
) -> Result<Vec<Identity>, Problem> {
    let rows: Vec<RowNames<'_>> = records.iter().map(|record| RowNames::of(record)).collect();
    let known = find_posts(store, &rows).await?;
    rows.iter()
        .zip(&known)
        .map(|(row, known)| identify_row(row, known, file))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_post_has_the_next_number() {
        assert_eq!(next_number("Q1", [].into_iter()), "Q1");
        assert_eq!(next_number("Q1", ["Q1"].into_iter()), "Q1~2");
        assert_eq!(next_number("Q-1", ["Q-1", "Q-1~7"].into_iter()), "Q-1~8");
        assert_eq!(official_of("Q-1~8"), "Q-1");
    }
}
