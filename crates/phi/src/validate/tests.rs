//! Published examples and the edges of each range.

use super::*;

fn holds(check: fn(&[u8]) -> bool, text: &str) -> bool {
    check(&digits(text.as_bytes()))
}

#[test]
fn social_security_numbers() {
    for good in [
        "001-01-0001",
        "123-45-6789",
        "665-99-9999",
        "667-01-0001",
        "899-99-9999",
    ] {
        assert!(holds(is_ssn, good), "{good}");
    }
    for bad in [
        "000-01-0001",
        "666-01-0001",
        "900-01-0001",
        "123-00-4567",
        "123-45-0000",
        "12-345-678",
    ] {
        assert!(!holds(is_ssn, bad), "{bad}");
    }
}

#[test]
fn provider_identifiers() {
    // 1234567893 is the example of the standard.
    for good in ["1234567893", "1245319599"] {
        assert!(holds(is_npi, good), "{good}");
    }
    for bad in ["1234567890", "3234567893", "123456789", "12345678930"] {
        assert!(!holds(is_npi, bad), "{bad}");
    }
}

#[test]
fn payment_cards() {
    // Test numbers that the schemes publish.
    for good in [
        "4111111111111111",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "4222222222222",
    ] {
        assert!(holds(is_card, good), "{good}");
    }
    for bad in [
        "4111111111111112",
        "9111111111111111",
        "411111111111",
        "0000000000000000",
        "2720999999999999",
    ] {
        assert!(!holds(is_card, bad), "{bad}");
    }
}

#[test]
fn north_american_telephones() {
    for good in ["415-555-0134", "1 415 555 0134", "(212) 234-5678"] {
        assert!(holds(is_nanp, good), "{good}");
    }
    for bad in [
        "115-555-0134",
        "415-155-0134",
        "911-555-0134",
        "415-555-013",
        "2 415 555 0134",
    ] {
        assert!(!holds(is_nanp, bad), "{bad}");
    }
}

#[test]
fn days() {
    for good in [
        "03/04/2026",
        "31/12/1999",
        "2026-11-21",
        "3/4/26",
        "4.3.2026",
    ] {
        assert!(is_date(good.as_bytes()), "{good}");
    }
    for bad in [
        "13/13/2026",
        "00/04/2026",
        "3/4/1066",
        "1.2.10",
        "3-4/2026",
        "2026-13-01",
        "3/4",
    ] {
        assert!(!is_date(bad.as_bytes()), "{bad}");
    }
}

#[test]
fn no_length_of_digits_overflows() {
    let long = vec![b'9'; 5_000];
    assert!(!is_date(&long) && !is_ssn(&digits(&long)) && !is_card(&digits(&long)));
}

#[test]
fn licences_of_the_states_have_their_shapes() {
    for licence in [
        "B9276254",          // California
        "123456789",         // New York
        "G875-1872-3166",    // Illinois
        "B803-885-43-685-8", // Florida
        "A12345678901234",   // New Jersey
        "AB123456",          // Ohio
        "123AB4567",         // Iowa
        "12ABC34567",        // New Hampshire
        "AB123456C",         // Idaho
        "ABC123456",         // North Dakota
        "WDLABCD456DG",      // Washington
    ] {
        assert!(is_licence(licence.as_bytes()), "{licence}");
    }
    for other in ["2.0", "GPL-3", "2026", "A1", "123456789012345"] {
        assert!(!is_licence(other.as_bytes()), "{other}");
    }
}
