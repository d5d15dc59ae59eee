//! A record as the lists of its subject show it.

use std::collections::BTreeMap;

use xinyong_domain::law::Law;
use xinyong_service::Clock;
use xinyong_service::browse::PublicRecord;

use crate::ui::view::{Chip, Fact};
use crate::ui::{reasons, words};

/// A record in the list of a subject.
pub struct RecordRow {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Number of the document.
    pub number: String,
    /// Who decided.
    pub unit: String,
    /// What it says.
    pub summary: String,
    /// Where it stands today.
    pub standing: Chip,
    /// What else is to be seen at once.
    pub marks: Vec<Chip>,
    /// The subject's own words, where it objects to it.
    pub statement: String,
    /// Its dates, each with its reasons.
    pub dates: Vec<Fact>,
    /// Who reported it and since when it is known here.
    pub known: String,
}

/// A record in the list of a subject; `units` are the names of the units by id.
pub fn row(law: &Law, units: &BTreeMap<String, String>, record: &PublicRecord) -> RecordRow {
    let since = Clock::day_of(record.known_at).map_or_else(String::new, |day| day.to_string());
    let unit = units.get(&record.unit).map_or("", String::as_str);
    RecordRow {
        href: words::record_href(record),
        title: words::record_title(record),
        number: record.number.clone(),
        unit: words::author(record),
        summary: record.summary.clone(),
        standing: words::standing(record),
        marks: words::marks(record),
        statement: words::statement(record.objection.as_ref()),
        dates: reasons::dates(law, record),
        known: if record.mark.is_empty() {
            format!("{unit}报送，本站自 {since} 起知悉。")
        } else {
            format!("主体自行填报，本站自 {since} 起知悉，没有核实。")
        },
    }
}
