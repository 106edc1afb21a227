use proptest::prelude::*;

use super::*;
use crate::random_key;
use crate::testing::Counting;

fn roots(numbers: &[u8]) -> RootKeys {
    RootKeys::new(numbers.iter().map(|n| Key::new([*n; 32])).collect())
}

/// Computed with Python's `hashlib`: names in files and wrapped keys stay what they are.
#[test]
fn the_public_name_is_a_known_answer() {
    assert_eq!(roots(&[7]).fingerprint(), "f9e2d321cc1287c0");
}

#[test]
fn older_root_keys_unwrap_and_the_first_wraps() {
    let rng = Counting::default();
    let key = random_key(&rng);
    let old = roots(&[1])
        .wrap(b"org", &key, &rng)
        .expect("wrapping works");
    let rotated = roots(&[2, 1]);
    assert_eq!(
        rotated.unwrap(b"org", &old).expect("kept").expose(),
        key.expose()
    );

    let new = rotated.wrap(b"org", &key, &rng).expect("wrapping works");
    assert_eq!(
        RootKeys::fingerprint_of(&new),
        Some(roots(&[2]).fingerprint())
    );
    assert_eq!(
        roots(&[2]).unwrap(b"org", &new).expect("current").expose(),
        key.expose()
    );
}

#[test]
fn another_installations_key_says_so() {
    let rng = Counting::default();
    let wrapped = roots(&[1])
        .wrap(b"org", &random_key(&rng), &rng)
        .expect("wrapping works");
    assert_eq!(
        roots(&[2]).unwrap(b"org", &wrapped).err().map(|e| e.code()),
        Some(Code::KeyWrong)
    );
}

#[test]
fn an_organisation_key_opens_for_its_organisation_and_version() {
    let (rng, vault) = (Counting::default(), roots(&[1]));
    let key = random_key(&rng);
    let (org, version) = (
        OrganisationId::from_bytes([1; 16]),
        KeyVersionId::from_bytes([2; 16]),
    );
    let wrapped = wrap_organisation_key(&vault, org, version, &key, &rng).expect("wrapping works");
    let opened = unwrap_organisation_key(&vault, org, version, &wrapped).expect("its own place");
    assert_eq!(opened.expose(), key.expose());

    let (other_org, other_version) = (
        OrganisationId::from_bytes([3; 16]),
        KeyVersionId::from_bytes([3; 16]),
    );
    for result in [
        unwrap_organisation_key(&vault, other_org, version, &wrapped),
        unwrap_organisation_key(&vault, org, other_version, &wrapped),
    ] {
        assert_eq!(result.err().map(|e| e.code()), Some(Code::SealBroken));
    }
}

proptest! {
    #[test]
    fn every_changed_byte_is_noticed(bit in 0u8..8, context: Vec<u8>) {
        let (rng, vault) = (Counting::default(), roots(&[1, 2]));
        let mut wrapped = vault.wrap(&context, &random_key(&rng), &rng).expect("wrapping works");
        for at in 0..wrapped.len() {
            wrapped[at] ^= 1 << bit;
            let refused = vault.unwrap(&context, &wrapped).err().expect("altered").code();
            prop_assert_eq!(refused, if at < FINGERPRINT { Code::KeyWrong } else { Code::SealBroken });
            wrapped[at] ^= 1 << bit;
        }
    }
}
