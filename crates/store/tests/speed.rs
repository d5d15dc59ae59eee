//! How fast the store is on SQLite. Not part of the ordinary run; in a release build:
//! `cargo nextest run --release -p xinyong-store --run-ignored only --no-capture -E 'test(speed)'`.
//! `XINYONG_SPEED_ROWS` sets the number of subjects (100,000 unless told).

use std::time::Instant;

use jiff::civil::date;
use xinyong_store::{Content, KeyRing, NewRecord, NewSubject, NumberPlace, RecordFilter, Store};

const NOW: i64 = 1_780_000_000_000;

/// Names that look like those of a county register: a few hundred words in different orders.
fn name(n: i64) -> String {
    let words = [
        "云", "岭", "鑫", "源", "恒", "泰", "华", "美", "瑞", "丰", "安", "达", "宏", "盛", "永",
        "兴",
    ];
    let trades =
        ["建材", "商贸", "农业开发", "餐饮服务", "物流", "机械制造", "电子科技", "装饰工程"];
    let word = |shift: u32| words[((n.wrapping_mul(0x9E37_79B9) >> shift) & 15) as usize];
    let trade = trades[((n.wrapping_mul(0x85EB_CA6B) >> 7) & 7) as usize];
    format!("示例县{}{}{}{n:06}{trade}有限公司", word(3), word(9), word(15))
}

fn tokens(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut all = String::with_capacity(name.len() * 3);
    for two in chars.windows(2) {
        all.extend(two);
        all.push(' ');
    }
    all
}

fn subject(n: i64) -> NewSubject {
    let name = name(n);
    let code = format!("91149999{n:09}X");
    NewSubject {
        id: n,
        category: "organisation".to_owned(),
        codes: vec![("uscc".to_owned(), code.clone())],
        code: Some(code),
        name_key: name.clone(),
        tokens: tokens(&name),
        name,
        former: Vec::new(),
        status: "active".to_owned(),
        details:
            "{\"type\":\"有限责任公司\",\"capital\":\"100\",\"address\":\"示例县示例镇示例路\"}"
                .to_owned(),
        registered_on: Some(date(2020, 2, 29)),
        source: "registry".to_owned(),
        known_at: NOW,
        actor: "cli".to_owned(),
        reason: "import".to_owned(),
        source_batch: Some(1),
    }
}

fn record(n: i64, subjects: i64) -> NewRecord {
    let decided_on = date(2026, 1 + (n % 12) as i8, 1 + (n % 28) as i8);
    NewRecord {
        subject_id: 1 + n.wrapping_mul(7_919) % subjects,
        id: n,
        kind: ["administrative-penalty", "administrative-licence"][(n % 2) as usize].to_owned(),
        natural_key: format!("示例罚〔2026〕{n}号|示例县市场监管局"),
        number: NumberPlace { year: 2026, series: "示例罚".to_owned(), serial: n },
        content: Content::new(format!(
            "{{\"WSH\":\"示例罚〔2026〕{n}号\",\"NR\":\"罚款一千元整，没收违法所得\",\"SY\":\"示例事由示例事由示例事由\",\
             \"YJ\":\"示例条例第十二条\",\"JG\":\"示例县市场监督管理局\"}}"
        )),
        sealed: None,
        platform: "{\"severity\":\"minor\",\"procedure\":\"ordinary\",\"channel\":\"ndrc\"}"
            .to_owned(),
        party_category: "organisation".to_owned(),
        decided_on,
        valid_until: None,
        unit_id: "market".to_owned(),
        batch_id: 1,
        row: n,
        recorded_at: NOW,
        law_edition: "2026-04-01".to_owned(),
        public_from: Some(decided_on),
        public_until: Some(date(2027, decided_on.month(), decided_on.day())),
        content_digest: format!("{n:064}"),
        actor: "cli".to_owned(),
        second: Some("cli2".to_owned()),
        reason: "released".to_owned(),
        citations: "[\"示例条\"]".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, in a release build only"]
async fn speed() {
    let count: i64 =
        std::env::var("XINYONG_SPEED_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("folder");
    let keys = KeyRing::random().expect("keys");
    let path = folder.path().join("speed.db");
    let store = Store::open(&path.display().to_string(), &keys).await.expect("open");
    let rate = |what: &str, rows: i64, since: Instant| {
        let seconds = since.elapsed().as_secs_f64();
        eprintln!("{what}: {rows} in {seconds:.2} s = {:.0}/s", rows as f64 / seconds);
    };

    let mut spent = std::time::Duration::ZERO;
    for from in (1..=count).step_by(50_000) {
        let subjects: Vec<_> = (from..(from + 50_000).min(count + 1)).map(subject).collect();
        let since = Instant::now();
        let mut tx = store.transaction("t").await.expect("begun");
        tx.insert_subjects(&subjects).await.expect("inserted");
        tx.commit().await.expect("committed");
        spent += since.elapsed();
    }
    eprintln!("insert_subjects: {:.0}/s", count as f64 / spent.as_secs_f64());

    spent = std::time::Duration::ZERO;
    for from in (1..=count).step_by(50_000) {
        let records: Vec<_> =
            (from..(from + 50_000).min(count + 1)).map(|n| record(n, count)).collect();
        let since = Instant::now();
        let mut tx = store.transaction("t").await.expect("begun");
        tx.insert_records(&records).await.expect("inserted");
        tx.commit().await.expect("committed");
        spent += since.elapsed();
    }
    eprintln!("insert_records: {:.0}/s", count as f64 / spent.as_secs_f64());

    let since = Instant::now();
    let jobs: Vec<_> = (0..16_i64)
        .map(|job| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..5_000_i64 {
                    let wanted = 1 + (job * 5_000 + n).wrapping_mul(7_919) % count;
                    let code = format!("91149999{wanted:09}X");
                    assert!(store.subject_by_code(&code).await.expect("read").is_some());
                }
            })
        })
        .collect();
    for job in jobs {
        job.await.expect("done");
    }
    rate("subject_by_code", 80_000, since);

    let codes: Vec<String> = (1..=20_000.min(count)).map(|n| format!("91149999{n:09}X")).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let since = Instant::now();
    store.find_subjects(&codes, &[]).await.expect("found");
    rate("find_subjects by code", codes.len() as i64, since);
    let keys: Vec<_> = (1..=20_000.min(count))
        .map(|n| record(n, count))
        .map(|record| (record.subject_id, record.kind, record.natural_key))
        .collect();
    let since = Instant::now();
    assert_eq!(store.existing_records(&keys).await.expect("found").len(), keys.len());
    rate("existing_records", keys.len() as i64, since);

    for (what, length) in [("full name", 99), ("four characters", 4), ("two characters", 2)] {
        let mut times: Vec<u128> = Vec::new();
        for n in 0..300_i64 {
            let name = name(1 + n.wrapping_mul(104_729) % count);
            let part: String =
                name.chars().skip(if length == 99 { 0 } else { 3 }).take(length).collect();
            let query: Vec<String> = tokens(&part).split_whitespace().map(str::to_owned).collect();
            let since = Instant::now();
            let hits = store.search_tokens(&query, 200).await.expect("hits");
            times.push(since.elapsed().as_micros());
            assert!(!hits.is_empty());
        }
        times.sort_unstable();
        eprintln!("search {what}: p50 {} µs, p99 {} µs", times[150], times[297]);
    }
    let today = date(2026, 12, 31);
    let since = Instant::now();
    let page = store
        .public_records("administrative-penalty", today, &RecordFilter::default(), 20)
        .await
        .expect("page");
    eprintln!("public_records page of {}: {:?}", page.len(), since.elapsed());
    let since = Instant::now();
    store.counts_public(today).await.expect("counts");
    eprintln!("counts_public: {:?}", since.elapsed());
    let since = Instant::now();
    let report =
        store.fsck(&|names: &[&str]| tokens(names[0]), &mut |_, _| {}).await.expect("checked");
    eprintln!("fsck: {:?}, {} problems", since.elapsed(), report.problems.len());
    let since = Instant::now();
    store.backup(&folder.path().join("backup"), NOW).await.expect("made");
    eprintln!("backup: {:?}", since.elapsed());
    let size = std::fs::metadata(&path).expect("size").len();
    eprintln!("database: {} MB", size / 1_000_000);
}
