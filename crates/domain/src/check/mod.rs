//! What is wrong with a row of a unit's file, said all at once.
//!
//! The check is one pass over a row's cells in the order of the kind's fields. What a field must look like comes from the
//! kind's file; the rules about parties (R1-R5) hold for every kind and stand in `party`; what only one kind knows stands in
//! [`crate::kinds`]. Nothing is guessed: a row that contradicts the register is a finding, and a row that could belong to
//! several subjects waits for a person.
//!
//! This is the hot path of intake. A good row allocates one vector of borrowed cells and nothing else.

mod cell;
mod characters;
mod field;
mod party;
mod personal;
mod registry;
mod seen;

use std::borrow::Cow;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::finding::{Finding, Level};
use crate::kinds::{CrossCheck, cross_check};
use crate::law::{Code, Kind, Law, Profile, Required};
use crate::party::PartyCategory;
use crate::rules::deadline;

use characters::FirstCharacters;

pub use cell::{clean, is_destroyed};
pub use party::organisation_code_in;
pub use personal::personal_number;
pub use registry::{Known, MemoryRegistry, NoRegistry, Registry};
pub use seen::Seen;

/// Who files, under which profile, on which day.
#[derive(Debug, Clone)]
pub struct Filing<'c> {
    /// Which columns are mandatory.
    pub profile: Profile,
    /// The day of the check.
    pub today: Date,
    /// Name of the filing unit.
    pub unit_name: &'c str,
    /// Its code, empty while unknown.
    pub unit_code: &'c str,
}

/// Whom a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// A subject of the register.
    Known(i64),
    /// Not in the register, with a valid code: becomes a subject known from this source (profile `returned`).
    New,
    /// A natural person: recorded, never public.
    Person,
    /// No subject could be found without guessing: the row waits for a person.
    Unmatched,
}

/// A row after the check.
#[derive(Debug)]
pub struct Checked<'r, 'c> {
    /// The profile it was checked under.
    pub profile: Profile,
    /// Cells by the kind's field position, normalised.
    pub values: Vec<Cow<'r, str>>,
    /// Category, where it could be read.
    pub category: Option<PartyCategory>,
    /// Whom it is about.
    pub party: Party,
    /// Decision date.
    pub decided: Option<Date>,
    /// First day of validity.
    pub valid_from: Option<Date>,
    /// Last day of validity.
    pub valid_until: Option<Date>,
    /// The values of the class field (penalty kinds, licence category).
    pub classes: Vec<&'c Code>,
    /// Whether the reporting clock had run out on the day of the check.
    pub late: bool,
    /// The worst finding.
    pub worst: Option<Level>,
}

impl Checked<'_, '_> {
    /// The value of a field, empty when there is none.
    #[must_use]
    pub fn value(&self, position: usize) -> &str {
        self.values.get(position).map_or("", |value| value)
    }

    /// Whether it has an error-level finding.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.worst == Some(Level::Error)
    }

    /// Whether it has no error but waits for a person to find its subject.
    #[must_use]
    pub fn is_held(&self) -> bool {
        !self.is_refused() && self.party == Party::Unmatched
    }

    /// The natural key within the subject: deciding body and document number (R7). The body's code stands for it; where the
    /// profile has no code, its normalised name.
    #[must_use]
    pub fn natural_key(&self, kind: &Kind) -> String {
        let parts: Vec<_> =
            self.key_parts(kind).into_iter().map(crate::text::normalise_name).collect();
        parts.join("\u{1f}")
    }

    fn key_parts(&self, kind: &Kind) -> Vec<&str> {
        if !kind.key.is_empty() {
            return kind.key.iter().map(|position| self.value(*position)).collect();
        }
        // The name, not the code: the same body's rows must meet whether or not a file carries the code column.
        let (authority, number) = (self.value(kind.authority), self.value(kind.document_number));
        if number.is_empty() {
            // Without a number its day and its matter tell it apart (commitments made on one's own accord have none).
            return vec![authority, number, self.value(kind.decided), self.value(kind.summary)];
        }
        vec![authority, number]
    }
}

/// A check made ready for one kind and one filing.
#[derive(Debug)]
pub struct Checker<'c> {
    kind: &'c Kind,
    law: &'c Law,
    filing: Filing<'c>,
    forbidden: &'c [String],
    forbidden_starts: FirstCharacters,
    /// Ordinary words that hold a forbidden one: 转基因, 指纹锁.
    harmless: &'c [String],
    report_days: Option<u32>,
    suspicious: Decimal,
    cross: Option<CrossCheck>,
    has_column: Vec<bool>,
}

impl<'c> Checker<'c> {
    /// A checker for a kind. `has_column` says for each field whether the file has a column for it, so that a missing
    /// column is told as such.
    #[must_use]
    pub fn new(kind: &'c Kind, law: &'c Law, filing: Filing<'c>, has_column: Vec<bool>) -> Self {
        let at = law.at(filing.today);
        let words = |id| at.list(id).applies().map_or(&[][..], |list| list.value);
        let forbidden = words("intake.forbidden.words");
        let harmless = words("intake.forbidden.exceptions");
        let report_days = at
            .number(&kind.report_within)
            .applies()
            .and_then(|days| u32::try_from(days.value).ok());
        let suspicious = at
            .number("penalty.amount.suspicious")
            .applies()
            .map_or(Decimal::MAX, |limit| Decimal::from(limit.value));
        Self {
            kind,
            law,
            filing,
            forbidden_starts: FirstCharacters::of(forbidden),
            forbidden,
            harmless,
            report_days,
            suspicious,
            cross: cross_check(&kind.id),
            has_column,
        }
    }

    /// The kind it checks.
    #[must_use]
    pub const fn kind(&self) -> &'c Kind {
        self.kind
    }

    /// Checks one row. `cells` holds the raw cells by field position; findings are added to `findings`, which is the
    /// row's own list.
    pub fn check<'r>(
        &self,
        row: u32,
        cells: &[&'r str],
        registry: &dyn Registry,
        seen: &mut Seen,
        findings: &mut Vec<Finding>,
    ) -> Checked<'r, 'c> {
        let mut checked = Checked {
            profile: self.filing.profile,
            values: Vec::with_capacity(self.kind.fields.len()),
            category: None,
            party: Party::Unmatched,
            decided: None,
            valid_from: None,
            valid_until: None,
            classes: Vec::new(),
            late: false,
            worst: None,
        };
        for (position, field) in self.kind.fields.iter().enumerate() {
            let raw = clean(cells.get(position).copied().unwrap_or_default());
            let value = if raw.is_empty() {
                Cow::Borrowed("")
            } else {
                self.read_cell(position, field, raw, &mut checked, findings)
            };
            checked.values.push(value);
        }
        self.fill_known(&mut checked, findings);
        self.require(&checked, findings);
        self.check_dates(&mut checked, findings);
        self.check_party(cells, &mut checked, registry, findings);
        if let Some(cross) = self.cross {
            cross(self.kind, &checked, findings);
        }
        self.check_repeated(row, &checked, seen, findings);
        checked.worst = findings.iter().map(|finding| finding.level).max();
        checked
    }

    fn code_of(&self, position: usize) -> &'c str {
        self.kind.fields.get(position).map_or("", |field| &field.code)
    }

    fn label_of(&self, position: usize) -> &'c str {
        self.kind.fields.get(position).map_or("", |field| &field.label)
    }

    /// Fills what the platform knows by itself, and says so.
    fn fill_known(&self, checked: &mut Checked<'_, '_>, findings: &mut Vec<Finding>) {
        if let Some(fallback) = self.kind.document_number_fallback
            && checked.value(self.kind.document_number).is_empty()
            && !checked.value(fallback).is_empty()
        {
            let number = checked.value(fallback).to_owned();
            self.set(checked, self.kind.document_number, number);
            let code = self.code_of(self.kind.document_number);
            findings.push(Finding::note(
                code,
                "document.filled",
                format!(
                    "没有{}，已按规定填入{}",
                    self.label_of(self.kind.document_number),
                    self.label_of(fallback)
                ),
            ));
        }
        if self.filing.profile != Profile::Reported {
            return;
        }
        if let Some(position) = self.kind.reporter
            && checked.value(position).is_empty()
        {
            self.set(checked, position, self.filing.unit_name.to_owned());
            findings.push(Finding::note(
                self.code_of(position),
                "unit.filled",
                format!("未填{}，已由平台填入本单位名称", self.label_of(position)),
            ));
        }
        self.fill_unit_code(checked, self.kind.reporter, self.kind.reporter_code, findings);
        self.fill_unit_code(checked, Some(self.kind.authority), self.kind.authority_code, findings);
    }

    /// The code beside a body's name, when that body is the filing unit itself.
    fn fill_unit_code(
        &self,
        checked: &mut Checked<'_, '_>,
        name: Option<usize>,
        code: Option<usize>,
        findings: &mut Vec<Finding>,
    ) {
        let (Some(name), Some(code)) = (name, code) else {
            return;
        };
        if !checked.value(code).is_empty() || checked.value(name) != self.filing.unit_name {
            return;
        }
        let (official, label) = (self.code_of(code), self.label_of(code));
        if self.filing.unit_code.is_empty() {
            findings.push(Finding::warning(
                official,
                "unit.code-unknown",
                format!("未填{label}，平台也没有本单位的统一社会信用代码；请在文件中填写，或请信用办在单位信息中补录"),
            ));
        } else {
            self.set(checked, code, self.filing.unit_code.to_owned());
            findings.push(Finding::note(
                official,
                "unit.filled",
                format!("未填{label}，已由平台填入本单位代码"),
            ));
        }
    }

    fn set(&self, checked: &mut Checked<'_, '_>, position: usize, value: String) {
        if let Some(slot) = checked.values.get_mut(position) {
            *slot = Cow::Owned(value);
        }
    }

    fn require(&self, checked: &Checked<'_, '_>, findings: &mut Vec<Finding>) {
        for (position, field) in self.kind.fields.iter().enumerate() {
            let mandatory = match self.filing.profile {
                Profile::Reported => field.required == Required::Yes,
                Profile::Returned => field.returned,
            };
            if !mandatory || !checked.value(position).is_empty() {
                continue;
            }
            // The party's code and category have rules of their own, with better words.
            if position == self.kind.party.uscc || position == self.kind.party.category {
                continue;
            }
            let already_said = findings.iter().any(|finding| finding.field == field.code);
            if already_said {
                continue;
            }
            let message = if self.has_column.get(position).copied().unwrap_or(false) {
                format!("「{}」未填写，此项必填", field.label)
            } else {
                format!("文件中没有「{}」这一列，此项必填；请补上该列", field.label)
            };
            findings.push(Finding::error(field.code.as_str(), "field.missing", message));
        }
    }

    fn check_dates(&self, checked: &mut Checked<'_, '_>, findings: &mut Vec<Finding>) {
        let (from, until) = (checked.valid_from, checked.valid_until);
        if let Some(decided) = checked.decided {
            let code = self.code_of(self.kind.decided);
            if decided > self.filing.today {
                findings.push(Finding::error(
                    code,
                    "date.future",
                    format!(
                        "{}{decided}晚于今天（{}），请核对年份",
                        self.label_of(self.kind.decided),
                        self.filing.today
                    ),
                ));
            } else if self.filing.profile == Profile::Reported
                && let Some(due) = deadline::report_due_day(self.law, self.report_days, decided)
                && due.date < self.filing.today
            {
                checked.late = true;
                findings.push(Finding::note(
                    code,
                    "record.late",
                    format!("应于{}前报送，现已超期；仍可报送，按迟报统计", due.date),
                ));
            }
        }
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            let position = self.kind.valid_until.unwrap_or_default();
            findings.push(Finding::error(
                self.code_of(position),
                "date.order",
                format!("{}{until}早于起始日{from}", self.label_of(position)),
            ));
        }
    }

    fn check_repeated(
        &self,
        row: u32,
        checked: &Checked<'_, '_>,
        seen: &mut Seen,
        findings: &mut Vec<Finding>,
    ) {
        let mut parts = checked.key_parts(self.kind);
        // A mandatory part that is missing is a finding already.
        if parts.last().is_none_or(|last| last.is_empty()) {
            return;
        }
        let code = checked.value(self.kind.party.uscc);
        let document = self.kind.party.document.map_or("", |position| checked.value(position));
        let party = if code.is_empty() { checked.value(self.kind.party.name) } else { code };
        parts.extend([party, document]);
        if let Some(first) = seen.first(row, &parts) {
            let same = if self.kind.key.is_empty() {
                "同一决定机关、同一文书号、同一相对人".to_owned()
            } else {
                let labels: Vec<&str> =
                    self.kind.key.iter().map(|position| self.label_of(*position)).collect();
                format!("相对人和{}都相同", labels.join("、"))
            };
            findings.push(Finding::error(
                "",
                "row.duplicate",
                format!("与第{first}行重复：{same}；请删去其中一行"),
            ));
        }
    }
}
