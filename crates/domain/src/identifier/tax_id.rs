//! The taxpayer number (税务登记号、纳税人识别号) of before and after 2015.
//!
//! 15 characters: region (6) and organisation code (9), no check of its own. 17: a branch number behind. 18:
//! the unified social credit code took its place. 20 characters and forms beginning with L were given to
//! people and hold their identity number: those are sensitive, and no message repeats any of them.

use super::{Findings, IdentifierFinding, citizen_id, organisation_code_holds, uscc};

/// Everything there is to say about a normalised number.
pub(super) fn check(normalised: &str, findings: &mut Findings) {
    let length = normalised.chars().count();
    let foreign = normalised
        .chars()
        .position(|character| !character.is_ascii_uppercase() && !character.is_ascii_digit());
    let personal = normalised.starts_with('L') && (16..=20).contains(&length);
    if !personal && !matches!(length, 15 | 17 | 18 | 20) {
        findings.push(IdentifierFinding::error(
            "tax-id.invalid-length",
            format!("税务登记号应为15位（另有17、18、20位），现为{length}位，请对照证件核对"),
        ));
    } else if let Some(at) = foreign {
        findings.push(IdentifierFinding::error(
            "tax-id.invalid-character",
            format!("税务登记号第{}位不是数字或大写字母，请对照证件改正", at + 1),
        ));
    } else if personal || length == 20 {
        findings.push(sensitive());
    } else if length == 18 {
        unified(normalised, findings);
    } else {
        legacy(normalised, findings);
    }
}

/// 18 characters: the code of an organisation, or a person's identity number.
fn unified(normalised: &str, findings: &mut Findings) {
    match uscc::Uscc::parse(normalised) {
        Ok(code) => uscc::note_doubts(code, findings),
        Err(_) if citizen_id::holds(normalised) => findings.push(sensitive()),
        Err(error) => findings.push(IdentifierFinding::error(error.code(), error.message())),
    }
}

/// 15 characters, or 17 with a branch number.
fn legacy(normalised: &str, findings: &mut Findings) {
    let (main, branch) = normalised.split_at(15);
    if let Some(at) = main[..6].bytes().position(|byte| !byte.is_ascii_digit()) {
        findings.push(IdentifierFinding::error(
            "tax-id.invalid-character",
            format!("税务登记号前6位是行政区划代码，第{}位不是数字，请对照证件改正", at + 1),
        ));
        return;
    }
    if !branch.is_empty() {
        findings.push(IdentifierFinding::warning(
            "tax-id.branch",
            "17位税务登记号末两位是分支机构序号，只按前15位识别主体，请核对",
        ));
    }
    if organisation_code_holds(&main[6..]) {
        return;
    }
    if citizen_id::may_be_first_generation(main) {
        // Individual businesses were registered under the owner's old identity number.
        findings.push(sensitive());
    } else {
        // About one in a hundred real numbers is like this, so it is no error.
        findings.push(IdentifierFinding::warning(
            "tax-id.organisation-code",
            "税务登记号第7至15位的组织机构代码校验位不符，个别真实号码如此，请对照证件核对",
        ));
    }
}

fn sensitive() -> IdentifierFinding {
    IdentifierFinding::warning(
        "tax-id.sensitive",
        "税务登记号中可能含有公民身份号码，按敏感个人信息保管，不公示",
    )
}
