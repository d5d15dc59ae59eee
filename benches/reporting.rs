//! How long the desk and the bulletin of a month take over three million records of one unit, from the summaries that are kept.
//!
//! The peer in the same run is DuckDB over a table of the same records (unit, kind, day of decision, day of arrival) in memory: the
//! month counted from the rows, by unit and kind, against the due days. It must count what the program shows, for each unit, and count the
//! whole table as the summary has it. `DUCKDB_PYTHON` names a Python that has it (`pip install duckdb`). Loading takes minutes;
//! `XINYONG_BENCH_DIR` names a folder that is filled once and used again. Run it with `cargo bench --bench reporting`.
//!
//! `XINYONG_BENCH_RECORDS=10000000` with `XINYONG_BENCH_SUBJECTS=170000` imports half a million records through the program and makes ten
//! million out of them, over ten units and ten months; the summaries are then counted by the store.

mod invented;
mod loaded;
mod multiplied;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use invented::{Invented, database, desk};
use jiff::civil::date;
use loaded::load;
use multiplied::multiply;
use xinyong_service::reporting::{Month, bulletin, month_figures, waiting};
use xinyong_service::{Actor, Role};

const RUNS: usize = 40;

/// The rows leave the database as text, DuckDB reads them into a table of its own, and only the count is timed. Then the whole table is
/// counted by unit, kind and both days, and held to the summary that the program keeps.
const DUCK: &str = "
import sqlite3, sys, time, csv, duckdb
lite = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
rows = lite.execute(
    \"SELECT r.unit_id, r.kind, r.decided_on, date(b.received_at / 1000 + 28800, 'unixepoch') FROM record r \"
    \"JOIN batch b ON b.id = r.batch_id\")
with open(sys.argv[2], 'w', newline='') as out:
    csv.writer(out).writerows(rows)
base = duckdb.connect()
base.execute('SET threads = 1')
base.execute('SET enable_progress_bar = false')
base.execute(\"CREATE TABLE t AS SELECT * FROM read_csv(?, header = false, columns = {'unit': 'VARCHAR', 'kind': 'VARCHAR', \"
             \"'decided': 'DATE', 'received': 'DATE'})\", [sys.argv[2]])
query = (\"SELECT unit, kind, count(*), count(*) FILTER (WHERE received <= decided + 11) FROM t \"
         \"WHERE decided BETWEEN '2026-05-01' AND '2026-05-31' GROUP BY unit, kind ORDER BY unit, kind\")
times = []
for _ in range(20):
    begun = time.perf_counter()
    counted = base.execute(query).fetchall()
    times.append(time.perf_counter() - begun)
times.sort()
whole = base.execute('SELECT unit, kind, CAST(decided AS VARCHAR), CAST(received AS VARCHAR), count(*) FROM t GROUP BY ALL').fetchall()
kept = lite.execute('SELECT unit_id, kind, decided_on, received_on, records FROM arrival').fetchall()
print(base.execute('SELECT count(*) FROM t').fetchone()[0], times[len(times) // 2] * 1000, len(kept),
      'equal' if sorted(whole) == sorted(kept) else 'different')
for unit, kind, count, _ in counted:
    print(unit, kind, count)
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
    if let Ok(wanted) = std::env::var("XINYONG_BENCH_RECORDS") {
        let wanted = wanted.parse().expect("XINYONG_BENCH_RECORDS is a number");
        let imported = u64::from(loaded::FILES) * u64::from(invented.subjects);
        runtime.block_on(multiply(&desk, folder, imported, wanted));
    }
    let bytes = std::fs::metadata(database(folder)).expect("the database").len();
    println!("the database                       {:>9.2} GB", bytes as f64 / 1e9);
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
    let received: BTreeMap<(String, String), u64> = figures
        .units
        .iter()
        .flat_map(|(unit, found)| {
            found.kinds.iter().map(move |kind| ((unit.clone(), kind.kind.clone()), kind.received))
        })
        .filter(|(_, received)| *received > 0)
        .collect();
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
    println!("decisions of the month             {}", received.values().sum::<u64>());
    peer(folder, temporary.path(), &received, own);
}

fn peer(folder: &Path, scratch: &Path, received: &BTreeMap<(String, String), u64>, own: f64) {
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
    let mut lines = text.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let head = lines.next().map(<[&str; 4]>::try_from);
    let Some(Ok([rows, milliseconds, kept, verdict])) = head else {
        panic!("DuckDB said: {text}{}", String::from_utf8_lossy(&answer.stderr));
    };
    let counted: BTreeMap<(String, String), u64> = lines
        .map(|line| match line.as_slice() {
            [unit, kind, count] => {
                (((*unit).to_owned(), (*kind).to_owned()), count.parse().expect("a count"))
            }
            other => panic!("DuckDB said: {other:?}"),
        })
        .collect();
    assert_eq!(&counted, received, "both count the same month, for each unit and kind");
    assert_eq!(verdict, "equal", "the summary of {kept} rows says what the table says");
    let milliseconds: f64 = milliseconds.parse().expect("a time");
    println!(
        "DuckDB, the month from {rows} rows     p50 {milliseconds:>7.2} ms   ratio {:.3}",
        own / milliseconds
    );
    println!("the summary, {kept} rows, is what DuckDB counts from all of them");
}
