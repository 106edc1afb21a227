use super::*;

fn subject(word: &str, method: Method) -> Trigger {
    Trigger {
        place: "subject".to_owned(),
        name: String::new(),
        word: word.to_owned(),
        method,
    }
}

fn header(name: &str, word: &str) -> Trigger {
    Trigger {
        place: "header".to_owned(),
        name: name.to_owned(),
        word: word.to_owned(),
        method: Method::Portal,
    }
}

fn taken(triggers: &[Trigger], content: &str) -> (String, Option<String>) {
    let message = mail::parse(content.as_bytes()).expect("it parses");
    let (left, found) = take_from_content(triggers, &message, content.as_bytes());
    let left = left.unwrap_or_else(|| content.as_bytes().to_vec());
    let content = String::from_utf8(left).expect("it is text");
    (content, found.map(|f| f.label))
}

#[test]
fn a_word_is_recognised_in_any_case_anywhere_and_taken_out() {
    let triggers = [
        subject("+encrypt+", Method::Portal),
        subject("[secure]", Method::Portal),
    ];
    for (said, left) in [
        ("+encrypt+ Results", "Results"),
        ("Results +ENCRYPT+", "Results"),
        ("Re: [Secure] your [SECURE] results", "Re: your results"),
        ("[secure]", ""),
    ] {
        let (content, label) = taken(&triggers, &format!("Subject: {said}\r\n\r\nx\r\n"));
        assert_eq!(content, format!("Subject: {left}\r\n\r\nx\r\n"), "{said}");
        assert!(label.is_some_and(|l| l.starts_with("subject ")), "{said}");
    }
}

#[test]
fn a_word_hidden_in_an_encoded_subject_is_recognised() {
    let triggers = [subject("[secure]", Method::Portal)];
    // "[secure] día"
    let said = "Subject: =?utf-8?B?W3NlY3VyZV0gZMOtYQ==?=\r\n\r\nx\r\n";
    let (content, label) = taken(&triggers, said);
    assert_eq!(label.as_deref(), Some("subject [secure]"));
    let left = mail::parse(content.as_bytes()).expect("it parses");
    assert_eq!(left.subject(), Some("d\u{ed}a"));
}

#[test]
fn a_header_field_is_recognised_by_its_value_and_always_taken_out() {
    let triggers = [header("x-encrypt", "yes"), header("sensitivity", "")];
    let with = |field: &str| format!("{field}Subject: a\r\n\r\nx\r\n");
    let bare = with("");
    let (content, label) = taken(&triggers, &with("X-Encrypt: YES\r\n"));
    assert_eq!(
        (content.as_str(), label.as_deref()),
        (bare.as_str(), Some("header x-encrypt: yes"))
    );
    let (content, label) = taken(&triggers, &with("X-Encrypt: no\r\n"));
    assert_eq!((content.as_str(), label), (bare.as_str(), None));
    let (content, label) = taken(&triggers, &with("Sensitivity:\r\n Private\r\n"));
    assert_eq!(
        (content.as_str(), label.as_deref()),
        (bare.as_str(), Some("header sensitivity"))
    );
}

#[test]
fn of_several_the_strongest_counts() {
    let triggers = [
        subject("+tls+", Method::Tls),
        subject("+portal+", Method::Portal),
    ];
    let found = find(&triggers, "+tls+ and +portal+", |_| Vec::new()).expect("two are there");
    assert_eq!(found.method, Method::Portal);
}

#[test]
fn what_has_no_trigger_stays_byte_for_byte() {
    let triggers = [subject("[secure]", Method::Portal), header("x-encrypt", "")];
    let content = "Subject:  odd   [ secure ]\r\n folded\r\n\r\n[secure] in the body\r\n";
    assert_eq!(taken(&triggers, content), (content.to_owned(), None));
}
