//! Why a file is not taken, in words for whoever sent it.

use web::Problem;
use web::problem::FieldError;

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// The file is of no format that is taken here.
    #[error("这个文件的格式不对，只能上传{0}")]
    Kind(String),
    /// A picture in HEIC, which some telephones make unless they are told otherwise.
    #[error(
        "这是 HEIC 格式的照片，这里打不开。请在手机的相机设置里把格式改为“兼容性最佳”（JPEG）再拍，或者截图后上传"
    )]
    Heic,
    /// A picture larger than any camera's, or than can be decoded.
    #[error("这张图片太大（{width} × {height}），请缩小，或者截图后上传")]
    Dimensions {
        /// In points.
        width: usize,
        /// In points.
        height: usize,
    },
    /// A video coded or laid out as telephones do not.
    #[error("这个视频的编码方式不支持，请用手机自带的相机录像，或者另存为 H.264 格式的 mp4 后上传")]
    Coding,
    /// Begins like a picture and is none.
    #[error("这个文件已损坏，打不开，请换一个")]
    Damaged,
    /// Others' pictures are being worked on, and there is no memory for this one now.
    #[error("现在上传的人太多，请过半分钟再试")]
    Crowded,
}

impl AttachmentError {
    /// The answer about the field `file`: 503 where it may go well later, 422 where it will not.
    pub fn problem(&self, name: &str) -> Problem {
        match self {
            Self::Crowded => Problem::busy(self.to_string(), 30),
            _ => refused(name, self.to_string()),
        }
    }
}

/// 422: the file of that name is not taken.
pub fn refused(name: &str, reason: impl Into<String>) -> Problem {
    Problem::invalid(vec![FieldError::new("file", name, reason)])
}
