//! Who may open a data directory, and what a copy of it shows.

use std::fs;
use std::path::Path;

use model::{Code, Secret};
use sim::kit::{Engine, Scratch, store_on};
use store::{Config, Store, tables::meta};

use crate::durability::Durable;
use crate::{Outcome, code, told};

#[test]
fn a_second_process_is_refused_and_told_who_is_there() -> Outcome {
    let scratch = Scratch::new("lock");
    let mut first = Durable::start(scratch.path(), 1);
    first.wait_for("done");
    let config = Config::Sqlite {
        dir: scratch.path().to_owned(),
        page_key: Secret::new([7; 32]),
    };
    let refused = Store::open(config.clone()).err().expect("it is in use");
    assert_eq!(refused.code(), Code::StoreLocked);
    let told = told(&refused);
    assert!(
        told.contains(&format!("process {} ", first.pid())),
        "{told}"
    );

    first.kill();
    Store::open(config)?.close();
    Ok(())
}

#[test]
fn another_page_key_opens_nothing() -> Outcome {
    let store = store_on(Engine::Sqlite);
    store.write(|tx| meta::set(tx, "here", "x"))?;
    let Config::Sqlite { dir, .. } = store.config().clone() else {
        panic!("asked for SQLite")
    };
    (*store).clone().close();
    let refused = Store::open(Config::Sqlite {
        dir,
        page_key: Secret::new([8; 32]),
    });
    assert_eq!(code(refused.map(drop)), Some(Code::KeyWrong));
    let reopened = Store::open(store.config().clone())?;
    assert!(reopened.read(|tx| meta::find(tx, "here"))?.is_some());
    Ok(())
}

/// Pages are encrypted in the database and in its log, before and after a checkpoint.
#[test]
fn no_file_shows_what_is_stored() -> Outcome {
    let mut store = store_on(Engine::Sqlite);
    let canary = "canary-page-content-5517";
    store.write(move |tx| meta::set(tx, "planted", canary))?;
    assert_absent(store.dir(), canary.as_bytes());
    store.reopen();
    assert_absent(store.dir(), canary.as_bytes());
    assert_eq!(
        store.read(|tx| meta::find(tx, "planted"))?.as_deref(),
        Some(canary)
    );
    Ok(())
}

#[test]
fn files_belong_to_their_owner_alone() -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    let store = store_on(Engine::Sqlite);
    store.write(|tx| meta::set(tx, "x", "y"))?;
    let dir = store.dir().join("data");
    assert_eq!(fs::metadata(&dir)?.permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&dir)? {
        let mode = entry?.metadata()?.permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    Ok(())
}

fn assert_absent(dir: &Path, canary: &[u8]) {
    for entry in fs::read_dir(dir).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            assert_absent(&path, canary);
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        assert!(
            !bytes.windows(canary.len()).any(|w| w == canary),
            "{} shows it",
            path.display()
        );
    }
}
