//! The invented decisions, and the rows in which they are filed.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use xinyong_domain::law::{Kind, Unit};

use super::codes::{citizen_number, spoil};
use super::filers::{Grant, LICENCE, Offence, Validity};
use super::names;
use super::random::SplitMix;
use super::subjects::{Subject, slashed, unit_code, unknown_party};

/// The first day of Order 36 (decisions.md, "Regime").
const ORDER_36: Date = date(2026, 4, 1);

/// Whom a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Party {
    pub name: String,
    pub category: &'static str,
    pub code: String,
    pub representative: String,
    /// Identity number of a natural person, else empty.
    pub identity: String,
    pub registered: Date,
}

impl Party {
    /// A subject of the register, under its former name when asked and when it has one.
    pub(super) fn subject(subject: &Subject, former: bool) -> Self {
        let name = subject.former.as_ref().filter(|_| former).unwrap_or(&subject.name);
        Self {
            name: name.clone(),
            category: subject.category(),
            code: subject.code.clone(),
            representative: subject.representative.clone(),
            identity: String::new(),
            registered: subject.registered,
        }
    }

    /// A natural person that nobody is. The number makes the identity number.
    pub(super) fn person(random: &mut SplitMix, number: u32) -> Self {
        // Prime to the days between, so that no two invented persons share a number.
        let days = i64::from(number) * 37 % 17_000;
        let birth = date(1950, 1, 1).checked_add(days.days()).unwrap_or(date(1970, 1, 1));
        let region = if number.is_multiple_of(6) { "140829" } else { "142732" };
        Self {
            name: names::person(random),
            category: "自然人",
            code: String::new(),
            representative: String::new(),
            identity: citizen_number(region, birth),
            registered: birth,
        }
    }

    /// A company that the registry does not know.
    pub(super) fn unknown(random: &mut SplitMix, number: u32) -> Self {
        let (name, code) = unknown_party(random, number);
        Self {
            name,
            category: "法人及非法人组织",
            code,
            representative: names::person(random),
            identity: String::new(),
            registered: date(2020, 1, 1),
        }
    }
}

/// What a penalty decision imposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sanction {
    /// A warning.
    Warning,
    /// Circulated criticism.
    Criticism,
    /// A fine, in hundreds of yuan.
    Fine(u32),
    /// A fine and a confiscation, both in hundreds of yuan.
    FineAndConfiscation(u32, u32),
    /// Suspension of the licence.
    Suspension,
    /// Suspension of business.
    BusinessSuspension,
    /// An order to remove something.
    Removal,
}

/// What a decision says.
#[derive(Debug, Clone)]
pub(super) enum Matter {
    /// A licence.
    Licence(&'static Grant),
    /// A penalty: why, what, and whether by simple procedure.
    Penalty {
        offence: &'static Offence,
        sanction: Sanction,
        simple: bool,
        /// Whether the file leaves the safety domain to the reviewer.
        domain_left: bool,
    },
}

/// One invented decision.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub party: Party,
    pub decided: Date,
    pub matter: Matter,
    /// Its number in the unit's series of that year; given out when all decisions are known.
    pub number: u32,
}

/// What the clerk got wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slip {
    /// Nothing.
    None,
    /// The code's last character.
    CheckDigit,
    /// The content is missing.
    ContentMissing,
    /// The document number is missing.
    NumberMissing,
    /// The name is another subject's.
    OtherName(String),
    /// The fine is in yuan in a column of ten thousands.
    Yuan,
    /// The year is the next one.
    NextYear,
    /// The code was typed in small letters: accepted, with a warning.
    SmallLetters,
}

impl Slip {
    /// Whether the check refuses the row.
    pub(super) fn is_refused(&self, kind: &str) -> bool {
        match self {
            Self::None | Self::SmallLetters | Self::Yuan => false,
            // A licence without document number takes its licence number.
            Self::NumberMissing => kind != LICENCE,
            _ => true,
        }
    }
}

/// A judgement of the reviewer on a row: key, value, reason, source.
pub(super) type Verdict = (&'static str, &'static str, &'static str, &'static str);

/// The document number as the units write it.
pub(super) fn document_number(word: &str, case: &Case) -> String {
    format!("（平）{word}〔{}〕{}号", case.decided.year(), case.number)
}

/// Hundreds of yuan in words a decision uses.
fn yuan(hundreds: u32) -> String {
    format!("{}元", hundreds * 100)
}

/// Hundreds of yuan in ten thousands of yuan, as the layouts want it.
fn ten_thousands(hundreds: u32) -> String {
    let text = format!("{}.{:02}", hundreds / 100, hundreds % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A row by official field code.
pub(super) type Cells = BTreeMap<&'static str, String>;

/// The row of a decision as the unit files it. `place` is the unit's place in the county's file.
pub(super) fn cells(case: &Case, word: &str, unit: &Unit, place: usize, slip: &Slip) -> Cells {
    let authority = if unit.code.is_empty() { unit_code(place) } else { unit.code.clone() };
    let number = document_number(word, case);
    let mut cells = match &case.matter {
        Matter::Licence(grant) => licence_cells(case, grant, number),
        Matter::Penalty { offence, sanction, simple, domain_left } => {
            let mut cells = penalty_cells(case, offence, *sanction, number);
            if *simple {
                cells.insert("procedure", "简易程序".to_owned());
            }
            if !*domain_left {
                cells.insert("domain", domain_label(offence.domain).to_owned());
            }
            cells
        }
    };
    let [name, category, code, representative, document_type, document] = party_fields(case);
    cells.insert(name, case.party.name.clone());
    cells.insert(category, case.party.category.to_owned());
    cells.insert(code, case.party.code.clone());
    cells.insert(representative, case.party.representative.clone());
    if !case.party.identity.is_empty() {
        cells.insert(document_type, "身份证".to_owned());
        cells.insert(document, case.party.identity.clone());
    }
    let bodies = match case.matter {
        Matter::Licence(_) => ["XK_XKJG", "XK_XKJGDM", "XK_LYDW", "XK_LYDWDM"],
        Matter::Penalty { .. } => ["CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM"],
    };
    for (field, value) in bodies.into_iter().zip([&unit.name, &authority, &unit.name, &authority]) {
        cells.insert(field, value.clone());
    }
    apply(slip, case, &mut cells);
    cells
}

fn party_fields(case: &Case) -> [&'static str; 6] {
    match case.matter {
        Matter::Licence(_) => {
            ["XK_XDR_MC", "XK_XDR_LB", "XK_XDR_SHXYM", "XK_FRDB", "XK_XDR_ZJLX", "XK_XDR_ZJHM"]
        }
        Matter::Penalty { .. } => {
            ["CF_XDR_MC", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_FRDB", "CF_XDR_ZJLX", "CF_XDR_ZJHM"]
        }
    }
}

/// The label of a safety domain, empty for the unit's own.
fn domain_label(id: &str) -> &'static str {
    match id {
        "food" => "食品",
        "drug" => "药品",
        "special-equipment" => "特种设备",
        _ => "",
    }
}

fn licence_cells(case: &Case, grant: &Grant, number: String) -> Cells {
    let decided = case.decided;
    let (from, until) = match grant.validity {
        Validity::Always => (decided, None),
        Validity::Registration => (case.party.registered, None),
        Validity::Years(years) => {
            let until = decided.checked_add(years.years()).and_then(Date::yesterday);
            (decided, until.ok())
        }
        Validity::Days(days) => (decided, decided.checked_add(days.days()).ok()),
    };
    Cells::from([
        ("XK_XKWS", grant.title.to_owned()),
        ("XK_WSH", number),
        ("XK_XKLB", grant.category.to_owned()),
        ("XK_XKZS", grant.certificate.to_owned()),
        ("XK_XKBH", format!("示例{}{}{:05}", grant.mark, decided.year(), case.number)),
        ("XK_NR", grant.content.to_owned()),
        ("XK_JDRQ", slashed(decided)),
        ("XK_YXQZ", slashed(from.min(decided))),
        ("XK_YXQZI", until.map_or_else(|| "2099/12/31".to_owned(), slashed)),
        // A few are already withdrawn when they are filed.
        ("XK_ZT", if case.number.is_multiple_of(97) { "2" } else { "1" }.to_owned()),
    ])
}

fn penalty_cells(case: &Case, offence: &Offence, sanction: Sanction, number: String) -> Cells {
    let mut cells = Cells::from([
        ("CF_WSH", number),
        ("CF_WFXW", offence.title.to_owned()),
        ("CF_SY", format!("经检查，示例当事人{}。", offence.fact)),
        ("CF_YJ", offence.basis.to_owned()),
        ("CF_JDRQ", slashed(case.decided)),
        ("CF_YXQ", "2099/12/31".to_owned()),
    ]);
    let (kinds, content) = match sanction {
        Sanction::Warning => ("警告", "给予警告。".to_owned()),
        Sanction::Criticism => ("通报批评", "给予通报批评。".to_owned()),
        Sanction::Fine(fine) => {
            cells.insert("CF_NR_FK", ten_thousands(fine));
            ("罚款", format!("罚款{}。", yuan(fine)))
        }
        Sanction::FineAndConfiscation(fine, gain) => {
            cells.insert("CF_NR_FK", ten_thousands(fine));
            cells.insert("CF_NR_WFFF", ten_thousands(gain));
            (
                "罚款;没收违法所得、没收非法财物",
                format!("没收违法所得{}，罚款{}。", yuan(gain), yuan(fine)),
            )
        }
        Sanction::Suspension => {
            let until = case.decided.checked_add(3.months()).unwrap_or(case.decided);
            cells.insert("CF_YXQ", slashed(until));
            cells.insert(
                "CF_NR_ZKDX",
                format!("示例许可证{}{:05}", case.decided.year(), case.number),
            );
            ("暂扣或者吊销许可证、暂扣或者吊销执照", "暂扣许可证三个月。".to_owned())
        }
        Sanction::BusinessSuspension => ("责令停产停业", "责令停业整顿。".to_owned()),
        Sanction::Removal => ("其他-责令限期拆除", "责令限期拆除。".to_owned()),
    };
    cells.insert("CF_CFLB", kinds.to_owned());
    cells.insert("CF_NR", content);
    cells
}

fn apply(slip: &Slip, case: &Case, cells: &mut Cells) {
    let licence = matches!(case.matter, Matter::Licence(_));
    let field = |licence_field, penalty_field| if licence { licence_field } else { penalty_field };
    let code = field("XK_XDR_SHXYM", "CF_XDR_SHXYM");
    match slip {
        Slip::None => {}
        Slip::CheckDigit => {
            cells.insert(code, spoil(&case.party.code));
        }
        Slip::SmallLetters => {
            cells.insert(code, case.party.code.to_lowercase());
        }
        Slip::ContentMissing => {
            cells.remove(field("XK_NR", "CF_NR"));
        }
        Slip::NumberMissing => {
            cells.remove(field("XK_WSH", "CF_WSH"));
        }
        Slip::OtherName(name) => {
            cells.insert(field("XK_XDR_MC", "CF_XDR_MC"), name.clone());
        }
        Slip::Yuan => {
            if let Matter::Penalty { sanction: Sanction::Fine(fine), .. } = case.matter {
                cells.insert("CF_NR_FK", (fine * 100).to_string());
            }
        }
        Slip::NextYear => {
            let later = case.decided.checked_add(1.year()).unwrap_or(case.decided);
            cells.insert(field("XK_JDRQ", "CF_JDRQ"), slashed(later));
        }
    }
}

/// What the reviewer judges on a decision, if anything. `roll` is below 10.
pub(super) fn verdicts(case: &Case, released: Date, roll: u32) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let Matter::Penalty { offence, sanction, simple, domain_left } = &case.matter else {
        return verdicts;
    };
    if *domain_left && !offence.domain.is_empty() {
        verdicts.push(("domain", offence.domain, "", ""));
    }
    if case.decided < ORDER_36 || released < ORDER_36 || *simple {
        return verdicts;
    }
    let fine = match sanction {
        Sanction::Fine(fine) | Sanction::FineAndConfiscation(fine, _) => *fine,
        _ => 0,
    };
    if fine >= 1_000 && roll < 8 {
        verdicts.push((
            "severity",
            "serious",
            "罚款数额巨大，经集体讨论认定",
            "示例案件集体讨论记录",
        ));
    } else if fine >= 100 && roll < 6 {
        verdicts.push((
            "severity",
            "general",
            "罚款数额较大，按裁量基准认定",
            "示例行政处罚裁量基准",
        ));
    }
    verdicts
}

/// A file of rows with the official heading row of a kind.
///
/// # Errors
/// Only what writing into memory can fail with.
pub(super) fn file(kind: &Kind, rows: &[Cells]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(kind.fields.iter().map(|field| field.label.as_str()))?;
    for row in rows {
        let cell = |code: &str| row.get(code).map_or("", String::as_str);
        writer.write_record(kind.fields.iter().map(|field| cell(&field.code)))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_in_ten_thousands() {
        for (hundreds, text) in [(2, "0.02"), (50, "0.5"), (100, "1"), (120, "1.2"), (5_000, "50")]
        {
            assert_eq!(ten_thousands(hundreds), text);
        }
        assert_eq!(yuan(2), "200元");
    }

    #[test]
    fn persons_have_numbers_of_their_own() {
        let mut random = SplitMix::new(9);
        let mut met = std::collections::HashSet::new();
        for number in 0..2_000 {
            let person = Party::person(&mut random, number);
            assert!(person.name.contains(names::MARK) && person.code.is_empty());
            assert!(person.identity[6..8].eq("19") && person.identity[14..17].eq("000"));
            assert!(met.insert(person.identity));
        }
    }
}
