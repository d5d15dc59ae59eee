//! 公示记录: the append-only record of publication, its signed heads, and what proves that something stands in it.
//!
//! Every event in public waits in a queue that is written with it; [`append`] takes it into the tree, in order, many at a time, so
//! that writers never wait for each other at one counter. A leaf is a salted commitment. When what opens it is destroyed, the leaf
//! stays and says nothing, and nobody outside can tell it from any other.

mod append;
mod check;
mod file;
mod heads;
mod prove;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xinyong_domain::commitment::{Public, Statement};
use xinyong_domain::law::Law;
use xinyong_domain::merkle::{BySm3, Hash, Subtree, leaf_hash};
use xinyong_store::{NO_END, PublishedState, Store, TreeNode, Tx};

use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::signing::KeyCard;

pub use append::append;
pub(crate) use check::check;
pub use file::{ProofFile, Verdict, verify};
pub(crate) use heads::head_at;
pub use heads::{LogStanding, head, heads, sign_head, standing};
pub(crate) use prove::under;
pub use prove::{consistency, inclusion};

/// What a head says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What kind of statement this is.
    #[serde(rename = "type")]
    pub of: String,
    /// Region code of the county.
    pub county: String,
    /// Which log: one county has one, unless it began anew.
    pub log: String,
    /// How the tree is hashed.
    pub hash: String,
    /// How many leaves.
    pub size: i64,
    /// The root, in hexadecimal.
    pub root: String,
    /// When it was signed, in milliseconds since 1970.
    pub time: i64,
    /// The key it was signed with.
    pub key: String,
}

/// A head with its signature and the key by which it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// What was signed, in its canonical form.
    pub head: Head,
    /// The signature (DER), in hexadecimal.
    pub signature: String,
    /// The key.
    pub key: KeyCard,
}

/// That a public record stands in the record of publication as it is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// What kind of file this is.
    #[serde(rename = "type")]
    pub of: String,
    /// What is committed to.
    pub statement: Value,
    /// The salt, in hexadecimal.
    pub salt: String,
    /// The place of the leaf.
    pub place: i64,
    /// The hashes from the leaf to the root, in hexadecimal.
    pub path: Vec<String>,
    /// The head it is proven to.
    pub head: SignedHead,
}

/// That a statement stands at a place of a tree; under which head, whoever has it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafProof {
    /// What is committed to.
    pub statement: Value,
    /// The salt, in hexadecimal.
    pub salt: String,
    /// The place of the leaf.
    pub place: i64,
    /// The hashes from the leaf to the root, in hexadecimal.
    pub path: Vec<String>,
}

/// That a tree goes on from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// What kind of file this is.
    #[serde(rename = "type")]
    pub of: String,
    /// How many leaves the earlier one has.
    pub from: i64,
    /// How many leaves the later one has.
    pub to: i64,
    /// The hashes, in hexadecimal.
    pub path: Vec<String>,
    /// The signed head of the later one, where it was signed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub head: Option<SignedHead>,
}

/// What the files say they are.
pub(crate) const INCLUSION: &str = "xinyong/inclusion-proof/1";
const CONSISTENCY: &str = "xinyong/consistency-proof/1";
const HEAD: &str = "xinyong/tree-head/1";

fn internal(what: impl std::fmt::Display) -> DeskError {
    DeskError::Internal(what.to_string())
}

fn hash_of(bytes: &[u8]) -> Result<Hash, DeskError> {
    bytes.try_into().map_err(|_| internal("a kept hash has not its length"))
}

/// Codes of the fields that are public in a kind.
fn public_fields(law: &Law, kind: &str) -> Option<Vec<String>> {
    let kind = law.kind(kind)?;
    let fields = kind.fields.iter().filter(|field| !field.platform && field.public);
    Some(fields.map(|field| field.code.clone()).collect())
}

/// What a leaf says about a state of a record, of which some fields are public. `None` when the state cannot be read.
fn statement_json(
    (subject, record): (i64, i64),
    state: &PublishedState,
    fields: &[String],
) -> Option<Value> {
    let content: BTreeMap<String, String> = serde_json::from_str(&state.content).ok()?;
    let public = state.public_from.filter(|_| !state.over).map(|from| Public {
        from,
        until: state.public_until.filter(|day| day.to_string() != NO_END),
        content: fields
            .iter()
            .filter_map(|code| Some((code.as_str(), content.get(code)?.as_str())))
            .collect(),
    });
    Some(Statement { kind: &state.kind, subject, record, public }.to_json())
}

/// Kept hashes, leaves among them.
type Kept = HashMap<Subtree, Hash>;

/// Which nodes and which leaves have to be read for some subtrees.
fn wanted(subtrees: impl IntoIterator<Item = Subtree>) -> (Vec<(i64, i64)>, Vec<i64>) {
    let (mut nodes, mut leaves) = (Vec::new(), Vec::new());
    for (level, place) in subtrees {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        if level == 0 {
            leaves.push(place);
        } else {
            nodes.push((i64::from(level), place));
        }
    }
    (nodes, leaves)
}

fn kept(nodes: Vec<TreeNode>, leaves: Vec<(i64, Vec<u8>)>) -> Result<Kept, DeskError> {
    let mut kept = Kept::with_capacity(nodes.len() + leaves.len());
    for (level, place, hash) in nodes {
        let subtree =
            (u32::try_from(level).map_err(internal)?, u64::try_from(place).map_err(internal)?);
        kept.insert(subtree, hash_of(&hash)?);
    }
    for (place, commitment) in leaves {
        let place = u64::try_from(place).map_err(internal)?;
        kept.insert((0, place), leaf_hash::<BySm3>(&commitment));
    }
    Ok(kept)
}

async fn kept_in(tx: &mut Tx, subtrees: Vec<Subtree>) -> Result<Kept, DeskError> {
    let (nodes, leaves) = wanted(subtrees);
    kept(tx.tree_nodes(&nodes).await?, tx.commitments(&leaves).await?)
}

async fn kept_at(store: &Store, subtrees: Vec<Subtree>) -> Result<Kept, DeskError> {
    let (nodes, leaves) = wanted(subtrees);
    kept(store.tree_nodes(&nodes).await?, store.commitments(&leaves).await?)
}

/// Destroys what opens the leaves of a record, for one that was repaired or must be erased. The leaves stay, and the log goes on to
/// prove itself; about the content nothing can be proven any more.
///
/// # Errors
/// `access.denied`; not found; `publication.still-public` while the public may see the record.
pub async fn erase(desk: &Desk, actor: &Actor, subject: i64, record: i64) -> Result<(), DeskError> {
    let found = desk.store().record(subject, record).await?.ok_or(DeskError::NotFound("该信息"))?;
    actor.authorise_for(Permission::WithdrawRecord, &found.unit_id)?;
    match crate::browse::public_record(desk, subject, record).await {
        Ok(_) => {
            return Err(DeskError::refused(
                "publication.still-public",
                "这条信息仍在公示，不能销毁它的验证材料；请先撤下公示",
            ));
        }
        Err(DeskError::NotFound(_)) => {}
        Err(error) => return Err(error),
    }
    let mut tx = desk.store().transaction("erase salts").await?;
    tx.forget_openings(subject, record).await?;
    desk.audit_with(&mut tx, actor, AuditEvent::SaltsErased { subject, record });
    tx.commit().await?;
    Ok(())
}

/// A law that several threads read.
type SharedLaw = Arc<Law>;

#[cfg(test)]
mod tests;
