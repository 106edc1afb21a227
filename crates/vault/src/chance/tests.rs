//! Small wants are met from what was drawn before, and never twice from the same.

use std::collections::BTreeSet;

use model::seams::Rng;

use super::SystemRng;

#[test]
fn no_nonce_is_given_twice_on_any_thread() {
    let draw = || {
        let nonces = (0..2_000).map(|_| {
            let mut nonce = [0u8; 12];
            SystemRng.fill(&mut nonce);
            nonce
        });
        nonces.collect::<Vec<_>>()
    };
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw)).collect();
    let mut all = BTreeSet::new();
    for thread in threads {
        all.extend(thread.join().expect("it draws"));
    }
    assert_eq!(all.len(), 8_000);
}

#[test]
fn whatever_its_length_a_want_is_met_whole() {
    for octets in 0..=64 {
        let filled = |_| {
            let mut buf = vec![0u8; octets];
            SystemRng.fill(&mut buf);
            buf
        };
        // That one place stays 0 in all of forty draws happens once in 2^320.
        let seen = (0..40)
            .map(filled)
            .fold(vec![0u8; octets], |mut seen, buf| {
                seen.iter_mut().zip(buf).for_each(|(s, b)| *s |= b);
                seen
            });
        assert!(seen.iter().all(|&b| b != 0), "{octets} octets");
    }
}
