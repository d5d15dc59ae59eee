//! Gives a unit its own file back: its rows in its order, one column more.

use std::borrow::Cow;
use std::path::Path;

use xinyong_domain::finding::Level;
use xinyong_domain::identifier::{mask_citizen_id, mask_personal};
use xinyong_domain::law::Field;
use xinyong_store::RowFinding;

use super::pass::table;
use super::receive::REGISTRY;
use super::recognise::{Recognised, is_code_field, recognise_kind, recognise_registry};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::sheet::{Annotator, Row};

/// Findings fetched at a time; the file may be long.
const FETCHED: i64 = 5_000;

/// Writes the annotated workbook of a batch to a path.
///
/// # Errors
/// `access.denied`, `batch.refused` when the file as a whole was refused and there is no table to annotate.
pub async fn annotated_workbook(
    desk: &Desk,
    actor: &Actor,
    batch: i64,
    target: &Path,
) -> Result<(), DeskError> {
    let found = desk.store().batch(batch).await?.ok_or(DeskError::NotFound("该批次"))?;
    if found.kind == REGISTRY {
        actor.authorise(Permission::ImportSubjects)?;
    } else {
        actor.authorise_for(Permission::ReadBatch, &found.unit_id)?;
    }
    let permit = desk
        .heavy()
        .acquire_owned()
        .await
        .map_err(|error| DeskError::Internal(error.to_string()))?;
    let path = desk.scratch().join(format!("annotate-{batch}-{}", desk.new_id()));
    super::run::unpack(&desk.clone(), &found.digest, &path).await?;
    let (desk, target) = (desk.clone(), target.to_path_buf());
    let source = path.clone();
    let runtime = tokio::runtime::Handle::current();
    let outcome = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        write(&desk, &found.kind, batch, &found.file_name, &source, &target, &runtime)
    })
    .await
    .map_err(|error| DeskError::Internal(error.to_string()));
    drop(std::fs::remove_file(&path));
    outcome?
}

fn write(
    desk: &Desk,
    kind: &str,
    batch: i64,
    file_name: &str,
    source: &Path,
    target: &Path,
    runtime: &tokio::runtime::Handle,
) -> Result<(), DeskError> {
    let law = desk.law();
    let (mut opened, recognised, columns) = if kind == REGISTRY {
        let (opened, recognised) = recognise_registry(source, file_name, &law, desk.limits())?;
        let columns = Guarded::of(&law.registry().fields, &recognised);
        (opened, recognised, columns)
    } else {
        let kind =
            law.kind(kind).ok_or_else(|| DeskError::Internal(format!("unknown kind {kind}")))?;
        let (opened, recognised) = recognise_kind(source, file_name, kind, &law, desk.limits())?;
        let columns = Guarded::of(&kind.fields, &recognised);
        (opened, recognised, columns)
    };
    let width = width(&mut opened, &recognised)?;
    let failed = |error: crate::sheet::AnnotateError| DeskError::File {
        context: "无法写出校验结果".to_owned(),
        source: std::io::Error::other(error.to_string()),
    };
    let mut rows = table(&mut opened, &recognised)?;
    let mut out = Annotator::create(target, "校验结果", width).map_err(failed)?;
    let mut found =
        Findings { desk, batch, runtime, after: (0, 0), fetched: Vec::new(), at: 0, done: false };
    let mut row = Row::new();
    while rows.read(&mut row)? {
        if row.number == recognised.heading_row {
            out.write_heading(&row).map_err(failed)?;
            continue;
        }
        let (text, worst) = found.of(i64::from(row.number))?;
        out.write_row(&columns.masked(&row), &text, worst).map_err(failed)?;
    }
    out.finish().map_err(failed)
}

/// The width of the widest row, so that the findings stand right of everything.
fn width(
    opened: &mut crate::sheet::Opened,
    recognised: &super::recognise::Recognised,
) -> Result<usize, DeskError> {
    let mut rows = table(opened, recognised)?;
    let mut row = Row::new();
    let mut width = recognised.heading.len();
    while rows.read(&mut row)? {
        width = width.max(row.len());
    }
    Ok(width)
}

/// Columns in which numbers of persons are looked for more closely than elsewhere.
struct Guarded {
    /// Made for such numbers: whatever digits stand there are masked.
    sensitive: Vec<usize>,
    /// Made for codes of organisations, where a person's number is met by mistake.
    codes: Vec<usize>,
}

impl Guarded {
    fn of(fields: &[Field], recognised: &Recognised) -> Self {
        let with = |wanted: &dyn Fn(&Field) -> bool| {
            let columns = recognised.matched.columns.iter().enumerate();
            columns
                .filter(|(_, field)| field.and_then(|at| fields.get(at)).is_some_and(wanted))
                .map(|(column, _)| column)
                .collect()
        };
        Self {
            sensitive: with(&|field| field.sensitive),
            codes: with(&|field| is_code_field(field.kind)),
        }
    }

    /// The row as it goes back: numbers of persons are masked in every column, known or not.
    fn masked<'r>(&self, row: &'r Row) -> Cow<'r, Row> {
        let cells: Vec<Cow<'_, str>> = row
            .cells()
            .enumerate()
            .map(|(column, cell)| {
                if self.sensitive.contains(&column) && cell.chars().any(|one| one.is_ascii_digit())
                {
                    Cow::Owned(mask_citizen_id(cell))
                } else {
                    mask_personal(cell, self.codes.contains(&column))
                }
            })
            .collect();
        if cells.iter().all(|cell| matches!(cell, Cow::Borrowed(_))) {
            return Cow::Borrowed(row);
        }
        let mut copy = Row::new();
        copy.clear(row.number);
        cells.iter().for_each(|cell| copy.push(cell));
        Cow::Owned(copy)
    }
}

/// The findings of a batch, streamed in row order.
struct Findings<'f> {
    desk: &'f Desk,
    batch: i64,
    runtime: &'f tokio::runtime::Handle,
    after: (i64, i64),
    fetched: Vec<RowFinding>,
    at: usize,
    done: bool,
}

impl Findings<'_> {
    fn peek(&mut self) -> Result<Option<&RowFinding>, DeskError> {
        if self.at == self.fetched.len() && !self.done {
            let (row, seq) = self.after;
            let store = self.desk.store();
            self.fetched =
                self.runtime.block_on(store.findings_from(self.batch, row, seq, FETCHED))?;
            self.at = 0;
            match self.fetched.last() {
                Some(last) => self.after = (last.row, last.seq),
                None => self.done = true,
            }
        }
        Ok(self.fetched.get(self.at))
    }

    fn of(&mut self, row: i64) -> Result<(String, Option<Level>), DeskError> {
        let mut text = String::new();
        let mut worst = None;
        loop {
            let Some(finding) = self.peek()? else {
                break;
            };
            if finding.row > row {
                break;
            }
            if finding.row == row {
                let level = Level::from_word(&finding.level);
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&format!(
                    "【{}】{}（{}）",
                    level.map_or("", Level::label),
                    finding.message,
                    finding.code
                ));
                worst = worst.max(level);
            }
            self.at += 1;
        }
        Ok((text, worst))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use xinyong_domain::identifier::{citizen_id_check_character, mask_citizen_id};
    use xinyong_domain::law::Profile;

    use super::annotated_workbook;
    use crate::Actor;
    use crate::intake::{Receive, check, receive};
    use crate::sheet::{self, Row};
    use crate::testing::{code, company, desk};

    /// A list that names taxpayers by code holds, by mistake, the number of a person: in the column of codes, in a column that the
    /// platform does not know, and inside a name.
    #[tokio::test]
    async fn numbers_of_persons_go_back_masked_from_whatever_column() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = desk(&folder, date(2026, 6, 1)).await;
        // Nobody has serial 000.
        let start = "14082919770101000";
        let number = format!("{start}{}", citizen_id_check_character(start).expect("digits"));
        let table = format!(
            "纳税人识别号,纳税人名称,评价年度,主管税务机关,经办人证件\n{},{},2025,示例税务局,\n{number},示例个体户,2025,示例税务局,{number}\n\
             ,示例铺子（{number}）,2025,示例税务局,{number}01\n",
            code(1),
            company(1)
        );
        let path = desk.scratch().join("list.csv");
        std::fs::write(&path, table).expect("a file");
        let actor = Actor::system("clerk");
        let command = Receive {
            path,
            file_name: "示例名单.csv".to_owned(),
            kind: "tax-a-level".to_owned(),
            unit: "tax".to_owned(),
            profile: Profile::Reported,
        };
        let batch = receive(&desk, &actor, command).await.expect("received").batch;
        check(&desk, batch).await.expect("checked");
        let target = desk.scratch().join("back.xlsx");
        annotated_workbook(&desk, &actor, batch, &target).await.expect("a workbook");
        let mut opened = sheet::open(&target, "back.xlsx", desk.limits()).expect("opened");
        let mut rows = opened.rows(0).expect("rows");
        let (mut row, mut told) = (Row::new(), Vec::new());
        while rows.read(&mut row).expect("a row") {
            told.push(row.cells().collect::<Vec<_>>().join("|"));
        }
        let whole = told.join("\n");
        assert!(!whole.contains(&number) && !whole.contains("19770101"), "{whole}");
        let masked = mask_citizen_id(&number);
        assert!(whole.contains(&masked), "{whole}");
        assert!(whole.contains(&format!("示例铺子（{masked}）")), "{whole}");
        assert!(whole.contains(&code(1)) && whole.contains(&company(1)), "{whole}");
    }
}
