//! Taking connections: how many, how long one may dawdle over its request, who is at the other end, how it all comes to a stop.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{Sleep, sleep};
use tower::ServiceExt as _;

/// Connections at a time. One more waits at the door, where it costs nothing.
const MOST_CONNECTIONS: usize = 4_096;
/// The head of a request must be there within this time; a connection that says nothing for so long is closed.
const HEAD_TIME: Duration = Duration::from_secs(20);
/// Bytes of a head: the address line and all headers.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// A connection that takes nothing of its answer for so long is closed. The system asks for more only once a good part of what it
/// holds has gone out, which at a few thousand bytes a second is a matter of minutes.
const TAKE_TIME: Duration = Duration::from_secs(180);
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
) -> io::Result<()> {
    serve_within(listener, router, proxies, shutdown, TAKE_TIME).await
}

async fn serve_within(
    listener: TcpListener,
    router: Router,
    proxies: Proxies,
    shutdown: impl Future<Output = ()> + Send,
    take_time: Duration,
) -> io::Result<()> {
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
        let place = place.map_err(io::Error::other)?;
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
        let connection = graceful
            .watch(http.serve_connection(TokioIo::new(Taken::new(stream, take_time)), service));
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

/// A connection whose writing fails when the other end takes nothing for too long.
struct Taken<S> {
    stream: S,
    most: Duration,
    /// Runs while something waits to be taken.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Taken<S> {
    fn new(stream: S, most: Duration) -> Self {
        Self { stream, most, waiting: None }
    }

    fn within<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = None;
            return outcome;
        }
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(self.most)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taken<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taken<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.within(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.within(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.within(context, outcome)
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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

    /// A download without end that counts what was asked of it, and that says when nobody asks any more.
    #[derive(Clone, Default)]
    struct Endless {
        asked: Arc<AtomicU64>,
        dropped: Arc<AtomicU64>,
    }

    struct Feed(Endless);

    impl Drop for Feed {
        fn drop(&mut self) {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    const CHUNK: usize = 64 * 1024;

    impl futures_util::Stream for Feed {
        type Item = Result<axum::body::Bytes, io::Error>;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.0.asked.fetch_add(CHUNK as u64, Ordering::Relaxed);
            Poll::Ready(Some(Ok(axum::body::Bytes::from_static(&[b'x'; CHUNK]))))
        }
    }

    async fn served(endless: &Endless, take_time: Duration) -> std::net::SocketAddr {
        let held = endless.clone();
        let download = move || {
            let feed = Feed(held.clone());
            async move { axum::body::Body::from_stream(feed) }
        };
        let router = Router::new()
            .route("/download", axum::routing::get(download))
            .route("/page", axum::routing::get(|| async { "page" }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = std::future::pending();
        tokio::spawn(serve_within(listener, router, Proxies::default(), stop, take_time));
        address
    }

    async fn ask(address: std::net::SocketAddr, path: &str) -> tokio::net::TcpStream {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("connected");
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("asked");
        stream
    }

    /// One worker serves them all, so that whoever held it would hold everybody.
    #[tokio::test]
    async fn who_takes_a_byte_at_a_time_holds_no_worker_and_no_memory_and_is_let_go() {
        let endless = Endless::default();
        let address = served(&endless, Duration::from_millis(800)).await;
        let mut slow = Vec::new();
        for _ in 0..8 {
            slow.push(ask(address, "/download").await);
        }
        let mut byte = [0];
        for _ in 0..3 {
            for stream in &mut slow {
                assert_eq!(stream.read(&mut byte).await.expect("a byte"), 1);
            }
            let mut page = String::new();
            let mut other = ask(address, "/page").await;
            other.read_to_string(&mut page).await.expect("a page");
            assert!(page.ends_with("page"), "{page}");
        }
        let let_go = async {
            while endless.dropped.load(Ordering::Relaxed) < slow.len() as u64 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), let_go).await.expect("let go");
        // What the system holds between the two ends, and no more: the download itself would never end.
        let asked = endless.asked.load(Ordering::Relaxed) / slow.len() as u64;
        assert!(asked < 32 * 1024 * 1024, "{asked} bytes for each");
    }

    #[tokio::test]
    async fn who_takes_what_is_sent_is_not_cut_off_however_long_it_lasts() {
        let (near, mut far) = tokio::io::duplex(4);
        let mut near = Taken::new(near, Duration::from_millis(400));
        let reader = tokio::spawn(async move {
            let mut taken = [0; 4];
            for _ in 0..6 {
                sleep(Duration::from_millis(150)).await;
                far.read_exact(&mut taken).await.expect("taken");
            }
            far
        });
        // Six times as long as one wait may be; then nobody reads on.
        near.write_all(&[b'x'; 28]).await.expect("all of it");
        let far = reader.await.expect("read");
        let refused = near.write_all(b"x").await.expect_err("nobody takes it");
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        drop(far);
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
