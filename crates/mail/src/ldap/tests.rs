use proptest::prelude::*;

use super::*;

/// What a server says of an entry.
fn entry(number: u8, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    let attributes = attributes.iter().map(|(name, values)| {
        let values = values.iter().map(|value| ber::element(ber::OCTETS, value));
        let parts = [
            ber::element(ber::OCTETS, name.as_bytes()),
            ber::element(ber::SET, &values.collect::<Vec<_>>().concat()),
        ];
        ber::element(ber::SEQUENCE, &parts.concat())
    });
    let parts = [
        ber::element(ber::OCTETS, b"cn=Lee,dc=peer"),
        ber::element(ber::SEQUENCE, &attributes.collect::<Vec<_>>().concat()),
    ];
    message(number, &ber::element(0x64, &parts.concat()))
}

fn done(number: u8, tag: u8, code: u8) -> Vec<u8> {
    let parts = [
        ber::element(ber::ENUMERATED, &[code]),
        ber::element(ber::OCTETS, b""),
        ber::element(ber::OCTETS, b"no such thing"),
    ];
    message(number, &ber::element(tag, &parts.concat()))
}

fn all(octets: &[u8]) -> Result<Vec<(i64, Answer)>, Unreadable> {
    let mut reader = Reader::new(limits::DIRECTORY_ANSWER_OCTETS_MAX);
    let mut found = Vec::new();
    // As slowly as a line can be.
    for octet in octets {
        reader.push(&[*octet])?;
        while let Some(answer) = reader.answer()? {
            found.push(answer);
        }
    }
    Ok(found)
}

/// Octets of RFC 4511 §4.2 and §4.5.1, written by hand.
#[test]
fn requests_are_what_the_standard_says() {
    assert_eq!(
        bind(1, "", ""),
        b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"
    );
    let found = search(2, "dc=a", "a*)(mail=*@b.example", 4);
    let value = b"\xa3\x1c\x04\x04mail\x04\x14a*)(mail=*@b.example";
    assert!(
        found.windows(value.len()).any(|part| part == value),
        "{found:02x?}"
    );
    assert_eq!(start_tls(1)[5..9], [0x77, 24, 0x80, 22]);
}

#[test]
fn of_an_entry_certificates_alone_are_kept() {
    let attributes: [(&str, &[&[u8]]); 4] = [
        ("userCertificate;binary", &[b"one", b"two"]),
        ("jpegPhoto", &[b"face"]),
        ("USERSMIMECERTIFICATE;binary", &[b"three"]),
        ("userCertificateRequest", &[b"no"]),
    ];
    let said = [
        entry(2, &attributes),
        message(
            2,
            &ber::element(0x73, &ber::element(4, b"ldap://elsewhere/")),
        ),
        done(2, 0x65, 0),
    ];
    let kept = vec![b"one".to_vec(), b"two".to_vec(), b"three".to_vec()];
    let expected = [
        (2, Answer::Entry(kept)),
        (2, Answer::Reference),
        (2, Answer::Found(Outcome::Success)),
    ];
    assert_eq!(all(&said.concat()), Ok(expected.to_vec()));
}

#[test]
fn refusals_are_told_from_success() {
    for (tag, code, answer) in [
        (0x61, 0, Answer::Bound(Outcome::Success)),
        (0x61, 49, Answer::Bound(Outcome::Refused)),
        (0x65, 4, Answer::Found(Outcome::More)),
        (0x65, 10, Answer::Found(Outcome::Refused)),
        (0x78, 2, Answer::Extended(Outcome::Refused)),
    ] {
        assert_eq!(all(&done(1, tag, code)), Ok(vec![(1, answer)]));
    }
}

#[test]
fn what_is_too_long_or_no_ldap_is_unreadable() {
    let mut reader = Reader::new(10);
    assert_eq!(reader.push(&[0; 11]), Err(Unreadable));
    for wrong in [
        b"HTTP/1.1 400 Bad Request\r\n".as_slice(),
        b"\x30\x80\x02\x01\x01\x61\x00\x00\x00",
        b"\x30\x85\x01\x00\x00\x00\x00\x00",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x05\x02\x01\x01\x61\x00",
        b"\x30\x0a\x02\x01\x01\x65\x7f\x0a\x01\x00\x04\x00",
    ] {
        assert_eq!(all(wrong), Err(Unreadable), "{wrong:02x?}");
    }
}

proptest! {
    /// Whatever stands in one place of a good answer, reading ends and nothing comes out that was not in it.
    #[test]
    fn no_octets_break_the_reader(place in 0_usize..80, octet in any::<u8>(), noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let attributes: [(&str, &[&[u8]]); 1] = [("userCertificate;binary", &[b"one", b"two"])];
        let mut said = [entry(2, &attributes), done(2, 0x65, 0)].concat();
        let place = place % said.len();
        said[place] = octet;
        for octets in [said, noise] {
            for (_, answer) in all(&octets).unwrap_or_default() {
                if let Answer::Entry(found) = answer {
                    prop_assert!(found.iter().map(Vec::len).sum::<usize>() <= octets.len());
                }
            }
        }
    }
}
