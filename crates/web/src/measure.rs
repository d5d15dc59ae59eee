//! Figures about requests, for whoever gathers them: by route and outcome, never by address or person.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;

/// Counts a request under the route it matched, with the class of its answer and how long it took.
pub async fn measure(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    // Only methods and routes of the table become labels: whatever else is asked for must not grow the list of series.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let class = match response.status().as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
    metrics::histogram!("xinyong_request_seconds", "route" => route, "class" => class)
        .record(begun.elapsed().as_secs_f64());
    response
}

/// The one page of an address of its own, for Prometheus: it tells how busy a county is and has no place on the public one.
pub fn figures(render: impl Fn() -> String + Clone + Send + Sync + 'static) -> Router {
    let page = move || {
        let text = render();
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text) }
    };
    Router::new().route("/metrics", get(page))
}
