//! Finds the table in a file: which sheet, which row holds the headings, which column is which field.
//!
//! Units put a title above the table, blank rows, a note; they leave empty sheets in front of the real one. The row whose
//! headings answer to most fields is the heading row. A file that is no table of the kind is refused, and the refusal shows
//! what was recognised, so that the clerk sees at once which file was taken by mistake.

use std::path::Path;

use xinyong_domain::law::{
    FieldType, HeadingMatch, Headings, Kind, Law, RegistryLayout, normalise_heading,
};

use crate::refusal::Refusal;
use crate::sheet::{self, FileRefusal, Limits, Opened, Row};

/// How many rows from the top may come before the headings.
const SEARCHED_ROWS: usize = 40;

/// Where the table is.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// The sheet.
    pub sheet: usize,
    /// Its name, empty for CSV.
    pub sheet_name: String,
    /// Row number of the headings as a person sees it.
    pub heading_row: u32,
    /// The heading row itself.
    pub heading: Row,
    /// For each column of the file the position of its field.
    pub matched: HeadingMatch,
    /// What the clerk should know about the file as a whole: code and sentence.
    pub notes: Vec<(&'static str, String)>,
}

impl Recognised {
    /// For each field whether it has a column.
    #[must_use]
    pub fn has_column(&self, fields: usize) -> Vec<bool> {
        (0..fields).map(|position| self.matched.has(position)).collect()
    }
}

/// Opens a file and finds the table of a record kind in it.
///
/// # Errors
/// What the file itself is refused for, `file.kind-mismatch` when it is a table of another kind, `file.kind-unknown` when it is of
/// none, `content.forbidden` when it has a column that may not be collected from anyone.
pub fn recognise_kind(
    path: &Path,
    file_name: &str,
    kind: &Kind,
    law: &Law,
    limits: &Limits,
) -> Result<(Opened, Recognised), Refusal> {
    let mut opened = sheet::open(path, file_name, limits).map_err(of_file)?;
    let best = best_match(&mut opened, &kind.headings).map_err(of_file)?;
    let enough = best.as_ref().is_some_and(|found| {
        let has =
            |position: Option<usize>| position.is_some_and(|position| found.matched.has(position));
        let decides = has(Some(kind.document_number))
            || has(kind.document_number_fallback)
            || has(Some(kind.decided));
        has(Some(kind.party.name)) && decides && found.matched.recognised() >= 3
    });
    match best {
        Some(found) if enough => {
            refuse_forbidden_columns(&found, law)?;
            let notes = notes(&opened, &found);
            Ok((opened, Recognised { notes, ..found }))
        }
        best => Err(unknown_kind(&mut opened, best, kind, law)),
    }
}

/// Opens a file and finds the registry's table in it.
///
/// # Errors
/// As [`recognise_kind`].
pub fn recognise_registry(
    path: &Path,
    file_name: &str,
    law: &Law,
    limits: &Limits,
) -> Result<(Opened, Recognised), Refusal> {
    let layout = law.registry();
    recognise_layout(path, file_name, layout, &["name", "uscc"], law, limits)
}

/// Opens a file and finds the table of another list in it, which has a column for each of the fields in `wanted`.
///
/// # Errors
/// As [`recognise_kind`].
pub fn recognise_layout(
    path: &Path,
    file_name: &str,
    layout: &RegistryLayout,
    wanted: &[&str],
    law: &Law,
    limits: &Limits,
) -> Result<(Opened, Recognised), Refusal> {
    let mut opened = sheet::open(path, file_name, limits).map_err(of_file)?;
    let best = best_match(&mut opened, &layout.headings).map_err(of_file)?;
    let enough = best.as_ref().is_some_and(|found| {
        wanted
            .iter()
            .all(|code| layout.position(code).is_some_and(|position| found.matched.has(position)))
    });
    match best {
        Some(found) if enough => {
            refuse_forbidden_columns(&found, law)?;
            let notes = notes(&opened, &found);
            Ok((opened, Recognised { notes, ..found }))
        }
        best => {
            let labels: Vec<&str> = wanted
                .iter()
                .filter_map(|code| layout.fields.get(layout.position(code)?))
                .map(|field| field.label.as_str())
                .collect();
            Err(Refusal::new(
                "file.kind-unknown",
                format!(
                    "这不是{}：没有找到同时含有「{}」的标题行。{}",
                    layout.name,
                    labels.join("」和「"),
                    shown(best.as_ref(), &layout.headings)
                ),
            ))
        }
    }
}

fn of_file(refusal: FileRefusal) -> Refusal {
    Refusal { code: refusal.code, message: refusal.message }
}

fn best_match(opened: &mut Opened, headings: &Headings) -> Result<Option<Recognised>, FileRefusal> {
    let mut best: Option<Recognised> = None;
    for position in 0..opened.sheets.len() {
        let name = opened.sheets.get(position).cloned().unwrap_or_default();
        let mut rows = opened.rows(position)?;
        let mut row = Row::new();
        for _ in 0..SEARCHED_ROWS {
            if !rows.read(&mut row)? {
                break;
            }
            let cells: Vec<&str> = row.cells().collect();
            let matched = headings.match_row(&cells);
            let better =
                best.as_ref().is_none_or(|found| matched.recognised() > found.matched.recognised());
            if matched.recognised() > 0 && better {
                best = Some(Recognised {
                    sheet: position,
                    sheet_name: name.clone(),
                    heading_row: row.number,
                    heading: row.clone(),
                    matched,
                    notes: Vec::new(),
                });
            }
        }
    }
    Ok(best)
}

fn notes(opened: &Opened, found: &Recognised) -> Vec<(&'static str, String)> {
    let mut notes = opened.notes.clone();
    if opened.sheets.len() > 1 {
        notes.push(("file.sheet-chosen", format!("读取的是工作表「{}」", found.sheet_name)));
    }
    if !found.matched.unknown.is_empty() {
        let names: Vec<&str> =
            found.matched.unknown.iter().map(|(_, name)| name.as_str()).take(20).collect();
        notes.push((
            "file.columns-ignored",
            format!("以下列不在目录中，未归集：{}", names.join("、")),
        ));
    }
    if !found.matched.repeated.is_empty() {
        let names: Vec<&str> =
            found.matched.repeated.iter().map(|(_, name)| name.as_str()).collect();
        notes.push((
            "file.columns-repeated",
            format!("以下列重复出现，只读取第一列：{}", names.join("、")),
        ));
    }
    notes
}

/// H6: a column for religion, genes, fingerprints, blood type, disease or medical history refuses the file.
fn refuse_forbidden_columns(found: &Recognised, law: &Law) -> Result<(), Refusal> {
    let Some(list) = law.parameters().get("intake.forbidden.words") else {
        return Ok(());
    };
    let words: Vec<String> = list
        .values
        .iter()
        .filter_map(|entry| match &entry.value {
            xinyong_domain::law::Setting::List(words) => Some(words.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    for (column, heading) in &found.matched.unknown {
        let heading = normalise_heading(heading);
        if words.iter().any(|word| heading == normalise_heading(word)) {
            return Err(Refusal::new(
                "content.forbidden",
                format!("第{}列「{heading}」依法不得归集，请删去该列后重新上传", column + 1),
            ));
        }
    }
    Ok(())
}

fn unknown_kind(opened: &mut Opened, best: Option<Recognised>, kind: &Kind, law: &Law) -> Refusal {
    let here = best.as_ref().map_or(0, |found| found.matched.recognised());
    for other in law.kinds().values().filter(|other| other.id != kind.id) {
        let Ok(Some(found)) = best_match(opened, &other.headings) else {
            continue;
        };
        if found.matched.recognised() > here
            && found.matched.recognised() >= 3
            && found.matched.has(other.party.name)
        {
            return Refusal::new(
                "file.kind-mismatch",
                format!(
                    "选择的是「{}」，但这份文件像是「{}」（认出{}列）。请改选类别，或换一份文件",
                    kind.name,
                    other.name,
                    found.matched.recognised()
                ),
            );
        }
    }
    if let Ok(Some(found)) = best_match(opened, &law.registry().headings)
        && ["name", "uscc"].into_iter().all(|code| {
            law.registry().position(code).is_some_and(|position| found.matched.has(position))
        })
        && found.matched.recognised() > here.max(3)
    {
        return Refusal::new(
            "file.kind-mismatch",
            format!(
                "选择的是「{}」，但这份文件像是{}；登记信息请用“导入登记信息”",
                kind.name,
                law.registry().name
            ),
        );
    }
    Refusal::new(
        "file.kind-unknown",
        format!(
            "这份文件不是「{}」：没有找到它的标题行。{}请使用报送页面上的空白表格，或确认选择的类别",
            kind.name,
            shown(best.as_ref(), &kind.headings)
        ),
    )
}

/// What was recognised, for the refusal.
fn shown(best: Option<&Recognised>, headings: &Headings) -> String {
    let Some(found) = best else {
        return "没有认出任何一列。".to_owned();
    };
    let known: Vec<&str> =
        found.heading.cells().filter(|cell| headings.field(cell).is_some()).take(10).collect();
    let unknown: Vec<&str> =
        found.matched.unknown.iter().map(|(_, name)| name.as_str()).take(10).collect();
    let unknown = if unknown.is_empty() {
        String::new()
    } else {
        format!("，没有认出：{}", unknown.join("、"))
    };
    format!("第{}行认出：{}{unknown}。", found.heading_row, known.join("、"))
}

/// Whether digits beyond a spreadsheet's precision matter in a field.
pub(crate) fn is_code_field(kind: FieldType) -> bool {
    matches!(
        kind,
        FieldType::Uscc
            | FieldType::PartyCode
            | FieldType::OrganisationCode
            | FieldType::RegistrationNo
            | FieldType::TaxNo
            | FieldType::Identity
    )
}
