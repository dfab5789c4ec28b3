//! Photographs.

use super::{Hidden, MARKER, exif, exif_with_place, hidden, profile, xmp};

/// A picture without anything beside it: a slope of colours.
pub fn plain(width: u16, height: u16) -> Vec<u8> {
    let points: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| [(x * 3) as u8, (y * 3) as u8, 90]))
        .collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90)
        .encode(&points, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

/// A segment.
pub fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker, length[0], length[1]], content].concat()
}

/// The plain picture with these bytes behind its beginning.
pub fn with(inserted: &[u8]) -> Vec<u8> {
    let plain = plain(64, 48);
    [&plain[..2], inserted, &plain[2..]].concat()
}

fn with_segment(marker: u8, pieces: &[&[u8]]) -> Vec<u8> {
    with(&segment(marker, &pieces.concat()))
}

fn with_behind(bytes: &[u8]) -> Vec<u8> {
    [&plain(64, 48)[..], bytes].concat()
}

/// A record of Photoshop.
fn photoshop(id: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = b"8BIM".to_vec();
    bytes.extend(id.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

pub fn all() -> Vec<Hidden> {
    let count = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap();
    let utf16: Vec<u8> = MARKER
        .iter()
        .flat_map(|byte| [*byte, 0])
        .chain([0, 0])
        .collect();
    let small = [
        &plain(16, 16)[..2],
        &segment(0xfe, MARKER),
        &plain(16, 16)[2..],
    ]
    .concat();
    let thumbnail = {
        // The second directory stands behind the first, and the small picture behind both.
        let first = super::directory(8, &[(0x112, 3, 1, &[1, 0])], 26);
        let place = |at: u32| {
            super::directory(
                26,
                &[
                    (0x103, 3, 1, &[6, 0]),
                    (0x201, 4, 1, &at.to_le_bytes()),
                    (0x202, 4, 1, &count(&small).to_le_bytes()),
                ],
                0,
            )
        };
        let at = 26 + count(&place(0));
        [b"II*\0\x08\0\0\0", &first[..], &place(at), &small].concat()
    };
    let note = [b"Maker\0", MARKER].concat();
    let iptc = [&[0x1c, 2, 120, 0, MARKER.len() as u8], MARKER].concat();
    let extended = {
        let packet = xmp();
        let head = [
            b"http://ns.adobe.com/xmp/extension/\0".as_slice(),
            b"0123456789ABCDEF0123456789ABCDEF",
            &count(&packet).to_be_bytes(),
            &[0; 4],
        ]
        .concat();
        let note = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:xmpNote='http://ns.adobe.com/xmp/note/' xmpNote:HasExtendedXMP='0123456789ABCDEF0123456789ABCDEF'/></rdf:RDF></x:xmpmeta>";
        [
            segment(0xe1, note),
            segment(0xe1, &[&head[..], &packet].concat()),
        ]
        .concat()
    };
    let several = {
        // MP Format: an index of two pictures, the second behind the end of the first.
        let index = exif(
            &[
                (0xb000, 7, 4, b"0100"),
                (0xb001, 4, 1, &[2, 0, 0, 0]),
                (0xb002, 7, 32, &[0; 32]),
            ],
            None,
        );
        let first = with(&segment(0xe2, &[b"MPF\0", &index[..]].concat()));
        [first, small.clone()].concat()
    };
    let motion = [
        with(&segment(
            0xe1,
            &[b"http://ns.adobe.com/xap/1.0/\0", &xmp()[..]].concat(),
        )),
        super::movie::Movie {
            in_udta: super::movie::part(b"\xa9xyz", MARKER),
            ..Default::default()
        }
        .bytes(),
    ]
    .concat();
    let samsung = [
        b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data".as_slice(),
        MARKER,
        b"SEFH\x6a\0\0\0\x01\0\0\0\0\0\x01\x0a\x30\0\0\0\x30\0\0\0\x18\0\0\0SEFT",
    ]
    .concat();
    vec![
        hidden(
            "jpeg: Exif with a place",
            with_segment(0xe1, &[b"Exif\0\0", &exif_with_place()]),
        ),
        hidden(
            "jpeg: Exif with a small picture",
            with_segment(0xe1, &[b"Exif\0\0", &thumbnail]),
        ),
        hidden(
            "jpeg: a maker's note",
            with_segment(
                0xe1,
                &[
                    b"Exif\0\0",
                    &exif(&[], Some((0x8769, &[(0x927c, 7, count(&note), &note)]))),
                ],
            ),
        ),
        hidden(
            "jpeg: Exif in UTF-16",
            with_segment(
                0xe1,
                &[
                    b"Exif\0\0",
                    &exif(&[(0x9c9c, 1, count(&utf16), &utf16)], None),
                ],
            ),
        ),
        hidden(
            "jpeg: XMP",
            with_segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", &xmp()]),
        ),
        hidden("jpeg: extended XMP", with(&extended)),
        hidden(
            "jpeg: IPTC within Photoshop's records",
            with_segment(0xed, &[b"Photoshop 3.0\0", &photoshop(0x404, &iptc)]),
        ),
        hidden(
            "jpeg: a record of Photoshop",
            with_segment(0xed, &[b"Photoshop 3.0\0", &photoshop(0x3ed, MARKER)]),
        ),
        hidden(
            "jpeg: a colour profile",
            with_segment(0xe2, &[b"ICC_PROFILE\0\x01\x01", &profile()]),
        ),
        hidden("jpeg: a comment", with_segment(0xfe, &[MARKER])),
        hidden("jpeg: a comment behind the scan", {
            let plain = plain(64, 48);
            [
                &plain[..plain.len() - 2],
                &segment(0xfe, MARKER),
                &[0xff, 0xd9],
            ]
            .concat()
        }),
        hidden(
            "jpeg: a small picture in JFIF",
            with_segment(
                0xe0,
                &[b"JFIF\0\x01\x01\0\0\x01\0\x01\x07\x01", MARKER, b"!"],
            ),
        ),
        hidden(
            "jpeg: an extension of JFIF",
            with_segment(0xe0, &[b"JFXX\0\x10", &small]),
        ),
        hidden(
            "jpeg: Kodak's segment",
            with_segment(0xe3, &[b"Meta\0\0", MARKER]),
        ),
        hidden(
            "jpeg: Scalado's segment",
            with_segment(0xe4, &[b"SCALADO\0", MARKER]),
        ),
        hidden(
            "jpeg: Ricoh's segment",
            with_segment(0xe5, &[b"RMETA\0", MARKER]),
        ),
        hidden(
            "jpeg: GoPro's segment",
            with_segment(0xe6, &[b"GoPro\0", MARKER]),
        ),
        hidden(
            "jpeg: a segment of notes",
            with_segment(0xea, &[b"UNICODE\0", &utf16, MARKER]),
        ),
        hidden(
            "jpeg: content credentials",
            with_segment(0xeb, &[b"JP\0\x01\0\0\0\x01\0\0\0\x40jumb", MARKER]),
        ),
        hidden(
            "jpeg: Ducky's segment",
            with_segment(0xec, &[b"Ducky\0\x02\0\x18\0\0\0\x14", MARKER]),
        ),
        hidden(
            "jpeg: more than belongs into Adobe's segment",
            with_segment(0xee, &[b"Adobe\0\x64\0\0\0\0\x01", MARKER]),
        ),
        hidden(
            "jpeg: the last application's segment",
            with_segment(0xef, &[MARKER]),
        ),
        hidden(
            "jpeg: bytes between two segments",
            with(&[&segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), MARKER].concat()),
        ),
        hidden(
            "jpeg: a table that no component uses",
            with_segment(0xdb, &[&[3], MARKER, &[16; 44]]),
        ),
        hidden("jpeg: a second picture of several", several),
        hidden("jpeg: a film behind the end", motion),
        hidden(
            "jpeg: a second photograph behind the end",
            with_behind(&small),
        ),
        hidden(
            "jpeg: Samsung's records behind the end",
            with_behind(&samsung),
        ),
        hidden("jpeg: bytes behind the end", with_behind(MARKER)),
        hidden(
            "jpeg: an archive behind the end",
            with_behind(&[b"PK\x03\x04".as_slice(), MARKER, b"PK\x05\x06"].concat()),
        ),
    ]
}
