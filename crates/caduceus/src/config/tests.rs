use sim::kit::hostile::{Target, rounds, texts};

use super::*;

const GOOD: &str = r#"
hostname = "mail.clinic.example"
portal_url = "https://mail.clinic.example"
[store]
engine = "sqlite"
dir = "/var/lib/caduceus"
[keys]
root_file = "/etc/caduceus/root.key"
[listen]
danger_http = "127.0.0.1:8080"
"#;

fn complaint(text: &str) -> String {
    parse(text).err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn a_minimal_file_is_enough() {
    assert!(parse(GOOD).is_ok(), "{}", complaint(GOOD));
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let text = GOOD.replace("danger_http", "danger_htp");
    assert!(
        complaint(&text).ends_with("did you mean `danger_http`?"),
        "{}",
        complaint(&text)
    );
    let text = format!("hostnam = \"x.example\"\n{GOOD}");
    assert!(
        complaint(&text).ends_with("did you mean `hostname`?"),
        "{}",
        complaint(&text)
    );
}

#[test]
fn mail_listeners_need_a_certificate_and_plain_http_needs_loopback() {
    let text = format!("{GOOD}smtps = \"0.0.0.0:465\"\n");
    assert!(complaint(&text).contains("[tls]"));
    let text = GOOD.replace("127.0.0.1:8080", "0.0.0.0:8080");
    assert!(complaint(&text).contains("loopback"));
}

#[test]
fn the_rate_of_the_api_can_be_set() {
    let standard = parse(GOOD).expect("good").api.settings().rate;
    assert_eq!((standard.burst, standard.per_second), (2_000, 200));
    let text = format!("{GOOD}[api]\nrate_burst = 50\nrate_per_second = 5\n");
    let set = parse(&text).expect("good").api.settings().rate;
    assert_eq!((set.burst, set.per_second), (50, 5));
    let none = format!("{GOOD}[api]\nrate_burst = 0\n");
    assert!(parse(&none).is_err(), "nobody could ask");
}

#[test]
fn traces_go_nowhere_unless_asked_for() {
    assert!(parse(GOOD).expect("good").telemetry.otlp.is_none());
    let with = |url: &str| parse(&format!("{GOOD}[telemetry]\notlp = \"{url}\"\n"));
    let set = with("http://127.0.0.1:4318").expect("good").telemetry.otlp;
    assert_eq!(set.as_deref(), Some("http://127.0.0.1:4318"));
    assert!(with("127.0.0.1:4318").is_err() && with("http://x.example/").is_err());
}

const FILES: Target = Target {
    name: "configuration",
    seeds: || {
        let whole = format!(
            "{GOOD}smtps = \"127.0.0.1:465\"\n[tls]\ncertificate_file = \"/c\"\nkey_file = \"/k\"\n[log]\nlevel = \"info\"\n\
             [[source]]\nname = \"a\"\nip = \"192.0.2.1\"\nweight = 3\n[[pool]]\nsources = [\"a\"]\nstream = \"marketing\"\n"
        );
        texts(&[GOOD, &whole])
    },
    words: &[
        "[",
        "[[",
        "]]",
        "= {}",
        "= []",
        "= -1",
        "= 1e400",
        "\"\"\"",
        "= 0x7fffffffffffffff",
        "danger_",
        "1979-05-27T07:32:00Z",
    ],
    read: |input| match parse(&String::from_utf8_lossy(input)) {
        Ok(config) => {
            drop(crate::ways::build(&config));
            0
        }
        Err(refused) => format!("{refused:#}").len(),
    },
    // What is wrong is said with the name that is wrong and those that are known.
    most: (2_000, 4),
};

#[test]
fn any_file_is_read_or_refused_by_name() {
    FILES.survive(0, rounds(3_000));
}

/// Whoever turns one on can read what it gives up.
#[test]
fn every_dangerous_setting_is_documented() {
    let (code, page) = (
        include_str!("../config.rs"),
        include_str!("../../../../docs/danger.md"),
    );
    let fields = code.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("pub ")?.split(':').next()?;
        name.starts_with("danger_").then_some(name)
    });
    let fields: Vec<&str> = fields.collect();
    assert!(fields.len() >= 4, "{fields:?}");
    for name in fields {
        assert!(
            page.contains(&format!(".{name}`")),
            "{name} is not in docs/danger.md"
        );
    }
}
