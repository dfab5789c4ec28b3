//! The office's spreadsheets. Every visible sheet with a known header is read; the header is looked for among the first ten rows
//! and may take two; columns are known by their names, in any order; what is no data (repeated headers, totals, signatures, blank
//! rows) is passed over; a row keeps the number that Excel shows.

mod cell;
mod column;
mod csv_in;
mod error;
mod header;
mod kind;
mod number_format;
mod raw_row;
mod row;
mod row_source;
mod rows;
mod xlsx_in;
pub mod xlsx_out;

pub use cell::{Cell, Content, LONGEST};
pub use column::{Column, ColumnAlias};
pub use error::SheetError;
pub use row::{Place, SheetRow};
pub use rows::{Rows, Sheet, SheetState};
