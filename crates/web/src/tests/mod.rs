//! The pages as a browser sees them: through the router, over a database of their own.

mod api;
mod api_writes;
mod browser;
mod console;
mod intake;
mod public;
mod rights;
mod shape;
