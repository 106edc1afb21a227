use super::*;

fn way(fields: &str) -> Vec<Hop> {
    let wire = format!("{fields}From: a@b.example\n\nhello\n").replace('\n', "\r\n");
    let message = crate::parse(wire.as_bytes()).expect("a message");
    hops(&message)
}

#[test]
fn each_hop_says_from_whom_by_whom_and_when() {
    let found = way(
        "Received: from mx.b.example (helo (x) [192.0.2.7]) by mx.clinic.example\n (Caduceus)\
         with ESMTPS id 1 for <a@clinic.example>;\n Mon, 5 Jan 2026 10:00:07 +0000 (UTC)\n\
         Received: from pc ([IPv6:2001:db8::1]) by mx.b.example with ESMTPSA;\n \
         Mon, 5 Jan 2026 05:00:01 -0500\n",
    );
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].from.as_deref(), Some("mx.b.example"));
    assert_eq!(found[0].seen_from.as_deref(), Some("192.0.2.7"));
    assert_eq!(found[0].by.as_deref(), Some("mx.clinic.example"));
    assert_eq!(found[0].with.as_deref(), Some("ESMTPS"));
    let at = found[0].at.map(Timestamp::rfc3339);
    assert_eq!(at.as_deref(), Some("2026-01-05T10:00:07.000Z"));
    assert_eq!(found[1].seen_from.as_deref(), Some("2001:db8::1"));
    assert!(found.iter().all(|hop| hop.oddities.is_empty()));
}

#[test]
fn times_that_run_backwards_or_stand_still_are_odd() {
    let found = way("Received: by c; Mon, 5 Jan 2026 10:00:00 +0000\n\
         Received: by b; Mon, 5 Jan 2026 11:00:00 +0000\n\
         Received: by a; Sat, 3 Jan 2026 11:00:00 +0000\n\
         Received: from x; some day\n");
    let odd: Vec<&[Oddity]> = found.iter().map(|hop| hop.oddities.as_slice()).collect();
    let none = [Oddity::NoServer, Oddity::NoDate];
    assert_eq!(
        odd,
        [&[Oddity::BackInTime][..], &[Oddity::LongStay], &[], &none]
    );
}
