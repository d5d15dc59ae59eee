//! 信用修复: whether, where and when the subject may ask that a record stops being public, and what it needs for that.
//!
//! The decision date has picked class and period ([`super::publicity`]); the day of the application picks the procedure
//! (decisions.md, "Regime"): NDRC Order 58 until 2026-03-31, Order 36 from 2026-04-01, and for what is shown on the market-regulation
//! site its own rules, with its own periods. Severe lists end by their own rules. Which conditions and materials an instrument names is
//! data; a condition that nobody has verified, or that no record can answer, is left to a person and never refuses by itself (H2, H7).

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};

use super::publicity::{Question, Reason, market_regulation, publicity};
use crate::calendar::Calendar;
use crate::law::{Cited, Law, LawAt, Lookup, PublicationRule};
use crate::party::PartyCategory;
use crate::ruling::{Citation, Ruling};

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
    /// The day on which false materials or a breach of the commitment was found.
    pub banned_since: Option<Date>,
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
    pub because: Citation,
}

/// Something that has to be handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    /// Its code in `law/codes/repair-material.toml`.
    pub id: String,
    /// Whether the platform has it already, so that nobody may ask for it.
    pub held: bool,
    /// What it rests on.
    pub because: Citation,
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

/// The conditions that an entry of law names, whether it binds by itself or not.
struct Named {
    id: String,
    binds: bool,
    because: Citation,
}

/// Judges an application made on the day `on`.
#[must_use]
pub fn repair(question: &Question<'_>, known: &Known, on: Date, law: &Law) -> Ruling<Repair> {
    let listing = question.rule == PublicationRule::Listing;
    let list = question.penalty_kinds.first().filter(|_| listing).map_or("", String::as_str);
    let ruled = publicity(question, on, law);
    let (own, mut ruling) =
        (ruled.value, Ruling { value: (), because: ruled.because, inputs: ruled.inputs });
    ruling.input("applied", on);
    let at = law.at(on);
    let entry = entry(question, list, &at, &mut ruling);
    let procedure = procedure(entry, list, &at, &mut ruling);

    let mut from = own.repairable_from;
    let mut until = own.last_day;
    let mut hidden = own.never;
    if entry == Entry::MarketRegulation && !listing {
        // The market-regulation site has periods of its own, and is where the application goes in.
        if let Some(theirs) = market_regulation(question, law, &mut ruling) {
            from = theirs.repairable_from;
            until = until.max(theirs.last_day);
            // What is public neither here nor there is nothing to repair.
            hidden = own
                .never
                .filter(|reason| *reason == Reason::NaturalPerson || theirs.last_day.is_none());
        }
    }
    let mut explanation = vec![format!(
        "{}作出决定，分类和公示期限适用{}（{}）。",
        question.decided,
        own.regime.label(),
        own.class.label()
    )];
    if !procedure.is_empty() {
        explanation
            .push(format!("{on}申请，修复的办法按申请之日施行的规定，向{}申请。", entry.label()));
    }
    explanation.extend(own.beside.iter().filter(|beside| beside.repairable_from.is_none()).map(
        |beside| match beside.last_day {
            Some(day) => format!("{}：公示至{day}。", beside.label),
            None => format!("{}：不公示。", beside.label),
        },
    ));

    let (never, excluded_by_hand) = excluded(question, &procedure, list, &at, &mut ruling);
    let standing = if question.category == PartyCategory::NaturalPerson
        || !matches!(question.rule, PublicationRule::Penalty | PublicationRule::Listing)
        || hidden.is_some()
        || known.withdrawn.is_some_and(|day| day <= on)
    {
        Standing::Nothing
    } else if until.is_some_and(|until| until < on) {
        Standing::Ended
    } else if never {
        Standing::Never
    } else if procedure.is_empty() {
        Standing::Unknown
    } else {
        match from {
            None => Standing::Unknown,
            Some(from) if on < from => Standing::TooEarly,
            Some(_) => Standing::Open,
        }
    };
    let askable = matches!(standing, Standing::TooEarly | Standing::Open | Standing::Unknown);
    let mut conditions = Vec::new();
    if askable {
        let asked = Asked { known, on, from, list, law };
        conditions = named(&procedure, list, &at, &mut ruling)
            .into_iter()
            .map(|named| asked.condition(named))
            .collect();
        conditions.extend(excluded_by_hand.map(|because| Condition {
            id: "other-rules".to_owned(),
            outcome: Outcome::Judge,
            from: None,
            because,
        }));
        conditions.extend(asked.ban(&at));
    }
    let materials = if askable { materials(entry, known, &at, &mut ruling) } else { Vec::new() };
    ruling.map(|()| Repair {
        standing,
        procedure,
        entry,
        from: from.filter(|_| askable),
        until,
        conditions,
        materials,
        explanation,
    })
}

/// Whether the body that recognised the conduct decides itself (谁认定、谁修复), or a level above it does. What has no rule of its own is
/// decided by whoever decided on it.
#[must_use]
pub fn decided_by_unit(procedure: &str, on: Date, law: &Law) -> bool {
    let decider = law.at(on).word(&format!("repair.decider.{procedure}")).applies();
    decider.is_none_or(|decider| decider.value == Entry::Recogniser.as_str())
}

/// Takes what applies, with its citation among the reasons.
fn taken<T>(lookup: Lookup<T>, ruling: &mut Ruling<()>) -> Option<T> {
    lookup.applies().map(|Cited { value, citation }| {
        ruling.cite(citation);
        value
    })
}

fn entry(question: &Question<'_>, list: &str, at: &LawAt<'_>, ruling: &mut Ruling<()>) -> Entry {
    if question.rule != PublicationRule::Listing {
        return if question.channel == Entry::MarketRegulation.as_str() {
            Entry::MarketRegulation
        } else {
            Entry::CreditChina
        };
    }
    taken(at.word(&format!("repair.entry.{list}")), ruling)
        .or_else(|| taken(at.word("repair.entry.listing"), ruling))
        .and_then(|word| Entry::from_word(&word))
        .unwrap_or(Entry::Recogniser)
}

fn procedure(entry: Entry, list: &str, at: &LawAt<'_>, ruling: &mut Ruling<()>) -> String {
    if !list.is_empty() {
        // A list that has a rule of its own follows it; any other what holds for all dishonesty information.
        let own = ["repair.conditions", "repair.unverified", "repair.exit"]
            .iter()
            .any(|stem| at.law().parameters().contains_key(&format!("{stem}.{list}")));
        if own {
            return list.to_owned();
        }
    }
    let id = match entry {
        Entry::MarketRegulation => "repair.procedure.samr",
        Entry::CreditChina | Entry::Recogniser => "repair.procedure",
    };
    taken(at.word(id), ruling).unwrap_or_default()
}

/// Whether a text excludes the record, and what a person must look at because the codes do not tell.
fn excluded(
    question: &Question<'_>,
    procedure: &str,
    list: &str,
    at: &LawAt<'_>,
    ruling: &mut Ruling<()>,
) -> (bool, Option<Citation>) {
    if !list.is_empty() && taken(at.word(&format!("repair.exit.{list}")), ruling).is_some() {
        return (true, None);
    }
    let among = |stem: &str| {
        let cited = at.list(&format!("{stem}.{procedure}")).applies()?;
        let any = question.penalty_kinds.iter().any(|kind| cited.value.contains(kind));
        any.then_some(cited.citation)
    };
    if let Some(citation) = among("repair.excluded") {
        ruling.cite(citation);
        return (true, None);
    }
    (false, among("repair.judged"))
}

fn named(procedure: &str, list: &str, at: &LawAt<'_>, ruling: &mut Ruling<()>) -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    for stem in ["repair.conditions", "repair.unverified"] {
        let (cited, binds) = match at.list(&format!("{stem}.{procedure}")) {
            Lookup::Applies(cited) => (cited, true),
            Lookup::Unconfirmed(cited) => (cited, false),
            Lookup::Absent => continue,
        };
        ruling.cite(cited.citation.clone());
        all.extend(cited.value.into_iter().map(|id| Named {
            id,
            binds,
            because: cited.citation.clone(),
        }));
    }
    // What Order 36 asks of every repair it asks of those on a list as well, beside what the rules of the list ask; it has no entry
    // before its day.
    let own_rules = !list.is_empty() && procedure == list;
    let general = at.list("repair.conditions.order-36").applies().filter(|_| own_rules);
    if let Some(cited) = general {
        ruling.cite(cited.citation.clone());
        for id in cited.value {
            let named = Named { id, binds: true, because: cited.citation.clone() };
            match all.iter_mut().find(|one| one.id == named.id) {
                Some(one) if !one.binds => *one = named,
                Some(_) => {}
                None => all.push(named),
            }
        }
    }
    all
}

struct Asked<'a> {
    known: &'a Known,
    on: Date,
    from: Option<Date>,
    list: &'a str,
    law: &'a Law,
}

impl Asked<'_> {
    fn condition(&self, named: Named) -> Condition {
        let reached = |from: Date| if self.on < from { Outcome::NotMet } else { Outcome::Met };
        let (outcome, from) = match named.id.as_str() {
            "minimum-period" => (self.from.map_or(Outcome::Judge, reached), self.from),
            "performed" => match self.known.performed {
                Proof::None => (Outcome::Missing, None),
                Proof::HandedIn => (Outcome::Judge, None),
                Proof::Held(day) => (reached(day), Some(day)),
            },
            "commitment" if self.known.committed => (Outcome::Met, None),
            "commitment" => (Outcome::Missing, None),
            "after-correction" => self.after_correction(),
            // What no record can answer.
            _ => (Outcome::Judge, None),
        };
        // What nobody has verified never refuses by itself.
        let outcome = match outcome {
            Outcome::NotMet | Outcome::Missing if !named.binds => Outcome::Judge,
            other => other,
        };
        Condition { id: named.id, outcome, from, because: named.because }
    }

    /// Counted from the day the platform knows of the performance; without that a person judges.
    fn after_correction(&self) -> (Outcome, Option<Date>) {
        let id = format!("repair.after-correction.{}", self.list);
        let months = self.law.at(self.on).number(&id).applies();
        match (self.known.performed, months) {
            (Proof::Held(day), Some(months)) => {
                let from = Calendar::corresponding_day(day, months.value);
                (if self.on < from { Outcome::NotMet } else { Outcome::Met }, Some(from))
            }
            (Proof::None, Some(_)) => (Outcome::Missing, None),
            _ => (Outcome::Judge, None),
        }
    }

    fn ban(&self, at: &LawAt<'_>) -> Option<Condition> {
        let since = self.known.banned_since?;
        let id = "not-banned".to_owned();
        let (cited, binds) = match at.number("repair.ban.months") {
            Lookup::Applies(cited) => (cited, true),
            Lookup::Unconfirmed(cited) => (cited, false),
            Lookup::Absent => return None,
        };
        let over = Calendar::corresponding_day(since, cited.value);
        let outcome = match (binds, self.on < over) {
            (_, false) => Outcome::Met,
            (true, true) => Outcome::NotMet,
            (false, true) => Outcome::Judge,
        };
        Some(Condition { id, outcome, from: Some(over), because: cited.citation })
    }
}

fn materials(
    entry: Entry,
    known: &Known,
    at: &LawAt<'_>,
    ruling: &mut Ruling<()>,
) -> Vec<Material> {
    // What the market-regulation site and the lists ask for beyond that nobody has read: only what the general text names.
    let general = taken(at.word("repair.procedure"), ruling).unwrap_or_default();
    let Some(cited) = at.list(&format!("repair.materials.{general}")).applies() else {
        return Vec::new();
    };
    ruling.cite(cited.citation.clone());
    let held = |id: &str| match id {
        "performance" => matches!(known.performed, Proof::Held(_)),
        "commitment" => known.committed,
        // Who may act for the subject was confirmed before; at the window it is checked there.
        "authority" => entry != Entry::MarketRegulation,
        _ => false,
    };
    cited
        .value
        .into_iter()
        .map(|id| Material { held: held(&id), id, because: cited.citation.clone() })
        .collect()
}
