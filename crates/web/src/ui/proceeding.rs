//! What the pages of a repair, an objection and a commitment show alike: the events to choose from, the steps, the places.

use xinyong_domain::workflow::Word;
use xinyong_service::Clock;
use xinyong_service::places::PlaceView;

use super::view::{Chip, Choice};

/// A step as it is shown.
#[derive(Default)]
pub struct StepRow {
    /// What happened.
    pub label: String,
    /// On which day.
    pub on: String,
    /// When it was entered, and by whom where that is said.
    pub by: String,
    /// Why, or what was said.
    pub reason: String,
    /// The document.
    pub document: String,
    /// For a refusal: the ground, the rule, what can be done, how to object; each with what it is called.
    pub more: Vec<(&'static str, String)>,
}

/// A place that must confirm.
pub struct PlaceRow {
    /// Its code.
    pub place: String,
    /// What it is called.
    pub label: String,
    /// Whether it has confirmed.
    pub standing: Chip,
    /// Who found out, and when.
    pub by: String,
    /// By what.
    pub evidence: String,
    /// Whether a person may confirm it now.
    pub open: bool,
}

/// When a step was entered, and by whom. The subject is not told which person of a unit did something: it is not `named` then.
pub fn entered(at: i64, person: &str, named: bool) -> String {
    if named { format!("{}　{person}", Clock::show(at)) } else { Clock::show(at) }
}

/// The events to choose from; none where nothing may be done.
pub fn events<E: Word>(may: impl IntoIterator<Item = E>, chosen: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> =
        may.into_iter().map(|event| Choice::new(event.as_str(), event.label(), chosen)).collect();
    if !choices.is_empty() {
        choices.insert(0, Choice::new("", "请选择", chosen));
    }
    choices
}

/// The places as they are shown. `confirmed`: what one is said to be that has confirmed.
pub fn places(places: &[PlaceView], confirmed: &str) -> Vec<PlaceRow> {
    let row = |one: &PlaceView| PlaceRow {
        place: one.place.clone(),
        label: one.label.clone(),
        standing: match one.at {
            Some(_) => Chip::new(confirmed, "good"),
            None => Chip::new("未确认", "warn"),
        },
        by: one.at.map_or_else(String::new, |at| {
            let by = if one.automatic { "平台核对" } else { one.by.as_str() };
            format!("{by}　{}", Clock::show(at))
        }),
        evidence: one.evidence.clone(),
        open: one.at.is_none() && !one.automatic,
    };
    places.iter().map(row).collect()
}
