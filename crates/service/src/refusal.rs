//! What the desk says no to, and why.

use serde::Serialize;
use xinyong_domain::law::LawProblem;
use xinyong_store::StoreError;

/// A refusal that the person who asked can understand and act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, where, and what to do, in plain Chinese.
    pub message: String,
}

impl Refusal {
    /// A refusal with its code.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// `access.denied`.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new("access.denied", message)
    }
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The request cannot be granted; the person can act on it.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// There is no such thing, or the actor may not know of it.
    #[error("没有找到{0}")]
    NotFound(&'static str),
    /// The store failed.
    #[error("存储出错：{0}")]
    Store(#[from] StoreError),
    /// A file of the platform's own could not be read or written.
    #[error("{context}：{source}")]
    File {
        /// What was being done.
        context: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The law folder has problems.
    #[error("法规数据有 {} 处问题", .0.len())]
    Law(Vec<LawProblem>),
    /// Something that cannot happen did: a defect of ours, never blamed on the file.
    #[error("内部错误：{0}")]
    Internal(String),
}

impl From<Refusal> for DeskError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<crate::sheet::FileRefusal> for DeskError {
    fn from(refusal: crate::sheet::FileRefusal) -> Self {
        Self::Refused(Refusal { code: refusal.code, message: refusal.message })
    }
}

impl DeskError {
    /// A refusal in one call.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(code, message))
    }

    /// The stable code for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::NotFound(_) => "not-found",
            Self::Store(_) => "store.failed",
            Self::File { .. } => "file.io",
            Self::Law(_) => "law.invalid",
            Self::Internal(_) => "internal",
        }
    }
}
