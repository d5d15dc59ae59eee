//! What every page needs to know about the installation, read once at the start.

use std::sync::{Arc, OnceLock};

use xinyong_domain::law::County;
use xinyong_service::{Desk, DeskError};

use crate::api::key_book::KeyBook;
use crate::api::limits::{Buckets, DayBook};
use crate::outlet::HttpOutlet;
use crate::provider::Provider;

/// The installation behind the pages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    desk: Desk,
    base_path: String,
    secure_cookies: bool,
    demonstration: bool,
    keys: KeyBook,
    buckets: Buckets,
    left_today: DayBook,
    description: OnceLock<Vec<u8>>,
    county: Option<County>,
    provider: OnceLock<Provider>,
    outlet: OnceLock<HttpOutlet>,
}

impl Site {
    /// Reads what does not change while serving. `base_path` is the prefix of every address behind a reverse proxy, empty for
    /// none; `secure_cookies` sends cookies over TLS only.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(
        desk: Desk,
        base_path: &str,
        secure_cookies: bool,
    ) -> Result<Self, DeskError> {
        let demonstration = desk.is_demonstration().await?;
        // Without a county the site still starts, so that its health page can say what is missing.
        let county = match desk.county().await {
            Ok(county) => Some(county),
            Err(DeskError::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        let trimmed = base_path.trim_matches('/');
        let base_path = if trimmed.is_empty() { String::new() } else { format!("/{trimmed}") };
        Ok(Self {
            inner: Arc::new(Inner {
                desk,
                base_path,
                secure_cookies,
                demonstration,
                county,
                keys: KeyBook::default(),
                buckets: Buckets::default(),
                left_today: DayBook::default(),
                description: OnceLock::new(),
                provider: OnceLock::new(),
                outlet: OnceLock::new(),
            }),
        })
    }

    /// The same site with a provider of identities in front of the console; the first one given stays.
    #[must_use]
    pub fn with_provider(self, provider: Provider) -> Self {
        drop(self.inner.provider.set(provider));
        self
    }

    /// The provider of identities, where there is one.
    #[must_use]
    pub fn provider(&self) -> Option<&Provider> {
        self.inner.provider.get()
    }

    /// The same site with what sends to the machines of units; the first one given stays.
    #[must_use]
    pub fn with_outlet(self, outlet: HttpOutlet) -> Self {
        drop(self.inner.outlet.set(outlet));
        self
    }

    /// What sends to the machines of units, where anything is sent.
    #[must_use]
    pub fn outlet(&self) -> Option<&HttpOutlet> {
        self.inner.outlet.get()
    }

    /// The use cases.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    /// The prefix of every address: empty, or with a leading and without a trailing slash.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.inner.base_path
    }

    /// Whether cookies go over TLS only.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.inner.secure_cookies
    }

    /// Whether everything here is invented, which every page then says.
    #[must_use]
    pub fn is_demonstration(&self) -> bool {
        self.inner.demonstration
    }

    /// The county this installation is for, once one was loaded.
    #[must_use]
    pub fn county(&self) -> Option<&County> {
        self.inner.county.as_ref()
    }

    /// The keys of machines.
    pub(crate) fn keys(&self) -> &KeyBook {
        &self.inner.keys
    }

    /// The description of the interface, written once.
    pub(crate) fn description(&self, write: impl FnOnce() -> Vec<u8>) -> &[u8] {
        self.inner.description.get_or_init(write)
    }

    /// How often machines may still ask.
    pub(crate) fn buckets(&self) -> &Buckets {
        &self.inner.buckets
    }

    /// How much each address has left here today.
    pub(crate) fn left_today(&self) -> &DayBook {
        &self.inner.left_today
    }

    /// Writes down how much the keys of machines were used; to be called every few seconds and at the end.
    ///
    /// # Errors
    /// When the store fails; what was counted is kept for the next time.
    pub async fn flush_usage(&self) -> Result<(), DeskError> {
        self.inner.keys.flush(&self.inner.desk).await
    }

    /// The name of the site.
    #[must_use]
    pub fn name(&self) -> &str {
        self.county().map_or("信用", |county| county.site.as_str())
    }
}
