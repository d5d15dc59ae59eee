//! Reads the catalogue of public credit information and holds it against the kinds.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::{Reader, Word, citation};
use crate::law::{CatalogueClass, CatalogueEdition, CatalogueKind, Kind, Source};
use crate::ruling::Evidence;

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

pub(super) fn read_catalogue(
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
