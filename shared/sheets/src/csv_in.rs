//! csv in: UTF-8 with or without a mark, or GB18030; commas or tabs. Pieces are let go as they are read.

use crate::{Cell, RawRow};
use bytes::{Buf as _, Bytes};
use encoding_rs::{DecoderResult, GB18030, UTF_8};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use std::collections::VecDeque;
use std::io::Read;

pub struct Rows {
    reader: csv::Reader<DecodeReaderBytes<Pieces, Vec<u8>>>,
    record: csv::StringRecord,
    row: u64,
    line: u64,
}

impl Rows {
    pub fn new(pieces: Vec<Bytes>) -> Self {
        let encoding = if is_utf8(&pieces) { UTF_8 } else { GB18030 };
        let first_line = pieces.iter().flatten().take_while(|byte| **byte != b'\n');
        let (commas, tabs) = first_line.fold((0, 0), |(commas, tabs), byte| match byte {
            b',' => (commas + 1, tabs),
            b'\t' => (commas, tabs + 1),
            _ => (commas, tabs),
        });
        let decoded = DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .bom_override(true)
            .build(Pieces(pieces.into()));
        Self {
            reader: csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(if tabs > commas { b'\t' } else { b',' })
                .from_reader(decoded),
            record: csv::StringRecord::new(),
            row: 0,
            line: 1,
        }
    }

    pub fn next(&mut self) -> Option<RawRow> {
        // Decoded text is always UTF-8, and reading from memory does not fail.
        if !self.reader.read_record(&mut self.record).unwrap_or(false) {
            return None;
        }
        // Excel counts blank lines as rows, and a quoted cell of three lines as one; csv counts neither.
        let line = self.reader.position().line();
        let inside: u64 = self
            .record
            .iter()
            .map(|cell| cell.bytes().filter(|byte| *byte == b'\n').count() as u64)
            .sum();
        let blank = (line - self.line).saturating_sub(1 + inside);
        self.line = line;
        self.row += 1 + blank;
        let cells = self
            .record
            .iter()
            .map(|cell| match cell {
                "" => Cell::Empty,
                // How Excel is told to leave a code alone: ="0123"
                _ => Cell::Text(
                    cell.strip_prefix("=\"")
                        .and_then(|cell| cell.strip_suffix('"'))
                        .unwrap_or(cell)
                        .to_owned(),
                ),
            })
            .collect();
        Some(RawRow {
            number: u32::try_from(self.row).unwrap_or(u32::MAX),
            cells,
        })
    }
}

/// Whether the pieces, one behind the other, are UTF-8: a border may cut a character.
fn is_utf8(pieces: &[Bytes]) -> bool {
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut scratch = [0; 4096];
    let last = [Bytes::new()];
    for (piece, end) in pieces
        .iter()
        .map(|piece| (piece, false))
        .chain(last.iter().map(|piece| (piece, true)))
    {
        let mut rest = &piece[..];
        loop {
            let (result, read, _) =
                decoder.decode_to_utf8_without_replacement(rest, &mut scratch, end);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return false,
            }
        }
    }
    true
}

/// Reads pieces one behind the other and lets go of each.
struct Pieces(VecDeque<Bytes>);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(piece) = self.0.front_mut() {
            if piece.is_empty() {
                self.0.pop_front();
                continue;
            }
            let length = piece.len().min(buffer.len());
            piece.copy_to_slice(&mut buffer[..length]);
            return Ok(length);
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_cut_between_pieces_is_still_utf8() {
        let text = "湖州南浔食品𠮷abc".as_bytes();
        for size in 1..text.len() {
            let pieces: Vec<Bytes> = text.chunks(size).map(Bytes::copy_from_slice).collect();
            assert!(is_utf8(&pieces), "{size}");
        }
        let (gb, _, _) = GB18030.encode("湖州南浔食品");
        for size in 1..gb.len() {
            let pieces: Vec<Bytes> = gb.chunks(size).map(Bytes::copy_from_slice).collect();
            assert!(!is_utf8(&pieces), "{size}");
        }
    }
}
