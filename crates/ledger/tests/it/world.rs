//! A log in memory, and the entries of a message's way.

use std::collections::BTreeMap;

use caduceus_ledger::bundle::{Bundle, BundleEntry, Opened};
use caduceus_ledger::checkpoint::Checkpoint;
use caduceus_ledger::entry::{Entry, commit};
use caduceus_ledger::note::{Signer, Verifier};
use caduceus_ledger::tile::append_to_tiles;
use caduceus_ledger::tree::{Frontier, TileSource, inclusion, leaf_hash};
use caduceus_ledger::{Broken, Hash, checkpoint};
use model::{Code, Error, EventId, MessageId, OrganisationId, RecipientId, Result, Timestamp};

pub const HOST: &str = "mail.clinic.example";

/// Tiles in memory, each in its widest state, cut on demand as [`TileSource`] asks.
#[derive(Clone, Default)]
pub struct Tiles(pub BTreeMap<(u8, u64), Vec<u8>>);

impl TileSource for Tiles {
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>> {
        assert!(
            (1..=256).contains(&width),
            "a tile of {width} hashes was asked for"
        );
        let held = self
            .0
            .get(&(level, index))
            .and_then(|bytes| bytes.get(..usize::from(width) * 32));
        held.map(<[u8]>::to_vec)
            .ok_or_else(|| Error::new(Code::StoredDataInvalid))
    }
}

pub struct Log {
    pub signer: Signer,
    pub tiles: Tiles,
    pub tree: Frontier,
    pub leaves: Vec<Vec<u8>>,
}

impl Log {
    pub fn new(name: &str) -> Self {
        let signer = Signer::from_seed(name, &[7; 32]).expect("a valid name");
        Self {
            signer,
            tiles: Tiles::default(),
            tree: Frontier::empty(),
            leaves: Vec::new(),
        }
    }

    /// The leaves `leaf 0`, `leaf 1`, … in batches of the given sizes.
    pub fn numbered(batches: &[u64]) -> Self {
        let mut log = Self::new("numbered.example");
        for batch in batches {
            let from = log.tree.size();
            log.append(
                (from..from + batch)
                    .map(|n| format!("leaf {n}").into_bytes())
                    .collect(),
            );
        }
        log
    }

    pub fn append(&mut self, leaves: Vec<Vec<u8>>) {
        let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let writes = append_to_tiles(self.tree.size(), &hashes, &self.tiles)
            .expect("the right edge is there");
        for write in writes {
            assert_eq!(write.bytes.len(), usize::from(write.width) * 32);
            self.tiles.0.insert((write.level, write.index), write.bytes);
        }
        for hash in hashes {
            self.tree.append(hash);
        }
        self.leaves.extend(leaves);
    }

    pub fn checkpoint(&self) -> Checkpoint {
        let origin = self.signer.verifier().name().to_owned();
        Checkpoint {
            origin,
            size: self.tree.size(),
            root: self.tree.root(),
        }
    }

    pub fn signed(&self) -> String {
        self.checkpoint()
            .sign(&self.signer)
            .expect("our own origin")
    }

    pub fn key(&self) -> Verifier {
        self.signer.verifier().clone()
    }

    pub fn evidence(&self, index: u64, opened: Option<Opened>) -> BundleEntry {
        let proof = inclusion(index, self.tree.size(), &self.tiles).expect("the tiles are there");
        BundleEntry {
            index,
            leaf: self.leaves[index as usize].clone(),
            proof,
            opened,
        }
    }
}

pub fn organisation() -> OrganisationId {
    OrganisationId::from_bytes([1; 16])
}
pub fn message() -> MessageId {
    MessageId::from_bytes([2; 16])
}
pub fn recipient() -> RecipientId {
    RecipientId::from_bytes([3; 16])
}

/// One step of a message's way: kind and facts as `key=value`.
pub fn step(n: u8, kind: &str, facts: &[&str]) -> Entry {
    let fact = |text: &&str| {
        text.split_once('=')
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .expect("key=value")
    };
    Entry {
        id: EventId::from_bytes([n; 16]),
        at: Timestamp::from_secs(1_795_300_000)
            .plus(std::time::Duration::from_millis(u64::from(n) * 1_500)),
        organisation: organisation(),
        actor: "system".to_owned(),
        kind: kind.to_owned(),
        subject: vec![message().to_string(), recipient().to_string()],
        facts: facts.iter().map(fact).collect(),
        commitment: None,
    }
}

pub fn opened(n: u8) -> Opened {
    Opened {
        salt: [n; 32],
        payload: format!("{{\"recipient\":\"pat@mail.example\",\"step\":\"{n}\"}}").into_bytes(),
    }
}

/// A log with other people's entries between those of one message, and the bundle over these.
/// Every step but the first is committed without content shown when `n` is odd.
pub fn bundle_of(steps: &[Entry]) -> (Log, Result<Bundle>) {
    let mut log = Log::new(&checkpoint::origin(HOST, organisation()));
    let mut entries = Vec::new();
    let mut places = Vec::new();
    for (n, entry) in steps.iter().enumerate() {
        log.append(noise(3 + n));
        let n = n as u8;
        let content = opened(n);
        let mut entry = entry.clone();
        entry.commitment = Some(commit(&content.salt, &content.payload));
        log.append(vec![entry.encode().expect("a valid entry")]);
        places.push((log.tree.size() - 1, n.is_multiple_of(2).then_some(content)));
    }
    log.append(noise(5));
    for (index, content) in places {
        entries.push(log.evidence(index, content));
    }
    let bundle = Bundle::new(message(), recipient(), log.key(), log.signed(), entries);
    (log, bundle)
}

pub fn noise(count: usize) -> Vec<Vec<u8>> {
    let other = |n: usize| Entry {
        subject: vec![MessageId::from_bytes([0x40 + n as u8; 16]).to_string()],
        ..step(0x40 + n as u8, "message.accepted", &[])
    };
    (0..count)
        .map(|n| other(n).encode().expect("a valid entry"))
        .collect()
}

/// The way of a message that went well by verified TLS.
pub fn delivered() -> Vec<Entry> {
    vec![
        step(1, "message.accepted", &["origin=api", "size_octets=10240"]),
        step(2, "message.decided", &["method=tls", "rule=4"]),
        step(
            3,
            "delivery.transmitted",
            &["attempt=1", "method=tls", "tls=TLSv1.3"],
        ),
        step(4, "delivery.accepted", &["code=250", "method=tls"]),
    ]
}

/// What exactly was found broken, and where.
pub fn broken<T>(result: Result<T>) -> Option<(Broken, String)> {
    let error = result.err()?;
    assert_eq!(error.code(), Code::LedgerBroken, "{error:?}");
    let what = Broken::of(&error).expect("every refusal says why");
    Some((what, error.pointer().unwrap_or_default().to_owned()))
}
