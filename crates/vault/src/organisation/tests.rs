use proptest::prelude::*;

use super::*;
use crate::random_key;
use crate::testing::Counting;

const ITEM: [u8; 16] = [5; 16];

fn version(n: u8) -> KeyVersionId {
    KeyVersionId::from_bytes([n; 16])
}

fn organisation(n: u8) -> OrganisationId {
    OrganisationId::from_bytes([n; 16])
}

fn keys(versions: &[u8]) -> OrganisationKey {
    OrganisationKey::new(
        organisation(1),
        versions
            .iter()
            .map(|n| (version(*n), Key::new([*n; 32])))
            .collect(),
    )
}

/// Computed with Python's `hmac`: the derivation is HKDF of RFC 5869 and stays what it is.
#[test]
fn subkeys_and_tokens_are_known_answers() {
    let key = keys(&[7]);
    let subkey = "e3dc2e9f063227599ecc7d1612f03281de4eaa128697a10c3eda0aa0df2a6088";
    let token = "8bfcbf6318058148737b549e44b487a46d6242a7c5da3cc30ced2f001b9a08ba";
    assert_eq!(hex::encode(key.subkey("search").expose()), subkey);
    assert_eq!(hex::encode(key.blind("address", "pat@mail.example")), token);
}

#[test]
fn an_item_key_unwraps_for_its_item_only() {
    let (rng, org) = (Counting::default(), keys(&[1]));
    let item_key = random_key(&rng);
    let wrapped = org.wrap(&ITEM, &item_key, &rng).expect("wrapping works");
    assert_eq!(
        org.unwrap(&ITEM, &wrapped).expect("its own item").expose(),
        item_key.expose()
    );

    let other = org.unwrap(&[6; 16], &wrapped).err().expect("another item");
    assert_eq!(other.code(), Code::SealBroken);
    let neighbour = OrganisationKey::new(organisation(2), vec![(version(1), Key::new([1; 32]))]);
    let foreign = neighbour
        .unwrap(&ITEM, &wrapped)
        .err()
        .expect("another organisation, same key");
    assert_eq!(foreign.code(), Code::SealBroken);
}

#[test]
fn rotation_keeps_old_content_readable_and_tells_what_to_rewrap() {
    let rng = Counting::default();
    let (before, after) = (keys(&[1]), keys(&[1, 2]));
    let item_key = random_key(&rng);
    let old = before.wrap(&ITEM, &item_key, &rng).expect("wrapping works");
    assert!(!before.needs_rewrap(&old));
    assert!(after.needs_rewrap(&old));

    let opened = after.unwrap(&ITEM, &old).expect("an older version unwraps");
    let new = after.wrap(&ITEM, &opened, &rng).expect("wrapping works");
    assert!(!after.needs_rewrap(&new));
    assert_eq!(after.current(), version(2));
    assert_eq!(
        keys(&[2])
            .unwrap(&ITEM, &new)
            .expect("the new version alone")
            .expose(),
        item_key.expose()
    );
    assert_eq!(
        keys(&[2]).unwrap(&ITEM, &old).err().map(|e| e.code()),
        Some(Code::KeyWrong)
    );
}

#[test]
fn lookups_survive_rotation() {
    let (before, after) = (keys(&[1]), keys(&[1, 2, 3]));
    assert_eq!(
        before.blind("address", "a@b.example"),
        after.blind("address", "a@b.example")
    );
    assert_eq!(
        before.subkey("search").expose(),
        after.subkey("search").expose()
    );
}

#[test]
fn fields_organisations_and_uses_share_no_token() {
    let one = keys(&[1]);
    let two = keys(&[2]);
    let tokens = [
        one.blind("address", "x"),
        one.blind("mrn", "x"),
        two.blind("address", "x"),
        *one.subkey("x").expose(),
        *one.subkey("blind/address").expose(),
    ];
    for (n, token) in tokens.iter().enumerate() {
        assert!(
            !tokens[..n].contains(token),
            "token {n} repeats an earlier one"
        );
    }
}

#[test]
fn debug_shows_no_key() {
    let text = format!("{:?} {:?}", keys(&[0xAB]), keys(&[0xAB]).blinder("address"));
    assert!(
        !text.to_lowercase().contains("abab") && !text.contains("171"),
        "{text}"
    );
}

proptest! {
    #[test]
    fn every_changed_byte_of_a_wrapped_key_is_noticed(bit in 0u8..8, key: [u8; 32]) {
        let org = keys(&[1, 2]);
        let mut wrapped = org.wrap(&ITEM, &Key::new(key), &Counting::default()).expect("wrapping works");
        for at in 0..wrapped.len() {
            wrapped[at] ^= 1 << bit;
            let refused = org.unwrap(&ITEM, &wrapped).err().expect("altered").code();
            // The first sixteen bytes name the version: an unknown one is another key.
            prop_assert_eq!(refused, if at < 16 { Code::KeyWrong } else { Code::SealBroken });
            wrapped[at] ^= 1 << bit;
        }
        for end in 0..wrapped.len() {
            prop_assert!(org.unwrap(&ITEM, &wrapped[..end]).is_err());
        }
    }

    #[test]
    fn equal_values_have_equal_tokens_and_others_do_not(a: String, b: String) {
        let blinder = keys(&[1]).blinder("address");
        prop_assert_eq!(blinder.token(&a) == blinder.token(&b), a == b);
        prop_assert_eq!(blinder.token(&a), keys(&[1]).blind("address", &a));
    }
}
