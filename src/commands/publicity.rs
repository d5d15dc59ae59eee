//! `publicity explain`: class, published or not, and the days, each with its reasons.

use std::process::ExitCode;

use jiff::civil::Date;
use serde_json::json;
use xinyong_domain::rules::deadline::clocks;
use xinyong_domain::rules::disclosure::{Facts, disclose};
use xinyong_domain::rules::explain::Given;
use xinyong_service::publicity::{Withdraw, withdraw};
use xinyong_service::{Actor, DeskError, Refusal};

use super::Common;
use crate::options::PublicityCommand;

/// Runs it. `explain` is a pure question: any day may be asked about.
pub async fn run(common: &Common, command: PublicityCommand) -> anyhow::Result<ExitCode> {
    match command {
        PublicityCommand::Explain { kind, decided, on, set } => {
            explain(common, &kind, decided, on, &set)
        }
        PublicityCommand::Withdraw { subject, record, decided, reason, actor } => {
            let desk = common.desk().await?;
            let command = Withdraw { subject, record, decided, reason };
            let due = withdraw(&desk, &Actor::system(&actor), command).await?;
            if common.json {
                println!("{}", json!({ "subject": subject, "record": record, "due": due }));
            } else {
                let due = due.map_or_else(String::new, |due| format!("（法定期限 {due}）"));
                println!("已撤回公示{due}");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn explain(
    common: &Common,
    kind: &str,
    decided: Date,
    on: Option<Date>,
    set: &[String],
) -> anyhow::Result<ExitCode> {
    let law = common.law()?;
    let Some(kind) = law.kind(kind).cloned() else {
        let known: Vec<&str> = law.kinds().keys().map(String::as_str).collect();
        return Err(DeskError::from(Refusal::new(
            "kind.unknown",
            format!("没有信息类别「{kind}」；现有：{}", known.join("、")),
        ))
        .into());
    };
    let mut given = Given::new(&kind, decided);
    let mut basis = "unit-publication-list".to_owned();
    let mut exemption = String::new();
    let mut withdrawn = None;
    for pair in set {
        let (field, value) =
            pair.split_once('=').ok_or_else(|| anyhow::anyhow!("--set 应写作 字段=值：{pair}"))?;
        match field.trim() {
            "basis" => basis = value.trim().to_owned(),
            "exemption" => exemption = value.trim().to_owned(),
            "withdrawn" => withdrawn = xinyong_domain::value::date::read(value).map(|(day, _)| day),
            field => given.set(field, value.trim()).map_err(|bad| {
                DeskError::from(Refusal::new(
                    "input.invalid",
                    format!("--set {}：{}", bad.field, bad.message),
                ))
            })?,
        }
    }
    let on = on.unwrap_or_else(|| common.clock().today());
    let facts = Facts {
        question: given.question(),
        audience: kind.audience,
        basis: &basis,
        exemption: &exemption,
        withdrawn,
        answer_by: None,
    };
    let ruling = disclose(&facts, on, &law);
    let value = &ruling.value;
    let clocks = clocks(&law, given.decided, given.channel == "samr");
    if common.json {
        println!(
            "{}",
            json!({
                "kind": kind.id,
                "decided": given.decided,
                "on": on,
                "regime": value.publicity.regime,
                "class": value.publicity.class,
                "published": value.public,
                "reason": value.reason,
                "ended": value.ended,
                "first_day": value.publicity.first_day,
                "last_day": value.publicity.last_day,
                "repairable_from": value.publicity.repairable_from,
                "beside": value.publicity.beside,
                "clocks": clocks.iter().map(|clock| json!({
                    "parameter": clock.parameter,
                    "label": clock.label,
                    "due": clock.due.value.date,
                    "provisional": clock.due.value.provisional,
                    "citations": clock.due.because,
                })).collect::<Vec<_>>(),
                "inputs": ruling.inputs,
                "citations": ruling.because,
                "verified": ruling.verified(),
            })
        );
        return Ok(ExitCode::SUCCESS);
    }
    let none = "无";
    let day = |day: Option<Date>| day.map_or_else(|| none.to_owned(), |day| day.to_string());
    println!("{} 决定于 {}，{on} 时：", kind.name, given.decided);
    println!("  适用 {}，类别 {}", value.publicity.regime.label(), value.publicity.class.label());
    println!(
        "  {}",
        value
            .reason
            .map_or_else(|| "公示".to_owned(), |reason| format!("不公示：{}", reason.label()))
    );
    println!(
        "  公示起 {}，公示止 {}（含当日）",
        day(value.publicity.first_day),
        day(value.publicity.last_day)
    );
    println!("  可申请修复 {}", day(value.publicity.repairable_from));
    for beside in &value.publicity.beside {
        println!(
            "  另：{} 止于 {}，可修复 {}",
            beside.label,
            day(beside.last_day),
            day(beside.repairable_from)
        );
    }
    for clock in &clocks {
        println!("  {} 期限 {}", clock.label, clock.due.value.date);
    }
    for citation in &ruling.because {
        println!("  依据 {} [{}]", citation.line(), citation.evidence.label());
    }
    Ok(ExitCode::SUCCESS)
}
