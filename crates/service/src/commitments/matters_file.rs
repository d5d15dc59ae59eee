//! A unit's matters from a file: a row is an edition that waits for the second person. A file with anything wrong in it brings nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use xinyong_domain::check::clean;
use xinyong_domain::value::date;
use xinyong_store::{CommitmentMatter, StoreError};

use super::draft::judged;
use super::matters::PROPOSED;
use super::{MatterDraft, SCOPES, TYPES, is_of_unit, not_the_unit, noted};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::intake::recognise::recognise_layout;
use crate::refusal::{DeskError, Refusal};
use crate::sheet::Row;
use crate::units::reporting_unit;

/// Matters of one file at most.
const MOST_ROWS: usize = 500;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterFound {
    /// The row as a person sees it in the sheet.
    pub row: u32,
    /// The stable code.
    pub code: &'static str,
    /// What, and what to do.
    pub message: String,
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposedMatters {
    /// So many editions wait for a second person.
    Kept(usize),
    /// Nothing was kept.
    Refused(Vec<MatterFound>),
}

/// Proposes every matter of a file of the actor's unit: all of them, or none and everything that is wrong.
///
/// # Errors
/// `access.denied`, `commitment.not-the-unit`, `unit.ended`, `commitment.matters-none`, `commitment.matters-many`, `commitment.matter-open` where
/// somebody else proposed one of them meanwhile, and those of a file.
pub async fn propose_matters_file(
    desk: &Desk,
    actor: &Actor,
    file: (PathBuf, String),
) -> Result<ProposedMatters, DeskError> {
    actor.authorise_for(Permission::HandleCommitment, &actor.unit)?;
    let unit = reporting_unit(desk, &actor.unit).await?;
    if !is_of_unit(desk, actor, &unit.id).await? {
        return Err(not_the_unit());
    }
    let waiting: Vec<String> = desk
        .store()
        .commitment_matters()
        .await?
        .into_iter()
        .filter(|one| one.unit_id == unit.id && one.state == PROPOSED)
        .map(|one| one.code)
        .collect();
    let mut found = Vec::new();
    let mut good = Vec::new();
    let mut before: BTreeMap<String, u32> = BTreeMap::new();
    for (row, draft) in read(desk, &unit.id, file).await? {
        let mut say = |refusal: Refusal| {
            found.push(MatterFound { row, code: refusal.code, message: refusal.message });
        };
        let code = draft.code.trim();
        if let Some(first) = before.get(code) {
            say(Refusal::new(
                "commitment.matter-repeated",
                format!("事项编号「{code}」与第{first}行重复，一个文件里一个事项只写一版"),
            ));
        }
        if waiting.iter().any(|open| open == code) {
            say(Refusal::new(
                "commitment.matter-open",
                format!("事项「{code}」已有一版等待复核，请先办完"),
            ));
        }
        before.entry(code.to_owned()).or_insert(row);
        match judged(desk, &draft) {
            Ok(matter) => good.push(matter),
            Err(wrong) => wrong.into_iter().for_each(&mut say),
        }
    }
    if !found.is_empty() {
        return Ok(ProposedMatters::Refused(found));
    }
    let now = desk.clock().now();
    let mut tx = desk.store().transaction("propose commitment matters").await?;
    let count = good.len();
    for matter in good {
        let id = desk.new_id();
        let new =
            CommitmentMatter { id, proposed_by: actor.login.clone(), proposed_at: now, ..matter };
        match tx.propose_commitment_matter(&new).await {
            Err(StoreError::Conflict(_)) => {
                return Err(DeskError::refused(
                    "commitment.matter-open",
                    format!("事项「{}」已有一版等待复核，请先办完", new.code),
                ));
            }
            other => other?,
        }
        let of = format!("commitment-matter:{id}");
        desk.audit_with(&mut tx, actor, noted("commitment.matter-proposed", &of, &new.unit_id));
    }
    tx.commit().await?;
    Ok(ProposedMatters::Kept(count))
}

/// The rows of a file, each with its number.
async fn read(
    desk: &Desk,
    unit: &str,
    (path, name): (PathBuf, String),
) -> Result<Vec<(u32, MatterDraft)>, DeskError> {
    let (law, limits, unit) = (desk.law(), desk.limits().clone(), unit.to_owned());
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let work = move || -> Result<Vec<(u32, MatterDraft)>, DeskError> {
        let _permit = permit;
        let layout = law.commitment_matters();
        let wanted = ["code", "name", "content"];
        let (mut opened, found) = recognise_layout(&path, &name, layout, &wanted, &law, &limits)?;
        let mut rows = opened.rows(found.sheet)?;
        let mut row = Row::new();
        let mut drafts = Vec::new();
        // What a person reads in a list, or its code.
        let coded = |list: &str, typed: &str| -> String {
            let typed = typed.trim();
            let mut codes = law.codes().get(list).into_iter().flat_map(|list| &list.codes);
            codes
                .find(|code| {
                    code.label.trim_end_matches('-') == typed
                        || code.id == typed
                        || code.aliases.iter().any(|alias| alias == typed)
                })
                .map_or_else(|| typed.to_owned(), |code| code.id.clone())
        };
        while rows.read(&mut row)? {
            if row.number <= found.heading_row || row.is_blank() {
                continue;
            }
            if drafts.len() >= MOST_ROWS {
                return Err(DeskError::refused(
                    "commitment.matters-many",
                    format!("一个文件最多{MOST_ROWS}个事项，请分开上传"),
                ));
            }
            let cell = |code: &str| -> String {
                let position = layout.position(code);
                let columns = &found.matched.columns;
                let column = columns.iter().position(|field| field.is_some() && *field == position);
                column.map_or_else(String::new, |column| clean(row.cell(column)).to_owned())
            };
            drafts.push((
                row.number,
                MatterDraft {
                    unit: unit.clone(),
                    code: cell("code"),
                    name: cell("name"),
                    kind: coded(TYPES, &cell("kind")),
                    basis: cell("basis"),
                    notice: cell("notice"),
                    content: cell("content"),
                    liability: cell("liability"),
                    scope: coded(SCOPES, &cell("scope")),
                    days: cell("days"),
                    from: date::read(&cell("from")).map(|(day, _)| day),
                    ends: false,
                },
            ));
        }
        if drafts.is_empty() {
            return Err(DeskError::refused(
                "commitment.matters-none",
                "表格里没有事项，请检查文件",
            ));
        }
        Ok(drafts)
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?
}
