//! Makes ten million records out of half a million: the rows that the summaries and lists of what units owe read, written again by plain
//! SQL under other ids, units, number series and months.
//!
//! What a record says is not written again (a copy's version is empty, and neither sealed nor chained), nor are subjects and names: none of
//! it is read here. The files are copied too, each with an instant of its own, since the day of arrival is theirs. The summaries are not
//! copied: the store counts them anew, and says whether it agrees with itself.

use std::path::Path;
use std::time::Instant;

use xinyong_service::{Desk, reporting};
use xinyong_store::{KeyRing, Store};

use super::invented::database;

/// Units that take turns. The first is that of the imported records.
const UNITS: [&str; 10] = [
    "market-regulation",
    "administrative-approval",
    "transport",
    "emergency-management",
    "housing-construction",
    "natural-resources",
    "ecology-environment",
    "health",
    "agriculture",
    "urban-management",
];

/// What was made, in a file beside the database.
const MARK: &str = "multiplied";

/// Copies what was imported until there are at least `wanted` records, and has the summaries counted anew. Nothing is done in a folder
/// where it was done before; one where it was broken off is refused.
pub async fn multiply(desk: &Desk, folder: &Path, imported: u64, wanted: u64) {
    let copies = wanted.saturating_sub(imported).div_ceil(imported);
    let mark = folder.join(MARK);
    let done = format!("{imported} {copies}");
    if let Ok(found) = std::fs::read_to_string(&mark) {
        assert_eq!(
            found,
            done,
            "{} was made for another size, or broken off: empty it",
            mark.display()
        );
        return;
    }
    std::fs::write(&mark, "broken off").expect("disk");
    let keys = KeyRing::load(&folder.join("keys.toml")).expect("the keys");
    let url = format!("sqlite:{}", database(folder).display());
    let store = Store::open(&url, &keys).await.expect("the database");
    let begun = Instant::now();
    store
        .raw_execute(
            "CREATE TABLE bench_span AS SELECT (SELECT MAX(id) - MIN(id) + 1 FROM record) AS records, \
             (SELECT MAX(id) - MIN(id) + 1 FROM batch) AS batches, (SELECT MAX(id) FROM record) AS last_record, \
             (SELECT MAX(id) FROM batch) AS last_batch",
        )
        .await
        .expect("spans");
    for copy in 1..=copies {
        store.raw_execute(&copied(copy)).await.expect("copied");
    }
    store.raw_execute("DROP TABLE bench_span").await.expect("dropped");
    println!("multiplied by {:<21} {:>9.1} s", copies + 1, begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let counted = reporting::recount(desk).await.expect("counted anew");
    println!("{counted:<9} records counted anew     {:>9.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    assert_eq!(
        store.reporting_differs().await.expect("counted"),
        None,
        "the summaries say what the records say"
    );
    println!("held to a recount, as fsck does    {:>9.1} s", begun.elapsed().as_secs_f64());
    store.close().await;
    std::fs::write(&mark, done).expect("disk");
}

/// One copy of all: another unit, a series of its own, months that lie further back with every round of the units, and files that came up to
/// a week earlier.
fn copied(copy: u64) -> String {
    let unit = UNITS[(copy % UNITS.len() as u64) as usize];
    let back = 5 * (copy / UNITS.len() as u64);
    let earlier = copy % 8;
    let record = format!("b.id + {copy} * s.records");
    let batch = |column: &str| format!("{column} + {copy} * s.batches");
    let day = |column: &str| format!("date({column}, '-{back} months')");
    let key = format!(
        "replace(b.natural_key, '市监罚(2026)', '示例罚{copy}(' || substr({}, 1, 4) || ')')",
        day("b.decided_on")
    );
    format!(
        "INSERT INTO batch SELECT {batch_id}, kind, '{unit}', profile, file_name, digest, size, stage, \
         CAST(strftime('%s', received_at / 1000, 'unixepoch', '-{back} months', '-{earlier} days') AS INTEGER) * 1000 \
         + received_at % 1000, received_by, checked_at, submitted_at, submitted_by, released_at, released_by, recorded_at, refusal, \
         rows_total, count_received, count_recorded, count_unchanged, count_held, count_refused, basis, sheet, heading, progress, note, \
         law_edition, seal FROM batch b, bench_span s WHERE kind = 'administrative-penalty' AND b.id <= s.last_batch; \
         INSERT INTO record SELECT {record}, b.subject_id, b.kind, {key}, 1, b.party_category, {decided}, '{unit}', {batch_of}, b.row, \
         b.public_from, b.public_until, b.withdrawn_on, b.state, b.ends_on FROM record b, bench_span s WHERE b.id <= s.last_record \
         ORDER BY b.id, b.subject_id; \
         INSERT INTO record_version SELECT b.subject_id, {record}, 1, b.kind, {key}, b.party_category, '{unit}', {batch_of}, b.row, \
         '', NULL, '', b.state, '', '', NULL, '', '', NULL, 0, b.public_from, b.public_until, b.withdrawn_on, '', '', '' \
         FROM record b, bench_span s WHERE b.id <= s.last_record ORDER BY b.id, b.subject_id;",
        batch_id = batch("b.id"),
        batch_of = batch("b.batch_id"),
        decided = day("b.decided_on"),
    )
}
