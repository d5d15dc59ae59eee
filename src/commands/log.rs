//! `log`: the record of publication.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use xinyong_service::publication_log::{self, ProofFile, SignedHead, verify};
use xinyong_service::signing::KeyCard;
use xinyong_service::{Actor, DeskError};

use super::Common;
use crate::options::LogCommand;

/// Runs it.
pub async fn run(common: &Common, command: LogCommand) -> anyhow::Result<ExitCode> {
    match command {
        LogCommand::Head { sign } => {
            let desk = common.desk().await?;
            if sign {
                publication_log::sign_head(&desk, &Actor::system("cli"), true).await?;
            }
            let head = publication_log::head(&desk).await?;
            if common.json {
                println!("{}", serde_json::to_string(&head)?);
            } else {
                let SignedHead { head: said, .. } = &head;
                println!("{} 条，{} 签名", said.size, head.shown_time());
                println!("根 {}", said.root);
                println!("密钥 {}", said.key);
            }
        }
        LogCommand::Prove { subject, record } => {
            let desk = common.desk().await?;
            put(&publication_log::inclusion(&desk, subject, record).await?)?;
        }
        LogCommand::Consistency { from, to } => {
            let desk = common.desk().await?;
            put(&publication_log::consistency(&desk, from, to).await?)?;
        }
        LogCommand::Erase { subject, record, actor } => {
            let desk = common.desk().await?;
            publication_log::erase(&desk, &Actor::system(&actor), subject, record).await?;
            if common.json {
                println!("{}", json!({ "subject": subject, "record": record, "erased": true }));
            } else {
                println!("已销毁：这条信息在公示记录中从此无从解读");
            }
        }
        LogCommand::Verify { file, key, head } => {
            let text = text_of(&file)?;
            let file = ProofFile::read(&text).map_err(DeskError::from)?;
            let key: KeyCard = read(&key)?;
            let earlier: Option<SignedHead> = head.as_deref().map(read).transpose()?;
            let verdict = verify(&file, &key, earlier.as_ref()).map_err(DeskError::from)?;
            if common.json {
                let (size, time) = (verdict.size, verdict.time);
                println!(
                    "{}",
                    json!({ "holds": true, "size": size, "time": time, "says": verdict.says })
                );
            } else {
                println!("{}", verdict.says);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Proofs are files for others: always JSON.
fn put(proof: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(proof)?);
    Ok(())
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("无法读取 {}", path.display()))
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    serde_json::from_str(&text_of(path)?).map_err(|error| {
        DeskError::refused("proof.unreadable", format!("{} 的内容有误：{error}", path.display()))
            .into()
    })
}
