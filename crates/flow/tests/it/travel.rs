//! What of a message travels, and what is added to it on the way.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use model::Outcome;

use crate::clinic::{Clinic, DEFERRED, REFUSED};
use crate::letters::{PLAIN, arrival, letter, noise, octets};
use crate::on_disk;

/// What a reader of `text` may make of it: itself, and each run of letters taken for base64 or hex.
fn readings(text: &str) -> Vec<String> {
    let mut found = vec![text.to_ascii_lowercase()];
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
    for run in text.split(|c| !is_part(c)).filter(|run| run.len() >= 4) {
        for skip in 0..4.min(run.len()) {
            let (run, whole) = (&run[skip..], (run.len() - skip) / 4 * 4);
            let decoded = STANDARD.decode(&run[..whole]);
            let decoded = decoded.or_else(|_| URL_SAFE.decode(&run[..whole]));
            let octets = decoded.into_iter().chain(hex::decode(run).ok());
            found.extend(octets.map(|o| String::from_utf8_lossy(&o).to_ascii_lowercase()));
        }
    }
    found
}

on_disk! {
    /// Whoever has both copies sees one message: the same Message-ID, and octet for octet the same.
    fn a_retry_after_silence_is_the_same_message(store) {
        let clinic = Clinic::open(store).signing();
        clinic.send(&["lee@peer.example"]);
        let first = clinic.deliver(Outcome::Ambiguous);
        clinic.wait();
        let second = clinic.deliver(Outcome::Accepted);
        assert!(octets(&first) == octets(&second));
        assert_eq!(first.sent_sha256, second.sent_sha256);
        let sent = octets(&first);
        assert!(mail::parse(&sent)?.header("message-id").is_some());
    }

    /// Stalwart #230: a report without a signature is rubbish to whoever checks.
    fn a_report_is_signed(store) {
        let clinic = Clinic::open(store).signing();
        clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
        clinic.deliver(REFUSED);
        let report = clinic.letter(&clinic.take_one());
        let octets = octets(&report);
        let message = mail::parse(&octets)?;
        assert!(report.from.is_none() && message.header("from").is_some());
        let signature = message.header("dkim-signature").expect("a signature");
        assert!(signature.contains("d=clinic.example"), "{signature}");
    }

    /// KumoMTA's X-KumoRef holds the recipient in base64. What we add says nothing, in no encoding.
    fn nothing_added_names_a_recipient(store) {
        let clinic = Clinic::open(store).taking_mail(false).signing();
        let to = [("kanarilee@peer.example", ""), ("kanarikim@peer.example", "")];
        clinic.arrive(arrival(&to, PLAIN))?;
        let jobs = clinic.take();
        assert_eq!(jobs.len(), 2);
        for job in jobs {
            let letter = clinic.letter(&job);
            let sent = octets(&letter);
            let content = PLAIN.replace('\n', "\r\n");
            let added = String::from_utf8_lossy(&sent).replace(&content, "");
            assert!(added.contains("DKIM-Signature:") && added.contains("Received:"), "{added}");
            let path = letter.from.as_ref().expect("a return path").as_str().to_owned();
            for reading in readings(&added).iter().chain(&readings(&path)) {
                assert!(!reading.contains("kanari"), "{added}\n{path}");
            }
            clinic.finish(job, Outcome::Accepted);
        }
    }

    /// Haraka #2325: a large body once, however many recipients it has and however often it is tried.
    fn a_body_is_kept_once_for_all_recipients(store) {
        let clinic = Clinic::open(store);
        let to: Vec<String> = (0..20).map(|n| format!("p{n}@peer{n}.example")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let mut draft = letter(&to);
        draft.files = vec![noise("scan.bin", 100_000)];
        clinic.submit(&clinic.staff, draft)?;
        clinic.work();
        let jobs = clinic.take();
        assert_eq!(jobs.len(), 20);
        for job in jobs {
            clinic.finish(job, DEFERRED);
        }
        let stored: usize = store.beside().cells().iter().map(|cell| cell.bytes.len()).sum();
        assert!(stored < 3 * 140_000, "{stored} octets for one body of 137,000");
    }
}

/// The reading above finds what it looks for.
#[test]
fn a_hidden_name_is_read() {
    for hidden in [
        "X-Ref: eyJ0byI6ImthbmFyaUBwIn0=",
        "b+6b616e617269@x",
        "for <Kanari@p>",
    ] {
        let readings = readings(hidden);
        assert!(readings.iter().any(|r| r.contains("kanari")), "{hidden}");
    }
}
