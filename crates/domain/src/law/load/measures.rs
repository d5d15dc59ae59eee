//! Reads the list of measures.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;

use super::{Reader, Word, citation};
use crate::law::{
    CodeList, Kind, Measure, MeasureEdition, MeasureGround, MeasureLimit, MeasureList, Source,
};
use crate::ruling::Evidence;
use toml::Spanned;

const FILE: &str = "measures.toml";
const PURPOSES: &str = "check-purpose";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasuresFile {
    edition: Vec<EditionEntry>,
    limit: Vec<LimitEntry>,
    measure: Vec<MeasureEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionEntry {
    edition: Word,
    source: Word,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitEntry {
    text: String,
    source: Word,
    article: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeasureEntry {
    id: Word,
    editions: Vec<Word>,
    name: String,
    group: String,
    purposes: Vec<Word>,
    source: Word,
    article: Option<String>,
    evidence: Evidence,
    target: String,
    lifting: String,
    months: Option<i64>,
    #[serde(default)]
    caution: String,
    ground: GroundEntry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroundEntry {
    kind: Word,
    #[serde(default)]
    class: Vec<Word>,
    field: Option<Word>,
    #[serde(default)]
    mentions: Vec<Vec<String>>,
}

/// Reads the list; nothing where the file cannot be read at all.
pub(super) fn read(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
    kinds: &BTreeMap<String, Arc<Kind>>,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> Option<MeasureList> {
    let file = reader.parse::<MeasuresFile>(FILE)?;
    let mut editions = Vec::new();
    for entry in file.edition {
        reader.known_source(FILE, sources, &entry.source);
        let from = sources.get(entry.source.get_ref()).and_then(|source| source.in_force);
        let Some(from) = from else {
            reader.problem(FILE, &entry.source.span(), "清单所据的文件没有施行日期");
            continue;
        };
        let citation = citation(sources, entry.source.get_ref(), None, "measures");
        editions.push(MeasureEdition { edition: entry.edition.into_inner(), citation, from });
    }
    editions.sort_by_key(|edition| edition.from);
    let limits = file.limit.into_iter().map(|entry| {
        reader.known_source(FILE, sources, &entry.source);
        let citation = citation(sources, entry.source.get_ref(), entry.article, "measures.limit");
        MeasureLimit { text: entry.text, citation }
    });
    let limits = limits.collect();
    let mut ids = HashSet::new();
    let mut measures = Vec::new();
    for entry in file.measure {
        if !ids.insert(entry.id.get_ref().clone()) {
            reader.problem(FILE, &entry.id.span(), "措施编号重复");
        }
        reader.known_source(FILE, sources, &entry.source);
        for word in &entry.editions {
            if !editions.iter().any(|edition| edition.edition == *word.get_ref()) {
                reader.problem(FILE, &word.span(), "没有这一版清单");
            }
        }
        for word in &entry.purposes {
            let known =
                codes.get(PURPOSES).is_some_and(|list| list.by_id(word.get_ref()).is_some());
            if !known {
                reader.problem(FILE, &word.span(), "核查用途不在代码表 check-purpose 中");
            }
        }
        let ground = ground(reader, entry.ground, kinds);
        let mut cited = citation(
            sources,
            entry.source.get_ref(),
            entry.article,
            &format!("measure.{}", entry.id.get_ref()),
        );
        cited.evidence = entry.evidence;
        cited.verified = entry.evidence == Evidence::Text;
        measures.push(Measure {
            id: entry.id.into_inner(),
            editions: entry.editions.into_iter().map(Spanned::into_inner).collect(),
            name: entry.name,
            group: entry.group,
            purposes: entry.purposes.into_iter().map(Spanned::into_inner).collect(),
            citation: cited,
            target: entry.target,
            lifting: entry.lifting,
            months: entry.months,
            caution: entry.caution,
            ground,
        });
    }
    Some(MeasureList { editions, measures, limits })
}

fn ground(
    reader: &mut Reader,
    entry: GroundEntry,
    kinds: &BTreeMap<String, Arc<Kind>>,
) -> MeasureGround {
    match kinds.get(entry.kind.get_ref()) {
        None => reader.problem(FILE, &entry.kind.span(), "信息类别不存在"),
        Some(kind) => {
            let classes = kind.class.and_then(|class| kind.fields.get(class)?.codes.clone());
            for word in &entry.class {
                if classes.as_ref().is_none_or(|list| list.by_id(word.get_ref()).is_none()) {
                    reader.problem(FILE, &word.span(), "种类不在该类别的代码表中");
                }
            }
            // What the ground says is shown with the measure, so it must be what everybody asking may read.
            if let Some(word) = &entry.field
                && !kind.field(word.get_ref()).is_some_and(|field| field.public)
            {
                reader.problem(FILE, &word.span(), "该类别没有这一栏，或者这一栏不公开");
            }
        }
    }
    MeasureGround {
        kind: entry.kind.into_inner(),
        classes: entry.class.into_iter().map(Spanned::into_inner).collect(),
        field: entry.field.map(Spanned::into_inner),
        mentions: entry.mentions,
    }
}
