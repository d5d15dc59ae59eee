//! The checks as a whole: the shared vectors, real files where they are present, and every finding code.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

/// A file of the shared folder; nothing where the folder is absent.
fn shared(file: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("XINYONG_SHARED").map_or("../shared".into(), PathBuf::from);
    let folder = root.join(folder);
    if !folder.is_dir() {
        eprintln!("skipped: no shared folder");
        return None;
    }
    let path = folder.join("data").join(file);
    Some(
        std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    )
}

/// Pinglu is 140829 since 2000 and was 142732 before.
fn regions() -> RegionHistory {
    RegionHistory::new(vec![
        RegionPeriod::of_years("140829", Some(2000), None),
        RegionPeriod::of_years("142732", None, Some(2000)),
    ])
}

/// Checks and gives validity and finding codes.
fn outcome(kind: IdentifierKind, value: &str) -> (bool, Vec<&'static str>) {
    let answer = check(kind, value, &regions());
    (answer.valid, answer.findings.iter().map(|finding| finding.code).collect())
}

#[test]
fn the_shared_vectors_hold() {
    let Some(text) = shared("id_test_vectors.csv") else {
        return;
    };
    let mut seen = 0;
    for line in text.lines().skip(1) {
        let mut cells = line.splitn(4, ',');
        let [word, value, valid] = [(); 3].map(|()| cells.next().unwrap_or_default());
        let kind = IdentifierKind::from_word(word).expect("a kind");
        assert_eq!(check(kind, value, &regions()).valid, valid == "True", "{line}");
        seen += 1;
    }
    assert!(seen >= 28, "{seen} vectors");
}

#[test]
fn a_real_registry_holds() {
    let Some(text) = shared("real/sx_yuncheng_registry.csv") else {
        return;
    };
    let codes = text.lines().skip(1).filter_map(|line| line.split(',').nth(1));
    let held = codes.filter(|code| Uscc::parse(&normalise(code)).is_ok()).count();
    assert_eq!(held, 2_999);
}

#[test]
fn damaged_rows_do_not_pass() {
    let Some(text) = shared("real/sx_dirty_rows.csv") else {
        return;
    };
    let mut mended = 0;
    for line in text.lines().skip(1) {
        let answer =
            line.split(',').nth(4).map(|cell| check(IdentifierKind::Uscc, cell, &regions()));
        let answer = answer.expect("a fifth cell");
        assert!(!answer.findings.is_empty(), "{line}");
        mended += usize::from(answer.valid);
    }
    assert_eq!(mended, 10);
}

#[test]
fn every_case_has_its_code() {
    use IdentifierKind::{CitizenId, OrganisationCode, RegistrationNumber, TaxId, Uscc};
    let cases: &[(IdentifierKind, &str, bool, &[&str])] = &[
        (Uscc, "91140829MA0GWC5HXQ", true, &[]),
        (Uscc, "91140829ma0gwc5hxq", true, &["id.normalised"]),
        (Uscc, "９１140829-MA0GWC5HX-Q ", true, &["id.normalised"]),
        (Uscc, "91140829MA0GWC5HXR", false, &["uscc.check-digit"]),
        (Uscc, "91140829ma0gwc5hxr", false, &["id.normalised", "uscc.check-digit"]),
        (Uscc, "91140829MA0GWC5HIQ", false, &["uscc.invalid-character"]),
        (Uscc, "91140829", false, &["uscc.invalid-length"]),
        (Uscc, "", false, &["uscc.invalid-length"]),
        (Uscc, PLACEHOLDER, false, &["uscc.placeholder"]),
        (Uscc, "000000000000000000", false, &["uscc.placeholder"]),
        (Uscc, "91140622770121181X", true, &["uscc.organisation-code"]),
        (OrganisationCode, "132215150", true, &[]),
        (OrganisationCode, "13221515-0", true, &["id.normalised"]),
        (OrganisationCode, "770121181", false, &["organisation-code.check-digit"]),
        (OrganisationCode, "7701211811", false, &["organisation-code.invalid-length"]),
        (OrganisationCode, "77012.181", false, &["organisation-code.invalid-character"]),
        (RegistrationNumber, "330203000030639", true, &[]),
        (RegistrationNumber, "1400001001234", true, &["registration.legacy-length"]),
        (RegistrationNumber, "110000000000015", false, &["registration.check-digit"]),
        (RegistrationNumber, "11000000000001A", false, &["registration.invalid-character"]),
        (RegistrationNumber, "平".repeat(15).leak(), false, &["registration.invalid-character"]),
        (RegistrationNumber, "11", false, &["registration.invalid-length"]),
        (CitizenId, "14273219900101001X", true, &[]),
        (CitizenId, "14273219900101001x", true, &["id.normalised"]),
        (CitizenId, "140829200501010017", true, &[]),
        (CitizenId, "140829199001010015", true, &["citizen-id.region-newer"]),
        (CitizenId, "142732900101001", true, &["citizen-id.first-generation"]),
        (
            CitizenId,
            "140829900101001",
            true,
            &["citizen-id.first-generation", "citizen-id.region-newer"],
        ),
        (
            CitizenId,
            "142732901301001",
            false,
            &["citizen-id.birth-date", "citizen-id.first-generation"],
        ),
        (CitizenId, "142732199001010011", false, &["citizen-id.check-digit"]),
        (CitizenId, "1427321990010100", false, &["citizen-id.invalid-length"]),
        (CitizenId, "1427321990X101001X", false, &["citizen-id.invalid-character"]),
        (CitizenId, "平".repeat(18).leak(), false, &["citizen-id.invalid-character"]),
        (TaxId, "140829132215150", true, &[]),
        (TaxId, "140829132215151", true, &["tax-id.organisation-code"]),
        (TaxId, "14082913221515001", true, &["tax-id.branch"]),
        (TaxId, "91140829MA0GWC5HXQ", true, &[]),
        (TaxId, "91140622770121181X", true, &["uscc.organisation-code"]),
        (TaxId, "91140829MA0GWC5HXR", false, &["uscc.check-digit"]),
        (TaxId, "14273219900101001X", true, &["tax-id.sensitive"]),
        (TaxId, "14273219900101001X01", true, &["tax-id.sensitive"]),
        (TaxId, "142732900101003", true, &["tax-id.sensitive"]),
        (TaxId, "L14273219900101001X", true, &["tax-id.sensitive"]),
        (TaxId, "14A829132215150", false, &["tax-id.invalid-character"]),
        (TaxId, "14082913221515零", false, &["tax-id.invalid-character"]),
        (TaxId, "1408", false, &["tax-id.invalid-length"]),
        (TaxId, "L1", false, &["tax-id.invalid-length"]),
    ];
    for (kind, value, valid, codes) in cases {
        assert_eq!(outcome(*kind, value), (*valid, codes.to_vec()), "{kind:?} {value}");
    }
}

#[test]
fn prefixes_beyond_digits_are_valid() {
    for (prefix, codes) in [
        ("N2140829MF0000000", vec![]),
        ("A1140829MF0000000", vec![]),
        ("Y1140829MF0000000", vec![]),
        ("F7140829MF0000000", vec!["uscc.category"]),
    ] {
        let value = format!("{prefix}{}", uscc_check_character(prefix).expect("a start"));
        let (valid, found) = outcome(IdentifierKind::Uscc, &value);
        assert!(valid, "{value}");
        let about_the_prefix: Vec<_> =
            found.into_iter().filter(|code| *code != "uscc.organisation-code").collect();
        assert_eq!(about_the_prefix, codes, "{value}");
    }
}

#[test]
fn the_answer_as_json() {
    let answer = check(IdentifierKind::Uscc, "91140829ma0gwc5hxr", &RegionHistory::empty());
    let json = serde_json::to_value(&answer).expect("plain data");
    assert_eq!(json["value"], "91140829ma0gwc5hxr");
    assert_eq!(json["normalised"], "91140829MA0GWC5HXR");
    assert_eq!(json["valid"], false);
    assert_eq!(json["findings"][0]["level"], "warning");
    assert_eq!(json["findings"][1]["code"], "uscc.check-digit");
}

#[test]
fn words_and_kinds_agree() {
    for kind in IdentifierKind::ALL {
        assert_eq!(IdentifierKind::from_word(kind.as_str()), Some(kind));
    }
    assert_eq!(IdentifierKind::from_word("phone"), None);
}

proptest! {
    #[test]
    fn no_text_makes_a_check_fall_over(text in "\\PC{0,24}|[0-9X]{15,20}|[0-9平L]{15,20}") {
        for kind in IdentifierKind::ALL {
            let answer = check(kind, &text, &regions());
            prop_assert_eq!(&answer.value, &text);
        }
    }

    #[test]
    fn no_message_repeats_a_number(number in "[1-9][0-9]{16}[0-9X]") {
        for kind in IdentifierKind::ALL {
            let answer = check(kind, &number, &regions());
            for finding in &answer.findings {
                prop_assert!(!finding.message.contains(&number[2..8]));
            }
            let debug = format!("{answer:?}");
            prop_assert!(!debug.contains(&number));
        }
    }
}
