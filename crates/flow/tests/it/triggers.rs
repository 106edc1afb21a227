//! Triggers: a word or a header field asks for more, is taken out, and the trace says which it was.

use flow::triggers::Trigger;
use model::{Code, Method, Outcome, Stream};

use crate::clinic::Clinic;
use crate::letters::{arrival, letter, octets};
use crate::{code, on_disk};

fn header(name: &str, word: &str) -> Trigger {
    Trigger {
        place: "header".to_owned(),
        name: name.to_owned(),
        word: word.to_owned(),
        method: Method::Portal,
    }
}

const SAID: &str = "From: nurse@clinic.example\nTo: lee@peer.example\nSubject: Opening hours +ENCRYPT+\n\nWe open at nine.\n";

on_disk! {
    /// From any client, by SMTP: the portal, a clean subject, and the setting named in the trace.
    fn a_word_in_the_subject_forces_the_portal_and_is_not_shown(store) {
        let clinic = Clinic::open(store);
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], SAID))?;
        let recipient = clinic.recipient(&receipt);
        assert_eq!(recipient.method, Method::Portal);
        let facts = &recipient.trace.facts;
        assert!(facts.contains(&("trigger".to_owned(), "subject +encrypt+".to_owned())), "{facts:?}");
        let shown = clinic.flow.open_content(&clinic.staff, receipt.message)?;
        let access = clinic.staff.machine_access();
        assert_eq!(shown.entry.open(access).subject.as_deref(), Some("Opening hours"));
    }

    /// The same by the API, and an administrator's own header field; what is no trigger any more
    /// travels as it is.
    fn an_organisation_sets_its_own_triggers(store) {
        let clinic = Clinic::open(store);
        clinic.flow.set_trigger(&clinic.staff, header("X-Secure", "yes"))?;
        let mut said = letter(&["lee@peer.example"]);
        said.headers = vec![("X-Secure".to_owned(), "Yes".to_owned())];
        let receipt = clinic.submit(&clinic.staff, said)?;
        assert_eq!(receipt.recipients[0].method, Method::Portal);
        clinic.work();
        clinic.deliver(Outcome::Accepted);

        clinic.flow.remove_trigger(&clinic.staff, "subject", "", "+encrypt+")?;
        let receipt = clinic.arrive(arrival(&[("lee@peer.example", "")], SAID))?;
        assert_eq!(receipt.recipients[0].method, Method::Tls);
        let sent = octets(&clinic.deliver(Outcome::Accepted));
        assert!(String::from_utf8_lossy(&sent).contains("Subject: Opening hours +ENCRYPT+\r\n"));
    }

    /// A setting that would break messages or weaken protection is refused.
    fn settings_that_would_do_harm_are_refused(store) {
        let clinic = Clinic::open(store);
        let weak = Trigger { method: Method::Plain, ..header("x-secure", "") };
        let spaced = Trigger { place: "subject".to_owned(), name: String::new(), ..header("", "a b") };
        for bad in [header("Subject", ""), header("resent-to", ""), header("a:b", ""), header("", "x"), weak, spaced] {
            let label = format!("{bad:?}");
            assert_eq!(code(clinic.flow.set_trigger(&clinic.staff, bad)), Some(Code::FieldInvalid), "{label}");
        }
        let staff = clinic.user(&[ctx::Role::Staff]);
        let denied = clinic.flow.set_trigger(&staff, header("x-secure", ""));
        assert_eq!(code(denied), Some(Code::ActionForbidden));
    }

    /// "TLS or nothing" for a stream of little worth; PHI in it still goes by the portal below TLS.
    fn a_stream_may_ask_for_tls_or_nothing(store) {
        let clinic = Clinic::open(store);
        let drop = Some(Method::TlsOrDrop);
        clinic.flow.set_stream_option(&clinic.staff, Stream::Transactional, drop)?;
        let mut plain = letter(&["lee@peer.example"]);
        plain.subject = "Opening hours".to_owned();
        plain.text = Some("We open at nine.".to_owned());
        let receipt = clinic.submit(&clinic.staff, plain)?;
        assert_eq!(receipt.recipients[0].method, Method::TlsOrDrop);
        clinic.work();
        clinic.deliver(Outcome::BelowDemand);
        assert_eq!(clinic.state(&receipt), model::RecipientState::Bounced);

        let mut phi = letter(&["lee@peer.example"]);
        phi.text = Some("Your number is 123-45-6789 and your diagnosis is diabetes.".to_owned());
        let receipt = clinic.submit(&clinic.staff, phi)?;
        assert_eq!(receipt.recipients[0].method, Method::Tls);
        let portal = clinic.flow.set_stream_option(&clinic.staff, Stream::Marketing, Some(Method::Plain));
        assert_eq!(code(portal), Some(Code::FieldInvalid));
    }
}
