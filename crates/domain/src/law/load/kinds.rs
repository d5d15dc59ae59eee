//! Reads the kinds of records, one file each.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::layouts::{FieldEntry, read_fields};
use super::{Reader, Word, by_subject, citation};
use crate::law::{
    Audience, Basis, CodeList, Kind, Matter, Parameter, PartyFields, PublicationRule, Source, Terms,
};
use crate::party::PartyCategory;

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
struct BasisEntry {
    source: Word,
    article: Option<String>,
}

pub(super) fn read_kinds(
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
