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
