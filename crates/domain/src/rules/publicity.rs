//! How long the law lets a decision be public, and in which class it falls.
//!
//! The decision date picks the regime (decisions.md, "Regime"): the notice 发改办财金〔2019〕527号 until 2023-04-30, NDRC
//! Order 58 until 2026-03-31, NDRC Order 36 from 2026-04-01. Periods start on the decision date and end with the
//! corresponding day, inclusive; several penalties in one decision follow the longest (Order 58). Which numbers and which
//! penalty kinds belong to a class is data; what follows from them is here.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::calendar::Calendar;
use crate::law::{Cited, Kind, Law, Lookup, PublicationRule, Terms};
use crate::party::PartyCategory;
use crate::ruling::Ruling;

/// The set of rules a record is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Regime {
    /// 发改办财金〔2019〕527号.
    Notice527,
    /// NDRC Order 58.
    Order58,
    /// NDRC Order 36 of 2025.
    Order36,
    /// Licences: 行政许可法, no maximum.
    Licence,
    /// What is public while it is valid: 政府信息公开条例, the catalogue.
    Open,
    /// Lists: public until the exit, at most for the period that the kind's file names.
    Listing,
    /// The kind has no publication rule, or the decision is older than every regime.
    None,
}

impl Regime {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice527 => "notice-527",
            Self::Order58 => "order-58",
            Self::Order36 => "order-36",
            Self::Licence => "licence",
            Self::Open => "open",
            Self::Listing => "listing",
            Self::None => "none",
        }
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Notice527 => "527号文",
            Self::Order58 => "国家发展改革委令第58号",
            Self::Order36 => "国家发展改革委令第36号",
            Self::Licence => "行政许可公开规则",
            Self::Open => "信息公开规则",
            Self::Listing => "名单公示规则",
            Self::None => "无公示规则",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Notice527 => "publicity.notice527",
            Self::Order58 => "publicity.order58",
            Self::Order36 | Self::Licence | Self::Open | Self::Listing | Self::None => {
                "publicity.order36"
            }
        }
    }
}

impl Serialize for Regime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The class a decision falls in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Natural persons: never public (H6).
    NaturalPerson,
    /// Not published at all: simple procedure, warnings and 通报批评 alone.
    Unpublished,
    /// 轻微.
    Minor,
    /// 一般, and the ordinary case of Order 58.
    General,
    /// The five domains of Order 58 with a minimum of one year.
    Long,
    /// 严重.
    Serious,
    /// A licence.
    Licence,
    /// Public while it is valid.
    Open,
    /// An entry in a list.
    Listed,
}

impl Class {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NaturalPerson => "natural-person",
            Self::Unpublished => "unpublished",
            Self::Minor => "minor",
            Self::General => "general",
            Self::Long => "long",
            Self::Serious => "serious",
            Self::Licence => "licence",
            Self::Open => "open",
            Self::Listed => "listed",
        }
    }

    /// Whether what is in it has no longest period: public while valid, then shown as ended.
    #[must_use]
    pub const fn is_unlimited(self) -> bool {
        matches!(self, Self::Licence | Self::Open)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NaturalPerson => "自然人",
            Self::Unpublished => "不予公示",
            Self::Minor => "轻微",
            Self::General => "一般",
            Self::Long => "重点领域",
            Self::Serious => "严重",
            Self::Licence => "许可",
            Self::Open => "公开",
            Self::Listed => "名单",
        }
    }
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// 失信信息 class as the reviewer set it (Order 36).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 轻微.
    Minor,
    /// 一般.
    General,
    /// 严重.
    Serious,
}

impl Severity {
    /// The severity an id of `law/codes/severity.toml` stands for.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "minor" => Some(Self::Minor),
            "general" => Some(Self::General),
            "serious" => Some(Self::Serious),
            _ => None,
        }
    }

    const fn class(self) -> Class {
        match self {
            Self::Minor => Class::Minor,
            Self::General => Class::General,
            Self::Serious => Class::Serious,
        }
    }
}

/// Why something is not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The party is a natural person.
    NaturalPerson,
    /// Simple procedure.
    SimpleProcedure,
    /// Only a warning or 通报批评.
    WarningOnly,
    /// 轻微 under Order 36.
    MinorClass,
    /// The kind is never public, or nobody may see it but the authorised.
    KindNotPublic,
    /// No verified rule gives a period: the milder reading is not to publish.
    NoConfirmedRule,
    /// Before the first day.
    NotYet,
    /// After the last day.
    Ended,
    /// Taken down: the decision was changed, revoked or declared void.
    Withdrawn,
    /// Exempted, with a named exemption.
    Exempt,
    /// No second person has confirmed a basis for publication.
    NoBasis,
    /// An objection to it was not answered in time.
    Withheld,
}

impl Reason {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NaturalPerson => "natural-person",
            Self::SimpleProcedure => "simple-procedure",
            Self::WarningOnly => "warning-only",
            Self::MinorClass => "minor-class",
            Self::KindNotPublic => "kind-not-public",
            Self::NoConfirmedRule => "no-confirmed-rule",
            Self::NotYet => "not-yet",
            Self::Ended => "ended",
            Self::Withdrawn => "withdrawn",
            Self::Exempt => "exempt",
            Self::NoBasis => "no-basis",
            Self::Withheld => "withheld",
        }
    }

    /// What a clerk reads.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NaturalPerson => "相对人为自然人，不公示",
            Self::SimpleProcedure => "适用简易程序，不公示",
            Self::WarningOnly => "仅警告或通报批评，不公示",
            Self::MinorClass => "轻微失信信息，原则上不公示",
            Self::KindNotPublic => "该类信息不向社会公开",
            Self::NoConfirmedRule => "适用的公示期限尚未核实，暂不公示",
            Self::NotYet => "未到公示起始日",
            Self::Ended => "公示期已满",
            Self::Withdrawn => "已撤下公示",
            Self::Exempt => "依法不予公开",
            Self::NoBasis => "未确认公示依据，留存不公示",
            Self::Withheld => "异议逾期未办理，暂停公示",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How records decided before 2026-04-01 and public after it are treated; Order 36 has no known transition clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The regime of the decision date goes on.
    DecisionDate,
    /// Whichever regime ends earlier.
    Favourable,
}

/// What is known about a decision.
#[derive(Debug, Clone)]
pub struct Question<'q> {
    /// The kind's publication rule.
    pub rule: PublicationRule,
    /// The parameters that the kind's file names for it.
    pub terms: Option<&'q Terms>,
    /// The party's category.
    pub category: PartyCategory,
    /// Decision date.
    pub decided: Date,
    /// When a second person released it, if that is known and later.
    pub released: Option<Date>,
    /// Last day of validity (licences).
    pub valid_until: Option<Date>,
    /// Ids of the penalty kinds.
    pub penalty_kinds: &'q [String],
    /// `ordinary` or `simple`; unknown is ordinary.
    pub procedure: &'q str,
    /// Safety domain; unknown is `other`.
    pub domain: &'q str,
    /// The reviewer's class, where set.
    pub severity: Option<Severity>,
    /// `ndrc` or `samr`.
    pub channel: &'q str,
    /// Overrides the transition parameter, for pure questions.
    pub transition: Option<Transition>,
}

/// The answer for the national credit sites, which Xinyong follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publicity {
    /// The rules applied.
    pub regime: Regime,
    /// The class.
    pub class: Class,
    /// Why it is never public, if so.
    pub never: Option<Reason>,
    /// First day it may be public: the decision day, or the release day when that is later.
    pub first_day: Option<Date>,
    /// Last day, inclusive; `None` without maximum.
    pub last_day: Option<Date>,
    /// From when the subject may apply for repair.
    pub repairable_from: Option<Date>,
    /// Last day of validity for a licence that ends.
    pub valid_until: Option<Date>,
    /// What else a person should see: the other channel's period, a shorter period under the newer order.
    pub beside: Vec<Beside>,
}

/// A period shown beside the one that is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beside {
    /// Whose period.
    pub label: String,
    /// Last day there, where a maximum is known.
    pub last_day: Option<Date>,
    /// Repairable there from.
    pub repairable_from: Option<Date>,
}

struct Period {
    class: Class,
    never: Option<Reason>,
    maximum: Option<i64>,
    minimum: Option<i64>,
}

/// Class, period and repair date of a decision, as judged on the day `on`.
#[must_use]
pub fn publicity(question: &Question<'_>, on: Date, law: &Law) -> Ruling<Publicity> {
    let mut ruling = Ruling::new(());
    ruling.input("decided", question.decided);
    ruling.input("category", question.category.as_str());
    if let Some(released) = question.released {
        ruling.input("released", released);
    }
    if question.category == PartyCategory::NaturalPerson {
        return never(question, ruling, law, Class::NaturalPerson, Reason::NaturalPerson);
    }
    match question.rule {
        PublicationRule::None => {
            never(question, ruling, law, Class::Unpublished, Reason::KindNotPublic)
        }
        PublicationRule::Licence => licence(question, ruling),
        PublicationRule::Open | PublicationRule::Listing => by_terms(question, ruling, law),
        PublicationRule::Penalty => penalty(question, ruling, on, law),
    }
}

fn first_day(question: &Question<'_>) -> Date {
    question.released.map_or(question.decided, |released| released.max(question.decided))
}

fn regime_of(question: &Question<'_>, law: &Law) -> Regime {
    match question.rule {
        PublicationRule::Licence => Regime::Licence,
        PublicationRule::Open => Regime::Open,
        PublicationRule::Listing => Regime::Listing,
        PublicationRule::None => Regime::None,
        PublicationRule::Penalty => {
            let at = law.at(question.decided);
            [Regime::Order36, Regime::Order58, Regime::Notice527]
                .into_iter()
                .find(|regime| {
                    !matches!(
                        at.number(&format!("{}.general.maximum", regime.prefix())),
                        Lookup::Absent
                    )
                })
                .unwrap_or(Regime::None)
        }
    }
}

fn never(
    question: &Question<'_>,
    mut ruling: Ruling<()>,
    law: &Law,
    class: Class,
    reason: Reason,
) -> Ruling<Publicity> {
    if reason == Reason::NaturalPerson
        && let Some(entry) =
            law.at(question.decided).flag("publicity.natural-person.published").applies()
    {
        ruling.cite(entry.citation);
    }
    let regime = regime_of(question, law);
    ruling.map(|()| Publicity {
        regime,
        class,
        never: Some(reason),
        first_day: None,
        last_day: None,
        repairable_from: None,
        valid_until: question.valid_until,
        beside: Vec::new(),
    })
}

/// A licence has no maximum: public while valid, then shown as ended (行政许可法 art. 40; decisions.md, "Days").
fn licence(question: &Question<'_>, mut ruling: Ruling<()>) -> Ruling<Publicity> {
    if let Some(until) = question.valid_until {
        ruling.input("valid_until", until);
    }
    ruling.map(|()| Publicity {
        regime: Regime::Licence,
        class: Class::Licence,
        never: None,
        first_day: Some(first_day(question)),
        last_day: None,
        repairable_from: None,
        valid_until: question.valid_until,
        beside: Vec::new(),
    })
}

/// Whether a kind is kept from the public because what it rests on is not verified: a flag or a longest period of its own file
/// that does not apply under the newest entry.
#[must_use]
pub fn awaits_verification(kind: &Kind, law: &Law) -> bool {
    let newest = |id: &str| {
        law.parameters()
            .get(id)
            .and_then(|parameter| parameter.values.last())
            .map(|value| value.from)
    };
    let flag = kind.terms.published.as_deref().is_some_and(|id| {
        !newest(id).and_then(|day| law.at(day).flag(id).applies()).is_some_and(|flag| flag.value)
    });
    let bound =
        kind.terms.maximum.as_deref().filter(|_| !kind.terms.by_class).is_some_and(|id| {
            newest(id).and_then(|day| law.at(day).number(id).applies()).is_none()
        });
    flag || bound
}

/// What the kind's own file says. Nothing that nobody has verified publishes: a flag or a longest period that does not apply
/// on the decision day keeps the record from the public.
fn by_terms(question: &Question<'_>, mut ruling: Ruling<()>, law: &Law) -> Ruling<Publicity> {
    let listing = question.rule == PublicationRule::Listing;
    let class = if listing { Class::Listed } else { Class::Open };
    let at = law.at(question.decided);
    let terms = question.terms.cloned().unwrap_or_default();
    if let Some(id) = &terms.published {
        let lookup = at.flag(id);
        match lookup {
            Lookup::Applies(Cited { value: true, citation }) => ruling.cite(citation),
            Lookup::Applies(Cited { citation, .. })
            | Lookup::Unconfirmed(Cited { citation, .. }) => {
                ruling.cite(citation);
                return never(question, ruling, law, class, Reason::NoConfirmedRule);
            }
            Lookup::Absent => return never(question, ruling, law, class, Reason::NoConfirmedRule),
        }
    }
    let months = |id: &Option<String>, ruling: &mut Ruling<()>| {
        let id = id.as_ref()?;
        let id = match (terms.by_class, question.penalty_kinds.first()) {
            (true, class) => format!("{id}.{}", class?),
            (false, _) => id.clone(),
        };
        let cited = at.number(&id).applies()?;
        ruling.cite(cited.citation);
        Some(Calendar::corresponding_day(question.decided, cited.value))
    };
    let longest = months(&terms.maximum, &mut ruling);
    let repairable_from = months(&terms.minimum, &mut ruling);
    if listing && longest.is_none() {
        return never(question, ruling, law, class, Reason::NoConfirmedRule);
    }
    if let Some(until) = question.valid_until {
        ruling.input("valid_until", until);
    }
    // From the day a party is off the list it is not shown as being on it.
    let off = question.valid_until.filter(|_| listing).and_then(|day| day.yesterday().ok());
    ruling.map(|()| Publicity {
        regime: regime_of(question, law),
        class,
        never: None,
        first_day: Some(first_day(question)),
        last_day: longest.map(|longest| off.map_or(longest, |off| off.min(longest))),
        repairable_from,
        valid_until: question.valid_until.filter(|_| !listing),
        beside: Vec::new(),
    })
}

fn penalty(
    question: &Question<'_>,
    mut ruling: Ruling<()>,
    on: Date,
    law: &Law,
) -> Ruling<Publicity> {
    ruling.input("procedure", question.procedure);
    ruling.input("domain", question.domain);
    ruling.input("channel", question.channel);
    ruling.input("penalty_kinds", question.penalty_kinds.join(";"));
    if let Some(severity) = question.severity {
        ruling.input("severity", severity.class().as_str());
    }
    let mut regime = regime_of(question, law);
    let mut period = period(question, regime, question.decided, law, &mut ruling);
    let mut beside = Vec::new();

    // A record decided under the older rules and still open when Order 36 is in force: which period counts is a question
    // of law that nobody has answered, so the choice is an entry that two persons may change.
    if regime != Regime::Order36 && regime != Regime::None && order36_in_force(law, on) {
        let mut newer_ruling = Ruling::new(());
        let newer = self::period(question, Regime::Order36, on, law, &mut newer_ruling);
        let shorter = ends_before(&newer, &period);
        let transition = transition(question, on, law, &mut ruling);
        if transition == Transition::Favourable && shorter {
            regime = Regime::Order36;
            period = newer;
            for citation in newer_ruling.because {
                ruling.cite(citation);
            }
        } else if shorter {
            beside.push(Beside {
                label: "按国家发展改革委令第36号计算（较短，是否适用须由人确认）".to_owned(),
                last_day: newer
                    .maximum
                    .filter(|_| newer.never.is_none())
                    .map(|months| Calendar::corresponding_day(question.decided, months)),
                repairable_from: None,
            });
        }
    }
    if question.channel == "samr"
        && let Some(market) = market_regulation(question, (regime, period.class), law, &mut ruling)
    {
        beside.extend(market.beside());
    }
    let day = |months: i64| Calendar::corresponding_day(question.decided, months);
    ruling.map(|()| Publicity {
        regime,
        class: period.class,
        never: period.never,
        first_day: period.never.is_none().then(|| first_day(question)),
        last_day: period.maximum.filter(|_| period.never.is_none()).map(day),
        repairable_from: period.minimum.filter(|_| period.never.is_none()).map(day),
        valid_until: None,
        beside,
    })
}

fn order36_in_force(law: &Law, on: Date) -> bool {
    !matches!(law.at(on).number("publicity.order36.general.maximum"), Lookup::Absent)
}

fn ends_before(newer: &Period, older: &Period) -> bool {
    if older.never.is_some() {
        return false;
    }
    newer.never.is_some() || newer.maximum < older.maximum
}

fn transition(question: &Question<'_>, on: Date, law: &Law, ruling: &mut Ruling<()>) -> Transition {
    let chosen = match question.transition {
        Some(transition) => transition,
        None => match law.at(on).word("transition.order36") {
            Lookup::Applies(Cited { value, citation }) => {
                ruling.cite(citation);
                if value == "favourable" {
                    Transition::Favourable
                } else {
                    Transition::DecisionDate
                }
            }
            Lookup::Unconfirmed(_) | Lookup::Absent => Transition::DecisionDate,
        },
    };
    ruling.input(
        "transition.order36",
        match chosen {
            Transition::DecisionDate => "decision-date",
            Transition::Favourable => "favourable",
        },
    );
    chosen
}

/// Whether every given penalty kind (and at least one) is in a list of law; cites the list when it decides.
fn all_in(law: &Law, at: Date, parameter: &str, kinds: &[String], ruling: &mut Ruling<()>) -> bool {
    let Some(list) = law.at(at).list(parameter).applies() else {
        return false;
    };
    let holds = !kinds.is_empty() && kinds.iter().all(|kind| list.value.contains(kind));
    if holds {
        ruling.cite(list.citation);
    }
    holds
}

fn any_in(law: &Law, at: Date, parameter: &str, kinds: &[String], ruling: &mut Ruling<()>) -> bool {
    let Some(list) = law.at(at).list(parameter).applies() else {
        return false;
    };
    let holds = kinds.iter().any(|kind| list.value.contains(kind));
    if holds {
        ruling.cite(list.citation);
    }
    holds
}

fn period(
    question: &Question<'_>,
    regime: Regime,
    at: Date,
    law: &Law,
    ruling: &mut Ruling<()>,
) -> Period {
    let unpublished =
        |class, reason| Period { class, never: Some(reason), maximum: None, minimum: None };
    let procedure = [question.procedure.to_owned()];
    let class = match regime {
        Regime::Order36 => {
            if all_in(law, at, "publicity.order36.minor.procedures", &procedure, ruling) {
                return unpublished(Class::Minor, Reason::SimpleProcedure);
            }
            let kinds = question.penalty_kinds;
            match question.severity {
                Some(severity) => severity.class(),
                None if any_in(law, at, "publicity.order36.serious.kinds", kinds, ruling) => {
                    Class::Serious
                }
                None if any_in(law, at, "publicity.order36.general.kinds", kinds, ruling) => {
                    Class::General
                }
                None => {
                    if all_in(law, at, "publicity.order36.minor.kinds", kinds, ruling) {
                        return unpublished(Class::Minor, Reason::WarningOnly);
                    }
                    // The text leaves it open, as with a fine that nobody has called large: minor, until the reviewer
                    // sets it. What is cited is the list that does not name it.
                    if let Some(list) = law.at(at).list("publicity.order36.minor.kinds").applies() {
                        ruling.cite(list.citation);
                    }
                    Class::Minor
                }
            }
        }
        Regime::Order58 | Regime::Notice527 => {
            let prefix = regime.prefix();
            if all_in(law, at, &format!("{prefix}.unpublished.procedures"), &procedure, ruling) {
                return unpublished(Class::Unpublished, Reason::SimpleProcedure);
            }
            if all_in(
                law,
                at,
                &format!("{prefix}.unpublished.kinds"),
                question.penalty_kinds,
                ruling,
            ) {
                return unpublished(Class::Unpublished, Reason::WarningOnly);
            }
            let domain = [question.domain.to_owned()];
            let long = any_in(law, at, "publicity.order58.long.domains.verified", &domain, ruling)
                || any_in(law, at, "publicity.order58.long.domains.secondary", &domain, ruling);
            match (regime, question.severity) {
                (Regime::Order58, _) if long => Class::Long,
                (Regime::Notice527, Some(Severity::Serious)) => Class::Serious,
                _ => Class::General,
            }
        }
        Regime::Licence | Regime::Open | Regime::Listing | Regime::None => {
            return unpublished(Class::Unpublished, Reason::NoConfirmedRule);
        }
    };
    let bound = |which: &str, ruling: &mut Ruling<()>| -> Option<i64> {
        let id = format!("{}.{}.{which}", regime.prefix(), class.as_str());
        let cited = law.at(at).number(&id).applies()?;
        ruling.cite(cited.citation);
        Some(cited.value)
    };
    let maximum = bound("maximum", ruling);
    if class == Class::Minor {
        return unpublished(Class::Minor, Reason::MinorClass);
    }
    let minimum = bound("minimum", ruling);
    if maximum.is_none() {
        return unpublished(class, Reason::NoConfirmedRule);
    }
    Period { class, never: None, maximum, minimum }
}

/// What the market-regulation site does with the same decision.
#[derive(Debug, Clone)]
pub(super) enum Market {
    /// It is not shown there.
    Hidden(String),
    /// It is shown and stops by itself, so that nobody applies.
    Automatic(Beside),
    /// It is shown, and may be applied for in between.
    Bounded(Beside),
    /// The class is not known, and nothing tells it from the kinds of penalty: a person says.
    Open(String),
}

impl Market {
    /// What is shown beside the period that is applied; nothing where nobody has said the class.
    fn beside(self) -> Option<Beside> {
        match self {
            Self::Hidden(label) => Some(Beside { label, last_day: None, repairable_from: None }),
            Self::Automatic(beside) | Self::Bounded(beside) => Some(beside),
            Self::Open(_) => None,
        }
    }
}

/// Whether nothing but kinds of penalty that no text was seen to name, and that were put into the class by inference, makes it serious:
/// against the subject that decides nothing on a site whose own text nobody has read, so a person says (H7).
fn is_inferred(question: &Question<'_>, rules: &str, law: &Law, ruling: &mut Ruling<()>) -> bool {
    let at = law.at(question.decided);
    let Some(inferred) = at.list(&format!("{rules}.judged.kinds")).applies() else { return false };
    let Some(serious) = at.list("publicity.order36.serious.kinds").applies() else { return false };
    let mut grounds = question.penalty_kinds.iter().filter(|kind| serious.value.contains(*kind));
    let only = question.severity.is_none() && grounds.all(|kind| inferred.value.contains(kind));
    if only {
        ruling.cite(inferred.citation);
    }
    only
}

/// The market-regulation site's own period for the same decision, shown beside, never applied here. `class` is what the national rules
/// make of the decision: its content of the classes is read, that of the market rules is not, so that it serves where nobody has set one.
pub(super) fn market_regulation(
    question: &Question<'_>,
    (regime, class): (Regime, Class),
    law: &Law,
    ruling: &mut Ruling<()>,
) -> Option<Market> {
    let newer = law.at(question.decided).number("publicity.samr107.general.maximum").applies();
    let (rules, label) = if newer.is_some() {
        ("publicity.samr107", "国家企业信用信息公示系统（总局令第107号）")
    } else {
        law.at(question.decided).number("publicity.samr45.long.maximum").applies()?;
        ("publicity.samr45", "国家企业信用信息公示系统（总局令第45号）")
    };
    let mut among = |suffix: &str, of: &[String]| {
        all_in(law, question.decided, &format!("{rules}.{suffix}"), of, ruling)
    };
    if among("unpublished.procedures", &[question.procedure.to_owned()])
        || among("unpublished.kinds", question.penalty_kinds)
    {
        return Some(Market::Hidden(label.to_owned()));
    }
    let minor =
        among("short.kinds", question.penalty_kinds) || question.severity == Some(Severity::Minor);
    // A fine by its amount, which no column and no text of a class gives.
    let amount = question.severity.is_none() && among("judged.kinds", question.penalty_kinds);
    let read = matches!(class, Class::General | Class::Serious) && regime == Regime::Order36;
    let read = read && !(class == Class::Serious && is_inferred(question, rules, law, ruling));
    let bounds = match (newer.is_some(), question.severity) {
        _ if minor && newer.is_some() => ("minor.maximum".to_owned(), None),
        _ if minor => ("short.maximum".to_owned(), None),
        (false, _) if amount => return Some(Market::Open(label.to_owned())),
        (false, _) => ("long.maximum".to_owned(), Some("minimum".to_owned())),
        (true, None) if !read => return Some(Market::Open(label.to_owned())),
        (true, severity) => {
            let class = severity.map_or(class, Severity::class).as_str();
            (format!("{class}.maximum"), Some(format!("{class}.minimum")))
        }
    };
    let day = |months: i64| Calendar::corresponding_day(question.decided, months);
    let at = law.at(question.decided);
    let (maximum, minimum) = bounds;
    let maximum = at.number(&format!("{rules}.{maximum}")).applies()?;
    ruling.cite(maximum.citation);
    let mut beside = Beside {
        label: label.to_owned(),
        last_day: Some(day(maximum.value)),
        repairable_from: None,
    };
    let Some(minimum) = minimum else { return Some(Market::Automatic(beside)) };
    if let Some(minimum) = at.number(&format!("{rules}.{minimum}")).applies() {
        beside.repairable_from = Some(day(minimum.value));
        ruling.cite(minimum.citation);
    }
    Some(Market::Bounded(beside))
}
