//! The only place that knows SQL: one database of SQLite or PostgreSQL, its history, its keys.
//!
//! [`Store`] opens a database and reads; [`Tx`] writes. Rows are plain structs named like their columns: days are
//! [`jiff::civil::Date`], instants milliseconds since 1970, JSON is text. What a row means is the desk's business.
//!
//! Every SQL text is a named constant that both engines can prepare ([`statements`]); many rows are written by few
//! statements, because row by row is fifteen times slower.

mod accounts;
mod agents;
mod api;
mod audit;
mod batches;
mod behind;
mod chain;
mod checks;
mod commitments;
mod confirmations;
mod console;
mod contact_claims;
mod corrections;
mod credit_reports;
mod db;
mod doubles;
mod enrolments;
mod error;
mod error_reports;
mod factors;
mod figures;
mod fold;
mod fsck;
mod holds;
mod hooks;
mod identities;
mod ids;
mod judgements;
mod keys;
mod leases;
mod notices;
mod objections;
mod open_data;
mod persons;
mod portable;
mod powers;
mod public;
mod public_figures;
mod publication_log;
mod receipts;
mod records;
mod repairs;
mod reporting;
mod schema;
mod search;
mod sessions;
mod signing_keys;
mod steps;
mod subjects;
mod units;
mod uploads;

pub use accounts::{Account, NewAccount};
pub use agents::{AgentPerson, Mandate, agent_place};
pub use api::{ApiKeyRow, ApiUsage, ApiUsageTotal, FeedEvent};
pub use audit::{AuditEntry, AuditFilter, AuditRow, StreamCheck};
pub use batches::{
    Batch, BatchFilter, BatchRow, Counts, FindingCount, Judgement, NewBatch, RowFinding,
    StageChange,
};
pub use checks::{
    AnswerFrame, AnswerParts, CheckCount, CheckLink, CheckRow, CheckSheet, CheckUse, NewCheck,
    SubjectCheck,
};
pub use commitments::{
    Commitment, CommitmentDays, CommitmentGroup, CommitmentMatter, DecidedRecord,
};
pub use confirmations::{LawConfirmation, LawProposal, LawWithdrawal, ProposalDecision};
pub use contact_claims::ContactClaim;
pub use corrections::{Correction, CorrectionDecision, correction_place};
pub use credit_reports::{CreditReport, ReportForUnit, ReportOfKey, ReportTerms};
pub use db::{Engine, Statement, Store, Tx};
pub use doubles::{Double, Shared};
pub use enrolments::{Enrolment, EnrolmentEvent};
pub use error::StoreError;
pub use error_reports::{ErrorReport, ReportAnswer, report_contact_place, report_place};
pub use factors::{Security, factor_place};
pub use fsck::{FsckReport, Problem};
pub use holds::Holds;
pub use hooks::{Delivery, Hook, LiveHook, NewDelivery};
pub use ids::IdMaker;
pub use judgements::SubjectJudgement;
pub use keys::{KeyRing, Purpose, sm3_hex};
pub use notices::{DueMail, NewNotice, Notice};
pub use objections::visitors::{ObjectionVisitor, objection_visitor_place};
pub use objections::{Objection, ObjectionMaterial, objection_place};
pub use open_data::{OpenChange, OpenDay, OpenRow};
pub use persons::{Person, person_place};
pub use portable::{BackupReport, Tokenise, restore, verify_backup};
pub use powers::{NamedRecord, Power, PowerEdition, PowerMapping};
pub use public::RecordFilter;
pub use public_figures::MonthCount;
pub use publication_log::{
    NewLeaf, Opening, PublishedState, TreeHead, TreeNode, WaitingLeaf, salt_place,
};
pub use receipts::{Receipt, Receipts};
pub use records::{
    Content, ExistingRecord, NO_END, NewRecord, PreparedRecords, PublicationEvent, REVOKED, Record,
    RecordChange, RecordKey, RecordVersion, Withdrawal, record_place,
};
pub use repairs::duties::RecordDuty;
pub use repairs::findings::RepairFinding;
pub use repairs::lifts::DeclinedLift;
pub use repairs::lists::{RepairClock, RepairCourse};
pub use repairs::shields::RepairShield;
pub use repairs::{RepairApplication, RepairItem, RepairMaterial, repair_place};
pub use reporting::{
    Arrival, ArrivedRecord, DeclaredCount, Gap, GapExplanation, IssuedBulletin, KnownDecision,
    NumberPlace, Outage, PlaceOf, Reach, RowTally,
};
pub use schema::{SCHEMA, statements};
pub use search::{Met, SubjectHit};
pub use sessions::SessionRow;
pub use signing_keys::{SigningKeyRow, signing_key_place};
pub use steps::{ChainedStep, StepChain, StepNote};
pub use subjects::{
    FormerName, Known, KnownSubject, NewSubject, PreparedSubjects, Subject, SubjectChange,
    SubjectName, SubjectVersion, SubjectsRead, WholeSubject,
};
pub use units::{Unit, UnitSuccessor, UnitVersion};
pub use uploads::{Upload, file_sm3};
