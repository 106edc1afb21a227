//! Files that somebody hands us: proofs, logs, settings about providers.

use std::sync::LazyLock;

use ledger::bundle::Bundle;
use ledger::checkpoint::Checkpoint;
use ledger::entry::Entry;
use ledger::note::{self, Signer, Verifier};
use ledger::offline::{File, check};
use ledger::proof::Proof;
use ledger::tile::{decode_bundle, encode_bundle};
use queue::Shaping;

use super::text;
use crate::kit::hostile::{Target, texts};

const BUNDLE: &[u8] = include_bytes!("../../../ledger/tests/golden/bundle.json");

pub const BUNDLES: Target = Target {
    name: "bundles",
    seeds: || vec![BUNDLE.to_vec()],
    words: &[
        "{",
        "}",
        "[",
        "]",
        "\"entries\":",
        "\"format\":\"caduceus-proof/v1\"",
        "\\u0000",
        "\u{fe0f}",
        ",",
        "null",
        "0",
    ],
    read: |input| {
        let file = File {
            name: "x",
            bytes: input,
        };
        assert_eq!(check(&[file, file], None).len(), 2);
        let Ok(bundle) = Bundle::parse(input) else {
            return 0;
        };
        assert!(bundle.encode() == input, "one form for one bundle");
        if bundle.verify(None).is_ok() {
            assert!(input == BUNDLE, "a changed bundle verifies");
        }
        bundle.entries().len() + bundle.proofs().len()
    },
    most: (0, 1),
};

static LOG: LazyLock<Signer> =
    LazyLock::new(|| Signer::from_seed("log.example", &[7; 32]).expect("a name"));

pub const LOG_FILES: Target = Target {
    name: "log_files",
    seeds: || {
        let signed = LOG
            .sign("log.example\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
            .expect("signed");
        let entries = encode_bundle(&[b"one".as_slice(), b"two"]).expect("small");
        let parsed = Bundle::parse(BUNDLE).expect("the kept file is good");
        let proofs = parsed
            .proofs()
            .iter()
            .map(|proof| proof.encode().into_bytes())
            .collect::<Vec<_>>();
        [
            vec![
                signed.into_bytes(),
                entries,
                LOG.verifier().to_string().into_bytes(),
            ],
            proofs,
        ]
        .concat()
    },
    words: &[
        "c2sp.org/tlog-proof@v1\n",
        "index ",
        "extra ",
        "\n\n",
        "\u{2014} log.example ",
        "18446744073709551615",
        "=",
    ],
    read: |input| {
        let mut came = 0;
        if let Ok(entries) = decode_bundle(input) {
            let whole: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            assert!(encode_bundle(&whole).is_ok_and(|again| again == input));
            came += entries.len();
        }
        if let Ok(entry) = Entry::decode(input) {
            assert!(entry.encode().is_ok_and(|again| again == input));
        }
        let Ok(text) = std::str::from_utf8(input) else {
            return came;
        };
        if let Ok(found) = Checkpoint::parse(text) {
            // Extension lines are allowed, and say nothing to us.
            assert!(text.starts_with(&found.to_text()), "{text}");
        }
        if let Ok(key) = Verifier::parse(text) {
            assert_eq!(key.to_string(), text);
        }
        if let Ok(proof) = Proof::parse(text) {
            assert_eq!(proof.encode(), text);
            drop(proof.verify(b"", LOG.verifier()));
            came += proof.hashes.len();
        }
        drop(note::verify(text, std::slice::from_ref(LOG.verifier())));
        came
    },
    most: (0, 1),
};

pub const SHAPING: Target = Target {
    name: "shaping",
    seeds: || {
        texts(&[
            "[provider.big]\nmx = [\"big.example\"]\nconnections = 4\nper_minute = 60\n[[provider.big.reply]]\ncode = [421]\ntext = [\"slow*down\"]\nhits = 2\nwithin = \"10m\"\nthen = \"back_off\"\nfor = \"10m\"\n",
            "[provider.other]\nconnections = 2\n",
        ])
    },
    words: &[
        "[provider.",
        "mx = [",
        "then = \"suspend\"\n",
        "for = \"99999999d\"\n",
        "text = [\"*\"]\n",
        "code = [0]\n",
        "\"\"\"",
        "'''",
        "= {}",
        "= 1e400",
    ],
    read: |input| match Shaping::parse(&text(input)) {
        Ok(shaping) => shaping.words().map(str::len).sum(),
        Err(refused) => refused.to_string().lines().count(),
    },
    most: (40, 1),
};
