//! `demo`: invents a county and serves it.

use std::process::ExitCode;

use anyhow::Context as _;
use tokio::net::TcpListener;
use xinyong_service::demo::{DemoOptions, build};
use xinyong_web::Site;

use super::{Common, serve};
use crate::options::Demo;

/// The seed of the invented county: the same one each time.
const SEED: u64 = 140_829;

/// Runs it.
pub async fn run(common: &Common, demo: Demo) -> anyhow::Result<ExitCode> {
    let folder = demo.dir.to_string_lossy().into_owned();
    let named = common.database.clone().unwrap_or(folder);
    let desk = common.desk_at(&named).await?;
    let options = DemoOptions { seed: SEED, subjects: demo.subjects };
    let quiet = common.json;
    let built = build(&desk, &options, &mut |line| {
        if !quiet {
            println!("{line}");
        }
    })
    .await?;
    if demo.only_build {
        if common.json {
            let accounts: Vec<_> = built
                .accounts
                .iter()
                .map(|account| serde_json::json!({
                    "login": account.login, "password": account.password, "role": account.role, "unit": account.unit,
                }))
                .collect();
            println!("{}", serde_json::json!({ "dir": demo.dir, "accounts": accounts }));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let listener = TcpListener::bind(&demo.listen)
        .await
        .with_context(|| format!("无法监听 {}", demo.listen))?;
    let address = listener.local_addr()?;
    println!();
    println!("演示县已就绪（全部为虚构数据）：");
    println!("  门户   http://{address}{}/", demo.base_path);
    println!("  工作台 http://{address}{}/console", demo.base_path);
    println!("  账号（登录名 / 密码）：");
    for account in &built.accounts {
        println!(
            "    {:<10} {:<18} {} {}",
            account.login, account.password, account.role, account.unit
        );
    }
    println!("按 Ctrl-C 停止");
    serve::listen(Site::open(desk, &demo.base_path, false).await?, listener).await
}
