//! Column charts drawn on the server: figures in, an SVG text and the same figures as a table out.
//!
//! The first series is filled, the second hatched, so that the chart also reads in grey, on paper and in forced colours.

use askama::Template;

use super::view::{Chart, ChartRow};
use super::words;

/// Size of the drawing in its own units. It grows and shrinks with the page.
const WIDTH: u64 = 480;
/// Top of the plot: room for the figure on the uppermost line.
const TOP: u64 = 14;
/// The line on which the columns stand.
const FLOOR: u64 = 214;
/// Room for the figures of the lines.
const LEFT: u64 = 38;
/// Most series that can be told apart.
const MOST_SERIES: usize = 2;

/// What is to be drawn.
#[derive(Debug, Clone)]
pub struct Columns<'c> {
    /// An id that is unique on the page.
    pub id: &'c str,
    /// What the chart shows.
    pub title: &'c str,
    /// What the labels are.
    pub label_head: &'c str,
    /// Names of the series, at most two.
    pub series: &'c [String],
    /// Label as the table has it, label as the drawing has it, and a figure for each series.
    pub rows: &'c [(String, String, Vec<u64>)],
}

struct Column {
    x: u64,
    y: u64,
    width: u64,
    height: u64,
    series: usize,
}

struct Mark {
    x: u64,
    text: String,
}

struct Line {
    y: u64,
    text_y: u64,
    text: String,
}

#[derive(Template)]
#[template(path = "chart_columns.html")]
struct Drawing<'c> {
    id: &'c str,
    title: &'c str,
    described: String,
    columns: Vec<Column>,
    marks: Vec<Mark>,
    lines: Vec<Line>,
}

/// The uppermost line: the smallest of 2, 4, 6, 8, 10, 12, 16, 20, 40 … that no column exceeds. Its half is a whole number.
fn ceiling(most: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [2, 4, 6, 8, 10, 12, 16] {
            let line = step.saturating_mul(factor);
            if line >= most || line == u64::MAX {
                return line;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// The chart with its table.
///
/// # Errors
/// When the drawing cannot be written, which only a full memory can make happen.
pub fn columns(asked: &Columns<'_>) -> Result<Chart, askama::Error> {
    let series = asked.series.get(..asked.series.len().min(MOST_SERIES)).unwrap_or_default();
    let most = asked.rows.iter().flat_map(|(.., values)| values).copied().max().unwrap_or(0);
    let top_line = ceiling(most);
    let plot = FLOOR - TOP;
    let slot = (WIDTH - LEFT) / u64::try_from(asked.rows.len().max(1)).unwrap_or(u64::MAX).max(1);
    let count = u64::try_from(series.len().max(1)).unwrap_or(1);
    let width = (slot * 7 / 10 / count).clamp(1, 48);
    let mut columns = Vec::new();
    let mut marks = Vec::new();
    for (place, (_, label, values)) in (0_u64..).zip(asked.rows) {
        let middle = LEFT + place * slot + slot / 2;
        marks.push(Mark { x: middle, text: label.clone() });
        let from = middle.saturating_sub(width * count / 2);
        for (series, value) in values.iter().take(series.len()).enumerate() {
            let scaled = u128::from(*value) * u128::from(plot) / u128::from(top_line.max(1));
            // What is there is seen, however small beside the rest.
            let height = u64::try_from(scaled).unwrap_or(plot).max(u64::from(*value > 0));
            let x = from + width * u64::try_from(series).unwrap_or(0);
            columns.push(Column { x, y: FLOOR - height, width, height, series });
        }
    }
    let lines = [0, top_line / 2, top_line]
        .into_iter()
        .map(|value| {
            let height = u128::from(value) * u128::from(plot) / u128::from(top_line.max(1));
            let y = FLOOR - u64::try_from(height).unwrap_or(plot);
            Line { y, text_y: y + 4, text: words::grouped(value) }
        })
        .collect();
    let rows: Vec<ChartRow> = asked
        .rows
        .iter()
        .map(|(label, _, values)| ChartRow {
            label: label.clone(),
            values: values.iter().take(series.len()).map(|value| words::grouped(*value)).collect(),
        })
        .collect();
    let drawing = Drawing {
        id: asked.id,
        title: asked.title,
        described: described(series, asked.rows),
        columns,
        marks,
        lines,
    };
    Ok(Chart {
        svg: drawing.render()?,
        title: asked.title.to_owned(),
        label_head: asked.label_head.to_owned(),
        series: series.to_vec(),
        rows,
    })
}

/// The chart in a sentence, for those who do not see it.
fn described(series: &[String], rows: &[(String, String, Vec<u64>)]) -> String {
    let mut said: Vec<String> = Vec::new();
    for (place, name) in series.iter().enumerate() {
        let values = || {
            rows.iter().filter_map(|(label, _, values)| Some((label, values.get(place).copied()?)))
        };
        let total: u64 = values().map(|(_, value)| value).sum();
        // Of equal ones the first.
        let most = values().rev().max_by_key(|(_, value)| *value).filter(|(_, value)| *value > 0);
        let highest = most.map_or_else(String::new, |(label, value)| {
            format!("，最多的是 {label}，{} 条", words::grouped(value))
        });
        said.push(format!("{name}共 {} 条{highest}", words::grouped(total)));
    }
    format!("{}。全部数字见所附的表。", said.join("；"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[(String, String, Vec<u64>)], title: &str) -> Chart {
        let series = ["行政许可".to_owned(), "行政处罚".to_owned()];
        let asked = Columns { id: "c", title, label_head: "月份", series: &series, rows };
        columns(&asked).expect("drawn")
    }

    fn row(label: &str, values: [u64; 2]) -> (String, String, Vec<u64>) {
        (label.to_owned(), label.to_owned(), values.to_vec())
    }

    #[test]
    fn columns_stand_in_proportion_and_every_figure_is_in_the_table() {
        let chart = drawn(&[row("1 月", [40, 10]), row("2 月", [0, 1234])], "公示数");
        // 1234 of 1600 fills 154 of 200 units; 10 of 1600 is still seen.
        assert!(chart.svg.contains("height=\"154\""), "{}", chart.svg);
        assert!(chart.svg.contains("height=\"1\""), "{}", chart.svg);
        assert!(chart.svg.contains("height=\"0\""), "{}", chart.svg);
        let figures: Vec<_> = chart.rows.iter().flat_map(|row| row.values.clone()).collect();
        assert_eq!(figures, ["40", "10", "0", "1,234"]);
        assert!(chart.svg.contains("行政许可共 40 条，最多的是 1 月，40 条"), "{}", chart.svg);
        assert!(chart.svg.contains("role=\"img\"") && chart.svg.contains("<title id=\"c-title\">"));
    }

    #[test]
    fn nothing_at_all_and_very_much_are_drawn_too() {
        for rows in [vec![], vec![row("空", [0, 0])], vec![row("多", [u64::MAX, u64::MAX / 2])]] {
            let chart = drawn(&rows, "公示数");
            assert!(chart.svg.starts_with("<svg") && chart.svg.trim_end().ends_with("</svg>"));
        }
    }

    #[test]
    fn what_it_is_given_stays_text_and_no_style_or_script_gets_in() {
        let chart = drawn(&[row("<script>\"'&", [1, 2])], "a<b>\"c");
        assert!(!chart.svg.contains("<script") && !chart.svg.contains("<b>"), "{}", chart.svg);
        assert!(!chart.svg.contains("style="), "{}", chart.svg);
    }

    #[test]
    fn the_uppermost_line_is_round_and_holds_the_greatest() {
        for (most, line) in
            [(0, 2), (2, 2), (3, 4), (5, 6), (11, 12), (17, 20), (21, 40), (102, 120)]
        {
            assert_eq!(ceiling(most), line, "{most}");
        }
    }
}
