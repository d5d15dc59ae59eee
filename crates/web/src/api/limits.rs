//! How often somebody may ask: a bucket in memory for each address and each key, that fills again by the minute.
//!
//! Nothing is asked of the database. A process that starts anew begins with full buckets.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jiff::civil::Date;

/// Requests a minute from an address that sends no key.
pub const ANONYMOUS: u32 = 600;
/// Requests a minute with a key.
pub const WITH_KEY: u32 = 6_000;
/// Requests a minute from the machine itself, through no proxy: counted, and in effect not limited.
pub const LOCAL: u32 = 60_000_000;
/// Buckets of one part before the full ones are thrown away.
const MOST_IN_PART: usize = 4_096;
const PARTS: usize = 16;

/// Whose bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// The machine itself.
    Local,
    /// An address: IPv4 whole, of IPv6 the network that one customer is given.
    Address(u64),
    /// A key.
    Key(i64),
}

impl Who {
    /// The bucket of an address.
    pub fn at(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(four) => Self::Address(u64::from(four.to_bits())),
            IpAddr::V6(six) => match six.to_ipv4_mapped() {
                Some(four) => Self::Address(u64::from(four.to_bits())),
                None => Self::Address((six.to_bits() >> 64) as u64),
            },
        }
    }

    /// How many requests it may make in a minute.
    pub const fn limit(self) -> u32 {
        match self {
            Self::Local => LOCAL,
            Self::Address(_) => ANONYMOUS,
            Self::Key(_) => WITH_KEY,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Requests a minute.
    pub limit: u32,
    /// Requests that may still be made at once.
    pub remaining: u32,
    /// Seconds until all of them may be made again.
    pub reset: u32,
    /// Seconds to wait, when this request may not be made.
    pub wait: Option<u32>,
}

/// All buckets.
#[derive(Debug, Default)]
pub struct Buckets {
    parts: [Mutex<HashMap<Who, Bucket>>; PARTS],
    hasher: RandomState,
}

impl Buckets {
    /// Takes the cost of a request out of a bucket, or says how long to wait.
    pub fn take(&self, who: Who, cost: u32, now: Instant) -> Left {
        let limit = f64::from(who.limit());
        let a_second = limit / 60.0;
        let part = self.hasher.hash_one(who) as usize % PARTS;
        let Some(part) = self.parts.get(part) else {
            return Left { limit: who.limit(), remaining: 0, reset: 60, wait: None };
        };
        let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
        if part.len() >= MOST_IN_PART && !part.contains_key(&who) {
            // Who has not asked for a minute has a full bucket: to forget it changes nothing.
            part.retain(|_, bucket| now.duration_since(bucket.at).as_secs() < 60);
            if part.len() >= MOST_IN_PART {
                part.clear();
            }
        }
        let bucket = part.entry(who).or_insert(Bucket { left: limit, at: now });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * a_second).min(limit);
        bucket.at = now;
        let cost = f64::from(cost);
        let short = cost - bucket.left;
        let wait = (short > 0.0).then(|| (short / a_second).ceil().max(1.0) as u32);
        if wait.is_none() {
            bucket.left -= cost;
        }
        Left {
            limit: who.limit(),
            remaining: bucket.left as u32,
            reset: ((limit - bucket.left) / a_second).ceil() as u32,
            wait,
        }
    }
}

/// Addresses that are counted of one day before all of them are forgotten.
const MOST_COUNTED: usize = 65_536;

/// How many of what from whom.
type Counts = HashMap<(Who, &'static str), u32>;

/// How much each address has left here today for people to look through. A process that starts anew begins with nothing.
#[derive(Debug, Default)]
pub struct DayBook {
    counted: Mutex<(Option<Date>, Counts)>,
}

impl DayBook {
    /// Whether an address may leave no more of something on a day. The machine itself always may, as with [`Buckets`].
    pub fn is_full(&self, who: Who, what: &'static str, most: u32, today: Date) -> bool {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (day, held) = &*counted;
        who != Who::Local
            && *day == Some(today)
            && held.get(&(who, what)).is_some_and(|count| *count >= most)
    }

    /// Counts one that was left.
    pub fn note(&self, who: Who, what: &'static str, today: Date) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (day, held) = &mut *counted;
        if *day != Some(today) || held.len() >= MOST_COUNTED {
            *day = Some(today);
            held.clear();
        }
        *held.entry((who, what)).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_runs_dry_and_fills_again() {
        let buckets = Buckets::default();
        let start = Instant::now();
        let who = Who::at("192.0.2.1".parse().expect("an address"));
        for number in 1..=ANONYMOUS {
            let left = buckets.take(who, 1, start);
            assert_eq!((left.remaining, left.wait), (ANONYMOUS - number, None));
        }
        let refused = buckets.take(who, 1, start);
        assert_eq!((refused.remaining, refused.reset, refused.wait), (0, 60, Some(1)));
        assert_eq!(buckets.take(who, 100, start).wait, Some(10), "a dear request waits longer");
        let later = buckets.take(who, 1, start + Duration::from_secs(1));
        assert_eq!((later.remaining, later.wait), (9, None));
        let other = Who::at("192.0.2.2".parse().expect("an address"));
        assert_eq!(buckets.take(other, 1, start).remaining, ANONYMOUS - 1);
        assert_eq!(buckets.take(Who::Key(1), 1, start).remaining, WITH_KEY - 1);
    }

    #[test]
    fn an_address_leaves_so_much_a_day_and_no_more() {
        let (book, today) = (DayBook::default(), jiff::civil::date(2026, 11, 25));
        let who = Who::at("192.0.2.1".parse().expect("an address"));
        let other = Who::at("192.0.2.2".parse().expect("an address"));
        for _ in 0..3 {
            assert!(!book.is_full(who, "report", 3, today));
            book.note(who, "report", today);
            book.note(Who::Local, "report", today);
        }
        assert!(book.is_full(who, "report", 3, today));
        assert!(!book.is_full(who, "sign-up", 3, today), "of something else");
        assert!(!book.is_full(other, "report", 3, today), "another address");
        assert!(!book.is_full(Who::Local, "report", 3, today), "a proxy that hides who asks");
        assert!(!book.is_full(who, "report", 3, jiff::civil::date(2026, 11, 26)), "the day after");
    }

    #[test]
    fn one_customers_network_is_one_bucket() {
        let at = |text: &str| Who::at(text.parse().expect("an address"));
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let buckets = Buckets::default();
        let start = Instant::now();
        for number in 0..200_000 {
            buckets.take(Who::Address(number), 1, start);
        }
        let held: usize = buckets.parts.iter().map(|part| part.lock().expect("free").len()).sum();
        assert!(held <= PARTS * MOST_IN_PART, "{held}");
    }
}
