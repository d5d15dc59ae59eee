//! `init` and `unit list`.

use std::process::ExitCode;

use serde_json::json;
use xinyong_service::{Actor, setup};

use super::Common;
use crate::options::UnitCommand;

/// Loads a county.
pub async fn init(common: &Common, county: &str) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    let loaded = setup::init(&desk, &Actor::system("cli"), county).await?;
    if common.json {
        println!(
            "{}",
            json!({ "county": county, "name": loaded.county, "units": loaded.units, "again": loaded.again })
        );
    } else {
        let again = if loaded.again { "（此前已载入，单位已更新）" } else { "" };
        println!("已载入{}（{}），单位 {} 个{again}", loaded.county, loaded.site, loaded.units);
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists the units.
pub async fn units(common: &Common, command: UnitCommand) -> anyhow::Result<ExitCode> {
    let UnitCommand::List = command;
    let desk = common.desk().await?;
    let units = setup::units(&desk).await?;
    if common.json {
        println!("{}", serde_json::to_string(&units)?);
    } else {
        for unit in units {
            println!("{:<28} {}", unit.id, unit.name);
        }
    }
    Ok(ExitCode::SUCCESS)
}
