//! `serve`: the portal, the console and the jobs, in one process.

use std::process::ExitCode;

use anyhow::Context as _;
use tokio::net::TcpListener;
use xinyong_service::{Actor, Desk, DeskError, accounts, intake, publicity};
use xinyong_web::Site;

use super::Common;
use crate::options::Serve;

/// How often the jobs look whether there is something to do.
const JOB_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15 * 60);

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
    let site = Site::open(desk, &serve.base_path, serve.secure_cookies).await?;
    listen(site.behind(&serve.proxy), listener).await
}

/// Serves on a listener that is ready.
pub async fn listen(site: Site, listener: TcpListener) -> anyhow::Result<ExitCode> {
    let jobs = tokio::spawn(run_jobs(site.desk().clone()));
    let counting = tokio::spawn(write_usage(site.clone()));
    let router = xinyong_web::router(site.clone());
    xinyong_web::serve(listener, router, stop_signal()).await?;
    counting.abort();
    site.flush_usage().await?;
    jobs.abort();
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

/// What was left unfinished first, then the timetable.
async fn run_jobs(desk: Desk) {
    let actor = Actor::system("system");
    if let Err(error) = intake::resume_unfinished(&desk).await {
        tracing::error!(code = error.code(), "unfinished batches could not be resumed");
    }
    let mut last = None;
    loop {
        let today = desk.today();
        if last != Some(today) {
            match publicity::expire(&desk, &actor, today).await {
                Ok(ended) => tracing::info!(job = "expire", ended, "done"),
                Err(error) => tracing::error!(job = "expire", code = error.code(), "failed"),
            }
            last = Some(today);
        }
        match accounts::forget_expired_sessions(&desk).await {
            Ok(forgotten) => tracing::info!(job = "sessions", forgotten, "done"),
            Err(error) => tracing::error!(job = "sessions", code = error.code(), "failed"),
        }
        tokio::time::sleep(JOB_INTERVAL).await;
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
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
