//! Folders on disk: Maildir and files of any kind.

use std::fs;
use std::path::{Path, PathBuf};

use caduceus_records::import::{Import, Limits, Problem};

use crate::kit::{case, text};

/// A folder beneath the build's own, empty at the beginning.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).expect("old folder goes");
    }
    fs::create_dir_all(&path).expect("folder");
    path
}

fn put(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
    fs::write(path, content).expect("written");
}

#[test]
fn a_maildir_with_its_folders() {
    let root = folder("maildir");
    for sub in ["", ".Sent.2019/", ".Lab results/"] {
        for kind in ["new", "cur", "tmp"] {
            fs::create_dir_all(root.join(format!("{sub}{kind}"))).expect("folder");
        }
    }
    let letter = |subject: &str| format!("From: a@b\nSubject: {subject}\n\nx\n");
    put(
        &root,
        "cur/1546852087.M1P2.host:2,RS",
        letter("one").as_bytes(),
    );
    put(&root, "new/1546852099.M2P2.host", letter("two").as_bytes());
    put(
        &root,
        "tmp/1546852100.M3P2.host",
        letter("never").as_bytes(),
    );
    put(&root, ".Sent.2019/cur/17;2,FPT", letter("three").as_bytes());
    put(
        &root,
        ".Lab results/new/1546852101.x",
        b"no header at all\n",
    );
    let found: Vec<_> = Import::of_folder(&root, Limits::default())
        .expect("opens")
        .collect();
    let places: Vec<_> = found
        .iter()
        .map(|one| (one.place.folder.as_str(), one.place.number))
        .collect();
    assert_eq!(
        places,
        [("Lab results", 1), ("Sent/2019", 1), ("", 1), ("", 1)]
    );
    assert_eq!(text(&found[0]), "no header at all\n");
    let three = found[1].flags;
    assert!(three.flagged && three.forwarded && three.deleted && !three.read);
    assert_eq!(found[1].received_at, None);
    assert!(found[2].flags.read && found[2].flags.answered);
    assert_eq!(
        found[2].received_at.expect("seconds").rfc3339(),
        "2019-01-07T09:08:07.000Z"
    );
    assert_eq!(found[3].flags, Default::default());
    assert!(found.iter().all(|one| one.problems.is_empty()));
}

#[test]
fn a_folder_of_files_by_what_they_are() {
    let root = folder("files");
    for name in [
        "alone.eml",
        "apple.emlx",
        "takeout.mbox",
        "note.txt",
        "empty.mbox",
    ] {
        put(&root, &format!("Mail/2019/{name}.dat"), &case(name));
    }
    std::os::unix::fs::symlink("/etc", root.join("Mail/outside")).expect("link");
    let found: Vec<_> = Import::of_folder(&root, Limits::default())
        .expect("opens")
        .collect();
    let messages = found.iter().filter(|one| !one.octets.is_empty());
    let files: Vec<_> = messages.map(|one| one.place.file.as_str()).collect();
    let wanted = ["alone.eml", "apple.emlx", "takeout.mbox", "takeout.mbox"];
    assert_eq!(files, wanted.map(|name| format!("Mail/2019/{name}.dat")));
    assert!(found.iter().all(|one| one.place.folder.starts_with("Mail")));
    let problems: Vec<_> = found.iter().flat_map(|one| one.problems.clone()).collect();
    assert_eq!(problems, [Problem::Empty, Problem::NotMail, Problem::Link]);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    assert!(Import::of_folder(Path::new("/nowhere/at/all"), Limits::default()).is_err());
}
