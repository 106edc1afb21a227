//! The registry finds what was put in, and the written form is one however it is written.

use super::*;

fn token(n: u64) -> [u8; 32] {
    let mut token = [0; 32];
    let mixed = n.wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(17) ^ n;
    token[..8].copy_from_slice(&mixed.to_be_bytes());
    token
}

#[test]
fn a_value_leads_to_its_patients_and_no_other() {
    let rows = (0..10_000_u32).map(|n| (RegistryField::Ssn, token(u64::from(n)), n));
    let registry = MemoryRegistry::new(rows);
    for n in [0, 77, 9_999] {
        let hits = registry.patients(RegistryField::Ssn, &token(u64::from(n)));
        assert_eq!(hits.as_slice(), [n]);
    }
    assert!(
        registry
            .patients(RegistryField::Ssn, &token(10_001))
            .as_slice()
            .is_empty()
    );
    assert!(
        registry
            .patients(RegistryField::Mrn, &token(77))
            .as_slice()
            .is_empty()
    );
    assert!(registry.octets() < 10_000 * 16);
}

#[test]
fn a_value_that_many_share_says_nothing() {
    let shared = |count: u32| {
        let rows = (0..count).map(|n| (RegistryField::Name, token(5), n));
        let hits = MemoryRegistry::new(rows).patients(RegistryField::Name, &token(5));
        hits.as_slice().len()
    };
    assert_eq!(shared(3), 3);
    assert_eq!(shared(9), 0);
}

#[test]
fn an_empty_registry_has_no_one() {
    let registry = MemoryRegistry::new([]);
    assert!(
        registry
            .patients(RegistryField::Name, &token(1))
            .as_slice()
            .is_empty()
    );
}

#[test]
fn a_value_has_one_form_however_it_is_written() {
    use RegistryField as F;
    for (field, one, other) in [
        (
            F::Name,
            ["José Luis", "García-López"],
            ["jose", "Garcia Lopez"],
        ),
        (
            F::LastDob,
            ["O'Brien", "03/04/1956"],
            ["OBRIEN", "March 4th, 1956"],
        ),
    ] {
        assert_eq!(field.normal(&one), field.normal(&other));
        assert!(field.normal(&one).is_some());
    }
    for (field, one, other) in [
        (F::Ssn, "123-45-6789", "123456789"),
        (F::Phone, "+1 (415) 555-0134", "415.555.0134"),
        (F::Mrn, "sjh-1234", "SJH 1234"),
        (F::Email, "A@B.example ", "a@b.example"),
        (F::Dob, "1956-03-04", "3/4/1956"),
        (F::Zip, "94103-1234", "94103"),
    ] {
        assert_eq!(field.normal(&[one]), field.normal(&[other]), "{one}");
        assert!(field.normal(&[one]).is_some(), "{one}");
    }
    assert_eq!(F::Ssn.normal(&["12345"]), None);
    assert_eq!(F::Name.normal(&["Ana"]), None);
}

#[test]
fn every_field_has_its_word() {
    for field in RegistryField::ALL {
        assert_eq!(RegistryField::from_word(field.word()), Some(*field));
    }
}

#[test]
fn a_family_name_of_two_is_held_whole_and_by_what_it_is_called() {
    use RegistryField as F;
    for (family, forms) in [
        ("García López", vec!["ana garcialopez", "ana garcia"]),
        (
            "Okonjo-Wells",
            vec!["ana okonjowells", "ana okonjo", "ana wells"],
        ),
        ("de la Cruz", vec!["ana delacruz"]),
        ("Smith Jr.", vec!["ana smithjr", "ana smith"]),
        ("Ng", vec!["ana ng"]),
    ] {
        assert_eq!(F::Name.forms(&["Ana", family]), forms, "{family}");
    }
    assert_eq!(F::Ssn.forms(&["219-09-9999"]), ["219099999"]);
    assert_eq!(F::LastSsn.normal(&["Ng", "219"]), None);
}
