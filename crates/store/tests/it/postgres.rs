//! What only PostgreSQL does: lost races, lost connections, encryption, several nodes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};

use model::{Code, Secret};
use sim::kit::{Cluster, Engine, Scratch, store_on};
use store::{Config, Store, tables::meta};

use crate::{Outcome, code, told};

fn config(url: String, ca_file: Option<PathBuf>, scratch: &Scratch) -> Config {
    Config::Postgres {
        url: Secret::new(url),
        ca_file,
        connections: 2,
        blob_dir: scratch.path().to_owned(),
    }
}

/// Two closures lock two rows in opposite order: the server ends one, which is run again.
#[test]
fn a_deadlock_is_run_again() -> Outcome {
    let store = store_on(Engine::Postgres);
    store.write(|tx| meta::set(tx, "a", "0"))?;
    store.write(|tx| meta::set(tx, "b", "0"))?;
    let both_hold_one = Arc::new(Barrier::new(2));
    let runs = Arc::new(AtomicU32::new(0));
    let cross = |first: &'static str, second: &'static str| {
        let (meeting, runs) = (Arc::clone(&both_hold_one), Arc::clone(&runs));
        let mut met = false;
        store.write_later(move |tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            meta::set(tx, first, "1")?;
            if !std::mem::replace(&mut met, true) {
                meeting.wait();
            }
            meta::set(tx, second, "1")
        })
    };
    let (one, other) = (cross("a", "b"), cross("b", "a"));
    one.wait()?;
    other.wait()?;
    assert!(
        runs.load(Ordering::Relaxed) > 2,
        "there was no deadlock to resolve"
    );
    Ok(())
}

/// A restart of the server costs nothing: idle connections are made anew, and a closure whose
/// connection went before its COMMIT is run again.
#[test]
fn lost_connections_are_made_anew() -> Outcome {
    let store = store_on(Engine::Postgres);
    let database = store.database().expect("PostgreSQL has one");
    for n in 0..8 {
        database.cut_connections();
        store.write(move |tx| meta::set(tx, &format!("n{n}"), "x"))?;
    }
    let url = database.url();
    let mut cut = false;
    store.write(move |tx| {
        meta::set(tx, "cut", "x")?;
        if !std::mem::replace(&mut cut, true) {
            let mut other = ::postgres::Client::connect(&url, ::postgres::NoTls).expect("connects");
            let all = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
            other.batch_execute(all).expect("the owner may");
        }
        meta::set(tx, "cut too", "x")
    })?;
    assert!(store.read(|tx| meta::find(tx, "cut"))?.is_some());
    Ok(())
}

/// A server that is away gives an error, at once, without a closure having run.
#[test]
fn a_server_that_is_away_is_unavailable() {
    let scratch = Scratch::new("away");
    let url = format!("host={} user=nobody dbname=none", scratch.path().display());
    let refused = Store::open(config(url, None, &scratch));
    assert_eq!(code(refused.map(drop)), Some(Code::StoreUnavailable));
}

/// Node two opens while node one works, on one schema.
#[test]
fn several_nodes_share_a_database() -> Outcome {
    let database = Cluster::shared().database();
    let scratch = Scratch::new("nodes");
    let open = || Store::open(config(database.url(), None, &scratch));
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(open);
        (open(), other.join().expect("no panic"))
    });
    let (one, two) = (one?, two?);
    one.write(|tx| meta::set(tx, "from", "one"))?;
    assert_eq!(
        two.read(|tx| meta::find(tx, "from"))?.as_deref(),
        Some("one")
    );
    one.close();
    two.close();
    Ok(())
}

/// Text compares by bytes on both engines, though this cluster's locale is English.
#[test]
fn text_sorts_by_bytes() {
    let store = store_on(Engine::Postgres);
    let database = store.database().expect("PostgreSQL has one");
    let by_locale = database.number(
        "SELECT count(*) FROM information_schema.columns
         WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
    );
    assert_eq!(by_locale, 0);
    let texts = database.number(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'",
    );
    assert!(texts > 0);
}

/// The server here is set to answer before the disk has it; our sessions ask for more.
#[test]
fn sessions_wait_for_the_disk() -> Outcome {
    let store = store_on(Engine::Postgres);
    let database = store.database().expect("PostgreSQL has one");
    assert_eq!(
        database.number(
            "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'"
        ),
        1
    );
    database.run("CREATE TABLE seen (setting TEXT)");
    database.run(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$",
    );
    database.run("CREATE TRIGGER note BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION note()");
    store.write(|tx| meta::set(tx, "x", "y"))?;
    assert_eq!(
        database.number("SELECT count(*) FROM seen WHERE setting = 'on'"),
        1
    );
    Ok(())
}

#[test]
fn tls_is_verified_against_the_given_authority() -> Outcome {
    let cluster = Cluster::shared();
    let database = cluster.migrated_database();
    let scratch = Scratch::new("tls");
    let store = Store::open(config(
        database.tls_url(),
        Some(cluster.ca_file()),
        &scratch,
    ))?;
    store.write(|tx| meta::set(tx, "over", "TLS"))?;
    let encrypted = database.number(
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE datname = current_database() AND ssl AND application_name = 'caduceus'",
    );
    assert!(encrypted >= 1);
    store.close();

    let stranger = scratch.path().join("stranger.pem");
    let key = rcgen::KeyPair::generate()?;
    let certificate =
        rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.self_signed(&key)?;
    std::fs::write(&stranger, certificate.pem())?;
    let refused = Store::open(config(database.tls_url(), Some(stranger), &scratch));
    assert_eq!(code(refused.map(drop)), Some(Code::StoreUnavailable));
    // The name in the certificate is localhost, so the address is not it.
    let by_address = database.tls_url().replace("@localhost:", "@127.0.0.1:");
    let refused = Store::open(config(by_address, Some(cluster.ca_file()), &scratch));
    assert_eq!(code(refused.map(drop)), Some(Code::StoreUnavailable));
    Ok(())
}

/// Patients' data does not cross a network in the clear because a setting was forgotten.
#[test]
fn a_remote_server_needs_tls_or_a_plain_word() {
    let scratch = Scratch::new("remote");
    let refuse = |url: &str| {
        Store::open(config(url.to_owned(), None, &scratch))
            .err()
            .expect("refused")
    };
    let error = refuse("postgres://u:canary-password-77@db.clinic.example/x");
    assert_eq!(error.code(), Code::ConfigInvalid);
    assert_eq!(error.pointer(), Some("/store/ca_file"));
    let garbled = refuse("postgres://u:canary-password-77@[::1/x?bogus=1");
    assert_eq!(garbled.code(), Code::ConfigInvalid);
    for error in [error, garbled] {
        assert!(!told(&error).contains("canary-password-77"));
    }
}

/// What the server says when its disk is full (SQLSTATE 53100) is our full disk, until there is
/// space again.
#[test]
fn a_full_server_is_full() -> Outcome {
    let store = store_on(Engine::Postgres);
    let database = store.database().expect("PostgreSQL has one");
    database.run(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
    );
    database.run(
        "CREATE TRIGGER full_disk BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION full_disk()",
    );
    assert_eq!(
        code(store.write(|tx| meta::set(tx, "x", "y"))),
        Some(Code::StoreFull)
    );
    database.run("DROP TRIGGER full_disk ON meta");
    store.write(|tx| meta::set(tx, "x", "y"))?;
    Ok(())
}
