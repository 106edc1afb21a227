//! The body has the size asked for and no line end that a strict server refuses.

use super::{body, build};

#[test]
fn bodies_are_exact_and_well_formed() {
    for octets in [100, 1_000, 10_239, 10_240, 10_241] {
        let text = body(octets);
        assert!(octets - text.len() <= 1, "{octets}: {}", text.len());
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{octets}");
        assert!(
            text.lines()
                .all(|line| line.len() <= 78 && !line.starts_with('.')),
            "{octets}"
        );
    }
}

#[test]
fn each_message_ends_the_data_once() {
    let message = build(7, "a@clinic.example", "b@receiver.example", &body(10_240));
    let ends = message
        .windows(5)
        .filter(|window| *window == b"\r\n.\r\n")
        .count();
    assert_eq!(ends, 1);
    assert!(message.ends_with(b"\r\n.\r\n"));
}
