//! `law check`, `law show`, `law confirm`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::civil::Date;
use serde_json::json;
use xinyong_service::{Actor, DeskError, Refusal, read_law};

use super::Common;
use crate::exit::Exit;
use crate::options::LawCommand;

/// Runs it.
pub async fn run(common: &Common, command: LawCommand) -> anyhow::Result<ExitCode> {
    match command {
        LawCommand::Check { dir } => Ok(check(common, dir.as_deref())),
        LawCommand::Show { parameter, on } => show(common, &parameter, on),
        LawCommand::Confirm { parameter, from, value, text, actor, second } => {
            let desk = common.desk().await?;
            let text = std::fs::read_to_string(&text)
                .with_context(|| format!("无法读取 {}", text.display()))?;
            let confirm = xinyong_service::law::Confirm { parameter, from, value, text, second };
            xinyong_service::law::confirm(&desk, &Actor::system(&actor), confirm).await?;
            println!("已确认");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(common: &Common, dir: Option<&Path>) -> ExitCode {
    match read_law(dir.or(common.law.as_deref())) {
        Ok(law) => {
            if common.json {
                println!(
                    "{}",
                    json!({
                        "edition": law.edition(),
                        "sources": law.sources().len(),
                        "parameters": law.parameters().len(),
                        "kinds": law.kinds().keys().collect::<Vec<_>>(),
                        "calendar_complete_to": law.calendar().complete_to(),
                        "problems": [],
                    })
                );
            } else {
                println!(
                    "法规数据完整：依据{}件，参数{}项，信息类别{}种，日历到{}，版本{}",
                    law.sources().len(),
                    law.parameters().len(),
                    law.kinds().len(),
                    law.calendar().complete_to(),
                    law.edition()
                );
            }
            ExitCode::SUCCESS
        }
        Err(problems) => {
            if common.json {
                println!("{}", json!({ "problems": problems }));
            } else {
                for problem in &problems {
                    println!("{problem}");
                }
                println!("共{}处问题", problems.len());
            }
            Exit::Refused.into()
        }
    }
}

fn show(common: &Common, id: &str, on: Option<Date>) -> anyhow::Result<ExitCode> {
    let law = common.law()?;
    let day = on.unwrap_or_else(|| common.clock().today());
    let Some(parameter) = law.parameters().get(id) else {
        let known: Vec<&str> = law.parameters().keys().map(String::as_str).collect();
        return Err(DeskError::from(Refusal::new(
            "parameter.unknown",
            format!("没有参数「{id}」；现有：{}", known.join("、")),
        ))
        .into());
    };
    let entry = parameter.in_force(day);
    if common.json {
        let source = entry.and_then(|entry| law.sources().get(&entry.source));
        let verified =
            entry.is_some_and(|entry| entry.evidence == xinyong_domain::ruling::Evidence::Text);
        println!(
            "{}",
            json!({
                "parameter": parameter.id,
                "label": parameter.label,
                "unit": parameter.unit,
                "on": day,
                "value": entry.map(|entry| &entry.value),
                "entry": entry,
                "source": source,
                "verified": verified,
            })
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}（{}）", parameter.label, parameter.id);
    match entry {
        Some(entry) => {
            let source = law.sources().get(&entry.source);
            println!("  {day} 的值：{:?} {}", entry.value, parameter.unit);
            println!(
                "  自 {}{}",
                entry.from,
                entry.until.map_or_else(String::new, |until| format!(" 至 {until}"))
            );
            if let Some(source) = source {
                println!(
                    "  依据 《{}》（{}）{}",
                    source.title,
                    source.number,
                    entry.article.as_deref().unwrap_or("")
                );
            }
            println!("  {}", entry.evidence.label());
        }
        None => println!("  {day} 没有生效的值"),
    }
    Ok(ExitCode::SUCCESS)
}
