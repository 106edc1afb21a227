//! What is opened, by whom, and what a signature is worth.

use std::io::Write;

use model::limits;
use pgp::composed::MessageBuilder;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::RevocationCode;
use pgp::types::{CompressionAlgorithm, Password};
use seal::pgp::{
    Block, Integrity, KeyFault, Opened, Outcome, PgpError, PublicKey, SecretKey, SignAs, Version,
    armor, dearmor, decrypt, encrypt, sign_detached, verify_detached,
};

use super::forge::{Die, Forge, SIGNS, says};
use super::world::{TODAY, days, dice, only, person};

const LETTER: &[u8] = b"Content-Type: text/plain\r\n\r\nThe biopsy was benign.\r\n";

fn open(message: &[u8], with: &SecretKey, signers: &[&SecretKey]) -> Result<Opened, PgpError> {
    let signers: Vec<_> = signers.iter().map(|key| key.public().clone()).collect();
    decrypt(message, &[with], &signers, TODAY)
}

fn sealed(to: &[&SecretKey], by: Option<&SecretKey>) -> Vec<u8> {
    let keys: Vec<_> = to.iter().map(|key| key.public()).collect();
    encrypt(LETTER, &keys, by, TODAY, &dice(5)).expect("a message")
}

#[test]
fn everyone_it_is_for_reads_a_message_and_nobody_else() {
    let (lee, pat, eve) = (
        person("lee", Version::V4),
        person("pat", Version::V4),
        person("eve", Version::V4),
    );
    let message = sealed(&[&lee, &pat], Some(&lee));
    for reader in [&lee, &pat] {
        let opened = open(&message, reader, &[&eve, &lee]).expect("it is for them");
        assert_eq!(opened.content, LETTER);
        assert_eq!(opened.opened_by, reader.public().fingerprint());
        assert_eq!(opened.signatures.len(), 1);
        assert_eq!(opened.signatures[0].outcome, Outcome::Valid);
        assert_eq!(opened.signatures[0].made, Some(TODAY));
        let signer = Some(lee.public().fingerprint());
        assert_eq!(opened.signatures[0].signer, signer);
        assert!(!format!("{opened:?}").contains("biopsy"));
    }
    assert_eq!(open(&message, &eve, &[]).err(), Some(PgpError::NoKey));
}

#[test]
fn version_two_is_spoken_only_where_all_understand_it() {
    let (old, new) = (person("lee", Version::V4), person("pat", Version::V6));
    for (to, integrity) in [
        (vec![&new], Integrity::Aead),
        (vec![&old], Integrity::Mdc),
        (vec![&old, &new], Integrity::Mdc),
    ] {
        let message = sealed(&to, Some(&new));
        for reader in to {
            let opened = open(&message, reader, &[&new]).expect("it is for them");
            assert_eq!(opened.integrity, integrity);
            assert!(opened.signatures[0].is_valid());
        }
    }
}

#[test]
fn any_octet_changed_on_the_way_closes_a_message() {
    for version in [Version::V4, Version::V6] {
        let lee = person("lee", version);
        let binary = dearmor(&sealed(&[&lee], Some(&lee))).expect("armor");
        for at in (0..binary.len()).step_by(7) {
            let mut changed = binary.clone();
            changed[at] ^= 0x20;
            if let Ok(opened) = open(&changed, &lee, &[&lee]) {
                // the octet said for which key it is: the one that opens it was found all the same
                assert_eq!(opened.content, LETTER);
            }
        }
        for cut in 1..40 {
            let short = &binary[..binary.len() - cut];
            assert!(open(short, &lee, &[]).is_err(), "{cut} octets are missing");
        }
    }
}

#[test]
fn a_message_without_integrity_protection_stays_closed() {
    let lee = person("lee", Version::V4);
    let binary = dearmor(&sealed(&[&lee], None)).expect("armor");
    // The EFAIL downgrade: the protected packet's contents under the tag of the unprotected one.
    let (at, body) = last_packet(&binary);
    assert_eq!(binary[at], 0xC0 | 18);
    let inside = &body[1..];
    let mut stripped = binary[..at].to_vec();
    stripped.push(0xC0 | 9);
    stripped.push(255);
    stripped.extend_from_slice(&(inside.len() as u32).to_be_bytes());
    stripped.extend_from_slice(inside);
    assert_eq!(
        open(&stripped, &lee, &[]).err(),
        Some(PgpError::NotProtected)
    );
    // The same without its last 22 octets, where the hash stands.
    let cut = &stripped[..stripped.len() - 22];
    assert!(open(cut, &lee, &[]).is_err());
}

#[test]
fn nothing_stands_beside_a_message() {
    let lee = person("lee", Version::V4);
    let binary = dearmor(&sealed(&[&lee], None)).expect("armor");
    let literal = [&[0xC0 | 11, 9, b'b', 0, 0, 0, 0, 0][..], b"hey"].concat();
    for mixed in [
        [&literal[..], &binary].concat(),
        [&binary[..], &literal].concat(),
        [&binary[..], &binary].concat(),
    ] {
        assert!(open(&mixed, &lee, &[]).is_err());
    }
    assert_eq!(
        open(&literal, &lee, &[]).err(),
        Some(PgpError::NotEncrypted)
    );
}

#[test]
fn two_texts_in_one_message_are_none() {
    let lee = person("lee", Version::V4);
    let literal = [&[0xC0 | 11, 9, b'b', 0, 0, 0, 0, 0][..], b"hey"].concat();
    let twice = [&literal[..], &literal].concat();
    assert_eq!(
        open(&raw(&lee, &literal), &lee, &[])
            .expect("one text")
            .content,
        b"hey"
    );
    assert_eq!(
        open(&raw(&lee, &twice), &lee, &[]).err(),
        Some(PgpError::Malformed)
    );
    let nested = dearmor(&sealed(&[&lee], None)).expect("armor");
    assert_eq!(
        open(&raw(&lee, &nested), &lee, &[]).err(),
        Some(PgpError::Malformed)
    );
}

#[test]
fn a_bomb_of_compressed_packets_goes_off_nowhere() {
    let lee = person("lee", Version::V4);
    let mut zeros = vec![0; limits::PGP_UNPACKED_OCTETS_MAX + 1_000_000];
    zeros[..8].copy_from_slice(&[0xC0 | 11, 255, 0x7F, 0xFF, 0xFF, 0xF0, b'b', 0]);
    let once = compressed(&zeros);
    assert!(once.len() < 1_000_000);
    assert_eq!(
        open(&raw(&lee, &once), &lee, &[]).err(),
        Some(PgpError::TooLarge)
    );
    assert_eq!(
        open(&raw(&lee, &compressed(&once)), &lee, &[]).err(),
        Some(PgpError::TooLarge)
    );
    let mut deep = [&[0xC0 | 11, 9, b'b', 0, 0, 0, 0, 0][..], b"hey"].concat();
    for depth in 0..12 {
        let opened = open(&raw(&lee, &deep), &lee, &[]);
        if depth < limits::PGP_DEPTH_MAX {
            assert_eq!(opened.expect("not deep").content, b"hey");
        } else {
            assert_eq!(opened.err(), Some(PgpError::TooLarge));
        }
        deep = compressed(&deep);
    }
}

#[test]
fn a_signed_message_passed_on_to_others_is_not_taken_for_theirs() {
    let (lee, pat, eve) = (
        person("lee", Version::V4),
        person("pat", Version::V4),
        person("eve", Version::V4),
    );
    // what Pat opened, under a new envelope to Eve
    let inside = inside(&sealed(&[&pat], Some(&lee)), &pat);
    let opened = open(&raw(&eve, &inside), &eve, &[&lee]).expect("it is for Eve now");
    assert_eq!(opened.signatures[0].outcome, Outcome::ForOthers);
}

#[test]
fn a_detached_signature_holds_for_its_text_alone() {
    for version in [Version::V4, Version::V6] {
        let lee = person("lee", version);
        let signature =
            sign_detached(LETTER, &lee, SignAs::Binary, TODAY, &dice(3)).expect("a signature");
        let keys = [lee.public().clone()];
        let check = |text: &[u8]| verify_detached(text, &signature, &keys, TODAY).expect("read");
        assert!(check(LETTER)[0].is_valid());
        assert_eq!(check(b"The biopsy was malignant.")[0].outcome, Outcome::Bad);
        let nobody = verify_detached(LETTER, &signature, &[], TODAY).expect("read");
        assert_eq!(nobody[0].outcome, Outcome::UnknownSigner);
        let early = verify_detached(LETTER, &signature, &keys, days(-1)).expect("read");
        assert_eq!(early[0].outcome, Outcome::NotYet);
    }
}

#[test]
fn a_signature_over_text_does_not_mind_line_ends() {
    let lee = person("lee", Version::V4);
    let keys = [lee.public().clone()];
    let signature = sign_detached(b"a\nb\n", &lee, SignAs::Text, TODAY, &dice(3)).expect("signed");
    let verdicts = verify_detached(b"a\r\nb\r\n", &signature, &keys, TODAY).expect("read");
    assert!(verdicts[0].is_valid());
}

#[test]
fn a_signature_is_worth_what_its_key_was_worth_when_it_was_made() {
    let mut forge = Forge::new(says("c"));
    forge.subkey(SIGNS, days(-30), &[says("s").lives(20)]);
    let key = forge.secret();
    let made = |at| sign_detached(LETTER, &key, SignAs::Binary, at, &dice(1)).expect("a signature");
    let (good, then) = (made(days(-20)), [forge.public()]);
    let judge =
        |keys: &[PublicKey]| verify_detached(LETTER, &good, keys, TODAY).expect("read")[0].outcome;
    assert_eq!(judge(&then), Outcome::Valid);
    assert_eq!(
        sign_detached(LETTER, &key, SignAs::Binary, TODAY, &dice(1)),
        Err(PgpError::Key(KeyFault::NoSigningKey))
    );
    forge.revoke_subkey(days(-12), RevocationCode::KeyRetired);
    assert_eq!(judge(&[forge.public()]), Outcome::Valid);
    forge.revoke_subkey(days(-12), RevocationCode::KeyCompromised);
    assert_eq!(judge(&[forge.public()]), Outcome::Key(KeyFault::Revoked));
}

#[test]
fn a_signature_by_a_broken_hash_is_worth_nothing() {
    let key = only(include_bytes!("keys/sha1_2020.asc"));
    let signature = include_bytes!("keys/sha1_2026.sig");
    let verdicts = verify_detached(LETTER, signature, &[key], TODAY).expect("read");
    assert_eq!(verdicts[0].outcome, Outcome::WeakHash);
}

#[test]
fn broken_input_is_an_error_and_no_end_of_the_world() {
    let lee = person("lee", Version::V4);
    let samples = [
        sealed(&[&lee], Some(&lee)),
        lee.public().armored(),
        lee.armored().expose().clone(),
        sign_detached(LETTER, &lee, SignAs::Binary, TODAY, &dice(3)).expect("a signature"),
    ];
    let samples: Vec<_> = samples.iter().map(|s| dearmor(s).expect("armor")).collect();
    for (seed, sample) in (0..600).zip(samples.iter().cycle()) {
        let mut broken = sample.clone();
        let mut hits = [0; 8];
        model::seams::Rng::fill(&dice(seed), &mut hits);
        for pair in hits.chunks(2).take(1 + seed as usize % 4) {
            let at = usize::from(pair[0]) * broken.len() / 256;
            broken[at] = pair[1];
        }
        broken.truncate(broken.len() - usize::from(hits[7]) % 3);
        let _ = PublicKey::parse_all(&broken).map(|keys| {
            keys.iter().map(|key| key.can_encrypt(TODAY)).for_each(drop);
        });
        let _ = SecretKey::parse(&broken, None);
        let _ = decrypt(&broken, &[&lee], &[lee.public().clone()], TODAY);
        let _ = verify_detached(LETTER, &broken, &[lee.public().clone()], TODAY);
        let _ = dearmor(&armor(Block::Message, &broken));
    }
}

/// These packets, encrypted to that key as they are.
fn raw(to: &SecretKey, packets: &[u8]) -> Vec<u8> {
    let key = pgp_key(to).to_public_key();
    let builder = MessageBuilder::from_bytes("", Vec::new());
    let mut builder = builder.seipd_v1(Die(4), SymmetricKeyAlgorithm::AES256);
    let session = builder.session_key().as_ref().to_vec();
    builder
        .encrypt_to_key(Die(6), &key.public_subkeys[0].key)
        .expect("a session key");
    let message = builder.to_vec(Die(7)).expect("a message");
    let (at, _) = last_packet(&message);
    let data = pgp::packet::SymEncryptedProtectedData::encrypt_seipdv1(
        Die(8),
        SymmetricKeyAlgorithm::AES256,
        &session,
        packets,
    );
    let mut out = message[..at].to_vec();
    pgp::packet::PacketTrait::to_writer_with_header(&data.expect("encrypted"), &mut out)
        .expect("octets");
    out
}

/// The packets inside a message.
fn inside(message: &[u8], with: &SecretKey) -> Vec<u8> {
    use pgp::composed::{Edata, Message};
    use std::io::Read;
    let binary = dearmor(message).expect("armor");
    let parsed = Message::from_bytes(&binary[..]).expect("a message");
    let Message::Encrypted { esk, mut edata, .. } = parsed else {
        panic!("it is encrypted");
    };
    let key = pgp_key(with);
    let pgp::composed::Esk::PublicKeyEncryptedSessionKey(wrapped) = &esk[0] else {
        panic!("it is for a key");
    };
    let values = wrapped.values().expect("numbers");
    let session = pgp::types::DecryptionKey::decrypt(
        &key.secret_subkeys[0].key,
        &Password::empty(),
        values,
        pgp::types::EskType::V3_4,
    );
    let session = session.expect("unlocked").expect("it is theirs");
    Edata::decrypt(&mut edata, &session).expect("it opens");
    let mut packets = Vec::new();
    edata.read_to_end(&mut packets).expect("it holds");
    packets
}

fn compressed(packets: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(packets).expect("memory");
    let body = encoder.finish().expect("memory");
    let mut out = vec![0xC0 | 8, 255];
    out.extend_from_slice(&(body.len() as u32 + 1).to_be_bytes());
    out.push(u8::from(CompressionAlgorithm::ZLIB));
    out.extend_from_slice(&body);
    out
}

fn pgp_key(key: &SecretKey) -> pgp::composed::SignedSecretKey {
    use pgp::composed::Deserializable;
    pgp::composed::SignedSecretKey::from_bytes(&key.binary().expose()[..]).expect("a key")
}

/// Where the last packet begins, and its body; lengths in the new form (RFC 9580 §4.2.1).
fn last_packet(binary: &[u8]) -> (usize, &[u8]) {
    let mut at = 0;
    loop {
        let first = usize::from(binary[at + 1]);
        let (octets, length) = match first {
            0..192 => (1, first),
            192..224 => (2, (first - 192) * 256 + usize::from(binary[at + 2]) + 192),
            255 => {
                let length: [u8; 4] = binary[at + 2..at + 6].try_into().expect("four octets");
                (5, u32::from_be_bytes(length) as usize)
            }
            _ => panic!("a partial length"),
        };
        let from = at + 1 + octets;
        if from + length >= binary.len() {
            return (at, &binary[from..]);
        }
        at = from + length;
    }
}

#[test]
fn a_key_file_of_several_blocks_is_read_whole() {
    let (lee, pat) = (person("lee", Version::V4), person("pat", Version::V6));
    let file = [lee.public().armored(), pat.public().armored()].concat();
    let keys = PublicKey::parse_all(&file).expect("keys");
    assert_eq!(keys, [lee.public().clone(), pat.public().clone()]);
    assert_eq!(&only(&lee.public().binary()), lee.public());
}

#[test]
fn the_sum_that_old_readers_need_is_left_out_for_new_ones() {
    let has_sum = |armored: &[u8]| {
        let text = String::from_utf8(armored.to_vec()).expect("text");
        text.lines()
            .any(|line| line.len() == 5 && line.starts_with('='))
    };
    for (version, expected) in [(Version::V4, true), (Version::V6, false)] {
        let key = person("lee", version);
        assert_eq!(has_sum(&key.public().armored()), expected);
        assert_eq!(has_sum(key.armored().expose()), expected);
        assert_eq!(has_sum(&sealed(&[&key], Some(&key))), expected);
    }
    // a marker packet, as GnuPG writes it
    let text = String::from_utf8(armor(Block::Message, b"\xCA\x03PGP")).expect("text");
    assert!(text.contains("\r\nygNQR1A=\r\n=GG5/\r\n"));
}
