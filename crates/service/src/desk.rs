//! The desk: the only place where rules, storage, time and rights meet.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::civil::Date;
use xinyong_domain::law::{Confirmation, County, Law, LawProblem, Unit};
use xinyong_store::{AuditEntry, IdMaker, KeyRing, LawConfirmation, Store, Tx};

use crate::access::Actor;
use crate::audit::AuditEvent;
use crate::browse::{KeptRanges, PublicFigures};
use crate::check::Keeper;
use crate::clock::Clock;
use crate::intake::record::number_place;
use crate::press::{Press, SharedPress};
use crate::refusal::DeskError;
use crate::sheet::Limits;
use crate::signing::{SharedSigner, Signer};

/// Where random bytes come from; handed in, so that a test can decide them.
pub type Randomness = fn(&mut [u8]) -> Result<(), getrandom::Error>;

/// Everything the desk is opened with.
#[derive(Debug, Clone)]
pub struct DeskOptions {
    /// Where the data lives: `sqlite:PATH` or `postgres://…`.
    pub database: String,
    /// The file with the keys; made when it does not exist and the database is new.
    pub key_file: PathBuf,
    /// A folder that replaces the embedded law.
    pub law: Option<PathBuf>,
    /// The clock.
    pub clock: Clock,
    /// The limits on files.
    pub limits: Limits,
    /// Where temporary files go.
    pub scratch: PathBuf,
}

/// Batches whose earliest decision is remembered at most.
const MOST_REMEMBERED: usize = 10_000;

/// The desk. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk {
    inner: Arc<Inner>,
    clock: Clock,
    press: Option<SharedPress>,
    signer: Option<SharedSigner>,
}

/// The law with what was confirmed, and which confirmations these are.
#[derive(Debug, Clone)]
struct Standing {
    law: Arc<Law>,
    confirmed: Arc<[i64]>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    law: RwLock<Standing>,
    limits: Limits,
    scratch: PathBuf,
    randomness: Randomness,
    ids: IdMaker,
    /// CPU-heavy work (checking files, hashing passwords) waits here, so that pages stay quick.
    heavy: Arc<tokio::sync::Semaphore>,
    /// Documents that are being set wait here for each other, not behind long files.
    papers: Arc<tokio::sync::Semaphore>,
    /// A second account's hash to compare with when a name is unknown, so that both cost the same time.
    decoy: std::sync::OnceLock<String>,
    /// Earliest decision date by batch: a kept file never changes, so what was read once stays true.
    earliest: Mutex<HashMap<i64, Option<Date>>>,
    /// The figures of the portal, counted anew after a minute.
    figures: Mutex<Option<Arc<PublicFigures>>>,
    /// What is answered about public lists, by kind.
    ranges: Mutex<HashMap<String, KeptRanges>>,
    /// Who makes these anew waits here for who does so already.
    making_ranges: tokio::sync::Mutex<()>,
    /// Where the parts of the register end that search engines are told.
    part_ends: Mutex<Vec<i64>>,
    /// Looks that wait to be made durable.
    keeper: Keeper,
}

/// Reads the law: embedded, or from a folder.
///
/// # Errors
/// Every problem found.
pub fn read_law(folder: Option<&Path>) -> Result<Law, Vec<LawProblem>> {
    let Some(folder) = folder else {
        return Law::embedded();
    };
    let mut files = BTreeMap::new();
    gather(folder, folder, &mut files)?;
    Law::from_files(files)
}

fn gather(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<(), Vec<LawProblem>> {
    let problem = |path: &Path, error: &std::io::Error| {
        vec![LawProblem { file: path.display().to_string(), line: 0, message: error.to_string() }]
    };
    for entry in std::fs::read_dir(folder).map_err(|error| problem(folder, &error))? {
        let path = entry.map_err(|error| problem(folder, &error))?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "toml" || ending == "csv") {
            let text = std::fs::read_to_string(&path).map_err(|error| problem(&path, &error))?;
            let name =
                path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, text);
        }
    }
    Ok(())
}

fn confirmation_of(row: LawConfirmation) -> Result<Confirmation, DeskError> {
    Ok(Confirmation {
        parameter: row.parameter,
        from: row.from_day,
        value: serde_json::from_str(&row.value)
            .map_err(|error| DeskError::Internal(error.to_string()))?,
        text: row.text,
        first: row.first,
        second: row.second,
    })
}

/// The confirmations that count, and their ids, by which two readings are compared.
async fn read_confirmations(store: &Store) -> Result<(Vec<Confirmation>, Vec<i64>), DeskError> {
    let rows = store.confirmations().await?;
    let ids = rows.iter().map(|row| row.id).collect();
    let confirmations = rows.into_iter().map(confirmation_of).collect::<Result<_, _>>()?;
    Ok((confirmations, ids))
}

impl Desk {
    /// Opens the store and reads the law.
    ///
    /// # Errors
    /// Problems of the law folder, of the key file or of the store.
    pub async fn open(options: DeskOptions, randomness: Randomness) -> Result<Self, DeskError> {
        let law = read_law(options.law.as_deref()).map_err(DeskError::Law)?;
        let keys = if options.key_file.exists() {
            KeyRing::load(&options.key_file)?
        } else {
            KeyRing::create_file(&options.key_file)?
        };
        let store = Store::open(&options.database, &keys).await?;
        if store.numbers_are_stale().await? {
            store.rebuild_numbers(&number_place).await?;
        }
        let (confirmations, confirmed) = read_confirmations(&store).await?;
        let law = Arc::new(law.with_confirmations(confirmations));
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                law: RwLock::new(Standing { law, confirmed: confirmed.into() }),
                limits: options.limits,
                scratch: options.scratch,
                randomness,
                ids: IdMaker::new()?,
                heavy: Arc::new(tokio::sync::Semaphore::new(2)),
                papers: Arc::new(tokio::sync::Semaphore::new(2)),
                decoy: std::sync::OnceLock::new(),
                earliest: Mutex::default(),
                figures: Mutex::default(),
                ranges: Mutex::default(),
                making_ranges: tokio::sync::Mutex::default(),
                part_ends: Mutex::default(),
                keeper: Keeper::default(),
            }),
            clock: options.clock,
            press: None,
            signer: None,
        })
    }

    /// The store. Only the desk's own modules reach it.
    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// A new id, ordered by time.
    pub(crate) fn new_id(&self) -> i64 {
        self.inner.ids.next(self.clock().now())
    }

    fn standing(&self) -> Standing {
        self.inner.law.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The law in force here, with what was confirmed.
    #[must_use]
    pub fn law(&self) -> Arc<Law> {
        self.standing().law
    }

    /// The law, and words by which two states of it are told apart: its edition and the confirmations that count.
    pub(crate) fn law_state(&self) -> (Arc<Law>, String) {
        let Standing { law, confirmed } = self.standing();
        let ids: Vec<String> = confirmed.iter().map(i64::to_string).collect();
        let words = format!("{}+{}", law.edition(), ids.join(","));
        (law, words)
    }

    /// The law as words of [`Desk::law_state`] have it: with the confirmations that counted then, and whether its files are those of
    /// then.
    pub(crate) async fn law_as_of(&self, words: &str) -> Result<(Law, bool), DeskError> {
        let (edition, ids) = words.split_once('+').unwrap_or((words, ""));
        let wanted: Vec<&str> = ids.split(',').filter(|id| !id.is_empty()).collect();
        let every = self.store().every_confirmation().await?;
        let rows = every.into_iter().map(|(row, _)| row);
        let counted: Vec<_> =
            rows.filter(|row| wanted.contains(&row.id.to_string().as_str())).collect();
        let whole = counted.len() == wanted.len();
        let confirmations = counted.into_iter().map(confirmation_of).collect::<Result<_, _>>()?;
        let law = self.law();
        let same = whole && law.edition() == edition;
        Ok((law.as_ref().clone().with_confirmations(confirmations), same))
    }

    /// Reads the confirmations anew, so that one that was added or taken back counts, in this process or in another.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh_law(&self) -> Result<(), DeskError> {
        let (confirmations, confirmed) = read_confirmations(self.store()).await?;
        let mut held = self.inner.law.write().unwrap_or_else(PoisonError::into_inner);
        if *held.confirmed != *confirmed {
            let law = held.law.as_ref().clone().with_confirmations(confirmations);
            *held = Standing { law: Arc::new(law), confirmed: confirmed.into() };
        }
        Ok(())
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The same desk on another day: how an invented county gets a past.
    #[must_use]
    pub fn at(&self, day: Date) -> Self {
        Self { clock: Clock::Fixed(day), ..self.clone() }
    }

    /// The same desk with a press, so that documents can be set as PDF.
    #[must_use]
    pub fn with_press(self, press: Arc<dyn Press>) -> Self {
        Self { press: Some(press), ..self }
    }

    pub(crate) fn set_signer(self, signer: Arc<dyn Signer>) -> Self {
        Self { signer: Some(signer), ..self }
    }

    pub(crate) fn signer(&self) -> Option<SharedSigner> {
        self.signer.clone()
    }

    pub(crate) fn press(&self) -> Option<SharedPress> {
        self.press.clone()
    }

    pub(crate) fn papers(&self) -> Arc<tokio::sync::Semaphore> {
        Arc::clone(&self.inner.papers)
    }

    /// Today.
    #[must_use]
    pub fn today(&self) -> Date {
        self.clock.today()
    }

    /// The limits on files.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Where temporary files go.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        &self.inner.scratch
    }

    pub(crate) fn heavy(&self) -> Arc<tokio::sync::Semaphore> {
        Arc::clone(&self.inner.heavy)
    }

    /// What is remembered of a batch's earliest decision.
    pub(crate) fn earliest_of(&self, batch: i64) -> Option<Option<Date>> {
        self.inner.earliest.lock().unwrap_or_else(PoisonError::into_inner).get(&batch).copied()
    }

    /// Remembers a batch's earliest decision.
    pub(crate) fn remember_earliest(&self, batch: i64, day: Option<Date>) {
        let mut held = self.inner.earliest.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_REMEMBERED {
            held.clear();
        }
        held.insert(batch, day);
    }

    /// The figures that were counted last.
    pub(crate) fn figures(&self) -> Option<Arc<PublicFigures>> {
        self.inner.figures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers figures.
    pub(crate) fn remember_figures(&self, figures: Arc<PublicFigures>) {
        *self.inner.figures.lock().unwrap_or_else(PoisonError::into_inner) = Some(figures);
    }

    /// What was answered last about a public list.
    pub(crate) fn ranges_of(&self, kind: &str) -> Option<KeptRanges> {
        self.inner.ranges.lock().unwrap_or_else(PoisonError::into_inner).get(kind).cloned()
    }

    /// Waits until nobody else makes anew what is answered about public lists, and keeps others from it meanwhile.
    pub(crate) async fn making_ranges(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.inner.making_ranges.lock().await
    }

    /// Remembers what is answered about a public list.
    pub(crate) fn remember_ranges(&self, kind: &str, kept: KeptRanges) {
        let mut held = self.inner.ranges.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(kind.to_owned(), kept);
    }

    /// Where parts of the register end, as far as it was read.
    pub(crate) fn part_ends(&self) -> Vec<i64> {
        self.inner.part_ends.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Remembers where parts end; who read less does not undo it.
    pub(crate) fn remember_part_ends(&self, ends: Vec<i64>) {
        let mut held = self.inner.part_ends.lock().unwrap_or_else(PoisonError::into_inner);
        if ends.len() > held.len() {
            *held = ends;
        }
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.inner.keeper
    }

    pub(crate) fn decoy(&self) -> &std::sync::OnceLock<String> {
        &self.inner.decoy
    }

    /// Random bytes.
    ///
    /// # Errors
    /// When the system has none to give.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], DeskError> {
        let mut bytes = [0; N];
        (self.inner.randomness)(&mut bytes)
            .map_err(|error| DeskError::Internal(error.to_string()))?;
        Ok(bytes)
    }

    /// A unit by its id.
    ///
    /// # Errors
    /// `unit.unknown` with the way to see the list.
    pub async fn unit(&self, id: &str) -> Result<Unit, DeskError> {
        let found = self.store().unit(id).await?;
        let Some(row) = found else {
            return Err(DeskError::refused(
                "unit.unknown",
                format!("没有编号为「{id}」的单位；用 xinyong unit list 查看全部单位编号"),
            ));
        };
        serde_json::from_str(&row.settings)
            .map_err(|error| DeskError::Internal(format!("unit {id}: {error}")))
    }

    /// The county this desk was set up for.
    ///
    /// # Errors
    /// `desk.not-initialised` while no county was loaded.
    pub async fn county(&self) -> Result<County, DeskError> {
        let Some(region) = self.store().get_meta("county").await? else {
            return Err(DeskError::refused(
                "desk.not-initialised",
                "尚未初始化：请先运行 xinyong init 载入县（市、区）及其单位",
            ));
        };
        self.law().counties().get(&region).cloned().ok_or_else(|| {
            DeskError::refused(
                "county.unknown",
                format!("法规数据中没有行政区划 {region} 的县区文件"),
            )
        })
    }

    /// Whether this database holds an invented county.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_demonstration(&self) -> Result<bool, DeskError> {
        Ok(self.store().get_meta("demonstration").await?.as_deref() == Some("1"))
    }

    /// Marks an empty database as one that holds an invented county.
    ///
    /// # Errors
    /// `demo.not-empty` when it already belongs to a county of its own.
    pub async fn mark_demonstration(&self) -> Result<(), DeskError> {
        if self.store().get_meta("county").await?.is_some() && !self.is_demonstration().await? {
            return Err(DeskError::refused(
                "demo.not-empty",
                "这个数据库里有真实数据，不能用来演示；请用 --dir 指定另一个目录",
            ));
        }
        self.put_meta("demonstration", "1").await
    }

    pub(crate) async fn put_meta(&self, key: &str, value: &str) -> Result<(), DeskError> {
        let mut tx = self.store().transaction("put meta").await?;
        tx.put_meta(key, value).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes one line of the audit log.
    pub(crate) async fn audit(
        &self,
        actor: &Actor,
        event: AuditEvent<'_>,
    ) -> Result<(), DeskError> {
        self.store().append_audit(vec![self.audit_entry(actor, event)]).await?;
        Ok(())
    }

    /// A line of the audit log that is written with a transaction, or not at all.
    pub(crate) fn audit_with(&self, tx: &mut Tx, actor: &Actor, event: AuditEvent<'_>) {
        tx.audit(self.audit_entry(actor, event));
    }

    /// The same as an entry, for who writes many at once.
    pub(crate) fn audit_entry(&self, actor: &Actor, event: AuditEvent<'_>) -> AuditEntry {
        let (object, detail) = event.describe();
        AuditEntry {
            at: self.clock().now(),
            actor: actor.login.clone(),
            action: event.action().to_owned(),
            object,
            outcome: event.outcome().to_owned(),
            detail,
        }
    }
}
