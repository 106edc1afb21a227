use std::collections::BTreeMap;
use std::time::Duration;

use model::{DeliveryId, OrganisationId, Stream, Timestamp};

use super::{Pool, Source, SourceId, Sources, WARM_UP_DAYS};

fn source(name: &str, weight: u32) -> Source {
    Source {
        name: name.into(),
        weight,
        warm_from: None,
    }
}

fn organisation(n: u8) -> OrganisationId {
    OrganisationId::from_bytes([n; 16])
}

fn shares(sources: &Sources, stream: Stream, of: u8, usable: &[u8]) -> BTreeMap<String, u32> {
    let mut shares = BTreeMap::new();
    for n in 0..10_000u128 {
        let id = DeliveryId::from_bytes(n.to_be_bytes());
        let chosen = sources.choose((stream, organisation(of)), id, |id| usable.contains(&id.0));
        *shares.entry(sources.name(chosen).to_owned()).or_insert(0) += 1;
    }
    shares
}

#[test]
fn a_pool_spreads_by_weight() {
    let sources = Sources::new(vec![source("a", 3), source("b", 1)], Vec::new());
    let shares = shares(&sources, Stream::Transactional, 1, &[0, 1]);
    assert!((7_300..7_700).contains(&shares["a"]), "{shares:?}");
}

#[test]
fn what_cannot_be_used_is_passed_over_unless_nothing_can() {
    let sources = Sources::new(vec![source("a", 3), source("b", 1)], Vec::new());
    assert_eq!(
        shares(&sources, Stream::Transactional, 1, &[1])["b"],
        10_000
    );
    assert_eq!(shares(&sources, Stream::Transactional, 1, &[]).len(), 2);
}

#[test]
fn the_most_particular_pool_counts() {
    let pool = |stream, organisation, sources: &[u8]| Pool {
        stream,
        organisation,
        sources: sources.iter().copied().map(SourceId).collect(),
    };
    let names = ["a", "b", "c", "d"].map(|name| source(name, 1));
    let pools = vec![
        pool(Some(Stream::Marketing), None, &[1]),
        pool(None, Some(organisation(7)), &[2]),
        pool(Some(Stream::Marketing), Some(organisation(7)), &[3, 99]),
    ];
    let sources = Sources::new(names.to_vec(), pools);
    let only = |stream, of| {
        let shares = shares(&sources, stream, of, &[0, 1, 2, 3]);
        shares.into_keys().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(only(Stream::Transactional, 1), "a b c d");
    assert_eq!(only(Stream::Marketing, 1), "b");
    assert_eq!(only(Stream::Transactional, 7), "c");
    assert_eq!(only(Stream::Marketing, 7), "d");
}

#[test]
fn a_new_source_grows_day_by_day_and_is_warm_after_the_last() {
    let from = Timestamp::from_secs(1_000_000);
    let mut new = source("new", 1);
    new.warm_from = Some(from);
    let sources = Sources::new(vec![new], Vec::new());
    let at = |days: u64, seconds: u64| {
        let now = from.plus(Duration::from_secs(days * 86_400 + seconds));
        sources.warm_up(SourceId(0), now)
    };
    let first = at(0, 0).expect("it is warmed up");
    assert_eq!((first.day, first.messages_max), (0, 50));
    assert_eq!(first.day_ends, from.plus(Duration::from_secs(86_400)));
    assert_eq!(at(1, 86_399).expect("a day").messages_max, 100);
    assert_eq!(at(29, 0).expect("the last day").messages_max, 320_000);
    assert_eq!(at(30, 0), None);
    assert!(WARM_UP_DAYS.is_sorted());
    let before = sources.warm_up(SourceId(0), from.minus(Duration::from_secs(5)));
    assert_eq!(
        before.expect("not yet").day,
        0,
        "a clock set back is the first day"
    );
}
