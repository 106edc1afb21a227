use model::MessageId;

use super::*;

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn notice(recipient: &str, action: DsnAction, diagnostic: Option<(u16, &str)>) -> String {
    let facts = DsnFacts {
        reporting_mta: "mail.clinic.example",
        from: &Domain::parse("clinic.example").expect("a domain"),
        to: &address("nurse@clinic.example"),
        message_id_header: Some("<1@clinic.example>"),
        our_id: MessageId::from_bytes([7; 16]),
        envid: Some("QQ314159"),
        recipient: &address(recipient),
        orcpt: Some("rfc822;Pat@old.example"),
        action,
        status: "5.1.1",
        diagnostic,
        advice: None,
        arrived_at: Timestamp::from_secs(1_700_000_000),
        retry_until: (action == DsnAction::Delayed).then(|| Timestamp::from_secs(1_700_100_000)),
        now: Timestamp::from_secs(1_700_003_600),
        boundary_seed: [1; 16],
    };
    String::from_utf8(dsn(&facts).expect("a notice")).expect("text")
}

/// The whole notice, as a sender's program and a sender read it.
#[test]
fn a_failure_is_told_without_quoting() {
    let text = notice("pat@mail.example", DsnAction::Failed, Some((550, "5.1.1")));
    for expected in [
        "From: Mail Delivery <mailer-daemon@clinic.example>\r\n",
        "To: nurse@clinic.example\r\n",
        "Auto-Submitted: auto-replied\r\n",
        "In-Reply-To: <1@clinic.example>\r\n",
        "Content-Type: multipart/report; report-type=delivery-status;\r\n",
        "Original-Envelope-Id: QQ314159\r\nReporting-MTA: dns; mail.clinic.example\r\n",
        "Arrival-Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\n",
        "\r\n\r\nOriginal-Recipient: rfc822; Pat@old.example\r\nFinal-Recipient: rfc822; pat@mail.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        "Diagnostic-Code: smtp; 550 5.1.1\r\n",
        "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@clinic.example>\r\n",
        "Subject: (withheld to protect privacy)\r\n",
    ] {
        assert!(text.contains(expected), "lacks {expected:?}:\n{text}");
    }
    assert!(text.lines().all(|line| line.len() <= 78));
    let message = crate::parse(text.as_bytes()).expect("a message");
    assert_eq!(
        message.subject(),
        Some("Your message could not be delivered")
    );
    assert_eq!(message.attachments().len(), 2);
    assert!(!message.is_damaged());
}

#[test]
fn a_delay_says_so() {
    let text = notice("pat@mail.example", DsnAction::Delayed, None);
    assert!(
        text.contains("Action: delayed\r\n")
            && text.contains("Subject: Your message is delayed\r\n")
    );
    assert!(!text.contains("Diagnostic-Code"));
    assert!(text.contains("Will-Retry-Until: Thu, 16 Nov 2023 02:00:00 +0000\r\n"));
    assert!(notice("pat@mail.example", DsnAction::Expired, None).contains("Action: failed\r\n"));
}

#[test]
fn a_success_says_how_far_it_is_known() {
    let relayed = notice("pat@mail.example", DsnAction::Relayed, None);
    assert!(
        relayed.contains("Action: relayed\r\nStatus: 2.0.0\r\n"),
        "{relayed}"
    );
    assert!(relayed.contains("Subject: Your message was passed on\r\n"));
    let delivered = notice("pat@mail.example", DsnAction::Delivered, None);
    assert!(delivered.contains("Action: delivered\r\n"));
}

#[test]
fn what_comes_from_outside_cannot_write_lines() {
    let text = notice(
        "pat@mail.example",
        DsnAction::Failed,
        Some((550, "5.1.1\r\nX: y")),
    );
    assert!(!text.contains("X: y") && text.contains("Diagnostic-Code: smtp; 550\r\n"));
}

#[test]
fn addresses_beyond_ascii_have_their_own_form() {
    let text = notice("josé@mail.example", DsnAction::Failed, None);
    assert!(text.contains("Final-Recipient: utf-8; jos\\x{E9}@mail.example\r\n"));
    assert!(text.contains("Content-Transfer-Encoding: 8bit\r\n"));
}
