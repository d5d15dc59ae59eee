//! The pages: 信用平陆 for everybody, the console for the units, the answers for machines.
//!
//! One table, [`routes::ROUTES`], says which address needs which permission and builds the router. A handler reads the
//! request, calls one use case of the service and fills a template; what may be seen and done is decided behind it.

mod api;
mod assets;
mod console;
mod csrf;
mod fields;
mod guard;
mod layers;
mod page_error;
mod portal;
pub mod routes;
mod scratch;
mod sessions;
mod site;
mod ui;
mod url;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

pub use routes::router;
pub use site::Site;

/// Serves until `shutdown` is done, then lets the requests that have begun come to their end.
///
/// # Errors
/// What the system says when it can accept no more connections.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}
