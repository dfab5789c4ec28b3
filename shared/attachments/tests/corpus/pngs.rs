//! Screenshots and drawings.

use super::{Hidden, MARKER, exif_with_place, hidden, profile, xmp};
use png::{BitDepth, ColorType, Encoder};
use std::io::Write as _;

pub const WIDTH: u32 = 24;
pub const HEIGHT: u32 = 8;

/// A chunk with its checksum.
pub fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(content);
    let sum = crc(&bytes[4..]);
    bytes.extend(sum.to_be_bytes());
    bytes
}

/// The checksum of a chunk (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| match sum & 1 {
            1 => sum >> 1 ^ 0xedb8_8320,
            _ => sum >> 1,
        })
    })
}

pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The points of a picture, four bytes each.
fn points() -> Vec<u8> {
    (0..WIDTH * HEIGHT)
        .flat_map(|n| [n as u8, 80, 160, 255])
        .collect()
}

pub fn plain() -> Vec<u8> {
    drawn(&points())
}

pub fn drawn(points: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, WIDTH, HEIGHT);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(png::Compression::NoCompression);
    encoder.set_filter(png::Filter::NoFilter);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(points)
        .unwrap();
    bytes
}

/// The plain picture with this chunk behind its header.
fn with(kind: &[u8; 4], pieces: &[&[u8]]) -> Vec<u8> {
    let plain = plain();
    [&plain[..33], &chunk(kind, &pieces.concat()), &plain[33..]].concat()
}

/// The same, before its end.
fn with_late(kind: &[u8; 4], pieces: &[&[u8]]) -> Vec<u8> {
    let plain = plain();
    let end = plain.len() - 12;
    [&plain[..end], &chunk(kind, &pieces.concat()), &plain[end..]].concat()
}

fn animated() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, WIDTH, HEIGHT);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(png::Compression::NoCompression);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&points()).unwrap();
    let mut second = points();
    second[..MARKER.len()].copy_from_slice(MARKER);
    writer.write_image_data(&second).unwrap();
    writer.finish().unwrap();
    bytes
}

pub fn all() -> Vec<Hidden> {
    let profile = packed(&profile());
    let xmp = xmp();
    let place = exif_with_place();
    let text = packed(MARKER);
    let plain = plain();
    let more_data = {
        // Bytes behind the packed points, in the same chunk
        let at = plain.windows(4).position(|kind| kind == b"IDAT").unwrap();
        let length = u32::from_be_bytes(plain[at - 4..at].try_into().unwrap()) as usize;
        let data = [&plain[at + 4..at + 4 + length], MARKER].concat();
        [
            &plain[..at - 4],
            &chunk(b"IDAT", &data),
            &plain[at + 8 + length..],
        ]
        .concat()
    };
    vec![
        hidden("png: tEXt", with(b"tEXt", &[b"Author\0", MARKER])),
        hidden(
            "png: tEXt behind the picture",
            with_late(b"tEXt", &[b"Author\0", MARKER]),
        ),
        hidden("png: zTXt", with(b"zTXt", &[b"Comment\0\0", &text])),
        hidden("png: iTXt", with(b"iTXt", &[b"Title\0\0\0zh\0\0", MARKER])),
        hidden(
            "png: packed iTXt",
            with(b"iTXt", &[b"Title\0\x01\0zh\0\0", &text]),
        ),
        hidden(
            "png: XMP",
            with(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", &xmp]),
        ),
        hidden("png: Exif", with(b"eXIf", &[&place])),
        hidden(
            "png: Exif behind the picture",
            with_late(b"eXIf", &[&place]),
        ),
        hidden(
            "png: a colour profile",
            with(b"iCCP", &[b"profile\0\0", &profile]),
        ),
        hidden(
            "png: a colour profile's name",
            with(b"iCCP", &[MARKER, b"\0\0", &profile]),
        ),
        hidden("png: a palette's name", with(b"sPLT", &[MARKER, b"\0\x08"])),
        hidden(
            "png: a palette that is only proposed",
            with(b"PLTE", &[MARKER, b"!"]),
        ),
        hidden("png: a chunk of one's own", with(b"prVt", &[MARKER])),
        hidden("png: content credentials", with(b"caBX", &[MARKER])),
        hidden(
            "png: a picture's note of Fireworks",
            with(b"mkBF", &[MARKER]),
        ),
        hidden("png: bytes behind the points", more_data),
        hidden("png: bytes behind the end", [&plain[..], MARKER].concat()),
        hidden("png: a second picture of an animation", animated()),
    ]
}
