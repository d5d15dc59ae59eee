//! Who may do what: roles, permissions and the one check.
//!
//! A right is (verb, scope): the verb is a [`Permission`], the scope is the actor's own unit or every unit. Every route and
//! every use case names exactly one permission. The administrator sees no business data, the auditor changes nothing
//! (product.md §25).

use serde::Serialize;

use crate::refusal::Refusal;

/// What somebody may do. One per route and use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Read what is public. Everybody.
    ReadPublic,
    /// Reach the sign-in page and sign in. Everybody.
    SignIn,
    /// See one's own start page and sign out.
    UseConsole,
    /// Upload a file of records.
    UploadBatch,
    /// See batches and their findings.
    ReadBatch,
    /// Submit the good rows of a checked batch.
    SubmitBatch,
    /// Release a submitted batch as the second person, or give it back.
    ReleaseBatch,
    /// Import the registry of subjects.
    ImportSubjects,
    /// See records that are not public.
    ReadRecord,
    /// Take a published record down because its decision was changed or revoked.
    WithdrawRecord,
    /// Work on what the public says is wrong.
    AnswerReport,
    /// Enter that a record is corrected, revoked or changed, as the first of two persons.
    CorrectRecord,
    /// Confirm or decline that as the second.
    ConfirmCorrection,
    /// Find, as one of two persons, that subjects are one or are not.
    JudgeSubjects,
    /// See what was reported late and what is missing.
    ReadReporting,
    /// Sign for a unit: how many decisions it made, why a number is missing.
    SignReporting,
    /// Keep what other sources know and when the platform was down; issue the bulletin.
    ManageReporting,
    /// Run the jobs of the platform.
    RunJobs,
    /// See the audit log.
    ReadAudit,
    /// Keep accounts and units.
    ManageAccounts,
    /// Confirm an unverified entry of law, as one of two persons.
    ConfirmLaw,
    /// Make, look after and end the keys of machines and the county's signing keys.
    ManageKeys,
    /// See where the county's signing keys stand and what they signed.
    ReadSigningKeys,
    /// Ask to act for a subject. Everybody.
    ApplyAsAgent,
    /// Be signed in to the subjects' own pages.
    UseOwnPages,
    /// See what is recorded about the subject that one acts for.
    ReadOwnSubject,
    /// Enter, change and withdraw what a subject declares of its own accord.
    DeclareForSubject,
    /// Confirm, refuse and end those who act for subjects.
    ConfirmAgents,
    /// Check a subject for a purpose, and say what use was made of the answer.
    CheckSubject,
    /// See a past answer as it was given, whatever may be seen today.
    ReadOriginal,
    /// Follow a subject for a unit, on a legal basis and until a day.
    FollowSubjects,
    /// Apply for the repair of what is recorded about the subject that one acts for.
    ApplyForRepair,
    /// Enter an application for repair that somebody made at the window.
    EnterRepair,
    /// Work on applications for repair: accept, say what is missing, say what the unit thinks, hand on.
    HandleRepair,
    /// Decide about them: grant, refuse, not accept, take more time.
    DecideRepair,
    /// Object to what is recorded about the subject that one acts for.
    FileObjection,
    /// Enter an objection that somebody brought to the window.
    EnterObjection,
    /// See objections, hand them on, note the receipts of a correction.
    HandleObjection,
    /// Answer them with reasons.
    AnswerObjection,
    /// Make and take back a commitment for the subject that one acts for.
    MakeCommitment,
    /// Keep the ledger of commitments: matters, paper, completion, findings.
    HandleCommitment,
    /// Be the second person: accept commitments, release matters, confirm what was not kept.
    ConfirmCommitment,
}

impl Permission {
    /// All of them, for tests and tables.
    pub const ALL: [Self; 42] = [
        Self::ReadPublic,
        Self::SignIn,
        Self::UseConsole,
        Self::UploadBatch,
        Self::ReadBatch,
        Self::SubmitBatch,
        Self::ReleaseBatch,
        Self::ImportSubjects,
        Self::ReadRecord,
        Self::WithdrawRecord,
        Self::AnswerReport,
        Self::CorrectRecord,
        Self::ConfirmCorrection,
        Self::JudgeSubjects,
        Self::ReadReporting,
        Self::SignReporting,
        Self::ManageReporting,
        Self::RunJobs,
        Self::ReadAudit,
        Self::ManageAccounts,
        Self::ConfirmLaw,
        Self::ManageKeys,
        Self::ReadSigningKeys,
        Self::ApplyAsAgent,
        Self::UseOwnPages,
        Self::ReadOwnSubject,
        Self::DeclareForSubject,
        Self::ConfirmAgents,
        Self::CheckSubject,
        Self::ReadOriginal,
        Self::FollowSubjects,
        Self::ApplyForRepair,
        Self::EnterRepair,
        Self::HandleRepair,
        Self::DecideRepair,
        Self::FileObjection,
        Self::EnterObjection,
        Self::HandleObjection,
        Self::AnswerObjection,
        Self::MakeCommitment,
        Self::HandleCommitment,
        Self::ConfirmCommitment,
    ];

    /// Whether a visitor without an account has it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, Self::ReadPublic | Self::SignIn | Self::ApplyAsAgent)
    }
}

/// What a person is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 信用办: all units.
    CreditOffice,
    /// 报送员: prepares and submits the unit's records.
    Clerk,
    /// 复核员: releases what the clerk submitted.
    Reviewer,
    /// 审计员: sees the log, changes nothing.
    Auditor,
    /// 系统管理员: accounts and units, no business data.
    Administrator,
    /// The platform's own jobs and the command line on the machine itself.
    System,
    /// 接口密钥: a unit's own program, which reports for it.
    Machine,
    /// 经办人: acts for subjects, each only as long as the mandate stands.
    Agent,
}

impl Role {
    /// The roles that accounts of units may have. An agent's account is made by asking for one, never by an administrator.
    pub const ACCOUNTS: [Self; 5] =
        [Self::CreditOffice, Self::Clerk, Self::Reviewer, Self::Auditor, Self::Administrator];

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreditOffice => "credit-office",
            Self::Clerk => "clerk",
            Self::Reviewer => "reviewer",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::System => "system",
            Self::Machine => "machine",
            Self::Agent => "agent",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::CreditOffice => "信用办",
            Self::Clerk => "报送员",
            Self::Reviewer => "复核员",
            Self::Auditor => "审计员",
            Self::Administrator => "系统管理员",
            Self::System => "平台",
            Self::Machine => "接口",
            Self::Agent => "经办人",
        }
    }

    /// The role a stored word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ACCOUNTS.into_iter().chain([Self::Agent]).find(|role| role.as_str() == word)
    }

    /// What the role may do.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::CreditOffice => &[
                Permission::UseConsole,
                Permission::UploadBatch,
                Permission::ReadBatch,
                Permission::SubmitBatch,
                Permission::ReleaseBatch,
                Permission::ImportSubjects,
                Permission::ReadRecord,
                Permission::WithdrawRecord,
                Permission::AnswerReport,
                Permission::CorrectRecord,
                Permission::ConfirmCorrection,
                Permission::JudgeSubjects,
                Permission::ReadReporting,
                Permission::SignReporting,
                Permission::ManageReporting,
                Permission::RunJobs,
                Permission::ConfirmLaw,
                Permission::ConfirmAgents,
                Permission::CheckSubject,
                Permission::FollowSubjects,
                Permission::EnterRepair,
                Permission::HandleRepair,
                Permission::DecideRepair,
                Permission::EnterObjection,
                Permission::HandleObjection,
                Permission::AnswerObjection,
                Permission::HandleCommitment,
                Permission::ConfirmCommitment,
            ],
            Self::Clerk => &[
                Permission::UseConsole,
                Permission::UploadBatch,
                Permission::ReadBatch,
                Permission::SubmitBatch,
                Permission::ReadRecord,
                Permission::AnswerReport,
                Permission::CorrectRecord,
                Permission::ReadReporting,
                Permission::CheckSubject,
                Permission::FollowSubjects,
                Permission::HandleRepair,
                Permission::EnterObjection,
                Permission::HandleObjection,
                Permission::HandleCommitment,
            ],
            Self::Reviewer => &[
                Permission::UseConsole,
                Permission::ReadBatch,
                Permission::ReleaseBatch,
                Permission::ReadRecord,
                Permission::WithdrawRecord,
                Permission::AnswerReport,
                Permission::CorrectRecord,
                Permission::ConfirmCorrection,
                Permission::ReadReporting,
                Permission::SignReporting,
                Permission::CheckSubject,
                Permission::FollowSubjects,
                Permission::HandleRepair,
                Permission::DecideRepair,
                Permission::EnterObjection,
                Permission::HandleObjection,
                Permission::AnswerObjection,
                Permission::HandleCommitment,
                Permission::ConfirmCommitment,
            ],
            Self::Auditor => &[
                Permission::UseConsole,
                Permission::ReadAudit,
                Permission::ReadSigningKeys,
                Permission::ReadOriginal,
            ],
            Self::Administrator => &[
                Permission::UseConsole,
                Permission::ManageAccounts,
                Permission::ManageKeys,
                Permission::ReadSigningKeys,
            ],
            Self::Machine => &[
                Permission::UploadBatch,
                Permission::ReadBatch,
                Permission::CheckSubject,
                Permission::FollowSubjects,
            ],
            Self::Agent => &[
                Permission::UseOwnPages,
                Permission::ReadOwnSubject,
                Permission::DeclareForSubject,
                Permission::ApplyForRepair,
                Permission::FileObjection,
                Permission::MakeCommitment,
            ],
            Self::System => &Permission::ALL,
        }
    }

    /// Whether the role reaches beyond its own unit.
    #[must_use]
    pub const fn all_units(self) -> bool {
        matches!(self, Self::CreditOffice | Self::Auditor | Self::Administrator | Self::System)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account's sign-in name, or what the command line was given.
    pub login: String,
    /// The name people see.
    pub name: String,
    /// The unit they belong to, empty for none.
    pub unit: String,
    /// Their role; `None` for a visitor.
    pub role: Option<Role>,
}

impl Actor {
    /// Somebody without an account.
    #[must_use]
    pub fn visitor() -> Self {
        Self {
            login: "visitor".to_owned(),
            name: "访客".to_owned(),
            unit: String::new(),
            role: None,
        }
    }

    /// The platform's own jobs, or the command line under a name.
    #[must_use]
    pub fn system(login: &str) -> Self {
        Self {
            login: login.to_owned(),
            name: login.to_owned(),
            unit: String::new(),
            role: Some(Role::System),
        }
    }

    /// Whether the actor has a permission at all.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission.is_public()
            || self.role.is_some_and(|role| role.permissions().contains(&permission))
    }

    /// The check every use case begins with.
    ///
    /// # Errors
    /// `access.denied` when the actor lacks the permission.
    pub fn authorise(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may(permission) {
            return Ok(());
        }
        Err(Refusal::denied("您没有进行此项操作的权限；如确有需要，请联系信用办"))
    }

    /// The check of what everybody may do with the own account, on whichever face they are signed in.
    ///
    /// # Errors
    /// `access.denied` for who is signed in nowhere.
    pub fn authorise_own(&self) -> Result<(), Refusal> {
        if self.may(Permission::UseOwnPages) {
            return Ok(());
        }
        self.authorise(Permission::UseConsole)
    }

    /// The same, for something that belongs to a unit.
    ///
    /// # Errors
    /// `access.denied` when the actor lacks the permission or the unit is another's.
    pub fn authorise_for(&self, permission: Permission, unit: &str) -> Result<(), Refusal> {
        self.authorise(permission)?;
        let own = self.role.is_some_and(Role::all_units) || self.unit == unit;
        if own {
            Ok(())
        } else {
            Err(Refusal::denied("这是其他单位的事项，您只能处理本单位的"))
        }
    }

    /// The unit that limits what the actor sees; `None` when nothing does.
    #[must_use]
    pub fn unit_limit(&self) -> Option<&str> {
        (!self.role.is_some_and(Role::all_units)).then_some(self.unit.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Permission, Role};

    #[test]
    fn no_program_and_no_subject_decides_anything() {
        for role in [Role::Machine, Role::Agent] {
            for permission in [
                Permission::ReleaseBatch,
                Permission::ConfirmCorrection,
                Permission::WithdrawRecord,
                Permission::JudgeSubjects,
                Permission::ConfirmAgents,
                Permission::ConfirmLaw,
                Permission::HandleRepair,
                Permission::DecideRepair,
                Permission::HandleObjection,
                Permission::AnswerObjection,
                Permission::HandleCommitment,
                Permission::ConfirmCommitment,
                Permission::ReadOriginal,
            ] {
                assert!(!role.permissions().contains(&permission), "{role:?} {permission:?}");
            }
        }
    }
}
