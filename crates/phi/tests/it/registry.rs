//! The organisation's own patients in a text: the ways in which people write a name, a day and a telephone.

use std::sync::LazyLock;

use caduceus_phi::{
    FindingKind, MemoryRegistry, Part, PartKind, Reading, RegistryField as F, Scanner,
};

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

/// Not a hash anybody should use: enough to tell test values apart.
fn token(value: &str) -> [u8; 32] {
    let mut token = [0; 32];
    let fold = |n: u64, byte: u8| (n ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = value.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
    token[..8].copy_from_slice(&hash.to_be_bytes());
    token
}

fn matches(text: &str) -> bool {
    let rows = |field: F, values: &'static [&'static str], patient: u32| {
        let hashed = move |form: String| (field, token(&field.text(&form)), patient);
        field.forms(values).into_iter().map(hashed)
    };
    let registry = MemoryRegistry::new(
        [
            rows(F::Name, &["Xochitl", "Arreola Benavides"], 1),
            rows(F::LastDob, &["Arreola Benavides", "1961-04-05"], 1),
            rows(F::Dob, &["1961-04-05"], 1),
            rows(F::Name, &["Tove", "Aldersey-Quint"], 2),
            rows(F::Phone, &["415-555-0134"], 2),
            rows(F::LastSsn, &["Aldersey-Quint", "219-09-9999"], 2),
            rows(F::Ssn, &["219-09-9999"], 2),
            rows(F::Name, &["Ines", "de la Vega"], 3),
            rows(F::LastDob, &["de la Vega", "1950-11-12"], 3),
        ]
        .into_iter()
        .flatten(),
    );
    let reading = Reading {
        registry: Some(&registry),
        ..Reading::new(&token)
    };
    let found = SCANNER.scan(&[Part::new(PartKind::Body, text)], &reading);
    found.counts.contains_key(&FindingKind::PatientMatch)
}

#[test]
fn a_patient_is_known_however_day_number_and_name_are_written() {
    for text in [
        "Xochitl Arreola, 05.04.1961",
        "Xochitl Arreola Benavides, 4/5/1961",
        "Arreola, geb. 05.04.1961",
        "Tove Quint called from 4155550134.",
        "Tove Aldersey, +14155550134",
        "Quint's number is 219-09-9999.",
        "Ms. Aldersey-Quint, SSN 219099999",
    ] {
        assert!(matches(text), "{text}");
    }
}

#[test]
fn half_a_name_or_another_day_is_no_patient() {
    for text in [
        // A name or a number alone.
        "Xochitl Arreola wrote.",
        "SSN 219-09-9999",
        "Tove Quint asked.",
        // The second surname alone, what only leads a name, a day nobody was born on.
        "Benavides, 05.04.1961",
        "La Quinta, November 12, 1950",
        "Xochitl Arreola, 05.06.1961",
        // Of two patients.
        "Tove Quint, 05.04.1961",
        "Arreola, SSN 219-09-9999",
    ] {
        assert!(!matches(text), "{text}");
    }
}
