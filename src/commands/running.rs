//! `expire`, `doctor`, `fsck`, `backup`, `restore`, `diagram`.

use std::path::Path;
use std::process::ExitCode;

use jiff::civil::Date;
use serde_json::json;
use xinyong_domain::workflow::{batch, commitment, objection, repair};
use xinyong_service::running::{self, Standing};
use xinyong_service::{Actor, open_data, publicity};

use super::Common;
use crate::exit::Exit;

/// Ends the publications whose last day has passed.
pub async fn expire(common: &Common, on: Option<Date>) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    let on = on.unwrap_or_else(|| desk.today());
    publicity::renew(&desk, &Actor::system("cli")).await?;
    let ended = publicity::expire(&desk, &Actor::system("cli"), on).await?;
    open_data::compare(&desk, &Actor::system("cli")).await?;
    if common.json {
        println!("{}", json!({ "on": on, "ended": ended }));
    } else {
        println!("按 {on}，{ended} 条公示期满，已记录终止");
    }
    Ok(ExitCode::SUCCESS)
}

/// Looks at an installation. What only needs seeing to soon does not stop a start.
pub async fn doctor(common: &Common) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    let keys = common.options(&common.named())?.key_file;
    let checks = running::doctor(&desk, &keys).await?;
    let good = checks.iter().all(|check| check.standing != Standing::Wrong);
    if common.json {
        println!("{}", json!({ "good": good, "checks": checks }));
    } else {
        for check in &checks {
            let standing = match check.standing {
                Standing::Good => "正常",
                Standing::Notice => "注意",
                Standing::Wrong => "错误",
            };
            println!("{standing} {:<10} {}", check.name, check.detail);
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { Exit::Store.into() })
}

/// Re-derives every chain and digest.
pub async fn fsck(common: &Common) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    let report = running::fsck(&desk).await?;
    let good = report.problems.is_empty();
    if common.json {
        let problems: Vec<_> = report
            .problems
            .iter()
            .map(|problem| json!({ "table": problem.table, "row": problem.row, "reason": problem.reason }))
            .collect();
        println!("{}", json!({ "good": good, "checked": report.checked, "problems": problems }));
    } else {
        for (table, rows) in &report.checked {
            println!("{table:<20} {rows} 行");
        }
        for problem in &report.problems {
            println!("第一处不符：{} {}：{}", problem.table, problem.row, problem.reason);
        }
        println!("{}", if good { "全部相符" } else { "有不符之处" });
    }
    Ok(if good { ExitCode::SUCCESS } else { Exit::Store.into() })
}

/// Writes one portable file.
pub async fn backup(common: &Common, file: &Path) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    let rows = running::backup(&desk, &Actor::system("cli"), file).await?;
    if common.json {
        println!("{}", json!({ "file": file, "rows": rows }));
    } else {
        println!("已备份 {rows} 行到 {}；密钥文件请另行妥善保存", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a portable file into an empty database.
pub async fn restore(common: &Common, file: &Path) -> anyhow::Result<ExitCode> {
    let options = common.options(&common.named())?;
    let rows = running::restore(&options, file).await?;
    if common.json {
        println!("{}", json!({ "file": file, "rows": rows }));
    } else {
        println!("已恢复 {rows} 行");
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws a workflow from its table, as Mermaid text.
pub fn diagram(workflow: &str) -> ExitCode {
    print!("{}", drawn(workflow));
    ExitCode::SUCCESS
}

/// A workflow as Mermaid text.
pub fn drawn(workflow: &str) -> String {
    match workflow {
        "commitment" => commitment::TABLE.drawing(),
        "repair" => repair::TABLE.drawing(),
        "objection" => objection::TABLE.drawing(),
        _ => batch::TABLE.drawing(),
    }
}
