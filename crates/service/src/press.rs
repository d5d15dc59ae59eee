//! Documents on paper: what the desk asks of whatever sets them.
//!
//! The desk decides what a document says; the press knows how it looks. The binary brings the press, so that nothing else has to be
//! built with it; a desk without one refuses.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::civil::DateTime;
use serde_json::Value;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// A document that is to be set.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Which document it is.
    pub template: &'static str,
    /// What it says.
    pub data: Value,
    /// Words that the template shows as two-dimensional codes, by the name of the picture.
    pub codes: Vec<(&'static str, String)>,
    /// Files that the document carries.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// What tells it from other documents.
    pub identity: String,
    /// The moment it says it was made, in UTC. The same paper with the same moment gives the same bytes.
    pub made: DateTime,
}

/// Whoever sets documents as PDF.
pub trait Press: Debug + Send + Sync {
    /// The document's bytes. Takes tens of milliseconds of one core.
    ///
    /// # Errors
    /// What went wrong, in words for the people who run the platform.
    fn set(&self, paper: Paper) -> Result<Vec<u8>, String>;
}

impl Desk {
    /// Sets a document, on a thread of its own; two at a time, the others wait.
    ///
    /// # Errors
    /// `document.no-press` where the program came without one; an internal error when the document cannot be set.
    pub(crate) async fn print(&self, paper: Paper) -> Result<Vec<u8>, DeskError> {
        let internal = |error: &dyn std::fmt::Display| DeskError::Internal(error.to_string());
        let press = self.press().ok_or_else(|| {
            DeskError::refused(
                "document.no-press",
                "本程序没有装排版部件，不能生成PDF；请用浏览器打印页面",
            )
        })?;
        let permit = self.papers().acquire_owned().await.map_err(|error| internal(&error))?;
        let set = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            press.set(paper)
        });
        set.await.map_err(|error| internal(&error))?.map_err(|error| internal(&error))
    }
}

/// A press that several desks share.
pub(crate) type SharedPress = Arc<dyn Press>;
