//! The table of a workflow: what moves it from where to where. The guard, the drawing and the tests all read it.

use super::Word;

/// The transitions of a workflow.
#[derive(Debug)]
pub struct Table<Stage: 'static, Event: 'static> {
    /// How a refusal begins: what it is that stands at a stage.
    pub stands: &'static str,
    /// Each as (from, event, to), in the order in which pages offer the events of a stage. The first line leaves the first stage.
    pub transitions: &'static [(Stage, Event, Stage)],
}

/// An event that the stage does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{stands}「{}」，不能{}", from.label(), event.label())]
pub struct InvalidTransition<Stage: Word, Event: Word> {
    stands: &'static str,
    /// Where it stands.
    pub from: Stage,
    /// What was tried.
    pub event: Event,
}

impl<Stage: Word, Event: Word> Table<Stage, Event> {
    /// Where an event leads.
    ///
    /// # Errors
    /// [`InvalidTransition`] when the table has no such line.
    pub fn after(
        &self,
        from: Stage,
        event: Event,
    ) -> Result<Stage, InvalidTransition<Stage, Event>> {
        let line = self.transitions.iter().find(|(stage, on, _)| *stage == from && *on == event);
        line.map(|(_, _, to)| *to).ok_or(InvalidTransition { stands: self.stands, from, event })
    }

    /// What may happen next.
    pub fn events(&self, from: Stage) -> impl Iterator<Item = Event> {
        self.transitions.iter().filter(move |(stage, _, _)| *stage == from).map(|(_, on, _)| *on)
    }

    /// Whether nothing leads out of a stage.
    #[must_use]
    pub fn is_over(&self, stage: Stage) -> bool {
        self.events(stage).next().is_none()
    }

    /// The table as Mermaid text.
    #[must_use]
    pub fn drawing(&self) -> String {
        let mut text = String::from("stateDiagram-v2\n");
        if let Some((first, _, _)) = self.transitions.first() {
            text.push_str(&format!("    [*] --> {}\n", first.as_str()));
        }
        for (from, event, to) in self.transitions {
            let (from, to, event) = (from.as_str(), to.as_str(), event.label());
            text.push_str(&format!("    {from} --> {to}: {event}\n"));
        }
        text
    }
}
