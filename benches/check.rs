//! How fast rows of a penalty file are checked with all rules, on one core, with the registry's index in memory.
//!
//! The peer in the same run is the CSV reader alone: what reading the file costs before anybody looks at a cell. Run it with
//! `cargo bench --bench check`.

use std::time::Instant;

use xinyong_domain::check::{Checker, Filing, MemoryRegistry, Seen};
use xinyong_domain::identifier::{organisation_code_check_character, uscc_check_character};
use xinyong_domain::law::{Law, Profile};

const SUBJECTS: u32 = 1_000_000;
const ROWS: u32 = 500_000;
const RUNS: usize = 5;
const COLUMNS: [&str; 13] = [
    "CF_XDR_MC",
    "CF_XDR_LB",
    "CF_XDR_SHXYM",
    "CF_WSH",
    "CF_WFXW",
    "CF_SY",
    "CF_YJ",
    "CF_CFLB",
    "CF_NR",
    "CF_NR_FK",
    "CF_JDRQ",
    "CF_CFJG",
    "CF_SJLY",
];

fn code(number: u32) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut serial = [b'0'; 5];
    let mut rest = number as usize;
    for slot in serial.iter_mut().rev() {
        *slot = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    let body = format!("XYD{}", String::from_utf8_lossy(&serial));
    let body = format!("{body}{}", organisation_code_check_character(&body).unwrap_or('0'));
    let first = format!("91140829{body}");
    format!("{first}{}", uscc_check_character(&first).unwrap_or('0'))
}

fn name(number: u32) -> String {
    format!("平陆县示例第{number}号建材有限公司")
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn main() {
    // The test runner asks every target for its tests; a benchmark has none.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let kind = law.kind("administrative-penalty").expect("the penalty kind").clone();
    let mut registry = MemoryRegistry::new();
    for number in 0..SUBJECTS {
        let name = name(number);
        registry.add(i64::from(number), &code(number), &name, &name);
    }
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(COLUMNS).expect("memory");
    for row in 0..ROWS {
        let subject = row.wrapping_mul(7919) % SUBJECTS;
        file.write_record([
            &name(subject),
            "法人及非法人组织",
            &code(subject),
            &format!("（平）市监罚〔2026〕{row}号"),
            "销售标签不符合规定的商品",
            "当事人于2026年6月在其经营场所销售标签标注内容不全的商品，货值金额三百元，违法事实清楚，证据确凿",
            "《示例管理办法》第二十条第一款",
            "罚款;没收违法所得、没收非法财物",
            "罚款人民币贰仟元，没收违法所得壹佰元",
            "0.2",
            "2026/06/01",
            "平陆县市场监督管理局",
            "平陆县市场监督管理局",
        ])
        .expect("memory");
    }
    let bytes = file.into_inner().expect("memory");
    println!("{SUBJECTS} subjects in the index, {ROWS} rows, {:.0} MB", bytes.len() as f64 / 1e6);

    let read = median((0..RUNS).map(|_| read_only(&bytes)).collect());
    let check = median((0..RUNS).map(|_| checked(&bytes, &law, &kind, &registry)).collect());
    let rate = |seconds: f64| f64::from(ROWS) / seconds;
    println!("csv reader alone      {:>10.0} rows/s", rate(read));
    println!(
        "read and all rules    {:>10.0} rows/s   ratio to the reader {:.2}",
        rate(check),
        check / read
    );
    println!("rules alone           {:>10.0} rows/s   (difference of the two)", rate(check - read));
}

fn read_only(bytes: &[u8]) -> f64 {
    let started = Instant::now();
    let mut reader = csv::Reader::from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let mut cells = 0_usize;
    while reader.read_record(&mut record).expect("memory") {
        cells += record.len();
    }
    assert_eq!(cells, ROWS as usize * COLUMNS.len());
    started.elapsed().as_secs_f64()
}

fn checked(
    bytes: &[u8],
    law: &Law,
    kind: &xinyong_domain::law::Kind,
    registry: &MemoryRegistry,
) -> f64 {
    let started = Instant::now();
    let matched = kind.headings.match_row(&COLUMNS);
    let has = (0..kind.fields.len()).map(|position| matched.has(position)).collect();
    let filing = Filing {
        profile: Profile::Returned,
        today: jiff::civil::date(2026, 6, 5),
        unit_name: "平陆县市场监督管理局",
        unit_code: "",
    };
    let checker = Checker::new(kind, law, filing, has);
    let mut reader = csv::Reader::from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let mut seen = Seen::new();
    let mut findings = Vec::new();
    let mut good = 0_u32;
    let mut number = 1;
    while reader.read_record(&mut record).expect("memory") {
        number += 1;
        let mut cells = vec![""; kind.fields.len()];
        for (column, field) in matched.columns.iter().enumerate() {
            if let Some(position) = field {
                cells[*position] = record.get(column).unwrap_or_default();
            }
        }
        findings.clear();
        let row = checker.check(number, &cells, registry, &mut seen, &mut findings);
        good += u32::from(!row.is_refused());
    }
    assert_eq!(good, ROWS, "{findings:?}");
    started.elapsed().as_secs_f64()
}
