//! How fast files go into the register: subjects with history and search tokens, penalties from receipt to record.
//!
//! Two peers in the same run. SQLite itself: the same lines as one text column of one table, no index, no history, the same
//! chunks a transaction. The disk: as many bytes as the database grew by, written in a row and synced as often. Every import
//! runs in a process of its own, which reports the most memory it ever held. Run it with `cargo bench --bench import`.

mod invented;
#[path = "driven/processor.rs"]
mod processor;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use invented::{Invented, database, desk, import_penalties, import_registry};
use xinyong_store::{KeyRing, Store};

/// Rows of one transaction, as the import takes them.
const CHUNK: usize = 4_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The test runner asks every target for its tests; a benchmark has none.
    if arguments.iter().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    if let [what, folder, file, rows] = arguments.as_slice() {
        let rows = rows.parse().expect("a number");
        runtime.block_on(alone(what, Path::new(folder), Path::new(file), rows));
        return;
    }
    let invented = Invented::new();
    let folder = tempfile::tempdir().expect("a folder");
    let (short, long) = (folder.path().join("short"), folder.path().join("long"));
    for place in [&short, &long] {
        std::fs::create_dir(place).expect("a folder");
    }
    let file = folder.path().join("file.csv");
    // The short file, and the long one: ten times as many rows.
    let (few, many) = (invented.subjects / 10, invented.subjects);

    println!("subjects with history and search tokens");
    for (place, rows) in [(&short, few), (&long, many)] {
        invented.registry_file(&file, rows);
        let grown = grown(place, || report("registry", place, &file, rows));
        peers(&runtime, folder.path(), &file, rows, grown);
    }
    println!("penalties about {many} subjects, from receipt to record");
    for (first, rows) in [(0, few), (few, many)] {
        invented.penalty_file(&file, first, rows);
        let grown = grown(&long, || report("penalties", &long, &file, rows));
        peers(&runtime, folder.path(), &file, rows, grown);
    }
}

/// The import in a process of its own: prints the seconds of each step, those of the processor, and the most memory held, in kB.
async fn alone(what: &str, folder: &Path, file: &Path, rows: u32) {
    let desk = desk(folder).await;
    let before = processor::seconds();
    let seconds = if what == "registry" {
        vec![import_registry(&desk, file, rows).await]
    } else {
        import_penalties(&desk, file, rows).await.to_vec()
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let most = status.lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok()
    });
    let worked = [processor::seconds() - before];
    let words: Vec<String> =
        seconds.iter().chain(&worked).chain(&most).map(ToString::to_string).collect();
    println!("{}", words.join(" "));
}

fn report(what: &str, folder: &Path, file: &Path, rows: u32) {
    let answer = Command::new(std::env::current_exe().expect("this program"))
        .arg(what)
        .args([folder, file])
        .arg(rows.to_string())
        .output()
        .expect("the program runs");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let text = String::from_utf8_lossy(&answer.stdout);
    let mut numbers: Vec<f64> =
        text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let memory = numbers.pop().unwrap_or_default() / 1024.0;
    let worked = numbers.pop().unwrap_or_default() * 1e6 / f64::from(rows);
    let rate = |seconds: f64| f64::from(rows) / seconds;
    println!(
        "  {rows:>9} rows  import {:>9.0} rows/s   {worked:.0} µs of processor a row   memory at most {memory:.0} MB",
        rate(numbers.iter().sum())
    );
    for (step, seconds) in
        ["receive", "check", "record"].iter().zip(&numbers).filter(|_| numbers.len() > 1)
    {
        println!("                  {step:<8} {:>9.0} rows/s", rate(*seconds));
    }
}

/// By how many bytes the database grows.
fn grown(folder: &Path, work: impl FnOnce()) -> u64 {
    // The log is not folded into the file before it has grown for a while.
    let size = || {
        let file = database(folder);
        let log = file.with_extension("sqlite-wal");
        [file, log]
            .iter()
            .map(|path| std::fs::metadata(path).map_or(0, |file| file.len()))
            .sum::<u64>()
    };
    let before = size();
    work();
    size().saturating_sub(before)
}

fn peers(runtime: &tokio::runtime::Runtime, folder: &Path, file: &Path, rows: u32, bytes: u64) {
    let rate = |seconds: f64| f64::from(rows) / seconds;
    let plain = runtime.block_on(plain_sqlite(folder, file));
    println!("                  SQLite, plain lines  {:>9.0} rows/s", rate(plain));
    let written = disk(folder, bytes, rows as usize / CHUNK);
    println!(
        "                  disk, {:>5} B a row   {:>9.0} rows/s   {:.0} MB/s",
        bytes / u64::from(rows),
        rate(written),
        bytes as f64 / 1e6 / written
    );
}

/// The lines as SQLite takes them when nothing is asked of it.
async fn plain_sqlite(folder: &Path, file: &Path) -> f64 {
    let path = folder.join("plain.sqlite");
    let keys = KeyRing::random().expect("keys");
    let store = Store::open(&format!("sqlite:{}", path.display()), &keys).await.expect("a store");
    store.raw_execute("CREATE TABLE plain (line TEXT NOT NULL)").await.expect("a table");
    let started = Instant::now();
    let mut sql = String::new();
    let mut held = 0;
    for line in BufReader::new(File::open(file).expect("the file")).lines() {
        sql.push_str(if held == 0 { "INSERT INTO plain VALUES ('" } else { ",('" });
        // Invented lines hold no quotation mark.
        sql.push_str(&line.expect("disk"));
        sql.push_str("')");
        held += 1;
        if held == CHUNK {
            store.raw_execute(&sql).await.expect("written");
            sql.clear();
            held = 0;
        }
    }
    if held > 0 {
        store.raw_execute(&sql).await.expect("written");
    }
    let seconds = started.elapsed().as_secs_f64();
    store.close().await;
    std::fs::remove_file(path).expect("disk");
    seconds
}

/// The bytes alone, in as many pieces as there are transactions, each synced.
fn disk(folder: &Path, bytes: u64, pieces: usize) -> f64 {
    let path = folder.join("bytes");
    let piece = vec![0x5a_u8; bytes as usize / pieces];
    let mut file = File::create(&path).expect("disk");
    let started = Instant::now();
    for _ in 0..pieces {
        file.write_all(&piece).expect("disk");
        file.sync_data().expect("disk");
    }
    let seconds = started.elapsed().as_secs_f64();
    std::fs::remove_file(path).expect("disk");
    seconds
}
