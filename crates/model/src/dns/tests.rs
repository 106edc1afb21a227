//! What is written down of an answer.

use super::{DnsSeen, DnsStanding};
use crate::seams::{Answer, NetFault};
use crate::{Domain, Timestamp, Tlsa, limits};

const AT: Timestamp = Timestamp::from_secs(1_795_300_000);

fn txt(records: &[&[u8]]) -> DnsSeen {
    let records = records.iter().map(|text| text.to_vec()).collect();
    DnsSeen::txt("x.example", AT, &Ok(Answer::insecure(records)))
}

#[test]
fn records_read_as_in_a_zone_file() {
    let domain = |text| Domain::parse(text).expect("a domain");
    let hosts = vec![(10, domain("mx.a.example")), (20, domain("mx.b.example"))];
    let seen = DnsSeen::mx(&domain("a.example"), AT, &Ok(Answer::secure(hosts)));
    assert_eq!(seen.standing, DnsStanding::Proved);
    assert_eq!(seen.records, ["10 mx.a.example.", "20 mx.b.example."]);

    let null = DnsSeen::mx(&domain("a.example"), AT, &Ok(Answer::insecure(Vec::new())));
    assert_eq!(
        (null.standing, null.records),
        (DnsStanding::Unproved, vec!["0 .".to_owned()])
    );

    let record = Tlsa {
        usage: 3,
        selector: 1,
        matching: 1,
        data: vec![0, 0xab],
    };
    let host = domain("mx.a.example");
    let seen = DnsSeen::tlsa((&host, 25), AT, &Ok(Answer::secure(vec![record])));
    assert_eq!(
        (seen.name.as_str(), seen.records),
        ("_25._tcp.mx.a.example", vec!["3 1 1 00ab".to_owned()])
    );
}

#[test]
fn absence_and_silence_are_two_things() {
    let of = |fault| DnsSeen::txt("x.example", AT, &Err(fault)).standing;
    assert_eq!(of(NetFault::NoRecord), DnsStanding::Absent);
    assert_eq!(of(NetFault::DnsFailed), DnsStanding::Failed);
    assert_eq!(of(NetFault::TimedOut), DnsStanding::Failed);
}

#[test]
fn a_record_is_told_whole_or_counted_and_is_never_more_than_text() {
    let seen = txt(&[b"v=DKIM1; p=AA==", b"\x1b[2J\\\xff\n"]);
    assert_eq!(seen.records, ["v=DKIM1; p=AA==", "\\027[2J\\\\\\255\\010"]);
    let long = vec![b'x'; limits::DNS_RECORD_TOLD_OCTETS_MAX + 1];
    let seen = txt(&[&long, b"short"]);
    assert_eq!((seen.records.len(), seen.left_out), (1, 1));
    let many = [b"a".as_slice(); limits::DNS_RECORDS_TOLD_MAX + 3];
    let seen = txt(&many);
    assert_eq!(
        (seen.records.len(), seen.left_out),
        (limits::DNS_RECORDS_TOLD_MAX, 3)
    );
}
