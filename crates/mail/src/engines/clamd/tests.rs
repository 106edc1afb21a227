use super::*;

fn answered(pieces: &[&[u8]]) -> Answer {
    let mut answer = Answer::new();
    for piece in pieces {
        answer.take(piece);
    }
    answer
}

#[test]
fn a_request_is_the_command_then_lengths_and_data_then_zero() {
    let wire: Vec<u8> = scan_request(b"From: a\r\n\r\nb")
        .flat_map(|piece| piece.octets().to_vec())
        .collect();
    assert_eq!(wire, b"zINSTREAM\0\0\0\0\x0cFrom: a\r\n\r\nb\0\0\0\0");
    let large = vec![b'x'; CHUNK_OCTETS_MAX + 1];
    assert_eq!(scan_request(&large).count(), 1 + 2 * 2 + 1);
}

#[test]
fn only_ok_is_clean() {
    let cases: &[(&[u8], Scan)] = &[
        (b"stream: OK\0", Scan::Clean),
        (
            b"stream: Win.Test.EICAR_HDB-1 FOUND\0",
            Scan::Found("Win.Test.EICAR_HDB-1".to_owned()),
        ),
        (
            b"stream: what a name FOUND\0",
            Scan::Found("unnamed".to_owned()),
        ),
        (
            b"INSTREAM size limit exceeded. ERROR\0",
            Scan::Unknown(NoAnswer::NotLookedAt),
        ),
        (
            b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
            Scan::Unknown(NoAnswer::NotLookedAt),
        ),
        (
            b"stream: Heuristics.Encrypted.Zip FOUND\0",
            Scan::Unknown(NoAnswer::NotLookedAt),
        ),
        (
            b"stream: Can't allocate memory ERROR\0",
            Scan::Unknown(NoAnswer::Failed),
        ),
        (b"UNKNOWN COMMAND\0", Scan::Unknown(NoAnswer::Garbled)),
        (b"stream: OK", Scan::Unknown(NoAnswer::Cut)),
        (b"", Scan::Unknown(NoAnswer::Cut)),
        (b"\xff\xfe\0", Scan::Unknown(NoAnswer::Garbled)),
    ];
    for (octets, expected) in cases {
        assert_eq!(&answered(&[octets]).scan(), expected);
    }
    assert_eq!(
        answered(&[b"stre", b"am: OK", b"\0rest"]).scan(),
        Scan::Clean
    );
    let endless = vec![b'x'; ANSWER_OCTETS_MAX + 1];
    assert_eq!(
        answered(&[&endless, b"\0"]).scan(),
        Scan::Unknown(NoAnswer::TooLong)
    );
}

#[test]
fn the_age_of_the_signatures_is_read() {
    let version = answered(&[b"ClamAV 1.4.6/27500/Sat Nov 21 08:26:31 2026\0"]).version();
    let built_at = Timestamp::parse_rfc3339("2026-11-21T08:26:31Z").expect("a moment");
    let signatures = Some(Signatures {
        number: 27_500,
        built_at,
    });
    let engine = "1.4.6".to_owned();
    assert_eq!(version, Ok(Version { engine, signatures }));
    let bare = answered(&[b"ClamAV 1.4.6\0"]).version();
    assert_eq!(bare.map(|v| v.signatures), Ok(None));
    let wrong = answered(&[b"ClamAV 1.4.6/many/never\0"]).version();
    assert_eq!(wrong, Err(NoAnswer::Garbled));
}
