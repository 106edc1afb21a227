use super::*;

/// RFC 6238 appendix B: the SHA-1 key and its last six digits at given seconds.
#[test]
fn the_standards_vectors_hold() {
    let secret = Secret::new(b"12345678901234567890".to_vec());
    for (seconds, code, step) in [
        (59, "287082", 1),
        (1_111_111_109, "081804", 37_037_036),
        (2_000_000_000, "279037", 66_666_666),
    ] {
        let now = Timestamp::from_secs(seconds);
        assert_eq!(check(&secret, code, now).expect("checks"), Some(step));
        assert_eq!(code_at(&secret, now).expect("makes"), code);
    }
}

#[test]
fn a_code_of_another_time_or_shape_is_wrong() {
    let secret = Secret::new(b"12345678901234567890".to_vec());
    let now = Timestamp::from_secs(1_111_111_109);
    for wrong in ["287082", "", "08180", "0818044", "abcdef", "08 18 05"] {
        assert_eq!(check(&secret, wrong, now).expect("checks"), None, "{wrong}");
    }
    assert!(
        check(&secret, "081 804", now).expect("checks").is_some(),
        "spaces that people type are fine"
    );
}
