//! Protected header fields, written and read (RFC 9788), and those of older programs.

use seal::protected::{Scheme, read, wrap, wrap_clear};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_subject_is_inside_and_what_stands_outside_is_said_inside() {
    let message = b"From: nurse@clinic.example\nBcc: audit@clinic.example\nSubject: Biopsy\nKeywords: cancer\nX-Note: positive\nSubject: Again\nContent-Type: text/plain\n\nHello\n";
    let made = wrap(message, "Secure message");
    assert_eq!(
        text(&made.outer),
        "From: nurse@clinic.example\r\nBcc: audit@clinic.example\r\nSubject: Secure message\r\n"
    );
    assert_eq!(
        text(&made.entity),
        "From: nurse@clinic.example\r\nSubject: Biopsy\r\nKeywords: cancer\r\nX-Note: positive\r\nSubject: Again\r\n\
         HP-Outer: From: nurse@clinic.example\r\nHP-Outer: Subject: Secure message\r\n\
         Content-Type: text/plain;\r\n hp=\"cipher\"; protected-headers=\"v1\"\r\n\r\nHello\r\n"
    );
}

#[test]
fn a_message_that_is_signed_only_says_the_same_inside_and_outside() {
    let made = wrap_clear(b"From: a@x.example\r\nSubject: Hours\r\n\r\nopen\r\n");
    assert_eq!(text(&made.outer), "From: a@x.example\r\nSubject: Hours\r\n");
    let found = read(&made.outer, &made.entity);
    assert_eq!(found.scheme, Scheme::Clear);
    assert!(found.conflicts.is_empty() && found.hidden.is_empty());
}

#[test]
fn marks_that_a_sender_made_up_do_not_survive() {
    let message = b"From: a@x.example\r\nHP-Outer: Subject: forged\r\nSubject: S\r\nContent-Type: text/plain; hp=clear; charset=\"utf-8\"\r\n\r\nx\r\n";
    let made = wrap(message, "...");
    let entity = text(&made.entity);
    assert!(
        !entity.contains("forged") && !entity.contains("hp=clear"),
        "{entity}"
    );
    assert!(
        entity.contains("charset=utf-8;\r\n hp=\"cipher\""),
        "{entity}"
    );
}

#[test]
fn a_subject_of_many_letters_is_written_in_words_that_fit() {
    let made = wrap(b"Subject: x\r\n\r\n", &"Mensaje médico ".repeat(12));
    let outer = text(&made.outer);
    assert!(outer.is_ascii(), "{outer}");
    assert!(outer.lines().all(|line| line.len() <= 78), "{outer}");
    let forged = wrap(b"Subject: x\r\n\r\n", "a\r\nBcc: everyone@x.example");
    assert_eq!(
        text(&forged.outer),
        "Subject: a  Bcc: everyone@x.example\r\n"
    );
}

#[test]
fn what_somebody_changed_on_the_way_is_named_and_not_shown() {
    let made = wrap(
        b"From: a@x.example\r\nTo: b@x.example\r\nSubject: Real\r\n\r\nx\r\n",
        "...",
    );
    let outer = text(&made.outer);
    for (changed, named) in [
        (outer.clone(), vec![]),
        (outer.replace("a@x", "evil@x"), vec!["from"]),
        (
            outer.replace("Subject: ...", "Subject: Urgent"),
            vec!["subject"],
        ),
        (outer.replace("To: b@x.example\r\n", ""), vec!["to"]),
        (format!("Received: by mx.example\r\n{outer}"), vec![]),
    ] {
        let found = read(changed.as_bytes(), &made.entity);
        assert_eq!(found.conflicts, named, "{changed}");
        assert_eq!(found.subject().as_deref(), Some("Real"));
        assert_eq!(found.from().as_deref(), Some("a@x.example"));
    }
}

#[test]
fn older_conventions_are_read() {
    let outer = b"From: a@x.example\r\nSubject: ...\r\n";
    let older = b"From: a@x.example\r\nSubject: Real\r\nContent-Type: text/plain; protected-headers=\"v1\"\r\n\r\nx\r\n";
    let wrapped = b"Content-Type: message/rfc822; forwarded=no\r\n\r\nFrom: a@x.example\r\nSubject: Real\r\n\r\nx\r\n";
    for (entity, scheme) in [(&older[..], Scheme::Older), (&wrapped[..], Scheme::Wrapped)] {
        let found = read(outer, entity);
        assert_eq!(found.scheme, scheme);
        assert_eq!(found.subject().as_deref(), Some("Real"));
        assert!(found.conflicts.is_empty());
        assert_eq!(found.hidden, ["subject"]);
        assert!(text(&found.message()).ends_with("\r\n\r\nx\r\n"));
    }
    let bare = read(
        outer,
        b"Content-Type: text/plain\r\nSubject: not marked\r\n\r\nx\r\n",
    );
    assert_eq!(bare.scheme, Scheme::None);
    assert_eq!(bare.subject().as_deref(), Some("..."));
}

#[test]
fn a_copy_for_older_readers_is_not_shown_twice() {
    let part =
        "Content-Type: text/plain; hp-legacy-display=1\r\n\r\nSubject: Real\r\n\r\nDear Pat\r\n";
    let alternative = format!(
        "Subject: Real\r\nContent-Type: multipart/alternative; boundary=b; hp=cipher\r\n\r\n--b\r\n{part}--b--\r\n"
    );
    let alone = format!(
        "Subject: Real\r\n{}",
        part.replace("; hp-", "; hp=cipher; hp-")
    );
    for entity in [alternative, alone] {
        let message = text(&read(b"", entity.as_bytes()).message());
        assert_eq!(message.matches("Subject: Real").count(), 1, "{message}");
        assert!(message.contains("\r\n\r\nDear Pat\r\n"), "{message}");
    }
}
