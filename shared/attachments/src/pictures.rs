//! Pictures that are looked at as pictures: their size judged before they are decoded, turned upright, and made small.

use crate::{Attachment, AttachmentError, MediaType, accept, sniffed};
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader};
use std::io::Cursor;

/// No telephone's picture is longer, or has more points.
const LONGEST: usize = 20_000;
const POINTS: usize = 120_000_000;
/// Larger ones are kept without a small one: decoding them takes more memory than an instance should.
const DECODED: usize = 25_000_000;
/// The small one's longer side.
const SMALL: u32 = 480;

/// A file that can be kept, and a small picture of it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Upright, without metadata.
    pub attachment: Attachment,
    /// A JPEG; none of a video, or of a picture too large to decode.
    pub thumbnail: Option<Bytes>,
}

/// As [`accept`]; pictures are also decoded, for what only begins like one is none.
///
/// # Errors
///
/// [`AttachmentError`], whose text can be shown.
pub fn prepare(bytes: Bytes, allowed: &[MediaType]) -> Result<Prepared, AttachmentError> {
    let format = match sniffed(&bytes, allowed)? {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Png => ImageFormat::Png,
        MediaType::Webp => ImageFormat::WebP,
        MediaType::Pdf | MediaType::Mp4 => {
            return Ok(Prepared {
                attachment: accept(bytes, allowed)?,
                thumbnail: None,
            });
        }
    };
    let size = imagesize::blob_size(&bytes).map_err(|_| AttachmentError::Damaged)?;
    let (width, height) = (size.width, size.height);
    let points = width.saturating_mul(height);
    if width.max(height) > LONGEST || points > POINTS || points == 0 {
        return Err(AttachmentError::Dimensions { width, height });
    }
    let damaged = |_| AttachmentError::Damaged;
    let mut decoder = ImageReader::with_format(Cursor::new(bytes.clone()), format)
        .into_decoder()
        .map_err(damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    if points > DECODED {
        return Ok(Prepared {
            attachment: accept(bytes, allowed)?,
            thumbnail: None,
        });
    }
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let attachment = if orientation == Orientation::NoTransforms {
        accept(bytes, allowed)?
    } else {
        // The note that says how to turn it goes with the metadata, so the points themselves are turned.
        drop(bytes);
        picture.apply_orientation(orientation);
        Attachment {
            media_type: MediaType::Jpeg,
            bytes: as_jpeg(&picture, 90)?,
        }
    };
    let small = picture.thumbnail(SMALL, SMALL);
    drop(picture);
    Ok(Prepared {
        attachment,
        thumbnail: Some(as_jpeg(&small, 75)?),
    })
}

fn as_jpeg(picture: &DynamicImage, quality: u8) -> Result<Bytes, AttachmentError> {
    let mut bytes = Vec::new();
    picture
        .to_rgb8()
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))
        .map_err(|_| AttachmentError::Damaged)?;
    Ok(bytes.into())
}
