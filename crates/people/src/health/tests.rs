//! Domains as DNS shows them, and what is said of each.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use model::seams::{Answer, HttpAnswer, HttpRequest, Later, MxHosts, Net, NetFault, Wire};
use model::{Domain, DomainId, OrganisationId, Timestamp, Tlsa};

use super::{Check, Grade, House, KeyFacts, Report, Subject, Verdict, look, ptr};
use crate::KeyState;

const RSA: &str = "v=DKIM1; k=rsa; p=MIIBIjANBgkq";
const US: &str = "203.0.113.7";

/// A domain that has everything right. Lines: name, type, value.
const GOOD: &[&str] = &[
    "clinic.example TXT v=spf1 a:mail.clinic.example -all",
    "clinic.example MX 10 mail.clinic.example",
    "mail.clinic.example A 203.0.113.7",
    "203.0.113.7 PTR mail.clinic.example",
    "k1._domainkey.clinic.example TXT v=DKIM1; k=rsa; p=MIIBIjANBgkq",
    "_dmarc.clinic.example TXT v=DMARC1; p=reject; rua=mailto:d@clinic.example",
    "_mta-sts.clinic.example TXT v=STSv1; id=7",
    "https://mta-sts.clinic.example/.well-known/mta-sts.txt GET version: STSv1|mode: enforce|mx: mail.clinic.example|max_age: 604800",
    "_smtp._tls.clinic.example TXT v=TLSRPTv1; rua=mailto:t@clinic.example",
];

/// (lines of `GOOD` that go, by their start; lines that come; the check; what it must find)
type Case = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    Check,
    &'static [Verdict],
);

const CASES: &[Case] = &[
    (
        "no spf",
        &["clinic.example TXT"],
        &[],
        Check::Spf,
        &[Verdict::SpfMissing],
    ),
    (
        "two spf",
        &[],
        &["clinic.example TXT v=spf1 -all"],
        Check::Spf,
        &[Verdict::SpfSeveral],
    ),
    (
        "spf by include",
        &["clinic.example TXT"],
        &[
            "clinic.example TXT v=spf1 include:_s.host.example ~all",
            "_s.host.example TXT v=spf1 ip4:203.0.113.0/24 -all",
        ],
        Check::Spf,
        &[Verdict::SpfOk],
    ),
    (
        "spf without us",
        &["clinic.example TXT"],
        &["clinic.example TXT v=spf1 ip4:198.51.100.1 -all"],
        Check::Spf,
        &[Verdict::SpfExcludes],
    ),
    (
        "spf open",
        &["clinic.example TXT"],
        &["clinic.example TXT v=spf1 +all"],
        Check::Spf,
        &[Verdict::SpfOpen],
    ),
    (
        "spf neutral",
        &["clinic.example TXT"],
        &["clinic.example TXT v=spf1 a:mail.clinic.example ?all"],
        Check::Spf,
        &[Verdict::SpfSoft],
    ),
    (
        "spf nonsense",
        &["clinic.example TXT"],
        &["clinic.example TXT v=spf1 a:mail.clinic.example nonsense:x -all"],
        Check::Spf,
        &[Verdict::SpfBroken],
    ),
    (
        "spf silent",
        &["clinic.example TXT"],
        &["clinic.example TXT !"],
        Check::Spf,
        &[Verdict::SpfUnknown],
    ),
    (
        "no key record",
        &["k1."],
        &[],
        Check::Dkim,
        &[Verdict::DkimMissing],
    ),
    (
        "another key",
        &["k1."],
        &["k1._domainkey.clinic.example TXT v=DKIM1; p=AAAA"],
        Check::Dkim,
        &[Verdict::DkimDiffers],
    ),
    (
        "key folded",
        &["k1."],
        &["k1._domainkey.clinic.example TXT k=rsa; p=MIIBIjAN Bgkq"],
        Check::Dkim,
        &[Verdict::DkimOk],
    ),
    (
        "key revoked",
        &["k1."],
        &["k1._domainkey.clinic.example TXT v=DKIM1; p="],
        Check::Dkim,
        &[Verdict::DkimRevoked],
    ),
    (
        "key in test",
        &["k1."],
        &["k1._domainkey.clinic.example TXT v=DKIM1; t=s:y; k=rsa; p=MIIBIjANBgkq"],
        Check::Dkim,
        &[Verdict::DkimTesting],
    ),
    (
        "key silent",
        &["k1."],
        &["k1._domainkey.clinic.example TXT !"],
        Check::Dkim,
        &[Verdict::DkimUnknown],
    ),
    (
        "no dmarc",
        &["_dmarc"],
        &[],
        Check::Dmarc,
        &[Verdict::DmarcMissing],
    ),
    (
        "dmarc watches",
        &["_dmarc"],
        &["_dmarc.clinic.example TXT v=DMARC1; p=none; rua=mailto:d@clinic.example"],
        Check::Dmarc,
        &[Verdict::DmarcMonitors],
    ),
    (
        "dmarc partly",
        &["_dmarc"],
        &["_dmarc.clinic.example TXT v=DMARC1; p=reject; pct=20; rua=mailto:d@clinic.example"],
        Check::Dmarc,
        &[Verdict::DmarcPartly],
    ),
    (
        "dmarc silent",
        &["_dmarc"],
        &["_dmarc.clinic.example TXT v=DMARC1; p=reject"],
        Check::Dmarc,
        &[Verdict::DmarcSilent],
    ),
    (
        "dmarc without policy",
        &["_dmarc"],
        &["_dmarc.clinic.example TXT v=DMARC1; rua=mailto:d@clinic.example"],
        Check::Dmarc,
        &[Verdict::DmarcBroken],
    ),
    (
        "nothing aligned",
        &["k1.", "clinic.example TXT"],
        &[],
        Check::Dmarc,
        &[Verdict::DmarcUnaligned],
    ),
    (
        "aligned by spf alone",
        &["k1."],
        &[],
        Check::Dmarc,
        &[Verdict::DmarcOk],
    ),
    (
        "no sts",
        &["_mta-sts"],
        &[],
        Check::MtaSts,
        &[Verdict::StsMissing],
    ),
    (
        "sts not served",
        &["https"],
        &[],
        Check::MtaSts,
        &[Verdict::StsUnreachable],
    ),
    (
        "sts leaves a server out",
        &["https"],
        &[
            "https://mta-sts.clinic.example/.well-known/mta-sts.txt GET version: STSv1|mode: enforce|mx: *.other.example|max_age: 1",
        ],
        Check::MtaSts,
        &[Verdict::StsExcludes],
    ),
    (
        "sts in test by a star",
        &["https"],
        &[
            "https://mta-sts.clinic.example/.well-known/mta-sts.txt GET version: STSv1|mode: testing|mx: *.clinic.example|max_age: 1",
        ],
        Check::MtaSts,
        &[Verdict::StsTesting],
    ),
    (
        "no tls reports",
        &["_smtp._tls"],
        &[],
        Check::TlsRpt,
        &[Verdict::RptMissing],
    ),
    (
        "null mx",
        &["clinic.example MX"],
        &["clinic.example MX 0 ."],
        Check::Mx,
        &[Verdict::MxNull],
    ),
    (
        "no mx",
        &["clinic.example MX"],
        &[],
        Check::Mx,
        &[Verdict::MxMissing],
    ),
    (
        "dead mx",
        &[],
        &["clinic.example MX 20 gone.clinic.example"],
        Check::Mx,
        &[Verdict::MxDead],
    ),
    (
        "no name",
        &["203.0.113.7 PTR"],
        &[],
        Check::Ptr,
        &[Verdict::PtrMissing],
    ),
    (
        "another name",
        &["203.0.113.7 PTR"],
        &[
            "203.0.113.7 PTR host7.isp.example",
            "host7.isp.example A 203.0.113.7",
        ],
        Check::Ptr,
        &[Verdict::PtrOther],
    ),
    (
        "a name that is not ours",
        &["203.0.113.7 PTR"],
        &["203.0.113.7 PTR host7.isp.example"],
        Check::Ptr,
        &[Verdict::PtrUnconfirmed],
    ),
    (
        "listed",
        &[],
        &["7.113.0.203.list.example A 127.0.0.2"],
        Check::Blocklist,
        &[Verdict::BlockListed],
    ),
    (
        "list refuses",
        &[],
        &["7.113.0.203.list.example A 127.255.255.254"],
        Check::Blocklist,
        &[Verdict::BlockRefused],
    ),
    (
        "list is silent",
        &[],
        &["7.113.0.203.list.example A !"],
        Check::Blocklist,
        &[Verdict::BlockUnknown],
    ),
];

#[test]
fn a_domain_with_everything_right_is_in_order() {
    let report = judged(&[], &[]);
    assert_eq!(report.grade(), Grade::Ok, "{:#?}", report.findings);
    assert_eq!(report.troubled(), []);
}

#[test]
fn each_fault_is_found_by_its_check() {
    for (name, gone, come, check, expected) in CASES {
        let report = judged(gone, come);
        let found: Vec<Verdict> = report.of(*check).map(|f| f.verdict).collect();
        assert_eq!(found, *expected, "{name}: {:#?}", report.findings);
    }
}

/// Whoever reads a fault can mend it.
#[test]
fn a_record_that_is_missing_is_offered() {
    for gone in [
        "clinic.example TXT",
        "k1.",
        "_dmarc",
        "_smtp._tls",
        "_mta-sts",
        "203.0.113.7 PTR",
    ] {
        let report = judged(&[gone], &[]);
        let bad = report
            .findings
            .iter()
            .find(|f| f.verdict.grade() != Grade::Ok)
            .expect("a fault");
        assert!(bad.publish.is_some(), "{gone}: {bad:?}");
    }
}

/// The record that is offered is one that a second look finds good.
#[test]
fn an_offered_spf_record_mends() {
    for record in [
        "v=spf1 ip4:198.51.100.1 -all",
        "v=spf1 include:_s.host.example ?all",
        "v=spf1 +all",
    ] {
        let line = format!("clinic.example TXT {record}");
        let report = judged(
            &["clinic.example TXT"],
            &[&line, "_s.host.example TXT v=spf1 -all"],
        );
        let offered = report
            .of(Check::Spf)
            .find_map(|f| f.publish.clone())
            .expect("a record");
        let line = format!("clinic.example TXT {}", offered.value);
        let mended = judged(
            &["clinic.example TXT"],
            &[&line, "_s.host.example TXT v=spf1 -all"],
        );
        let found: Vec<Verdict> = mended.of(Check::Spf).map(|f| f.verdict).collect();
        assert_eq!(found, [Verdict::SpfOk], "{record} became {}", offered.value);
    }
}

#[test]
fn a_report_survives_its_storage() {
    let report = judged(&["_dmarc"], &[]);
    let text = serde_json::to_string(&report).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Report>(&text).expect("a report"),
        report
    );
}

#[test]
fn addresses_are_turned_around() {
    let v6: IpAddr = "2001:db8::1".parse().expect("an address");
    let zeros = "0.".repeat(23);
    assert_eq!(
        ptr::reversed(v6, "arpa"),
        format!("1.{zeros}8.b.d.0.1.0.0.2.ip6.arpa")
    );
    let v4: IpAddr = US.parse().expect("an address");
    assert_eq!(ptr::reversed(v4, "arpa"), "7.113.0.203.in-addr.arpa");
    assert_eq!(
        ptr::reversed(v4, "list.example"),
        "7.113.0.203.list.example"
    );
}

#[test]
fn words_of_verdicts_are_unique() {
    let mut words: Vec<&str> = Verdict::ALL.iter().map(|v| v.word()).collect();
    words.sort_unstable();
    assert!(words.windows(2).all(|pair| pair[0] != pair[1]));
    for verdict in Verdict::ALL {
        let json = serde_json::to_string(verdict).expect("JSON");
        assert_eq!(json.trim_matches('"'), verdict.word());
    }
}

fn judged(gone: &[&str], come: &[&str]) -> Report {
    judged_with(gone, come, (None, None))
}

/// With a domain of return paths: the installation's, and the organisation's own.
fn judged_with(gone: &[&str], come: &[&str], paths: (Option<&str>, Option<&str>)) -> Report {
    let kept = GOOD
        .iter()
        .filter(|line| !gone.iter().any(|start| line.starts_with(start)));
    let zone = Zone::read(kept.chain(come).copied());
    let domain = |name| Domain::parse(name).expect("a domain");
    let house = House {
        hostname: domain("mail.clinic.example"),
        addresses: vec![US.parse().expect("an address")],
        return_path: paths.0.map(domain),
        link_host: "mail.clinic.example".to_owned(),
        blocklists: vec!["list.example".to_owned()],
    };
    let subject = Subject {
        return_path: paths.1.map(domain),
        id: DomainId::from_bytes([1; 16]),
        organisation: OrganisationId::from_bytes([2; 16]),
        name: domain("clinic.example"),
        keys: vec![KeyFacts {
            selector: "k1".to_owned(),
            record: RSA.to_owned(),
            state: KeyState::Active,
        }],
    };
    ready(look(
        &zone,
        &house,
        &subject,
        Timestamp::from_secs(1_800_000_000),
    ))
}

/// Nothing here waits, so one poll ends it.
fn ready<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a table answers at once"),
    }
}

mod return_path;

/// Answers from lines; a value `!` is a look-up that fails.
struct Zone(BTreeMap<(String, &'static str), Vec<String>>);

impl Zone {
    fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut rows: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for line in lines {
            let mut parts = line.splitn(3, ' ');
            let mut next = || parts.next().expect("name, type, value").to_owned();
            let (name, kind, value) = (next(), next(), next());
            let kind = ["TXT", "MX", "A", "PTR", "GET"]
                .into_iter()
                .find(|k| *k == kind)
                .expect("a known type");
            rows.entry((name, kind)).or_default().push(value);
        }
        Self(rows)
    }
    fn find(&self, name: &str, kind: &'static str) -> Result<Vec<String>, NetFault> {
        match self.0.get(&(name.to_owned(), kind)) {
            None => Err(NetFault::NoRecord),
            Some(values) if values.iter().any(|v| v == "!") => Err(NetFault::DnsFailed),
            Some(values) => Ok(values.clone()),
        }
    }
}

fn now<'a, T: Send + 'a>(value: T) -> Later<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Net for Zone {
    fn mx<'a>(&'a self, domain: &'a Domain) -> Later<'a, Result<Answer<MxHosts>, NetFault>> {
        now(self.find(domain.as_str(), "MX").map(|values| {
            let hosts = values.iter().filter_map(|value| {
                let (preference, host) = value.split_once(' ')?;
                Some((preference.parse().ok()?, Domain::parse(host).ok()?))
            });
            Answer::insecure(hosts.collect())
        }))
    }
    fn addresses<'a>(
        &'a self,
        host: &'a Domain,
    ) -> Later<'a, Result<Answer<Vec<IpAddr>>, NetFault>> {
        let found = self.find(host.as_str(), "A");
        now(found
            .map(|values| Answer::insecure(values.iter().filter_map(|v| v.parse().ok()).collect())))
    }
    fn txt<'a>(&'a self, name: &'a str) -> Later<'a, Result<Vec<Vec<u8>>, NetFault>> {
        now(self
            .find(name, "TXT")
            .map(|values| values.into_iter().map(String::into_bytes).collect()))
    }
    fn names(&self, ip: IpAddr) -> Later<'_, Result<Vec<Domain>, NetFault>> {
        let found = self.find(&ip.to_string(), "PTR");
        now(found.map(|values| {
            values
                .iter()
                .filter_map(|v| Domain::parse(v).ok())
                .collect()
        }))
    }
    fn tlsa<'a>(&'a self, _: &'a Domain, _: u16) -> Later<'a, Result<Answer<Vec<Tlsa>>, NetFault>> {
        now(Err(NetFault::NoRecord))
    }
    fn http(&self, request: HttpRequest, _: Duration) -> Later<'_, Result<HttpAnswer, NetFault>> {
        let page = |body: &str| HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body: body.replace('|', "\n").into_bytes(),
            tls: None,
        };
        now(self
            .find(&request.url, "GET")
            .map(|values| page(&values[0])))
    }
    fn dial<'a>(
        &'a self,
        _: SocketAddr,
        _: &'a model::seams::Egress,
        _: Duration,
    ) -> Later<'a, Result<Box<dyn Wire>, NetFault>> {
        now(Err(NetFault::Refused))
    }
    fn smtp_port(&self) -> u16 {
        25
    }
    fn may_dial(&self, _: IpAddr) -> bool {
        false
    }
}
