//! How many checks of a subject a second are answered and durably kept, and how fast a list is worked through.
//!
//! The peer in the same run is the same server's `/health/live`: what HTTP alone costs here. `wrk` drives both from the same two cores.
//! Every check reads the subject with its records, asks the rules, writes number, look, answer and audit line, and is answered after
//! the commit. Run it with `cargo bench --bench looks`.

mod driven;
mod invented;
#[path = "../src/memory.rs"]
mod memory;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use driven::Load;
use invented::{Invented, desk, import_penalties, import_registry};
use xinyong_service::api_keys::{self, NewKey, Scope};
use xinyong_service::check::{self, Asked};
use xinyong_service::{Actor, Desk};
use xinyong_store::{KeyRing, Store};
use xinyong_web::Site;

/// Subjects, each with a penalty.
const SUBJECTS: u32 = 20_000;
/// Rows of the list.
const ROWS: u32 = 20_000;
/// Keys that ask in turn: one alone may ask a hundred times a second.
const KEYS: usize = 150;
const SECONDS: u32 = 8;
/// Connections over which checks are asked for.
const CONNECTIONS: [u32; 5] = [32, 36, 48, 64, 96];

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
    let load = |requests: &str, connections: u32| {
        let scratch = temporary.path();
        driven::drive(&Load { address: &address, scratch, requests, connections, seconds: SECONDS })
    };
    let mut highest = 0.0_f64;
    for connections in CONNECTIONS {
        // What waits to be entered in the log's places is entered before it is so much that it would not wait any longer.
        runtime.block_on(brought_up(temporary.path()));
        if let Some(checks) = load(&requests, connections) {
            checks.say(&format!("POST checks, {connections} at once"));
            highest = highest.max(checks.rate);
        }
    }
    runtime.block_on(brought_up(temporary.path()));
    let ceiling = load("  wrk.format('GET', '/health/live'),\n", 32);
    server.abort();
    if let Some(ceiling) = ceiling {
        ceiling.say("/health/live");
        println!("ratio to the ceiling       {:.3}", highest / ceiling.rate);
    }
}

/// What the checks left for later: the log's lines under the words that they are found by.
async fn brought_up(folder: &Path) {
    let keys = KeyRing::load(&folder.join("keys.toml")).expect("the keys of the run");
    let database = format!("sqlite:{}", invented::database(folder).display());
    let store = Store::open(&database, &keys).await.expect("the database of the run");
    let started = Instant::now();
    store.bring_up(0).await.expect("entered");
    println!("the log brought up behind    {:>7.2} s", started.elapsed().as_secs_f64());
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
    let worked = driven::processor::seconds();
    let started = Instant::now();
    let id = check::receive_list(desk, &actor, &path, "list.csv", &asked).await.expect("received");
    check::run_list(desk, id).await.expect("worked through");
    let checked = started.elapsed().as_secs_f64();
    check::answered_list(desk, &actor, id, &folder.join("answers.xlsx")).await.expect("written");
    let whole = started.elapsed().as_secs_f64();
    let worked = driven::processor::seconds() - worked;
    println!(
        "a list of {ROWS} rows      {:>7.0} rows a minute checked   {:>7.0} with the workbook   {:.0} µs of processor a row",
        f64::from(ROWS) / checked * 60.0,
        f64::from(ROWS) / whole * 60.0,
        worked / f64::from(ROWS) * 1e6
    );
}
