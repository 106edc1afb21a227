//! Apps and sending domains.

use ctx::Action;
use model::{Code, Domain};
use people::NewApp;

use crate::code;
use crate::house::House;

fn app(scopes: &[&str], senders: &[&str]) -> NewApp {
    NewApp {
        name: "practice software".to_owned(),
        scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        senders: senders.iter().map(|s| (*s).to_owned()).collect(),
        basic_allowed: false,
    }
}

sim::both_engines! {
    fn unknown_scopes_and_broken_senders_are_named(store) {
        let house = House::open(store);
        let refused = |new| house.people.create_app(&house.system, new).err().map(|e| (e.code(), e.pointer().map(str::to_owned)));
        assert_eq!(refused(app(&["message.send", "everything"], &["*"])), Some((Code::FieldInvalid, Some("/scopes/1".into()))));
        assert_eq!(refused(app(&["message.send"], &["a.example", "b c"])), Some((Code::FieldInvalid, Some("/senders/1".into()))));
        assert_eq!(refused(app(&["message.send"], &[""])), Some((Code::FieldInvalid, Some("/senders/0".into()))));
        house.people.create_app(&house.system, app(&["message.send"], &["a.example", "x@b.example"]))?;
        let views = house.people.apps(&house.system)?;
        assert_eq!((views.len(), views[0].senders.len(), views[0].active), (1, 2, true));
        assert!(house.people.apps(&house.people.world().system(house.neighbour()))?.is_empty());
    }

    /// A domain has one owner on an installation, and its owner's neighbours do not name it or what
    /// is below it.
    fn a_neighbours_domain_is_no_sender(store) {
        let house = House::open(store);
        let neighbour = house.people.world().system(house.neighbour());
        let row = store::tables::domains::DomainRow {
            id: model::DomainId::from_bytes([9; 16]),
            organisation: neighbour.organisation(),
            name: "practice.example".to_owned(),
            created_at: house.people.world().now(),
        };
        house.people.world().store.write(move |tx| store::tables::domains::insert(tx, &row))?;
        let refused = |ctx, senders: &[&str]| {
            let new = app(&["message.send"], senders);
            house.people.create_app(ctx, new).err().map(|e| (e.code(), e.pointer().map(str::to_owned)))
        };
        for sender in ["practice.example", "Practice.Example", "nurse@practice.example", "ward.practice.example"] {
            let expected = Some((Code::SenderForbidden, Some("/senders/1".into())));
            assert_eq!(refused(&house.system, &["clinic.example", sender]), expected, "{sender}");
        }
        assert_eq!(refused(&house.system, &["notpractice.example", "example.com", "*"]), None);
        assert_eq!(refused(&neighbour, &["practice.example"]), None, "its owner may");
    }

    /// A scope is a right and the lack of it a refusal.
    fn an_app_may_what_its_scopes_say(store) {
        let house = House::open(store);
        let app = house.people.create_app(&house.system, app(&["message.send", "user.manage"], &["*"]))?;
        let key = house.people.create_key(&house.system, app, model::Mode::Live, None)?;
        let ctx = house.people.authenticate_key(key.shown_once.expose())?;
        assert!(ctx.allow(Action::MessageSend, &ctx.own("message")).is_ok());
        assert_eq!(code(ctx.allow(Action::MessageList, &ctx.own("message"))), Some(Code::ActionForbidden));
        assert_eq!(code(ctx.allow(Action::UserManage, &ctx.own("user"))), Some(Code::ActionForbidden), "people manage people");
    }
}

/// Two keys, two records, one owner. Once, since keys of 2,048 bits take their time.
#[test]
fn a_domain_has_records_to_publish() -> Result<(), model::Error> {
    let store = sim::kit::store_on(sim::kit::Engine::Memory);
    let house = House::open(&store);
    let name = Domain::parse("clinic.example")?;
    let view = house.people.add_domain(&house.system, &name)?;
    assert_eq!(view.records.len(), 2);
    for record in &view.records {
        assert!(record.name.ends_with("._domainkey.clinic.example") && record.kind == "TXT");
        assert!(record.value.starts_with("v=DKIM1;"), "{}", record.value);
    }
    let neighbour = house.people.world().system(house.neighbour());
    assert_eq!(
        code(house.people.add_domain(&neighbour, &name)),
        Some(Code::StateConflict)
    );
    assert!(house.people.domains(&neighbour)?.is_empty());
    assert_eq!(house.people.domains(&house.system)?.len(), 1);
    Ok(())
}
