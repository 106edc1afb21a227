use std::sync::LazyLock;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use sim::kit::hostile::{Target, rounds};

use super::*;

static SERVER: LazyLock<CertificateDer<'static>> = LazyLock::new(|| {
    let CertifiedKey { cert, .. } =
        generate_simple_self_signed(vec!["mx.example".to_owned()]).expect("a certificate");
    cert.der().clone()
});

/// The first three octets are a record's fields. The rest is its data, held against an honest
/// certificate, and a certificate, held against an honest record.
fn judge(input: &[u8]) -> usize {
    let [usage, selector, matching, data @ ..] = input else {
        return 0;
    };
    let record = |data: &[u8]| Tlsa {
        usage: *usage,
        selector: *selector,
        matching: *matching,
        data: data.to_vec(),
    };
    let name = Domain::parse("mx.example").expect("a domain");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
    let is_named = |record: Tlsa, leaf: &CertificateDer<'_>| {
        let leaf = (leaf, std::slice::from_ref(leaf));
        matches(&[record], leaf, &[&name], &provider, now)
    };
    let named = is_named(record(data), &SERVER);
    assert!(
        !named || is_usable(&record(data)),
        "an unusable record vouched"
    );
    let strange = CertificateDer::from(data.to_vec());
    // Of an authority given whole only name and key count: DNSSEC vouches for the rest.
    let whole = match (*usage, *selector, *matching) {
        (TRUST_ANCHOR, 0, 0) => public_key(&strange) == public_key(&SERVER),
        (_, 0, 0) => data == SERVER.as_ref(),
        _ => false,
    };
    assert!(
        !named || whole || data.len() < SERVER.len(),
        "a changed certificate matched"
    );
    is_named(record(digest(&SHA256, &SERVER).as_ref()), &strange);
    usize::from(named)
}

const RECORDS: Target = Target {
    name: "tlsa",
    seeds: || {
        let data = [
            SERVER.to_vec(),
            digest(&SHA256, &SERVER).as_ref().to_vec(),
            vec![7; 64],
        ];
        let fields = [
            [3, 0, 0],
            [3, 1, 1],
            [2, 0, 0],
            [2, 0, 1],
            [3, 1, 2],
            [1, 0, 0],
        ];
        fields
            .iter()
            .flat_map(|fields| {
                data.iter()
                    .map(move |data| [fields.as_slice(), data].concat())
            })
            .collect()
    },
    words: &[
        "\x30\u{2}",
        "\x02\x01\x02",
        "\x06\x03\x55\x1d\x11",
        "\x03",
        "\x02",
        "\0",
    ],
    read: judge,
    most: (1, 0),
};

#[test]
fn any_record_and_any_certificate_is_judged() {
    RECORDS.survive(0, rounds(2_000));
}
