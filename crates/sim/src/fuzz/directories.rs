//! What a directory of certificates answers (LDAP, RFC 4511).

use mail::ldap::{Answer, Reader};

use crate::kit::hostile::Target;

/// What a reader takes in all, in octets: more than any input here.
const ROOM: usize = 1 << 20;

/// A number of its request, and what is said of it.
fn message(operation: u8, inside: &[u8]) -> Vec<u8> {
    element(
        0x30,
        &[&element(2, &[2])[..], &element(operation, inside)].concat(),
    )
}

/// Lengths below 128 octets (X.690 §8.1.3.4).
fn element(tag: u8, inside: &[u8]) -> Vec<u8> {
    let length = u8::try_from(inside.len()).unwrap_or(0x7f);
    [&[tag, length][..], inside].concat()
}

pub const DIRECTORIES: Target = Target {
    name: "directories",
    seeds: || {
        let values = element(0x31, &element(4, b"\x30\x03\x02\x01\x01"));
        let attribute = [element(4, b"userCertificate;binary"), values].concat();
        let attributes = element(0x30, &element(0x30, &attribute));
        let entry = message(0x64, &[element(4, b"cn=Lee"), attributes].concat());
        let code = |code: u8| [element(10, &[code]), element(4, b""), element(4, b"no")].concat();
        let done = message(0x65, &code(4));
        let bound = message(0x61, &code(0));
        let elsewhere = message(0x73, &element(4, b"ldap://x.example/"));
        let all = [&bound[..], &entry, &elsewhere, &done].concat();
        vec![all, entry, done, bound, elsewhere, message(0x78, &code(0))]
    },
    words: &[
        "0\u{0}",
        "d\u{7f}",
        "\u{2}\u{1}\u{2}",
        "\u{4}\u{0}",
        "1\u{1}",
        "userSMIMECertificate",
        "userCertificate;x;y",
    ],
    read: |input| {
        let (mut whole, mut slow) = (Reader::new(ROOM), Reader::new(ROOM));
        let at_once = whole.push(input).map(|()| answers(&mut whole));
        let mut piecewise = Vec::new();
        for octet in input {
            if slow.push(&[*octet]).is_err() {
                break;
            }
            piecewise.extend(answers(&mut slow));
        }
        let at_once = at_once.unwrap_or_default();
        assert_eq!(at_once, piecewise, "how it arrives changes nothing");
        let held = |answer: &Answer| match answer {
            Answer::Entry(certificates) => certificates.iter().map(Vec::len).sum::<usize>(),
            _ => 0,
        };
        at_once.iter().map(|answer| 1 + held(answer)).sum()
    },
    most: (0, 1),
};

/// All that are whole, up to one that is none.
fn answers(reader: &mut Reader) -> Vec<Answer> {
    std::iter::from_fn(|| Some(reader.answer().ok()??.1)).collect()
}
