use sim::kit::hostile::{Target, rounds, texts};

use super::check_url;

#[test]
fn addresses_of_receivers_are_read_strictly() {
    let good = [
        "https://hooks.practice.example",
        "https://hooks.practice.example/in?token=1",
        "https://hooks.practice.example:8443/in",
        "https://203.0.113.9/in",
        "https://[2001:db8::1]:443/in",
    ];
    for url in good {
        assert!(check_url(url).is_ok(), "{url}");
    }
    let long = format!("https://hooks.practice.example/{}", "a".repeat(2_100));
    let bad = [
        "",
        "http://hooks.practice.example/in",
        "HTTPS://hooks.practice.example/in",
        "https://",
        "https:///in",
        "https://user:password@hooks.practice.example/in",
        "https://hooks.practice.example:0/in",
        "https://hooks.practice.example:+1/in",
        "https://hooks.practice.example:99999/in",
        "https://hooks.practice.example/in#part",
        "https://hooks.practice.example\\@elsewhere.example/",
        "https://hooks practice.example/",
        "https://[::1/in",
        "ftp://hooks.practice.example",
        long.as_str(),
    ];
    for url in bad {
        assert!(check_url(url).is_err(), "{url}");
    }
}

const URLS: Target = Target {
    name: "webhook_urls",
    seeds: || {
        texts(&[
            "https://hooks.practice.example:8443/in?token=1",
            "https://[2001:db8::1]:443/in",
            "https://203.0.113.9/in",
        ])
    },
    words: &[
        "https://",
        "http://",
        "@",
        ":",
        "[",
        "]",
        "%40",
        "\\",
        "//",
        "?",
        "#",
        "localhost",
        "127.1",
        "0x7f000001",
    ],
    read: |input| {
        let text = String::from_utf8_lossy(input);
        if check_url(&text).is_ok() {
            let (_, rest) = text.split_once("https://").expect("it begins so");
            let authority = rest.split(['/', '?']).next().unwrap_or_default();
            assert!(
                !authority.is_empty() && !authority.contains(['@', '%', '#', '\\', ' ']),
                "{text}"
            );
            assert!(text.is_ascii() && text.len() <= model::limits::WEBHOOK_URL_OCTETS_MAX);
        }
        0
    },
    most: (0, 0),
};

#[test]
fn no_address_of_a_receiver_hides_another() {
    URLS.survive(0, rounds(10_000));
}
