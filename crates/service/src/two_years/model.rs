//! The law of the two years once more, in plain numbers and without asking the rules that it is compared with: which day is a working
//! day, from when to when something is public, from when it may be repaired, by when who owes what. All of it as `rules.md` and
//! `decisions.md` of the field have it; where nobody has announced a calendar, weekdays count and the answer says so.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};

/// The days on which people do not work although it is not the weekend, first and last.
const OFF: [(Date, Date); 8] = [
    (date(2025, 10, 1), date(2025, 10, 8)),
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
];
/// The weekend days on which they do.
const MADE_UP: [Date; 8] = [
    date(2025, 9, 28),
    date(2025, 10, 11),
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
];
/// The last day whose calendar was announced.
const ANNOUNCED: Date = date(2026, 12, 31);
/// The days from which the market-regulation site, and the sites of the planning commission, have their newest rules.
const ORDER_107: Date = date(2025, 12, 25);
const ORDER_36: Date = date(2026, 4, 1);
const ORDER_58: Date = date(2023, 5, 1);

/// A last day, and whether it may still change because a calendar is not announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) day: Date,
    pub(super) unsure: bool,
}

pub(super) fn is_working(day: Date) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    if day > ANNOUNCED {
        return !weekend;
    }
    if weekend { MADE_UP.contains(&day) } else { !OFF.iter().any(|(a, z)| *a <= day && day <= *z) }
}

/// Working days after a day.
pub(super) fn after(from: Date, days: u32) -> Due {
    let (mut day, mut left) = (from, days);
    while left > 0 {
        day = day.tomorrow().expect("a day");
        left -= u32::from(is_working(day));
    }
    Due { day, unsure: day > ANNOUNCED }
}

/// Working days from one day, not counted, to another, counted.
pub(super) fn left(today: Date, due: Date) -> i64 {
    let (mut day, last, sign) = if today <= due { (today, due, 1) } else { (due, today, -1) };
    let mut count = 0;
    while day < last {
        day = day.tomorrow().expect("a day");
        count += i64::from(is_working(day));
    }
    count * sign
}

fn months(from: Date, count: i64) -> Date {
    from.checked_add(count.months()).expect("a day")
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// 罚款; how serious it is says the second person, who may say nothing.
    Fine(Option<&'static str>),
    /// 没收.
    Confiscation,
    /// 责令停产停业.
    Suspension,
    /// 警告 alone.
    Warning,
    /// A fine by simple procedure.
    Simple,
    /// On a severe list, by its code.
    Listed(&'static str),
    /// On the list of abnormal operation, which nobody has verified to be public.
    Abnormal,
}

/// A record as it ought to be.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Which invented firm.
    pub(super) party: usize,
    pub(super) unit: &'static str,
    pub(super) sort: Sort,
    /// The number of the document.
    pub(super) number: String,
    pub(super) decided: Date,
    /// Off the list since.
    pub(super) off: Option<Date>,
    /// Taken down, for whatever reason.
    pub(super) down: Option<Date>,
    pub(super) repaired: bool,
    /// The subject and the id that the platform gave it.
    pub(super) place: (i64, i64),
    /// How often the unit has sent it.
    pub(super) sent: u32,
}

impl Entry {
    pub(super) fn kind(&self) -> &'static str {
        match self.sort {
            Sort::Listed(_) => "serious-dishonesty-listing",
            Sort::Abnormal => "abnormal-operation-listing",
            _ => "administrative-penalty",
        }
    }

    fn at_market_site(&self) -> bool {
        match self.sort {
            Sort::Listed(list) => list == "market-regulation",
            _ => self.unit == "market-regulation",
        }
    }

    /// The severity by the newest order; none for what it has not public.
    fn is_serious(&self) -> Option<bool> {
        match self.sort {
            Sort::Fine(Some("serious")) | Sort::Suspension => Some(true),
            Sort::Fine(Some("general")) | Sort::Confiscation => Some(false),
            _ => None,
        }
    }

    /// The last day on which everybody may read it; none where nobody ever may.
    pub(super) fn last_day(&self) -> Option<Date> {
        let last = match self.sort {
            Sort::Warning | Sort::Simple | Sort::Abnormal => return None,
            Sort::Listed("dishonest-debtor") => months(self.decided, 24),
            Sort::Listed(_) => months(self.decided, 36),
            _ if self.decided >= ORDER_36 => {
                months(self.decided, if self.is_serious()? { 36 } else { 12 })
            }
            // The classes of the newest order are no classes of Order 58, which has three years for everything.
            _ if self.decided >= ORDER_58 => months(self.decided, 36),
            Sort::Fine(Some("serious")) => months(self.decided, 36),
            _ => months(self.decided, 12),
        };
        let off = self.off.map(|day| day.yesterday().expect("a day"));
        Some(off.map_or(last, |off| off.min(last)))
    }

    pub(super) fn is_public(&self, on: Date) -> bool {
        self.down.is_none_or(|day| on < day) && self.last_day().is_some_and(|last| on <= last)
    }

    /// Whether the market-regulation site has a class for it that somebody has said, or that follows from the kind of penalty.
    fn has_market_class(&self) -> bool {
        match self.sort {
            Sort::Fine(None) => false,
            Sort::Fine(Some(_)) => true,
            // That it is serious is inferred, which that site's own text may not bear out.
            Sort::Suspension => self.decided < ORDER_107,
            _ => self.decided < ORDER_107 || self.decided >= ORDER_36,
        }
    }

    /// The first day on which it may be asked that it stops; none where that is asked of nobody here, or where a person has to say it.
    pub(super) fn repairable_from(&self) -> Option<Date> {
        let count = match self.sort {
            // Of the wages the day counts on which they were paid, which only the unit knows.
            Sort::Listed("dishonest-debtor" | "wage-arrears") => return None,
            Sort::Listed(_) => 12,
            _ if self.at_market_site() && !self.has_market_class() => return None,
            // What stops there by itself keeps the periods that hold here.
            Sort::Fine(Some("minor")) if self.at_market_site() => 3,
            _ if self.at_market_site() && self.decided < ORDER_107 => 6,
            _ if self.at_market_site() && self.is_serious() == Some(true) => 12,
            _ if self.at_market_site() => 3,
            _ if self.decided >= ORDER_36 && self.is_serious()? => 12,
            _ if self.decided >= ORDER_36 => 3,
            _ if self.decided >= ORDER_58 && self.unit == "emergency-management" => 12,
            _ if self.decided >= ORDER_58 => 3,
            Sort::Fine(Some("serious")) => 6,
            _ => 3,
        };
        Some(months(self.decided, count))
    }

    /// Whether a text leaves it to a court, or forbids it on a day.
    pub(super) fn is_excluded(&self, on: Date) -> bool {
        match self.sort {
            Sort::Listed("dishonest-debtor") => true,
            Sort::Suspension => self.at_market_site() && on < ORDER_107,
            _ => false,
        }
    }

    /// Whether a body above decides on what is applied for on a day: the national centre, under Order 58.
    pub(super) fn is_decided_above(&self, applied: Date) -> bool {
        !self.at_market_site() && !matches!(self.sort, Sort::Listed(_)) && applied < ORDER_36
    }

    /// Working days until an application of a day is decided.
    pub(super) fn days_to_decide(&self, applied: Date) -> u32 {
        match self.at_market_site() {
            true if applied < ORDER_107 => 15,
            true => 7,
            false => 10,
        }
    }
}

/// The repair of a record as it ought to stand.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Place of its record among all.
    pub(super) entry: usize,
    /// The id that the platform gave it.
    pub(super) item: i64,
    pub(super) stage: &'static str,
    pub(super) applied: Date,
    pub(super) supplied: Option<Date>,
    pub(super) granted: Option<Date>,
    pub(super) extended: bool,
    pub(super) days: u32,
    pub(super) above: bool,
    /// What becomes of it.
    pub(super) plan: Plan,
    /// On which day somebody does the next step.
    pub(super) next: Date,
    /// Whether the firm's agent asked, not somebody at the window.
    pub(super) online: bool,
}

/// What becomes of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Grant,
    AskThenGrant,
    ExtendThenGrant,
    Refuse,
    Decline,
    TakeBack,
}

impl Case {
    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, "closed" | "not-accepted" | "refused" | "withdrawn" | "lapsed")
    }

    /// Nobody has decided yet.
    pub(super) fn is_pending(&self) -> bool {
        !self.is_over() && !matches!(self.stage, "granted" | "propagated")
    }

    pub(super) fn owner(&self) -> &'static str {
        match self.stage {
            "supplement" => "申请人",
            "forwarded" => "决定单位",
            "granted" | "propagated" => "信用办和平台",
            _ => "认定单位",
        }
    }

    /// By when the next step is owed. The clock of the decision runs from the application and stands still for nothing, so that no
    /// step before the decision has longer.
    pub(super) fn due(&self) -> Option<Due> {
        let mut decided = after(self.applied, self.days);
        if self.extended {
            decided = after(decided.day, 10);
        }
        let earlier = |one: Due| if one.day <= decided.day { one } else { decided };
        match self.stage {
            "applied" => Some(earlier(after(self.applied, 3))),
            "supplied" => Some(earlier(after(self.supplied.expect("given"), 3))),
            // The applicant owes by no day; the time of the decision runs on.
            "supplement" | "accepted" | "extended" | "reviewed" | "forwarded" => Some(decided),
            "granted" | "propagated" => Some(after(self.granted.expect("granted"), 3)),
            _ => None,
        }
    }
}
