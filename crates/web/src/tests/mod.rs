//! The pages as a browser sees them: through the router, over a database of their own.

mod audit;
mod browser;
mod console;
mod factor;
mod held;
mod intake;
mod law;
mod people;
mod public;
mod rights;
mod twice;
mod units;
