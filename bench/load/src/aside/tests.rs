//! Which messages go aside, and that their count fits.

use super::*;

#[test]
fn the_count_is_that_of_the_turns() {
    for (messages, every, receivers) in [(0, 5, 2), (7, 0, 2), (100, 5, 4), (103, 5, 3), (9, 1, 1)]
    {
        let kept = (0..messages)
            .filter(|n| turn(*n, every, receivers).is_none())
            .count();
        assert_eq!(kept as u64, measured(messages, every, receivers));
    }
}

#[test]
fn receivers_take_turns() {
    let turns: Vec<_> = (0..12).filter_map(|n| turn(n, 3, 2)).collect();
    assert_eq!(turns, [0, 1, 0, 1]);
}

#[test]
fn a_receiver_is_read_from_one_word() {
    let aside: Aside = "silent=quiet.example=127.0.0.1:25"
        .parse()
        .expect("it is well formed");
    assert_eq!(
        (aside.manner, aside.domain.as_str()),
        (Manner::Silent, "quiet.example")
    );
    assert!("loud=a.example=127.0.0.1:25".parse::<Aside>().is_err());
}
