//! Files made fit to be kept: judged by their bytes, and drawn or written anew without what tells where and by whom they were made.

use crate::error::AttachmentError;
use crate::media_type::{MediaType, is_heic};
use crate::mp4;
use crate::pictures;
use crate::sound::Sound;
use bytes::Bytes;

/// A file that can be kept.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is; a picture is a JPEG, whatever it came as.
    pub media_type: MediaType,
    /// Drawn or written anew.
    pub bytes: Bytes,
}

/// A file that can be kept, and a small picture of it.
#[derive(Debug, Clone)]
pub struct PreparedFile {
    /// The file.
    pub attachment: Attachment,
    /// A JPEG, its longer side at most 480 points; none of what is no picture.
    pub thumbnail: Option<Bytes>,
}

/// Judges a file by its bytes, and draws or writes it anew without what tells where and by whom it was made.
///
/// # Errors
///
/// [`AttachmentError`], whose text can be shown.
pub fn accept(bytes: Bytes, allowed: &[MediaType]) -> Result<Attachment, AttachmentError> {
    let media_type = allowed_type(&bytes, allowed)?;
    match media_type {
        MediaType::Pdf => Ok(Attachment { media_type, bytes }),
        MediaType::Mp4 => video(&bytes, Sound::Kept),
        MediaType::Jpeg | MediaType::Png | MediaType::Webp => {
            Ok(picture(pictures::draw(media_type, bytes)?.bytes))
        }
    }
}

/// Does what [`accept`] does, makes a small picture besides, and takes out a video's sound where that is asked for.
///
/// # Errors
///
/// [`AttachmentError`], whose text can be shown.
pub fn prepare(
    bytes: Bytes,
    allowed: &[MediaType],
    sound: Sound,
) -> Result<PreparedFile, AttachmentError> {
    let media_type = allowed_type(&bytes, allowed)?;
    let (attachment, thumbnail) = match media_type {
        MediaType::Pdf => (Attachment { media_type, bytes }, None),
        MediaType::Mp4 => (video(&bytes, sound)?, None),
        MediaType::Jpeg | MediaType::Png | MediaType::Webp => {
            let drawn = pictures::draw(media_type, bytes)?;
            let small = drawn.small()?;
            (picture(drawn.bytes), Some(small))
        }
    };
    Ok(PreparedFile {
        attachment,
        thumbnail,
    })
}

fn picture(bytes: Bytes) -> Attachment {
    Attachment {
        media_type: MediaType::Jpeg,
        bytes,
    }
}

fn video(bytes: &[u8], sound: Sound) -> Result<Attachment, AttachmentError> {
    Ok(Attachment {
        media_type: MediaType::Mp4,
        bytes: mp4::write_anew(bytes, sound)?.into(),
    })
}

fn allowed_type(bytes: &[u8], allowed: &[MediaType]) -> Result<MediaType, AttachmentError> {
    if is_heic(bytes) {
        return Err(AttachmentError::Heic);
    }
    MediaType::sniff(bytes)
        .filter(|media_type| allowed.contains(media_type))
        .ok_or_else(|| {
            let names = [
                (MediaType::Jpeg, "照片（jpg、png、webp）"),
                (MediaType::Pdf, "PDF 文件"),
                (MediaType::Mp4, "视频（mp4）"),
            ];
            let taken = names
                .iter()
                .filter(|(media_type, _)| allowed.contains(media_type));
            let taken: Vec<&str> = taken.map(|(_, name)| *name).collect();
            AttachmentError::Kind(taken.join("或者"))
        })
}
