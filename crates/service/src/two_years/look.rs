//! What everybody, the units and the office are shown on a day, beside what the model says.

use std::collections::{BTreeMap, BTreeSet};

use xinyong_domain::law::Law;

use super::county::{County, clerk, office, system};
use super::model::{Entry, left};
use crate::browse::{
    ListFilter, data_chunk, data_set, public_list, public_page, public_record, public_subject,
    search,
};
use crate::open_data::{self, changed_rows};
use crate::repairs::{RepairLine, waiting, work};
use crate::report::public_report;
use crate::testing::code;
use crate::{Desk, DeskError};

const KINDS: [&str; 3] =
    ["administrative-penalty", "serious-dishonesty-listing", "abnormal-operation-listing"];
/// Records of a page of the interface.
const PORTION: usize = 100;

/// One record, everywhere where somebody could come upon it.
async fn one(desk: &Desk, entry: &Entry) {
    let (today, (subject, id)) = (desk.today(), entry.place);
    let wanted = entry.is_public(today);
    let shown = match public_record(desk, subject, id).await {
        Ok(_) => true,
        Err(DeskError::NotFound(_)) => false,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(shown, wanted, "the page of the record on {today}: {entry:?}");
    let filter = ListFilter { text: entry.number.clone(), ..ListFilter::default() };
    let listed = public_list(desk, entry.kind(), &filter).await.expect("a list");
    let listed = listed.records.iter().any(|one| one.id == id);
    assert_eq!(listed, wanted, "looked for by its number on {today}: {entry:?}");
    assert_eq!(of_subject(desk, entry.party).await.contains(&id), wanted, "{today}: {entry:?}");
}

async fn of_subject(desk: &Desk, party: usize) -> BTreeSet<i64> {
    let page = public_subject(desk, &code(party)).await.expect("a page");
    page.groups.iter().flat_map(|(.., records)| records.iter().map(|one| one.id)).collect()
}

/// What happened to, or begins or ends about, a record on the day and the day before.
pub(super) async fn at_the_edges(desk: &Desk, county: &County) {
    let today = desk.today();
    let yesterday = today.yesterday().ok();
    let at_edge = |entry: &Entry| {
        let last = entry.last_day();
        last == Some(today) || last == yesterday || entry.down == Some(today)
    };
    let touched: BTreeSet<usize> = county.touched.iter().copied().collect();
    for (place, entry) in county.entries.iter().enumerate() {
        if touched.contains(&place) || at_edge(entry) {
            one(desk, entry).await;
        }
    }
}

/// Every face, whole.
pub(super) async fn everything(desk: &Desk, county: &mut County) {
    let (law, today) = (desk.law(), desk.today());
    open_data::compare(desk, &system()).await.expect("compared").expect("nobody else does");
    for kind in KINDS {
        let wanted: BTreeSet<i64> = county
            .entries
            .iter()
            .filter(|entry| entry.kind() == kind && entry.is_public(today))
            .map(|entry| entry.place.1)
            .collect();
        assert_eq!(listed(desk, kind).await, wanted, "{today}: the list of {kind}");
        assert_eq!(by_interface(desk, kind).await, wanted, "{today}: the interface's {kind}");
        assert_eq!(table(desk, &law, kind).await, wanted, "{today}: the table of {kind}");
        let changed = changes(desk, &law, kind).await;
        assert!(changed.is_subset(&wanted), "{today}: {kind} among the changes");
    }
    let mut by_party: BTreeMap<usize, BTreeSet<i64>> = BTreeMap::new();
    for entry in &county.entries {
        let public = by_party.entry(entry.party).or_default();
        if entry.is_public(today) {
            public.insert(entry.place.1);
        }
    }
    for (party, wanted) in &by_party {
        assert_eq!(of_subject(desk, *party).await, *wanted, "{today}: the page of {party}");
    }
    // A report and a hit of a search of somebody, each time another.
    let parties: Vec<usize> = by_party.keys().copied().collect();
    let party = parties[county.chance.below(parties.len())];
    let report = public_report(desk, &code(party)).await.expect("a report");
    let in_report: BTreeSet<i64> = report.public.iter().map(|one| one.id.1).collect();
    assert_eq!(in_report, by_party[&party], "{today}: the report of {party}");
    let found = search(desk, &code(party)).await.expect("searched");
    assert_eq!(found.hits.len(), 1, "{today}: {party} is found");
}

async fn listed(desk: &Desk, kind: &str) -> BTreeSet<i64> {
    let (mut ids, mut after) = (BTreeSet::new(), String::new());
    loop {
        let filter = ListFilter { after, ..ListFilter::default() };
        let page = public_list(desk, kind, &filter).await.expect("a list");
        ids.extend(page.records.iter().map(|one| one.id));
        after = page.next;
        if after.is_empty() {
            assert_eq!(page.total, u64::try_from(ids.len()).expect("few"), "counted: {kind}");
            return ids;
        }
    }
}

async fn by_interface(desk: &Desk, kind: &str) -> BTreeSet<i64> {
    let (mut ids, mut after) = (BTreeSet::new(), String::new());
    loop {
        let filter = ListFilter { after, ..ListFilter::default() };
        let page = public_page(desk, kind, &filter, PORTION).await.expect("a page");
        ids.extend(page.records.iter().map(|one| one.id));
        after = page.next;
        if after.is_empty() {
            return ids;
        }
    }
}

async fn table(desk: &Desk, law: &Law, kind: &str) -> BTreeSet<i64> {
    let set = data_set(law, kind).expect("a table");
    let column = set.columns.iter().position(|column| column.code == "id").expect("ids");
    let (mut ids, mut place) = (BTreeSet::new(), None);
    loop {
        let chunk = data_chunk(desk, &set, &ListFilter::default(), place).await.expect("rows");
        ids.extend(chunk.rows.iter().map(|row| row[column].parse::<i64>().expect("an id")));
        place = chunk.next;
        if place.is_none() {
            return ids;
        }
    }
}

/// The records that the kept files of daily changes say something about.
async fn changes(desk: &Desk, law: &Law, kind: &str) -> BTreeSet<i64> {
    let set = data_set(law, kind).expect("a table");
    let days = open_data::change_days(desk).await.expect("asked").expect("compared");
    let mut said = BTreeSet::new();
    for day in days.each() {
        let rows = changed_rows(desk, &set, day, None).await.expect("a day").rows;
        said.extend(rows.iter().filter(|row| row.cells.is_some()).map(|row| row.id));
    }
    said
}

/// What a clock shows: where it stands, who owes it, by when, whether that may change, and the working days left.
type Clock = (String, String, Option<(jiff::civil::Date, bool, i64)>);

fn shown(line: &RepairLine) -> Clock {
    let due = line.due.as_ref().zip(line.left);
    let due = due.map(|(due, left)| (due.value.date, due.value.provisional, left));
    (line.stage.as_str().to_owned(), line.owner.label().to_owned(), due)
}

/// The desks of the units and the board of the office: no clock is missed, and none is on another's desk.
pub(super) async fn clocks(desk: &Desk, county: &mut County) {
    let today = desk.today();
    let mut wanted: BTreeMap<i64, Clock> = BTreeMap::new();
    let mut by_unit: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for case in county.cases.iter().filter(|case| !case.is_over()) {
        let unit = county.entries[case.entry].unit;
        let due = case.due().map(|due| (due.day, due.unsure, left(today, due.day)));
        wanted.insert(case.item, (case.stage.to_owned(), case.owner().to_owned(), due));
        let desk_of = by_unit.entry(unit).or_default();
        if case.owner() != "申请人" {
            desk_of.insert(case.item);
        }
    }
    let mut board = Vec::new();
    for page in 1.. {
        let found = work(desk, &office(), false, page).await.expect("a board");
        board.extend(found.lines);
        if page >= found.pages {
            break;
        }
    }
    for line in &board {
        let case = county.cases.iter().find(|case| case.item == line.id).expect("a case");
        let unit = desk.unit(county.entries[case.entry].unit).await.expect("a unit");
        assert_eq!(line.unit, unit.name, "{today}: whose");
    }
    let seen: BTreeMap<i64, Clock> = board.iter().map(|line| (line.id, shown(line))).collect();
    assert_eq!(seen, wanted, "{today}: the board of the office");
    for (unit, items) in by_unit {
        let (on_desk, count) = waiting(desk, &clerk(unit), usize::MAX).await.expect("a desk");
        let on_desk: BTreeSet<i64> = on_desk.iter().map(|line| line.id).collect();
        assert_eq!(count, items.len(), "{today}: counted on the desk of {unit}");
        assert_eq!(on_desk, items, "{today}: the desk of {unit}");
    }
    for (.., due) in wanted.values() {
        match due {
            Some((day, ..)) if *day < today => county.note("overdue, and seen to be"),
            Some((.., left)) if *left <= 3 => county.note("soon due, and seen to be"),
            Some((_, true, _)) => county.note("not known for sure, and said so"),
            _ => {}
        }
    }
}
