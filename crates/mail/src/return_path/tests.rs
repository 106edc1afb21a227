use std::time::Duration;

use model::{Domain, Timestamp};

use super::*;

fn key(seed: u8) -> impl Fn(&str) -> [u8; 32] {
    // Stands for a keyed hash: differs with the key and with every octet.
    move |text| {
        let mut out = [seed; 32];
        for (i, b) in text.bytes().enumerate() {
            let at = i % 32;
            out[at] = out[at]
                .wrapping_mul(31)
                .wrapping_add(b ^ out[(at + 7) % 32]);
            out[(at + 1) % 32] ^= out[at];
        }
        out
    }
}

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-22T02:00:00Z").expect("a time")
}

fn made() -> (ReturnPath, String) {
    let path = ReturnPath::new(
        Errand::Letter,
        [7; 16],
        now(),
        Some(Duration::from_secs(90 * 86_400)),
    );
    let domain = Domain::parse("mx.clinic.example").expect("a domain");
    let address = path.write(&domain, &key(1)).expect("an address");
    (path, address.local().to_owned())
}

#[test]
fn what_we_made_names_what_we_meant() {
    let (path, local) = made();
    assert!(local.starts_with("b+") && local.len() <= 64);
    for spelt in [local.clone(), local.to_ascii_uppercase()] {
        let claimed = read(&spelt).expect("our form");
        assert_eq!(claimed.owner(), (Errand::Letter, [7; 16]));
        assert_eq!(claimed.verify(&key(1), now()), Some(path));
    }
}

#[test]
fn another_key_or_one_changed_letter_names_nothing() {
    let (_, local) = made();
    assert_eq!(read(&local).and_then(|c| c.verify(&key(2), now())), None);
    for at in 0..local.len() {
        for letter in ["0", "z", "b", "+", "."] {
            let mut forged = local.clone();
            forged.replace_range(at..=at, letter);
            if forged != local {
                let named = read(&forged).and_then(|c| c.verify(&key(1), now()));
                assert_eq!(named, None, "octet {at}");
            }
        }
    }
}

#[test]
fn it_ends_after_its_day() {
    let (_, local) = made();
    let later = |days: u64| now().plus(Duration::from_secs(days * 86_400));
    assert!(
        read(&local)
            .and_then(|c| c.verify(&key(1), later(90)))
            .is_some()
    );
    assert!(
        read(&local)
            .and_then(|c| c.verify(&key(1), later(92)))
            .is_none()
    );
}

#[test]
fn other_addresses_are_not_ours() {
    for local in [
        "", "b+", "b+x.y", "nurse", "b+0.0", "r+.", "b.c", "b+é.x", "+.+",
    ] {
        assert!(read(local).is_none(), "{local}");
    }
}
