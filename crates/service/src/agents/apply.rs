//! Asking to act for a firm: with a new account, or with the one that somebody has.

use std::path::PathBuf;

use xinyong_domain::identifier::{self, Uscc};
use xinyong_domain::party::is_deregistered;
use xinyong_domain::text::normalise_name;
use xinyong_domain::workflow::mandate::{Move, Standing};
use xinyong_store::{Account, Mandate, NewAccount, StoreError, Subject, Tx};

use super::{MOST_MANDATES, Person, SHOWN_AS, actor_for, file, login_of, own_account, typed_login};
use crate::access::{Actor, Permission, Role};
use crate::accounts::{password, read_login};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::notices;
use crate::refusal::{DeskError, Refusal};

/// Applications for one firm that may wait at the same time.
const MOST_WAITING: i64 = 10;

/// Applications of one account that may wait at the same time. There is no such number for all: whoever fills it stops everybody.
/// How many accounts one address may ask for is for the pages to count.
const MOST_WAITING_OF_ACCOUNT: usize = 20;

/// The firm, as its licence has it.
#[derive(Debug, Clone, Default)]
pub struct Firm {
    /// Unified social credit code.
    pub code: String,
    /// Exact name.
    pub name: String,
}

/// How the person is going to sign in.
#[derive(Clone)]
pub enum Proof {
    /// By a name of their choice and a password.
    Password {
        /// Sign-in name.
        login: String,
        /// Password in the clear; not kept.
        password: String,
    },
    /// Through the provider of identities, which has just proved who it is.
    Identity {
        /// The provider's address.
        issuer: String,
        /// The provider's name for the person.
        subject: String,
    },
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(…)")
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Application {
    /// For which firm.
    pub firm: Firm,
    /// Whether those who act for it until now are to end.
    pub replaces: bool,
    /// The scan of the statement of authority, where there is one.
    pub file: Option<PathBuf>,
}

/// A new account with its first application.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// Who it is.
    pub person: Person,
    /// How to sign in.
    pub proof: Proof,
    /// For whom.
    pub application: Application,
}

/// The firm of a code and a name. Whatever of the two is wrong, the answer is the same: nobody learns here what the public page of
/// a firm would not say.
async fn firm_of(desk: &Desk, firm: &Firm) -> Result<Subject, DeskError> {
    let code = identifier::normalise(&firm.code);
    if let Err(error) = Uscc::parse(&code) {
        return Err(DeskError::refused(
            "agent.code-invalid",
            format!("统一社会信用代码不正确：{error}"),
        ));
    }
    let name = normalise_name(&firm.name);
    let found = desk.store().subject_whole(&code).await?.map(|whole| whole.subject);
    let found = found
        .filter(|subject| subject.code.as_deref() == Some(&*code) && subject.name_key == *name);
    let Some(subject) = found else {
        return Err(DeskError::refused(
            "agent.firm-unknown",
            "没有找到代码和名称都与所填一致的主体，请对照营业执照填写；确实无误的，请与信用办联系",
        ));
    };
    if is_deregistered(&subject.status) {
        return Err(DeskError::refused(
            "agent.firm-deregistered",
            "这个主体已经注销，不能再申请作为它的经办人",
        ));
    }
    Ok(subject)
}

/// Keeps the scan; its own name may say who somebody is, and is not kept.
async fn keep_file(
    desk: &Desk,
    application: &Application,
) -> Result<Option<(String, &'static str)>, DeskError> {
    let Some(path) = &application.file else { return Ok(None) };
    let kind = file::recognise(desk, path, "授权书")?;
    let name = format!("授权书.{kind}");
    let (digest, _) = desk.store().store_upload_file(path, &name, desk.clock().now()).await?;
    Ok(Some((digest, kind)))
}

/// Refuses where too many wait already: before a scan is kept, so that nobody fills the disk with applications that are refused.
async fn room(desk: &Desk, subject: i64) -> Result<(), DeskError> {
    let waiting = Standing::Waiting.as_str();
    let here = desk.store().mandates_of_subject_in(subject, waiting).await?.len();
    if i64::try_from(here).is_ok_and(|here| here < MOST_WAITING) { Ok(()) } else { Err(too_many()) }
}

fn too_many() -> DeskError {
    DeskError::refused("agent.too-many", "已有过多的申请等待信用办确认，请稍后再试或者与信用办联系")
}

async fn add(
    desk: &Desk,
    tx: &mut Tx,
    account: i64,
    subject: i64,
    application: &Application,
    file: Option<(String, &'static str)>,
    confirming: &[Account],
) -> Result<i64, DeskError> {
    if tx.count_waiting_mandates(subject).await? >= MOST_WAITING {
        return Err(too_many());
    }
    let id = desk.new_id();
    let (file_digest, file_type) =
        file.map_or((None, None), |(digest, kind)| (Some(digest), Some(kind.to_owned())));
    let new = Mandate {
        id,
        account_id: account,
        subject_id: subject,
        state: Standing::Waiting.as_str().to_owned(),
        replaces: application.replaces,
        file_digest,
        file_type,
        applied_at: desk.clock().now(),
        decided_by: None,
        decided_at: None,
        reason: None,
        ended_by: None,
        ended_at: None,
        ended_reason: None,
    };
    tx.add_mandate(&new).await.map_err(|error| match error {
        StoreError::Conflict(_) => waits_or_stands().into(),
        other => DeskError::from(other),
    })?;
    notices::agent_waits(desk, tx, id, confirming).await?;
    Ok(id)
}

fn waits_or_stands() -> Refusal {
    Refusal::new(
        "agent.already",
        "您已经是这个主体的经办人，或者您的申请正在等待信用办确认，不需要再次申请",
    )
}

/// Makes an account for a person who asks to act for a firm. It may sign in at once, and sees nothing of the firm before the credit
/// office has confirmed. Returns the account.
///
/// # Errors
/// `agent.code-invalid`, `agent.firm-unknown`, `agent.firm-deregistered`, `agent.name-invalid`, `agent.mobile-invalid`,
/// `agent.identity-invalid`, `agent.too-many`, `account.login-invalid`, `account.password-weak`, `account.exists`,
/// `identity.linked`, and those of a file.
pub async fn sign_up(desk: &Desk, command: SignUp) -> Result<(i64, Actor), DeskError> {
    Actor::visitor().authorise(Permission::ApplyAsAgent)?;
    let subject = firm_of(desk, &command.application.firm).await?;
    let person = command.person.read(desk)?;
    let store = desk.store();
    let id = desk.new_id();
    let (login, secret) = match &command.proof {
        Proof::Password { login, password } => {
            let login = read_login(login)?;
            password::check_new(&login, password)?;
            (login_of(&login), password.clone())
        }
        // A password that nobody knows: the provider is the only way in.
        Proof::Identity { issuer, subject } => {
            if store.account_of_identity(issuer, subject).await?.is_some() {
                return Err(DeskError::refused(
                    "identity.linked",
                    "这个身份已经有账号，请直接登录",
                ));
            }
            (login_of(&format!("id-{id}")), format!("{:x?}", desk.random::<32>()?))
        }
    };
    if store.account_by_login(&login).await?.is_some() {
        let taken = typed_login(&login);
        return Err(DeskError::refused("account.exists", format!("登录名“{taken}”已被使用")));
    }
    room(desk, subject.id).await?;
    let file = keep_file(desk, &command.application).await?;
    let password = password::hash(desk, secret).await?;
    let now = desk.clock().now();
    let actor = actor_for(&login);
    let confirming = notices::confirming_agents(desk).await?;
    let mut tx = store.transaction("sign up agent").await?;
    let account = NewAccount {
        id,
        login: login.clone(),
        name: SHOWN_AS.to_owned(),
        unit_id: String::new(),
        role: Role::Agent.as_str().to_owned(),
        password,
        created_at: now,
    };
    tx.create_account(&account).await.map_err(|error| match error {
        StoreError::Conflict(_) => DeskError::refused("account.exists", "这个登录名已被使用"),
        other => other.into(),
    })?;
    tx.set_must_change(id, false, now).await?;
    if let Proof::Identity { issuer, subject } = &command.proof {
        tx.link_identity(store, issuer, subject, id, now).await?;
    }
    person.keep(desk, &mut tx, id).await?;
    let mandate =
        add(desk, &mut tx, id, subject.id, &command.application, file, &confirming).await?;
    let created = AuditEvent::AccountCreated { login: &login, role: Role::Agent.as_str() };
    desk.audit_with(&mut tx, &actor, created);
    let event = AuditEvent::Agent { deed: "agent.applied", subject: subject.id, id: mandate };
    desk.audit_with(&mut tx, &actor, event);
    tx.commit().await?;
    Ok((id, actor))
}

/// Asks to act for one more firm, or for one again. Returns the mandate.
///
/// # Errors
/// As [`sign_up`]; `agent.already` while one waits or stands.
pub async fn apply(desk: &Desk, actor: &Actor, application: Application) -> Result<i64, DeskError> {
    let account = own_account(desk, actor).await?;
    let subject = firm_of(desk, &application.firm).await?;
    let own = desk.store().mandates_of_account(account.id, MOST_MANDATES).await?;
    let live = [Standing::Waiting.as_str(), Standing::Active.as_str()];
    if own.iter().any(|one| one.subject_id == subject.id && live.contains(&one.state.as_str())) {
        return Err(waits_or_stands().into());
    }
    let waiting = own.iter().filter(|one| one.state == Standing::Waiting.as_str()).count();
    if waiting >= MOST_WAITING_OF_ACCOUNT {
        return Err(too_many());
    }
    room(desk, subject.id).await?;
    let file = keep_file(desk, &application).await?;
    let confirming = notices::confirming_agents(desk).await?;
    let mut tx = desk.store().transaction("apply as agent").await?;
    let id = add(desk, &mut tx, account.id, subject.id, &application, file, &confirming).await?;
    let event = AuditEvent::Agent { deed: "agent.applied", subject: subject.id, id };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    Ok(id)
}

/// Takes an application back before it is decided.
///
/// # Errors
/// Not found for one that is somebody else's; `agent.decided` when it does not wait any more.
pub async fn take_back(desk: &Desk, actor: &Actor, mandate: i64) -> Result<(), DeskError> {
    let account = own_account(desk, actor).await?;
    let found = desk.store().mandate(mandate).await?;
    let found = found
        .filter(|found| found.account_id == account.id)
        .ok_or(DeskError::NotFound("这份申请"))?;
    let to = super::office::after(&found, Move::TakeBack)?;
    let mut tx = desk.store().transaction("take back application").await?;
    let now = desk.clock().now();
    if !tx.decide_mandate(mandate, to.as_str(), &actor.login, now, "").await? {
        return Err(super::office::overtaken());
    }
    notices::agent_decided(&mut tx, mandate).await?;
    let event =
        AuditEvent::Agent { deed: "agent.taken-back", subject: found.subject_id, id: mandate };
    desk.audit_with(&mut tx, actor, event);
    Ok(tx.commit().await?)
}
