//! How a sheet goes in: each row is read and named if it cannot be taken; good rows go in by the hundred, one statement each time; the
//! same file twice changes nothing. As data: `POST <register>/import?dry_run=false`, a file as multipart `file` or as the raw body.
//! As pages: [`pages`].

pub(crate) mod check;
pub(crate) mod columns;
pub(crate) mod pages;
pub(crate) mod report;
pub(crate) mod source;
mod staged_import;
pub mod table;

use crate::opened::Opened;
use crate::reading::Flaw;
use axum::extract::Request;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use check::Slices;
use futures::future::join;
use report::ImportReport;
use schemars::JsonSchema;
use serde::Deserialize;
use sheets::{ColumnAlias, Rows, SheetError};
use source::Source;
use web::problem::FieldError;
use web::{Answer, Context, Problem, upload};

/// The most that a sheet may have: 200,000 rows of csv take about half of it.
pub(crate) const FILE: usize = 120 << 20;

#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Options {
    /// 只说会有什么变化，不写入
    #[serde(default)]
    dry_run: bool,
}

/// Takes a sheet in, or with `dry_run` only says what would change.
pub(crate) async fn import(
    opened: &'static Opened,
    context: Context,
    options: Options,
    request: Request,
) -> Answer {
    let upload = upload::file(request, FILE).await?;
    let sources = source::all(&context, opened).await?;
    let rows = open(opened, &upload.pieces, &sources)?;
    drop(upload);
    let found = write_rows(opened, &context, rows, options.dry_run).await?;
    Ok(axum::Json(found).into_response())
}

async fn write_rows(
    opened: &'static Opened,
    context: &Context,
    rows: Rows,
    dry_run: bool,
) -> Result<ImportReport, Problem> {
    let (by, at) = (context.caller()?.account.clone(), context.at());
    let mut slices = Slices::of_file(opened, rows, context.today());
    slices = match dry_run {
        true => slices.that_only_look(),
        false => slices.written_at_once(),
    };
    let store = &context.store;
    let mut ready = slices.next(store).await?;
    while let Some(slice) = ready {
        let has = |heading: &str| slice.has(heading);
        if dry_run {
            let sql = opened.table.compare(&has);
            slices.compare(store, &sql, &slice).await?;
            ready = slices.next(store).await?;
        } else {
            let sql = opened.table.write(&has);
            // The file is read on while this slice is written. The store is asked again only when that statement has been read to its end:
            // until then it holds its connection, and the next one on it would wait for ever.
            let write = check::write(store, &sql, &slice.records, &by, &at);
            let (written, ahead) = join(write, async { slices.read_ahead() }).await;
            let (created, updated) = written?;
            slices.count(slice.count, created, updated);
            ready = slices.next_of(store, ahead?).await?;
        }
    }
    if !dry_run {
        keep_unplaced(opened, context, &slices.unplaced, &by).await?;
    }
    Ok(sort_flaws(slices.report))
}

/// Keeps the rows that only a person can place, where the register has a way for that.
pub(crate) async fn keep_unplaced(
    opened: &Opened,
    context: &Context,
    unplaced: &[serde_json::Value],
    by: &str,
) -> Result<(), Problem> {
    let Some(keep) = opened.register.keep_unplaced else {
        return Ok(());
    };
    for rows in unplaced.chunks(check::SLICE) {
        keep(context, rows, by).await?;
    }
    Ok(())
}

/// Why a file cannot be read.
pub(crate) enum UnreadableFile {
    /// Its columns are not known.
    NoHeader {
        reason: String,
        /// Columns that it must have.
        missing: Vec<&'static str>,
        /// What its likely header says.
        likely: Vec<String>,
    },
    Other(Problem),
}

impl From<UnreadableFile> for Problem {
    fn from(unread: UnreadableFile) -> Self {
        match unread {
            UnreadableFile::NoHeader { reason, .. } => {
                Self::invalid(vec![FieldError::new("file", "", reason)])
            }
            UnreadableFile::Other(problem) => problem,
        }
    }
}

/// Opens a file by the headings that all know, and by those of the source that knows the most of its columns.
pub(crate) fn open(
    opened: &Opened,
    pieces: &[Bytes],
    sources: &[Source],
) -> Result<Rows, UnreadableFile> {
    let usual = open_by(opened, pieces, &[]);
    if matches!(usual, Err(UnreadableFile::Other(_)))
        || usual
            .as_ref()
            .is_ok_and(|rows| rows.ignored_columns().is_empty())
    {
        return usual;
    }
    let by_source = sources
        .iter()
        .filter_map(|source| open_by(opened, pieces, &source.called).ok());
    let known = |rows: &Result<Rows, UnreadableFile>| rows.as_ref().map_or(0, Rows::known_columns);
    by_source
        .map(Ok)
        .fold(usual, |best, next| match known(&next) > known(&best) {
            true => next,
            false => best,
        })
}

/// Opens a file by the headings that all know and those that one source has.
pub(crate) fn open_by(
    opened: &Opened,
    pieces: &[Bytes],
    called: &[ColumnAlias],
) -> Result<Rows, UnreadableFile> {
    Rows::open_called(pieces, opened.columns, called).map_err(|error| {
        let reason = error.to_string();
        match error {
            SheetError::NoHeader {
                missing, likely, ..
            } => UnreadableFile::NoHeader {
                reason,
                missing,
                likely,
            },
            other => UnreadableFile::Other(unread(other)),
        }
    })
}

fn unread(error: SheetError) -> Problem {
    let reason = error.to_string();
    match error {
        SheetError::NotASheet(_) => Problem::unsupported(reason),
        SheetError::Unpacked(_) | SheetError::LongText | SheetError::TooManyCells(_) => {
            Problem::too_large(reason)
        }
        SheetError::Damaged(_) | SheetError::NoHeader { .. } => {
            Problem::invalid(vec![FieldError::new("file", "", reason)])
        }
    }
}

/// The flaws in the order of the file: a stray reference is found later than the rest.
pub(crate) fn sort_flaws(mut found: ImportReport) -> ImportReport {
    let sheets = &found.sheets;
    let place = |flaw: &Flaw| {
        let named = |name: &String| sheets.iter().position(|sheet| sheet.name == *name);
        (flaw.sheet.as_ref().and_then(named), flaw.row)
    };
    found.rejected.sort_by_key(place);
    found.warnings.sort_by_key(place);
    found
}
