//! What a message and DNS say about who sent it, and what a domain's policy says about TLS.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use mail::sts;
use model::{Domain, Timestamp};
use seal::dmarc::{self, Proved};
use seal::dns::{Ask, Found, Known};
use seal::spf::{self, Spf, SpfClient};
use seal::{arc, dkim, results};

use super::text;
use crate::kit::hostile::{Target, texts};

/// Between a message and the record that DNS answers with.
const CUT: &[u8] = b"\x00\x00";
/// RFC 7208 §4.6.4 allows ten look-ups for terms, each of ten names; every check has some of its own.
const ASKS_MAX: usize = 200;

const MESSAGE: &str = "ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=x.example; s=k; b=AAAA\n\
    ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=x.example; s=k; h=from:to; bh=AAAA; b=AAAA\n\
    ARC-Authentication-Results: i=1; x.example; spf=pass\n\
    DKIM-Signature: v=1; a=ed25519-sha256; c=simple/relaxed; d=x.example; s=k; h=from; l=3; i=@x.example; bh=AAAA; b=AAAA\n\
    Authentication-Results: (a) mx.example (b); spf=pass\nFrom: a@x.example\n\nbody\n";

pub const EXAMINATION: Target = Target {
    name: "examination",
    seeds: || {
        let records = [
            "v=spf1 a mx:%{d} ptr include:%{i}._s.x.example exists:%{ir}.%{l1r-}.x.example ip4:192.0.2.0/24 ip6:2001:db8::/32 redirect=%{p}",
            "v=spf1 include:x.example ~all",
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "v=DKIM1; k=rsa; h=sha256; t=y:s; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ==",
            "v=DMARC1; p=reject; sp=none; np=quarantine; adkim=s; t=y; psd=n",
            "",
        ];
        let whole = records.map(|record| format!("{MESSAGE}\0\0{record}"));
        texts(&whole.each_ref().map(String::as_str))
    },
    words: &[
        "DKIM-Signature: ",
        "ARC-Seal: i=2; ",
        "i=51",
        "; l=0",
        "; h=",
        "; bh=",
        "c=simple/simple",
        "v=spf1 ",
        "include:",
        "redirect=",
        "exists:",
        "%{",
        "%{d9r.-+,/_=}",
        "%%",
        "/33",
        "//129",
        "v=DKIM1; ",
        "p=",
        "v=DMARC1; ",
        "p=none",
        "psd=y",
        "(((",
        "\\(",
    ],
    read: examine,
    most: (7 * ASKS_MAX, 2),
};

/// Every check until it ends, with the same record for every question; gives how often DNS was asked.
fn examine(input: &[u8]) -> usize {
    let cut = input.windows(CUT.len()).position(|two| two == CUT);
    let (message, record) = cut.map_or((input, b"".as_slice()), |at| {
        (&input[..at], &input[at + CUT.len()..])
    });
    let mut asked = 0;
    let now = Timestamp::from_millis(0);
    let proved = run(record, &mut asked, |known| dkim::check(message, known, now));
    run(record, &mut asked, |known| arc::check(message, known));
    let name = text(record.get(..40).unwrap_or(record)).into_owned();
    for domain in ["a.b.c.d.e.x.example", &name] {
        let client = SpfClient {
            ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
            helo: domain,
            local: "a-b",
            domain,
        };
        run(record, &mut asked, |known| spf::check(known, &client));
        let authors = [domain.to_owned()];
        let facts = Proved {
            authors: &authors,
            spf: Spf::Pass,
            spf_domain: "x.example",
            dkim: &proved,
        };
        run(record, &mut asked, |known| dmarc::check(known, &facts));
    }
    let without = results::without_claims(message, "mx.example");
    assert!(without.len() <= message.len());
    assert_eq!(
        results::without_claims(&without, "mx.example"),
        without,
        "no claim in our name is left"
    );
    asked + without.len()
}

fn run<T>(record: &[u8], asked: &mut usize, check: impl Fn(&Known) -> Result<T, Ask>) -> T {
    let mut known = Known::default();
    for _ in 0..ASKS_MAX {
        let ask = match check(&known) {
            Ok(done) => return done,
            Err(ask) => ask,
        };
        *asked += 1;
        // How many answers there are follows from the record, so that the round can be played again.
        let many = record.len() % 13;
        match &ask {
            Ask::Txt(name) => known.learn_txt(name, Found::Records(vec![record.to_vec()])),
            Ask::Addresses(name) => {
                known.learn_addresses(
                    name,
                    Found::Records(vec![IpAddr::V4(Ipv4Addr::LOCALHOST); many]),
                );
            }
            Ask::Mx(name) => known.learn_mx(name, Found::Records(vec!["m.x.example".into(); many])),
            Ask::Names(of) => {
                known.learn_names(*of, Found::Records(vec!["n.x.example".into(); many]))
            }
        }
    }
    panic!("a check asks without end");
}

pub const TRANSPORT_POLICIES: Target = Target {
    name: "transport_policies",
    seeds: || {
        texts(&[
            "version: STSv1\nmode: enforce\nmx: mx.example\nmx: *.mx.example\nmax_age: 604800\n",
            "version: STSv1\nmode: none\nmax_age: 0\n",
            "v=STSv1; id=20260101T000000;",
            "v=TLSRPTv1; rua=mailto:a@b.example,https://b.example/r",
        ])
    },
    words: &[
        "version: STSv1\r\n",
        "mode: testing\r\n",
        "mx: *.",
        "max_age: ",
        "v=STSv1;",
        "id=",
        "rua=",
        "mailto:",
        "https://",
        ",",
    ],
    read: |input| {
        let records = [input.to_vec()];
        let mut came =
            sts::find_id(&records).map_or(0, |id| id.len()) + sts::report_places(&records).len();
        let now = Timestamp::from_secs(1_000_000);
        if let Some(policy) = sts::parse(input, "a1", now) {
            let age = policy.ends_at.since(now);
            assert!(age <= Duration::from_secs(31_557_600) && policy.mx.len() <= 100);
            let lines = sts::lines(&policy);
            let again = sts::parse(lines.join("\n").as_bytes(), "a1", now)
                .expect("what was read reads again");
            assert!(
                again.mx == policy.mx
                    && again.ends_at == policy.ends_at
                    && again.mode == policy.mode
            );
            let host = Domain::parse("a.mx.example").expect("a domain");
            assert_eq!(sts::names(&policy, &host), sts::names(&again, &host));
            came += lines.iter().map(String::len).sum::<usize>();
        }
        came
    },
    // Names become longer by punycode.
    most: (400, 12),
};
