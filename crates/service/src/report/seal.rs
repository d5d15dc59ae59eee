//! The seal of a report: a line in the file's own description that names the content and holds the signature.
//!
//! The file is set with the seal blank, digested, signed, and the seal filled in place: its length never changes, so the file stays
//! well formed, and whoever blanks it again has what was signed.

use serde_json::{Value, json};

use super::ReportNumber;

const MARK: &str = "xinyong-report/1;number=";
const CONTENT: &str = ";content=";
const KEY: &str = ";key=";
const AT: &str = ";at=";
const SIGNATURE: &str = ";signature=";
const NUMBER_WIDTH: usize = 22;
const DIGEST_WIDTH: usize = 64;
const KEY_WIDTH: usize = 32;
const AT_WIDTH: usize = 13;
/// The longest DER signature of SM2, 72 bytes, in hexadecimal digits.
const SIGNATURE_WIDTH: usize = 144;

/// What a seal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seal {
    /// The report's number.
    pub number: ReportNumber,
    /// Digest of the canonical content.
    pub content: String,
    /// The key.
    pub key: String,
    /// When it was signed, in milliseconds since 1970.
    pub at: i64,
    /// The signature (DER).
    pub signature: Vec<u8>,
}

/// The seal of a report that is not signed yet.
pub(super) fn blank(number: &ReportNumber, content: &str) -> String {
    let zeros = |count: usize| "0".repeat(count);
    format!(
        "{MARK}{number}{CONTENT}{content}{KEY}{}{AT}{}{SIGNATURE}{}",
        zeros(KEY_WIDTH),
        zeros(AT_WIDTH),
        zeros(SIGNATURE_WIDTH)
    )
}

impl Seal {
    fn line(&self) -> Option<String> {
        let signature = hex::encode(&self.signature);
        let fits = self.key.len() == KEY_WIDTH
            && self.content.len() == DIGEST_WIDTH
            && signature.len() <= SIGNATURE_WIDTH
            && (0..10_i64.pow(13)).contains(&self.at);
        fits.then(|| {
            format!(
                "{MARK}{}{CONTENT}{}{KEY}{}{AT}{:013}{SIGNATURE}{signature:0<SIGNATURE_WIDTH$}",
                self.number, self.content, self.key, self.at
            )
        })
    }

    /// What is signed: everything the seal says, and the digest of the file with its seal blank.
    pub fn statement(&self, file: &str) -> Value {
        statement(&self.number, &self.content, file, &self.key, self.at)
    }

    /// Puts the seal into a file that was set with it blank. Nothing where the file has no such place, or the seal does not fit.
    pub fn fill(&self, mut file: Vec<u8>) -> Option<Vec<u8>> {
        let (blank, line) = (blank(&self.number, &self.content), self.line()?);
        let places = places(&file, blank.as_bytes());
        if places.is_empty() || blank.len() != line.len() {
            return None;
        }
        for place in places {
            file.get_mut(place..place + line.len())?.copy_from_slice(line.as_bytes());
        }
        Some(file)
    }

    /// The seal of a file, and the file with it blank. Nothing where there is none, or several that differ.
    pub fn open(mut file: Vec<u8>) -> Option<(Self, Vec<u8>)> {
        let first = places(&file, MARK.as_bytes()).first().copied()?;
        let seal = Self::read(file.get(first..)?)?;
        let line = seal.line()?;
        let blank = blank(&seal.number, &seal.content);
        let here = places(&file, line.as_bytes());
        if here.len() != places(&file, MARK.as_bytes()).len() {
            return None;
        }
        for place in here {
            file.get_mut(place..place + blank.len())?.copy_from_slice(blank.as_bytes());
        }
        Some((seal, file))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut take = |mark: &str, width: usize| -> Option<&str> {
            let after = rest.strip_prefix(mark.as_bytes())?;
            let (value, left) = after.split_at_checked(width)?;
            rest = left;
            std::str::from_utf8(value).ok()
        };
        let number = ReportNumber::parse(take(MARK, NUMBER_WIDTH)?)?;
        let content = take(CONTENT, DIGEST_WIDTH)?.to_owned();
        let key = take(KEY, KEY_WIDTH)?.to_owned();
        let at = take(AT, AT_WIDTH)?.parse().ok()?;
        let padded = hex::decode(take(SIGNATURE, SIGNATURE_WIDTH)?).ok()?;
        // A DER sequence (30) says its own length in its second byte.
        let length = usize::from(*padded.get(1)?) + 2;
        let (signature, padding) = padded.split_at_checked(length)?;
        let whole = padded.first() == Some(&0x30) && padding.iter().all(|byte| *byte == 0);
        whole.then(|| Self { number, content, key, at, signature: signature.to_vec() })
    }
}

/// What is signed.
pub(super) fn statement(
    number: &ReportNumber,
    content: &str,
    file: &str,
    key: &str,
    at: i64,
) -> Value {
    json!({
        "type": "xinyong/report/1",
        "number": number.as_str(),
        "content": content,
        "file": file,
        "key": key,
        "at": at,
    })
}

fn places(file: &[u8], wanted: &[u8]) -> Vec<usize> {
    let Some((first, rest)) = wanted.split_first() else { return Vec::new() };
    let mut found = Vec::new();
    let mut from = 0;
    // From one place to the next where the first byte stands, instead of comparing the whole of it everywhere.
    while let Some(step) =
        file.get(from..).and_then(|left| left.iter().position(|byte| byte == first))
    {
        let place = from + step;
        from = place + 1;
        if file.get(from..).is_some_and(|left| left.starts_with(rest)) {
            found.push(place);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_seal_fills_its_blank_and_comes_back_as_it_was() {
        let number = ReportNumber::new(date(2026, 11, 3).at(9, 0, 0, 0), [7; 8]);
        let content = "ab".repeat(32);
        let file =
            format!("%PDF {} between {} end", blank(&number, &content), blank(&number, &content));
        for length in [70_u8, 69, 68] {
            let mut signature = vec![0x30, length];
            signature.extend(std::iter::repeat_n(0xA5, usize::from(length)));
            let seal = Seal {
                number: number.clone(),
                content: content.clone(),
                key: "0f".repeat(16),
                at: 1_780_000_000_000,
                signature,
            };
            let filled = seal.fill(file.clone().into_bytes()).expect("a place");
            assert_eq!(filled.len(), file.len());
            assert_eq!(Seal::open(filled.clone()), Some((seal, file.clone().into_bytes())));
            // One of the two changed: the file has two seals.
            let mut changed = filled;
            let place = places(&changed, AT.as_bytes())[1] + AT.len();
            changed[place] = b'9';
            assert_eq!(Seal::open(changed), None);
        }
        assert_eq!(Seal::open(b"%PDF".to_vec()), None);
        assert_eq!(Seal::open(file.into_bytes()), None);
    }
}
