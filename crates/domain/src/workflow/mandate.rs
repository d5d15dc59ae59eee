//! The way of a mandate (经办授权): a person asks to act for a subject, the credit office decides, it ends.

use serde::Serialize;

use super::words::words;

words! {
    /// Where a mandate stands.
    pub enum Standing {
        /// Asked for; the credit office has not decided.
        Waiting = "waiting", "等待信用办确认";
        /// Confirmed: the person acts for the subject.
        Active = "active", "已确认";
        /// Refused, with a reason. It may be asked for again.
        Refused = "refused", "未予确认";
        /// The person took the application back before it was decided.
        TakenBack = "taken-back", "申请人已撤回";
        /// Over.
        Ended = "ended", "已终止";
    }
}

/// What moves a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Move {
    /// The credit office confirms.
    Confirm,
    /// The credit office refuses.
    Refuse,
    /// The person takes the application back.
    TakeBack,
    /// The office, the person or a successor ends it; the subject is deregistered.
    End,
}

/// The table: from, move, to.
pub const TRANSITIONS: &[(Standing, Move, Standing)] = &[
    (Standing::Waiting, Move::Confirm, Standing::Active),
    (Standing::Waiting, Move::Refuse, Standing::Refused),
    (Standing::Waiting, Move::TakeBack, Standing::TakenBack),
    (Standing::Active, Move::End, Standing::Ended),
];

/// A move that the standing does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这项经办授权现在是「{}」，不能再这样办理", from.label())]
pub struct InvalidMove {
    /// Where the mandate stands.
    pub from: Standing,
    /// What was tried.
    pub tried: Move,
}

impl Standing {
    /// Where a move leads.
    ///
    /// # Errors
    /// [`InvalidMove`] when the table has no such line.
    pub fn after(self, tried: Move) -> Result<Self, InvalidMove> {
        TRANSITIONS
            .iter()
            .find(|(from, on, _)| *from == self && *on == tried)
            .map(|(_, _, to)| *to)
            .ok_or(InvalidMove { from: self, tried })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waits_is_decided_and_only_what_is_active_ends() {
        for from in Standing::ALL {
            for tried in [Move::Confirm, Move::Refuse, Move::TakeBack, Move::End] {
                let may = match from {
                    Standing::Waiting => tried != Move::End,
                    Standing::Active => tried == Move::End,
                    _ => false,
                };
                assert_eq!(from.after(tried).is_ok(), may, "{from:?} {tried:?}");
            }
            assert_eq!(Standing::from_word(from.as_str()), Some(from));
        }
    }
}
