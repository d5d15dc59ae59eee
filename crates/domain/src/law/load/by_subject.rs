//! Reads what a kind's file says about entries by the subject itself.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Day, Reader, Word, citation};
use crate::law::{BySubject, Commitment, Field, Source};

/// `[by_subject]` of a kind's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BySubjectEntry {
    mark: String,
    meaning: String,
    fields: Vec<Word>,
    committed: Word,
    committed_value: String,
    signer: Word,
    number_prefix: String,
    commitment: Vec<CommitmentEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommitmentEntry {
    from: Day,
    text: String,
    source: Word,
    article: Option<String>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

/// Reads it; nothing where a field that it names is not there, which is a problem of the file.
pub(super) fn read(
    reader: &mut Reader,
    path: &str,
    entry: BySubjectEntry,
    kind: &str,
    (fields, by_code): (&[Field], &HashMap<String, usize>),
    sources: &BTreeMap<String, Source>,
) -> Option<BySubject> {
    let at = |reader: &mut Reader, word: &Word| {
        let found = by_code.get(word.get_ref()).copied();
        if found.is_none() {
            reader.problem(path, &word.span(), format!("字段「{}」没有定义", word.get_ref()));
        }
        found
    };
    let filled: Vec<Option<usize>> = entry.fields.iter().map(|word| at(reader, word)).collect();
    let committed = at(reader, &entry.committed);
    let signer = at(reader, &entry.signer);
    if signer.and_then(|at| fields.get(at)).is_some_and(|field| !field.sensitive) {
        reader.problem(path, &entry.signer.span(), "签署人的字段须为 sensitive");
    }
    let mut commitments: Vec<Commitment> = Vec::new();
    for one in entry.commitment {
        reader.known_source(path, sources, &one.source);
        let from = reader.date(path, &one.from);
        if commitments.last().is_some_and(|last| last.from >= from) {
            reader.problem(path, &one.from.span(), "各版承诺须按起始日期先后排列");
        }
        let name = format!("kind.{kind}.commitment");
        commitments.push(Commitment {
            from,
            text: one.text.trim().to_owned(),
            citation: citation(sources, one.source.get_ref(), one.article, &name),
        });
    }
    if commitments.is_empty() {
        reader.whole(path, "[by_subject] 至少要有一版承诺 commitment");
    }
    Some(BySubject {
        mark: entry.mark,
        meaning: entry.meaning,
        fields: filled.into_iter().collect::<Option<_>>()?,
        committed: (committed?, entry.committed_value),
        signer: signer?,
        number_prefix: entry.number_prefix,
        commitments,
    })
}
