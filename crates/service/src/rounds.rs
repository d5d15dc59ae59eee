//! Serves many who ask at one time round by round: what those of the next round need is read and worked out while what those of the last one
//! are given is made durable.
//!
//! A commit costs nearly the same for one as for a hundred, so nobody is served alone while others wait; and the processor is not idle while
//! the disk is waited for, nor the disk while answers are worked out. Who asks alone is served at once, in two rounds with nobody else.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use xinyong_store::StoreError;

use crate::refusal::DeskError;

/// So few are not shared out over two rounds.
const FEW: usize = 8;
/// Worked out in a row before others have their turn.
const IN_A_ROW: usize = 4;

/// What is done for those of a round.
pub(crate) trait Work: Clone + Send + Sync + 'static {
    /// What somebody asks for.
    type Asked: Clone + Send + Sync + 'static;
    /// What is read for some, as it comes from the store.
    type Read: Send + 'static;
    /// What of it is for one.
    type Found: Send + 'static;
    /// What is made durable of the outcome.
    type Kept: Clone + Send + 'static;
    /// What who asked is given.
    type Outcome: Send + 'static;

    /// Reads what is needed.
    fn read(
        &self,
        asked: &[Self::Asked],
    ) -> impl Future<Output = Result<Self::Read, DeskError>> + Send;

    /// What was read, one for each that asks, in their order.
    fn found(&self, asked: &[Self::Asked], read: Self::Read)
    -> Result<Vec<Self::Found>, DeskError>;

    /// Works one out.
    fn work_out(
        &self,
        asked: Self::Asked,
        found: Self::Found,
    ) -> Result<(Self::Outcome, Self::Kept), DeskError>;

    /// Makes what came of a round durable, all of it or nothing.
    fn keep(&self, kept: Vec<Self::Kept>) -> impl Future<Output = Result<(), DeskError>> + Send;
}

type Done<W> = oneshot::Sender<Result<<W as Work>::Outcome, DeskError>>;

struct Waiting<W: Work> {
    asked: W::Asked,
    done: Done<W>,
}

/// One that is worked out and not durable yet.
struct Ready<W: Work> {
    outcome: W::Outcome,
    kept: W::Kept,
    done: Done<W>,
}

/// A round that was read and is not worked out yet.
struct Read<W: Work> {
    asked: Vec<W::Asked>,
    waiting: Vec<Done<W>>,
    read: Result<W::Read, DeskError>,
}

impl<W: Work> Read<W> {
    async fn of(work: &W, taken: Vec<Waiting<W>>) -> Self {
        let (asked, waiting): (Vec<_>, Vec<_>) =
            taken.into_iter().map(|one| (one.asked, one.done)).unzip();
        let read = work.read(&asked).await;
        Self { asked, waiting, read }
    }
}

/// What somebody is to be given.
type Finished<W> = (Done<W>, Result<<W as Work>::Outcome, DeskError>);

struct State<W: Work> {
    waiting: Vec<Waiting<W>>,
    going: bool,
}

/// Where those wait who ask for the same kind of thing.
pub(crate) struct Rounds<W: Work> {
    state: Mutex<State<W>>,
    most: usize,
}

impl<W: Work> std::fmt::Debug for Rounds<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is asked for may be about somebody.
        f.write_str("Rounds")
    }
}

impl<W: Work> Rounds<W> {
    /// With so many in a round at most.
    pub(crate) const fn new(most: usize) -> Self {
        Self { state: Mutex::new(State { waiting: Vec::new(), going: false }), most }
    }

    /// Asks for one thing; everybody who asks here brings the same work. It goes on also when who asked is gone.
    ///
    /// # Errors
    /// What the work fails with for this one alone: what a round fails with is tried again for each by itself, so that nobody is told of
    /// another's fault. That the store is busy or away everybody is told at once.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        asked: W::Asked,
        work: &W,
    ) -> Result<W::Outcome, DeskError> {
        let (done, outcome) = oneshot::channel();
        if self.join(Waiting { asked: asked.clone(), done }) {
            let driver = Driver { rounds: Arc::clone(self), over: false };
            tokio::spawn(driver.drive(work.clone()));
        }
        match outcome.await {
            Ok(outcome) => outcome,
            // The rounds broke off.
            Err(_) => alone(work, asked).await,
        }
    }

    /// Waits with the others; true for who must see to it that they are served.
    fn join(&self, one: Waiting<W>) -> bool {
        let mut state = self.state();
        state.waiting.push(one);
        !std::mem::replace(&mut state.going, true)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All of it for one.
async fn alone<W: Work>(work: &W, asked: W::Asked) -> Result<W::Outcome, DeskError> {
    let read = work.read(std::slice::from_ref(&asked)).await?;
    let found = work.found(std::slice::from_ref(&asked), read)?.pop();
    let found = found.ok_or_else(|| DeskError::Internal("nothing read".to_owned()))?;
    let (outcome, kept) = work.work_out(asked, found)?;
    work.keep(vec![kept]).await?;
    Ok(outcome)
}

/// What others are told where the store is busy or away: they would wait for the same in vain, one behind the other.
fn for_others<T>(outcome: &Result<T, DeskError>) -> Option<StoreError> {
    match outcome {
        Err(DeskError::Store(error)) => error.same_for_others(),
        _ => None,
    }
}

/// Whoever serves those who wait.
struct Driver<W: Work> {
    rounds: Arc<Rounds<W>>,
    over: bool,
}

impl<W: Work> Driver<W> {
    async fn drive(mut self, work: W) {
        let mut ready: Vec<Ready<W>> = Vec::new();
        let mut finished: Vec<Finished<W>> = Vec::new();
        while let Some(taken) = self.take(ready.len()) {
            // Read before the last round is written: what is read next to it need not wait for the disk.
            let reading = (!taken.is_empty()).then(|| {
                let work = work.clone();
                tokio::spawn(async move { Read::of(&work, taken).await })
            });
            if reading.is_some() {
                // So that the store is reading before those are woken who have been waiting for the round before the last.
                tokio::task::yield_now().await;
            }
            Self::give(&mut finished);
            let read = match reading {
                // One that broke off has told those whom it was for by dropping what they wait at.
                Some(reading) => reading.await.ok(),
                None => None,
            };
            let keeping = (!ready.is_empty()).then(|| {
                let (work, ready) = (work.clone(), std::mem::take(&mut ready));
                tokio::spawn(async move { Self::finish(&work, ready).await })
            });
            if keeping.is_some() {
                // So that the writing is under way before this thread works anything out.
                tokio::task::yield_now().await;
            }
            if let Some(read) = read {
                Self::work_out(&work, read, &mut ready).await;
            }
            if let Some(keeping) = keeping {
                finished = keeping.await.unwrap_or_default();
            }
        }
        Self::give(&mut finished);
    }

    fn give(finished: &mut Vec<Finished<W>>) {
        for (done, outcome) in finished.drain(..) {
            // Who does not wait any more does not need it.
            drop(done.send(outcome));
        }
    }

    async fn work_out(work: &W, read: Read<W>, ready: &mut Vec<Ready<W>>) {
        let Read { asked, waiting, read } = read;
        let found = read.and_then(|read| work.found(&asked, read));
        let found = match found {
            Ok(found) if found.len() == asked.len() => found,
            failed => {
                let nobodys = for_others(&failed);
                drop(failed);
                return Self::one_by_one(work, asked, waiting, nobodys).await;
            }
        };
        let all = asked.into_iter().zip(found).zip(waiting);
        for (place, ((asked, found), done)) in all.enumerate() {
            if place % IN_A_ROW == IN_A_ROW - 1 {
                tokio::task::yield_now().await;
            }
            // Where one breaks off, who asked for it is told so by not being told anything, and nobody else notices.
            let outcome = catch_unwind(AssertUnwindSafe(|| work.work_out(asked, found)));
            match outcome {
                Ok(Ok((outcome, kept))) => ready.push(Ready { outcome, kept, done }),
                Ok(Err(error)) => drop(done.send(Err(error))),
                Err(_) => drop(done),
            }
        }
    }

    /// Serves each alone, after they could not be read together.
    async fn one_by_one(
        work: &W,
        asked: Vec<W::Asked>,
        waiting: Vec<Done<W>>,
        mut nobodys: Option<StoreError>,
    ) {
        for (asked, done) in asked.into_iter().zip(waiting) {
            let outcome = match nobodys.as_ref().and_then(StoreError::same_for_others) {
                Some(error) => Err(error.into()),
                None => alone(work, asked).await,
            };
            nobodys = nobodys.or_else(|| for_others(&outcome));
            drop(done.send(outcome));
        }
    }

    /// Makes a round durable: what everybody is to be given.
    async fn finish(work: &W, ready: Vec<Ready<W>>) -> Vec<Finished<W>> {
        let together = work.keep(ready.iter().map(|one| one.kept.clone()).collect()).await;
        let mut nobodys = for_others(&together);
        let mut finished = Vec::with_capacity(ready.len());
        for Ready { outcome, kept, done } in ready {
            let kept = match nobodys.as_ref().and_then(StoreError::same_for_others) {
                // Also where it was written after all: what is worked out anew would be there twice.
                Some(error) => Err(error.into()),
                None if together.is_ok() => Ok(()),
                // One after the other, as if each had come alone: together they would stand in each other's way again.
                None => work.keep(vec![kept]).await,
            };
            nobodys = nobodys.or_else(|| for_others(&kept));
            finished.push((done, kept.map(|()| outcome)));
        }
        finished
    }

    /// Those of the next round, nobody where only the last one is to be finished; nothing where nobody is left, and then it is over.
    fn take(&mut self, ready: usize) -> Option<Vec<Waiting<W>>> {
        let mut state = self.rounds.state();
        let waiting = state.waiting.len();
        if waiting + ready == 0 {
            state.going = false;
            self.over = true;
            return None;
        }
        // Two rounds of the same size: one is worked out while the other is written.
        let half = (waiting + ready).div_ceil(2).max(FEW);
        let most = waiting.min(half).min(self.rounds.most);
        Some(state.waiting.drain(..most).collect())
    }
}

impl<W: Work> Drop for Driver<W> {
    fn drop(&mut self) {
        if !self.over {
            // The work broke off. Who waits is told so by this and asks alone.
            let mut state = self.rounds.state();
            state.going = false;
            state.waiting.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use xinyong_store::StoreError;

    use super::{Rounds, Work};
    use crate::refusal::DeskError;

    /// Doubles numbers and writes them down; some are refused, and some spoil what is read or written together with them.
    #[derive(Clone, Default)]
    struct Doubling {
        rounds: Arc<AtomicUsize>,
        kept: Arc<Mutex<Vec<usize>>>,
        widest: usize,
        refused: Option<usize>,
        unreadable: Option<usize>,
        unkept: Option<usize>,
        /// How often nothing can be read, then how often nothing can be kept, because the store is busy.
        busy: [Arc<AtomicUsize>; 2],
        /// The number after the one at which it breaks off; at none where it is nought.
        breaks: Arc<AtomicUsize>,
    }

    /// Busy as often as is left.
    fn busy(left: &AtomicUsize) -> Result<(), DeskError> {
        let was =
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if was.is_ok() { Err(StoreError::busy().into()) } else { Ok(()) }
    }

    impl Work for Doubling {
        type Asked = usize;
        type Read = Vec<usize>;
        type Found = usize;
        type Kept = usize;
        type Outcome = usize;

        async fn read(&self, asked: &[usize]) -> Result<Vec<usize>, DeskError> {
            tokio::task::yield_now().await;
            assert!(self.widest == 0 || asked.len() <= self.widest, "{}", asked.len());
            busy(&self.busy[0])?;
            if asked.iter().any(|one| Some(*one) == self.unreadable) {
                return Err(DeskError::NotFound("读不出"));
            }
            Ok(asked.iter().map(|one| one * 2).collect())
        }

        fn found(&self, _: &[usize], read: Vec<usize>) -> Result<Vec<usize>, DeskError> {
            Ok(read)
        }

        fn work_out(&self, asked: usize, found: usize) -> Result<(usize, usize), DeskError> {
            assert!(self.breaks.load(Ordering::Relaxed) != asked + 1, "broken on purpose");
            if Some(asked) == self.refused {
                return Err(DeskError::NotFound("不予办理"));
            }
            Ok((found, found))
        }

        async fn keep(&self, kept: Vec<usize>) -> Result<(), DeskError> {
            self.rounds.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            busy(&self.busy[1])?;
            if kept.iter().any(|one| Some(*one) == self.unkept) {
                return Err(DeskError::NotFound("写不下"));
            }
            self.kept.lock().expect("numbers").extend(kept);
            Ok(())
        }
    }

    /// What came of each of some numbers that were asked for at one time, the words of its error where it has one.
    async fn outcomes(work: &Doubling, most: usize, numbers: usize) -> Vec<Result<usize, String>> {
        let rounds = Arc::new(Rounds::new(most));
        let mut asking = Vec::new();
        for one in 0..numbers {
            let (rounds, work) = (Arc::clone(&rounds), work.clone());
            asking.push(tokio::spawn(async move { rounds.ask(one, &work).await }));
        }
        let mut all = Vec::new();
        for one in asking {
            all.push(one.await.expect("asked").map_err(|error| match error {
                DeskError::NotFound(what) => what.to_owned(),
                other => other.to_string(),
            }));
        }
        all
    }

    #[tokio::test]
    async fn who_comes_meanwhile_is_served_together_and_everything_is_kept() {
        let work = Doubling { widest: 10, ..Doubling::default() };
        let given = outcomes(&work, 10, 31).await;
        let wanted: Vec<_> = (0..31).map(|one| Ok(one * 2)).collect();
        assert_eq!(given, wanted);
        let mut kept = work.kept.lock().expect("numbers").clone();
        kept.sort_unstable();
        assert_eq!(kept, (0..31).map(|one| one * 2).collect::<Vec<_>>());
        let rounds = work.rounds.load(Ordering::Relaxed);
        assert!((4..=8).contains(&rounds), "{rounds} rounds for 31");
    }

    #[tokio::test]
    async fn one_that_fails_is_told_of_its_own_fault_only() {
        let refused = Doubling { refused: Some(3), ..Doubling::default() };
        let unreadable = Doubling { unreadable: Some(3), ..Doubling::default() };
        let unkept = Doubling { unkept: Some(6), ..Doubling::default() };
        for (work, said) in [(refused, "不予办理"), (unreadable, "读不出"), (unkept, "写不下")]
        {
            for (one, given) in outcomes(&work, 100, 20).await.into_iter().enumerate() {
                let wanted = if one == 3 { Err(said.to_owned()) } else { Ok(one * 2) };
                assert_eq!(given, wanted, "{one}");
            }
            assert_eq!(work.kept.lock().expect("numbers").len(), 19);
        }
    }

    #[tokio::test]
    async fn that_the_store_is_busy_all_of_a_round_are_told_at_once() {
        for place in 0..2 {
            let work = Doubling::default();
            work.busy[place].store(1, Ordering::Relaxed);
            let given = outcomes(&work, 100, 20).await;
            let served = given.iter().filter(|one| one.is_ok()).count();
            let busy = DeskError::from(StoreError::busy()).to_string();
            assert!(given.iter().all(|one| one.is_ok() || one.as_ref() == Err(&busy)), "{given:?}");
            // Halves: those of the first one are told, the others are served, and nothing is written that nobody was given.
            assert_eq!((served, work.kept.lock().expect("numbers").len()), (10, 10));
        }
    }

    #[tokio::test]
    async fn rounds_that_break_off_leave_nobody_waiting() {
        let work = Doubling { breaks: Arc::new(AtomicUsize::new(5)), ..Doubling::default() };
        let rounds = Arc::new(Rounds::new(2));
        let mut asking = Vec::new();
        for one in 0..9_usize {
            let (rounds, work) = (Arc::clone(&rounds), work.clone());
            asking.push(tokio::spawn(async move { rounds.ask(one, &work).await }));
        }
        for (one, asked) in asking.into_iter().enumerate() {
            match asked.await {
                Ok(outcome) => assert_eq!(outcome.expect("served"), one * 2),
                // Alone it breaks off as well, for who asked for it and for nobody else.
                Err(broken) => assert!(one == 4 && broken.is_panic()),
            }
        }
        work.breaks.store(0, Ordering::Relaxed);
        assert_eq!(rounds.ask(4, &work).await.expect("served"), 8);
    }
}
