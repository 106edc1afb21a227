//! Which characters no name may hold.

use super::is_hidden;

#[test]
fn names_of_living_languages_are_shown_as_they_are() {
    for name in [
        "Zoë Núñez",
        "محمد",
        "נועה",
        "می\u{200c}خواهم",
        "李小龙",
        "O’Brien-Łuk",
        "👩\u{200d}⚕️",
    ] {
        assert!(!name.chars().any(is_hidden), "{name}");
    }
}

#[test]
fn what_hides_or_turns_is_found() {
    for c in [
        "\r",
        "\0",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{202a}",
        "\u{202e}",
        "\u{2066}",
        "\u{2069}",
        "\u{feff}",
        "\u{e0041}",
    ] {
        assert!(c.chars().all(is_hidden), "{}", c.escape_unicode());
    }
}
