//! The arithmetic of an append-only tree of hashes (RFC 6962), over SM3.
//!
//! Only hashes of complete subtrees are ever kept: they never change once they are there. A subtree is named by its level (0 for
//! a leaf) and its place among those of its level. Everything else is put together from them when it is asked for.

use std::marker::PhantomData;

use sm3::{Digest, Sm3};

/// A hash.
pub type Hash = [u8; 32];

/// A complete subtree: its level and its place in it.
pub type Subtree = (u32, u64);

/// How bytes are hashed. SM3 here; the published test vectors are of another.
pub trait Hashing {
    /// The hash of some bytes, given in pieces.
    fn hash(pieces: &[&[u8]]) -> Hash;
}

/// SM3 (GB/T 32905).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BySm3;

impl Hashing for BySm3 {
    fn hash(pieces: &[&[u8]]) -> Hash {
        let mut sum = Sm3::new();
        for piece in pieces {
            sum.update(piece);
        }
        sum.finalize().into()
    }
}

/// The hash of a leaf that holds some bytes.
#[must_use]
pub fn leaf_hash<H: Hashing>(content: &[u8]) -> Hash {
    H::hash(&[&[0], content])
}

/// The hash of two subtrees side by side.
#[must_use]
pub fn node_hash<H: Hashing>(left: &Hash, right: &Hash) -> Hash {
    H::hash(&[&[1], left, right])
}

/// The greatest power of two below a number greater than one.
const fn split(leaves: u64) -> u64 {
    let greatest = 1 << leaves.ilog2();
    if greatest == leaves { greatest / 2 } else { greatest }
}

/// The complete subtrees, from left to right, that the leaves from `first` up to `end` are made of. `first` must be where a
/// subtree of that width may begin, as it is for all ranges that this module gives.
#[must_use]
pub fn parts(first: u64, end: u64) -> Vec<Subtree> {
    let mut parts = Vec::new();
    let mut at = first;
    while at < end {
        let level = (end - at).ilog2();
        parts.push((level, at >> level));
        at += 1 << level;
    }
    parts
}

/// The hash over the leaves from `first` up to `end`, from kept hashes of complete subtrees. `None` when one is missing.
pub fn range_hash<H: Hashing>(
    (first, end): (u64, u64),
    kept: impl Fn(Subtree) -> Option<Hash>,
) -> Option<Hash> {
    if first >= end {
        return Some(H::hash(&[]));
    }
    let mut parts = parts(first, end).into_iter().rev();
    let mut hash = kept(parts.next()?)?;
    for part in parts {
        hash = node_hash::<H>(&kept(part)?, &hash);
    }
    Some(hash)
}

/// The ranges whose hashes prove that a leaf is in a tree of `size` leaves (RFC 6962 section 2.1.1), the nearest first. `None`
/// when the tree does not reach so far.
#[must_use]
pub fn inclusion(leaf: u64, size: u64) -> Option<Vec<(u64, u64)>> {
    if leaf >= size {
        return None;
    }
    let (mut first, mut end) = (0, size);
    let mut path = Vec::new();
    while end - first > 1 {
        let middle = first + split(end - first);
        if leaf < middle {
            path.push((middle, end));
            end = middle;
        } else {
            path.push((first, middle));
            first = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The ranges whose hashes prove that a tree of `new` leaves goes on from one of `old` (RFC 6962 section 2.1.2). `None` when the
/// sizes are no such pair; nothing has to be proven for equal sizes, and nothing can be for an empty one.
#[must_use]
pub fn consistency(old: u64, new: u64) -> Option<Vec<(u64, u64)>> {
    if old == 0 || old > new {
        return None;
    }
    let (mut first, mut end) = (0, new);
    let mut path = Vec::new();
    // Whether what is left of the old tree is a subtree that the verifier knows as the old root.
    let mut whole = true;
    while old < end {
        let middle = first + split(end - first);
        if old <= middle {
            path.push((middle, end));
            end = middle;
        } else {
            path.push((first, middle));
            first = middle;
            whole = false;
        }
    }
    if !whole {
        path.push((first, end));
    }
    path.reverse();
    Some(path)
}

/// Whether a path leads from a leaf to the root (RFC 9162 section 2.1.3.2).
#[must_use]
pub fn proves_inclusion<H: Hashing>(
    leaf: &Hash,
    place: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> bool {
    if place >= size {
        return false;
    }
    let (mut node, mut last) = (place, size - 1);
    let mut hash = *leaf;
    for step in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash::<H>(step, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash::<H>(&hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a path shows that the new tree goes on from the old one (RFC 9162 section 2.1.4.2).
#[must_use]
pub fn proves_consistency<H: Hashing>(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    path: &[Hash],
) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    let mut steps = path.iter();
    // The old root is not repeated where it is itself a complete subtree.
    let begin = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(begin) = begin else { return false };
    let (mut node, mut last) = (old - 1, new - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*begin, *begin);
    for step in steps {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash::<H>(step, &old_hash);
            new_hash = node_hash::<H>(step, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash::<H>(&new_hash, step);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

/// A tree that is being added to: the hashes of its largest complete subtrees, from left to right.
#[derive(Debug, Clone)]
pub struct Growing<H> {
    size: u64,
    hashes: Vec<Hash>,
    hashing: PhantomData<H>,
}

impl<H: Hashing> Growing<H> {
    /// A tree of a size, from its kept hashes. `None` when one is missing.
    pub fn from_kept(size: u64, kept: impl Fn(Subtree) -> Option<Hash>) -> Option<Self> {
        let hashes = parts(0, size).into_iter().map(kept).collect::<Option<_>>()?;
        Some(Self { size, hashes, hashing: PhantomData })
    }

    /// How many leaves it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; `completed` is given every subtree above the leaves that is complete now.
    pub fn push(&mut self, content: &[u8], mut completed: impl FnMut(Subtree, Hash)) {
        let mut hash = leaf_hash::<H>(content);
        let mut level = 0;
        // As in adding one to a binary number: each carry joins two subtrees of the same width.
        while self.size >> level & 1 == 1 {
            let Some(left) = self.hashes.pop() else { break };
            hash = node_hash::<H>(&left, &hash);
            level += 1;
            completed((level, self.size >> level), hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut hashes = self.hashes.iter().rev();
        let Some(first) = hashes.next() else { return H::hash(&[]) };
        hashes.fold(*first, |hash, left| node_hash::<H>(left, &hash))
    }
}

#[cfg(test)]
mod tests;
