//! The pure commands: identifiers, working days, the law, publication.

use serde_json::Value;

use crate::support::{Platform, path, shared, xinyong, xinyong_fed};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

#[test]
fn every_shared_identifier_vector_is_answered_as_expected() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(shared.join("data/id_test_vectors.csv")).expect("vectors");
    for kind in ["uscc", "orgcode", "gs15", "citizen_id"] {
        let vectors: Vec<(&str, bool)> = text
            .lines()
            .filter_map(|line| {
                let mut cells = line.split(',');
                (cells.next() == Some(kind)).then_some(())?;
                Some((cells.next()?, cells.next()? == "True"))
            })
            .collect();
        assert!(!vectors.is_empty());
        let input: String = vectors.iter().map(|(value, _)| format!("{value}\n")).collect();
        let answer = xinyong_fed(&["id", "check", "--kind", kind], &input);
        assert_eq!(answer.code, 0);
        let answers = lines(&answer.stdout);
        assert_eq!(answers.len(), vectors.len());
        for ((value, valid), answer) in vectors.iter().zip(&answers) {
            assert_eq!(answer["valid"], *valid, "{kind} {value}: {answer}");
            assert!(*valid || !answer["findings"].as_array().expect("findings").is_empty());
        }
    }
}

#[test]
fn a_warning_does_not_make_a_code_invalid() {
    let answer = xinyong_fed(&["id", "check", "--kind", "uscc"], "91140100ma0h5axfxu\n");
    let answer = &lines(&answer.stdout)[0];
    assert_eq!(answer["normalised"], "91140100MA0H5AXFXU");
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["findings"][0]["level"], "warning");
}

#[test]
fn working_days_follow_the_notices() {
    // The vectors of the State Council's calendar: the Saturday that is a working day, the long holidays.
    let vectors = [
        ("2026-02-10", 3, "2026-02-13"),
        ("2026-02-10", 7, "2026-02-26"),
        ("2026-02-10", 10, "2026-03-02"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-09-24", 3, "2026-09-30"),
        ("2026-09-24", 7, "2026-10-12"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 20, "2026-11-03"),
        ("2025-01-24", 7, "2025-02-10"),
    ];
    let input: String = vectors.iter().map(|(from, days, _)| format!("{from} {days}\n")).collect();
    let answer = xinyong_fed(&["workdays", "add", "--stdin"], &input);
    for ((from, days, expected), answer) in vectors.iter().zip(lines(&answer.stdout)) {
        assert_eq!(answer["date"], *expected, "{from} + {days}");
        assert_eq!(answer["provisional"], false);
        assert!(!answer["citations"].as_array().expect("citations").is_empty());
    }
}

#[test]
fn beyond_the_calendar_is_provisional_and_never_an_error() {
    let answer = xinyong(&["workdays", "add", "2026-12-23", "7", "--json"]).json();
    assert_eq!(answer["date"], "2027-01-01");
    assert_eq!(answer["provisional"], true);
    let answer = xinyong(&["workdays", "add", "2026-10-03", "0", "--json"]).json();
    assert_eq!(answer["date"], "2026-10-08", "zero days from a day off is the next working day");
    assert_eq!(xinyong(&["workdays", "add", "gestern", "7"]).code, 2);
}

fn explain(arguments: &[&str]) -> Value {
    let mut all = vec!["publicity", "explain", "--json", "--kind", "administrative-penalty"];
    all.extend(arguments);
    xinyong(&all).json()
}

#[test]
fn the_decision_date_picks_the_regime() {
    let fine = ["--set", "CF_CFLB=罚款", "--set", "severity=general"];
    let of = |decided: &str, on: &str| {
        let mut arguments = vec!["--decided", decided, "--on", on];
        arguments.extend(fine);
        explain(&arguments)
    };
    let answer = of("2026-03-31", "2026-04-10");
    assert_eq!(
        (&answer["regime"], &answer["last_day"]),
        (&"order-58".into(), &"2029-03-31".into())
    );
    let answer = of("2026-04-01", "2026-04-10");
    assert_eq!(
        (&answer["regime"], &answer["last_day"]),
        (&"order-36".into(), &"2027-04-01".into())
    );
    assert_eq!(answer["repairable_from"], "2026-07-01");
    assert_eq!(of("2026-04-01", "2027-04-01")["published"], true, "the last day is inclusive");
    assert_eq!(of("2026-04-01", "2027-04-02")["published"], false);
    assert_eq!(of("2026-04-01", "2027-04-02")["reason"], "ended");
    assert_eq!(of("2025-06-01", "2026-11-25")["last_day"], "2028-06-01");
    let favourable = explain(&[
        "--decided",
        "2025-06-01",
        "--on",
        "2026-11-25",
        "--set",
        "CF_CFLB=罚款",
        "--set",
        "severity=general",
        "--set",
        "transition.order36=favourable",
    ]);
    assert_eq!(favourable["last_day"], "2026-06-01");
}

#[test]
fn what_is_never_public_says_why() {
    let of = |set: &[&str]| {
        let mut arguments = vec!["--decided", "2026-05-06", "--on", "2026-05-07"];
        for pair in set {
            arguments.extend(["--set", pair]);
        }
        explain(&arguments)
    };
    for (set, reason) in [
        (&["category=自然人", "CF_CFLB=罚款"][..], "natural-person"),
        (&["procedure=simple", "CF_CFLB=罚款"], "simple-procedure"),
        (&["CF_CFLB=警告"], "warning-only"),
        (&["CF_CFLB=罚款"], "minor-class"),
    ] {
        let answer = of(set);
        assert_eq!(answer["published"], false, "{set:?}");
        assert_eq!(answer["reason"], reason, "{set:?}");
        assert!(answer["last_day"].is_null());
        assert!(!answer["citations"].as_array().expect("citations").is_empty(), "{set:?}");
    }
    let answer = of(&["CF_CFLB=罚款;没收违法所得、没收非法财物"]);
    assert_eq!((&answer["class"], &answer["published"]), (&"general".into(), &true.into()));
    let answer = of(&["CF_CFLB=罚款;责令关闭"]);
    assert_eq!((&answer["class"], &answer["last_day"]), (&"serious".into(), &"2029-05-06".into()));
}

#[test]
fn a_month_without_the_day_ends_with_its_last_day() {
    let answer =
        explain(&["--decided", "2025-11-30", "--on", "2025-12-01", "--set", "CF_CFLB=罚款"]);
    assert_eq!(answer["repairable_from"], "2026-02-28");
}

#[test]
fn a_law_folder_is_checked_with_file_and_line() {
    let platform = Platform::empty();
    let copy = platform.folder().join("law");
    copy_folder(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/law")), &copy);
    assert_eq!(xinyong(&["law", "check", path(&copy)]).code, 0);
    let file = copy.join("parameters/order-36.toml");
    let text = std::fs::read_to_string(&file).expect("a file");
    let line = text.lines().position(|line| line.starts_with("source")).expect("a source") + 1;
    std::fs::write(&file, text.replacen("source = \"", "source = \"nobody-", 1)).expect("a file");
    let answer = xinyong(&["law", "check", path(&copy), "--json"]);
    assert_eq!(answer.code, 3, "{answer:?}");
    let value: Value = serde_json::from_str(&answer.stdout).expect("json");
    assert_eq!(value["problems"][0]["file"], "parameters/order-36.toml");
    assert_eq!(value["problems"][0]["line"], line);
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}

#[test]
fn two_different_persons_confirm_an_entry_and_it_counts() {
    let platform = Platform::pinglu();
    let text = platform.file("order36.txt", "示例：经办人与复核人看到的原文");
    let confirm = |second: &str| {
        platform.run(&[
            "law",
            "confirm",
            "transition.order36",
            "--from",
            "2026-04-01",
            "--value",
            "favourable",
            "--text",
            path(&text),
            "--actor",
            "li",
            "--second",
            second,
        ])
    };
    assert_eq!(confirm("li").refusal(3), "confirm.same-person");
    assert_eq!(confirm("wang").code, 0);
}

#[test]
fn bad_usage_ends_with_two() {
    for arguments in [
        &["no-such-command"][..],
        &["publicity", "explain", "--kind", "no-such-kind", "--decided", "2026-01-01"],
        &["publicity", "explain", "--kind", "administrative-penalty"],
        &[
            "import",
            "records",
            "x.csv",
            "--kind",
            "administrative-penalty",
            "--unit",
            "u",
            "--check-only",
            "--submit",
        ],
    ] {
        assert_eq!(xinyong(arguments).code, 2, "{arguments:?}");
    }
    let platform = Platform::pinglu();
    let file = platform.file("x.csv", "a,b\n1,2\n");
    let answer = platform.try_import(&file, "administrative-penalty", "no-such-unit", &[]);
    assert_eq!(answer.refusal(3), "unit.unknown");
}

#[test]
fn editions_of_the_catalogue_are_held_against_each_other() {
    let platform = Platform::pinglu();
    let listed = platform.json(&["catalogue", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    let answer = platform.json(&["catalogue", "diff", "2022", "2024"]);
    assert_eq!(answer["difference"]["classes_added"], serde_json::json!(["知识产权信息"]));
    assert_eq!(answer["touched"][0]["kind"], "research");
    assert_eq!(answer["touched"][0]["records"], 0);
    let answer = platform.json(&["catalogue", "diff", "2021", "2022"]);
    assert_eq!(answer["difference"]["classes_added"], serde_json::json!(["遵守法律法规情况信息"]));
    assert_eq!(answer["touched"], serde_json::json!([]), "no items of any edition were read");
    let unknown = platform.run(&["catalogue", "diff", "2022", "2025"]);
    assert_eq!(unknown.refusal(3), "catalogue.edition-unknown");
}
