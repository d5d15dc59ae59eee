//! A record with some fields changed, through the same check as a row of a file, to a new version of it.

use std::collections::BTreeMap;

use xinyong_domain::check::{Checker, Filing, Party, Seen};
use xinyong_domain::finding::{Finding, Level};
use xinyong_domain::law::{FieldType, Kind, Law, Profile};
use xinyong_store::{Content, NewRecord, Purpose, Record, RecordChange, record_place};

use super::{NewSeverity, SEVERITIES};
use crate::browse::{FieldChange, content_of, platform_of, whole_content};
use crate::desk::Desk;
use crate::intake::record::{Platform, RecordFacts, Rulings, number_place, split_content};
use crate::intake::{Marked, memory_registry, to_json};
use crate::refusal::DeskError;

/// What came of changing a record.
pub(crate) enum Changed {
    /// Its new version, still without who, why and when.
    Sound(Box<RecordChange>),
    /// What the check found.
    Invalid(Vec<Finding>),
}

pub(super) fn kind_of<'l>(law: &'l Law, id: &str) -> Result<&'l Kind, DeskError> {
    law.kind(id).map(AsRef::as_ref).ok_or_else(|| DeskError::Internal(format!("unknown kind {id}")))
}

pub(super) fn content(record: &Record) -> Result<BTreeMap<String, String>, DeskError> {
    content_of(record)
}

/// Whether a field may be changed: who the party is, and what makes the record this one, may not; nor what is sealed, which no
/// page shows.
pub(super) fn is_open(kind: &Kind, position: usize) -> bool {
    let party = &kind.party;
    let named = [party.name, party.category, party.uscc];
    let codes = [
        party.registration_no,
        party.organisation_code,
        party.tax_no,
        party.institution_no,
        party.association_no,
    ];
    let key = if kind.key.is_empty() {
        vec![kind.authority, kind.document_number]
    } else {
        kind.key.clone()
    };
    let sealed = kind.fields.get(position).is_none_or(|field| field.sensitive);
    !sealed
        && !named.contains(&position)
        && !codes.contains(&Some(position))
        && !key.contains(&position)
        && ![kind.authority_code, kind.reporter, kind.reporter_code].contains(&Some(position))
}

/// The fields that are to say something else than they do.
pub(super) fn differing(
    desk: &Desk,
    record: &Record,
    wanted: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, DeskError> {
    let law = desk.law();
    let kind = kind_of(&law, &record.kind)?;
    let held = content_of(record)?;
    let mut fields = BTreeMap::new();
    for (code, value) in wanted {
        let now = held.get(code).map_or("", String::as_str);
        // Browsers send other line ends than were given to them.
        let value = value.replace("\r\n", "\n");
        let value = value.trim();
        if value == now.trim() {
            continue;
        }
        let open = kind
            .position(code)
            .filter(|position| is_open(kind, *position))
            .and_then(|position| kind.fields.get(position))
            .is_some_and(|field| !field.platform);
        if !open {
            return Err(DeskError::refused(
                "correction.field-closed",
                "当事人、文书号和作出决定的机关不能在这里更正；写错的请撤下后重新报送",
            ));
        }
        fields.insert(code.clone(), value.to_owned());
    }
    if fields.is_empty() {
        return Err(DeskError::refused("correction.nothing-changed", "没有一项与现在的内容不同"));
    }
    Ok(fields)
}

/// The changes in words, before and after.
pub(super) fn shown(
    desk: &Desk,
    record: &Record,
    fields: &BTreeMap<String, String>,
) -> Result<Vec<FieldChange>, DeskError> {
    let law = desk.law();
    let kind = kind_of(&law, &record.kind)?;
    let held = content_of(record)?;
    let change = |code: &String, after: &String| FieldChange {
        label: kind.field(code).map_or_else(|| code.clone(), |field| field.label.clone()),
        before: held.get(code).cloned().unwrap_or_default(),
        after: after.clone(),
    };
    Ok(fields.iter().map(|(code, after)| change(code, after)).collect())
}

/// What the check says of the record as it would be, however bad.
pub(super) async fn findings(
    desk: &Desk,
    record: &Record,
    fields: &BTreeMap<String, String>,
) -> Result<Vec<Finding>, DeskError> {
    Ok(match checked(desk, record, fields, None).await? {
        (Changed::Invalid(findings), _) | (Changed::Sound(_), findings) => findings,
    })
}

/// The record with these fields, and with a severity where it was judged anew, as a new version.
pub(crate) async fn changed(
    desk: &Desk,
    record: &Record,
    fields: &BTreeMap<String, String>,
    severity: Option<&NewSeverity>,
) -> Result<Changed, DeskError> {
    Ok(checked(desk, record, fields, severity).await?.0)
}

/// Whether other kinds of penalty are imposed than before.
fn changes_class(kind: &Kind, fields: &BTreeMap<String, String>) -> bool {
    let class = kind.class.and_then(|class| kind.fields.get(class));
    class.is_some_and(|field| fields.contains_key(&field.code))
}

/// Whether what changes is what a severity is judged by: the kinds of penalty, an amount, or the words that say both.
fn opens_severity(kind: &Kind, fields: &BTreeMap<String, String>) -> bool {
    let judged_by = |position: usize, of: FieldType| {
        of == FieldType::Amount || kind.class == Some(position) || kind.summary == position
    };
    kind.position(SEVERITIES).is_some()
        && kind.fields.iter().enumerate().any(|(position, field)| {
            fields.contains_key(&field.code) && judged_by(position, field.kind)
        })
}

pub(super) fn severity_closed() -> DeskError {
    DeskError::refused(
        "correction.severity-closed",
        "处罚种类、金额和内容都没有变化的，失信程度不在这里重新认定",
    )
}

/// Where a severity may be judged anew: how it stands unless it is, in words, empty for not judged.
pub(super) fn severity_after(
    desk: &Desk,
    record: &Record,
    fields: &BTreeMap<String, String>,
) -> Result<Option<String>, DeskError> {
    let law = desk.law();
    let kind = kind_of(&law, &record.kind)?;
    if !opens_severity(kind, fields) {
        return Ok(None);
    }
    if changes_class(kind, fields) {
        return Ok(Some(String::new()));
    }
    let held = platform_of(record)?.severity;
    Ok(Some(law.label_of(SEVERITIES, &held).to_owned()))
}

async fn checked(
    desk: &Desk,
    record: &Record,
    fields: &BTreeMap<String, String>,
    severity: Option<&NewSeverity>,
) -> Result<(Changed, Vec<Finding>), DeskError> {
    let store = desk.store();
    let law = desk.law();
    let kind = kind_of(&law, &record.kind)?;
    let unit = desk.unit(&record.unit_id).await?;
    let batch = store.batch(record.batch_id).await?;
    let profile = batch.and_then(|batch| Profile::from_word(&batch.profile));
    let filing = Filing {
        profile: profile.unwrap_or_else(|| crate::commitments::profile(&unit)),
        today: desk.today(),
        unit_name: &unit.name,
        unit_code: &unit.code,
    };
    let mut values = whole_content(desk, record)?;
    values.extend(fields.iter().map(|(code, value)| (code.clone(), value.clone())));
    let platform_before = platform_of(record)?;
    if platform_before.signature.is_some() {
        return Err(DeskError::refused(
            "correction.signed",
            "这是主体自己申报并签名的信息，他人不能改动内容；确有不实的，登记撤下",
        ));
    }
    let cells: Vec<&str> =
        kind.fields
            .iter()
            .map(|field| {
                if field.platform { "" } else { values.get(&field.code).map_or("", String::as_str) }
            })
            .collect();
    let at = |position: usize| cells.get(position).copied().unwrap_or_default();
    let name = xinyong_domain::text::normalise_name(at(kind.party.name)).into_owned();
    let known = store.find_subjects(&[at(kind.party.uscc)], &[name.as_str()]).await?;
    let registry = memory_registry(&known);
    let columns = kind.fields.iter().map(|field| !field.platform).collect();
    let checker = Checker::new(kind, &law, filing, columns);
    let mut said = Vec::new();
    let row = checker.check(1, &cells, &registry, &mut Seen::new(), &mut said);
    if row.is_refused() {
        let worst = said.into_iter().filter(|finding| finding.level == Level::Error).collect();
        return Ok((Changed::Invalid(worst), Vec::new()));
    }
    let other = || {
        DeskError::refused(
            "correction.other-record",
            "这样更正以后就是另一条信息了（当事人、文书号、机关不能变）；请撤下后重新报送",
        )
    };
    let same_party = match row.party {
        Party::Known(id) => id == record.subject_id,
        Party::Person => true,
        Party::New | Party::Unmatched => false,
    };
    if !same_party || row.natural_key(kind) != record.natural_key {
        return Err(other());
    }
    let (decided, category) = row
        .decided
        .zip(row.category)
        .ok_or_else(|| DeskError::Internal("a passed row without date or category".to_owned()))?;
    let mut platform = platform_before;
    platform.marked = Marked::with_news(platform.marked);
    if changes_class(kind, fields) {
        // Somebody set it for the decision that was: another kind of penalty has no severity until somebody sets one, and the rule
        // then takes the milder reading.
        platform.severity.clear();
        platform.severity_reason.clear();
        platform.severity_source.clear();
    }
    if let Some(judged) = severity {
        if !opens_severity(kind, fields) {
            return Err(severity_closed());
        }
        platform.severity.clone_from(&judged.class);
        platform.severity_reason.clone_from(&judged.reason);
        platform.severity_source.clone_from(&judged.source);
    }
    if kind
        .scope
        .and_then(|scope| kind.fields.get(scope))
        .is_some_and(|field| fields.contains_key(&field.code))
    {
        platform.exemption = Platform::of_row(kind, &row, &unit).exemption;
    }
    let (clear, sensitive) = split_content(kind, &row);
    let facts = RecordFacts {
        kind,
        category,
        decided,
        valid_until: row.valid_until,
        content: &clear,
        platform: &platform,
        withdrawn: None,
    };
    let sieve = Rulings::default().of(&facts, desk.today(), &law)?;
    let content = Content::new(to_json(&clear)?);
    let sensitive = if sensitive.is_empty() { None } else { Some(to_json(&sensitive)?) };
    let digest = store.keys().content_digest(&[
        &kind.id,
        content.sm3(),
        sensitive.as_deref().unwrap_or_default(),
    ]);
    let place = record_place(record.subject_id, record.id);
    let sealed = sensitive
        .map(|clear| store.keys().seal(Purpose::Record, &place, clear.as_bytes()))
        .transpose()?;
    let event = match (record.public_from, sieve.public_from) {
        (None, None) => None,
        (None, Some(from)) => Some(("published", from)),
        (Some(_), Some(from)) => Some(("changed", from)),
        (Some(_), None) => Some(("ended", desk.today())),
    };
    let change = RecordChange {
        expected: record.version,
        event,
        delivered: false,
        withdrawn_on: None,
        record: NewRecord {
            subject_id: record.subject_id,
            id: record.id,
            kind: record.kind.clone(),
            natural_key: record.natural_key.clone(),
            number: number_place(&record.natural_key),
            content,
            sealed,
            platform: to_json(&platform)?,
            party_category: category.as_str().to_owned(),
            decided_on: decided,
            valid_until: row.valid_until,
            unit_id: record.unit_id.clone(),
            batch_id: record.batch_id,
            row: record.row,
            recorded_at: 0,
            law_edition: law.edition().to_owned(),
            public_from: sieve.public_from,
            public_until: sieve.public_until,
            content_digest: digest,
            actor: String::new(),
            second: None,
            reason: String::new(),
            citations: sieve.citations.clone(),
        },
    };
    // What only says how it was reported is no news now.
    said.retain(|finding| finding.level != Level::Note);
    Ok((Changed::Sound(Box::new(change)), said))
}
