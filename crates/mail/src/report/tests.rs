use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::*;

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// What a server tells in the form of RFC 3464, as large ones write it.
fn structured(fields: &str) -> Vec<u8> {
    crlf(&format!(
        "From: MAILER-DAEMON@peer.example\nContent-Type: multipart/report; boundary=b\n\n\
         --b\n\nSecret words\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; peer.example\n\n{fields}\n--b--\n"
    ))
}

#[test]
fn delivery_status_keeps_action_and_codes() {
    use DeliveryAction::{Delayed, Delivered, Failed, Relayed};
    let cases: [(&str, DeliveryAction, Option<&str>, Option<u16>); 6] = [
        (
            "Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n",
            Failed,
            Some("5.1.1"),
            Some(550),
        ),
        (
            "Action: FAILED (bad)\nStatus: 5.2.2 (mailbox full)\nDiagnostic-Code: smtp;552-5.2.2 The\n 552 mailbox\n",
            Failed,
            Some("5.2.2"),
            Some(552),
        ),
        (
            "Action: delayed\nStatus: 4.4.1\nWill-Retry-Until: tomorrow\n",
            Delayed,
            Some("4.4.1"),
            None,
        ),
        (
            "Action: delivered\nStatus: 2.1.5\n",
            Delivered,
            Some("2.1.5"),
            None,
        ),
        ("Action: expanded\n", Relayed, None, None),
        (
            "Action: failed\nDiagnostic-Code: X-Postfix; host said: 5.7.1 no\n",
            Failed,
            Some("5.7.1"),
            None,
        ),
    ];
    for (fields, action, status, code) in cases {
        let Ok(Some(Report::Delivery(told))) = read(&structured(fields)) else {
            panic!("a report: {fields}");
        };
        assert_eq!(told.len(), 1, "{fields}");
        assert_eq!(told[0].action, action, "{fields}");
        assert_eq!(told[0].status.as_deref(), status, "{fields}");
        assert_eq!(told[0].code, code, "{fields}");
    }
}

#[test]
fn bounces_in_prose_are_understood_and_letters_are_not_bounces() {
    let bounce = |text: &str| match read(&crlf(text)) {
        Ok(Some(Report::Delivery(told))) => Some((told[0].action, told[0].code)),
        _ => None,
    };
    let qmail = "From: MAILER-DAEMON@peer.example\nSubject: failure notice\n\n\
        Hi. This is the qmail-send program. I'm afraid I wasn't able to deliver your message.\n\
        This is a permanent error; I've given up.\n\n<a@b.example>:\n550 sorry, no mailbox here (#5.1.1)\n";
    assert_eq!(bounce(qmail), Some((DeliveryAction::Failed, Some(550))));
    let exim = "From: Mail Delivery System <Mailer-Daemon@peer.example>\nX-Failed-Recipients: a@b.example\n\
        Auto-Submitted: auto-replied\nSubject: Mail delivery failed\n\nA message could not be delivered.\n";
    assert_eq!(bounce(exim), Some((DeliveryAction::Failed, None)));
    let delayed = "From: postmaster@peer.example\nSubject: Warning\n\n\
        Your message has not yet been delivered. You do not need to resend it.\n";
    assert_eq!(bounce(delayed), Some((DeliveryAction::Delayed, None)));
    let person = "From: lee@peer.example\nSubject: Re: your letter\n\nMy last letter could not be delivered, 550 5.1.1.\n";
    assert_eq!(bounce(person), None);
    let person = "From: postmaster@peer.example\nSubject: lunch\n\nAt noon?\n";
    assert_eq!(bounce(person), None);
}

#[test]
fn complaints_and_receipts_are_words() {
    let part = |kind: &str, fields: &str| {
        crlf(&format!(
            "From: x@peer.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: {kind}\n\n{fields}\n--b--\n"
        ))
    };
    let arf = part(
        "message/feedback-report",
        "Feedback-Type: Abuse\nOriginal-Mail-From: <a@b.example>\n",
    );
    assert_eq!(read(&arf).ok().flatten(), Some(Report::Complaint("abuse")));
    assert_eq!(quoted_paths(&arf).expect("read").len(), 1);
    let odd = part("message/feedback-report", "Feedback-Type: <script>\n");
    assert_eq!(read(&odd).ok().flatten(), Some(Report::Complaint("other")));
    let mdn = "message/disposition-notification";
    let read_it = part(
        mdn,
        "Disposition: automatic-action/MDN-sent-automatically; displayed/expired\n",
    );
    assert_eq!(
        read(&read_it).ok().flatten(),
        Some(Report::Receipt("displayed"))
    );
    assert_eq!(
        read(&part(mdn, "Disposition: nonsense\n")).ok().flatten(),
        None
    );
}

#[test]
fn automatic_mail_is_told_from_a_person() {
    let cases: [(&str, bool, Automatic); 9] = [
        ("From: a@b.example\n", false, Automatic::No),
        ("Auto-Submitted: no\n", false, Automatic::No),
        (
            "Auto-Submitted: auto-replied; owner-email=x\n",
            false,
            Automatic::Reply,
        ),
        (
            "Auto-Submitted: auto-generated\n",
            false,
            Automatic::Generated,
        ),
        ("Precedence: bulk\n", false, Automatic::Generated),
        ("Precedence: auto_reply\n", false, Automatic::Reply),
        ("X-Autoreply: yes\n", false, Automatic::Reply),
        ("List-Id: <x.example>\n", false, Automatic::Generated),
        ("From: a@b.example\n", true, Automatic::Reply),
    ];
    for (fields, null, wanted) in cases {
        let bytes = crlf(&format!("{fields}\ntext\n"));
        let message = parse(&bytes).expect("a message");
        assert_eq!(automatic(&message, null), wanted, "{fields}");
    }
}

const XML: &str = "<?xml version=\"1.0\"?>\n<!-- a -->\n<feedback xmlns=\"urn:x\"><report_metadata>\
    <org_name>Peer &amp; Co</org_name><report_id>1</report_id><date_range><begin>10</begin><end>20</end></date_range>\
    </report_metadata><policy_published><domain>clinic.example</domain></policy_published>\
    <record><row><source_ip>2001:db8::1</source_ip><count>3</count><policy_evaluated><disposition>quarantine</disposition>\
    <dkim>fail</dkim><spf>pass</spf></policy_evaluated></row><identifiers/></record>\
    <record><row><source_ip>nonsense</source_ip><count>3</count></row></record></feedback>";

fn attached(bytes: &[u8], kind: &str) -> Vec<u8> {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(76)
        .map(|l| std::str::from_utf8(l).expect("ASCII"))
        .collect();
    crlf(&format!(
        "From: r@peer.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below\n--b\n\
         Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n",
        lines.join("\n")
    ))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

/// One deflated file, sizes in a descriptor after it as streaming writers leave them.
fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("memory");
    let mut out = b"PK\x03\x04\x14\x00\x08\x00\x08\x00".to_vec();
    out.extend([0; 16]);
    out.extend(*b"\x05\x00\x00\x00r.xml");
    out.extend(packed.finish().expect("memory"));
    out
}

#[test]
fn dmarc_reports_come_plain_gzipped_and_zipped() {
    for (bytes, kind) in [
        (XML.as_bytes().to_vec(), "text/xml"),
        (gzip(XML.as_bytes()), "application/gzip"),
        (zip(XML.as_bytes()), "application/zip"),
    ] {
        let Ok(Some(Aggregate::Dmarc(report))) = aggregate(&attached(&bytes, kind)) else {
            panic!("a report as {kind}");
        };
        assert_eq!(report.reporter, "Peer & Co");
        assert_eq!((report.begins, report.ends), (10, 20));
        assert_eq!(report.domain.as_str(), "clinic.example");
        assert_eq!(
            report.rows.len(),
            1,
            "the row without an address is left out"
        );
        let row = &report.rows[0];
        assert_eq!((row.count, row.disposition), (3, "quarantine"));
        assert!(!row.dkim_aligned && row.spf_aligned);
    }
}

#[test]
fn hostile_reports_are_no_reports() {
    let entities = XML.replace(
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    );
    let unknown = XML.replace("&amp;", "&b;");
    let unbalanced = XML.replace("</feedback>", "");
    let deep = "<feedback>".to_owned() + &"<a>".repeat(1_000);
    for text in [entities, unknown, unbalanced, deep] {
        let read = aggregate(&attached(text.as_bytes(), "text/xml"));
        assert!(matches!(read, Ok(None)), "{}", &text[..60]);
    }
    // 40 MiB of spaces in 40 KiB: unpacking stops at the limit.
    let bomb = gzip(&vec![b' '; model::limits::REPORT_OCTETS_MAX * 2]);
    assert!(matches!(
        aggregate(&attached(&bomb, "application/gzip")),
        Ok(None)
    ));
}

/// A thousand parts, each packed to the limit, would be unpacked for minutes.
#[test]
fn the_parts_of_a_message_share_one_room() {
    let full = gzip(&vec![b' '; model::limits::REPORT_OCTETS_MAX]);
    let report = gzip(XML.as_bytes());
    let message = |parts: &[&[u8]]| {
        let part = |bytes: &&[u8]| {
            let text = STANDARD.encode(bytes);
            format!(
                "--b\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n{text}\r\n"
            )
        };
        let parts: String = parts.iter().map(part).collect();
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n").into_bytes()
    };
    let found = |parts: &[&[u8]]| aggregate(&message(parts)).is_ok_and(|read| read.is_some());
    assert!(found(&[&report, &full]) && found(&[b"\x1f\x8brubbish", &report]));
    assert!(!found(&[&full, &report]), "nothing is left for it");
}

/// A tree of JSON takes many times the room of its text.
#[test]
fn a_report_about_tls_is_small() {
    const JSON: &str = "{\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\",\
        \"end-datetime\":\"2026-03-02T00:00:00Z\"},\"policies\":[{\"policy\":{\
        \"policy-type\":\"sts\",\"policy-domain\":\"c.example\"}}]}";
    let padding = " ".repeat(model::limits::TLS_REPORT_OCTETS_MAX);
    let large = gzip(format!("{JSON}{padding}").as_bytes());
    let small = gzip(format!("{JSON}{}", " ".repeat(1_000)).as_bytes());
    let read =
        |bytes: &[u8]| aggregate(&attached(bytes, "application/gzip")).is_ok_and(|r| r.is_some());
    assert!(read(&small) && !read(&large));
}
