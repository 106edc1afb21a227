//! Whole messages: what stands outside, and what comes back.

use seal::protected::Scheme;
use seal::smime::{Cipher, Integrity, Sealing, open_message, seal_message};

use super::persons::{Counting, NURSE, PAT, believing, noon};

const MESSAGE: &[u8] = b"Received: from here by there; Sun, 22 Nov 2026 12:00:00 +0000\r\n\
From: Nurse <nurse@clinic.example>\r\n\
To: Pat <pat@mail.example>\r\n\
Subject: Your HIV test\r\n\
Thread-Topic: Your HIV test\r\n\
Message-ID: <1@clinic.example>\r\n\
MIME-Version: 1.0\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
\r\n\
Dear Pat\r\n";

#[test]
fn a_sealed_message_says_nothing_outside_and_everything_to_its_reader() {
    let to = [PAT.certificate()];
    for signer in [None, Some(&*NURSE)] {
        let how = Sealing {
            signer,
            to: &to,
            cipher: Cipher::Aes256Gcm,
            subject_outside: "Secure message",
            at: noon(),
        };
        let sealed = seal_message(MESSAGE, &how, &Counting::new()).expect("sealed");
        let shown = String::from_utf8_lossy(&sealed);
        assert!(shown.contains("Subject: Secure message\r\n"), "{shown}");
        assert!(shown.contains("To: pat@mail.example\r\n"), "{shown}");
        assert!(!shown.contains("HIV") && !shown.contains("Dear"));

        let opened = open_message(&sealed, &[&PAT], &believing(&[&NURSE]), noon()).expect("opened");
        let vouched = match signer {
            Some(_) => Integrity::Signed,
            None => Integrity::Authenticated,
        };
        assert_eq!(opened.integrity, vouched);
        assert_eq!(opened.header.scheme, Scheme::Cipher);
        assert_eq!(opened.header.subject().as_deref(), Some("Your HIV test"));
        assert!(
            opened.header.conflicts.is_empty(),
            "{:?}",
            opened.header.conflicts
        );
        assert_eq!(opened.header.hidden, ["subject", "thread-topic", "to"]);
        let message = String::from_utf8(opened.header.message()).expect("text");
        assert!(message.contains("To: Pat <pat@mail.example>\r\n"));
        assert!(message.ends_with("\r\n\r\nDear Pat\r\n"), "{message}");
        assert!(!message.contains("Received:"), "trace is not the author's");
    }
}

#[test]
fn a_signed_message_stays_readable_by_all_and_its_fields_cannot_be_swapped() {
    let how = Sealing {
        signer: Some(&*NURSE),
        to: &[],
        cipher: Cipher::Aes256Cbc,
        subject_outside: "",
        at: noon(),
    };
    let signed = seal_message(MESSAGE, &how, &Counting::new()).expect("signed");
    let shown = String::from_utf8_lossy(&signed).into_owned();
    assert!(shown.contains("Dear Pat"));
    let swapped = shown.replacen("From: Nurse <nurse@clinic", "From: Boss <boss@other", 1);
    for (message, conflicts) in [(shown, vec![]), (swapped, vec!["from"])] {
        let trust = believing(&[&NURSE]);
        let opened = open_message(message.as_bytes(), &[], &trust, noon()).expect("opened");
        assert_eq!(opened.integrity, Integrity::Signed);
        assert_eq!(opened.header.scheme, Scheme::Clear);
        assert_eq!(opened.header.conflicts, conflicts);
        let from = opened.header.from();
        assert_eq!(from.as_deref(), Some("Nurse <nurse@clinic.example>"));
    }
}
