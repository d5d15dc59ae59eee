//! The catalogue of audit events: everything that changes something, and every look at what is not public.

use serde_json::json;

/// One event. Names, identity numbers and contents never stand in it: ids and counts do.
#[derive(Debug, Clone, Copy)]
pub enum AuditEvent<'e> {
    /// A county and its units were loaded.
    Initialised {
        /// Region code.
        county: &'e str,
    },
    /// Somebody signed in.
    SignedIn,
    /// A sign-in failed.
    SignInFailed {
        /// Why, as a stable word.
        reason: &'e str,
    },
    /// Somebody signed out.
    SignedOut,
    /// A file was received.
    BatchReceived {
        /// The batch.
        batch: i64,
        /// The file's digest.
        digest: &'e str,
    },
    /// A batch moved.
    BatchMoved {
        /// The batch.
        batch: i64,
        /// From which stage.
        from: &'e str,
        /// To which stage.
        to: &'e str,
        /// Who stood in as second person, or a reason.
        note: &'e str,
    },
    /// The reviewer judged a row.
    RowJudged {
        /// The batch.
        batch: i64,
        /// The row.
        row: i64,
        /// What was judged.
        key: &'e str,
        /// As what.
        value: &'e str,
    },
    /// The registry was imported.
    SubjectsImported {
        /// The batch.
        batch: i64,
        /// New or changed subjects.
        changed: u64,
    },
    /// Somebody looked at a record that is not public.
    RecordSeen {
        /// The subject.
        subject: i64,
        /// The record.
        record: i64,
    },
    /// Somebody looked at what the platform holds about a subject, public or not.
    SubjectSeen {
        /// The subject.
        subject: i64,
    },
    /// Somebody looked at the list of the records of a batch.
    BatchRecordsSeen {
        /// The batch.
        batch: i64,
    },
    /// A published record was taken down.
    RecordWithdrawn {
        /// The subject.
        subject: i64,
        /// The record.
        record: i64,
    },
    /// The expiry job ran.
    Expired {
        /// For which day.
        day: &'e str,
        /// How many publications ended.
        ended: u64,
    },
    /// Two persons confirmed an entry of law.
    LawConfirmed {
        /// The parameter.
        parameter: &'e str,
        /// The second person.
        second: &'e str,
    },
    /// An account was made.
    AccountCreated {
        /// Its sign-in name.
        login: &'e str,
        /// Its role.
        role: &'e str,
    },
    /// A backup was written.
    BackedUp {
        /// Rows in it.
        rows: u64,
    },
    /// The audit log was read.
    AuditRead,
    /// A key for machines was made.
    KeyCreated {
        /// The key.
        key: i64,
        /// What it is for.
        scopes: &'e str,
    },
    /// A key for machines was ended.
    KeyEnded {
        /// The key.
        key: i64,
    },
}

impl AuditEvent<'_> {
    /// The stable name.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Initialised { .. } => "county.initialised",
            Self::SignedIn => "account.signed-in",
            Self::SignInFailed { .. } => "account.sign-in-failed",
            Self::SignedOut => "account.signed-out",
            Self::BatchReceived { .. } => "batch.received",
            Self::BatchMoved { .. } => "batch.moved",
            Self::RowJudged { .. } => "batch.row-judged",
            Self::SubjectsImported { .. } => "subjects.imported",
            Self::RecordSeen { .. } => "record.seen",
            Self::SubjectSeen { .. } => "subject.seen",
            Self::BatchRecordsSeen { .. } => "batch.records-seen",
            Self::RecordWithdrawn { .. } => "record.withdrawn",
            Self::Expired { .. } => "publicity.expired",
            Self::LawConfirmed { .. } => "law.confirmed",
            Self::AccountCreated { .. } => "account.created",
            Self::BackedUp { .. } => "store.backed-up",
            Self::AuditRead => "audit.read",
            Self::KeyCreated { .. } => "key.created",
            Self::KeyEnded { .. } => "key.ended",
        }
    }

    /// `done`, or `refused` for an attempt that failed.
    #[must_use]
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::SignInFailed { .. } => "refused",
            _ => "done",
        }
    }

    /// What it is about, and the detail as JSON.
    #[must_use]
    pub fn describe(&self) -> (String, String) {
        let (object, detail) = match self {
            Self::Initialised { county } => (format!("county:{county}"), json!({})),
            Self::SignedIn | Self::SignedOut | Self::AuditRead => (String::new(), json!({})),
            Self::SignInFailed { reason } => (String::new(), json!({ "reason": reason })),
            Self::BatchReceived { batch, digest } => {
                (format!("batch:{batch}"), json!({ "digest": digest }))
            }
            Self::BatchMoved { batch, from, to, note } => {
                (format!("batch:{batch}"), json!({ "from": from, "to": to, "note": note }))
            }
            Self::RowJudged { batch, row, key, value } => {
                (format!("batch:{batch}"), json!({ "row": row, "key": key, "value": value }))
            }
            Self::SubjectsImported { batch, changed } => {
                (format!("batch:{batch}"), json!({ "changed": changed }))
            }
            Self::RecordSeen { subject, record } | Self::RecordWithdrawn { subject, record } => {
                (format!("record:{subject}:{record}"), json!({}))
            }
            Self::SubjectSeen { subject } => (format!("subject:{subject}"), json!({})),
            Self::BatchRecordsSeen { batch } => (format!("batch:{batch}"), json!({})),
            Self::Expired { day, ended } => (format!("day:{day}"), json!({ "ended": ended })),
            Self::LawConfirmed { parameter, second } => {
                (format!("law:{parameter}"), json!({ "second": second }))
            }
            Self::AccountCreated { login, role } => {
                (format!("account:{login}"), json!({ "role": role }))
            }
            Self::KeyCreated { key, scopes } => (format!("key:{key}"), json!({ "scopes": scopes })),
            Self::KeyEnded { key } => (format!("key:{key}"), json!({})),
            Self::BackedUp { rows } => (String::new(), json!({ "rows": rows })),
        };
        (object, detail.to_string())
    }
}
