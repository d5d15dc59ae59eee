//! 信用修复: whether, where and when the subject may ask that a record stops being public, and what it needs for that.
//!
//! The decision date has picked class and period ([`super::publicity`]); the day of the application picks the procedure
//! (decisions.md, "Regime"): NDRC Order 58 until 2026-03-31, Order 36 from 2026-04-01, and for what is shown on the market-regulation
//! site its own rules, with its own periods. Severe lists end by their own rules. Which conditions and materials an instrument names is
//! data; a condition that nobody has verified, or that no record can answer, is left to a person and never refuses by itself (H2, H7).

mod duty;
mod terms;

use std::sync::Arc;

use jiff::civil::Date;

use super::publicity::{
    Beside, Class, Market, Question, Reason, Regime, market_regulation, publicity,
};
use crate::calendar::Calendar;
use crate::law::{Cited, Law, LawAt, Lookup, PublicationRule};
use crate::party::PartyCategory;
use crate::ruling::{Citation, Evidence, Ruling};

pub use duty::{Duty, DutyKind, performed};
pub use terms::{Condition, Entry, Known, Material, Outcome, Proof, Repair, Standing};

/// The conditions that an entry of law names, whether it binds by itself or not.
struct Named {
    id: String,
    binds: bool,
    because: Arc<Citation>,
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
    let mut said = Vec::new();
    if entry == Entry::MarketRegulation && !listing {
        // The market-regulation site has periods of its own, and is where the application goes in.
        match market(question, (own.regime, own.class), law, &mut ruling) {
            Some(Market::Bounded(theirs)) => {
                from = theirs.repairable_from;
                until = until.max(theirs.last_day);
                hidden = own.never.filter(|reason| *reason == Reason::NaturalPerson);
            }
            // By itself, with nothing to apply for there; what is public here keeps the periods that hold here.
            Some(Market::Automatic(theirs)) => said.extend(
                theirs
                    .last_day
                    .map(|day| format!("{}：公示至{day}，自动停止，不需要申请。", theirs.label)),
            ),
            Some(Market::Hidden(label)) => said.push(format!("{label}：不公示，没有可以修复的。")),
            Some(Market::Open(label)) => {
                from = None;
                hidden = own.never.filter(|reason| *reason == Reason::NaturalPerson);
                said.push(format!(
                    "{label}：分类要看罚款是否属于较低数额等，没有人确定过，或者有关条文没有核实；最早可以申请的日子由认定单位的人判断。"
                ));
            }
            None => {}
        }
    }
    let corrected =
        (listing && own.never.is_none()).then(|| after_correction(list, known, &at)).flatten();
    if let Some(corrected) = corrected {
        // The text of the list names another beginning than the day of the entry.
        ruling.cite(corrected.because);
        from = corrected.from;
        said.push(match corrected.from {
            Some(day) => format!(
                "按名单的规定自改正之日起满{}个月可以申请，即{day}起。",
                corrected.months
            ),
            None => format!(
                "按名单的规定自改正之日起满{}个月可以申请；平台没有改正日期的记录，由认定单位的人核实后判断。",
                corrected.months
            ),
        });
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
    explanation.extend(own.never.map(|reason| format!("本平台：{}。", reason.label())));
    let (theirs, ours) =
        own.beside.iter().partition::<Vec<_>, _>(|_| entry == Entry::MarketRegulation && !listing);
    let shown = |beside: &Beside| match beside.last_day {
        Some(day) => format!("{}：公示至{day}。", beside.label),
        None => format!("{}：不公示。", beside.label),
    };
    // What has just been said of the market site is not said twice.
    let others = theirs
        .into_iter()
        .filter(|beside| !said.iter().any(|line| line.starts_with(&beside.label)));
    explanation
        .extend(others.chain(ours).filter(|beside| beside.repairable_from.is_none()).map(shown));
    explanation.extend(said);

    // Two persons found it by a rule that was verified then: what the rule says later does not lengthen or shorten it.
    let barred = known.barred_until.filter(|until| on <= *until);
    let over = barred.and_then(|until| until.tomorrow().ok());
    if let Some(until) = barred {
        explanation.push(format!(
            "经认定提供过虚假材料或者没有履行承诺，至{until}（含当日）不得申请修复。"
        ));
    }

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
    } else if barred.is_some() {
        Standing::TooEarly
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
        from: from.max(over).filter(|_| askable),
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

/// What the market site does, as far as it is known: that there is nothing to apply for, or nothing yet, is not said from memory.
fn market(
    question: &Question<'_>,
    own: (Regime, Class),
    law: &Law,
    ruling: &mut Ruling<()>,
) -> Option<Market> {
    let mut theirs = Ruling::new(());
    let found = market_regulation(question, own, law, &mut theirs);
    let guessed =
        theirs.because.iter().any(|one| one.evidence == Evidence::Memory && !one.verified);
    theirs.because.into_iter().for_each(|one| ruling.cite(one));
    match found {
        Some(Market::Hidden(label)) if guessed => Some(Market::Open(label)),
        Some(Market::Automatic(beside)) if guessed => Some(Market::Open(beside.label)),
        other => other,
    }
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
) -> (bool, Option<Arc<Citation>>) {
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
        all.extend(cited.value.iter().map(|id| Named {
            id: id.clone(),
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
            let named = Named { id: id.clone(), binds: true, because: cited.citation.clone() };
            match all.iter_mut().find(|one| one.id == named.id) {
                Some(one) if !one.binds => *one = named,
                Some(_) => {}
                None => all.push(named),
            }
        }
    }
    all
}

/// From when a list may be left that counts from the correction and not from the entry.
struct Corrected {
    months: i64,
    from: Option<Date>,
    because: Arc<Citation>,
}

/// Where a verified text of the list counts from the correction: the day, if the platform's own records say when that was.
fn after_correction(list: &str, known: &Known, at: &LawAt<'_>) -> Option<Corrected> {
    let months = at.number(&format!("repair.after-correction.{list}")).applies()?;
    let from = match known.performed {
        Proof::Held(day) => Some(Calendar::corresponding_day(day, months.value)),
        Proof::None | Proof::HandedIn => None,
    };
    Some(Corrected { months: months.value, from, because: months.citation })
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
        let corrected = after_correction(self.list, self.known, &self.law.at(self.on));
        match (corrected, self.known.performed) {
            (Some(Corrected { from: Some(from), .. }), _) => {
                (if self.on < from { Outcome::NotMet } else { Outcome::Met }, Some(from))
            }
            (Some(_), Proof::None) => (Outcome::Missing, None),
            _ => (Outcome::Judge, None),
        }
    }

    fn ban(&self, at: &LawAt<'_>) -> Option<Condition> {
        let (Lookup::Applies(cited) | Lookup::Unconfirmed(cited)) = at.number("repair.ban.months")
        else {
            return None;
        };
        let over = self.known.barred_until.and_then(|until| until.tomorrow().ok());
        let outcome = match over {
            Some(over) if self.on < over => Outcome::NotMet,
            // How long nobody could say: a person does.
            _ if self.known.bar_unknown => Outcome::Judge,
            Some(_) => Outcome::Met,
            None => return None,
        };
        let from = over.filter(|_| outcome != Outcome::Judge);
        Some(Condition { id: "not-banned".to_owned(), outcome, from, because: cited.citation })
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
        .iter()
        .map(|id| Material { held: held(id), id: id.clone(), because: cited.citation.clone() })
        .collect()
}
