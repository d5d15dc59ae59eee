//! Reads the law folder and checks that it is whole: every citation, code list, field and parameter that one file
//! names must exist in another. What is wrong is said with file and line, all of it at once.

mod by_subject;
mod measures;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use jiff::civil::Date;
use serde::Deserialize;
use sm3::{Digest as _, Sm3};
use toml::Spanned;

use super::{
    Audience, Basis, CatalogueClass, CatalogueEdition, CatalogueKind, Code, CodeList, County,
    DatedValue, Effect, Field, FieldType, Headings, Kind, Law, Matter, Parameter, PartyFields,
    PublicationRule, Region, RegistryLayout, ReportForm, Required, Setting, Source, Terms,
    normalise_heading,
};
use crate::calendar::{Calendar, CalendarYear};
use crate::company_name::NameLexicon;
use crate::identifier::{RegionHistory, RegionPeriod};
use crate::party::PartyCategory;
use crate::ruling::{Citation, Evidence};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../law");

/// Something wrong in a file of the law folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LawProblem {
    /// Path below the law folder.
    pub file: String,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for LawProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// TOML's own date, turned into ours.
fn day(date: &toml::value::Datetime) -> Option<Date> {
    let date = date.date?;
    Date::new(
        i16::try_from(date.year).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()
}

type Day = Spanned<toml::value::Datetime>;
type Word = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcesFile {
    source: Vec<SourceEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceEntry {
    id: Word,
    title: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    issuer: String,
    in_force: Option<Day>,
    until: Option<Day>,
    superseded_by: Option<Word>,
    evidence: Evidence,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParametersFile {
    parameter: Vec<ParameterEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterEntry {
    id: Word,
    label: String,
    unit: String,
    value: Vec<ValueEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueEntry {
    from: Day,
    until: Option<Day>,
    value: Setting,
    source: Word,
    article: Option<String>,
    quote: Option<String>,
    evidence: Evidence,
    effect: Effect,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverageFile {
    complete_to: Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i16,
    evidence: Evidence,
    notice: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    address: Option<String>,
    off: Vec<OffDay>,
    work: Vec<Day>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OffDay {
    date: Day,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodesFile {
    id: Word,
    label: String,
    source: Option<Word>,
    #[serde(rename = "evidence")]
    _evidence: Evidence,
    #[serde(default, rename = "change_log")]
    _change_log: Vec<toml::Value>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
    code: Vec<CodeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeEntry {
    id: Word,
    label: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    other: bool,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindFile {
    id: Word,
    name: String,
    #[serde(default, rename = "abbreviation")]
    _abbreviation: Option<String>,
    edition: String,
    catalogue_class: String,
    source: Word,
    basis: Vec<BasisEntry>,
    audience: Audience,
    publication: PublicationRule,
    published: Option<Word>,
    maximum: Option<Word>,
    minimum: Option<Word>,
    #[serde(default)]
    by_class: bool,
    subjects: Option<Vec<PartyCategory>>,
    report_within: Word,
    decided: Word,
    valid_from: Option<Word>,
    valid_until: Option<Word>,
    title: Option<Word>,
    document_number: Word,
    document_number_fallback: Option<Word>,
    authority: Word,
    authority_code: Option<Word>,
    reporter: Option<Word>,
    reporter_code: Option<Word>,
    summary: Word,
    class: Option<Word>,
    scope: Option<Word>,
    outcome: Option<Word>,
    #[serde(default)]
    key: Vec<Word>,
    matter: Option<MatterEntry>,
    party: BTreeMap<String, Word>,
    columns: Vec<Word>,
    by_subject: Option<by_subject::BySubjectEntry>,
    field: Vec<FieldEntry>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatterEntry {
    fields: Vec<Word>,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    edition: String,
    source: Word,
    #[serde(default)]
    note: String,
    class: Vec<CatalogueClassEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueClassEntry {
    name: Word,
    evidence: Evidence,
    #[serde(default)]
    kind: Vec<CatalogueKindEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueKindEntry {
    id: Word,
    evidence: Evidence,
    #[serde(default)]
    fields: Vec<Word>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryFile {
    name: String,
    source: Word,
    field: Vec<FieldEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BasisEntry {
    source: Word,
    article: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    code: Word,
    label: String,
    #[serde(rename = "type")]
    kind: FieldType,
    max: Option<usize>,
    required: Required,
    #[serde(default)]
    returned: bool,
    codes: Option<Word>,
    separator: Option<char>,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    public: bool,
    #[serde(default)]
    aliases: Vec<Word>,
    #[serde(default)]
    platform: bool,
    help: Option<String>,
}

/// The files by path, and the problems met so far.
struct Reader {
    files: BTreeMap<String, String>,
    problems: Vec<LawProblem>,
}

impl Reader {
    fn problem(&mut self, file: &str, span: &Range<usize>, message: impl Into<String>) {
        let line = self.files.get(file).map_or(0, |text| {
            text.get(..span.start).map_or(0, |before| before.matches('\n').count() + 1)
        });
        self.problems.push(LawProblem { file: file.to_owned(), line, message: message.into() });
    }

    fn whole(&mut self, file: &str, message: impl Into<String>) {
        self.problems.push(LawProblem { file: file.to_owned(), line: 0, message: message.into() });
    }

    fn parse<T: serde::de::DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        let Some(text) = self.files.get(file) else {
            self.whole(file, "缺少该文件");
            return None;
        };
        match toml::from_str::<T>(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = error.message().to_owned();
                self.problem(file, &span, message);
                None
            }
        }
    }

    fn below(&self, folder: &str) -> Vec<String> {
        self.files
            .keys()
            .filter(|path| path.starts_with(folder) && path.ends_with(".toml"))
            .cloned()
            .collect()
    }

    fn date(&mut self, file: &str, value: &Day) -> Date {
        day(value.get_ref()).unwrap_or_else(|| {
            self.problem(file, &value.span(), "不是有效日期，应写作 2026-01-01");
            Date::MIN
        })
    }

    fn known_source(&mut self, file: &str, sources: &BTreeMap<String, Source>, id: &Word) {
        if !sources.contains_key(id.get_ref()) {
            let message = format!("引用的依据「{}」不在 sources.toml 中", id.get_ref());
            self.problem(file, &id.span(), message);
        }
    }
}

fn citation(
    sources: &BTreeMap<String, Source>,
    source: &str,
    article: Option<String>,
    entry: &str,
) -> Citation {
    let found = sources.get(source);
    let evidence = found.map_or(Evidence::Memory, |source| source.evidence);
    Citation {
        source: source.to_owned(),
        title: found.map_or_else(|| source.to_owned(), |source| source.title.clone()),
        number: found.map_or_else(String::new, |source| source.number.clone()),
        article,
        quote: None,
        entry: entry.to_owned(),
        evidence,
        verified: evidence == Evidence::Text,
    }
}

impl Law {
    /// The law that is embedded in the binary.
    ///
    /// # Errors
    /// Every problem found in its files.
    pub fn embedded() -> Result<Self, Vec<LawProblem>> {
        let mut files = BTreeMap::new();
        collect(&EMBEDDED, &mut files);
        Self::from_files(files)
    }

    /// The embedded files themselves, for tests and for writing a folder to start from.
    #[must_use]
    pub fn embedded_files() -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        collect(&EMBEDDED, &mut files);
        files
    }

    /// A law read from files given as path below the law folder (with `/`) and text.
    ///
    /// # Errors
    /// Every problem found, with file and line.
    pub fn from_files(files: BTreeMap<String, String>) -> Result<Self, Vec<LawProblem>> {
        let mut digest = Sm3::new();
        for (path, text) in &files {
            digest.update(path.as_bytes());
            digest.update([0]);
            digest.update(text.as_bytes());
            digest.update([0]);
        }
        let edition: String =
            digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();

        let mut reader = Reader { files, problems: Vec::new() };
        let sources = read_sources(&mut reader);
        let parameters = read_parameters(&mut reader, &sources);
        let calendar = read_calendar(&mut reader);
        let codes = read_codes(&mut reader, &sources);
        let kinds = read_kinds(&mut reader, &sources, &parameters, &codes);
        let registry = read_registry(&mut reader, &sources, &codes);
        let report = read_report(&mut reader, &sources, &kinds);
        let powers = read_layout(&mut reader, "powers.toml", &sources, &codes);
        let matters = read_layout(&mut reader, "commitment-matters.toml", &sources, &codes);
        let measures = measures::read(&mut reader, &sources, &kinds, &codes);
        let catalogue = read_catalogue(&mut reader, &sources, &kinds);
        let counties = read_counties(&mut reader, &codes);
        let regions = read_regions(&reader, "codes/regions.csv");
        let town_files: Vec<String> =
            reader.files.keys().filter(|path| path.starts_with("codes/towns-")).cloned().collect();
        let mut towns = Vec::new();
        for file in &town_files {
            towns.extend(read_regions(&reader, file));
        }
        let region_history = read_region_history(&reader);
        let names = NameLexicon::new(&regions, &codes);
        let layouts = registry.zip(powers.zip(matters));
        match (calendar, layouts, report.zip(measures), reader.problems.is_empty()) {
            (
                Some(calendar),
                Some((registry, (powers, matters))),
                Some((report, measures)),
                true,
            ) => Ok(Self {
                measures,
                registry,
                powers,
                commitment_matters: matters,
                report,
                catalogue,
                edition,
                sources,
                parameters,
                calendar,
                codes,
                kinds,
                counties,
                regions,
                towns,
                names,
                region_history,
                confirmations: Vec::new(),
            }),
            _ => Err(reader.problems),
        }
    }
}

fn collect(dir: &Dir<'static>, files: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            files.insert(path.replace('\\', "/"), text.to_owned());
        }
    }
    for dir in dir.dirs() {
        collect(dir, files);
    }
}

fn read_sources(reader: &mut Reader) -> BTreeMap<String, Source> {
    const FILE: &str = "sources.toml";
    let mut sources = BTreeMap::new();
    let Some(file) = reader.parse::<SourcesFile>(FILE) else {
        return sources;
    };
    let ids: HashSet<String> = file.source.iter().map(|entry| entry.id.get_ref().clone()).collect();
    for entry in file.source {
        if let Some(successor) = &entry.superseded_by
            && !ids.contains(successor.get_ref())
        {
            reader.problem(FILE, &successor.span(), "superseded_by 所指的依据不存在");
        }
        let in_force = entry.in_force.as_ref().map(|value| reader.date(FILE, value));
        let until = entry.until.as_ref().map(|value| reader.date(FILE, value));
        let span = entry.id.span();
        let id = entry.id.into_inner();
        let source = Source {
            id: id.clone(),
            title: entry.title,
            number: entry.number,
            issuer: entry.issuer,
            in_force,
            until,
            superseded_by: entry.superseded_by.map(Spanned::into_inner),
            evidence: entry.evidence,
            note: entry.note,
        };
        if sources.insert(id, source).is_some() {
            reader.problem(FILE, &span, "依据编号重复");
        }
    }
    sources
}

fn read_parameters(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
) -> BTreeMap<String, Parameter> {
    let mut parameters = BTreeMap::new();
    for path in reader.below("parameters/") {
        let Some(file) = reader.parse::<ParametersFile>(&path) else {
            continue;
        };
        for entry in file.parameter {
            let span = entry.id.span();
            let mut values: Vec<DatedValue> = Vec::new();
            for value in entry.value {
                reader.known_source(&path, sources, &value.source);
                let from = reader.date(&path, &value.from);
                let until = value.until.as_ref().map(|until| reader.date(&path, until));
                if let Some(last) = values.last()
                    && (last.from >= from || last.until.is_some_and(|until| until >= from))
                {
                    reader.problem(
                        &path,
                        &value.from.span(),
                        "各期限值须按起始日期先后排列且不重叠",
                    );
                }
                values.push(DatedValue {
                    from,
                    until,
                    value: value.value,
                    source: value.source.into_inner(),
                    article: value.article,
                    quote: value.quote,
                    evidence: value.evidence,
                    effect: value.effect,
                    note: value.note,
                });
            }
            let id = entry.id.into_inner();
            let parameter =
                Parameter { id: id.clone(), label: entry.label, unit: entry.unit, values };
            if parameters.insert(id, parameter).is_some() {
                reader.problem(&path, &span, "参数编号重复");
            }
        }
    }
    parameters
}

fn read_calendar(reader: &mut Reader) -> Option<Calendar> {
    const COVERAGE: &str = "calendar/coverage.toml";
    let coverage = reader.parse::<CoverageFile>(COVERAGE)?;
    let complete_to = reader.date(COVERAGE, &coverage.complete_to);
    let mut years = Vec::new();
    for path in reader.below("calendar/") {
        if path == COVERAGE {
            continue;
        }
        let Some(file) = reader.parse::<YearFile>(&path) else {
            continue;
        };
        let off = file
            .off
            .iter()
            .map(|entry| (reader.date(&path, &entry.date), entry.name.clone()))
            .collect();
        let work = file.work.iter().map(|entry| reader.date(&path, entry)).collect();
        years.push(CalendarYear {
            year: file.year,
            citation: Citation {
                source: format!("calendar-{}", file.year),
                title: file.title.unwrap_or_else(|| {
                    format!("国务院办公厅关于{}年部分节假日安排的通知", file.year)
                }),
                number: file.notice,
                article: None,
                quote: None,
                entry: file
                    .address
                    .or(file.note)
                    .unwrap_or_else(|| format!("calendar.{}", file.year)),
                evidence: file.evidence,
                verified: file.evidence == Evidence::Text,
            },
            off,
            work,
        });
    }
    match Calendar::new(years, complete_to) {
        Ok(calendar) => Some(calendar),
        Err(message) => {
            reader.whole("calendar/", message);
            None
        }
    }
}

fn read_codes(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
) -> BTreeMap<String, Arc<CodeList>> {
    let mut lists = BTreeMap::new();
    for path in reader.below("codes/") {
        let Some(file) = reader.parse::<CodesFile>(&path) else {
            continue;
        };
        if let Some(source) = &file.source {
            reader.known_source(&path, sources, source);
        }
        let mut spellings: HashMap<String, String> = HashMap::new();
        let mut codes = Vec::new();
        for entry in file.code {
            let span = entry.id.span();
            let id = entry.id.into_inner();
            let mut own: Vec<&String> = vec![&id, &entry.label];
            own.extend(&entry.aliases);
            own.sort();
            own.dedup();
            for spelling in own {
                if let Some(other) = spellings.insert(spelling.clone(), id.clone()) {
                    let message = format!("「{spelling}」同时属于「{other}」和「{id}」");
                    reader.problem(&path, &span, message);
                }
            }
            codes.push(Code { id, label: entry.label, aliases: entry.aliases, other: entry.other });
        }
        let id = file.id.into_inner();
        lists.insert(id.clone(), Arc::new(CodeList::new(id, file.label, codes)));
    }
    lists
}

fn read_kinds(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
    parameters: &BTreeMap<String, Parameter>,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> BTreeMap<String, Arc<Kind>> {
    let mut kinds = BTreeMap::new();
    for path in reader.below("kinds/") {
        let Some(file) = reader.parse::<KindFile>(&path) else {
            continue;
        };
        if let Some(kind) = read_kind(reader, &path, file, sources, parameters, codes) {
            kinds.insert(kind.id.clone(), Arc::new(kind));
        }
    }
    kinds
}

fn read_kind(
    reader: &mut Reader,
    path: &str,
    file: KindFile,
    sources: &BTreeMap<String, Source>,
    parameters: &BTreeMap<String, Parameter>,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> Option<Kind> {
    reader.known_source(path, sources, &file.source);
    for basis in &file.basis {
        reader.known_source(path, sources, &basis.source);
    }
    if !parameters.contains_key(file.report_within.get_ref()) {
        reader.problem(path, &file.report_within.span(), "report_within 所指的参数不存在");
    }
    for word in [&file.published, &file.maximum, &file.minimum].into_iter().flatten() {
        let id = word.get_ref();
        let of_classes = format!("{id}.");
        let known = parameters.contains_key(id)
            || (file.by_class && parameters.keys().any(|known| known.starts_with(&of_classes)));
        if !known {
            let message = format!("所指的参数「{}」不存在", word.get_ref());
            reader.problem(path, &word.span(), message);
        }
    }
    if file.publication == PublicationRule::Listing && file.maximum.is_none() {
        reader.whole(path, "名单类信息须写明最长公示期的参数 maximum");
    }
    let (fields, by_code, headings) = read_fields(reader, path, file.field, codes);
    let mut missing = false;
    let mut at = |reader: &mut Reader, word: &Word| -> usize {
        by_code.get(word.get_ref()).copied().unwrap_or_else(|| {
            missing = true;
            let message = format!("字段「{}」没有定义", word.get_ref());
            reader.problem(path, &word.span(), message);
            0
        })
    };
    let mut maybe =
        |reader: &mut Reader, word: &Option<Word>| word.as_ref().map(|word| at(reader, word));
    let valid_from = maybe(reader, &file.valid_from);
    let valid_until = maybe(reader, &file.valid_until);
    let title = maybe(reader, &file.title);
    let document_number_fallback = maybe(reader, &file.document_number_fallback);
    let authority_code = maybe(reader, &file.authority_code);
    let reporter = maybe(reader, &file.reporter);
    let reporter_code = maybe(reader, &file.reporter_code);
    let class = maybe(reader, &file.class);
    let scope = maybe(reader, &file.scope);
    let outcome = maybe(reader, &file.outcome);
    let document_number = at(reader, &file.document_number);
    let decided = at(reader, &file.decided);
    let authority = at(reader, &file.authority);
    let summary = at(reader, &file.summary);
    let key = file.key.iter().map(|word| at(reader, word)).collect();
    let matter = file.matter.map(|entry| {
        let fields = entry.fields.iter().map(|word| at(reader, word)).collect();
        Matter::new(fields, &entry.before, &entry.after)
    });
    let columns = file.columns.iter().map(|word| at(reader, word)).collect();
    let mut party = PartyFields::default();
    for (role, word) in &file.party {
        let position = at(reader, word);
        let slot = match role.as_str() {
            "name" => {
                party.name = position;
                continue;
            }
            "category" => {
                party.category = position;
                continue;
            }
            "uscc" => {
                party.uscc = position;
                continue;
            }
            "registration_no" => &mut party.registration_no,
            "organisation_code" => &mut party.organisation_code,
            "tax_no" => &mut party.tax_no,
            "institution_no" => &mut party.institution_no,
            "association_no" => &mut party.association_no,
            "representative" => &mut party.representative,
            "representative_document_type" => &mut party.representative_document_type,
            "representative_document" => &mut party.representative_document,
            "document_type" => &mut party.document_type,
            "document" => &mut party.document,
            _ => {
                reader.problem(path, &word.span(), format!("不认识的相对人角色「{role}」"));
                continue;
            }
        };
        *slot = Some(position);
    }
    for role in ["name", "category", "uscc"] {
        if !file.party.contains_key(role) {
            reader.whole(path, format!("[party] 缺少「{role}」"));
            missing = true;
        }
    }
    if missing {
        return None;
    }
    let by_subject = file.by_subject.and_then(|entry| {
        let known = (fields.as_slice(), &by_code);
        by_subject::read(reader, path, entry, file.id.get_ref(), known, sources)
    });
    let entry = format!("kind.{}", file.id.get_ref());
    Some(Kind {
        id: file.id.into_inner(),
        name: file.name,
        edition: file.edition,
        layout: file.source.get_ref().clone(),
        catalogue_class: file.catalogue_class,
        basis: file
            .basis
            .into_iter()
            .map(|basis| Basis {
                citation: citation(sources, basis.source.get_ref(), basis.article, &entry),
            })
            .collect(),
        audience: file.audience,
        publication: file.publication,
        terms: Terms {
            published: file.published.map(Spanned::into_inner),
            maximum: file.maximum.map(Spanned::into_inner),
            minimum: file.minimum.map(Spanned::into_inner),
            by_class: file.by_class,
        },
        subjects: file.subjects.unwrap_or_else(|| PartyCategory::ALL.to_vec()),
        report_within: file.report_within.into_inner(),
        fields,
        party,
        decided,
        valid_from,
        valid_until,
        title,
        document_number,
        document_number_fallback,
        authority,
        authority_code,
        reporter,
        reporter_code,
        summary,
        class,
        scope,
        outcome,
        key,
        matter,
        columns,
        by_subject,
        by_code,
        headings,
    })
}

fn read_fields(
    reader: &mut Reader,
    path: &str,
    entries: Vec<FieldEntry>,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> (Vec<Field>, HashMap<String, usize>, Headings) {
    let mut by_code = HashMap::new();
    let mut headings = Headings::default();
    let mut fields = Vec::new();
    for (position, entry) in entries.into_iter().enumerate() {
        let list = match (&entry.codes, entry.kind) {
            (Some(list), _) => {
                let found = codes.get(list.get_ref()).cloned();
                if found.is_none() {
                    let message = format!("代码表「{}」不存在", list.get_ref());
                    reader.problem(path, &list.span(), message);
                }
                found
            }
            (None, FieldType::Code | FieldType::Codes) => {
                reader.problem(path, &entry.code.span(), "代码型字段没有写明代码表 codes");
                None
            }
            (None, _) => None,
        };
        let mut spellings = vec![
            (normalise_heading(entry.code.get_ref()), entry.code.span()),
            (normalise_heading(&entry.label), entry.code.span()),
        ];
        for alias in &entry.aliases {
            spellings.push((normalise_heading(alias.get_ref()), alias.span()));
        }
        if entry.kind == FieldType::Codes {
            headings.several.insert(position);
        }
        for (heading, span) in spellings {
            if let Some(other) = headings.positions.insert(heading.clone(), position)
                && other != position
            {
                reader.problem(path, &span, format!("列名「{heading}」同时属于两个字段"));
            }
        }
        let span = entry.code.span();
        let code = entry.code.into_inner();
        if by_code.insert(code.clone(), position).is_some() {
            reader.problem(path, &span, "字段代码重复");
        }
        fields.push(Field {
            code,
            label: entry.label,
            kind: entry.kind,
            max: entry.max,
            required: entry.required,
            returned: entry.returned,
            codes: list,
            separator: entry.separator.unwrap_or(';'),
            sensitive: entry.sensitive || entry.kind == FieldType::Identity,
            public: entry.public && !entry.sensitive && entry.kind != FieldType::Identity,
            aliases: entry.aliases.into_iter().map(Spanned::into_inner).collect(),
            platform: entry.platform,
            help: entry.help,
        });
    }
    (fields, by_code, headings)
}

fn read_registry(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> Option<RegistryLayout> {
    const FILE: &str = "registry.toml";
    let layout = read_layout(reader, FILE, sources, codes)?;
    for code in ["name", "uscc"] {
        if layout.position(code).is_none() {
            reader.whole(FILE, format!("缺少字段「{code}」"));
        }
    }
    Some(layout)
}

fn read_layout(
    reader: &mut Reader,
    path: &str,
    sources: &BTreeMap<String, Source>,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> Option<RegistryLayout> {
    let file = reader.parse::<RegistryFile>(path)?;
    reader.known_source(path, sources, &file.source);
    let (fields, by_code, headings) = read_fields(reader, path, file.field, codes);
    Some(RegistryLayout { name: file.name, fields, by_code, headings })
}

/// The form of the report. Each kind stands in exactly one section, so that nothing is left out and nothing said twice.
fn read_report(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
    kinds: &BTreeMap<String, Arc<Kind>>,
) -> Option<ReportForm> {
    const FILE: &str = "report.toml";
    let form = reader.parse::<ReportForm>(FILE)?;
    if !sources.contains_key(&form.source) {
        reader.whole(FILE, format!("引用的依据「{}」不在 sources.toml 中", form.source));
    }
    let named = form.sections.iter().flat_map(|section| &section.kinds);
    let counted = form.counts.iter().flat_map(|count| &count.kinds);
    let certified = form.certificate.kinds.iter().map(|kind| &kind.id);
    for id in named.clone().chain(counted).chain(certified).filter(|id| !kinds.contains_key(*id)) {
        reader.whole(FILE, format!("没有编号为「{id}」的信息类别"));
    }
    for id in kinds.keys() {
        let times = named.clone().filter(|named| *named == id).count();
        if times != 1 {
            reader.whole(FILE, format!("信息类别「{id}」应当恰好在一个部分里，现在在 {times} 个"));
        }
    }
    Some(form)
}

fn read_catalogue(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
    kinds: &BTreeMap<String, Arc<Kind>>,
) -> Vec<CatalogueEdition> {
    let mut editions = Vec::new();
    for path in reader.below("catalogue/") {
        let Some(file) = reader.parse::<CatalogueFile>(&path) else { continue };
        reader.known_source(&path, sources, &file.source);
        let source = sources.get(file.source.get_ref());
        let Some(from) = source.and_then(|source| source.in_force) else {
            reader.problem(&path, &file.source.span(), "目录所据的文件没有施行日期");
            continue;
        };
        let mut seen = HashSet::new();
        let mut classes = Vec::new();
        for class in file.class {
            let mut held = Vec::new();
            for entry in class.kind {
                let id = entry.id.get_ref().clone();
                let Some(kind) = kinds.get(&id) else {
                    let message = format!("信息类别「{id}」不存在");
                    reader.problem(&path, &entry.id.span(), message);
                    continue;
                };
                if !seen.insert(id.clone()) {
                    let message = format!("信息类别「{id}」在同一版中出现了两次");
                    reader.problem(&path, &entry.id.span(), message);
                }
                for field in &entry.fields {
                    if kind.field(field.get_ref()).is_none() {
                        let message = format!("「{id}」没有字段「{}」", field.get_ref());
                        reader.problem(&path, &field.span(), message);
                    }
                }
                let fields = entry.fields.into_iter().map(Spanned::into_inner).collect();
                held.push(CatalogueKind { id, evidence: entry.evidence, fields });
            }
            let (name, evidence) = (class.name.into_inner(), class.evidence);
            classes.push(CatalogueClass { name, evidence, kinds: held });
        }
        // A kind falls in the class of the name that its own file gives, wherever an edition has one and does not say otherwise.
        for kind in kinds.values().filter(|kind| !seen.contains(&kind.id)) {
            if let Some(class) = classes.iter_mut().find(|class| class.name == kind.catalogue_class)
            {
                class.kinds.push(CatalogueKind {
                    id: kind.id.clone(),
                    evidence: Evidence::Design,
                    fields: Vec::new(),
                });
            }
        }
        editions.push(CatalogueEdition {
            edition: file.edition,
            citation: citation(sources, file.source.get_ref(), None, "catalogue"),
            from,
            note: file.note,
            classes,
        });
    }
    editions.sort_by_key(|edition| edition.from);
    editions
}

fn read_counties(
    reader: &mut Reader,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> BTreeMap<String, County> {
    let mut counties = BTreeMap::new();
    for path in reader.below("counties/") {
        let Some(county) = reader.parse::<County>(&path) else {
            continue;
        };
        let mut ids = HashSet::new();
        for unit in &county.units {
            if !ids.insert(unit.id.as_str()) {
                reader.whole(&path, format!("单位编号「{}」重复", unit.id));
            }
            for (list, value) in [("penalty-domain", &unit.domain), ("channel", &unit.channel)] {
                let known = value.as_ref().is_none_or(|value| {
                    codes.get(list).is_some_and(|list| list.by_id(value).is_some())
                });
                if !known {
                    reader.whole(&path, format!("单位「{}」的 {list} 不在代码表中", unit.id));
                }
            }
        }
        if !ids.contains("credit-office") {
            reader.whole(&path, "缺少信用办，其编号须为 credit-office");
        }
        counties.insert(county.region.clone(), county);
    }
    counties
}

/// The lines of one of our own plain CSV code lists: no quotes, no commas inside.
fn plain_rows<'r>(reader: &'r Reader, file: &str) -> impl Iterator<Item = Vec<&'r str>> {
    reader
        .files
        .get(file)
        .map(String::as_str)
        .unwrap_or_default()
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split(',').map(str::trim).collect())
}

fn read_regions(reader: &Reader, file: &str) -> Vec<Region> {
    plain_rows(reader, file)
        .filter_map(|cells| {
            let mut cells = cells.into_iter().map(str::to_owned);
            Some(Region {
                code: cells.next()?,
                name: cells.next()?,
                level: cells.next()?,
                parent: cells.next().unwrap_or_default(),
            })
        })
        .collect()
}

fn read_region_history(reader: &Reader) -> RegionHistory {
    let periods = plain_rows(reader, "codes/region-history.csv")
        .filter_map(|cells| {
            let boundary = |text: Option<&&str>, month: i8, day: i8| -> Option<Date> {
                let text = text.copied().unwrap_or_default();
                if text.len() == 4 {
                    Date::new(text.parse().ok()?, month, day).ok()
                } else {
                    text.parse().ok()
                }
            };
            Some(RegionPeriod {
                code: (*cells.first()?).to_owned(),
                from: boundary(cells.get(2), 1, 1),
                until: boundary(cells.get(3), 12, 31),
            })
        })
        .collect();
    RegionHistory::new(periods)
}
