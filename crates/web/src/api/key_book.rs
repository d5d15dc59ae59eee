//! The keys of machines as the running process knows them: looked up once in a few seconds, their use counted in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use xinyong_service::api_keys::{self, Key, Used};
use xinyong_service::{Desk, DeskError};

/// How long a key is believed without looking it up again: an ended key works this long at most.
const BELIEVED: Duration = Duration::from_secs(3);
/// Keys kept at most; what is sent by guessing must not fill the memory.
const MOST_KEPT: usize = 2_048;

#[derive(Debug, Clone)]
struct Known {
    key: Option<Arc<Key>>,
    at: Instant,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    requests: i64,
    refusals: i64,
    last_at: i64,
}

/// What is known and counted.
#[derive(Default)]
pub struct KeyBook {
    known: Mutex<HashMap<String, Known>>,
    counted: Mutex<HashMap<(i64, Date), Count>>,
}

impl std::fmt::Debug for KeyBook {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What was sent is a secret.
        out.write_str("KeyBook")
    }
}

impl KeyBook {
    /// The key of what was sent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find(&self, desk: &Desk, secret: &str) -> Result<Option<Arc<Key>>, DeskError> {
        let now = Instant::now();
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = known.get(secret)
                && now.duration_since(found.at) < BELIEVED
            {
                return Ok(found.key.clone());
            }
        }
        let key = api_keys::find(desk, secret).await?.map(Arc::new);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_KEPT {
            known.clear();
        }
        known.insert(secret.to_owned(), Known { key: key.clone(), at: now });
        Ok(key)
    }

    /// Forgets what is known of the keys, so that an ended one is refused at once by this process.
    pub fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Counts a request.
    pub fn count(&self, desk: &Desk, key: i64, refused: bool) {
        let (day, now) = (desk.today(), desk.clock().now());
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counted.entry((key, day)).or_default();
        count.requests += 1;
        count.refusals += i64::from(refused);
        count.last_at = count.last_at.max(now);
    }

    /// Writes down what was counted. What cannot be written is counted on.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn flush(&self, desk: &Desk) -> Result<(), DeskError> {
        let counted =
            std::mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner));
        let used: Vec<Used> = counted
            .into_iter()
            .map(|((key, day), count)| Used {
                key,
                day,
                requests: count.requests,
                refusals: count.refusals,
                last_at: count.last_at,
            })
            .collect();
        let outcome = api_keys::record_usage(desk, &used).await;
        if outcome.is_err() {
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            for one in used {
                let count = counted.entry((one.key, one.day)).or_default();
                count.requests += one.requests;
                count.refusals += one.refusals;
                count.last_at = count.last_at.max(one.last_at);
            }
        }
        outcome
    }
}
