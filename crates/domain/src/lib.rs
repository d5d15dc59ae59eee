//! The vocabulary and the rules of a public credit information platform. Pure: no I/O, no clock, no randomness.
//!
//! Read in this order: [`identifier`] (who a subject is), [`law`] (the law as dated, cited data), [`ruling`] (a conclusion
//! with its reasons), [`calendar`] and [`rules`] (what follows from the law), [`check`] (what is wrong with a row of a
//! unit's file), [`workflow`] (the way of a batch). What is signed and proven stands in [`canonical`], [`commitment`] and
//! [`merkle`].
//!
//! A rule is a function of its arguments: the day is one of them, the law another. Nothing here can ask what day it is.

pub mod calendar;
pub mod canonical;
pub mod check;
pub mod commitment;
pub mod company_name;
pub mod document_number;
pub mod finding;
pub mod identifier;
pub mod kinds;
pub mod law;
pub mod list_check;
pub mod merkle;
pub mod party;
pub mod rules;
pub mod ruling;
pub mod text;
pub mod value;
pub mod workflow;
