//! `report`: credit reports, issued and verified.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;
use xinyong_service::signing::KeyCard;
use xinyong_service::{Actor, Clock, DeskError, report};

use super::Common;
use crate::options::ReportCommand;

/// Longer files are no reports.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Runs it.
pub async fn run(common: &Common, command: ReportCommand) -> anyhow::Result<ExitCode> {
    match command {
        ReportCommand::Make { code, out, site } => {
            let desk = common.desk().await?;
            let site = site.trim_end_matches('/');
            let issued = report::public(&desk, &Actor::system("cli"), &code, site).await?;
            std::fs::write(&out, &issued.pdf)
                .with_context(|| format!("无法写入 {}", out.display()))?;
            if common.json {
                println!("{}", json!({ "number": issued.number, "bytes": issued.pdf.len() }));
            } else {
                println!("报告编号 {}，已写入 {}", issued.number, out.display());
            }
        }
        ReportCommand::Verify { file, key } => {
            let keys = key.iter().map(|path| card(path)).collect::<anyhow::Result<Vec<_>>>()?;
            let unreadable = || format!("无法读取 {}", file.display());
            if std::fs::metadata(&file).with_context(unreadable)?.len() > LONGEST {
                return Err(DeskError::refused("report.too-large", "文件太大，不是信用报告").into());
            }
            let bytes = std::fs::read(&file).with_context(unreadable)?;
            let genuine = report::verify(&bytes, &keys)?;
            if common.json {
                println!("{}", serde_json::to_string(&genuine)?);
            } else {
                println!(
                    "是真的：报告编号 {}，{} 由密钥 {} 签名，此后没有改动",
                    genuine.number,
                    Clock::show(genuine.at),
                    genuine.key
                );
                if let Some(log) = &genuine.log {
                    println!("{}", log.says());
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn card(path: &Path) -> anyhow::Result<KeyCard> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("无法读取 {}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| {
        DeskError::refused("key.unreadable", format!("{} 不是公钥文件：{error}", path.display()))
            .into()
    })
}
