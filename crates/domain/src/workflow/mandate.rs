//! The way of a mandate (经办授权): a person asks to act for a subject, the credit office decides, it ends.

use serde::Serialize;

/// Where a mandate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Asked for; the credit office has not decided.
    Waiting,
    /// Confirmed: the person acts for the subject.
    Active,
    /// Refused, with a reason. It may be asked for again.
    Refused,
    /// The person took the application back before it was decided.
    TakenBack,
    /// Over.
    Ended,
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
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Active, Self::Refused, Self::TakenBack, Self::Ended];

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

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Refused => "refused",
            Self::TakenBack => "taken-back",
            Self::Ended => "ended",
        }
    }

    /// The standing a stored word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "等待信用办确认",
            Self::Active => "已确认",
            Self::Refused => "未予确认",
            Self::TakenBack => "申请人已撤回",
            Self::Ended => "已终止",
        }
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
