//! The key of a message goes only where a disposal that two people agreed to lists it, whoever calls.

use model::{
    Code, DisposalId, DisposalState, DisposedState, EventId, MessageId, OrganisationId, Timestamp,
};
use sim::kit::SimRng;
use store::tables::archive_heads as heads;
use store::tables::disposals::{self as table, Disposal};
use store::tables::organisations;

use crate::{code, organisation};

fn at(n: i64) -> Timestamp {
    Timestamp::from_micros(n)
}

fn disposal(of: OrganisationId, id: DisposalId) -> Disposal {
    Disposal {
        id,
        organisation: of,
        state: DisposalState::Listing,
        sealed_text: vec![1],
        asked_by: "usr_ann".to_owned(),
        asked_at: at(1),
        looked_at: MessageId::from_bytes([0; 16]),
        records: 0,
        held: 0,
        closed_by: None,
        closed_at: None,
        begins_at: None,
        destroyed: 0,
        spared: 0,
        ended_at: None,
        keys_gone_by: None,
        certified: None,
        finished: None,
        certificate: None,
    }
}

sim::both_engines! {
    fn nothing_goes_without_two_people_and_time(store) {
        let rng = SimRng::new(5);
        let house = organisation(5, "clinic");
        let (of, id) = (house.id, DisposalId::mint(at(1), &rng));
        let message = MessageId::mint(at(1), &rng);
        store.write(move |tx| organisations::insert(tx, &house))?;
        let row = disposal(of, id);
        let first = row.clone();
        store.write(move |tx| table::insert(tx, &first))?;
        let destroy = |now| code(store.write(move |tx| table::destroy(tx, id, message, of, now)));
        let conflict = Some(Code::StateConflict);
        assert_eq!(destroy(at(9)), conflict);
        let approve = |by: &'static str| {
            store.write(move |tx| {
                let row = table::load(tx, id, of)?;
                table::approve(tx, &row, by, at(3), at(50))
            })
        };
        assert!(!approve("usr_bob")?);
        store.write(move |tx| {
            assert!(table::looked(tx, id, message, (1, 0))?);
            let row = table::load(tx, id, of)?;
            table::advance(tx, &row, DisposalState::Proposed)
        })?;
        assert!(!approve("usr_ann")?);
        assert!(approve("usr_bob")?);
        assert!(!store.write(move |tx| table::begin(tx, id, at(49)))?);
        assert!(store.write(move |tx| table::begin(tx, id, at(50)))?);
        assert!(!store.write(move |tx| { let row = table::load(tx, id, of)?; table::refuse(tx, &row, "usr_bob", at(51)) })?);
        assert_eq!(destroy(at(51)), conflict);
        let entry = EventId::mint(at(1), &rng);
        assert!(!store.write(move |tx| table::certify(tx, id, (at(60), at(90)), entry, "{}"))?);
        assert!(store.read(move |tx| table::items(tx, id, DisposedState::Listed, 0, 9))?.is_empty());
    }

    fn a_plan_that_is_older_than_a_hold_or_a_pruning_counts_for_nothing(store) {
        let house = organisation(6, "clinic");
        let of = house.id;
        store.write(move |tx| organisations::insert(tx, &house))?;
        assert!(store.write(move |tx| heads::lock_holds(tx, of, 0))?);
        store.write(move |tx| heads::change_holds(tx, of))?;
        assert!(!store.write(move |tx| heads::lock_holds(tx, of, 0))?);
        assert_eq!(store.read(move |tx| heads::holds(tx, of))?, 1);
        assert!(store.write(move |tx| heads::lock_holds(tx, of, 1))?);
        assert!(store.write(move |tx| heads::commit(tx, of, 0))?);
        assert!(store.write(move |tx| heads::prune(tx, of, 0))?);
        assert!(!store.write(move |tx| heads::prune(tx, of, 0))?);
        assert!(!store.write(move |tx| heads::commit(tx, of, 0))?);
        assert!(store.write(move |tx| heads::commit(tx, of, 1))?);
    }
}
