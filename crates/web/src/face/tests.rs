use std::time::Duration;

use model::{
    BounceClass, Kind, Method, Mode, Origin, PhiLevel, Purpose, RecipientState, RefusalScope,
    Stream, Timestamp,
};

use super::catalogue::{Catalogue, Lang};
use super::format::{self, Exactness, Zone};
use super::{letter, qr, templates};

fn zone(name: &str) -> Zone {
    Zone::find(name).expect("an IANA zone")
}
fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("a moment")
}

#[test]
fn moments_carry_weekday_and_zone() {
    let now = at("2026-03-03T20:00:00Z");
    let cases = [
        (
            "2026-03-03T19:15:00Z",
            "America/New_York",
            Lang::En,
            Exactness::Minute,
            "Tue 3 March, 2:15\u{a0}pm EST",
        ),
        (
            "2026-03-03T19:15:00Z",
            "America/New_York",
            Lang::Es,
            Exactness::Minute,
            "mar 3 de marzo, 2:15\u{a0}p.\u{a0}m. EST",
        ),
        (
            "2026-03-08T07:00:00Z",
            "America/New_York",
            Lang::En,
            Exactness::Minute,
            "Sun 8 March, 3:00\u{a0}am EDT",
        ),
        (
            "2025-12-31T23:59:07Z",
            "America/Los_Angeles",
            Lang::En,
            Exactness::Minute,
            "Wed 31 December 2025, 3:59\u{a0}pm PST",
        ),
        (
            "2026-03-03T00:00:07Z",
            "UTC",
            Lang::En,
            Exactness::Second,
            "Tue 3 March 2026, 12:00:07\u{a0}am UTC",
        ),
        (
            "2026-03-03T12:00:00Z",
            "America/Sao_Paulo",
            Lang::Es,
            Exactness::Second,
            "mar 3 de marzo de 2026, 9:00:00\u{a0}a.\u{a0}m. UTC-03:00",
        ),
    ];
    for (moment, place, lang, exact, words) in cases {
        assert_eq!(
            format::moment(at(moment), zone(place), lang, now, exact),
            words,
            "{moment} {place}"
        );
    }
}

#[test]
fn a_day_of_a_filter_is_the_readers_day() {
    let york = zone("America/New_York");
    assert_eq!(
        york.day_start("2026-03-03"),
        Some(at("2026-03-03T05:00:00Z"))
    );
    let short = york
        .day_end("2026-03-08")
        .expect("a day")
        .since(york.day_start("2026-03-08").expect("a day"));
    assert_eq!(short, Duration::from_secs(23 * 3_600), "clocks go forward");
    // Beirut's clocks go forward at midnight: the day starts at one
    assert_eq!(
        zone("Asia/Beirut").day_start("2026-03-29"),
        Some(at("2026-03-28T22:00:00Z"))
    );
    assert_eq!(york.day_start("2026-02-30"), None);
    assert_eq!(york.day_start("<b>"), None);
}

#[test]
fn counts_and_sizes_are_readable() {
    let counts = [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (-2, "−2"),
        (1_234_567, "1,234,567"),
    ];
    for (n, words) in counts {
        assert_eq!(format::count(n), words);
    }
    let sizes = [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 KB"),
        (340_400, "340 KB"),
        (1_249_000, "1.2 MB"),
        (36_000_000_000, "36.0 GB"),
    ];
    for (octets, words) in sizes {
        assert_eq!(format::size(octets).replace('\u{a0}', " "), words);
    }
}

#[test]
fn the_browsers_language_is_taken_by_its_weights() {
    let cases = [
        ("es-MX,es;q=0.9,en;q=0.8", Some(Lang::Es)),
        ("en-US,en;q=0.9,es;q=0.8", Some(Lang::En)),
        ("fr-FR, es;q=0.5", Some(Lang::Es)),
        ("en;q=0.2, es;q=0.7", Some(Lang::Es)),
        ("es;q=0, de", None),
        ("*", None),
        ("", None),
    ];
    for (header, lang) in cases {
        assert_eq!(Lang::preferred(header), lang, "{header}");
    }
}

/// Every `t("…")` of every template has its row, and every row is used by a template or names a word.
#[test]
fn catalogue_and_templates_agree() {
    let catalogue = Catalogue::load().expect("every row has both languages");
    let keys: Vec<&str> = catalogue.keys().collect();
    let mut used = Vec::new();
    let mut prefixes = vec!["fault.".to_owned(), "sign_in.".to_owned()];
    for (name, source) in templates::ALL {
        for call in source.split("t(\"").skip(1) {
            let (key, rest) = call.split_once('"').expect("a closing quote");
            if !key.contains('.') {
                continue;
            }
            match rest.trim_start().starts_with('~') {
                true => prefixes.push(key.to_owned()),
                false => {
                    assert!(
                        keys.contains(&key),
                        "{name} says {key}, which the catalogue does not have"
                    );
                    used.push(key);
                }
            }
        }
        for call in source.split("label(\"").skip(1) {
            prefixes.push(format!("{}.", call.split('"').next().unwrap_or_default()));
        }
        // words that a macro puts behind what it is given, or looks up under it
        for call in source.split("ui.options(").skip(1) {
            let given = call.split(')').next().unwrap_or_default();
            let (given, of) = given.split_once("of=\"").unwrap_or((given, ""));
            let texts = given.split('"').skip(1).step_by(2);
            prefixes.extend(texts.filter(|text| text.contains('.')).map(str::to_owned));
            let of = of.split('"').next().filter(|of| !of.is_empty());
            prefixes.extend(of.map(|of| format!("{of}.")));
        }
    }
    for prefix in &prefixes {
        assert!(
            keys.iter().any(|key| key.starts_with(prefix)),
            "no text begins with {prefix}"
        );
    }
    // reached through the values of facts
    let of_facts = [
        "outcome.",
        "tls_policy.",
        "bounce_class.",
        "bounce_scope.",
        "key_why.",
    ];
    prefixes.extend(of_facts.map(str::to_owned));
    let said = |key: &&str| used.contains(key) || prefixes.iter().any(|p| key.starts_with(p));
    let unsaid: Vec<&str> = keys.into_iter().filter(|key| !said(key)).collect();
    assert!(unsaid.is_empty(), "never said: {unsaid:?}");
}

#[test]
fn every_word_of_the_model_has_its_text() {
    let catalogue = Catalogue::load().expect("a catalogue");
    let mut wanted: Vec<String> = Vec::new();
    wanted.extend(
        Method::ALL
            .iter()
            .flat_map(|m| [format!("method.{m}"), format!("method_means.{m}")]),
    );
    wanted.extend(
        RecipientState::ALL
            .iter()
            .flat_map(|s| [format!("state.{s}"), format!("state_means.{s}")]),
    );
    let suspicions = flow::inbound::SuspicionKind::ALL.iter();
    wanted.extend(suspicions.map(|kind| format!("suspicion.{}", kind.word())));
    let fates = model::ArrivalState::ALL.iter();
    wanted.extend(fates.map(|state| format!("arrival_state.{state}")));
    wanted.extend(Origin::ALL.iter().map(|w| format!("origin.{w}")));
    wanted.extend(Mode::ALL.iter().map(|w| format!("mode.{w}")));
    wanted.extend(Kind::ALL.iter().map(|w| format!("kind.{w}")));
    wanted.extend(Purpose::ALL.iter().map(|w| format!("purpose.{w}")));
    wanted.extend(BounceClass::ALL.iter().map(|w| format!("bounce_class.{w}")));
    wanted.extend(
        RefusalScope::ALL
            .iter()
            .map(|w| format!("bounce_scope.{w}")),
    );
    wanted.extend(Stream::ALL.iter().map(|w| format!("stream.{w}")));
    wanted.extend(PhiLevel::ALL.iter().map(|w| format!("level.{w}")));
    wanted.extend(
        flow::view::Why::ALL
            .iter()
            .map(|w| format!("waits.{}", w.word())),
    );
    for check in people::health::Check::ALL {
        wanted.push(format!("check.{}", check.word()));
        wanted.push(format!("check_why.{}", check.word()));
    }
    wanted.extend(
        people::health::Verdict::ALL
            .iter()
            .map(|v| format!("verdict.{}", v.word())),
    );
    wanted.extend(
        people::health::Grade::ALL
            .iter()
            .map(|g| format!("grade.{}", g.word())),
    );
    for state in people::KeyState::ALL {
        wanted.push(format!("key_state.{}", state.word()));
        wanted.push(format!("key_state_means.{}", state.word()));
    }
    for kind in crate::pages::console::audit::KINDS {
        wanted.push(format!("event.{}", kind.replace('.', "_")));
    }
    for outcome in [
        "accepted",
        "deferred",
        "refused",
        "ambiguous",
        "below_demand",
        "our_fault",
    ] {
        wanted.push(format!("outcome.{outcome}"));
    }
    for key in wanted {
        assert!(
            Lang::ALL
                .iter()
                .all(|lang| catalogue.find(*lang, &key, None).is_some()),
            "{key}"
        );
    }
}

/// In English as policy and flow have them, for the API and reports say the same.
#[test]
fn what_rules_are_made_of_and_what_senders_are_told_has_its_text() {
    let catalogue = Catalogue::load().expect("a catalogue");
    for (section, terms) in [
        ("rule_fact", flow::rules::Term::facts().collect::<Vec<_>>()),
        ("rule_effect", flow::rules::Term::effects().collect()),
    ] {
        for term in terms {
            let key = format!("{section}.{}", term.word.replace([' ', '-'], "_"));
            assert_eq!(catalogue.find(Lang::En, &key, None), Some(term.meaning));
        }
    }
    for advice in flow::view::Advice::ALL {
        let key = format!("advice.{}", advice.word());
        assert_eq!(
            catalogue.find(Lang::En, &key, None),
            Some(advice.sentence())
        );
    }
    for fault in flow::rules::RuleFault::ALL {
        let key = format!("rule_fault.{fault}");
        assert_eq!(catalogue.find(Lang::En, &key, None), Some(fault.remedy()));
    }
}

/// House rules of tone, and that both languages put in the same values.
#[test]
fn texts_keep_the_house_tone() {
    let catalogue = Catalogue::load().expect("a catalogue");
    for (key, [en, es]) in catalogue.texts() {
        assert!(!en.is_empty() && !es.is_empty(), "{key} is empty");
        assert!(!en.contains('!') && !es.contains('!'), "{key} shouts");
        let lower = format!(" {} ", en.to_lowercase());
        assert!(
            ![" please ", " sorry ", " oops"]
                .iter()
                .any(|word| lower.contains(word)),
            "{key}: {en}"
        );
        assert!(!en.contains('<') && !es.contains('<'), "{key} holds markup");
        let marks = |text: &str| {
            let mut found: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|t| t.split_once('}'))
                .map(|(mark, _)| mark.to_owned())
                .collect();
            found.sort();
            found
        };
        // a singular may say "1" in words of its own
        let (mut a, mut b) = (marks(en), marks(es));
        a.retain(|mark| mark != "count");
        b.retain(|mark| mark != "count");
        assert_eq!(a, b, "{key} puts in other values in Spanish");
    }
}

#[test]
fn foreign_html_brings_nothing_along() {
    let hostile = r#"<h1 onclick="x()">Hi</h1><script>alert(1)</script><style>p{color:red}</style>
        <img src="https://t.example/p.gif" onerror=x><a href="javascript:x()">a</a><a href="https://ok.example/?a=1&b=2">ok</a>
        <a href="/console/messages">relative</a><form action="https://evil.example"><input name=p></form>
        <iframe src="https://evil.example"></iframe><p style="position:fixed" class="button" id="main">t</p>
        <svg><script>1</script></svg><math><mi xlink:href="javascript:x">m</mi></math><table background="https://t.example/x"><tr><td>c</td></tr></table>"#;
    let clean = letter::clean_html(hostile);
    for banned in [
        "script",
        "style",
        "img",
        "onclick",
        "onerror",
        "javascript",
        "form",
        "input",
        "iframe",
        "class",
        "id=",
        "svg",
        "t.example",
        "evil.example",
        "/console",
        "<h1",
    ] {
        assert!(!clean.contains(banned), "{banned} survives in {clean}");
    }
    assert!(clean.contains("<h3>Hi</h3>"));
    assert!(clean.contains(
        r#"<a href="https://ok.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">ok</a>"#
    ));
    assert!(clean.contains("<td>c</td>"));
}

#[test]
fn plain_text_becomes_links_and_nothing_else() {
    let markup = letter::from_text(
        "See <b>https://a.example/x?y=1&z=\"2\"</b>, or (http://b.example). End & done",
    );
    assert_eq!(
        markup,
        "See &lt;b&gt;<a href=\"https://a.example/x?y=1&amp;z=\" rel=\"noopener noreferrer nofollow\">\
         https://a.example/x?y=1&amp;z=</a>&quot;2&quot;&lt;/b&gt;, or \
         (<a href=\"http://b.example\" rel=\"noopener noreferrer nofollow\">http://b.example</a>). End &amp; done"
    );
    assert_eq!(
        letter::from_text("https://"),
        "<a href=\"https://\" rel=\"noopener noreferrer nofollow\">https://</a>"
    );
}

#[test]
fn a_drawn_code_has_its_quiet_zone() {
    let drawn = qr::draw("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP").expect("fits a code");
    assert!(
        drawn.path.starts_with("M4 4h7v1h-7z"),
        "the finder pattern begins four in: {}",
        &drawn.path[..20]
    );
    assert!(drawn.side >= 21 + 8);
}
