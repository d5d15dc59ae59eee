//! Every read that a page, a machine answer or a command needs, one module a screen.
//!
//! What the public may be given comes out of here as `Public…` values, which only [`crate::browse`] can make, and only after
//! the disclosure rule has said yes for the day of the read. A template cannot leak what it was never handed.

mod audit;
mod batches;
mod changes;
mod console;
mod data;
mod departments;
mod dossier;
mod doubles;
mod due;
mod figures;
mod holdings;
mod home;
mod lists;
mod matching;
mod names;
mod open;
mod own;
mod powers;
mod ranges;
mod record;
mod search;
mod sitemap;
mod subject;
mod suggest;

pub use audit::{AuditLine, AuditPage, AuditQuery, audit_export, audit_page, verify_audit};
pub use batches::{BatchPage, BatchView, FindingRow, JudgeRow, batch_page, batches, stage_counts};
pub use changes::{Change, ChangePage, changes};
pub(crate) use changes::{MARKED, settled_until};
pub use console::{ConsoleHome, console_home};
pub use data::{DataChunk, DataColumn, DataPlace, DataSet, data_chunk, data_set, data_sets};
pub(crate) use data::{form as field_form, meaning as field_meaning, record_row};
pub(crate) use departments::is_duty;
pub use departments::{
    Department, DepartmentKind, DepartmentPage, department_page, departments, duty_of,
};
pub(crate) use dossier::held as held_record;
pub use dossier::{
    AsOf, BatchRecords, EventView, FieldChange, HeldRecord, RecordDossier, RecordState,
    SignatureView, VersionView, as_of_day, batch_records, record_dossier,
};
pub(crate) use dossier::{held, record_of};
pub use doubles::{DoubleGroup, DoublePage, DoubleSubject, doubles};
pub use due::OwedBatch;
pub(crate) use due::owed;
pub use figures::{PublicFigures, SMALLEST_GROUP, public_figures};
pub(crate) use holdings::facts_of;
pub use holdings::{SubjectHoldings, subject_holdings};
pub use home::{HomeKind, PortalHome, portal_home};
pub use lists::{ListFilter, PublicList, PublicPage, public_list, public_page};
pub use matching::{
    MOST_NAMES, NAMES_AT_ONCE, NameMatch, match_names, may_match, names_of_file, names_of_text,
};
pub(crate) use names::Names;
pub use names::{PersonView, unit_names};
pub use open::{OpenRecord, open_records};
pub(crate) use own::own_states;
pub(crate) use own::stored_of_own;
pub use own::{OwnRecord, OwnSubject, own_record, own_subject};
pub use powers::{PublicEdition, PublicPower, UnitPowers, unit_powers, units_with_powers};
pub(crate) use ranges::KeptRanges;
pub use ranges::{ListRange, list_range};
pub(crate) use record::{Kept, content_of, judged, mark, platform_of, whole_content};
pub use record::{OpenObjection, PublicRecord, ShownField, public_record};
pub(crate) use record::{UsableRecord, view};
pub use search::{FoundBy, SearchFilter, SearchHit, SearchPage, search, search_within, towns_of};
pub use sitemap::{SitemapPart, sitemap_codes, sitemap_parts};
pub(crate) use subject::count as subject_count;
pub use subject::{
    FormerName, JoinedSubject, PublicSubject, SubjectFacts, present_code, public_subject,
    shown_under, subject_facts, times_reported,
};
pub(crate) use subject::{
    MOST_READ, all_public, all_usable, facts, find as find_subject, whole_facts,
};
pub use suggest::{MOST_SUGGESTIONS, Suggestion, suggest};
