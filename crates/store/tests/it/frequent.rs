//! Domains that answer: counted, and the least used are the first to go.

use model::{FrequentDomainId, Timestamp};
use store::tables::frequent_domains::{self as table, FrequentDomain};

use crate::organisation;

sim::both_engines! {
    fn the_least_used_drop_out_first_and_never_the_newest(store) {
        let house = organisation(7, "Clinic by the Sea");
        let of = house.id;
        store.write(move |tx| store::tables::organisations::insert(tx, &house))?;
        let id = |n: u8| FrequentDomainId::from_bytes([n; 16]);
        let at = |n: u8| Timestamp::from_micros(i64::from(n));
        for n in 1..=4u8 {
            let row = FrequentDomain {
                id: id(n),
                organisation: of,
                domain_token: [n; 32],
                sealed_domain: vec![n],
                answered_at: at(n),
            };
            assert!(store.write(move |tx| table::insert(tx, &row))?);
        }
        for n in [1u8, 1, 3] {
            assert!(store.write(move |tx| table::count_answer(tx, of, &[n; 32], at(n)))?);
        }
        assert!(!store.write(move |tx| table::count_answer(tx, of, &[9; 32], at(9)))?);
        assert_eq!(store.read(move |tx| table::count(tx, of))?, 4);
        assert_eq!(store.read(move |tx| table::least(tx, of, id(4), 2))?, [id(2), id(3)]);
        assert_eq!(store.read(move |tx| table::most(tx, of, 2, 9))?, [(id(1), vec![1]), (id(3), vec![3])]);
        assert_eq!(store.read(move |tx| table::old(tx, at(3), 9))?.len(), 2);
    }
}
