//! `doctor` explains a missing, readable or wrong key, and a tampered audit log, before they hurt.

use super::program::{Installation, stdout};

#[test]
fn a_healthy_installation_is_told_so() {
    let made = Installation::founded("doctor_healthy");
    let out = made.doctor();
    assert!(out.status.success(), "{}", stdout(&out));
    assert!(stdout(&out).contains("entries verify"), "{}", stdout(&out));
}

#[test]
fn a_missing_key_is_named_with_its_path_and_never_made_anew() {
    let made = Installation::founded("doctor_missing");
    std::fs::remove_file(made.key()).expect("the key was there");
    let out = made.doctor();
    assert!(!out.status.success());
    assert!(
        stdout(&out).contains("The root key is missing"),
        "{}",
        stdout(&out)
    );
    assert!(stdout(&out).contains("root.key"));
    let config = made.config.to_str().expect("UTF-8").to_owned();
    let out = made.run(&["admin", "--config", &config, "organisation-list"]);
    assert!(
        !out.status.success() && !made.key().exists(),
        "a new key would hide the loss"
    );
}

#[test]
fn a_key_others_can_read_is_refused() {
    let made = Installation::founded("doctor_readable");
    made.set_key_mode(0o644);
    let out = made.doctor();
    assert!(!out.status.success());
    assert!(
        stdout(&out).contains("can be read by others"),
        "{}",
        stdout(&out)
    );
}

#[test]
fn another_installations_key_is_recognised_as_wrong() {
    let (made, other) = (
        Installation::founded("doctor_wrong"),
        Installation::founded("doctor_other"),
    );
    std::fs::copy(other.key(), made.key()).expect("copies");
    made.set_key_mode(0o600);
    let out = made.doctor();
    assert!(!out.status.success());
    assert!(
        stdout(&out).contains("does not open this data"),
        "{}",
        stdout(&out)
    );
}

#[test]
fn rotations_keep_everything_readable() {
    let made = Installation::founded("doctor_rotated");
    made.admin(&["domain-add", "--name", "clinic.example"]);
    made.admin(&["rotate-root"]);
    made.admin(&["rotate-organisation"]);
    let out = made.doctor();
    assert!(out.status.success(), "{}", stdout(&out));
}
