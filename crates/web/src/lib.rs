//! The pages: 信用平陆 for everybody, the console for the units, the answers for machines.
//!
//! One table, [`routes::ROUTES`], says which address needs which permission and builds the router. A handler reads the
//! request, calls one use case of the service and fills a template; what may be seen and done is decided behind it.

mod api;
mod assets;
mod console;
mod csrf;
mod display;
mod face;
mod fields;
mod guard;
mod handler;
mod held;
mod layers;
mod listen;
mod measure;
mod my;
mod outlet;
mod page_error;
mod portal;
mod provider;
mod refill;
pub mod routes;
mod scratch;
mod sessions;
mod site;
mod table;
mod ui;
mod url;

#[cfg(test)]
mod tests;

pub use listen::{Client, Proxies, serve};
pub use measure::figures;
pub use outlet::{HttpOutlet, OutletError, OutletOptions};
pub use provider::{Provider, ProviderError, ProviderOptions};
pub use routes::router;
pub use site::Site;
