use model::Code;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::random_key;
use crate::testing::{Constant, Counting};

fn code(result: Result<Vec<u8>>) -> Option<Code> {
    result.err().map(|e| e.code())
}

/// Test case 14 of the GCM specification (McGrew and Viega, appendix B): any AES-256-GCM opens what
/// we seal, given our nonce.
#[test]
fn the_seal_is_plain_aes_256_gcm() {
    let sealed = seal(&Key::new([0; 32]), b"", &[0; 16], &Constant(0)).expect("sealing works");
    let expected = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919";
    assert_eq!(
        hex::encode(sealed),
        format!("01{}{expected}", "00".repeat(12))
    );
}

#[test]
fn what_was_sealed_twice_looks_different() {
    let (rng, key) = (Counting::default(), Key::new([1; 32]));
    let first = seal(&key, b"a", b"same", &rng).expect("sealing works");
    let second = seal(&key, b"a", b"same", &rng).expect("sealing works");
    assert_ne!(first, second);
}

#[test]
fn a_value_does_not_open_in_another_place() {
    let (rng, key) = (Counting::default(), random_key(&Counting::default()));
    let here = aad("messages", "subject", &[1; 16]);
    let sealed = seal(&key, &here, b"biopsy result", &rng).expect("sealing works");
    for elsewhere in [
        aad("messages", "subject", &[2; 16]),
        aad("messages", "body", &[1; 16]),
        aad("drafts", "subject", &[1; 16]),
        aad("message", "ssubject", &[1; 16]),
        Vec::new(),
    ] {
        assert_eq!(
            code(open(&key, &elsewhere, &sealed)),
            Some(Code::SealBroken)
        );
    }
    assert_eq!(
        open(&key, &here, &sealed).expect("its own place"),
        b"biopsy result"
    );
}

#[test]
fn anything_too_short_to_be_sealed_is_broken() {
    let key = Key::new([9; 32]);
    for length in 0..SEAL_OVERHEAD {
        assert_eq!(
            code(open(&key, b"", &vec![1; length])),
            Some(Code::SealBroken)
        );
    }
}

proptest! {
    #[test]
    fn what_was_sealed_opens(key: [u8; 32], aad in vec(any::<u8>(), 0..64), plain in vec(any::<u8>(), 0..5000)) {
        let key = Key::new(key);
        let sealed = seal(&key, &aad, &plain, &Counting::default()).expect("sealing works");
        prop_assert_eq!(sealed.len(), plain.len() + SEAL_OVERHEAD);
        prop_assert_eq!(open(&key, &aad, &sealed).expect("the same key and data"), plain);
    }

    #[test]
    fn another_key_opens_nothing(key: [u8; 32], other: [u8; 32], plain in vec(any::<u8>(), 0..100)) {
        prop_assume!(key != other);
        let sealed = seal(&Key::new(key), b"", &plain, &Counting::default()).expect("sealing works");
        prop_assert_eq!(code(open(&Key::new(other), b"", &sealed)), Some(Code::SealBroken));
    }

    #[test]
    fn other_associated_data_opens_nothing(one in vec(any::<u8>(), 0..40), two in vec(any::<u8>(), 0..40)) {
        prop_assume!(one != two);
        let key = Key::new([3; 32]);
        let sealed = seal(&key, &one, b"text", &Counting::default()).expect("sealing works");
        prop_assert_eq!(code(open(&key, &two, &sealed)), Some(Code::SealBroken));
    }

    #[test]
    fn every_changed_byte_is_noticed(plain in vec(any::<u8>(), 0..40), bit in 0u8..8) {
        let key = Key::new([4; 32]);
        let mut sealed = seal(&key, b"place", &plain, &Counting::default()).expect("sealing works");
        for at in 0..sealed.len() {
            sealed[at] ^= 1 << bit;
            prop_assert_eq!(code(open(&key, b"place", &sealed)), Some(Code::SealBroken));
            sealed[at] ^= 1 << bit;
        }
    }

    #[test]
    fn every_cut_is_noticed(plain in vec(any::<u8>(), 0..40)) {
        let key = Key::new([4; 32]);
        let sealed = seal(&key, b"", &plain, &Counting::default()).expect("sealing works");
        for end in 0..sealed.len() {
            prop_assert_eq!(code(open(&key, b"", &sealed[..end])), Some(Code::SealBroken));
        }
    }
}
