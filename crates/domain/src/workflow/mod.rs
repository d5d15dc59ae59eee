//! Workflows, each one table of transitions that a command can draw.

pub mod batch;
pub mod mandate;
