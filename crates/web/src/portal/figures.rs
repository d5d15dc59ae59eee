//! The charts and bars that several pages show, from the figures of the day.

use xinyong_domain::law::{Audience, Law, PublicationRule};
use xinyong_service::browse::PublicFigures;

use crate::page_error::PageError;
use crate::ui::chart::{self, Columns};
use crate::ui::view::{Bar, Chart};
use crate::ui::words;

/// Id and name of the kinds that the charts tell apart: licences and penalties.
pub fn kinds(law: &Law) -> Vec<(String, String)> {
    law.kinds()
        .values()
        .filter(|kind| kind.audience == Audience::Public)
        .filter(|kind| kind.publication != PublicationRule::None)
        .map(|kind| (kind.id.clone(), kind.name.clone()))
        .collect()
}

/// What became public in each of the last twelve months, or in those of a year, and still is, of one unit or of all.
///
/// # Errors
/// When the drawing cannot be written.
pub fn months(
    law: &Law,
    figures: &PublicFigures,
    unit: Option<&str>,
    year: Option<i16>,
) -> Result<Chart, PageError> {
    let kinds = kinds(law);
    let rows: Vec<(String, String, Vec<u64>)> = figures
        .months_of(year)
        .into_iter()
        .map(|first| {
            let month = first.strftime("%Y-%m").to_string();
            let counts = kinds.iter().map(|(id, _)| figures.of_month(id, unit, &month)).collect();
            (month, format!("{}月", first.month()), counts)
        })
        .collect();
    let series: Vec<String> = kinds.into_iter().map(|(_, name)| name).collect();
    let title = match year {
        None => "近 12 个月每月开始公示的信息".to_owned(),
        Some(year) => format!("{year} 年每月开始公示的信息"),
    };
    let asked =
        Columns { id: "months", title: &title, label_head: "月份", series: &series, rows: &rows };
    chart::columns(&asked).map_err(PageError::internal)
}

/// Bars in proportion to the longest, in the order given. What has no number is drawn empty.
pub fn bars(rows: impl IntoIterator<Item = (String, Option<u64>)>) -> Vec<Bar> {
    let rows: Vec<_> = rows.into_iter().collect();
    let most = rows.iter().filter_map(|(_, count)| *count).max().unwrap_or(0).max(1);
    rows.into_iter()
        .map(|(label, count)| Bar {
            label,
            value: match count {
                Some(count) => words::grouped(count),
                None => "不列".to_owned(),
            },
            share: count.unwrap_or(0) * 100 / most,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::bars;

    #[test]
    fn the_longest_bar_is_whole_and_a_hidden_group_shows_no_length() {
        let drawn = bars([
            ("甲".to_owned(), Some(40)),
            ("乙".to_owned(), Some(10)),
            ("丙".to_owned(), None),
        ]);
        let shown: Vec<_> = drawn.iter().map(|bar| (bar.value.as_str(), bar.share)).collect();
        assert_eq!(shown, [("40", 100), ("10", 25), ("不列", 0)]);
        assert!(bars([("甲".to_owned(), Some(0))]).iter().all(|bar| bar.share == 0));
    }
}
