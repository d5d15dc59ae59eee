//! What machines are given of public records. Ids are texts: they are longer than the numbers of JSON are exact.

use jiff::civil::Date;
use serde::Serialize;
use xinyong_service::browse::{OpenObjection, PublicRecord, ShownField};

use crate::ui::view::{Fact, Why};
use crate::ui::words;

/// A public record.
#[derive(Serialize)]
pub struct RecordBody<'r> {
    subject: String,
    record: String,
    kind: &'r str,
    kind_name: &'r str,
    mark: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    objection: Option<&'r OpenObjection>,
    title: String,
    number: &'r str,
    party: &'r str,
    code: &'r str,
    authority: &'r str,
    summary: &'r str,
    class: &'r str,
    decided_on: Date,
    public_until: Option<Date>,
    valid_until: Option<Date>,
    repairable_from: Option<Date>,
    ended: bool,
    version: i64,
    known_at: i64,
    fields: &'r [ShownField],
}

impl<'r> From<&'r PublicRecord> for RecordBody<'r> {
    fn from(record: &'r PublicRecord) -> Self {
        let shown = &record.disclosure.value;
        Self {
            subject: record.subject.to_string(),
            record: record.id.to_string(),
            kind: &record.kind,
            kind_name: &record.kind_name,
            mark: &record.mark,
            objection: record.objection.as_ref(),
            title: words::record_title(record),
            number: &record.number,
            party: &record.party,
            code: &record.code,
            authority: &record.authority,
            summary: &record.summary,
            class: &record.class,
            decided_on: record.decided,
            public_until: shown.publicity.last_day,
            valid_until: record.valid_until,
            repairable_from: shown.publicity.repairable_from,
            ended: shown.ended,
            version: record.version,
            known_at: record.known_at,
            fields: &record.fields,
        }
    }
}

/// A labelled value with its reasons, as the page shows it.
#[derive(Serialize)]
pub struct FactBody<'f> {
    label: &'f str,
    value: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<WhyBody<'f>>,
}

#[derive(Serialize)]
struct WhyBody<'f> {
    conclusion: &'f str,
    provisional: &'f str,
    inputs: Vec<InputBody<'f>>,
    citations: Vec<CitationBody<'f>>,
}

#[derive(Serialize)]
struct InputBody<'f> {
    label: &'f str,
    value: &'f str,
}

#[derive(Serialize)]
struct CitationBody<'f> {
    title: &'f str,
    number: &'f str,
    article: &'f str,
    verified: bool,
}

impl<'f> From<&'f Why> for WhyBody<'f> {
    fn from(why: &'f Why) -> Self {
        let inputs = why.inputs.iter();
        let citations = why.citations.iter();
        Self {
            conclusion: &why.conclusion,
            provisional: &why.provisional,
            inputs: inputs.map(|one| InputBody { label: &one.label, value: &one.value }).collect(),
            citations: citations
                .map(|one| CitationBody {
                    title: &one.title,
                    number: &one.number,
                    article: &one.article,
                    verified: one.verified,
                })
                .collect(),
        }
    }
}

impl<'f> From<&'f Fact> for FactBody<'f> {
    fn from(fact: &'f Fact) -> Self {
        let why = fact.why.as_ref().map(WhyBody::from);
        Self { label: &fact.label, value: &fact.value, why }
    }
}
