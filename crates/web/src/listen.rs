//! Taking connections: how many, how long one may dawdle over its request, who is at the other end, how it all comes to a stop.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

/// Connections at a time. One more waits at the door, where it costs nothing.
const MOST_CONNECTIONS: usize = 4_096;
/// The head of a request must be there within this time; a connection that says nothing for so long is closed.
const HEAD_TIME: Duration = Duration::from_secs(20);
/// Bytes of a head: the address line and all headers.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// What has begun may take so long to end after the stop signal.
const STOP_TIME: Duration = Duration::from_secs(30);

/// Whose word about the client is taken: the addresses of the reverse proxies in front.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpAddr>);

/// The address of whoever asks, as far as it can be known. In the extensions of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(pub IpAddr);

impl Proxies {
    /// Proxies at these addresses.
    #[must_use]
    pub fn new(addresses: Vec<IpAddr>) -> Self {
        Self(addresses)
    }

    /// Who asks. What a header says counts only as far as proxies of ours wrote it: read from the end, the first address that is
    /// not one of them. Anybody may send the header; only what our own proxy added to it is known.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let peer = peer.to_canonical();
        if !self.0.contains(&peer) {
            return Client(peer);
        }
        let mut named = headers.get_all("x-forwarded-for").iter().rev().flat_map(|line| {
            line.to_str().unwrap_or("?").rsplit(',').map(|part| part.trim().parse::<IpAddr>())
        });
        loop {
            match named.next() {
                Some(Ok(address)) if self.0.contains(&address.to_canonical()) => {}
                Some(Ok(address)) => return Client(address.to_canonical()),
                // No header, or nonsense in it: the proxy itself is all that is known.
                Some(Err(_)) | None => return Client(peer),
            }
        }
    }
}

/// Notes in a request who asks.
pub(crate) fn mark<B>(proxies: &Proxies, peer: IpAddr, request: &mut hyper::Request<B>) {
    let client = proxies.client(peer, request.headers());
    request.extensions_mut().insert(client);
}

/// Serves until `shutdown` is done, then lets the requests that have begun come to their end, for half a minute.
///
/// # Errors
/// What the system says when it can accept no more connections.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    proxies: Proxies,
    shutdown: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    let proxies = Arc::new(proxies);
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(MOST_HEAD_BYTES);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut shutdown => break,
        };
        let place = place.map_err(std::io::Error::other)?;
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                // Out of file descriptors, most likely: others will close theirs.
                tracing::error!(%error, "no connection could be accepted");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        // An answer goes out when it is whole, not when the system has gathered enough.
        drop(stream.set_nodelay(true));
        let proxies = Arc::clone(&proxies);
        let service = router.clone().map_request(move |mut request: hyper::Request<_>| {
            mark(&proxies, peer.ip(), &mut request);
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that hangs up or dawdles is no event of ours.
            drop(connection.await);
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off: they did not end within the time for stopping");
    }
    Ok(())
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, headers: &[&'static str]) -> String {
        let address = |text: &&str| text.parse().expect("an address");
        let proxies = Proxies::new(proxies.iter().map(address).collect());
        let mut map = HeaderMap::new();
        for value in headers {
            map.append("x-forwarded-for", value.parse().expect("a header"));
        }
        proxies.client(address(&peer), &map).0.to_string()
    }

    #[test]
    fn a_header_counts_only_as_far_as_our_proxies_wrote_it() {
        let own = ["127.0.0.1", "10.0.0.2"];
        // Nobody vouches for a stranger.
        assert_eq!(client(&[], "203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
        assert_eq!(client(&own, "203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
        // Our proxy added the last one; what stands before it the client may have made up.
        assert_eq!(client(&own, "127.0.0.1", &["1.2.3.4, 203.0.113.5"]), "203.0.113.5");
        assert_eq!(client(&own, "127.0.0.1", &["1.2.3.4", "203.0.113.5"]), "203.0.113.5");
        // Two proxies of ours in a row.
        assert_eq!(client(&own, "127.0.0.1", &["1.2.3.4, 203.0.113.5, 10.0.0.2"]), "203.0.113.5");
        // Nonsense, and nothing.
        assert_eq!(client(&own, "127.0.0.1", &["203.0.113.5, evil"]), "127.0.0.1");
        assert_eq!(client(&own, "127.0.0.1", &[]), "127.0.0.1");
        // One address in two spellings.
        assert_eq!(client(&own, "::ffff:127.0.0.1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(client(&own, "127.0.0.1", &["::ffff:203.0.113.5"]), "203.0.113.5");
    }
}
