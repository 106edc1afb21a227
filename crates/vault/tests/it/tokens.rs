//! Tokens and the system's chance.

use caduceus_vault::{SystemRng, constant_time_eq, hash_token, random_key};
use model::seams::Rng;

/// FIPS 180-2, appendix B.1.
#[test]
fn a_token_is_stored_as_its_sha_256() {
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hex::encode(hash_token("abc")), expected);
}

#[test]
fn comparing_tells_equal_from_unequal() {
    assert!(constant_time_eq(b"", b"") && constant_time_eq(b"token", b"token"));
    assert!(!constant_time_eq(b"token", b"tokem") && !constant_time_eq(b"token", b"toke"));
}

#[test]
fn the_system_gives_new_chance_each_time() {
    let (a, b) = (random_key(&SystemRng), random_key(&SystemRng));
    assert_ne!(a.expose(), b.expose());
    let mut long = [0u8; 4096];
    SystemRng.fill(&mut long);
    // 4,096 random bytes lack a given value with a chance below 10⁻⁶; lacking 32 of them is broken.
    assert!((0..=255u8).filter(|v| !long.contains(v)).count() < 32);
}
