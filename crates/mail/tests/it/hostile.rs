//! Every reader of hostile input before thousands of mutated messages: none panics. Seeded, so that a
//! failure is the same again; `CADUCEUS_MUTATIONS` sets how many are tried (a soak tries more).

use caduceus_mail::{parse, report, return_path};

const SEEDS: [&str; 6] = [
    "From: MAILER-DAEMON@p.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; p\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 x\r\n--b--\r\n",
    "From: f@p.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Mail-From: <b+0.0@c.example>\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nReturn-Path: <a@b.example>\r\n\r\nx\r\n--b--\r\n",
    "From: p@p.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n",
    "From: r@p.example\r\nContent-Type: text/xml\r\n\r\n<?xml version=\"1.0\"?><feedback><report_metadata><org_name>p &amp; q</org_name></report_metadata><policy_published><domain>c.example</domain></policy_published><record><row><source_ip>192.0.2.1</source_ip><count>3</count></row></record></feedback>",
    "From: r@p.example\r\nContent-Type: application/json\r\n\r\n{\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\",\"end-datetime\":\"2026-03-02T00:00:00Z\"},\"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"c.example\"},\"summary\":{}}]}",
    "From: postmaster@p.example\r\nSubject: failure notice\r\nX-Failed-Recipients: a@b.example\r\n\r\n550 5.1.1 unknown user\r\n",
];

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }
}

fn mutated(chance: &mut Chance) -> Vec<u8> {
    let mut bytes = SEEDS[chance.below(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len());
        match chance.below(5) {
            0 => bytes[at] = u8::try_from(chance.below(256)).unwrap_or(0),
            1 => drop(bytes.drain(at..(at + chance.below(20)).min(bytes.len()))),
            2 => {
                let piece = bytes[at..(at + chance.below(40)).min(bytes.len())].to_vec();
                let to = chance.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            3 => bytes.truncate(at),
            _ => {
                let other = SEEDS[chance.below(SEEDS.len())].as_bytes();
                let from = chance.below(other.len());
                bytes.splice(at..at, other[from..].iter().copied().take(60));
            }
        }
        if bytes.is_empty() {
            bytes.push(b'x');
        }
    }
    bytes
}

#[test]
fn no_reader_panics_on_mutated_reports() {
    let tries = std::env::var("CADUCEUS_MUTATIONS")
        .ok()
        .and_then(|n| n.parse().ok());
    let mut chance = Chance(20_261_122);
    for _ in 0..tries.unwrap_or(20_000_u64) {
        let bytes = mutated(&mut chance);
        // A refusal is as good as a reading; only a panic is a fault.
        drop(report::read(&bytes));
        drop(report::aggregate(&bytes));
        drop(report::quoted_paths(&bytes));
        if let Ok(message) = parse(&bytes) {
            report::automatic(&message, true);
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(return_path::read(&text).is_none());
    }
}
