//! 主体编号 that are given: none is ever given twice, and to what a row says of itself the same number, however often it is asked for.

use domain::{EnterpriseNo, Uscc};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use store::Store;
use web::Problem;

/// Counts `count` further numbers in one statement and gives the first: of a code after its last site, of T after the last business without a
/// code.
async fn count_numbers(store: &Store, code: Option<Uscc>, count: u32) -> Result<u32, Problem> {
    let prefix = code.map_or_else(|| "T".to_owned(), |code| code.to_string());
    let sql = "INSERT INTO enterprise_numbering (prefix, last) VALUES (?1,
            iif(?1 = 'T', 0, coalesce((SELECT max(CAST(substr(e.uscc, 20) AS INTEGER)) FROM enterprise_site e
                WHERE length(e.uscc) > 18 AND substr(e.uscc, 1, 18) = ?1), 1)) + ?2)
        ON CONFLICT (prefix) DO UPDATE SET last = last + ?2 RETURNING last - ?2 + 1 AS begins";
    #[derive(Deserialize)]
    struct Numbering {
        begins: u32,
    }
    let counted: Option<Numbering> = store
        .first(sql, [prefix.into(), i64::from(count).into()])
        .await?;
    let counted = counted.ok_or_else(|| Problem::internal("a number that was not counted"))?;
    Ok(counted.begins)
}

fn number(code: Option<Uscc>, place: u32) -> EnterpriseNo {
    match code {
        Some(code) => EnterpriseNo::of_site(code, place),
        None => EnterpriseNo::without_code(place),
    }
}

/// The numbers that marks have already.
async fn find_reserved(store: &Store, marks: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
    let sql = "SELECT json_group_object(r.mark, r.enterprise_no) FROM json_each(?1) w JOIN enterprise_reserved r ON r.mark = w.value";
    Ok(store.json(sql, [json!(marks).to_string().into()]).await?)
}

/// Keeps the numbers of marks; a mark that has one keeps it.
async fn reserve(store: &Store, numbers: &BTreeMap<String, String>) -> Result<(), Problem> {
    let sql = "INSERT INTO enterprise_reserved (mark, enterprise_no) SELECT key, value FROM json_each(?1) WHERE true
        ON CONFLICT (mark) DO NOTHING RETURNING 1";
    store.run(sql, [json!(numbers).to_string().into()]).await?;
    Ok(())
}

/// The number that is given to a mark.
///
/// # Errors
///
/// 503 where the store does not answer.
pub async fn reserve_number(
    store: &Store,
    code: Option<Uscc>,
    mark: &str,
) -> Result<String, Problem> {
    let mut given = GivenNumbers::for_rows(1);
    let number = given.give(store, code, mark.to_owned()).await?;
    let others = given.keep(store).await?;
    Ok(others.get(&number).cloned().unwrap_or(number))
}

/// The numbers that the rows of one slice are given. Those without a code are counted for all rows at once; what is left over is given to
/// nobody.
pub struct GivenNumbers {
    rows: u32,
    /// The next number without a code that was counted, and how many are left.
    next: u32,
    left: u32,
    by_mark: BTreeMap<String, String>,
}

impl GivenNumbers {
    /// For so many rows at most.
    pub fn for_rows(rows: usize) -> Self {
        Self {
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
            next: 0,
            left: 0,
            by_mark: BTreeMap::new(),
        }
    }

    /// The number of a mark: the one that it has, or a new one, which [`Self::keep`] keeps.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn give(
        &mut self,
        store: &Store,
        code: Option<Uscc>,
        mark: String,
    ) -> Result<String, Problem> {
        if let Some(number) = self.by_mark.get(&mark) {
            return Ok(number.clone());
        }
        if let Some(number) = find_reserved(store, &[&mark]).await?.remove(&mark) {
            return Ok(number);
        }
        let place = match code {
            Some(_) => count_numbers(store, code, 1).await?,
            None => {
                if self.left == 0 {
                    self.next = count_numbers(store, None, self.rows).await?;
                    self.left = self.rows;
                }
                self.left -= 1;
                self.next += 1;
                self.next - 1
            }
        };
        let number = number(code, place).to_string();
        self.by_mark.insert(mark, number.clone());
        Ok(number)
    }

    /// Keeps what was given. Where somebody else gave a mark its number meanwhile, that one holds: they are told by the number that was
    /// given here.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn keep(self, store: &Store) -> Result<HashMap<String, String>, Problem> {
        if self.by_mark.is_empty() {
            return Ok(HashMap::new());
        }
        reserve(store, &self.by_mark).await?;
        let marks: Vec<&str> = self.by_mark.keys().map(String::as_str).collect();
        let mut kept = find_reserved(store, &marks).await?;
        let mut others = HashMap::new();
        for (mark, number) in self.by_mark {
            match kept.remove(&mark) {
                Some(other) if other != number => {
                    others.insert(number, other);
                }
                Some(_) => {}
                None => return Err(Problem::internal("a number that was not reserved")),
            }
        }
        Ok(others)
    }
}
