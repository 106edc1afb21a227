//! Files from strangers: every reader refuses what it cannot read, and none of them panics.

use caduceus_ledger::bundle::Bundle;
use caduceus_ledger::checkpoint::Checkpoint;
use caduceus_ledger::entry::Entry;
use caduceus_ledger::note::{self, Verifier};
use caduceus_ledger::offline::{File, check};
use caduceus_ledger::proof::Proof;
use caduceus_ledger::tile::decode_bundle;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{Log, bundle_of, delivered};

fn read_everything(bytes: &[u8], key: &Verifier) {
    let _ = (
        Bundle::parse(bytes).is_ok(),
        Entry::decode(bytes).is_ok(),
        decode_bundle(bytes).is_ok(),
    );
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = (
            note::verify(text, std::slice::from_ref(key)).is_ok(),
            Checkpoint::parse(text).is_ok(),
        );
        let _ = (
            Verifier::parse(text).is_ok(),
            Proof::parse(text).is_ok_and(|p| p.verify(b"", key).is_ok()),
        );
    }
    let file = File { name: "x", bytes };
    assert_eq!(check(&[file, file], Some(key)).len(), 2);
}

proptest! {
    #[test]
    fn noise_is_refused(bytes in vec(any::<u8>(), 0..400), text in "\\PC{0,100}") {
        let key = Log::new("log.example").key();
        read_everything(&bytes, &key);
        read_everything(text.as_bytes(), &key);
        prop_assert!(Bundle::parse(&bytes).is_err() && Entry::decode(&bytes).is_err());
    }

    /// Pieces of the real formats in the wrong order reach deeper than noise does.
    #[test]
    fn pieces_of_the_formats_are_refused(pieces in vec(prop::sample::select(PIECES), 0..12)) {
        let text = pieces.concat();
        read_everything(text.as_bytes(), &Log::new("log.example").key());
        prop_assert!(Bundle::parse(text.as_bytes()).is_err() && Entry::decode(text.as_bytes()).is_err());
    }
}

const PIECES: &[&str] = &[
    "c2sp.org/tlog-proof@v1\n",
    "extra ",
    "index ",
    "0",
    "18446744073709551615",
    "18446744073709551616",
    "\n",
    "\n\n",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "log.example",
    "\u{2014} ",
    " ",
    "+",
    "AQ==",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"format\":",
    "\"caduceus-proof/v1\"",
    "\"entries\":",
    ",",
    "\u{0}",
    "\\u0000",
    "\u{fe0f}",
];

/// A file nested or repeated beyond reason ends the reading, not the program.
#[test]
fn depth_and_size_are_bounded() {
    let key = Log::new("log.example").key();
    read_everything("[".repeat(100_000).as_bytes(), &key);
    read_everything("{\"a\":".repeat(100_000).as_bytes(), &key);
    let mut real = bundle_of(&delivered()).1.expect("a valid bundle").encode();
    real.resize(17 * 1024 * 1024, b' ');
    assert!(Bundle::parse(&real).is_err());
    let note = format!("text\n\n{}", "\u{2014} log.example AAAAAAAA\n".repeat(101));
    assert!(note::verify(&note, &[key]).is_err());
}
