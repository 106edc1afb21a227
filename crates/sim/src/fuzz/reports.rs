//! What other systems' programs report to us, packed or not, and what their servers reply.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use mail::bounce::{Reply, Stage, classify, outcome};
use mail::report::{self, Aggregate, Report};
use model::{Outcome, limits};

use super::text;
use crate::kit::hostile::{Target, texts};

const XML: &str = "<?xml version=\"1.0\"?><feedback><report_metadata><org_name>p &amp; q</org_name><report_id>1</report_id><date_range><begin>1</begin><end>2</end></date_range></report_metadata><policy_published><domain>c.example</domain></policy_published><record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row></record></feedback>";
const JSON: &str = "{\"organization-name\":\"p\",\"report-id\":\"1\",\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\",\"end-datetime\":\"2026-03-02T00:00:00Z\"},\"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"c.example\"},\"summary\":{\"total-successful-session-count\":5},\"failure-details\":[{\"result-type\":\"certificate-expired\",\"failed-session-count\":2}]}]}";

pub const REPORTS: Target = Target {
    name: "reports",
    seeds: || {
        let letter =
            |kind: &str, body: &str| format!("From: r@p.example\nContent-Type: {kind}\n\n{body}");
        texts(&[
            "From: MAILER-DAEMON@p.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; p\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 x\n\nAction: delayed\nStatus: 4.4.1\n--b--\n",
            "From: f@p.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Mail-From: <b+0.0@c.example>\n--b\nContent-Type: message/rfc822\n\nReturn-Path: <a@b.example>\n\nx\n--b--\n",
            "From: p@p.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n--b--\n",
            "From: postmaster@p.example\nSubject: failure notice\nX-Failed-Recipients: a@b.example\n\n550 5.1.1 unknown user\n",
            &letter("text/xml", XML),
            &letter("application/json", JSON),
        ])
    },
    words: &[
        "Action: failed\r\n",
        "Status: 5.1.1\r\n",
        "Final-Recipient: rfc822; ",
        "Diagnostic-Code: smtp; 550 ",
        "Feedback-Type: ",
        "<record>",
        "</record>",
        "<row>",
        "<count>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&#0;",
        "&#x110000;",
        "{\"a\":",
        "[",
        "\"policies\":[",
        "1e999",
        "\\ud800",
    ],
    read: |input| read_all(input),
    most: (2_000, 4),
};

/// A refusal is as good as a reading; what is read is bounded and holds words only.
fn read_all(input: &[u8]) -> usize {
    let mut came = 0;
    match report::read(input) {
        Ok(Some(Report::Delivery(told))) => {
            assert!(told.len() <= 100);
            came += told.len();
        }
        Ok(Some(Report::Complaint(word) | Report::Receipt(word))) => came += word.len(),
        Ok(None) | Err(_) => {}
    }
    came += report::quoted_paths(input).map_or(0, |paths| paths.len());
    match report::aggregate(input) {
        Ok(Some(Aggregate::Dmarc(found))) => {
            assert!(found.rows.len() <= limits::REPORT_ROWS_MAX);
            assert!(is_word(&found.reporter) && is_word(&found.report_id));
            came += found.rows.len();
        }
        Ok(Some(Aggregate::Tls(found))) => {
            assert!(
                found.policies.len() <= 100
                    && is_word(&found.reporter)
                    && is_word(&found.report_id)
            );
            came += found
                .policies
                .iter()
                .map(|p| 1 + p.reasons.len())
                .sum::<usize>();
        }
        Ok(None) | Err(_) => {}
    }
    came
}

fn is_word(text: &str) -> bool {
    text.len() <= 120 && text.bytes().all(|b| matches!(b, 0x20..=0x7e))
}

pub const PACKED: Target = Target {
    name: "packed_reports",
    seeds: || {
        let bomb = gzip(&vec![b' '; 4 * limits::REPORT_OCTETS_MAX / 3]);
        let twice = [gzip(XML.as_bytes()), gzip(XML.as_bytes())].concat();
        vec![
            gzip(XML.as_bytes()),
            gzip(JSON.as_bytes()),
            zip(XML.as_bytes()),
            twice,
            gzip(&bomb),
            bomb,
            JSON.into(),
        ]
    },
    words: &["PK\x03\x04", "\x1f\u{8b}", "\0\0", "\u{8}"],
    read: |input| {
        let part = format!(
            "--b\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            STANDARD.encode(input)
        );
        // Again and again in one message: what one may hold is held by all parts together.
        let message = format!(
            "From: r@p.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n",
            part.repeat(3)
        );
        read_all(message.as_bytes())
    },
    // Rows come out of what was packed a thousand times smaller; the limit of rows bounds them.
    most: (limits::REPORT_ROWS_MAX, 8),
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer
        .write_all(bytes)
        .and_then(|()| packer.finish())
        .expect("memory does not fail")
}

/// One stored file (APPNOTE 4.3.7).
fn zip(bytes: &[u8]) -> Vec<u8> {
    let octets = u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes();
    let mut file = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend([octets, octets].concat());
    file.extend(b"\x05\0\0\0a.xml");
    file.extend(bytes);
    file
}

pub const REPLIES: Target = Target {
    name: "replies",
    seeds: || {
        texts(&[
            "550 5.1.1 <pat@mail.example>: user unknown",
            "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints",
            "452 4.2.2 The email account that you tried to reach is over quota",
            "554 5.7.1 Service unavailable; Client host blocked using zen.example",
        ])
    },
    words: &[
        "5.1.1",
        "4.2.2",
        "quota",
        "blocked",
        "user unknown",
        "greylist",
        "<",
        ">",
        "rate limit",
        "spam",
    ],
    read: |input| {
        let text = text(input);
        let code = text
            .get(..3)
            .and_then(|code| code.parse().ok())
            .filter(|code| (400..600).contains(code));
        let enhanced = text.split(' ').nth(1);
        for stage in [Stage::Opening, Stage::Rcpt, Stage::Final, Stage::Reported] {
            let reply = Reply {
                stage,
                code: code.unwrap_or(550),
                enhanced,
                text: &text,
            };
            for provider in ["google", "microsoft", "yahoo", "other"] {
                let told = outcome(&reply, &classify(&reply, provider));
                assert!(matches!(told, Outcome::Deferred(_) | Outcome::Refused(_)));
            }
        }
        0
    },
    most: (0, 0),
};
