//! Pictures from the web.

use super::{Hidden, MARKER, exif_with_place, hidden, profile, xmp};
use image_webp::{ColorType, WebPEncoder};

pub const WIDTH: u32 = 24;
pub const HEIGHT: u32 = 8;

pub fn plain() -> Vec<u8> {
    let points: Vec<u8> = (0..WIDTH * HEIGHT)
        .flat_map(|n| [n as u8, 80, 160])
        .collect();
    let mut bytes = Vec::new();
    WebPEncoder::new(&mut bytes)
        .encode(&points, WIDTH, HEIGHT, ColorType::Rgb8)
        .unwrap();
    bytes
}

pub fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_vec();
    bytes.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

pub fn file(chunks: &[u8]) -> Vec<u8> {
    chunk(b"RIFF", &[b"WEBP", chunks].concat())
}

/// The extended header: what the file has, and how large its canvas is.
pub fn header(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes();
    let content = [&[flags, 0, 0, 0], &side(width)[..3], &side(height)[..3]].concat();
    chunk(b"VP8X", &content)
}

/// The plain picture, with chunks before and behind its points.
fn with(flags: u8, before: &[u8], behind: &[u8]) -> Vec<u8> {
    let points = &plain()[12..];
    file(&[&header(flags, WIDTH, HEIGHT), before, points, behind].concat())
}

fn animated() -> Vec<u8> {
    let points = plain()[12..].to_vec();
    let frame = |inner: &[u8]| {
        let side = |side: u32| (side - 1).to_le_bytes();
        let head = [
            &[0; 6],
            &side(WIDTH)[..3],
            &side(HEIGHT)[..3],
            &[100, 0, 0, 0],
        ]
        .concat();
        chunk(b"ANMF", &[&head[..], inner].concat())
    };
    let told = [&points[..], &chunk(b"tell", MARKER)].concat();
    file(
        &[
            header(0x02, WIDTH, HEIGHT),
            chunk(b"ANIM", &[0; 6]),
            frame(&points),
            frame(&told),
        ]
        .concat(),
    )
}

pub fn all() -> Vec<Hidden> {
    vec![
        hidden(
            "webp: Exif",
            with(0x08, &[], &chunk(b"EXIF", &exif_with_place())),
        ),
        hidden("webp: XMP", with(0x04, &[], &chunk(b"XMP ", &xmp()))),
        hidden(
            "webp: a colour profile",
            with(0x20, &chunk(b"ICCP", &profile()), &[]),
        ),
        hidden(
            "webp: a chunk of one's own",
            with(0, &[], &chunk(b"tell", MARKER)),
        ),
        hidden(
            "webp: bytes behind the end",
            [&plain()[..], MARKER].concat(),
        ),
        hidden("webp: a second picture of an animation", animated()),
    ]
}
