//! `generate`: documents that are derived from the code and the law, so that they cannot rot.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use xinyong_domain::rules::repair::Entry;
use xinyong_domain::workflow::objection;
use xinyong_domain::workflow::repair::Stage;
use xinyong_service::{Permission, Role};

use super::Common;
use super::running::drawn;

/// Writes them all.
pub fn run(common: &Common, folder: &Path) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(folder).with_context(|| format!("无法建立 {}", folder.display()))?;
    let put = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("无法写入 {}", path.display()))
    };
    put("routes.md", routes()?)?;
    put("roles.md", roles()?)?;
    put("workflow-batch.md", workflow("batch", "The way of a batch"))?;
    put("workflow-commitment.md", workflow("commitment", "The way of a commitment"))?;
    put("workflow-repair.md", repair_workflow()?)?;
    put("workflow-objection.md", objection_workflow()?)?;
    put("law-coverage.md", coverage(common)?)?;
    Ok(ExitCode::SUCCESS)
}

fn routes() -> anyhow::Result<String> {
    let mut text =
        "# Routes\n\nOne line a route; generated from the table in `crates/web/src/routes.rs`.\n\n"
            .to_owned();
    text.push_str("| method | path | permission |\n|---|---|---|\n");
    for (method, path, permission) in xinyong_web::routes::route_rows() {
        writeln!(text, "| {method} | `{path}` | {permission} |")?;
    }
    Ok(text)
}

fn roles() -> anyhow::Result<String> {
    let mut text =
        "# Roles\n\nGenerated from `crates/service/src/access.rs`.\n\n| permission |".to_owned();
    let roles: Vec<Role> = Role::ACCOUNTS.into_iter().chain([Role::Agent]).collect();
    for role in &roles {
        write!(text, " {} |", role.label())?;
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(roles.len()));
    text.push('\n');
    for permission in Permission::ALL {
        write!(text, "| {permission:?} |")?;
        for role in &roles {
            let may = permission.is_public() || role.permissions().contains(&permission);
            write!(text, " {} |", if may { "✓" } else { "" })?;
        }
        text.push('\n');
    }
    Ok(text)
}

fn workflow(name: &str, title: &str) -> String {
    let drawn = drawn(name);
    format!(
        "# {title}\n\nGenerated from `crates/domain/src/workflow/{name}.rs`.\n\n```mermaid\n{drawn}```\n"
    )
}

/// The way of a repair, with who owes each step and which clock runs.
fn repair_workflow() -> anyhow::Result<String> {
    let mut text = workflow("repair", "The way of a repair");
    text.push_str("\n| stage | | owner | clock |\n|---|---|---|---|\n");
    for stage in Stage::ALL {
        let clock = stage.clock(Entry::CreditChina).unwrap_or_default();
        let name = stage.as_str();
        writeln!(text, "| {name} | {} | {} | {clock} |", stage.label(), stage.owner().label())?;
    }
    let samr = Entry::MarketRegulation.clock();
    writeln!(text, "\nWhat the market-regulation site decides runs by `{samr}`.")?;
    Ok(text)
}

/// The way of an objection, with who owes each step and which clock runs.
fn objection_workflow() -> anyhow::Result<String> {
    let mut text = workflow("objection", "The way of an objection");
    text.push_str("\n| stage | | owner | clock |\n|---|---|---|---|\n");
    for stage in objection::Stage::ALL {
        let clock = stage.clock().unwrap_or_default();
        let (name, owner) = (stage.as_str(), stage.owner(false).label());
        writeln!(text, "| {name} | {} | {owner} | {clock} |", stage.label())?;
    }
    let own = objection::Stage::Upheld.owner(true).label();
    writeln!(text, "\nWhat the platform finds out by itself, {own} carries out.")?;
    Ok(text)
}

fn coverage(common: &Common) -> anyhow::Result<String> {
    let law = common.law()?;
    let mut text = "# The law as data\n\nEach entry with its edition, source and how well it is known. Generated from `law/`.\n\n".to_owned();
    text.push_str("| parameter | from | until | value | unit | source | evidence | effect |\n|---|---|---|---|---|---|---|---|\n");
    for parameter in law.parameters().values() {
        for entry in &parameter.values {
            let value = serde_json::to_string(&entry.value)?.replace('|', "/");
            let until = entry.until.map(|day| day.to_string()).unwrap_or_default();
            let source = law.sources().get(&entry.source);
            writeln!(
                text,
                "| `{}` {} | {} | {until} | {value} | {} | {} {} | {} | {:?} |",
                parameter.id,
                parameter.label,
                entry.from,
                parameter.unit,
                source.map_or("", |source| if source.number.is_empty() {
                    &source.title
                } else {
                    &source.number
                }),
                entry.article.as_deref().unwrap_or_default(),
                entry.evidence.label(),
                entry.effect,
            )?;
        }
    }
    writeln!(
        text,
        "\nCalendar: {} to {}, announced.",
        law.calendar().first(),
        law.calendar().complete_to()
    )?;
    Ok(text)
}
