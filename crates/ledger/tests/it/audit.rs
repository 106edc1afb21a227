//! The whole log against its storage: the first thing that differs is named.

use caduceus_ledger::checkpoint::Checkpoint;
use caduceus_ledger::{Broken, audit};
use model::Result;

use crate::world::{Log, broken, step};

/// 600 entries in three batches, a checkpoint after each.
fn kept() -> (Log, Vec<Checkpoint>) {
    let mut log = Log::new("mail.clinic.example/log");
    let mut signed = vec![log.checkpoint()];
    for batch in [100u32, 200, 300] {
        let from = log.tree.size() as u32;
        let entry = |n: u32| step((n % 250) as u8, "message.accepted", &[&format!("n={n}")]);
        log.append(
            (from..from + batch)
                .map(|n| entry(n).encode().expect("a valid entry"))
                .collect(),
        );
        signed.push(log.checkpoint());
    }
    (log, signed)
}

fn check(log: &Log, signed: &[Checkpoint]) -> Result<u64> {
    audit::check(signed, &log.tiles, &mut log.leaves.iter().cloned().map(Ok))
}

#[test]
fn a_whole_log_is_found_whole() {
    let (log, signed) = kept();
    assert_eq!(check(&log, &signed).expect("whole"), 600);
    assert_eq!(check(&log, &signed[..3]).expect("a prefix"), 300);
    assert_eq!(
        check(&log, &[]).expect("nothing signed, nothing to check"),
        0
    );
}

#[test]
fn a_changed_entry_is_named() {
    for index in [0usize, 1, 255, 256, 299, 599] {
        let (mut log, signed) = kept();
        log.leaves[index] = step(9, "message.accepted", &["forged=yes"])
            .encode()
            .expect("a valid entry");
        assert_eq!(
            broken(check(&log, &signed)),
            Some((Broken::Stored, format!("/entries/{index}")))
        );
        log.leaves[index].push(b' ');
        assert_eq!(
            broken(check(&log, &signed)),
            Some((Broken::Format, format!("/entries/{index}")))
        );
        log.leaves.truncate(index);
        assert_eq!(
            broken(check(&log, &signed)),
            Some((Broken::Stored, format!("/entries/{index}")))
        );
    }
}

#[test]
fn a_changed_tile_is_named() {
    let cases = [
        ((0, 0), 31, "/entries/0"),
        ((0, 1), 32 * 5, "/entries/261"),
        ((1, 0), 32, "/tile/1/000"),
    ];
    for (tile, byte, pointer) in cases {
        let (mut log, signed) = kept();
        log.tiles.0.get_mut(&tile).expect("it is there")[byte] ^= 1;
        assert_eq!(
            broken(check(&log, &signed)),
            Some((Broken::Stored, pointer.to_owned()))
        );
    }
    let (mut log, signed) = kept();
    log.tiles.0.remove(&(1, 0));
    assert!(check(&log, &signed).is_err());
}

/// Entries and tiles rewritten together agree with each other, but not with what was signed.
#[test]
fn a_rewritten_history_contradicts_its_checkpoints() {
    let (mut log, signed) = kept();
    let mut leaves = log.leaves.clone();
    leaves[150] = step(9, "message.accepted", &["forged=yes"])
        .encode()
        .expect("a valid entry");
    log = Log::new("mail.clinic.example/log");
    log.append(leaves);
    assert_eq!(
        broken(check(&log, &signed)),
        Some((Broken::Root, "/checkpoints/300".to_owned()))
    );

    let mut two = signed.clone();
    two.push(Checkpoint {
        root: [1; 32],
        ..signed[1].clone()
    });
    assert_eq!(
        broken(check(&log, &two)),
        Some((Broken::SplitView, "/checkpoints/100".to_owned()))
    );
}
