//! Keys that outlive whatever asks for their destruction.

use model::{HoldId, HoldState, KeyVersionId, MatterId, MatterState, OrganisationId, Timestamp};
use sim::kit::SimRng;
use store::tables::holds::{self, Hold, Matter};
use store::tables::organisations::KeyRow;
use store::tables::{item_keys, organisations};

use crate::organisation;

fn key(id: KeyVersionId, organisation: OrganisationId) -> KeyRow {
    KeyRow {
        id,
        organisation,
        position: 0,
        wrapped_key: vec![1],
        root_fingerprint: "root".to_owned(),
        created_at: Timestamp::from_secs(1),
    }
}

fn matter(of: OrganisationId, id: MatterId) -> Matter {
    Matter {
        id,
        organisation: of,
        sealed_name: vec![1],
        state: MatterState::Open,
        author: "one".to_owned(),
        created_at: Timestamp::from_secs(1),
        closed_at: None,
    }
}

fn hold(of: OrganisationId, matter: MatterId, id: HoldId) -> Hold {
    Hold {
        id,
        organisation: of,
        matter,
        sealed_scope: vec![1],
        since: None,
        until: None,
        state: HoldState::Active,
        author: "one".to_owned(),
        created_at: Timestamp::from_secs(1),
        asked_by: None,
        asked_at: None,
        approved_by: None,
        approved_at: None,
        binds_until: None,
    }
}

sim::both_engines! {
    fn the_key_of_a_matter_or_a_hold_cannot_be_destroyed(store) {
        let (rng, now) = (SimRng::new(3), Timestamp::from_secs(1));
        let house = organisation(3, "clinic");
        let (of, version) = (house.id, KeyVersionId::mint(now, &rng));
        let (of_matter, of_hold) = (MatterId::mint(now, &rng), HoldId::mint(now, &rng));
        let other = [7; 16];
        let left = store.write(move |tx| {
            organisations::insert(tx, &house)?;
            organisations::insert_key(tx, &key(version, of))?;
            holds::insert_matter(tx, &matter(of, of_matter))?;
            holds::insert(tx, &hold(of, of_matter, of_hold))?;
            let items = [*of_matter.as_bytes(), *of_hold.as_bytes(), other];
            for item in &items {
                item_keys::insert(tx, item, of, version, b"wrapped")?;
                item_keys::destroy(tx, item, of)?;
            }
            let left = items.iter().map(|item| item_keys::load(tx, item, of).is_ok());
            Ok(left.collect::<Vec<_>>())
        })?;
        assert_eq!(left, [true, true, false]);
    }

    fn nobody_releases_what_they_asked_for_whoever_calls(store) {
        let (rng, now) = (SimRng::new(3), Timestamp::from_secs(1));
        let house = organisation(3, "clinic");
        let of = house.id;
        let (of_matter, of_hold) = (MatterId::mint(now, &rng), HoldId::mint(now, &rng));
        let released = store.write(move |tx| {
            organisations::insert(tx, &house)?;
            holds::insert_matter(tx, &matter(of, of_matter))?;
            let hold = hold(of, of_matter, of_hold);
            holds::insert(tx, &hold)?;
            let until = Timestamp::from_secs(9);
            let early = holds::release(tx, &hold, "two", now, until)?;
            let asked = holds::ask_release(tx, &hold, "one", now)?;
            let own = holds::release(tx, &hold, "one", now, until)?;
            let other = holds::release(tx, &hold, "two", now, until)?;
            Ok([early, asked, own, other])
        })?;
        assert_eq!(released, [false, true, false, true]);
    }
}
