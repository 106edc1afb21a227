//! What the program refuses: wrong settings, a second process, damaged proofs. Each says what to do.

use std::io::Read;
use std::process::{Command, Stdio};

use super::program::{Installation, stderr, stdout};

#[test]
fn an_unknown_setting_names_the_nearest_known_one() {
    let made = Installation::new("refuse_setting");
    let text = std::fs::read_to_string(&made.config).expect("reads");
    std::fs::write(&made.config, text.replace("hostname", "hostnam")).expect("writes");
    let config = made.config.to_str().expect("UTF-8");
    let out = made.run(&["serve", "--config", config]);
    assert!(!out.status.success());
    assert!(
        stderr(&out).contains("did you mean `hostname`?"),
        "{}",
        stderr(&out)
    );
}

#[test]
fn a_second_process_on_the_data_folder_is_refused_and_names_the_first() {
    let made = Installation::founded("refuse_second");
    let config = made.config.to_str().expect("UTF-8");
    let mut first = Command::new(env!("CARGO_BIN_EXE_caduceus"))
        .args(["serve", "--config", config])
        .env("CADUCEUS_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut ready = [0u8; 5];
    first
        .stdout
        .as_mut()
        .expect("piped")
        .read_exact(&mut ready)
        .expect("it says ready");
    let out = made.run(&["serve", "--config", config]);
    let pid = first.id().to_string();
    first.kill().expect("kills");
    first.wait().expect("ends");
    assert!(!out.status.success());
    assert!(
        stderr(&out).contains("Another process uses this data directory"),
        "{}",
        stderr(&out)
    );
    assert!(
        stderr(&out).contains(&pid),
        "the first process is named: {}",
        stderr(&out)
    );
}

#[test]
fn a_file_that_proves_nothing_does_not_verify() {
    let made = Installation::new("refuse_proof");
    let file = made.folder.join("forged.json");
    std::fs::write(&file, "{\"format\":\"caduceus-proof/v1\"}").expect("writes");
    let out = made.run(&["verify", file.to_str().expect("UTF-8")]);
    assert!(!out.status.success());
    assert!(stdout(&out).contains("NOT VERIFIED"), "{}", stdout(&out));
}

/// While the service runs, a rotation changes nothing: neither the key file nor the pages' key.
#[test]
fn a_root_key_is_not_rotated_under_a_running_service() {
    let made = Installation::founded("refuse_rotation");
    let config = made.config.to_str().expect("UTF-8");
    let mut service = Command::new(env!("CARGO_BIN_EXE_caduceus"))
        .args(["serve", "--config", config])
        .env("CADUCEUS_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut ready = [0u8; 5];
    service
        .stdout
        .as_mut()
        .expect("piped")
        .read_exact(&mut ready)
        .expect("it says ready");
    let kept = || {
        ["root.key", "data/pages.key"]
            .map(|file| std::fs::read(made.folder.join(file)).expect("reads"))
    };
    let before = kept();
    let out = made.run(&["admin", "--config", config, "rotate-root"]);
    service.kill().expect("kills");
    service.wait().expect("ends");
    assert!(!out.status.success());
    assert!(before == kept(), "nothing was changed");
}

#[test]
fn the_key_of_the_pages_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let made = Installation::founded("pages_mode");
    let mode = || {
        let facts = std::fs::metadata(made.folder.join("data/pages.key")).expect("there");
        facts.permissions().mode() & 0o777
    };
    assert_eq!(mode(), 0o600);
    made.admin(&["rotate-root"]);
    assert_eq!(mode(), 0o600);
}

/// With organisations in the database, a missing key file is a loss to be told, not a first start.
#[test]
fn postgres_with_data_and_without_its_key_is_refused() {
    let store = sim::kit::store_on(sim::kit::Engine::Postgres);
    let store::Config::Postgres { url, .. } = store.config() else {
        panic!("the kit gave another engine");
    };
    let made = Installation::new("refuse_postgres");
    let url_file = made.folder.join("url");
    std::fs::write(&url_file, url.expose()).expect("writes");
    let text = format!(
        "hostname = \"mail.clinic.example\"\nportal_url = \"http://127.0.0.1:1\"\n\
         [store]\nengine = \"postgres\"\nurl_file = \"{1}\"\nblob_dir = \"{0}/blobs\"\n[keys]\nroot_file = \"{0}/root.key\"\n",
        made.folder.display(),
        url_file.display()
    );
    std::fs::write(&made.config, text).expect("writes");
    made.admin(&["organisation-create", "--name", "Test Clinic"]);
    std::fs::remove_file(made.key()).expect("the first start made it");
    let config = made.config.to_str().expect("UTF-8");
    let out = made.run(&["admin", "--config", config, "organisation-list"]);
    assert!(
        !out.status.success() && !made.key().exists(),
        "a new key would hide the loss"
    );
    assert!(stderr(&out).contains("root.key"), "{}", stderr(&out));
}
