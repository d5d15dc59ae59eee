//! The charts and bars that several pages show, from the figures of the day.

use xinyong_domain::law::{Audience, Law};
use xinyong_service::browse::PublicFigures;

use crate::page_error::PageError;
use crate::ui::chart::{self, Columns};
use crate::ui::view::{Bar, Chart};
use crate::ui::words;

/// Id and name of the kinds that are counted one by one: licences and penalties, and whatever else something is public of.
pub fn kinds(law: &Law, figures: &PublicFigures) -> Vec<(String, String)> {
    let public = || law.kinds().values().filter(|kind| kind.audience == Audience::Public);
    public()
        .filter(|kind| kind.publication.is_twofold())
        .chain(
            public().filter(|kind| !kind.publication.is_twofold() && figures.of_kind(&kind.id) > 0),
        )
        .map(|kind| (kind.id.clone(), kind.name.clone()))
        .collect()
}

/// What tables and charts tell apart: licences, penalties, and all the rest together, for a table of twenty columns is read by
/// nobody.
pub struct Group {
    /// What it is called.
    pub title: String,
    /// Ids of its kinds.
    pub kinds: Vec<String>,
}

impl Group {
    /// The sum of a count over its kinds.
    pub fn sum(&self, count: impl Fn(&str) -> u64) -> u64 {
        self.kinds.iter().map(|kind| count(kind)).sum()
    }
}

/// The groups, the last of them only when something of it is public.
pub fn groups(law: &Law, figures: &PublicFigures) -> Vec<Group> {
    let (twofold, others): (Vec<_>, Vec<_>) = kinds(law, figures)
        .into_iter()
        .partition(|(id, _)| law.kind(id).is_some_and(|kind| kind.publication.is_twofold()));
    let mut groups: Vec<Group> =
        twofold.into_iter().map(|(id, title)| Group { title, kinds: vec![id] }).collect();
    if !others.is_empty() {
        let kinds = others.into_iter().map(|(id, _)| id).collect();
        groups.push(Group { title: "其他信息".to_owned(), kinds });
    }
    groups
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
    let groups = groups(law, figures);
    let rows: Vec<(String, String, Vec<u64>)> = figures
        .months_of(year)
        .into_iter()
        .map(|first| {
            let month = first.strftime("%Y-%m").to_string();
            let counts = groups
                .iter()
                .map(|group| group.sum(|id| figures.of_month(id, unit, &month)))
                .collect();
            (month, format!("{}月", first.month()), counts)
        })
        .collect();
    let series: Vec<String> = groups.into_iter().map(|group| group.title).collect();
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
