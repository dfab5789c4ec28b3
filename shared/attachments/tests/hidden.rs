//! What people did not mean to tell does not come out again, wherever it was hidden.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so"
)]

mod corpus;

use attachments::{EVIDENCE, MediaType, PreparedFile, Sound, prepare};
use corpus::movie::{Movie, SILENCE, picture};
use corpus::{Hidden, exiftool, tells};

fn kept(bytes: &[u8], sound: Sound) -> PreparedFile {
    prepare(bytes.to_vec().into(), EVIDENCE, sound).unwrap()
}

/// Each file of the corpus as it is kept.
fn all_kept() -> Vec<(Hidden, PreparedFile)> {
    corpus::all()
        .into_iter()
        .map(|hidden| {
            let kept = prepare(hidden.bytes.clone().into(), EVIDENCE, Sound::Kept);
            let kept = kept.unwrap_or_else(|error| panic!("{}: {error}", hidden.name));
            (hidden, kept)
        })
        .collect()
}

#[test]
fn nothing_that_is_hidden_comes_out_again() {
    let all = all_kept();
    assert!(all.len() > 100, "{}", all.len());
    let before = exiftool(all.iter().map(|(hidden, _)| &hidden.bytes[..]));
    for ((hidden, _), read) in all.iter().zip(&before) {
        assert!(tells(&hidden.bytes, read), "{} hides nothing", hidden.name);
    }
    let after = exiftool(all.iter().map(|(_, kept)| &kept.attachment.bytes[..]));
    for ((hidden, kept), read) in all.iter().zip(&after) {
        assert!(
            !tells(&kept.attachment.bytes, read),
            "{}\n{read}",
            hidden.name
        );
    }
    let small: Vec<(&str, &[u8])> = all
        .iter()
        .filter_map(|(hidden, kept)| Some((hidden.name, &kept.thumbnail.as_ref()?[..])))
        .collect();
    for ((name, small), read) in small
        .iter()
        .zip(exiftool(small.iter().map(|(_, small)| *small)))
    {
        assert!(!tells(small, &read), "{name}\n{read}");
    }
}

#[test]
fn what_comes_out_can_still_be_looked_at() {
    for (hidden, kept) in all_kept() {
        let bytes = &kept.attachment.bytes;
        if hidden.name.starts_with("mp4") {
            assert_eq!(kept.attachment.media_type, MediaType::Mp4);
            let [seen, heard] = &tracks(bytes)[..] else {
                panic!("{}", hidden.name);
            };
            assert_eq!(*seen, [picture(90, 0), picture(160, 1)], "{}", hidden.name);
            assert_eq!(*heard, [SILENCE, SILENCE], "{}", hidden.name);
        } else {
            assert_eq!(kept.attachment.media_type, MediaType::Jpeg);
            let size = match &hidden.name[..3] {
                "jpe" => (64, 48),
                _ => (24, 8),
            };
            for bytes in [bytes, kept.thumbnail.as_ref().unwrap()] {
                let mut decoder = jpeg_decoder::Decoder::new(&bytes[..]);
                let points = decoder.decode().unwrap();
                let info = decoder.info().unwrap();
                assert_eq!((info.width, info.height), size, "{}", hidden.name);
                assert!(
                    points.iter().any(|point| *point != points[0]),
                    "{}",
                    hidden.name
                );
            }
        }
    }
}

#[test]
fn exiftool_finds_nothing_but_the_format_in_a_picture() {
    let all: Vec<(Hidden, PreparedFile)> = all_kept();
    let pictures: Vec<_> = all
        .iter()
        .filter(|(_, kept)| kept.attachment.media_type == MediaType::Jpeg)
        .collect();
    let read = exiftool(pictures.iter().map(|(_, kept)| &kept.attachment.bytes[..]));
    for ((hidden, _), read) in pictures.iter().zip(read) {
        for line in read.lines().filter(|line| line.starts_with('[')) {
            let group = &line[1..line.find(']').unwrap()];
            let own = ["ExifTool", "System", "File", "JFIF", "Composite"];
            assert!(own.contains(&group), "{}: {line}", hidden.name);
            assert!(!line.contains("Warning"), "{}: {line}", hidden.name);
        }
    }
}

#[test]
fn exiftool_finds_neither_times_nor_makers_in_a_video() {
    let told = Movie {
        times: 3_800_000_000,
        maker: *b"appl",
        ..Movie::default()
    };
    let before = told.bytes();
    let after = kept(&before, Sound::Kept).attachment.bytes;
    let read = exiftool([&before[..], &after[..]]);
    assert!(
        read[0].contains("2024:05:31") && read[0].contains("Apple"),
        "{}",
        read[0]
    );
    for line in read[1]
        .lines()
        .filter(|line| line.contains("Date ") && !line.starts_with("[System]"))
    {
        assert!(line.ends_with(": 0000:00:00 00:00:00"), "{line}");
    }
    for word in ["Apple", "appl", "Warning", "Vendor", "2024"] {
        let said = read[1]
            .lines()
            .any(|line| line.contains(word) && !line.starts_with("[System]"));
        assert!(!said, "{word}: {}", read[1]);
    }
    for word in ["TrackCreateDate", "AudioChannels", "ImageWidth"] {
        assert!(read[1].contains(word), "{word}: {}", read[1]);
    }
}

#[test]
fn the_sound_of_a_video_is_taken_out_where_that_is_asked_for() {
    let video = Movie::default().bytes();
    assert!(corpus::contains(&video, SILENCE));
    let silent = kept(&video, Sound::Removed).attachment.bytes;
    assert!(!corpus::contains(&silent, SILENCE));
    assert!(!corpus::contains(&silent, b"soun") && !corpus::contains(&silent, b"mp4a"));
    assert_eq!(tracks(&silent), [[picture(90, 0), picture(160, 1)]]);
}

/// The boxes of one level.
fn boxes(bytes: &[u8]) -> Vec<([u8; 4], &[u8])> {
    let mut found = Vec::new();
    let mut left = bytes;
    while !left.is_empty() {
        let length = u32::from_be_bytes(left[..4].try_into().unwrap()) as usize;
        found.push((left[4..8].try_into().unwrap(), &left[8..length]));
        left = &left[length..];
    }
    found
}

fn within<'b>(bytes: &'b [u8], path: &[&[u8; 4]]) -> &'b [u8] {
    path.iter().fold(bytes, |bytes, kind| {
        let inner = boxes(bytes);
        inner.iter().find(|(found, _)| found == *kind).unwrap().1
    })
}

fn numbers(bytes: &[u8]) -> Vec<usize> {
    let number = |four: &[u8]| u32::from_be_bytes(four.try_into().unwrap()) as usize;
    bytes.chunks_exact(4).map(number).collect()
}

/// The samples of each track, found by its tables as a player finds them.
fn tracks(video: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let kinds: Vec<[u8; 4]> = boxes(video).iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [*b"ftyp", *b"moov", *b"mdat"]);
    let movie = boxes(within(video, &[b"moov"]));
    let tracks = movie.iter().filter(|(kind, _)| kind == b"trak");
    tracks
        .map(|(_, track)| {
            let table = within(track, &[b"mdia", b"minf", b"stbl"]);
            let sizes = &numbers(within(table, &[b"stsz"]))[3..];
            let places = &numbers(within(table, &[b"stco"]))[2..];
            let runs = &numbers(within(table, &[b"stsc"]))[2..];
            let mut sizes = sizes.iter();
            let mut samples = Vec::new();
            for (index, place) in places.iter().enumerate() {
                let run = runs.chunks(3).rfind(|run| run[0] <= index + 1).unwrap();
                let mut at = *place;
                for _ in 0..run[1] {
                    let size = sizes.next().unwrap();
                    samples.push(video[at..at + size].to_vec());
                    at += size;
                }
            }
            assert_eq!(sizes.next(), None);
            samples
        })
        .collect()
}
