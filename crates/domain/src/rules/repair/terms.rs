//! What the rule of repair is told, and the answer it gives.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};

use crate::ruling::Citation;

/// Where the application goes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// “信用中国”.
    CreditChina,
    /// 国家企业信用信息公示系统.
    MarketRegulation,
    /// The body that put the subject on the list.
    Recogniser,
}

impl Entry {
    /// All of them.
    pub const ALL: &[Self] = &[Self::CreditChina, Self::MarketRegulation, Self::Recogniser];

    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreditChina => "ndrc",
            Self::MarketRegulation => "samr",
            Self::Recogniser => "recogniser",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::CreditChina => "“信用中国”网站",
            Self::MarketRegulation => "国家企业信用信息公示系统",
            Self::Recogniser => "认定单位",
        }
    }

    /// The entry that a stored or legal word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entry| entry.as_str() == word)
    }

    /// The parameter with the working days until the application is decided.
    #[must_use]
    pub const fn clock(self) -> &'static str {
        match self {
            Self::CreditChina | Self::Recogniser => "repair.decide.days",
            Self::MarketRegulation => "repair.decide.samr.days",
        }
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Where a record stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is no dishonesty information, is not public anywhere, or was taken down: there is nothing to repair.
    Nothing,
    /// The publicity is over by itself.
    Ended,
    /// A text excludes it, or leaves it to a court.
    Never,
    /// No verified rule says from when: a person of the unit says what holds.
    Unknown,
    /// Not yet.
    TooEarly,
    /// It may be applied for.
    Open,
}

impl Standing {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Ended => "ended",
            Self::Never => "never",
            Self::Unknown => "unknown",
            Self::TooEarly => "too-early",
            Self::Open => "open",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "不需要修复",
            Self::Ended => "公示期已满",
            Self::Never => "不能申请修复",
            Self::Unknown => "规则待核实",
            Self::TooEarly => "未到可以申请的日子",
            Self::Open => "可以申请",
        }
    }
}

/// What is known about the duties of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proof {
    /// Nothing.
    #[default]
    None,
    /// The applicant handed something in: a person looks at it.
    HandedIn,
    /// The platform's own records say so, since a day.
    Held(Date),
}

/// What is known about the subject and the record beside the decision.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    /// When it was taken down.
    pub withdrawn: Option<Date>,
    /// Whether the duties are performed.
    pub performed: Proof,
    /// Whether the commitment is signed.
    pub committed: bool,
    /// The last day of a bar that two persons found, by a rule that was verified then.
    pub barred_until: Option<Date>,
    /// Whether false materials or a breach of the commitment was found while no verified rule gave the length of the bar.
    pub bar_unknown: bool,
}

/// How a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Met,
    /// It does not hold.
    NotMet,
    /// The applicant has still to give something.
    Missing,
    /// A person judges.
    Judge,
}

impl Outcome {
    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Met => "符合",
            Self::NotMet => "不符合",
            Self::Missing => "尚缺",
            Self::Judge => "由人判断",
        }
    }
}

/// One condition with the entry behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its code in `law/codes/repair-condition.toml`.
    pub id: String,
    /// How it stands.
    pub outcome: Outcome,
    /// From which day it holds, where that is known.
    pub from: Option<Date>,
    /// What it rests on.
    pub because: Arc<Citation>,
}

/// Something that has to be handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    /// Its code in `law/codes/repair-material.toml`.
    pub id: String,
    /// Whether the platform has it already, so that nobody may ask for it.
    pub held: bool,
    /// What it rests on.
    pub because: Arc<Citation>,
}

/// What holds for one record and one day of application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// Where it stands.
    pub standing: Standing,
    /// The word of the procedure: `order-58`, `order-36`, `samr-2021-3`, `samr-107`, or the type of the list; empty where there is
    /// none.
    pub procedure: String,
    /// Where the application goes in.
    pub entry: Entry,
    /// The first day on which it may be applied for.
    pub from: Option<Date>,
    /// The last day on which it is public without any application.
    pub until: Option<Date>,
    /// The conditions, in the order of the instrument.
    pub conditions: Vec<Condition>,
    /// The materials.
    pub materials: Vec<Material>,
    /// Why this procedure and these days, in sentences.
    pub explanation: Vec<String>,
}

impl Repair {
    /// Whether nothing is missing that only the applicant can give, and nothing speaks against it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.standing == Standing::Open
            && !self
                .conditions
                .iter()
                .any(|condition| matches!(condition.outcome, Outcome::Missing | Outcome::NotMet))
    }
}
