//! One written form per value.

use super::*;

#[test]
fn a_day_has_one_form() {
    for written in [
        "03/04/1956",
        "3-4-1956",
        "March 4th, 1956",
        "4 March 1956",
        "4 de marzo de 1956",
        "1956-03-04",
        "3/4/56",
    ] {
        assert_eq!(
            normalised(FindingKind::DateOfBirth, written.as_bytes()),
            "1956-03-04",
            "{written}"
        );
    }
    assert_eq!(normalised(FindingKind::Date, b"25/12/2026"), "2026-12-25");
    assert_eq!(normalised(FindingKind::Date, b"January 2023"), "2023-01-00");
    assert_eq!(normalised(FindingKind::Date, b"May 5"), "-----05-05");
}

#[test]
fn numbers_and_codes_lose_their_separators() {
    assert_eq!(
        normalised(FindingKind::Phone, b"+1 (415) 555-0134"),
        "4155550134"
    );
    assert_eq!(normalised(FindingKind::UsSsn, b"123-45-6789"), "123456789");
    assert_eq!(normalised(FindingKind::Mrn, b"sjh-12 3"), "SJH123");
    assert_eq!(
        normalised(FindingKind::Email, b"A@B.example"),
        "a@b.example"
    );
}
