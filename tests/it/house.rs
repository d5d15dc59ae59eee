//! The house's own rules, those that Cargo cannot check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "node_modules" && name != "target") {
                files(&path, ending, found);
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for folder in ["crates", "src", "benches", "tests"] {
        files(&root().join(folder), "rs", &mut paths);
    }
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source");
            (path, text)
        })
        .collect()
}

#[test]
fn every_module_opens_with_what_it_is() {
    let silent: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn paths_named_in_the_map_exist() {
    for document in [
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "README.md",
        "docs/how-to/add-a-record-kind.md",
        "docs/how-to/change-a-legal-number.md",
        "docs/how-to/add-a-page.md",
    ] {
        let text = std::fs::read_to_string(root().join(document)).expect(document);
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = quoted.contains('/')
                && !quoted.contains([' ', '<', '…', '$', ':'])
                && quoted.chars().all(|c| c.is_ascii_graphic())
                && ["crates/", "law/", "docs/", "src/", "tests/", "scripts/", "benches/", ".ci/"]
                    .iter()
                    .any(|start| quoted.starts_with(start));
            if is_path && !quoted.contains("YEAR") {
                assert!(root().join(quoted).exists(), "{document} names {quoted}");
            }
        }
    }
}

#[test]
fn no_number_of_law_stands_in_the_rules() {
    let rules = root().join("crates/domain/src/rules");
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with(&rules)) {
        if path.ends_with("cases.rs") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let code: String = code.split('"').step_by(2).collect();
            // Names such as Order36 are not numbers of law: only free-standing literals count.
            let literal = code
                .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
                .any(|word| word.parse::<u64>().is_ok_and(|value| value > 1));
            assert!(!literal, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}

#[test]
fn every_parameter_is_used_and_every_use_is_defined() {
    let law =
        xinyong_domain::law::Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let code: String = sources()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("house.rs"))
        .map(|(_, text)| text)
        .collect();
    let kinds: Vec<String> = law
        .kinds()
        .values()
        .flat_map(|kind| {
            let terms = kind.terms.clone();
            [Some(kind.report_within.clone()), terms.published, terms.maximum, terms.minimum]
        })
        .flatten()
        .collect();
    // A kind names a parameter, or the stem of one for each of its classes.
    let named =
        |id: &str| kinds.iter().any(|named| id == named || id.starts_with(&format!("{named}.")));
    let unused: Vec<_> = law
        .parameters()
        .keys()
        .filter(|id| {
            // Regime, class and bound are put together from parts.
            let built = [
                "publicity.notice527.",
                "publicity.order58.",
                "publicity.order36.",
                "publicity.samr107.",
                "publicity.samr45.",
                // Procedure or list, and what is asked of it.
                "repair.conditions.",
                "repair.unverified.",
                "repair.excluded.",
                "repair.judged.",
                "repair.exit.",
                "repair.entry.",
                "repair.after-correction.",
                "repair.materials.",
                "repair.decider.",
                // A ground of the list.
                "repair.refusal.",
            ]
            .iter()
            .any(|start| id.starts_with(start));
            !built && !code.contains(id.as_str()) && !named(id)
        })
        .collect();
    assert!(unused.is_empty(), "parameters that nothing asks for: {unused:?}");
    let asked: BTreeSet<&str> = code
        .split('"')
        .filter(|text| {
            text.starts_with("publicity.")
                || text.starts_with("intake.")
                || text.starts_with("transition.")
        })
        .filter(|text| {
            text.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-')
        })
        .filter(|text| text.matches('.').count() >= 1 && !text.ends_with('.'))
        .collect();
    let undefined: Vec<_> = asked
        .into_iter()
        .filter(|id| {
            // A regime's prefix is not a parameter itself; `publicity.expired` is a line of the audit log.
            let is_prefix =
                law.parameters().keys().any(|known| known.starts_with(&format!("{id}.")));
            !law.parameters().contains_key(*id) && !is_prefix && *id != "publicity.expired"
        })
        .collect();
    assert!(undefined.is_empty(), "asked for and not in law/: {undefined:?}");
}

#[test]
fn each_kind_has_samples_and_each_cross_check_a_kind() {
    let law =
        xinyong_domain::law::Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    for kind in law.kinds().keys() {
        for file in ["ok.csv", "bad.csv", "bad.findings.toml"] {
            assert!(
                root().join("law/samples").join(kind).join(file).exists(),
                "{kind} lacks {file}"
            );
        }
    }
    for (kind, _) in xinyong_domain::kinds::CROSS_CHECKS {
        assert!(law.kind(kind).is_some(), "a cross check of the unknown kind {kind}");
    }
}

#[test]
fn no_machine_and_no_unfinished_mark_in_the_tree() {
    for (path, text) in sources() {
        if path.ends_with("house.rs") {
            continue;
        }
        for mark in ["todo!(", "unimplemented!(", "FIXME", "XXX"] {
            assert!(!text.contains(mark), "{} holds {mark}", path.display());
        }
    }
}
