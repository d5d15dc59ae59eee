//! The reasoning: pure functions over the law as data. No number of law stands here, each is asked for by date.

pub mod commitment;
pub mod deadline;
pub mod disclosure;
pub mod explain;
pub mod forecast;
pub mod measures;
pub mod objection;
pub mod publicity;
pub mod repair;
pub mod reporting;

#[cfg(test)]
mod cases;
