//! RFC 6962 trees: vectors of others, all small sizes against the definition, large ones by property.

use std::sync::OnceLock;

use caduceus_ledger::tree::{
    Frontier, consistency, empty_root, inclusion, leaf_hash, node_hash, root, verify_consistency,
    verify_inclusion,
};
use caduceus_ledger::{Broken, Hash};
use proptest::prelude::*;

use crate::world::{Log, broken};

/// The definition in RFC 6962 §2.1, word for word: the reference everything is compared with.
fn mth(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => leaf_hash(leaf),
        _ => {
            let k = (1..)
                .map(|e| 1usize << e)
                .take_while(|k| *k < leaves.len())
                .last()
                .unwrap_or(1);
            node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
        }
    }
}

/// The measured value of the specification, given by two other implementations.
#[test]
fn a_thousand_leaves_have_the_known_root() {
    let log = Log::numbered(&[1000]);
    let expected = "2ff33fb9d8f14f89ca306289633336a168ff3f4532e8f741a0019dcb4c1d60a1";
    assert_eq!(hex::encode(log.tree.root()), expected);
    assert_eq!(
        root(1000, &log.tiles).expect("the tiles are there"),
        log.tree.root()
    );
}

/// The leaves and roots that the reference implementation of Certificate Transparency tests with.
#[test]
fn certificate_transparencys_vectors_hold() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Frontier::empty();
    assert_eq!(
        hex::encode(tree.root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (leaf, expected) in leaves.iter().zip(roots) {
        tree.append(leaf_hash(&hex::decode(leaf).expect("hex")));
        assert_eq!(hex::encode(tree.root()), expected);
    }
}

#[test]
fn every_small_tree_agrees_with_the_definition() {
    let log = Log::numbered(&[70]);
    let mut grown = Frontier::empty();
    for size in 0..=70u64 {
        let expected = mth(&log.leaves[..size as usize]);
        assert_eq!(grown.root(), expected);
        assert_eq!(root(size, &log.tiles).expect("tiles"), expected);
        let read = Frontier::from_tiles(size, &log.tiles).expect("tiles");
        assert_eq!(read, grown);
        assert_eq!(
            Frontier::from_hashes(size, read.hashes().to_vec()).expect("its own hashes"),
            grown
        );
        assert!(
            Frontier::from_hashes(size + 1, read.hashes().to_vec()).is_err()
                || size.count_ones() == (size + 1).count_ones()
        );
        if size < 70 {
            let complete = grown.append(leaf_hash(&log.leaves[size as usize]));
            for (level, index, hash) in complete {
                let (from, to) = ((index << level) as usize, ((index + 1) << level) as usize);
                assert_eq!(hash, mth(&log.leaves[from..to]), "node {level}/{index}");
            }
        }
    }
}

#[test]
fn every_inclusion_in_every_small_tree_is_proven_and_nothing_else() {
    let log = Log::numbered(&[70]);
    for size in 1..=70u64 {
        let tree_root = mth(&log.leaves[..size as usize]);
        for index in 0..size {
            let proof = inclusion(index, size, &log.tiles).expect("tiles");
            let leaf = leaf_hash(&log.leaves[index as usize]);
            verify_inclusion(index, size, &leaf, &tree_root, &proof).expect("it is there");
            for other in (0..size).filter(|other| *other != index) {
                assert!(
                    verify_inclusion(other, size, &leaf, &tree_root, &proof).is_err(),
                    "{index} as {other} of {size}"
                );
            }
            reject_changed(&proof, |proof| {
                verify_inclusion(index, size, &leaf, &tree_root, proof)
            });
        }
        assert_eq!(
            broken(inclusion(size, size, &log.tiles)),
            Some((Broken::Inclusion, String::new()))
        );
    }
}

#[test]
fn every_extension_of_every_small_tree_is_proven_and_nothing_else() {
    let log = Log::numbered(&[70]);
    let roots: Vec<_> = (0..=70).map(|size| mth(&log.leaves[..size])).collect();
    for new in 0..=70u64 {
        for old in 0..=new {
            let proof = consistency(old, new, &log.tiles).expect("tiles");
            let (older, newer) = (&roots[old as usize], &roots[new as usize]);
            verify_consistency(old, new, older, newer, &proof).expect("it was appended to");
            let other = [0xEE; 32];
            assert!(verify_consistency(old, new, &other, newer, &proof).is_err());
            assert!(verify_consistency(old, new, older, &other, &proof).is_err() || old == 0);
            if old > 0 {
                reject_changed(&proof, |proof| {
                    verify_consistency(old, new, older, newer, proof)
                });
            }
        }
        assert!(consistency(new + 1, new, &log.tiles).is_err());
        assert!(verify_consistency(new + 1, new, &roots[0], &roots[0], &[]).is_err());
    }
}

/// Changing any hash of a proof, leaving one out or adding one must not verify.
fn reject_changed(proof: &[Hash], verify: impl Fn(&[Hash]) -> model::Result<()>) {
    for n in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[n][n % 32] ^= 1;
        assert!(verify(&changed).is_err(), "hash {n} changed");
        let mut cut = proof.to_vec();
        cut.remove(n);
        assert!(verify(&cut).is_err(), "hash {n} left out");
    }
    for n in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(n, [0; 32]);
        assert!(verify(&longer).is_err(), "a hash added at {n}");
    }
}

const LARGE: u64 = 70_000;

fn large() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| Log::numbered(&[1, 255, 300, 65_000, LARGE - 65_556]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn inclusion_holds_in_large_trees(size in 1..=LARGE, at in any::<prop::sample::Index>(), bit in 0usize..256) {
        let (log, index) = (large(), at.index(size as usize) as u64);
        let tree_root = root(size, &log.tiles).expect("tiles");
        let proof = inclusion(index, size, &log.tiles).expect("tiles");
        let mut leaf = leaf_hash(&log.leaves[index as usize]);
        prop_assert!(verify_inclusion(index, size, &leaf, &tree_root, &proof).is_ok());
        prop_assert!(proof.len() <= 17);
        leaf[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(index, size, &leaf, &tree_root, &proof).is_err());
    }

    #[test]
    fn consistency_holds_in_large_trees(new in 1..=LARGE, at in any::<prop::sample::Index>(), bit in 0usize..256) {
        let (log, old) = (large(), at.index(new as usize) as u64);
        let mut older = root(old, &log.tiles).expect("tiles");
        let newer = root(new, &log.tiles).expect("tiles");
        let proof = consistency(old, new, &log.tiles).expect("tiles");
        prop_assert!(verify_consistency(old, new, &older, &newer, &proof).is_ok());
        older[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_consistency(old, new, &older, &newer, &proof).is_err());
    }

    #[test]
    fn sizes_no_tree_has_are_refused_without_a_panic(index: u64, size: u64, old: u64, hashes in 0usize..70) {
        let proof = vec![[1; 32]; hashes];
        let _ = verify_inclusion(index, size, &[2; 32], &[3; 32], &proof).is_err();
        let _ = verify_consistency(old, size, &[2; 32], &[3; 32], &proof).is_err();
        let _ = verify_inclusion(u64::MAX - 1, u64::MAX, &[2; 32], &[3; 32], &proof).is_err();
        let _ = verify_consistency(u64::MAX - 1, u64::MAX, &[2; 32], &[3; 32], &proof).is_err();
    }
}
