//! Names that strangers choose or give back: addresses, return paths, ids, times.

use mail::return_path;
use model::{Address, DeliveryId, Domain, MessageId, Timestamp};

use super::text;
use crate::kit::hostile::{Target, texts};

pub const ADDRESSES: Target = Target {
    name: "addresses",
    seeds: || {
        texts(&[
            "pat@mail.example",
            "\"a b\\\"c\"@mail.example",
            "josé@bücher.example",
            "a+b=c/d@xn--bcher-kva.example",
            "a@[192.0.2.1]",
            "a@b@c.example",
            "x@-a.example",
            "x@a..example",
            "x@münchen.de.",
        ])
    },
    words: &[
        "@",
        ".",
        "xn--",
        "\u{200d}",
        "\u{ff0e}",
        "ß",
        "[IPv6:::1]",
        "<",
        ">",
        "%",
        "!",
    ],
    read: address,
    // Names become longer by punycode and decomposed letters.
    most: (40, 12),
};

fn address(input: &[u8]) -> usize {
    let text = text(input);
    let mut came = 0;
    if let Ok(domain) = Domain::parse(&text) {
        let again = Domain::parse(domain.as_str()).expect("what was read reads again");
        assert_eq!(again.as_str(), domain.as_str());
        assert!(
            domain.as_str().len() <= model::limits::DOMAIN_OCTETS_MAX && domain.as_str().is_ascii()
        );
        came += domain.as_str().len();
    }
    if let Ok(address) = Address::parse(&text) {
        let again = Address::parse(address.as_str()).expect("what was read reads again");
        assert_eq!(
            (again.as_str(), again.fold()),
            (address.as_str(), address.fold())
        );
        assert!(
            !address.as_str().chars().any(char::is_control),
            "it could end its own line"
        );
        came += address.as_str().len() + address.fold().len();
    }
    came
}

pub const RETURN_PATHS: Target = Target {
    name: "return_paths",
    seeds: || {
        let path = return_path::ReturnPath::new(
            return_path::Errand::Letter,
            [7; 16],
            Timestamp::from_secs(0),
            None,
        );
        let domain = Domain::parse("b.example").expect("a domain");
        let whole = path.write(&domain, &token).expect("an address");
        texts(&[
            whole.local(),
            "b+0.0",
            "r+.",
            "d+zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz.zzzzzzzzzzzzzzzz",
        ])
    },
    words: &["b+", "r+", "d+", ".", "+", "0", "z", "u", "i"],
    read: |input| {
        let text = text(input);
        let Some(claimed) = return_path::read(&text) else {
            return 0;
        };
        let found = claimed.verify(&token, Timestamp::from_secs(0));
        if let Some(path) = found {
            let domain = Domain::parse("b.example").expect("a domain");
            let again = path.write(&domain, &token).expect("an address");
            assert!(
                again.local().eq_ignore_ascii_case(&text),
                "a path that was never made"
            );
        }
        1
    },
    most: (1, 0),
};

/// A keyed token that nobody guesses here, since it depends on every letter.
fn token(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    out.copy_from_slice(digest.as_ref());
    out
}

pub const IDS_AND_TIMES: Target = Target {
    name: "ids_and_times",
    seeds: || {
        texts(&[
            &MessageId::from_bytes([9; 16]).to_string(),
            &DeliveryId::from_bytes([255; 16]).to_string(),
            "2026-11-22T06:00:00Z",
            "2026-11-22T06:00:00.123456+05:30",
            "9999-12-31T23:59:60-23:59",
        ])
    },
    words: &["msg_", "del_", "T", "Z", "+", "-", ":", "0000", "99999"],
    read: |input| {
        let text = text(input);
        if let Ok(id) = text.parse::<MessageId>() {
            assert_eq!(
                id.to_string().to_ascii_lowercase(),
                text.to_ascii_lowercase(),
                "one form for one id"
            );
        }
        if let Some(at) = Timestamp::parse_rfc3339(&text) {
            let shown = at.rfc3339();
            assert_eq!(
                Timestamp::parse_rfc3339(&shown).map(Timestamp::rfc3339),
                Some(shown)
            );
        }
        0
    },
    most: (0, 0),
};
