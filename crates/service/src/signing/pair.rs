//! A key pair of SM2, and its public half alone.

use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::pkcs8::{DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use xinyong_store::sm3_hex;

use super::DISTID;

/// How many characters of the digest of a key are its name.
const NAME: usize = 32;

/// A key pair.
pub struct KeyPair(SigningKey);

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyPair(…)")
    }
}

impl KeyPair {
    /// A pair from its secret, 32 bytes.
    ///
    /// # Errors
    /// When the bytes are no secret: zero, or beyond the order of the curve. Random bytes are with overwhelming likelihood.
    pub fn from_secret(secret: &[u8]) -> Result<Self, String> {
        SigningKey::from_slice(DISTID, secret)
            .map(Self)
            .map_err(|_| "not a secret of SM2".to_owned())
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().clone())
    }

    /// The signature (DER) of a message.
    ///
    /// # Errors
    /// When the arithmetic fails, which it does with a likelihood of 2^-256.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let signature: Signature = self.0.try_sign(message).map_err(|error| error.to_string())?;
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

/// The public half of a key pair.
#[derive(Debug, Clone)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads PEM.
    ///
    /// # Errors
    /// When it is not the public key of an SM2 pair.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let key = sm2::PublicKey::from_public_key_pem(pem).map_err(|error| error.to_string())?;
        VerifyingKey::new(DISTID, key).map(Self).map_err(|error| error.to_string())
    }

    /// As PEM.
    ///
    /// # Errors
    /// Never for a key that was made here.
    pub fn to_pem(&self) -> Result<String, String> {
        sm2::PublicKey::from(&self.0)
            .to_public_key_pem(LineEnding::LF)
            .map_err(|error| error.to_string())
    }

    /// What the key is called: the first half of the SM3 of its DER form, in hexadecimal.
    #[must_use]
    pub fn id(&self) -> String {
        let mut id = sm2::PublicKey::from(&self.0)
            .to_public_key_der()
            .map_or_else(|_| String::new(), |der| sm3_hex(der.as_bytes()));
        id.truncate(NAME);
        id
    }

    /// Whether a signature (DER) fits a message.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_der(signature)
            .is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
