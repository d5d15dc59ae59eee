//! `check`: subjects are checked for a purpose; kept answers are shown and worked out again.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::json;
use xinyong_service::check::{self, Asked};
use xinyong_service::{Actor, Clock};

use super::Common;
use crate::exit::Exit;
use crate::options::{CheckCommand, CheckFor};

fn asked(about: &CheckFor, way: &'static str) -> Asked {
    Asked {
        purpose: about.purpose.clone(),
        basis: about.basis.clone(),
        reference: about.reference.clone(),
        way,
    }
}

fn actor(unit: &str) -> Actor {
    Actor { unit: unit.to_owned(), ..Actor::system("cli") }
}

/// Runs it.
pub async fn run(common: &Common, command: CheckCommand) -> anyhow::Result<ExitCode> {
    let desk = common.desk().await?;
    match command {
        CheckCommand::Ask { subject, about } => {
            let actor = actor(&about.unit);
            let looked = check::ask(&desk, &actor, &subject, &asked(&about, "command")).await?;
            let number = &looked.check().number;
            if common.json {
                let digest = &looked.check().digest;
                println!(r#"{{"number":"{number}","digest":"{digest}","answer":{}}}"#, looked.text);
            } else {
                let answer = &looked.answer;
                println!("核查编号 {number}，{}（{}）", answer.subject.name, answer.subject.code);
                for group in &answer.groups {
                    println!("{} {} 条", group.name, group.records.len());
                }
                if answer.measures.is_empty() {
                    println!("{}", answer.nothing_to_take());
                }
                for measure in &answer.measures {
                    println!(
                        "经核对可以采取：{}（{}；由{}引出；解除：{}）",
                        measure.name, measure.basis.line, measure.record_line, measure.lifting
                    );
                }
                for limit in &answer.given.limits {
                    println!("{}", limit.text);
                }
            }
        }
        CheckCommand::Show { number, why } => {
            let (check, text) =
                check::original(&desk, &Actor::system("cli"), &number, &why).await?;
            // The kept bytes and nothing else, so that their SM3 is the digest.
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
            drop(out);
            eprintln!(
                "\n核查编号 {}，{}，SM3 {}",
                check.number,
                Clock::show(check.at),
                check.digest
            );
        }
        CheckCommand::Replay { number, why } => {
            let again = check::replay(&desk, &Actor::system("cli"), &number, &why).await?;
            if common.json {
                let same = json!({
                    "number": again.check.number,
                    "same": again.same,
                    "same_law": again.same_law,
                    "pinned": again.pinned,
                });
                println!("{same}");
            } else if again.same {
                println!("与当时的答复逐字节相同");
                if again.pinned > 0 {
                    println!("其中 {} 条当时正在入库，以答复所载的版本为准", again.pinned);
                }
            } else {
                println!("与当时的答复不同；按当时的事实现在得出：\n{}", again.text);
            }
            if !again.same_law {
                eprintln!("现在的法规数据与当时的版本不同");
            }
            if !again.same {
                return Ok(Exit::Refused.into());
            }
        }
        CheckCommand::List { file, out, about } => {
            let actor = actor(&about.unit);
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
            let name = name.unwrap_or_default();
            let asked = asked(&about, "sheet");
            let id = check::receive_list(&desk, &actor, &file, &name, &asked).await?;
            check::run_list(&desk, id).await?;
            let list = check::list(&desk, &actor, id).await?;
            check::answered_list(&desk, &actor, id, &out).await?;
            if common.json {
                println!("{}", json!({ "list": id.to_string(), "rows": list.rows }));
            } else {
                println!("核查了 {} 行，已写入 {}", list.rows, out.display());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
