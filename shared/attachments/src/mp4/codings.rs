//! How pictures and sound are coded: what a decoder must know of them, and which units of the stream are pictures.
//!
//! Sources: ISO/IEC 14496-15 (avcC, hvcC), 14496-1 (esds), ITU-T H.264 table 7-1 and H.265 table 7-1 (kinds of units), 3GPP TS 26.244 (damr).

use super::boxes::{Part, Reader, leading, written};
use crate::error::AttachmentError::{self, Coding};

/// What becomes of a track's samples.
#[derive(Clone, Copy)]
pub enum Units {
    /// Units of H.264, each behind its length in so many bytes.
    H264(usize),
    /// Units of H.265, likewise.
    H265(usize),
    /// Sound, which is copied.
    Sound,
}

/// A track's `stsd`, written anew: one or more descriptions of pictures.
pub fn pictures(stsd: &[u8]) -> Result<(Vec<u8>, Units), AttachmentError> {
    described(stsd, |kind, content| {
        let mut reader = Reader(content);
        reader.take(24)?;
        let size = reader.take(4)?;
        reader.take(50)?;
        let (parts, _) = leading(reader.0)?;
        let (configuration, units) = match kind {
            b"avc1" | b"avc3" => h264(found(&parts, b"avcC")?)?,
            b"hvc1" | b"hev1" => h265(found(&parts, b"hvcC")?)?,
            _ => return Err(Coding),
        };
        let colour: Vec<u8> = parts.iter().filter_map(colour).flatten().collect();
        let pieces: [&[u8]; 7] = [
            // Reserved, and the first data reference
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0; 16],
            size,
            // 72 dots an inch, reserved, one picture a sample, no compressor's name, 24 bits, no colour table
            &[0, 72, 0, 0, 0, 72, 0, 0, 0, 0, 0, 0, 0, 1],
            &[0; 32],
            &[0, 24, 0xff, 0xff],
            &[configuration, colour].concat(),
        ];
        Ok((written(kind, &pieces), units))
    })
}

/// A track's `stsd`, written anew: one or more descriptions of sound.
pub fn sound(stsd: &[u8]) -> Result<(Vec<u8>, Units), AttachmentError> {
    described(stsd, |kind, content| {
        let mut reader = Reader(content);
        reader.take(8)?;
        let version = reader.number(2)?;
        reader.take(6)?;
        let channels = reader.take(2)?;
        reader.take(6)?;
        let rate = reader.take(4)?;
        match version {
            0 => {}
            // QuickTime's: four lengths more
            1 => drop(reader.take(16)?),
            _ => return Err(Coding),
        }
        let (mut parts, _) = leading(reader.0)?;
        // QuickTime wraps what follows once more.
        if let Ok(wave) = found(&parts, b"wave") {
            parts.extend(leading(wave)?.0);
        }
        let configuration = match kind {
            b"mp4a" => aac(found(&parts, b"esds")?)?,
            b"samr" | b"sawb" => {
                let known = found(&parts, b"damr")?.get(4..9).ok_or(Coding)?;
                // Who made the decoder stands before it.
                written(b"damr", &[&[0; 4], known])
            }
            _ => return Err(Coding),
        };
        let pieces: [&[u8]; 6] = [
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0; 8],
            channels,
            &[0, 16, 0, 0, 0, 0],
            rate,
            &configuration,
        ];
        Ok((written(kind, &pieces), Units::Sound))
    })
}

/// All descriptions; units are cut alike in each.
fn described(
    stsd: &[u8],
    describe: impl Fn(&[u8; 4], &[u8]) -> Result<(Vec<u8>, Units), AttachmentError>,
) -> Result<(Vec<u8>, Units), AttachmentError> {
    let mut reader = Reader(stsd);
    reader.take(4)?;
    let count = reader.number(4)?;
    let (entries, _) = leading(reader.0)?;
    let entries = entries.get(..count).filter(|entries| !entries.is_empty());
    let mut all = Vec::new();
    let mut cut = None;
    for entry in entries.ok_or(AttachmentError::Damaged)? {
        let (bytes, units) = describe(&entry.kind, entry.content)?;
        let same = match (cut, units) {
            (Some(Units::H264(before)), Units::H264(now))
            | (Some(Units::H265(before)), Units::H265(now)) => before == now,
            (None, _) | (Some(Units::Sound), Units::Sound) => true,
            _ => false,
        };
        if !same {
            return Err(Coding);
        }
        cut = Some(units);
        all.extend(bytes);
    }
    let count = (count as u32).to_be_bytes();
    let stsd = written(b"stsd", &[&[0; 4], &count, &all]);
    Ok((stsd, cut.ok_or(AttachmentError::Damaged)?))
}

fn found<'b>(parts: &[Part<'b>], kind: &[u8; 4]) -> Result<&'b [u8], AttachmentError> {
    let part = parts.iter().find(|part| &part.kind == kind);
    part.map(|part| part.content).ok_or(Coding)
}

/// How colours and points are meant, in numbers; a colour profile would be text.
fn colour(part: &Part<'_>) -> Option<Vec<u8>> {
    let length = match (&part.kind, part.content) {
        (b"colr", [b'n', b'c', b'l', b'x', ..]) => 11,
        (b"colr", [b'n', b'c', b'l', b'c', ..]) => 10,
        (b"pasp", _) => 8,
        (b"clap", _) => 32,
        (b"mdcv", _) => 24,
        (b"clli", _) => 4,
        _ => return None,
    };
    Some(written(&part.kind, &[part.content.get(..length)?]))
}

fn h264(content: &[u8]) -> Result<(Vec<u8>, Units), AttachmentError> {
    let mut reader = Reader(content);
    let head = reader.take(5)?;
    let mut kept = head.to_vec();
    for (kind, bits) in [(7, 0x1f), (8, 0xff)] {
        let count = reader.byte()?;
        kept.push(count);
        for _ in 0..count & bits {
            kept.extend(parameters(&mut reader, |unit| unit[0] & 0x1f == kind)?);
        }
    }
    // Chroma and depth of the high profiles; what may follow extends what is not kept.
    if matches!(head[1], 100 | 110 | 122 | 144)
        && let Ok(depth) = reader.take(3)
    {
        kept.extend(depth);
        kept.push(0);
    }
    let length = usize::from(head[4] & 3) + 1;
    Ok((written(b"avcC", &[&kept]), Units::H264(length)))
}

fn h265(content: &[u8]) -> Result<(Vec<u8>, Units), AttachmentError> {
    let mut reader = Reader(content);
    let head = reader.take(22)?;
    let (mut kept, mut arrays) = (Vec::new(), 0_u8);
    for _ in 0..reader.byte()? {
        let kind = reader.byte()?;
        let count = reader.number(2)?;
        let mut units = Vec::new();
        for _ in 0..count {
            units.extend(parameters(&mut reader, |unit| {
                unit[0] >> 1 & 0x3f == kind & 0x3f
            })?);
        }
        // Video, sequence and picture parameters; messages may stand here too.
        if matches!(kind & 0x3f, 32..=34) {
            arrays += 1;
            kept.push(kind);
            kept.extend((count as u16).to_be_bytes());
            kept.extend(units);
        }
    }
    let length = usize::from(head[21] & 3) + 1;
    Ok((
        written(b"hvcC", &[head, &[arrays], &kept]),
        Units::H265(length),
    ))
}

/// One set of parameters behind its length, which must be of the kind that belongs there.
fn parameters(
    reader: &mut Reader<'_>,
    fits: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, AttachmentError> {
    let length = reader.number(2)?;
    let unit = reader.take(length)?;
    if unit.is_empty() || !fits(unit) {
        return Err(Coding);
    }
    Ok([&(length as u16).to_be_bytes(), unit].concat())
}

/// The description of an AAC or MP3 stream: of its descriptors, the decoder's configuration.
fn aac(content: &[u8]) -> Result<Vec<u8>, AttachmentError> {
    let mut reader = Reader(content);
    reader.take(4)?;
    let mut stream = descriptor(&mut reader, 3)?;
    stream.take(2)?;
    // Flags: it depends on no other stream, has no address and no clock of its own.
    if stream.byte()? & 0xe0 != 0 {
        return Err(Coding);
    }
    let mut decoder = descriptor(&mut stream, 4)?;
    let object = decoder.byte()?;
    decoder.take(12)?;
    let known = match object {
        0x40 | 0x66..=0x68 => descriptor(&mut decoder, 5)?.0,
        0x69 | 0x6b => &[],
        _ => return Err(Coding),
    };
    // Of what was seen, no configuration has more than a dozen bytes.
    if known.len() > 64 {
        return Err(Coding);
    }
    let described = |tag: u8, pieces: &[&[u8]]| {
        let content = pieces.concat();
        // At most 90 bytes: a length of one byte
        [&[tag, content.len() as u8], &content[..]].concat()
    };
    let configuration = match known {
        [] => Vec::new(),
        known => described(5, &[known]),
    };
    // Sound; sizes and rates unknown
    let decoder = described(4, &[&[object, 0x15], &[0; 11], &configuration]);
    let stream = described(3, &[&[0, 0, 0], &decoder, &described(6, &[&[2]])]);
    Ok(written(b"esds", &[&[0; 4], &stream]))
}

/// The next descriptor's content.
fn descriptor<'b>(reader: &mut Reader<'b>, tag: u8) -> Result<Reader<'b>, AttachmentError> {
    if reader.byte()? != tag {
        return Err(Coding);
    }
    let mut length = 0;
    for _ in 0..4 {
        let byte = reader.byte()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(Reader(reader.take(length)?))
}

impl Units {
    /// Copies a sample: of pictures their slices and parameters. Messages, markers, fillers, further layers and what is
    /// nobody's stay behind.
    pub fn copy(self, sample: &[u8], into: &mut Vec<u8>) -> Result<(), AttachmentError> {
        let width = match self {
            Self::Sound => {
                into.extend_from_slice(sample);
                return Ok(());
            }
            Self::H264(width) | Self::H265(width) => width,
        };
        let mut reader = Reader(sample);
        while !reader.0.is_empty() {
            let length = reader.take(width)?;
            let size = length
                .iter()
                .fold(0, |size, byte| size << 8 | usize::from(*byte));
            let unit = reader.take(size)?;
            let kept = match (self, unit) {
                (Self::H264(_), [head, ..]) => matches!(head & 0x1f, 1..=5 | 7 | 8),
                (Self::H265(_), [head, layer, ..]) => {
                    let first_layer = head & 1 == 0 && layer >> 3 == 0;
                    first_layer && matches!(head >> 1 & 0x3f, 0..=9 | 16..=21 | 32..=34)
                }
                _ => false,
            };
            if kept {
                into.extend_from_slice(length);
                into.extend_from_slice(unit);
            }
        }
        Ok(())
    }
}
