//! Blobs: whole or absent, under one name once.

use std::fs;

use model::Code;
use model::seams::Blobs;
use sim::kit::Scratch;
use store::{FolderBlobs, MemoryBlobs};

use crate::{Outcome, code};

fn keeps_each_name_once(blobs: &dyn Blobs) -> Outcome {
    let name = "blb_01KAN2QX8C6F8Q0Z5V5B5T7Y9A";
    blobs.put(name, b"sealed")?;
    assert_eq!(code(blobs.put(name, b"other")), Some(Code::StateConflict));
    assert_eq!(blobs.load(name)?, b"sealed");
    blobs.remove(name)?;
    blobs.remove(name)?;
    assert_eq!(code(blobs.load(name)), Some(Code::StoredDataInvalid));
    blobs.put(name, b"")?;
    assert_eq!(blobs.load(name)?, b"");
    Ok(())
}

#[test]
fn memory_keeps_each_name_once() -> Outcome {
    keeps_each_name_once(&MemoryBlobs::default())
}

#[test]
fn a_folder_keeps_each_name_once() -> Outcome {
    let scratch = Scratch::new("blobs");
    keeps_each_name_once(&FolderBlobs::open(&scratch.path().join("blobs"))?)
}

/// A crash between writing and naming leaves a file that the next start removes.
#[test]
fn what_a_crash_left_unfinished_goes() -> Outcome {
    let scratch = Scratch::new("blobs");
    let dir = scratch.path().join("blobs");
    FolderBlobs::open(&dir)?.put("blb_AA", b"whole")?;
    fs::write(dir.join("unfinished/blb_BB"), b"ha")?;
    let blobs = FolderBlobs::open(&dir)?;
    assert_eq!(fs::read_dir(dir.join("unfinished"))?.count(), 0);
    assert_eq!(blobs.load("blb_AA")?, b"whole");
    blobs.put("blb_BB", b"whole now")?;
    Ok(())
}

/// Names come from ids only; a path would lead outside.
#[test]
fn a_name_that_is_not_an_id_is_refused() -> Outcome {
    let scratch = Scratch::new("blobs");
    let blobs = FolderBlobs::open(scratch.path())?;
    for name in ["", "a", "../x", "a/b", "a.b", "é1", &"a".repeat(101)] {
        assert_eq!(code(blobs.put(name, b"x")), Some(Code::Internal), "{name}");
        assert_eq!(code(blobs.load(name)), Some(Code::Internal), "{name}");
    }
    Ok(())
}
