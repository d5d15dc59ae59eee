//! A table of names against the register: for each name the closest subjects, with the reason. Nothing is changed by it.

use std::path::PathBuf;

use xinyong_domain::company_name::Verdict;

use super::suggest::{Suggestion, suggest};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};
use crate::sheet::{self, Row};

/// Names in one table.
pub const MOST_NAMES: usize = 10_000;
/// Candidates shown for one name.
const CANDIDATES: usize = 3;
/// Headings that name the first column and are no name themselves.
const HEADINGS: [&str; 6] = ["名称", "企业名称", "单位名称", "主体名称", "机构名称", "序号"];

/// One line of the answer: a name with one candidate, or with none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMatch {
    /// The line in what was handed in, from 1.
    pub line: usize,
    /// The name.
    pub asked: String,
    /// The place among the candidates, from 1; 0 where there is none.
    pub place: usize,
    /// The candidate.
    pub candidate: Option<Suggestion>,
}

impl NameMatch {
    /// Headings of the table, in the order of [`NameMatch::cells`].
    pub const HEADINGS: [&'static str; 9] = [
        "行号",
        "所给名称",
        "候选次序",
        "统一社会信用代码",
        "登记名称",
        "曾用名称",
        "判断",
        "差别所在",
        "理由",
    ];

    /// The cells of the line.
    #[must_use]
    pub fn cells(&self) -> [String; 9] {
        let mut cells: [String; 9] = Default::default();
        cells[0] = self.line.to_string();
        cells[1].clone_from(&self.asked);
        if let Some(found) = &self.candidate {
            cells[2] = self.place.to_string();
            cells[3].clone_from(&found.code);
            cells[4].clone_from(&found.name);
            cells[5].clone_from(&found.former_name);
            cells[6] = match (found.likeness.verdict, found.former_name.is_empty()) {
                (Verdict::Same, false) => "与曾用名称相同".to_owned(),
                (verdict, _) => verdict.label().to_owned(),
            };
            cells[7] = found.likeness.parts();
            cells[8] = found.likeness.reason();
        } else {
            cells[6] = "没有相近的主体".to_owned();
        }
        cells
    }
}

/// The names of a text, one a line.
#[must_use]
pub fn names_of_text(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim().to_owned()));
    lines.filter(|(_, name)| !name.is_empty()).collect()
}

/// The first column of a table; a first line that is a heading is passed over.
///
/// # Errors
/// The refusals of files.
pub async fn names_of_file(
    desk: &Desk,
    path: PathBuf,
    file_name: String,
) -> Result<Vec<(usize, String)>, DeskError> {
    let limits = desk.limits().clone();
    let read = move || -> Result<Vec<(usize, String)>, DeskError> {
        let mut opened = sheet::open(&path, &file_name, &limits)?;
        let mut rows = opened.rows(0)?;
        let mut row = Row::new();
        let mut names = Vec::new();
        let mut line = 0;
        while names.len() <= MOST_NAMES && rows.read(&mut row)? {
            line += 1;
            let name = row.cell(0).trim();
            let heading = line == 1 && HEADINGS.contains(&name);
            if !name.is_empty() && !heading {
                names.push((line, name.to_owned()));
            }
        }
        Ok(names)
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?
}

/// Whether names may be matched by somebody.
///
/// # Errors
/// `access.denied`, `names.none`, `names.too-many`.
pub fn may_match(actor: &Actor, names: &[(usize, String)]) -> Result<(), DeskError> {
    actor.authorise(Permission::ReadRecord)?;
    if names.is_empty() {
        return Err(
            Refusal::new("names.none", "没有名称：请每行写一个，或者放在表格的第一列").into()
        );
    }
    if names.len() > MOST_NAMES {
        let message = format!("名称超过 {MOST_NAMES} 个，请分几次匹配");
        return Err(Refusal::new("names.too-many", message).into());
    }
    Ok(())
}

/// Names matched in one go, so that files that are checked get their turn in between.
pub const NAMES_AT_ONCE: usize = 100;

/// The closest subjects of each name, in the order of the names. It waits its turn with the files that are being checked: so many
/// names take as much work.
///
/// # Errors
/// `access.denied`, `names.none`, `names.too-many`; when the store fails.
pub async fn match_names(
    desk: &Desk,
    actor: &Actor,
    names: &[(usize, String)],
) -> Result<Vec<NameMatch>, DeskError> {
    may_match(actor, names)?;
    let _turn = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let mut matches = Vec::with_capacity(names.len());
    for (line, name) in names {
        let line = *line;
        let mut found = suggest(desk, name).await?;
        // With an equal name at hand the others only distract.
        let equal = found.iter().filter(|one| one.likeness.verdict == Verdict::Same).count();
        found.truncate(if equal > 0 { equal } else { CANDIDATES });
        let of = |place, candidate| NameMatch { line, asked: name.clone(), place, candidate };
        if found.is_empty() {
            matches.push(of(0, None));
        }
        matches.extend(found.into_iter().enumerate().map(|(at, one)| of(at + 1, Some(one))));
    }
    Ok(matches)
}
