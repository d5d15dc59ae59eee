//! What the pages of the subjects and of the units show alike of an objection: stages, clocks, steps.

use jiff::civil::Date;
use xinyong_domain::law::Law;
use xinyong_domain::workflow::objection::Stage;
use xinyong_service::objections::{GROUNDS, ObjectionCase, ObjectionLine, ObjectionStepView};

use super::proceeding::{StepRow, entered};
use super::view::{Chip, Choice, Fact};
use super::{reasons, words};

/// Where it stands, with the colour that repeats it.
pub fn stage(stage: Stage) -> Chip {
    let tone = match stage {
        Stage::Corrected | Stage::Closed => "good",
        Stage::Upheld => "warn",
        Stage::NotUpheld | Stage::Withdrawn | Stage::Dismissed => "neutral",
        Stage::Filed | Stage::Forwarded => "info",
    };
    Chip::new(stage.label(), tone)
}

/// How long the next step may still take; nothing while that day is not known.
pub fn left(today: Date, line: &ObjectionLine) -> Option<Chip> {
    Some(words::left(today, line.due.as_ref()?.value.date, line.left?))
}

/// The last day of the next step in words.
pub fn due_words(line: &ObjectionLine) -> String {
    match (&line.due, line.left) {
        (Some(due), Some(_)) => due.value.date.to_string(),
        (Some(_), None) => "放假安排公布后确定".to_owned(),
        (None, _) => String::new(),
    }
}

/// The last day of the next step with its reasons.
pub fn due(law: &Law, line: &ObjectionLine) -> Option<Fact> {
    let due = line.due.as_ref()?;
    let about = format!("{}的期限", line.owner.label());
    Some(
        Fact::new(format!("{about}（含当日）"), due_words(line))
            .because(reasons::due_why(law, &about, due)),
    )
}

/// The steps, the oldest first. The subject is not told which person of a unit did something.
pub fn steps(found: &ObjectionCase, named: bool) -> Vec<StepRow> {
    let row = |step: &ObjectionStepView| StepRow {
        label: step.label.clone(),
        on: step.on.to_string(),
        by: entered(step.at, &step.by.name, named),
        reason: step.reason.clone(),
        ..StepRow::default()
    };
    found.steps.iter().map(row).collect()
}

/// The grounds to choose from.
pub fn grounds(law: &Law, chosen: &str) -> Vec<Choice> {
    choices(law, GROUNDS, chosen)
}

/// A list of codes to choose from, beginning with nothing.
pub fn choices(law: &Law, list: &str, chosen: &str) -> Vec<Choice> {
    let codes = law.codes().get(list).into_iter().flat_map(|list| &list.codes);
    std::iter::once(Choice::new("", "请选择", chosen))
        .chain(codes.map(|code| Choice::new(&code.id, &code.label, chosen)))
        .collect()
}
