//! 签名: the county's SM2 key pairs, and whatever is signed with them.
//!
//! SM2 with SM3 (GB/T 32918), the signer's name 1234567812345678 on both sides, signatures as DER. What is signed is the canonical
//! form of a JSON object that names its type, its key and its time. The private half is sealed by the key file; a device that keeps
//! its own takes its place through [`Signer`].

mod keys;
mod overview;
mod pair;

use std::fmt::Debug;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xinyong_domain::canonical::canonical;
use xinyong_store::{Purpose, SigningKeyRow, Tx, signing_key_place};

use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

pub use keys::{DAYS, generate, list, revoke, rotate};
pub use overview::{
    HeadOfKey, KeyDetail, KeyOverview, KeyStanding, Revoked, SignedReport, detail, overview,
};
pub use pair::{KeyPair, PublicKey};

/// The name of the signer that goes into every signature; whoever verifies must give the same.
pub const DISTID: &str = "1234567812345678";

/// Whatever signs with a key that this program cannot read: a device, a service.
pub trait Signer: Debug + Send + Sync {
    /// The public half, as PEM.
    ///
    /// # Errors
    /// What went wrong, in words for the people who run the platform.
    fn public(&self) -> Result<String, String>;

    /// The signature (DER) of a message, SM2 with SM3 under [`DISTID`].
    ///
    /// # Errors
    /// What went wrong, in words for the people who run the platform.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String>;
}

/// A signer that several desks share.
pub(crate) type SharedSigner = Arc<dyn Signer>;

/// A public key as people keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCard {
    /// What kind of file this is.
    #[serde(rename = "type")]
    pub of: String,
    /// What the key is called: the first half of the SM3 of the key.
    pub id: String,
    /// How it signs.
    pub algorithm: String,
    /// The name of the signer.
    pub distid: String,
    /// From when it may sign, in milliseconds since 1970.
    pub valid_from: i64,
    /// Until when it may sign.
    pub valid_until: i64,
    /// From when on its signatures are not to be believed, where it was revoked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub revoked_since: Option<i64>,
    /// The key, as PEM.
    pub pem: String,
}

/// What a card says it is.
const CARD: &str = "xinyong/public-key/1";

impl From<&SigningKeyRow> for KeyCard {
    fn from(row: &SigningKeyRow) -> Self {
        Self {
            of: CARD.to_owned(),
            id: row.id.clone(),
            algorithm: "SM2 with SM3".to_owned(),
            distid: DISTID.to_owned(),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            revoked_since: row.revoked_since,
            pem: row.public.clone(),
        }
    }
}

/// Why a signature is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// The card is no card of a key.
    #[error("公钥文件不完整或不是本平台的公钥")]
    Card,
    /// It was made with another key.
    #[error("不是用这把密钥签的名")]
    OtherKey,
    /// It does not fit what is said to be signed.
    #[error("签名与内容不符：内容被改动，或不是用这把密钥签的名")]
    Signature,
    /// The key held no more, or not yet.
    #[error("签名时间不在密钥的有效期内")]
    NotInForce,
    /// The key was revoked by then.
    #[error("签名时密钥已被吊销")]
    Revoked,
}

impl KeyCard {
    /// Whether a signature (DER) over the canonical form of `signed`, said to be made at `at`, is to be believed.
    ///
    /// # Errors
    /// Why it is not.
    pub fn judge(&self, signed: &Value, at: i64, signature: &[u8]) -> Result<(), NotGenuine> {
        let key = PublicKey::from_pem(&self.pem).map_err(|_| NotGenuine::Card)?;
        if self.of != CARD || self.distid != DISTID || key.id() != self.id {
            return Err(NotGenuine::Card);
        }
        if signed.get("key").and_then(Value::as_str) != Some(self.id.as_str()) {
            return Err(NotGenuine::OtherKey);
        }
        let form = canonical(signed).map_err(|_| NotGenuine::Signature)?;
        if !key.verifies(form.as_bytes(), signature) {
            return Err(NotGenuine::Signature);
        }
        if self.revoked_since.is_some_and(|since| at >= since) {
            return Err(NotGenuine::Revoked);
        }
        if at < self.valid_from || at > self.valid_until {
            return Err(NotGenuine::NotInForce);
        }
        Ok(())
    }
}

/// Whether a key may sign now.
fn holds(key: &SigningKeyRow, now: i64) -> bool {
    key.revoked_at.is_none() && now < key.valid_until
}

/// Something that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The key.
    pub(crate) key: String,
    /// The time it was signed at.
    pub(crate) at: i64,
    /// The signature (DER).
    pub(crate) signature: Vec<u8>,
}

impl Desk {
    /// The same desk with a device that signs.
    #[must_use]
    pub fn with_signer(self, signer: Arc<dyn Signer>) -> Self {
        self.set_signer(signer)
    }

    /// The key that signs now, as the transaction sees it; none where there is none.
    pub(crate) async fn current_key(
        &self,
        tx: &mut Tx,
    ) -> Result<Option<SigningKeyRow>, DeskError> {
        let now = self.clock().now();
        let keys = tx.signing_keys().await?;
        Ok(keys.into_iter().rev().find(|key| holds(key, now)))
    }

    /// The same, held until the transaction ends. Who waited for it may find that it holds no more by then: the next one is asked.
    async fn held_key(&self, tx: &mut Tx) -> Result<Option<SigningKeyRow>, DeskError> {
        while let Some(key) = self.current_key(tx).await? {
            let key = tx
                .lock_signing_key(&key.id)
                .await?
                .ok_or_else(|| DeskError::Internal("a signing key went away".to_owned()))?;
            if holds(&key, self.clock().now()) {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// Signs what `make` gives for a key and a time. The key is held until the transaction ends, so that times never go backwards.
    ///
    /// # Errors
    /// `signing.no-key` where there is none that holds; `signing.clock-behind` when the clock stands before the key or its newest
    /// signature; `signing.device-missing` when the key lives in a device that is not here.
    pub(crate) async fn sign(
        &self,
        tx: &mut Tx,
        make: impl FnOnce(&str, i64) -> Value,
    ) -> Result<Signed, DeskError> {
        let Some(key) = self.held_key(tx).await? else {
            return Err(DeskError::refused(
                "signing.no-key",
                "还没有可用的签名密钥：请先运行 xinyong key generate",
            ));
        };
        // Only now: who waited for the key must not come with an earlier time.
        let now = self.clock().now();
        let newest = key.newest_at.max(key.valid_from);
        if self.clock().is_before(now, newest) {
            return Err(DeskError::refused(
                "signing.clock-behind",
                format!(
                    "时钟显示 {}，早于密钥启用或最近一次签名的时间 {}：请先校准时钟，校准前不签名",
                    Clock::show(now),
                    Clock::show(newest)
                ),
            ));
        }
        let at = now.max(newest);
        let form = canonical(&make(&key.id, at))
            .map_err(|error| DeskError::Internal(format!("to be signed: {error}")))?;
        let signature = match &key.sealed {
            Some(sealed) => {
                let place = signing_key_place(&key.id);
                let secret = self.store().keys().open(Purpose::Platform, &place, sealed)?;
                KeyPair::from_secret(&secret).map_err(DeskError::Internal)?.sign(form.as_bytes())
            }
            None => self.device_of(&key)?.sign(form.as_bytes()),
        }
        .map_err(DeskError::Internal)?;
        tx.use_signing_key(&key.id, at).await?;
        Ok(Signed { key: key.id, at, signature })
    }

    fn device_of(&self, key: &SigningKeyRow) -> Result<SharedSigner, DeskError> {
        let device = self.signer().filter(|device| {
            device
                .public()
                .ok()
                .and_then(|pem| PublicKey::from_pem(&pem).ok())
                .is_some_and(|public| public.id() == key.id)
        });
        device.ok_or_else(|| {
            DeskError::refused(
                "signing.device-missing",
                format!("密钥 {} 在签名设备中，而设备没有接入", key.id),
            )
        })
    }
}

#[cfg(test)]
mod tests;
