//! One cell, checked as the field it is.

use std::borrow::Cow;

use super::{Checked, Checker, is_destroyed};
use jiff::civil::Date;

use crate::finding::Finding;
use crate::identifier::{self, IdentifierKind};
use crate::law::{Code, CodeList, CodeMatch, Field, FieldType};
use crate::value::{amount, date, number, period};

impl<'c> Checker<'c> {
    /// The normalised value of a filled cell; what is wrong with it goes to `findings`.
    pub(super) fn read_cell<'r>(
        &self,
        position: usize,
        field: &'c Field,
        raw: &'r str,
        checked: &mut Checked<'r, 'c>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'r, str> {
        if is_destroyed(raw) {
            findings.push(Finding::error(
                field.code.as_str(),
                "field.unprintable",
                format!(
                    "「{}」中的文字已损坏（乱码或不可见字符），请从原系统重新导出",
                    field.label
                ),
            ));
            return Cow::Borrowed("");
        }
        if let Some(max) = field.max
            && raw.len() > max
        {
            let length = raw.chars().count();
            if length > max {
                findings.push(Finding::warning(
                    field.code.as_str(),
                    "field.too-long",
                    format!("「{}」有{length}字，标准为{max}字以内；已照原样保存", field.label),
                ));
            }
        }
        match field.kind {
            FieldType::Text => Cow::Borrowed(raw),
            FieldType::LongText => {
                self.refuse_forbidden(field, raw, findings);
                Cow::Borrowed(raw)
            }
            FieldType::Date => self.read_date(position, field, raw, checked, findings),
            FieldType::Amount => self.read_amount(field, raw, findings),
            FieldType::Period => self.read_period(position, field, raw, checked, findings),
            FieldType::Number => Self::read_number(field, raw, findings),
            FieldType::Code | FieldType::Codes => {
                let keep = self.kind.class == Some(position);
                self.read_codes(field, raw, keep, checked, findings)
            }
            // The party's code and the authority's code have rules of their own.
            FieldType::Uscc | FieldType::PartyCode => {
                if position != self.kind.party.uscc {
                    self.check_authority_code(field, raw, findings);
                }
                identifier::normalise(raw)
            }
            FieldType::OrganisationCode => {
                self.note_identifier(field, IdentifierKind::OrganisationCode, raw, findings)
            }
            FieldType::RegistrationNo => {
                self.note_identifier(field, IdentifierKind::RegistrationNumber, raw, findings)
            }
            FieldType::TaxNo => self.note_identifier(field, IdentifierKind::TaxId, raw, findings),
            FieldType::Identity => identifier::normalise(raw),
        }
    }

    fn read_date<'r>(
        &self,
        position: usize,
        field: &Field,
        raw: &'r str,
        checked: &mut Checked<'r, 'c>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'r, str> {
        let Some((day, form)) = date::read(raw) else {
            findings.push(Finding::error(
                field.code.as_str(),
                "date.invalid",
                format!("「{}」的“{raw}”不是有效日期，请写作 2026/03/05 这样的形式", field.label),
            ));
            return Cow::Borrowed("");
        };
        if form == date::DateForm::Serial {
            findings.push(Finding::note(
                field.code.as_str(),
                "date.serial",
                format!("「{}」是电子表格的日期序号{raw}，已读作{day}", field.label),
            ));
        }
        let day = if date::is_long_term(day) { date::LONG_TERM } else { day };
        self.keep_day(position, day, checked);
        // Most files already write ISO dates: keep the borrowed text when it says the same.
        let iso = raw.len() == 10
            && raw.as_bytes().get(4) == Some(&b'-')
            && raw.as_bytes().get(7) == Some(&b'-')
            && !date::is_long_term(day);
        if iso { Cow::Borrowed(raw) } else { Cow::Owned(date::iso(day)) }
    }

    /// Days that the rules ask for.
    fn keep_day(&self, position: usize, day: Date, checked: &mut Checked<'_, '_>) {
        if position == self.kind.decided {
            checked.decided = Some(day);
        }
        if Some(position) == self.kind.valid_until {
            checked.valid_until = Some(day);
        }
        if Some(position) == self.kind.valid_from {
            checked.valid_from = Some(day);
        }
    }

    fn read_period<'r>(
        &self,
        position: usize,
        field: &Field,
        raw: &'r str,
        checked: &mut Checked<'r, 'c>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'r, str> {
        let Some(period) = period::read(raw) else {
            findings.push(Finding::error(
                field.code.as_str(),
                "period.invalid",
                format!(
                    "「{}」的“{raw}”不是年份或月份，请写作 2025 或 2025-03 这样的形式",
                    field.label
                ),
            ));
            return Cow::Borrowed("");
        };
        self.keep_day(position, period.last_day, checked);
        if period.text == raw { Cow::Borrowed(raw) } else { Cow::Owned(period.text) }
    }

    fn read_number<'r>(field: &Field, raw: &'r str, findings: &mut Vec<Finding>) -> Cow<'r, str> {
        match number::read(raw) {
            Some(number) if !number.is_sign_negative() => Cow::Owned(number.to_string()),
            read => {
                let why = if read.is_some() { "是负数" } else { "不是数字" };
                findings.push(Finding::error(
                    field.code.as_str(),
                    "number.invalid",
                    format!("「{}」的“{raw}”{why}，请填数字", field.label),
                ));
                Cow::Borrowed("")
            }
        }
    }

    fn read_amount<'r>(
        &self,
        field: &Field,
        raw: &'r str,
        findings: &mut Vec<Finding>,
    ) -> Cow<'r, str> {
        let amount = match amount::read(raw) {
            Ok(amount) => amount,
            Err(error) => {
                let (code, why) = match error {
                    amount::AmountError::NotANumber => ("amount.invalid", "不是数字"),
                    amount::AmountError::Negative => ("amount.negative", "是负数"),
                    amount::AmountError::TooFine => ("amount.invalid", "小数超过六位（不足一分）"),
                };
                findings.push(Finding::error(
                    field.code.as_str(),
                    code,
                    format!("「{}」的“{raw}”{why}，请填以万元为单位的数字", field.label),
                ));
                return Cow::Borrowed("");
            }
        };
        if amount.converted {
            findings.push(Finding::warning(
                field.code.as_str(),
                "amount.unit",
                format!("「{}」写的是元，已换算为{}万元，请核对", field.label, amount.value),
            ));
        }
        if amount.value >= self.suspicious {
            findings.push(Finding::warning(
                field.code.as_str(),
                "amount.suspicious",
                format!(
                    "「{}」为{}万元，数额很大，疑似把元当作万元填写，请核对",
                    field.label, amount.value
                ),
            ));
        }
        Cow::Owned(amount.value.to_string())
    }

    fn read_codes<'r>(
        &self,
        field: &'c Field,
        raw: &'r str,
        keep: bool,
        checked: &mut Checked<'r, 'c>,
        findings: &mut Vec<Finding>,
    ) -> Cow<'r, str> {
        let Some(list) = &field.codes else {
            return Cow::Borrowed(raw);
        };
        let mut read_one = |part: &'r str, findings: &mut Vec<Finding>| -> Cow<'r, str> {
            let (code, text) = Self::read_code(field, list, part, findings);
            if let Some(code) = code
                && keep
                && !checked.classes.contains(&code)
            {
                checked.classes.push(code);
            }
            text
        };
        if field.kind == FieldType::Code || !raw.contains([field.separator, '；', ';']) {
            return read_one(raw, findings);
        }
        let parts: Vec<Cow<'_, str>> = raw
            .split([field.separator, '；', ';'])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| read_one(part, findings))
            .collect();
        let mut joined = String::with_capacity(raw.len());
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if !joined.is_empty() {
                joined.push(field.separator);
            }
            joined.push_str(part);
        }
        Cow::Owned(joined)
    }

    fn read_code<'r>(
        field: &'c Field,
        list: &'c CodeList,
        raw: &'r str,
        findings: &mut Vec<Finding>,
    ) -> (Option<&'c Code>, Cow<'r, str>) {
        match list.read(raw) {
            CodeMatch::Known(code) if code.label == raw => (Some(code), Cow::Borrowed(raw)),
            CodeMatch::Known(code) => (Some(code), Cow::Owned(code.label.clone())),
            CodeMatch::Other(code) => (Some(code), Cow::Borrowed(raw)),
            CodeMatch::OtherWithoutKind(code) => {
                findings.push(Finding::error(
                    field.code.as_str(),
                    "code.other-without-kind",
                    format!("「{}」填了“其他”，须写明具体类别，例如“其他-补办”", field.label),
                ));
                (Some(code), Cow::Borrowed(raw))
            }
            CodeMatch::Unknown => {
                let shown: String = raw.chars().take(20).collect();
                let known: Vec<&str> = list.labels().collect();
                findings.push(Finding::error(
                    field.code.as_str(),
                    "code.unknown",
                    format!(
                        "「{}」的“{shown}”不在可选范围内；可选：{}",
                        field.label,
                        known.join("、")
                    ),
                ));
                (None, Cow::Borrowed(""))
            }
        }
    }

    fn check_authority_code(&self, field: &Field, raw: &str, findings: &mut Vec<Finding>) {
        let code = identifier::normalise(raw);
        if code == identifier::PLACEHOLDER {
            findings.push(Finding::warning(
                field.code.as_str(),
                "party.placeholder-code",
                format!("「{}」填的是占位代码，请补上真实代码", field.label),
            ));
            return;
        }
        if let Err(error) = identifier::Uscc::parse(&code) {
            findings.push(Finding::error(
                field.code.as_str(),
                error.code(),
                format!("「{}」不正确：{error}", field.label),
            ));
        }
    }

    /// The lesser codes: worth a warning, never a reason to refuse the row.
    fn note_identifier<'r>(
        &self,
        field: &Field,
        kind: IdentifierKind,
        raw: &'r str,
        findings: &mut Vec<Finding>,
    ) -> Cow<'r, str> {
        let check = identifier::check(kind, raw, self.law.region_history());
        for finding in check.findings {
            findings.push(Finding::warning(
                field.code.as_str(),
                finding.code,
                format!("「{}」：{}", field.label, finding.message),
            ));
        }
        if check.normalised == raw { Cow::Borrowed(raw) } else { Cow::Owned(check.normalised) }
    }

    /// Religion, genes, fingerprints, blood type, disease and medical history are refused for everyone (H6). Ordinary words
    /// that hold one (转基因, 指纹锁) are taken out first.
    fn refuse_forbidden(&self, field: &Field, raw: &str, findings: &mut Vec<Finding>) {
        if !raw.chars().any(|character| self.forbidden_starts.contains(character)) {
            return;
        }
        let mut text = Cow::Borrowed(raw);
        for word in self.harmless {
            if text.contains(word.as_str()) {
                text = Cow::Owned(text.replace(word.as_str(), ""));
            }
        }
        if let Some(word) = self.forbidden.iter().find(|word| text.contains(word.as_str())) {
            findings.push(Finding::error(
                field.code.as_str(),
                "content.forbidden",
                format!("「{}」含有“{word}”内容，依法不得归集，请删去后再报", field.label),
            ));
        }
    }
}
