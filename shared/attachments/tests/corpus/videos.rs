//! Videos.

use super::movie::{Further, Movie, part, words};
use super::{Hidden, MARKER, exif_with_place, hidden, profile, xmp};

fn movie(change: impl FnOnce(&mut Movie)) -> Vec<u8> {
    let mut movie = Movie::default();
    change(&mut movie);
    movie.bytes()
}

/// A track that is neither seen nor heard, with the marker as its sample.
fn track(handler: &[u8; 4], described: &[u8; 4]) -> Vec<u8> {
    movie(|movie| {
        movie.further = Some(Further {
            handler: *handler,
            described: *described,
            name: Vec::new(),
            sample: MARKER.to_vec(),
        });
    })
}

/// The words of iTunes: a list of names with their values.
fn words_of_itunes(kind: &[u8; 4]) -> Vec<u8> {
    let value = part(b"data", &[&words(&[1, 0])[..], MARKER].concat());
    let handler = part(
        b"hdlr",
        &[&words(&[0, 0])[..], b"mdirappl", &[0; 9]].concat(),
    );
    let list = part(b"ilst", &part(kind, &value));
    part(b"meta", &[vec![0; 4], handler, list].concat())
}

/// Apple's names and values.
fn keys() -> Vec<u8> {
    let name = b"com.apple.quicktime.location.ISO6709";
    let handler = part(b"hdlr", &[&words(&[0, 0])[..], b"mdta", &[0; 13]].concat());
    let names = part(b"keys", &[words(&[0, 1]), part(b"mdta", name)].concat());
    let value = part(b"data", &[&words(&[1, 0])[..], MARKER].concat());
    let list = part(b"ilst", &part(&[0, 0, 0, 1], &value));
    part(b"meta", &[handler, names, list].concat())
}

/// A unit of H.264 behind its length.
fn unit(head: u8, content: &[u8]) -> Vec<u8> {
    let unit = [&[head], content, &[0x80]].concat();
    [&u32::try_from(unit.len()).unwrap().to_be_bytes(), &unit[..]].concat()
}

pub fn all() -> Vec<Hidden> {
    let place = |content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        part(b"\xa9xyz", &[&length[..], &[0x15, 0xc7], content].concat())
    };
    let uuid = |id: &[u8; 16], content: &[u8]| part(b"uuid", &[id, content].concat());
    let xmp_id = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
    let own_id = b"a box of one own";
    let sei = [&[5, 16 + MARKER.len() as u8][..], own_id, MARKER].concat();
    let mut brands = b"isom\0\0\x02\0".to_vec();
    brands.extend(MARKER);
    let mut preview = MARKER.to_vec();
    preview.resize(24, 0);
    let described = [&[0x0f, MARKER.len() as u8][..], MARKER].concat();
    vec![
        hidden(
            "mp4: a place in the movie's words",
            movie(|m| m.in_udta = place(MARKER)),
        ),
        hidden(
            "mp4: a place of 3GPP",
            movie(|m| {
                m.in_udta = part(
                    b"loci",
                    &[&[0, 0, 0, 0, 0x55, 0xc4], MARKER, &[0; 15]].concat(),
                )
            }),
        ),
        hidden(
            "mp4: a maker's record",
            movie(|m| m.in_udta = part(b"MMA0", MARKER)),
        ),
        hidden(
            "mp4: Exif in the movie's words",
            movie(|m| m.in_udta = part(b"SDLN", &exif_with_place())),
        ),
        hidden(
            "mp4: words of iTunes",
            movie(|m| m.in_udta = words_of_itunes(b"\xa9cmt")),
        ),
        hidden(
            "mp4: a cover",
            movie(|m| m.in_udta = words_of_itunes(b"covr")),
        ),
        hidden(
            "mp4: words beside the tracks",
            movie(|m| m.in_movie = words_of_itunes(b"\xa9nam")),
        ),
        hidden(
            "mp4: Apple's names and values",
            movie(|m| m.in_movie = keys()),
        ),
        hidden(
            "mp4: words at the top",
            movie(|m| m.behind_movie = words_of_itunes(b"\xa9too")),
        ),
        hidden(
            "mp4: words of a track",
            movie(|m| m.in_track = part(b"udta", &part(b"name", MARKER))),
        ),
        hidden(
            "mp4: words within a track",
            movie(|m| m.in_track = words_of_itunes(b"\xa9day")),
        ),
        hidden(
            "mp4: XMP at the top",
            movie(|m| m.behind_all = uuid(xmp_id, &xmp())),
        ),
        hidden(
            "mp4: XMP in the movie's words",
            movie(|m| m.in_udta = part(b"XMP_", &xmp())),
        ),
        hidden(
            "mp4: a box of one's own before the movie",
            movie(|m| m.before_movie = uuid(own_id, MARKER)),
        ),
        hidden(
            "mp4: a box of one's own in the movie",
            movie(|m| m.in_movie = uuid(own_id, MARKER)),
        ),
        hidden(
            "mp4: a box of one's own in a track",
            movie(|m| m.in_track = uuid(own_id, MARKER)),
        ),
        hidden(
            "mp4: a box of one's own in a track's media",
            movie(|m| m.in_media = uuid(own_id, MARKER)),
        ),
        hidden(
            "mp4: a box of one's own beside the sample tables",
            movie(|m| m.in_information = uuid(own_id, MARKER)),
        ),
        hidden(
            "mp4: a box of one's own among the sample tables",
            movie(|m| m.in_table = uuid(own_id, MARKER)),
        ),
        hidden(
            "mp4: a box of one's own in a description",
            movie(|m| m.in_description = uuid(own_id, MARKER)),
        ),
        hidden(
            "mp4: free space",
            movie(|m| m.before_movie = part(b"free", MARKER)),
        ),
        hidden(
            "mp4: skipped space",
            movie(|m| m.behind_movie = part(b"skip", MARKER)),
        ),
        hidden(
            "mp4: space for a wider box",
            movie(|m| m.behind_movie = part(b"wide", MARKER)),
        ),
        hidden(
            "mp4: free space in the movie",
            movie(|m| m.in_movie = part(b"free", MARKER)),
        ),
        hidden(
            "mp4: a preview",
            movie(|m| m.behind_all = part(b"pnot", MARKER)),
        ),
        hidden(
            "mp4: a picture at the top",
            movie(|m| m.behind_all = part(b"PICT", MARKER)),
        ),
        hidden(
            "mp4: Samsung's records behind the end",
            movie(|m| m.behind_all = part(b"sefd", MARKER)),
        ),
        hidden(
            "mp4: a message for players",
            movie(|m| m.before_movie = part(b"emsg", MARKER)),
        ),
        hidden(
            "mp4: an index",
            movie(|m| m.before_movie = part(b"sidx", MARKER)),
        ),
        hidden("mp4: rights", movie(|m| m.in_movie = part(b"iods", MARKER))),
        hidden("mp4: GoPro's positions", track(b"meta", b"gpmd")),
        hidden("mp4: camera motion", track(b"camm", b"camm")),
        hidden("mp4: timed metadata", track(b"meta", b"mebx")),
        hidden("mp4: metadata as text", track(b"meta", b"mett")),
        hidden("mp4: a track of text", track(b"text", b"text")),
        hidden("mp4: subtitles", track(b"sbtl", b"tx3g")),
        hidden("mp4: time codes", track(b"tmcd", b"tmcd")),
        hidden("mp4: hints", track(b"hint", b"rtp ")),
        hidden("mp4: a second track of pictures", track(b"vide", b"jpeg")),
        hidden("mp4: a second track of sound", track(b"soun", b"apac")),
        hidden(
            "mp4: what describes a further track",
            movie(|m| {
                m.further = Some(Further {
                    handler: *b"meta",
                    described: *b"metx",
                    name: MARKER.to_vec(),
                    sample: vec![0; 4],
                });
            }),
        ),
        hidden(
            "mp4: behind an edit list",
            movie(|m| m.in_edits = MARKER.to_vec()),
        ),
        hidden(
            "mp4: behind a table",
            movie(|m| m.in_times = MARKER.to_vec()),
        ),
        hidden(
            "mp4: groups of samples",
            movie(|m| m.in_table = part(b"sgpd", MARKER)),
        ),
        hidden(
            "mp4: what samples depend on",
            movie(|m| m.in_table = part(b"sdtp", MARKER)),
        ),
        hidden(
            "mp4: a second movie",
            movie(|m| {
                let told = Movie {
                    in_udta: place(MARKER),
                    ..Movie::default()
                }
                .bytes();
                // Behind its first box
                m.behind_all = told[24..].to_vec();
            }),
        ),
        hidden(
            "mp4: bytes behind the end",
            movie(|m| m.behind_all = MARKER.to_vec()),
        ),
        hidden(
            "mp4: bytes before the first sample",
            movie(|m| m.before_samples = MARKER.to_vec()),
        ),
        hidden(
            "mp4: bytes between two samples",
            movie(|m| m.between_samples = MARKER.to_vec()),
        ),
        hidden(
            "mp4: bytes behind the last sample",
            movie(|m| m.behind_samples = MARKER.to_vec()),
        ),
        hidden(
            "mp4: bytes behind the last sample of a large box",
            movie(|m| {
                m.behind_samples = MARKER.to_vec();
                m.large = true;
            }),
        ),
        hidden(
            "mp4: media that no track names",
            movie(|m| m.behind_all = part(b"mdat", MARKER)),
        ),
        hidden(
            "mp4: a handler's name",
            movie(|m| m.handler_name = MARKER.to_vec()),
        ),
        hidden(
            "mp4: a further handler's name",
            movie(|m| {
                m.in_information = part(
                    b"hdlr",
                    &[&words(&[0])[..], b"dhlrurl appl", &[0; 8], MARKER].concat(),
                )
            }),
        ),
        hidden(
            "mp4: a compressor's name",
            movie(|m| m.compressor = [&[MARKER.len() as u8], MARKER].concat()),
        ),
        hidden("mp4: names of brands", movie(|m| m.brands = brands)),
        hidden(
            "mp4: where the samples are",
            movie(|m| m.reference = [&words(&[0])[..], MARKER, &[0]].concat()),
        ),
        hidden(
            "mp4: a colour profile",
            movie(|m| m.in_description = part(b"colr", &[b"prof", &profile()[..]].concat())),
        ),
        hidden(
            "mp4: behind what the colours mean",
            movie(|m| {
                m.in_description = part(b"colr", &[b"nclx\0\x01\0\x01\0\x01\0", MARKER].concat())
            }),
        ),
        hidden(
            "mp4: behind the parameters of the pictures",
            movie(|m| m.in_configuration = MARKER.to_vec()),
        ),
        hidden(
            "mp4: a further box of the sound",
            movie(|m| m.in_sound = part(b"uuid", MARKER)),
        ),
        hidden(
            "mp4: a further descriptor of the sound",
            movie(|m| m.in_stream = described),
        ),
        hidden("mp4: QuickTime's preview", movie(|m| m.preview = preview)),
        hidden(
            "mp4: messages between pictures",
            movie(|m| m.unit = unit(6, &sei)),
        ),
        hidden(
            "mp4: fillers between pictures",
            movie(|m| m.unit = unit(12, MARKER)),
        ),
        hidden(
            "mp4: units of no known kind",
            movie(|m| m.unit = unit(30, MARKER)),
        ),
        hidden(
            "mp4: behind a delimiter of pictures",
            movie(|m| m.unit = unit(9, MARKER)),
        ),
    ]
}
