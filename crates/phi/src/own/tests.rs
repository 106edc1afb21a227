//! Own things are known however they are written, others are not.

use super::*;

#[test]
fn a_staff_name_is_known_in_either_order_and_with_its_title() {
    let mut own = Own::new();
    own.staff_name("Ana Lopez");
    for written in ["Ana Lopez", "Lopez, Ana", "Dr. Ana M. Lopez, MD"] {
        assert!(own.has_name(written.as_bytes()), "{written}");
    }
    assert!(!own.has_name(b"Ana Lopes"));
    assert!(!own.has_name(b"Lopez"));
}

#[test]
fn addresses_of_own_domains_and_those_below_are_known() {
    let mut own = Own::new();
    own.domain("Clinic.example");
    own.staff_address("Ana@Mail.example");
    for address in [
        "a@clinic.example",
        "a@lab.clinic.example",
        "ana@mail.example",
    ] {
        assert!(own.has_address(address.as_bytes()), "{address}");
    }
    for address in ["a@myclinic.example", "bo@mail.example", "clinic.example"] {
        assert!(!own.has_address(address.as_bytes()), "{address}");
    }
}

#[test]
fn nothing_is_own_by_default() {
    let own = Own::default();
    assert!(!own.has_name(b"Ana Lopez") && !own.has_address(b"a@b.example") && !own.has_line(b""));
}
