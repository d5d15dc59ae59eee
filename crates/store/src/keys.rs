//! Keys and encryption at rest: SM4-GCM for what must not lie open, HMAC-SM3 for exact match without the clear value.
//!
//! The key file holds two secrets, `seal` and `blind`. Every purpose has its own key derived from `seal`, and every sealed
//! value is bound to the place it belongs to (the additional data), so that it cannot be moved to another row unnoticed.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use hmac::{Hmac, Mac};
use sm3::{Digest, Sm3};
use sm4::Sm4;

use crate::error::StoreError;

type Gcm = AesGcm<Sm4, U12>;

const NONCE: usize = 12;

/// What a sealed value is for; each has its own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Files as delivered.
    Upload,
    /// Sensitive fields of records.
    Record,
    /// Natural persons.
    Person,
    /// The platform's own values, such as the key check.
    Platform,
}

struct Keys {
    upload: Gcm,
    record: Gcm,
    person: Gcm,
    platform: Gcm,
    blind: Hmac<Sm3>,
    digest: Hmac<Sm3>,
    form: Hmac<Sm3>,
}

/// The keys of one installation. Cheap to clone; never printed.
#[derive(Clone)]
pub struct KeyRing {
    keys: Arc<Keys>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing(…)")
    }
}

fn mac(key: &[u8]) -> Hmac<Sm3> {
    <Hmac<Sm3> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn derive(secret: &[u8], label: &str) -> [u8; 32] {
    let mut hmac = mac(secret);
    hmac.update(b"xinyong/1/");
    hmac.update(label.as_bytes());
    hmac.finalize().into_bytes().into()
}

fn cipher(secret: &[u8], label: &str) -> Gcm {
    let key = derive(secret, label);
    Gcm::new_from_slice(&key[..16]).expect("an SM4 key has 16 bytes")
}

/// Bytes from the system's random source.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Key(format!("系统随机数不可用：{error}")))?;
    Ok(bytes)
}

fn keyed(key: &Hmac<Sm3>, parts: &[&str]) -> String {
    let mut hmac = key.clone();
    for part in parts {
        hmac.update(&(part.len() as u64).to_le_bytes());
        hmac.update(part.as_bytes());
    }
    hex::encode(hmac.finalize().into_bytes())
}

impl KeyRing {
    /// A key ring from its two secrets.
    #[must_use]
    pub fn from_secrets(seal: &[u8; 32], blind: &[u8; 32]) -> Self {
        Self {
            keys: Arc::new(Keys {
                upload: cipher(seal, "upload"),
                record: cipher(seal, "record"),
                person: cipher(seal, "person"),
                platform: cipher(seal, "platform"),
                blind: mac(&derive(blind, "blind")),
                digest: mac(&derive(blind, "digest")),
                form: mac(&derive(blind, "form")),
            }),
        }
    }

    /// A key ring nobody else has and that is gone with the process. For tests.
    ///
    /// # Errors
    /// [`StoreError::Key`] if the system gives no random bytes.
    pub fn random() -> Result<Self, StoreError> {
        Ok(Self::from_secrets(&random()?, &random()?))
    }

    /// Makes a new key file that only its owner may read. An existing file is never overwritten.
    ///
    /// # Errors
    /// [`StoreError::File`] if it exists or cannot be written.
    pub fn create_file(path: &Path) -> Result<Self, StoreError> {
        let (seal, blind) = (random::<32>()?, random::<32>()?);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let text = format!("seal {}\nblind {}\n", hex::encode(seal), hex::encode(blind));
        let write = || -> std::io::Result<()> {
            let mut file = options.open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| StoreError::file(path, error))?;
        Ok(Self::from_secrets(&seal, &blind))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`StoreError::File`] if it cannot be read, [`StoreError::Key`] if it is not a key file.
    pub fn load(path: &Path) -> Result<Self, StoreError> {
        let text = std::fs::read_to_string(path).map_err(|error| StoreError::file(path, error))?;
        let secret = |name: &str| -> Result<[u8; 32], StoreError> {
            let line = text.lines().find_map(|line| {
                let (key, value) = line.trim().split_once(char::is_whitespace)?;
                (key == name).then_some(value.trim())
            });
            let mut bytes = [0_u8; 32];
            line.and_then(|value| hex::decode_to_slice(value, &mut bytes).ok()).ok_or_else(|| {
                StoreError::Key(format!(
                    "密钥文件 {} 缺少 {name} 行，或该行不是 64 位十六进制数；请使用初始化时生成的密钥文件",
                    path.display()
                ))
            })?;
            Ok(bytes)
        };
        Ok(Self::from_secrets(&secret("seal")?, &secret("blind")?))
    }

    fn gcm(&self, purpose: Purpose) -> &Gcm {
        match purpose {
            Purpose::Upload => &self.keys.upload,
            Purpose::Record => &self.keys.record,
            Purpose::Person => &self.keys.person,
            Purpose::Platform => &self.keys.platform,
        }
    }

    /// Seals `clear` for its place `aad`. The result is the nonce (12 bytes), the ciphertext and the tag (16 bytes).
    ///
    /// # Errors
    /// [`StoreError::Key`] if the system gives no random bytes.
    pub fn seal(&self, purpose: Purpose, aad: &[u8], clear: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce = random::<NONCE>()?;
        let sealed = self
            .gcm(purpose)
            .encrypt(&nonce.into(), Payload { msg: clear, aad })
            .map_err(|_| StoreError::Key("加密失败".to_owned()))?;
        let mut out = Vec::with_capacity(NONCE + sealed.len());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens what [`KeyRing::seal`] sealed for the same purpose and place.
    ///
    /// # Errors
    /// [`StoreError::Key`] if the keys are others, the value was changed or belongs somewhere else.
    pub fn open(&self, purpose: Purpose, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let refused = || StoreError::Key("密文无法解开：密钥不符，或数据被改动、移位".to_owned());
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or_else(refused)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| refused())?;
        self.gcm(purpose).decrypt(&nonce.into(), Payload { msg: body, aad }).map_err(|_| refused())
    }

    /// The blind index of a value: equal for equal values, says nothing about them without the key. Normalise first.
    #[must_use]
    pub fn blind_index(&self, normalised: &str) -> String {
        let mut hmac = self.keys.blind.clone();
        hmac.update(normalised.as_bytes());
        hex::encode(hmac.finalize().into_bytes())
    }

    /// A keyed digest of the clear content of a record, to tell whether a delivery brings anything new. Keyed, because the
    /// digest of a short secret such as an identity number could be guessed.
    #[must_use]
    pub fn content_digest(&self, parts: &[&str]) -> String {
        keyed(&self.keys.digest, parts)
    }

    /// What only this installation can say about some parts: tokens of forms that come without a session.
    #[must_use]
    pub fn form_mac(&self, parts: &[&str]) -> String {
        keyed(&self.keys.form, parts)
    }
}

/// The SM3 digest of some bytes, in hexadecimal.
#[must_use]
pub fn sm3_hex(bytes: &[u8]) -> String {
    hex::encode(Sm3::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_values_open_only_in_their_place() {
        let keys = KeyRing::random().expect("keys");
        let sealed = keys.seal(Purpose::Record, b"record/1", "示例".as_bytes()).expect("sealed");
        assert_eq!(
            keys.open(Purpose::Record, b"record/1", &sealed).expect("clear"),
            "示例".as_bytes()
        );
        assert!(keys.open(Purpose::Record, b"record/2", &sealed).is_err());
        assert!(keys.open(Purpose::Person, b"record/1", &sealed).is_err());
        assert!(keys.open(Purpose::Record, b"record/1", &sealed[..5]).is_err());
        let mut changed = sealed;
        changed[14] ^= 1;
        assert!(keys.open(Purpose::Record, b"record/1", &changed).is_err());
    }

    #[test]
    fn a_key_file_is_read_back_and_never_overwritten() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("keys");
        let made = KeyRing::create_file(&path).expect("made");
        let read = KeyRing::load(&path).expect("read");
        assert_eq!(made.blind_index("a"), read.blind_index("a"));
        assert_ne!(made.blind_index("a"), made.blind_index("b"));
        assert!(KeyRing::create_file(&path).is_err());
        assert_eq!(format!("{read:?}"), "KeyRing(…)");
        std::fs::write(&path, "seal 00\n").expect("written");
        assert!(matches!(KeyRing::load(&path), Err(StoreError::Key(_))));
    }

    #[test]
    fn sm3_agrees_with_the_standard() {
        assert_eq!(
            sm3_hex(b"abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }
}
