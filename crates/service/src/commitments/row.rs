//! A commitment as the row that the check of intake knows, and as the record that it becomes.

use std::collections::BTreeMap;

use xinyong_domain::check::{Checker, Filing, Party, Seen};
use xinyong_domain::finding::{Finding, Level};
use xinyong_domain::law::{Profile, Unit};
use xinyong_domain::party::PartyCategory;
use xinyong_store::{Commitment, CommitmentMatter, Content, NewRecord, Subject};

use super::{KIND, SCOPES, TYPES, label};
use crate::desk::Desk;
use crate::intake::record::{Platform, RecordFacts, Rulings, number_place, split_content};
use crate::intake::{memory_registry, to_json};
use crate::refusal::{DeskError, Refusal};

/// Longest concrete kind behind “其他-”.
const LONGEST_OTHER: usize = 20;
/// On what its publication rests: the matter stands on the list that the unit has released.
const BASIS: &str = "unit-publication-list";

/// Which fields a record must have that came in no file. The code of a unit that nobody knows is no reason to keep its records out.
pub(crate) fn profile(unit: &Unit) -> Profile {
    if unit.code.is_empty() { Profile::Returned } else { Profile::Reported }
}

/// What stands in the row, by official code.
fn values(
    desk: &Desk,
    unit: &Unit,
    (subject, held): (&Subject, &Commitment),
    matter: &CommitmentMatter,
) -> BTreeMap<&'static str, String> {
    let law = desk.law();
    let list = law.codes().get(TYPES).and_then(|list| list.by_id(&matter.kind));
    let mut kind = label(desk, TYPES, &matter.kind);
    if list.is_some_and(|code| code.other) {
        let name: String = matter.name.chars().take(LONGEST_OTHER).collect();
        kind = format!("{kind}-{name}");
    }
    let category = PartyCategory::from_id(&subject.category);
    BTreeMap::from([
        ("code", held.number.clone()),
        ("subjectName", subject.name.clone()),
        ("subjectCategory", category.map_or("", PartyCategory::label).to_owned()),
        ("identify", subject.code.clone().unwrap_or_default()),
        ("commitmentTypeId", kind),
        ("reason", held.reason.clone()),
        ("content", matter.content.clone()),
        ("liabilityBreachCommitment", matter.liability.clone()),
        ("commitmentDate", held.made_on.to_string()),
        ("commitmentValidity", held.valid_until.map(|day| day.to_string()).unwrap_or_default()),
        ("acceptanceUnit", unit.name.clone()),
        ("acceptanceUnitIdentify", unit.code.clone()),
        ("publicationType", label(desk, SCOPES, &matter.scope)),
    ])
}

/// The record that a commitment becomes, still without who, second person and when; or the first thing that the check finds.
pub(super) async fn record(
    desk: &Desk,
    (subject, held): (&Subject, &Commitment),
    matter: &CommitmentMatter,
) -> Result<NewRecord, DeskError> {
    let law = desk.law();
    let kind = law.kind(KIND).ok_or_else(|| DeskError::Internal(format!("no kind {KIND}")))?;
    let unit = desk.unit(&held.unit_id).await?;
    let values = values(desk, &unit, (subject, held), matter);
    let cells: Vec<&str> = kind
        .fields
        .iter()
        .map(|field| values.get(field.code.as_str()).map_or("", String::as_str))
        .collect();
    let code = subject.code.as_deref().unwrap_or_default();
    let known = desk.store().find_subjects(&[code], &[]).await?;
    let registry = memory_registry(&known);
    let filing = Filing {
        profile: profile(&unit),
        today: desk.today(),
        unit_name: &unit.name,
        unit_code: &unit.code,
    };
    let checker = Checker::new(kind, &law, filing, vec![true; kind.fields.len()]);
    let mut findings = Vec::new();
    let row = checker.check(1, &cells, &registry, &mut Seen::default(), &mut findings);
    let (Some(decided), Some(category), false, false) =
        (row.decided, row.category, row.is_refused(), row.is_held())
    else {
        return Err(failed(&findings).into());
    };
    if row.party != Party::Known(subject.id) {
        return Err(failed(&findings).into());
    }
    let platform = Platform {
        basis: BASIS.to_owned(),
        released: Some(desk.today()),
        ..Platform::of_row(kind, &row, &unit)
    };
    let (clear, _) = split_content(kind, &row);
    let facts = RecordFacts {
        kind,
        category,
        decided,
        valid_until: row.valid_until,
        content: &clear,
        platform: &platform,
        withdrawn: None,
    };
    let sieve = Rulings::default().of(&facts, desk.today(), &law)?;
    let content = Content::new(to_json(&clear)?);
    let natural_key = row.natural_key(kind);
    Ok(NewRecord {
        subject_id: subject.id,
        id: desk.new_id(),
        kind: kind.id.clone(),
        number: number_place(&natural_key),
        natural_key,
        content_digest: desk.store().keys().content_digest(&[&kind.id, content.sm3(), ""]),
        content,
        sealed: None,
        platform: to_json(&platform)?,
        party_category: category.as_str().to_owned(),
        decided_on: decided,
        valid_until: row.valid_until,
        unit_id: held.unit_id.clone(),
        batch_id: 0,
        row: 0,
        // Stamped inside the transaction: the feed of changes counts on stamps being young when they are committed.
        recorded_at: 0,
        law_edition: law.edition().to_owned(),
        public_from: sieve.public_from,
        public_until: sieve.public_until,
        actor: held.made_by.clone(),
        second: None,
        reason: "作出承诺".to_owned(),
        citations: sieve.citations.clone(),
    })
}

fn failed(findings: &[Finding]) -> Refusal {
    let worst = findings
        .iter()
        .find(|finding| finding.level == Level::Error)
        .or_else(|| findings.iter().find(|finding| finding.level == Level::Warning));
    let what =
        worst.map_or("请核对承诺人和受理单位", |finding| finding.message.as_str());
    Refusal::new("commitment.row-invalid", format!("这份承诺没有通过归集的检查：{what}"))
}
