//! Which part of a key may be used for what, and when not.

use model::Address;
use pgp::packet::RevocationCode;
use seal::pgp::{KeyFault, PgpError, PublicKey, SecretKey, Version};

use super::forge::{ENCRYPTS, Forge, SIGNS, says};
use super::world::{TODAY, days, dice, only, person};

fn usual() -> Forge {
    Forge::new(says("cs"))
}

#[test]
fn a_key_says_who_owns_it_and_what_it_may() {
    for (version, digits) in [(Version::V4, 40), (Version::V6, 64)] {
        let key = person("lee", version);
        let public = only(&key.public().armored());
        assert_eq!(public.emails(), ["lee@clinic.example"]);
        assert_eq!(public.fingerprint().len(), digits);
        assert_eq!(public.can_encrypt(TODAY), Ok(()));
        assert_eq!(public.can_sign(TODAY), Ok(()));
        assert_eq!(public.created(), days(-30));
        assert_eq!(public.expires(TODAY), None);
        let again = SecretKey::parse(key.binary().expose(), None).expect("as kept at rest");
        assert_eq!(again.public(), key.public());
        assert!(!format!("{key:?} {public:?}").contains("lee"));
    }
}

#[test]
fn a_key_is_used_until_it_ends_and_not_before_it_begins() {
    let year = std::time::Duration::from_secs(365 * 86_400);
    let id = "Lee <lee@clinic.example>";
    for version in [Version::V4, Version::V6] {
        let key = SecretKey::generate(id, Some(year), days(-30), &dice(1), version).expect("a key");
        let public = key.public();
        assert_eq!(public.expires(TODAY), Some(days(335)));
        assert_eq!(public.can_encrypt(days(334)), Ok(()));
        assert_eq!(public.can_encrypt(days(335)), Err(KeyFault::Expired));
        assert_eq!(public.expires(days(400)), Some(days(335)));
        assert_eq!(public.can_encrypt(days(-31)), Err(KeyFault::NotYetValid));
    }
}

#[test]
fn an_expired_subkey_is_not_encrypted_to() {
    let mut forge = usual();
    forge.subkey(ENCRYPTS, days(-30), &[says("e").lives(10)]);
    assert_eq!(forge.public().can_encrypt(TODAY), Err(KeyFault::Expired));
    assert_eq!(forge.public().can_encrypt(days(-25)), Ok(()));
}

#[test]
fn a_newer_binding_lengthens_a_subkeys_life_and_shortens_it() {
    let mut forge = usual();
    let (short, long) = (says("e").lives(10), says("e").lives(100).made(days(-15)));
    forge.subkey(ENCRYPTS, days(-30), &[long, short]);
    assert_eq!(forge.public().can_encrypt(TODAY), Ok(()));
    let mut forge = usual();
    let (long, short) = (says("e").lives(100), says("e").lives(20).made(days(-15)));
    forge.subkey(ENCRYPTS, days(-30), &[long, short]);
    assert_eq!(forge.public().can_encrypt(TODAY), Err(KeyFault::Expired));
}

#[test]
fn a_binding_that_has_ended_itself_binds_nothing() {
    let mut forge = usual();
    forge.subkey(ENCRYPTS, days(-30), &[says("e").ends(10)]);
    assert_eq!(forge.public().can_encrypt(TODAY), Err(KeyFault::Expired));
}

#[test]
fn a_revoked_subkey_is_not_encrypted_to() {
    for why in [RevocationCode::KeyCompromised, RevocationCode::KeyRetired] {
        let mut forge = usual();
        forge.subkey(ENCRYPTS, days(-30), &[says("e")]);
        forge.revoke_subkey(days(-5), why);
        assert_eq!(forge.public().can_encrypt(TODAY), Err(KeyFault::Revoked));
    }
}

#[test]
fn a_retired_subkey_comes_back_when_it_is_bound_again_and_a_compromised_one_never() {
    for (why, then) in [
        (RevocationCode::KeyRetired, Ok(())),
        (RevocationCode::KeyCompromised, Err(KeyFault::Revoked)),
    ] {
        let mut forge = usual();
        let again = says("e").made(days(-2));
        forge.subkey(ENCRYPTS, days(-30), &[says("e"), again]);
        forge.revoke_subkey(days(-5), why);
        assert_eq!(forge.public().can_encrypt(TODAY), then);
    }
}

#[test]
fn a_revoked_key_is_used_for_nothing() {
    for why in [RevocationCode::NoReason, RevocationCode::KeySuperseded] {
        let mut forge = usual();
        forge.subkey(ENCRYPTS, days(-30), &[says("e")]);
        forge.revoke(days(-1), why);
        let key = forge.public();
        assert_eq!(key.can_encrypt(TODAY), Err(KeyFault::Revoked));
        assert_eq!(key.can_sign(TODAY), Err(KeyFault::Revoked));
    }
}

#[test]
fn a_revocation_reaches_a_key_that_is_already_known() {
    let mut forge = usual();
    forge.subkey(ENCRYPTS, days(-30), &[says("e")]);
    let mut known = forge.public();
    forge.revoke(days(-1), RevocationCode::KeyCompromised);
    known.merge(person("lee", Version::V4).public());
    assert_eq!(known.can_encrypt(TODAY), Ok(()));
    known.merge(&forge.public());
    assert_eq!(known.can_encrypt(TODAY), Err(KeyFault::Revoked));
}

#[test]
fn a_signing_subkey_without_its_own_consent_signs_nothing() {
    let mut forge = Forge::new(says("c"));
    forge.subkey(SIGNS, days(-30), &[says("s").without_back_signature()]);
    let fault = Err(KeyFault::NoSigningKey);
    assert_eq!(forge.public().can_sign(TODAY), fault);
    let mut forge = Forge::new(says("c"));
    forge.subkey(SIGNS, days(-30), &[says("s")]);
    assert_eq!(forge.public().can_sign(TODAY), Ok(()));
}

#[test]
fn a_binding_with_an_unknown_critical_subpacket_binds_nothing() {
    let mut forge = usual();
    forge.subkey(ENCRYPTS, days(-30), &[says("e").critically()]);
    assert_eq!(forge.public().can_encrypt(TODAY), Err(KeyFault::Unbound));
    assert_eq!(
        Forge::new(says("cs").critically()).public().can_sign(TODAY),
        Err(KeyFault::Unbound)
    );
}

#[test]
fn a_binding_by_sha1_holds_only_if_it_is_old() {
    // RSA, since the newer algorithms take no hash so short
    let key = only(include_bytes!("keys/sha1_2020.asc"));
    assert_eq!(key.can_encrypt(TODAY), Ok(()));
    let key = only(include_bytes!("keys/sha1_2025.asc"));
    assert_eq!(key.can_encrypt(TODAY), Err(KeyFault::WeakAlgorithm));
    assert_eq!(key.can_sign(TODAY), Err(KeyFault::WeakAlgorithm));
}

#[test]
fn a_key_that_only_signs_is_not_encrypted_to() {
    let fault = Err(KeyFault::NoEncryptionKey);
    assert_eq!(usual().public().can_encrypt(TODAY), fault);
    let mut forge = usual();
    forge.subkey(SIGNS, days(-30), &[says("s")]);
    assert_eq!(forge.public().can_encrypt(TODAY), fault);
    let mut forge = usual();
    forge.subkey(ENCRYPTS, days(-30), &[says("")]);
    assert_eq!(forge.public().can_encrypt(TODAY), fault);
}

#[test]
fn of_two_encryption_subkeys_the_newer_one_is_used_while_it_lasts() {
    let mut forge = usual();
    forge.subkey(ENCRYPTS, days(-20), &[says("e").made(days(-20)).lives(10)]);
    let newer = forge.public().encrypts_by(days(-15));
    forge.subkey(ENCRYPTS, days(-30), &[says("e")]);
    let key = forge.public();
    assert_eq!(key.encrypts_by(days(-15)), newer);
    assert_ne!(key.encrypts_by(TODAY), newer);
    assert_eq!(key.can_encrypt(TODAY), Ok(()));
}

#[test]
fn what_is_dated_tomorrow_does_not_count_today() {
    let mut forge = usual();
    forge.subkey(ENCRYPTS, days(1), &[says("e").made(days(1))]);
    assert_eq!(
        forge.public().can_encrypt(TODAY),
        Err(KeyFault::NotYetValid)
    );
    assert_eq!(forge.public().can_encrypt(days(2)), Ok(()));
}

#[test]
fn a_name_taken_back_is_not_the_keys_any_more() {
    let mut forge = usual();
    forge.name("Dana <dana@old.example>", &[says("cs")]);
    assert_eq!(forge.public().emails().len(), 2);
    forge.drop_name(days(-1));
    assert_eq!(forge.public().emails(), ["dana@clinic.example"]);
}

#[test]
fn nothing_that_the_key_did_not_sign_becomes_part_of_it() {
    let mut theirs = usual();
    theirs.subkey(ENCRYPTS, days(-30), &[says("e")]);
    // another key's name and subkey, put behind ours
    let ours = person("lee", Version::V4);
    let subkey = theirs.public_bytes();
    let graft = [ours.public().binary(), without_first_packet(&subkey)].concat();
    assert_eq!(&only(&graft), ours.public());
}

#[test]
fn keys_of_a_bygone_age_are_refused() {
    // a version 3 key and a version 4 key of 1024 bits, both RSA, put together by hand: no numbers
    // of anybody's
    let mut modulus = vec![0x04, 0x00, 0x80];
    modulus.extend_from_slice(&[0x55; 126]);
    modulus.push(0x03);
    let numbers = [modulus, vec![0x00, 0x11, 0x01, 0x00, 0x01]].concat();
    let old = [vec![3, 0x30, 0, 0, 0, 0, 0, 1], numbers].concat();
    let packet = [vec![0x99], (old.len() as u16).to_be_bytes().to_vec(), old].concat();
    assert_eq!(PublicKey::parse_all(&packet), Err(PgpError::Unsupported));
}

#[test]
fn a_short_rsa_key_is_refused() {
    let key = only(include_bytes!("keys/rsa1024.asc"));
    assert_eq!(key.can_encrypt(TODAY), Err(KeyFault::WeakAlgorithm));
    assert_eq!(key.can_sign(TODAY), Err(KeyFault::WeakAlgorithm));
    let key = only(include_bytes!("keys/rsa2048.asc"));
    assert_eq!(key.can_encrypt(TODAY), Ok(()));
}

#[test]
fn only_the_asked_address_is_left_of_a_key() {
    let mut forge = usual();
    forge.name("dana@other.example", &[says("cs")]);
    let asked = Address::parse("DANA@other.example").expect("an address");
    let key = forge.public().only(&asked).expect("it is hers");
    assert_eq!(key.emails(), ["dana@other.example"]);
    let stranger = Address::parse("lee@other.example").expect("an address");
    assert!(forge.public().only(&stranger).is_none());
}

/// A key without its primary key packet (old format with two octets of length, or new with one).
fn without_first_packet(key: &[u8]) -> Vec<u8> {
    let octets = match key[0] {
        0x98 | 0xC6 => 2 + usize::from(key[1]),
        0x99 => 3 + usize::from(u16::from_be_bytes([key[1], key[2]])),
        other => panic!("a packet that begins with {other:#x}"),
    };
    key[octets..].to_vec()
}
