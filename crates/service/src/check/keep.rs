//! What checks share within a process: looks that come at one time are read together and made durable together, and a list is one worker's.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use xinyong_store::{AuditEntry, NewCheck, Record, StoreError, SubjectsRead, WholeSubject};

use super::answer::Frames;
use super::ask::{Asked, Looked, answered, event};
use crate::access::Actor;
use crate::browse::MOST_READ;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::report::{PLACES, ReportNumber};
use crate::rounds::{Rounds, Work};

/// Looks in one round at most.
const MOST_AT_ONCE: usize = 128;
/// Numbers follow each other in time, but for a clock that was set back by more, in milliseconds.
const LATE: i64 = 1_000;

/// A subject as what it was found to be, with its records.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub of: Arc<(WholeSubject, Vec<Record>)>,
    /// When all of it had been read: whoever works an answer out anew for this instant finds the same.
    pub at: i64,
}

/// What a code stands for; nothing where nobody has it.
pub(super) type Found = Option<Held>;

/// Where looks wait for each other.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(super) looks: Arc<Rounds<Looking>>,
    /// What the law gave of past answers.
    pub(super) frames: Frames,
    /// Lists that somebody in this process is at.
    lists: Mutex<BTreeSet<i64>>,
    numbers: Mutex<Numbered>,
}

/// What was numbered last: in which thousandth of a second, in milliseconds since 1970, and which place within it.
#[derive(Debug, Default)]
struct Numbered {
    at: i64,
    place: u32,
}

impl Numbered {
    /// The next number that this process gives: at an instant, or up to a second later where that was given already. Within a
    /// thousandth each is behind the one before by a step of chance, so that none is given twice; after a clock was set back by more, or by
    /// another process, one may come again, which the store refuses.
    fn next(&mut self, at: i64, chance: [u8; 6]) -> (i64, u32) {
        let [one, two, three, four, five, six] = chance;
        let step = u32::from(u16::from_le_bytes([one, two])) + 1;
        let late = (0..LATE).contains(&(self.at - at));
        let at = if late { self.at } else { at };
        let follows = self.place.checked_add(step).filter(|place| *place < PLACES);
        let (at, place) = match follows {
            Some(place) if at == self.at => (at, place),
            // A thousandth that is full.
            None if at == self.at => (at + 1, step),
            // Begun anew in the first quarter, so that there is room behind it.
            _ => (at, u32::from_le_bytes([three, four, five, six]) % (PLACES / 4)),
        };
        *self = Self { at, place };
        (at, place)
    }
}

impl Default for Keeper {
    fn default() -> Self {
        Self {
            looks: Arc::new(Rounds::new(MOST_AT_ONCE)),
            frames: Frames::default(),
            lists: Mutex::default(),
            numbers: Mutex::default(),
        }
    }
}

/// A list that somebody is at, until this is dropped.
pub(crate) struct Mine<'k> {
    keeper: &'k Keeper,
    list: i64,
}

impl Drop for Mine<'_> {
    fn drop(&mut self) {
        self.keeper.lists.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.list);
    }
}

impl Keeper {
    /// Takes a list; nothing where somebody in this process is at it.
    pub(crate) fn begin(&self, list: i64) -> Option<Mine<'_>> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        // Made only where it is ours: dropping one gives the list back.
        lists.insert(list).then(|| Mine { keeper: self, list })
    }

    /// A number for a look at an instant.
    ///
    /// # Errors
    /// When there is no chance to be had, or no such moment.
    pub(super) fn number(&self, desk: &Desk, at: i64) -> Result<ReportNumber, DeskError> {
        let chance = desk.random()?;
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, place) = numbers.next(at, chance);
        drop(numbers);
        let none = || DeskError::Internal(format!("no moment {at}"));
        let thousandth = u16::try_from(at.rem_euclid(1_000)).map_err(|_| none())?;
        let moment = Clock::moment_of(at).ok_or_else(none)?;
        Ok(ReportNumber::in_order(moment, thousandth, place))
    }
}

/// One look that somebody asks for.
#[derive(Debug)]
pub(super) struct OneLook {
    /// Whose clock it goes by: those who look at one time need not have the same day.
    pub desk: Desk,
    pub actor: Actor,
    pub unit: String,
    pub code: String,
    pub asked: Asked,
}

/// Looks: who is asked about is read, the rules are asked, and the look is kept before its answer is given (H10).
#[derive(Clone)]
pub(super) struct Looking {
    pub desk: Desk,
}

impl Work for Looking {
    type Asked = Arc<OneLook>;
    /// With the instant of each that asks.
    type Read = (SubjectsRead, Vec<i64>);
    type Found = Found;
    type Kept = (Arc<NewCheck>, Arc<AuditEntry>);
    type Outcome = Looked;

    async fn read(&self, asked: &[Arc<OneLook>]) -> Result<Self::Read, DeskError> {
        let codes: Vec<&str> = asked.iter().map(|one| one.code.as_str()).collect();
        let at = || asked.iter().map(|one| one.desk.clock().now()).collect();
        let store = self.desk.store();
        Ok(store.subjects_with_records_between_writes(&codes, MOST_READ, at).await?)
    }

    fn found(&self, asked: &[Arc<OneLook>], read: Self::Read) -> Result<Vec<Found>, DeskError> {
        let (read, at) = read;
        Ok(in_order(asked.iter().map(|one| one.code.as_str()).zip(at), read.subjects()?))
    }

    fn work_out(&self, one: Arc<OneLook>, found: Found) -> Result<(Looked, Self::Kept), DeskError> {
        let looked = answered(&one.desk, &one.actor, &one.unit, found, &one.asked)?;
        let entry = one.desk.audit_entry(&one.actor, event(looked.check()));
        let kept = (Arc::clone(&looked.new), Arc::new(entry));
        Ok((looked, kept))
    }

    async fn keep(&self, kept: Vec<Self::Kept>) -> Result<(), DeskError> {
        let store = self.desk.store();
        let (checks, entries): (Vec<Arc<NewCheck>>, Vec<_>) = kept.into_iter().unzip();
        match (store.keep_checks(&checks, entries).await, checks.as_slice()) {
            // It may be there from a commit of which nobody heard that it arrived.
            (Err(StoreError::Conflict(what)), [one]) => {
                let there = store.subject_check(&one.check.number).await?;
                let same = there.is_some_and(|there| there == one.check);
                if same { Ok(()) } else { Err(StoreError::Conflict(what).into()) }
            }
            (outcome, _) => Ok(outcome?),
        }
    }
}

/// The subjects of some codes with their records, in the order of the codes.
///
/// # Errors
/// When the store fails.
pub(super) async fn found(desk: &Desk, codes: &[String]) -> Result<Vec<Found>, DeskError> {
    let asked: Vec<&str> = codes.iter().map(String::as_str).collect();
    let read = desk.store().subjects_with_records(&asked, MOST_READ).await?;
    let at = desk.clock().now();
    Ok(in_order(asked.into_iter().map(|code| (code, at)), read.subjects()?))
}

/// What was read, each by the code that was asked for and with its instant.
fn in_order<'c>(
    asked: impl Iterator<Item = (&'c str, i64)>,
    known: HashMap<String, (WholeSubject, Vec<Record>)>,
) -> Vec<Found> {
    let known: HashMap<String, Arc<(WholeSubject, Vec<Record>)>> =
        known.into_iter().map(|(code, of)| (code, Arc::new(of))).collect();
    asked.map(|(code, at)| Some(Held { of: Arc::clone(known.get(code)?), at })).collect()
}

#[cfg(test)]
mod tests {
    use super::{Keeper, Numbered, PLACES};

    #[test]
    fn no_number_is_given_twice_and_all_follow_time() {
        let mut numbers = Numbered::default();
        let mut last = (0, 0);
        // The greatest steps there are, in one thousandth of a second: it is full after a while and the next one is begun.
        for _ in 0..50_000 {
            let next = numbers.next(5_000, [255; 6]);
            assert!(next > last && next.1 < PLACES, "{next:?} after {last:?}");
            last = next;
        }
        assert!((5_001..5_010).contains(&last.0), "{last:?}");
        // What was read a little earlier comes after what has been numbered, and a clock that was set back is believed.
        assert!(numbers.next(4_900, [1; 6]) > last);
        assert_eq!(numbers.next(1_000, [0, 0, 7, 0, 0, 0]), (1_000, 7));
        assert_eq!(numbers.next(1_000, [0; 6]), (1_000, 8));
    }

    #[test]
    fn a_list_is_one_persons_until_it_is_given_back() {
        let keeper = Keeper::default();
        let mine = keeper.begin(7);
        assert!(mine.is_some());
        assert!(keeper.begin(7).is_none() && keeper.begin(7).is_none());
        assert!(keeper.begin(8).is_some());
        drop(mine);
        assert!(keeper.begin(7).is_some());
    }
}
