//! Verifying a file that somebody kept, with nothing but a key that was kept as well.

use serde::Deserialize;
use serde_json::Value;
use xinyong_domain::commitment::commit;
use xinyong_domain::merkle::{BySm3, Hash, leaf_hash, proves_consistency, proves_inclusion};

use super::heads::json_of;
use super::{CONSISTENCY, ConsistencyProof, HEAD, INCLUSION, InclusionProof, SignedHead};
use crate::clock::Clock;
use crate::refusal::Refusal;
use crate::signing::KeyCard;

/// A file to be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofFile {
    /// A head alone.
    Head(SignedHead),
    /// That a record stands in the log.
    Inclusion(InclusionProof),
    /// That the log goes on from an earlier state.
    Consistency(ConsistencyProof),
}

/// What a file proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In a sentence.
    pub says: String,
    /// Leaves of the head it is proven to.
    pub size: i64,
    /// When that head was signed.
    pub time: i64,
}

impl ProofFile {
    /// Reads a file.
    ///
    /// # Errors
    /// `proof.unreadable`.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let unreadable = || Refusal::new("proof.unreadable", "这不是公示记录的树头或证明文件");
        let value: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
        let of = value.get("type").and_then(Value::as_str);
        let file = match of {
            Some(INCLUSION) => InclusionProof::deserialize(value).map(Self::Inclusion),
            Some(CONSISTENCY) => ConsistencyProof::deserialize(value).map(Self::Consistency),
            _ => SignedHead::deserialize(value).map(Self::Head),
        };
        file.map_err(|_| unreadable())
    }
}

fn hash(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
}

fn path(texts: &[String]) -> Option<Vec<Hash>> {
    texts.iter().map(|text| hash(text)).collect()
}

fn genuine(signed: &SignedHead, key: &KeyCard) -> Result<(), Refusal> {
    let signature = hex::decode(&signed.signature).unwrap_or_default();
    if signed.head.of != HEAD || signed.head.hash != "SM3" {
        return Err(Refusal::new("proof.unreadable", "这不是公示记录的树头"));
    }
    key.judge(&json_of(&signed.head), signed.head.time, &signature)
        .map_err(|error| Refusal::new("proof.head-not-genuine", format!("树头不可信：{error}")))
}

/// Verifies a file against a key that was kept, and for a consistency proof against a head that was kept.
///
/// # Errors
/// `proof.head-not-genuine`, `proof.content-differs`, `proof.path-wrong`, `proof.unreadable`; `proof.head-missing` where a head is
/// needed and not there, `proof.head-other` where it is of another log or another size.
pub fn verify(
    file: &ProofFile,
    key: &KeyCard,
    earlier: Option<&SignedHead>,
) -> Result<Verdict, Refusal> {
    let unreadable = || Refusal::new("proof.unreadable", "证明文件里有一处不是摘要");
    let wrong =
        || Refusal::new("proof.path-wrong", "证明不成立：由它算不出树头里的根，内容或证明被改动");
    let verdict = |says: String, signed: &SignedHead| Verdict {
        says,
        size: signed.head.size,
        time: signed.head.time,
    };
    match file {
        ProofFile::Head(signed) => {
            genuine(signed, key)?;
            let (when, size) = (Clock::show(signed.head.time), signed.head.size);
            Ok(verdict(format!("树头真实：{when} 签名，共 {size} 条"), signed))
        }
        ProofFile::Inclusion(proof) => {
            genuine(&proof.head, key)?;
            let salt = hex::decode(&proof.salt).map_err(|_| unreadable())?;
            let commitment = commit(&proof.statement, &salt).map_err(|_| unreadable())?;
            let root = hash(&proof.head.head.root).ok_or_else(unreadable)?;
            let path = path(&proof.path).ok_or_else(unreadable)?;
            let (Ok(place), Ok(size)) =
                (u64::try_from(proof.place), u64::try_from(proof.head.head.size))
            else {
                return Err(wrong());
            };
            let leaf = leaf_hash::<BySm3>(&commitment);
            if !proves_inclusion::<BySm3>(&leaf, place, size, &path, &root) {
                return Err(wrong());
            }
            let when = Clock::show(proof.head.head.time);
            let says = format!("证明成立：这条信息的公示内容已收录在 {when} 签名的公示记录中");
            Ok(verdict(says, &proof.head))
        }
        ProofFile::Consistency(proof) => {
            let (Some(later), Some(earlier)) = (&proof.head, earlier) else {
                return Err(Refusal::new(
                    "proof.head-missing",
                    "前后一致的证明需要先前保存的树头（--head），并且后一个树头已签名",
                ));
            };
            genuine(later, key)?;
            if earlier.head.log != later.head.log
                || earlier.head.size != proof.from
                || later.head.size != proof.to
            {
                return Err(Refusal::new("proof.head-other", "所给的树头不是这个证明所说的那个"));
            }
            let path = path(&proof.path).ok_or_else(unreadable)?;
            let roots = hash(&earlier.head.root).zip(hash(&later.head.root));
            let (old, new) = roots.ok_or_else(unreadable)?;
            let (Ok(from), Ok(to)) = (u64::try_from(proof.from), u64::try_from(proof.to)) else {
                return Err(wrong());
            };
            if !proves_consistency::<BySm3>((from, &old), (to, &new), &path) {
                return Err(wrong());
            }
            let says = format!("证明成立：{to} 条的记录包含先前的 {from} 条，没有删改");
            Ok(verdict(says, later))
        }
    }
}
