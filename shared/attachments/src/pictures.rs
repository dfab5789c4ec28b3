//! Pictures are drawn anew: what is kept is points that we encoded ourselves, and nothing that stood in the file beside them.

mod jpeg;
mod orientation;
mod png;
mod shrink;
mod webp;

use crate::error::AttachmentError;
use crate::media_type::MediaType;
use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use shrink::Shrink;

/// No telephone's picture is longer, or has more points.
const LONGEST: usize = 20_000;
const POINTS: usize = 120_000_000;
/// Points that are kept: 3,000 by 2,000 or any other shape; the small print of a label can be read.
const KEPT: usize = 6_000_000;
/// Bytes that decoding may hold, beside the file and the result.
const HELD: usize = 160 << 20;
/// The small picture's longer side.
const SMALL: usize = 480;

/// A picture's points, three bytes each, row by row.
struct Points {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

/// A picture as it is kept.
pub struct Drawn {
    /// A JPEG.
    pub bytes: Bytes,
    points: Points,
}

/// Draws a picture anew, upright, on white where it was transparent, with at most [`KEPT`] points.
pub fn draw(media_type: MediaType, bytes: Bytes) -> Result<Drawn, AttachmentError> {
    let points = match media_type {
        MediaType::Jpeg => jpeg::decode(&bytes)?,
        MediaType::Png => png::decode(&bytes)?,
        MediaType::Webp => webp::decode(&bytes)?,
        MediaType::Pdf | MediaType::Mp4 => return Err(AttachmentError::Damaged),
    };
    drop(bytes);
    Ok(Drawn {
        bytes: encoded(&points, 85)?,
        points,
    })
}

impl Drawn {
    /// The same picture, small.
    pub fn small(&self) -> Result<Bytes, AttachmentError> {
        let small = shrink::thumbnail(&self.points, SMALL).ok_or(AttachmentError::Damaged)?;
        encoded(&small, 75)
    }
}

/// Rows become a picture of at most [`KEPT`] points.
struct Rows {
    shrink: Shrink,
    /// The row at hand, three bytes a point.
    row: Vec<u8>,
}

impl Rows {
    fn new(width: usize, height: usize) -> Self {
        let points = width * height;
        let side = |side: usize| match points <= KEPT {
            true => side,
            false => ((side as f64 * (KEPT as f64 / points as f64).sqrt()) as usize).max(1),
        };
        Self {
            shrink: Shrink::new((width, height), (side(width), side(height))),
            row: Vec::with_capacity(width * 3),
        }
    }

    fn row(&mut self, fill: impl FnOnce(&mut Vec<u8>)) {
        self.row.clear();
        fill(&mut self.row);
        self.shrink.row(&self.row);
    }

    fn done(self) -> Result<Points, AttachmentError> {
        self.shrink.done().ok_or(AttachmentError::Damaged)
    }
}

/// Refuses what is larger than any camera's picture, before it is decoded.
fn fits(width: usize, height: usize) -> Result<(), AttachmentError> {
    match width.saturating_mul(height) {
        0 => Err(AttachmentError::Damaged),
        points if width.max(height) > LONGEST || points > POINTS => {
            Err(AttachmentError::Dimensions { width, height })
        }
        _ => Ok(()),
    }
}

/// Asks for memory before it is needed: where there is none, whoever sends is told to come again instead of the program
/// failing. `decoding` is what a picture of so many points takes until it is drawn.
fn room(decoding: usize, points: usize) -> Result<(), AttachmentError> {
    // Turned, it is there twice; a row or two, the small picture and what is encoded come beside it.
    let all = decoding.max(2 * drawn_bytes(points)) + (4 << 20);
    Vec::<u8>::new()
        .try_reserve_exact(all)
        .map_err(|_| AttachmentError::Crowded)
}

/// Bytes of a picture of so many points once it is drawn.
fn drawn_bytes(points: usize) -> usize {
    points.min(KEPT) * 3
}

/// A colour of that opacity before white.
fn on_white(colour: u8, opacity: u8) -> u8 {
    let (colour, opacity) = (u32::from(colour), u32::from(opacity));
    ((colour * opacity + 255 * (255 - opacity) + 127) / 255) as u8
}

fn encoded(points: &Points, quality: u8) -> Result<Bytes, AttachmentError> {
    let side = |side: usize| u16::try_from(side).map_err(|_| AttachmentError::Damaged);
    let (width, height) = (side(points.width)?, side(points.height)?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder
        .encode(&points.bytes, width, height, ColorType::Rgb)
        .map_err(|_| AttachmentError::Damaged)?;
    Ok(bytes.into())
}
