//! Entries of the law that rest on memory or on design and that two named persons have confirmed.

use jiff::civil::Date;

use crate::db::{Row, Store, statements, values};
use crate::error::StoreError;

statements! {
    ADD_CONFIRMATION = "INSERT INTO law_confirmation (id, parameter, from_day, value, text, first, second, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    CONFIRMATIONS = "SELECT id, parameter, from_day, value, text, first, second, at FROM law_confirmation c \
        WHERE NOT EXISTS (SELECT 1 FROM law_withdrawal w WHERE w.confirmation_id = c.id) ORDER BY id";
    EVERY_CONFIRMATION = "SELECT c.id, c.parameter, c.from_day, c.value, c.text, c.first, c.second, c.at, w.actor, w.reason, w.at \
        FROM law_confirmation c LEFT JOIN law_withdrawal w ON w.confirmation_id = c.id ORDER BY c.id";
    WITHDRAW_CONFIRMATION = "INSERT INTO law_withdrawal (confirmation_id, actor, reason, at) VALUES ($1, $2, $3, $4)";
    ADD_PROPOSAL = "INSERT INTO law_proposal (id, parameter, from_day, value, text, file_digest, file_name, proposed_by, \
        proposed_at, state, decided_by, decided_at, reason, confirmation_id) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', NULL, NULL, NULL, NULL)";
    PROPOSALS = "SELECT id, parameter, from_day, value, text, file_digest, file_name, proposed_by, proposed_at, state, \
        decided_by, decided_at, reason, confirmation_id FROM law_proposal ORDER BY id";
    PROPOSAL = "SELECT id, parameter, from_day, value, text, file_digest, file_name, proposed_by, proposed_at, state, \
        decided_by, decided_at, reason, confirmation_id FROM law_proposal WHERE id = $1";
    DECIDE_PROPOSAL = "UPDATE law_proposal SET state = $2, decided_by = $3, decided_at = $4, reason = $5, confirmation_id = $6 \
        WHERE id = $1 AND state = 'open'";
}

/// One confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawConfirmation {
    /// Its id.
    pub id: i64,
    /// The parameter of the law.
    pub parameter: String,
    /// From which day it applies.
    pub from_day: Date,
    /// The value confirmed, as JSON.
    pub value: String,
    /// The text the two saw.
    pub text: String,
    /// Who confirmed first.
    pub first: String,
    /// Who confirmed second.
    pub second: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// That a confirmation was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawWithdrawal {
    /// The confirmation.
    pub confirmation_id: i64,
    /// Who took it back.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// What one person proposes to confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawProposal {
    /// Its id.
    pub id: i64,
    /// The parameter of the law.
    pub parameter: String,
    /// First day of the edition.
    pub from_day: Date,
    /// The value read in the text, as JSON.
    pub value: String,
    /// The text.
    pub text: String,
    /// The digest of the file with the text, where one was handed in.
    pub file_digest: Option<String>,
    /// The name of that file.
    pub file_name: Option<String>,
    /// Who proposed it.
    pub proposed_by: String,
    /// When, in milliseconds since 1970.
    pub proposed_at: i64,
    /// `open`, `confirmed` or `declined`.
    pub state: String,
    /// The second person.
    pub decided_by: Option<String>,
    /// When, in milliseconds since 1970.
    pub decided_at: Option<i64>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// The confirmation it led to.
    pub confirmation_id: Option<i64>,
}

/// How the second person decided.
#[derive(Debug, Clone)]
pub struct ProposalDecision<'d> {
    /// The proposal.
    pub id: i64,
    /// `confirmed` or `declined`.
    pub state: &'d str,
    /// Who.
    pub by: &'d str,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Why, for a refusal.
    pub reason: Option<&'d str>,
    /// The confirmation it led to.
    pub confirmation: Option<i64>,
}

fn proposal(row: &Row) -> Result<LawProposal, StoreError> {
    Ok(LawProposal {
        id: row.int(0)?,
        parameter: row.text(1)?,
        from_day: row.day(2)?,
        value: row.text(3)?,
        text: row.text(4)?,
        file_digest: row.text_or_null(5)?,
        file_name: row.text_or_null(6)?,
        proposed_by: row.text(7)?,
        proposed_at: row.int(8)?,
        state: row.text(9)?,
        decided_by: row.text_or_null(10)?,
        decided_at: row.int_or_null(11)?,
        reason: row.text_or_null(12)?,
        confirmation_id: row.int_or_null(13)?,
    })
}

fn confirmation(row: &Row) -> Result<LawConfirmation, StoreError> {
    Ok(LawConfirmation {
        id: row.int(0)?,
        parameter: row.text(1)?,
        from_day: row.day(2)?,
        value: row.text(3)?,
        text: row.text(4)?,
        first: row.text(5)?,
        second: row.text(6)?,
        at: row.int(7)?,
    })
}

impl crate::db::Tx {
    /// Keeps a confirmation.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn add_confirmation(&mut self, new: &LawConfirmation) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.parameter,
            new.from_day,
            &new.value,
            &new.text,
            &new.first,
            &new.second,
            new.at
        ];
        self.conn().execute(&ADD_CONFIRMATION, values).await?;
        Ok(())
    }

    /// Takes a confirmation back. It stays in the history.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it was taken back before.
    pub async fn withdraw_confirmation(&mut self, new: &LawWithdrawal) -> Result<(), StoreError> {
        let values = values![new.confirmation_id, &new.actor, &new.reason, new.at];
        self.conn().execute(&WITHDRAW_CONFIRMATION, values).await?;
        Ok(())
    }

    /// Keeps an open proposal.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id is taken.
    pub async fn add_law_proposal(&mut self, new: &LawProposal) -> Result<(), StoreError> {
        let values = values![
            new.id,
            &new.parameter,
            new.from_day,
            &new.value,
            &new.text,
            &new.file_digest,
            &new.file_name,
            &new.proposed_by,
            new.proposed_at
        ];
        self.conn().execute(&ADD_PROPOSAL, values).await?;
        Ok(())
    }

    /// Closes an open proposal. Whether it was still open.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn decide_law_proposal(
        &mut self,
        decision: &ProposalDecision<'_>,
    ) -> Result<bool, StoreError> {
        let values = values![
            decision.id,
            decision.state,
            decision.by,
            decision.at,
            decision.reason,
            decision.confirmation
        ];
        Ok(self.conn().execute(&DECIDE_PROPOSAL, values).await? == 1)
    }
}

impl Store {
    /// The confirmations that count, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn confirmations(&self) -> Result<Vec<LawConfirmation>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&CONFIRMATIONS, vec![]).await?.iter().map(confirmation).collect()
    }

    /// Every confirmation there ever was with its end, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn every_confirmation(
        &self,
    ) -> Result<Vec<(LawConfirmation, Option<LawWithdrawal>)>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = reader.conn().all(&EVERY_CONFIRMATION, vec![]).await?;
        rows.iter()
            .map(|row| {
                let confirmation = confirmation(row)?;
                let end = match row.text_or_null(8)? {
                    Some(actor) => Some(LawWithdrawal {
                        confirmation_id: confirmation.id,
                        actor,
                        reason: row.text(9)?,
                        at: row.int(10)?,
                    }),
                    None => None,
                };
                Ok((confirmation, end))
            })
            .collect()
    }

    /// Every proposal, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn law_proposals(&self) -> Result<Vec<LawProposal>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().all(&PROPOSALS, vec![]).await?.iter().map(proposal).collect()
    }

    /// One proposal.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn law_proposal(&self, id: i64) -> Result<Option<LawProposal>, StoreError> {
        let mut reader = self.reader().await?;
        reader.conn().maybe(&PROPOSAL, values![id]).await?.as_ref().map(proposal).transpose()
    }
}
