//! Official papers (公文) in the form of GB/T 9704-2012. Whoever issues one says what stands in it ([`OfficialPaper`]); how it is set is said
//! here alone, once for the page that is printed ([`html`]) and once for Word ([`docx`]), both by the same [`measures`].
//!
//! Nothing here reads or writes anything.
#![deny(missing_docs)]

pub mod docx;
mod foot;
pub mod html;
mod mark_size;
pub mod measures;
mod paper;
mod signature;
mod table;
mod title;
mod width;
mod wording;

pub use html::STYLE;
pub use paper::{
    Annex, Block, Contact, Form, Imprint, Numbering, OfficialPaper, Signature, Standing,
};
pub use table::{Column, Section, Table};
