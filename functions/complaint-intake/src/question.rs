//! The questions of the form, in their order, and the fields that each asks for.

use crate::drafts::Draft;
use web::Problem;

/// A page of the form; declared in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Question {
    What,
    Where,
    When,
    Photos,
    Wants,
    Who,
    Check,
}

impl Question {
    const ALL: [Self; 7] = [
        Self::What,
        Self::Where,
        Self::When,
        Self::Photos,
        Self::Wants,
        Self::Who,
        Self::Check,
    ];

    /// How the path names it.
    fn code(self) -> &'static str {
        match self {
            Self::What => "what",
            Self::Where => "where",
            Self::When => "when",
            Self::Photos => "photos",
            Self::Wants => "wants",
            Self::Who => "who",
            Self::Check => "check",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::What => "发生了什么？",
            Self::Where => "在哪里？",
            Self::When => "是哪一天的事？",
            Self::Photos => "有照片或者视频吗？",
            Self::Wants => "您希望怎么样？",
            Self::Who => "怎么联系您？",
            Self::Check => "请核对，然后提交",
        }
    }

    pub fn path(self) -> String {
        format!("/complaints/new/{}", self.code())
    }

    /// The fields that are asked for there.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::What => &["category", "text"],
            Self::Where => &["uscc", "place", "town"],
            Self::When => &["happened_on"],
            Self::Photos => &["file"],
            Self::Wants => &["kind", "wants", "insider"],
            Self::Who => &["anonymous", "name", "phone", "address"],
            Self::Check => &[],
        }
    }

    /// The questions of that draft. An insider is asked neither what they want for themselves nor who they are.
    pub fn all_of(draft: &Draft) -> impl Iterator<Item = Self> {
        let insider = draft.complaint.insider;
        Self::ALL
            .into_iter()
            .filter(move |question| !(insider && matches!(question, Self::Wants | Self::Who)))
    }

    pub fn next(self, draft: &Draft) -> Self {
        Self::all_of(draft)
            .skip_while(|question| *question != self)
            .nth(1)
            .unwrap_or(Self::Check)
    }

    pub fn before(self, draft: &Draft) -> Option<Self> {
        Self::all_of(draft)
            .take_while(|question| *question != self)
            .last()
    }

    /// The question that a path names.
    pub fn of_path(code: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|question| question.code() == code)
            .ok_or_else(Problem::not_found)
    }
}
