//! The catalogue of audit events: everything that changes something, and every look at what is not public.

use serde::Serialize;
use serde_json::json;

/// The detail of a look.
#[derive(Serialize)]
struct Checked<'e> {
    digest: &'e str,
    number: &'e str,
    purpose: &'e str,
}

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
    /// Something about those who act for a subject, and what they do for it.
    Agent {
        /// The stable name of the deed.
        deed: &'static str,
        /// The subject.
        subject: i64,
        /// The mandate or the record.
        id: i64,
    },
    /// Something about a unit that follows a subject: begun, ended, what it was told of that is not public.
    Enrolment {
        /// The stable name of the deed.
        deed: &'static str,
        /// The subject.
        subject: i64,
        /// The enrolment.
        id: i64,
    },
    /// An address was set to which the changes are sent for a key, or taken away.
    Hook {
        /// The stable name of the deed.
        deed: &'static str,
        /// The key.
        key: i64,
    },
    /// Something about what units owe: a declaration, an explanation, a reminder, an outage, a bulletin.
    Reporting {
        /// The stable name of the deed.
        deed: &'static str,
        /// The unit, or the month for what concerns all.
        of: &'e str,
        /// What exactly, without names.
        detail: &'e str,
    },
    /// Something about an error, a correction or what subjects are: a report, its answer, an entry, a confirmation.
    Case {
        /// The stable name of the deed.
        deed: &'static str,
        /// What it is about, such as `error-report:7`.
        of: &'e str,
        /// What exactly, without names.
        detail: &'e str,
    },
    /// A credit report was issued.
    ReportIssued {
        /// Its number.
        number: &'e str,
        /// For whom.
        edition: &'e str,
        /// About whom, by id.
        subject: i64,
        /// For which unit, empty where for none.
        unit: &'e str,
        /// For what, empty where for nothing in particular.
        purpose: &'e str,
        /// On what basis: a matter and an article, no names.
        basis: &'e str,
        /// Whether it had been issued before, and was given out again.
        again: bool,
    },
    /// A report could not say what it was asked to.
    ReportRefused {
        /// Which edition.
        edition: &'e str,
        /// About whom, by id.
        subject: i64,
        /// First and last day that it was asked for.
        span: [&'e str; 2],
    },
    /// A subject was checked for a purpose.
    SubjectChecked {
        /// The subject.
        subject: i64,
        /// The number of the look.
        number: &'e str,
        /// The purpose.
        purpose: &'e str,
        /// SM3 of what was answered.
        digest: &'e str,
    },
    /// A past answer was looked at again.
    CheckSeen {
        /// The subject.
        subject: i64,
        /// The number of the look.
        number: &'e str,
        /// Why, where it was seen as it had been given.
        why: &'e str,
    },
    /// Somebody took the file of a list that was checked.
    CheckListTaken {
        /// The list.
        list: i64,
    },
    /// Somebody said what use was made of an answer.
    CheckUsed {
        /// The number of the look.
        number: &'e str,
        /// What came of it.
        outcome: &'e str,
    },
    /// Somebody named a measure that the answer did not have.
    MeasureRefused {
        /// The number of the look.
        number: &'e str,
        /// The measure.
        measure: &'e str,
    },
    /// Something about what a unit may license and punish.
    Powers {
        /// The stable name of the deed.
        deed: &'static str,
        /// The unit.
        unit: &'e str,
        /// What exactly, without names.
        detail: &'e str,
    },
    /// The days of publicity were worked out anew, since the law that is in force here had changed.
    Renewed {
        /// Records looked at.
        examined: u64,
        /// Of these, with other days than before.
        changed: u64,
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
    /// One person proposed to confirm an entry of law.
    LawProposed {
        /// The parameter.
        parameter: &'e str,
        /// The proposal.
        proposal: i64,
    },
    /// The second person declined.
    LawDeclined {
        /// The parameter.
        parameter: &'e str,
        /// The proposal.
        proposal: i64,
    },
    /// One of the two took a confirmation back.
    LawWithdrawn {
        /// The parameter.
        parameter: &'e str,
        /// The confirmation.
        confirmation: i64,
    },
    /// An account was made.
    AccountCreated {
        /// Its sign-in name.
        login: &'e str,
        /// Its role.
        role: &'e str,
    },
    /// An identity at a provider may sign in as an account.
    IdentityLinked {
        /// Sign-in name.
        login: &'e str,
    },
    /// No identity may sign in as an account any more.
    IdentitiesUnlinked {
        /// Sign-in name.
        login: &'e str,
    },
    /// An agent asks for a mail by which an address is confirmed.
    ContactAsked,
    /// Somebody set or took away where they are written to.
    ContactSet {
        /// Whether there is an address now.
        set: bool,
    },
    /// An account's name, unit or role was changed.
    AccountChanged {
        /// Its sign-in name.
        login: &'e str,
        /// Its unit from now on.
        unit: &'e str,
        /// Its role from now on.
        role: &'e str,
    },
    /// An account may sign in from now on, or not.
    AccountSwitched {
        /// Its sign-in name.
        login: &'e str,
        /// Whether it may.
        active: bool,
    },
    /// The administrator gave an account another password.
    PasswordReset {
        /// Its sign-in name.
        login: &'e str,
    },
    /// Somebody changed the own password.
    PasswordChanged,
    /// Sessions of an account were ended.
    SessionsEnded {
        /// Its sign-in name.
        login: &'e str,
        /// How many.
        ended: u64,
    },
    /// Somebody set up a second factor.
    FactorEnrolled,
    /// Somebody took the own second factor away.
    FactorRemoved,
    /// The administrator took somebody's second factor away.
    FactorReset {
        /// The sign-in name.
        login: &'e str,
    },
    /// Somebody had new recovery codes made.
    RecoveryCodesMade,
    /// A recovery code stood in for the second factor.
    RecoveryCodeUsed,
    /// The roles that need a second factor were set.
    FactorRolesSet {
        /// Their words, with commas between.
        roles: &'e str,
    },
    /// A unit was added, renamed or ended.
    UnitChanged {
        /// The unit.
        unit: &'e str,
        /// What happened, a stable word.
        change: &'e str,
        /// The document it rests on.
        document: &'e str,
    },
    /// A backup was written.
    BackedUp {
        /// Rows in it.
        rows: u64,
    },
    /// The audit log was read.
    AuditRead,
    /// Lines of the audit log were taken away as a table.
    AuditExported {
        /// How many.
        lines: u64,
    },
    /// Chains of the audit log were followed to their heads.
    AuditVerified {
        /// How many.
        streams: usize,
        /// How many of them do not hold.
        broken: usize,
    },
    /// A signing key of the county was made, replaced or revoked.
    SigningKey {
        /// The stable name of the deed.
        deed: &'static str,
        /// The key.
        key: &'e str,
    },
    /// What opens the leaves of a record in the record of publication was destroyed.
    SaltsErased {
        /// The subject.
        subject: i64,
        /// The record.
        record: i64,
    },
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
            Self::Reporting { deed, .. }
            | Self::Case { deed, .. }
            | Self::Powers { deed, .. }
            | Self::Enrolment { deed, .. }
            | Self::Hook { deed, .. }
            | Self::Agent { deed, .. } => deed,
            Self::ReportIssued { again: true, .. } => "report.given-again",
            Self::ReportIssued { .. } => "report.issued",
            Self::SubjectChecked { .. } => "check.answered",
            Self::CheckSeen { .. } => "check.seen",
            Self::CheckUsed { .. } => "check.used",
            Self::CheckListTaken { .. } => "check.list-taken",
            Self::MeasureRefused { .. } => "check.measure-refused",
            Self::ReportRefused { .. } => "report.refused",
            Self::Renewed { .. } => "law.publicity-renewed",
            Self::Expired { .. } => "publicity.expired",
            Self::LawConfirmed { .. } => "law.confirmed",
            Self::LawProposed { .. } => "law.proposed",
            Self::LawDeclined { .. } => "law.declined",
            Self::LawWithdrawn { .. } => "law.withdrawn",
            Self::AccountCreated { .. } => "account.created",
            Self::IdentityLinked { .. } => "account.identity-linked",
            Self::IdentitiesUnlinked { .. } => "account.identities-unlinked",
            Self::ContactAsked => "account.contact-asked",
            Self::ContactSet { .. } => "account.contact-set",
            Self::AccountChanged { .. } => "account.changed",
            Self::AccountSwitched { active: true, .. } => "account.enabled",
            Self::AccountSwitched { .. } => "account.disabled",
            Self::PasswordReset { .. } => "account.password-reset",
            Self::PasswordChanged => "account.password-changed",
            Self::SessionsEnded { .. } => "account.sessions-ended",
            Self::FactorEnrolled => "account.factor-enrolled",
            Self::FactorRemoved => "account.factor-removed",
            Self::FactorReset { .. } => "account.factor-reset",
            Self::RecoveryCodesMade => "account.recovery-codes-made",
            Self::RecoveryCodeUsed => "account.recovery-code-used",
            Self::FactorRolesSet { .. } => "account.factor-roles-set",
            Self::UnitChanged { .. } => "unit.changed",
            Self::BackedUp { .. } => "store.backed-up",
            Self::AuditRead => "audit.read",
            Self::AuditExported { .. } => "audit.exported",
            Self::AuditVerified { .. } => "audit.verified",
            Self::SigningKey { deed, .. } => deed,
            Self::SaltsErased { .. } => "publication.salts-erased",
            Self::KeyCreated { .. } => "key.created",
            Self::KeyEnded { .. } => "key.ended",
        }
    }

    /// `done`, or `refused` for an attempt that failed.
    #[must_use]
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::SignInFailed { .. } | Self::MeasureRefused { .. } => "refused",
            _ => "done",
        }
    }

    /// What it is about, and the detail as JSON.
    #[must_use]
    pub fn describe(&self) -> (String, String) {
        let (object, detail) = match self {
            Self::Initialised { county } => (format!("county:{county}"), json!({})),
            Self::SignedIn
            | Self::SignedOut
            | Self::AuditRead
            | Self::PasswordChanged
            | Self::FactorEnrolled
            | Self::FactorRemoved
            | Self::RecoveryCodesMade
            | Self::RecoveryCodeUsed => (String::new(), json!({})),
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
            Self::SigningKey { key, .. } => (format!("signing-key:{key}"), json!({})),
            Self::RecordSeen { subject, record }
            | Self::RecordWithdrawn { subject, record }
            | Self::SaltsErased { subject, record } => {
                (format!("record:{subject}:{record}"), json!({}))
            }
            Self::SubjectSeen { subject } => (format!("subject:{subject}"), json!({})),
            Self::BatchRecordsSeen { batch } => (format!("batch:{batch}"), json!({})),
            Self::Agent { subject, id, .. } | Self::Enrolment { subject, id, .. } => {
                (format!("subject:{subject}"), json!({ "id": id.to_string() }))
            }
            Self::Reporting { of, detail, .. } => {
                (format!("reporting:{of}"), json!({ "what": detail }))
            }
            Self::Case { of, detail, .. } => ((*of).to_owned(), json!({ "what": detail })),
            Self::Powers { unit, detail, .. } => {
                (format!("powers:{unit}"), json!({ "what": detail }))
            }
            Self::ReportIssued { number, edition, subject, unit, purpose, basis, .. } => {
                let mut detail = json!({ "number": number, "edition": edition });
                if !unit.is_empty() {
                    detail["unit"] = (*unit).into();
                    detail["purpose"] = (*purpose).into();
                    detail["basis"] = (*basis).into();
                }
                (format!("subject:{subject}"), detail)
            }
            Self::ReportRefused { edition, subject, span: [from, until] } => {
                let detail = json!({ "edition": edition, "from": from, "until": until });
                (format!("subject:{subject}"), detail)
            }
            // Told more often than all others together: written in the order of its members, without a tree of them.
            Self::SubjectChecked { subject, number, purpose, digest } => {
                let checked = Checked { digest, number, purpose };
                // Three texts can always be written.
                let detail = serde_json::to_string(&checked).unwrap_or_default();
                return (format!("subject:{subject}"), detail);
            }
            Self::CheckSeen { subject, number, why } => {
                (format!("subject:{subject}"), json!({ "number": number, "why": why }))
            }
            Self::CheckListTaken { list } => (format!("check-list:{list}"), json!({})),
            Self::CheckUsed { number, outcome } => {
                (format!("check:{number}"), json!({ "outcome": outcome }))
            }
            Self::MeasureRefused { number, measure } => {
                (format!("check:{number}"), json!({ "measure": measure }))
            }
            Self::Renewed { examined, changed } => {
                ("law".to_owned(), json!({ "examined": examined, "changed": changed }))
            }
            Self::Expired { day, ended } => (format!("day:{day}"), json!({ "ended": ended })),
            Self::LawConfirmed { parameter, second } => {
                (format!("law:{parameter}"), json!({ "second": second }))
            }
            Self::LawProposed { parameter, proposal }
            | Self::LawDeclined { parameter, proposal } => {
                (format!("law:{parameter}"), json!({ "proposal": proposal }))
            }
            Self::LawWithdrawn { parameter, confirmation } => {
                (format!("law:{parameter}"), json!({ "confirmation": confirmation }))
            }
            Self::AccountCreated { login, role } => {
                (format!("account:{login}"), json!({ "role": role }))
            }
            Self::IdentityLinked { login } | Self::IdentitiesUnlinked { login } => {
                (format!("account:{login}"), json!({}))
            }
            Self::ContactAsked => (String::new(), json!({})),
            Self::ContactSet { set } => (String::new(), json!({ "set": set })),
            Self::AccountChanged { login, unit, role } => {
                (format!("account:{login}"), json!({ "unit": unit, "role": role }))
            }
            Self::AccountSwitched { login, .. }
            | Self::PasswordReset { login }
            | Self::FactorReset { login } => (format!("account:{login}"), json!({})),
            Self::SessionsEnded { login, ended } => {
                (format!("account:{login}"), json!({ "ended": ended }))
            }
            Self::FactorRolesSet { roles } => (String::new(), json!({ "roles": roles })),
            Self::UnitChanged { unit, change, document } => {
                (format!("unit:{unit}"), json!({ "change": change, "document": document }))
            }
            Self::AuditExported { lines } => (String::new(), json!({ "lines": lines })),
            Self::AuditVerified { streams, broken } => {
                (String::new(), json!({ "streams": streams, "broken": broken }))
            }
            Self::KeyCreated { key, scopes } => (format!("key:{key}"), json!({ "scopes": scopes })),
            Self::Hook { key, .. } | Self::KeyEnded { key } => (format!("key:{key}"), json!({})),
            Self::BackedUp { rows } => (String::new(), json!({ "rows": rows })),
        };
        (object, detail.to_string())
    }
}
