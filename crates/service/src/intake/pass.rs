//! One pass over a file: read, check, and hand each row with its findings to a sink, chunk by chunk.
//!
//! Memory is bounded by the chunk. The register is asked once per chunk for the parties of its rows, so that a pass costs the
//! same whether the register holds a hundred subjects or a million.

use std::borrow::Cow;
use std::collections::HashMap;

use xinyong_domain::check::{Checked, Checker, MemoryRegistry, Seen, clean, organisation_code_in};
use xinyong_domain::finding::Finding;
use xinyong_domain::identifier;
use xinyong_domain::law::{FieldType, Kind, Law, MatterStanding, PowersOfUnit, Profile, Unit};
use xinyong_domain::text::normalise_name;
use xinyong_store::{Known, Store};

use super::recognise::{Recognised, is_code_field};
use crate::refusal::DeskError;
use crate::sheet::{Mark, Opened, Row, Rows};

/// Rows read, checked and written together.
pub(crate) const CHUNK: usize = 4_000;

/// How many rows went which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows with anything in them, below the headings.
    pub received: u64,
    /// New or changed in the register.
    pub recorded: u64,
    /// Already there, the same.
    pub unchanged: u64,
    /// Waiting for a person.
    pub held: u64,
    /// With an error.
    pub refused: u64,
}

/// A row that was checked, with what was found.
pub(crate) struct Judged<'r, 'c> {
    /// Row number as a person sees it.
    pub number: u32,
    /// The row after the check.
    pub checked: Checked<'r, 'c>,
    /// What was found, in order.
    pub findings: Vec<Finding>,
}

/// Which cells of a row are which field.
pub(crate) struct Columns {
    /// For each column its field.
    fields: Vec<Option<usize>>,
    /// Fields that several columns feed, with those columns.
    several: Vec<(usize, char, Vec<usize>)>,
    /// How many fields the kind has.
    count: usize,
    /// How many columns the heading row has.
    width: usize,
}

impl Columns {
    pub(crate) fn new(kind: &Kind, recognised: &Recognised) -> Self {
        let fields = recognised.matched.columns.clone();
        let mut by_field: HashMap<usize, Vec<usize>> = HashMap::new();
        for (column, field) in fields.iter().enumerate() {
            if let Some(field) = field {
                by_field.entry(*field).or_default().push(column);
            }
        }
        let several = by_field
            .into_iter()
            .filter(|(_, columns)| columns.len() > 1)
            .map(|(field, columns)| {
                let separator = kind.fields.get(field).map_or(';', |field| field.separator);
                (field, separator, columns)
            })
            .collect();
        Self { fields, several, count: kind.fields.len(), width: recognised.heading.len() }
    }

    /// Values of fields that several columns feed, joined; empty for nearly every file.
    fn joined(&self, row: &Row) -> Vec<(usize, String)> {
        self.several
            .iter()
            .map(|(field, separator, columns)| {
                let parts: Vec<&str> = columns
                    .iter()
                    .map(|column| clean(row.cell(*column)))
                    .filter(|part| !part.is_empty())
                    .collect();
                (*field, parts.join(&separator.to_string()))
            })
            .collect()
    }

    fn cells<'r>(&self, row: &'r Row, joined: &'r [(usize, String)]) -> Vec<&'r str> {
        let mut cells = vec![""; self.count];
        for (column, field) in self.fields.iter().enumerate() {
            if let Some(slot) = field.and_then(|field| cells.get_mut(field)) {
                *slot = row.cell(column);
            }
        }
        for (field, value) in joined {
            if let Some(slot) = cells.get_mut(*field) {
                *slot = value;
            }
        }
        cells
    }
}

/// What a pass needs.
pub(crate) struct Pass<'p> {
    pub kind: &'p Kind,
    checker: Checker<'p>,
    columns: Columns,
    seen: Seen,
    powers: &'p PowersOfUnit,
}

impl<'p> Pass<'p> {
    pub(crate) fn new(
        kind: &'p Kind,
        law: &'p Law,
        unit: &'p Unit,
        profile: Profile,
        today: jiff::civil::Date,
        recognised: &Recognised,
        powers: &'p PowersOfUnit,
    ) -> Self {
        let filing = xinyong_domain::check::Filing {
            profile,
            today,
            unit_name: &unit.name,
            unit_code: &unit.code,
        };
        let checker = Checker::new(kind, law, filing, recognised.has_column(kind.fields.len()));
        Self { kind, checker, columns: Columns::new(kind, recognised), seen: Seen::new(), powers }
    }

    /// The code and the normalised name of the party of each row, for one look into the register.
    pub(crate) fn parties(&self, rows: &[Row]) -> Vec<(String, String)> {
        let column =
            |field: usize| self.columns.fields.iter().position(|held| *held == Some(field));
        let code_column = column(self.kind.party.uscc);
        let name_column = column(self.kind.party.name);
        let older = (self.kind.fields.get(self.kind.party.uscc))
            .is_some_and(|field| field.kind == FieldType::PartyCode);
        let read = |row: &Row| {
            let code = code_column
                .map(|column| identifier::normalise(clean(row.cell(column))))
                .filter(|code| code.len() == 18 || (older && organisation_code_in(code).is_some()))
                .map(Cow::into_owned);
            let name =
                name_column.map(|column| normalise_name(clean(row.cell(column))).into_owned());
            (code.unwrap_or_default(), name.unwrap_or_default())
        };
        rows.iter().map(read).collect()
    }

    /// Checks some rows against the register's answer for them.
    pub(crate) fn judge<R>(
        &mut self,
        rows: &[Row],
        registry: &MemoryRegistry,
        mut each: impl FnMut(Judged<'_, '_>) -> Result<R, DeskError>,
    ) -> Result<(), DeskError> {
        for row in rows {
            let joined = self.columns.joined(row);
            let cells = self.columns.cells(row, &joined);
            let mut findings = Vec::new();
            self.note_marks(row, &mut findings);
            let checked =
                self.checker.check(row.number, &cells, registry, &mut self.seen, &mut findings);
            self.note_powers(&checked, &mut findings);
            each(Judged { number: row.number, checked, findings })?;
        }
        Ok(())
    }

    /// What the unit has published about its powers says of the matter. Only names can be compared: it is said, and nothing follows.
    fn note_powers(&self, checked: &Checked<'_, '_>, findings: &mut Vec<Finding>) {
        let Some((matter, decided)) = self.kind.matter.as_ref().zip(checked.decided) else {
            return;
        };
        let value = |field: usize| checked.value(field);
        let standing = self.powers.standing(&self.kind.id, matter, decided, value);
        if let MatterStanding::Outside { field, name, .. } = standing
            && let Some(field) = self.kind.fields.get(field)
        {
            let since = self.powers.edition_on(decided).map(|day| day.to_string());
            let shown: String = name.chars().take(40).collect();
            findings.push(Finding::warning(
                field.code.as_str(),
                "powers.outside",
                format!(
                    "「{}」所填的“{shown}”按名称比对不在本单位公布的权力事项目录（{}起施行）中；请核对，名称写法不同的可在“权力事项”中对应，不影响报送",
                    field.label,
                    since.unwrap_or_default()
                ),
            ));
        }
    }

    /// What the sheet itself says about cells: formulas, error values, digits that a number could not hold, cells beyond the
    /// headings.
    fn note_marks(&self, row: &Row, findings: &mut Vec<Finding>) {
        for (column, mark) in row.marks() {
            let field = self
                .columns
                .fields
                .get(*column)
                .copied()
                .flatten()
                .and_then(|position| self.kind.fields.get(position));
            let Some(field) = field else {
                continue;
            };
            match mark {
                Mark::Formula => findings.push(Finding::warning(
                    field.code.as_str(),
                    "row.formula",
                    format!("「{}」是公式，已读取其结果；请改为直接填写的值", field.label),
                )),
                Mark::ErrorValue => findings.push(Finding::error(
                    field.code.as_str(),
                    "row.error-value",
                    format!("「{}」是公式的错误值（如 #N/A），请改为直接填写的值", field.label),
                )),
                Mark::Number if is_code_field(field.kind) && row.cell(*column).len() > 15 => {
                    findings.push(Finding::error(
                        field.code.as_str(),
                        "row.digits-lost",
                        format!(
                            "「{}」被存成了数字，电子表格只保留15位，后面的数字已丢失；请把该列设为文本后重新填写",
                            field.label
                        ),
                    ));
                }
                Mark::Number | Mark::Date => {}
            }
        }
        // Delimited text marks no formulas: there a cell that begins with = is one, and is never computed.
        if row.marks().is_empty() {
            for (column, position) in self.columns.fields.iter().enumerate() {
                if row.cell(column).starts_with('=')
                    && let Some(field) =
                        position.and_then(|position| self.kind.fields.get(position))
                {
                    findings.push(Finding::warning(
                        field.code.as_str(),
                        "row.formula",
                        format!("「{}」像是公式，未作计算；请改为直接填写的值", field.label),
                    ));
                }
            }
        }
        let beyond =
            (self.columns.width..row.len()).any(|column| !clean(row.cell(column)).is_empty());
        if beyond {
            findings.push(Finding::error(
                "",
                "row.too-many-cells",
                "本行比标题行多出内容，疑似错位或单元格内有未加引号的分隔符；请检查本行",
            ));
        }
    }
}

/// The register's answer as the check wants it.
pub(crate) fn memory_registry(known: &Known) -> MemoryRegistry {
    let mut registry = MemoryRegistry::new();
    let mut added = std::collections::HashSet::new();
    for subject in known.by_code.values() {
        if added.insert(subject.id) {
            registry.add(
                subject.id,
                subject.code.as_deref().unwrap_or_default(),
                &subject.name,
                &subject.name_key,
            );
        }
    }
    for (organisation_code, holders) in &known.by_organisation_code {
        for subject in holders {
            let code = subject.code.as_deref().unwrap_or_default();
            if added.insert(subject.id) {
                registry.add(subject.id, code, &subject.name, &subject.name_key);
            }
            registry.add_organisation_code(organisation_code, code);
        }
    }
    for (name, holders) in &known.by_name {
        for (subject, current) in holders {
            if added.insert(subject.id) {
                registry.add(
                    subject.id,
                    subject.code.as_deref().unwrap_or_default(),
                    &subject.name,
                    &subject.name_key,
                );
            }
            if !current {
                registry.add_former(subject.id, name);
            }
        }
    }
    registry
}

/// Reads up to a chunk of filled rows below the headings, reusing the memory of the last chunk. Returns how many.
pub(crate) fn read_chunk(
    rows: &mut Rows<'_>,
    heading_row: u32,
    chunk: &mut Vec<Row>,
) -> Result<usize, DeskError> {
    let mut filled = 0;
    while filled < CHUNK {
        if chunk.len() == filled {
            chunk.push(Row::new());
        }
        let Some(row) = chunk.get_mut(filled) else {
            break;
        };
        if !rows.read(row)? {
            break;
        }
        if row.number <= heading_row || row.is_blank() {
            continue;
        }
        filled += 1;
    }
    Ok(filled)
}

/// Begins to read the table that was recognised.
pub(crate) fn table<'o>(
    opened: &'o mut Opened,
    recognised: &Recognised,
) -> Result<Rows<'o>, DeskError> {
    Ok(opened.rows(recognised.sheet)?)
}

/// Looks up codes from a thread that may wait.
pub(crate) fn look_up(
    store: &Store,
    runtime: &tokio::runtime::Handle,
    codes: &[&str],
) -> Result<Known, DeskError> {
    Ok(runtime.block_on(store.find_subjects(codes, &[]))?)
}

/// Looks up a chunk's parties: by code, and by name only those whose code did not settle it.
pub(crate) fn look_up_parties(
    store: &Store,
    runtime: &tokio::runtime::Handle,
    parties: &[(String, String)],
) -> Result<Known, DeskError> {
    fn unique<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
        let mut list: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
        list.sort_unstable();
        list.dedup();
        list
    }
    let codes = unique(parties.iter().map(|(code, _)| code.as_str()));
    let mut known = look_up(store, runtime, &codes)?;
    let older = unique(codes.iter().filter_map(|code| organisation_code_in(code)));
    if !older.is_empty() {
        known.by_organisation_code =
            runtime.block_on(store.subjects_by_organisation_code(&older))?;
    }
    let settled = |code: &str, name: &str| {
        known.by_code.get(code).is_some_and(|subject| subject.name_key == name)
    };
    let open = parties.iter().filter(|(code, name)| !settled(code, name));
    let names = unique(open.map(|(_, name)| name.as_str()));
    if !names.is_empty() {
        known.by_name = runtime.block_on(store.find_subjects(&[], &names))?.by_name;
    }
    Ok(known)
}
