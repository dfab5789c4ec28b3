//! Boxes: read one level at a time, and written.

use crate::error::AttachmentError;

/// Boxes on one level; a telephone's video has fewer than fifty.
const MOST: usize = 1_000;

/// A box.
#[derive(Clone, Copy)]
pub struct Part<'b> {
    pub kind: [u8; 4],
    pub content: &'b [u8],
    /// The place in the file at which its content begins.
    pub at: usize,
}

/// The boxes that `bytes` begin with, and whether they fill it.
pub fn leading(bytes: &[u8]) -> Result<(Vec<Part<'_>>, bool), AttachmentError> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some(part) = part(bytes, at) else {
            return Ok((parts, false));
        };
        at = part.at + part.content.len();
        if parts.len() == MOST {
            return Err(AttachmentError::Damaged);
        }
        parts.push(part);
    }
    Ok((parts, true))
}

/// The boxes that fill `bytes`.
pub fn parts(bytes: &[u8]) -> Result<Vec<Part<'_>>, AttachmentError> {
    match leading(bytes)? {
        (parts, true) => Ok(parts),
        (_, false) => Err(AttachmentError::Damaged),
    }
}

fn part(bytes: &[u8], at: usize) -> Option<Part<'_>> {
    let kind = bytes.get(at + 4..at + 8)?.try_into().ok()?;
    let (header, length) = match number(bytes, at)? {
        // To the end of the file
        0 => (8, bytes.len() - at),
        1 => {
            let large = bytes.get(at + 8..at + 16)?.try_into().ok()?;
            (16, usize::try_from(u64::from_be_bytes(large)).ok()?)
        }
        length => (8, length),
    };
    let content = bytes.get(at + header..at.checked_add(length)?)?;
    Some(Part {
        kind,
        content,
        at: at + header,
    })
}

/// The first box of that kind; any further one is left out.
pub fn first<'b>(parts: &[Part<'b>], kind: &[u8; 4]) -> Result<&'b [u8], AttachmentError> {
    let found = parts.iter().find(|part| &part.kind == kind);
    found
        .map(|part| part.content)
        .ok_or(AttachmentError::Damaged)
}

/// Four bytes as a number.
pub fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}

/// A box of these pieces.
pub fn written(kind: &[u8; 4], pieces: &[&[u8]]) -> Vec<u8> {
    let length = 8 + pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(length);
    bytes.extend((length as u32).to_be_bytes());
    bytes.extend(kind);
    bytes.extend(pieces.concat());
    bytes
}

/// What is left to read, taken from its beginning.
pub struct Reader<'b>(pub &'b [u8]);

impl<'b> Reader<'b> {
    pub fn take(&mut self, length: usize) -> Result<&'b [u8], AttachmentError> {
        let (taken, left) = self
            .0
            .split_at_checked(length)
            .ok_or(AttachmentError::Damaged)?;
        self.0 = left;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Result<u8, AttachmentError> {
        Ok(self.take(1)?[0])
    }

    /// A number in so many bytes.
    pub fn number(&mut self, bytes: usize) -> Result<usize, AttachmentError> {
        let taken = self.take(bytes)?;
        Ok(taken
            .iter()
            .fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }
}
