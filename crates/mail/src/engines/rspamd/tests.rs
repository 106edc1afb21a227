use super::*;

const BODY: &str = r#"{"is_skipped":false,"score":7.30,"required_score":15.0,"action":"add header",
"symbols":{"R_DKIM_ALLOW":{"name":"R_DKIM_ALLOW","score":-0.2,"options":["a.example:s=x"]},
"BAYES_SPAM":{"name":"BAYES_SPAM","score":4.0},"bad name":{"score":1.0}},
"messages":{},"message-id":"1@a.example","milter":{"add_headers":{}}}"#;

fn answered(octets: &str) -> Answer {
    let mut answer = Answer::new();
    answer.take(octets.as_bytes());
    answer
}

fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nServer: rspamd\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[test]
fn a_request_names_the_envelope_and_lets_nobody_add_fields() {
    let from = Address::parse("a@clinic.example").expect("an address");
    let to = [
        Address::parse("b@mail.example").expect("an address"),
        Address::parse("c@mail.example").expect("an address"),
    ];
    let envelope = Envelope {
        from: Some(&from),
        recipients: &to,
        ip: IpAddr::from([192, 0, 2, 1]),
        helo: "mx.example\r\nRcpt: x@evil.example",
        user: Some("usr_01"),
    };
    let head = String::from_utf8(request_head(&envelope, 42)).expect("ASCII");
    assert_eq!(
        head,
        "POST /checkv2 HTTP/1.1\r\nHost: rspamd\r\nConnection: close\r\n\
         From: a@clinic.example\r\nRcpt: b@mail.example\r\nRcpt: c@mail.example\r\n\
         Ip: 192.0.2.1\r\nUser: usr_01\r\nContent-Type: message/rfc822\r\n\
         Content-Length: 42\r\n\r\n"
    );
}

#[test]
fn score_action_and_names_of_symbols_are_read_and_nothing_that_quotes_the_mail() {
    let answer = answered(&response("200 OK", BODY));
    assert!(answer.is_whole());
    let advice = answer.advice().expect("advice");
    assert_eq!((advice.score, advice.required), (7.3, 15.0));
    assert_eq!(advice.action, Action::AddHeader);
    assert_eq!(advice.symbols, ["BAYES_SPAM", "R_DKIM_ALLOW"]);
}

#[test]
fn what_was_skipped_because_it_is_known_to_be_bad_is_bad() {
    let body = r#"{"is_skipped":true,"score":15.0,"required_score":15.0,"action":"reject",
        "symbols":{"GTUBE":{"score":0.0}}}"#;
    let advice = answered(&response("200 OK", body)).advice();
    assert_eq!(advice.map(|advice| advice.action), Ok(Action::Reject));
}

#[test]
fn what_is_no_whole_answer_is_no_advice() {
    let whole = response("200 OK", BODY);
    let cases = [
        (String::new(), NoAnswer::Cut),
        (whole[..whole.len() - 1].to_owned(), NoAnswer::Cut),
        (whole[..40].to_owned(), NoAnswer::Cut),
        ("SSH-2.0-x\r\n".to_owned(), NoAnswer::Garbled),
        (response("500 Error", BODY), NoAnswer::Failed),
        (response("200 OK", "{}"), NoAnswer::Garbled),
        (
            response(
                "200 OK",
                r#"{"score":1,"required_score":15,"action":"love it"}"#,
            ),
            NoAnswer::Garbled,
        ),
        (
            response(
                "200 OK",
                r#"{"is_skipped":true,"score":0,"required_score":15,"action":"no action"}"#,
            ),
            NoAnswer::NotLookedAt,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
            NoAnswer::Garbled,
        ),
        (
            "x".repeat(HEAD_OCTETS_MAX + BODY_OCTETS_MAX + 1),
            NoAnswer::TooLong,
        ),
    ];
    for (octets, expected) in cases {
        assert_eq!(answered(&octets).advice(), Err(expected));
    }
}
