//! The real binary, from outside: commands, files as they really arrive, faults, journeys in a browser, the house's own rules.

mod browser;
mod commands;
mod county;
mod faults;
mod house;
mod intake;
mod real_input;
mod samples;
mod support;
