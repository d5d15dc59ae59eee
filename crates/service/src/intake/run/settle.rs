//! What a draft is to the register: a new record, a correction of one, or nothing new; and whose it is.

use std::collections::HashMap;

use jiff::civil::Date;
use xinyong_domain::check::Party;
use xinyong_domain::law::Kind;
use xinyong_domain::text::{normalise_name, search_tokens};
use xinyong_store::{
    ExistingRecord, NewRecord, NewSubject, Person, Purpose, RecordChange, RecordKey, person_place,
    record_place,
};

use super::Work;
use super::chunk::{WriteSet, row_finding};
use super::draft::Draft;
use crate::intake::pass::Tally;
use crate::intake::record::{Marked, Platform, number_place, to_json};
use crate::refusal::DeskError;

impl Work {
    /// Finds or makes the subjects, asks the register for what it has under the same keys, and decides for each draft whether
    /// it is new, a correction, or nothing new. Returns the subjects it made.
    pub(super) fn settle(
        &self,
        drafts: Vec<Draft>,
        recent: &HashMap<String, i64>,
        set: &mut WriteSet,
        tally: &mut Tally,
        kind: &Kind,
    ) -> Result<HashMap<String, i64>, DeskError> {
        let blinds: Vec<String> = drafts
            .iter()
            .filter(|draft| !draft.blind.is_empty())
            .map(|draft| draft.blind.clone())
            .collect();
        let persons = if blinds.is_empty() {
            HashMap::new()
        } else {
            let blinds: Vec<&str> = blinds.iter().map(String::as_str).collect();
            self.runtime.block_on(self.store().persons_by_blind(&blinds))?
        };
        let mut made: HashMap<String, i64> = HashMap::new();
        let mut placed = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let subject = match &draft.party {
                Party::Known(id) => *id,
                Party::New => match made.get(&draft.code).or_else(|| recent.get(&draft.code)) {
                    Some(id) => *id,
                    None => {
                        let subject = self.new_subject(&draft, kind);
                        let id = subject.id;
                        set.subjects.push(subject);
                        made.insert(draft.code.clone(), id);
                        id
                    }
                },
                Party::Person => {
                    let known = persons
                        .get(&draft.blind)
                        .or_else(|| made.get(&draft.blind))
                        .or_else(|| recent.get(&draft.blind));
                    match known {
                        Some(id) => *id,
                        None => {
                            let id = self.desk.new_id();
                            let sealed = self.store().keys().seal(
                                Purpose::Person,
                                &person_place(id),
                                draft.name.as_bytes(),
                            )?;
                            set.persons.push(Person {
                                id,
                                blind: draft.blind.clone(),
                                sealed,
                                known_at: self.now,
                            });
                            made.insert(draft.blind.clone(), id);
                            id
                        }
                    }
                }
                Party::Unmatched => continue,
            };
            placed.push((subject, draft));
        }
        let key = |subject: i64, draft: &Draft| -> RecordKey {
            (subject, kind.id.clone(), draft.natural_key.clone())
        };
        let keys: Vec<RecordKey> =
            placed.iter().map(|(subject, draft)| key(*subject, draft)).collect();
        let existing = self.runtime.block_on(self.store().existing_records(&keys))?;
        let differing: Vec<(i64, i64, &str)> = placed
            .iter()
            .filter_map(|(subject, draft)| {
                let held = existing.get(&key(*subject, draft))?;
                (held.content_digest != draft.digest).then_some((
                    *subject,
                    held.id,
                    draft.digest.as_str(),
                ))
            })
            .collect();
        let holds = self.runtime.block_on(self.store().holds(&differing))?;
        for (subject, mut draft) in placed {
            let held = existing.get(&key(subject, &draft));
            let id = held.map_or(0, |held| held.id);
            if holds.committed.contains(&id) {
                // Accepted while the file was checked: what was signed and found here, no file changes.
                let finding = crate::commitments::held_here();
                let row = i64::from(draft.row);
                let before = set.findings.iter().filter(|one| one.row == row).count();
                set.findings.push(row_finding(row, before, finding));
                tally.unchanged += 1;
                continue;
            }
            if holds.superseded.contains(&id) || holds.repaired.contains(&id) {
                // An old file once more: what two persons put right since is not undone by it; and what was repaired no file
                // brings back.
                tally.unchanged += 1;
                continue;
            }
            if let Some(platform) = holds.marked.get(&id) {
                // No file of a unit takes the mark of an objection away, nor counts a mark as a correction.
                let platform: Platform = serde_json::from_str(platform).map_err(|error| {
                    DeskError::Internal(format!("what the platform says of record {id}: {error}"))
                })?;
                draft.platform.objected = platform.objected;
                draft.platform.marked = Marked::with_news(platform.marked);
            }
            // What a court shields stays down and is kept up to date: what stands when the shield is lifted is what was reported last.
            let down = holds.shielded.get(&id).copied();
            self.place((subject, down), draft, held, set, tally, kind)?;
        }
        Ok(made)
    }

    fn place(
        &self,
        (subject, down): (i64, Option<Date>),
        draft: Draft,
        held: Option<&ExistingRecord>,
        set: &mut WriteSet,
        tally: &mut Tally,
        kind: &Kind,
    ) -> Result<(), DeskError> {
        let release = self.release.as_ref();
        // Nor does it bring back what is withheld because the unit is silent.
        let answer_by = draft.platform.objected.as_ref().and_then(|one| one.answer_by);
        let withheld = answer_by.is_some_and(|last| last < self.desk.today());
        let mut record = NewRecord {
            subject_id: subject,
            id: 0,
            kind: kind.id.clone(),
            number: number_place(&draft.natural_key),
            natural_key: draft.natural_key,
            content: draft.content,
            sealed: None,
            platform: to_json(&draft.platform)?,
            party_category: draft.category.as_str().to_owned(),
            decided_on: draft.decided,
            valid_until: draft.valid_until,
            unit_id: self.batch.unit_id.clone(),
            batch_id: self.batch.id,
            row: i64::from(draft.row),
            recorded_at: self.now,
            law_edition: self.law.edition().to_owned(),
            public_from: draft.sieve.public_from.filter(|_| !withheld),
            public_until: draft.sieve.public_until.filter(|_| !withheld),
            content_digest: draft.digest,
            actor: release.map(|release| release.clerk.clone()).unwrap_or_default(),
            second: release.map(|release| release.second.clone()),
            reason: "报送".to_owned(),
            citations: draft.sieve.citations.clone(),
        };
        let sensitive = draft.sensitive;
        let seal = |record: &mut NewRecord| -> Result<(), DeskError> {
            let place = record_place(record.subject_id, record.id);
            let keys = self.store().keys();
            record.sealed = sensitive
                .as_ref()
                .map(|clear| keys.seal(Purpose::Record, &place, clear.as_bytes()))
                .transpose()?;
            Ok(())
        };
        match held {
            None => {
                record.id = self.desk.new_id();
                seal(&mut record)?;
                set.records.push(record);
                tally.recorded += 1;
            }
            Some(held) if held.content_digest == record.content_digest => {
                // Found again under this very batch: a killed run had written it.
                if held.batch_id == self.batch.id {
                    tally.recorded += 1
                } else {
                    tally.unchanged += 1
                }
            }
            Some(held) => {
                record.id = held.id;
                record.reason = "更正".to_owned();
                seal(&mut record)?;
                let on = record.public_from.unwrap_or(record.decided_on);
                set.changes.push(RecordChange {
                    record,
                    expected: held.version,
                    // Nobody is told of what nobody sees.
                    event: (down.is_none() && !withheld).then_some(("changed", on)),
                    delivered: true,
                    withdrawn_on: down,
                });
                tally.recorded += 1;
            }
        }
        Ok(())
    }

    fn new_subject(&self, draft: &Draft, kind: &Kind) -> NewSubject {
        NewSubject {
            id: self.desk.new_id(),
            category: draft.category.as_str().to_owned(),
            code: Some(draft.code.clone()),
            codes: vec![("uscc".to_owned(), draft.code.clone())],
            name: draft.name.clone(),
            name_key: normalise_name(&draft.name).into_owned(),
            former: Vec::new(),
            status: "unknown".to_owned(),
            details: "{}".to_owned(),
            registered_on: None,
            source: kind.id.clone(),
            known_at: self.now,
            tokens: search_tokens(&draft.name),
            actor: "system".to_owned(),
            reason: "由记录得知".to_owned(),
            source_batch: Some(self.batch.id),
        }
    }
}
