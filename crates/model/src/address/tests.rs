use super::*;

#[test]
fn good_addresses_are_kept_and_their_domain_is_normalised() {
    for (given, expected) in [
        ("pat@mail.example", "pat@mail.example"),
        (
            "Pat.O'Neil+lab@Mail.Example.",
            "Pat.O'Neil+lab@mail.example",
        ),
        ("\"two words\"@mail.example", "\"two words\"@mail.example"),
        ("josé@correo.example", "josé@correo.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ] {
        let parsed = Address::parse(given).map(|a| a.as_str().to_owned());
        assert_eq!(parsed.ok().as_deref(), Some(expected), "{given}");
    }
}

#[test]
fn bad_addresses_are_refused_with_one_code() {
    let long = format!("{}@mail.example", "a".repeat(65));
    for given in [
        "",
        "@",
        "pat",
        "pat@",
        "@mail.example",
        "a b@mail.example",
        "a..b@mail.example",
        ".a@mail.example",
        "a@-mail.example",
        "a@mail..example",
        "a@[127.0.0.1]",
        "a@mail",
        "\"@mail.example",
        "\"\\\"@mail.example",
        "a\r\nBcc: x@y.example@mail.example",
        "a@mail.example\r\nx",
        "a\0@mail.example",
        long.as_str(),
    ] {
        assert_eq!(
            Address::parse(given).err().map(|e| e.code()),
            Some(Code::AddressInvalid),
            "{given:?}"
        );
    }
}

#[test]
fn an_address_does_not_show_itself() {
    let shown = Address::parse("pat@mail.example").map(|a| format!("{a:?} {:?}", a.domain()));
    assert_eq!(shown.ok().as_deref(), Some("Address(..) Domain(..)"));
}
