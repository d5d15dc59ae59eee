//! Real processes, really killed.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::county::{penalties, penalty};
use crate::served::serve;
use crate::support::{Platform, path};

const KILLS: usize = 100;
const ROWS: usize = 6_000;

/// A file whose rows all go in: other document numbers on the same fifty companies.
fn file(round: usize) -> String {
    let rows: Vec<_> = (0..ROWS)
        .map(|row| {
            let number = format!("（平）市监罚〔2026〕{round}-{row}号");
            penalty(row % 50 + 1, "2026/11/23", &[("行政处罚决定书文号", &number)])
        })
        .collect();
    penalties(&rows)
}

#[test]
fn killed_a_hundred_times_in_the_middle_of_an_import_nothing_is_lost_or_doubled() {
    let platform = Platform::with_registry();
    let mut killed = 0;
    let mut round = 0;
    let mut delay = 20;
    while killed < KILLS {
        let input = platform.file(&format!("round-{round}.csv"), &file(round));
        let arguments = [
            "import",
            "records",
            path(&input),
            "--kind",
            "administrative-penalty",
            "--unit",
            "market-regulation",
            "--submit",
        ];
        // Kill it again and again, each time a little later, until one run gets through.
        loop {
            let mut child = platform
                .command(&arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary starts");
            let until = Instant::now() + Duration::from_millis(delay);
            let mut ended = None;
            while Instant::now() < until && ended.is_none() {
                ended = child.try_wait().expect("a child");
                std::thread::sleep(Duration::from_millis(2));
            }
            if let Some(status) = ended {
                assert!(status.success());
                break;
            }
            child.kill().expect("a kill");
            child.wait().expect("its end");
            killed += 1;
            delay = if delay > 900 { 20 } else { delay + 17 };
            if killed >= KILLS {
                break;
            }
        }
        let answer = platform.json(&arguments);
        let count = |key: &str| answer[key].as_u64().expect("a count");
        assert_eq!(count("received"), ROWS as u64, "{answer}");
        assert_eq!(count("recorded") + count("unchanged"), ROWS as u64, "{answer}");
        let again = platform.json(&arguments);
        assert_eq!(again["unchanged"], ROWS as u64, "{again}");
        round += 1;
    }
    let report = platform.json(&["fsck"]);
    assert_eq!(report["good"], true, "{report}");
    let stored = report["checked"].to_string();
    let records = report["checked"]
        .as_array()
        .and_then(|tables| tables.iter().find(|table| table[0] == "record"))
        .and_then(|table| table[1].as_u64())
        .or_else(|| report["checked"]["record"].as_u64());
    assert_eq!(records, Some((round * ROWS) as u64), "{stored}");
}

#[test]
fn killed_while_the_registry_comes_in() {
    let platform = Platform::pinglu();
    let mut text = "企业名称,统一社会信用代码,注册日期\n".to_owned();
    for prefix in ["91", "92", "93", "51", "52", "12", "11", "N2"] {
        for number in 0..900 {
            text.push_str(&format!(
                "平陆县示例{prefix}第{number}家,{},2015-03-02\n",
                crate::county::code(prefix, number)
            ));
        }
    }
    let input = platform.file("big.csv", &text);
    let arguments = ["import", "subjects", path(&input)];
    for delay in [10, 60, 120, 200, 300, 400] {
        let mut child = platform
            .command(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("a kill");
        child.wait().expect("its end");
    }
    let answer = platform.json(&arguments);
    let count = |key: &str| answer[key].as_u64().expect("a count");
    assert_eq!(count("recorded") + count("unchanged"), 7200, "{}", answer["findings"]);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn killed_while_a_released_batch_is_being_recorded_the_next_start_finishes_it() {
    let platform = Platform::empty();
    let accounts: serde_json::Value =
        serde_json::from_str(&crate::browser::invent(&platform)).expect("accounts");
    let password = |login: &str| accounts[login].as_str().expect("a password").to_owned();
    let registry = platform.file("registry.csv", &crate::county::registry());
    platform.json(&["import", "subjects", path(&registry)]);
    let before = platform.json(&["fsck"])["checked"]["record"].as_u64().expect("a count");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--today", &platform.today];
    let served = serve(&platform, &arguments);

    let mut clerk = served.visitor();
    clerk.sign_in("clerk", &password("clerk"));
    let token = clerk.get("/console/upload").token();
    let fields = [("csrf", token.as_str()), ("kind", "administrative-penalty")];
    let page = clerk.upload("/console/upload", &fields, "处罚.csv", &file(1));
    assert_eq!(page.status, 303, "{}", page.text);
    let batch = page.location;
    let token = clerk.wait_for(&batch, "提交复核").token();
    assert_eq!(clerk.post(&format!("{batch}/submit"), &[("csrf", &token)]).status, 303);

    let mut reviewer = served.visitor();
    reviewer.sign_in("reviewer", &password("reviewer"));
    let token = reviewer.wait_for(&batch, "复核入库").token();
    let fields = [("csrf", token.as_str()), ("basis", "unit-publication-list")];
    assert_eq!(reviewer.post(&format!("{batch}/release"), &fields).status, 303);
    served.kill();

    let mut left = 0;
    for pause in [150, 300, 450] {
        let served = serve(&platform, &arguments);
        std::thread::sleep(Duration::from_millis(pause));
        served.kill();
        let now = platform.json(&["fsck"]);
        assert_eq!(now["good"], true, "{now}");
        left = now["checked"]["record"].as_u64().expect("a count") - before;
    }
    assert!(left <= ROWS as u64);
    let served = serve(&platform, &arguments);
    let mut reviewer = served.visitor();
    reviewer.sign_in("reviewer", &password("reviewer"));
    reviewer.wait_for(&batch, "查看这一批入库的信息");
    served.kill();
    let report = platform.json(&["fsck"]);
    assert_eq!(report["good"], true, "{report}");
    assert_eq!(report["checked"]["record"].as_u64(), Some(before + ROWS as u64), "{report}");
}

#[test]
fn a_row_changed_behind_the_platforms_back_is_named() {
    let platform = Platform::with_registry();
    let input = platform.file("penalties.csv", &penalties(&[penalty(1, "2026/11/23", &[])]));
    platform.import(&input, "administrative-penalty", "market-regulation", &["--submit"]);
    assert_eq!(platform.json(&["fsck"])["good"], true);
    // The row in the database file itself, past every rule.
    let database = platform.folder().join("data/xinyong.db");
    let script = "UPDATE record_version SET content = replace(content, '二千元', '二百元')";
    let changed = std::process::Command::new("python3")
        .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()", path(&database), script])
        .status()
        .expect("python3 with its sqlite3 module");
    assert!(changed.success());
    let answer = platform.run(&["fsck"]);
    assert_eq!(answer.code, 4, "{answer:?}");
    assert!(answer.stdout.contains("record_version"), "{answer:?}");
}

#[test]
fn a_backup_restores_into_an_empty_database_and_proves_itself() {
    let platform = Platform::with_registry();
    let input = platform.file("penalties.csv", &penalties(&[penalty(1, "2026/11/23", &[])]));
    platform.import(&input, "administrative-penalty", "market-regulation", &["--submit"]);
    let backup = platform.folder().join("county.backup");
    platform.json(&["backup", path(&backup)]);
    let other = Platform::empty();
    std::fs::create_dir_all(other.folder().join("data")).expect("a folder");
    std::fs::copy(platform.folder().join("data/keys"), other.folder().join("data/keys"))
        .expect("the keys");
    other.json(&["restore", path(&backup)]);
    assert_eq!(other.json(&["fsck"])["good"], true);
    let again = other.import(&input, "administrative-penalty", "market-regulation", &["--submit"]);
    assert_eq!(again["unchanged"], 1, "{again}");
    // Not into one that has something in it already.
    assert_ne!(other.run(&["restore", path(&backup)]).code, 0);
}

#[test]
fn an_unknown_key_opens_nothing() {
    let platform = Platform::with_registry();
    let input = platform.file("penalties.csv", &penalties(&[penalty(1, "2026/11/23", &[])]));
    platform.import(&input, "administrative-penalty", "market-regulation", &["--check-only"]);
    std::fs::remove_file(platform.folder().join("data/keys")).expect("the keys");
    let answer = platform.run(&["fsck"]);
    assert_eq!(answer.code, 4, "another key must not pass: {answer:?}");
}
