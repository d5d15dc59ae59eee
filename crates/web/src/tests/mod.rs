//! The pages as a browser sees them: through the router, over a database of their own.

mod api;
mod api_writes;
mod audit;
mod browser;
mod console;
mod data;
mod embedded;
mod factor;
mod held;
mod intake;
mod kinds;
mod law;
mod log;
mod names;
mod odd;
mod people;
mod portal;
mod public;
mod published;
mod reporting;
mod rights;
mod shape;
mod twice;
mod units;
