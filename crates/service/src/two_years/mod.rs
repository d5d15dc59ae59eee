//! Two years of a county day by day, from July 2025 to June 2027, over the change of the law on 1 April 2026 and into a year whose
//! calendar nobody has announced: after each day everything that is shown is compared with a model of its own.
//!
//! The seed and the number of records are given; the ordinary run takes few. `XINYONG_TWO_YEARS=1000` takes a thousand.

mod county;
mod filing;
mod look;
mod model;
mod steps;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::Desk;
use crate::repairs::{Apply, Visitor, apply_at_window, board, new_entry, waiting};
use crate::testing::{code, desk, postgres_desk};
use county::{County, clerk, office};
use model::{Entry, Sort};

/// The first day, and the last.
const FIRST: Date = date(2025, 7, 1);
const LAST: Date = date(2027, 6, 30);
/// Records of an ordinary run.
const FEW: usize = 90;
/// Days after which every face is looked at whole.
const WEEK: i32 = 7;

async fn lived(desk: &Desk, seed: u64, records: usize, last: Date) -> County {
    let mut county = County::new(desk, seed, records).await;
    county.begin(desk).await;
    let mut day = desk.today();
    while day <= last {
        let there = desk.at(day);
        let days_left = usize::try_from((last - day).get_days()).expect("later");
        county.live(&there, days_left).await;
        look::at_the_edges(&there, &county).await;
        look::clocks(&there, &mut county).await;
        if (day - FIRST).get_days() % WEEK == 0 || day == last {
            look::everything(&there, &mut county).await;
        }
        day = day.checked_add(1.day()).expect("a day");
    }
    let report = crate::running::fsck(&desk.at(last)).await.expect("checked");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    county
}

#[tokio::test]
async fn in_two_years_nothing_is_public_too_long_nothing_is_missing_and_no_clock_is_missed() {
    let folder = tempfile::tempdir().expect("folder");
    let asked = std::env::var("XINYONG_TWO_YEARS").ok().and_then(|text| text.parse().ok());
    let desk = desk(&folder, FIRST).await;
    let county = lived(&desk, 36, asked.unwrap_or(FEW), LAST).await;
    println!("{:?}", county.done);
    for what in [
        "recorded",
        "grant",
        "refuse",
        "forward",
        "a decision revoked",
        "an application lapsed",
        "a missed night",
        "overdue, and seen to be",
        "soon due, and seen to be",
        "not known for sure, and said so",
    ] {
        assert!(county.done.get(what).is_some_and(|times| *times > 0), "{what}: {:?}", county.done);
    }
}

#[tokio::test]
async fn the_same_for_some_months_on_the_other_engine() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, date(2026, 2, 1)).await else { return };
    let county = lived(&desk, 58, 40, date(2026, 6, 30)).await;
    assert!(county.done.get("grant").is_some_and(|times| *times > 0), "{:?}", county.done);
}

#[tokio::test]
async fn more_than_a_page_waits_and_every_clock_is_counted() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, date(2026, 9, 2)).await;
    // Five firms with forty-two records each: more than any list shows at once.
    let row = |number: usize| Entry {
        party: number % 5,
        unit: "transport",
        sort: Sort::Fine(Some("general")),
        number: format!("示例〔2026〕{}号", 10_000 + number),
        decided: date(2026, 9, 1),
        off: None,
        down: None,
        repaired: false,
        place: (0, 0),
        sent: 1,
    };
    let rows: Vec<Entry> = (0..210).map(row).collect();
    let places = filing::file(&desk, &rows).await;
    let there = desk.at(date(2026, 12, 1));
    let scan = there.scratch().join("scan.pdf");
    std::fs::write(&scan, b"%PDF-1.7 example").expect("a file");
    for party in 0..5 {
        let own = rows.iter().zip(&places).filter(|(row, _)| row.party == party);
        let command = Apply {
            records: own.map(|(_, place)| place.1).collect(),
            entry: new_entry(&there).expect("random"),
            file: Some(scan.clone()),
            ..Apply::default()
        };
        let visitor =
            Visitor { name: "示例来人".to_owned(), telephone: "示例电话".to_owned() };
        let firm = code(party);
        apply_at_window(&there, &office(), &firm, visitor, command).await.expect("applied");
    }
    let late = desk.at(date(2026, 12, 8));
    let board = board(&late, &office()).await.expect("a board");
    assert_eq!(board.iter().map(|unit| unit.overdue).sum::<usize>(), 210);
    let (most, all) = waiting(&late, &clerk("transport"), 5).await.expect("a desk");
    assert_eq!((most.len(), all), (5, 210));
    assert!(most.iter().all(|line| line.left == Some(-2)));
}
