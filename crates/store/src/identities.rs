//! Which account an identity at a sign-in provider stands for.

use crate::db::{Store, Tx, statements, values};
use crate::error::StoreError;

statements! {
    LINK_IDENTITY = "INSERT INTO account_identity (blind, account_id, linked_at) VALUES ($1, $2, $3)";
    UNLINK_IDENTITIES = "DELETE FROM account_identity WHERE account_id = $1";
    ACCOUNT_OF_IDENTITY = "SELECT account_id FROM account_identity WHERE blind = $1";
}

impl Store {
    /// The account of an identity: `issuer` is the provider's address, `subject` its name for the person.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn account_of_identity(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<i64>, StoreError> {
        let blind = blind(self, issuer, subject);
        let row = self.reader().await?.conn().maybe(&ACCOUNT_OF_IDENTITY, values![&blind]).await?;
        row.as_ref().map(|row| row.int(0)).transpose()
    }
}

impl Tx {
    /// Lets an identity sign in as an account.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it stands for an account already.
    pub async fn link_identity(
        &mut self,
        store: &Store,
        issuer: &str,
        subject: &str,
        account: i64,
        at: i64,
    ) -> Result<(), StoreError> {
        let blind = blind(store, issuer, subject);
        self.conn().execute(&LINK_IDENTITY, values![&blind, account, at]).await?;
        Ok(())
    }

    /// Takes all identities from an account; how many there were.
    ///
    /// # Errors
    /// [`StoreError::Busy`] and its like.
    pub async fn unlink_identities(&mut self, account: i64) -> Result<u64, StoreError> {
        self.conn().execute(&UNLINK_IDENTITIES, values![account]).await
    }
}

fn blind(store: &Store, issuer: &str, subject: &str) -> String {
    // Neither part can hold the separator: addresses and names over there are printable.
    store.keys().blind_index(&format!("identity\u{1f}{issuer}\u{1f}{subject}"))
}
