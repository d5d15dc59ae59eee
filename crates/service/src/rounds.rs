//! Serves many who ask at one time round by round: what those of the next round need is read and worked out while what those of the last one
//! are given is made durable.
//!
//! A commit costs nearly the same for one as for a hundred, so nobody is served alone while others wait; and the processor is not idle while
//! the disk is waited for, nor the disk while answers are worked out. Who asks alone is served at once, in two rounds with nobody else.

use std::future::Future;
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
    /// another's fault.
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

/// Whether the store is busy or away: the others would wait for the same in vain, one behind the other. Each sees for itself.
fn is_nobodys<T>(outcome: &Result<T, DeskError>) -> bool {
    let store = outcome.as_ref().err();
    matches!(store, Some(DeskError::Store(StoreError::Busy(_) | StoreError::Unavailable(_))))
}

/// Whoever serves those who wait.
struct Driver<W: Work> {
    rounds: Arc<Rounds<W>>,
    over: bool,
}

impl<W: Work> Driver<W> {
    async fn drive(mut self, work: W) {
        let mut ready: Vec<Ready<W>> = Vec::new();
        while let Some(taken) = self.take(ready.len()) {
            // Read before the last round is written: what is read next to it need not wait for the disk.
            let read = if taken.is_empty() { None } else { Some(Read::of(&work, taken).await) };
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
                // One that broke off has told those whom it was for by dropping what they wait at.
                drop(keeping.await);
            }
        }
    }

    async fn work_out(work: &W, read: Read<W>, ready: &mut Vec<Ready<W>>) {
        let Read { asked, waiting, read } = read;
        let found = read.and_then(|read| work.found(&asked, read));
        let Some(found) = found.ok().filter(|found| found.len() == asked.len()) else {
            return Self::one_by_one(work, asked, waiting).await;
        };
        for (place, ((asked, found), done)) in asked.into_iter().zip(found).zip(waiting).enumerate()
        {
            if place % IN_A_ROW == IN_A_ROW - 1 {
                tokio::task::yield_now().await;
            }
            match work.work_out(asked, found) {
                Ok((outcome, kept)) => ready.push(Ready { outcome, kept, done }),
                Err(error) => drop(done.send(Err(error))),
            }
        }
    }

    /// Serves each alone, after they could not be read together.
    async fn one_by_one(work: &W, asked: Vec<W::Asked>, waiting: Vec<Done<W>>) {
        for (asked, done) in asked.into_iter().zip(waiting) {
            let outcome = alone(work, asked).await;
            let nobodys = is_nobodys(&outcome);
            drop(done.send(outcome));
            if nobodys {
                break;
            }
        }
    }

    /// Makes a round durable and gives everybody theirs.
    async fn finish(work: &W, ready: Vec<Ready<W>>) {
        let together = work.keep(ready.iter().map(|one| one.kept.clone()).collect()).await;
        let mut broken = false;
        for Ready { outcome, kept, done } in ready {
            let kept = match &together {
                Ok(()) => Ok(()),
                // One after the other, as if each had come alone: together they would stand in each other's way again.
                Err(_) if !broken => work.keep(vec![kept]).await,
                Err(_) => break,
            };
            broken = is_nobodys(&kept);
            drop(done.send(kept.map(|()| outcome)));
        }
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
        /// The number after the one at which it breaks off; at none where it is nought.
        breaks: Arc<AtomicUsize>,
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
