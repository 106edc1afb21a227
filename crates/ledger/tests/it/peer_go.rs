//! Go's `sumdb/tlog` and `sumdb/note` (Debian package `golang-golang-x-mod-dev`) as the second
//! opinion: it checks our roots, proofs, tiles and notes, and we check its own.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use caduceus_ledger::note::Signer;
use caduceus_ledger::tree::{
    consistency, inclusion, leaf_hash, root, verify_consistency, verify_inclusion,
};
use caduceus_ledger::{Hash, checkpoint, tile};
use serde::{Deserialize, Serialize};

use crate::world::Log;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inclusion {
    index: u64,
    size: u64,
    hashes: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Consistency {
    old: u64,
    new: u64,
    hashes: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    leaves: u64,
    roots: BTreeMap<u64, String>,
    inclusions: Vec<Inclusion>,
    consistencies: Vec<Consistency>,
    tiles: BTreeMap<String, String>,
    key: String,
    note: String,
    signer: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    roots: BTreeMap<u64, String>,
    inclusions: Vec<Inclusion>,
    consistencies: Vec<Consistency>,
    note: String,
    text: String,
}

/// Every place and every older size of every tree up to 40 leaves.
#[test]
fn go_agrees_on_every_small_tree() {
    let log = Log::numbered(&[40]);
    let sizes: Vec<u64> = (1..=40).collect();
    let places = sizes
        .iter()
        .flat_map(|size| (0..*size).map(move |index| (index, *size)))
        .collect();
    let pairs = sizes
        .iter()
        .flat_map(|new| (1..=*new).map(move |old| (old, *new)))
        .collect();
    compare(&log, &sizes, places, pairs);
}

/// Around the edges of tiles, over three levels of them.
#[test]
fn go_agrees_where_tiles_begin_and_end() {
    let log = Log::numbered(&[1000, 64_800, 300]);
    let sizes = [
        1, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 65_800, 66_100,
    ];
    let indexes = [
        0u64, 1, 254, 255, 256, 511, 512, 999, 1000, 65_279, 65_280, 65_535, 65_536, 66_099,
    ];
    let places = sizes
        .iter()
        .flat_map(|size| indexes.iter().map(move |index| (*index, *size)));
    let places = places.filter(|(index, size)| index < size).collect();
    let pairs = sizes
        .iter()
        .flat_map(|new| sizes.iter().map(move |old| (*old, *new)));
    let pairs = pairs.filter(|(old, new)| old <= new).collect();
    compare(&log, &sizes, places, pairs);
}

fn compare(log: &Log, sizes: &[u64], places: Vec<(u64, u64)>, pairs: Vec<(u64, u64)>) {
    let root_of = |size: u64| root(size, &log.tiles).expect("tiles");
    let gos_signer = Signer::from_seed("go.example/log", &[3; 32]).expect("a valid name");
    let request = Request {
        leaves: log.tree.size(),
        roots: sizes
            .iter()
            .map(|size| (*size, text(&root_of(*size))))
            .collect(),
        inclusions: places
            .iter()
            .map(|(index, size)| Inclusion {
                index: *index,
                size: *size,
                hashes: texts(&inclusion(*index, *size, &log.tiles).expect("tiles")),
            })
            .collect(),
        consistencies: pairs
            .iter()
            .map(|(old, new)| Consistency {
                old: *old,
                new: *new,
                hashes: texts(&consistency(*old, *new, &log.tiles).expect("tiles")),
            })
            .collect(),
        tiles: log
            .tiles
            .0
            .iter()
            .map(|((level, index), bytes)| {
                (
                    tile::path(*level, *index, (bytes.len() / 32) as u16),
                    STANDARD.encode(bytes),
                )
            })
            .collect(),
        key: log.key().to_string(),
        note: log.signed(),
        signer: gos_secret(&gos_signer),
    };
    let answer = ask_go(&request);

    assert_eq!(answer.roots, request.roots);
    assert_eq!(answer.text, log.checkpoint().to_text());
    assert_eq!(
        (answer.inclusions.len(), answer.consistencies.len()),
        (places.len(), pairs.len())
    );
    for proof in &answer.inclusions {
        let leaf = leaf_hash(format!("leaf {}", proof.index).as_bytes());
        let hashes = hashes(&proof.hashes);
        verify_inclusion(
            proof.index,
            proof.size,
            &leaf,
            &root_of(proof.size),
            &hashes,
        )
        .expect("Go proved it");
        assert_eq!(
            hashes,
            inclusion(proof.index, proof.size, &log.tiles).expect("tiles")
        );
    }
    for proof in &answer.consistencies {
        let (older, newer) = (root_of(proof.old), root_of(proof.new));
        let hashes = hashes(&proof.hashes);
        verify_consistency(proof.old, proof.new, &older, &newer, &hashes).expect("Go proved it");
    }
    let theirs = checkpoint::open(&answer.note, gos_signer.verifier()).expect("Go signed it");
    assert_eq!(
        (theirs.size, theirs.root),
        (log.tree.size(), log.tree.root())
    );
    assert_eq!(
        theirs.sign(&gos_signer).expect("its origin"),
        answer.note,
        "Ed25519 signs one way"
    );
}

fn ask_go(request: &Request) -> Answer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peer/go");
    let mut child = Command::new("go")
        .args(["run", "main.go"])
        .current_dir(folder)
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOFLAGS", "")
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Go is needed to check the log independently: apt-get install golang-go golang-golang-x-mod-dev");
    let mut stdin = child.stdin.take().expect("piped");
    let body = serde_json::to_vec(request).expect("JSON");
    // Go reads the whole request before it writes, so one side at a time cannot block.
    let written = stdin.write_all(&body);
    drop(stdin);
    let output = child.wait_with_output().expect("Go ends");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "Go does not accept our log (or lacks golang-golang-x-mod-dev): {complaint}"
    );
    written.expect("Go took the request");
    serde_json::from_slice(&output.stdout).expect("Go answers in JSON")
}

/// Go's form of a secret key: the seed after a type byte, under the public key's name and id.
fn gos_secret(signer: &Signer) -> String {
    let public = signer.verifier().to_string();
    let id = public.split('+').nth(1).expect("name+id+key").to_owned();
    format!(
        "PRIVATE+KEY+{}+{id}+{}",
        signer.verifier().name(),
        STANDARD.encode([[1].as_slice(), &[3; 32]].concat())
    )
}

fn text(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

fn texts(hashes: &[Hash]) -> Option<Vec<String>> {
    Some(hashes.iter().map(text).collect())
}

/// Go writes an empty proof as null.
fn hashes(texts: &Option<Vec<String>>) -> Vec<Hash> {
    let one = |text: &String| STANDARD.decode(text).ok()?.try_into().ok();
    texts
        .iter()
        .flatten()
        .map(|text| one(text).expect("a hash in base64"))
        .collect()
}
