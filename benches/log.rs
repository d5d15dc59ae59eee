//! How many leaves a second go durably from the queue into the record of publication, and what a proof costs.
//!
//! The peers in the same run: the same number of rows of the same width into a bare table of the same SQLite in transactions of the same
//! size, and SM3 alone over the bytes that a proof hashes. `XINYONG_BENCH_LEAVES` sets how many (100,000 unless told). Run it with
//! `cargo bench -p xinyong-service --bench log`.

mod invented;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use invented::{Invented, database, desk, import_penalties, import_registry};
use xinyong_domain::merkle::{
    BySm3, Growing, Hashing as _, inclusion, leaf_hash, parts, proves_inclusion, range_hash,
};
use xinyong_service::Actor;
use xinyong_service::publication_log::{append, sign_head};
use xinyong_service::signing::{DAYS, generate};

/// Subjects that the penalties are about.
const SUBJECTS: u32 = 20_000;

/// Rows of the same width, two thousand in a transaction, synced as the store does.
const PEER: &str = "
import os, sqlite3, sys, time
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute('PRAGMA journal_mode = WAL'); base.execute('PRAGMA synchronous = FULL')
base.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB, b BLOB)')
rows, begun = int(sys.argv[2]), time.perf_counter()
for start in range(0, rows, 2000):
    base.execute('BEGIN IMMEDIATE')
    base.executemany('INSERT INTO t VALUES (?, ?, ?)', [(n, os.urandom(32), os.urandom(60)) for n in range(start, min(rows, start + 2000))])
    base.execute('COMMIT')
print(rows / (time.perf_counter() - begun))
";

fn main() {
    // The test runner asks every target for its tests; a benchmark has none.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let named = std::env::var("XINYONG_BENCH_LEAVES").ok().and_then(|text| text.parse().ok());
    let count: usize = named.unwrap_or(100_000);
    proofs(count);
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let folder = tempfile::tempdir().expect("a folder");
    let mut invented = Invented::new();
    invented.subjects = SUBJECTS;
    let desk = runtime.block_on(desk(folder.path()));
    let rows = u32::try_from(count).expect("not so many");
    let file = folder.path().join("file.csv");
    invented.registry_file(&file, SUBJECTS);
    runtime.block_on(import_registry(&desk, &file, SUBJECTS));
    invented.penalty_file(&file, 0, rows);
    let [.., recorded] = runtime.block_on(import_penalties(&desk, &file, rows));
    println!("recording them before              {:>9.0} a second", f64::from(rows) / recorded);
    let actor = Actor::system("bench");
    let begun = Instant::now();
    let added = runtime.block_on(append(&desk, &actor)).expect("appended");
    let seconds = begun.elapsed().as_secs_f64();
    let own = added as f64 / seconds;
    println!("durable appends                    {own:>9.0} a second, {added} in {seconds:.1} s");
    runtime.block_on(generate(&desk, &actor, DAYS)).expect("a key");
    let begun = Instant::now();
    runtime.block_on(sign_head(&desk, &actor, true)).expect("signed");
    println!("a head over them, signed           {:>9.2} ms", begun.elapsed().as_secs_f64() * 1e3);
    let size = std::fs::metadata(database(folder.path())).map_or(0, |file| file.len());
    println!("the database afterwards            {:>9.1} MB", size as f64 / 1e6);
    let peer = Command::new("python3")
        .args(["-c", PEER])
        .arg(folder.path().join("peer.db"))
        .arg(added.to_string())
        .output();
    match peer.ok().and_then(|out| String::from_utf8_lossy(&out.stdout).trim().parse::<f64>().ok())
    {
        Some(rows) => println!(
            "bare rows into SQLite from Python  {rows:>9.0} a second, ratio {:.2}",
            own / rows
        ),
        None => println!("no python3: no peer"),
    }
}

/// The computation alone: everything that has to be read lies in memory.
fn proofs(count: usize) {
    let mut kept = std::collections::HashMap::new();
    let mut tree = Growing::<BySm3>::from_kept(0, |_| None).expect("an empty tree");
    for place in 0..count as u64 {
        let leaf = place.to_le_bytes();
        kept.insert((0, place), leaf_hash::<BySm3>(&leaf));
        tree.push(&leaf, |subtree, hash| {
            kept.insert(subtree, hash);
        });
    }
    let (size, root) = (tree.size(), tree.root());
    let rounds = 20_000;
    let begun = Instant::now();
    let mut steps = 0;
    for round in 0..rounds {
        let place = round * 7_919 % size;
        let ranges = inclusion(place, size).expect("a path");
        let path: Vec<_> = ranges
            .iter()
            .map(|range| {
                range_hash::<BySm3>(*range, |subtree| kept.get(&subtree).copied()).expect("kept")
            })
            .collect();
        steps += path.len()
            + ranges.iter().map(|(first, end)| parts(*first, *end).len() - 1).sum::<usize>();
        black_box(&path);
    }
    let made = begun.elapsed().as_secs_f64() * 1e6 / rounds as f64;
    let begun = Instant::now();
    for round in 0..rounds {
        let place = round * 7_919 % size;
        let ranges = inclusion(place, size).expect("a path");
        let path: Vec<_> = ranges
            .iter()
            .map(|range| {
                range_hash::<BySm3>(*range, |subtree| kept.get(&subtree).copied()).expect("kept")
            })
            .collect();
        assert!(proves_inclusion::<BySm3>(&kept[&(0, place)], place, size, &path, &root));
    }
    let both = begun.elapsed().as_secs_f64() * 1e6 / rounds as f64;
    let hashed = steps as f64 / rounds as f64;
    let begun = Instant::now();
    for _ in 0..rounds {
        black_box(BySm3::hash(&[&[1], &[2; 64]]));
    }
    let one = begun.elapsed().as_secs_f64() * 1e6 / rounds as f64;
    println!(
        "an inclusion proof of {count} leaves  {made:>9.2} µs computed, {both:.2} µs with its check"
    );
    println!("one SM3 of a node                  {one:>9.2} µs; {hashed:.0} hashes in a proof");
}
