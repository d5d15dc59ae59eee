//! Workflows, each one table of transitions that a command can draw, and what corrections do.

pub mod batch;
pub mod commitment;
pub mod correction;
pub mod mandate;
pub mod objection;
pub mod repair;
