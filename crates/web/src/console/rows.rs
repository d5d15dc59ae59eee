//! A batch as a row of a table.

use xinyong_domain::workflow::batch::Stage;
use xinyong_service::Clock;
use xinyong_service::browse::BatchView;

use crate::ui::view::Chip;

/// One row.
#[derive(Debug, Clone)]
pub struct BatchRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// Its kind.
    pub kind: String,
    /// Who reports.
    pub unit: String,
    /// The file.
    pub file: String,
    /// When it came.
    pub received_at: String,
    /// Where it stands.
    pub stage: Chip,
    /// Rows.
    pub total: i64,
    /// Rows that can go on.
    pub good: i64,
    /// Rows with errors.
    pub bad: i64,
}

/// Address of a batch's page.
pub fn batch_href(batch: i64) -> String {
    format!("/console/batches/{batch}")
}

/// A stage with its tone.
pub fn stage(stage: Stage) -> Chip {
    let tone = match stage {
        Stage::Received | Stage::Released => "neutral",
        Stage::Checked => "warn",
        Stage::Submitted => "info",
        Stage::Recorded => "good",
        Stage::Refused => "bad",
        Stage::Cancelled => "neutral",
    };
    Chip::new(stage.label(), tone)
}

/// The row of a batch.
pub fn row(batch: &BatchView) -> BatchRow {
    BatchRow {
        href: batch_href(batch.id),
        number: batch.number.clone(),
        kind: batch.kind_name.clone(),
        unit: batch.unit_name.clone(),
        file: batch.file_name.clone(),
        received_at: Clock::show(batch.received_at),
        stage: stage(batch.stage),
        total: batch.rows,
        good: batch.good,
        bad: batch.refused,
    }
}
