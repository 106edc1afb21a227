//! What an organisation asks of the way its mail takes: a minimum of TLS, a domain for return paths.

use ctx::Role;
use flow::inbound::Door;
use model::{Code, Demand, Domain, Method, Outcome, RecipientState};

use crate::clinic::Clinic;
use crate::letters::{PLAIN, arrival, letter};
use crate::{code, on_disk};

fn domain(name: &str) -> Domain {
    Domain::parse(name).expect("a domain")
}

on_disk! {
    /// Whoever changed it, the next message obeys; and while nothing changes, settings are not read anew.
    fn settings_are_read_once_a_version_and_a_change_elsewhere_holds_at_once(store) {
        let own = vec![domain("clinic.example")];
        let clinic = Clinic::tuned(store, |settings| settings.declared_free = own.clone());
        let other = clinic.again(store, 5);
        let free = || {
            let mut free = letter(&["lee@peer.example"]);
            (free.subject, free.text) = ("Opening hours".to_owned(), Some("We open at nine.".to_owned()));
            free
        };
        let method = || clinic.submit(&clinic.staff, free()).map(|receipt| receipt.recipients[0].method);
        let statements = || -> model::Result<u64> {
            let before = store.statements();
            method()?;
            Ok(store.statements() - before)
        };
        let first = method()?;
        let warm = statements()?;
        other.flow.set_tls_minimum(&other.staff, true)?;
        let cold = statements()?;
        assert_eq!(method()?, Method::Tls);
        assert_eq!(first, Method::Plain);
        other.flow.set_tls_minimum(&other.staff, false)?;
        assert_eq!(method()?, first);
        assert_eq!(statements()?, warm);
        let by_server = store.engine() == store::Engine::Postgres;
        assert!(!by_server || (cold > warm + 6 && warm < 60), "{warm} statements a message, {cold} after a change");
    }

    /// Mail that was declared free of PHI is bound too; below verified TLS it waits in the portal.
    fn a_minimum_of_tls_holds_for_every_message_and_is_in_its_trace(store) {
        let own = vec![domain("clinic.example")];
        let clinic = Clinic::tuned(store, |settings| settings.declared_free = own.clone());
        let free = |text: &str| {
            let mut free = letter(&["lee@peer.example"]);
            (free.subject, free.text) = ("Opening hours".to_owned(), Some(text.to_owned()));
            free
        };
        let receipt = clinic.submit(&clinic.staff, free("We open at nine."))?;
        assert_eq!(receipt.recipients[0].method, Method::Plain);
        clinic.work();
        assert_eq!(clinic.deliver(Outcome::Accepted).demand, Demand::Opportunistic);

        clinic.flow.set_tls_minimum(&clinic.staff, true)?;
        let receipt = clinic.submit(&clinic.staff, free("We open at ten."))?;
        assert_eq!(receipt.recipients[0].method, Method::Tls);
        let trace = clinic.recipient(&receipt).trace;
        assert!(trace.steps.iter().any(|step| step.rule == "14" && step.matched), "{trace:?}");
        assert_eq!(trace.decided_by, "14");
        clinic.work();
        assert_eq!(clinic.deliver(Outcome::BelowDemand).demand, Demand::VerifiedTls);
        clinic.deliver(Outcome::Accepted);
        assert_eq!(clinic.state(&receipt), RecipientState::Notified, "the portal has it");

        clinic.flow.set_tls_minimum(&clinic.staff, false)?;
        let receipt = clinic.submit(&clinic.staff, free("We open at six."))?;
        assert_eq!(receipt.recipients[0].method, Method::Plain);
        let staff = clinic.user(&[Role::Staff]);
        assert_eq!(code(clinic.flow.set_tls_minimum(&staff, true)), Some(Code::ActionForbidden));
    }

    /// Return paths under the organisation's own domain lead back here, and those that travelled before
    /// still do.
    fn an_organisation_has_its_own_domain_for_return_paths(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let path = || -> Result<_, Box<dyn std::error::Error>> {
            clinic.arrive(arrival(&[("lee@peer.example", "")], PLAIN))?;
            Ok(clinic.deliver(Outcome::Accepted).from.ok_or("a return path")?)
        };
        let before = path()?;
        assert_eq!(before.domain().as_str(), "bounces.clinic.example");
        clinic.flow.set_bounce_domain(&clinic.staff, Some(&domain("back.clinic.example")))?;
        let own = path()?;
        assert_eq!(own.domain().as_str(), "back.clinic.example");
        for to in [&before, &own] {
            assert!(matches!(clinic.flow.inbound_door(to)?, Door::Bounce(_)), "{}", to.as_str());
        }
        let forged = model::Address::parse("b+0.0@back.clinic.example")?;
        assert_eq!(code(clinic.flow.inbound_door(&forged).map(drop)), Some(Code::RecipientUnknown));
        clinic.flow.set_bounce_domain(&clinic.staff, None)?;
        assert_eq!(path()?.domain().as_str(), "bounces.clinic.example");
    }

    /// Only a name below a sending domain of its own: others' mail is not theirs to take, and bounces
    /// of the sending domain itself go to its own mailboxes.
    fn a_domain_for_return_paths_is_the_organisations_own(store) {
        let clinic = Clinic::open(store);
        for wrong in ["clinic.example", "back.peer.example", "evilclinic.example", "example"] {
            let refused = clinic.flow.set_bounce_domain(&clinic.staff, Some(&domain(wrong)));
            assert_eq!(code(refused), Some(Code::FieldInvalid), "{wrong}");
        }
        assert_eq!(clinic.flow.mail_options(&clinic.staff)?, Default::default());
    }

    /// Staff may be asked for a receipt by those who write to them; a program never gives one
    /// (RFC 8098 §2.1: not without the reader's consent).
    fn no_read_receipt_is_ever_sent_for_what_comes_in(store) {
        let clinic = Clinic::open(store).taking_mail(false);
        let desk = model::Address::parse("desk@clinic.example")?;
        clinic.flow.add_mailbox(&clinic.staff, &desk)?;
        let content = format!(
            "Disposition-Notification-To: lee@peer.example\nReturn-Receipt-To: lee@peer.example\n\
             X-Confirm-Reading-To: lee@peer.example\n{}",
            PLAIN.replace("nurse@clinic.example", "lee@peer.example")
        );
        let doors = vec![clinic.flow.inbound_door(&desk)?];
        clinic.flow.take_in(flow::inbound::Incoming {
            doors,
            from: Some(model::Address::parse("lee@peer.example")?),
            helo: "out.peer.example".to_owned(),
            with: "ESMTPS",
            content: content.replace('\n', "\r\n").into_bytes(),
            results: flow::inbound::Results::unexamined(),
            looked: Default::default(),
        })?;
        clinic.work();
        let page = clinic.flow.list_messages(&clinic.staff, Default::default(), None, 10)?;
        assert_eq!(page.rows.len(), 1, "it came in");
        clinic.flow.open_content(&clinic.staff, page.rows[0].id)?;
        clinic.work();
        assert!(clinic.take().is_empty(), "nothing leaves");
    }
}
