use super::*;

/// Haraka #3386: a fault of ours answered 550 loses mail. Whoever hears one of these comes back.
#[test]
fn our_own_faults_are_temporary_on_every_door() {
    for row in Code::ALL.iter().map(|code| code.row()) {
        let smtp = row.smtp;
        if row.fault == Fault::Ours {
            assert!((400..500).contains(&smtp.code), "{}", row.word);
            assert!((500..600).contains(&row.http), "{}", row.word);
        }
        let class = char::from_digit(u32::from(smtp.code / 100), 10);
        let enhanced = smtp.enhanced.chars().next();
        // RFC 3463 §2: both tell the same class.
        assert_eq!(class, enhanced, "{}", row.word);
    }
}
