//! An invented county, to try everything with: organisations on the real towns and villages of 平陆县, two years of licences and
//! penalties filed by the units of the plan, accounts for every role.
//!
//! Nothing in it comes from real data: every name contains 示例, every code carries [`DEMONSTRATION_PREFIX`]. Everything goes in the
//! way real data do, file by file through the intake, so that what is tried is what will be used. The same seed, size and day give
//! the same county.

mod accounts;
mod agents;
mod checks;
mod codes;
mod commitments;
mod corrections;
mod enrolments;
mod filers;
mod names;
mod objections;
mod plan;
mod powers;
mod random;
mod records;
mod repairs;
mod subjects;

use std::path::PathBuf;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use xinyong_domain::law::{Profile, Region};
use xinyong_domain::workflow::batch::Stage;

use crate::access::{Actor, Role};
use crate::desk::Desk;
use crate::intake::{self, Judgement, Receive, Release};
use crate::refusal::DeskError;
use crate::{publication_log, signing};

pub use accounts::{DEMONSTRATION_PASSWORD, DemoAccount};
pub use codes::{DEMONSTRATION_PREFIX, is_demonstration_code};
pub use names::MARK as DEMONSTRATION_MARK;

use plan::{Ending, Filing, Ground};
use random::SplitMix;

/// The county it plays in.
const REGION: &str = "140829";
/// Below this size the units file a quarter as often: enough for a quick test.
const FULL_SIZE: u32 = 1_000;
/// Where the settings of a begun demonstration are kept.
const BEGUN: &str = "demonstration_begun";
/// Where a finished one is noted.
const BUILT: &str = "demonstration_built";

/// What to invent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoOptions {
    /// Decides everything that chance decides.
    pub seed: u64,
    /// How many organisations; at most 28,891, and below 1,000 the units file less often.
    pub subjects: u32,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { seed: 140_829, subjects: 3_000 }
    }
}

/// On how many of the last days the open tables are compared.
const COMPARED_DAYS: i64 = 10;

/// A demonstration that is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Demo {
    /// Who can sign in.
    pub accounts: Vec<DemoAccount>,
    /// Whether it had been built before; nothing was changed then.
    pub again: bool,
    /// How many organisations it was built with.
    pub subjects: u32,
    /// The day up to which its records reach.
    pub today: Date,
}

/// What a demonstration is built from. Kept before anything else, so that a stopped build is continued as the same county.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Settings {
    seed: u64,
    subjects: u32,
    today: Date,
}

/// Builds the invented county, continues a build that was stopped, or answers with the one that is there.
///
/// # Errors
/// `demo.not-empty` when the database belongs to a real county; otherwise what the steps fail with.
pub async fn build(
    desk: &Desk,
    options: &DemoOptions,
    progress: &mut dyn FnMut(&str),
) -> Result<Demo, DeskError> {
    // Refuses a database of a real county before anything is written.
    desk.mark_demonstration().await?;
    let settings = settings(desk, options).await?;
    let again = desk.store().get_meta(BUILT).await?.is_some();
    if !again {
        work(desk, settings, progress).await?;
        desk.put_meta(BUILT, "1").await?;
    }
    Ok(Demo {
        accounts: accounts::list(desk).await?,
        again,
        subjects: settings.subjects,
        today: settings.today,
    })
}

/// The settings of the build that was begun; those asked for when none was.
async fn settings(desk: &Desk, options: &DemoOptions) -> Result<Settings, DeskError> {
    let broken = |error: serde_json::Error| DeskError::Internal(format!("{BEGUN}: {error}"));
    if let Some(kept) = desk.store().get_meta(BEGUN).await? {
        return serde_json::from_str(&kept).map_err(broken);
    }
    let settings = Settings {
        seed: options.seed,
        subjects: options.subjects.clamp(1, subjects::MOST_SUBJECTS),
        today: desk.today(),
    };
    desk.put_meta(BEGUN, &serde_json::to_string(&settings).map_err(broken)?).await?;
    Ok(settings)
}

/// The days on which the registry is imported: everything that existed at the beginning, then every half year what is new.
fn import_days(start: Date, today: Date) -> Vec<Date> {
    [0, 6, 12, 18]
        .into_iter()
        .filter_map(|months: i32| start.checked_add(months.months()).ok())
        .filter(|day| *day <= today)
        .collect()
}

async fn work(
    desk: &Desk,
    settings: Settings,
    progress: &mut dyn FnMut(&str),
) -> Result<(), DeskError> {
    let start = settings.today.checked_sub(2.years()).unwrap_or(settings.today);
    let random = SplitMix::new(settings.seed);
    let system = Actor::system("demo");
    let first = desk.at(start);
    progress("载入平陆县及其单位，建立演示账号");
    crate::setup::init(&first, &system, REGION).await?;
    accounts::create(&first, &system).await?;

    powers::begin(desk, start).await?;

    let law = desk.law();
    let county = desk.county().await?;
    let towns: Vec<Region> =
        law.towns().iter().filter(|town| town.code.starts_with(REGION)).cloned().collect();
    let imports = import_days(start, settings.today);
    let invented = subjects::invent(random.fork("subjects"), settings.subjects, &towns, &imports);
    let filings = plan::plan(
        &random.fork("filings"),
        &Ground {
            county: &county,
            calendar: law.calendar(),
            subjects: &invented,
            start,
            today: settings.today,
            stretch: if settings.subjects < FULL_SIZE { 4 } else { 1 },
        },
    );

    let mut waiting = imports.iter().copied().peekable();
    let total = filings.len();
    let compared_from = settings.today.checked_sub(COMPARED_DAYS.days()).unwrap_or(start);
    let mut compared = start;
    for (done, filing) in filings.iter().enumerate() {
        while let Some(day) = waiting.next_if(|day| *day <= filing.day) {
            progress(&format!("{day}：导入登记信息"));
            import(desk, law.registry(), &invented, day).await?;
        }
        if done % 50 == 0 {
            progress(&format!("{}：归集第{}份文件，共{total}份", filing.day, done + 1));
        }
        // The open tables are compared as they were day by day, so that there are changes to look at.
        if filing.day >= compared_from && filing.day > compared {
            crate::open_data::compare(&desk.at(filing.day), &system).await?;
            compared = filing.day;
        }
        hand_in(desk, filing).await?;
    }
    for day in waiting {
        import(desk, law.registry(), &invented, day).await?;
    }
    progress("信息纠错、更正和主体核定");
    let twins = corrections::twins(&invented, settings.today);
    import(desk, law.registry(), &twins, settings.today).await?;
    corrections::work(desk, &invented, &twins).await?;
    agents::create(desk, &invented, (start, settings.today)).await?;
    enrolments::follow(&desk.at(settings.today), &invented).await?;
    repairs::work(&desk.at(settings.today)).await?;
    objections::work(&desk.at(settings.today)).await?;
    commitments::work(&desk.at(settings.today), &invented, start).await?;
    powers::go_on(&desk.at(settings.today), settings.today).await?;
    checks::work(desk, &invented, (start, settings.today)).await?;
    crate::open_data::compare(&desk.at(settings.today), &system).await?;
    progress("签名公示记录");
    let platform = Actor::system("system");
    // A build that was stopped here and goes on finds its key.
    match signing::generate(desk, &platform, signing::DAYS).await {
        Err(DeskError::Refused(refusal)) if refusal.code == "signing.key-exists" => {}
        made => drop(made?),
    }
    publication_log::sign_head(desk, &platform, true).await?;
    progress("演示数据已就绪");
    Ok(())
}

/// A file in the scratch folder.
async fn write(desk: &Desk, name: &str, content: Vec<u8>) -> Result<PathBuf, DeskError> {
    let path = desk.scratch().join(format!("demo-{name}"));
    let written = path.clone();
    tokio::task::spawn_blocking(move || std::fs::write(written, content))
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?
        .map_err(|source| DeskError::File {
            context: "无法写入演示用的临时文件".to_owned(),
            source,
        })?;
    Ok(path)
}

fn unwritten(error: csv::Error) -> DeskError {
    DeskError::Internal(format!("demonstration file: {error}"))
}

/// Imports what the registry has new on a day, as the credit office does.
async fn import(
    desk: &Desk,
    layout: &xinyong_domain::law::RegistryLayout,
    invented: &[subjects::Subject],
    day: Date,
) -> Result<(), DeskError> {
    if !invented.iter().any(|subject| subject.known == day) {
        return Ok(());
    }
    let content = subjects::registry_csv(layout, invented, day).map_err(unwritten)?;
    let path = write(desk, "registry.csv", content).await?;
    let office = accounts::actor("credit-office", Role::CreditOffice);
    let name = format!("示例登记信息{day}.csv");
    let answered = crate::import_subjects(&desk.at(day), &office, &path, &name, 0).await;
    drop(std::fs::remove_file(&path));
    answered.map(drop)
}

/// Takes one file through the intake as far as the plan has it. Whatever a stopped run had done of it stays done.
async fn hand_in(desk: &Desk, filing: &Filing) -> Result<(), DeskError> {
    let there = desk.at(filing.day);
    let law = desk.law();
    let kind = law
        .kind(filing.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", filing.kind)))?;
    let content = records::file(kind, &filing.rows).map_err(unwritten)?;
    let path = write(desk, "filing.csv", content).await?;
    let clerk = accounts::actor(&filing.unit, Role::Clerk);
    let received = intake::receive(
        &there,
        &clerk,
        Receive {
            path: path.clone(),
            file_name: filing.file_name.clone(),
            kind: filing.filed_as.to_owned(),
            unit: filing.unit.clone(),
            profile: Profile::Reported,
        },
    )
    .await;
    drop(std::fs::remove_file(&path));
    let batch = received?.batch;
    let stage = intake::check(&there, batch).await?;
    advance(&there, &clerk, filing, batch, stage).await
}

async fn advance(
    there: &Desk,
    clerk: &Actor,
    filing: &Filing,
    batch: i64,
    mut stage: Stage,
) -> Result<(), DeskError> {
    if stage == Stage::Checked {
        match filing.ending {
            Ending::Checked | Ending::Refused => return Ok(()),
            Ending::Cancelled => {
                intake::cancel(there, clerk, batch).await?;
                return Ok(());
            }
            Ending::Recorded | Ending::GivenBack | Ending::Submitted => {
                stage = match intake::submit(there, clerk, batch).await {
                    // A small file may hold mistakes only; its clerk gives it up.
                    Err(DeskError::Refused(refusal)) if refusal.code == "batch.nothing-good" => {
                        intake::cancel(there, clerk, batch).await?
                    }
                    submitted => submitted?,
                };
            }
        }
    }
    let reviewer = accounts::actor(&filing.unit, Role::Reviewer);
    if stage == Stage::Submitted && filing.ending == Ending::GivenBack {
        intake::give_back(there, &reviewer, batch, "请核对处理内容后重新提交").await?;
        stage = intake::submit(there, clerk, batch).await?;
    }
    if stage == Stage::Submitted && filing.ending != Ending::Submitted {
        stage = intake::release(there, &reviewer, release(filing, batch)).await?;
    }
    if stage == Stage::Released {
        intake::record_released(there, batch).await?;
    }
    Ok(())
}

fn release(filing: &Filing, batch: i64) -> Release {
    let judgements = filing
        .verdicts
        .iter()
        .map(|(row, (key, value, reason, source))| Judgement {
            row: *row,
            key: (*key).to_owned(),
            value: (*value).to_owned(),
            reason: (*reason).to_owned(),
            source: (*source).to_owned(),
        })
        .collect();
    Release { batch, basis: filing.basis.to_owned(), judgements }
}
