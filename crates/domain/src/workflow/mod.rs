//! Workflows, each one table of transitions that a command can draw, and what corrections do.

mod table;
mod words;

pub mod batch;
pub mod commitment;
pub mod correction;
pub mod mandate;
pub mod objection;
pub mod repair;

pub use table::{InvalidTransition, Table};
pub use words::Word;
