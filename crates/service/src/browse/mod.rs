//! Every read that a page, a machine answer or a command needs, one module a screen.
//!
//! What the public may be given comes out of here as `Public…` values, which only [`crate::browse`] can make, and only after
//! the disclosure rule has said yes for the day of the read. A template cannot leak what it was never handed.

mod batches;
mod changes;
mod console;
mod dossier;
mod due;
mod holdings;
mod home;
mod lists;
mod names;
mod record;
mod search;
mod subject;

pub use batches::{BatchPage, BatchView, FindingRow, JudgeRow, batch_page, batches, stage_counts};
pub use changes::{Change, ChangePage, changes};
pub use console::{AuditLine, ConsoleHome, audit_lines, console_home};
pub use dossier::{
    AsOf, BatchRecords, EventView, FieldChange, HeldRecord, RecordDossier, RecordState,
    VersionView, as_of_day, batch_records, record_dossier,
};
pub use due::OwedBatch;
pub use holdings::{SubjectHoldings, subject_holdings};
pub use home::{HomeKind, PortalHome, portal_home};
pub use lists::{ListFilter, PublicList, PublicPage, public_list, public_page};
pub(crate) use names::Names;
pub use names::{PersonView, unit_names};
pub(crate) use record::judged;
pub use record::{PublicRecord, ShownField, public_record};
pub use search::{FoundBy, SearchHit, SearchPage, search};
pub use subject::{FormerName, PublicSubject, SubjectFacts, public_subject, subject_facts};
