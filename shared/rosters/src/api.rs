//! `POST /api/v1/<kind>/import?dry_run=false`: a file as multipart `file` or as the raw body.

use crate::check::{self, Found, Slices};
use crate::{Flaw, Roster};
use axum::extract::Request;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use futures::future::join;
use serde::Deserialize;
use sheets::{Rows, SheetError};
use web::extract::Query;
use web::problem::FieldError;
use web::{Answer, Context, Problem, upload};

/// The most that an uploaded roster may have: 200,000 rows of csv take about half of it.
pub const FILE: usize = 120 << 20;

#[derive(Deserialize)]
pub struct Options {
    #[serde(default)]
    dry_run: bool,
}

/// Takes a roster in, or with `dry_run` only says what would change.
pub async fn import<R: Roster>(
    context: Context,
    Query(options): Query<Options>,
    request: Request,
) -> Answer {
    let upload = upload::file(request, FILE).await?;
    let found = import_file::<R>(&context, upload.pieces, options.dry_run).await?;
    Ok(axum::Json(found).into_response())
}

async fn import_file<R: Roster>(
    context: &Context,
    pieces: Vec<Bytes>,
    dry_run: bool,
) -> Result<Found, Problem> {
    let rows = open::<R>(pieces)?;
    let (by, at) = (context.caller()?.account.clone(), context.at());
    let mut slices = Slices::<R, _>::of_file(rows, context.today());
    let store = &context.store;
    let mut ready = slices.next(store).await?;
    while let Some(slice) = ready {
        let has = |heading: &str| slice.has(heading);
        if dry_run {
            let sql = R::TABLE.compare(&has);
            slices.compare(store, &sql, &slice).await?;
            ready = slices.next(store).await?;
        } else {
            let sql = R::TABLE.write(&has);
            // The file is read on while this slice is written. The store is asked again only when that statement has been read to its end:
            // until then it holds its connection, and the next one on it would wait for ever.
            let write = check::write(store, &sql, &slice.records, &by, &at);
            let (written, ahead) = join(write, async { slices.read_ahead() }).await;
            let (created, updated) = written?;
            slices.count(slice.count, created, updated);
            ready = slices.next_of(store, ahead?).await?;
        }
    }
    Ok(sorted(slices.found))
}

pub(crate) fn open<R: Roster>(pieces: Vec<Bytes>) -> Result<Rows, Problem> {
    Rows::open(pieces, R::COLUMNS).map_err(|error| {
        let said = error.to_string();
        match error {
            SheetError::NotASheet(_) => Problem::unsupported(said),
            SheetError::Unpacked(_) | SheetError::LongText | SheetError::TooManyCells(_) => {
                Problem::too_large(said)
            }
            SheetError::Damaged(_) | SheetError::NoHeader { .. } => {
                Problem::invalid(vec![FieldError::new("file", "", said)])
            }
        }
    })
}

/// Rows that were found out late (a stray reference) stand in their place again.
pub(crate) fn sorted(mut found: Found) -> Found {
    let sheets = &found.sheets;
    let place = |flaw: &Flaw| {
        let named = |name: &String| sheets.iter().position(|sheet| sheet.name == *name);
        (flaw.sheet.as_ref().and_then(named), flaw.row)
    };
    found.rejected.sort_by_key(place);
    found.warnings.sort_by_key(place);
    found
}
