//! Which job runs at present, so that two processes do not run the same one.

use crate::db::{Store, statements, values};
use crate::error::StoreError;

statements! {
    TAKE_LEASE = "INSERT INTO job_lease (name, leased_until, note) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO UPDATE SET leased_until = excluded.leased_until, note = excluded.note \
        WHERE job_lease.leased_until <= $4";
    END_LEASE = "DELETE FROM job_lease WHERE name = $1 AND note = $2";
}

impl Store {
    /// Takes the job `name` until the instant `until` if nobody holds it at `now`; `note` says who. Whether it was taken.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn take_lease(
        &self,
        name: &str,
        now: i64,
        until: i64,
        note: &str,
    ) -> Result<bool, StoreError> {
        let mut tx = self.transaction("lease").await?;
        let count = tx.conn().execute(&TAKE_LEASE, values![name, until, note, now]).await?;
        tx.commit().await?;
        Ok(count == 1)
    }

    /// Gives the job back, if `note` still holds it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn end_lease(&self, name: &str, note: &str) -> Result<(), StoreError> {
        let mut tx = self.transaction("lease-end").await?;
        tx.conn().execute(&END_LEASE, values![name, note]).await?;
        tx.commit().await
    }
}
