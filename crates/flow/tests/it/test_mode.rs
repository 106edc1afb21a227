//! Test keys: the local part says how it ends, and no letter ever reaches the wire.

use model::{Code, Method, Mode, RecipientState};

use crate::clinic::Clinic;
use crate::letters::letter;

const PARTS: [&str; 5] = ["anyone", "bounced+x", "notls+y", "deferred", "ambiguous+z"];
use crate::{code, on_disk};

on_disk! {
    fn local_parts_act_out_their_ends(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("*", Mode::Test);
        let people: Vec<String> = PARTS.iter().map(|part| format!("{part}@peer.example")).collect();
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let receipt = clinic.submit(&app, letter(&people))?;
        assert_eq!(receipt.mode, Mode::Test);
        for _ in 0..3 {
            clinic.tick();
            clinic.work();
            assert!(clinic.take().is_empty(), "test mail never leaves");
        }
        let found: Vec<_> = clinic.recipients(receipt.message).iter().map(|r| (r.method, r.state)).collect();
        let expected = [
            (Method::Tls, RecipientState::Delivered),
            (Method::Tls, RecipientState::Bounced),
            (Method::Portal, RecipientState::Notified),
            (Method::Tls, RecipientState::Queued),
            (Method::Tls, RecipientState::Queued),
        ];
        assert_eq!(found, expected);
        let outcomes: Vec<Vec<String>> = clinic
            .recipients(receipt.message)
            .into_iter()
            .map(|r| r.attempts.into_iter().map(|a| a.outcome).collect())
            .collect();
        assert_eq!(outcomes[2], ["below_demand", "accepted"]);
        assert_eq!((outcomes[3].as_slice(), outcomes[4].as_slice()), (&["deferred".into()][..], &["ambiguous".into()][..]));

        clinic.clock.advance(model::limits::DELIVERY_LIFETIME);
        assert!(clinic.take().is_empty());
        let states: Vec<_> = clinic.recipients(receipt.message).iter().map(|r| r.state).collect();
        assert_eq!(states[3..], [RecipientState::Expired; 2]);
        assert_eq!(clinic.flow.overview(&clinic.staff)?.off_by, 0);
    }

    /// What reaches all mail of an organisation is not for a key that is tried out.
    fn a_test_key_neither_orders_nor_suppresses(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("*", Mode::Test);
        let order = flow::orders::NewOrder {
            act: flow::orders::OrderAct::Bounce,
            scope: flow::orders::OrderScope::default(),
            reason: "trying it out".to_owned(),
            lasts: std::time::Duration::from_secs(60),
        };
        assert_eq!(code(clinic.flow.order(&app, order)), Some(Code::ActionForbidden));
        let new = flow::suppression::NewSuppression {
            address: model::Address::parse("lee@peer.example")?,
            stream: model::Stream::Transactional,
            expires_at: None,
        };
        assert_eq!(code(clinic.flow.suppress(&app, new)), Some(Code::ActionForbidden));
    }

    /// Live and test mail share a queue, not a fate.
    fn live_mail_beside_it_leaves(store) {
        let clinic = Clinic::open(store);
        let app = clinic.app("*", Mode::Test);
        clinic.submit(&app, letter(&["lee@peer.example"]))?;
        let live = clinic.submit(&clinic.staff, letter(&["lee@peer.example"]))?;
        clinic.work();
        clinic.deliver(model::Outcome::Accepted);
        assert_eq!(clinic.state(&live), RecipientState::Delivered);
        assert!(clinic.take().is_empty());
    }
}
