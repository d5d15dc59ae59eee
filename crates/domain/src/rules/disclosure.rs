//! What the public may see today: the one place that decides (H5).
//!
//! Decided when somebody reads, from dates, so that a job that did not run shows nothing too long. Every page, list,
//! download, search hit and machine answer for the public passes here; the store's dates are only a first sieve.

use jiff::civil::Date;
use serde::Serialize;

use super::publicity::{Class, Publicity, Question, Reason, publicity};
use crate::law::{Audience, Law, PublicationRule};
use crate::ruling::Ruling;

/// What is known about one record that somebody wants to show.
#[derive(Debug, Clone)]
pub struct Facts<'f> {
    /// What the publication rule needs.
    pub question: Question<'f>,
    /// The kind's audience.
    pub audience: Audience,
    /// The basis the second person confirmed, empty while nobody has.
    pub basis: &'f str,
    /// The named exemption, empty when there is none.
    pub exemption: &'f str,
    /// When it was taken down.
    pub withdrawn: Option<Date>,
    /// Until the end of which day somebody has time to answer an open objection to it; none where there is none, or where that day is not
    /// known yet. After it nobody sees the record until it is answered.
    pub answer_by: Option<Date>,
}

/// Whether the public sees a record on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// Whether it is public on that day.
    pub public: bool,
    /// Why not; for a licence whose validity is over, that it is: it is still public, shown as ended.
    pub reason: Option<Reason>,
    /// A licence whose validity is over: still public, shown as ended.
    pub ended: bool,
    /// Whether a unit may be shown it for something it has to decide.
    #[serde(skip)]
    pub for_units: bool,
    /// What it means for a certificate.
    #[serde(skip)]
    weight: Weight,
    /// Class, regime and dates.
    #[serde(flatten)]
    pub publicity: Publicity,
}

/// How far something may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Everybody may read it, search engines may keep it.
    Public,
    /// Everybody may read it here; search engines are asked not to keep it, because its publicity ends one day.
    NotIndexed,
    /// Not public.
    NotPublic,
}

impl Tier {
    /// How far what is published by a rule goes while it is public.
    #[must_use]
    pub const fn of_rule(rule: PublicationRule) -> Self {
        match rule {
            PublicationRule::Licence | PublicationRule::Open => Self::Public,
            PublicationRule::Penalty | PublicationRule::Listing => Self::NotIndexed,
            PublicationRule::None => Self::NotPublic,
        }
    }
}

impl Disclosure {
    /// How far the record goes on the day it was judged for.
    #[must_use]
    pub fn tier(&self) -> Tier {
        match self.publicity.class {
            _ if !self.public => Tier::NotPublic,
            class if class.is_unlimited() => Tier::of_rule(PublicationRule::Licence),
            _ => Tier::of_rule(PublicationRule::Penalty),
        }
    }
}

/// Decides for one record and one day.
#[must_use]
pub fn disclose(facts: &Facts<'_>, on: Date, law: &Law) -> Ruling<Disclosure> {
    let mut ruling = publicity(&facts.question, on, law);
    ruling.input("on", on);
    let reason = reason(facts, &ruling.value, on);
    if reason == Some(Reason::NoBasis)
        && let Some(entry) = law.at(on).list("publication.basis").applies()
    {
        ruling.cite(entry.citation);
    }
    ruling.map(|publicity| {
        let ended = publicity.valid_until.is_some_and(|until| until < on);
        let public = reason.is_none();
        Disclosure {
            for_units: for_units(facts, public && !ended, &publicity, on),
            weight: weight(facts, &publicity, reason, on),
            public,
            reason: reason.or_else(|| ended.then_some(Reason::Ended)),
            ended,
            publicity,
        }
    })
}

/// What a record means for a certificate that nothing of its kind was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It may be used today: there is something.
    Stands,
    /// The law lets nobody use it any more: taken down, or its days over.
    Spent,
    /// The law never makes it public, so that no certificate about what is public speaks of it.
    Outside,
    /// Nobody has decided yet whether it may be used: neither there nor not there.
    Open,
}

impl Disclosure {
    /// What the record means for such a certificate on the day it was judged for.
    #[must_use]
    pub const fn weight(&self) -> Weight {
        self.weight
    }
}

impl Disclosure {
    /// Whether a unit that follows the subject on a legal basis is told of the record: of what is public, also where its validity is over, and
    /// of what units may be shown. What may be asked for only with the subject's authority is never told.
    #[must_use]
    pub const fn is_told_to_units(&self) -> bool {
        self.public || self.for_units
    }
}

/// What is public that day and has not run out, and of the kinds that the catalogue shares among the units (政务共享) what was not taken down, is not
/// exempt and has not run out: what the law lets nobody use any more is no ground for a unit either.
fn for_units(facts: &Facts<'_>, holds: bool, publicity: &Publicity, on: Date) -> bool {
    match facts.audience {
        Audience::Public => holds,
        Audience::Shared => {
            publicity.class != Class::NaturalPerson
                && facts.exemption.is_empty()
                && facts.withdrawn.is_none_or(|withdrawn| withdrawn > on)
                && !is_withheld(facts, on)
                && facts.question.valid_until.is_none_or(|until| until >= on)
        }
        Audience::Authorised => false,
    }
}

/// That it was taken down or that its days are over comes first, whatever else keeps it from the public: the reason that is shown names
/// an exemption or a missing basis before them, and a record that nobody may use any more would stand in the way for ever.
fn weight(facts: &Facts<'_>, publicity: &Publicity, reason: Option<Reason>, on: Date) -> Weight {
    match reason {
        None => Weight::Stands,
        _ if is_withdrawn(facts, on) || is_over(publicity, on) => Weight::Spent,
        Some(Reason::Withdrawn | Reason::Ended) => Weight::Spent,
        Some(
            Reason::NaturalPerson
            | Reason::SimpleProcedure
            | Reason::WarningOnly
            | Reason::MinorClass
            | Reason::KindNotPublic,
        ) => Weight::Outside,
        // Whether what is exempt, or what nobody has confirmed a basis for, is outside of what a certificate speaks of, is a question of
        // law that nobody has answered: until then it is not passed over.
        // Nor is what is withheld because nobody answered an objection: silence clears nobody and finds nobody.
        Some(
            Reason::NotYet
            | Reason::NoBasis
            | Reason::NoConfirmedRule
            | Reason::Exempt
            | Reason::Withheld,
        ) => Weight::Open,
    }
}

/// Whether it was taken down by that day.
fn is_withdrawn(facts: &Facts<'_>, on: Date) -> bool {
    facts.withdrawn.is_some_and(|withdrawn| withdrawn <= on)
}

/// Whether an objection to it should have been answered by now and was not.
fn is_withheld(facts: &Facts<'_>, on: Date) -> bool {
    facts.answer_by.is_some_and(|last| last < on)
}

/// Whether the longest period that the law has for it is over by that day.
fn is_over(publicity: &Publicity, on: Date) -> bool {
    publicity.last_day.is_some_and(|last| last < on)
}

fn reason(facts: &Facts<'_>, publicity: &Publicity, on: Date) -> Option<Reason> {
    if facts.audience != Audience::Public {
        return Some(Reason::KindNotPublic);
    }
    if let Some(never) = publicity.never {
        return Some(never);
    }
    if !facts.exemption.is_empty() {
        return Some(Reason::Exempt);
    }
    if is_withdrawn(facts, on) {
        return Some(Reason::Withdrawn);
    }
    if facts.basis.is_empty() {
        return Some(Reason::NoBasis);
    }
    if publicity.first_day.is_some_and(|first| on < first) {
        return Some(Reason::NotYet);
    }
    if is_over(publicity, on) {
        return Some(Reason::Ended);
    }
    is_withheld(facts, on).then_some(Reason::Withheld)
}

#[cfg(test)]
mod cases;
