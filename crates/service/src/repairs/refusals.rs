//! On what an application may be refused: a closed list, each ground with the rule behind it. Nothing that nobody has verified refuses.

use std::sync::Arc;

use jiff::civil::Date;
use xinyong_domain::law::Lookup;
use xinyong_domain::ruling::Citation;
use xinyong_store::StepNote;

use super::decide::Refused;
use super::label;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// The list of grounds.
pub const GROUNDS: &str = "repair-refusal";
/// Longest text of what the subject can do, and of how it objects.
const LONGEST: usize = 300;

/// A ground that may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Its code.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What the rule says.
    pub rule: String,
    /// What it rests on.
    pub because: Arc<Citation>,
}

/// The grounds of a day, and how one objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Those that may be given.
    pub open: Vec<Ground>,
    /// The names of those whose rule is not verified, so that nobody may be refused by them.
    pub closed: Vec<String>,
    /// How the subject objects, in the words of the law folder.
    pub objection: String,
}

fn parameter(ground: &str) -> String {
    format!("repair.refusal.{ground}")
}

/// The grounds for what was applied for on a day.
pub fn grounds(desk: &Desk, applied: Date) -> Grounds {
    let law = desk.law();
    let at = law.at(applied);
    let mut found = Grounds {
        objection: at.word("repair.objection").applies().map(|text| text.value).unwrap_or_default(),
        ..Grounds::default()
    };
    for code in law.codes().get(GROUNDS).map(|list| list.codes.clone()).unwrap_or_default() {
        match at.word(&parameter(&code.id)) {
            Lookup::Applies(cited) => found.open.push(Ground {
                id: code.id,
                label: code.label,
                rule: cited.value,
                because: cited.citation,
            }),
            Lookup::Unconfirmed(_) => found.closed.push(code.label),
            Lookup::Absent => {}
        }
    }
    found
}

/// What the rule behind a ground says, with its article; empty for none.
pub(super) fn rule(desk: &Desk, ground: &str, applied: Date) -> String {
    if ground.is_empty() {
        return String::new();
    }
    let found = desk.law().at(applied).word(&parameter(ground)).applies();
    found.map_or_else(String::new, |cited| format!("{}（{}）", cited.value, cited.citation.line()))
}

fn text(value: &str, code: &'static str, message: &str) -> Result<String, Refusal> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > LONGEST {
        return Err(Refusal::new(code, message));
    }
    Ok(value.to_owned())
}

/// What goes with a refusal: a ground of the list that holds on the day, what the subject can do, how it objects.
pub(super) fn note(desk: &Desk, applied: Date, given: &Refused) -> Result<StepNote, DeskError> {
    let Refused { ground, way_on, objection } = given;
    let known = grounds(desk, applied);
    if !known.open.iter().any(|one| one.id == *ground) {
        let listed =
            desk.law().codes().get(GROUNDS).is_some_and(|list| list.by_id(ground).is_some());
        return Err(if listed {
            DeskError::refused(
                "repair.ground-unconfirmed",
                format!(
                    "“{}”在申请之日没有核实过的规定，不能据此不予受理或者不予修复：请先在“法规参数”中由两人确认 {}",
                    label(desk, GROUNDS, ground),
                    parameter(ground)
                ),
            )
        } else {
            DeskError::refused(
                "repair.ground-missing",
                "请选择不予受理、不予修复的理由种类；理由只能是列出的这些",
            )
        });
    }
    Ok(StepNote {
        ground: ground.clone(),
        way_on: text(
            way_on,
            "repair.way-on-missing",
            "请写明当事人现在可以怎么办（300字以内），例如补齐什么、何时再申请",
        )?,
        objection: text(
            objection,
            "repair.objection-missing",
            "请写明当事人不服可以怎样提出异议（300字以内）",
        )?,
        behalf: String::new(),
    })
}
