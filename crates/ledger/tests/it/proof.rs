//! C2SP tlog-proofs.

use caduceus_ledger::Broken;
use caduceus_ledger::proof::Proof;
use caduceus_ledger::tree::inclusion;

use crate::world::{Log, broken};

fn proof_of(log: &Log, index: u64) -> Proof {
    let hashes = inclusion(index, log.tree.size(), &log.tiles).expect("tiles");
    Proof {
        index,
        hashes,
        checkpoint: log.signed(),
        extra: None,
    }
}

#[test]
fn a_proof_is_text_and_shows_its_entry() {
    let log = Log::numbered(&[300]);
    for index in [0, 1, 255, 256, 299] {
        let text = proof_of(&log, index).encode();
        assert!(
            text.starts_with(&format!("c2sp.org/tlog-proof@v1\nindex {index}\n")),
            "{text}"
        );
        let read = Proof::parse(&text).expect("our own");
        let checkpoint = read
            .verify(format!("leaf {index}").as_bytes(), &log.key())
            .expect("it is there");
        assert_eq!(checkpoint, log.checkpoint());
        let other = read.verify(b"leaf 12", &log.key());
        assert_eq!(broken(other).map(|(what, _)| what), Some(Broken::Inclusion));
    }
}

#[test]
fn a_log_of_one_entry_needs_no_hashes() {
    let log = Log::numbered(&[1]);
    let text = proof_of(&log, 0).encode();
    assert!(
        text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nnumbered.example\n1\n"),
        "{text}"
    );
    Proof::parse(&text)
        .expect("our own")
        .verify(b"leaf 0", &log.key())
        .expect("it is there");
}

#[test]
fn extra_data_is_carried() {
    let log = Log::numbered(&[5]);
    for extra in [b"".to_vec(), b"context".to_vec()] {
        let proof = Proof {
            extra: Some(extra),
            ..proof_of(&log, 3)
        };
        let read = Proof::parse(&proof.encode()).expect("our own");
        assert_eq!(read, proof);
        read.verify(b"leaf 3", &log.key()).expect("it is there");
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let log = Log::numbered(&[300]);
    let text = proof_of(&log, 123).encode();
    for at in 0..text.len() {
        for mask in [1, 0x20, 0x80] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= mask;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            let result =
                Proof::parse(&changed).and_then(|proof| proof.verify(b"leaf 123", &log.key()));
            assert!(broken(result).is_some(), "byte {at} xor {mask}");
        }
    }
}

#[test]
fn what_is_not_a_proof_is_refused() {
    let log = Log::numbered(&[5]);
    let text = proof_of(&log, 3).encode();
    for bad in [
        String::new(),
        text.replace("@v1", "@v2"),
        text.replace("index 3", "index 03"),
        text.replace("index 3", "index"),
        text.replace("index 3\n", ""),
        text.replace("index 3\n", "index 3\nextra AAAA\n"),
        text.replace(
            "index 3\n",
            &format!(
                "index 3\n{}",
                format!("{}\n", "A".repeat(43) + "=").repeat(65)
            ),
        ),
        text.replace('\n', "\r\n"),
    ] {
        assert_eq!(
            broken(Proof::parse(&bad)).map(|(what, _)| what),
            Some(Broken::Format),
            "{bad}"
        );
    }
}
