//! Keeps looks: those that come at one time are made durable together, so that many may ask at once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;
use xinyong_store::{AuditEntry, NewCheck};

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Looks in one transaction at most.
const MOST_TOGETHER: usize = 256;

struct Waiting {
    new: NewCheck,
    entry: AuditEntry,
    done: oneshot::Sender<()>,
}

/// Where looks wait for the transaction that is under way.
#[derive(Default)]
pub(crate) struct Keeper {
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
    /// Lists that somebody in this process is at.
    lists: Mutex<BTreeSet<i64>>,
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

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keeper")
    }
}

impl Keeper {
    /// Takes a list; nothing where somebody in this process is at it.
    pub(crate) fn begin(&self, list: i64) -> Option<Mine<'_>> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        // Made only where it is ours: dropping one gives the list back.
        lists.insert(list).then(|| Mine { keeper: self, list })
    }

    /// Makes a look durable. Who comes while another transaction is under way is taken along by the next one.
    ///
    /// # Errors
    /// When the store fails; then the look was not kept, and its answer must not be given.
    pub(crate) async fn keep(
        &self,
        desk: &Desk,
        new: NewCheck,
        entry: AuditEntry,
    ) -> Result<(), DeskError> {
        let (done, mut outcome) = oneshot::channel();
        let alone = (new.clone(), entry.clone());
        self.queue().push(Waiting { new, entry, done });
        loop {
            let _turn = self.turn.lock().await;
            match outcome.try_recv() {
                Ok(()) => return Ok(()),
                // A transaction that failed together is tried alone, so that each is told of its own fault.
                Err(oneshot::error::TryRecvError::Closed) => {
                    return write(desk, vec![alone.0], vec![alone.1]).await;
                }
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let taken: Vec<Waiting> = {
                let mut queue = self.queue();
                let most = queue.len().min(MOST_TOGETHER);
                queue.drain(..most).collect()
            };
            let desk = desk.clone();
            // On a task of its own: who is gone before the end must not take the others along.
            let together = tokio::spawn(async move {
                let (mut checks, mut entries, mut waiters) = (Vec::new(), Vec::new(), Vec::new());
                for one in taken {
                    checks.push(one.new);
                    entries.push(one.entry);
                    waiters.push(one.done);
                }
                if write(&desk, checks, entries).await.is_ok() {
                    for waiter in waiters {
                        // Nobody waits any more: it is kept all the same.
                        let _gone = waiter.send(());
                    }
                }
            });
            together.await.map_err(|error| DeskError::Internal(error.to_string()))?;
        }
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(
    desk: &Desk,
    checks: Vec<NewCheck>,
    entries: Vec<AuditEntry>,
) -> Result<(), DeskError> {
    let mut tx = desk.store().transaction("keep checks").await?;
    tx.add_checks(&checks).await?;
    for entry in entries {
        tx.audit(entry);
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Keeper;

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
