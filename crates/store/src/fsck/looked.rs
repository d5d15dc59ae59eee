//! The check that every look at a subject stands in the log of who did what, and every line about a look has its look: what was kept
//! quietly, or taken away later, the subject would never read. Of each line a hash is kept, so that ten million fit.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use super::Check;
use crate::audit::AuditEntry;
use crate::db::{Conn, statements};
use crate::error::StoreError;

statements! {
    LOOKS = "SELECT number, subject_id, digest FROM subject_check ORDER BY number";
    PLACES_DUE = "SELECT CAST(COALESCE(SUM(2 * seq), 0) AS BIGINT) FROM audit_placed";
    PLACES = "SELECT COUNT(*) FROM audit_place";
    PLACES_RIGHT = "SELECT COUNT(*) FROM audit_place p JOIN audit_placed d ON d.stream = p.stream \
        JOIN audit a ON a.stream = p.stream AND a.seq = p.seq \
        WHERE p.seq <= d.seq AND p.at = a.at AND p.word IN ('o:' || a.object, 'a:' || a.actor)";
}

/// What the log says of a look that was kept.
const ANSWERED: &str = "check.answered";

/// The looks that the log speaks of.
#[derive(Default)]
pub(super) struct Looked {
    seen: HashSet<u64>,
    state: RandomState,
}

impl Looked {
    fn weigh(&self, object: &str, number: &str, digest: &str) -> u64 {
        self.state.hash_one((object, number, digest))
    }

    /// Remembers a line of the log, if it is about a look.
    pub(super) fn note(&mut self, entry: &AuditEntry) {
        if entry.action != ANSWERED {
            return;
        }
        let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let text = |name: &str| detail.get(name).and_then(|value| value.as_str()).unwrap_or("");
        let hash = self.weigh(&entry.object, text("number"), text("digest"));
        self.seen.insert(hash);
    }
}

impl Check<'_> {
    /// Holds the places by which lines of the log are found to the lines: each that is entered has its two, and there are no others.
    pub(super) async fn placed(&mut self, conn: &mut Conn<'_>) -> Result<(), StoreError> {
        // What is wrong with the log itself is said first.
        if self.report.problems.iter().any(|problem| problem.table == "audit") {
            return Ok(());
        }
        let due = conn.one(&PLACES_DUE, vec![]).await?.int(0)?;
        let there = conn.one(&PLACES, vec![]).await?.int(0)?;
        let right = conn.one(&PLACES_RIGHT, vec![]).await?.int(0)?;
        if there != due || right != due {
            let reason = format!("日志的检索应有 {due} 处，现有 {there} 处，其中相符 {right} 处");
            self.report.wrong("audit_place", "", reason);
        }
        Ok(())
    }

    /// Holds the looks that are kept to those that the log speaks of.
    pub(super) async fn looked(
        &mut self,
        conn: &mut Conn<'_>,
        mut log: Looked,
    ) -> Result<(), StoreError> {
        // What is wrong with a look itself is said first.
        if self.report.problems.iter().any(|problem| problem.table == "subject_check") {
            return Ok(());
        }
        conn.each(&LOOKS, vec![], |row| {
            let (number, object) = (row.text(0)?, format!("subject:{}", row.int(1)?));
            let hash = log.weigh(&object, &number, &row.text(2)?);
            if !log.seen.remove(&hash) {
                self.report.wrong("subject_check", number, "审计日志里没有这次核查，或者所记不同");
            }
            Ok(())
        })
        .await?;
        if !log.seen.is_empty() {
            let reason = format!("审计日志记有 {} 次核查，核查本身已不在", log.seen.len());
            self.report.wrong("subject_check", "", reason);
        }
        Ok(())
    }
}
