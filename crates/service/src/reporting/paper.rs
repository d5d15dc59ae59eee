//! 通报 on paper: what it says in the form of an official document, as PDF, and its table as a workbook.

use jiff::civil::DateTime;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError,
};
use serde_json::json;

use super::{Bulletin, BulletinRow, share};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::press::Paper;
use crate::refusal::DeskError;

impl Bulletin {
    /// What it is called.
    #[must_use]
    pub fn title(&self) -> String {
        format!("关于{}公共信用信息归集情况的通报", self.month.label())
    }

    /// What its annex is called.
    #[must_use]
    pub fn annex_title(&self) -> String {
        format!("{}各单位公共信用信息归集情况表", self.month.label())
    }

    /// The number, or where it will stand.
    #[must_use]
    pub fn number_shown(&self) -> &str {
        if self.number.is_empty() { "（文号）" } else { &self.number }
    }

    /// The day of the newest issue, or where it will stand.
    #[must_use]
    pub fn day_shown(&self) -> String {
        self.issued.last().and_then(|last| Clock::day_of(last.at)).map_or_else(
            || "（印发日期）".to_owned(),
            |day| format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        )
    }

    /// Whom it is sent to.
    pub const ADDRESSEES: &str = "各有关单位：";

    /// How the figures of the annex are counted.
    const NOTE: &str = "应报为已报与漏报之和；及时率的分母为应报减去因平台故障晚到的；合规率、完整率按本月报送的行计算。\
                            应报决定太少的单位不排名次。";

    /// What stands above the chart of the annex.
    pub const CHART: &str = "参加排名单位的及时率";

    /// The headings of the table: place, unit, numbers, rates.
    pub fn headings(&self) -> impl Iterator<Item = &'static str> {
        let numbers = self.total.numbers().map(|(name, _)| name);
        let rates = self.total.rates().map(|(name, _)| name);
        ["名次", "单位"].into_iter().chain(numbers).chain(rates)
    }

    /// The rows of the table, all units together last.
    pub fn lines(&self) -> impl Iterator<Item = BulletinRow> {
        let total = BulletinRow { name: "合计".to_owned(), ..self.total.clone() };
        self.rows.iter().cloned().chain(std::iter::once(total))
    }

    /// The units that have a place, with their 及时率.
    pub fn ranked(&self) -> impl Iterator<Item = &BulletinRow> {
        self.rows.iter().filter(|row| row.place.is_some())
    }

    /// How the figures are counted and, once they differ from what was issued, which do.
    #[must_use]
    pub fn note(&self) -> String {
        if self.differences.is_empty() {
            return Self::NOTE.to_owned();
        }
        let changed: Vec<_> = self
            .differences
            .iter()
            .map(|one| format!("{}{}由{}变为{}", one.name, one.what, one.then, one.now))
            .collect();
        format!("{}印发以后有变化的数字：{}。", Self::NOTE, changed.join("；"))
    }

    /// The document as PDF. The same facts and the same issue give the same bytes.
    ///
    /// # Errors
    /// `document.no-press`; an internal error when it cannot be set.
    pub async fn pdf(&self, desk: &Desk) -> Result<Vec<u8>, DeskError> {
        desk.print(self.paper()).await
    }

    fn paper(&self) -> Paper {
        let last = self.rows.len();
        let rows: Vec<_> = self
            .lines()
            .enumerate()
            .map(|(place, row)| {
                let mut cells = vec![
                    row.place.map(|place| place.to_string()).unwrap_or_default(),
                    row.name.clone(),
                ];
                cells.extend(row.numbers().map(|(_, number)| number.to_string()));
                cells.extend(row.rates().map(|(_, rate)| share(rate)));
                json!({ "cells": cells, "sum": place == last })
            })
            .collect();
        let bars: Vec<_> = self
            .ranked()
            .map(|row| {
                let rate = row.timely();
                let filled = (rate.part * 100).checked_div(rate.whole).unwrap_or_default();
                json!({ "name": row.name, "value": share(rate), "share": filled })
            })
            .collect();
        let sections: Vec<_> = self
            .text
            .iter()
            .map(|(heading, paragraphs)| json!({ "heading": heading, "paragraphs": paragraphs }))
            .collect();
        let made = self
            .issued
            .last()
            .and_then(|last| Clock::day_of(last.at))
            .unwrap_or_else(|| self.month.last());
        Paper {
            template: "bulletin",
            identity: format!("bulletin {} {} {}", self.county, self.month, self.issued.len()),
            made: DateTime::from(made),
            codes: Vec::new(),
            files: Vec::new(),
            data: json!({
                "office": self.office,
                "number": self.number_shown(),
                "title": self.title(),
                "addressees": Self::ADDRESSEES,
                "sections": sections,
                "annex_title": self.annex_title(),
                "day": self.day_shown(),
                "heads": self.headings().collect::<Vec<_>>(),
                "rows": rows,
                "bars_title": Self::CHART,
                "bar_heads": ["单位", "", "及时率"],
                "bars": bars,
                "note": self.note(),
            }),
        }
    }

    /// The table as a workbook. The same facts give the same bytes.
    ///
    /// # Errors
    /// When the workbook cannot be written.
    pub fn workbook(&self) -> Result<Vec<u8>, DeskError> {
        self.written().map_err(|error| DeskError::Internal(error.to_string()))
    }

    fn written(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let last = self.month.last();
        let made = ExcelDateTime::from_ymd(
            u16::try_from(last.year()).unwrap_or_default(),
            u8::try_from(last.month()).unwrap_or_default(),
            u8::try_from(last.day()).unwrap_or_default(),
        )?;
        workbook.set_properties(
            &DocProperties::new().set_author(&self.office).set_creation_datetime(&made),
        );
        let title = Format::new().set_bold().set_font_size(14).set_align(FormatAlign::Center);
        let head = Format::new()
            .set_bold()
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Center)
            .set_text_wrap();
        let cell = Format::new().set_border(FormatBorder::Thin);
        let sheet = workbook.add_worksheet().set_name(self.month.to_string())?;
        let name = format!("{}信用信息归集情况（{}）", self.county, self.month.label());
        let headings: Vec<_> = self.headings().collect();
        let end = u16::try_from(headings.len()).unwrap_or_default() - 1;
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_column_width(1, 28)?;
        sheet.merge_range(0, 0, 0, end, &name, &title)?;
        for (column, heading) in (0..).zip(headings) {
            sheet.write_string_with_format(1, column, heading, &head)?;
        }
        for (line, row) in (2..).zip(self.lines()) {
            match row.place {
                Some(place) => sheet.write_number_with_format(line, 0, place as f64, &cell)?,
                None => sheet.write_string_with_format(line, 0, "", &cell)?,
            };
            sheet.write_string_with_format(line, 1, &row.name, &cell)?;
            for (column, (_, number)) in (2..).zip(row.numbers()) {
                sheet.write_number_with_format(line, column, number as f64, &cell)?;
            }
            for (column, (_, rate)) in (11..).zip(row.rates()) {
                sheet.write_string_with_format(line, column, share(rate), &cell)?;
            }
        }
        sheet.set_repeat_rows(0, 1)?;
        workbook.save_to_buffer()
    }
}
