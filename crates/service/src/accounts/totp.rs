//! Codes that change every half minute (RFC 6238, SHA-1, six digits), as every authenticator makes them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Seconds a code lasts.
const STEP: i64 = 30;
/// Bytes of a secret.
pub(super) const SECRET: usize = 20;

/// The time step of an instant, in seconds since 1970.
pub(super) const fn step_of(seconds: i64) -> i64 {
    seconds.div_euclid(STEP)
}

/// The code of a time step.
pub(super) fn code(secret: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0x0f);
    let four: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    Some(format!("{number:06}"))
}

/// The step a code belongs to: the present one, or one beside it for clocks that disagree a little.
pub(super) fn matching_step(secret: &[u8], given: &str, seconds: i64) -> Option<i64> {
    let now = step_of(seconds);
    [now, now - 1, now + 1]
        .into_iter()
        .find(|step| code(secret, *step).is_some_and(|code| code == given))
}

/// Base 32 as authenticators read it (RFC 4648, no padding).
pub(super) fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits)) as usize & 31]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(secret, step_of(seconds)).as_deref(), Some(expected));
            assert_eq!(matching_step(secret, expected, seconds + 30), Some(step_of(seconds)));
            assert_eq!(matching_step(secret, expected, seconds + 90), None);
        }
        assert_eq!(base32(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(base32(b"f"), "MY");
    }
}
