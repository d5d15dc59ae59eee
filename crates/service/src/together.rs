//! Does for several in one go what they ask for at the same time.
//!
//! A commit costs nearly the same for one look as for a hundred, and so does a read. Who asks while a go is under way is served by the next
//! one, with all others who came meanwhile; who asks alone is served at once.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use xinyong_store::StoreError;

use crate::refusal::DeskError;

struct Waiting<I, O> {
    asked: I,
    done: oneshot::Sender<Result<O, DeskError>>,
}

struct State<I, O> {
    waiting: Vec<Waiting<I, O>>,
    going: usize,
}

/// Where those wait who ask for the same kind of thing.
pub(crate) struct Together<I, O> {
    state: Mutex<State<I, O>>,
    goes: usize,
    most: usize,
}

impl<I, O> std::fmt::Debug for Together<I, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is asked for may be about somebody.
        f.write_str("Together")
    }
}

impl<I: Clone + Send + 'static, O: Send + 'static> Together<I, O> {
    /// With so many goes beside each other, each for so many at most.
    pub(crate) fn new(goes: usize, most: usize) -> Self {
        Self { state: Mutex::new(State { waiting: Vec::new(), going: 0 }), goes, most }
    }

    /// Asks for one thing. `work` gives an outcome for each that it is handed, in their order; everybody who asks here means the same by it.
    /// It goes on also when who asked is gone.
    ///
    /// # Errors
    /// What `work` fails with for this one alone: a go that fails is tried again for each by itself, so that nobody is told of another's
    /// fault.
    pub(crate) async fn ask<W, F>(self: &Arc<Self>, asked: I, work: W) -> Result<O, DeskError>
    where
        W: Fn(Vec<I>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Vec<O>, DeskError>> + Send + 'static,
    {
        let (done, outcome) = oneshot::channel();
        if self.join(Waiting { asked: asked.clone(), done }) {
            let mut driver = Driver { together: Arc::clone(self), over: false };
            let work = work.clone();
            tokio::spawn(async move {
                while let Some(taken) = driver.take() {
                    let asked: Vec<I> = taken.iter().map(|one| one.asked.clone()).collect();
                    // Who does not wait any more does not need it: it is done all the same.
                    match work(asked).await {
                        Ok(outcomes) => {
                            for (one, outcome) in taken.into_iter().zip(outcomes) {
                                drop(one.done.send(Ok(outcome)));
                            }
                        }
                        // One after the other, as if each had come alone: together they would stand in each other's way again.
                        Err(_) => {
                            for one in taken {
                                let alone = single(work(vec![one.asked]).await);
                                let nobodys = matches!(
                                    alone,
                                    Err(DeskError::Store(
                                        StoreError::Busy(_) | StoreError::Unavailable(_)
                                    ))
                                );
                                drop(one.done.send(alone));
                                if nobodys {
                                    // The others would wait for the same in vain, one behind the other: each sees for itself.
                                    break;
                                }
                            }
                        }
                    }
                }
            });
        }
        match outcome.await {
            Ok(outcome) => outcome,
            // The work broke off.
            Err(_) => single(work(vec![asked]).await),
        }
    }

    /// Waits with the others; true for who must see to it that they are served.
    fn join(&self, one: Waiting<I, O>) -> bool {
        let mut state = self.state();
        state.waiting.push(one);
        let free = state.going < self.goes;
        state.going += usize::from(free);
        free
    }
}

/// The outcome of one that was asked for alone.
fn single<O>(outcomes: Result<Vec<O>, DeskError>) -> Result<O, DeskError> {
    let mut outcomes = outcomes?;
    outcomes.pop().ok_or_else(|| DeskError::Internal("no outcome".to_owned()))
}

impl<I, O> Together<I, O> {
    fn state(&self) -> std::sync::MutexGuard<'_, State<I, O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever serves those who wait.
struct Driver<I, O> {
    together: Arc<Together<I, O>>,
    over: bool,
}

impl<I, O> Driver<I, O> {
    /// Those who are served next; nothing where nobody waits, and then it is over.
    fn take(&mut self) -> Option<Vec<Waiting<I, O>>> {
        let mut state = self.together.state();
        let most = state.waiting.len().min(self.together.most);
        if most == 0 {
            state.going -= 1;
            self.over = true;
            return None;
        }
        Some(state.waiting.drain(..most).collect())
    }
}

impl<I, O> Drop for Driver<I, O> {
    fn drop(&mut self) {
        if !self.over {
            // The work broke off. Who waits is told so by this and asks alone, unless another go will come to them.
            let mut state = self.together.state();
            state.going -= 1;
            if state.going == 0 {
                state.waiting.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Together;
    use crate::refusal::DeskError;

    fn double(asked: Vec<usize>) -> Vec<usize> {
        asked.into_iter().map(|one| one * 2).collect()
    }

    #[tokio::test]
    async fn who_comes_meanwhile_is_served_together() {
        let together: Arc<Together<usize, usize>> = Arc::new(Together::new(1, 10));
        let goes = Arc::new(AtomicUsize::new(0));
        let mut asking = Vec::new();
        for one in 0..31 {
            let (together, goes) = (Arc::clone(&together), Arc::clone(&goes));
            asking.push(tokio::spawn(async move {
                let work = move |asked: Vec<usize>| {
                    let goes = Arc::clone(&goes);
                    async move {
                        goes.fetch_add(1, Ordering::Relaxed);
                        tokio::task::yield_now().await;
                        assert!(asked.len() <= 10);
                        Ok(double(asked))
                    }
                };
                together.ask(one, work).await.expect("served")
            }));
        }
        for (one, asked) in asking.into_iter().enumerate() {
            assert_eq!(asked.await.expect("asked"), one * 2);
        }
        let goes = goes.load(Ordering::Relaxed);
        assert!((4..=8).contains(&goes), "{goes} goes for 31");
    }

    #[tokio::test]
    async fn one_that_fails_is_told_of_its_own_fault_only() {
        let together: Arc<Together<usize, usize>> = Arc::new(Together::new(2, 100));
        let ask = |one: usize| {
            let together = Arc::clone(&together);
            tokio::spawn(async move {
                let work = async |asked: Vec<usize>| {
                    tokio::task::yield_now().await;
                    if asked.contains(&3) {
                        return Err(DeskError::NotFound("三"));
                    }
                    Ok(double(asked))
                };
                together.ask(one, work).await
            })
        };
        let asking: Vec<_> = (0..9).map(ask).collect();
        for (one, asked) in asking.into_iter().enumerate() {
            match asked.await.expect("asked") {
                Ok(outcome) => assert_eq!(outcome, one * 2),
                Err(error) => assert!(one == 3 && matches!(error, DeskError::NotFound("三"))),
            }
        }
    }

    #[tokio::test]
    async fn a_go_that_breaks_off_leaves_nobody_waiting() {
        let together: Arc<Together<usize, usize>> = Arc::new(Together::new(1, 1));
        let tries = Arc::new(AtomicUsize::new(0));
        let ask = |one: usize| {
            let (together, tries) = (Arc::clone(&together), Arc::clone(&tries));
            tokio::spawn(async move {
                let work = move |asked: Vec<usize>| {
                    let first = tries.fetch_add(1, Ordering::Relaxed) == 0;
                    async move {
                        tokio::task::yield_now().await;
                        assert!(!first, "broken on purpose");
                        Ok(double(asked))
                    }
                };
                together.ask(one, work).await.expect("served")
            })
        };
        let asking: Vec<_> = (0..5).map(ask).collect();
        for (one, asked) in asking.into_iter().enumerate() {
            assert_eq!(asked.await.expect("asked"), one * 2);
        }
        let again = together.ask(9, async |asked: Vec<usize>| Ok(double(asked))).await;
        assert_eq!(again.expect("served"), 18);
    }
}
