//! The rules of the office, without input or output: the same natively and in WebAssembly.
//!
//! Time is a parameter everywhere. Reasons that people read are Chinese, as on the pages.
#![deny(missing_docs)]

pub mod account;
pub mod balance;
pub mod complaint;
pub mod complaint_terms;
pub mod enterprise_no;
pub mod letters;
pub mod license_number;
pub mod money;
pub mod office_date;
pub mod organisation;
pub mod place;
pub mod problem;
pub mod red_black;
pub mod scope;
pub mod search;
pub mod telephone;
pub mod text;
pub mod uscc;
pub mod words;
pub mod workdays;

pub use enterprise_no::EnterpriseNo;
pub use license_number::LicenseNumber;
pub use telephone::Telephone;
pub use uscc::Uscc;
