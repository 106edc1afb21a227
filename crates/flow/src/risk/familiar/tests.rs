use model::limits;

use super::{Familiar, Met};

fn met(networks: &[u64]) -> Met {
    let mut met = Met::default();
    networks.iter().for_each(|one| met.add(Some(*one), Some(1)));
    met
}

#[test]
fn the_first_place_is_no_surprise_and_the_second_is() {
    let mut familiar = Familiar::default();
    assert_eq!(familiar.meet(&met(&[1, 1]), 10), (0, 0));
    assert_eq!(
        familiar.meet(&met(&[1, 2, 2, 2]), 10),
        (3, 0),
        "messages, not networks"
    );
    assert_eq!(familiar.meet(&met(&[1, 2]), 11), (0, 0));
}

#[test]
fn who_travels_forgets_the_place_least_lately_met() {
    let mut familiar = Familiar::default();
    for day in 0..=limits::RISK_NETWORKS_MAX {
        let place = u64::try_from(day).unwrap_or_default();
        let day = i64::try_from(day).unwrap_or_default();
        familiar.meet(&met(&[0, 1_000 + place]), day);
    }
    assert_eq!(familiar.networks.len(), limits::RISK_NETWORKS_MAX);
    assert_eq!(
        familiar.meet(&met(&[0]), 100),
        (0, 0),
        "the one met daily stays"
    );
    assert_eq!(
        familiar.meet(&met(&[1_000]), 100),
        (1, 0),
        "the oldest is new again"
    );
}
