//! Reads a catalogue of powers from a sheet, row by row, with everything that is to be said about each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use xinyong_domain::check::clean;
use xinyong_domain::finding::{Finding, Level};
use xinyong_domain::law::{Law, Required};
use xinyong_domain::value::date;
use xinyong_store::Power;

use crate::desk::Desk;
use crate::intake::recognise::recognise_layout;
use crate::refusal::DeskError;
use crate::sheet::Row;

/// Matters of one edition at most.
const MOST_POWERS: usize = 5_000;

/// What is said about a row of a sheet; row 0 is what was typed into the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFound {
    /// The row as a person sees it in the sheet.
    pub row: u32,
    /// What.
    pub finding: Finding,
}

/// A matter as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedPower {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The name or the id of the record kind.
    pub kind: String,
    /// The legal basis.
    pub basis: String,
    /// The first day it may be used, empty for none.
    pub from: String,
    /// The last, empty for none.
    pub until: String,
}

/// What a sheet holds.
pub(super) struct Read {
    pub powers: Vec<Power>,
    pub findings: Vec<RowFound>,
}

/// Reads a sheet.
pub(super) async fn read(desk: &Desk, file: (PathBuf, String)) -> Result<Read, DeskError> {
    let (law, limits) = (desk.law(), desk.limits().clone());
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let work = move || -> Result<Read, DeskError> {
        let _permit = permit;
        let (path, name) = file;
        let layout = law.powers();
        let wanted = ["name", "code"];
        let (mut opened, found) = recognise_layout(&path, &name, layout, &wanted, &law, &limits)?;
        let mut rows = opened.rows(found.sheet)?;
        let mut row = Row::new();
        let mut typed = Vec::new();
        while rows.read(&mut row)? {
            if row.number <= found.heading_row || row.is_blank() {
                continue;
            }
            if typed.len() >= MOST_POWERS {
                return Err(DeskError::refused(
                    "powers.too-many",
                    format!("一版目录最多{MOST_POWERS}个事项，请核对文件"),
                ));
            }
            let cell = |code: &str| -> String {
                let position = layout.position(code);
                let column = found
                    .matched
                    .columns
                    .iter()
                    .position(|field| field.is_some() && *field == position);
                column.map_or_else(String::new, |column| clean(row.cell(column)).to_owned())
            };
            let power = TypedPower {
                code: cell("code"),
                name: cell("name"),
                kind: cell("kind"),
                basis: cell("basis"),
                from: cell("from"),
                until: cell("until"),
            };
            typed.push((row.number, power));
        }
        if typed.is_empty() {
            return Err(DeskError::refused("powers.none", "表格里没有事项，请检查文件"));
        }
        Ok(judge(&law, &typed))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?
}

/// Reads one matter that was typed; nothing of it when something is wrong.
pub(super) fn read_one(law: &Law, typed: &TypedPower) -> (Option<Power>, Vec<RowFound>) {
    let mut read = judge(law, &[(0, typed.clone())]);
    (read.powers.pop(), read.findings)
}

fn judge(law: &Law, typed: &[(u32, TypedPower)]) -> Read {
    let mut read = Read { powers: Vec::new(), findings: Vec::new() };
    let mut codes: BTreeMap<String, u32> = BTreeMap::new();
    let mut names: BTreeMap<(String, String), u32> = BTreeMap::new();
    for (number, one) in typed {
        let mut findings = Vec::new();
        let power = power(law, one, &mut findings);
        if !one.code.is_empty() {
            match codes.get(&one.code) {
                Some(first) => findings.push(Finding::error(
                    "code",
                    "powers.code-repeated",
                    format!("事项编码「{}」与第{first}行重复", one.code),
                )),
                None => drop(codes.insert(one.code.clone(), *number)),
            }
        }
        let kind = power.as_ref().and_then(|power| law.kind(&power.kind));
        if let (Some(power), Some(matter)) = (&power, kind.and_then(|kind| kind.matter.as_ref())) {
            let key = (power.kind.clone(), matter.key(&power.name));
            match names.get(&key) {
                Some(first) => findings.push(Finding::warning(
                    "name",
                    "powers.name-repeated",
                    format!("事项名称与第{first}行比对起来相同，信息将对应到先写的一项"),
                )),
                None => drop(names.insert(key, *number)),
            }
        }
        let sound = findings.iter().all(|finding| finding.level != Level::Error);
        read.powers.extend(power.filter(|_| sound));
        read.findings
            .extend(findings.into_iter().map(|finding| RowFound { row: *number, finding }));
    }
    read
}

fn power(law: &Law, typed: &TypedPower, findings: &mut Vec<Finding>) -> Option<Power> {
    let values = [
        ("code", &typed.code),
        ("name", &typed.name),
        ("kind", &typed.kind),
        ("basis", &typed.basis),
    ];
    for (code, value) in values {
        let layout = law.powers();
        let Some(field) = layout.position(code).and_then(|at| layout.fields.get(at)) else {
            continue;
        };
        if value.trim().is_empty() && field.required == Required::Yes {
            findings.push(Finding::error(
                code,
                "powers.field-missing",
                format!("「{}」没有填写", field.label),
            ));
        }
        if field.max.is_some_and(|max| value.chars().count() > max) {
            findings.push(Finding::error(
                code,
                "powers.field-too-long",
                format!("「{}」超过{}字", field.label, field.max.unwrap_or_default()),
            ));
        }
    }
    let kind = law.kinds().values().find(|kind| {
        kind.matter.is_some() && (kind.name == typed.kind.trim() || kind.id == typed.kind.trim())
    });
    if kind.is_none() && !typed.kind.trim().is_empty() {
        let known: Vec<&str> = law
            .kinds()
            .values()
            .filter(|kind| kind.matter.is_some())
            .map(|kind| kind.name.as_str())
            .collect();
        findings.push(Finding::error(
            "kind",
            "powers.kind-unknown",
            format!("事项类型「{}」不能填，只能填：{}", typed.kind, known.join("、")),
        ));
    }
    let from = day(&typed.from, "from", "施行日期", findings);
    let until = day(&typed.until, "until", "终止日期", findings);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        findings.push(Finding::error(
            "until",
            "powers.days-reversed",
            "终止日期早于施行日期，请核对",
        ));
    }
    Some(Power {
        code: typed.code.trim().to_owned(),
        name: typed.name.trim().to_owned(),
        kind: kind?.id.clone(),
        basis: typed.basis.trim().to_owned(),
        from,
        // 2099-12-31 is how lists write that there is no end.
        until: until.filter(|day| !date::is_long_term(*day)),
    })
}

fn day(text: &str, field: &'static str, label: &str, findings: &mut Vec<Finding>) -> Option<Date> {
    if text.trim().is_empty() {
        return None;
    }
    let read = date::read(text.trim()).map(|(day, _)| day);
    if read.is_none() {
        findings.push(Finding::error(
            field,
            "powers.day-invalid",
            format!("{label}“{text}”不是有效日期，请写作 2026-03-05"),
        ));
    }
    read
}
