//! What a file may be, known by its first bytes, never by its name.

/// The formats that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// A photograph.
    Jpeg,
    /// A drawing, a screenshot.
    Png,
    /// A photograph of newer telephones.
    Webp,
    /// A document. Its metadata stays: taking a PDF apart may break it.
    Pdf,
    /// A video.
    Mp4,
}

/// What people photograph with.
pub const PHOTOS: &[MediaType] = &[MediaType::Jpeg, MediaType::Png, MediaType::Webp];

/// Photographs and documents.
pub const DOCUMENTS: &[MediaType] = &[
    MediaType::Jpeg,
    MediaType::Png,
    MediaType::Webp,
    MediaType::Pdf,
];

/// What somebody saw: photographs and videos.
pub const EVIDENCE: &[MediaType] = &[
    MediaType::Jpeg,
    MediaType::Png,
    MediaType::Webp,
    MediaType::Mp4,
];

impl MediaType {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Webp, Self::Pdf, Self::Mp4];

    /// Its name in `Content-Type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Mp4 => "video/mp4",
        }
    }

    /// The type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The type that the first bytes say; none where they say another one.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            // `ftyp` begins many kinds; HEIC and AVIF pictures are among them.
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
                let brand = brand.get(..4)?;
                let played = [
                    &b"isom"[..],
                    b"iso2",
                    b"iso4",
                    b"iso5",
                    b"iso6",
                    b"mp41",
                    b"mp42",
                    b"avc1",
                    b"M4V ",
                    b"MSNV",
                    b"3gp4",
                    b"3gp5",
                    b"qt  ",
                ];
                played.contains(&brand).then_some(Self::Mp4)
            }
            _ => None,
        }
    }
}

/// Pictures in the container of videos: HEIC, AVIF, and their sequences.
pub fn is_heic(bytes: &[u8]) -> bool {
    let brands = [
        &b"heic"[..],
        b"heix",
        b"heim",
        b"heis",
        b"hevc",
        b"hevx",
        b"hevm",
        b"hevs",
        b"mif1",
        b"mif2",
        b"msf1",
        b"avif",
        b"avis",
    ];
    bytes.get(4..8) == Some(b"ftyp")
        && bytes
            .get(8..12)
            .is_some_and(|brand| brands.contains(&brand))
}
