//! Files are what their bytes say, and what is too much for any telephone is refused before it is worked on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

#[allow(dead_code, reason = "the whole corpus is read in another test")]
mod corpus;

use attachments::{
    AttachmentError, DOCUMENTS, EVIDENCE, MediaType, PHOTOS, Sound, accept, plain_name, prepare,
};
use corpus::movie::{Movie, part, words};
use corpus::{exif, jpegs, pngs, webps};

fn refused(bytes: &[u8]) -> AttachmentError {
    prepare(bytes.to_vec().into(), EVIDENCE, Sound::Kept).unwrap_err()
}

/// A picture as it is kept: its points, three bytes each.
struct Drawn {
    width: u32,
    height: u32,
    points: Vec<u8>,
}

impl Drawn {
    fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn point(&self, x: u32, y: u32) -> [u8; 3] {
        let at = 3 * (y * self.width + x) as usize;
        self.points[at..at + 3].try_into().unwrap()
    }
}

fn drawn(bytes: &[u8]) -> Drawn {
    let kept = accept(bytes.to_vec().into(), PHOTOS).unwrap();
    assert_eq!(kept.media_type, MediaType::Jpeg);
    let mut decoder = jpeg_decoder::Decoder::new(&kept.bytes[..]);
    let points = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    Drawn {
        width: info.width.into(),
        height: info.height.into(),
        points,
    }
}

/// Whether a colour is that one, but for what coding costs.
fn near(point: [u8; 3], colour: [u8; 3]) -> bool {
    point
        .iter()
        .zip(colour)
        .all(|(is, should)| is.abs_diff(should) < 12)
}

#[test]
fn a_file_is_what_its_bytes_say() {
    let pdf = accept(b"%PDF-1.7 ...".to_vec().into(), DOCUMENTS).unwrap();
    assert_eq!(pdf.media_type, MediaType::Pdf);
    for other in [
        &b""[..],
        b"MZ\x90",
        b"<svg onload=alert(1)>",
        b"PK\x03\x04",
        b"GIF89a",
        b"<html>",
        b"%PDF-1.7",
    ] {
        assert!(matches!(refused(other), AttachmentError::Kind(_)));
    }
    for broken in [
        &b"\xff\xd8\xff"[..],
        b"\xff\xd8\xff\xe0 no picture",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
        b"\0\0\0\x10ftypisom\0\0\0\0",
    ] {
        assert_eq!(refused(broken), AttachmentError::Damaged);
    }
    // Each cut off in the middle
    for whole in [
        jpegs::plain(64, 48),
        pngs::plain(),
        webps::plain(),
        Movie::default().bytes(),
    ] {
        assert_eq!(refused(&whole[..whole.len() / 2]), AttachmentError::Damaged);
    }
}

#[test]
fn a_heic_picture_is_refused_with_what_to_do() {
    for brand in [b"heic", b"heix", b"mif1", b"msf1", b"avif"] {
        let picture = part(b"ftyp", &[&brand[..], b"\0\0\0\0mif1heic"].concat());
        let error = refused(&picture);
        assert_eq!(error, AttachmentError::Heic);
        let said = error.to_string();
        assert!(
            said.contains("兼容性最佳") && said.contains("截图"),
            "{said}"
        );
    }
}

#[test]
fn names_are_plain_and_say_what_the_file_is_now() {
    assert_eq!(
        plain_name(Some("C:\\图纸\\平面图.pdf"), MediaType::Pdf),
        "平面图.pdf"
    );
    assert_eq!(
        plain_name(Some("../../etc/passwd"), MediaType::Pdf),
        "passwd"
    );
    assert_eq!(plain_name(Some("a\r\nb.jpg"), MediaType::Jpeg), "ab.jpg");
    assert_eq!(plain_name(Some("截图.PNG"), MediaType::Jpeg), "截图.jpg");
    assert_eq!(plain_name(Some("a.b.webp"), MediaType::Jpeg), "a.b.jpg");
    assert_eq!(plain_name(None, MediaType::Jpeg), "附件.jpeg");
}

#[test]
fn a_picture_comes_out_upright_whatever_its_note_says() {
    // Left half dark, right half light
    let (width, height) = (64, 32);
    let points: Vec<u8> = (0..height)
        .flat_map(|_| (0..width).flat_map(|x| [if x < width / 2 { 30 } else { 220 }; 3]))
        .collect();
    let mut plain = Vec::new();
    jpeg_encoder::Encoder::new(&mut plain, 95)
        .encode(&points, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    // Where the light half is to be found: x and y of a point in it
    for (note, size, light) in [
        (1, (64, 32), (60, 16)),
        (2, (64, 32), (4, 16)),
        (3, (64, 32), (4, 16)),
        (6, (32, 64), (16, 60)),
        (8, (32, 64), (16, 4)),
    ] {
        let note = exif(&[(0x112, 3, 1, &[note, 0])], None);
        let segment = jpegs::segment(0xe1, &[b"Exif\0\0", &note[..]].concat());
        let turned = drawn(&[&plain[..2], &segment, &plain[2..]].concat());
        assert_eq!(turned.dimensions(), size);
        assert!(near(turned.point(light.0, light.1), [220; 3]));
        let dark = (size.0 - 1 - light.0, size.1 - 1 - light.1);
        assert!(near(turned.point(dark.0, dark.1), [30; 3]));
    }
    let note = exif(&[(0x112, 3, 1, &[6, 0])], None);
    let png = pngs::plain();
    let png = [&png[..33], &pngs::chunk(b"eXIf", &note), &png[33..]].concat();
    assert_eq!(drawn(&png).dimensions(), (pngs::HEIGHT, pngs::WIDTH));
    let webp = [
        webps::header(0x08, webps::WIDTH, webps::HEIGHT),
        webps::plain()[12..].to_vec(),
        webps::chunk(b"EXIF", &note),
    ];
    assert_eq!(
        drawn(&webps::file(&webp.concat())).dimensions(),
        (webps::HEIGHT, webps::WIDTH)
    );
}

#[test]
fn what_cannot_be_seen_comes_out_white() {
    let points = [[10, 200, 10, 0], [10, 200, 10, 255]];
    let points: Vec<u8> = (0..pngs::WIDTH * pngs::HEIGHT)
        .flat_map(|at| points[usize::from(at % pngs::WIDTH >= pngs::WIDTH / 2)])
        .collect();
    let drawn = drawn(&pngs::drawn(&points));
    assert!(near(drawn.point(0, 4), [255; 3]));
    assert!(near(drawn.point(pngs::WIDTH - 1, 4), [10, 200, 10]));
}

#[test]
fn grey_and_printed_pictures_are_drawn_too() {
    for (colours, kind, colour) in [
        (vec![90], jpeg_encoder::ColorType::Luma, [90; 3]),
        (vec![0, 0, 0, 255], jpeg_encoder::ColorType::Cmyk, [0; 3]),
        (
            vec![0, 255, 255, 0],
            jpeg_encoder::ColorType::Cmyk,
            [255, 0, 0],
        ),
    ] {
        let mut picture = Vec::new();
        jpeg_encoder::Encoder::new(&mut picture, 95)
            .encode(&colours.repeat(32 * 32), 32, 32, kind)
            .unwrap();
        let point = drawn(&picture).point(16, 16);
        assert!(near(point, colour), "{point:?} {colour:?}");
    }
}

/// A PNG of one grey.
fn grey_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer
        .write_image_data(&vec![120; (width * height) as usize])
        .unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn a_large_picture_keeps_its_shape_and_six_million_points() {
    for (width, height) in [(3000, 2400), (700, 9000), (300, 200)] {
        let picture = drawn(&grey_png(width, height));
        let points = picture.width * picture.height;
        assert!(points <= 6_000_000, "{points}");
        assert!(
            points > 5_900_000 || picture.dimensions() == (width, height),
            "{points}"
        );
        let shape = f64::from(picture.width) / f64::from(picture.height);
        assert!((shape / (f64::from(width) / f64::from(height)) - 1.0).abs() < 0.001);
        assert!(near(
            picture.point(picture.width - 1, picture.height - 1),
            [120; 3]
        ));
    }
    // A JPEG is decoded at a half where that leaves enough to read.
    let mut picture = Vec::new();
    jpeg_encoder::Encoder::new(&mut picture, 80)
        .encode(
            &vec![120; 4000 * 3000],
            4000,
            3000,
            jpeg_encoder::ColorType::Luma,
        )
        .unwrap();
    assert_eq!(drawn(&picture).dimensions(), (2000, 1500));
}

/// A PNG that says it has that size and nothing more.
fn header_of_png(width: u32, height: u32, kind: u8, interlaced: u8) -> Vec<u8> {
    let content = [&words(&[width, height])[..], &[8, kind, 0, 0, interlaced]].concat();
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &pngs::chunk(b"IHDR", &content),
        &pngs::chunk(b"IDAT", &pngs::packed(&[0])),
        &pngs::chunk(b"IEND", &[]),
    ]
    .concat()
}

/// The plain JPEG with another size in its frame header.
fn jpeg_that_says(width: u16, height: u16) -> Vec<u8> {
    let mut picture = jpegs::plain(64, 48);
    let frame = picture
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    picture[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    picture[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    picture
}

#[test]
fn a_picture_that_says_it_is_huge_is_not_decoded() {
    let huge = |bytes: &[u8]| matches!(refused(bytes), AttachmentError::Dimensions { .. });
    assert!(huge(&jpeg_that_says(65_500, 65_500)));
    assert!(huge(&jpeg_that_says(15_000, 15_000)));
    assert!(huge(&header_of_png(100_000, 100_000, 6, 0)));
    assert!(huge(&header_of_png(20_001, 10, 6, 0)));
    // What must be held whole has less room.
    assert!(huge(&header_of_png(9_000, 9_000, 6, 1)));
    let canvas = [
        webps::header(0, 16_383, 16_383),
        webps::plain()[12..].to_vec(),
    ];
    assert!(huge(&webps::file(&canvas.concat())));
    for nothing in [
        jpeg_that_says(0, 48),
        jpeg_that_says(64, 0),
        header_of_png(0, 8, 6, 0),
    ] {
        assert_eq!(refused(&nothing), AttachmentError::Damaged);
    }
    // A small canvas with a picture on it that says it is larger: key frame, start code, both sides
    let frame = [
        &[0x10, 0, 0, 0x9d, 0x01, 0x2a][..],
        &[0xff, 0x3f, 0xff, 0x3f],
        &[0; 64],
    ]
    .concat();
    let still = [webps::header(0, 24, 8), webps::chunk(b"VP8 ", &frame)];
    assert_eq!(
        refused(&webps::file(&still.concat())),
        AttachmentError::Damaged
    );
    let head = [&[0; 6][..], &[23, 0, 0], &[7, 0, 0], &[100, 0, 0, 0]].concat();
    let moving = [
        webps::header(0x02, 24, 8),
        webps::chunk(b"ANIM", &[0; 6]),
        webps::chunk(b"ANMF", &[head, webps::chunk(b"VP8 ", &frame)].concat()),
    ];
    assert_eq!(
        refused(&webps::file(&moving.concat())),
        AttachmentError::Damaged
    );
}

#[test]
fn a_progressive_picture_is_drawn_but_not_one_of_a_thousand_scans() {
    let points: Vec<u8> = (0..64 * 48).flat_map(|at| [(at % 251) as u8; 3]).collect();
    let mut picture = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut picture, 90);
    encoder.set_progressive(true);
    encoder
        .encode(&points, 64, 48, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    assert_eq!(drawn(&picture).dimensions(), (64, 48));
    let last = picture
        .windows(2)
        .rposition(|pair| pair == [0xff, 0xda])
        .unwrap();
    let scan = &picture[last..picture.len() - 2];
    let many = [&picture[..last], &scan.repeat(1_000), &[0xff, 0xd9]].concat();
    assert_eq!(refused(&many), AttachmentError::Damaged);
}

/// The plain video with another table in the place of the first of that kind; no longer than it.
fn with_table(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut video = Movie::default().bytes();
    let at = video.windows(4).position(|found| found == kind).unwrap() + 4;
    video[at..at + content.len()].copy_from_slice(content);
    video
}

#[test]
fn the_samples_of_a_video_are_no_more_than_the_file_can_hold() {
    for (kind, content) in [
        // Four thousand million samples of one byte
        (b"stsz", words(&[0, 1, u32::MAX])),
        (b"stsz", words(&[0, 1_000_000, 1_000])),
        (b"stsz", words(&[0, 0, u32::MAX])),
        (b"stsz", words(&[0, 0, 2, u32::MAX, u32::MAX])),
        // Chunks of as many samples, or of none
        (b"stsc", words(&[0, 1, 1, u32::MAX, 1])),
        (b"stsc", words(&[0, 1, 1, 0, 1])),
        (b"stsc", words(&[0, u32::MAX, 1, 1, 1])),
        // More chunks than there are, elsewhere than in the media
        (b"stco", words(&[0, u32::MAX])),
        (b"stco", words(&[0, 2, 0, 0])),
        (b"stco", words(&[0, 2, u32::MAX, u32::MAX])),
        (b"stts", words(&[0, u32::MAX])),
        (b"elst", words(&[0, u32::MAX])),
    ] {
        assert_eq!(
            refused(&with_table(kind, &content)),
            AttachmentError::Damaged,
            "{kind:?} {content:?}"
        );
    }
    let tracks = Movie {
        in_movie: part(b"trak", &[]).repeat(40),
        ..Movie::default()
    };
    assert_eq!(refused(&tracks.bytes()), AttachmentError::Damaged);
    let boxes = Movie {
        before_movie: part(b"free", &[]).repeat(2_000),
        ..Movie::default()
    };
    assert_eq!(refused(&boxes.bytes()), AttachmentError::Damaged);
    // A unit that says it is longer than its sample
    let unit = Movie {
        unit: words(&[u32::MAX]),
        ..Movie::default()
    };
    assert_eq!(refused(&unit.bytes()), AttachmentError::Damaged);
}

#[test]
fn a_video_that_telephones_do_not_make_is_refused_with_what_to_do() {
    let fragments = Movie {
        in_movie: part(b"mvex", &part(b"trex", &[0; 24])),
        ..Movie::default()
    };
    let packed = Movie {
        in_movie: part(b"cmov", &[0; 24]),
        ..Movie::default()
    };
    for video in [fragments, packed] {
        assert_eq!(refused(&video.bytes()), AttachmentError::Coding);
    }
    let mut other = Movie::default().bytes();
    let at = other.windows(4).position(|kind| kind == b"avc1").unwrap();
    let at = at
        + 4
        + other[at + 4..]
            .windows(4)
            .position(|kind| kind == b"avc1")
            .unwrap();
    other[at..at + 4].copy_from_slice(b"av01");
    assert_eq!(refused(&other), AttachmentError::Coding);
    assert!(AttachmentError::Coding.to_string().contains("H.264"));
    // Nothing to look at
    let mut heard = Movie::default().bytes();
    let at = heard.windows(4).position(|kind| kind == b"vide").unwrap();
    heard[at..at + 4].copy_from_slice(b"none");
    assert_eq!(refused(&heard), AttachmentError::Damaged);
}
