//! Permission: one door, and a refusal that tells no more than it must.

use ctx::{Action, Ctx, Event, Principal, PrincipalKind, Resource, Role, Seat};
use model::{Code, Mode, OrganisationId, RecipientId};

use crate::{code, found, world};

fn seat(
    world: &std::sync::Arc<ctx::World>,
    organisation: OrganisationId,
    kind: PrincipalKind,
    second_factor: bool,
) -> Ctx {
    let principal = Principal {
        id: "usr_1".to_owned(),
        organisation,
        kind,
        second_factor,
    };
    Ctx::seat(
        world,
        Seat {
            principal,
            mode: Mode::Live,
            session: None,
        },
    )
}

/// Kinds of the organisation's entries up to now.
fn kinds(world: &std::sync::Arc<ctx::World>, organisation: OrganisationId) -> Vec<String> {
    while world.sequence().expect("chained") > 0 {}
    let found = world
        .store
        .read(move |tx| store::tables::ledger::range(tx, organisation, 0, 100));
    found
        .expect("a log")
        .into_iter()
        .map(|entry| entry.kind)
        .collect()
}

sim::both_engines! {
    /// Another organisation's things do not exist; one's own may be forbidden; both are recorded.
    fn refusals_are_recorded_and_say_little(store) {
        let world = world(store, 1);
        let (home, away) = (found(&world, "Clinic"), found(&world, "Other"));
        let auditor = seat(&world, home, PrincipalKind::User(vec![Role::Auditor]), true);
        let theirs = Resource { organisation: away, kind: "message", owner: None, recipient: None };
        assert!(auditor.allow(Action::AuditRead, &auditor.own("audit_log")).is_ok());
        assert_eq!(code(auditor.allow(Action::MessageRead, &theirs)), Some(Code::NotFound));
        assert_eq!(code(auditor.allow(Action::MessageSend, &auditor.own("message"))), Some(Code::ActionForbidden));
        let recipient = RecipientId::mint(world.now(), world.rng.as_ref());
        let reader = seat(&world, home, PrincipalKind::Reader(recipient), false);
        assert_eq!(code(reader.allow(Action::MessageOpen, &reader.own("message"))), Some(Code::NotFound));
        let own = Resource { recipient: Some(recipient), ..reader.own("message") };
        assert!(reader.allow(Action::MessageOpen, &own).is_ok());
        auditor.open_phi(Event::new("test.opened"))?;
        // Nobody waits for the entry of a refusal: it comes, but not at once.
        let came = (0..1_000).map(|_| kinds(&world, home)).find(|kinds| {
            kinds.iter().filter(|kind| *kind == "access.denied").count() == 3
        });
        assert!(came.is_some_and(|kinds| kinds.contains(&"test.opened".to_owned())));
    }

    fn a_password_alone_is_nobody(store) {
        let world = world(store, 1);
        let home = found(&world, "Clinic");
        let all = PrincipalKind::User(Role::ALL.to_vec());
        let half = seat(&world, home, all.clone(), false);
        for &action in Action::ALL {
            assert!(half.allow(action, &half.own("message")).is_err(), "{action}");
        }
        assert!(seat(&world, home, all, true).allow(Action::MessageOpen, &half.own("message")).is_ok());
    }
}
