//! The samples of each record kind: what must pass, and what must fail and how, through the real command.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use xinyong_domain::law::Law;

use crate::support::Platform;

/// Findings that a file alone does not show: they depend on the register, the day or the unit.
const CIRCUMSTANCE: [&str; 4] =
    ["party.unknown", "record.late", "unit.filled", "unit.code-unknown"];

#[derive(Deserialize)]
struct Expected {
    finding: Vec<Line>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Line {
    row: u32,
    field: String,
    code: String,
    level: String,
}

fn sample(kind: &str, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("law/samples").join(kind).join(file)
}

fn found(platform: &Platform, kind: &str, file: &str) -> BTreeSet<Line> {
    let answer = platform.import(&sample(kind, file), kind, "credit-office", &["--check-only"]);
    let lines: Vec<Line> = serde_json::from_value(answer["findings"].clone()).expect("findings");
    lines.into_iter().filter(|line| !CIRCUMSTANCE.contains(&line.code.as_str())).collect()
}

#[test]
fn the_samples_of_every_kind_pass_and_fail_as_they_say() {
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let platform = Platform::pinglu();
    for kind in law.kinds().keys() {
        let errors: Vec<_> = found(&platform, kind, "ok.csv")
            .into_iter()
            .filter(|line| line.level == "error")
            .collect();
        assert!(errors.is_empty(), "{kind}: {errors:#?}");
        let text = std::fs::read_to_string(sample(kind, "bad.findings.toml")).expect("findings");
        let expected: Expected = toml::from_str(&text).expect("toml");
        let expected: BTreeSet<Line> = expected.finding.into_iter().collect();
        let found = found(&platform, kind, "bad.csv");
        let missing: Vec<_> = expected.difference(&found).collect();
        let surplus: Vec<_> = found.difference(&expected).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{kind}: missing {missing:#?}, surplus {surplus:#?}"
        );
    }
}
