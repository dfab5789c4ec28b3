//! A video written anew: one track of pictures, one of sound, the samples they name, and nothing else that stood in the file.
//!
//! Every box is put together here from the numbers that playing needs; none is copied whole. So there is no place for
//! positions, times, makers, names, texts, further pictures or bytes between and behind the samples. What stays as it was
//! are the coded pictures and sounds: whoever hides something within them is not found out.
//!
//! Source: ISO/IEC 14496-12 (boxes, headers, sample tables).

mod boxes;
mod codings;
mod track;

use crate::error::AttachmentError;
use crate::sound::Sound;
use boxes::{Part, Reader, first, leading, parts, written};
use std::ops::Range;
use track::{Kind, Track, untimed};

/// Tracks of one file; telephones write up to about eight.
const TRACKS: usize = 32;

/// The video, its sound taken out where that is asked for.
pub fn write_anew(bytes: &[u8], sound: Sound) -> Result<Vec<u8>, AttachmentError> {
    // What follows the boxes is no part of the video.
    let (top, _) = leading(bytes)?;
    let movie = parts(first(&top, b"moov")?)?;
    // In fragments, or its description packed: recorders in browsers and old programs do so.
    let elsewhere = |part: &Part<'_>| matches!(&part.kind, b"mvex" | b"cmov");
    if movie.iter().any(elsewhere) {
        return Err(AttachmentError::Coding);
    }
    let media: Vec<Range<usize>> = top
        .iter()
        .filter(|part| &part.kind == b"mdat")
        .map(|part| part.at..part.at + part.content.len())
        .collect();
    let mut tracks = tracks(&movie, sound, bytes.len())?;
    // Room is asked for before it is needed.
    let mut samples = Vec::new();
    samples
        .try_reserve_exact(bytes.len() + (1 << 20))
        .map_err(|_| AttachmentError::Crowded)?;
    let places = copied(bytes, &media, &mut tracks, &mut samples)?;
    let kind = written(b"ftyp", &[b"isom\0\0\x02\0isomiso2avc1mp41"]);
    let header = movie_header(first(&movie, b"mvhd")?)?;
    let described = |from: usize| {
        let tracks: Vec<Vec<u8>> = tracks
            .iter()
            .zip(&places)
            .map(|(track, places)| track.written(places.iter().map(|place| (from + place) as u32)))
            .collect();
        written(b"moov", &[&header, &tracks.concat()])
    };
    // As long wherever the samples stand
    let from = kind.len() + described(0).len() + 8;
    let mut video = kind;
    video
        .try_reserve_exact(from + samples.len())
        .map_err(|_| AttachmentError::Crowded)?;
    video.extend(described(from));
    video.extend((samples.len() as u32 + 8).to_be_bytes());
    video.extend(b"mdat");
    video.extend(samples);
    Ok(video)
}

/// The first track of pictures and the first of sound that can be written anew.
fn tracks(
    movie: &[Part<'_>],
    sound: Sound,
    mut room: usize,
) -> Result<Vec<Track>, AttachmentError> {
    let found: Vec<&Part<'_>> = movie.iter().filter(|part| &part.kind == b"trak").collect();
    if found.len() > TRACKS {
        return Err(AttachmentError::Damaged);
    }
    let mut wanted = vec![Kind::Pictures];
    if sound == Sound::Kept {
        wanted.push(Kind::Sound);
    }
    let mut tracks = Vec::new();
    for wanted in wanted {
        let mut other = None;
        for part in &found {
            if track::kind(part)? != Some(wanted) {
                continue;
            }
            match Track::read(part, wanted, room) {
                Ok(track) => {
                    room -= track.sizes.iter().map(|size| *size as usize).sum::<usize>();
                    tracks.push(track);
                    other = None;
                    break;
                }
                // A further track may be of another coding: a preview, sound in the round.
                Err(AttachmentError::Coding) => other = Some(AttachmentError::Coding),
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = other {
            return Err(error);
        }
        // No video without pictures
        if tracks.first().is_none_or(|track| track.sizes.is_empty()) {
            return Err(AttachmentError::Damaged);
        }
    }
    Ok(tracks)
}

/// Copies the samples of all tracks, chunks in the order in which they stood; gives the new places of each track's.
fn copied(
    bytes: &[u8],
    media: &[Range<usize>],
    tracks: &mut [Track],
    samples: &mut Vec<u8>,
) -> Result<Vec<Vec<usize>>, AttachmentError> {
    let mut order: Vec<(usize, usize, usize)> = Vec::new();
    for (track, of) in tracks.iter().enumerate() {
        let chunks = of.chunks.iter().enumerate();
        order.extend(chunks.map(|(chunk, of)| (of.at, track, chunk)));
    }
    order.sort_unstable();
    let mut places: Vec<Vec<usize>> = tracks.iter().map(|of| vec![0; of.chunks.len()]).collect();
    for (mut at, track, chunk) in order {
        places[track][chunk] = samples.len();
        let units = tracks[track].units;
        let of = &tracks[track].chunks[chunk];
        let (from, count) = (of.from, of.count);
        let sizes = &mut tracks[track].sizes[from..from + count];
        let end = at.saturating_add(sizes.iter().map(|size| *size as usize).sum());
        let before = media.partition_point(|media| media.start <= at);
        if media[..before].last().is_none_or(|media| end > media.end) {
            return Err(AttachmentError::Damaged);
        }
        for size in sizes {
            let sample = bytes.get(at..at + *size as usize);
            at += *size as usize;
            let before = samples.len();
            units.copy(sample.ok_or(AttachmentError::Damaged)?, samples)?;
            *size = (samples.len() - before) as u32;
        }
    }
    Ok(places)
}

fn movie_header(content: &[u8]) -> Result<Vec<u8>, AttachmentError> {
    let mut reader = Reader(content);
    let (mut kept, width) = untimed(&mut reader, 0)?;
    // Units of time, duration, rate, volume
    kept.extend(reader.take(4 + width + 6)?);
    reader.take(10)?;
    kept.extend([0; 10]);
    // How it is turned
    kept.extend(reader.take(36)?);
    reader.take(24)?;
    kept.extend([0; 24]);
    kept.extend(reader.take(4)?);
    Ok(written(b"mvhd", &[&kept]))
}
