//! WebP: decoded whole. Of an animation its first picture.
//!
//! Source: RFC 9649 (chunks of the container, frame headers).

use super::orientation::Orientation;
use super::{HELD, Points, Rows, fits, on_white, room};
use crate::error::AttachmentError;
use image_webp::WebPDecoder;
use std::io::Cursor;

/// Bytes a point while it is decoded: planes or points of four bytes, and the result; of an animation the canvas too.
const STILL: usize = 8;
const ANIMATED: usize = 12;

pub fn decode(bytes: &[u8]) -> Result<Points, AttachmentError> {
    let damaged = |_| AttachmentError::Damaged;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    fits(width, height)?;
    // The canvas is what was judged; a picture on it that says it is larger would be decoded all the same.
    let inside = |(across, down): &(usize, usize)| *across <= width && *down <= height;
    if !frames(bytes.get(12..).unwrap_or_default(), true)
        .iter()
        .all(inside)
    {
        return Err(AttachmentError::Damaged);
    }
    let each = match decoder.is_animated() {
        true => ANIMATED,
        false => STILL,
    };
    let held = width * height * each;
    if held > HELD {
        return Err(AttachmentError::Dimensions { width, height });
    }
    room(held, width * height)?;
    let exif = decoder.exif_metadata().map_err(damaged)?;
    let orientation = Orientation::of(exif.as_deref());
    let alpha = decoder.has_alpha();
    let size = decoder.output_buffer_size();
    let mut points = vec![0; size.ok_or(AttachmentError::Damaged)?];
    decoder.read_image(&mut points).map_err(damaged)?;
    let mut rows = Rows::new(width, height);
    for row in points.chunks_exact(width * if alpha { 4 } else { 3 }) {
        rows.row(|rgb| match alpha {
            true => rgb.extend(
                row.chunks_exact(4)
                    .flat_map(|point| [0, 1, 2].map(|c| on_white(point[c], point[3]))),
            ),
            false => rgb.extend_from_slice(row),
        });
    }
    drop(points);
    Ok(orientation.upright(rows.done()?))
}

/// The sizes that pictures among these chunks say they have.
fn frames(mut chunks: &[u8], outer: bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    while let Some((head, rest)) = chunks.split_at_checked(8) {
        let length = head[4..]
            .iter()
            .rev()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
        let content = &rest[..length.min(rest.len())];
        match &head[..4] {
            b"VP8 " => found.extend(lossy(content)),
            b"VP8L" => found.extend(lossless(content)),
            b"ANMF" if outer => found.extend(frames(content.get(16..).unwrap_or_default(), false)),
            _ => {}
        }
        chunks = rest
            .get(length.saturating_add(length % 2)..)
            .unwrap_or_default();
    }
    found
}

/// Frame tag and start code, then width and height in 14 bits each.
fn lossy(content: &[u8]) -> Option<(usize, usize)> {
    let side = |at: usize| {
        let two = content.get(at..at + 2)?.try_into().ok()?;
        Some(usize::from(u16::from_le_bytes(two) & 0x3fff))
    };
    Some((side(6)?, side(8)?))
}

/// A signature, then width and height less one in 14 bits each.
fn lossless(content: &[u8]) -> Option<(usize, usize)> {
    let four = u32::from_le_bytes(content.get(1..5)?.try_into().ok()?);
    let side = |bits: u32| (bits & 0x3fff) as usize + 1;
    Some((side(four), side(four >> 14)))
}
