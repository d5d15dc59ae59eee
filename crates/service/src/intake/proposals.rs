//! What the rule proposes for each penalty of a submitted batch, for the second person to judge.

use std::sync::Arc;

use std::path::Path;

use xinyong_domain::check::MemoryRegistry;
use xinyong_domain::law::{PowersOfUnit, Profile, PublicationRule};
use xinyong_domain::ruling::Citation;
use xinyong_store::Batch;

use super::pass::{Judged, Pass, look_up_parties, memory_registry, read_chunk, table};
use super::recognise::recognise_kind;
use super::record::{Platform, RecordFacts, disclosure, split_content};
use crate::browse::JudgeRow;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// The good rows of a penalty batch with the class the rule proposes; nothing for other kinds.
pub(crate) async fn proposals(
    desk: &Desk,
    batch: Batch,
    most: usize,
) -> Result<Vec<JudgeRow>, DeskError> {
    let is_penalty = desk
        .law()
        .kind(&batch.kind)
        .is_some_and(|kind| kind.publication == PublicationRule::Penalty);
    if !is_penalty {
        return Ok(Vec::new());
    }
    let path = desk.scratch().join(format!("judge-{}-{}", batch.id, desk.new_id()));
    super::run::unpack(desk, &batch.digest, &path).await?;
    let unit = desk.unit(&batch.unit_id).await?;
    let (desk, source) = (desk.clone(), path.clone());
    let runtime = tokio::runtime::Handle::current();
    let outcome =
        tokio::task::spawn_blocking(move || read(&desk, &batch, &unit, &source, most, &runtime))
            .await
            .map_err(|error| DeskError::Internal(error.to_string()));
    drop(std::fs::remove_file(&path));
    outcome?
}

fn read(
    desk: &Desk,
    batch: &Batch,
    unit: &xinyong_domain::law::Unit,
    source: &Path,
    most: usize,
    runtime: &tokio::runtime::Handle,
) -> Result<Vec<JudgeRow>, DeskError> {
    let law = desk.law();
    let kind = law
        .kind(&batch.kind)
        .cloned()
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", batch.kind)))?;
    let profile = Profile::from_word(&batch.profile)
        .ok_or_else(|| DeskError::Internal(format!("unknown profile {}", batch.profile)))?;
    let (mut opened, recognised) =
        recognise_kind(source, &batch.file_name, &kind, &law, desk.limits())?;
    // What is said about powers was said when the file was checked.
    let powers = PowersOfUnit::default();
    let mut pass = Pass::new(&kind, &law, unit, profile, desk.today(), &recognised, &powers);
    let mut rows = table(&mut opened, &recognised)?;
    let mut chunk = Vec::new();
    let mut found = Vec::new();
    while found.len() < most {
        let filled = read_chunk(&mut rows, recognised.heading_row, &mut chunk)?;
        if filled == 0 {
            break;
        }
        let read = chunk.get(..filled).unwrap_or_default();
        let parties = pass.parties(read);
        let registry: MemoryRegistry =
            memory_registry(&look_up_parties(desk.store(), runtime, &parties)?);
        pass.judge(read, &registry, |judged: Judged<'_, '_>| {
            let checked = &judged.checked;
            let Some((decided, category)) = checked.decided.zip(checked.category) else {
                return Ok(());
            };
            if found.len() >= most || checked.is_refused() || checked.is_held() {
                return Ok(());
            }
            let platform = Platform {
                basis: "unit-publication-list".to_owned(),
                ..Platform::of_row(&kind, checked, unit)
            };
            let (content, _) = split_content(&kind, checked);
            let facts = RecordFacts {
                kind: &kind,
                category,
                decided,
                valid_until: checked.valid_until,
                content: &content,
                platform: &platform,
                withdrawn: None,
            };
            let ruling = disclosure(&facts, desk.today(), &law)?;
            let class = ruling.value.publicity.class;
            found.push(JudgeRow {
                row: i64::from(judged.number),
                party: content
                    .get(kind.fields.get(kind.party.name).map_or("", |field| &field.code))
                    .cloned()
                    .unwrap_or_else(|| "自然人（不公示）".to_owned()),
                number: checked.value(kind.document_number).to_owned(),
                summary: checked.value(kind.summary).to_owned(),
                proposed: class.as_str().to_owned(),
                proposed_label: class.label().to_owned(),
                because: lines(&ruling.because),
            });
            Ok(())
        })?;
    }
    Ok(found)
}

/// The instruments behind a proposal, each once: several entries may rest on the same.
fn lines(because: &[Arc<Citation>]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for citation in because {
        let line = citation.line();
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}
