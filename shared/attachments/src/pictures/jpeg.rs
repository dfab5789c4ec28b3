//! JPEG: decoded at a half, a quarter or an eighth of its size where that is enough.
//!
//! Source: ITU-T T.81, annex B (markers, frame and scan headers).

use super::orientation::Orientation;
use super::{HELD, KEPT, Points, Rows, drawn_bytes, fits, room};
use crate::error::AttachmentError;
use jpeg_decoder::{Decoder, PixelFormat};

/// Programs that save JPEGs make about ten scans. Each costs a walk over the whole picture, however few bytes it has.
const SCANS: usize = 64;
/// A picture of fewer points than this is not made smaller while decoding: letters would get lost.
const ENOUGH: usize = KEPT / 2 - KEPT / 50;

/// What can be known before anything is decoded.
struct Survey {
    progressive: bool,
    width: usize,
    height: usize,
    /// Sampling factors of each component, across and down.
    components: Vec<(usize, usize)>,
    scans: usize,
    orientation: Orientation,
}

/// Walks over the markers; none where this is no JPEG of a kind that is decoded.
fn survey(bytes: &[u8]) -> Option<Survey> {
    let mut frame = None;
    let mut scans = 0;
    let mut exif = None;
    let mut at = 2;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        at += bytes.get(at..)?.iter().position(|byte| *byte != 0xff)?;
        let marker = *bytes.get(at)?;
        at += 1;
        // A stuffed byte of a scan, restarts, and markers without content
        if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
            continue;
        }
        if marker == 0xd9 {
            break;
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let content = bytes.get(at + 2..at.checked_add(length)?)?;
        at += length;
        match marker {
            0xc0..=0xc2 if frame.is_none() => {
                let [_, height, height_low, width, width_low, count, parts @ ..] = content else {
                    return None;
                };
                let parts = parts.get(..usize::from(*count) * 3)?.chunks_exact(3);
                let components: Vec<(usize, usize)> = parts
                    .map(|part| (usize::from(part[1] >> 4), usize::from(part[1] & 15)))
                    .collect();
                let factors = components.iter().flat_map(|(across, down)| [across, down]);
                if components.is_empty()
                    || factors.into_iter().any(|factor| !(1..=4).contains(factor))
                {
                    return None;
                }
                frame = Some((
                    marker == 0xc2,
                    usize::from(u16::from_be_bytes([*width, *width_low])),
                    usize::from(u16::from_be_bytes([*height, *height_low])),
                    components,
                ));
            }
            // A second frame, lossless, hierarchical and arithmetic pictures: no camera makes them.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcf => return None,
            0xda => scans += 1,
            0xe1 if exif.is_none() => exif = content.strip_prefix(b"Exif\0\0"),
            _ => {}
        }
    }
    let (progressive, width, height, components) = frame?;
    Some(Survey {
        progressive,
        width,
        height,
        components,
        scans,
        orientation: Orientation::of(exif),
    })
}

impl Survey {
    /// The picture's size where so many eighths of it are decoded.
    fn scaled(&self, eighths: usize) -> (usize, usize) {
        (
            (self.width * eighths).div_ceil(8),
            (self.height * eighths).div_ceil(8),
        )
    }

    /// How many eighths to decode: the fewest that leave enough to read.
    fn eighths(&self) -> usize {
        [1, 2, 4]
            .into_iter()
            .find(|eighths| {
                let (width, height) = self.scaled(*eighths);
                width * height >= ENOUGH
            })
            .unwrap_or(8)
    }

    /// Bytes that decoding holds: each component, the points put together from them, and, where the picture comes in
    /// several goes, every coefficient in two bytes.
    fn held(&self, eighths: usize) -> usize {
        let across = self.components.iter().map(|(across, _)| across).max();
        let down = self.components.iter().map(|(_, down)| down).max();
        let all = across.unwrap_or(&1) * down.unwrap_or(&1);
        let samples = |points: usize| -> usize {
            let sampled = self.components.iter();
            sampled
                .map(|(across, down)| points * across * down / all)
                .sum()
        };
        let (width, height) = self.scaled(eighths);
        let coefficients = match self.progressive {
            true => 2 * samples(self.width * self.height),
            false => 0,
        };
        samples(width * height) + width * height * self.components.len() + coefficients
    }
}

pub fn decode(bytes: &[u8]) -> Result<Points, AttachmentError> {
    let survey = survey(bytes).ok_or(AttachmentError::Damaged)?;
    fits(survey.width, survey.height)?;
    if survey.scans > SCANS {
        return Err(AttachmentError::Damaged);
    }
    let eighths = survey.eighths();
    let held = survey.held(eighths);
    if held > HELD {
        return Err(AttachmentError::Dimensions {
            width: survey.width,
            height: survey.height,
        });
    }
    let (width, height) = survey.scaled(eighths);
    let points = width * height;
    // The decoder's own points are the result where they are few enough and have three colours.
    let taken_over = points <= KEPT && survey.components.len() == 3;
    let drawn = match taken_over {
        true => 0,
        false => points * survey.components.len() + drawn_bytes(points),
    };
    room(held.max(drawn), points)?;
    let damaged = |_| AttachmentError::Damaged;
    let mut decoder = Decoder::new(bytes);
    // The smallest scale that reaches either side: ours, since each is asked for by its own size.
    let side = |side: usize| u16::try_from(side).map_err(|_| AttachmentError::Damaged);
    let scaled = decoder
        .scale(side(width)?, side(height)?)
        .map_err(damaged)?;
    let (width, height) = (usize::from(scaled.0), usize::from(scaled.1));
    let format = decoder.info().ok_or(AttachmentError::Damaged)?.pixel_format;
    let points = decoder.decode().map_err(damaged)?;
    drop(decoder);
    let rgb: fn(&[u8], &mut Vec<u8>) = match format {
        PixelFormat::RGB24 if taken_over && points.len() == width * height * 3 => {
            return Ok(survey.orientation.upright(Points {
                width,
                height,
                bytes: points,
            }));
        }
        PixelFormat::L8 => |row, rgb| rgb.extend(row.iter().flat_map(|grey| [*grey; 3])),
        PixelFormat::RGB24 => |row, rgb| rgb.extend_from_slice(row),
        PixelFormat::CMYK32 => |row, rgb| rgb.extend(row.chunks_exact(4).flat_map(printed)),
        PixelFormat::L16 => return Err(AttachmentError::Damaged),
    };
    let mut rows = Rows::new(width, height);
    for row in points.chunks_exact(width * format.pixel_bytes()) {
        rows.row(|into| rgb(row, into));
    }
    drop(points);
    Ok(survey.orientation.upright(rows.done()?))
}

/// Printers' inks as they look on a screen; no profile is asked.
fn printed(inks: &[u8]) -> [u8; 3] {
    let black = 255 - u32::from(inks[3]);
    [0, 1, 2].map(|ink| ((255 - u32::from(inks[ink])) * black / 255) as u8)
}
