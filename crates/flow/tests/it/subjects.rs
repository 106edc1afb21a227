//! What a subject tells: to the way, to a locked screen, to its reader.

use flow::{Letter, OutLetter};
use model::{Method, Outcome};

use crate::clinic::Clinic;
use crate::letters::{letter, octets};
use crate::on_disk;

const TELLING: &str = "SSN 536-90-4399 and your diabetes";

/// As it travels to one reader, by verified TLS.
fn sent(clinic: &Clinic, subject: &str, text: &str) -> OutLetter {
    let draft = Letter {
        subject: subject.to_owned(),
        text: Some(text.to_owned()),
        ..letter(&["pat@peer.example"])
    };
    let receipt = clinic.submit(&clinic.staff, draft).expect("accepted");
    assert_eq!(receipt.recipients[0].method, Method::Tls);
    clinic.work();
    clinic.deliver(Outcome::Accepted)
}

on_disk! {
    /// Verified TLS ends at the next server; lists, logs and locked screens come after it.
    fn a_subject_that_tells_is_read_in_the_message_and_not_above_it(store) {
        let clinic = Clinic::open(store);
        let bytes = octets(&sent(&clinic, TELLING, "Hello Pat."));
        let message = mail::parse(&bytes)?;
        assert_eq!(message.subject(), Some("Message"));
        let head = String::from_utf8_lossy(&bytes[..mail::header_block_end(&bytes)]).into_owned();
        assert!(!head.contains("536") && !head.contains("diabetes"), "{head}");
        let texts: Vec<String> = message.texts().into_iter().map(|text| text.text).collect();
        assert!(texts.iter().any(|text| text.contains("Hello Pat.")), "{texts:?}");
        assert!(texts.iter().any(|text| text.contains(TELLING)), "nothing is lost: {texts:?}");
    }

    /// What only the text tells leaves the subject alone.
    fn a_subject_that_tells_nothing_stays(store) {
        let clinic = Clinic::open(store);
        let bytes = octets(&sent(&clinic, "Your visit", "Your SSN is 536-90-4399."));
        let message = mail::parse(&bytes)?;
        assert_eq!(message.subject(), Some("Your visit"));
        assert_eq!(message.texts().into_iter().filter(|text| text.text.contains("visit")).count(), 1);
    }
}
