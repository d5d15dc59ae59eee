//! Repair in the two years: who applies, who is slow, what is refused on the way.

use jiff::civil::Date;
use xinyong_domain::workflow::repair::Event;

use super::county::{County, clerk, office, reviewer};
use super::model::{Case, Entry, Plan, is_working};
use crate::agents::stand;
use crate::repair_tests::grounds;
use crate::repairs::{self, Apply, Step, Supply, Visitor};
use crate::testing::code;
use crate::{Desk, DeskError};

const PLANS: [Plan; 10] = [
    Plan::Grant,
    Plan::Grant,
    Plan::Grant,
    Plan::Grant,
    Plan::AskThenGrant,
    Plan::AskThenGrant,
    Plan::ExtendThenGrant,
    Plan::Refuse,
    Plan::Decline,
    Plan::TakeBack,
];

impl County {
    /// Some of those who may apply do so; some who may not try.
    pub(super) async fn apply(&mut self, desk: &Desk) {
        let today = desk.today();
        for _ in 0..(self.entries.len() / 50).max(1) {
            let chosen = self.chance.below(self.entries.len().max(1));
            let Some(entry) = self.entries.get(chosen).cloned() else { return };
            if !entry.is_public(today) {
                continue;
            }
            let waits = self.cases.iter().any(|case| case.entry == chosen && case.is_pending());
            let outcome = if waits {
                Some("repair.already")
            } else if entry.is_excluded(today) {
                Some("repair.never")
            } else if entry.repairable_from().is_some_and(|from| today < from) {
                Some("repair.too-early")
            } else {
                None
            };
            let refused = outcome.is_some();
            if !self.chance.percent(if refused { 15 } else { 60 }) {
                continue;
            }
            let online = self.agents.iter().position(|agent| agent.code() == code(entry.party));
            let sent = self.send(desk, &entry, online).await;
            match (sent, outcome) {
                (Err(error), Some(expected)) => {
                    assert_eq!(error.code(), expected, "{today} {entry:?}");
                    if expected == "repair.too-early" {
                        let day = entry.repairable_from().expect("a day").to_string();
                        assert!(error.to_string().contains(&day), "{error} does not say {day}");
                    }
                    self.note(expected);
                }
                (Ok(()), None) => self.taken(desk, chosen, &entry, online.is_some()).await,
                (other, expected) => panic!("{today} {entry:?}: {expected:?}, but {other:?}"),
            }
        }
    }

    async fn send(
        &self,
        desk: &Desk,
        entry: &Entry,
        online: Option<usize>,
    ) -> Result<(), DeskError> {
        let command = Apply {
            records: vec![entry.place.1],
            entry: repairs::new_entry(desk)?,
            words: "已履行（示例）".to_owned(),
            commitment: repairs::commitment(desk)?.digest,
            agreed: true,
            file: Some(self.scan.clone()),
        };
        match online {
            Some(number) => {
                let agent = &self.agents[number];
                let agent = stand(desk, &agent.actor, agent.code()).await?;
                repairs::apply(desk, &agent, command).await?;
            }
            None => {
                let visitor = Visitor {
                    name: "示例来人".to_owned(),
                    telephone: "示例电话".to_owned(),
                };
                let code = code(entry.party);
                repairs::apply_at_window(desk, &office(), &code, visitor, command).await?;
            }
        }
        Ok(())
    }

    async fn taken(&mut self, desk: &Desk, chosen: usize, entry: &Entry, online: bool) {
        let today = desk.today();
        let items = desk.store().repair_items_of_record(entry.place.0, entry.place.1).await;
        let item = items.expect("asked").first().expect("one").id;
        let plan = PLANS[self.chance.below(PLANS.len())];
        let next = self.pause(entry.unit, today);
        self.cases.push(Case {
            entry: chosen,
            item,
            stage: "applied",
            applied: today,
            supplied: None,
            granted: None,
            extended: false,
            days: entry.days_to_decide(today),
            above: entry.is_decided_above(today),
            plan,
            next,
            online,
        });
        self.note(if online { "applied online" } else { "applied at the window" });
    }

    /// Until somebody does the next step: one unit is slow.
    fn pause(&mut self, unit: &str, today: Date) -> Date {
        match unit {
            "transport" => self.chance.later(today, 2, 14),
            _ => self.chance.later(today, 0, 4),
        }
    }

    /// Whoever has planned something for today does it.
    pub(super) async fn go_on(&mut self, desk: &Desk) {
        let today = desk.today();
        for place in 0..self.cases.len() {
            let case = &self.cases[place];
            if case.is_over() || today < case.next || !is_working(today) {
                continue;
            }
            let entry = self.entries[case.entry].clone();
            let mut case = case.clone();
            self.act(desk, &mut case, &entry).await;
            case.next = self.pause(entry.unit, today);
            self.cases[place] = case;
        }
    }

    async fn act(&mut self, desk: &Desk, case: &mut Case, entry: &Entry) {
        let today = desk.today();
        let event = match (case.stage, case.plan) {
            ("granted", _) => return self.receipts(desk, case, entry).await,
            ("propagated", _) => {
                let told = "电话告知（示例）";
                repairs::close(desk, &clerk(entry.unit), case.item, told).await.expect("closed");
                case.stage = "closed";
                return;
            }
            ("supplement", _) => Event::Supply,
            ("applied" | "supplied", Plan::Decline) => Event::Decline,
            ("applied", Plan::AskThenGrant) => Event::Ask,
            ("applied" | "supplied", _) => Event::Accept,
            ("accepted", Plan::ExtendThenGrant) if !case.extended => Event::Extend,
            ("accepted", Plan::TakeBack) => Event::Withdraw,
            ("accepted" | "extended", _) => Event::Review,
            ("reviewed", _) if case.above => Event::Forward,
            (_, Plan::Refuse) => Event::Refuse,
            _ => Event::Grant,
        };
        self.step(desk, case, entry, event).await.unwrap_or_else(|error| {
            panic!("{today} {event:?} {case:?} {entry:?}: {error}");
        });
        case.stage = match event {
            Event::Supply => "supplied",
            Event::Decline => "not-accepted",
            Event::Ask => "supplement",
            Event::Accept => "accepted",
            Event::Extend => "extended",
            Event::Withdraw => "withdrawn",
            Event::Review => "reviewed",
            Event::Forward => "forwarded",
            Event::Refuse => "refused",
            Event::Grant => "granted",
            Event::Confirm | Event::Close | Event::Lapse => unreachable!("done elsewhere"),
        };
        self.note(event.as_str());
        match event {
            Event::Supply => case.supplied = Some(today),
            Event::Extend => case.extended = true,
            Event::Grant => {
                case.granted = Some(today);
                self.entries[case.entry].down = Some(today);
                self.entries[case.entry].repaired = true;
                self.touched.push(case.entry);
            }
            Event::Refuse | Event::Decline | Event::Withdraw => self.touched.push(case.entry),
            _ => {}
        }
    }

    async fn step(
        &self,
        desk: &Desk,
        case: &Case,
        entry: &Entry,
        event: Event,
    ) -> Result<(), DeskError> {
        let agent = self.agents.iter().find(|agent| agent.code() == code(entry.party));
        let agent = agent.filter(|_| case.online);
        match (event, agent) {
            (Event::Supply, agent) => {
                let command = Supply {
                    item: case.item,
                    words: "补齐（示例）".to_owned(),
                    file: Some(self.scan.clone()),
                };
                match agent {
                    Some(agent) => repairs::supply(desk, agent, command).await,
                    None => repairs::supply_at_window(desk, &office(), command).await,
                }
            }
            (Event::Withdraw, Some(agent)) => repairs::withdraw(desk, agent, case.item).await,
            (Event::Withdraw, None) => {
                let why = "示例来人持书面申请撤回";
                repairs::withdraw_at_window(desk, &office(), case.item, why).await
            }
            _ => {
                let second =
                    matches!(event, Event::Decline | Event::Extend | Event::Grant | Event::Refuse);
                let actor = if second { reviewer(entry.unit) } else { clerk(entry.unit) };
                let step = Step {
                    item: case.item,
                    seq: None,
                    event,
                    reason: "示例理由".to_owned(),
                    document: "示例决定书1号".to_owned(),
                    decided_on: None,
                    refusal: grounds(event),
                };
                repairs::step(desk, &actor, step).await.map(|_| ())
            }
        }
    }

    /// The places outside of the platform answer one after the other.
    async fn receipts(&mut self, desk: &Desk, case: &mut Case, entry: &Entry) {
        for place in ["national", "upper", "departments"] {
            let said = "回执1号（示例）";
            let actor = clerk(entry.unit);
            repairs::confirm_place(desk, &actor, case.item, place, said).await.expect("noted");
        }
        case.stage = "propagated";
    }
}
