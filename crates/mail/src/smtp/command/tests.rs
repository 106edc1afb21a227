use super::*;

fn path_of(line: &str) -> Option<String> {
    match parse(line.as_bytes()) {
        Ok(Command::Mail {
            from: Mailbox::Address(address),
            ..
        }) => Some(address.as_str().to_owned()),
        Ok(Command::Mail {
            from: Mailbox::Null,
            ..
        }) => Some(String::new()),
        _ => None,
    }
}

#[test]
fn paths() {
    let cases = [
        ("MAIL FROM:<>", Some("")),
        ("mail from:<a@b.example>", Some("a@b.example")),
        ("MAIL FROM: <a@b.example>", Some("a@b.example")),
        (
            "MAIL FROM:<@one.example,@two.example:a@b.example>",
            Some("a@b.example"),
        ),
        ("MAIL FROM:<\"x>y\"@b.example>", Some("\"x>y\"@b.example")),
        (
            "MAIL FROM:<\"x\\\">y\"@b.example>",
            Some("\"x\\\">y\"@b.example"),
        ),
        ("MAIL FROM:<a@b.example", None),
        ("MAIL FROM:a@b.example", None),
        ("MAIL FROM:<a@b.example>SIZE=1", None),
        ("MAIL FROM:<a@[127.0.0.1]>", None),
        ("MAIL <a@b.example>", None),
        ("MAIL", None),
        ("MAIL FROM:<@one.example>", None),
        ("MAIL ñ", None),
    ];
    for (line, expected) in cases {
        assert_eq!(path_of(line).as_deref(), expected, "{line}");
    }
}

#[test]
fn counts_of_chunks() {
    let count = |line: &str| match parse(line.as_bytes()) {
        Ok(Command::Bdat { octets, last }) => Some((octets, last)),
        _ => None,
    };
    assert_eq!(count("BDAT 0"), Some((0, false)));
    assert_eq!(count("bdat 86400 last"), Some((86_400, true)));
    assert_eq!(
        count("BDAT 999999999999999999"),
        Some((999_999_999_999_999_999, false))
    );
    for line in [
        "BDAT",
        "BDAT x",
        "BDAT -1",
        "BDAT +1",
        "BDAT 9999999999999999999",
        "BDAT 1 FIRST",
        "BDAT 1 LAST 2",
    ] {
        assert_eq!(count(line), None, "{line}");
    }
}

#[test]
fn a_client_name_is_one_printable_word() {
    let name = |line: &str| match parse(line.as_bytes()) {
        Ok(Command::Ehlo(name)) => Some(name),
        _ => None,
    };
    assert_eq!(name("EHLO [192.0.2.1]").as_deref(), Some("[192.0.2.1]"));
    assert_eq!(name("EHLO a b").as_deref(), Some("a"));
    assert_eq!(name("EHLO naïve"), None);
    assert_eq!(name(&format!("EHLO {}", "x".repeat(256))), None);
}
