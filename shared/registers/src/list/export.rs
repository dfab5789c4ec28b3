//! Workbooks on their way out. Which rows, and their order, is settled when the download begins; what they say is read in slices while
//! it runs, so that a ledger of any size takes the memory of one slice. What fails on the way breaks the download off: a browser says
//! so, and nobody takes a part for the whole.

use futures::stream::try_unfold;
use serde::de::DeserializeOwned;
use sheets::xlsx_out::{Cell, Heading, MOST, Workbook};
use std::collections::{HashMap, HashSet, VecDeque};
use store::Value;
use web::{Answer, Context, Problem, fault, respond};

/// Rows that are read at a time.
const SLICE: usize = 1000;

/// What a workbook is called.
pub struct Names {
    /// The name of the file, in plain letters.
    pub plain: &'static str,
    pub chinese: &'static str,
}

/// A workbook of the rows `ids`, in their order. `sql` reads a slice of them as a JSON array of pairs, number and item; the numbers
/// come to it as a JSON array behind `parameters`.
pub fn workbook<T, R>(
    context: Context,
    names: Names,
    headings: &[Heading],
    ids: Vec<i64>,
    sql: String,
    parameters: Vec<Value>,
    row: R,
) -> Answer
where
    T: DeserializeOwned + Send + 'static,
    R: Fn(T) -> Vec<Cell> + Send + Sync + 'static,
{
    if ids.len() > MOST {
        return Err(Problem::too_large(format!(
            "共 {} 行，超过 Excel 一张表的 {MOST} 行，请按镇街等条件分几次导出",
            ids.len()
        )));
    }
    let workbook =
        Workbook::begin(names.chinese, headings, ids.len()).map_err(Problem::internal)?;
    // A number that stands twice has all its rows where it stands first.
    let mut seen = HashSet::new();
    let ids: VecDeque<i64> = ids.into_iter().filter(|id| seen.insert(*id)).collect();
    let slices = Slices {
        context,
        sql,
        parameters,
        row,
    };
    let pieces = try_unfold(Some((workbook, ids, slices)), |under_way| async move {
        let Some((mut workbook, mut ids, slices)) = under_way else {
            return Ok::<_, std::io::Error>(None);
        };
        let slice: Vec<i64> = ids.drain(..ids.len().min(SLICE)).collect();
        for cells in slices.read(&slice).await? {
            workbook.row(&cells).map_err(broken_off)?;
        }
        match ids.is_empty() {
            true => Ok(Some((workbook.finish().map_err(broken_off)?, None))),
            false => Ok(Some((workbook.take(), Some((workbook, ids, slices))))),
        }
    });
    Ok(respond::workbook(
        names.plain,
        names.chinese,
        axum::body::Body::from_stream(pieces),
    ))
}

/// Why a download ends before its end.
fn broken_off(error: impl std::error::Error + Send + Sync + 'static) -> std::io::Error {
    let broken = std::io::Error::other(error.to_string());
    fault::log("an export is broken off", error);
    broken
}

struct Slices<R> {
    context: Context,
    sql: String,
    parameters: Vec<Value>,
    row: R,
}

impl<R> Slices<R> {
    async fn read<T>(&self, ids: &[i64]) -> Result<Vec<Vec<Cell>>, std::io::Error>
    where
        T: DeserializeOwned,
        R: Fn(T) -> Vec<Cell>,
    {
        let wanted = serde_json::to_string(ids).map_err(broken_off)?;
        let parameters = self.parameters.iter().cloned().chain([wanted.into()]);
        let read: Vec<(i64, T)> = self
            .context
            .store
            .json(&self.sql, parameters)
            .await
            .map_err(broken_off)?;
        let mut rows: HashMap<i64, Vec<T>> = HashMap::with_capacity(read.len());
        for (id, item) in read {
            rows.entry(id).or_default().push(item);
        }
        Ok(ids
            .iter()
            .filter_map(|id| rows.remove(id))
            .flatten()
            .map(&self.row)
            .collect())
    }
}
