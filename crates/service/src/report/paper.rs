//! A report on paper.

use jiff::ToSpan as _;
use jiff::civil::DateTime;
use serde_json::json;
use xinyong_store::sm3_hex;

use super::seal::blank;
use super::{Content, Line, ReportNumber};
use crate::desk::Desk;
use crate::press::Paper;
use crate::refusal::DeskError;

/// Values up to this many characters share a line with another fact.
const SHORT: usize = 18;

/// Facts two in a line where both are short: label, value, and whether it takes the whole line.
fn cells(lines: &[Line]) -> Vec<serde_json::Value> {
    let short = |line: &Line| {
        line.value.chars().count() <= SHORT && line.label.chars().count() <= SHORT / 2
    };
    let mut cells = Vec::with_capacity(lines.len());
    let mut place = 0;
    while let Some(line) = lines.get(place) {
        let next = lines.get(place + 1).filter(|next| short(line) && short(next));
        for one in std::iter::once(line).chain(next) {
            cells.push(json!({ "label": one.label, "value": one.value, "whole": next.is_none() }));
        }
        place += if next.is_some() { 2 } else { 1 };
    }
    cells
}

impl Content {
    /// The report as PDF with its seal blank, under its number and made at a moment in Beijing; it carries its canonical content. The
    /// same content, number and moment give the same bytes.
    ///
    /// # Errors
    /// `document.no-press`; an internal error when it cannot be set.
    pub async fn pdf(
        &self,
        desk: &Desk,
        number: &ReportNumber,
        at: DateTime,
        check: &str,
        canonical: &str,
    ) -> Result<Vec<u8>, DeskError> {
        desk.print(self.paper(number, at, check, canonical)).await
    }

    fn paper(&self, number: &ReportNumber, at: DateTime, check: &str, canonical: &str) -> Paper {
        let sections: Vec<_> = self
            .sections
            .iter()
            .map(|section| {
                let groups: Vec<_> = section
                    .groups
                    .iter()
                    .map(|group| {
                        let entries: Vec<_> = group
                            .entries
                            .iter()
                            .map(|entry| json!({ "title": entry.title, "cells": cells(&entry.lines) }))
                            .collect();
                        json!({ "name": group.name, "entries": entries })
                    })
                    .collect();
                json!({
                    "title": section.title,
                    "cells": cells(&section.lines),
                    "groups": groups,
                    "grid": section.grid,
                    "text": section.text,
                })
            })
            .collect();
        let counts: Vec<_> = self
            .counts
            .iter()
            .map(|(label, count)| json!({ "label": label, "count": count.to_string() }))
            .collect();
        let [form, edition, version] = &self.form;
        Paper {
            template: "report",
            identity: format!("report {number}"),
            // Beijing keeps UTC+8 all year.
            made: at.checked_sub(8.hours()).unwrap_or(at),
            files: vec![("/content.json", canonical.as_bytes().to_vec())],
            codes: vec![("/check.svg", check.to_owned())],
            data: json!({
                "title": form,
                "standard": if edition.is_empty() {
                    String::new()
                } else {
                    format!("公共信用信息报告标准（{edition}年版）")
                },
                "version": version,
                "edition": if form == self.edition.label() { "" } else { self.edition.label() },
                "terms": self.terms,
                "lead": self.lead,
                "issuer": self.issuer,
                "number": number.as_str(),
                "made": at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                "as_of": self.as_of.to_string(),
                "name": self.name,
                "code": self.code,
                "labels": self.labels,
                "counts": counts,
                "sections": sections,
                "statement": self.statement,
                "verify": self.verify,
                "log": self.log.as_ref().map_or("", |log| &log.note),
                "seal": blank(number, &sm3_hex(canonical.as_bytes())),
            }),
        }
    }
}
