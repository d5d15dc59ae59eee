//! The real files of the shared folder, read in place. Skipped only where the folder is absent; CI has it.

use serde_json::Value;

use crate::support::{Platform, codes, path, shared};

fn counts(answer: &Value) -> [u64; 5] {
    ["received", "recorded", "unchanged", "held", "refused"]
        .map(|key| answer[key].as_u64().expect(key))
}

#[test]
fn the_registries_go_in_once() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let yuncheng = shared.join("data/real/sx_yuncheng_registry.csv");
    let answer = platform.json(&["import", "subjects", path(&yuncheng)]);
    let [received, recorded, unchanged, held, refused] = counts(&answer);
    assert_eq!(received, 2999, "{:?}", codes(&answer));
    assert_eq!(
        recorded,
        2998,
        "{:?}",
        codes(&answer).iter().filter(|(_, code)| code.starts_with("subject")).collect::<Vec<_>>()
    );
    assert_eq!(unchanged + held + refused, 1);
    let pinglu = shared.join("data/real/sx_pinglu_registry.csv");
    let answer = platform.json(&["import", "subjects", path(&pinglu)]);
    assert_eq!(counts(&answer), [117, 0, 117, 0, 0], "{answer}");
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn damaged_rows_each_give_a_finding_and_no_code_is_picked_up_from_the_wrong_column() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let text = std::fs::read_to_string(shared.join("data/real/sx_dirty_rows.csv")).expect("a file");
    // Three leading columns say where a row came from; what follows is the registry's own row.
    let mut reader =
        csv::ReaderBuilder::new().has_headers(true).flexible(true).from_reader(text.as_bytes());
    let mut file = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    file.write_record([
        "企业名称",
        "统一社会信用代码",
        "注册日期",
        "企业类型",
        "注册资金",
        "经营范围",
        "所在省份",
        "地区",
        "注册地址",
    ])
    .expect("memory");
    let mut rows = 0;
    for record in reader.records() {
        let record = record.expect("a row");
        let cells: Vec<&str> = record.iter().skip(3).collect();
        file.write_record(&cells).expect("memory");
        rows += 1;
    }
    let file = platform.bytes("dirty.csv", &file.into_inner().expect("memory"));
    let answer = platform.json(&["import", "subjects", path(&file)]);
    assert_eq!(rows, 21);
    assert_eq!(counts(&answer), [21, 10, 0, 0, 11], "{answer:#}");
    let found = codes(&answer);
    for row in 2..=22 {
        assert!(found.iter().any(|(at, _)| *at == row), "row {row} has no finding");
    }
}

#[test]
fn published_licences_go_in_as_returned() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let file = shared.join("data/real/creditchina_permits.csv");
    let answer = platform.import(
        &file,
        "administrative-licence",
        "credit-office",
        &["--profile", "returned", "--submit"],
    );
    let [received, recorded, unchanged, held, refused] = counts(&answer);
    assert_eq!(received, 47);
    assert_eq!(recorded + unchanged + held + refused, 47, "{answer}");
    assert_eq!(refused, 0, "{:?}", answer["findings"]);
    let again = platform.import(
        &file,
        "administrative-licence",
        "credit-office",
        &["--profile", "returned", "--submit"],
    );
    assert_eq!(again["recorded"], 0, "{again}");
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn a_list_of_another_kind_is_refused_and_shows_what_was_recognised() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let file = shared.join("data/real/tax_a_2018_jiangxi.gb18030.csv");
    for kind in ["administrative-licence", "administrative-penalty"] {
        let answer = platform.try_import(&file, kind, "credit-office", &["--submit"]);
        let refusal = answer.refusal(3);
        assert!(refusal.starts_with("file.kind-"), "{answer:?}");
        assert!(
            answer.stdout.contains("纳税人名称") || answer.stdout.contains("认出"),
            "{answer:?}"
        );
    }
}

#[test]
fn published_commitments_go_in_with_and_without_a_code() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let file = shared.join("data/real/creditchina_commitments.csv");
    let import = || {
        let options = ["--profile", "returned", "--submit"];
        platform.import(&file, "credit-commitment", "credit-office", &options)
    };
    let answer = import();
    assert_eq!(counts(&answer), [15, 15, 0, 0, 0], "{answer:#}");
    assert_eq!(counts(&import())[1], 0);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn published_a_level_taxpayers_go_in_once_for_each_year() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let file = shared.join("data/real/creditchina_taxA.csv");
    let options = ["--profile", "returned", "--submit"];
    let answer = platform.import(&file, "tax-a-level", "tax", &options);
    assert_eq!(counts(&answer), [29, 29, 0, 0, 0], "{answer:#}");
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn listed_organisations_known_by_an_organisation_code_alone_wait_for_a_person() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let file = shared.join("data/real/creditchina_dishonest.csv");
    let options = ["--profile", "returned", "--submit"];
    let answer = platform.import(&file, "serious-dishonesty-listing", "court", &options);
    assert_eq!(counts(&answer), [4, 1, 0, 3, 0], "{answer:#}");
    let found = codes(&answer);
    for row in 2..=4 {
        assert!(found.contains(&(row, "party.older-code-unknown".to_owned())), "{found:?}");
    }
}

#[test]
fn a_list_of_a_whole_province_is_taken_held_or_refused_row_by_row() {
    let Some(shared) = shared() else { return };
    let platform = Platform::pinglu();
    let file = shared.join("data/real/tax_a_2018_jiangxi.gb18030.csv");
    let options = ["--profile", "returned", "--submit"];
    let classes = |answer: &Value| {
        let mut classes = std::collections::BTreeMap::new();
        for (_, code) in codes(answer) {
            *classes.entry(code).or_insert(0) += 1;
        }
        classes
    };
    let answer = platform.import(&file, "tax-a-level", "tax", &options);
    let found = classes(&answer);
    assert_eq!(counts(&answer), [4933, 3892, 0, 980, 61], "{found:#?}");
    // Nearly all of the older codes are those of organisations that the empty register does not know: they wait. Six do not
    // even hold an organisation code. What is refused is a code that is damaged, or a taxpayer that the list has twice.
    let count = |code: &str| found.get(code).copied().unwrap_or(0);
    assert_eq!(count("party.older-code-unknown"), 977);
    assert_eq!(count("party.older-code-invalid"), 6);
    assert_eq!(count("uscc.check-digit") + count("uscc.invalid-length"), 9);
    assert_eq!(count("row.duplicate"), 52);
    assert_eq!(platform.json(&["fsck"])["good"], true);
    // Handed in by another unit once the register knows the others, 29 older codes are matched by the organisation code in
    // them and the name; two belong to a subject of another name and go on waiting.
    let answer = platform.import(&file, "tax-a-level", "finance", &options);
    let found = classes(&answer);
    assert_eq!(found.get("party.older-code"), Some(&29), "{found:#?}");
    assert_eq!(found.get("party.older-code-name"), Some(&2), "{found:#?}");
    assert_eq!(counts(&answer), [4933, 14, 3878, 951, 90], "{found:#?}");
    assert_eq!(platform.json(&["fsck"])["good"], true);
}
