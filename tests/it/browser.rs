//! The journey in a real browser: a clerk uploads, a second person releases, the public sees it, three years later it is gone.
//! And every page, wide and phone-wide, through axe.

use std::process::Command;

use serde_json::Value;

use crate::county::{penalties, penalty};
use crate::served::serve;
use crate::support::{Platform, path};

fn browser(address: &str, passwords: &str, arguments: &[&str]) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/browser.mjs");
    let (task, rest) = arguments.split_first().expect("a task");
    let output = Command::new("node")
        .args([script, task, address])
        .args(rest)
        .env("XINYONG_TEST_PASSWORDS", passwords)
        .output()
        .expect("node; scripts/test installs what the browser tests need");
    let text = String::from_utf8_lossy(&output.stdout);
    let answer: Value = serde_json::from_str(text.trim()).unwrap_or_else(|error| {
        panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr))
    });
    assert_eq!(answer["problems"], serde_json::json!([]), "{answer:#}");
    answer
}

/// Invents a small county and answers its passwords by sign-in name.
pub fn invent(platform: &Platform) -> String {
    let answer = platform.json(&["demo", "--only-build", "--subjects", "300"]);
    let accounts: serde_json::Map<String, Value> = answer["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|account| {
            (account["login"].as_str().expect("a login").to_owned(), account["password"].clone())
        })
        .collect();
    Value::Object(accounts).to_string()
}

#[test]
fn a_penalty_from_the_clerks_file_to_the_public_page_and_its_end() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let registry = platform.file("registry.csv", &crate::county::registry());
    platform.json(&["import", "subjects", path(&registry)]);
    let number = "（平）市监罚〔2026〕9001号";
    let rows = [
        penalty(9, "2026/11/23", &[("行政处罚决定书文号", number)]),
        penalty(10, "2026/11/23", &[("罚款金额（万元）", "")]),
    ];
    let file = platform.file("处罚.csv", &penalties(&rows));
    let code = crate::county::code("91", 9);
    let record = {
        let served =
            serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
        let answer = browser(&served.address, &passwords, &["journey", path(&file), &code, number]);
        answer["record"].as_str().expect("a record").to_owned()
    };
    {
        let day = "2027-11-23";
        // 一般: one year from the decision, the last day inclusive.
        let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", day]);
        let body = Command::new("node")
            .args([
                "-e",
                "fetch(process.argv[1]).then(r=>console.log(r.status))",
                &format!("{}{record}", served.address),
            ])
            .output()
            .expect("node");
        assert_eq!(String::from_utf8_lossy(&body.stdout).trim(), "200", "{day} is the last day");
    }
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", "2029-12-31"]);
    browser(&served.address, &passwords, &["gone", &code, &record, number]);
    drop(served);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn a_clerk_and_a_citizen_need_no_mouse() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let registry = platform.file("registry.csv", &crate::county::registry());
    platform.json(&["import", "subjects", path(&registry)]);
    let rows = [penalty(9, "2026/11/23", &[("行政处罚决定书文号", "（平）市监罚〔2026〕9101号")])];
    let file = platform.file("处罚.csv", &penalties(&rows));
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    browser(&served.address, &passwords, &["keyboard", path(&file)]);
}

#[test]
fn every_page_is_accessible_and_fits_a_phone() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    let answer = browser(&served.address, &passwords, &["pages"]);
    assert!(answer["checked"].as_u64().expect("a count") > 30, "{answer}");
}

#[test]
fn a_fixed_day_is_for_demonstrations_only() {
    let platform = Platform::pinglu();
    let answer = platform.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(answer.refusal(3), "serve.today-not-allowed");
    assert_eq!(platform.run(&["expire", "--on", "2029-01-01"]).refusal(3), "expire.future");
}
