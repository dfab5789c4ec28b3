//! The sound of videos.

/// What becomes of a video's sound: a voice can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sound {
    /// The sound stays.
    Kept,
    /// The sound is taken out.
    Removed,
}
