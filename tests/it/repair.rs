//! Repair in a real browser: one application for two records that are both granted, and one at the window that is refused.

use crate::browser::{IDENTITY, browser, invent};
use crate::county::{company, penalties, penalty, registry};
use crate::served::serve;
use crate::support::{Platform, path};

/// A county in which a firm has the given penalties in public.
fn county(today: &str, rows: &[(&str, Vec<String>)]) -> (Platform, String) {
    let mut platform = Platform::empty();
    platform.today = today.to_owned();
    let passwords = invent(&platform);
    let file = platform.file("registry.csv", &registry());
    platform.json(&["import", "subjects", path(&file)]);
    for (unit, row) in rows {
        let file = platform.file(&format!("{unit}.csv"), &penalties(std::slice::from_ref(row)));
        let answer = platform.import(&file, "administrative-penalty", unit, &["--submit"]);
        assert_eq!(answer["recorded"], 1, "{answer}");
    }
    (platform, passwords)
}

fn served(platform: &Platform, day: &str) -> crate::served::Served {
    serve(platform, &["serve", "--listen", "127.0.0.1:0", "--today", day])
}

#[test]
fn two_records_of_one_application_are_granted_and_found_by_nobody() {
    // Under the older order a body above decides what its unit does not; the market-regulation site has its own rules by then.
    let today = "2026-03-30";
    let (own, above) = ("（平）市监罚〔2025〕9201号", "（平）应急罚〔2025〕9202号");
    let number = |number: &'static str| [("行政处罚决定书文号", number)];
    let rows = [
        ("market-regulation", penalty(9, "2025/09/01", &number(own))),
        ("emergency-management", penalty(9, "2025/03/03", &number(above))),
    ];
    let (platform, passwords) = county(today, &rows);
    let (code, firm) = (crate::county::code("91", 9), company(9));
    let answer = {
        let served = served(&platform, today);
        let out = platform.folder().join("report.pdf");
        let make = ["report", "make", &code, "--out", path(&out), "--site", &served.address];
        let made = platform.json(&make);
        let report = made["number"].as_str().expect("a number");
        let arguments = ["granted", &code, &firm, IDENTITY, own, above, report];
        let arguments = [&arguments[..], &["2025-09-01", "2025-03-03"]].concat();
        let answer = browser(&served.address, &passwords, &arguments);
        let log = served.stop_and_read_log();
        for secret in ["示例赵六", IDENTITY, "缴款凭证"] {
            assert!(!log.contains(secret), "{log}");
        }
        answer
    };
    // The night's job, a later day and the kept files bring nothing back.
    platform.json(&["expire", "--on", "2026-03-31"]);
    let later = served(&platform, "2026-05-01");
    for record in answer["records"].as_array().expect("records") {
        let record = record.as_str().expect("a path");
        assert_eq!(later.visitor().get(record).status, 404, "{record}");
    }
    drop(later);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn what_the_window_brings_may_be_refused_and_stays_public_until_its_day() {
    // The steps fall into a year whose calendar nobody has announced.
    let today = "2026-12-30";
    let number = "（平）市监罚〔2026〕9301号";
    let change = [
        ("行政处罚决定书文号", number),
        ("处罚类别", "没收违法所得、没收非法财物"),
        ("罚款金额（万元）", ""),
        ("没收违法所得、没收非法财物的金额（万元）", "0.1"),
    ];
    let rows = [("market-regulation", penalty(10, "2026/09/01", &change))];
    let (platform, passwords) = county(today, &rows);
    let (code, firm) = (crate::county::code("91", 10), company(10));
    let record = {
        let served = served(&platform, today);
        let arguments = ["refused", &code, &firm, IDENTITY, number, "2026-09-01"];
        let answer = browser(&served.address, &passwords, &arguments);
        let log = served.stop_and_read_log();
        for secret in ["示例来人", "0359-0000000", IDENTITY] {
            assert!(!log.contains(secret), "{log}");
        }
        answer["record"].as_str().expect("a record").to_owned()
    };
    for (day, status) in [("2027-09-01", 200), ("2027-09-02", 404)] {
        let served = served(&platform, day);
        assert_eq!(served.visitor().get(&record).status, status, "{day}");
    }
    assert_eq!(platform.json(&["fsck"])["good"], true);
}
