use sim::kit::hostile::{Target, rounds, texts};

use super::*;

const CURSORS: Target = Target {
    name: "cursors",
    seeds: || {
        texts(&[
            &encode(Timestamp::from_secs(1_800_000_000), &[7; 16]),
            &encode(Timestamp::from_micros(i64::MAX), &[255; 16]),
        ])
    },
    words: &["=", "-", "_", "A", "/"],
    read: |input| {
        let text = String::from_utf8_lossy(input);
        if let Ok((at, id)) = decode(&text) {
            assert_eq!(encode(at, &id), text, "one form for one place");
        }
        0
    },
    most: (0, 0),
};

#[test]
fn a_cursor_is_one_we_made_or_refused() {
    CURSORS.survive(0, rounds(10_000));
}
