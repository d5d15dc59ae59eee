//! Brings up behind the log by what its lines are found.
//!
//! A line is written at the end of its table and of what is in the order of time, so that a hundred of them are a few pages. By object and
//! by actor every line would be a page of its own; these are entered later, many at once and in their order, when nobody writes or when very
//! many wait. Until then whoever looks for a word reads the lines that wait themselves (the view `audit_waiting`), so nothing is ever missing.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::db::{Inner, Store, statements, values};
use crate::error::StoreError;

/// How often it is looked whether somebody writes.
const EVERY: Duration = Duration::from_secs(1);
/// Lines that wait before they are entered although somebody writes.
const MOST: i64 = 200_000;
/// Lines in one transaction, so that nobody waits long behind it.
const AT_ONCE: i64 = 1_000;

statements! {
    WAITING = "SELECT h.stream, COALESCE(p.seq, 0), h.seq FROM chain_head h LEFT JOIN audit_placed p ON p.stream = h.stream \
        WHERE h.seq > COALESCE(p.seq, 0) ORDER BY h.stream";
    BEGIN_STREAM = "INSERT INTO audit_placed (stream, seq) VALUES ($1, 0) ON CONFLICT (stream) DO NOTHING";
    MOVE_ON = "UPDATE audit_placed SET seq = $3 WHERE stream = $1 AND seq = $2";
    PLACE = "INSERT INTO audit_place (word, at, stream, seq) \
        SELECT 'o:' || object, at, stream, seq FROM audit WHERE stream = $1 AND seq > $2 AND seq <= $3 \
        UNION ALL SELECT 'a:' || actor, at, stream, seq FROM audit WHERE stream = $1 AND seq > $2 AND seq <= $3 ORDER BY 1, 2, 3, 4";
}

/// Brings up what waits until the store is gone or closed.
pub(crate) fn follow(store: &Arc<Inner>) {
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        let mut pulse = tokio::time::interval(EVERY);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut before, mut done, mut told) = (0, u64::MAX, false);
        loop {
            pulse.tick().await;
            let Some(store) = open(&store) else { return };
            let commits = store.inner.written.commits();
            if commits != done {
                let quiet = commits == before;
                match store.bring_up(if quiet { 0 } else { MOST }).await {
                    Ok(waited) => {
                        told = false;
                        if quiet && !waited {
                            done = commits;
                        }
                    }
                    // Tried again with the next pulse; until then the lines are read where they wait.
                    Err(StoreError::Busy(_)) => {}
                    Err(error) if !told => {
                        tracing::warn!(%error, "the log is not brought up, searches in it become slow");
                        told = true;
                    }
                    Err(_) => {}
                }
            }
            before = store.inner.written.commits();
        }
    });
}

fn open(store: &Weak<Inner>) -> Option<Store> {
    let inner = store.upgrade()?;
    (!inner.db.is_closed()).then_some(Store { inner })
}

impl Store {
    /// Enters the lines of the log that wait under the words that they are found by, where more than so many wait, until no more do.
    /// Says whether so many waited.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like; what was entered before stays.
    pub async fn bring_up(&self, more_than: i64) -> Result<bool, StoreError> {
        let mut any = false;
        loop {
            let waiting = self.waiting().await?;
            if waiting.iter().map(|(_, from, to)| to - from).sum::<i64>() <= more_than {
                return Ok(any);
            }
            any = true;
            for (stream, from, to) in waiting {
                self.enter(&stream, from, to).await?;
            }
        }
    }

    /// Of each stream that has lines that wait: from behind which number up to which.
    async fn waiting(&self) -> Result<Vec<(String, i64, i64)>, StoreError> {
        // Nobody's page: not counted among the reads.
        let mut tx = self.snapshot().await?;
        let rows = tx.conn().all(&WAITING, values![]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?, row.int(2)?))).collect()
    }

    /// Enters lines of a stream, as far as no other process is at them.
    async fn enter(&self, stream: &str, mut from: i64, to: i64) -> Result<(), StoreError> {
        while from < to {
            let until = to.min(from + AT_ONCE);
            let mut tx = self.transaction("bring up the log").await?;
            tx.conn().execute(&BEGIN_STREAM, values![stream]).await?;
            // Whoever moves a stream on enters its lines.
            if tx.conn().execute(&MOVE_ON, values![stream, from, until]).await? == 0 {
                break;
            }
            tx.conn().execute(&PLACE, values![stream, from, until]).await?;
            tx.commit().await?;
            from = until;
        }
        Ok(())
    }
}
