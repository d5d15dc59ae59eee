//! What is wrong, doubtful or noteworthy about one row of a file.
//!
//! A check never stops at the first thing it meets: a clerk who mends one cell and uploads again should
//! not then meet the next one. Codes are stable, scripts and the statistics rely on them.

use serde::Serialize;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The platform knows or filled in something the reader should see; nothing has to be done.
    Note,
    /// Probably wrong, or worth a look; the row may go on.
    Warning,
    /// The row is refused until it is mended.
    Error,
}

impl Level {
    /// The stable word used in JSON, the store and the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// What a clerk reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Note => "说明",
            Self::Warning => "提醒",
            Self::Error => "错误",
        }
    }

    /// The level a stored word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "note" => Some(Self::Note),
            "warning" => Some(Self::Warning),
            "error" => Some(Self::Error),
            _ => None,
        }
    }
}

/// One thing said about one cell, or about the row as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The official code of the field, empty when the row as a whole is meant.
    pub field: String,
    /// How much it weighs.
    pub level: Level,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong and what to do, in Chinese a clerk understands. Never holds an identity number.
    pub message: String,
}

impl Finding {
    /// A finding that refuses the row.
    pub fn error(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(field, Level::Error, code, message)
    }

    /// A finding that lets the row go on.
    pub fn warning(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::new(field, Level::Warning, code, message)
    }

    /// A finding that only tells.
    pub fn note(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(field, Level::Note, code, message)
    }

    fn new(
        field: impl Into<String>,
        level: Level,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), level, code, message: message.into() }
    }
}
