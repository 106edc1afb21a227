//! Rules of retention take two people and a time to cool off; days of patients are found by token.

use model::Timestamp;
use store::tables::retention_proposals::{Proposal, ProposalState, RuleChange};
use store::tables::retention_settings::{Setting, SettingKind};
use store::tables::{retention_anchors, retention_proposals as table, retention_settings};

use crate::organisation;

fn at(n: i64) -> Timestamp {
    Timestamp::from_micros(n)
}

fn proposal(organisation: model::OrganisationId, number: u32, rule: &str) -> Proposal {
    Proposal {
        organisation,
        number,
        rule: rule.to_owned(),
        version: 2,
        change: RuleChange::Enable,
        sealed_text: vec![1, 2],
        proposed_by: "usr_ann".to_owned(),
        proposed_at: at(10),
        state: ProposalState::Open,
        impact: None,
        closed: None,
        counts_from: None,
    }
}

sim::both_engines! {
    fn nobody_approves_their_own_rule_and_it_counts_when_it_cooled_off(store) {
        let house = organisation(7, "Clinic by the Sea");
        let of = house.id;
        store.write(move |tx| store::tables::organisations::insert(tx, &house))?;
        let first = proposal(of, 1, "ny-physician");
        let stored = first.clone();
        store.write(move |tx| table::insert(tx, &stored))?;
        assert_eq!(store.read(move |tx| table::list(tx, of, u32::MAX, 9))?, [first]);
        assert!(!store.write(move |tx| table::approve(tx, of, 1, ("usr_bob", at(11)), at(50)))?);
        assert!(store.write(move |tx| table::show(tx, of, 1, "{}"))?);
        assert!(!store.write(move |tx| table::approve(tx, of, 1, ("usr_ann", at(11)), at(50)))?);
        assert!(store.read(move |tx| table::approved(tx, of))?.is_empty());
        assert!(store.write(move |tx| table::approve(tx, of, 1, ("usr_bob", at(12)), at(50)))?);
        assert!(!store.write(move |tx| table::reject(tx, of, 1, ("usr_eve", at(13))))?);
        assert!(!store.write(move |tx| table::show(tx, of, 1, "other"))?);
        let approved = store.read(move |tx| table::approved(tx, of))?;
        assert_eq!(approved.len(), 1);
        assert_eq!(approved[0].state, ProposalState::Approved);
        assert_eq!(approved[0].closed, Some(("usr_bob".to_owned(), at(12))));
        assert_eq!(approved[0].counts_from, Some(at(50)));
        assert_eq!(store.read(move |tx| table::find(tx, of, 1))?, approved.first().cloned());
    }

    fn a_rule_has_one_open_proposal_and_a_rejected_one_makes_room(store) {
        let house = organisation(8, "Clinic on the Hill");
        let of = house.id;
        store.write(move |tx| store::tables::organisations::insert(tx, &house))?;
        store.write(move |tx| table::insert(tx, &proposal(of, 1, "tx-hospital")))?;
        store.write(move |tx| table::insert(tx, &proposal(of, 2, "tx-physician")))?;
        assert!(store.write(move |tx| table::insert(tx, &proposal(of, 3, "tx-hospital"))).is_err());
        assert!(store.write(move |tx| table::reject(tx, of, 1, ("usr_ann", at(11))))?);
        assert!(!store.write(move |tx| table::approve(tx, of, 1, ("usr_bob", at(12)), at(12)))?);
        store.write(move |tx| table::insert(tx, &proposal(of, 3, "tx-hospital")))?;
        assert_eq!(store.read(move |tx| table::last(tx, of))?, 3);
        let page = store.read(move |tx| table::list(tx, of, 3, 1))?;
        assert_eq!(page.iter().map(|row| row.number).collect::<Vec<_>>(), [2]);
    }

    fn the_newest_profile_binds_and_an_unknown_patient_has_no_days(store) {
        let house = organisation(9, "Clinic in the Wood");
        let of = house.id;
        store.write(move |tx| store::tables::organisations::insert(tx, &house))?;
        let kind = SettingKind::Profile;
        assert_eq!(store.read(move |tx| retention_settings::newest(tx, of, kind))?, None);
        let version = move |version| Setting {
            version,
            sealed_setting: vec![3; 40],
            author: "usr_ann".to_owned(),
            created_at: at(i64::from(version)),
        };
        for number in 1..=2 {
            store.write(move |tx| retention_settings::insert(tx, of, kind, &version(number)))?;
        }
        assert!(store.write(move |tx| retention_settings::insert(tx, of, kind, &version(2))).is_err());
        assert_eq!(store.read(move |tx| retention_settings::newest(tx, of, kind))?, Some(version(2)));
        assert_eq!(store.read(move |tx| retention_settings::newest_by(tx, of, kind, at(1)))?, Some(version(1)));
        let classes = SettingKind::Classes;
        assert_eq!(store.read(move |tx| retention_settings::newest(tx, of, classes))?, None);
        assert_eq!(store.read(move |tx| retention_anchors::find(tx, of, &[1; 32]))?, None);
        for days in [[4u8; 8], [5; 8]] {
            store.write(move |tx| retention_anchors::set(tx, of, &[1; 32], &days, at(5)))?;
        }
        assert_eq!(store.read(move |tx| retention_anchors::find(tx, of, &[1; 32]))?, Some(vec![5; 8]));
        assert_eq!(store.read(move |tx| retention_anchors::find(tx, of, &[2; 32]))?, None);
        store.write(move |tx| retention_anchors::link(tx, of, &[7; 32], &[1; 32]))?;
        store.write(move |tx| retention_anchors::link(tx, of, &[7; 32], &[1; 32]))?;
        assert_eq!(store.read(move |tx| retention_anchors::patients(tx, of, &[7; 32]))?, [[1; 32]]);
    }
}
