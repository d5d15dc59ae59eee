//! What a subject itself may enter of a kind (自主申报), and the words under which it vouches for it.

use jiff::civil::Date;

use crate::ruling::Citation;

/// What a subject enters of a kind.
#[derive(Debug, Clone)]
pub struct BySubject {
    /// What stands beside it wherever it shows.
    pub mark: String,
    /// What the mark means, in a sentence.
    pub meaning: String,
    /// Positions of the fields that the subject fills, in the order of its form.
    pub fields: Vec<usize>,
    /// The field that says that the commitment was signed, and what the platform writes there.
    pub committed: (usize, String),
    /// The field with the signer's name: sealed at rest.
    pub signer: usize,
    /// What comes before the number that the platform gives.
    pub number_prefix: String,
    /// The texts of the commitment, the oldest first.
    pub commitments: Vec<Commitment>,
}

/// A text of a commitment of truth (真实性承诺).
#[derive(Debug, Clone)]
pub struct Commitment {
    /// First day it is signed.
    pub from: Date,
    /// What is signed.
    pub text: String,
    /// On what it rests.
    pub citation: Citation,
}

impl BySubject {
    /// The text that is signed on a day; nothing before the first.
    #[must_use]
    pub fn commitment(&self, on: Date) -> Option<&Commitment> {
        self.commitments.iter().rfind(|commitment| commitment.from <= on)
    }
}
