//! 接收: keeps the raw bytes, with their digest, and opens a batch.

use std::path::PathBuf;

use xinyong_domain::law::Profile;
use xinyong_domain::workflow::batch::Stage;
use xinyong_store::NewBatch;

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};

/// The kind id under which a registry file is kept as a batch.
pub const REGISTRY: &str = "subject-registry";
/// The unit that brings the registry in.
pub const REGISTRY_UNIT: &str = "credit-office";

/// A file that somebody hands in.
#[derive(Debug, Clone)]
pub struct Receive {
    /// Where the file lies; it is copied, not moved.
    pub path: PathBuf,
    /// What the sender called it.
    pub file_name: String,
    /// The record kind, or the registry.
    pub kind: String,
    /// Id of the unit.
    pub unit: String,
    /// Which columns are mandatory.
    pub profile: Profile,
}

/// A batch that was opened, or found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The batch.
    pub batch: i64,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the very same file was handed in before for the same kind, unit and profile.
    pub repeated: bool,
}

/// Receives a file. The same file again is the same batch.
///
/// # Errors
/// `access.denied`, `unit.unknown`, `unit.ended`, `kind.unknown`, `unit.duty-missing`, `file.too-large`, `file.empty`, `file.name-too-long`.
pub async fn receive(desk: &Desk, actor: &Actor, command: Receive) -> Result<Received, DeskError> {
    if command.kind == REGISTRY {
        actor.authorise(Permission::ImportSubjects)?;
    } else {
        actor.authorise_for(Permission::UploadBatch, &command.unit)?;
        if desk.law().kind(&command.kind).is_none() {
            return Err(unknown_kind(desk, &command.kind).into());
        }
        crate::units::reporting_unit(desk, &command.unit).await?;
    }
    if command.file_name.chars().count() > 255 {
        return Err(DeskError::refused("file.name-too-long", "文件名过长，请改为255字以内"));
    }
    let about = |source: std::io::Error| DeskError::File {
        context: "无法读取上传的文件".to_owned(),
        source,
    };
    let size = tokio::fs::metadata(&command.path).await.map_err(about)?.len();
    if size == 0 {
        return Err(DeskError::refused("file.empty", "文件是空的，请检查后重新选择"));
    }
    let most = desk.limits().csv.max(desk.limits().packed);
    if size > most {
        return Err(DeskError::refused(
            "file.too-large",
            format!("文件有{}MB，超过上限{}MB，请拆分后上传", size / 1_048_576, most / 1_048_576),
        ));
    }
    let store = desk.store();
    let now = desk.clock().now();
    let (digest, _) = store.store_upload_file(&command.path, &command.file_name, now).await?;
    let found = store
        .batches_by_digest(&digest, &command.kind, &command.unit, command.profile.as_str())
        .await?;
    // A batch that was given up says nothing about the file: the clerk may hand it in again.
    let kept = found.into_iter().find(|batch| batch.stage != Stage::Cancelled.as_str());
    if let Some(batch) = kept {
        return Ok(Received { batch: batch.id, stage: stage_of(&batch.stage)?, repeated: true });
    }
    let batch = desk.new_id();
    let mut tx = store.transaction("receive").await?;
    tx.create_batch(&NewBatch {
        id: batch,
        kind: command.kind,
        unit_id: command.unit,
        profile: command.profile.as_str().to_owned(),
        file_name: command.file_name,
        digest: digest.clone(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        stage: Stage::Received.as_str().to_owned(),
        received_at: now,
        received_by: actor.login.clone(),
        basis: None,
        sheet: String::new(),
        heading: "{}".to_owned(),
        note: None,
        law_edition: desk.law().edition().to_owned(),
    })
    .await?;
    desk.audit_with(&mut tx, actor, AuditEvent::BatchReceived { batch, digest: &digest });
    tx.commit().await?;
    Ok(Received { batch, stage: Stage::Received, repeated: false })
}

fn unknown_kind(desk: &Desk, kind: &str) -> Refusal {
    let law = desk.law();
    let known: Vec<&str> = law.kinds().keys().map(String::as_str).collect();
    Refusal::new("kind.unknown", format!("没有信息类别「{kind}」；现有：{}", known.join("、")))
}

/// The stage a stored word stands for.
pub(crate) fn stage_of(word: &str) -> Result<Stage, DeskError> {
    Stage::from_word(word).ok_or_else(|| DeskError::Internal(format!("unknown batch stage {word}")))
}
