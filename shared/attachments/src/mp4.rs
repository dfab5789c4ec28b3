//! An MP4 without what tells where, when and with what it was taken. Boxes are blanked in place, so that no offset moves.
//!
//! Source: ISO/IEC 14496-12 (box structure, `free`, `udta`, `meta`, `hdlr`, sample tables).

use std::ops::Range;

/// A box: its kind, and where its content lies.
struct Part {
    kind: [u8; 4],
    /// The whole box, header included.
    whole: Range<usize>,
    content: Range<usize>,
}

/// The boxes within `range`; none if they do not fill it.
fn parts(bytes: &[u8], range: Range<usize>) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let size = number(bytes, at)?;
        let kind: [u8; 4] = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        let (header, length) = match size {
            // To the end of the file
            0 => (8, range.end - at),
            1 => {
                let large = bytes.get(at + 8..at + 16)?.try_into().ok()?;
                (16, usize::try_from(u64::from_be_bytes(large)).ok()?)
            }
            size => (8, size),
        };
        let end = at.checked_add(length)?;
        if length < header || end > range.end {
            return None;
        }
        parts.push(Part {
            kind,
            whole: at..end,
            content: at + header..end,
        });
        at = end;
    }
    Some(parts)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}

/// Blanks metadata; none if this is no MP4 that can be played.
pub fn without_metadata(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let end = bytes.len();
    let top = parts(&bytes, 0..end)?;
    if !top.iter().any(|part| &part.kind == b"mdat") {
        return None;
    }
    let mut movies = 0;
    for part in top {
        match &part.kind {
            b"ftyp" | b"mdat" | b"moof" | b"mfra" | b"sidx" | b"styp" => {}
            b"moov" => {
                movies += 1;
                movie(&mut bytes, part.content)?;
            }
            _ => blank(&mut bytes, &part),
        }
    }
    (movies == 1).then_some(bytes)
}

/// A box becomes free space of the same size.
fn blank(bytes: &mut [u8], part: &Part) {
    bytes[part.whole.start + 4..part.whole.start + 8].copy_from_slice(b"free");
    bytes[part.content.clone()].fill(0);
}

fn movie(bytes: &mut [u8], range: Range<usize>) -> Option<()> {
    for part in parts(bytes, range)? {
        match &part.kind {
            b"mvhd" => undated(bytes, &part)?,
            b"trak" => track(bytes, &part)?,
            b"mvex" | b"iods" => {}
            _ => blank(bytes, &part),
        }
    }
    Some(())
}

/// Creation and modification time stand behind version and flags, of four or of eight bytes each.
fn undated(bytes: &mut [u8], part: &Part) -> Option<()> {
    let content = bytes.get_mut(part.content.clone())?;
    let times = if *content.first()? == 1 { 4..20 } else { 4..12 };
    content.get_mut(times)?.fill(0);
    Some(())
}

/// A track of pictures or sound stays; any other, such as one of positions, goes with its samples.
fn track(bytes: &mut [u8], track: &Part) -> Option<()> {
    let inner = parts(bytes, track.content.clone())?;
    let media = inner.iter().find(|part| &part.kind == b"mdia")?;
    let media_parts = parts(bytes, media.content.clone())?;
    let handler = media_parts.iter().find(|part| &part.kind == b"hdlr")?;
    let handler = handler.content.start + 8;
    let plays = matches!(
        bytes.get(handler..handler + 4)?,
        b"vide" | b"soun" | b"sbtl" | b"text"
    );
    if !plays {
        for sample in samples(bytes, &media_parts)? {
            bytes.get_mut(sample)?.fill(0);
        }
        blank(bytes, track);
        return Some(());
    }
    for part in &inner {
        match &part.kind {
            b"tkhd" => undated(bytes, part)?,
            b"mdia" | b"edts" | b"tref" => {}
            _ => blank(bytes, part),
        }
    }
    for part in &media_parts {
        match &part.kind {
            b"mdhd" => undated(bytes, part)?,
            b"hdlr" => name_of_handler(bytes, part),
            b"minf" | b"elng" => {}
            _ => blank(bytes, part),
        }
    }
    Some(())
}

/// The handler's name is free text: the telephone's maker writes itself there.
fn name_of_handler(bytes: &mut [u8], part: &Part) {
    let from = part.content.start + 24;
    if from < part.content.end {
        bytes[from..part.content.end].fill(0);
    }
}

/// Where a track's samples lie in the file.
fn samples(bytes: &[u8], media: &[Part]) -> Option<Vec<Range<usize>>> {
    let inner = |of: &Part, kind: &[u8; 4]| {
        parts(bytes, of.content.clone())?
            .into_iter()
            .find(|part| &part.kind == kind)
    };
    let information = media.iter().find(|part| &part.kind == b"minf")?;
    let table = inner(information, b"stbl")?;
    let sizes = inner(&table, b"stsz")?.content.start;
    let runs = inner(&table, b"stsc")?.content.start;
    let (chunks, width) = match inner(&table, b"stco") {
        Some(chunks) => (chunks.content.start, 4),
        None => (inner(&table, b"co64")?.content.start, 8),
    };
    let offset = |chunk: usize| match width {
        4 => number(bytes, chunks + 8 + chunk * 4),
        _ => {
            let at = chunks + 8 + chunk * 8;
            let eight = bytes.get(at..at + 8)?.try_into().ok()?;
            usize::try_from(u64::from_be_bytes(eight)).ok()
        }
    };
    let one_size = number(bytes, sizes + 4)?;
    let size = |sample: usize| match one_size {
        0 => number(bytes, sizes + 12 + sample * 4),
        size => Some(size),
    };
    let count = number(bytes, chunks + 4)?;
    let of_runs = number(bytes, runs + 4)?;
    let mut found = Vec::new();
    let (mut run, mut sample) = (0, 0);
    for chunk in 0..count {
        while run + 1 < of_runs && number(bytes, runs + 8 + (run + 1) * 12)? <= chunk + 1 {
            run += 1;
        }
        let mut at = offset(chunk)?;
        for _ in 0..number(bytes, runs + 8 + run * 12 + 4)? {
            let end = at.checked_add(size(sample)?)?;
            if end > bytes.len() {
                return None;
            }
            found.push(at..end);
            at = end;
            sample += 1;
        }
    }
    Some(found)
}
