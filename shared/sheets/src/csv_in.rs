//! csv in: UTF-8 with or without a mark, GB18030 or UTF-16; lines are cut as they are read, and pieces are let go.
//!
//! The cutting is ours because a quote that is never closed must not swallow the rows behind it: its row is named, and the next
//! line is a row again. Readers of csv take all of it for one cell, or fold rows into one without a word.

use crate::cell::Cell;
use crate::raw_row::RawRow;
use bytes::{Buf as _, Bytes};
use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};

/// What may stand between cells, the likeliest first.
pub const DELIMITERS: [char; 4] = [',', '\t', ';', '|'];
/// A quoted cell of more lines, or of more bytes, is one whose quote was never closed.
const LINES: usize = 1_000;
const BYTES: usize = 400_000;
/// A line that is longer is no row of a roster.
const LINE: usize = 1 << 20;

pub struct Rows {
    lines: Lines,
    delimiter: char,
    row: u32,
}

impl Rows {
    pub fn new(pieces: Vec<Bytes>, encoding: &'static Encoding, delimiter: char) -> Self {
        let decoded = DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .bom_override(true)
            .build(Pieces(pieces.into()));
        Self {
            lines: Lines {
                reader: BufReader::new(decoded),
                ahead: VecDeque::new(),
            },
            delimiter,
            row: 0,
        }
    }

    /// The next row, blank ones too: Excel counts them.
    pub fn next(&mut self) -> Option<RawRow> {
        let first = self.lines.next()?;
        self.row = self.row.saturating_add(1);
        if first.len() >= LINE {
            let beginning: String = first.chars().take(40).collect();
            let reason = "这一行超过 1 MB，读不了，请检查分隔符或者删除过长的内容";
            return Some(self.row_of(vec![beginning], Some(reason)));
        }
        let mut record = Record::new(self.delimiter);
        let mut read = first.len();
        let mut taken = Vec::new();
        let mut line = first.clone();
        loop {
            let state = record.take(&line);
            let next = match state {
                RecordRead::Whole => None,
                RecordRead::Open if taken.len() < LINES && read < BYTES => self.lines.next(),
                RecordRead::Open | RecordRead::Broken => None,
            };
            match (state, next) {
                (RecordRead::Whole, _) => return Some(self.row_of(record.cells, None)),
                (RecordRead::Open, Some(next)) => {
                    read += next.len();
                    taken.push(next.clone());
                    line = next;
                }
                _ => {
                    self.lines.ahead.extend(taken);
                    let cells = first
                        .split(self.delimiter)
                        .map(|cell| cell.replace('"', ""));
                    let reason = "这一行有一个没有配对的双引号，分不清各列，请改正后重新导入这一行";
                    return Some(self.row_of(cells.collect(), Some(reason)));
                }
            }
        }
    }

    fn row_of(&self, cells: Vec<String>, broken: Option<&'static str>) -> RawRow {
        let cells = cells.into_iter().map(|cell| match cell.as_str() {
            "" => Cell::Empty,
            // How Excel is told to leave a code alone: ="0123"
            text => match text
                .strip_prefix("=\"")
                .and_then(|text| text.strip_suffix('"'))
            {
                Some(inside) => Cell::Text(inside.to_owned()),
                None => Cell::Text(cell),
            },
        });
        RawRow {
            number: self.row,
            cells: cells.collect(),
            spans: Vec::new(),
            broken,
        }
    }
}

/// How far a record is after a line.
#[derive(Clone, Copy, PartialEq)]
enum RecordRead {
    Whole,
    /// A quote is open: the cell goes on in the next line.
    Open,
    /// The quote that should close a cell of several lines has something else behind it: it was no such cell.
    Broken,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quote within a quoted cell: its end, or the first of two that mean one.
    Quote,
}

/// A record that is being cut (RFC 4180). What stands behind a closing quote in the same line is taken as it is.
struct Record {
    delimiter: char,
    state: State,
    lines_of_cell: usize,
    cell: String,
    cells: Vec<String>,
}

impl Record {
    fn new(delimiter: char) -> Self {
        Self {
            delimiter,
            state: State::Start,
            lines_of_cell: 1,
            cell: String::new(),
            cells: Vec::new(),
        }
    }

    fn end_cell(&mut self) {
        self.cells.push(std::mem::take(&mut self.cell));
        self.state = State::Start;
        self.lines_of_cell = 1;
    }

    fn take(&mut self, line: &str) -> RecordRead {
        for c in line.chars() {
            match (self.state, c) {
                (State::Quoted, '"') => self.state = State::Quote,
                (State::Quoted, c) => self.cell.push(c),
                (State::Quote, '"') => {
                    self.cell.push('"');
                    self.state = State::Quoted;
                }
                (_, c) if c == self.delimiter => self.end_cell(),
                (State::Start, '"') => self.state = State::Quoted,
                (State::Quote, ' ') => {}
                (State::Quote, _) if self.lines_of_cell > 1 => return RecordRead::Broken,
                (_, c) => {
                    self.cell.push(c);
                    self.state = State::Plain;
                }
            }
        }
        if self.state == State::Quoted {
            self.cell.push('\n');
            self.lines_of_cell += 1;
            return RecordRead::Open;
        }
        self.end_cell();
        RecordRead::Whole
    }
}

/// Lines without their ends, whichever of the three kinds those are.
struct Lines {
    reader: BufReader<DecodeReaderBytes<Pieces, Vec<u8>>>,
    ahead: VecDeque<String>,
}

impl Lines {
    /// The next line; of one that is too long, hardly more than [`LINE`] bytes.
    fn next(&mut self) -> Option<String> {
        if let Some(line) = self.ahead.pop_front() {
            return Some(line);
        }
        let mut line = Vec::new();
        let mut is_there = false;
        // Reading from memory does not fail.
        while let Ok(bytes @ [_, ..]) = self.reader.fill_buf() {
            is_there = true;
            let end = memchr::memchr2(b'\r', b'\n', bytes);
            let part = &bytes[..end.unwrap_or(bytes.len())];
            if line.len() < LINE {
                line.extend_from_slice(part);
            }
            let is_return = end.is_some_and(|end| bytes[end] == b'\r');
            let read = part.len() + usize::from(end.is_some());
            self.reader.consume(read);
            if is_return && matches!(self.reader.fill_buf(), Ok([b'\n', ..])) {
                self.reader.consume(1);
            }
            if end.is_some() {
                break;
            }
        }
        // Decoded text is UTF-8 but where it was cut off.
        is_there.then(|| String::from_utf8_lossy(&line).into_owned())
    }
}

/// UTF-8 unless it is GB18030: a few bytes that are no UTF-8 are bad bytes, many are another encoding. A byte order mark outweighs
/// either.
pub fn encoding(pieces: &[Bytes]) -> &'static Encoding {
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut scratch = [0; 4096];
    let (mut good, mut bad) = (0_u64, 0_u64);
    let last = [Bytes::new()];
    for (piece, end) in pieces
        .iter()
        .map(|piece| (piece, false))
        .chain(last.iter().map(|piece| (piece, true)))
    {
        let mut rest = &piece[..];
        loop {
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut scratch, end);
            rest = &rest[read..];
            good += scratch[..written]
                .iter()
                .filter(|byte| **byte >= 0xc0)
                .count() as u64;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => bad += 1,
            }
        }
    }
    // Of Chinese text in GB18030 about one character in eight happens to be UTF-8.
    if bad == 0 || good > 2 * bad {
        UTF_8
    } else {
        GB18030
    }
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
            assert_eq!(encoding(&pieces), UTF_8, "{size}");
        }
        let (gb, _, _) = GB18030.encode("湖州南浔食品");
        for size in 1..gb.len() {
            let pieces: Vec<Bytes> = gb.chunks(size).map(Bytes::copy_from_slice).collect();
            assert_eq!(encoding(&pieces), GB18030, "{size}");
        }
    }
}
