//! What is written to files on the server.

use std::os::unix::fs::PermissionsExt;

use super::program::{Installation, stderr};

/// It names people: nobody else on the machine reads it, and nothing that is there already is written over.
#[test]
fn an_export_is_its_owners_alone() {
    let made = Installation::founded("export_private");
    for n in 0..3 {
        let address = format!("lee{n}@peer.example");
        let words = ["--address", &address, "--stream", "marketing"];
        made.admin(&[&["suppressions", "add"], words.as_slice()].concat());
    }
    let file = made.folder.join("suppressed.csv");
    let name = file.to_str().expect("UTF-8");
    let said = made.admin(&["suppressions", "export", name]);
    assert_eq!(said["rows"], "3");
    let mode = std::fs::metadata(&file)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).expect("reads");
    assert_eq!(text.lines().count(), 4);
    assert!(
        text.starts_with("address,stream,reason,expires_at\r\n"),
        "{text}"
    );

    let config = made.config.to_str().expect("UTF-8");
    let again = made.run(&["admin", "--config", config, "suppressions", "export", name]);
    assert!(!again.status.success());
    assert!(
        stderr(&again).contains("cannot write"),
        "{}",
        stderr(&again)
    );
    assert_eq!(std::fs::read_to_string(&file).expect("reads"), text);
}
