//! How a camera was held: the note goes with everything else, so the points themselves are turned.
//!
//! Sources: TIFF 6.0 (directories), Exif 2.32, 4.6.4 (tag 274).

use super::Points;

/// The note's number, from 1 (as it is) to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u16);

impl Orientation {
    /// The orientation that Exif names; upright where it names none that is known.
    pub fn of(exif: Option<&[u8]>) -> Self {
        let noted = exif.and_then(noted).filter(|noted| (1..=8).contains(noted));
        Self(noted.unwrap_or(1))
    }

    /// The picture as it was seen.
    pub fn upright(self, from: Points) -> Points {
        let (right, bottom) = (from.width.saturating_sub(1), from.height.saturating_sub(1));
        let (width, height) = match self.0 {
            1 => return from,
            5..=8 => (from.height, from.width),
            _ => (from.width, from.height),
        };
        let mut bytes = Vec::with_capacity(from.bytes.len());
        for y in 0..height {
            for x in 0..width {
                let (across, down) = match self.0 {
                    2 => (right - x, y),
                    3 => (right - x, bottom - y),
                    4 => (x, bottom - y),
                    5 => (y, x),
                    6 => (y, bottom - x),
                    7 => (right - y, bottom - x),
                    _ => (right - y, x),
                };
                let at = (down * from.width + across) * 3;
                bytes.extend_from_slice(&from.bytes[at..at + 3]);
            }
        }
        Points {
            width,
            height,
            bytes,
        }
    }
}

/// The number of tag 274 in the first directory.
fn noted(exif: &[u8]) -> Option<u16> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let two = |at: usize| {
        let two: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let four = |at: usize| {
        let (first, second) = (u32::from(two(at)?), u32::from(two(at + 2)?));
        Some(if little {
            second << 16 | first
        } else {
            first << 16 | second
        })
    };
    let directory = usize::try_from(four(4)?).ok()?;
    let first = directory.checked_add(2)?;
    (0..usize::from(two(directory)?))
        .map_while(|field| first.checked_add(field * 12))
        // Its tag, and that its value is one number of two bytes
        .find(|at| two(*at) == Some(0x112) && two(*at + 2) == Some(3))
        .and_then(|at| two(at + 8))
}
