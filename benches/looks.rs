//! How many checks of a subject a second are answered and durably kept, and how fast a list is worked through.
//!
//! The peer in the same run is the same server's `/health/live`: what HTTP alone costs here. `wrk` drives both from the same two cores.
//! Every check reads the subject with its records, asks the rules, writes number, look, answer and audit line, and is answered after
//! the commit. Run it with `cargo bench --bench looks`.

mod invented;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use invented::{Invented, desk, import_penalties, import_registry};
use xinyong_service::api_keys::{self, NewKey, Scope};
use xinyong_service::check::{self, Asked};
use xinyong_service::{Actor, Desk};
use xinyong_web::Site;

/// Subjects, each with a penalty.
const SUBJECTS: u32 = 20_000;
/// Rows of the list.
const ROWS: u32 = 20_000;
/// Keys that ask in turn: one alone may ask a hundred times a second.
const KEYS: usize = 150;
const SECONDS: u32 = 8;

fn main() {
    // The test runner asks every target for its tests; a benchmark has none.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let temporary = tempfile::tempdir().expect("a folder");
    let mut invented = Invented::new();
    invented.subjects = SUBJECTS;
    let desk = runtime.block_on(desk(temporary.path()));
    let file = temporary.path().join("file.csv");
    runtime.block_on(async {
        invented.registry_file(&file, SUBJECTS);
        import_registry(&desk, &file, SUBJECTS).await;
        invented.penalty_file(&file, 0, SUBJECTS);
        import_penalties(&desk, &file, SUBJECTS).await;
    });
    runtime.block_on(list(&desk, &invented, temporary.path()));
    let keys = runtime.block_on(keys(&desk));
    let site = runtime.block_on(Site::open(desk, "", false)).expect("a site");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let server = runtime.spawn(xinyong_web::serve(
        listener,
        xinyong_web::router(site),
        xinyong_web::Proxies::default(),
        std::future::pending(),
    ));
    let mut requests = String::new();
    for number in 0..SUBJECTS {
        let code = invented.code(number.wrapping_mul(7_919) % SUBJECTS);
        let key = keys.get(number as usize % keys.len()).expect("a key");
        let body = format!(
            r#"{{\"subject\":\"{code}\",\"purpose\":\"approval\",\"basis\":\"《行政许可法》第三十四条\"}}"#
        );
        writeln!(
            requests,
            "  wrk.format('POST', '/api/v1/checks', {{['Content-Type']='application/json', ['Authorization']='Bearer {key}'}}, \"{body}\"),"
        )
        .expect("memory");
    }
    let checks = drive(&address, temporary.path(), &requests);
    let ceiling = drive(&address, temporary.path(), "  wrk.format('GET', '/health/live'),\n");
    server.abort();
    if let (Some(checks), Some(ceiling)) = (checks, ceiling) {
        for (what, figures) in [("POST /api/v1/checks", &checks), ("/health/live", &ceiling)] {
            println!(
                "{what:<26} {:>7.0} requests/s   p50 {:.2} ms   p99 {:.2} ms",
                figures[0], figures[1], figures[2]
            );
        }
        println!("ratio to the ceiling       {:.3}", checks[0] / ceiling[0]);
    }
}

async fn keys(desk: &Desk) -> Vec<String> {
    let mut made = Vec::new();
    for number in 0..KEYS {
        let new = NewKey {
            name: format!("示例系统{number}"),
            scopes: vec![Scope::Check],
            unit: "market-regulation".to_owned(),
            expires_on: Some(desk.today().saturating_add(jiff::Span::new().days(30))),
        };
        let key = api_keys::create(desk, &Actor::system("bench"), &new).await.expect("the desk");
        made.push(key.expect("nothing to mend").1);
    }
    made
}

async fn list(desk: &Desk, invented: &Invented, folder: &Path) {
    let rows: String =
        (0..ROWS).map(|number| format!("{}\n", invented.code(number % SUBJECTS))).collect();
    let path = folder.join("list.csv");
    std::fs::write(&path, format!("统一社会信用代码\n{rows}")).expect("disk");
    let asked = Asked {
        purpose: "tendering".to_owned(),
        basis: "《示例招标文件》第一条".to_owned(),
        reference: String::new(),
        way: "sheet",
    };
    let actor = Actor::system("bench");
    let started = Instant::now();
    let id = check::receive_list(desk, &actor, &path, "list.csv", &asked).await.expect("received");
    check::run_list(desk, id).await.expect("worked through");
    let checked = started.elapsed().as_secs_f64();
    check::answered_list(desk, &actor, id, &folder.join("answers.xlsx")).await.expect("written");
    let whole = started.elapsed().as_secs_f64();
    println!(
        "a list of {ROWS} rows      {:>7.0} rows a minute checked   {:>7.0} with the workbook",
        f64::from(ROWS) / checked * 60.0,
        f64::from(ROWS) / whole * 60.0
    );
}

/// Has `wrk` send the requests in turn over 32 connections: requests per second, and the latencies in the middle and at 99 in a
/// hundred, in milliseconds. Nothing when `wrk` is not installed.
fn drive(address: &str, scratch: &Path, requests: &str) -> Option<[f64; 3]> {
    let script = scratch.join("requests.lua");
    let text = format!(
        "local made = {{}}\nlocal at = 0\n\
         init = function(args) made = {{\n{requests}}} end\n\
         request = function() at = at % #made + 1 return made[at] end\n\
         done = function(summary, latency, requests)\n\
         \x20 io.write('figures ', summary.requests / summary.duration * 1e6, ' ', latency:percentile(50) / 1e3, ' ',\n\
         \x20   latency:percentile(99) / 1e3, ' ', summary.errors.status + summary.errors.read + summary.errors.connect, '\\n')\n\
         end\n"
    );
    std::fs::write(&script, text).expect("disk");
    let answer = Command::new("wrk")
        .args(["-t1", "-c32", &format!("-d{SECONDS}s"), "-s"])
        .arg(&script)
        .arg(format!("http://{address}"))
        .output();
    let Ok(answer) = answer else {
        println!("wrk is not installed: no figures of requests (Debian: apt-get install wrk)");
        return None;
    };
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("figures "));
    let figures: Vec<f64> = line
        .map(|line| line.split(' ').filter_map(|word| word.parse().ok()).collect())
        .unwrap_or_default();
    let [rate, middle, high, errors] = figures.as_slice() else {
        panic!("wrk said: {text}{}", String::from_utf8_lossy(&answer.stderr));
    };
    assert!(*errors == 0.0, "{text}");
    Some([*rate, *middle, *high])
}
