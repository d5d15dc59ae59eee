//! The tree against its definition, against the vectors that are published for SHA-256, and against whoever tampers.

use std::collections::HashMap;

use proptest::prelude::*;
use sha2::Sha256;

use super::*;

/// What the published vectors are made with.
#[derive(Debug, Clone)]
struct BySha256;

impl Hashing for BySha256 {
    fn hash(pieces: &[&[u8]]) -> Hash {
        let mut sum = Sha256::new();
        for piece in pieces {
            sum.update(piece);
        }
        sum.finalize().into()
    }
}

/// RFC 6962 section 2.1, word for word.
fn by_definition<H: Hashing>(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => H::hash(&[]),
        [one] => leaf_hash::<H>(one),
        many => {
            let (left, right) = many.split_at(split(many.len() as u64) as usize);
            node_hash::<H>(&by_definition::<H>(left), &by_definition::<H>(right))
        }
    }
}

struct Grown<H> {
    kept: HashMap<Subtree, Hash>,
    roots: Vec<Hash>,
    tree: Growing<H>,
}

fn grow<H: Hashing>(leaves: &[Vec<u8>]) -> Grown<H> {
    let tree = Growing::from_kept(0, |_| None).expect("an empty tree");
    let mut grown = Grown { kept: HashMap::new(), roots: vec![tree.root()], tree };
    for (place, leaf) in leaves.iter().enumerate() {
        grown.kept.insert((0, place as u64), leaf_hash::<H>(leaf));
        let kept = &mut grown.kept;
        grown.tree.push(leaf, |subtree, hash| {
            assert!(kept.insert(subtree, hash).is_none(), "completed once");
        });
        grown.roots.push(grown.tree.root());
    }
    grown
}

impl<H: Hashing> Grown<H> {
    fn hash(&self, range: (u64, u64)) -> Hash {
        range_hash::<H>(range, |subtree| self.kept.get(&subtree).copied()).expect("all kept")
    }

    fn path(&self, ranges: Vec<(u64, u64)>) -> Vec<Hash> {
        ranges.into_iter().map(|range| self.hash(range)).collect()
    }
}

fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|place| format!("leaf {place}").into_bytes()).collect()
}

#[test]
fn the_published_vectors_come_out() {
    // The leaves and roots of the reference implementation of Certificate Transparency.
    let leaves: Vec<Vec<u8>> = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    .iter()
    .map(|text| {
        (0..text.len() / 2)
            .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hexadecimal"))
            .collect()
    })
    .collect();
    let grown = grow::<BySha256>(&leaves);
    let shown = |hash: &Hash| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (size, root) in [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ] {
        assert_eq!(shown(&grown.roots[size]), root, "{size} leaves");
    }
    let path = grown.path(inclusion(0, 8).expect("a path"));
    assert_eq!(shown(&path[0]), "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    assert_eq!(shown(&path[2]), "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
    let path = grown.path(consistency(6, 8).expect("a path"));
    assert_eq!(shown(&path[0]), "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a");
    assert_eq!(path.len(), 3);
}

#[test]
fn every_leaf_of_every_small_tree_is_proven_and_no_other() {
    let leaves = leaves(33);
    let grown = grow::<BySm3>(&leaves);
    for size in 1..=33 {
        let root = &grown.roots[size as usize];
        assert_eq!(*root, by_definition::<BySm3>(&leaves[..size as usize]));
        assert_eq!(*root, grown.hash((0, size)));
        for place in 0..size {
            let path = grown.path(inclusion(place, size).expect("a path"));
            let leaf = grown.kept[&(0, place)];
            let proves = |leaf, place, size, path: &[Hash], root| {
                proves_inclusion::<BySm3>(leaf, place, size, path, root)
            };
            assert!(proves(&leaf, place, size, &path, root), "{place} of {size}");
            let mut other = leaf;
            other[0] ^= 1;
            assert!(!proves(&other, place, size, &path, root));
            assert!(!proves(&leaf, size, size, &path, root), "beyond the tree");
            assert!(place == 0 || !proves(&leaf, place - 1, size, &path, root));
            let mut longer = path.clone();
            longer.push([0; 32]);
            assert!(!proves(&leaf, place, size, &longer, root));
            assert!(path.is_empty() || !proves(&leaf, place, size, &path[1..], root));
        }
        assert_eq!(inclusion(size, size), None);
    }
}

#[test]
fn every_small_tree_goes_on_from_every_smaller_one() {
    let grown = grow::<BySm3>(&leaves(33));
    for new in 1..=33_u64 {
        for old in 1..=new {
            let path = grown.path(consistency(old, new).expect("a path"));
            let (one, two) = (&grown.roots[old as usize], &grown.roots[new as usize]);
            assert!(proves_consistency::<BySm3>((old, one), (new, two), &path), "{old} {new}");
            let mut other = *one;
            other[31] ^= 1;
            assert!(!proves_consistency::<BySm3>((old, &other), (new, two), &path));
            if let Some(short) = path.len().checked_sub(1) {
                assert!(!proves_consistency::<BySm3>((old, one), (new, two), &path[..short]));
            }
            if old < new {
                assert!(!proves_consistency::<BySm3>((new, two), (old, one), &path));
            }
        }
        assert_eq!(consistency(0, new), None);
        assert_eq!(consistency(new + 1, new), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_tree_taken_up_again_goes_on_as_if_it_had_not_stopped(first in 0_usize..300, more in 0_usize..300) {
        let leaves = leaves(first + more);
        let whole = grow::<BySm3>(&leaves);
        let begun = grow::<BySm3>(&leaves[..first]);
        let kept = |subtree| begun.kept.get(&subtree).copied();
        let mut tree = Growing::<BySm3>::from_kept(first as u64, kept).expect("all kept");
        for leaf in &leaves[first..] {
            tree.push(leaf, |subtree, hash| assert_eq!(whole.kept[&subtree], hash));
        }
        prop_assert_eq!(tree.root(), whole.tree.root());
        prop_assert_eq!(tree.size(), (first + more) as u64);
    }

    #[test]
    fn no_changed_step_proves_anything(size in 2_u64..400, at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let grown = grow::<BySm3>(&leaves(size as usize));
        let place = at.index(size as usize) as u64;
        let mut path = grown.path(inclusion(place, size).expect("a path"));
        let step = at.index(path.len());
        path[step][bit / 8] ^= 1 << (bit % 8);
        let root = &grown.roots[size as usize];
        prop_assert!(!proves_inclusion::<BySm3>(&grown.kept[&(0, place)], place, size, &path, root));
    }
}
