//! What lists of work have in common: what waits and what is done, and how the clocks of what waits stand.

use jiff::civil::Date;

use crate::ui::view::{Nav, Tile};
use crate::url;

/// Working days within which something is soon due.
const SOON: i64 = 3;

/// The two views of a list: what waits, and what is done under `done`.
pub(super) fn tabs(
    here: &str,
    waiting: &str,
    (done, label): (&str, &str),
    is_done: bool,
) -> Vec<Nav> {
    [("", waiting, !is_done), (done, label, is_done)]
        .into_iter()
        .map(|(show, label, current)| Nav {
            href: url::with_query(here, &[("show", show)]),
            label: label.to_owned(),
            current,
        })
        .collect()
}

/// How many wait, how many of them are soon due, how many are overdue: of each its last day and the working days left.
pub(super) fn clocks(
    waiting: &str,
    unit: &'static str,
    today: Date,
    lines: impl Iterator<Item = (Option<Date>, Option<i64>)>,
) -> Vec<Tile> {
    let (mut all, mut soon, mut overdue) = (0_usize, 0_usize, 0_usize);
    for (due, left) in lines {
        all += 1;
        if due.is_some_and(|due| due < today) {
            overdue += 1;
        } else if left.is_some_and(|left| left <= SOON) {
            soon += 1;
        }
    }
    [(waiting, all), ("三个工作日内到期", soon), ("已超过期限", overdue)]
        .map(|(label, count)| Tile::new(label, count.to_string(), unit))
        .to_vec()
}
