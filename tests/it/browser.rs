//! The journey in a real browser: a clerk uploads, a second person releases, the public sees it, three years later it is gone.
//! And every page, wide and phone-wide, through axe.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::county::{penalties, penalty};
use crate::served::serve;
use crate::support::{Platform, path};

/// A task of the script in the real browser; its answer, in which nothing may be a problem.
pub fn browser(address: &str, passwords: &str, arguments: &[&str]) -> Value {
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

/// The valid identity number of nobody: that serial number is given to no one born on that day.
pub const IDENTITY: &str = "140829190001010073";

#[test]
fn a_firms_agent_from_the_application_to_a_declaration_and_its_end() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let registry = platform.file("registry.csv", &crate::county::registry());
    platform.json(&["import", "subjects", path(&registry)]);
    let (code, firm) = (crate::county::code("91", 9), crate::county::company(9));
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    browser(&served.address, &passwords, &["agent", &code, &firm, IDENTITY]);
    let log = served.stop_and_read_log();
    for secret in ["示例赵六", IDENTITY, "10000000006", "zhao.liu"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn an_objection_is_marked_at_once_answered_and_corrected_by_two() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let registry = platform.file("registry.csv", &crate::county::registry());
    platform.json(&["import", "subjects", path(&registry)]);
    let number = "（平）市监罚〔2026〕9002号";
    // Decided under Order 58: an ordinary fine is public.
    let rows = [penalty(9, "2026/03/05", &[("行政处罚决定书文号", number)])];
    let file = platform.file("处罚.csv", &penalties(&rows));
    platform.import(&file, "administrative-penalty", "market-regulation", &["--submit"]);
    let (code, firm) = (crate::county::code("91", 9), crate::county::company(9));
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    browser(&served.address, &passwords, &["objection", &code, &firm, IDENTITY, number]);
    let log = served.stop_and_read_log();
    for secret in ["示例赵六", IDENTITY, "见决定书第2页"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn the_approval_window_checks_decides_and_says_what_came_of_it() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    let answer = browser(&served.address, &passwords, &["check"]);
    let log = served.stop_and_read_log();
    let key = answer["key"].as_str().expect("a key");
    assert!(
        !log.contains(key) && !log.contains("embed/check/"),
        "no token stands in the log: {log}"
    );
    // The kept bytes are the digest's, and the same bytes come out again.
    let number = answer["number"].as_str().expect("a number");
    let shown = platform.run(&["check", "show", number, "--why", "核对示例"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(shown.stdout.starts_with('{') && shown.stdout.contains("wage-arrears-market-access"));
    let again = platform.json(&["check", "replay", number, "--why", "核对示例"]);
    assert_eq!((&again["same"], &again["same_law"]), (&true.into(), &true.into()), "{again}");
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn a_firm_commits_and_everybody_reads_what_was_found() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    browser(&served.address, &passwords, &["commitment"]);
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

/// A process that is ended with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // The test is over either way.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

#[test]
fn a_provider_of_identities_signs_in_whom_the_platform_knows() {
    let platform = Platform::empty();
    let passwords = invent(&platform);
    let registry = platform.file("registry.csv", &crate::county::registry());
    platform.json(&["import", "subjects", path(&registry)]);
    let (provider, own) = (free_port(), free_port());
    let issuer = format!("http://127.0.0.1:{provider}");
    let site = format!("http://127.0.0.1:{own}");
    let secret = platform.file("secret", "example-secret-of-the-client\n");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/provider.mjs");
    let back = ["console", "my"].map(|face| format!("{site}/{face}/sign-in/provider/return"));
    let back = back.join(",");
    let mut child = Command::new("node")
        .args([script, &provider.to_string(), &back, path(&secret)])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("node; scripts/test installs what the browser tests need");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let running = Running(child);
    assert!(lines.any(|line| line.is_ok_and(|line| line.starts_with("ready"))), "no provider");
    let options = platform.file(
        "provider.toml",
        &format!(
            "issuer = \"{issuer}\"\nlabel = \"示例统一身份认证\"\nclient_id = \"xinyong\"\n\
             client_secret_file = \"{}\"\nsite = \"{site}\"\n",
            path(&secret)
        ),
    );
    let link = ["account", "link", "clerk", "--issuer", &issuer, "--subject", "example-person-7"];
    assert_eq!(platform.run(&link).code, 0);
    assert_eq!(platform.run(&link).refusal(3), "identity.linked");
    let listen = format!("127.0.0.1:{own}");
    let arguments = ["serve", "--listen", &listen, "--today", &platform.today];
    let arguments = [&arguments[..], &["--identity-provider", path(&options)]].concat();
    {
        let served = serve(&platform, &arguments);
        let (code, firm) = (crate::county::code("91", 9), crate::county::company(9));
        let arguments = ["provider", "example-person-7", &code, &firm, IDENTITY];
        browser(&served.address, &passwords, &arguments);
        let log = served.stop_and_read_log();
        for secret in ["example-person-7", "agent-of-a-firm", "示例赵六", IDENTITY] {
            assert!(!log.contains(secret), "{log}");
        }
    }
    assert_eq!(platform.run(&["account", "unlink", "clerk"]).code, 0);
    // A provider that has gone: a plain word, and the password still works.
    drop(running);
    let served = serve(&platform, &arguments);
    let mut visitor = served.visitor();
    let page = visitor.get("/console/sign-in/provider");
    assert_eq!(page.status, 400, "{}", page.text);
    assert!(page.text.contains("身份服务暂时无法使用"), "{}", page.text);
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
