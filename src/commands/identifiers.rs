//! `id check`: reads lines, answers a JSON line each.

use std::io::{BufRead as _, BufWriter, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use xinyong_domain::identifier::{IdentifierKind, check};

use super::Common;
use crate::options::IdCommand;

/// Longest line that is read whole; an identifier has at most a few dozen characters.
const LONGEST_LINE: usize = 4096;

/// Runs it. Ends with 0 when every line was answered, valid or not.
pub fn run(common: &Common, command: &IdCommand) -> anyhow::Result<ExitCode> {
    let IdCommand::Check { kind } = command;
    let kind = IdentifierKind::from_word(kind).context("不认识的标识类型")?;
    let law = common.law()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        let text: String = text.chars().take(LONGEST_LINE).collect();
        let answer = check(kind, &text, law.region_history());
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
