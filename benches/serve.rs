//! How fast the machine answers come, and how long a search takes, over a million subjects and three million records.
//!
//! The peer in the same run is the same server's `/health/live`, which touches no data: what HTTP alone costs here. `wrk` drives
//! both from the same two cores. The peer of the search is the search for a whole code: one walk down one index.
//!
//! Loading takes minutes; `XINYONG_BENCH_DIR` names a folder that is filled once and used again. Run it with
//! `cargo bench --bench serve`.

mod driven;
mod invented;
mod loaded;
#[path = "../src/memory.rs"]
mod memory;
mod steady;

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use driven::Load;
use invented::{Invented, desk};
use loaded::load;
use xinyong_domain::text::initials;
use xinyong_service::{Desk, browse};
use xinyong_web::Site;

/// Codes that are asked for.
const CODES: u32 = 50_000;
const SEARCHES: u32 = 2_000;
const SECONDS: u32 = 8;
/// Pages asked for in a second.
const PAGES_A_SECOND: u32 = 500;
/// What Datasette is asked for in a second: at twenty it falls behind at once, counting the table anew for each page.
const PEER_PAGES_A_SECOND: u32 = 1;

fn main() {
    // The test runner asks every target for its tests; a benchmark has none.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let kept = std::env::var_os("XINYONG_BENCH_DIR").map(PathBuf::from);
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = kept.as_deref().unwrap_or_else(|| temporary.path());
    std::fs::create_dir_all(folder).expect("the folder can be written");
    let invented = Invented::new();
    let desk = runtime.block_on(desk(folder));
    runtime.block_on(load(&desk, &invented, folder));
    runtime.block_on(searches(&desk, &invented));
    serve(&runtime, desk, &invented, temporary.path());
    runtime.block_on(peer(folder, &invented));
}

/// A number that looks like none in particular, the same in every run.
fn mixed(number: u32) -> u32 {
    let mut value = number.wrapping_mul(0x9E37_79B9) ^ 0x85EB_CA6B;
    value ^= value >> 15;
    value = value.wrapping_mul(0x2C1B_3C6D);
    value ^ (value >> 13)
}

/// What people type: two to six characters of a name, of a former name, or initials.
fn fragment(invented: &Invented, number: u32) -> String {
    let subject = mixed(number) % invented.subjects;
    let whole = match number % 10 {
        7 => invented.former_name(subject / 20 * 20).unwrap_or_default(),
        8 | 9 => initials(&invented.name(subject)),
        _ => invented.name(subject),
    };
    let letters: Vec<char> = whole.chars().collect();
    let length = 2 + mixed(number ^ 0x5555) as usize % 5;
    let from = mixed(number ^ 0xAAAA) as usize % (letters.len() - length + 1);
    letters[from..from + length].iter().collect()
}

async fn searches(desk: &Desk, invented: &Invented) {
    // A first look warms the cache and the prepared statements.
    for number in 0..200 {
        browse::search(desk, &fragment(invented, 1_000_000 + number)).await.expect("an answer");
    }
    let mut by_code = Vec::new();
    let mut by_fragment = Vec::new();
    for number in 0..SEARCHES {
        let code = invented.code(mixed(number) % invented.subjects);
        let started = Instant::now();
        let page = browse::search(desk, &code).await.expect("an answer");
        by_code.push(started.elapsed().as_secs_f64() * 1e3);
        assert_eq!(page.hits.len(), 1, "{code}");
        let typed = fragment(invented, number);
        let started = Instant::now();
        let page = browse::search(desk, &typed).await.expect("an answer");
        by_fragment.push((started.elapsed().as_secs_f64() * 1e3, typed));
        assert!(!page.hits.is_empty() || page.too_many, "{:?}", by_fragment.last());
    }
    by_code.sort_by(f64::total_cmp);
    by_fragment.sort_by(|one, other| one.0.total_cmp(&other.0));
    let at = |part: usize| SEARCHES as usize * part / 100;
    println!(
        "search, {SEARCHES} fragments     p50 {:>6.2} ms   p99 {:>6.2} ms   longest {:.2} ms ({})",
        by_fragment[at(50)].0,
        by_fragment[at(99)].0,
        by_fragment[at(100) - 1].0,
        by_fragment[at(100) - 1].1
    );
    println!(
        "search, whole codes        p50 {:>6.2} ms   p99 {:>6.2} ms   ratio of p50 {:.1}",
        by_code[at(50)],
        by_code[at(99)],
        by_fragment[at(50)].0 / by_code[at(50)]
    );
}

fn serve(runtime: &tokio::runtime::Runtime, desk: Desk, invented: &Invented, scratch: &Path) {
    let site = runtime.block_on(Site::open(desk, "", false)).expect("a site");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("bound");
    let server = runtime.spawn(xinyong_web::serve(
        listener,
        xinyong_web::router(site),
        xinyong_web::Proxies::default(),
        std::future::pending(),
    ));
    let mut paths = String::new();
    for number in 0..CODES {
        let code = invented.code(mixed(number) % invented.subjects);
        writeln!(paths, "  wrk.format('GET', '/api/v1/subjects/{code}'),").expect("memory");
    }
    let host = address.to_string();
    let load = |requests: &str| {
        let of = Load { address: &host, scratch, requests, connections: 32, seconds: SECONDS };
        driven::drive(&of)
    };
    let subjects = load(&paths);
    let ceiling = load("  wrk.format('GET', '/health/live'),\n");
    for (what, paths) in
        [("subject page", subject_pages(invented)), ("search page", search_pages(invented))]
    {
        // Statements are prepared and pages read for the first time.
        runtime.block_on(steady::drive(&host, &paths, PAGES_A_SECOND / 5, 2));
        let outcome = runtime.block_on(steady::drive(&host, &paths, PAGES_A_SECOND, SECONDS * 2));
        say(what, PAGES_A_SECOND, &outcome);
    }
    server.abort();
    if let (Some(subjects), Some(ceiling)) = (subjects, ceiling) {
        subjects.say("/api/v1/subjects/{code}");
        ceiling.say("/health/live");
        println!("ratio to the ceiling       {:.2}", subjects.rate / ceiling.rate);
    }
}

fn say(what: &str, rate: u32, outcome: &steady::Outcome) {
    let [middle, high, longest] = outcome.latency;
    println!(
        "{what:<26} {rate:>7} requests/s   p50 {middle:.2} ms   p99 {high:.2} ms   longest {longest:.1} ms   {} bytes",
        outcome.bytes
    );
}

fn subject_pages(invented: &Invented) -> Vec<String> {
    (0..CODES)
        .map(|number| format!("/subjects/{}", invented.code(mixed(number) % invented.subjects)))
        .collect()
}

fn search_pages(invented: &Invented) -> Vec<String> {
    let encode =
        |text: String| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    (0..SEARCHES)
        .map(|number| format!("/search?q={}", encode(fragment(invented, number))))
        .collect()
}

/// A process that is ended with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Datasette over the same file: the page of one subject, by its code. `DATASETTE` names the program where it is not on the path.
/// It is asked at a rate that it can keep up with.
async fn peer(folder: &Path, invented: &Invented) {
    let program = std::env::var("DATASETTE").unwrap_or_else(|_| "datasette".to_owned());
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let started = Command::new(program)
        .args(["serve", "-i"])
        .arg(invented::database(folder))
        .args(["--port", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = started else {
        println!(
            "datasette is not installed: no peer for the pages (pip install datasette pysqlite3-binary)"
        );
        return;
    };
    let _running = Running(child);
    let host = format!("127.0.0.1:{port}");
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(&host).await.is_err() {
        assert!(begun.elapsed().as_secs() < 120, "datasette does not listen");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let paths: Vec<String> = (0..CODES)
        .map(|number| {
            format!("/data/subject?code={}", invented.code(mixed(number) % invented.subjects))
        })
        .collect();
    let outcome = steady::drive(&host, &paths, PEER_PAGES_A_SECOND, SECONDS).await;
    say("Datasette, one subject", PEER_PAGES_A_SECOND, &outcome);
}
