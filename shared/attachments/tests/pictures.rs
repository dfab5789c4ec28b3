//! Pictures lose what they tell beside themselves, and files are what their bytes say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use attachments::{AttachmentError, DOCUMENTS, EVIDENCE, MediaType, accept, plain_name};

/// A JPEG's skeleton: start, APP0, APP1 with a place in it, a comment, a quantisation table, a scan, end.
fn jpeg() -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    let mut segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        bytes.extend_from_slice(&[0xff, marker, length[0], length[1]]);
        bytes.extend_from_slice(content);
    };
    segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(0xe1, b"Exif\0\0GPS 30.88N 120.42E");
    segment(0xe2, b"ICC_PROFILE of somebody's telephone");
    segment(0xed, b"Photoshop 3.0 by-line");
    segment(0xfe, b"taken by Wang");
    segment(0xdb, &[0; 65]);
    segment(0xda, &[1, 1, 0, 0, 63, 0]);
    bytes.extend_from_slice(&[0x12, 0x34, 0xff, 0xd9]);
    bytes
}

fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0][..]),
        (b"tEXt", b"Author\0Wang"),
        (b"eXIf", b"GPS"),
        (b"IDAT", b"x"),
        (b"IEND", b""),
    ] {
        bytes.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
        let from = bytes.len();
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(content);
        let sum = crc(&bytes[from..]);
        bytes.extend_from_slice(&sum.to_be_bytes());
    }
    bytes
}

/// The checksum of a PNG's chunk (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_photograph_loses_place_camera_and_author() {
    let kept = accept(jpeg().into(), DOCUMENTS).unwrap();
    assert_eq!(kept.media_type, MediaType::Jpeg);
    for told in [&b"Exif"[..], b"GPS", b"ICC_PROFILE", b"Photoshop", b"Wang"] {
        assert!(
            !contains(&kept.bytes, told),
            "{}",
            String::from_utf8_lossy(told)
        );
    }
    assert!(contains(&kept.bytes, b"JFIF") && contains(&kept.bytes, &[0x12, 0x34]));
}

#[test]
fn a_png_keeps_only_what_makes_the_picture() {
    let kept = accept(png().into(), DOCUMENTS).unwrap();
    assert_eq!(kept.media_type, MediaType::Png);
    assert!(
        !contains(&kept.bytes, b"tEXt")
            && !contains(&kept.bytes, b"eXIf")
            && contains(&kept.bytes, b"IDAT")
    );
}

#[test]
fn a_file_is_what_its_bytes_say() {
    assert_eq!(
        accept(b"%PDF-1.7 ...".to_vec().into(), DOCUMENTS)
            .unwrap()
            .media_type,
        MediaType::Pdf
    );
    for other in [
        &b""[..],
        b"MZ\x90",
        b"<svg onload=alert(1)>",
        b"PK\x03\x04",
        b"GIF89a",
        b"<html>",
    ] {
        assert!(matches!(
            accept(other.to_vec().into(), DOCUMENTS).unwrap_err(),
            AttachmentError::Kind(_)
        ));
    }
    assert_eq!(
        accept(b"\xff\xd8\xff".to_vec().into(), DOCUMENTS).unwrap_err(),
        AttachmentError::Damaged
    );
}

#[test]
fn names_are_plain() {
    assert_eq!(
        plain_name(Some("C:\\图纸\\平面图.pdf"), MediaType::Pdf),
        "平面图.pdf"
    );
    assert_eq!(
        plain_name(Some("../../etc/passwd"), MediaType::Pdf),
        "passwd"
    );
    assert_eq!(plain_name(Some("a\r\nb.jpg"), MediaType::Jpeg), "ab.jpg");
    assert_eq!(plain_name(None, MediaType::Jpeg), "附件.jpeg");
}

/// A box of an MP4.
fn part(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(content.len() + 8)
        .unwrap()
        .to_be_bytes()
        .to_vec();
    bytes.extend_from_slice(kind);
    bytes.extend_from_slice(content);
    bytes
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

fn track(handler: &[u8; 4], offset: u32, sizes: &[u32]) -> Vec<u8> {
    let samples = u32::try_from(sizes.len()).unwrap();
    let table = [
        part(b"stsz", &[words(&[0, 0, samples]), words(sizes)].concat()),
        part(b"stsc", &words(&[0, 1, 1, samples, 1])),
        part(b"stco", &words(&[0, 1, offset])),
    ]
    .concat();
    let handled = [
        &words(&[0, 0])[..],
        handler,
        &[0; 12],
        b"Telephone of Wang\0",
    ]
    .concat();
    let media = [
        part(b"mdhd", &words(&[0, 77, 88, 1000, 1])),
        part(b"hdlr", &handled),
        part(b"minf", &part(b"stbl", &table)),
    ]
    .concat();
    part(
        b"trak",
        &[
            part(b"tkhd", &words(&[0, 77, 88, 1])),
            part(b"mdia", &media),
            part(b"udta", b"+30.88+120.42/"),
        ]
        .concat(),
    )
}

#[test]
fn a_video_loses_place_and_time_and_every_track_that_is_neither_picture_nor_sound() {
    let head = part(b"ftyp", b"isom\0\0\0\0isomiso2");
    let pictures = b"picture one picture two";
    let places = b"30.88N30.89N";
    let movie = |offset: u32| {
        let tracks = [
            part(b"mvhd", &words(&[0, 77, 88, 1000, 1])),
            track(b"vide", offset, &[11, 12]),
            track(
                b"meta",
                offset + u32::try_from(pictures.len()).unwrap(),
                &[6, 6],
            ),
            part(b"udta", b"+30.88+120.42/ iPhone"),
            part(b"meta", b"com.apple.quicktime.location.ISO6709"),
        ];
        part(b"moov", &tracks.concat())
    };
    let offset = u32::try_from(head.len() + movie(0).len() + 8).unwrap();
    let video = [
        head,
        movie(offset),
        part(b"mdat", &[&pictures[..], places].concat()),
        part(b"uuid", b"XMP packet by Wang"),
    ]
    .concat();
    let kept = accept(video.clone().into(), EVIDENCE).unwrap();
    assert_eq!(
        (kept.media_type, kept.bytes.len()),
        (MediaType::Mp4, video.len())
    );
    for told in [&b"30.8"[..], b"iPhone", b"Wang", b"location"] {
        assert!(
            !contains(&kept.bytes, told),
            "{}",
            String::from_utf8_lossy(told)
        );
    }
    assert!(!contains(&kept.bytes, &words(&[77, 88])));
    // What is played stands where it stood.
    assert_eq!(
        &kept.bytes[offset as usize..offset as usize + pictures.len()],
        pictures
    );
    for damaged in [
        &video[..60],
        &video[..video.len() - 40],
        b"\0\0\0\x10ftypisom\0\0\0\0",
    ] {
        assert_eq!(
            accept(damaged.to_vec().into(), EVIDENCE).unwrap_err(),
            AttachmentError::Damaged
        );
    }
}
