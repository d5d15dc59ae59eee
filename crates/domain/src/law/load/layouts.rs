//! Reads the fields of a table: of a kind, of the registry file, of the powers; and the form of the credit report.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{Reader, Word};
use crate::law::{
    CodeList, Field, FieldType, Headings, Kind, RegistryLayout, ReportForm, Required, Source,
    normalise_heading,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryFile {
    name: String,
    source: Word,
    field: Vec<FieldEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldEntry {
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

pub(super) fn read_fields(
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

pub(super) fn read_registry(
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

pub(super) fn read_layout(
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
pub(super) fn read_report(
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
