//! The desk: the use cases of the platform.
//!
//! A use case has one shape: authorise, open a named transaction, load, ask the rule, write with history, return. The command
//! line, the pages and the jobs call the same one. Pages never see the store; they get views from [`browse`].

pub mod access;
pub mod accounts;
pub mod agents;
pub mod api_keys;
pub mod api_writes;
pub mod audit;
pub mod browse;
pub mod catalogue;
pub mod check;
mod clock;
pub mod commitments;
pub mod corrections;
pub mod declarations;
pub mod demo;
mod desk;
pub mod enrolments;
pub mod error_reports;
pub mod identities;
pub mod intake;
pub mod judgements;
#[cfg(test)]
mod last_connection;
pub mod law;
pub mod mail;
pub mod notices;
pub mod objections;
pub mod open_data;
pub mod places;
pub mod powers;
mod press;
mod proceeding;
pub mod publication_log;
pub mod publicity;
mod refusal;
#[cfg(test)]
mod repair_tests;
pub mod repairs;
pub mod report;
pub mod reporting;
mod rounds;
pub mod running;
pub mod setup;
pub mod sheet;
pub mod signing;
mod subject_import;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod two_years;
pub mod units;

pub use access::{Actor, Permission, Role};
pub use clock::Clock;
pub use desk::{Desk, DeskOptions, Randomness, read_law};
pub use press::{Paper, Press};
pub use refusal::{DeskError, Refusal};
pub use sheet::Limits;
pub use subject_import::import_subjects;
pub use xinyong_store::StreamCheck;
