//! Requests at a steady rate, whether or not the answers keep up: each is timed from the instant it was due, so that a server which
//! stalls is not asked less.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Connections that are kept alive.
const CONNECTIONS: usize = 64;

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Milliseconds in the middle, at 99 in a hundred, and the longest.
    pub latency: [f64; 3],
    /// Mean bytes of an answer, its head included.
    pub bytes: usize,
}

/// Asks for the paths in turn, `rate` a second for `seconds`. Every answer must be a 200.
pub async fn drive(host: &str, paths: &[String], rate: u32, seconds: u32) -> Outcome {
    let total = (rate * seconds) as usize;
    let start = Instant::now() + Duration::from_millis(200);
    let mut workers = Vec::new();
    for worker in 0..CONNECTIONS {
        let mine: Vec<(usize, String)> = (worker..total)
            .step_by(CONNECTIONS)
            .map(|number| (number, paths[number % paths.len()].clone()))
            .collect();
        workers.push(tokio::spawn(work(host.to_owned(), mine, start, rate)));
    }
    let mut latencies = Vec::with_capacity(total);
    let mut bytes = 0;
    for worker in workers {
        for (latency, size) in worker.await.expect("a worker") {
            latencies.push(latency.as_secs_f64() * 1e3);
            bytes += size;
        }
    }
    latencies.sort_by(f64::total_cmp);
    let at = |part: usize| latencies[(latencies.len() * part / 100).min(latencies.len() - 1)];
    Outcome { latency: [at(50), at(99), at(100)], bytes: bytes / total }
}

async fn work(
    host: String,
    requests: Vec<(usize, String)>,
    start: Instant,
    rate: u32,
) -> Vec<(Duration, usize)> {
    let mut connection: Option<TcpStream> = None;
    let mut out = Vec::with_capacity(requests.len());
    for (number, path) in requests {
        let due = start + Duration::from_secs_f64(number as f64 / f64::from(rate));
        tokio::time::sleep_until(due.into()).await;
        let mut stream = match connection.take() {
            Some(stream) => stream,
            None => TcpStream::connect(&host).await.expect("a connection"),
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("a request");
        let (size, stays) = read(&mut stream, &path).await;
        out.push((due.elapsed(), size));
        connection = stays.then_some(stream);
    }
    out
}

/// Reads one answer to its end; its size, and whether the connection stays.
async fn read(stream: &mut TcpStream, path: &str) -> (usize, bool) {
    let mut held = Vec::with_capacity(64 * 1024);
    let mut ends: Option<(usize, Body, bool)> = None;
    loop {
        if ends.is_none()
            && let Some(at) = held.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let head = String::from_utf8_lossy(&held[..at]).to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let body = match length {
                Some(length) => Body::Of(length.trim().parse().expect("a length")),
                None => Body::Chunked,
            };
            ends = Some((at + 4, body, !head.contains("connection: close")));
        }
        let whole = match &ends {
            Some((body, Body::Of(length), _)) => held.len() >= body + length,
            Some((_, Body::Chunked, _)) => held.ends_with(b"\r\n0\r\n\r\n"),
            None => false,
        };
        if let Some((_, _, stays)) = ends.as_ref().filter(|_| whole) {
            return (held.len(), *stays);
        }
        let read = stream.read_buf(&mut held).await.expect("an answer");
        assert!(read > 0, "{path}: the answer ended early");
    }
}

enum Body {
    Of(usize),
    Chunked,
}
