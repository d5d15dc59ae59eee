//! The pages as a browser sees them: through the router, over a database of their own.

mod browser;
mod console;
mod data;
mod embedded;
mod intake;
mod odd;
mod portal;
mod public;
mod published;
mod rights;
