use super::{ProviderId, Reply, Shaping, Then};

fn reply<'a>(code: u16, enhanced: Option<&'a str>, text: &'a str) -> Reply<'a> {
    Reply {
        code,
        enhanced,
        text,
    }
}

#[test]
fn the_file_that_is_shipped_knows_the_large_providers() {
    let shaping = Shaping::standard();
    let word = |hosts: &[&str]| shaping.word(shaping.provider_of(hosts.iter().copied()));
    assert_eq!(
        word(&["ASPMX.L.GOOGLE.com", "alt1.aspmx.l.google.com"]),
        "google"
    );
    assert_eq!(
        word(&["clinic-example.mail.protection.outlook.com"]),
        "microsoft"
    );
    assert_eq!(word(&["mta5.am0.yahoodns.net"]), "yahoo");
    assert_eq!(word(&["mx01.mail.icloud.com"]), "apple");
    assert_eq!(word(&["mx1a1.comcast.net"]), "comcast");
    assert_eq!(word(&["mx.clinic.example"]), "other");
    assert_eq!(word(&[]), "other");
    assert_eq!(word(&["notgoogle.com"]), "other", "an end is whole labels");
}

#[test]
fn a_reply_is_judged_by_code_status_and_text() {
    let shaping = Shaping::standard();
    let yahoo = shaping.find("yahoo").expect("a provider");
    let asked = |code, text| {
        let rule = shaping.judge(yahoo, reply(code, None, text))?;
        shaping.rule(yahoo, rule).map(|rule| rule.then)
    };
    let too_many = "4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred";
    assert_eq!(asked(421, too_many), Some(Then::BackOff));
    assert_eq!(asked(250, too_many), None);
    assert_eq!(asked(553, "[BL21] not accepted"), Some(Then::Suspend));
    assert_eq!(asked(421, "service not available"), None);
}

/// `delivery.md` §4: a greylisted first attempt says nothing about our address.
#[test]
fn greylisting_matches_no_rule_that_is_shipped() {
    let shaping = Shaping::standard();
    let texts = [
        "4.7.1 Greylisted, please try again in 5 minutes",
        "4.2.0 Recipient address rejected: Greylisted",
        "4.7.1 <pat@mail.example>: Recipient address rejected: Greylisting in effect",
    ];
    for word in shaping.words() {
        let provider = shaping.find(word).expect("a provider");
        for text in texts {
            let judged = shaping.judge(provider, reply(451, Some("4.7.1"), text));
            assert_eq!(judged, None, "{word}: {text}");
        }
    }
}

#[test]
fn a_star_stands_for_what_begins_so() {
    let file = "[provider.x]\nmx = ['x.example']\n[[provider.x.reply]]\nenhanced = ['4.7.*', '5.0.0']\nthen = 'suspend'\nfor = '2h'";
    let shaping = Shaping::parse(file).expect("a file");
    let x = shaping.find("x").expect("a provider");
    assert!(shaping.judge(x, reply(451, Some("4.7.99"), "")).is_some());
    assert!(shaping.judge(x, reply(550, Some("5.0.0"), "")).is_some());
    assert!(shaping.judge(x, reply(550, Some("5.0.01"), "")).is_none());
    assert!(shaping.judge(x, reply(451, None, "4.7.99")).is_none());
}

#[test]
fn an_own_file_replaces_a_provider_and_adds_others() {
    let own = "[provider.google]\nmx = ['google.com']\nconnections = 2\n[provider.regional]\nmx = ['.Regional.example']";
    let shaping = Shaping::standard().replaced_by(own).expect("a file");
    let google = shaping.provider_of(["aspmx.l.google.com"]);
    assert_eq!(shaping.of(google).limits.connections, Some(2));
    assert!(shaping.of(google).rules.is_empty());
    assert_eq!(
        shaping.provider_of(["mx.googlemail.com"]),
        ProviderId::OTHER
    );
    assert_eq!(
        shaping.word(shaping.provider_of(["in.regional.example"])),
        "regional"
    );
    assert_eq!(shaping.of(ProviderId::OTHER).limits.connections, Some(20));
}

/// What is wrong in a file, and what is said about it.
#[test]
fn a_file_that_is_not_understood_is_refused_with_its_place() {
    let cases = [
        (
            "[provider.x]\nmx = ['x.example']\nconections = 3",
            "did you mean `connections`?",
        ),
        ("[providers.x]", "did you mean `provider`?"),
        (
            "[provider.x]\nconnections = 3",
            "provider.x: every provider needs mx",
        ),
        (
            "[provider.other]\nmx = ['x.example']",
            "provider.other: every provider needs mx, except other",
        ),
        ("[provider.Big]\nmx = ['x.example']", "lower case"),
        (
            "[provider.x]\nmx = ['x.example']\nper_hour = 0",
            "at least 1",
        ),
        (
            "[provider.x]\nmx = ['x.example']\n[[provider.x.reply]]\nthen = 'suspend'\nfor = '1h'",
            "reply 1: needs code, enhanced or text",
        ),
        (
            "[provider.x]\nmx = ['x.example']\n[[provider.x.reply]]\ncode = [250]\nthen = 'suspend'\nfor = '1h'",
            "code is from 400 to 599",
        ),
        (
            "[provider.x]\nmx = ['x.example']\n[[provider.x.reply]]\ncode = [421]\nthen = 'suspend'\nfor = '1 hour'",
            "for is a number",
        ),
        (
            "[provider.x]\nmx = ['x.example']\n[[provider.x.reply]]\ncode = [421]\nthen = 'stop'\nfor = '1h'",
            "unknown variant `stop`",
        ),
    ];
    for (file, said) in cases {
        let refused = Shaping::parse(file).expect_err(file).to_string();
        assert!(refused.contains(said), "{file}\nsays {refused}");
    }
}
