//! C2SP tlog-tiles: names, layout, entry bundles.

use std::collections::BTreeSet;

use caduceus_ledger::Broken;
use caduceus_ledger::tile::{append_to_tiles, bundle_path, decode_bundle, encode_bundle, path};
use caduceus_ledger::tree::{inclusion, root};
use model::Code;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{Log, Tiles, broken};

#[test]
fn names_are_those_of_the_standard() {
    assert_eq!(path(0, 0, 256), "tile/0/000");
    assert_eq!(path(0, 0, 1), "tile/0/000.p/1");
    assert_eq!(path(1, 999, 255), "tile/1/999.p/255");
    assert_eq!(path(2, 1_234_067, 256), "tile/2/x001/x234/067");
    assert_eq!(path(63, 1_000, 17), "tile/63/x001/000.p/17");
    assert_eq!(bundle_path(1_234_067, 256), "tile/entries/x001/x234/067");
    assert_eq!(bundle_path(0, 112), "tile/entries/000.p/112");
}

/// The standard's own example: 273 full tiles of level 0 and one of 112, one full and one of 17 on
/// level 1, one of width 1 on level 2.
#[test]
fn a_tree_of_70000_lies_as_the_standard_says() {
    let log = Log::numbered(&[70_000]);
    let widths = |level: u8| -> Vec<usize> {
        log.tiles
            .0
            .range((level, 0)..=(level, u64::MAX))
            .map(|(_, bytes)| bytes.len() / 32)
            .collect()
    };
    assert_eq!(widths(0), [vec![256; 273], vec![112]].concat());
    assert_eq!(widths(1), [256, 17]);
    assert_eq!(widths(2), [1]);
    assert_eq!(log.tiles.0.len(), 277);
}

#[test]
fn only_tiles_that_changed_are_written() {
    let log = Log::numbered(&[600]);
    let writes =
        append_to_tiles(600, &[[0; 32]; 200], &log.tiles).expect("the right edge is there");
    let touched: BTreeSet<_> = writes.iter().map(|w| (w.level, w.index, w.width)).collect();
    assert_eq!(
        touched,
        BTreeSet::from([(0, 2, 256), (0, 3, 32), (1, 0, 3)])
    );
    assert_eq!(
        append_to_tiles(600, &[], &log.tiles).expect("nothing to do"),
        []
    );
}

#[test]
fn a_tile_of_the_wrong_size_is_named() {
    let mut log = Log::numbered(&[600]);
    assert!(append_to_tiles(600, &[[0; 32]], &Tiles::default()).is_err());

    struct Short(Tiles);
    impl caduceus_ledger::tree::TileSource for Short {
        fn tile(&self, level: u8, index: u64, width: u16) -> model::Result<Vec<u8>> {
            self.0.tile(level, index, width).map(|mut bytes| {
                bytes.pop();
                bytes
            })
        }
    }
    let short = Short(std::mem::take(&mut log.tiles));
    let expected = Some((Broken::Tile, "/tile/0/002.p/88".to_owned()));
    assert_eq!(broken(append_to_tiles(600, &[[0; 32]], &short)), expected);
    assert_eq!(
        broken(inclusion(599, 600, &short)).map(|(what, _)| what),
        Some(Broken::Tile)
    );
}

#[test]
fn a_bundle_holds_256_entries_of_16_bit_length() {
    let longest = vec![7; 65_535];
    let bytes = encode_bundle(&[&longest, b"", b"x"]).expect("within the limits");
    assert_eq!(
        decode_bundle(&bytes).expect("our own"),
        [longest, vec![], b"x".to_vec()]
    );
    let code = |result: model::Result<Vec<u8>>| result.err().map(|e| e.code());
    assert_eq!(
        code(encode_bundle(&[&[7; 65_536]])),
        Some(Code::FieldInvalid)
    );
    assert_eq!(
        code(encode_bundle(&[b"".as_slice(); 257])),
        Some(Code::FieldInvalid)
    );
    assert_eq!(
        decode_bundle(&[0; 512]).expect("256 empty entries").len(),
        256
    );
    assert_eq!(
        broken(decode_bundle(&[0; 514])),
        Some((Broken::Format, "/256".to_owned()))
    );
}

proptest! {
    #[test]
    fn bundles_come_back_as_they_went_and_every_cut_is_noticed(entries in vec(vec(any::<u8>(), 0..300), 0..20)) {
        let parts: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        let bytes = encode_bundle(&parts).expect("within the limits");
        prop_assert_eq!(&decode_bundle(&bytes).expect("our own"), &entries);
        if let Some(last) = entries.last() {
            for cut in 1..last.len() + 2 {
                prop_assert!(decode_bundle(&bytes[..bytes.len() - cut]).is_err());
            }
        }
    }

    /// How the sequencer cuts its batches must not show.
    #[test]
    fn batches_leave_no_trace(batches in vec(0u64..700, 1..6)) {
        let total = batches.iter().sum();
        let (one, many) = (Log::numbered(&[total]), Log::numbered(&batches));
        prop_assert_eq!(&one.tiles.0, &many.tiles.0);
        prop_assert_eq!(one.tree.root(), root(total, &many.tiles).expect("tiles"));
    }
}
