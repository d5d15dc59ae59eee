//! Who else would change the record of a commitment that was made here: files of the unit, and corrections. What was signed is changed by
//! nobody, and how it was kept is found in one place.

use std::collections::{BTreeMap, HashMap};

use xinyong_domain::finding::Finding;
use xinyong_domain::workflow::commitment::{Event, Stage};
use xinyong_store::{Commitment, Record, StepChain};

use super::{KIND, SIGNED, STATES, label, stage_of};
use crate::corrections::PublicCorrection;
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::units::stands_for;

/// The fields that say how it was kept.
const OUTCOME: [&str; 6] = [
    "fulfillmentStatus",
    "fulfillmentStatusDate",
    "acceptanceConfirmUnit",
    "acceptanceConfirmUnitIdentify",
    "unperformedCommitmentContent",
    CONSEQUENCE,
];
/// The one that says what follows.
const CONSEQUENCE: &str = "liabilityBreachCommitmentContent";

/// A good row of a file that carries a number of a commitment.
pub(crate) struct Carried {
    /// The row.
    pub row: u32,
    /// The number.
    pub number: String,
    /// Whose it is, where the register knows the party.
    pub subject: Option<i64>,
}

/// What becomes of a row whose number was given here.
pub(crate) enum Met {
    /// It is not taken in.
    Refused(Finding),
    /// It changes nothing.
    Kept(Finding),
}

/// What is said of a row about a commitment that stands in the register already.
pub(crate) fn held_here() -> Finding {
    Finding::warning(
        "code",
        "commitment.held-here",
        "这份承诺由本站受理并登记，内容和履行情况以登记的为准，本行不作改动；履行情况请在“信用承诺”中认定",
    )
}

/// Of rows that a unit reports, those whose numbers were given here, by row.
pub(crate) async fn met(
    desk: &Desk,
    unit: &str,
    rows: &[Carried],
) -> Result<HashMap<u32, Met>, DeskError> {
    let numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    let known = desk.store().commitments_numbered(&numbers).await?;
    if known.is_empty() {
        return Ok(HashMap::new());
    }
    let units = stands_for(desk, unit).await?;
    let known: HashMap<&str, &Commitment> =
        known.iter().map(|one| (one.number.as_str(), one)).collect();
    let mut found = HashMap::new();
    for row in rows {
        let Some(held) = known.get(row.number.as_str()) else { continue };
        let same = row.subject == Some(held.subject_id) && units.contains(&held.unit_id);
        found.insert(row.row, met_by(held, same)?);
    }
    Ok(found)
}

fn met_by(held: &Commitment, same: bool) -> Result<Met, DeskError> {
    let stage = stage_of(held)?;
    let refused = |code, message: String| Met::Refused(Finding::error("code", code, message));
    Ok(if !same {
        refused(
            "commitment.number-elsewhere",
            "这个承诺编码是本站编给另一份承诺的，请核对承诺编码、承诺人和受理单位".to_owned(),
        )
    } else if held.record_id.is_some() {
        Met::Kept(held_here())
    } else if stage == Stage::Made {
        refused(
            "commitment.made-here",
            "这份承诺在本站作出，还没有受理，请在“信用承诺”中受理，不必报送".to_owned(),
        )
    } else {
        refused("commitment.not-taken-in", format!("这份承诺在本站{}，不能归集", stage.label()))
    })
}

fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// Whether a correction may change these fields of a record: what was signed is changed by nobody; nothing is found for the first time by
/// a correction; and what follows is what the commitment itself says.
pub(crate) async fn correctable(
    desk: &Desk,
    record: &Record,
    fields: &BTreeMap<String, String>,
) -> Result<(), DeskError> {
    if record.kind != KIND {
        return Ok(());
    }
    let held = desk.store().commitment_of_record(record.subject_id, record.id).await?;
    let Some(held) = held else { return Ok(()) };
    if fields.keys().any(|code| SIGNED.contains(&code.as_str())) {
        return Err(DeskError::refused(
            "correction.signed-text",
            "承诺的文字由承诺人签署，不能更正；履行情况有变化的，更正履行状态",
        ));
    }
    if !stage_of(&held)?.is_found() && fields.keys().any(|code| OUTCOME.contains(&code.as_str())) {
        return Err(DeskError::refused(
            "correction.first-finding",
            "这份承诺的履行情况还没有认定，请由受理单位在“信用承诺”中以文书认定，不能用更正登记",
        ));
    }
    let Some(consequence) = fields.get(CONSEQUENCE).filter(|text| !text.trim().is_empty()) else {
        return Ok(());
    };
    let matter = desk.store().commitment_matter(held.matter_id).await?;
    let signed = matter.is_some_and(|matter| {
        held.text.contains(&matter.liability) && same_words(consequence, &matter.liability)
    });
    if signed {
        return Ok(());
    }
    Err(DeskError::refused(
        "correction.consequence",
        "违诺责任追究内容只能是承诺书写明的违诺责任，不增不减；全部履行的应当为空",
    ))
}

/// What happened to the record of a commitment that was made here, as the public reads it beside the record, the newest first; nothing for
/// any other record.
///
/// # Errors
/// When the store fails.
pub async fn public_history(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<Option<Vec<PublicCorrection>>, DeskError> {
    let held = desk.store().commitment_of_record(subject, record).await?;
    let Some(held) = held else { return Ok(None) };
    let mut found: Vec<PublicCorrection> = held
        .accepted_on
        .map(|on| PublicCorrection {
            on,
            event: "登记承诺".to_owned(),
            reason: "承诺人作出，受理单位受理后登记".to_owned(),
        })
        .into_iter()
        .collect();
    let mut last: Option<String> = None;
    for step in desk.store().steps(&StepChain::COMMITMENT, held.id).await? {
        let event = Event::from_word(&step.event);
        if event.is_some_and(Event::finds) {
            last = Some(format!("{}，{}", step.detail, step.on_day));
        }
        let settles =
            matches!(event, Some(Event::Fulfil | Event::ConfirmPartial | Event::ConfirmNone));
        let Some((on, document)) = held.settled_on.filter(|_| settles).zip(last.as_ref()) else {
            continue;
        };
        let state = label(desk, STATES, event.and_then(Event::outcome).unwrap_or_default());
        found.push(PublicCorrection {
            on,
            event: "认定履行状态".to_owned(),
            reason: format!("{state}（依据：{document}）"),
        });
    }
    found.reverse();
    Ok(Some(found))
}
