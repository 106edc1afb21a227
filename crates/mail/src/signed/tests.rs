//! Which keys a letter is signed with, as it says itself.

use super::dkim_key_names;

const OURS: &str = "DKIM-Signature: v=1; a=rsa-sha256; d=clinic.example;\r\n\ts=r2026; h=from:to;\r\n bh=AA==; b=s=x\r\n";

#[test]
fn the_keys_of_the_signatures_on_top_are_named_once_each() {
    let other = OURS.replace("r2026", "e2026");
    let head = format!("{OURS}{other}{OURS}From: nurse@clinic.example\r\n\r\n");
    let wanted = [
        "r2026._domainkey.clinic.example",
        "e2026._domainkey.clinic.example",
    ];
    assert_eq!(dkim_key_names(head.as_bytes()), wanted);
}

#[test]
fn a_signature_that_came_with_the_message_is_not_ours() {
    let head = format!("Received: from x\r\n{OURS}\r\n");
    assert!(dkim_key_names(head.as_bytes()).is_empty());
}

#[test]
fn what_is_no_name_is_never_asked_for() {
    for (from, to) in [
        ("s=r2026", "s=r 2026"),
        ("s=r2026", "x=1"),
        ("d=clinic.example", "d=a/../b"),
        ("d=clinic.example;", ""),
    ] {
        let head = OURS.replace(from, to);
        assert!(dkim_key_names(head.as_bytes()).is_empty(), "{head}");
    }
    for head in ["", "\r\n", "DKIM-Signature", "DKIM-Signature:"] {
        assert!(dkim_key_names(head.as_bytes()).is_empty(), "{head}");
    }
}
