//! The steps of a proceeding, a repair, an objection or a commitment. Each carries the hash of the one before, and the first that of what
//! never changes about the proceeding (its origin), so that none is altered, taken out or put in between without being seen.

use jiff::civil::Date;

use crate::chain::Link;
use crate::db::{Conn, Row, Statement, Store, day_text, statements, values};
use crate::error::StoreError;

statements! {
    ADD_REPAIR_STEP = "INSERT INTO repair_step (item_id, seq, event, stage, on_day, at, actor, reason, document, previous, hash) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    ADD_REPAIR_NOTE = "INSERT INTO repair_step_note (item_id, seq, ground, way_on, objection, behalf) VALUES ($1, $2, $3, $4, $5, $6)";
    REPAIR_STEPS = "SELECT s.item_id, s.seq, s.event, s.stage, s.on_day, s.at, s.actor, s.reason, s.document, s.previous, s.hash, n.ground, \
        n.way_on, n.objection, n.behalf FROM repair_step s LEFT JOIN repair_step_note n ON n.item_id = s.item_id AND n.seq = s.seq \
        WHERE s.item_id = $1 ORDER BY s.seq";
    ADD_OBJECTION_STEP = "INSERT INTO objection_step (objection_id, seq, event, stage, on_day, at, actor, reason, detail, previous, hash) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    OBJECTION_STEPS = "SELECT objection_id, seq, event, stage, on_day, at, actor, reason, detail, previous, hash FROM objection_step \
        WHERE objection_id = $1 ORDER BY seq";
    ADD_COMMITMENT_STEP = "INSERT INTO commitment_step (commitment_id, seq, event, stage, on_day, at, actor, reason, document, previous, hash) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    COMMITMENT_STEPS = "SELECT commitment_id, seq, event, stage, on_day, at, actor, reason, document, previous, hash FROM commitment_step \
        WHERE commitment_id = $1 ORDER BY seq";
}

/// Where the steps of one sort of proceeding are kept, and what begins their canonical form.
#[derive(Debug)]
pub struct StepChain {
    form: &'static str,
    add: &'static Statement,
    read: &'static Statement,
    /// Where a note goes that a step has; what has none cannot keep one.
    add_note: Option<&'static Statement>,
}

/// Something that happened to a proceeding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainedStep {
    /// The id of the proceeding.
    pub of: i64,
    /// The number, from 1.
    pub seq: i64,
    /// What happened, a stable word.
    pub event: String,
    /// Where the proceeding stands since, a stable word.
    pub stage: String,
    /// The day it happened on; for what a document finds, the day of that.
    pub on_day: Date,
    /// When it was entered, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Why; what is missing; what was not kept. Empty where nothing is to be said.
    pub reason: String,
    /// Title and number of the document; of an objection, what the answer orders or what the correction touched.
    pub detail: String,
    /// What goes with a step that refuses or that is entered for another.
    pub note: Option<StepNote>,
    /// The hash of the step before.
    pub previous: String,
    /// The hash of all of it.
    pub hash: String,
}

/// What goes with a step that refuses, or that somebody enters for the unit. What does not apply is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepNote {
    /// A code of the list of grounds.
    pub ground: String,
    /// What the subject can do now.
    pub way_on: String,
    /// How it objects.
    pub objection: String,
    /// The unit for which somebody else entered it.
    pub behalf: String,
}

impl ChainedStep {
    /// A step that is going to be taken; what depends on the proceeding is given by the store.
    #[must_use]
    pub fn new(event: &str, on_day: Date, at: i64, actor: &str) -> Self {
        Self {
            of: 0,
            seq: 0,
            event: event.to_owned(),
            stage: String::new(),
            on_day,
            at,
            actor: actor.to_owned(),
            reason: String::new(),
            detail: String::new(),
            note: None,
            previous: String::new(),
            hash: String::new(),
        }
    }
}

/// Where a proceeding stands: at which stage, with the number and the hash of its newest step.
pub(crate) struct Stands<'a> {
    pub(crate) id: i64,
    pub(crate) stage: &'a str,
    pub(crate) seq: i64,
    pub(crate) hash: &'a str,
}

impl StepChain {
    /// Those of the records of an application for repair.
    pub const REPAIR: Self = Self {
        form: "rs",
        add: &ADD_REPAIR_STEP,
        read: &REPAIR_STEPS,
        add_note: Some(&ADD_REPAIR_NOTE),
    };
    /// Those of an objection.
    pub const OBJECTION: Self =
        Self { form: "os", add: &ADD_OBJECTION_STEP, read: &OBJECTION_STEPS, add_note: None };
    /// Those of a commitment.
    pub const COMMITMENT: Self =
        Self { form: "cs", add: &ADD_COMMITMENT_STEP, read: &COMMITMENT_STEPS, add_note: None };

    fn digest(&self, step: &ChainedStep) -> String {
        let link = Link::new(self.form)
            .int(step.of)
            .int(step.seq)
            .text(&step.event)
            .text(&step.stage)
            .text(&day_text(step.on_day))
            .int(step.at)
            .text(&step.actor)
            .text(&step.reason)
            .text(&step.detail)
            .text(&step.previous);
        // A step without a note has the hash that it had before there were notes.
        match &step.note {
            None => link.hash(),
            Some(note) => link
                .text(&note.ground)
                .text(&note.way_on)
                .text(&note.objection)
                .text(&note.behalf)
                .hash(),
        }
    }

    /// The step with which a proceeding comes to where it `stands`, made against the number and the hash it was read with.
    pub(crate) fn next(&self, stands: &Stands<'_>, what: &ChainedStep) -> ChainedStep {
        let mut step = ChainedStep {
            of: stands.id,
            seq: stands.seq + 1,
            stage: stands.stage.to_owned(),
            previous: stands.hash.to_owned(),
            note: what.note.clone().filter(|_| self.add_note.is_some()),
            ..what.clone()
        };
        step.hash = self.digest(&step);
        step
    }

    pub(crate) async fn add(
        &self,
        conn: &mut Conn<'_>,
        step: &ChainedStep,
    ) -> Result<(), StoreError> {
        let values = values![
            step.of,
            step.seq,
            &step.event,
            &step.stage,
            step.on_day,
            step.at,
            &step.actor,
            &step.reason,
            &step.detail,
            &step.previous,
            &step.hash
        ];
        conn.execute(self.add, values).await?;
        if let (Some(add), Some(note)) = (self.add_note, &step.note) {
            let values = values![
                step.of,
                step.seq,
                &note.ground,
                &note.way_on,
                &note.objection,
                &note.behalf
            ];
            conn.execute(add, values).await?;
        }
        Ok(())
    }

    /// The steps of a proceeding, the oldest first.
    pub(crate) async fn read(
        &self,
        conn: &mut Conn<'_>,
        of: i64,
    ) -> Result<Vec<ChainedStep>, StoreError> {
        conn.all(self.read, values![of]).await?.iter().map(|row| self.step(row)).collect()
    }

    fn step(&self, row: &Row) -> Result<ChainedStep, StoreError> {
        let note = match self.add_note {
            None => None,
            Some(_) => row.text_or_null(11)?,
        };
        Ok(ChainedStep {
            of: row.int(0)?,
            seq: row.int(1)?,
            event: row.text(2)?,
            stage: row.text(3)?,
            on_day: row.day(4)?,
            at: row.int(5)?,
            actor: row.text(6)?,
            reason: row.text(7)?,
            detail: row.text(8)?,
            note: match note {
                None => None,
                Some(ground) => Some(StepNote {
                    ground,
                    way_on: row.text(12)?,
                    objection: row.text(13)?,
                    behalf: row.text(14)?,
                }),
            },
            previous: row.text(9)?,
            hash: row.text(10)?,
        })
    }

    /// What is wrong with the steps of a proceeding, compared with each other and with where it stands.
    pub(crate) fn differ(
        &self,
        steps: &[ChainedStep],
        origin: String,
        stands: &Stands<'_>,
    ) -> [(bool, &'static str); 2] {
        let mut previous = &origin;
        let mut broken = false;
        for (number, step) in (1..).zip(steps) {
            broken |=
                step.seq != number || step.previous != *previous || self.digest(step) != step.hash;
            previous = &step.hash;
        }
        let (number, stage) = steps.last().map_or((0, ""), |last| (last.seq, last.stage.as_str()));
        broken |= number != stands.seq || previous != stands.hash;
        [
            (broken, "各步的哈希链断开，记录被改动"),
            (stage != stands.stage, "现在的环节与最后一步不一致"),
        ]
    }
}

impl Store {
    /// The steps of a proceeding, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn steps(&self, chain: &StepChain, of: i64) -> Result<Vec<ChainedStep>, StoreError> {
        chain.read(&mut self.reader().await?.conn(), of).await
    }
}
