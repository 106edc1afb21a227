//! Create, load, rotate, retire; refuse what is missing, readable by others or not a key file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use caduceus_vault::{FileRoot, SystemRng};
use model::seams::Vault;
use model::{Code, Secret};

/// An empty folder of its own for each test, gone afterwards.
struct Folder(PathBuf);

impl std::ops::Deref for Folder {
    type Target = Path;
    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn folder(test: &str) -> Folder {
    let path =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("vault-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a test folder can be made");
    Folder(path)
}

fn refusal(path: &Path) -> Option<Code> {
    FileRoot::load(path).err().map(|e| e.code())
}

#[test]
fn a_created_key_is_private_and_loads_again() {
    let dir = folder("create");
    let path = dir.join("root.key");
    let made = FileRoot::create(&path, &SystemRng).expect("a free name");
    let meta = fs::metadata(&path).expect("the file is there");
    assert_eq!(meta.mode() & 0o7777, 0o600);
    assert_eq!(meta.nlink(), 1, "no second name leads to the key");
    assert_eq!(
        fs::read_dir(path.parent().expect("a folder"))
            .expect("readable")
            .count(),
        1,
        "nothing left beside it"
    );

    let key = Secret::new([42; 32]);
    let wrapped = made.wrap(b"org", &key, &SystemRng).expect("wrapping works");
    let loaded = FileRoot::load(&path).expect("what was created loads");
    assert_eq!(loaded.fingerprint(), made.fingerprint());
    assert_eq!(
        loaded
            .unwrap(b"org", &wrapped)
            .expect("the same key")
            .expose(),
        key.expose()
    );
}

#[test]
fn creating_never_overwrites() {
    let dir = folder("twice");
    let path = dir.join("root.key");
    FileRoot::create(&path, &SystemRng).expect("a free name");
    let before = fs::read(&path).expect("readable");
    let again = FileRoot::create(&path, &SystemRng).expect_err("the name is taken");
    assert_eq!(again.code(), Code::StateConflict);
    assert_eq!(fs::read(&path).expect("readable"), before);
}

#[test]
fn two_who_create_at_once_agree_on_one_key() {
    let dir = folder("race");
    let path = dir.join("root.key");
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| FileRoot::create(&path, &SystemRng).is_ok()))
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .collect()
    });
    assert_eq!(outcomes.iter().filter(|made| **made).count(), 1);
    FileRoot::load(&path).expect("whole");
}

#[test]
fn a_crash_before_the_name_was_given_does_no_harm() {
    let dir = folder("crash");
    let path = dir.join("root.key");
    fs::write(dir.join(".root.key.new"), "caduceus-root-key/v1\nhalf").expect("writable");
    assert_eq!(refusal(&path), Some(Code::KeyMissing));
    FileRoot::create(&path, &SystemRng).expect("the remains are cleared away");
    assert!(!dir.join(".root.key.new").exists());
}

#[test]
fn what_is_missing_is_said_to_be_missing() {
    let dir = folder("missing");
    assert_eq!(refusal(&dir.join("root.key")), Some(Code::KeyMissing));
    let no_folder = FileRoot::create(dir.join("absent/root.key"), &SystemRng);
    assert_eq!(no_folder.err().map(|e| e.code()), Some(Code::KeyMissing));
}

#[test]
fn any_permission_of_others_is_refused() {
    let dir = folder("mode");
    let path = dir.join("root.key");
    FileRoot::create(&path, &SystemRng).expect("a free name");
    for mode in [
        0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666, 0o777,
    ] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("our file");
        assert_eq!(refusal(&path), Some(Code::KeyPermissions), "mode {mode:o}");
        let rotated = FileRoot::rotate(&path, &SystemRng).err().map(|e| e.code());
        assert_eq!(rotated, Some(Code::KeyPermissions), "mode {mode:o}");
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("our file");
        assert_eq!(refusal(&path), None, "mode {mode:o}");
    }
}

/// Only root can give a file away, so only root can see this refusal; others prove the mirror image
/// on a private file of root's, which they cannot even open.
#[test]
fn another_owner_is_refused() {
    let dir = folder("owner");
    let path = dir.join("root.key");
    FileRoot::create(&path, &SystemRng).expect("a free name");
    let refused = if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&path, Some(12_345), None).expect("root may give a file away");
        refusal(&path)
    } else {
        refusal(Path::new("/etc/shadow"))
    };
    assert_eq!(refused, Some(Code::KeyPermissions));
}

#[test]
fn every_changed_byte_of_the_file_is_noticed() {
    let dir = folder("flip");
    let path = dir.join("root.key");
    FileRoot::create(&path, &SystemRng).expect("a free name");
    let whole = fs::read(&path).expect("readable");
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).expect("our file");
        assert_eq!(refusal(&path), Some(Code::KeyWrong), "byte {at}");
        fs::write(&path, &whole[..at]).expect("our file");
        assert_eq!(refusal(&path), Some(Code::KeyWrong), "cut at {at}");
    }
}

#[test]
fn other_things_under_the_name_are_refused_without_waiting() {
    let dir = folder("things");
    let pipe = dir.join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR)
        .expect("a pipe can be made");
    assert_eq!(refusal(&pipe), Some(Code::KeyWrong));
    assert_eq!(refusal(&dir), Some(Code::KeyWrong));
}

#[test]
fn rotation_adds_a_key_and_retiring_removes_an_old_one() {
    let dir = folder("rotate");
    let path = dir.join("root.key");
    let first = FileRoot::create(&path, &SystemRng).expect("a free name");
    let key = Secret::new([7; 32]);
    let wrapped = first
        .wrap(b"org", &key, &SystemRng)
        .expect("wrapping works");

    let second = FileRoot::rotate(&path, &SystemRng).expect("rotation works");
    assert_eq!(
        second.fingerprints(),
        vec![second.fingerprint(), first.fingerprint()]
    );
    assert_ne!(second.fingerprint(), first.fingerprint());
    assert_eq!(
        second
            .unwrap(b"org", &wrapped)
            .expect("the old key is kept")
            .expose(),
        key.expose()
    );
    assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);

    let retire = |name: &str| FileRoot::retire(&path, name).err().map(|e| e.code());
    assert_eq!(retire("0000000000000000"), Some(Code::NotFound));
    assert_eq!(retire(&second.fingerprint()), Some(Code::StateConflict));
    assert_eq!(retire(&first.fingerprint()), None);

    let left = FileRoot::load(&path).expect("whole");
    assert_eq!(left.fingerprints(), vec![second.fingerprint()]);
    assert_eq!(
        left.unwrap(b"org", &wrapped).err().map(|e| e.code()),
        Some(Code::KeyWrong)
    );
}

#[test]
fn neither_debug_nor_errors_show_the_key() {
    let dir = folder("debug");
    let path = dir.join("root.key");
    let made = FileRoot::create(&path, &SystemRng).expect("a free name");
    let text = fs::read_to_string(&path).expect("readable");
    let secret = text
        .lines()
        .nth(1)
        .and_then(|l| l.split(' ').nth(1))
        .expect("a key line")
        .to_owned();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &secret)
        .expect("base64");
    fs::write(&path, text.replace(&secret[..4], "!!!!")).expect("our file");
    let error = FileRoot::load(&path).expect_err("damaged");
    for shown in [
        format!("{made:?}"),
        format!("{error:?}"),
        format!("{error}"),
    ] {
        assert!(
            !shown.contains(&secret[4..20]) && !shown.contains(&hex::encode(&bytes[..8])),
            "{shown}"
        );
    }
}
