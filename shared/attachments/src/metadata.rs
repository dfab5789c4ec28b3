//! What a picture tells beside itself: camera, place, author, thumbnails of what was cut off.

use crate::{AttachmentError, MediaType};
use bytes::Bytes;
use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::WebP;

/// Chunks of a PNG that make the picture; all others may say more than it.
const PNG: [&[u8; 4]; 13] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
    b"acTL", b"fcTL", b"fdAT",
];
const WEBP: [&[u8; 4]; 6] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"];
/// Flags of a WebP header that announce Exif, XMP and a colour profile.
const WEBP_METADATA: u8 = 0b0010_1100;

pub fn removed(media_type: MediaType, bytes: Bytes) -> Result<Bytes, AttachmentError> {
    let damaged = |_| AttachmentError::Damaged;
    match media_type {
        MediaType::Pdf => Ok(bytes),
        MediaType::Mp4 => crate::mp4::without_metadata(bytes.into())
            .map(Bytes::from)
            .ok_or(AttachmentError::Damaged),
        MediaType::Jpeg => {
            let mut picture = Jpeg::from_bytes(bytes).map_err(damaged)?;
            picture.segments_mut().retain(|segment| {
                let marker = segment.marker();
                // APP0 is the JFIF header, APP14 says how colours are kept; every other APPn and the comment go.
                !(marker == markers::COM
                    || (markers::APP1..=markers::APP15).contains(&marker)
                        && marker != markers::APP14)
            });
            Ok(picture.encoder().bytes())
        }
        MediaType::Png => {
            let mut picture = Png::from_bytes(bytes).map_err(damaged)?;
            picture
                .chunks_mut()
                .retain(|chunk| PNG.contains(&&chunk.kind()));
            Ok(picture.encoder().bytes())
        }
        MediaType::Webp => {
            let mut picture = WebP::from_bytes(bytes).map_err(damaged)?;
            picture
                .chunks_mut()
                .retain(|chunk| WEBP.contains(&&chunk.id()));
            let whole = picture.encoder().bytes();
            Ok(without_flags(whole))
        }
    }
}

/// The extended header stands first: RIFF, length, WEBP, VP8X, length, flags.
fn without_flags(picture: Bytes) -> Bytes {
    if picture.get(12..16) != Some(b"VP8X") {
        return picture;
    }
    let mut picture = picture.to_vec();
    if let Some(flags) = picture.get_mut(20) {
        *flags &= !WEBP_METADATA;
    }
    picture.into()
}
