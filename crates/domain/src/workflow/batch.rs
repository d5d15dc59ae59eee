//! The way of a batch (报送批次) from the unit's file to the register.

use super::words::words;
use super::{InvalidTransition, Table};

words! {
    /// Where a batch stands.
    pub enum Stage {
        /// Raw bytes are kept, with their digest.
        Received = "received", "已收到，检查中";
        /// Every row was checked; held for a person to submit.
        Checked = "checked", "已检查，待提交";
        /// A clerk submitted the good rows.
        Submitted = "submitted", "已提交，待复核";
        /// A second person released them; recording has begun.
        Released = "released", "已复核，入库中";
        /// The good rows are in the register, durably.
        Recorded = "recorded", "已入库";
        /// The file as a whole was refused.
        Refused = "refused", "整份退回";
        /// The clerk or the reviewer gave it up; nothing was recorded.
        Cancelled = "cancelled", "已作废";
    }
}

words! {
    /// What moves a batch.
    pub enum Event {
        /// The check came to its end.
        Check = "check", "完成检查";
        /// The file cannot be worked through.
        Refuse = "refuse", "整份退回";
        /// A clerk submits.
        Submit = "submit", "提交";
        /// The reviewer gives it back to the clerk.
        Return = "return", "退回经办人";
        /// The reviewer releases.
        Release = "release", "复核";
        /// All good rows are in.
        Record = "record", "入库";
        /// Given up.
        Cancel = "cancel", "作废";
    }
}

/// What moves it from where to where.
pub const TABLE: Table<Stage, Event> = Table {
    stands: "批次处于",
    transitions: &[
        (Stage::Received, Event::Check, Stage::Checked),
        (Stage::Received, Event::Refuse, Stage::Refused),
        (Stage::Received, Event::Cancel, Stage::Cancelled),
        (Stage::Checked, Event::Submit, Stage::Submitted),
        (Stage::Checked, Event::Cancel, Stage::Cancelled),
        (Stage::Submitted, Event::Return, Stage::Checked),
        (Stage::Submitted, Event::Release, Stage::Released),
        (Stage::Submitted, Event::Cancel, Stage::Cancelled),
        (Stage::Released, Event::Record, Stage::Recorded),
    ],
};

impl Stage {
    /// Where an event leads.
    ///
    /// # Errors
    /// [`InvalidTransition`] when the table has no such line.
    pub fn after(self, event: Event) -> Result<Self, InvalidTransition<Self, Event>> {
        TABLE.after(self, event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_an_end() {
        for end in [Stage::Recorded, Stage::Refused, Stage::Cancelled] {
            assert!(TABLE.transitions.iter().all(|(from, _, _)| *from != end));
        }
    }

    #[test]
    fn a_recorded_batch_always_passed_a_submission_and_a_release() {
        // Only one line leads to each of the three, so no way round exists.
        for (to, event) in [
            (Stage::Recorded, Event::Record),
            (Stage::Released, Event::Release),
            (Stage::Submitted, Event::Submit),
        ] {
            let ways: Vec<_> = TABLE.transitions.iter().filter(|(_, _, end)| *end == to).collect();
            assert!(ways.iter().all(|(_, on, _)| *on == event), "{to:?}");
            assert_eq!(ways.len(), 1, "{to:?}");
        }
    }

    #[test]
    fn words_come_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.as_str()), Some(stage));
        }
    }
}
