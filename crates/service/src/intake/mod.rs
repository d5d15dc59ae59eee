//! 归集: from a unit's file to the register.
//!
//! A batch goes received → checked → submitted → released → recorded. The raw bytes are kept from the first step, and every
//! later step reads them again: nothing is carried in memory from one to the next, so any of them may be killed at any
//! instant and run again.

mod earliest;
mod folder;
pub(crate) mod pass;
mod proposals;
pub(crate) mod receive;
pub(crate) mod recognise;
pub(crate) mod record;
mod release;
pub(crate) mod run;
pub(crate) mod submit;
mod template;
mod workbook;

pub(crate) use earliest::earliest_decision;
pub use folder::{Look, WatchedFolder, Watcher};
pub(crate) use pass::memory_registry;
pub(crate) use proposals::proposals;
pub use receive::{REGISTRY, REGISTRY_UNIT, Receive, Received, receive};
pub(crate) use record::{Marked, to_json};
pub use record::{Objected, Platform, RecordFacts, Signature, disclosure};
pub(crate) use record::{place_of_number, told_to_units};
pub use release::{Judgement, Release, give_back, release};
pub use run::{BatchAnswer, FindingAnswer, answer, check, record_released, resume_unfinished};
pub use submit::{cancel, submit};
pub use template::{Template, template};
pub use workbook::annotated_workbook;

#[cfg(test)]
mod tests;
