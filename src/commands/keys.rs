//! `key`: the county's signing keys.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;
use xinyong_service::signing::{self, KeyCard};
use xinyong_service::{Actor, Clock, DeskError};

use super::Common;
use crate::options::KeyCommand;

/// Runs it.
pub async fn run(common: &Common, command: KeyCommand) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    match command {
        KeyCommand::Generate { days, actor } => {
            let key = signing::generate(&desk, &Actor::system(&actor), days).await?;
            told(common, &KeyCard::from(&key), "已生成")?;
        }
        KeyCommand::Rotate { days, actor } => {
            let key = signing::rotate(&desk, &Actor::system(&actor), days).await?;
            told(common, &KeyCard::from(&key), "已更换，新的签名由它作出；此前的签名仍然有效")?;
        }
        KeyCommand::List => {
            let keys = signing::list(&desk).await?;
            if common.json {
                let keys: Vec<KeyCard> = keys.iter().map(KeyCard::from).collect();
                println!("{}", json!({ "keys": keys }));
            } else {
                for key in &keys {
                    let standing = match (key.revoked_at, key.sealed.is_some()) {
                        (Some(at), _) => format!(
                            "已于 {} 吊销（{}）",
                            Clock::show(at),
                            key.revoked_reason.as_deref().unwrap_or_default()
                        ),
                        (None, false) => "在签名设备中".to_owned(),
                        (None, true) => String::new(),
                    };
                    let (from, until) = (Clock::show(key.valid_from), Clock::show(key.valid_until));
                    println!("{}  {from} 至 {until}  {standing}", key.id);
                }
            }
        }
        KeyCommand::Revoke { id, since, reason, actor } => {
            signing::revoke(&desk, &Actor::system(&actor), &id, since, &reason).await?;
            if common.json {
                println!("{}", json!({ "revoked": id }));
            } else {
                println!("密钥 {id} 已吊销；请运行 xinyong key generate 生成新的密钥");
            }
        }
        KeyCommand::Export { id, pem, card } => {
            let keys = signing::list(&desk).await?;
            let found = match &id {
                Some(id) => keys.iter().find(|key| key.id == *id),
                None => keys.last(),
            };
            let key = found.map(KeyCard::from).ok_or(DeskError::NotFound("该密钥"))?;
            if let Some(path) = &pem {
                write(path, &key.pem)?;
            }
            let text = serde_json::to_string_pretty(&key)? + "\n";
            match &card {
                Some(path) => write(path, &text)?,
                None if pem.is_none() => print!("{text}"),
                None => {}
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn told(common: &Common, key: &KeyCard, done: &str) -> anyhow::Result<()> {
    if common.json {
        println!("{}", serde_json::to_string(key)?);
    } else {
        println!("密钥 {}：{done}（有效期至 {}）", key.id, Clock::show(key.valid_until));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("无法写入 {}", path.display()))
}
