//! `workdays add`: the day so many working days later.

use std::io::{BufRead as _, BufWriter, Write};
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::civil::Date;
use serde_json::json;
use xinyong_domain::law::Law;

use super::Common;
use crate::options::Workdays;

/// More working days than this are a slip of the keyboard.
const MOST_DAYS: u32 = 100_000;

/// Runs it.
pub fn run(common: &Common, command: Workdays) -> anyhow::Result<ExitCode> {
    let Workdays::Add { date, days, stdin } = command;
    let law = common.law()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    if !stdin {
        let (date, days) = date.zip(days).context("请给出日期和工作日数")?;
        answer(&law, date, days, common.json, &mut out)?;
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let (date, days) =
            read(&line).with_context(|| format!("第{}行应为“日期 天数”：{line}", number + 1))?;
        answer(&law, date, days, true, &mut out)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn read(line: &str) -> Option<(Date, u32)> {
    let mut parts = line.split_whitespace();
    let date = parts.next()?.parse().ok()?;
    let days = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((date, days))
}

fn answer(
    law: &Law,
    from: Date,
    days: u32,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    anyhow::ensure!(days <= MOST_DAYS, "工作日数不能超过{MOST_DAYS}");
    let ruling = law.calendar().add_cited(from, days);
    if json {
        let line = json!({
            "from": from,
            "days": days,
            "date": ruling.value.date,
            "provisional": ruling.value.provisional,
            "citations": ruling.because,
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    let provisional = if ruling.value.provisional {
        "（暂定：所跨年份的放假安排尚未载入，只按周末计算）"
    } else {
        ""
    };
    writeln!(out, "{}{provisional}", ruling.value.date)?;
    for citation in &ruling.because {
        writeln!(out, "  依据 {}", citation.line())?;
    }
    Ok(())
}
