//! Test suites that nobody on this project wrote, run whole: SPF (RFC 7208) by openspf.org, ARC
//! (RFC 8617) by ValiMail. They lie beside the repository, in `shared/data/vectors`; a machine
//! without them fails here and says so. Python reads the YAML.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use seal::arc::{self, Arc, NewLink, Sealer};
use seal::dns::{Ask, Found, Known};
use seal::spf::{self, SpfClient};
use serde_json::Value;

#[test]
fn spf_suite() {
    let (mut run, mut wrong) = (0, Vec::new());
    for scenario in documents("spf/rfc7208-tests.yml") {
        let zone = Zone::read(&scenario["zonedata"]);
        for (name, test) in map(&scenario["tests"]) {
            run += 1;
            let got = spf_of(test, &zone);
            let wanted = match &test["result"] {
                Value::Array(any) => any.iter().map(text).collect(),
                one => vec![text(one)],
            };
            if !wanted.contains(&got) {
                wrong.push(format!("{name}: {got}, not {wanted:?}"));
            }
        }
    }
    assert_eq!(run, 203);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn arc_validation_suite() {
    let (mut run, mut wrong) = (0, Vec::new());
    for scenario in documents("arc/arc-draft-validation-tests.yml") {
        for (name, test) in map(&scenario["tests"]) {
            run += 1;
            let message = text(&test["message"]).replace('\n', "\r\n");
            let got = chain_of(message.as_bytes(), &scenario["txt-records"]);
            let wanted = text(&test["cv"]).trim().to_lowercase();
            // The suite's authors left some results open: both answers conform.
            if !wanted.is_empty() && got.word() != wanted {
                wrong.push(format!("{name}: {}, not {wanted}", got.word()));
            }
        }
    }
    assert_eq!(run, 171);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The suite's key has 1,024 bits, with which nothing here signs. Ours is the text that is signed: the
/// suite's signatures must verify over it, byte for byte.
#[test]
fn arc_signing_suite() {
    let (mut run, mut wrong) = (0, Vec::new());
    for scenario in documents("arc/arc-draft-sign-tests.yml") {
        for (name, test) in map(&scenario["tests"]) {
            run += 1;
            if let Err(why) = signs_as_expected(&scenario, test) {
                wrong.push(format!("{name}: {why}"));
            }
        }
    }
    assert_eq!(run, 17);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn spf_of(test: &Value, zone: &Zone) -> String {
    let from = text(&test["mailfrom"]);
    let helo = text(&test["helo"]);
    let (local, domain) = match from.rsplit_once('@') {
        Some((local, domain)) => (local, domain),
        None => ("", helo.as_str()),
    };
    let client = SpfClient {
        ip: text(&test["host"])
            .parse()
            .expect("the suite names an address"),
        helo: &helo,
        local,
        domain,
    };
    let mut known = Known::default();
    for _ in 0..200 {
        match spf::check(&known, &client) {
            Ok(spf) => return spf.word().to_owned(),
            Err(ask) => zone.answer(&ask, &mut known),
        }
    }
    panic!("an evaluation asks without end");
}

fn chain_of(message: &[u8], records: &Value) -> Arc {
    let mut known = Known::default();
    for _ in 0..200 {
        match arc::check(message, &known) {
            Ok(arc) => return arc,
            Err(Ask::Txt(name)) => {
                let record = map(records).find(|(n, _)| n.eq_ignore_ascii_case(&name));
                let found = record.map_or(Found::Nothing, |(_, value)| {
                    Found::Records(vec![text(value).into_bytes()])
                });
                known.learn_txt(&name, found);
            }
            Err(_) => panic!("ARC asks for keys alone"),
        }
    }
    panic!("a check asks without end");
}

fn signs_as_expected(scenario: &Value, test: &Value) -> Result<(), String> {
    let message = text(&test["message"]).replace('\n', "\r\n");
    let names_text = text(&test["sig-headers"]);
    let names: Vec<&str> = names_text.split(':').collect();
    let expected = |field: &str| text(&test[field]).trim().replace('\n', "\r\n");
    let (seal, signed, results) = (expected("AS"), expected("AMS"), expected("AAR"));
    let chain = chain_of(message.as_bytes(), &scenario["txt-records"]);
    let key = public_key(&scenario["txt-records"], scenario);
    let values = std::cell::RefCell::new(vec![tag(&seal, "b"), tag(&signed, "b")]);
    let sealer = Sealer {
        domain: &text(&scenario["domain"]),
        selector: &text(&scenario["sel"]),
        sign: &|text| {
            use base64::Engine;
            let wanted = values.borrow_mut().pop().unwrap_or_default();
            let value = base64::engine::general_purpose::STANDARD
                .decode(wanted)
                .expect("the suite's signature is base64");
            aws_lc_rs::signature::UnparsedPublicKey::new(
                &aws_lc_rs::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                &key,
            )
            .verify(text, &value)
            .map_err(|_| model::Error::new(model::Code::Internal))?;
            Ok(value)
        },
    };
    let ours = results
        .split_once(';')
        .map(|(_, rest)| rest.trim())
        .unwrap_or_default();
    let link = NewLink {
        results: ours,
        chain,
        names: &names,
        at: model::Timestamp::from_millis(test["t"].as_i64().unwrap_or(0) * 1_000),
    };
    let made =
        arc::seal(message.as_bytes(), &link, &sealer).map_err(|_| "another text is signed")?;
    match (made, seal.is_empty()) {
        (None, true) => Ok(()),
        (None, false) => Err("no link was added".to_owned()),
        (Some(_), true) => Err("a link was added".to_owned()),
        (Some(_), false) => Ok(()),
    }
}

fn public_key(records: &Value, scenario: &Value) -> Vec<u8> {
    use base64::Engine;
    let name = format!(
        "{}._domainkey.{}",
        text(&scenario["sel"]),
        text(&scenario["domain"])
    );
    let (_, record) = map(records)
        .find(|(n, _)| **n == name)
        .expect("the suite has its key");
    base64::engine::general_purpose::STANDARD
        .decode(tag(&text(record), "p"))
        .expect("the suite's key is base64")
}

/// A tag's value without white space.
fn tag(list: &str, name: &str) -> String {
    let found = list.split(';').find_map(|tag| {
        let (n, value) = tag.split_once('=')?;
        (n.trim() == name).then_some(value)
    });
    found.unwrap_or_default().split_whitespace().collect()
}

/// A scenario's DNS.
struct Zone(BTreeMap<String, Vec<(String, Value)>>);

impl Zone {
    fn read(data: &Value) -> Self {
        let entry = |entry: &Value| match entry {
            Value::String(word) => (word.clone(), Value::Null),
            record => {
                let (kind, value) = map(record).next().expect("a record has a type");
                (kind.clone(), value.clone())
            }
        };
        let names = map(data).map(|(name, records)| {
            let records = records.as_array().map_or(&[][..], Vec::as_slice);
            (
                name.to_ascii_lowercase(),
                records.iter().map(entry).collect(),
            )
        });
        Self(names.collect())
    }

    fn answer(&self, ask: &Ask, known: &mut Known) {
        match ask {
            Ask::Txt(name) => known.learn_txt(name, self.find(name, &["TXT"], octets)),
            Ask::Addresses(name) => {
                let ip = |v: &Value| text(v).parse().expect("the suite writes addresses");
                known.learn_addresses(name, self.find(name, &["A", "AAAA"], ip));
            }
            Ask::Mx(name) => {
                let host = |v: &Value| text(&v[1]).trim_end_matches('.').to_owned();
                let found = self.find(name, &["MX"], host);
                known.learn_mx(name, found);
            }
            Ask::Names(ip) => {
                let name = reversed(*ip);
                known.learn_names(*ip, self.find(&name, &["PTR"], text));
            }
        }
    }

    fn find<T>(&self, name: &str, kinds: &[&str], read: impl Fn(&Value) -> T) -> Found<T> {
        let Some(records) = self.0.get(name) else {
            return Found::Nothing;
        };
        // The suite copies SPF records (type 99) to TXT where a name has no TXT of its own.
        let copies = kinds == ["TXT"] && !records.iter().any(|(kind, _)| kind == "TXT");
        let wanted = |kind: &str| kinds.contains(&kind) || (copies && kind == "SPF");
        let mut found = Vec::new();
        let mut fails = false;
        for (kind, value) in records {
            if kind == "TIMEOUT" {
                fails = true;
            } else if wanted(kind) && value != "NONE" {
                found.push(read(value));
            } else if kind == "CNAME" {
                return self.find(&text(value).to_ascii_lowercase(), kinds, read);
            }
        }
        match (found.is_empty(), fails) {
            (false, _) => Found::Records(found),
            (true, true) => Found::Failed,
            (true, false) => Found::Nothing,
        }
    }
}

/// The suite writes octets above 127 as characters of the same number.
fn octets(value: &Value) -> Vec<u8> {
    let whole = match value {
        Value::Array(strings) => strings.iter().map(text).collect::<String>(),
        one => text(one),
    };
    whole
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}

fn reversed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev();
            let nibbles: Vec<String> = nibbles
                .flat_map(|b| [format!("{:x}", b & 15), format!("{:x}", b >> 4)])
                .collect();
            format!("{}.ip6.arpa", nibbles.join("."))
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn map(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn documents(name: &str) -> Vec<Value> {
    let path = vectors().join(name);
    let program = "import json, sys, yaml\n\
        json.dump(list(yaml.safe_load_all(open(sys.argv[1], encoding='utf-8'))), sys.stdout)";
    let ran = Command::new("python3")
        .args(["-c", program])
        .arg(&path)
        .output();
    let ran = ran.expect("python3 runs");
    assert!(
        ran.status.success(),
        "python3 with its yaml module (Debian: python3-yaml) reads {}",
        path.display()
    );
    serde_json::from_slice(&ran.stdout).expect("it writes JSON")
}

/// `shared/data/vectors` beside the repository or above it.
fn vectors() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here
        .ancestors()
        .map(|folder| folder.join("shared/data/vectors"))
        .find(|folder| folder.is_dir());
    found.expect("the folder shared/data/vectors stands beside the repository")
}
