//! The interface for machines, from outside: held to its own description, and read by a client that was generated from it.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::browser::invent;
use crate::county::{code, penalties, penalty};
use crate::served::{Served, serve};
use crate::support::{Platform, path};

/// A program of the tools that `scripts/test` installs.
fn tool(name: &str) -> Command {
    let folder = std::env::var_os("XINYONG_API_TOOLS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/api-tools")),
        PathBuf::from,
    );
    let program = folder.join("bin").join(name);
    assert!(program.exists(), "{} is missing: scripts/test installs it", program.display());
    Command::new(program)
}

fn done(output: Output, what: &str) -> String {
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {said}{complained}");
    said
}

/// An invented county that is being served, and the administrator's password.
fn served(platform: &Platform) -> (Served, String) {
    let passwords: Value = serde_json::from_str(&invent(platform)).expect("passwords");
    let password = passwords["admin"].as_str().expect("a password").to_owned();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--today", &platform.today];
    (serve(platform, &arguments), password)
}

/// Makes a key the way the administrator does.
fn key(served: &Served, password: &str) -> String {
    let mut admin = served.visitor();
    admin.sign_in("admin", password);
    let token = admin.get("/console/keys/new").token();
    let fields = [
        ("csrf", token.as_str()),
        ("system", "示例业务系统"),
        ("scope", "read report follow"),
        ("unit", "market-regulation"),
        ("expires_on", "2027-11-25"),
    ];
    let page = admin.post("/console/keys", &fields);
    assert_eq!(page.status, 200, "{}", page.text);
    let (_, rest) = page.text.split_once("xyk_").expect("the key");
    format!("xyk_{}", rest.split('<').next().expect("its end"))
}

/// Lets the examiner ask a thousand questions made from the description, some of them nonsense. The seed is fixed, so that two runs
/// ask the same.
fn examine(served: &Served, key: Option<&str>) {
    let mut examiner = tool("schemathesis");
    examiner
        .args(["run", &format!("{}/api/v1/openapi.json", served.address), "--no-color"])
        .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"])
        .args(["--max-examples", "25", "--seed", "20261125", "--request-timeout", "20"]);
    if let Some(key) = key {
        examiner.args(["-H", &format!("Authorization: Bearer {key}")]);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let said = done(examiner.current_dir(folder.path()).output().expect("it runs"), "schemathesis");
    let asked: u64 = said
        .lines()
        .find_map(|line| line.trim().split_once(" generated, "))
        .and_then(|(count, _)| count.parse().ok())
        .unwrap_or_else(|| panic!("no count: {said}"));
    assert!(asked > 300, "too few questions: {said}");
}

#[test]
fn no_question_breaks_the_interface_and_no_answer_is_undocumented() {
    let platform = Platform::empty();
    let (served, password) = served(&platform);
    examine(&served, None);
    examine(&served, Some(&key(&served, &password)));
    drop(served);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn a_client_generated_from_the_description_works() {
    let platform = Platform::empty();
    let (served, password) = served(&platform);
    let secret = key(&served, &password);
    // The visitor's page is the plainest way to the document; the generator reads it from a file.
    let document = served.visitor().get("/api/v1/openapi.json");
    assert_eq!(document.status, 200);
    let document = platform.file("openapi.json", &document.text);
    let package = platform.folder().join("generated");
    let mut generator = tool("openapi-python-client");
    let generator = generator
        .args(["generate", "--path", path(&document), "--output-path", path(&package)])
        .args(["--meta", "none"]);
    let said = done(generator.output().expect("it runs"), "openapi-python-client");
    assert!(!said.contains("will not be generated"), "{said}");

    let known = served
        .visitor()
        .get("/api/v1/search?q=%E7%A4%BA%E4%BE%8B")
        .text
        .split("\"code\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a subject")
        .to_owned();
    let file = platform.file("处罚.csv", &penalties(&[penalty(9, "2026/11/23", &[])]));
    let mut reader = tool("python");
    let reader = reader
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/client.py"))
        .args([&served.address, &known, &secret, path(&file)])
        .env("PYTHONPATH", platform.folder());
    let said = done(reader.output().expect("it runs"), "the generated client");
    let answer: Value = serde_json::from_str(said.trim()).expect("one line");
    assert!(answer["name"].as_str().is_some_and(|name| name.contains("示例")), "{answer}");
    assert_eq!(answer["problem"], "code.invalid");
    assert_eq!(answer["many"], serde_json::json!([true, false]));
    assert!(answer["hits"].as_u64().is_some_and(|hits| hits > 1), "{answer}");
    assert!(answer["records"].as_u64().is_some_and(|records| records > 7), "{answer}");
    assert_eq!(answer["repeats"], 0);
    assert_eq!(answer["cited"], true);
    assert!(answer["changes"].as_u64() >= answer["records"].as_u64(), "{answer}");
    assert_eq!((&answer["same"], &answer["stage"]), (&true.into(), &"checked".into()), "{answer}");
    assert_eq!(answer["rows"], 1);
}

#[test]
fn what_a_key_was_used_for_is_written_down_when_the_process_is_told_to_stop() {
    let platform = Platform::with_registry();
    let password = platform.file("password", "example-password-1\n");
    let arguments = [
        "account",
        "add",
        "admin",
        "--name",
        "示例管理员",
        "--unit",
        "credit-office",
        "--role",
        "administrator",
        "--password-file",
        path(&password),
    ];
    assert_eq!(platform.run(&arguments).code, 0);
    let first = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let secret = key(&first, "example-password-1");
    let mut machine = first.visitor();
    for _ in 0..3 {
        let subject = format!("/api/v1/subjects/{}", code("91", 1));
        assert_eq!(
            machine.get_with(&subject, &format!("Authorization: Bearer {secret}")).status,
            200
        );
    }
    assert_eq!(first.stop(), Some(0));
    let second = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let mut admin = second.visitor();
    admin.sign_in("admin", "example-password-1");
    let page = admin.get("/console/keys");
    assert!(page.text.contains("class=\"num\">3</td>"), "{}", page.text);
}
