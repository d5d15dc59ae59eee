//! `catalogue list`, `catalogue diff`.

use std::process::ExitCode;

use xinyong_domain::law::Law;
use xinyong_service::{Actor, catalogue};

use super::Common;
use crate::options::CatalogueCommand;

/// Runs it.
pub async fn run(common: &Common, command: CatalogueCommand) -> anyhow::Result<ExitCode> {
    match command {
        CatalogueCommand::List => list(common),
        CatalogueCommand::Diff { before, after } => diff(common, &before, &after).await,
    }
}

fn list(common: &Common) -> anyhow::Result<ExitCode> {
    let law = common.law()?;
    if common.json {
        println!("{}", serde_json::to_string(law.catalogue())?);
        return Ok(ExitCode::SUCCESS);
    }
    for edition in law.catalogue() {
        let classes = edition.classes.len();
        println!(
            "{} 自 {} 起，{classes} 类，{}",
            edition.edition,
            edition.from,
            edition.citation.line()
        );
        println!("     {}", edition.note);
    }
    Ok(ExitCode::SUCCESS)
}

async fn diff(common: &Common, before: &str, after: &str) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    let report = catalogue::difference(&desk, &Actor::system("cli"), before, after).await?;
    if common.json {
        println!("{}", serde_json::to_string(&report)?);
        return Ok(ExitCode::SUCCESS);
    }
    let law: &Law = &desk.law();
    let name = |id: &str| law.kind(id).map_or_else(|| id.to_owned(), |kind| kind.name.clone());
    let found = &report.difference;
    println!("从 {before} 版到 {after} 版（{} 起）：", report.from);
    for class in &found.classes_added {
        println!("+ 类　{class}");
    }
    for class in &found.classes_gone {
        println!("- 类　{class}");
    }
    for (kind, class) in &found.kinds_added {
        println!("+ {}（{class}）", name(kind));
    }
    for (kind, class) in &found.kinds_gone {
        println!("- {}（{class}）", name(kind));
    }
    for (kind, from, to) in &found.kinds_moved {
        println!("~ {}：由“{from}”改列“{to}”", name(kind));
    }
    for (kind, came, went) in &found.fields_changed {
        println!("~ {}：数据项增加 {}，减少 {}", name(kind), came.join("、"), went.join("、"));
    }
    if !found.fields_unknown.is_empty() {
        let names: Vec<String> = found.fields_unknown.iter().map(|kind| name(kind)).collect();
        println!("? 未见原文，不知道数据项有没有变化：{}", names.join("、"));
    }
    for one in &report.touched {
        println!(
            "涉及 {} {} 条，其中 {} 起决定的 {} 条",
            one.name, one.records, report.from, one.since
        );
    }
    Ok(ExitCode::SUCCESS)
}
