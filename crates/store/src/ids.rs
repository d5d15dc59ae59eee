//! Ids given by the application: 63 bits, ordered by time, unique without asking anybody.

use std::sync::Mutex;

use crate::error::StoreError;
use crate::keys::random;

/// 2020-01-01T00:00:00Z in milliseconds since 1970.
const EPOCH: i64 = 1_577_836_800_000;
/// Bits below the milliseconds: 8 of the process, 13 of a counter.
const COUNTER_BITS: u32 = 13;
const PROCESS_BITS: u32 = 8;

/// Makes ids. One per process; clones of the store share it through the desk.
#[derive(Debug)]
pub struct IdMaker {
    process: i64,
    /// The millisecond last used and the counter in it.
    last: Mutex<(i64, i64)>,
}

impl IdMaker {
    /// An id maker with a random mark of its own, so that two processes hardly ever meet in one millisecond; where they
    /// do, the primary key refuses the second.
    ///
    /// # Errors
    /// [`StoreError::Key`] if the system gives no random bytes.
    pub fn new() -> Result<Self, StoreError> {
        let [mark] = random::<1>()?;
        Ok(Self::with_mark(mark))
    }

    /// An id maker with a given mark, for tests that want the same ids every time.
    #[must_use]
    pub const fn with_mark(mark: u8) -> Self {
        Self { process: mark as i64, last: Mutex::new((0, 0)) }
    }

    /// The next id at the instant `now` (milliseconds since 1970). Ids of one maker always rise, also when the clock goes
    /// back or more than 8,192 are wanted in one millisecond: it then borrows from the milliseconds to come.
    pub fn next(&self, now: i64) -> i64 {
        let now = (now - EPOCH).max(0);
        let mut last = match self.last.lock() {
            Ok(last) => last,
            Err(poisoned) => poisoned.into_inner(),
        };
        if now > last.0 {
            *last = (now, 0);
        } else if last.1 + 1 < 1 << COUNTER_BITS {
            last.1 += 1;
        } else {
            *last = (last.0 + 1, 0);
        }
        (last.0 << (COUNTER_BITS + PROCESS_BITS)) | (self.process << COUNTER_BITS) | last.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_whatever_the_clock_does() {
        let maker = IdMaker::with_mark(7);
        let mut last = 0;
        for step in 0..30_000_i64 {
            let now = EPOCH + 1_000 - step / 10_000;
            let id = maker.next(now);
            assert!(id > last);
            last = id;
        }
        assert!(maker.next(EPOCH + 100 * 365 * 86_400_000) > 0);
    }
}
