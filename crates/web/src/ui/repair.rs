//! What the pages of the subjects and of the units show alike of a repair: conditions, clocks, stages.

use jiff::civil::Date;
use xinyong_domain::law::Law;
use xinyong_domain::rules::repair::{Condition, Material, Outcome};
use xinyong_domain::ruling::{Citation, Ruling};
use xinyong_domain::workflow::repair::Stage;
use xinyong_service::Clock;
use xinyong_service::repairs::{
    CONDITIONS, FindingView, MATERIALS, RepairCase, RepairLine, StepView,
};

use super::proceeding::{StepRow, entered};
use super::view::{Chip, Fact, Why};
use super::{reasons, words};

/// A condition as it is shown.
pub struct ConditionRow {
    /// What it asks for.
    pub label: String,
    /// How it stands.
    pub outcome: Chip,
    /// From which day.
    pub from: String,
    /// What it rests on.
    pub why: Why,
}

/// A material as it is shown.
pub struct MaterialRow {
    /// What it is.
    pub label: String,
    /// Whether it must be handed in.
    pub standing: Chip,
}

fn label(law: &Law, list: &str, id: &str) -> String {
    law.label_of(list, id).to_owned()
}

/// The reasons for one thing that rests on one entry.
fn one(law: &Law, about: &str, because: &Citation) -> Why {
    let mut ruling = Ruling::new(());
    ruling.cite(because.clone());
    reasons::why(law, about, "", &ruling)
}

/// The conditions in a table.
pub fn conditions(law: &Law, of: &[Condition]) -> Vec<ConditionRow> {
    of.iter()
        .map(|condition| {
            let label = label(law, CONDITIONS, &condition.id);
            let tone = match condition.outcome {
                Outcome::Met => "good",
                Outcome::NotMet => "bad",
                Outcome::Missing => "warn",
                Outcome::Judge => "info",
            };
            ConditionRow {
                why: one(law, &label, &condition.because),
                label,
                outcome: Chip::new(condition.outcome.label(), tone),
                from: condition.from.map_or_else(String::new, |day| format!("自{day}起")),
            }
        })
        .collect()
}

/// The materials in a list.
pub fn materials(law: &Law, of: &[Material]) -> Vec<MaterialRow> {
    of.iter()
        .map(|material| MaterialRow {
            label: label(law, MATERIALS, &material.id),
            standing: if material.held {
                Chip::new("不需要另外提交", "good")
            } else {
                Chip::new("需要提交", "warn")
            },
        })
        .collect()
}

/// Where it stands, with the colour that repeats it.
pub fn stage(stage: Stage) -> Chip {
    let tone = match stage {
        Stage::Granted | Stage::Propagated | Stage::Closed => "good",
        Stage::NotAccepted | Stage::Refused => "bad",
        Stage::Supplement => "warn",
        Stage::Withdrawn | Stage::Lapsed => "neutral",
        _ => "info",
    };
    Chip::new(stage.label(), tone)
}

/// How long the next step may still take; where the calendar of a year on the way is not announced, that it may still change.
pub fn left(today: Date, line: &RepairLine) -> Option<Chip> {
    let due = line.due.as_ref()?.value;
    let mut chip = words::left(today, due.date, line.left?);
    if due.provisional {
        chip.text.push_str("（暂定）");
    }
    Some(chip)
}

/// The last day of the next step with its reasons.
pub fn due(law: &Law, line: &RepairLine) -> Option<Fact> {
    let due = line.due.as_ref()?;
    // What is asked of the applicant has no last day; the one of the decision is shown, which does not wait for it.
    let about = match line.stage {
        Stage::Supplement => "作出修复决定（补齐期间照常计算）的期限".to_owned(),
        _ => format!("{}的期限", line.owner.label()),
    };
    Some(
        Fact::new(format!("{about}（含当日）"), due.value.date.to_string())
            .because(reasons::due_why(law, &about, due)),
    )
}

/// The steps, the oldest first. The subject is not told which person of a unit did something.
pub fn steps(found: &RepairCase, named: bool) -> Vec<StepRow> {
    let row = |step: &StepView| StepRow {
        label: step.label.clone(),
        on: step.on.to_string(),
        by: match (named, step.behalf.as_str()) {
            (_, "") => entered(step.at, &step.by.name, named),
            (true, unit) => format!("{}代{unit}登记", entered(step.at, &step.by.name, true)),
            (false, unit) => format!("{}　信用办代{unit}登记", Clock::show(step.at)),
        },
        more: [
            ("理由", &step.ground),
            ("规定", &step.rule),
            ("现在可以怎么办", &step.way_on),
            ("不服怎么办", &step.objection),
        ]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(about, text)| (about, text.clone()))
        .collect(),
        reason: step.reason.clone(),
        document: step.document.clone(),
    };
    found.steps.iter().map(row).collect()
}

/// A finding about a repair as it is shown.
pub struct FindingRow {
    /// Its id.
    pub id: i64,
    /// What it says.
    pub what: String,
    /// Where it stands.
    pub standing: Chip,
    /// What it rests on and what follows.
    pub facts: Vec<Fact>,
    /// Whether this person may decide it.
    pub may_decide: bool,
}

/// The findings, the oldest first.
pub fn findings(of: &[FindingView]) -> Vec<FindingRow> {
    of.iter()
        .map(|one| {
            let mut facts = vec![
                Fact::new("查明的事实", one.reason.as_str()),
                Fact::new("证据或者文书", one.document.as_str()),
                Fact::new("依据", one.basis.as_str()),
            ];
            if one.restore && one.state == "open" {
                facts.push(Fact::new("提出的后果", "撤销修复，恢复公示到其最长公示期"));
            }
            if !one.consequence.is_empty() {
                facts.push(Fact::new("后果", one.consequence.as_str()));
            }
            if !one.decision.is_empty() {
                facts.push(Fact::new("决定的理由", one.decision.as_str()));
            }
            FindingRow {
                id: one.id,
                what: one.label.clone(),
                standing: match one.state.as_str() {
                    "confirmed" => Chip::new("已认定", "bad"),
                    "declined" => Chip::new("不认定", "neutral"),
                    _ => Chip::new("待另一人决定", "warn"),
                },
                facts,
                may_decide: one.may_decide,
            }
        })
        .collect()
}
