//! Pictures, videos and documents that people attach: judged by their bytes, drawn or written anew so that nothing else comes
//! along, kept in the key-value store in chunks.
//!
//! A picture comes out as a JPEG of at most 6,000,000 points (3,000 by 2,000 or any other shape), upright. Taken in are pictures of at
//! most 20,000 points a side and 120,000,000 in all (JPEG, PNG), less where they must be decoded whole: a progressive JPEG of
//! 4:2:0 up to about 38,000,000, a WebP up to 20,971,520, an interlaced PNG as its depth allows. Colours are taken as sRGB, for a colour profile names its
//! maker and goes too: those of a wide-gamut camera come out a little paler.
//!
//! A video is an MP4 or QuickTime file whose pictures are H.264 or H.265 and whose sound is AAC or AMR. The coded pictures
//! and sounds themselves are kept as they are, without the messages between them (SEI).
//!
//! A PDF is kept as it came.
#![deny(missing_docs)]

mod error;
mod media_type;
mod mp4;
mod pictures;
mod preparation;
mod sound;
mod store;
mod transfer;

pub use error::{AttachmentError, refused};
pub use media_type::{DOCUMENTS, EVIDENCE, MediaType, PHOTOS};
pub use preparation::{Attachment, PreparedFile, accept, prepare};
pub use sound::Sound;
pub use store::{chunks, erase, fetch, keep};
pub use transfer::{ReceivedFile, answer, plain_name, receive, show};
