//! `serve`: the portal, the console and the jobs, in one process.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use xinyong_service::intake::{Look, WatchedFolder, Watcher};
use xinyong_service::mail::SmtpMailer;
use xinyong_service::{
    Actor, Desk, DeskError, accounts, agents, check, enrolments, error_reports, intake, notices,
    objections, open_data, publication_log, publicity, repairs,
};
use xinyong_web::{HttpOutlet, Provider, Proxies, Site};

use super::Common;
use crate::options::Serve;

/// How often the jobs look whether there is something to do.
const JOB_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15 * 60);
/// In how many of these rounds the open tables are compared once: it reads every public record.
const COMPARED_EVERY: u64 = 4;

/// How often mails that are due are sent.
const MAIL_INTERVAL: std::time::Duration = std::time::Duration::from_secs(20);

/// How often it is looked whether anything is to be sent to the machines of units: each look asks about every subject that is followed.
const HOOK_INTERVAL: std::time::Duration = std::time::Duration::from_secs(10);

/// How often it is looked whether the law in force here has changed, be it by another process.
const LAW_INTERVAL: std::time::Duration = std::time::Duration::from_secs(5);

/// How often what happened in public is taken into the log, and a head signed where it has grown.
const LOG_INTERVAL: std::time::Duration = std::time::Duration::from_secs(60);

/// How often watched folders are looked at. A file is taken in when it has rested from one look to the next.
const FOLDER_INTERVAL: std::time::Duration = std::time::Duration::from_secs(10);

/// Upper bounds of the classes into which durations are sorted, in seconds: from a look-up to a bulk import.
const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// Runs it until the process is told to stop.
pub async fn run(common: &Common, serve: Serve) -> anyhow::Result<ExitCode> {
    logging();
    let desk = common.desk().await?;
    if common.today.is_some() && !desk.is_demonstration().await? {
        return Err(DeskError::refused(
            "serve.today-not-allowed",
            "--today 只能用于演示数据库：真实数据必须按真实日期公示",
        )
        .into());
    }
    desk.county().await?;
    let listener = TcpListener::bind(&serve.listen)
        .await
        .with_context(|| format!("无法监听 {}", serve.listen))?;
    println!("信用 正在 http://{}{}/ 提供服务", listener.local_addr()?, serve.base_path);
    if let Some(address) = &serve.metrics {
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("无法监听 {address}"))?;
        println!("运行指标 在 http://{}/metrics", listener.local_addr()?);
        let figures = xinyong_web::figures(recorder()?);
        let forever = std::future::pending();
        tokio::spawn(xinyong_web::serve(listener, figures, Proxies::default(), forever));
    }
    let mut site = Site::open(desk, &serve.base_path, serve.secure_cookies).await?;
    if let Some(file) = &serve.identity_provider {
        site = site.with_provider(Provider::new(described(file)?)?);
    }
    if let Some(file) = &serve.mail {
        let mailer = SmtpMailer::new(described(file)?, site.name())?;
        tokio::spawn(send_mails(site.desk().clone(), mailer));
    }
    if let Some(file) = &serve.folders {
        let named: Folders = described(file)?;
        tokio::spawn(watch_folders(site.desk().clone(), named.folder));
    }
    if let Some(file) = &serve.hooks {
        let outlet = HttpOutlet::new(described(file)?, site.is_demonstration())?;
        tokio::spawn(send_changes(site.desk().clone(), outlet.clone()));
        site = site.with_outlet(outlet);
    }
    listen(site, listener, Proxies::new(serve.trusted_proxy)).await
}

/// What the file of watched folders holds.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Folders {
    folder: Vec<WatchedFolder>,
}

/// Takes in what lies in the folders, again and again.
async fn watch_folders(desk: Desk, folders: Vec<WatchedFolder>) {
    let mut watchers: Vec<Watcher> = folders.into_iter().map(Watcher::new).collect();
    loop {
        let mut good = true;
        for watcher in &mut watchers {
            let unit = watcher.folder().unit.clone();
            match watcher.look(&desk).await {
                Ok(Look { taken: 0, refused: 0, .. }) => {}
                Ok(Look { taken, refused, .. }) => {
                    tracing::info!(job = "folders", unit, taken, refused, "done");
                }
                Err(error) => {
                    good = false;
                    tracing::error!(job = "folders", unit, code = error.code(), %error, "failed");
                }
            }
        }
        if good {
            job_done("folders", &desk);
        }
        tokio::time::sleep(FOLDER_INTERVAL).await;
    }
}

fn described<T: serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("无法读取 {}", file.display()))?;
    toml::from_str(&text).with_context(|| format!("{} 的内容有误", file.display()))
}

/// Sends what is due, again and again.
async fn send_mails(desk: Desk, mailer: SmtpMailer) {
    loop {
        match notices::deliver(&desk, &mailer).await {
            Ok(0) => {}
            Ok(sent) => tracing::info!(job = "mail", sent, "done"),
            Err(error) => tracing::error!(job = "mail", code = error.code(), "failed"),
        }
        job_done("mail", &desk);
        tokio::time::sleep(MAIL_INTERVAL).await;
    }
}

/// Sends what changed to the machines of units, again and again. Without a key nothing is sent; it waits.
async fn send_changes(desk: Desk, outlet: HttpOutlet) {
    let actor = Actor::system("system");
    let mut missing = false;
    loop {
        match enrolments::push(&desk, &actor, &outlet).await {
            Ok(pushed) => {
                missing = false;
                if pushed != enrolments::Pushed::default() {
                    let enrolments::Pushed { made, delivered, failed, over } = pushed;
                    tracing::info!(job = "hooks", made, delivered, failed, over, "done");
                }
                job_done("hooks", &desk);
            }
            // Said once, not every time.
            Err(error) if error.code() == "signing.no-key" => {
                if !std::mem::replace(&mut missing, true) {
                    tracing::warn!(job = "hooks", code = error.code(), "nothing is sent");
                }
            }
            Err(error) => tracing::error!(job = "hooks", code = error.code(), "failed"),
        }
        tokio::time::sleep(HOOK_INTERVAL).await;
    }
}

/// Starts gathering figures; gives what writes them out.
fn recorder() -> anyhow::Result<impl Fn() -> String + Clone + Send + Sync + 'static> {
    let handle = PrometheusBuilder::new().set_buckets(SECONDS)?.install_recorder()?;
    Ok(move || {
        handle.run_upkeep();
        handle.render()
    })
}

/// Marks a job as done now, so that one that has stopped working is seen.
fn job_done(job: &'static str, desk: &Desk) {
    let seconds = desk.clock().now() as f64 / 1000.0;
    metrics::gauge!("xinyong_job_last_success_timestamp_seconds", "job" => job).set(seconds);
}

/// Serves on a listener that is ready.
pub async fn listen(
    site: Site,
    listener: TcpListener,
    proxies: Proxies,
) -> anyhow::Result<ExitCode> {
    let stop = stop_signal()?;
    let jobs = tokio::spawn(run_jobs(site.desk().clone()));
    let law = tokio::spawn(follow_law(site.desk().clone()));
    let log = tokio::spawn(sign_heads(site.desk().clone()));
    let counting = tokio::spawn(write_usage(site.clone()));
    let router = xinyong_web::router(site.clone());
    xinyong_web::serve(listener, router, proxies, stop).await?;
    counting.abort();
    site.flush_usage().await?;
    jobs.abort();
    law.abort();
    log.abort();
    println!("已停止");
    Ok(ExitCode::SUCCESS)
}

/// How often it is written down how much the keys of machines were used.
const USAGE_INTERVAL: std::time::Duration = std::time::Duration::from_secs(5);

async fn write_usage(site: Site) {
    loop {
        tokio::time::sleep(USAGE_INTERVAL).await;
        if let Err(error) = site.flush_usage().await {
            tracing::error!(job = "usage", code = error.code(), "failed");
        }
    }
}

/// Keeps the record of publication. Without a key the leaves are made all the same; heads follow when there is one.
async fn sign_heads(desk: Desk) {
    let actor = Actor::system("system");
    let mut missing = false;
    loop {
        match publication_log::sign_head(&desk, &actor, false).await {
            Ok(signed) => {
                missing = false;
                if let Some(signed) = signed {
                    tracing::info!(job = "log", size = signed.head.size, "done");
                }
                job_done("log", &desk);
            }
            // Said once, not every minute.
            Err(error) if error.code() == "signing.no-key" => {
                if !std::mem::replace(&mut missing, true) {
                    tracing::warn!(job = "log", code = error.code(), "no head is signed");
                }
            }
            Err(error) => tracing::error!(job = "log", code = error.code(), "failed"),
        }
        tokio::time::sleep(LOG_INTERVAL).await;
    }
}

/// Reads what was confirmed or taken back, and has the days of publicity follow.
async fn follow_law(desk: Desk) {
    let actor = Actor::system("system");
    loop {
        match publicity::renew(&desk, &actor).await {
            Ok(None) => {}
            Ok(Some(renewal)) => {
                let publicity::Renewal { examined, changed } = renewal;
                tracing::info!(job = "renew", examined, changed, "done");
            }
            Err(error) => tracing::error!(job = "renew", code = error.code(), "failed"),
        }
        job_done("renew", &desk);
        tokio::time::sleep(LAW_INTERVAL).await;
    }
}

/// What was left unfinished first, then the timetable.
async fn run_jobs(desk: Desk) {
    let actor = Actor::system("system");
    if let Err(error) = intake::resume_unfinished(&desk).await {
        tracing::error!(code = error.code(), "unfinished batches could not be resumed");
    }
    let mut last = None;
    let mut rounds = 0_u64;
    loop {
        let today = desk.today();
        if last != Some(today) {
            match publicity::expire(&desk, &actor, today).await {
                Ok(ended) => {
                    tracing::info!(job = "expire", ended, "done");
                    job_done("expire", &desk);
                }
                Err(error) => tracing::error!(job = "expire", code = error.code(), "failed"),
            }
            match agents::end_of_deregistered(&desk, &actor).await {
                Ok(ended) => {
                    tracing::info!(job = "agents", ended, "done");
                    job_done("agents", &desk);
                }
                Err(error) => tracing::error!(job = "agents", code = error.code(), "failed"),
            }
            match agents::erase_contacts(&desk, &actor).await {
                Ok(erased) => {
                    tracing::info!(job = "agent-contacts", erased, "done");
                    job_done("agent-contacts", &desk);
                }
                Err(error) => {
                    tracing::error!(job = "agent-contacts", code = error.code(), "failed");
                }
            }
            match enrolments::lapse(&desk, &actor).await {
                Ok(lapsed) => {
                    tracing::info!(job = "enrolments", lapsed, "done");
                    job_done("enrolments", &desk);
                }
                Err(error) => tracing::error!(job = "enrolments", code = error.code(), "failed"),
            }
            match objections::sweep(&desk, &actor).await {
                Ok(swept) => {
                    let objections::Swept { withheld, settled, confirmed } = swept;
                    tracing::info!(job = "objections", withheld, settled, confirmed, "done");
                    job_done("objections", &desk);
                }
                Err(error) => tracing::error!(job = "objections", code = error.code(), "failed"),
            }
            match repairs::confirm_places(&desk, &actor).await {
                Ok(confirmed) => {
                    tracing::info!(job = "repair-places", confirmed, "done");
                    job_done("repair-places", &desk);
                }
                Err(error) => {
                    tracing::error!(job = "repair-places", code = error.code(), "failed");
                }
            }
            match repairs::lapse_withdrawn(&desk, &actor).await {
                Ok(ended) => {
                    tracing::info!(job = "repair-lapse", ended, "done");
                    job_done("repair-lapse", &desk);
                }
                Err(error) => {
                    tracing::error!(job = "repair-lapse", code = error.code(), "failed");
                }
            }
            match repairs::confirm_shields(&desk, &actor).await {
                Ok(confirmed) => {
                    tracing::info!(job = "repair-shields", confirmed, "done");
                    job_done("repair-shields", &desk);
                }
                Err(error) => {
                    tracing::error!(job = "repair-shields", code = error.code(), "failed");
                }
            }
            match repairs::tell_agents(&desk, &actor).await {
                Ok(told) => {
                    tracing::info!(job = "repair-messages", told, "done");
                    job_done("repair-messages", &desk);
                }
                Err(error) => {
                    tracing::error!(job = "repair-messages", code = error.code(), "failed");
                }
            }
            match repairs::erase_visitors(&desk, &actor).await {
                Ok(erased) => {
                    tracing::info!(job = "repair-visitors", erased, "done");
                    job_done("repair-visitors", &desk);
                }
                Err(error) => {
                    tracing::error!(job = "repair-visitors", code = error.code(), "failed");
                }
            }
            match notices::remind(&desk).await {
                Ok(told) => {
                    tracing::info!(job = "remind", told, "done");
                    job_done("remind", &desk);
                }
                Err(error) => tracing::error!(job = "remind", code = error.code(), "failed"),
            }
            match error_reports::erase_contacts(&desk, &actor).await {
                Ok(erased) => {
                    tracing::info!(job = "erase-contacts", erased, "done");
                    job_done("erase-contacts", &desk);
                }
                Err(error) => {
                    tracing::error!(job = "erase-contacts", code = error.code(), "failed");
                }
            }
        }
        if last != Some(today) || rounds.is_multiple_of(COMPARED_EVERY) {
            match open_data::compare(&desk, &actor).await {
                Ok(None) => {}
                Ok(Some(found)) => {
                    let open_data::Compared { added, changed, removed } = found;
                    tracing::info!(job = "open-data", added, changed, removed, "done");
                    job_done("open-data", &desk);
                }
                Err(error) => tracing::error!(job = "open-data", code = error.code(), "failed"),
            }
        }
        // Long lists take turns with files; the timetable does not wait for them.
        let lists = desk.clone();
        tokio::spawn(async move {
            match check::resume_lists(&lists).await {
                Ok(_) => job_done("check-lists", &lists),
                Err(error) => tracing::error!(job = "check-lists", code = error.code(), "failed"),
            }
        });
        last = Some(today);
        rounds += 1;
        match accounts::forget_expired_sessions(&desk).await {
            Ok(forgotten) => {
                tracing::info!(job = "sessions", forgotten, "done");
                job_done("sessions", &desk);
            }
            Err(error) => tracing::error!(job = "sessions", code = error.code(), "failed"),
        }
        tokio::time::sleep(JOB_INTERVAL).await;
    }
}

/// Ends when the program is told to stop. It listens from the call on, and not only once somebody waits: who is told so while the first visitor
/// is being answered must not simply die.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A second subscriber in the same process (tests) is no reason to stop.
    drop(
        tracing_subscriber::fmt()
            .json()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .try_init(),
    );
}
