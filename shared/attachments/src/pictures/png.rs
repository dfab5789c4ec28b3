//! PNG: decoded row by row. Of an animation its still picture.

use super::orientation::Orientation;
use super::{HELD, Points, Rows, drawn_bytes, fits, on_white, room};
use crate::error::AttachmentError;
use png::{ColorType, Decoder, Limits, Transformations};
use std::io::Cursor;

/// Bytes that the decoder holds beside the picture.
const BESIDE: usize = 32 << 20;

pub fn decode(bytes: &[u8]) -> Result<Points, AttachmentError> {
    let damaged = |_| AttachmentError::Damaged;
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: BESIDE });
    // What is packed in them is never unpacked.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width as usize, header.height as usize);
    fits(width, height)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let orientation = Orientation::of(reader.info().exif_metadata.as_deref());
    let rgb: fn(&[u8], &mut Vec<u8>) = match reader.output_color_type().0 {
        ColorType::Grayscale => |row, rgb| rgb.extend(row.iter().flat_map(|grey| [*grey; 3])),
        ColorType::GrayscaleAlpha => |row, rgb| {
            rgb.extend(
                row.chunks_exact(2)
                    .flat_map(|point| [on_white(point[0], point[1]); 3]),
            );
        },
        ColorType::Rgb => |row, rgb| rgb.extend_from_slice(row),
        ColorType::Rgba => |row, rgb| {
            let points = row.chunks_exact(4);
            rgb.extend(points.flat_map(|point| [0, 1, 2].map(|c| on_white(point[c], point[3]))));
        },
        // Palettes are expanded.
        ColorType::Indexed => return Err(AttachmentError::Damaged),
    };
    let mut rows = Rows::new(width, height);
    if reader.info().interlaced {
        let held = reader.output_buffer_size().filter(|held| *held <= HELD);
        let held = held.ok_or(AttachmentError::Dimensions { width, height })?;
        room(held + drawn_bytes(width * height), width * height)?;
        let mut points = vec![0; held];
        let frame = reader.next_frame(&mut points).map_err(damaged)?;
        for row in points.chunks_exact(frame.line_size) {
            rows.row(|into| rgb(row, into));
        }
    } else {
        room(0, width * height)?;
        for _ in 0..height {
            let row = reader.next_row().map_err(damaged)?;
            let row = row.ok_or(AttachmentError::Damaged)?;
            rows.row(|into| rgb(row.data(), into));
        }
    }
    Ok(orientation.upright(rows.done()?))
}
