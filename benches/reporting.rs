//! How long the desk and the bulletin of a month take over three million records of one unit, from the summaries that are kept.
//!
//! The peer in the same run is DuckDB over a table of the same records (unit, kind, day of decision, day of arrival) in memory: the
//! month counted from the rows, by unit and kind, against the due days. `DUCKDB_PYTHON` names a Python that has it
//! (`pip install duckdb`). Loading takes minutes; `XINYONG_BENCH_DIR` names a folder that is filled once and used again. Run it with
//! `cargo bench --bench reporting`.

mod invented;
mod loaded;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use invented::{Invented, database, desk};
use jiff::civil::date;
use loaded::load;
use xinyong_service::reporting::{Month, bulletin, month_figures, waiting};
use xinyong_service::{Actor, Role};

const RUNS: usize = 40;

/// The rows leave the database as text, DuckDB reads them into a table of its own, and only the count is timed.
const DUCK: &str = "
import sqlite3, sys, time, csv, duckdb
rows = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True).execute(
    \"SELECT r.unit_id, r.kind, r.decided_on, date(b.received_at / 1000 + 28800, 'unixepoch') FROM record r \"
    \"JOIN batch b ON b.id = r.batch_id\")
with open(sys.argv[2], 'w', newline='') as out:
    csv.writer(out).writerows(rows)
base = duckdb.connect()
base.execute('SET threads = 1')
base.execute(\"CREATE TABLE t AS SELECT * FROM read_csv(?, header = false, columns = {'unit': 'VARCHAR', 'kind': 'VARCHAR', \"
             \"'decided': 'DATE', 'received': 'DATE'})\", [sys.argv[2]])
query = (\"SELECT unit, kind, count(*), count(*) FILTER (WHERE received <= decided + 11) FROM t \"
         \"WHERE decided BETWEEN '2026-05-01' AND '2026-05-31' GROUP BY unit, kind\")
times = []
for _ in range(20):
    begun = time.perf_counter()
    counted = base.execute(query).fetchall()
    times.append(time.perf_counter() - begun)
times.sort()
print(base.execute('SELECT count(*) FROM t').fetchone()[0], counted[0][2] if counted else 0, times[len(times) // 2] * 1000)
";

fn main() {
    // The test runner asks every target for its tests; a benchmark has none.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let kept = std::env::var_os("XINYONG_BENCH_DIR").map(std::path::PathBuf::from);
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = kept.as_deref().unwrap_or_else(|| temporary.path());
    std::fs::create_dir_all(folder).expect("the folder can be written");
    let invented = Invented::new();
    let begun = Instant::now();
    let desk = runtime.block_on(desk(folder));
    println!("opened, upgraded where it was older, in {:.1} s", begun.elapsed().as_secs_f64());
    runtime.block_on(load(&desk, &invented, folder));
    let desk = desk.at(date(2026, 6, 20));
    let month = Month::of(date(2026, 5, 1));
    let office = Actor::system("office");
    let reviewer = Actor {
        login: "reviewer".to_owned(),
        name: "示例员".to_owned(),
        unit: "market-regulation".to_owned(),
        role: Some(Role::Reviewer),
    };
    let begun = Instant::now();
    let figures = runtime.block_on(month_figures(&desk, &office, month)).expect("figures");
    println!(
        "first count after an import, series counted anew {:>9.1} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );
    let received: u64 = figures.units.values().map(|unit| unit.total.received).sum();
    let timed = |what: &str, run: &dyn Fn()| {
        let mut times: Vec<f64> = (0..RUNS)
            .map(|_| {
                let begun = Instant::now();
                run();
                begun.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{what:<34} p50 {:>7.2} ms   longest {:>7.2} ms",
            times[RUNS / 2],
            times[RUNS - 1]
        );
        times[RUNS / 2]
    };
    timed("what waits, for a unit", &|| {
        runtime.block_on(waiting(&desk, &reviewer)).expect("an answer");
    });
    let own = timed("figures of the month, all units", &|| {
        runtime.block_on(month_figures(&desk, &office, month)).expect("figures");
    });
    timed("bulletin with its workbook", &|| {
        let found = runtime.block_on(bulletin(&desk, &office, month)).expect("a bulletin");
        found.workbook().expect("bytes");
    });
    println!("decisions of the month             {received}");
    peer(folder, temporary.path(), received, own);
}

fn peer(folder: &Path, scratch: &Path, received: u64, own: f64) {
    let Some(python) = std::env::var_os("DUCKDB_PYTHON") else {
        println!("DUCKDB_PYTHON is not set: no peer (pip install duckdb)");
        return;
    };
    let answer = Command::new(python)
        .args(["-c", DUCK])
        .arg(database(folder))
        .arg(scratch.join("rows.csv"))
        .output()
        .expect("Python runs");
    let text = String::from_utf8_lossy(&answer.stdout);
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [rows, counted, milliseconds] = numbers.as_slice() else {
        panic!("DuckDB said: {text}{}", String::from_utf8_lossy(&answer.stderr));
    };
    assert_eq!(*counted, received as f64, "both count the same month");
    println!(
        "DuckDB, the month from {rows} rows     p50 {milliseconds:>7.2} ms   ratio {:.2}",
        own / milliseconds
    );
}
