//! Ways to hide something in a file that somebody uploads: each file carries [`MARKER`] and is otherwise in order.

pub mod jpegs;
pub mod movie;
pub mod pngs;
pub mod videos;
pub mod webps;

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// What must not come back.
pub const MARKER: &[u8] = b"Kilroy-was-here-4711";

/// A file with something in it.
pub struct Hidden {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

pub fn hidden(name: &'static str, bytes: Vec<u8>) -> Hidden {
    Hidden { name, bytes }
}

/// All of them.
pub fn all() -> Vec<Hidden> {
    [jpegs::all(), pngs::all(), webps::all(), videos::all()]
        .into_iter()
        .flatten()
        .collect()
}

pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Whether the marker stands in the file, as it is or packed as exiftool unpacks it: `read` is what exiftool says.
pub fn tells(bytes: &[u8], read: &str) -> bool {
    contains(bytes, MARKER) || read.contains(&*String::from_utf8_lossy(MARKER))
}

/// Everything that exiftool finds in each of the files: a line each of group, tag and value.
pub fn exiftool<'f>(files: impl IntoIterator<Item = &'f [u8]>) -> Vec<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "shian-exiftool-{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Relaxed)
    );
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let files: Vec<PathBuf> = files
        .into_iter()
        .enumerate()
        .map(|(index, bytes)| {
            let path = folder.join(format!("{index}.bin"));
            std::fs::write(&path, bytes).unwrap();
            path
        })
        .collect();
    let read = Command::new("exiftool")
        .args(["-a", "-u", "-ee", "-G1", "-s"])
        // A heading also where there is one file only
        .arg("/dev/null")
        .args(&files)
        .output();
    let _ = std::fs::remove_dir_all(&folder);
    let read = read.expect("exiftool cannot be run: install the Debian package libimage-exiftool-perl, as tests/run does");
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    let found: Vec<String> = read.split("======== ").skip(1).map(str::to_owned).collect();
    let found: Vec<String> = found
        .into_iter()
        .filter(|one| !one.starts_with("/dev/null"))
        .collect();
    assert_eq!(found.len(), files.len(), "{read}");
    found
}

/// A field of an Exif directory: tag, type, how many, and its bytes.
type Field<'f> = (u16, u16, u32, &'f [u8]);

/// An Exif directory that stands at `at`, and the place of the next.
fn directory(at: u32, fields: &[Field<'_>], next: u32) -> Vec<u8> {
    let mut bytes = u16::try_from(fields.len()).unwrap().to_le_bytes().to_vec();
    let mut beside = Vec::new();
    let behind = at + 2 + 12 * u32::try_from(fields.len()).unwrap() + 4;
    for (tag, kind, count, value) in fields {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        if value.len() <= 4 {
            let mut value = value.to_vec();
            value.resize(4, 0);
            bytes.extend(value);
        } else {
            bytes.extend((behind + u32::try_from(beside.len()).unwrap()).to_le_bytes());
            beside.extend_from_slice(value);
        }
    }
    bytes.extend(next.to_le_bytes());
    bytes.extend(beside);
    bytes
}

/// Exif with these fields, and a further directory that `pointer` leads to.
pub fn exif(fields: &[Field<'_>], further: Option<(u16, &[Field<'_>])>) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    let Some((pointer, inner)) = further else {
        bytes.extend(directory(8, fields, 0));
        return bytes;
    };
    let with = |place: [u8; 4]| {
        let mut all = fields.to_vec();
        all.push((pointer, 4, 1, &[]));
        let all: Vec<Field<'_>> = all
            .iter()
            .map(|field| {
                if field.0 == pointer {
                    (pointer, 4, 1, &place[..])
                } else {
                    *field
                }
            })
            .collect();
        directory(8, &all, 0)
    };
    let at = 8 + u32::try_from(with([0; 4]).len()).unwrap();
    bytes.extend(with(at.to_le_bytes()));
    bytes.extend(directory(at, inner, 0));
    bytes
}

/// Exif that says where, in degrees and in words.
pub fn exif_with_place() -> Vec<u8> {
    let degrees: Vec<u8> = [30_u32, 1, 52, 1, 34, 1]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    let method = [b"ASCII\0\0\0", MARKER].concat();
    let make = [MARKER, b"\0"].concat();
    let count = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap();
    exif(
        &[(0x10f, 2, count(&make), &make), (0x112, 3, 1, &[1, 0])],
        Some((
            0x8825,
            &[
                (1, 2, 2, b"N\0"),
                (2, 5, 3, &degrees),
                (3, 2, 2, b"E\0"),
                (4, 5, 3, &degrees),
                (27, 7, count(&method), &method),
            ],
        )),
    )
}

/// An XMP packet.
pub fn xmp() -> Vec<u8> {
    let marker = String::from_utf8_lossy(MARKER);
    format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' rdf:about=''><dc:creator><rdf:Seq><rdf:li>{marker}</rdf:li></rdf:Seq></dc:creator>\
         </rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    .into_bytes()
}

/// A colour profile whose description is the marker.
pub fn profile() -> Vec<u8> {
    let text = [
        b"desc\0\0\0\0",
        &u32::try_from(MARKER.len() + 1).unwrap().to_be_bytes()[..],
        MARKER,
        &[0; 80],
    ]
    .concat();
    let size = u32::try_from(128 + 4 + 12 + text.len()).unwrap();
    let mut bytes = size.to_be_bytes().to_vec();
    bytes.extend(b"test\x02\x10\0\0mntrRGB XYZ ");
    bytes.resize(36, 0);
    bytes.extend(b"acsp");
    bytes.resize(128, 0);
    bytes.extend(1_u32.to_be_bytes());
    bytes.extend(b"desc");
    bytes.extend(144_u32.to_be_bytes());
    bytes.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
    bytes.extend(text);
    bytes
}
