//! `account add`, `link`, `unlink`.

use std::process::ExitCode;

use anyhow::Context as _;
use xinyong_service::accounts::{CreateAccount, create_account};
use xinyong_service::identities::{link_identity, unlink_identities};
use xinyong_service::{Actor, Role};

use super::Common;
use crate::options::AccountCommand;

/// Adds an account. The password comes from a file: a command line is seen by everybody on the machine.
pub async fn run(common: &Common, command: AccountCommand) -> anyhow::Result<ExitCode> {
    let actor = Actor::system("cli");
    let (login, name, unit, role, password_file) = match command {
        AccountCommand::Add { login, name, unit, role, password_file } => {
            (login, name, unit, role, password_file)
        }
        AccountCommand::Link { login, issuer, subject } => {
            let desk = common.desk().await?;
            link_identity(&desk, &actor, &login, &issuer, &subject).await?;
            println!("账号 {login} 已关联该身份");
            return Ok(ExitCode::SUCCESS);
        }
        AccountCommand::Unlink { login } => {
            let ended = unlink_identities(&common.desk().await?, &actor, &login).await?;
            println!("账号 {login} 的 {ended} 个身份已解除关联");
            return Ok(ExitCode::SUCCESS);
        }
    };
    let role = Role::from_word(&role)
        .context("角色应为 credit-office、clerk、reviewer、auditor 或 administrator")?;
    let text = std::fs::read_to_string(&password_file)
        .with_context(|| format!("无法读取 {}", password_file.display()))?;
    let password = text.lines().next().unwrap_or_default().to_owned();
    let desk = common.desk().await?;
    let account = CreateAccount { login: login.clone(), name, unit, role, password };
    create_account(&desk, &actor, account).await?;
    println!("已建立账号 {login}（{}）", role.label());
    Ok(ExitCode::SUCCESS)
}
