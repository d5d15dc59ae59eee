//! The only chance in the invented county: a generator that gives the same numbers for the same seed, on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014). Good enough to scatter invented facts, no good for secrets.
#[derive(Debug, Clone)]
pub(super) struct SplitMix {
    state: u64,
}

impl SplitMix {
    /// A generator from a seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A stream of its own for one purpose, so that a change in one part of the county leaves the others as they were.
    pub(super) fn fork(&self, purpose: &str) -> Self {
        // FNV-1a: stable between builds, which the standard hasher does not promise.
        let mixed = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self::new(self.state ^ mixed)
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit; 0 when the limit is 0. The bias of the remainder does not matter here.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let drawn = self.next() % u64::from(limit.max(1));
        u32::try_from(drawn).unwrap_or_default()
    }

    /// A number from one bound to the other, both included.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// Whether something happens that happens so many times in so many.
    pub(super) fn chance(&mut self, times: u32, of: u32) -> bool {
        self.below(of) < times
    }

    /// A place in a list of some length.
    pub(super) fn place(&mut self, length: usize) -> usize {
        self.below(u32::try_from(length).unwrap_or(u32::MAX)) as usize
    }

    /// One of a list, which must not be empty.
    pub(super) fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        let place = self.place(list.len());
        list.get(place).expect("only lists with something in them are drawn from")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_generator() {
        // First values for seed 1234567 as the reference implementation gives them.
        let mut random = SplitMix::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn numbers_stay_within_bounds() {
        let mut random = SplitMix::new(7).fork("bounds");
        for _ in 0..1_000 {
            assert!(random.below(3) < 3);
            assert!((5..=9).contains(&random.between(5, 9)));
            assert_eq!(random.below(0), 0);
        }
        assert!(!random.chance(0, 5));
        assert!(random.chance(5, 5));
    }
}
