//! `import subjects` and `import records`.

use std::path::Path;
use std::process::ExitCode;

use xinyong_domain::law::Profile;
use xinyong_domain::workflow::batch::Stage;
use xinyong_service::intake::{
    BatchAnswer, Receive, Release, annotated_workbook, answer, check, receive, record_released,
    release, submit,
};
use xinyong_service::{Actor, Desk, DeskError, import_subjects};

use super::Common;
use crate::options::{Import, ImportRecords};

/// Findings that an answer carries at most; a file with more of them is mended from the workbook.
const MOST_FINDINGS: usize = 100_000;

/// Runs it. Ends with 0 when the file was worked through, whatever was found in its rows.
pub async fn run(common: &Common, command: Import) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    desk.county().await?;
    match command {
        Import::Subjects { file, findings, actor } => {
            let actor = Actor::system(&actor);
            let name = name_of(&file)?;
            let result = import_subjects(&desk, &actor, &file, &name, MOST_FINDINGS).await?;
            if let Some(target) = findings {
                annotated_workbook(&desk, &actor, batch_of(&result)?, &target).await?;
            }
            print(common, &result)?;
        }
        Import::Records(command) => {
            let result = records(&desk, &command).await?;
            if let Some(target) = &command.findings {
                let actor = Actor::system(&command.actor);
                annotated_workbook(&desk, &actor, batch_of(&result)?, target).await?;
            }
            print(common, &result)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn records(desk: &Desk, command: &ImportRecords) -> anyhow::Result<BatchAnswer> {
    let clerk = Actor::system(&command.actor);
    let second = Actor::system(&command.second);
    let profile = Profile::from_word(&command.profile)
        .ok_or_else(|| DeskError::refused("usage", "profile 应为 reported 或 returned"))?;
    let received = receive(
        desk,
        &clerk,
        Receive {
            path: command.file.clone(),
            file_name: name_of(&command.file)?,
            kind: command.kind.clone(),
            unit: command.unit.clone(),
            profile,
        },
    )
    .await?;
    let batch = received.batch;
    let was_recorded = received.repeated && received.stage == Stage::Recorded;
    check(desk, batch).await?;
    let checked = answer(desk, batch, MOST_FINDINGS).await?;
    if was_recorded {
        // The very same file again: every row that went in is unchanged now.
        return Ok(BatchAnswer {
            unchanged: checked.unchanged + checked.recorded,
            recorded: 0,
            repeated: true,
            ..checked
        });
    }
    if !command.submit {
        return Ok(checked);
    }
    if checked.stage == Stage::Checked {
        match submit(desk, &clerk, batch).await {
            Ok(_) => {}
            // No row can go on: the file was worked through, and the answer says what is wrong with each row.
            Err(DeskError::Refused(refusal)) if refusal.code == "batch.nothing-good" => {
                return Ok(checked);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if matches!(checked.stage, Stage::Checked | Stage::Submitted) {
        let command = Release { batch, basis: command.basis.clone(), judgements: Vec::new() };
        release(desk, &second, command).await?;
    }
    record_released(desk, batch).await?;
    Ok(answer(desk, batch, MOST_FINDINGS).await?)
}

fn name_of(file: &Path) -> anyhow::Result<String> {
    if !file.is_file() {
        return Err(DeskError::refused(
            "file.missing",
            format!("没有这个文件：{}", file.display()),
        )
        .into());
    }
    Ok(file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()))
}

fn batch_of(result: &BatchAnswer) -> Result<i64, DeskError> {
    result.batch.parse().map_err(|_| DeskError::Internal("batch id".to_owned()))
}

fn print(common: &Common, result: &BatchAnswer) -> anyhow::Result<()> {
    if common.json {
        println!("{}", serde_json::to_string(result)?);
        return Ok(());
    }
    if result.repeated {
        println!("这份文件此前已经入库，没有任何变化。");
    }
    println!(
        "共 {} 行：入库 {}，未变 {}，待处理 {}，退回 {}",
        result.received, result.recorded, result.unchanged, result.held, result.refused
    );
    for note in &result.notes {
        println!("  说明 {note}");
    }
    for finding in result.findings.iter().take(200) {
        println!(
            "  第{}行 {} [{}] {}（{}）",
            finding.row, finding.field, finding.level, finding.message, finding.code
        );
    }
    if result.findings.len() > 200 {
        println!("  ……共 {} 条，用 --findings OUT.xlsx 取得全部", result.findings.len());
    }
    Ok(())
}
