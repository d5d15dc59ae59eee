//! The rules about the party, R1 to R5, the same for every kind.

use std::borrow::Cow;

use super::{Checked, Checker, Party, Registry};
use crate::finding::Finding;
use crate::identifier::{self, IdentifierKind, Uscc};
use crate::law::{CodeMatch, FieldType, Profile};
use crate::party::PartyCategory;
use crate::text::normalise_name;

/// A code of before the unified code.
struct OlderCode<'c> {
    /// The organisation code in it.
    organisation: &'c str,
    /// Whether its check character holds.
    holds: bool,
}

/// An organisation code (9 characters) or the tax id that was made of one (15), as it stands after normalisation.
fn older_code(code: &str) -> Option<OlderCode<'_>> {
    let organisation = match code.len() {
        9 => code,
        15 if code.bytes().take(6).all(|byte| byte.is_ascii_digit()) => code.get(6..)?,
        _ => return None,
    };
    let holds = identifier::organisation_code_holds(organisation);
    Some(OlderCode { organisation, holds })
}

/// The organisation code in an older code, for a look into the register; `None` for anything else.
#[must_use]
pub fn organisation_code_in(code: &str) -> Option<&str> {
    older_code(code).filter(|code| code.holds).map(|code| code.organisation)
}

impl Checker<'_> {
    pub(super) fn check_party(
        &self,
        cells: &[&str],
        checked: &mut Checked<'_, '_>,
        registry: &dyn Registry,
        findings: &mut Vec<Finding>,
    ) {
        let category = self.category(checked, registry, findings);
        checked.category = category;
        match category {
            Some(category) if !self.kind.subjects.contains(&category) => {
                let labels: Vec<&str> =
                    self.kind.subjects.iter().map(|category| category.label()).collect();
                findings.push(Finding::error(
                    self.code_of(self.kind.party.category),
                    "party.category-excluded",
                    format!(
                        "{}只归集{}的信息，不归集{}的；请删去本行",
                        self.kind.name,
                        labels.join("、"),
                        category.label()
                    ),
                ));
            }
            Some(PartyCategory::NaturalPerson) => {
                self.check_person(checked, findings);
                checked.party = Party::Person;
            }
            Some(category) => {
                self.check_no_person_fields(checked, findings);
                checked.party =
                    self.match_organisation(cells, category, checked, registry, findings);
            }
            // Where not even the category can be read, the whole row may have slid.
            None => self.look_for_shift(cells, findings),
        }
    }

    /// The category as written; derived from the code where a layout has no such column, and said so.
    fn category(
        &self,
        checked: &mut Checked<'_, '_>,
        registry: &dyn Registry,
        findings: &mut Vec<Finding>,
    ) -> Option<PartyCategory> {
        let position = self.kind.party.category;
        let field = self.kind.fields.get(position)?;
        let written = checked.value(position);
        if !written.is_empty() {
            return match field.codes.as_ref()?.read(written) {
                CodeMatch::Known(code) => PartyCategory::from_id(&code.id),
                _ => None,
            };
        }
        if findings.iter().any(|finding| finding.field == field.code) {
            return None;
        }
        let has_document =
            self.kind.party.document.is_some_and(|document| !checked.value(document).is_empty());
        let derived = match Uscc::parse(checked.value(self.kind.party.uscc)) {
            Ok(code) if code.is_individual_business() => Some(PartyCategory::IndividualBusiness),
            Ok(_) => Some(PartyCategory::Organisation),
            Err(_) if self.takes_older_codes() => {
                // Organisations had organisation codes; a register that knows better is asked.
                older_code(checked.value(self.kind.party.uscc)).map(|code| {
                    let known = registry.by_organisation_code(code.organisation);
                    let business = known
                        .and_then(|known| Uscc::parse(known.code).ok())
                        .is_some_and(|code| code.is_individual_business());
                    if business {
                        PartyCategory::IndividualBusiness
                    } else {
                        PartyCategory::Organisation
                    }
                })
            }
            Err(_) if has_document && checked.value(self.kind.party.uscc).is_empty() => {
                Some(PartyCategory::NaturalPerson)
            }
            Err(_) => None,
        };
        match derived {
            Some(category) => {
                findings.push(Finding::note(
                    field.code.as_str(),
                    "party.category-derived",
                    format!("未填「{}」，已按代码判断为{}", field.label, category.label()),
                ));
                if let Some(slot) = checked.values.get_mut(position) {
                    *slot = Cow::Borrowed(category.label());
                }
            }
            // Where there is a code, it is the code that is wrong: no category was asked for.
            None if !checked.value(self.kind.party.uscc).is_empty() && !has_document => {
                let code = checked.value(self.kind.party.uscc);
                if let Err(error) = Uscc::parse(code) {
                    let position = self.kind.party.uscc;
                    findings.push(Finding::error(
                        self.code_of(position),
                        error.code(),
                        format!(
                            "「{}」不正确：{error}；也无法据以判断主体类别",
                            self.label_of(position)
                        ),
                    ));
                }
            }
            None => findings.push(Finding::error(
                field.code.as_str(),
                "field.missing",
                format!(
                    "「{}」未填写，也无法由代码判断；请填法人及非法人组织、个体工商户或自然人",
                    field.label
                ),
            )),
        }
        derived
    }

    /// R1: a natural person has a document and none of an organisation's codes.
    fn check_person(&self, checked: &Checked<'_, '_>, findings: &mut Vec<Finding>) {
        let party = &self.kind.party;
        let codes = [
            Some(party.uscc),
            party.registration_no,
            party.organisation_code,
            party.tax_no,
            party.institution_no,
            party.association_no,
        ];
        for position in codes.into_iter().flatten() {
            if !checked.value(position).is_empty() {
                findings.push(Finding::error(
                    self.code_of(position),
                    "party.code-forbidden",
                    format!("相对人是自然人，「{}」应当为空", self.label_of(position)),
                ));
            }
        }
        let representative = [
            party.representative,
            party.representative_document_type,
            party.representative_document,
        ];
        for position in representative.into_iter().flatten() {
            if !checked.value(position).is_empty() {
                findings.push(Finding::error(
                    self.code_of(position),
                    "party.representative-forbidden",
                    format!("相对人是自然人，「{}」应当为空", self.label_of(position)),
                ));
            }
        }
        for position in [party.document_type, party.document].into_iter().flatten() {
            if checked.value(position).is_empty() && self.filing.profile == Profile::Reported {
                findings.push(Finding::error(
                    self.code_of(position),
                    "party.document-required",
                    format!("相对人是自然人，「{}」必填", self.label_of(position)),
                ));
            }
        }
        if let Some(position) = party.document {
            self.check_document(checked, party.document_type, position, findings);
        }
    }

    fn check_document(
        &self,
        checked: &Checked<'_, '_>,
        kind: Option<usize>,
        position: usize,
        findings: &mut Vec<Finding>,
    ) {
        let number = checked.value(position);
        let is_card = kind.is_none_or(|kind| {
            let written = checked.value(kind);
            written.is_empty() || written == "身份证"
        });
        if number.is_empty() || !is_card {
            return;
        }
        let check = identifier::check(IdentifierKind::CitizenId, number, self.law.region_history());
        for finding in check.findings {
            // The message of a citizen id check never repeats the number.
            let message = format!("「{}」：{}", self.label_of(position), finding.message);
            let code = self.code_of(position).to_owned();
            findings.push(Finding {
                field: code,
                level: finding.level,
                code: finding.code,
                message,
            });
        }
    }

    /// R2, second half: an organisation has no personal document.
    fn check_no_person_fields(&self, checked: &Checked<'_, '_>, findings: &mut Vec<Finding>) {
        let party = &self.kind.party;
        for position in [party.document_type, party.document].into_iter().flatten() {
            if !checked.value(position).is_empty() {
                findings.push(Finding::error(
                    self.code_of(position),
                    "party.document-forbidden",
                    format!("相对人不是自然人，「{}」应当为空", self.label_of(position)),
                ));
            }
        }
        if let Some(position) = party.representative
            && checked.value(position).is_empty()
            && self.filing.profile == Profile::Reported
            && self
                .kind
                .fields
                .get(position)
                .is_some_and(|field| field.required != crate::law::Required::No)
        {
            findings.push(Finding::error(
                self.code_of(position),
                "party.representative-required",
                format!("相对人不是自然人，「{}」必填", self.label_of(position)),
            ));
        }
    }

    fn match_organisation(
        &self,
        cells: &[&str],
        category: PartyCategory,
        checked: &mut Checked<'_, '_>,
        registry: &dyn Registry,
        findings: &mut Vec<Finding>,
    ) -> Party {
        let position = self.kind.party.uscc;
        let (field, label) = (self.code_of(position), self.label_of(position));
        let written = checked.value(position);
        if written.is_empty() {
            findings.push(Finding::error(
                field,
                "party.code-required",
                format!("相对人是{}，「{label}」必填", category.label()),
            ));
            self.look_for_shift(cells, findings);
            return Party::Unmatched;
        }
        if written == identifier::PLACEHOLDER {
            let message = format!("「{label}」填的是占位代码，不能据以确定主体");
            findings.push(match category {
                PartyCategory::IndividualBusiness => Finding::warning(
                    field,
                    "party.placeholder-code",
                    format!("{message}；本行暂存，请核对后由人工确认"),
                ),
                _ => Finding::error(
                    field,
                    "party.placeholder-code",
                    format!("{message}；请填写真实代码"),
                ),
            });
            return Party::Unmatched;
        }
        let raw = super::clean(cells.get(position).copied().unwrap_or_default());
        if raw != written {
            findings.push(Finding::warning(
                field,
                "id.normalised",
                format!("「{label}」含小写、全角、空格或连字符，已规范为{written}"),
            ));
        }
        let older = older_code(written).filter(|_| self.takes_older_codes());
        if let Some(older) = older {
            let (organisation, whole) = (older.organisation.to_owned(), older.holds);
            return self.match_older_code(&organisation, whole, checked, registry, findings);
        }
        let code = match Uscc::parse(written) {
            Ok(code) => code,
            Err(error) => {
                findings.push(Finding::error(
                    field,
                    error.code(),
                    format!("「{label}」不正确：{error}"),
                ));
                self.look_for_shift(cells, findings);
                return Party::Unmatched;
            }
        };
        if !code.organisation_code_holds() {
            findings.push(Finding::warning(
                field,
                "uscc.organisation-code",
                format!("「{label}」本身有效，但其中的组织机构代码校验位不符，请留意"),
            ));
        }
        // R3: 92 and only 92 is an individual business.
        if code.is_individual_business() != (category == PartyCategory::IndividualBusiness) {
            findings.push(Finding::error(
                field,
                "party.category-mismatch",
                format!(
                    "代码{written}与类别「{}」不符：92开头的是个体工商户，其余不是",
                    category.label()
                ),
            ));
        }
        self.match_registry(&code, checked, registry, findings)
    }

    fn takes_older_codes(&self) -> bool {
        self.kind
            .fields
            .get(self.kind.party.uscc)
            .is_some_and(|field| field.kind == FieldType::PartyCode)
    }

    /// An organisation code means the subject in whose unified code it stands, when the name agrees; everything else waits for
    /// a person. What is recorded is the subject's own code, so that one subject under two older codes is seen as one.
    fn match_older_code(
        &self,
        organisation: &str,
        holds: bool,
        checked: &mut Checked<'_, '_>,
        registry: &dyn Registry,
        findings: &mut Vec<Finding>,
    ) -> Party {
        let position = self.kind.party.uscc;
        let (field, label) = (self.code_of(position), self.label_of(position));
        let name = checked.value(self.kind.party.name);
        if name.is_empty() {
            return Party::Unmatched;
        }
        let key = normalise_name(name);
        let known = registry.by_organisation_code(organisation).filter(|_| holds);
        let (code, message) = match known {
            Some(known) if known.name_key == key || registry.held_name(known.id, &key) => {
                findings.push(Finding::note(
                    field,
                    "party.older-code",
                    format!(
                        "「{label}」是旧代码，已按其中的组织机构代码和名称对应到{}",
                        known.code
                    ),
                ));
                let (id, code) = (known.id, known.code.to_owned());
                self.set(checked, position, code);
                return Party::Known(id);
            }
            Some(known) => (
                "party.older-code-name",
                format!(
                    "「{label}」是旧代码，其中的组织机构代码在登记库中属于“{}”，文件中是“{name}”；本行暂存，请人工核对",
                    known.name
                ),
            ),
            None if holds => (
                "party.older-code-unknown",
                format!(
                    "「{label}」是旧代码，登记库中没有对应的主体；本行暂存，请先导入该主体的登记信息"
                ),
            ),
            None => (
                "party.older-code-invalid",
                format!(
                    "「{label}」像是旧代码，但其中的组织机构代码校验位不符；本行暂存，请人工核对"
                ),
            ),
        };
        findings.push(Finding::warning(field, code, message));
        Party::Unmatched
    }

    /// Code first, then name; a contradiction is a finding (R4), likeness is never a match.
    fn match_registry(
        &self,
        code: &Uscc,
        checked: &Checked<'_, '_>,
        registry: &dyn Registry,
        findings: &mut Vec<Finding>,
    ) -> Party {
        let position = self.kind.party.name;
        let name = checked.value(position);
        if name.is_empty() {
            return Party::Unmatched;
        }
        let key = normalise_name(name);
        let field = self.code_of(position);
        if let Some(id) = registry.same(code.as_str(), &key) {
            return Party::Known(id);
        }
        if let Some(known) = registry.by_code(code.as_str()) {
            if registry.held_name(known.id, &key) {
                findings.push(Finding::warning(
                    field,
                    "party.former-name",
                    format!("“{name}”是曾用名，现名为“{}”", known.name),
                ));
                return Party::Known(known.id);
            }
            findings.push(Finding::error(
                field,
                "party.name-mismatch",
                format!(
                    "名称与代码不符：代码{code}在登记库中是“{}”，文件中是“{name}”；请核对，若已更名请先更新登记库",
                    known.name
                ),
            ));
            return Party::Unmatched;
        }
        if let Some(known) = registry.by_name(&key)
            && !known.code.is_empty()
        {
            let message = format!(
                "名称与代码不符：“{name}”在登记库中的代码是{}，文件中是{code}；请核对",
                known.code
            );
            // Individual businesses share names freely, organisations of one register do not.
            if code.is_individual_business() {
                findings.push(Finding::warning(field, "party.same-name", message));
            } else {
                findings.push(Finding::error(field, "party.name-mismatch", message));
                return Party::Unmatched;
            }
        }
        match self.filing.profile {
            Profile::Returned => Party::New,
            Profile::Reported => {
                findings.push(Finding::warning(
                    field,
                    "party.unknown",
                    "登记库中没有这个主体；本行暂存，请先导入该主体的登记信息，再重新提交"
                        .to_owned(),
                ));
                Party::Unmatched
            }
        }
    }

    /// A valid code in a column that is not a code's says that the row slid sideways; it is never picked up from there.
    fn look_for_shift(&self, cells: &[&str], findings: &mut Vec<Finding>) {
        for (position, cell) in cells.iter().enumerate() {
            let Some(field) = self.kind.fields.get(position) else {
                continue;
            };
            if field.kind == crate::law::FieldType::Uscc {
                continue;
            }
            let cell = super::clean(cell);
            if cell.len() == 18 && Uscc::parse(&identifier::normalise(cell)).is_ok() {
                findings.push(Finding::error(
                    field.code.as_str(),
                    "row.shifted",
                    format!(
                        "「{}」一列里是统一社会信用代码，疑似整行错位；请检查本行各列",
                        field.label
                    ),
                ));
            }
        }
    }
}
