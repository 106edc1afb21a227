use super::build;
use crate::config::parse;

const BASE: &str = r#"
hostname = "mail.clinic.example"
portal_url = "https://mail.clinic.example"
[store]
engine = "sqlite"
dir = "/var/lib/caduceus"
[keys]
root_file = "/etc/caduceus/root.key"
"#;

fn complaint(more: &str) -> String {
    let config = parse(&format!("{BASE}{more}")).map(|config| build(&config).map(drop));
    match config {
        Ok(Ok(())) => String::new(),
        Ok(Err(error)) | Err(error) => format!("{error:#}"),
    }
}

const SOURCES: &str = r#"
[[source]]
name = "old"
ehlo = "mx1.clinic.example"
bind = "192.0.2.7"
weight = 3
[[source]]
name = "new"
ehlo = "mx2.clinic.example"
bind = "2001:db8::7"
warm_from = "2026-12-01"
proxy = { haproxy = "192.0.2.1:8080" }
[[pool]]
stream = "marketing"
sources = ["new"]
"#;

#[test]
fn sources_and_pools_are_read() {
    assert_eq!(complaint(""), "");
    assert_eq!(complaint(SOURCES), "");
}

/// What is wrong, and what is said about it.
#[test]
fn what_cannot_be_meant_is_refused() {
    let cases = [
        (
            SOURCES.replace("bind = \"2001:db8::7\"\n", ""),
            "source new: haproxy needs bind",
        ),
        (
            SOURCES.replace("[\"new\"]", "[\"nwe\"]"),
            "pool: there is no source nwe",
        ),
        (SOURCES.replace("[\"new\"]", "[]"), "sources is empty"),
        (
            SOURCES.replace("\"new\"\nehlo", "\"old\"\nehlo"),
            "source old is there twice",
        ),
        (
            SOURCES.replace("weight = 3", "weight = 0"),
            "source old: weight",
        ),
        (
            SOURCES.replace("2026-12-01", "soon"),
            "source new: warm_from is a day",
        ),
        (
            SOURCES.replace("marketing", "bulk"),
            "stream is transactional or marketing",
        ),
        (
            SOURCES.replace("weight = 3", "wieght = 3"),
            "did you mean `weight`?",
        ),
        (
            "[[pool]]\nsources = [\"x\"]".to_owned(),
            "needs [[source]] sections",
        ),
        (
            "[delivery]\nshaping_file = \"/nowhere/shaping.toml\"".to_owned(),
            "cannot read /nowhere/shaping.toml",
        ),
    ];
    for (config, said) in cases {
        let heard = complaint(&config);
        assert!(heard.contains(said), "{config}\nsays {heard}");
    }
}
