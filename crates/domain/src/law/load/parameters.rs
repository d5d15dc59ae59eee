//! Reads the sources and the dated parameters that rest on them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{Day, Reader, Word};
use crate::law::{DatedValue, Effect, Parameter, Setting, Source};
use crate::ruling::{Citation, Evidence};

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
    /// What its parameters are about; a folder of one's own may leave it out.
    #[serde(default)]
    title: String,
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

pub(super) fn read_sources(reader: &mut Reader) -> BTreeMap<String, Source> {
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

pub(super) fn read_parameters(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
) -> BTreeMap<String, Parameter> {
    let mut parameters = BTreeMap::new();
    for path in reader.below("parameters/") {
        let Some(file) = reader.parse::<ParametersFile>(&path) else {
            continue;
        };
        let file_name = path.trim_start_matches("parameters/").trim_end_matches(".toml");
        for entry in file.parameter {
            let span = entry.id.span();
            let id = entry.id.into_inner();
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
                // One that is not there is a problem of its own, and no law comes of it.
                let source = sources.get(value.source.get_ref());
                let as_read = Citation {
                    source: value.source.get_ref().clone(),
                    title: source.map_or_else(String::new, |source| source.title.clone()),
                    number: source.map_or_else(String::new, |source| source.number.clone()),
                    article: value.article.clone(),
                    quote: value.quote.clone(),
                    entry: id.clone(),
                    evidence: value.evidence,
                    verified: value.evidence == Evidence::Text,
                };
                let confirmed = Citation { verified: true, ..as_read.clone() };
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
                    citations: [Arc::new(as_read), Arc::new(confirmed)],
                });
            }
            let parameter = Parameter {
                id: id.clone(),
                label: entry.label,
                unit: entry.unit,
                values,
                file: file_name.to_owned(),
                section: file.title.clone(),
            };
            if parameters.insert(id, parameter).is_some() {
                reader.problem(&path, &span, "参数编号重复");
            }
        }
    }
    parameters
}
