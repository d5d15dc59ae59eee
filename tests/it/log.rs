//! The record of publication from outside: the real server, a verifier that needs nothing of ours, and whoever tampers.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::county::{penalties, penalty};
use crate::served::{Served, serve};
use crate::support::{Answer, Platform, path, xinyong};

const VERIFIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify_log.py");

/// Hands in penalties that are public: decided under Order 58, an ordinary fine.
fn filed(platform: &Platform, numbers: std::ops::Range<usize>) {
    let rows: Vec<_> = numbers.clone().map(|number| penalty(number, "2026/03/05", &[])).collect();
    let file = platform.file(&format!("penalties-{}.csv", numbers.start), &penalties(&rows));
    let answer =
        platform.import(&file, "administrative-penalty", "market-regulation", &["--submit"]);
    assert_eq!(answer["recorded"], numbers.len(), "{answer}");
}

/// Takes an answer of the interface into a file of its own.
fn taken(platform: &Platform, served: &Served, address: &str, name: &str) -> (PathBuf, Value) {
    let page = served.visitor().get(address);
    assert_eq!(page.status, 200, "{address}: {}", page.text);
    (platform.file(name, &page.text), serde_json::from_str(&page.text).expect("JSON"))
}

/// Code and words of the verifier where the commands of one folder are all there are.
fn verified_with(commands: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String) {
    let asked = ["-c", "import sys; print(sys.executable)"];
    let python = Command::new("python3").args(asked).output().expect("Python runs").stdout;
    let python = String::from_utf8(python).expect("a path");
    let output = Command::new(python.trim())
        .args(["-B", VERIFIER])
        .args(arguments)
        .env("PATH", commands)
        .output()
        .expect("Python runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the one-file verifier ends with and says.
fn verified(arguments: &[&str]) -> (bool, String) {
    let output =
        Command::new("python3").arg(VERIFIER).args(arguments).output().expect("Python runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(complained.is_empty(), "{arguments:?}: {complained}");
    (output.status.success(), said)
}

/// The same by the command, with no database at hand.
fn by_command(arguments: &[&str]) -> Answer {
    xinyong(&[&["log", "verify", "--json"], arguments].concat())
}

fn changed(
    platform: &Platform,
    value: &Value,
    name: &str,
    change: impl FnOnce(&mut Value),
) -> PathBuf {
    let mut value = value.clone();
    change(&mut value);
    platform.file(name, &value.to_string())
}

#[test]
fn anybody_verifies_that_nothing_was_taken_out_or_changed() {
    let platform = Platform::with_registry();
    filed(&platform, 1..6);
    assert_eq!(platform.run(&["log", "head", "--sign"]).refusal(3), "signing.no-key");
    let key = platform.json(&["key", "generate"]);
    let card = platform.folder().join("key.json");
    let card = path(&card);
    platform.run(&["key", "export", "--card", card]);
    let head = platform.json(&["log", "head", "--sign"]);
    assert_eq!((&head["head"]["size"], &head["head"]["key"]), (&5.into(), &key["id"]));

    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let (head_file, served_head) = taken(&platform, &served, "/api/v1/log/head", "head.json");
    assert_eq!(served_head, head);
    let (_, keys) = taken(&platform, &served, "/api/v1/log/keys", "keys.json");
    let kept: Value =
        serde_json::from_str(&std::fs::read_to_string(card).expect("read")).expect("JSON");
    assert_eq!(keys["keys"], serde_json::json!([kept]));
    let list = served.visitor().get("/api/v1/records/administrative-penalty").text;
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let address = |place: usize| {
        let id = |name: &str| list["records"][place][name].as_str().expect("an id").to_owned();
        (id("subject"), id("record"))
    };
    let (subject, record) = address(2);
    let page = format!("/api/v1/records/administrative-penalty/{subject}/{record}/proof");
    let (proof_file, proof) = taken(&platform, &served, &page, "proof.json");

    // Both verifiers agree, on what holds and on what does not.
    let other_card =
        changed(&platform, &kept, "other.json", |card| card["id"] = "00".repeat(16).into());
    let forged_head =
        changed(&platform, &head, "forged-head.json", |head| head["head"]["size"] = 6.into());
    let forged = changed(&platform, &proof, "forged.json", |proof| {
        proof["statement"]["content"]["CF_NR"] = "罚款人民币一元".into();
    });
    let moved = changed(&platform, &proof, "moved.json", |proof| {
        proof["place"] = ((proof["place"].as_i64().unwrap_or_default() + 1) % 5).into();
    });
    let revoked = changed(&platform, &kept, "revoked.json", |card| {
        card["revoked_since"] = head["head"]["time"].clone();
    });
    for (what, file, card, holds) in [
        ("head", &head_file, card, true),
        ("inclusion", &proof_file, card, true),
        ("head", &head_file, path(&other_card), false),
        ("head", &head_file, path(&revoked), false),
        ("head", &forged_head, card, false),
        ("inclusion", &forged, card, false),
        ("inclusion", &moved, card, false),
        ("inclusion", &proof_file, path(&revoked), false),
    ] {
        let (held, said) = verified(&[what, path(file), "--key", card]);
        assert_eq!(held, holds, "{what} {}: {said}", file.display());
        let answer = by_command(&[path(file), "--key", card]);
        assert_eq!(answer.code, if holds { 0 } else { 3 }, "{what} {}: {answer:?}", file.display());
    }

    // Where nothing can verify, nothing is called forged.
    let commands = platform.folder().join("commands");
    std::fs::create_dir(&commands).expect("a folder");
    for file in [&head_file, &forged_head] {
        let (code, said) = verified_with(&commands, &["head", path(file), "--key", card]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("没有可用的 openssl"), "{said}");
    }
    let deaf = commands.join("openssl");
    std::fs::write(&deaf, "#!/bin/sh\nexit 1\n").expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&deaf, mode).expect("to be run");
    let (code, said) = verified_with(&commands, &["head", path(&head_file), "--key", card]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("本机 openssl 不能验证 SM2"), "{said}");

    // It grows, and goes on from the head that was kept.
    drop(served);
    platform.json(&[
        "publicity",
        "withdraw",
        &subject,
        &record,
        "--decided",
        "2026-03-10",
        "--reason",
        "示例撤销（依据：示例文书）",
    ]);
    filed(&platform, 6..9);
    platform.json(&["key", "rotate"]);
    let grown = platform.json(&["log", "head", "--sign"]);
    assert_eq!(grown["head"]["size"], 9);
    let new_card = platform.folder().join("new-key.json");
    platform.run(&["key", "export", "--card", path(&new_card)]);
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let (later_file, later) =
        taken(&platform, &served, "/api/v1/log/consistency?from=5", "later.json");
    let rewritten = changed(&platform, &head, "rewritten.json", |head| {
        head["head"]["root"] = "11".repeat(32).into();
    });
    let cut = changed(&platform, &later, "cut.json", |later| {
        later["path"].as_array_mut().expect("a path").pop();
    });
    for (file, earlier, holds) in [
        (&later_file, &head_file, true),
        (&later_file, &rewritten, false),
        (&cut, &head_file, false),
    ] {
        let arguments = [path(file), "--key", path(&new_card), "--head", path(earlier)];
        let (held, said) = verified(&[&["consistency"][..], &arguments].concat());
        assert_eq!(held, holds, "{}: {said}", file.display());
        assert_eq!(by_command(&arguments).code, if holds { 0 } else { 3 }, "{}", file.display());
    }
    // What was proven then is proven still; the withdrawn record gives no proof, and looks like one that never was.
    assert!(verified(&["inclusion", path(&proof_file), "--key", card]).0);
    let gone = served.visitor().get(&page);
    let never = served.visitor().get("/api/v1/records/administrative-penalty/1/2/proof");
    let blind = |text: &str| {
        let mut problem: Value = serde_json::from_str(text).expect("JSON");
        problem.as_object_mut().expect("an object").remove("instance");
        problem
    };
    assert_eq!((gone.status, never.status), (404, 404));
    assert_eq!(blind(&gone.text), blind(&never.text));
    for address in ["/api/v1/log/consistency?from=5&to=99", "/api/v1/log/consistency?from=9&to=5"] {
        assert_eq!(served.visitor().get(address).status, 400, "{address}");
    }
    let about = served.visitor().get("/log");
    assert!(about.text.contains(grown["head"]["root"].as_str().expect("a root")), "{}", about.text);
    let downloaded = served.visitor().get("/log/verify_log.py").text;
    assert_eq!(downloaded, std::fs::read_to_string(VERIFIER).expect("read"));
    drop(served);

    // Erased: the tree proves itself, before and after a backup has moved it.
    platform.json(&["log", "erase", &subject, &record]);
    assert_eq!(platform.json(&["fsck"])["good"], true);
    let backup = platform.folder().join("county.backup");
    platform.json(&["backup", path(&backup)]);
    let copy = Platform::empty();
    std::fs::create_dir_all(copy.folder().join("data")).expect("a folder");
    std::fs::copy(platform.keys(), copy.keys()).expect("the keys");
    copy.json(&["restore", path(&backup)]);
    assert_eq!(copy.json(&["log", "head"]), grown);
    assert_eq!(copy.json(&["fsck"])["good"], true);
    let (subject, record) = address(1);
    let proof = copy.run(&["log", "prove", &subject, &record]);
    assert_eq!(proof.code, 0, "{proof:?}");
}

#[test]
fn a_server_takes_in_what_another_process_published_and_signs_it() {
    let platform = Platform::with_registry();
    platform.json(&["key", "generate"]);
    filed(&platform, 1..4);
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let begun = std::time::Instant::now();
    loop {
        let page = served.visitor().get("/api/v1/log/head");
        if page.status == 200 {
            let head: Value = serde_json::from_str(&page.text).expect("JSON");
            assert_eq!(head["head"]["size"], 3, "{head}");
            break;
        }
        assert!(begun.elapsed().as_secs() < 30, "no head: {}", served.log());
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}
