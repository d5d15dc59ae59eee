//! The real binary, from outside: commands, files as they really arrive, faults, journeys in a browser, the house's own rules.

mod api;
mod browser;
mod commands;
mod county;
mod faults;
mod house;
mod intake;
mod log;
mod month;
#[path = "../../crates/store/tests/support/postgres.rs"]
mod postgres;
mod pushed;
mod real_input;
mod repair;
mod report;
mod running;
mod samples;
mod served;
mod server;
mod support;
