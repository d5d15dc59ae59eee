//! Handlers without their own types: what axum builds around a handler is compiled once, not for every address again.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{self, MethodRouter};

use crate::site::Site;

/// What a handler answers with, sooner or later.
type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

#[derive(Clone)]
struct Erased(Arc<dyn Fn(Request, Site) -> Answer + Send + Sync>);

impl Erased {
    fn new<H: Handler<T, Site, Future = Answer> + Sync, T: 'static>(handler: H) -> Self {
        Self(Arc::new(move |request, site| handler.clone().call(request, site)))
    }
}

impl Handler<(), Site> for Erased {
    type Future = Answer;

    fn call(self, request: Request, site: Site) -> Answer {
        (self.0)(request, site)
    }
}

/// Answers `GET`.
pub fn get<H: Handler<T, Site, Future = Answer> + Sync, T: 'static>(
    handler: H,
) -> MethodRouter<Site> {
    routing::get(Erased::new(handler))
}

/// Answers `POST`.
pub fn post<H: Handler<T, Site, Future = Answer> + Sync, T: 'static>(
    handler: H,
) -> MethodRouter<Site> {
    routing::post(Erased::new(handler))
}
