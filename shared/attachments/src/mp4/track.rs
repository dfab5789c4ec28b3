//! A track: its headers and tables, read within the bounds of the file and written anew.

use super::boxes::{Part, Reader, first, number, parts, written};
use super::codings::{self, Units};
use crate::error::AttachmentError::{self, Damaged};

/// Samples of one track: five hours of sound.
const SAMPLES: usize = 1_000_000;

/// Pictures or sound.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pictures,
    Sound,
}

/// A chunk: samples that stand one behind the other.
pub struct Chunk {
    pub at: usize,
    /// The first of its samples, and how many they are.
    pub from: usize,
    pub count: usize,
}

/// A track that can be written anew once its samples have their new places.
pub struct Track {
    pub units: Units,
    pub chunks: Vec<Chunk>,
    /// Bytes of each sample; the new ones as they are written.
    pub sizes: Vec<u32>,
    header: Vec<u8>,
    edits: Vec<u8>,
    media_header: Vec<u8>,
    kind: Kind,
    descriptions: Vec<u8>,
    tables: Vec<u8>,
}

/// Whether a track has pictures or sound; positions, texts, time codes and whatever else it may have are none of them.
pub fn kind(track: &Part<'_>) -> Result<Option<Kind>, AttachmentError> {
    let media = parts(first(&parts(track.content)?, b"mdia")?)?;
    Ok(match first(&media, b"hdlr")?.get(8..12) {
        Some(b"vide") => Some(Kind::Pictures),
        Some(b"soun") => Some(Kind::Sound),
        _ => None,
    })
}

impl Track {
    /// Reads a track whose samples take at most `room` bytes.
    pub fn read(track: &Part<'_>, kind: Kind, room: usize) -> Result<Self, AttachmentError> {
        let inner = parts(track.content)?;
        let media = parts(first(&inner, b"mdia")?)?;
        let information = parts(first(&media, b"minf")?)?;
        let table = parts(first(&information, b"stbl")?)?;
        let stsd = first(&table, b"stsd")?;
        let (descriptions, units) = match kind {
            Kind::Pictures => codings::pictures(stsd)?,
            Kind::Sound => codings::sound(stsd)?,
        };
        let mut sizes = sizes(first(&table, b"stsz")?, room)?;
        let runs = counted(&table, b"stsc", 12)?.ok_or(Damaged)?;
        let chunks = chunks(&table, runs.lines, sizes.len())?;
        sizes.truncate(chunks.last().map_or(0, |chunk| chunk.from + chunk.count));
        let mut tables = Vec::new();
        for (kind, width) in [(b"stts", 8), (b"ctts", 8), (b"stss", 4)] {
            match counted(&table, kind, width)? {
                // One line a sample at most
                Some(found) if found.lines.len() <= sizes.len() * width => {
                    tables.extend(found.bytes)
                }
                Some(_) => return Err(Damaged),
                None => {}
            }
        }
        if runs.lines.len() > chunks.len() * 12 {
            return Err(Damaged);
        }
        tables.extend(runs.bytes);
        Ok(Self {
            units,
            chunks,
            sizes,
            header: header(first(&inner, b"tkhd")?)?,
            edits: edits(&inner)?,
            media_header: media_header(first(&media, b"mdhd")?)?,
            kind,
            descriptions,
            tables,
        })
    }

    /// The track whose chunks stand at these places.
    pub fn written(&self, places: impl Iterator<Item = u32>) -> Vec<u8> {
        let count = |count: usize| (count as u32).to_be_bytes();
        let places: Vec<u8> = places.flat_map(u32::to_be_bytes).collect();
        let stco = written(b"stco", &[&[0; 4], &count(self.chunks.len()), &places]);
        let sizes: Vec<u8> = self
            .sizes
            .iter()
            .flat_map(|size| size.to_be_bytes())
            .collect();
        let stsz = written(b"stsz", &[&[0; 8], &count(self.sizes.len()), &sizes]);
        let table = written(b"stbl", &[&self.descriptions, &self.tables, &stsz, &stco]);
        // The samples stand in this file.
        let reference = written(b"url ", &[&[0, 0, 0, 1]]);
        let reference = written(b"dref", &[&[0, 0, 0, 0, 0, 0, 0, 1], &reference]);
        let data = written(b"dinf", &[&reference]);
        let (handler, played) = match self.kind {
            Kind::Pictures => (b"vide", written(b"vmhd", &[&[0, 0, 0, 1], &[0; 8]])),
            Kind::Sound => (b"soun", written(b"smhd", &[&[0; 8]])),
        };
        // No maker, no name
        let handler = written(b"hdlr", &[&[0; 8], handler, &[0; 13]]);
        let information = written(b"minf", &[&played, &data, &table]);
        let media = written(b"mdia", &[&self.media_header, &handler, &information]);
        written(b"trak", &[&self.header, &self.edits, &media])
    }
}

/// Version and flags without the times behind them, which are zero instead, and how wide times are.
pub fn untimed(reader: &mut Reader<'_>, flags: u8) -> Result<(Vec<u8>, usize), AttachmentError> {
    let head = reader.take(4)?;
    let width = match head[0] {
        0 => 4,
        1 => 8,
        _ => return Err(Damaged),
    };
    reader.take(2 * width)?;
    let mut kept = vec![head[0], 0, 0, head[3] & flags];
    kept.resize(4 + 2 * width, 0);
    Ok((kept, width))
}

fn header(content: &[u8]) -> Result<Vec<u8>, AttachmentError> {
    let mut reader = Reader(content);
    let (mut kept, width) = untimed(&mut reader, 0x0f)?;
    kept.extend(reader.take(4)?);
    reader.take(4)?;
    kept.extend([0; 4]);
    kept.extend(reader.take(width)?);
    reader.take(8)?;
    kept.extend([0; 8]);
    // Layer, group, volume, how it is turned, and its size
    kept.extend(reader.take(52)?);
    Ok(written(b"tkhd", &[&kept]))
}

fn media_header(content: &[u8]) -> Result<Vec<u8>, AttachmentError> {
    let mut reader = Reader(content);
    let (mut kept, width) = untimed(&mut reader, 0)?;
    kept.extend(reader.take(4 + width)?);
    // The language: undetermined
    kept.extend([0x55, 0xc4, 0, 0]);
    Ok(written(b"mdhd", &[&kept]))
}

fn edits(inner: &[Part<'_>]) -> Result<Vec<u8>, AttachmentError> {
    let Ok(edits) = first(inner, b"edts") else {
        return Ok(Vec::new());
    };
    let list = parts(edits)?;
    let width = match first(&list, b"elst")?.first() {
        Some(1) => 20,
        _ => 12,
    };
    let kept = counted(&list, b"elst", width)?.map(|found| found.bytes);
    Ok(written(b"edts", &[&kept.unwrap_or_default()]))
}

/// A table of lines.
struct Table<'b> {
    /// As a box of its own.
    bytes: Vec<u8>,
    lines: &'b [u8],
}

/// A table of lines of so many bytes, as long as it says; what stands behind it is left out.
fn counted<'b>(
    table: &[Part<'b>],
    kind: &[u8; 4],
    width: usize,
) -> Result<Option<Table<'b>>, AttachmentError> {
    let Ok(content) = first(table, kind) else {
        return Ok(None);
    };
    let mut reader = Reader(content);
    let version = reader.take(4)?[0];
    let count = reader.take(4)?;
    let lines = number(count, 0).and_then(|count| count.checked_mul(width));
    let lines = reader.take(lines.ok_or(Damaged)?)?;
    let bytes = written(kind, &[&[version, 0, 0, 0], count, lines]);
    Ok(Some(Table { bytes, lines }))
}

/// Bytes of each sample. A size that holds for all makes millions of samples out of twelve bytes, but not more than fit.
fn sizes(content: &[u8], room: usize) -> Result<Vec<u32>, AttachmentError> {
    let mut reader = Reader(content);
    reader.take(4)?;
    let one = reader.number(4)?;
    let count = reader.number(4)?;
    if count > SAMPLES {
        return Err(Damaged);
    }
    let sizes = match one {
        0 => {
            let lines = reader.take(count.checked_mul(4).ok_or(Damaged)?)?;
            let size = |line: &[u8]| number(line, 0).unwrap_or(0) as u32;
            lines.chunks_exact(4).map(size).collect()
        }
        one if count.checked_mul(one).is_some_and(|all| all <= room) => vec![one as u32; count],
        _ => return Err(Damaged),
    };
    let all: u64 = sizes.iter().map(|size| u64::from(*size)).sum();
    match all <= room as u64 {
        true => Ok(sizes),
        false => Err(Damaged),
    }
}

/// Where chunks stand, and which of so many samples each has.
fn chunks(table: &[Part<'_>], runs: &[u8], samples: usize) -> Result<Vec<Chunk>, AttachmentError> {
    let (places, width) = match counted(table, b"stco", 4)? {
        Some(found) => (found.lines, 4),
        None => (counted(table, b"co64", 8)?.ok_or(Damaged)?.lines, 8),
    };
    let mut runs = runs.chunks_exact(12).peekable();
    let mut each = 0;
    let mut from = 0;
    let mut chunks = Vec::new();
    for (index, place) in places.chunks_exact(width).enumerate() {
        // A run begins with the chunk that it names, the first being 1.
        while let Some(run) =
            runs.next_if(|run| number(run, 0).is_some_and(|first| first <= index + 1))
        {
            each = number(run, 4).ok_or(Damaged)?;
        }
        let at = Reader(place).number(width)?;
        if each == 0 || each > samples - from {
            return Err(Damaged);
        }
        chunks.push(Chunk {
            at,
            from,
            count: each,
        });
        from += each;
    }
    Ok(chunks)
}
