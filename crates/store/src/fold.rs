//! Folds SQLite's log back into the file beside the work.
//!
//! Left to itself SQLite does so within the commit that makes the log long, which then waits for the whole of it: a quarter of a second for
//! 64 MB. Here a connection of its own does it while others read and write, and finds little left for that commit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::SqlitePool;
use tokio::time::MissedTickBehavior;

use crate::db::{Db, Inner};

/// How often. Pages that are written again within it go into the file once; the more there are to fold, the longer those wait who commit
/// meanwhile.
const EVERY: Duration = Duration::from_millis(30);

/// How often something was written, and how far that was folded.
#[derive(Default)]
pub(crate) struct Written {
    commits: AtomicU64,
    folded: AtomicU64,
}

impl Written {
    /// Notes that something was.
    pub(crate) fn note(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something was.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Whether anything was since this was last asked.
    fn take(&self) -> bool {
        let commits = self.commits();
        self.folded.swap(commits, Ordering::Relaxed) != commits
    }
}

/// Folds until the store is gone or closed.
pub(crate) fn beside(store: &Arc<Inner>) {
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        let mut pulse = tokio::time::interval(EVERY);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pulse.tick().await;
            let Some((fold, written)) = due(&store) else { return };
            // What fails here is done by the next commit that finds the log long, as if nobody were beside it.
            if written
                && let Err(error) =
                    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&fold).await
            {
                tracing::debug!(%error, "the log was not folded");
            }
        }
    });
}

fn due(store: &Weak<Inner>) -> Option<(SqlitePool, bool)> {
    let inner = store.upgrade()?;
    match &inner.db {
        Db::Lite { fold, .. } if !fold.is_closed() => Some((fold.clone(), inner.written.take())),
        _ => None,
    }
}
