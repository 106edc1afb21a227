use super::*;

fn read(bytes: &[u8]) -> Result<Option<Response>, Unreadable> {
    let mut responses = Responses::default();
    responses.push(bytes);
    responses.next()
}

fn whole(bytes: &[u8]) -> Response {
    match read(bytes) {
        Ok(Some(response)) => response,
        _ => panic!("not a whole reply: {}", bytes.escape_ascii()),
    }
}

#[test]
fn enhanced_codes_agree_with_their_reply() {
    let enhanced = |line: &str| whole(format!("{line}\r\n").as_bytes()).enhanced;
    assert_eq!(enhanced("550 5.1.1 unknown").as_deref(), Some("5.1.1"));
    assert_eq!(enhanced("550 5.7.999 x").as_deref(), Some("5.7.999"));
    for line in [
        "550 unknown",
        "550 4.1.1 x",
        "550 5.1 x",
        "550 5.1.1.1 x",
        "550 5.1000.1 x",
        "550 5..1 x",
        "550",
    ] {
        assert_eq!(enhanced(line), None, "{line}");
    }
}

#[test]
fn text_is_joined_cleaned_and_capped() {
    let response = whole(b"550-5.1.1 no\r\n550-5.1.1 such\x07\xff\r\n550 5.1.1 user\n");
    assert_eq!(response.text(), "no such \u{fffd} user");
    let long = whole(format!("550 {}\r\n", "x".repeat(2_000)).as_bytes());
    assert_eq!(long.text().len(), 500);
}

#[test]
fn what_is_no_reply_is_unreadable() {
    for bytes in [
        b"hello\r\n".as_slice(),
        b"25\r\n",
        b"650 x\r\n",
        b"250x\r\n",
        b"\r\n",
        b"250-a\r\n251 b\r\n",
    ] {
        assert!(read(bytes).is_err(), "{}", bytes.escape_ascii());
    }
    assert!(read(b"250-more to come\r\n").is_ok_and(|r| r.is_none()));
    assert!(read(&[b'2'; 3_000]).is_err());
}
